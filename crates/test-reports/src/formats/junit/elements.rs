//! What elements are: the vocabulary of JUnit-style XML.

use crate::formats::model::{Outcome, RerunWhen};

/// Where the text of an element goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sink {
    Nowhere,
    Prose,
    Tags,
}

/// What an open element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `testsuites`, `testsuite`, `properties`, and everything unknown: what is inside counts as if it were outside.
    Transparent,
    Case,
    /// A child that says how the case ended, or an error of a suite.
    Verdict(Verdict),
    Rerun(RerunWhen, Outcome),
    Property,
    /// Text of a rerun, console output, and all that is inside of a text: no element in there means anything.
    Text,
}

/// What a child of a case says, the greatest of several counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Passed,
    Skipped,
    Failed,
    Errored,
}

impl Verdict {
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Verdict::Passed => Outcome::Passed,
            Verdict::Skipped => Outcome::Skipped,
            Verdict::Failed => Outcome::Failed,
            Verdict::Errored => Outcome::Errored,
        }
    }
}

/// An open element. What is inside inherits suite and case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) sink: Sink,
    pub(super) suite: Option<u32>,
    pub(super) case: Option<u32>,
}

/// What a child of a case of this name says.
pub(super) fn verdict_of(name: &str) -> Option<Verdict> {
    Some(match name {
        "failure" => Verdict::Failed,
        "error" => Verdict::Errored,
        "skipped" | "skip" | "ignored" | "disabled" | "pending" | "aborted" => Verdict::Skipped,
        "passed" | "warning" => Verdict::Passed,
        _ => return None,
    })
}

/// Which rerun a child of a case of this name is.
pub(super) fn rerun_of(name: &str) -> Option<(RerunWhen, Outcome)> {
    Some(match name {
        "rerunFailure" => (RerunWhen::After, Outcome::Failed),
        "rerunError" => (RerunWhen::After, Outcome::Errored),
        "flakyFailure" => (RerunWhen::Before, Outcome::Failed),
        "flakyError" => (RerunWhen::Before, Outcome::Errored),
        _ => return None,
    })
}
