//! The verification: does every record exist, once and as it was sent?

use std::collections::HashMap;

use crate::api::ids::TestId;
use crate::plan::change::ChangedRow;
use crate::plan::dedup::{Dedup, DedupAction};
use crate::plan::fields::Fields;
use crate::plan::{ChangePlan, TestPlan, step_count, steps_of};
use crate::snapshot::{Expected, Snapshot, read_steps};

use super::dedup::{DedupOutcome, dedup};
use super::import::Import;
use super::lag::Waits;
use super::locate::locate;
use super::outcome::{RecordOutcome, Stop};
use super::read::read_project;
use test_reports::record::TestRecord;
use test_reports::text::{self, count};

/// How often duplicates are deleted: first each import deletes its own, then any import deletes all.
const DEDUP_ROUNDS: u32 = 3;

const UNFLAGGED: &str = "after writing, it is not automated";

impl Import<'_> {
    /// Reads the project and plans again: a record that still needs a change was not imported, whatever the server
    /// acknowledged. Deletes duplicates that concurrent imports created. Returns whether every record that was not
    /// refused exists, and no duplicate is left that could be deleted.
    pub(super) async fn verify(&mut self) -> Result<bool, Stop> {
        let mut waits = Waits::default();
        let (mut plan, mut snapshot) = self.plan_after_lag(&mut waits).await?;
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
            let is_own_step = |dedup: &&Dedup| matches!(&dedup.action, DedupAction::DeleteStep { id } if self.own.steps.contains_key(id));
            let own_steps = done.iter().filter(is_own_step).count();
            self.applied.steps_created = self.applied.steps_created.saturating_sub(own_steps);
            self.own.forget(&done);
            self.applied.deduplicated.extend(done);
            skipped = warnings;
            (plan, snapshot) = self.plan_after_lag(&mut waits).await?;
        }
        let hidden = self.own.hidden(&plan, &snapshot);
        let mut verified = plan.dedup.is_empty() && hidden.is_empty();
        if let [(resource, id), ..] = hidden[..] {
            self.applied.warnings.push(format!(
                "{} that the server acknowledged {} not in its lists after {} s ({resource} {id} is the first): they may hide duplicates; run the import again, with a longer --lag-wait if necessary",
                count(hidden.len(), "row"),
                if hidden.len() == 1 { "is" } else { "are" },
                self.lag.limit.as_secs_f64(),
            ));
        }
        if !verified {
            self.applied.warnings.append(&mut skipped);
        }
        for (record, left) in plan.tests.iter().enumerate() {
            if !left.is_done() && !self.refused.contains_key(&record) {
                verified = false;
                self.refuse(record, missing(left).to_owned());
            }
        }
        for lost in &plan.lost_aliases {
            verified = false;
            self.refuse(lost.record, "its former identity is still in its description".to_owned());
        }
        self.applied.located = locate(&plan, &snapshot);
        self.note_written(&plan);
        verified &= self.verify_created(&plan, &snapshot).await?;
        self.compare(&plan, &snapshot);
        verified &= self.verify_folders(&plan, &snapshot);
        self.verify_links(&plan);
        self.count_own_rows_only(&plan);
        for warning in plan.warnings {
            if !self.plan.warnings.contains(&warning) {
                self.applied.warnings.push(warning);
            }
        }
        Ok(verified)
    }

    /// If another import created the same row first, and it is the one that remains, this import created none. A row whose answer
    /// was lost counts as created.
    fn count_own_rows_only(&mut self, plan: &ChangePlan) {
        for (record, left) in plan.tests.iter().enumerate() {
            let TestPlan::Matched { id, .. } = left else { continue };
            let is_acknowledged = self.own.acknowledged.contains(&self.records[record].identity);
            let is_created = self.done.get(&record) == Some(&RecordOutcome::Created);
            if is_created && is_acknowledged && !self.own.tests.contains(id) {
                self.done.insert(record, RecordOutcome::Unchanged);
            }
        }
        for folder in plan.folders.all() {
            let is_acknowledged = self.own.acknowledged.contains(&folder.identity);
            let is_own = folder.suite.is_none_or(|suite| self.own.folders.contains(&suite));
            if is_acknowledged && !is_own {
                self.applied.folders_created.remove(&folder.identity);
            }
        }
    }

    /// Notes the rows that this import created. Nobody had updated them then.
    fn note_written(&mut self, plan: &ChangePlan) {
        let is_created = |outcome: &&RecordOutcome| **outcome == RecordOutcome::Created;
        self.applied.tests_written.reserve(self.done.values().filter(is_created).count());
        for (record, left) in plan.tests.iter().enumerate() {
            let TestPlan::Matched { id, .. } = left else { continue };
            if self.done.get(&record) == Some(&RecordOutcome::Created) {
                let steps = match self.options.plan.no_steps {
                    true => 0,
                    false => step_count(&self.records[record]),
                };
                let (id, steps) = (Some(id.number()), Some(steps));
                let row = ChangedRow { id, epoch: Some(0), steps, before: None };
                self.applied.tests_written.insert(record, row);
            }
        }
        for folder in plan.folders.all() {
            if let Some(suite) = folder.suite
                && self.applied.folders_created.contains(&folder.identity)
            {
                self.applied.folder_rows.insert(folder.identity, suite);
            }
        }
    }

    /// Whether the tests that this import created are as they were sent: automated, in their folders, with their steps. A
    /// server that ignores a field must not be mistaken for a person who changed it.
    async fn verify_created(
        &mut self,
        plan: &ChangePlan,
        snapshot: &Snapshot,
    ) -> Result<bool, Stop> {
        // Whoever created them: the answer to a create may be lost, and the next import would say the same.
        let unflagged = plan.unflagged(snapshot).into_iter();
        let mut different: Vec<(usize, &str)> =
            unflagged.map(|record| (record, UNFLAGGED)).collect();
        let mut touched: Vec<(usize, TestId)> = Vec::new();
        for (record, left) in plan.tests.iter().enumerate() {
            let TestPlan::Matched { id, .. } = left else { continue };
            // Only rows of our own: the winner may be another import's.
            let is_own = self.done.get(&record) == Some(&RecordOutcome::Created)
                && self.own.tests.contains(id);
            let Some(row) = snapshot.tests.get(id).filter(|_| is_own) else { continue };
            let folder = plan.folders.suite_of_record(record);
            let here = folder.and_then(|folder| snapshot.tests_in_folder.get(&folder));
            if row.is_automated == Some(false) && row.epoch == 0 {
                different.push((record, UNFLAGGED));
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

    /// Compares names, preconditions and steps that this import wrote with what is stored. The server changed what differs:
    /// the rows are new, so nobody else did.
    fn compare(&mut self, plan: &ChangePlan, snapshot: &Snapshot) {
        let mut changed = std::mem::take(&mut self.changed);
        for folder in plan.folders.all() {
            let own = folder.suite.filter(|suite| self.own.folders.contains(suite));
            if let Some(row) = own.and_then(|suite| snapshot.folders.get(suite)) {
                changed.compare("folder name", &text::fit_name(&folder.name), &row.name);
            }
        }
        let mut records: HashMap<TestId, &TestRecord> = HashMap::new();
        for (record, left) in self.records.iter().zip(&plan.tests) {
            let Some(id) = left.row() else { continue };
            let Some(row) = snapshot.tests.get(&id).filter(|row| row.epoch == 0) else { continue };
            records.insert(id, record);
            if self.own.tests.contains(&id) {
                changed.compare("name", &text::fit_name(&record.name), &row.name);
                let precondition = row.precondition.as_deref().unwrap_or_default();
                let sent = match self.options.plan.no_fields || record.details.properties.is_empty()
                {
                    true => String::new(),
                    false => Fields::of(record).precondition,
                };
                changed.compare("precondition", &sent, precondition);
            }
        }
        for (step, test) in &self.own.steps {
            let stored = snapshot.steps_by_id.get(step);
            let (Some(stored), Some(record)) = (stored, records.get(test)) else { continue };
            let index =
                stored.sequence.and_then(|sequence| usize::try_from(sequence).ok()?.checked_sub(1));
            let texts = steps_of(record);
            if let Some(sent) = index.and_then(|index| texts.get(index)) {
                changed.compare("step", &sent.step, &stored.text.step);
                let expected = &stored.text.expected_result;
                changed.compare("expected result", &sent.expected_result, expected);
            }
        }
        self.applied.warnings.extend(changed.into_warnings());
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

    /// Only folders that were read back with their identity are linked.
    fn verify_links(&mut self, plan: &ChangePlan) {
        for (folder, suite) in plan.folders.to_link() {
            if self.applied.folders_linked.remove(&folder.identity).is_some() {
                let path = folder.path.join("/");
                self.applied.warnings.push(format!(
                    "after writing, folder {path:?} ({suite}) does not have its identity; it is found by its name, and the next import adds it again"
                ));
            }
        }
    }

    /// Reads and plans again until the project shows everything that the server acknowledged, or the time for that is over.
    async fn plan_after_lag(&mut self, waits: &mut Waits) -> Result<(ChangePlan, Snapshot), Stop> {
        loop {
            let (plan, snapshot) = self.plan_again().await?;
            let is_left = |(record, left): (usize, &TestPlan)| {
                !left.is_done() && !self.refused.contains_key(&record)
            };
            let linked = &self.applied.folders_linked;
            let is_unlinked =
                plan.folders.to_link().any(|(folder, _)| linked.contains_key(&folder.identity));
            let is_missing = is_unlinked || plan.tests.iter().enumerate().any(is_left);
            let hidden = self.own.hidden(&plan, &snapshot);
            if !is_missing && hidden.is_empty() {
                self.lag.note(waits.waited);
                return Ok((plan, snapshot));
            }
            if !waits.wait(self.client, self.lag.limit).await {
                return Ok((plan, snapshot));
            }
            self.own.forget_deleted(self.client, &hidden).await?;
        }
    }

    async fn plan_again(&self) -> Result<(ChangePlan, Snapshot), Stop> {
        let options = &self.options.plan;
        let mut folders = self.live_folders.ids();
        folders.extend(&self.own.folders);
        let expected = Expected {
            folders: folders.into_iter().collect(),
            tests: self.expected.tests + self.own.tests.len(),
            steps: self.expected.steps + self.applied.steps_created,
            records: self.records.len(),
        };
        let (client, target) = (self.client, self.target);
        let snapshot =
            read_project(client, target, &[(self.records, options)], None, &expected).await?;
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
        TestPlan::Relink { .. } => "not found after writing: the row has its former identity",
        TestPlan::Matched { place: Some(_), .. } => "not found in any folder after writing",
        TestPlan::Matched { follows, .. } if !follows.is_empty() => {
            "after writing, its steps differ from its report"
        }
        TestPlan::Matched { .. } => "its steps were not found after writing",
    }
}
