//! Decides what to write into a run: a pure function of what this import saw and what the run holds.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use super::history::{AttemptOutcome, History};
use super::provenance::{Origin, ProvenancePlace, content, normalised, origin};
use super::statuses::Statuses;
use crate::api::ids::{RunResultId, RunResultStepId, StatusId, SuiteId, TestId};
use crate::api::wire::{RunResult, RunResultStep};

/// A test that this import saw.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The test.
    pub test: TestId,
    /// The folder that it is in.
    pub suite: SuiteId,
    /// What the reports say.
    pub history: History,
    /// Seconds; none if unknown.
    pub elapsed: Option<f64>,
    /// Keys of defects that the reports name.
    pub defects: Vec<String>,
}

/// The results of a run.
#[derive(Clone, Debug, Default)]
pub struct RunState {
    /// By test, then by id.
    results: Vec<RunResult>,
    /// By result, then in their sequence; of several for one step of the test, the first that was created.
    steps: Vec<RunResultStep>,
    /// The others.
    duplicate_steps: Vec<RunResultStep>,
}

impl RunState {
    /// The state that these rows describe.
    #[must_use]
    pub fn new(mut results: Vec<RunResult>, mut steps: Vec<RunResultStep>) -> Self {
        results.sort_unstable_by_key(|row| (row.test_id, row.id));
        steps.sort_unstable_by_key(|step| (step.run_result_id, step.step_id, step.id));
        let mut last = None;
        let is_duplicate = |step: &mut RunResultStep| {
            let of = step.step_id.map(|id| (step.run_result_id, id));
            of.is_some() && std::mem::replace(&mut last, of) == of
        };
        let duplicate_steps = steps.extract_if(.., is_duplicate).collect();
        steps.sort_unstable_by_key(|step| (step.run_result_id, step.sequence, step.id));
        Self { results, steps, duplicate_steps }
    }

    /// Every result.
    pub fn results(&self) -> impl Iterator<Item = &RunResult> {
        self.results.iter()
    }

    /// The steps of a result, in their sequence.
    #[must_use]
    pub fn steps_of(&self, result: RunResultId) -> &[RunResultStep] {
        equal_range(&self.steps, |step| step.run_result_id.cmp(&result))
    }

    /// Every step of every result.
    pub fn steps(&self) -> impl Iterator<Item = &RunResultStep> {
        self.steps.iter()
    }

    /// The result for a test in a folder; the error is the number of results that may be meant.
    fn find(&self, test: TestId, suite: SuiteId) -> Result<Option<&RunResult>, usize> {
        let all = equal_range(&self.results, |row| row.test_id.cmp(&test));
        let mut left: Vec<&RunResult> =
            all.iter().filter(|row| row.data_set_row.is_none()).collect();
        if left.iter().any(|row| row.suite_id == Some(suite)) {
            left.retain(|row| row.suite_id == Some(suite));
        }
        let Some(first) = left.first() else {
            // A test with a data set has a result for each of its rows, and none for itself.
            return if all.is_empty() { Ok(None) } else { Err(all.len()) };
        };
        // Rows for the same folder and environment are duplicates; the first one counts.
        let same = |row: &&RunResult| {
            (row.suite_id, row.environment_id) == (first.suite_id, first.environment_id)
        };
        if left.iter().all(same) { Ok(Some(first)) } else { Err(left.len()) }
    }

    /// Results that were created twice and never touched: all but the first of a test, folder and environment.
    #[must_use]
    pub fn untouched_duplicates(&self, statuses: &Statuses) -> Vec<RunResultId> {
        let mut duplicates = Vec::new();
        for rows in self.results.chunk_by(|a, b| a.test_id == b.test_id) {
            let mut seen = HashSet::new();
            for row in rows {
                let is_first = seen.insert((row.suite_id, row.environment_id, row.data_set_row));
                if !is_first && self.is_untouched(row, statuses) {
                    duplicates.push(row.id);
                }
            }
        }
        duplicates.sort_unstable();
        duplicates
    }

    /// Steps that were created twice and never touched: all but the first of a result and a step of its test.
    #[must_use]
    pub fn untouched_duplicate_steps(&self, statuses: &Statuses) -> Vec<RunResultStepId> {
        let blank = self.duplicate_steps.iter().filter(|step| is_blank(step, statuses));
        blank.map(|step| step.id).collect()
    }

    fn is_untouched(&self, row: &RunResult, statuses: &Statuses) -> bool {
        let duplicates = self.duplicate_steps.iter().filter(|step| step.run_result_id == row.id);
        statuses.is_open(row.status_id)
            && row.epoch.unwrap_or_default() == 0
            && self.steps_of(row.id).iter().chain(duplicates).all(|step| is_blank(step, statuses))
    }

    /// Every step, to change what is known of it.
    pub(super) fn steps_mut(&mut self) -> impl Iterator<Item = &mut RunResultStep> {
        self.steps.iter_mut()
    }

