//! C, C++ and Swift: GoogleTest, Catch2, doctest, Boost.Test, CUnit, cmocka, Criterion, Qt Test, Meson, XCTest.

use super::{all_cases, any_property, in_container, is_identifier, one, owned, suite_name_of, tap};
use crate::formats::model::Case;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::part::Part;

pub(in crate::tools) fn is_googletest(part: &Part<'_>) -> bool {
    !part.suites.is_empty()
        && part.suites.iter().all(|suite| suite.attribute("disabled").is_some())
        && all_cases(part, |case| {
            case.classname.is_some()
                && case
                    .attribute("status")
                    .is_some_and(|status| ["run", "notrun"].contains(&status))
        })
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

pub(in crate::tools) fn is_catch2(part: &Part<'_>) -> bool {
    part.suites.iter().any(|suite| suite.attribute("hostname") == Some("tbd"))
}

pub(in crate::tools) fn is_qt(part: &Part<'_>) -> bool {
    any_property(part, "QtVersion")
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
        case.part.cases.first().is_some_and(|first| first.attribute("result").is_some());
    TestLocation {
        is_skipped: has_results && case.case.attribute("result").is_none() && !case.failed(),
        ..suite_or_classname(case)
    }
}

pub(in crate::tools) fn is_doctest(part: &Part<'_>) -> bool {
    part.has(&["doctest_version"])
}

/// The source file is the classname; the suite is the program as it was invoked.
pub(in crate::tools) fn doctest(case: &CaseContext<'_>) -> TestLocation {
    in_container(&case.path(case.classname), case.name, Cut::Slashes)
}

/// One suite for the module; the test suites are the classname.
pub(in crate::tools) fn is_boost(part: &Part<'_>) -> bool {
    part.has(&["tests", "skipped", "errors", "failures", "id", "time"])
        && all_cases(part, |case| {
            case.attribute("assertions").is_some()
                // Those of PHPUnit and Codeception.
                && ["class", "feature"].iter().all(|name| case.attribute(name).is_none())
                && !is_state_of_criterion(case)
        })
}

pub(in crate::tools) fn boost(case: &CaseContext<'_>) -> TestLocation {
    let (suite, classname) = (owned(case.suite_name()), owned(case.classname));
    TestLocation {
        container: vec![suite.clone(), classname.clone()],
        name: owned(case.name),
        folder: vec![Level::One(suite), Level::Classname(classname, Cut::Nowhere)],
        ..TestLocation::default()
    }
}

/// The classname is a package, which is mostly empty, a dot, and the suite.
pub(in crate::tools) fn is_cunit(part: &Part<'_>) -> bool {
    part.has(&["errors", "failures", "tests"])
        && all_cases(part, |case| {
            let classname = case.classname.as_deref().and_then(|name| name.strip_prefix('.'));
            classname == Some(suite_name_of(part, case))
        })
}

pub(in crate::tools) fn cunit(case: &CaseContext<'_>) -> TestLocation {
    suite_or_classname(&CaseContext { classname: case.classname.trim_start_matches('.'), ..*case })
}

pub(in crate::tools) fn is_meson(part: &Part<'_>) -> bool {
    let is_labelled = |case: &Case| {
        let (suite, name) = (suite_name_of(part, case), case.name.as_deref().unwrap_or_default());
        case.classname.as_deref() == Some(suite)
            && name.contains(" / ")
            && name.strip_prefix(suite).is_some_and(|rest| rest.starts_with([':', ' ']))
    };
    // `project.project:suite / test`
    let is_of_test = part.suite_name().split_once(" / ").is_some_and(|(label, _)| {
        let project = label.split(':').next().unwrap_or_default();
        let half = project.len() / 2;
        project.get(half..=half) == Some(".") && project.get(..half) == project.get(half + 1..)
    });
    part.has(&["tests", "errors", "failures"]) && (is_of_test || all_cases(part, is_labelled))
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

pub(in crate::tools) fn is_criterion(part: &Part<'_>) -> bool {
    all_cases(part, |case| case.attribute("assertions").is_some() && is_state_of_criterion(case))
}

pub(super) fn is_state_of_criterion(case: &Case) -> bool {
    const STATES: [&str; 4] = ["PASSED", "FAILED", "SKIPPED", "ERRORED"];
    case.attribute("status").is_some_and(|status| STATES.contains(&status))
}

/// A suite for each group; the classname is the group, after the package that an option names.
pub(in crate::tools) fn is_cpputest(part: &Part<'_>) -> bool {
    part.has(&["errors", "failures", "hostname", "tests", "time", "timestamp"])
        && all_cases(part, |case| {
            let suite = suite_name_of(part, case);
            let classname = case.classname.as_deref().unwrap_or_default();
            let package = classname.strip_suffix(suite);
            case.attribute("assertions").is_some()
                && case.file.is_some()
                && case.line.is_some()
                && !suite.is_empty()
                && package.is_some_and(|package| package.is_empty() || package.ends_with('.'))
                && case.name.as_deref().is_some_and(is_identifier)
        })
}

/// The classname repeats the suites, which have no attribute but the number of their tests.
pub(in crate::tools) fn is_tasty(part: &Part<'_>) -> bool {
    part.has(&["tests"])
        && part.lacks(&["time", "failures"])
        && all_cases(part, |case| {
            let chain = part.report.suite_chain(case.suite);
            let chain: Vec<&str> = chain.iter().map(|suite| &*suite.name).collect();
            case.duration.is_some() && case.classname.as_deref() == Some(&*chain.join("."))
        })
}

/// The general rule makes the same container and name of such cases.
pub(in crate::tools) fn is_cmocka(part: &Part<'_>) -> bool {
    part.has(&["time", "tests", "failures", "errors", "skipped"])
        && part.lacks(&["timestamp", "hostname", "id", "package", "file", "disabled"])
        && part.suites.len() == 1
        && all_cases(part, |case| {
            case.classname.is_none()
                && case.file.is_none()
                && case.name.as_deref().is_some_and(is_identifier)
        })
        && !part.suite_name().contains(['/', '\\', '.'])
}

pub(in crate::tools) fn is_xctest(part: &Part<'_>) -> bool {
    part.suites.iter().any(|suite| &*suite.name == "TestResults")
        && all_cases(part, |case| case.classname.is_some())
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
