//! Creates missing results and steps, writes what the plan says, and reads it back.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures_util::stream::{self, StreamExt as _};
use serde::Serialize;
use serde::de::IgnoredAny;

use super::history::History;
use super::plan::{ResultPlan, RowPlan, RunState, StepWrite};
use super::provenance::{Origin, ProvenancePlace, normalised, origin};
use super::recorder::{Recorder, ResultOutcome, ambiguous, result_of};
use crate::api::client::WriteOutcome;
use crate::api::error::ApiError;
use crate::api::ids::{RunResultId, RunResultStepId, StatusId, StepId, TestId};
use crate::api::sets::list_in;
use crate::api::wire::{
    NewRunResult, NewRunResultStep, NewStep, Run, RunResult, RunResultStep, Step,
};
use crate::apply::Stop;
use crate::apply::create::{Creation, NewRows, create_rows};
use test_reports::record::StepText;

/// Rounds of writing: the first, and three that join what other importers wrote meanwhile.
pub(super) const ROUNDS: usize = 4;

/// The largest array of steps, in bytes.
const ARRAY_BYTES: usize = 4 * 1024 * 1024;

/// Tests per request for their steps.
const TESTS_PER_LOT: usize = 800;

/// A step as it is sent.
#[derive(Clone, Debug, Serialize)]
struct StepBody<'w> {
    id: RunResultStepId,
    status_id: StatusId,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed: Option<f64>,
    /// A server that checks it refuses to overwrite what another importer has written meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<u64>,
}

impl<'w> From<&'w StepWrite> for StepBody<'w> {
    fn from(write: &'w StepWrite) -> Self {
        Self {
            id: write.id,
            status_id: write.status,
            result: write.result.as_deref(),
            version: write.version.as_deref(),
            elapsed: write.elapsed,
            epoch: write.epoch,
        }
    }
}

