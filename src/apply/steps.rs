//! Creates steps.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::api::ids::{StepId, TestId};
use crate::api::wire::{NewStep, Step};
use crate::plan::{TestPlan, step_count, steps_of};
use crate::snapshot::read_steps;
use test_reports::record::StepText;

use super::create::{Creation, NewRows};
use super::import::Import;
use super::lag::Waits;
use super::outcome::{RecordOutcome, Stop};

/// A record, its test, and the sequence number of the step, from 1.
type Key = (usize, TestId, usize);

impl Import<'_> {
    /// Creates all steps of the `new` tests, and the missing steps of others. Their labels come first: a test with its first step is
    /// complete.
    pub(super) async fn create_steps(&mut self, new: &HashSet<usize>) -> Result<(), Stop> {
        if self.options.plan.no_steps {
            // Nothing tells whether others are complete.
            let own = new.iter().filter_map(|record| Some((*record, *self.rows.get(record)?)));
            let mut own: Vec<(usize, TestId)> = own.collect();
            own.sort_unstable();
            return self.assign_labels(&own, new).await;
        }
        self.follow_steps().await?;
        let mut missing: Vec<Key> = Vec::new();
        let mut unclear: Vec<(usize, TestId)> = Vec::new();
        for (record, plan) in self.plan.tests.iter().enumerate() {
            if self.refused.contains_key(&record) {
                continue;
            }
            if let TestPlan::Matched { id, steps, .. } = plan {
                missing.extend(steps.iter().map(|sequence| (record, *id, *sequence)));
            } else if self.done.get(&record) == Some(&RecordOutcome::Created)
                && let Some(&id) = self.rows.get(&record)
            {
                if new.contains(&record) {
                    let all = 1..=step_count(&self.records[record]);
                    missing.extend(all.map(|sequence| (record, id, sequence)));
                } else {
                    unclear.push((record, id));
                }
            }
        }
        // Another import created these rows, or an answer was lost: they may have steps.
        missing.extend(self.missing_steps(&unclear).await?);
        // Sequence 1 comes last: a test that has it has all its steps.
        let (mut first, mut later): (Vec<Key>, Vec<Key>) =
            missing.into_iter().partition(|(_, _, sequence)| *sequence == 1);
        let incomplete: Vec<(usize, TestId)> =
            first.iter().map(|(record, id, _)| (*record, *id)).collect();
        self.assign_labels(&incomplete, new).await?;
        later.sort_unstable_by_key(|&(record, _, sequence)| (record, Reverse(sequence)));
        let incomplete = self.create_step_rows(later).await?;
        first.retain(|(record, _, _)| !incomplete.contains(record));
        self.create_step_rows(first).await?;
        Ok(())
    }

    /// The steps that tests lack which may have them. Lists may lag, so they are read until nothing is missing, or a step
    /// would have become visible.
    async fn missing_steps(&self, tests: &[(usize, TestId)]) -> Result<Vec<Key>, Stop> {
        let mut waits = Waits::default();
        loop {
            let present = read_steps(self.client, tests.iter().map(|(_, id)| *id)).await?;
            let mut missing: Vec<Key> = Vec::new();
            for &(record, id) in tests {
                let present = present.get(&id).map_or(&[][..], Vec::as_slice);
                let all = 1..=step_count(&self.records[record]);
                let lacking = all.filter(|sequence| !present.contains(&(*sequence as u64)));
                missing.extend(lacking.map(|sequence| (record, id, sequence)));
            }
            let limit = self.lag.unclear(self.client);
            if missing.is_empty() || !waits.wait(self.client, limit).await {
                return Ok(missing);
            }
        }
    }

    /// Creates steps. Returns the records of which the server refused one.
    pub(super) async fn create_step_rows(
        &mut self,
        keys: Vec<Key>,
    ) -> Result<HashSet<usize>, Stop> {
        let (client, target, records) = (self.client, self.target, self.records);
        let rows = NewRows {
            kind: "step of",
            lacking: "with its test",
            read_back_all: false,
            name: |(record, _, _): Key| records[record].name.to_string(),
            body: |(record, test_id, sequence): Key| {
                let text = steps_of(&records[record]).into_iter().nth(sequence - 1);
                let StepText { step, expected_result } = text.unwrap_or_else(StepText::placeholder);
                let (project_id, sequence) = (target.project.id, sequence as u64);
                NewStep { step, expected_result, sequence, project_id, test_id }
            },
            kept: |step: Step| (step.id, step.test_id),
            existing: async |keys: &[Key]| {
                let tests: HashSet<TestId> = keys.iter().map(|(_, test, _)| *test).collect();
                let steps = read_steps(client, tests.into_iter()).await?;
                let exists = |(_, test, sequence): &Key| {
                    let sequences = steps.get(test);
                    sequences.is_some_and(|present| present.contains(&(*sequence as u64)))
                };
                Ok(keys.iter().copied().filter(exists).collect())
            },
        };
        let creation: Creation<Key, (StepId, TestId)> = self.create(rows, keys).await;
        self.own.steps.extend(creation.answers);
        self.applied.steps_created += creation.created.len();
        for (record, _, _) in creation.created {
            self.done.entry(record).or_insert(RecordOutcome::Updated);
        }
        let mut incomplete = HashSet::new();
        for ((record, _, sequence), error) in creation.refused {
            incomplete.insert(record);
            self.refuse(record, format!("its step {sequence} was refused: {error}"));
        }
        creation.end.map(|()| incomplete)
    }
}
