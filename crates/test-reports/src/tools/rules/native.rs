//! C, C++ and Swift: GoogleTest, Catch2, doctest, Boost.Test, CUnit, cmocka, Criterion, Qt Test, Meson, XCTest.

use super::{
    all_cases, any_property, has_order, in_container, one, owned, root_says, suite_of, tap,
};
use crate::formats::model::Report;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};

pub(in crate::tools) fn is_googletest(report: &Report) -> bool {
    all_cases(report, |case| {
        case.attribute("status").is_some_and(|status| ["run", "notrun"].contains(&status))
            && case.classname.is_some()
    }) && report.suites.iter().all(|suite| suite.attribute("disabled").is_some())
        && &*report.root.element == "testsuites"
}

pub(in crate::tools) fn googletest(case: &CaseContext<'_>) -> TestLocation {
    // A test that is disabled by its name or its suite's name is the same test.
    let suite: Vec<&str> = case.classname.split('/').map(enabled).collect();
    let suite = suite.join("/");
    // `Prefix/Suite` is an instantiation; a number at the end is the index of a type.
    let mut parts: Vec<&str> = suite.split('/').collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
    {
        parts.pop();
    }
    TestLocation {
        container: one(&suite),
        name: owned(enabled(case.name)),
        folder: vec![Level::Classname(parts.join("/"), Cut::Slashes)],
        ..TestLocation::default()
    }
}

fn enabled(name: &str) -> &str {
    name.strip_prefix("DISABLED_").unwrap_or(name)
}

pub(in crate::tools) fn is_catch2(report: &Report) -> bool {
    report.suites.iter().any(|suite| suite.attribute("hostname") == Some("tbd"))
}

pub(in crate::tools) fn is_qt(report: &Report) -> bool {
    any_property(report, "QtVersion")
}

/// Set-ups and clean-ups, written like tests.
pub(in crate::tools) fn qt_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    ["initTestCase", "cleanupTestCase", "init", "cleanup"]
        .contains(&case.name)
        .then_some(NotATest::SetupOrHook)
}

pub(in crate::tools) fn qt(case: &CaseContext<'_>) -> TestLocation {
    // Qt 5 writes a result for every executed function, and a comment for a skipped one.
    let has_results =
        case.report.cases.first().is_some_and(|first| first.attribute("result").is_some());
    TestLocation {
        is_skipped: has_results && case.case.attribute("result").is_none() && !case.failed(),
        ..suite_or_classname(case)
    }
}

pub(in crate::tools) fn is_doctest(report: &Report) -> bool {
    report.suites.first().is_some_and(|suite| suite.attribute("doctest_version").is_some())
}

/// The source file is the classname; the suite is the program as it was invoked.
pub(in crate::tools) fn doctest(case: &CaseContext<'_>) -> TestLocation {
    in_container(&case.path(case.classname), case.name, Cut::Slashes)
}

/// One suite for the module; the test suites are the classname.
pub(in crate::tools) fn is_boost(report: &Report) -> bool {
    &*report.root.element == "testsuite"
        && has_order(report, &["tests", "skipped", "errors", "failures", "id", "time"])
        && all_cases(report, |case| case.attribute("assertions").is_some())
}

/// The classname is a package, which is mostly empty, a dot, and the suite.
pub(in crate::tools) fn is_cunit(report: &Report) -> bool {
    has_order(report, &["errors", "failures", "tests"])
        && all_cases(report, |case| {
            let suite = suite_of(report, case).map(|suite| &*suite.name).unwrap_or_default();
            let package = case.classname.as_deref().and_then(|name| name.strip_suffix(suite));
            package.is_some_and(|package| package.ends_with('.'))
        })
}

pub(in crate::tools) fn cunit(case: &CaseContext<'_>) -> TestLocation {
    suite_or_classname(&CaseContext { classname: case.classname.trim_start_matches('.'), ..*case })
}

/// Not every suite is Meson's: a program with GoogleTest's protocol adds its own.
pub(in crate::tools) fn is_meson(report: &Report) -> bool {
    let root: Vec<&str> = report.root.attributes.iter().map(|attribute| &*attribute.name).collect();
    let is_labelled = |suite: &str, name: &str| {
        name.strip_prefix(suite).is_some_and(|rest| rest.starts_with([':', ' ']))
            && name.contains(" / ")
    };
    root == ["tests", "errors", "failures"]
        && report.cases.iter().any(|case| {
            let suite = suite_of(report, case).map(|suite| &*suite.name).unwrap_or_default();
            let name = case.name.as_deref().unwrap_or_default();
            case.classname.as_deref() == Some(suite)
                && (is_labelled(suite, name) || suite.contains(" / "))
        })
}

/// `project:suite / test` is the name of a case, or of a suite whose cases are the lines of its TAP.
pub(in crate::tools) fn meson(case: &CaseContext<'_>) -> TestLocation {
    let (label, test, line) = match case.suite_name().split_once(" / ") {
        Some((label, test)) => {
            // `project.project:suite`, where the project may have a dot of its own.
            let project = label.split(':').next().unwrap_or_default();
            let label = label.get(project.len() / 2 + 1..).unwrap_or(label);
            let name = if case.classname == case.suite_name() {
                tap::without_number(case.name)
            } else {
                owned(enabled(case.name))
            };
            (label, test, name)
        }
        None => match case.name.split_once(" / ") {
            Some((label, test)) => (label, "", owned(test)),
            None => (case.suite_name(), "", owned(case.name)),
        },
    };
    let container: Vec<String> =
        label.split(':').chain([test]).filter(|part| !part.is_empty()).map(owned).collect();
    TestLocation {
        folder: container.iter().cloned().map(Level::One).collect(),
        container,
        name: line,
        ..TestLocation::default()
    }
}

pub(in crate::tools) fn is_criterion(report: &Report) -> bool {
    root_says(report, "name", "Criterion Tests")
}

pub(in crate::tools) fn is_cmocka(report: &Report) -> bool {
    has_order(report, &["time", "tests", "failures", "errors", "skipped"])
        && all_cases(report, |case| case.classname.is_none())
}

pub(in crate::tools) fn is_xctest(report: &Report) -> bool {
    report.suites.iter().any(|suite| &*suite.name == "TestResults")
        && all_cases(report, |case| case.classname.is_some())
}

/// The classname, which says more than the suite, or else the suite.
pub(in crate::tools) fn suite_or_classname(case: &CaseContext<'_>) -> TestLocation {
    let container = if case.classname.is_empty() { case.suite_name() } else { case.classname };
    in_container(container, case.name, Cut::Nowhere)
}

/// `Module.Class`.
pub(in crate::tools) fn xctest(case: &CaseContext<'_>) -> TestLocation {
    TestLocation {
        folder: vec![Level::Classname(owned(case.classname), Cut::Dots)],
        ..suite_or_classname(case)
    }
}
