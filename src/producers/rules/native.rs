//! C, C++ and Swift: GoogleTest, Catch2, cmocka, Criterion, Qt Test, XCTest.

use super::{all_cases, any_property, has_order, one, owned, root_says};
use crate::formats::model::Report;
use crate::producers::place::{Cut, Level, Place};
use crate::producers::written::Written;

pub(in crate::producers) fn is_googletest(report: &Report) -> bool {
    all_cases(report, |case| {
        case.attribute("status").is_some_and(|status| ["run", "notrun"].contains(&status))
            && case.classname.is_some()
    }) && report.suites.iter().all(|suite| suite.attribute("disabled").is_some())
        && &*report.root.element == "testsuites"
}

pub(in crate::producers) fn googletest(case: &Written<'_>) -> Place {
    let suite = case.classname;
    // `Prefix/Suite` is an instantiation; a number behind is the index of a type.
    let mut parts: Vec<&str> = suite.split('/').collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
    {
        parts.pop();
    }
    Place {
        container: one(suite),
        name: owned(case.name.strip_prefix("DISABLED_").unwrap_or(case.name)),
        folder: vec![Level::Classname(parts.join("/"), Cut::Slashes)],
        ..Place::default()
    }
}

pub(in crate::producers) fn is_catch2(report: &Report) -> bool {
    let mut suites = report.suites.iter();
    suites.any(|suite| suite.attribute("hostname") == Some("tbd"))
}

pub(in crate::producers) fn is_qt(report: &Report) -> bool {
    any_property(report, "QtVersion")
}

pub(in crate::producers) fn is_criterion(report: &Report) -> bool {
    root_says(report, "name", "Criterion Tests")
}

pub(in crate::producers) fn is_cmocka(report: &Report) -> bool {
    has_order(report, &["time", "tests", "failures", "errors", "skipped"])
        && all_cases(report, |case| case.classname.is_none())
}

pub(in crate::producers) fn is_xctest(report: &Report) -> bool {
    let first = report.suites.first();
    first.is_some_and(|suite| &*suite.name == "TestResults")
        && has_order(report, &["errors", "tests", "failures", "time"])
}

/// One part: the classname says more than the suite where both are written.
pub(in crate::producers) fn suite_or_classname(case: &Written<'_>) -> Place {
    let container = if case.classname.is_empty() { case.suite_name() } else { case.classname };
    Place {
        container: one(container),
        name: owned(case.name),
        folder: vec![Level::Classname(owned(container), Cut::Nowhere)],
        ..Place::default()
    }
}

/// `Module.Class`.
pub(in crate::producers) fn xctest(case: &Written<'_>) -> Place {
    Place {
        folder: vec![Level::Classname(owned(case.classname), Cut::Dots)],
        ..suite_or_classname(case)
    }
}
