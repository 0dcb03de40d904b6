//! One recording as a state machine in which each step is one request: `recorder`, `runs` and `rows` without the network.

use std::hash::{Hash, Hasher};

use super::Rule;
use super::world::{Request, Row, STATUSES, StepContent, World, row_of, test_id};
use crate::api::ids::SuiteId;
use crate::api::wire::RunResultStep;
use crate::results::history::{AttemptOutcome, History};
use crate::results::plan::{
    Observed, ResultOptions, ResultPlan, RowPlan, RunState, StepWrite, plan,
};
use crate::results::provenance::{Origin, ProvenancePlace, origin};
use crate::results::recorder::ELECTIONS;
use crate::results::rows::ROUNDS;

/// How often a create without an answer is sent again.
const SENT_AGAIN: u8 = 2;

/// What is known about one test.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) test: Row,
    pub(super) history: History,
}

/// A test passes or fails in an attempt: the test, the attempt, whether it passes.
pub(super) type Outcome = (Row, u64, bool);

impl Seen {
    fn new((test, attempt, passes): Outcome) -> Self {
        let outcome = if passes { AttemptOutcome::Passed } else { AttemptOutcome::Failed };
        let text = if passes { "" } else { "Failed: expected 1, got 2" };
        let attempts = format!("{attempt}:{}", outcome.letter());
        Self { test, history: History::parse(&attempts, text).expect("an attempt") }
    }

    fn observed(&self) -> Observed {
        Observed {
            test: test_id(self.test),
            suite: SuiteId::new(1),
            history: self.history.clone(),
            elapsed: None,
            defects: Vec::new(),
        }
    }

    fn key(&self) -> (Row, String, String) {
        (self.test, self.history.attempts(), self.history.text())
    }
}

impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Seen {}

impl Hash for Seen {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// Why the results of a run are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Then {
    First,
    Filled,
    /// Results were created; whether the server answered, and how often they were sent.
    ResultsCreated(bool, u8),
    StepsCreated(bool, u8),
    /// Steps were written, in which round. If the runs were read before the results: whether this one was still the winner.
    Written(u8, Option<bool>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    /// The runs of the build are read.
    Elect,
    /// A run is created; how often it was sent before.
    Create(u8),
    /// The runs are read for the new one; whether the server answered, and how often it was sent.
    ReadBack(bool, u8),
    /// The results of a run that lost are read.
    CheckLoser {
        run: Row,
        losers: Vec<Row>,
    },
    DeleteLoser {
        run: Row,
        loser: Row,
        losers: Vec<Row>,
    },
    Read {
        run: Row,
        then: Then,
    },
    Send {
        run: Row,
        request: Request,
        then: Then,
    },
    /// The runs are read again; whether the results are as they should be.
    Confirm {
        run: Row,
        is_right: bool,
    },
    Close {
        run: Row,
    },
    /// The results are read once more after the run was completed.
    Closed {
        run: Row,
    },
    Ended(bool),
    Dead,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Importer {
    /// What its reports say.
    pub(super) reports: Vec<Seen>,
    /// What it knows.
    observed: Vec<Seen>,
    pub(super) stage: Stage,
    /// Whether it completes the run.
    closes: bool,
    /// Whether it prefers the run with the highest id: for it, the rule of the lowest id is disabled.
    reversed: bool,
    wrote: bool,
    elections: usize,
}

/// What a request became, as far as the importer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Good,
    None,
}

impl Importer {
    pub(super) fn new(outcomes: &[Outcome], closes: bool, reversed: bool) -> Self {
        let reports: Vec<Seen> = outcomes.iter().map(|outcome| Seen::new(*outcome)).collect();
        Self {
            observed: reports.clone(),
            reports,
            stage: Stage::Elect,
            closes,
            reversed,
            wrote: false,
            elections: 0,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Ended(_) | Stage::Dead)
    }

    /// Ends, and forgets everything that no longer matters, so that equal states are equal.
    pub(super) fn end(&mut self, stage: Stage) {
        self.stage = stage;
        self.observed.clear();
        (self.wrote, self.elections) = (false, 0);
    }

    /// Whether it decided to overwrite, complete or delete what it read: no request does so conditionally.
    pub(super) fn is_about_to_change(&self, is_guarded: bool) -> bool {
        match &self.stage {
            Stage::DeleteLoser { .. } | Stage::Close { .. } => true,
            Stage::Send { request: Request::Delete { .. }, .. } => true,
            Stage::Send { request: Request::Write(_), .. } => !is_guarded,
            _ => false,
        }
    }

