//! What all readers do with the list of cases.

use super::model::Case;

/// Removes the cases `open`, whose end was not read and each of which is inside the one before, and mends
/// the indices of the others.
pub(crate) fn leave_out(cases: &mut Vec<Case>, open: &[u32]) {
    if open.is_empty() {
        return;
    }
    let mut index = 0;
    cases.retain_mut(|case| {
        let keep = !open.contains(&index);
        index += 1;
        case.parent_case = case
            .parent_case
            .filter(|parent| !open.contains(parent))
            .map(|parent| parent - index_of(open.iter().filter(|&&gone| gone < parent).count()));
        keep
    });
}

/// Four thousand million elements do not fit in memory.
pub(crate) fn index_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_stay_right_when_open_cases_are_left_out() {
        let case = |parent_case| Case { parent_case, ..Case::default() };
        let mut cases = vec![
            case(None),
            case(None),
            case(Some(1)),
            case(Some(2)),
            case(Some(1)),
            case(Some(4)),
        ];
        leave_out(&mut cases, &[1, 4]);
        let parents: Vec<Option<u32>> = cases.iter().map(|case| case.parent_case).collect();
        assert_eq!(parents, [None, None, Some(1), None]);
    }
}
