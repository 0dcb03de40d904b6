//! Lets the steps of tests follow their reports. Each row is read right before it is written, and left if somebody wrote it.

use futures_util::future::join_all;

use crate::api::client::WriteOutcome;
use crate::api::ids::{StepId, TestId};
use crate::api::wire::{Step, UpdatedStep};
use crate::plan::{StepUpdate, TestPlan, marked_step};
use test_reports::record::StepText;

use super::import::Import;
use super::outcome::{RecordOutcome, Stop};

/// How often a step is read again after an update without a clear outcome.
const ATTEMPTS: u32 = 4;

const CHANGED: &str = "somebody changed it in the meantime";
const WRITTEN_OVER: &str =
    "somebody changed it at the same moment, and this import overwrote the change";

impl Import<'_> {
    /// Updates, deletes and creates the steps that the plan says. The first step of a test is updated last: its mark says how many
    /// steps there are.
    pub(super) async fn follow_steps(&mut self) -> Result<(), Stop> {
        let mut following: Vec<usize> = Vec::new();
        let mut creates: Vec<(usize, TestId, usize)> = Vec::new();
        for (record, plan) in self.plan.tests.iter().enumerate() {
            if let TestPlan::Matched { id, follows, .. } = plan
                && !follows.is_empty()
                && !self.refused.contains_key(&record)
            {
                following.push(record);
                creates.extend(follows.creates.iter().map(|sequence| (record, *id, *sequence)));
            }
        }
        if following.is_empty() {
            return Ok(());
        }
        let this = &*self;
        let written = join_all(following.iter().map(|record| this.write_others(*record))).await;
        self.note_steps(&following, written)?;
        creates.retain(|(record, ..)| !self.refused.contains_key(record));
        self.create_step_rows(creates).await?;
        following.retain(|record| !self.refused.contains_key(record));
        let this = &*self;
        let written = join_all(following.iter().map(|record| this.write_first(*record))).await;
        self.note_steps(&following, written)
    }

    fn note_steps(
        &mut self,
        records: &[usize],
        written: Vec<Result<Option<String>, Stop>>,
    ) -> Result<(), Stop> {
        let mut ended = Ok(());
        for (record, written) in records.iter().zip(written) {
            match written {
                Ok(None) => {
                    self.done.entry(*record).or_insert(RecordOutcome::Updated);
                }
                Ok(Some(reason)) => {
                    self.refuse(*record, format!("its steps do not follow the report: {reason}"));
                }
                Err(stop) => ended = ended.and(Err(stop)),
            }
        }
        ended
    }

    /// Updates all steps but the first, and deletes those that the report no longer has. Returns why one was left.
    async fn write_others(&self, record: usize) -> Result<Option<String>, Stop> {
        let TestPlan::Matched { follows, .. } = &self.plan.tests[record] else { return Ok(None) };
        for update in follows.updates.iter().filter(|update| update.sequence > 1) {
            if let Some(reason) = self.update_step(record, update).await? {
                return Ok(Some(reason));
            }
        }
        for delete in &follows.deletes {
            if let Some(reason) = self.delete_step(delete.id, delete.epoch).await? {
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    async fn write_first(&self, record: usize) -> Result<Option<String>, Stop> {
        let TestPlan::Matched { follows, .. } = &self.plan.tests[record] else { return Ok(None) };
        match follows.updates.iter().find(|update| update.sequence == 1) {
            Some(update) => self.update_step(record, update).await,
            None => Ok(None),
        }
    }

    async fn update_step(
        &self,
        record: usize,
        update: &StepUpdate,
    ) -> Result<Option<String>, Stop> {
        let StepText { step, expected_result } =
            marked_step(&self.records[record], update.sequence);
        let path = format!("step/{}", update.id);
        let left = |reason: &str| Some(format!("step {}: {reason}", update.sequence));
        let is_written = |row: &Step| {
            row.step.as_deref() == Some(&step)
                && row.expected_result.as_deref() == Some(&expected_result)
        };
        let body = UpdatedStep { step: step.clone(), expected_result: expected_result.clone() };
        let mut last = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                let wait = self.client.retry_policy().wait(attempt, fastrand::f64());
                self.client.sleep(wait).await;
            }
            let row: Step = match self.client.get(&path).await {
                Ok(row) => row,
                Err(error) if error.is_not_found() => return Ok(left("somebody deleted it")),
                Err(error) => return Err(error.into()),
            };
            // By an attempt whose answer was lost, or by another import.
            if is_written(&row) {
                return Ok(None);
            }
            if row.epoch != Some(update.epoch) {
                return Ok(left(CHANGED));
            }
            match self.client.update_once::<Step>(&path, &body).await? {
                WriteOutcome::Applied(row) => {
                    self.client.progress().advance(1);
                    let is_next = row.epoch.is_none_or(|epoch| epoch <= update.epoch + 1);
                    return Ok(if is_next { None } else { left(WRITTEN_OVER) });
                }
                WriteOutcome::Refused(error) => return Ok(left(&error.to_string())),
                WriteOutcome::Unknown(error) => last = Some(error),
            }
        }
        last.map_or(Ok(None), |error| Err(error.into()))
    }

    async fn delete_step(&self, id: StepId, epoch: u64) -> Result<Option<String>, Stop> {
        let path = format!("step/{id}");
        match self.client.get::<Step>(&path).await {
            Ok(row) if row.epoch == Some(epoch) => {}
            Ok(_) => return Ok(Some(format!("step {id}: {CHANGED}"))),
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        self.client.progress().advance(1);
        Ok(match self.client.delete(&path).await? {
            WriteOutcome::Applied(()) => None,
            WriteOutcome::Refused(error) | WriteOutcome::Unknown(error) => {
                Some(format!("step {id}: {error}"))
            }
        })
    }
}