    /// The request that it sends next; none if it reads.
    pub(super) fn request(&self) -> Option<Request> {
        match &self.stage {
            Stage::Create(_) => Some(Request::CreateRun),
            Stage::DeleteLoser { loser, .. } => Some(Request::DeleteRun(*loser)),
            Stage::Send { request, .. } => Some(request.clone()),
            Stage::Close { run } => Some(Request::CompleteRun(*run)),
            _ => None,
        }
    }

    /// Goes on after the request was sent.
    pub(super) fn sent(&mut self, answer: Answer, world: &World, without: Option<Rule>) {
        let is_good = answer == Answer::Good;
        self.stage = match self.stage.clone() {
            Stage::Create(times) => {
                if is_good && without == Some(Rule::ReadBackRun) {
                    let own = world.live_runs().last().map_or(0, |(row, _)| row);
                    self.wrote = true;
                    Stage::Read { run: own, then: Then::First }
                } else {
                    self.wrote = true;
                    Stage::ReadBack(is_good, times)
                }
            }
            Stage::DeleteLoser { run, losers, .. } => after_loser(run, losers),
            Stage::Send { run, then, .. } => {
                self.wrote = true;
                let then = match then {
                    Then::ResultsCreated(_, times) => Then::ResultsCreated(is_good, times),
                    Then::StepsCreated(_, times) => Then::StepsCreated(is_good, times),
                    other => other,
                };
                Stage::Read { run, then }
            }
            // Without an answer, the run is read.
            Stage::Close { .. } if without == Some(Rule::ReadAfterClosing) => Stage::Ended(true),
            Stage::Close { run } if world.runs[usize::from(run)].complete => Stage::Closed { run },
            Stage::Close { .. } => Stage::Ended(false),
            other => other,
        };
        if self.is_over() {
            let stage = self.stage.clone();
            self.end(stage);
        }
    }

    /// Whether it reads the runs of the build next.
    pub(super) fn reads_runs(&self) -> bool {
        matches!(self.stage, Stage::Elect | Stage::ReadBack(..) | Stage::Confirm { .. })
    }

    /// Reads. False if it would only read again.
    pub(super) fn read(
        &mut self,
        world: &World,
        hidden: Option<Row>,
        without: Option<Rule>,
    ) -> bool {
        let shown: Vec<(Row, bool)> =
            world.live_runs().filter(|(row, _)| Some(*row) != hidden).collect();
        let open: Vec<Row> = shown.iter().filter(|(_, done)| !done).map(|(row, _)| *row).collect();
        let winner = if self.reversed { open.last() } else { open.first() }.copied();
        match self.stage.clone() {
            Stage::Elect => {
                let complete: Vec<Row> =
                    shown.iter().filter(|(_, done)| *done).map(|(row, _)| *row).collect();
                let mut seen = self.observed.clone();
                let mut said = vec![false; seen.len()];
                for run in &complete {
                    let state = world.state(*run);
                    let before = self.observed.clone();
                    self.join_overwritten(&state, world);
                    for ((seen, before), now) in seen.iter_mut().zip(&before).zip(&self.observed) {
                        if before != now {
                            seen.clone_from(now);
                        }
                    }
                    let observed: Vec<Observed> = seen.iter().map(Seen::observed).collect();
                    for (said, row) in said.iter_mut().zip(decide(&observed, &state).rows) {
                        *said |= matches!(row, RowPlan::Unchanged(_) | RowPlan::Kept(_));
                    }
                    for seen in &mut self.observed {
                        if let Some(known) = state.history_of(&seen.observed(), &STATUSES) {
                            seen.history = known.join(seen.history.clone());
                        }
                    }
                }
                if winner.is_none() && !complete.is_empty() && said.iter().all(|said| *said) {
                    self.end(Stage::Ended(true));
                    return true;
                }
                self.elected(winner, &open);
            }
            Stage::ReadBack(is_acknowledged, times) => match winner {
                Some(_) => self.elected(winner, &open),
                // It is looked for until it is there, unless somebody completed or deleted it.
                None if hidden.is_some() => return false,
                None if is_acknowledged => self.end(Stage::Ended(false)),
                None if times < SENT_AGAIN => self.stage = Stage::Create(times + 1),
                None => self.end(Stage::Ended(false)),
            },
            Stage::CheckLoser { run, losers } => {
                let (loser, rest) = losers.split_first().expect("there is a loser");
                let state = world.state(*loser);
                let is_blank = state.is_blank(&STATUSES) || without == Some(Rule::KeepRecorded);
                self.stage = if is_blank {
                    Stage::DeleteLoser { run, loser: *loser, losers: rest.to_vec() }
                } else {
                    after_loser(run, rest.to_vec())
                };
            }
            Stage::Read { run, then } => return self.read_results(run, then, world, without),
            Stage::Closed { run } => {
                let is_right = self.plan(&world.state(run)).is_done();
                self.end(Stage::Ended(is_right));
            }
            Stage::Confirm { run, is_right } => {
                let is_elected = winner.is_none_or(|now| now == run);
                self.elected_again(run, is_right, is_elected || without == Some(Rule::ElectAgain));
            }
            _ => {}
        }
        true
    }