impl Recorder<'_> {
    /// Records everything into `run`. Returns whether anything was written.
    pub(super) async fn record_into(&mut self, run: &Run) -> Result<bool, Stop> {
        let mut state = match self.early.take() {
            Some((of, state)) if of == run.id => state,
            _ => self.read_state(run.id).await?,
        };
        let mut plan = self.plan(&state);
        let mut wrote = self.run.created;
        self.runs_after = None;
        // A state that is read again is dropped before: there may be hundreds of thousands of rows.
        if plan.lacks_rows() {
            drop(state);
            self.wait_until_filled(run.id).await?;
            state = self.read_state(run.id).await?;
            plan = self.plan(&state);
            if plan.lacks_rows() {
                drop(state);
                self.create_missing(run, &plan).await?;
                wrote = true;
                state = self.read_state(run.id).await?;
            }
        }
        if self.remove_duplicates(&state).await? {
            wrote = true;
            drop(state);
            state = self.read_state(run.id).await?;
        }
        self.place = state.place(&self.prepared.statuses).unwrap_or(self.place);
        let mut reasons: HashMap<RunResultId, String> = HashMap::new();
        for round in 0.. {
            self.join_overwritten(&state).await;
            let plan = self.plan(&state);
            self.not_executed = plan.not_executed;
            let is_last = round == ROUNDS || plan.writes().next().is_none();
            if is_last && round < ROUNDS && has_older_statuses(&plan, &state) {
                // The two lists were read while another importer wrote in between, or the server is still computing.
                self.client.sleep(self.client.retry_policy().wait(1, fastrand::f64())).await;
                state = self.read_state(run.id).await?;
                continue;
            }
            if is_last {
                self.verify(&plan, &state, &reasons);
                if self.link_defects(&plan).await? {
                    (wrote, self.runs_after) = (true, None);
                }
                break;
            }
            self.remember(&plan);
            wrote = true;
            reasons.extend(self.write(plan.writes()).await?);
            let sent: HashMap<RunResultStepId, StepWrite> =
                plan.into_writes().map(|write| (write.id, write)).collect();
            drop(state);
            let runs = async { Ok(Some(self.runs_of_build().await?)) };
            (state, self.runs_after) = tokio::try_join!(self.read_state(run.id), runs)?;
            if self.remove_duplicates(&state).await? {
                self.runs_after = None;
                state = self.read_state(run.id).await?;
            }
            self.check_provenance(&mut state, &sent);
        }
        Ok(wrote)
    }

    /// Notes which rows are written for the first time, and which again.
    fn remember(&mut self, plan: &ResultPlan) {
        for (index, row) in plan.rows.iter().enumerate() {
            let outcome = match row {
                RowPlan::Record(_) => ResultOutcome::Recorded,
                RowPlan::Update(_) => ResultOutcome::Updated,
                _ => continue,
            };
            self.written.entry(index).or_insert(outcome);
        }
    }

    /// Compares the run with what this import saw.
    fn verify(
        &mut self,
        plan: &ResultPlan,
        state: &RunState,
        reasons: &HashMap<RunResultId, String>,
    ) {
        let statuses: HashMap<RunResultId, Option<StatusId>> =
            state.results().map(|row| (row.id, row.status_id)).collect();
        for (index, row) in plan.rows.iter().enumerate() {
            let refused = |reason: String| ResultOutcome::Refused { reason };
            let outcome = match row {
                RowPlan::Unchanged(id) => {
                    let wanted = state.steps_of(*id).last().and_then(|step| step.status_id);
                    let found = statuses.get(id).copied().flatten();
                    match (found, wanted) {
                        (Some(found), Some(wanted)) if found != wanted => refused(format!(
                            "its last step has the status {}, but its result has {}",
                            self.prepared.statuses.name(wanted),
                            self.prepared.statuses.name(found)
                        )),
                        _ => self.written.remove(&index).unwrap_or(ResultOutcome::Unchanged),
                    }
                }
                RowPlan::Kept(id) => match self.written.get(&index) {
                    // The server keeps no provenance at all: only the status can be checked.
                    Some(written) if self.place == ProvenancePlace::Nowhere => {
                        let wanted =
                            self.prepared.statuses.of(self.observed[index].history.outcome());
                        match statuses.get(id).copied().flatten() {
                            Some(found) if found == wanted => written.clone(),
                            _ => ResultOutcome::Kept,
                        }
                    }
                    _ => ResultOutcome::Kept,
                },
                RowPlan::Ambiguous(several) => ambiguous(*several),
                RowPlan::NoResult => self.failed.remove(&index).unwrap_or_else(|| {
                    refused("the run has no result for it, not even after creating one".to_owned())
                }),
                RowPlan::NoSteps(_) => self.failed.remove(&index).unwrap_or_else(|| {
                    refused("its result has no steps, not even after creating them".to_owned())
                }),
                RowPlan::Record(_) | RowPlan::Update(_) => {
                    let reason = result_of(row).and_then(|id| reasons.get(&id)).cloned();
                    refused(reason.unwrap_or_else(|| {
                        "after writing, its result differs from what was written".to_owned()
                    }))
                }
            };
            self.verified.insert(index, outcome);
        }
    }

    /// A server that drops `version` gets the provenance in the text; one that changes texts, too, gets none. If some of the rows
    /// came back as they were written, the others were changed by somebody else.
    fn check_provenance(
        &mut self,
        state: &mut RunState,
        sent: &HashMap<RunResultStepId, StepWrite>,
    ) {
        let ours = self.prepared.statuses.written();
        let (mut kept, mut dropped, mut changed) = (0, 0, 0);
        for step in state.steps() {
            let Some(write) = sent.get(&step.id).filter(|w| step.status_id == Some(w.status))
            else {
                continue;
            };
            match origin(step, ours) {
                Origin::Ours { .. } => kept += 1,
                _ if keeps_text(write, step) => dropped += 1,
                _ => changed += 1,
            }
        }
        if kept > 0 {
            return;
        }
        if dropped > 0 && self.place == ProvenancePlace::Version {
            self.place = ProvenancePlace::Text;
            // So that the rows count as ours, and are written again.
            for step in state.steps_mut() {
                let write = sent.get(&step.id).filter(|w| step.status_id == Some(w.status));
                if let Some(write) = write.filter(|write| keeps_text(write, step)) {
                    step.version = write.version.clone().unwrap_or_default();
                }
            }
        } else if changed > 0 && self.place != ProvenancePlace::Nowhere {
            self.place = ProvenancePlace::Nowhere;
            self.warnings.push(
                "the server keeps neither the version nor the text of results: each result is recorded once, and later attempts cannot update it".to_owned(),
            );
        }
    }

    /// If a row says that it was written over a newer version than its writer knew, another importer was overwritten: what it
    /// wrote is in the row's earlier versions, and is joined again. Best effort, because not every server keeps them.
    pub(super) async fn join_overwritten(&mut self, state: &RunState) {
        let ours = self.prepared.statuses.written();
        let overwrote = |step: &&RunResultStep| {
            matches!(origin(step, ours), Origin::Ours { overwrote: true, .. })
        };
        let steps: Vec<&RunResultStep> = state.steps().filter(overwrote).collect();
        if steps.is_empty() {
            return;
        }
        let tests: HashMap<RunResultId, TestId> =
            state.results().map(|row| (row.id, row.test_id)).collect();
        let index = self.index_of();
        for lot in steps.chunks(TESTS_PER_LOT) {
            let ids: Vec<String> = lot.iter().map(|step| step.id.to_string()).collect();
            let path = format!("run_result_step?id-in={}&revision_log=true", ids.join(","));
            let Ok(versions) = self.client.get::<Vec<RunResultStep>>(&path).await else { return };
            for version in versions {
                let test = tests.get(&version.run_result_id).and_then(|test| index.get(test));
                let Some(observed) = test.and_then(|index| self.observed.get_mut(*index)) else {
                    continue;
                };
                if let Origin::Ours { attempts, text, .. } = origin(&version, ours)
                    && let Some(known) = History::parse(&attempts, &text)
                {
                    observed.history = known.join(observed.history.clone());
                }
            }
        }
    }

    /// Deletes results and steps that concurrent importers created twice and that nobody has touched.
    async fn remove_duplicates(&self, state: &RunState) -> Result<bool, Stop> {
        let duplicates = state.untouched_duplicates(&self.prepared.statuses);
        let index = self.index_of();
        let mut removed = false;
        for id in duplicates {
            let is_observed =
                state.results().any(|row| row.id == id && index.contains_key(&row.test_id));
            if is_observed {
                let path = format!("run_result/{id}");
                removed |= matches!(self.client.delete(&path).await?, WriteOutcome::Applied(()));
            }
        }
        for id in state.untouched_duplicate_steps(&self.prepared.statuses) {
            let path = format!("run_result_step/{id}");
            removed |= matches!(self.client.delete(&path).await?, WriteOutcome::Applied(()));
        }
        Ok(removed)
    }

    /// Creates results for tests without one, and steps for results without any.
    async fn create_missing(&mut self, run: &Run, plan: &ResultPlan) -> Result<(), Stop> {
        let missing: Vec<usize> =
            (0..plan.rows.len()).filter(|index| plan.rows[*index] == RowPlan::NoResult).collect();
        if !missing.is_empty() {
            let this = &*self;
            let rows = NewRows {
                kind: "result of test",
                lacking: "in its run",
                read_back_all: true,
                name: |index: usize| this.observed[index].test.to_string(),
                body: |index: usize| NewRunResult {
                    project_id: this.project.id,
                    run_id: run.id,
                    test_id: this.observed[index].test,
                    suite_id: this.observed[index].suite,
                },
                kept: |_: RunResult| (),
                existing: async |keys: &[usize]| {
                    let results = this.read_results(run.id).await?;
                    let present: HashSet<TestId> = results.iter().map(|row| row.test_id).collect();
                    let exists = |index: &usize| present.contains(&this.observed[*index].test);
                    Ok(keys.iter().copied().filter(exists).collect())
                },
            };
            let batch = self.options.batch_size;
            let creation: Creation<usize, ()> =
                create_rows(self.client, rows, missing, batch, self.lag()).await;
            for (index, error) in creation.refused {
                let reason = format!("the run has no result for it, and one was refused: {error}");
                self.failed.insert(index, ResultOutcome::Refused { reason });
            }
            creation.end?;
        }
        // New results may come with or without steps.
        let state = self.read_state(run.id).await?;
        let plan = self.plan(&state);
        let lacking: BTreeMap<usize, RunResultId> = plan
            .rows
            .iter()
            .enumerate()
            .filter_map(|(index, row)| match row {
                RowPlan::NoSteps(id) => Some((index, *id)),
                _ => None,
            })
            .collect();
        if lacking.is_empty() { Ok(()) } else { self.create_steps(run, lacking).await }
    }

    /// Creates the steps of results: one for each step of the test, which gets a placeholder first if it has none.
    async fn create_steps(
        &mut self,
        run: &Run,
        lacking: BTreeMap<usize, RunResultId>,
    ) -> Result<(), Stop> {
        let tests: Vec<TestId> = lacking.keys().map(|index| self.observed[*index].test).collect();
        let mut steps = self.steps_of_tests(&tests).await?;
        let without: Vec<TestId> =
            tests.iter().copied().filter(|test| !steps.contains_key(test)).collect();
        if !without.is_empty() && !self.options.no_steps {
            self.create_placeholders(without).await?;
            steps = self.steps_of_tests(&tests).await?;
        }
        let mut keys: Vec<(usize, RunResultId, StepId, u64)> = Vec::new();
        for (index, result) in lacking {
            let Some(steps) = steps.get(&self.observed[index].test) else {
                self.failed.insert(index, ResultOutcome::Unrecordable);
                continue;
            };
            for (at, step) in steps.iter().enumerate() {
                let sequence = step.sequence.unwrap_or(at as u64 + 1);
                keys.push((index, result, step.id, sequence));
            }
        }
        let this = &*self;
        let project_id = self.project.id;
        let rows = NewRows {
            kind: "step of the result of test",
            lacking: "in its result",
            read_back_all: false,
            name: |(index, ..): (usize, RunResultId, StepId, u64)| {
                this.observed[index].test.to_string()
            },
            body: |(_, run_result_id, step_id, sequence)| NewRunResultStep {
                project_id,
                run_result_id,
                step_id,
                sequence,
            },
            kept: |_: RunResultStep| (),
            existing: async |keys: &[(usize, RunResultId, StepId, u64)]| {
                let state = this.read_state(run.id).await?;
                let exists = |(_, result, _, sequence): &(usize, RunResultId, StepId, u64)| {
                    state.steps_of(*result).iter().any(|step| step.sequence == Some(*sequence))
                };
                Ok(keys.iter().copied().filter(exists).collect())
            },
        };
        let creation: Creation<(usize, RunResultId, StepId, u64), ()> =
            create_rows(self.client, rows, keys, self.options.batch_size, self.lag()).await;
        for ((index, ..), error) in creation.refused {
            let reason = format!("its result has no steps, and one was refused: {error}");
            self.failed.insert(index, ResultOutcome::Refused { reason });
        }
        creation.end
    }

    async fn create_placeholders(&mut self, tests: Vec<TestId>) -> Result<(), Stop> {
        let this = &*self;
        let project_id = self.project.id;
        let rows = NewRows {
            kind: "step of test",
            lacking: "with its test",
            read_back_all: false,
            name: |test: TestId| test.to_string(),
            body: |test_id| {
                let StepText { step, expected_result } = StepText::placeholder();
                NewStep { step, expected_result, sequence: 1, project_id, test_id }
            },
            kept: |_: Step| (),
            existing: async |tests: &[TestId]| {
                Ok(this.steps_of_tests(tests).await?.into_keys().collect())
            },
        };
        let creation: Creation<TestId, ()> =
            create_rows(self.client, rows, tests, self.options.batch_size, self.lag()).await;
        creation.end
    }

    async fn steps_of_tests(&self, tests: &[TestId]) -> Result<HashMap<TestId, Vec<Step>>, Stop> {
        let ids = tests.iter().map(|test| test.number());
        let mut steps: Vec<Step> = list_in(self.client, "test_id", ids, TESTS_PER_LOT).await?;
        steps.sort_unstable_by_key(|step| (step.sequence, step.id));
        let mut by_test: HashMap<TestId, Vec<Step>> = HashMap::new();
        for step in steps {
            by_test.entry(step.test_id).or_default().push(step);
        }
        Ok(by_test)
    }

    /// Writes steps in arrays. Returns why results were refused; whatever else went wrong shows when the run is read again.
    async fn write<'w>(
        &self,
        writes: impl Iterator<Item = &'w StepWrite>,
    ) -> Result<HashMap<RunResultId, String>, Stop> {
        let mut arrays = arrays(writes, self.options.batch_size);
        let mut reasons = HashMap::new();
        while !arrays.is_empty() {
            let sends: Vec<_> = arrays.iter().map(|array| self.send(array)).collect();
            let sent: Vec<_> =
                stream::iter(sends).buffered(self.client.concurrency()).collect().await;
            let mut smaller = Vec::new();
            let mut stop = None;
            for (array, sent) in arrays.into_iter().zip(sent) {
                match sent {
                    Ok(WriteOutcome::Applied(())) => {}
                    // It may have been applied: the next round reads.
                    Ok(WriteOutcome::Unknown(error)) => {
                        tracing::debug!(%error, "outcome unknown, reading back");
                        let wait = self.client.retry_policy().wait(1, fastrand::f64());
                        self.client.sleep(wait).await;
                    }
                    Ok(WriteOutcome::Refused(error)) => match &array[..] {
                        // Another importer was faster: the next round joins.
                        [_] if error.status() == Some(409) => {}
                        [write] => {
                            reasons.insert(write.of, error.to_string());
                        }
                        _ => {
                            let middle = array.len().div_ceil(2);
                            smaller.extend(array.chunks(middle).map(<[&StepWrite]>::to_vec));
                        }
                    },
                    Err(error) => stop = stop.or(Some(error)),
                }
            }
            if let Some(error) = stop {
                return Err(error.into());
            }
            arrays = smaller;
        }
        Ok(reasons)
    }

    async fn send(&self, array: &[&StepWrite]) -> Result<WriteOutcome<()>, ApiError> {
        let outcome = if let [write] = array {
            let path = format!("run_result_step/{}", write.id);
            self.client.update_once::<IgnoredAny>(&path, &StepBody::from(*write)).await?
        } else {
            let bodies: Vec<StepBody<'_>> =
                array.iter().map(|write| StepBody::from(*write)).collect();
            self.client.create::<IgnoredAny>("run_result_step", &bodies).await?
        };
        self.client.progress().advance(array.len());
        Ok(outcome.map(drop))
    }
}

