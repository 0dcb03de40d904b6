//! The server: runs, results and their steps, and what a client may ask of it.

use std::sync::LazyLock;

use crate::api::ids::{RunResultId, RunResultStepId, StatusId, StepId, SuiteId, TestId};
use crate::api::wire::{RunResult, RunResultStep};
use crate::results::plan::RunState;
use crate::results::statuses::Statuses;

/// The position of a row, and its id.
pub(super) type Row = u8;

/// The ids of Pending and Fail.
const PENDING: u64 = 501;
const FAIL: u64 = 503;

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Server {
    /// When it fills a new run with results.
    pub(super) fills: Fill,
    /// Whether it refuses to overwrite a row that was changed since it was read.
    pub(super) checks_epochs: bool,
    /// Whether it keeps earlier versions of rows.
    pub(super) keeps_versions: bool,
    /// Whether a result that a client creates gets its steps from the server.
    pub(super) brings_steps: bool,
}

/// When a server fills a new run with results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Fill {
    AtOnce,
    Later,
    Never,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RunRow {
    pub(super) deleted: bool,
    pub(super) complete: bool,
    filled: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ResultRow {
    run: Row,
    test: Row,
    deleted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct StepRow {
    result: Row,
    deleted: bool,
    epoch: u64,
    content: StepContent,
    /// Earlier versions, if the server keeps them.
    earlier: Vec<StepContent>,
    /// What a person wrote.
    by_person: Option<StepContent>,
}

/// What a client writes into a step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct StepContent {
    pub(super) status: StatusId,
    pub(super) text: String,
    pub(super) version: String,
}

/// A request that changes something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Request {
    CreateRun,
    DeleteRun(Row),
    CompleteRun(Row),
    CreateResults {
        run: Row,
        tests: Vec<Row>,
    },
    CreateSteps {
        results: Vec<Row>,
    },
    Delete {
        results: Vec<Row>,
        steps: Vec<Row>,
    },
    /// Steps with the epochs that they were read with.
    Write(Vec<(Row, u64, StepContent)>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) server: Server,
    /// The tests of the cycle.
    tests: Row,
    pub(super) runs: Vec<RunRow>,
    results: Vec<ResultRow>,
    steps: Vec<StepRow>,
}

impl World {
    /// A cycle with `tests` tests and no run.
    pub(super) fn new(server: Server, tests: Row) -> Self {
        Self { server, tests, runs: Vec::new(), results: Vec::new(), steps: Vec::new() }
    }