    /// Goes on with the run that won; `open` are all that are not complete.
    fn elected(&mut self, winner: Option<Row>, open: &[Row]) {
        self.stage = match winner {
            None => Stage::Create(0),
            Some(run) => {
                let losers: Vec<Row> = open.iter().copied().filter(|row| *row > run).collect();
                after_loser(run, losers)
            }
        };
    }

    /// Reads the runs after a write, before the results: they are requested together, and the server answers in any order. False if it
    /// reads something else.
    pub(super) fn read_runs_first(&mut self, world: &World, hidden: Option<Row>) -> bool {
        let Stage::Read { run, then: Then::Written(round, None) } = self.stage else {
            return false;
        };
        let mut open = world.live_runs().filter(|(row, done)| !done && Some(*row) != hidden);
        let winner = if self.reversed { open.last() } else { open.next() };
        let is_elected = winner.is_none_or(|(now, _)| now == run);
        self.stage = Stage::Read { run, then: Then::Written(round, Some(is_elected)) };
        true
    }

    /// Goes on after the runs were read once more.
    fn elected_again(&mut self, run: Row, is_right: bool, is_elected: bool) {
        if is_elected {
            self.confirmed(run, is_right);
        } else if self.elections + 1 >= ELECTIONS {
            self.end(Stage::Ended(false));
        } else {
            self.elections += 1;
            self.stage = Stage::Elect;
        }
    }

    fn read_results(&mut self, run: Row, then: Then, world: &World, without: Option<Rule>) -> bool {
        let state = world.state(run);
        let plan = self.plan(&state);
        let lacks = |wanted: fn(&RowPlan) -> bool| plan.rows.iter().any(wanted);
        let no_result = lacks(|row| *row == RowPlan::NoResult);
        let no_steps = lacks(|row| matches!(row, RowPlan::NoSteps(_)));
        match then {
            Then::First if no_result || no_steps => {
                self.stage = Stage::Read { run, then: Then::Filled };
                return true;
            }
            Then::ResultsCreated(true, _) if no_result => {
                self.end(Stage::Ended(false));
                return true;
            }
            Then::ResultsCreated(_, times) | Then::StepsCreated(_, times)
                if (no_result || no_steps) && times > SENT_AGAIN =>
            {
                self.end(Stage::Ended(false));
                return true;
            }
            Then::Filled | Then::ResultsCreated(..) | Then::StepsCreated(..)
                if no_result || no_steps =>
            {
                let times = match then {
                    Then::ResultsCreated(_, times) if no_result => times + 1,
                    Then::StepsCreated(_, times) => times + 1,
                    _ => 0,
                };
                self.stage = self.create(run, &plan, no_result, times);
                return true;
            }
            _ => {}
        }
        let round = match then {
            Then::Written(round, _) => round,
            _ => 0,
        };
        let duplicates = self.duplicates(&state);
        if duplicates != (Vec::new(), Vec::new()) && without != Some(Rule::RemoveDuplicates) {
            let (results, steps) = duplicates;
            let request = Request::Delete { results, steps };
            // The rows are read once more, and the runs.
            let then = match then {
                Then::Written(round, _) => Then::Written(round, None),
                then => then,
            };
            self.stage = Stage::Send { run, request, then };
            return true;
        }
        if without != Some(Rule::JoinOverwritten) {
            self.join_overwritten(&state, world);
        }
        let plan = self.plan(&state);
        let writes: Vec<_> = plan.writes().map(as_request).collect();
        let only_writes = without == Some(Rule::Verify) && matches!(then, Then::Written(..));
        if writes.is_empty() || usize::from(round) == ROUNDS || only_writes {
            let is_done = |row: &RowPlan| matches!(row, RowPlan::Unchanged(_) | RowPlan::Kept(_));
            let is_right = only_writes || plan.rows.iter().all(is_done);
            match then {
                Then::Written(_, Some(is_elected)) => self.elected_again(run, is_right, is_elected),
                _ if self.wrote => self.stage = Stage::Confirm { run, is_right },
                _ => self.confirmed(run, is_right),
            }
        } else {
            let request = Request::Write(writes);
            self.stage = Stage::Send { run, request, then: Then::Written(round + 1, None) };
        }
        true
    }

