//! What readers have in common.

use super::model::{Case, CaseIndex};

/// Removes the cases with the indices `gone` and corrects the indices of the others.
pub(crate) fn remove_cases(cases: &mut Vec<Case>, mut gone: Vec<u32>) {
    if gone.is_empty() {
        return;
    }
    gone.sort_unstable();
    gone.dedup();
    let mut index = 0;
    cases.retain_mut(|case| {
        let keep = gone.binary_search(&index).is_err();
        index += 1;
        case.parent_case = case.parent_case.map(CaseIndex::get).and_then(|parent| {
            let before = gone.binary_search(&parent).err()?;
            CaseIndex::new(parent - index_of(before))
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
        remove_cases(&mut cases, vec![4, 1]);
        let parents: Vec<Option<u32>> =
            cases.iter().map(|case| case.parent_case.map(CaseIndex::get)).collect();
        assert_eq!(parents, [None, None, Some(1), None]);
    }
}
