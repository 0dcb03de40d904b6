//! The names of elements that tell a test report, and its format, from anything else.

use memchr::memmem;

use super::model::Format;
use super::xml::attributes::Tag;

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

/// The formats of single test frameworks: their document elements and their cases. Most of these names are too common
/// to mean anything in another format.
const OWN: [(Format, &[&str], &[&str]); 17] = [
    (Format::Boost, &["TestLog", "TestResult"], &["TestCase"]),
    (Format::Buck, &["tests"], &["testresult"]),
    (Format::Catch2, &["Catch", "Catch2TestRun"], &["TestCase"]),
    (Format::Check, &["testsuites"], &["test"]),
    (Format::Cppunit, &["TestRun"], &["Test", "FailedTest"]),
    (Format::Ctest, &["Site"], &["Test"]),
    (
        Format::Cunit,
        &["CUNIT_TEST_RUN_REPORT"],
        &["CUNIT_RUN_TEST_SUCCESS", "CUNIT_RUN_TEST_FAILURE", "CUNIT_RUN_SUITE_FAILURE"],
    ),
    (Format::Doctest, &["doctest"], &["TestCase"]),
    (Format::Fpcunit, &["TestResults"], &["Test"]),
    (Format::Gtester, &["gtester"], &["testcase", "testbinary"]),
    (Format::Intellij, &["testrun"], &["test"]),
    (Format::Mbunit, &["report-result"], &["run"]),
    (Format::Parasoft, &["ResultsSession"], &["Test", "ExecViol"]),
    // The light variant has no document element.
    (Format::Qttest, &["TestCase", "Environment", "TestFunction", "Duration"], &["Incident"]),
    (Format::Robot, &["robot"], &["test"]),
    (Format::Sonar, &["testExecutions", "unitTest"], &["testCase"]),
    (Format::Unittestpp, &["unittest-results"], &["test"]),
];

/// What an element of this name is in a report of `format`, or in any if that is not known yet.
pub(crate) fn landmark(name: &str, format: Option<Format>) -> Option<Landmark> {
    if let Some(&(own, roots, cases)) = OWN.iter().find(|(own, ..)| Some(*own) == format) {
        if roots.contains(&name) {
            return Some(Root(own));
        }
        if cases.contains(&name) {
            return Some(Case(own));
        }
    }
    common(name, format).or_else(|| candidate(name).filter(|_| format.is_none()))
}

/// What an element of this name is in the formats that many tools write.
fn common(name: &str, format: Option<Format>) -> Option<Landmark> {
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

/// Names that hardly anything but the report of one test framework has.
fn candidate(name: &str) -> Option<Landmark> {
    Some(match name {
        "TestLog" => Root(Format::Boost),
        "Catch" | "Catch2TestRun" => Root(Format::Catch2),
        "CUNIT_TEST_RUN_REPORT" => Root(Format::Cunit),
        "CUNIT_RUN_TEST_SUCCESS" | "CUNIT_RUN_TEST_FAILURE" => Case(Format::Cunit),
        "doctest" => Root(Format::Doctest),
        "gtester" => Root(Format::Gtester),
        "report-result" => Root(Format::Mbunit),
        "ResultsSession" => Root(Format::Parasoft),
        "TestCase" => Root(Format::Qttest),
        "TestFunction" => Case(Format::Qttest),
        "testExecutions" => Root(Format::Sonar),
        "unittest-results" => Root(Format::Unittestpp),
        _ => return None,
    })
}

/// The format of the document that begins with the element `name`. Several formats share names, so this also looks at the
/// `tag` and at what is `behind` it.
pub(crate) fn format_of(name: &str, tag: &Tag<'_>, behind: &[u8]) -> Option<Format> {
    let says = |name: &str| tag.attributes().any(|(key, _)| key == name);
    let any = |starts: &[&str]| {
        starts.iter().any(|start| memmem::find(behind, start.as_bytes()).is_some())
    };
    let confirmed = |format, starts: &[&str]| any(starts).then_some(format);
    let is_check = |(key, value): (&str, &str)| {
        key.starts_with("xmlns") && value.contains("check.sourceforge.net")
    };
    match name {
        "testsuites" if tag.attributes().any(is_check) => Some(Format::Check),
        "TestRun"
            if !says("xmlns")
                && any(&["<SuccessfulTests", "<FailedTest", "<SuiteInfo>", "<Statistics>"]) =>
        {
            Some(Format::Cppunit)
        }
        "testrun" if says("footerText") || any(&["<count "]) => Some(Format::Intellij),
        "Catch" => says("name").then_some(Format::Catch2),
        "doctest" => says("version").then_some(Format::Doctest),
        "robot" => says("generator").then_some(Format::Robot),
        "Site" => confirmed(Format::Ctest, &["<Testing"]),
        "TestCase" => confirmed(Format::Qttest, &["<QtVersion", "<QTestVersion", "<TestFunction"]),
        "Environment" => confirmed(Format::Qttest, &["<QtVersion", "<QTestVersion"]),
        "TestResult" => confirmed(Format::Boost, &["<TestSuite"]),
        "TestResults" => confirmed(Format::Fpcunit, &["<TestListing"]),
        "tests" => confirmed(Format::Buck, &["<testresult"]),
        "unitTest" => confirmed(Format::Sonar, &["<file"]),
        _ => match landmark(name, None)? {
            Root(format) | Case(format) => Some(format),
            Part => None,
        },
    }
}

/// Whether `text` holds cases of a single framework's format: a document of another kind does not begin with them.
pub(crate) fn holds_cases(text: &[u8]) -> bool {
    const STARTS: [&str; 17] = [
        "<TestCase name=",
        "<testresult ",
        "<test result=",
        "<test id=\"s1-",
        "<test suite=",
        "<test duration=",
        "<test locationUrl=",
        "<FailedTest ",
        "<Test id=",
        "<Test Status=",
        "<Test Name=",
        "<CUNIT_RUN_",
        "<testcase path=",
        "<run name=",
        "<ExecViol ",
        "<testCase name=",
        "<Incident type=",
    ];
    STARTS.iter().any(|start| memmem::find(text, start.as_bytes()).is_some())
}

/// Whether cases in a single framework's format have this name.
pub(crate) fn is_case(name: &str) -> bool {
    OWN.iter().any(|(_, _, cases)| cases.contains(&name))
}

/// Whether the format of a document that begins with this element depends on what is behind it.
pub(crate) fn is_ambiguous(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "TestRun",
        "testrun",
        "Site",
        "TestCase",
        "Environment",
        "TestResult",
        "TestResults",
        "tests",
        "unitTest",
    ];
    NAMES.contains(&name)
}

/// Whether `name` is a document element of a format that many tools write.
pub(crate) fn is_root(name: &str) -> bool {
    matches!(common(name, None), Some(Root(_)))
}

/// Whether documents in `format` follow each other without an element around them.
pub(crate) fn is_series(format: Format) -> bool {
    format == Format::Qttest
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
