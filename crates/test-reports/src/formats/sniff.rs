//! The names of elements that tell a test report, and its format, from anything else.

use super::model::Format;

/// What the elements of a name are in a test report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Landmark {
    /// A document element.
    Root(Format),
    /// A case.
    Case(Format),
    /// Part of a report, with a name that hardly anything else has.
    Part,
}

use Format::{Junit, Nunit, Testng, Trx, Xunit};
use Landmark::{Case, Part, Root};

/// What an element of this name is in a report of `format`, or in any if that is not known yet.
pub(crate) fn landmark(name: &str, format: Option<Format>) -> Option<Landmark> {
    Some(match name {
        "testsuites" | "testsuite" | "testrun" => Root(Junit),
        "assemblies" | "assembly" => Root(Xunit),
        "test-results" | "test-run" => Root(Nunit),
        "TestRun" => Root(Trx),
        "testng-results" => Root(Testng),
        "testcase" => Case(Junit),
        // Too common a name where nothing else says that the file is xUnit.net's.
        "test" if format == Some(Xunit) => Case(Xunit),
        "test-case" => Case(Nunit),
        "UnitTestResult"
        | "GenericTestResult"
        | "WebTestResult"
        | "ManualTestResult"
        | "TestResultAggregation" => Case(Trx),
        "test-method" => Case(Testng),
        "failure" | "system-out" | "system-err" | "rerunFailure" | "rerunError"
        | "flakyFailure" | "flakyError" | "stack-trace" | "ErrorInfo" | "StackTrace"
        | "TestDefinitions" | "ResultSummary" | "full-stacktrace" | "reporter-output" => Part,
        "collection" if format == Some(Xunit) => Part,
        "suite" | "test" | "class" if format == Some(Testng) => Part,
        _ => return None,
    })
}

/// Whether `name` is a document element of a test report.
pub(crate) fn is_root(name: &str) -> bool {
    matches!(landmark(name, None), Some(Root(_)))
}

/// Names that may be cut where a file is.
const CUT_NAMES: [&str; 18] = [
    "testsuites",
    "testsuite",
    "testcase",
    "failure",
    "error",
    "skipped",
    "system-out",
    "system-err",
    "properties",
    "test-case",
    "test-suite",
    "test-run",
    "test-method",
    "assemblies",
    "assembly",
    "collection",
    "UnitTestResult",
    "TestRun",
];

/// Whether a name in reports ends with `rest`: what is left of its tag when a file is cut in front.
pub(crate) fn ends_a_name(rest: &str) -> bool {
    CUT_NAMES.iter().any(|name| name.ends_with(rest))
}

/// Whether a name in reports begins with `start`: what is left of its tag when a file is cut at its end.
pub(crate) fn begins_a_name(start: &str) -> bool {
    start.len() > 3 && CUT_NAMES.iter().any(|name| name.starts_with(start))
}

/// Whether a document element of this name holds patterns for reports, not a report that lost its beginning.
pub(crate) fn is_template(name: &str) -> bool {
    matches!(name, "stylesheet" | "transform" | "schema")
}
