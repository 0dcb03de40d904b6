//! How the steps of a test follow its report. Steps that somebody edited, added or deleted are left as they are: `step_marks` tells
//! which ones imports wrote.

use std::collections::BTreeMap;
use std::ops::Deref;

use crate::api::ids::StepId;
use crate::snapshot::StepRow;
use test_reports::record::{StepText, TestRecord};

use super::step_marks::{Mark, has_text, is_ours};
use super::steps::steps_of;

/// The writes that make the steps of a test those of its report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepChanges {
    /// Steps that get another text; the one with sequence 1, whose mark says how many steps there are, comes last.
    pub updates: Vec<StepUpdate>,
    /// The sequence numbers of steps to create.
    pub creates: Vec<usize>,
    /// Steps that the report no longer has.
    pub deletes: Vec<StepDelete>,
}

/// The [`StepChanges`] of one of many tests, most of which have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RareChanges(Option<Box<StepChanges>>);

static NONE: StepChanges =
    StepChanges { updates: Vec::new(), creates: Vec::new(), deletes: Vec::new() };

impl Deref for RareChanges {
    type Target = StepChanges;

    fn deref(&self) -> &StepChanges {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl From<StepChanges> for RareChanges {
    fn from(changes: StepChanges) -> Self {
        Self((!changes.is_empty()).then(|| Box::new(changes)))
    }
}

/// A step that gets another text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepUpdate {
    /// The row.
    pub id: StepId,
    /// The epoch that it must still have.
    pub epoch: u64,
    /// Its sequence number.
    pub sequence: usize,
}

/// A step that is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepDelete {
    /// The row.
    pub id: StepId,
    /// The epoch that it must still have.
    pub epoch: u64,
    /// Its text.
    pub step: String,
}

/// The steps differ from the report, and somebody edited them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edited;

