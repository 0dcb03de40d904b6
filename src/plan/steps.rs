//! The steps of a test.

use crate::api::ids::TestId;
use crate::snapshot::Snapshot;
use test_reports::record::{StepText, TestRecord};

use super::step_marks::mark;

/// The steps of a record, as an import creates them: its own, or the placeholder. The first of several says how many there are.
#[must_use]
pub fn steps_of(record: &TestRecord) -> Vec<StepText> {
    match &record.details.steps[..] {
        [] => vec![StepText::placeholder()],
        [only] => vec![only.clone()],
        [first, others @ ..] => {
            let first = mark(record, 1, 1 + others.len(), first.clone());
            std::iter::once(first).chain(others.iter().cloned()).collect()
        }
    }
}

/// The number of steps of a record, at least 1.
#[must_use]
pub fn step_count(record: &TestRecord) -> usize {
    record.details.steps.len().max(1)
}

/// The sequence numbers of the steps that the test `id` lacks. Steps are created in descending sequence: a test
/// that was never edited and has no step with sequence 1 is unfinished.
pub(super) fn missing_steps(record: &TestRecord, id: TestId, snapshot: &Snapshot) -> Vec<usize> {
    let count = step_count(record);
    let present = snapshot.steps.get(&id).map_or(&[][..], Vec::as_slice);
    // A person added a step without a sequence number, or beyond ours: the test is theirs now.
    let is_foreign = |&sequence: &u64| sequence == 0 || sequence > count as u64;
    if snapshot.tests.get(&id).is_none_or(|row| row.epoch != 0)
        || present.contains(&1)
        || present.iter().any(is_foreign)
    {
        return Vec::new();
    }
    (1..=count).filter(|&sequence| !present.contains(&(sequence as u64))).collect()
}