    /// Whether nobody has recorded anything.
    #[must_use]
    pub fn is_blank(&self, statuses: &Statuses) -> bool {
        self.results().all(|row| self.is_untouched(row, statuses))
    }

    /// What we wrote about `test`, for a continuation of the run.
    #[must_use]
    pub fn history_of(&self, observed: &Observed, statuses: &Statuses) -> Option<History> {
        let row = self.find(observed.test, observed.suite).ok()??;
        match origin(self.steps_of(row.id).last()?, statuses.written()) {
            Origin::Ours { attempts, text, .. } | Origin::StatusChanged { attempts, text } => {
                History::parse(&attempts, &text)
            }
            Origin::Blank | Origin::Foreign => None,
        }
    }

    /// Where the rows of this run have their provenance; none without any.
    #[must_use]
    pub fn place(&self, statuses: &Statuses) -> Option<ProvenancePlace> {
        let place = |step: &RunResultStep| match origin(step, statuses.written()) {
            Origin::Ours { place, .. } => Some(place),
            _ => None,
        };
        self.steps().filter_map(place).min()
    }
}

/// The elements of `sorted` that are equal by `order`.
fn equal_range<T>(sorted: &[T], order: impl Fn(&T) -> Ordering) -> &[T] {
    let start = sorted.partition_point(|element| order(element).is_lt());
    let rest = &sorted[start..];
    &rest[..rest.partition_point(|element| order(element).is_eq())]
}

/// Whether nobody has touched a step.
fn is_blank(step: &RunResultStep, statuses: &Statuses) -> bool {
    statuses.is_open(step.status_id)
        && step.epoch.unwrap_or_default() == 0
        && matches!(origin(step, statuses.written()), Origin::Blank)
}

/// What has to be written for one observed test.
#[derive(Clone, Debug, PartialEq)]
pub enum RowPlan {
    /// The run has no result for the test.
    NoResult,
    /// The result has no steps, so it cannot have a status.
    NoSteps(RunResultId),
    /// The result waits for an execution: write it.
    Record(Vec<StepWrite>),
    /// We wrote the result, and this import knows more: write it again.
    Update(Vec<StepWrite>),
    /// The result says all that this import saw.
    Unchanged(RunResultId),
    /// A person wrote the result.
    Kept(RunResultId),
    /// Several results may be meant: their number.
    Ambiguous(usize),
}

/// The new content of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepWrite {
    /// The row.
    pub id: RunResultStepId,
    /// Its result.
    pub of: RunResultId,
    /// The version of the row that the decision was made from.
    pub epoch: Option<u64>,
    /// Its new status.
    pub status: StatusId,
    /// Its new text; none: as it is.
    pub result: Option<String>,
    /// Its new version; none: as it is.
    pub version: Option<String>,
    /// Its new time in seconds; none: as it is.
    pub elapsed: Option<f64>,
}

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct ResultOptions<'a> {
    /// The label of the build in `version`.
    pub label: &'a str,
    /// Where the provenance goes.
    pub place: ProvenancePlace,
}

/// What has to be written so that a run says what this import saw.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultPlan {
    /// One for each observed test, in their order.
    pub rows: Vec<RowPlan>,
    /// Results of tests that this import did not see and that nobody has recorded.
    pub not_executed: usize,
}

impl ResultPlan {
    /// Whether nothing has to be created or written.
    #[must_use]
    pub fn is_done(&self) -> bool {
        !self.lacks_rows() && self.writes().next().is_none()
    }

    /// Whether results or steps have to be created.
    #[must_use]
    pub fn lacks_rows(&self) -> bool {
        self.rows.iter().any(|row| matches!(row, RowPlan::NoResult | RowPlan::NoSteps(_)))
    }

    /// Every write, in the order of the tests; the plan is done with.
    pub(super) fn into_writes(self) -> impl Iterator<Item = StepWrite> {
        self.rows.into_iter().flat_map(|row| match row {
            RowPlan::Record(steps) | RowPlan::Update(steps) => steps,
            _ => Vec::new(),
        })
    }

    /// Every write, in the order of the tests.
    pub fn writes(&self) -> impl Iterator<Item = &StepWrite> {
        self.rows.iter().flat_map(|row| match row {
            RowPlan::Record(steps) | RowPlan::Update(steps) => steps.as_slice(),
            _ => &[],
        })
    }
}

/// Decides what to write into a run.
#[must_use]
pub fn plan(
    observed: &[Observed],
    state: &RunState,
    statuses: &Statuses,
    options: ResultOptions<'_>,
) -> ResultPlan {
    let row = |test: &Observed| match state.find(test.test, test.suite) {
        Err(several) => RowPlan::Ambiguous(several),
        Ok(None) => RowPlan::NoResult,
        Ok(Some(row)) => match state.steps_of(row.id) {
            [] => RowPlan::NoSteps(row.id),
            steps => plan_row(test, row.id, steps, statuses, options),
        },
    };
    let seen: HashSet<TestId> = observed.iter().map(|test| test.test).collect();
    let waits = |row: &&RunResult| statuses.is_open(row.status_id) && !seen.contains(&row.test_id);
    ResultPlan {
        rows: observed.iter().map(row).collect(),
        not_executed: state.results().filter(waits).count(),
    }
}

