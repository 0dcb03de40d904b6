//! What happened to a test the last time it was executed.

use super::display;
use super::runs::{StatusTag, has_failed_attempt, seconds};
use crate::store::LatestResult;

/// The outcome of a test's latest result. Every test has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Failed,
    /// It passed after an earlier attempt had failed.
    Flaky,
    Passed,
    /// Skipped, blocked, or to be tested again.
    Skipped,
    NotRun,
}

impl Outcome {
    pub(super) const ALL: [Self; 5] =
        [Self::Failed, Self::Flaky, Self::Passed, Self::Skipped, Self::NotRun];

    pub(super) fn of(result: Option<&LatestResult>) -> Self {
        match result {
            Some(result) if result.status_type == 2 => match has_failed_attempt(&result.version) {
                true => Self::Flaky,
                false => Self::Passed,
            },
            Some(result) if result.status_type == 3 => Self::Failed,
            Some(_) => Self::Skipped,
            None => Self::NotRun,
        }
    }

    /// The value in addresses.
    pub(super) const fn value(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Flaky => "flaky",
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::NotRun => "not-run",
        }
    }

    pub(super) fn from_value(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.value() == value)
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Failed => "Failed",
            Self::Flaky => "Flaky",
            Self::Passed => "Passed",
            Self::Skipped => "Skipped or blocked",
            Self::NotRun => "Not run",
        }
    }

    pub(super) const fn css_class(self) -> &'static str {
        match self {
            Self::Failed => "fail",
            Self::Flaky => "retest",
            Self::Passed => "pass",
            Self::Skipped => "skip",
            Self::NotRun => "pending",
        }
    }
}

/// How many tests have each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct OutcomeTotals([i64; 5]);

impl OutcomeTotals {
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.0[outcome as usize] += 1;
    }

    pub(super) fn add_all(&mut self, other: Self) {
        for (total, more) in self.0.iter_mut().zip(other.0) {
            *total += more;
        }
    }

    pub(super) const fn of(self, outcome: Outcome) -> i64 {
        self.0[outcome as usize]
    }

    /// The number of tests that passed, flaky ones as well.
    pub(super) const fn green(self) -> i64 {
        self.of(Outcome::Passed) + self.of(Outcome::Flaky)
    }

    pub(super) const fn red(self) -> i64 {
        self.of(Outcome::Failed)
    }

    /// The outcomes that tests have, with their numbers.
    pub(super) fn present(self) -> Vec<(Outcome, i64)> {
        let counts = Outcome::ALL.into_iter().map(|outcome| (outcome, self.of(outcome)));
        let mut present: Vec<_> = counts.filter(|(_, tests)| *tests > 0).collect();
        present.sort_by_key(|(outcome, _)| *outcome != Outcome::Passed);
        present
    }
}

/// The latest result of a test in a list.
#[derive(Debug)]
pub(super) struct LatestTag {
    pub(super) status: StatusTag,
    pub(super) is_flaky: bool,
    /// Empty if no step has a time.
    pub(super) elapsed: String,
}

impl LatestTag {
    pub(super) fn new(result: &LatestResult) -> Self {
        Self {
            status: StatusTag::new(&result.status, result.status_type),
            is_flaky: Outcome::of(Some(result)) == Outcome::Flaky,
            elapsed: result.elapsed.map(seconds).unwrap_or_default(),
        }
    }
}

/// File and line of a test, in the text that an import recorded with a result; empty if it has none.
pub(super) fn source_in(text: &str) -> String {
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let line = line.trim_end();
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            // What a test printed is no source.
            Some(open) => {
                if line == open {
                    fence = None;
                }
            }
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                if let Some(source) = line.strip_prefix("Source: ") {
                    return display::name(source.trim());
                }
            }
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_outside_of_what_the_test_printed() {
        let text = "Failed: boom\n\n````\nSource: no.py:1\n```\nSource: no.py:2\n````\n\n\
                    Source: tests/cart.py:12\n\nBuild: https://ci.example/7";
        assert_eq!(source_in(text), "tests/cart.py:12");
        assert_eq!(source_in(&text.replace('\n', "\r\n")), "tests/cart.py:12");
        for text in ["", "Failed: boom", "```\nSource: no.py:1", "See Source: no.py"] {
            assert_eq!(source_in(text), "", "{text}");
        }
    }

    #[test]
    fn every_result_has_an_outcome() {
        let result = |status_type, version: &str| LatestResult {
            id: 1,
            status: "x".into(),
            status_type,
            elapsed: None,
            version: version.to_owned(),
        };
        let mut totals = OutcomeTotals::default();
        for (result, outcome) in [
            (Some(result(2, "#1 1:P tqa-5f3c9a1e")), Outcome::Passed),
            (Some(result(2, "#1 1:F 2:P tqa-5f3c9a1e")), Outcome::Flaky),
            (Some(result(3, "#1 1:F 2:F tqa-5f3c9a1e")), Outcome::Failed),
            (Some(result(4, "")), Outcome::Skipped),
            (Some(result(5, "")), Outcome::Skipped),
            (None, Outcome::NotRun),
        ] {
            assert_eq!(Outcome::of(result.as_ref()), outcome);
            assert_eq!(Outcome::from_value(outcome.value()), Some(outcome));
            totals.add(outcome);
        }
        assert_eq!((totals.red(), totals.green(), totals.of(Outcome::Skipped)), (1, 2, 2));
        assert_eq!(totals.present().len(), 5);
    }
}