/// Whether a result does not have the status of its last step.
fn has_older_statuses(plan: &ResultPlan, state: &RunState) -> bool {
    let planned: HashSet<RunResultId> = plan.rows.iter().filter_map(result_of).collect();
    state.results().filter(|row| planned.contains(&row.id)).any(|row| {
        state.steps_of(row.id).last().is_some_and(|step| step.status_id != row.status_id)
    })
}

/// Whether a step has the text that was written.
fn keeps_text(write: &StepWrite, step: &RunResultStep) -> bool {
    write.result.as_ref().is_none_or(|text| normalised(text) == normalised(&step.result))
}

/// Arrays of at most `size` steps and [`ARRAY_BYTES`]. Steps of one result stay in their order.
fn arrays<'w>(writes: impl Iterator<Item = &'w StepWrite>, size: usize) -> Vec<Vec<&'w StepWrite>> {
    let mut arrays: Vec<Vec<&StepWrite>> = Vec::new();
    let mut bytes = 0;
    for write in writes {
        // Escaping at most doubles most texts.
        let length = 200 + 2 * write.result.as_ref().map_or(0, String::len);
        match arrays.last_mut() {
            Some(array) if array.len() < size && bytes + length <= ARRAY_BYTES => {
                array.push(write);
                bytes += length;
            }
            _ => {
                arrays.push(vec![write]);
                bytes = length;
            }
        }
    }
    arrays
}
