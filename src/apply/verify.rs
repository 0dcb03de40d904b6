//! The last reading: does everything stand as the reports want it, and once?

use crate::api::ids::TestId;
use crate::plan::{ChangePlan, TestPlan, steps_of};
use crate::snapshot::{Snapshot, read_steps};

use super::{DedupOutcome, Import, RecordOutcome, Stop, dedup, read_whole};

/// How often twins are made one before they are told: first each import takes its own, then whoever is left takes all.
const HEALINGS: u32 = 3;

impl Import<'_> {
    /// Reads the project once more and plans again: a record that still wants a change was not imported, whatever the
    /// server acknowledged. Twins that other imports made meanwhile are healed, and it is read again. Returns whether
    /// every record stands that was not refused, and none twice that could be one.
    pub(super) async fn verify(&mut self) -> Result<bool, Stop> {
        let (mut plan, mut snapshot) = self.fresh_plan().await?;
        let mut left = Vec::new();
        for round in 0..HEALINGS {
            if plan.dedup.is_empty() {
                break;
            }
            let mut dedups = std::mem::take(&mut plan.dedup);
            if round == 0 {
                dedups.retain(|dedup| self.answered.holds(dedup));
                if dedups.is_empty() {
                    // Their makers are about to.
                    let wait = self.client.retry_policy().wait(1, fastrand::f64());
                    self.client.rest(wait).await;
                }
            }
            let DedupOutcome { done, warnings } =
                dedup(self.client, self.target.plan.id, &dedups).await?;
            self.deduplicated.extend(done);
            left = warnings;
            (plan, snapshot) = self.fresh_plan().await?;
        }
        let mut verified = plan.dedup.is_empty();
        if !verified {
            self.warnings.append(&mut left);
        }
        for (record, left) in plan.tests.iter().enumerate() {
            if left.is_done() || self.refused.contains_key(&record) {
                continue;
            }
            verified = false;
            self.refuse(record, reason(left).to_owned());
        }
        verified &= self.verify_created(&plan, &snapshot).await?;
        for warning in plan.warnings {
            if !self.plan.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        Ok(verified)
    }

    /// What this import created is as it was sent: flagged, in its folder, with its steps, its folders below their parents.
    /// A server that ignores a field must not pass for a person who changed it.
    async fn verify_created(
        &mut self,
        plan: &ChangePlan,
        snapshot: &Snapshot,
    ) -> Result<bool, Stop> {
        let mut odd: Vec<(usize, &str)> = Vec::new();
        let mut touched: Vec<(usize, TestId)> = Vec::new();
        for (record, left) in plan.tests.iter().enumerate() {
            let TestPlan::Matched { id, .. } = left else { continue };
            // Only rows of our own: of twins another one may stand.
            if self.done.get(&record) != Some(&RecordOutcome::Created)
                || !self.answered.tests.contains(id)
            {
                continue;
            }
            let folder = plan.folders.suite(plan.folders.of_record(record));
            let here = folder.and_then(|folder| snapshot.tests_in_folder.get(&folder));
            let row = snapshot.tests.get(id);
            if row.is_some_and(|row| row.is_automated == Some(false)) {
                odd.push((record, "it reads back as not automated"));
            } else if here.is_none_or(|tests| tests.binary_search(id).is_err()) {
                odd.push((record, "it reads back in another folder"));
            } else if row.is_some_and(|row| row.epoch != 0) {
                touched.push((record, *id));
            }
        }
        if !touched.is_empty() && !self.options.plan.no_steps {
            // A plan asks for steps only of tests that nobody touched.
            let steps = read_steps(self.client, touched.iter().map(|(_, id)| *id)).await?;
            let is_whole = |record: usize, id: &TestId| {
                let there = steps.get(id).map_or(&[][..], Vec::as_slice);
                (1..=steps_of(&self.records[record]).len() as u64).all(|step| there.contains(&step))
            };
            odd.extend(
                touched
                    .iter()
                    .filter(|(record, id)| !is_whole(*record, id))
                    .map(|(record, _)| (*record, "its steps do not read back")),
            );
        }
        let mut verified = odd.is_empty();
        for (record, reason) in odd {
            self.refuse(record, reason.to_owned());
        }
        for folder in plan.folders.all() {
            let parent = folder.parent.and_then(|parent| plan.folders.suite(parent));
            let row = folder.suite.and_then(|suite| snapshot.folders.get(suite));
            let is_astray = row.is_some_and(|row| Some(row.parent) != parent);
            if is_astray && self.folders_created.contains(&folder.identity) {
                verified = false;
                let path = folder.path.join("/");
                self.warnings.push(format!("folder {path:?} reads back in another place"));
            }
        }
        Ok(verified)
    }

    async fn fresh_plan(&self) -> Result<(ChangePlan, Snapshot), Stop> {
        let snapshot =
            read_whole(self.client, self.target, self.records, &self.options.plan).await?;
        Ok((ChangePlan::new(self.records, &snapshot, &self.options.plan), snapshot))
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
