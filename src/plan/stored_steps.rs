//! The steps that a snapshot holds of tests whose reports name some.

use std::collections::HashMap;

use crate::api::ids::{StepId, TestId};
use crate::snapshot::{Snapshot, StepRow};
use test_reports::record::TestRecord;

use super::options::PlanOptions;
use super::step_changes::{Edited, StepChanges};

/// How many tests a warning names.
const SHOWN: usize = 5;

/// The steps of tests whose reports name some.
pub(super) struct StoredSteps<'a> {
    snapshot: &'a Snapshot,
    by_test: HashMap<TestId, Vec<(StepId, &'a StepRow)>>,
    /// Whether the server keeps upper and lower case: there are steps with both.
    keeps_case: bool,
    /// The tests whose steps somebody edited, and that differ from the report.
    edited: Vec<(TestId, String)>,
}

impl<'a> StoredSteps<'a> {
    pub(super) fn new(
        records: &[TestRecord],
        snapshot: &'a Snapshot,
        options: &PlanOptions,
    ) -> Self {
        let mut by_test: HashMap<TestId, Vec<(StepId, &StepRow)>> = HashMap::new();
        // Few reports name steps.
        if !options.no_steps && records.iter().any(|record| !record.details.steps.is_empty()) {
            for (id, row) in &snapshot.steps_by_id {
                by_test.entry(row.test).or_default().push((*id, row));
            }
        }
        let has = |is_wanted: fn(char) -> bool| {
            let mut texts = by_test.values().flatten().map(|(_, row)| &row.text.step);
            texts.any(|text| text.contains(is_wanted))
        };
        let keeps_case = has(char::is_uppercase) && has(char::is_lowercase);
        Self { snapshot, by_test, keeps_case, edited: Vec::new() }
    }

    /// What makes the steps of the test `id` those of `record`. Only the steps of tests that nobody edited were read.
    pub(super) fn changes(&mut self, record: &TestRecord, id: TestId) -> StepChanges {
        let is_unedited = self.snapshot.tests.get(&id).is_some_and(|row| row.is_unedited);
        if record.details.steps.is_empty() || !is_unedited {
            return StepChanges::default();
        }
        let Some(rows) = self.by_test.get(&id) else { return StepChanges::default() };
        StepChanges::new(record, rows, self.keeps_case).unwrap_or_else(|Edited| {
            self.edited.push((id, record.name.to_string()));
            StepChanges::default()
        })
    }

    /// Names the tests whose steps are left as somebody edited them.
    pub(super) fn into_warning(self) -> Option<String> {
        let named =
            self.edited.iter().take(SHOWN).map(|(id, name)| format!("{name:?} (test {id})"));
        let mut named: Vec<String> = named.collect();
        if self.edited.len() > SHOWN {
            named.push(format!("and {} more", self.edited.len() - SHOWN));
        }
        (!named.is_empty()).then(|| {
            format!(
                "the steps of {} were edited and differ from the report: they are left as they are",
                named.join(", ")
            )
        })
    }
}
