//! What became of a test that stands in a report more than once.

use crate::formats::model::{Case, Outcome, Report, RerunWhen, SuiteIndex};
use crate::producers::{EqualCases, Producer};

use super::{Attempt, details};

/// One case element of a test.
pub(super) struct Occurrence<'a> {
    /// The number of its file.
    pub(super) file: usize,
    pub(super) report: &'a Report,
    pub(super) producer: &'static Producer,
    pub(super) case: &'a Case,
    pub(super) suite: Option<SuiteIndex>,
    /// Host, browser, project.
    pub(super) configuration: Option<String>,
}

/// The cases of one file and configuration: at least one.
pub(super) struct Execution<'a, 'o> {
    pub(super) cases: Vec<&'o Occurrence<'a>>,
}

/// What became of a test.
pub(super) struct Verdict<'a, 'o> {
    pub(super) outcome: Outcome,
    pub(super) flaky: bool,
    pub(super) duration_s: Option<f64>,
    /// Empty when there was only one.
    pub(super) attempts: Vec<Attempt>,
    /// The case that decided.
    pub(super) deciding: &'o Occurrence<'a>,
}

/// What became of one execution.
struct Ended<'a, 'o> {
    outcome: Outcome,
    flaky: bool,
    duration_s: Option<f64>,
    attempts: Vec<Attempt>,
    deciding: &'o Occurrence<'a>,
}

/// The verdict over all executions: the worst of them, or the last with `reruns`. An executed outcome outweighs a skipped one
/// because shards report the others' tests as skipped.
pub(super) fn decide<'a, 'o>(
    first: &Execution<'a, 'o>,
    others: &[Execution<'a, 'o>],
    reruns: bool,
) -> Verdict<'a, 'o> {
    let first = end(first);
    let mut attempts = first.attempts.clone();
    let mut verdict = first;
    for next in others.iter().map(end) {
        attempts.extend(next.attempts.iter().cloned());
        let decides = match (verdict.outcome, next.outcome) {
            _ if reruns && next.outcome == Outcome::Skipped => false,
            _ if reruns => true,
            (held, new) => (new, next.flaky) > (held, verdict.flaky),
        };
        if decides {
            let failed_before =
                reruns && matches!(verdict.outcome, Outcome::Failed | Outcome::Errored);
            let flaky = next.outcome == Outcome::Passed
                && (next.flaky || failed_before || (reruns && verdict.flaky));
            verdict = Ended { flaky, ..next };
        }
    }
    if attempts.len() < 2 {
        attempts.clear();
    }
    let Ended { outcome, flaky, duration_s, deciding, .. } = verdict;
    Verdict { outcome, flaky, duration_s, attempts, deciding }
}

fn end<'a, 'o>(execution: &Execution<'a, 'o>) -> Ended<'a, 'o> {
    let bare = execution.cases[0].producer.equal_cases == EqualCases::BareAttempts;
    let are_attempts = execution.are_attempts();
    let last = execution.cases.len() - 1;
    let mut attempts = Vec::new();
    let mut duration_s: Option<f64> = None;
    let mut worst = 0;
    for (index, occurrence) in execution.cases.iter().enumerate() {
        let mut own = attempts_of(occurrence.case);
        // pytest writes a rerun as a bare case that looks passed.
        if are_attempts && bare && index < last {
            for attempt in own.iter_mut().filter(|attempt| attempt.outcome == Outcome::Passed) {
                attempt.outcome = Outcome::Failed;
            }
        }
        attempts.extend(own);
        if let Some(seconds) = occurrence.case.duration {
            duration_s = Some(duration_s.unwrap_or_default() + seconds);
        }
        if occurrence.case.outcome > execution.cases[worst].case.outcome {
            worst = index;
        }
    }
    let deciding = execution.cases[if are_attempts { last } else { worst }];
    let outcome = deciding.case.outcome;
    let failed = |outcome: Outcome| matches!(outcome, Outcome::Failed | Outcome::Errored);
    // Rows never make a test flaky: they are different data.
    let flaky = outcome == Outcome::Passed
        && (are_attempts
            || execution.cases.len() == 1
            || execution.cases.iter().any(|case| has_flaky_child(case.case)))
        && attempts.iter().any(|attempt| failed(attempt.outcome));
    Ended { outcome, flaky, duration_s, attempts, deciding }
}

fn has_flaky_child(case: &Case) -> bool {
    case.extra
        .as_ref()
        .is_some_and(|extra| extra.reruns.iter().any(|rerun| rerun.when == RerunWhen::Before))
}

/// The case's own attempts, oldest first: flaky children, the recorded state, rerun children.
fn attempts_of(case: &Case) -> Vec<Attempt> {
    let recorded = Attempt {
        outcome: case.outcome,
        duration_s: case.duration,
        message: case.detail().and_then(details::message),
    };
    let Some(extra) = &case.extra else {
        return vec![recorded];
    };
    let of = |wanted: RerunWhen| {
        extra.reruns.iter().filter(move |rerun| rerun.when == wanted).map(|rerun| Attempt {
            outcome: rerun.outcome,
            duration_s: rerun.duration,
            message: details::message(&rerun.detail),
        })
    };
    of(RerunWhen::Before).chain([recorded]).chain(of(RerunWhen::After)).collect()
}

impl Execution<'_, '_> {
    /// Whether both say the same, word for word, in different files: a file beside its merged copy.
    pub(super) fn is_copy_of(&self, other: &Self) -> bool {
        self.cases[0].file != other.cases[0].file
            && self.cases.len() == other.cases.len()
            && self.cases.iter().zip(&other.cases).all(|(a, b)| {
                let (a, b) = (a.case, b.case);
                a.outcome == b.outcome
                    && a.duration == b.duration
                    && a.name == b.name
                    && a.classname == b.classname
                    && a.detail() == b.detail()
            })
    }
}
