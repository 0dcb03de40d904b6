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

/// Servers may cut texts that are longer than this, in characters.
const CUT_CHARS: usize = 100;

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
    /// The mark of a step, if it is the one of this very text, behind our expected result and nothing else.
    pub(super) fn of(record: &TestRecord, sequence: usize, text: &StepText) -> Option<Self> {
        let (head, tail) = text.expected_result.rsplit_once(MARK)?;
        let (expected, steps) = head.rsplit_once('(')?;
        let steps = match steps.strip_suffix(" steps, ") {
            Some(steps) => steps.parse().ok()?,
            None if steps.is_empty() => 1,
            None => return None,
        };
        let mark = Self { steps };
        let is_ours = is_stored(&StepText::placeholder().expected_result, expected)
            && tail.trim_end().strip_suffix(')')? == mark.digits(record, sequence, &text.step);
        is_ours.then_some(mark)
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

/// Whether a step has the text `sent`, or what the server makes of it. Another case is another text, if the server is known to keep
/// upper and lower case, or if the mark of the step says that it was sent as it is.
pub(super) fn has_text(
    record: &TestRecord,
    sequence: usize,
    row: &StepRow,
    sent: &str,
    keeps_case: bool,
) -> bool {
    let (plain, ours) = (text::clean(&row.text.step), text::clean(sent));
    if plain == ours || plain.to_lowercase() != ours.to_lowercase() {
        return is_stored(sent, &row.text.step);
    }
    !keeps_case && Mark::of(record, sequence, &row.text).is_none()
}

/// Whether `stored` is what a server makes of `sent`: some change or cut every text, which is no edit.
pub(super) fn is_stored(sent: &str, stored: &str) -> bool {
    let (sent, stored) = (text::clean(sent), text::clean(stored));
    let escaped = || {
        let entities =
            [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;")];
        entities.iter().fold(sent.clone(), |text, (plain, entity)| text.replace(plain, entity))
    };
    let ascii = || -> String { sent.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect() };
    sent == stored
        || stored.is_empty()
        || stored == sent.to_lowercase()
        || stored == sent.to_uppercase()
        || stored == ascii()
        || stored == escaped()
        || stored.chars().count() >= CUT_CHARS && sent.starts_with(&stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_reports::record::{IdentityOptions, collect};

    #[test]
    fn a_mark_proves_a_text_only_behind_our_own_expected_result() {
        let xml = "<testsuite name='s'><testcase name='a'><properties><property name='step' value='one'/><property name='step' value='two'/></properties></testcase></testsuite>";
        let reports = test_reports::formats::read(xml.as_bytes(), "a.xml").unwrap();
        let record = collect(&reports, &IdentityOptions::default()).tests.remove(0);
        for sequence in [1, 2] {
            let ours = marked_step(&record, sequence);
            assert!(Mark::of(&record, sequence, &ours).is_some(), "{ours:?}");
            let expected = &ours.expected_result;
            for edited in [
                expected.replace("It passes", "The cart shows 5 EUR"),
                format!("{expected} and is paid"),
                expected.replace(')', ""),
                format!("See: {expected}"),
            ] {
                let text = StepText { expected_result: edited, ..ours.clone() };
                assert!(Mark::of(&record, sequence, &text).is_none(), "{text:?}");
            }
            let text = StepText { step: "three".to_owned(), ..ours };
            assert!(Mark::of(&record, sequence, &text).is_none());
        }
    }
}
