//! What changed since an earlier run: which tests fail now, no longer fail, are new, gone or slower.

use std::collections::HashMap;

use serde::Serialize;

use super::Summary;
use super::layout::{count, grouped};
use test_reports::formats::model::Outcome;
use test_reports::record::TestRecord;

/// A test is slower if it takes at least this many times as long as before, and at least this many seconds longer.
const SLOWER_TIMES: f64 = 2.0;
const SLOWER_SECONDS: f64 = 1.0;

/// The tests of an earlier run.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    /// The file that they were read from, as given.
    pub file: String,
    /// The tests by identity (`tqi-…`).
    pub tests: HashMap<String, EarlierTest>,
}

/// A test of an earlier run.
#[derive(Clone, Debug)]
pub struct EarlierTest {
    /// Its folders, outermost first.
    pub folder: Vec<String>,
    /// Its name.
    pub name: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// Its duration in seconds, if known.
    pub duration_s: Option<f64>,
}

/// How the tests differ from those of an earlier run. Lists are in the order of the records, `gone` by folder and name.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparison {
    /// The file that holds the earlier run, as given.
    pub file: String,
    /// The number of tests before.
    pub tests_before: usize,
    /// Tests that fail now and did not fail before. New tests that fail are among them.
    pub newly_failing: Vec<ComparedTest>,
    /// Tests that failed before and pass now.
    pub fixed: Vec<ComparedTest>,
    /// Tests that fail now and failed before.
    pub still_failing: Vec<ComparedTest>,
    /// Tests that were not there before.
    pub new: Vec<ComparedTest>,
    /// Tests that were there before and are in no report now.
    pub gone: Vec<ComparedTest>,
    /// Tests that passed both times and take at least twice as long as before, and at least 1 second longer.
    pub slower: Vec<ComparedTest>,
}

/// A test before and now.
#[derive(Clone, Debug, Serialize)]
pub struct ComparedTest {
    /// The identity.
    pub identity: String,
    /// The folders, outermost first.
    pub folder: Vec<String>,
    /// The name.
    pub name: String,
    /// The outcome before; none for a new test.
    pub outcome_before: Option<Outcome>,
    /// The outcome now; none for a test that is gone.
    pub outcome: Option<Outcome>,
    /// Seconds before, if known.
    pub duration_before_s: Option<f64>,
    /// Seconds now, if known.
    pub duration_s: Option<f64>,
}

fn fails(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::Errored)
}

impl Comparison {
    /// Compares `tests` with those of an `earlier` run.
    #[must_use]
    pub fn new(earlier: Earlier, tests: &[TestRecord]) -> Self {
        let Earlier { file, tests: mut before } = earlier;
        let mut all = Self { file, tests_before: before.len(), ..Self::default() };
        for test in tests {
            let identity = test.identity.to_string();
            let earlier = before.remove(&identity);
            let failed = earlier.as_ref().map(|earlier| fails(earlier.outcome));
            let compared = || ComparedTest {
                identity: identity.clone(),
                folder: test.class.folder.to_vec(),
                name: test.name.to_string(),
                outcome_before: earlier.as_ref().map(|earlier| earlier.outcome),
                outcome: Some(test.outcome),
                duration_before_s: earlier.as_ref().and_then(|earlier| earlier.duration_s),
                duration_s: test.seconds(),
            };
            match (failed, fails(test.outcome)) {
                (Some(true), true) => all.still_failing.push(compared()),
                (Some(false) | None, true) => all.newly_failing.push(compared()),
                (Some(true), false) if test.outcome == Outcome::Passed => {
                    all.fixed.push(compared());
                }
                _ => {}
            }
            match &earlier {
                None => all.new.push(compared()),
                Some(earlier) if is_slower(earlier, test) => all.slower.push(compared()),
                Some(_) => {}
            }
        }
        all.gone = before
            .into_iter()
            .map(|(identity, EarlierTest { folder, name, outcome, duration_s })| ComparedTest {
                identity,
                folder,
                name,
                outcome_before: Some(outcome),
                outcome: None,
                duration_before_s: duration_s,
                duration_s: None,
            })
            .collect();
        all.gone.sort_by(|a, b| {
            (&a.folder, &a.name, &a.identity).cmp(&(&b.folder, &b.name, &b.identity))
        });
        all
    }

