//! The verification: does every record exist, once and as it was sent?

use crate::api::ids::TestId;
use crate::plan::{ChangePlan, TestPlan, step_count};
use crate::snapshot::{Snapshot, read_steps};

use super::dedup::{DedupOutcome, dedup};
use super::import::Import;
use super::locate::locate;
use super::outcome::{RecordOutcome, Stop};
use super::read::read_project;

/// How often duplicates are deleted: first each import deletes its own, then any import deletes all.
const DEDUP_ROUNDS: u32 = 3;

impl Import<'_> {
    /// Reads the project and plans again: a record that still needs a change was not imported, whatever the server
    /// acknowledged. Deletes duplicates that concurrent imports created. Returns whether every record that was not
    /// refused exists, and no duplicate is left that could be deleted.
    pub(super) async fn verify(&mut self) -> Result<bool, Stop> {
        let (mut plan, mut snapshot) = self.plan_again().await?;
        let mut skipped = Vec::new();
        for round in 0..DEDUP_ROUNDS {
            if plan.dedup.is_empty() {
                break;
            }
            let mut dedups = std::mem::take(&mut plan.dedup);
            if round == 0 {
                dedups.retain(|dedup| self.own.concerns(dedup));
                if dedups.is_empty() {
                    // The imports that created them are about to delete them.
                    let wait = self.client.retry_policy().wait(1, fastrand::f64());
                    self.client.sleep(wait).await;
                }
            }
            let DedupOutcome { done, warnings } =
                dedup(self.client, self.target.plan.id, &dedups).await?;
            self.applied.deduplicated.extend(done);
            skipped = warnings;
            (plan, snapshot) = self.plan_again().await?;
        }
        let mut verified = plan.dedup.is_empty();
        if !verified {
            self.applied.warnings.append(&mut skipped);
        }
        for (record, left) in plan.tests.iter().enumerate() {
            if !left.is_done() && !self.refused.contains_key(&record) {
                verified = false;
                self.refuse(record, missing(left).to_owned());
            }
        }
        self.applied.located = locate(&plan, &snapshot);
        verified &= self.verify_created(&plan, &snapshot).await?;
        verified &= self.verify_folders(&plan, &snapshot);
        for warning in plan.warnings {
            if !self.plan.warnings.contains(&warning) {
                self.applied.warnings.push(warning);
            }
        }
        Ok(verified)
    }

    /// Whether the tests that this import created are as they were sent: automated, in their folders, with their steps. A
    /// server that ignores a field must not be mistaken for a person who changed it.
    async fn verify_created(
        &mut self,
        plan: &ChangePlan,
        snapshot: &Snapshot,
    ) -> Result<bool, Stop> {
        let mut different: Vec<(usize, &str)> = Vec::new();
        let mut touched: Vec<(usize, TestId)> = Vec::new();
        for (record, left) in plan.tests.iter().enumerate() {
            let TestPlan::Matched { id, .. } = left else { continue };
            // Only rows of our own: the winner may be another import's.
            let is_own = self.done.get(&record) == Some(&RecordOutcome::Created)
                && self.own.tests.contains(id);
            let Some(row) = snapshot.tests.get(id).filter(|_| is_own) else { continue };
            let folder = plan.folders.suite_of_record(record);
            let here = folder.and_then(|folder| snapshot.tests_in_folder.get(&folder));
            if row.is_automated == Some(false) {
                different.push((record, "after writing, it is not automated"));
            } else if here.is_none_or(|tests| tests.binary_search(id).is_err()) {
                different.push((record, "after writing, it is in another folder"));
            } else if row.epoch != 0 {
                touched.push((record, *id));
            }
        }
        if !self.options.plan.no_steps {
            // The plan does not check the steps of tests that were changed.
            let steps = read_steps(self.client, touched.iter().map(|(_, id)| *id)).await?;
            for (record, id) in touched {
                let present = steps.get(&id).map_or(&[][..], Vec::as_slice);
                let count = step_count(&self.records[record]) as u64;
                if !(1..=count).all(|sequence| present.contains(&sequence)) {
                    different.push((record, "its steps were not found after writing"));
                }
            }
        }
        let verified = different.is_empty();
        for (record, reason) in different {
            self.refuse(record, reason.to_owned());
        }
        Ok(verified)
    }

    /// Whether the folders that this import created are in their parents.
    fn verify_folders(&mut self, plan: &ChangePlan, snapshot: &Snapshot) -> bool {
        let mut verified = true;
        for folder in plan.folders.all() {
            let parent = folder.parent.and_then(|parent| plan.folders.suite(parent));
            let row = folder.suite.and_then(|suite| snapshot.folders.get(suite));
            let is_elsewhere = row.is_some_and(|row| Some(row.parent) != parent);
            if is_elsewhere && self.applied.folders_created.contains(&folder.identity) {
                verified = false;
                let path = folder.path.join("/");
                self.applied
                    .warnings
                    .push(format!("after writing, folder {path:?} is in another place"));
            }
        }
        verified
    }

    async fn plan_again(&self) -> Result<(ChangePlan, Snapshot), Stop> {
        let options = &self.options.plan;
        let snapshot = read_project(self.client, self.target, self.records, options).await?;
        Ok((ChangePlan::new(self.records, &snapshot, options), snapshot))
    }
}

/// What is missing of a record that still needs a change.
fn missing(left: &TestPlan) -> &'static str {
    match left {
        TestPlan::Create { .. } => "not found after writing: no test has its identity",
        TestPlan::Adopt { .. } => {
            "not found after writing: the adopted test does not have its identity"
        }
        TestPlan::Matched { place: Some(_), .. } => "not found in any folder after writing",
        TestPlan::Matched { .. } => "its steps were not found after writing",
    }
}