    /// Runs that lists show, in the order of their ids, and whether they are complete.
    pub(super) fn live_runs(&self) -> impl Iterator<Item = (Row, bool)> + '_ {
        (0..).zip(&self.runs).filter(|(_, run)| !run.deleted).map(|(row, run)| (row, run.complete))
    }

    /// The first run that is not complete.
    pub(super) fn open_run(&self) -> Option<Row> {
        self.live_runs().find(|(_, complete)| !complete).map(|(row, _)| row)
    }

    /// Executes a request. A create that a complete run refuses does nothing.
    pub(super) fn execute(&mut self, request: &Request) {
        match request {
            Request::CreateRun => {
                let run = row(self.runs.len());
                self.runs.push(RunRow { deleted: false, complete: false, filled: false });
                match self.server.fills {
                    Fill::AtOnce => self.fill(run),
                    Fill::Never => self.runs[usize::from(run)].filled = true,
                    Fill::Later => {}
                }
            }
            Request::DeleteRun(run) => self.runs[usize::from(*run)].deleted = true,
            Request::CompleteRun(run) => self.runs[usize::from(*run)].complete = true,
            Request::CreateResults { run, tests } => {
                for test in tests {
                    self.create_result(*run, *test, self.server.brings_steps);
                }
            }
            Request::CreateSteps { results } => {
                for result in results {
                    self.create_step(*result);
                }
            }
            Request::Delete { results, steps } => {
                for result in results {
                    self.results[usize::from(*result)].deleted = true;
                }
                for step in steps {
                    self.steps[usize::from(*step)].deleted = true;
                }
            }
            Request::Write(writes) => {
                for (step, epoch, content) in writes {
                    self.write(*step, *epoch, content);
                }
            }
        }
    }

    fn write(&mut self, step: Row, epoch: u64, content: &StepContent) {
        let Server { checks_epochs, keeps_versions, .. } = self.server;
        let run = self.results[usize::from(self.steps[usize::from(step)].result)].run;
        let step = &mut self.steps[usize::from(step)];
        if self.runs[usize::from(run)].complete || (checks_epochs && step.epoch != epoch) {
            return;
        }
        let before = std::mem::replace(&mut step.content, content.clone());
        if keeps_versions {
            step.earlier.push(before);
        }
        step.epoch += 1;
    }

    fn create_result(&mut self, run: Row, test: Row, with_steps: bool) {
        if self.runs[usize::from(run)].complete {
            return;
        }
        let result = row(self.results.len());
        self.results.push(ResultRow { run, test, deleted: false });
        if with_steps {
            self.create_step(result);
        }
    }

    fn create_step(&mut self, result: Row) {
        let content = StepContent {
            status: StatusId::new(PENDING),
            text: String::new(),
            version: String::new(),
        };
        let earlier = Vec::new();
        self.steps.push(StepRow {
            result,
            deleted: false,
            epoch: 0,
            content,
            earlier,
            by_person: None,
        });
    }

    /// Runs that the server has still to fill.
    pub(super) fn unfilled(&self) -> Vec<Row> {
        (0..).zip(&self.runs).filter(|(_, run)| !run.filled).map(|(row, _)| row).collect()
    }

    /// Fills a run with results for the tests that have none yet.
    pub(super) fn fill(&mut self, run: Row) {
        for test in 0..self.tests {
            let is_there = |row: &ResultRow| (row.run, row.test) == (run, test) && !row.deleted;
            if !self.results.iter().any(is_there) {
                self.create_result(run, test, true);
            }
        }
        self.runs[usize::from(run)].filled = true;
    }

    /// A person fails the first test in a run, if there is one to fail.
    pub(super) fn edit(&mut self, run: Row) -> bool {
        let results = &self.results;
        let is_first = |step: &&mut StepRow| {
            let result = &results[usize::from(step.result)];
            (result.run, result.test) == (run, 0) && !result.deleted && !step.deleted
        };
        let Some(step) = self.steps.iter_mut().find(is_first) else { return false };
        let content = StepContent {
            status: StatusId::new(FAIL),
            text: "The total is wrong.".to_owned(),
            version: String::new(),
        };
        step.content = content.clone();
        step.by_person = Some(content);
        step.epoch += 1;
        true
    }

    /// Whether all that a person wrote is still there.
    pub(super) fn keeps_edits(&self) -> bool {
        self.steps.iter().all(|step| {
            let result = &self.results[usize::from(step.result)];
            let is_gone =
                step.deleted || result.deleted || self.runs[usize::from(result.run)].deleted;
            step.by_person.as_ref().is_none_or(|wrote| *wrote == step.content && !is_gone)
        })
    }

    /// Whether a person wrote something in a run.
    pub(super) fn is_edited(&self, run: Row) -> bool {
        let of_run = |step: &&StepRow| self.results[usize::from(step.result)].run == run;
        self.steps.iter().filter(of_run).any(|step| step.by_person.is_some())
    }

    /// The number of results of a test in a run.
    pub(super) fn count(&self, run: Row, test: Row) -> usize {
        let is_one = |row: &&ResultRow| (row.run, row.test) == (run, test) && !row.deleted;
        self.results.iter().filter(is_one).count()
    }

    /// A run as its lists show it.
    pub(super) fn state(&self, run: Row) -> RunState {
        let is_live = |(_, row): &(u64, &ResultRow)| row.run == run && !row.deleted;
        let results: Vec<RunResult> = (0..)
            .zip(&self.results)
            .filter(is_live)
            .map(|(id, row)| self.result(id, row))
            .collect();
        let of_run = |(_, step): &(u64, &StepRow)| {
            let result = &self.results[usize::from(step.result)];
            !step.deleted && result.run == run && !result.deleted
        };
        let steps = (0..).zip(&self.steps).filter(of_run);
        RunState::new(results, steps.map(|(id, row)| self.step(id, row, &row.content)).collect())
    }

    /// The earlier versions of a step.
    pub(super) fn versions(&self, step: RunResultStepId) -> Vec<RunResultStep> {
        let id = step.number();
        let Some(row) = usize::try_from(id).ok().and_then(|at| self.steps.get(at)) else {
            return Vec::new();
        };
        row.earlier.iter().map(|content| self.step(id, row, content)).collect()
    }

    fn result(&self, id: u64, row: &ResultRow) -> RunResult {
        let is_last = |step: &&StepRow| u64::from(step.result) == id && !step.deleted;
        let status = self.steps.iter().rfind(is_last).map(|step| step.content.status);
        RunResult {
            id: RunResultId::new(id),
            run_id: None,
            test_id: test_id(row.test),
            suite_id: Some(SuiteId::new(1)),
            status_id: status,
            environment_id: None,
            data_set_row: None,
            epoch: Some(0),
        }
    }

    fn step(&self, id: u64, row: &StepRow, content: &StepContent) -> RunResultStep {
        RunResultStep {
            id: RunResultStepId::new(id),
            run_result_id: RunResultId::new(u64::from(row.result)),
            step_id: Some(StepId::new(u64::from(self.results[usize::from(row.result)].test))),
            status_id: Some(content.status),
            sequence: Some(1),
            result: content.text.clone(),
            version: content.version.clone(),
            epoch: Some(row.epoch),
        }
    }
}

pub(super) fn test_id(test: Row) -> TestId {
    TestId::new(u64::from(test))
}

pub(super) fn row(index: usize) -> Row {
    Row::try_from(index).expect("a scenario has fewer than 256 rows of a kind")
}

/// The row of an id.
pub(super) fn row_of(id: u64) -> Row {
    Row::try_from(id).expect("ids are positions")
}

pub(super) static STATUSES: LazyLock<Statuses> = LazyLock::new(crate::results::tests::statuses);
