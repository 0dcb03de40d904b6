//! Records what an import saw into the run of its build, stage by stage, each of which reads back what it wrote.

use std::collections::HashMap;

use serde::Serialize;

use super::history::History;
use super::plan::{Observed, ResultOptions, ResultPlan, RowPlan, RunState, plan, status_counts};
use super::prepare::{Prepared, RecordOptions};
use super::provenance::{ProvenancePlace, label};
use crate::api::client::Client;
use crate::api::ids::{RunId, RunResultId, TestId};
use crate::api::wire::{Project, Run};
use crate::apply::Stop;
use crate::apply::lag::Lag;

/// How often recording starts again because another run of the build won.
pub(super) const ELECTIONS: usize = 3;

/// The outcome of recording.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// The run; none if nothing was to be recorded or it could not be found or created.
    pub run: Option<RecordedRun>,
    /// One for each observed test.
    pub outcomes: Vec<ResultOutcome>,
    /// Results of the run that wait for an execution and whose tests are in no report.
    pub not_executed: usize,
    /// The tests by the status that they have or would get, most frequent first.
    pub statuses: Vec<(String, usize)>,
    /// Warnings for the user.
    pub warnings: Vec<String>,
}

impl Recorded {
    /// Whether anything was written, or would be.
    #[must_use]
    pub fn changes_anything(&self) -> bool {
        let is_change = |outcome: &ResultOutcome| {
            matches!(outcome, ResultOutcome::Recorded | ResultOutcome::Updated)
        };
        self.outcomes.iter().any(is_change)
            || self.run.as_ref().is_some_and(|run| run.created || run.closes)
    }
}

/// The run that an import recorded into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordedRun {
    /// Its id; none if a dry run would create it.
    pub id: Option<u64>,
    /// Its name, with its mark.
    pub name: String,
    /// Its mark, such as `tqr-9f86d081884c`.
    pub marker: String,
    /// The key of the build.
    pub build: String,
    /// Whether this import created it, or would.
    pub created: bool,
    /// Whether it is complete now, or would be.
    pub closed: bool,
    /// Whether a dry run would complete it.
    #[serde(skip)]
    pub closes: bool,
    /// The complete run that it continues.
    pub continuation_of: Option<u64>,
    /// Its cycle.
    pub cycle: RecordedCycle,
}

/// The cycle of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordedCycle {
    /// Its id; none if a dry run would create it.
    pub id: Option<u64>,
    /// Its name.
    pub name: String,
    /// Whether this import created it, or would.
    pub created: bool,
    /// The number of tests that this import added to it.
    pub extended: usize,
}

/// The outcome for one observed test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultOutcome {
    /// Its result was open, and says now what the import saw.
    Recorded,
    /// Its result was ours, and was joined with what the import saw.
    Updated,
    /// Its result said so already.
    Unchanged,
    /// A person wrote its result, which was left alone.
    Kept,
    /// It has no step, so its result cannot have a status.
    Unrecordable,
    /// It was not recorded, or not found after writing.
    Refused {
        /// Why.
        reason: String,
    },
    /// Recording ended before its turn.
    NotReached,
}

impl ResultOutcome {
    /// Whether the run says what the import saw, or a person decided otherwise.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Recorded | Self::Updated | Self::Unchanged | Self::Kept)
    }
}

/// One recording.
pub(super) struct Recorder<'a> {
    pub(super) client: &'a Client,
    pub(super) project: &'a Project,
    pub(super) prepared: &'a Prepared,
    pub(super) options: &'a RecordOptions,
    /// What this import saw, joined with what complete runs of the build say.
    pub(super) observed: Vec<Observed>,
    pub(super) label: String,
    /// Where the provenance goes; changes when the server drops it.
    pub(super) place: ProvenancePlace,
    pub(super) run: RecordedRun,
    /// By index: what was written.
    pub(super) written: HashMap<usize, ResultOutcome>,
    /// By index: why it was not recorded.
    pub(super) failed: HashMap<usize, ResultOutcome>,
    /// By index: what the run says in the end.
    pub(super) verified: HashMap<usize, ResultOutcome>,
    pub(super) not_executed: usize,
    /// By index: what complete runs of the build say, if together they say all that this import saw.
    pub(super) said: Option<Vec<RowPlan>>,
    pub(super) warnings: Vec<String>,
    /// What the run that this import created said while it was not known yet whether it wins.
    pub(super) early: Option<(RunId, RunState)>,
    /// Whether the run that it created says which build it is of.
    pub(super) has_commented: bool,
    /// The runs of the build as they were read after the last write.
    pub(super) runs_after: Option<Vec<Run>>,
}

