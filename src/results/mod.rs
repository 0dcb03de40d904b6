//! Records the results of a build: one cycle, one run, one result for each test, however many jobs record.
//!
//! [`prepare()`] looks up statuses, cycle and milestone before anything is written. [`record()`] finds or creates the run of the
//! build and fills it; [`plan()`] decides what to write, and is pure. Importers need not know of each other:
//! what each of them saw is joined with what the rows say ([`History::join`]), which commutes and is idempotent.

#[cfg(test)]
mod convergence;
mod defects;
mod history;
mod mark;
mod plan;
mod prepare;
mod provenance;
mod recorder;
mod rows;
mod runs;
mod statuses;

pub use history::{AttemptOutcome, History};
pub use mark::Mark;
pub use plan::{
    Observed, ResultOptions, ResultPlan, RowPlan, RunState, StepWrite, plan, status_counts,
};
pub use prepare::{BuildKey, PrepareError, Prepared, RecordOptions, prepare};
pub use provenance::{ProvenancePlace, label};
pub use recorder::{Recorded, RecordedCycle, RecordedRun, ResultOutcome, preview, record};
pub use statuses::{OUTCOMES, StatusNames, Statuses};

use std::collections::HashMap;

use crate::api::ids::{SuiteId, TestId};
use test_reports::record::TestRecord;

/// What this import saw of the tests that the project has.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    /// The tests.
    pub tests: Vec<Observed>,
    /// For each record, the index of its test in `tests`; none if the project does not have it.
    pub of_records: Vec<Option<usize>>,
}

impl Observations {
    /// Those of `records`, which are `located` in the project. Of several records of one test, all are joined.
    #[must_use]
    pub fn new(
        records: &[TestRecord],
        located: &[Option<(TestId, SuiteId)>],
        options: &RecordOptions,
    ) -> Self {
        let mut observations = Self { tests: Vec::new(), of_records: vec![None; records.len()] };
        let mut known: HashMap<TestId, usize> = HashMap::new();
        for (index, (record, located)) in records.iter().zip(located).enumerate() {
            let Some((test, suite)) = *located else { continue };
            let history = history_of(record, options);
            let next = observations.tests.len();
            let at = *known.entry(test).or_insert(next);
            observations.of_records[index] = Some(at);
            if let Some(first) = observations.tests.get_mut(at) {
                first.history = first.history.clone().join(history);
            } else {
                let elapsed = record.seconds();
                let defects = record.details.defects.clone();
                observations.tests.push(Observed { test, suite, history, elapsed, defects });
            }
        }
        observations
    }

    /// What the reports say about tests that the project does not have yet.
    #[must_use]
    pub fn new_tests(&self, records: &[TestRecord], options: &RecordOptions) -> Vec<History> {
        let new = records.iter().zip(&self.of_records).filter(|(_, test)| test.is_none());
        new.map(|(record, _)| history_of(record, options)).collect()
    }
}

fn history_of(record: &TestRecord, options: &RecordOptions) -> History {
    History::of_record(record, options.build.attempt, options.build.url.as_deref())
}

#[cfg(test)]
mod tests;