    fn create(&self, run: Row, plan: &ResultPlan, no_result: bool, times: u8) -> Stage {
        if no_result {
            let missing = plan.rows.iter().zip(&self.observed);
            let missing = missing.filter(|(row, _)| **row == RowPlan::NoResult);
            let tests = missing.map(|(_, seen)| seen.test).collect();
            let request = Request::CreateResults { run, tests };
            Stage::Send { run, request, then: Then::ResultsCreated(false, times) }
        } else {
            let lacking = plan.rows.iter().filter_map(|row| match row {
                RowPlan::NoSteps(id) => Some(row_of(id.number())),
                _ => None,
            });
            let request = Request::CreateSteps { results: lacking.collect() };
            Stage::Send { run, request, then: Then::StepsCreated(false, times) }
        }
    }

    /// After the last election.
    fn confirmed(&mut self, run: Row, is_right: bool) {
        if is_right && self.closes {
            self.stage = Stage::Close { run };
        } else {
            self.end(Stage::Ended(is_right));
        }
    }

    fn duplicates(&self, state: &RunState) -> (Vec<Row>, Vec<Row>) {
        let is_observed = |id: &_| {
            let mut rows = state.results().filter(|row| row.id == *id);
            rows.any(|row| self.observed.iter().any(|seen| test_id(seen.test) == row.test_id))
        };
        let results = state.untouched_duplicates(&STATUSES);
        let results = results.iter().filter(|id| is_observed(id)).map(|id| row_of(id.number()));
        let steps = state.untouched_duplicate_steps(&STATUSES);
        (results.collect(), steps.iter().map(|id| row_of(id.number())).collect())
    }

    fn join_overwritten(&mut self, state: &RunState, world: &World) {
        let overwrote = |step: &&RunResultStep| {
            matches!(origin(step, STATUSES.written()), Origin::Ours { overwrote: true, .. })
        };
        for step in state.steps().filter(overwrote) {
            let test = step.step_id.map_or(0, |id| row_of(id.number()));
            let Some(seen) = self.observed.iter_mut().find(|seen| seen.test == test) else {
                continue;
            };
            for version in world.versions(step.id) {
                if let Origin::Ours { attempts, text, .. } = origin(&version, STATUSES.written())
                    && let Some(known) = History::parse(&attempts, &text)
                {
                    seen.history = known.join(seen.history.clone());
                }
            }
        }
    }

    pub(super) fn plan(&self, state: &RunState) -> ResultPlan {
        let observed: Vec<Observed> = self.observed.iter().map(Seen::observed).collect();
        decide(&observed, state)
    }
}

/// Goes on with the next run that lost, or with the results of the one that won.
fn after_loser(run: Row, losers: Vec<Row>) -> Stage {
    if losers.is_empty() {
        Stage::Read { run, then: Then::First }
    } else {
        Stage::CheckLoser { run, losers }
    }
}

/// Whether a run says all that a report says.
pub(super) fn says(world: &World, run: Row, reports: &[Seen]) -> bool {
    let observed: Vec<Observed> = reports.iter().map(Seen::observed).collect();
    let plan = decide(&observed, &world.state(run));
    plan.rows.iter().all(|row| matches!(row, RowPlan::Unchanged(_) | RowPlan::Kept(_)))
}

fn decide(observed: &[Observed], state: &RunState) -> ResultPlan {
    let options = ResultOptions { label: "#7", place: ProvenancePlace::Version };
    plan(observed, state, &STATUSES, options)
}

fn as_request(write: &StepWrite) -> (Row, u64, StepContent) {
    let content = StepContent {
        status: write.status,
        text: write.result.clone().unwrap_or_default(),
        version: write.version.clone().unwrap_or_default(),
    };
    (row_of(write.id.number()), write.epoch.unwrap_or_default(), content)
}
