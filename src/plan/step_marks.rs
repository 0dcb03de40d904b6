//! Marks in steps that imports wrote. No request says who wrote a step, so our steps prove it themselves: one that was never updated
//! has our expected result, and one that an import updated has a mark in it, a hash of its test, position and text. The mark of the
//! first step also says how many steps an import left: fewer steps than that, or more, are somebody's work.

use crate::snapshot::StepRow;
use test_reports::identity::Identity;
use test_reports::record::{StepText, TestRecord};
use test_reports::text;

/// What marks start with.
const MARK: &str = "tqs-";

/// Hex digits of a mark.
const DIGITS: usize = 8;

/// The text of the step of `record` at `sequence`, marked as written by an import.
#[must_use]
pub fn marked_step(record: &TestRecord, sequence: usize) -> StepText {
    let steps = &record.details.steps;
    let text = sequence.checked_sub(1).and_then(|index| steps.get(index)).cloned();
    let text = text.unwrap_or_else(StepText::placeholder);
    mark(record, sequence, steps.len().max(1), text)
}

/// `text` with a mark; that of the first step says how many steps there are.
pub(super) fn mark(record: &TestRecord, sequence: usize, steps: usize, text: StepText) -> StepText {
    let mark = Mark { steps }.digits(record, sequence, &text.step);
    let expected = &text.expected_result;
    let expected_result = match (sequence, steps) {
        (1, 2..) => format!("{expected} ({steps} steps, {MARK}{mark})"),
        _ => format!("{expected} ({MARK}{mark})"),
    };
    StepText { expected_result, ..text }
}

/// What a mark says.
pub(super) struct Mark {
    /// The number of steps that an import left. Only the mark of the first step says it.
    pub(super) steps: usize,
}

impl Mark {
    /// The mark of a step, if it is the one of this very text.
    pub(super) fn of(record: &TestRecord, sequence: usize, text: &StepText) -> Option<Self> {
        let (head, tail) = text.expected_result.rsplit_once(MARK)?;
        let steps = match head.strip_suffix(" steps, ") {
            Some(head) => head.rsplit_once('(')?.1.parse().ok()?,
            None => 1,
        };
        let mark = Self { steps };
        (tail.get(..DIGITS)? == mark.digits(record, sequence, &text.step)).then_some(mark)
    }

    fn digits(&self, record: &TestRecord, sequence: usize, step: &str) -> String {
        let steps = if sequence == 1 { self.steps } else { 1 };
        let parts = [record.identity.to_string(), sequence.to_string(), steps.to_string()];
        let hash = Identity::of_test("steps", &parts, &text::clean(step)).to_string();
        hash.chars().skip(MARK.len()).take(DIGITS).collect()
    }
}

/// Whether nobody but imports wrote a step.
pub(super) fn is_ours(record: &TestRecord, sequence: usize, row: &StepRow) -> bool {
    let is_new = row.epoch == Some(0)
        && row.text.expected_result.trim() == StepText::placeholder().expected_result;
    is_new || Mark::of(record, sequence, &row.text).is_some()
}
