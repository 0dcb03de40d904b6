//! gotestsum and go-junit-report: the import path is the container; parents and subtests are both tests.

use super::{all_cases, any_property, has_order, in_container, suite_of};
use crate::formats::model::Report;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, TestLocation};

pub(in crate::tools) fn is_gotestsum(report: &Report) -> bool {
    has_order(report, &["tests", "failures", "time", "timestamp"])
        && (any_property(report, "go.version") || all_go(report))
}

pub(in crate::tools) fn is_go_junit_report(report: &Report) -> bool {
    any_property(report, "go.version")
        || (has_order(
            report,
            &["tests", "failures", "errors", "id", "hostname", "time", "timestamp"],
        ) && all_go(report))
}

/// Whether every case has a name as Go demands, or represents a package.
fn all_go(report: &Report) -> bool {
    const STARTS: [&str; 4] = ["Test", "Example", "Benchmark", "Fuzz"];
    all_cases(report, |case| {
        let name = case.name.as_deref().unwrap_or_default();
        let is_go = STARTS.iter().any(|start| {
            name.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_lowercase))
        });
        (is_go || is_package_failure(name)) && suite_of(report, case).is_some()
    })
}

fn is_package_failure(name: &str) -> bool {
    ["Failure", "Build error", "Runtime error"].contains(&name)
        || name.starts_with("[build failed]")
}

/// The longer of classname and suite: options shorten either to the last part of the path.
fn import_path<'a>(case: &CaseContext<'a>) -> &'a str {
    let (classname, suite) = (case.classname, case.suite_name());
    let is_end = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|start| start.ends_with('/'))
    };
    if classname.is_empty() || is_end(suite, classname) { suite } else { classname }
}

pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    in_container(import_path(case), case.name, Cut::Nowhere)
}

pub(in crate::tools) fn not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    // gotestsum writes the failure of a whole package as `TestMain` without a classname.
    let is_main = case.classname.is_empty() && case.name == "TestMain";
    (case.failed() && (is_main || is_package_failure(case.name))).then_some(NotATest::SetupOrHook)
}
