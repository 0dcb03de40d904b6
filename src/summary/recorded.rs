//! What became of the results, in the summary.

use std::sync::Arc;

use super::{ResultLedger, Summary};
use crate::results::{Recorded, ResultOutcome};
use test_reports::text::count;

impl Summary {
    /// Adds what was recorded, or would be. `of_records` has the index of each record's outcome; none for a test that the
    /// project does not have, which a dry run would create.
    pub fn set_recorded(
        &mut self,
        recorded: Recorded,
        of_records: &[Option<usize>],
        is_dry_run: bool,
    ) {
        let Recorded { run, outcomes, not_executed, statuses, warnings } = recorded;
        let records = Arc::clone(&self.records);
        let tests = self.to_import().len();
        let mut ledger =
            ResultLedger { seen: tests, not_executed, statuses, ..ResultLedger::default() };
        let mut not_reached = 0;
        for (at, record) in records.tests.iter().take(tests).enumerate() {
            let index = of_records.get(at).copied().flatten();
            match index.and_then(|index| outcomes.get(index)) {
                Some(ResultOutcome::Recorded) => ledger.recorded += 1,
                Some(ResultOutcome::Updated) => ledger.updated += 1,
                Some(ResultOutcome::Unchanged) => ledger.unchanged += 1,
                Some(ResultOutcome::Kept) => ledger.kept += 1,
                Some(ResultOutcome::Unrecordable) => ledger.unrecordable += 1,
                Some(ResultOutcome::Refused { reason }) => {
                    ledger.refused += 1;
                    let folder = record.class.folder.join("/");
                    let message =
                        format!("result of test {:?} in folder {folder:?}: {reason}", record.name);
                    self.add_error(message, None);
                }
                None if is_dry_run => ledger.recorded += 1,
                Some(ResultOutcome::NotReached) | None => not_reached += 1,
            }
        }
        ledger.refused += not_reached;
        if not_reached > 0 {
            let verb = if not_reached == 1 { "was" } else { "were" };
            self.add_error(format!("{} {verb} not recorded", count(not_reached, "result")), None);
        }
        if ledger.unrecordable > 0 {
            self.add_error(
                format!(
                    "{} without a step: a result has the status of its last step, so nothing can be recorded",
                    count(ledger.unrecordable, "test")
                ),
                Some("import without --no-steps, which adds a placeholder step".to_owned()),
            );
        }
        self.warnings.extend(warnings);
        self.run = run;
        self.results = Some(ledger);
        if !is_dry_run && !self.results_are_complete() {
            self.complete = Some(false);
        }
    }

    /// Whether every result that was to be recorded is in the run.
    #[must_use]
    pub fn results_are_complete(&self) -> bool {
        self.results.as_ref().is_none_or(|ledger| ledger.refused == 0 && ledger.unrecordable == 0)
    }
}