/// Records what the import saw. The other part of the result says why it ended early.
pub async fn record(
    client: &Client,
    project: &Project,
    prepared: &Prepared,
    options: &RecordOptions,
    observed: Vec<Observed>,
) -> (Recorded, Option<Stop>) {
    if observed.is_empty() {
        return (Recorded::default(), None);
    }
    let mut recorder = Recorder::new(client, project, prepared, options, observed);
    let ended = recorder.record().await;
    recorder.finish(ended)
}

/// What [`record`] would do; writes nothing. `new` are further tests, which do not exist yet.
///
/// # Errors
/// The first list that cannot be read.
pub async fn preview(
    client: &Client,
    project: &Project,
    prepared: &Prepared,
    options: &RecordOptions,
    observed: Vec<Observed>,
    new: &[History],
) -> Result<Recorded, Stop> {
    let mut recorder = Recorder::new(client, project, prepared, options, observed);
    let runs = recorder.runs_of_build().await?;
    let mut rows = ResultPlan { rows: Vec::new(), not_executed: 0 };
    match recorder.choose(&runs).await? {
        Some(run) => {
            recorder.use_run(&run, false);
            let state = recorder.read_state(run.id).await?;
            recorder.join_overwritten(&state).await;
            recorder.place = state.place(&prepared.statuses).unwrap_or(recorder.place);
            rows = recorder.plan(&state);
            if let Some(said) = recorder.said.take() {
                rows.rows = said;
            }
        }
        None => {
            recorder.run.created = true;
            recorder.run.name = recorder.name_of_new_run();
            recorder.set_cycle();
            rows.rows = recorder.observed.iter().map(|_| RowPlan::NoResult).collect();
        }
    }
    recorder.run.closes = options.close && !recorder.run.closed;
    recorder.run.closed |= options.close;
    let outcome = |row: &RowPlan| match row {
        RowPlan::NoResult | RowPlan::NoSteps(_) | RowPlan::Record(_) => ResultOutcome::Recorded,
        RowPlan::Update(_) => ResultOutcome::Updated,
        RowPlan::Unchanged(_) => ResultOutcome::Unchanged,
        RowPlan::Kept(_) => ResultOutcome::Kept,
        RowPlan::Ambiguous(several) => ambiguous(*several),
    };
    let outcomes: Vec<ResultOutcome> = rows.rows.iter().map(outcome).collect();
    let histories = recorder.observed.iter().map(|test| &test.history).chain(new);
    Ok(Recorded {
        statuses: status_counts(histories, &prepared.statuses),
        run: Some(recorder.run).filter(|_| !outcomes.is_empty() || !new.is_empty()),
        outcomes,
        not_executed: rows.not_executed,
        warnings: recorder.warnings,
    })
}

impl<'a> Recorder<'a> {
    pub(super) fn lag(&self) -> Lag {
        Lag::new(self.options.lag_wait)
    }

    fn new(
        client: &'a Client,
        project: &'a Project,
        prepared: &'a Prepared,
        options: &'a RecordOptions,
        observed: Vec<Observed>,
    ) -> Self {
        Self {
            client,
            project,
            prepared,
            options,
            observed,
            label: label(options.build.number.as_deref(), &options.build.key),
            place: ProvenancePlace::Version,
            run: RecordedRun {
                marker: options.run_mark().to_string(),
                build: options.build.key.clone(),
                ..RecordedRun::default()
            },
            written: HashMap::new(),
            failed: HashMap::new(),
            verified: HashMap::new(),
            not_executed: 0,
            said: None,
            warnings: Vec::new(),
            early: None,
            has_commented: false,
            runs_after: None,
        }
    }

