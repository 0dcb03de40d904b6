//! The last reading: does everything stand as the reports want it?

use crate::plan::{ChangePlan, TestPlan, tests_to_read_steps_of};
use crate::snapshot::{Snapshot, read_steps};

use super::{Import, Stop};

impl Import<'_> {
    /// Reads the project once more and plans again: a record that still wants a change was not imported, whatever the
    /// server acknowledged. Returns whether every record stands that was not refused.
    pub(super) async fn verify(&mut self) -> Result<bool, Stop> {
        let mut snapshot = Snapshot::read(self.client, self.target).await?;
        snapshot.steps =
            read_steps(self.client, tests_to_read_steps_of(self.records, &snapshot)).await?;
        let plan = ChangePlan::new(self.records, &snapshot, &self.options.plan);
        let mut verified = true;
        for (record, left) in plan.tests.iter().enumerate() {
            if left.is_done() || self.refused.contains_key(&record) {
                continue;
            }
            verified = false;
            self.refuse(record, reason(left).to_owned());
        }
        for warning in plan.warnings {
            if !self.plan.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        Ok(verified)
    }
}

fn reason(left: &TestPlan) -> &'static str {
    match left {
        TestPlan::Create { .. } => "it does not read back: no test bears its identity",
        TestPlan::Adopt { .. } => {
            "it does not read back: the adopted test does not bear its identity"
        }
        TestPlan::Matched { place: Some(_), .. } => "it does not read back in any folder",
        TestPlan::Matched { .. } => "its steps do not read back",
    }
}
