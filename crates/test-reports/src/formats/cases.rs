//! What readers have in common.

use super::model::{Case, CaseIndex};

/// Removes the cases `open`, whose ends were not read, and corrects the indices of the others.
pub(crate) fn remove_unclosed_cases(cases: &mut Vec<Case>, open: &[u32]) {
    if open.is_empty() {
        return;
    }
    let mut index = 0;
    cases.retain_mut(|case| {
        let keep = !open.contains(&index);
        index += 1;
        let parent = case.parent_case.map(CaseIndex::get).filter(|parent| !open.contains(parent));
        case.parent_case = parent.and_then(|parent| {
            let gone = open.iter().filter(|&&gone| gone < parent).count();
            CaseIndex::new(parent - index_of(gone))
        });
        keep
    });
}

/// An index as it is kept: more elements than `u32::MAX` do not fit in memory.
pub(crate) fn index_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_corrected_when_open_cases_are_removed() {
        let case = |parent: Option<u32>| Case {
            parent_case: parent.and_then(CaseIndex::new),
            ..Case::default()
        };
        let mut cases = vec![
            case(None),
            case(None),
            case(Some(1)),
            case(Some(2)),
            case(Some(1)),
            case(Some(4)),
        ];
        remove_unclosed_cases(&mut cases, &[1, 4]);
        let parents: Vec<Option<u32>> =
            cases.iter().map(|case| case.parent_case.map(CaseIndex::get)).collect();
        assert_eq!(parents, [None, None, Some(1), None]);
    }
}
