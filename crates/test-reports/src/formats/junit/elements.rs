//! What elements are: the vocabulary of JUnit-style XML.

use crate::formats::model::{Outcome, RerunWhen};

/// Where the text of an element goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sink {
    Nowhere,
    TextBuffer,
    Tags,
}

/// What an open element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `testsuites`, `testsuite`, `properties`, and everything unknown: what is inside counts as if it were outside.
    Transparent,
    Case,
    /// A child that says how the case ended, or an error of a suite.
    ChildOutcome(ChildOutcome),
    Rerun(RerunWhen, Outcome),
    Property,
    /// Text of a rerun, console output, and all that is inside of a text: no element in there means anything.
    Text,
}

/// What a child of a case says, the greatest of several counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ChildOutcome {
    Passed,
    Skipped,
    Failed,
    Errored,
}

impl ChildOutcome {
    pub(super) fn outcome(self) -> Outcome {
        match self {
            ChildOutcome::Passed => Outcome::Passed,
            ChildOutcome::Skipped => Outcome::Skipped,
            ChildOutcome::Failed => Outcome::Failed,
            ChildOutcome::Errored => Outcome::Errored,
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
pub(super) fn verdict_of(name: &str) -> Option<ChildOutcome> {
    Some(match name {
        "failure" => ChildOutcome::Failed,
        "error" => ChildOutcome::Errored,
        "skipped" | "skip" | "ignored" | "disabled" | "pending" | "aborted" => {
            ChildOutcome::Skipped
        }
        "passed" | "warning" => ChildOutcome::Passed,
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
