//! Finds or creates the cycle and the run: one of each, whatever other importers do meanwhile.

use std::collections::HashSet;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::IgnoredAny;

use super::plan::{ResultOptions, RowPlan, RunState, plan};
use super::prepare::marked_cycle;
use super::recorder::{RecordedCycle, RecordedRun, Recorder, ResultOutcome};
use crate::api::client::WriteOutcome;
use crate::api::error::ApiError;
use crate::api::ids::{PlanId, RunId, SuiteId, TestId};
use crate::api::sets::{list_in, list_of, list_of_about};
use crate::api::wire::{
    CompletedRun, NewComment, NewInclude, NewPlace, NewPlan, NewRun, Plan, PlanSuite,
    PlanSuiteTestInclude, Run, RunResult, RunResultStep,
};
use crate::apply::Stop;
use crate::apply::create::{Creation, NewRows, create_rows};
use crate::apply::lag::share_of_waits;
use test_reports::text;

/// Results per request for their steps: their ids fit into a request line.
const RESULTS_PER_LOT: usize = 800;

/// How long a new run may take to be filled.
const FILL_TIME: Duration = Duration::from_secs(10);

/// After this many readings without a change, a run that has results is filled.
const STABLE_READINGS: usize = 3;

impl Recorder<'_> {
    /// The runs of the build, in the order of their ids; or the run of `--run-id`.
    pub(super) async fn runs_of_build(&self) -> Result<Vec<Run>, Stop> {
        if let Some(run) = &self.prepared.run {
            return Ok(vec![run.clone()]);
        }
        let created = self.run.cycle.id.map(PlanId::new);
        match self.prepared.cycle.as_ref().map(|cycle| cycle.id).or(created) {
            Some(cycle) => self.runs_of_cycle(cycle).await,
            None => Ok(Vec::new()),
        }
    }

    async fn runs_of_cycle(&self, cycle: PlanId) -> Result<Vec<Run>, Stop> {
        let mark = self.options.run_mark();
        let mut runs: Vec<Run> = list_of(self.client, "plan_id", cycle.number(), true).await?;
        runs.retain(|run| mark.is_in(&run.name));
        Ok(runs)
    }

    /// The run to record into: the first that is not complete.
    pub(super) fn open_run<'r>(&self, runs: &'r [Run]) -> Option<&'r Run> {
        runs.iter().find(|run| run.is_complete != Some(true))
    }

    /// The run to record into, or a complete run that says all that this import saw. None if a run has to be created: the
    /// first of the build, or one that continues complete ones. What complete runs say is joined with what this import saw.
    pub(super) async fn choose(&mut self, runs: &[Run]) -> Result<Option<Run>, Stop> {
        if self.prepared.run.is_some() {
            return Ok(runs.first().cloned());
        }
        let complete: Vec<&Run> = runs.iter().filter(|run| run.is_complete == Some(true)).collect();
        let open = self.open_run(runs).cloned();
        let mut seen = self.observed.clone();
        let mut said: Vec<Option<RowPlan>> = vec![None; seen.len()];
        for run in &complete {
            let state = self.read_state(run.id).await?;
            let before = self.observed.clone();
            self.join_overwritten(&state).await;
            for ((seen, before), now) in seen.iter_mut().zip(&before).zip(&self.observed) {
                // What a killed importer overwrote is news, whoever saw it.
                if before.history != now.history {
                    seen.history = now.history.clone();
                }
            }
            let place = state.place(&self.prepared.statuses).unwrap_or(self.place);
            let options = ResultOptions { label: &self.label, place };
            let rows = plan(&seen, &state, &self.prepared.statuses, options).rows;
            for (said, row) in said.iter_mut().zip(rows) {
                if matches!(row, RowPlan::Unchanged(_) | RowPlan::Kept(_)) {
                    *said = Some(row);
                }
            }
            for test in &mut self.observed {
                if let Some(known) = state.history_of(test, &self.prepared.statuses) {
                    test.history = known.join(test.history.clone());
                }
            }
        }
        if let (None, Some(last)) = (&open, complete.last())
            && let Some(said) = said.into_iter().collect()
        {
            self.said = Some(said);
            return Ok(Some((*last).clone()));
        }
        self.run.continuation_of = complete.last().map(|run| run.id.number());
        Ok(open)
    }

    /// Remembers `run` for the summary.
    pub(super) fn use_run(&mut self, run: &Run, created: bool) {
        if self.run.cycle.id.is_none() {
            self.set_cycle();
        }
        let known = std::mem::take(&mut self.run);
        self.run = RecordedRun {
            id: Some(run.id.number()),
            name: run.name.clone(),
            created,
            closed: run.is_complete == Some(true),
            continuation_of: known.continuation_of.filter(|id| *id != run.id.number()),
            ..known
        };
    }

    /// Remembers the cycle for the summary.
    pub(super) fn set_cycle(&mut self) {
        self.run.cycle = match &self.prepared.cycle {
            Some(cycle) => RecordedCycle {
                id: Some(cycle.id.number()),
                name: cycle.name.clone(),
                ..RecordedCycle::default()
            },
            None => RecordedCycle {
                name: self.options.cycle.clone(),
                created: true,
                ..RecordedCycle::default()
            },
        };
    }

    /// `main #812 1a2b3c4 (tqr-9f86d081884c)`
    pub(super) fn name_of_new_run(&self) -> String {
        let name = &self.options.run_name;
        let mark = self.options.run_mark();
        match self.run.continuation_of {
            Some(_) => mark.append_to(&format!("{}, continued", text::cut(name, 200))),
            None => mark.append_to(name),
        }
    }

    /// Creates the run in its cycle, and returns all runs of the build. `runs` are the complete ones.
    pub(super) async fn create_run(&mut self, runs: &[Run]) -> Result<Vec<Run>, Stop> {
        let cycle = self.ensure_cycle().await?;
        if self.prepared.cycle.is_none() && !self.run.cycle.created {
            // Another importer created the cycle, and perhaps the run.
            let found = self.runs_of_cycle(cycle).await?;
            if self.open_run(&found).is_some() {
                return Ok(found);
            }
        }
        self.extend_cycle(cycle).await?;
        let known: HashSet<RunId> = runs.iter().map(|run| run.id).collect();
        let name = self.name_of_new_run();
        let mut found: Vec<Run> = Vec::new();
        let mut early: Option<(RunId, RunState)> = None;
        let answered: OnceLock<RunId> = OnceLock::new();
        let this = &*self;
        let rows = NewRows {
            kind: "run",
            lacking: "with its mark",
            read_back_all: true,
            name: |()| name.clone(),
            body: |()| NewRun {
                project_id: this.project.id,
                plan_id: cycle,
                name: name.clone(),
                start_time: now(),
                is_running: 1,
                is_complete: 0,
                milestone_id: this.prepared.milestone,
            },
            kept: |run: Run| {
                // Of several attempts, the first one that is answered.
                let _ = answered.set(run.id);
                run.id
            },
            existing: async |_: &[()]| {
                // Most likely it wins, and what it says is needed next.
                let state = async {
                    match (answered.get(), &early) {
                        (Some(own), None) => Ok(Some((*own, this.read_state(*own).await?))),
                        _ => Ok(None),
                    }
                };
                let (runs, state) = tokio::try_join!(this.runs_of_cycle(cycle), state)?;
                found = runs;
                early = state.or(early.take());
                let is_new = |run: &Run| !known.contains(&run.id) && run.is_complete != Some(true);
                Ok(if found.iter().any(is_new) { HashSet::from([()]) } else { HashSet::new() })
            },
        };
        let creation: Creation<(), RunId> =
            create_rows(self.client, rows, vec![()], 1, self.lag()).await;
        let own = creation.answers;
        if let Err(stop) = creation.end {
            if matches!(stop, Stop::Lost { .. }) {
                // Nobody would find it again.
                for id in own {
                    let _ = self.client.delete(&format!("run/{id}")).await;
                }
            }
            return Err(stop);
        }
        if let Some((_, reason)) = creation.refused.into_iter().next() {
            return Err(Stop::Refused { kind: "run", name, reason });
        }
        let Some(run) = self.open_run(&found) else {
            return Err(Stop::Lost { kind: "run", name, lacking: "with its mark" });
        };
        self.run.created = own.contains(&run.id);
        self.early = early.filter(|(own, _)| *own == run.id);
        Ok(found)
    }

    /// Says in a run that this import created which build it is of. Best effort: nothing depends on it.
    pub(super) fn comment(&mut self, run: &Run) -> impl Future<Output = ()> + use<> {
        let is_new = self.run.created && !std::mem::replace(&mut self.has_commented, true);
        let url = self.options.build.url.as_ref().filter(|_| is_new);
        let comment = url.map(|url| NewComment { body: format!("Build: {url}") });
        let (client, path) = (self.client.clone(), format!("run/{}/comment", run.id));
        async move {
            if let Some(comment) = comment {
                let _ = client.create::<IgnoredAny>(&path, &comment).await;
            }
        }
    }

    /// The cycle, created if it does not exist. Of several, the first one wins.
    async fn ensure_cycle(&mut self) -> Result<PlanId, Stop> {
        if let Some(cycle) = &self.prepared.cycle {
            return Ok(cycle.id);
        }
        if let Some(id) = self.run.cycle.id {
            return Ok(PlanId::new(id));
        }
        let mark = self.options.cycle_mark();
        let name = text::fit_name(&self.options.cycle).into_owned();
        let mut winner: Option<Plan> = None;
        let (client, project) = (self.client, self.project);
        let rows = NewRows {
            kind: "cycle",
            lacking: "with its mark",
            read_back_all: true,
            name: |()| name.clone(),
            body: |()| NewPlan {
                name: name.clone(),
                description: format!("Results of automated tests ({mark})"),
                project_id: project.id,
                is_automated: true,
            },
            kept: |plan: Plan| plan,
            existing: async |_: &[()]| {
                let plans: Vec<Plan> =
                    list_of(client, "project_id", project.id.number(), true).await?;
                let cycles: Vec<&Plan> =
                    plans.iter().filter(|plan| plan.is_root != Some(true)).collect();
                winner = marked_cycle(&cycles, &mark).cloned();
                Ok(if winner.is_some() { HashSet::from([()]) } else { HashSet::new() })
            },
        };
        let creation: Creation<(), Plan> =
            create_rows(self.client, rows, vec![()], 1, self.lag()).await;
        creation.end?;
        if let Some((_, reason)) = creation.refused.into_iter().next() {
            return Err(Stop::Refused { kind: "cycle", name, reason });
        }
        let Some(winner) = winner else {
            return Err(Stop::Lost { kind: "cycle", name, lacking: "with its mark" });
        };
        let mut created = false;
        for own in &creation.answers {
            if own.id == winner.id {
                created = true;
            } else {
                // Another importer was first, and nobody else knows this one.
                let _ = self.client.delete(&format!("plan/{}", own.id)).await?;
            }
        }
        self.run.cycle =
            RecordedCycle { id: Some(winner.id.number()), name: winner.name, created, extended: 0 };
        Ok(winner.id)
    }

    /// Deletes further cycles with our mark that nobody uses: they were left by importers that ended before they could.
    pub(super) async fn remove_duplicate_cycles(&mut self) -> Result<(), Stop> {
        for cycle in &self.prepared.duplicate_cycles {
            let runs: Vec<Run> = list_of(self.client, "plan_id", cycle.id.number(), true).await?;
            let is_unused = runs.is_empty() && cycle.epoch.unwrap_or_default() == 0;
            let path = format!("plan/{}", cycle.id);
            if is_unused && let WriteOutcome::Applied(()) = self.client.delete(&path).await? {
                continue;
            }
            self.warnings.push(format!(
                "cycle {} ({:?}) is a duplicate, but it has runs or was changed: it was kept",
                cycle.id, cycle.name
            ));
        }
        Ok(())
    }

    /// Adds the observed tests and their folders to the cycle, as far as they are not in it. A server without
    /// `plan_suite_test_include` gets the folders alone.
    async fn extend_cycle(&mut self, cycle: PlanId) -> Result<(), Stop> {
        let places = list_of::<PlanSuite>(self.client, "plan_id", cycle.number(), true);
        // Most cycles have everything already.
        let (places, mut included) = if self.run.cycle.created {
            (places.await?, None)
        } else {
            let early = self.included(cycle, self.observed.len());
            let (places, included) = tokio::try_join!(places, early)?;
            (places, Some(included))
        };
        let placed: HashSet<SuiteId> = places.iter().map(|place| place.suite_id).collect();
        let mut suites: Vec<SuiteId> = self.observed.iter().map(|test| test.suite).collect();
        suites.sort_unstable();
        suites.dedup();
        suites.retain(|suite| !placed.contains(suite));
        if !suites.is_empty() {
            // The server may include the tests of a folder that is added.
            included = None;
        }
        let client = self.client;
        let rows = NewRows {
            kind: "folder",
            lacking: "in the cycle",
            read_back_all: false,
            name: |suite: SuiteId| suite.to_string(),
            body: |suite_id| NewPlace { plan_id: cycle, suite_id },
            kept: |_: PlanSuite| (),
            existing: async |keys: &[SuiteId]| {
                let places: Vec<PlanSuite> =
                    list_of(client, "plan_id", cycle.number(), true).await?;
                let placed: HashSet<SuiteId> = places.iter().map(|place| place.suite_id).collect();
                Ok(keys.iter().copied().filter(|suite| placed.contains(suite)).collect())
            },
        };
        let batch = self.options.batch_size;
        let creation: Creation<SuiteId, ()> =
            create_rows(self.client, rows, suites, batch, self.lag()).await;
        creation.end?;
        self.warn_of_refused("folders of the cycle", creation.refused.first().map(|r| &*r.1));
        let included = match included {
            Some(included) => included,
            None => self.included(cycle, 0).await?,
        };
        let Some(included) = included else { return Ok(()) };
        let key = |row: &PlanSuiteTestInclude| Some((row.suite_id, row.test_id?));
        let included: HashSet<(SuiteId, TestId)> = included.iter().filter_map(key).collect();
        let wanted = self.observed.iter().map(|test| (test.suite, test.test));
        let missing: Vec<_> = wanted.filter(|key| !included.contains(key)).collect();
        let project_id = self.project.id;
        let rows = NewRows {
            kind: "test",
            lacking: "in the cycle",
            read_back_all: false,
            name: |(_, test): (SuiteId, TestId)| test.to_string(),
            body: |(suite_id, test_id)| NewInclude {
                plan_id: cycle,
                suite_id,
                test_id,
                project_id,
            },
            kept: |_: PlanSuiteTestInclude| (),
            existing: async |keys: &[(SuiteId, TestId)]| {
                let rows: Vec<PlanSuiteTestInclude> =
                    list_of(client, "plan_id", cycle.number(), true).await?;
                let included: HashSet<_> = rows.iter().filter_map(key).collect();
                Ok(keys.iter().copied().filter(|key| included.contains(key)).collect())
            },
        };
        let creation: Creation<(SuiteId, TestId), ()> =
            create_rows(self.client, rows, missing, batch, self.lag()).await;
        creation.end?;
        self.run.cycle.extended = creation.created.len();
        self.warn_of_refused("tests of the cycle", creation.refused.first().map(|r| &*r.1));
        Ok(())
    }

    /// The results of a run whose tests are not in its cycle are created one by one, so a refusal costs nothing else.
    fn warn_of_refused(&mut self, what: &str, reason: Option<&str>) {
        if let Some(reason) = reason {
            self.warnings.push(format!("some {what} were refused: {reason}"));
        }
    }

    /// Deletes runs of the build that lost the election, if nobody has recorded anything in them.
    pub(super) async fn remove_losers(&mut self, winner: &Run, runs: &[Run]) -> Result<(), Stop> {
        let losers = runs.iter().filter(|run| run.is_complete != Some(true));
        for loser in losers.filter(|run| run.id > winner.id) {
            let state = self.read_all(loser.id).await?;
            let is_untouched =
                loser.epoch.unwrap_or_default() == 0 && state.is_blank(&self.prepared.statuses);
            let path = format!("run/{}", loser.id);
            if is_untouched && let WriteOutcome::Applied(()) = self.client.delete(&path).await? {
                continue;
            }
            self.warnings.push(format!(
                "run {} ({:?}) is a duplicate of run {}, but somebody has recorded results in it: it was kept",
                loser.id, loser.name, winner.id
            ));
        }
        Ok(())
    }

    /// The tests that a cycle includes, about `expected`; none if the server does not have such rows.
    async fn included(
        &self,
        cycle: PlanId,
        expected: usize,
    ) -> Result<Option<Vec<PlanSuiteTestInclude>>, ApiError> {
        match list_of_about(self.client, "plan_id", cycle.number(), true, expected).await {
            Err(error) if matches!(error.status(), Some(404 | 405)) => Ok(None),
            rows => Ok(Some(rows?)),
        }
    }

    /// The results of a run, and the steps of those of the observed tests.
    pub(super) async fn read_state(&self, run: RunId) -> Result<RunState, Stop> {
        let results = self.read_results(run).await?;
        let index = self.index_of();
        let observed = results.iter().filter(|row| index.contains_key(&row.test_id));
        let ids: Vec<u64> = observed.map(|row| row.id.number()).collect();
        self.with_steps(results, ids).await
    }

    /// The results of a run, and all their steps.
    async fn read_all(&self, run: RunId) -> Result<RunState, Stop> {
        let results = self.read_results(run).await?;
        let ids = results.iter().map(|row| row.id.number()).collect();
        self.with_steps(results, ids).await
    }

    async fn with_steps(&self, results: Vec<RunResult>, ids: Vec<u64>) -> Result<RunState, Stop> {
        let steps: Vec<RunResultStep> =
            list_in(self.client, "run_result_id", ids.into_iter(), RESULTS_PER_LOT).await?;
        Ok(RunState::new(results, steps))
    }

    pub(super) async fn read_results(&self, run: RunId) -> Result<Vec<RunResult>, Stop> {
        let expected = self.observed.len();
        Ok(list_of_about(self.client, "run_id", run.number(), true, expected).await?)
    }

    /// Waits until the server has filled the run: every observed test has a result, or the results do not change any more.
    pub(super) async fn wait_until_filled(&self, run: RunId) -> Result<(), Stop> {
        let share = share_of_waits(self.client);
        let mut waited = Duration::ZERO;
        let mut wait = Duration::from_millis(200);
        let (mut last, mut unchanged) = (usize::MAX, 0);
        loop {
            let results = self.read_results(run).await?;
            let present: HashSet<TestId> = results.iter().map(|row| row.test_id).collect();
            unchanged = if results.len() == last { unchanged + 1 } else { 0 };
            last = results.len();
            let is_complete = self.observed.iter().all(|test| present.contains(&test.test));
            let is_stable = last > 0 && unchanged >= STABLE_READINGS;
            if is_complete || is_stable || waited >= FILL_TIME {
                return Ok(());
            }
            self.client.sleep(wait.mul_f64(share)).await;
            waited += wait;
            wait = (wait * 2).min(Duration::from_secs(2));
        }
    }

    /// With `--close-run`, completes the run, if nothing of this import is missing.
    pub(super) async fn close(&mut self, run: &Run) -> Result<(), Stop> {
        if !self.options.close {
            return Ok(());
        }
        let is_missing = (0..self.observed.len())
            .any(|test| !self.verified.get(&test).is_some_and(|o| o.is_done()));
        if is_missing {
            self.warnings
                .push(format!("run {} was not completed, because results are missing", run.id));
            return Ok(());
        }
        let path = format!("run/{}", run.id);
        let body = CompletedRun { is_complete: true, is_running: false, end_time: now() };
        if let WriteOutcome::Refused(error) = self.client.update::<IgnoredAny>(&path, &body).await?
        {
            let reason = error.to_string();
            return Err(Stop::Refused {
                kind: "completion of run",
                name: run.name.clone(),
                reason,
            });
        }
        let now: Run = self.client.get(&path).await?;
        if now.is_complete != Some(true) {
            return Err(Stop::Lost { kind: "run", name: now.name, lacking: "to be complete" });
        }
        self.run.closed = true;
        // Another importer may have written between the verification and now, and nobody can any more.
        let state = self.read_state(run.id).await?;
        let plan = self.plan(&state);
        for (index, row) in plan.rows.iter().enumerate() {
            if !matches!(row, RowPlan::Unchanged(_) | RowPlan::Kept(_)) {
                let reason = format!(
                    "another import changed it while this one completed run {}; import the reports again, which continues the run in a new one",
                    run.id
                );
                self.verified.insert(index, ResultOutcome::Refused { reason });
            }
        }
        Ok(())
    }
}

/// The time as the CLI writes it, such as `2026-01-02T03:04:05.678Z`.
fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
