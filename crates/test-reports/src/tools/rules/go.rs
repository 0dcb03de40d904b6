//! gotestsum and go-junit-report: the import path is the container; parents and subtests are both tests.

use std::borrow::Cow;

use super::{all_cases, any_property, in_container, suite_name_of};
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Locate, TestName};
use crate::tools::part::Part;
use crate::tools::rules::jvm;

pub(in crate::tools) fn is_gotestsum(part: &Part<'_>) -> bool {
    any_property(part, "go.version") || (part.has(&["tests", "failures", "time"]) && all_go(part))
}

pub(in crate::tools) fn is_go_junit_report(part: &Part<'_>) -> bool {
    part.has(&["id", "hostname"]) && (any_property(part, "go.version") || all_go(part))
}

/// Whether every case has a name as Go demands, or represents a package.
fn all_go(part: &Part<'_>) -> bool {
    const STARTS: [&str; 4] = ["Test", "Example", "Benchmark", "Fuzz"];
    all_cases(part, |case| {
        let name = case.name.as_deref().unwrap_or_default();
        let is_go = STARTS.iter().any(|start| {
            name.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_lowercase))
        });
        let (suite, classname) = (suite_name_of(part, case), case.classname.as_deref());
        let is_package = classname.is_none_or(|classname| {
            !jvm::is_class(classname)
                && (classname.is_empty()
                    || suite == classname
                    || is_end(suite, classname)
                    || is_end(classname, suite))
        });
        (is_go || is_package_failure(name)) && !suite.is_empty() && is_package
    })
}

fn is_package_failure(name: &str) -> bool {
    ["Failure", "Build error", "Runtime error"].contains(&name)
        || name.starts_with("[build failed]")
}

fn is_end(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|start| start.ends_with('/'))
}

/// The longer of classname and suite: options shorten either to the last part of the path.
fn import_path<'a>(case: &CaseContext<'a>) -> &'a str {
    let (classname, suite) = (case.classname, case.suite_name());
    if classname.is_empty() || is_end(suite, classname) { suite } else { classname }
}

pub(in crate::tools) const LOCATE: Locate = Locate::Class {
    home: |case| in_container(import_path(case), "", Cut::Nowhere),
    name: |case| TestName { name: Cow::Borrowed(case.name), ..TestName::default() },
};

pub(in crate::tools) fn not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    // gotestsum writes the failure of a whole package as `TestMain` without a classname.
    let is_main = case.classname.is_empty() && case.name == "TestMain";
    (case.failed() && (is_main || is_package_failure(case.name))).then_some(NotATest::SetupOrHook)
}
