//! The last reading: does everything stand as the reports want it, and once?

use crate::plan::{ChangePlan, TestPlan};

use super::{Healed, Import, Stop, heal, read_whole};

/// How often twins are made one before they are told.
const HEALINGS: usize = 2;

impl Import<'_> {
    /// Reads the project once more and plans again: a record that still wants a change was not imported, whatever the
    /// server acknowledged. Twins that other imports made meanwhile are healed, and it is read again. Returns whether
    /// every record stands that was not refused, and none twice that could be one.
    pub(super) async fn verify(&mut self) -> Result<bool, Stop> {
        let mut plan = self.fresh_plan().await?;
        for _ in 0..HEALINGS {
            if plan.healing.is_empty() {
                break;
            }
            let Healed { done, warnings } =
                heal(self.client, self.target.plan.id, &plan.healing).await?;
            self.healed.extend(done);
            self.warnings.extend(warnings);
            plan = self.fresh_plan().await?;
        }
        let mut verified = plan.healing.is_empty();
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

    async fn fresh_plan(&self) -> Result<ChangePlan, Stop> {
        let snapshot =
            read_whole(self.client, self.target, self.records, &self.options.plan).await?;
        Ok(ChangePlan::new(self.records, &snapshot, &self.options.plan))
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
