//! Case elements that are no tests: collection errors, hooks, build failures.

use crate::formats::model::Outcome;

use super::{Producer, View};

/// What a case element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// A test.
    Test,
    /// Something went wrong outside every test.
    RunError,
    /// Stands for a module or class that did not run; nothing went wrong.
    NoTest,
}

/// Names that no test bears: hooks of mocha and jasmine, and go-junit-report's and jest's stand-ins.
const NAMES: &[&str] = &[
    "Test suite failed to run",
    "Build error",
    "[build failed]",
    "[setup failed]",
    "Runtime error",
    // gotestsum names a package that did not build after Go's entry point, which is no test itself.
    "TestMain",
];

/// Parts of names of hooks: `"before all" hook for "adds"`, `"after each" hook`.
const HOOKS: &[&str] =
    &["\"before all\" hook", "\"after all\" hook", "\"before each\" hook", "\"after each\" hook"];

/// Beginnings of names that Python's unittest and pytest give to failed fixtures.
const FIXTURES: &[&str] = &["setUpClass (", "tearDownClass (", "setUpModule (", "tearDownModule ("];

/// Judges a case by what it is called.
pub(super) fn judge(view: &View<'_>, producer: &Producer) -> Judgement {
    let (name, classname) = (view.name().trim(), view.classname().trim());
    let stands_for_none = (name.is_empty() && classname.is_empty())
        // pytest: a module that could not be collected, or was skipped whole, has no class.
        || (producer.name == "pytest" && view.case.classname.is_some() && classname.is_empty())
        || (name.is_empty() && matches!(view.case.outcome, Outcome::Failed | Outcome::Errored))
        || NAMES.contains(&name)
        || NAMES.contains(&classname)
        || name.ends_with(" Test suite failed to run")
        // go-junit-report calls a package that did not build so, below the package's name.
        || (name == "Failure" && classname.contains('/'))
        || HOOKS.iter().any(|hook| name.contains(hook))
        || FIXTURES.iter().any(|fixture| name.starts_with(fixture) || classname.starts_with(fixture))
        // PHPUnit calls a data provider that failed so, without a class.
        || (name == "Error" && classname.is_empty() && producer.name == "phpunit")
        || name.contains("_ErrorHolder")
        || classname.ends_with("_ErrorHolder")
        || classname.ends_with("unittest.loader._FailedTest");
    match view.case.outcome {
        _ if !stands_for_none => Judgement::Test,
        Outcome::Failed | Outcome::Errored => Judgement::RunError,
        Outcome::Passed | Outcome::Skipped if name.is_empty() && classname.is_empty() => {
            Judgement::RunError
        }
        // A hook that is listed and went well, a skipped module.
        Outcome::Passed | Outcome::Skipped => Judgement::NoTest,
    }
}