    /// The kinds of differences with the words for them and their tests, most important first.
    pub(super) fn kinds(&self) -> [(&'static str, &[ComparedTest]); 6] {
        let Self {
            file: _,
            tests_before: _,
            newly_failing,
            fixed,
            still_failing,
            new,
            gone,
            slower,
        } = self;
        [
            ("newly failing", newly_failing),
            ("still failing", still_failing),
            ("fixed", fixed),
            ("slower", slower),
            ("gone", gone),
            ("new", new),
        ]
    }

    /// `2 newly failing, 1 fixed`, or that nothing changed.
    pub(super) fn in_words(&self) -> String {
        let kinds = self.kinds().into_iter().filter(|(_, tests)| !tests.is_empty());
        let words: Vec<String> =
            kinds.map(|(word, tests)| format!("{} {word}", grouped(tests.len()))).collect();
        let before = count(self.tests_before, "test");
        if words.is_empty() {
            format!("no differences ({before} before)")
        } else {
            format!("{} ({before} before)", words.join(", "))
        }
    }

    /// Keeps the first `most` tests of each kind.
    pub(super) fn truncate(&mut self, most: usize) {
        let Self {
            file: _,
            tests_before: _,
            newly_failing,
            fixed,
            still_failing,
            new,
            gone,
            slower,
        } = self;
        for tests in [newly_failing, fixed, still_failing, new, gone, slower] {
            tests.truncate(most);
        }
    }
}

fn is_slower(earlier: &EarlierTest, test: &TestRecord) -> bool {
    let passed = earlier.outcome == Outcome::Passed && test.outcome == Outcome::Passed;
    let times = earlier.duration_s.zip(test.seconds());
    passed
        && times.is_some_and(|(before, now)| {
            now >= before * SLOWER_TIMES && now - before >= SLOWER_SECONDS
        })
}

impl Summary {
    /// Compares the tests with those of an `earlier` run. Ignored tests must have been set apart before, in both.
    pub fn compare(&mut self, earlier: Earlier) {
        self.comparison = Some(Comparison::new(earlier, self.to_import()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::samples::record;
    use test_reports::formats::model::Seconds;

    #[test]
    fn every_difference_is_of_its_kind() {
        use Outcome::{Errored, Failed, Passed, Skipped};
        let mut earlier = Earlier { file: "before.json".to_owned(), ..Earlier::default() };
        let mut now = Vec::new();
        for (name, before, after) in [
            ("breaks", Some((Passed, 1.0)), Some((Failed, 1.0))),
            ("breaks, skipped before", Some((Skipped, 0.0)), Some((Errored, 9.0))),
            ("still", Some((Failed, 1.0)), Some((Errored, 9.0))),
            ("fixed", Some((Errored, 1.0)), Some((Passed, 9.0))),
            ("skipped instead", Some((Failed, 1.0)), Some((Skipped, 0.0))),
            ("new", None, Some((Passed, 1.0))),
            ("new and failing", None, Some((Failed, 1.0))),
            ("gone", Some((Failed, 1.0)), None),
            ("slower", Some((Passed, 1.0)), Some((Passed, 2.0))),
            ("twice of nearly nothing", Some((Passed, 0.1)), Some((Passed, 1.0))),
            ("a second more", Some((Passed, 2.0)), Some((Passed, 3.9))),
        ] {
            let test = record(&["a"], name, Passed);
            if let Some((outcome, time)) = before {
                earlier.tests.insert(
                    test.identity.to_string(),
                    EarlierTest {
                        folder: vec!["a".to_owned()],
                        name: name.to_owned(),
                        outcome,
                        duration_s: Some(time),
                    },
                );
            }
            if let Some((outcome, time)) = after {
                now.push(TestRecord { outcome, duration: Seconds::new(time), ..test });
            }
        }
        let comparison = Comparison::new(earlier, &now);
        let kinds = comparison.kinds().map(|(word, tests)| {
            let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
            format!("{word}: {}", names.join("; "))
        });
        assert_eq!(
            kinds.join("\n"),
            "newly failing: breaks; breaks, skipped before; new and failing\n\
             still failing: still\nfixed: fixed\nslower: slower\ngone: gone\nnew: new; new and failing"
        );
        assert_eq!(
            comparison.in_words(),
            "3 newly failing, 1 still failing, 1 fixed, 1 slower, 1 gone, 2 new (9 tests before)"
        );
    }
}