/// The plan for a test whose result has these steps, the last of which decides.
fn plan_row(
    test: &Observed,
    result: RunResultId,
    steps: &[RunResultStep],
    statuses: &Statuses,
    options: ResultOptions<'_>,
) -> RowPlan {
    let Some((deciding, others)) = steps.split_last() else { return RowPlan::NoSteps(result) };
    let is_person = |step: &RunResultStep| match origin(step, statuses.written()) {
        Origin::Ours { .. } => false,
        Origin::Blank => !statuses.is_open(step.status_id),
        Origin::StatusChanged { .. } => !statuses.is_open(step.status_id),
        Origin::Foreign => true,
    };
    if others.iter().any(is_person) {
        return RowPlan::Kept(result);
    }
    // What we wrote last, if it is what we would write again.
    let mut own = None;
    let (known, is_ours) = match origin(deciding, statuses.written()) {
        Origin::Blank if statuses.is_open(deciding.status_id) => (None, false),
        Origin::Ours { attempts, text, place, .. } => {
            let known = History::parse(&attempts, &text);
            let is_in_place = place == options.place || options.place == ProvenancePlace::Nowhere;
            own = is_in_place.then_some((attempts, text));
            (known, true)
        }
        // Somebody asks for another execution: what the row says already is no answer.
        Origin::StatusChanged { attempts, text } if statuses.is_open(deciding.status_id) => {
            let known = History::parse(&attempts, &text);
            let adds = known.as_ref().is_none_or(|known| {
                let joined = known.clone().join(test.history.clone());
                joined.attempts() != attempts
            });
            if !adds {
                return RowPlan::Kept(result);
            }
            (known, true)
        }
        Origin::Blank | Origin::StatusChanged { .. } | Origin::Foreign => {
            return RowPlan::Kept(result);
        }
    };
    let history = match known {
        Some(known) => known.join(test.history.clone()),
        None => test.history.clone(),
    };
    let outcome = history.outcome();
    let status = statuses.of(outcome);
    let text = history.text();
    let mut writes = Vec::with_capacity(steps.len());
    // Which of a person's steps failed is not known: the last one, and the others are open.
    let status_of_others = if outcome.is_failure() { statuses.pending } else { Some(status) };
    for step in others {
        let from = origin(step, statuses.written());
        let is_blank = matches!(from, Origin::Blank);
        let is_elsewhere = matches!(from, Origin::Ours { place, .. } if place < options.place)
            && options.place != ProvenancePlace::Nowhere;
        let Some(status) = status_of_others else { continue };
        let differs = step.status_id != Some(status) && !(is_blank && outcome.is_failure());
        if differs || is_elsewhere {
            let (label, place) = (options.label, options.place);
            let own = content(label, step.epoch, &history, "", status, place);
            writes.push(StepWrite {
                id: step.id,
                of: result,
                epoch: step.epoch,
                status,
                result: (options.place == ProvenancePlace::Text).then_some(own.result),
                version: own.version,
                elapsed: None,
            });
        }
    }
    let says_all = |(attempts, written): (String, String)| {
        attempts == history.attempts() && normalised(&written) == normalised(&text)
    };
    let is_same = deciding.status_id == Some(status) && own.is_some_and(says_all);
    if is_same && writes.is_empty() {
        return RowPlan::Unchanged(result);
    }
    let wanted = content(options.label, deciding.epoch, &history, &text, status, options.place);
    // The deciding step comes last, so that its provenance vouches for the others.
    writes.push(StepWrite {
        id: deciding.id,
        of: result,
        epoch: deciding.epoch,
        status,
        result: Some(wanted.result),
        version: wanted.version,
        elapsed: test.elapsed,
    });
    if is_ours { RowPlan::Update(writes) } else { RowPlan::Record(writes) }
}

/// The number of observed tests by the name of the status that they get.
#[must_use]
pub fn status_counts<'a>(
    histories: impl Iterator<Item = &'a History>,
    statuses: &Statuses,
) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<(AttemptOutcome, String), usize> = BTreeMap::new();
    for history in histories {
        let outcome = history.outcome();
        let name = statuses.name(statuses.of(outcome));
        *counts.entry((outcome, name)).or_default() += 1;
    }
    let mut by_name: Vec<(String, usize)> = Vec::new();
    for ((_, name), count) in counts {
        match by_name.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += count,
            None => by_name.push((name, count)),
        }
    }
    by_name.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    by_name
}