    async fn record(&mut self) -> Result<(), Stop> {
        if self.prepared.cycle.is_some() {
            self.set_cycle();
        }
        self.remove_duplicate_cycles().await?;
        for election in 1.. {
            let mut runs = self.runs_of_build().await?;
            let mut chosen = self.choose(&runs).await?;
            if chosen.is_none() {
                runs = self.create_run(&runs).await?;
                chosen = self.open_run(&runs).cloned();
            }
            let Some(run) = chosen else { continue };
            self.use_run(&run, self.run.created);
            if run.is_complete == Some(true) {
                return self.compare_with_complete(&run).await;
            }
            self.remove_losers(&run, &runs).await?;
            let comment = self.comment(&run);
            let (wrote, ()) = tokio::join!(self.record_into(&run), comment);
            if !wrote? || self.options.run_id.is_some() {
                return self.close(&run).await;
            }
            // A run with a lower id may have become visible meanwhile.
            let runs = match self.runs_after.take() {
                Some(runs) => runs,
                None => self.runs_of_build().await?,
            };
            if self.open_run(&runs).is_none_or(|now| now.id == run.id) {
                return self.close(&run).await;
            }
            if election >= ELECTIONS {
                self.warnings.push(format!(
                    "the build has several runs, and a run other than {} was chosen each time; run the import again",
                    run.id
                ));
                self.verified.clear();
                return Ok(());
            }
            self.written.clear();
        }
        Ok(())
    }

    /// A complete run that a person named, or that already says all: nothing is written.
    async fn compare_with_complete(&mut self, run: &Run) -> Result<(), Stop> {
        let state = self.read_state(run.id).await?;
        self.place = state.place(&self.prepared.statuses).unwrap_or(self.place);
        let plan = self.plan(&state);
        self.not_executed = plan.not_executed;
        let rows = self.said.take().unwrap_or(plan.rows);
        for (index, row) in rows.iter().enumerate() {
            let outcome = match row {
                RowPlan::Unchanged(_) => ResultOutcome::Unchanged,
                RowPlan::Kept(_) => ResultOutcome::Kept,
                RowPlan::Ambiguous(several) => ambiguous(*several),
                _ => ResultOutcome::Refused {
                    reason: format!(
                        "run {} is complete, and complete runs are not written to",
                        run.id
                    ),
                },
            };
            self.verified.insert(index, outcome);
        }
        Ok(())
    }

    pub(super) fn plan(&self, state: &RunState) -> ResultPlan {
        let options = ResultOptions { label: &self.label, place: self.place };
        plan(&self.observed, state, &self.prepared.statuses, options)
    }

    pub(super) fn index_of(&self) -> HashMap<TestId, usize> {
        self.observed.iter().enumerate().map(|(index, test)| (test.test, index)).collect()
    }

    fn finish(mut self, ended: Result<(), Stop>) -> (Recorded, Option<Stop>) {
        let outcomes = (0..self.observed.len()).map(|index| {
            let known = self.verified.remove(&index).or_else(|| self.failed.remove(&index));
            known.unwrap_or(ResultOutcome::NotReached)
        });
        let outcomes: Vec<ResultOutcome> = outcomes.collect();
        let kept = outcomes.iter().filter(|outcome| **outcome == ResultOutcome::Kept).count();
        if kept > 0 {
            self.warnings.push(format!(
                "{} of run {:?} {} written by a person and {} kept",
                test_reports::text::count(kept, "result"),
                self.run.name,
                if kept == 1 { "was" } else { "were" },
                if kept == 1 { "was" } else { "were" },
            ));
        }
        let histories = self.observed.iter().map(|test| &test.history);
        let recorded = Recorded {
            statuses: status_counts(histories, &self.prepared.statuses),
            run: Some(self.run).filter(|run| run.id.is_some()),
            outcomes,
            not_executed: self.not_executed,
            warnings: self.warnings,
        };
        (recorded, ended.err())
    }
}

pub(super) fn ambiguous(results: usize) -> ResultOutcome {
    ResultOutcome::Refused {
        reason: format!(
            "the run has {results} results for the test (several environments or a data set), and it is unclear which one is meant"
        ),
    }
}

/// The result that a row plan is about.
pub(super) fn result_of(row: &RowPlan) -> Option<RunResultId> {
    match row {
        RowPlan::Unchanged(id) | RowPlan::Kept(id) | RowPlan::NoSteps(id) => Some(*id),
        RowPlan::Record(writes) | RowPlan::Update(writes) => writes.first().map(|write| write.of),
        RowPlan::NoResult | RowPlan::Ambiguous(_) => None,
    }
}