impl StepChanges {
    /// Whether nothing has to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of writes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.updates.len() + self.creates.len() + self.deletes.len()
    }

    /// What `rows`, the steps of a complete test, need to be the steps of `record`, which names some. `keeps_case`: whether the
    /// server is known to keep upper and lower case.
    pub(super) fn new(
        record: &TestRecord,
        rows: &[(StepId, &StepRow)],
        keeps_case: bool,
    ) -> Result<Self, Edited> {
        let wanted = steps_of(record);
        let has_text = |sequence: usize, row: &StepRow, text: &StepText| {
            has_text(record, sequence, row, &text.step, keeps_case)
        };
        let mut by_sequence: BTreeMap<usize, (StepId, &StepRow)> = BTreeMap::new();
        for (id, row) in rows {
            let sequence = row.sequence.and_then(|sequence| usize::try_from(sequence).ok());
            let before = by_sequence.insert(sequence.unwrap_or_default(), (*id, row));
            if before.is_some() {
                // Concurrent imports created it twice: duplicates are deleted first.
                return Ok(Self::default());
            }
        }
        let last = by_sequence.keys().next_back().copied().unwrap_or_default();
        let Some((_, first)) = by_sequence.get(&1) else {
            // An import was interrupted before it created the first step, which the import adds beside these changes.
            let mut changes = Self::default();
            for (sequence, (id, row)) in by_sequence.range(1..=wanted.len()) {
                if has_text(*sequence, row, &wanted[sequence - 1]) {
                    continue;
                }
                if !is_ours(record, *sequence, row) {
                    return Err(Edited);
                }
                let epoch = row.epoch.unwrap_or_default();
                changes.updates.push(StepUpdate { id: *id, epoch, sequence: *sequence });
            }
            return Ok(changes);
        };
        let marked = Mark::of(record, 1, &first.text).map(|mark| mark.steps);
        // Without a mark, as many as there are: then nothing tells whether somebody deleted the last ones.
        let left = marked.unwrap_or(last);
        let mut changes = Self::default();
        let mut is_edited = marked.is_none() && left < wanted.len() && left > 1;
        for (sequence, (id, row)) in &by_sequence {
            let text = sequence.checked_sub(1).and_then(|index| wanted.get(index));
            let differs = text.is_none_or(|text| !has_text(*sequence, row, text));
            if *sequence > left && (text.is_none() || differs) {
                // Somebody added it. A step that an import was about to add has its text.
                is_edited = true;
                continue;
            }
            is_edited |= differs && !is_ours(record, *sequence, row);
            let epoch = row.epoch.unwrap_or_default();
            match text {
                None => {
                    changes.deletes.push(StepDelete { id: *id, epoch, step: row.text.step.clone() })
                }
                Some(_) if differs => {
                    changes.updates.push(StepUpdate { id: *id, epoch, sequence: *sequence });
                }
                Some(_) => {}
            }
        }
        for sequence in 1..=wanted.len() {
            if !by_sequence.contains_key(&sequence) {
                // Somebody deleted it.
                is_edited |= sequence <= left;
                changes.creates.push(sequence);
            }
        }
        let counts = changes.creates.is_empty()
            && changes.deletes.is_empty()
            && marked.is_none_or(|steps| steps == wanted.len());
        let first_is_updated = changes.updates.first().is_some_and(|update| update.sequence == 1);
        if !counts && !first_is_updated {
            let (id, row) = (by_sequence[&1].0, by_sequence[&1].1);
            is_edited |= !is_ours(record, 1, row);
            let epoch = row.epoch.unwrap_or_default();
            changes.updates.insert(0, StepUpdate { id, epoch, sequence: 1 });
        }
        if !counts || first_is_updated {
            changes.updates.rotate_left(1);
        }
        match changes.is_empty() {
            false if is_edited => Err(Edited),
            _ => Ok(changes),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::plan::marked_step;
    use crate::plan::step_marks::is_stored;
    use crate::plan::tests::record;

    fn with_steps(steps: &[&str]) -> TestRecord {
        let mut record = record(&[], "one");
        let step = |step: &&str| StepText { step: (*step).to_owned(), ..StepText::placeholder() };
        Arc::make_mut(&mut record.details).steps = steps.iter().map(step).collect();
        record
    }

    /// The rows as an import creates them.
    fn created(record: &TestRecord) -> Vec<StepRow> {
        let texts = steps_of(record).into_iter().zip(1..);
        texts.map(|(text, sequence)| row(sequence, 0, text)).collect()
    }

    fn row(sequence: u64, epoch: u64, text: StepText) -> StepRow {
        let test = crate::api::ids::TestId::new(1);
        let (sequence, epoch) = (Some(sequence), Some(epoch));
        StepRow { test, sequence, epoch, text: Arc::new(text) }
    }

    fn changes(record: &TestRecord, rows: &[StepRow]) -> Result<StepChanges, Edited> {
        let rows: Vec<(StepId, &StepRow)> = (1..).map(StepId::new).zip(rows).collect();
        StepChanges::new(record, &rows, true)
    }

    /// Carries changes out, and says which writes there were.
    fn follow(record: &TestRecord, rows: &mut Vec<StepRow>) -> String {
        let StepChanges { updates, creates, deletes } = changes(record, rows).unwrap();
        let done = format!(
            "{:?} {creates:?} {:?}",
            updates.iter().map(|update| update.sequence).collect::<Vec<_>>(),
            deletes.iter().map(|delete| &*delete.step).collect::<Vec<_>>(),
        );
        for update in updates {
            let row = rows.iter_mut().find(|row| row.sequence == Some(update.sequence as u64));
            let row = row.unwrap();
            row.epoch = row.epoch.map(|epoch| epoch + 1);
            row.text = Arc::new(marked_step(record, update.sequence));
        }
        rows.retain(|row| !deletes.iter().any(|delete| delete.step == row.text.step));
        for sequence in creates {
            rows.push(row(sequence as u64, 0, steps_of(record)[sequence - 1].clone()));
        }
        assert_eq!(changes(record, rows), Ok(StepChanges::default()), "once");
        done
    }

    #[test]
    fn steps_follow_the_report() {
        let mut rows = created(&with_steps(&["open", "pay"]));
        assert_eq!(rows[0].text.expected_result.split("tqs-").next(), Some("It passes (2 steps, "));
        assert_eq!(rows[1].text.expected_result, "It passes");
        for (steps, expected) in [
            (&["open", "pay"][..], "[] [] []"),
            (&["open", "pay by card"], "[2] [] []"),
            (&["go", "pay by card", "confirm"], "[1] [3] []"),
            (&["go"], "[1] [] [\"pay by card\", \"confirm\"]"),
            (&["go", "back", "home"], "[1] [2, 3] []"),
            (&["go", "back", "again"], "[3] [] []"),
            (&["start", "x", "y"], "[2, 3, 1] [] []"),
            (&["start", "x"], "[1] [] [\"y\"]"),
            (&["Start", "X"], "[2, 1] [] []"),
            (&["start", "x"], "[2, 1] [] []"),
        ] {
            assert_eq!(follow(&with_steps(steps), &mut rows), expected, "{steps:?}");
        }
        // From the placeholder, too.
        let mut rows = vec![row(1, 0, StepText::placeholder())];
        assert_eq!(follow(&with_steps(&["open"]), &mut rows), "[1] [] []");
    }

    #[test]
    fn what_somebody_edited_is_left() {
        type Edit = fn(&mut Vec<StepRow>);
        let edits: [(&str, Edit); 6] = [
            ("a text", |rows| {
                let text = StepText { step: "Mine.".to_owned(), ..(*rows[1].text).clone() };
                rows[1] = row(2, rows[1].epoch.unwrap() + 1, text);
            }),
            ("the expected result", |rows| {
                let expected_result = "It works.".to_owned();
                rows[1] = row(2, 1, StepText { expected_result, ..(*rows[1].text).clone() });
            }),
            ("the first step", |rows| {
                let text = StepText { step: "Mine.".to_owned(), ..(*rows[0].text).clone() };
                rows[0] = row(1, 9, text);
            }),
            ("an addition", |rows| {
                rows.push(row(
                    3,
                    0,
                    StepText { step: "Mine.".to_owned(), ..StepText::placeholder() },
                ));
            }),
            ("a deletion", |rows| drop(rows.pop())),
            ("a step without a position", |rows| rows[1].sequence = None),
        ];
        for (what, edit) in edits {
            let mut rows = created(&with_steps(&["open", "pay"]));
            for steps in [&["open", "pay"][..], &["go", "give"]] {
                let mut edited = rows.clone();
                edit(&mut edited);
                let other = with_steps(&["new", "newer", "newest"]);
                assert_eq!(changes(&other, &edited), Err(Edited), "{what}");
                // The report did not change.
                let same = changes(&with_steps(steps), &edited);
                assert!(same != Ok(StepChanges::default()) || what != "a text", "{what}: {same:?}");
                assert!(same.is_err() || same.unwrap().is_empty(), "{what}");
                follow(&with_steps(&["go", "give"]), &mut rows);
            }
        }
    }

    #[test]
    fn an_interrupted_change_is_continued() {
        let former = with_steps(&["open", "pay", "leave"]);
        for steps in [&["go", "give", "leave", "close", "end"][..], &["open", "give"], &["go"]] {
            let record = with_steps(steps);
            let mut undisturbed = created(&former);
            follow(&record, &mut undisturbed);
            let planned = changes(&record, &created(&former)).unwrap();
            // The updates, deletions and creations before the last update in any subset and order.
            let (first, others) = planned.updates.split_last().unwrap();
            assert_eq!(first.sequence, 1);
            let writes = others.len() + planned.deletes.len() + planned.creates.len();
            for done in 0..1 << writes {
                let mut rows = created(&former);
                for (at, update) in others.iter().enumerate() {
                    if done & (1 << at) != 0 {
                        rows[update.sequence - 1].epoch = Some(1);
                        rows[update.sequence - 1].text =
                            Arc::new(marked_step(&record, update.sequence));
                    }
                }
                let at = others.len();
                for (next, sequence) in planned.creates.iter().enumerate() {
                    if done & (1 << (at + next)) != 0 {
                        rows.push(row(
                            *sequence as u64,
                            0,
                            steps_of(&record)[sequence - 1].clone(),
                        ));
                    }
                }
                let at = at + planned.creates.len();
                let deleted: Vec<&str> = planned
                    .deletes
                    .iter()
                    .enumerate()
                    .filter(|(next, _)| done & (1 << (at + next)) != 0)
                    .map(|(_, delete)| &*delete.step)
                    .collect();
                rows.retain(|row| !deleted.contains(&&*row.text.step));
                follow(&record, &mut rows);
                let texts = |rows: &[StepRow]| {
                    let mut texts: Vec<_> =
                        rows.iter().map(|row| (row.sequence, row.text.step.clone())).collect();
                    texts.sort();
                    texts
                };
                assert_eq!(texts(&rows), texts(&undisturbed), "{steps:?}, {done:b}");
            }
        }
    }

    #[test]
    fn what_a_server_makes_of_texts_is_no_change() {
        let long = "x".repeat(300);
        for (sent, stored) in [
            ("Open", "open"),
            ("Öffnen", "?ffnen"),
            ("a < b", "a &lt; b"),
            ("Open", ""),
            (&long, &long[..191]),
            ("Open", " Open "),
        ] {
            assert!(is_stored(sent, stored), "{sent}");
        }
        assert!(!is_stored("open the cart", "open"));
    }
}
