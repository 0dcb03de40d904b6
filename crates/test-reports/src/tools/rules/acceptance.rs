//! Gauge and Katalon.

use super::{all_cases, any_property, general, owned, suite_of};
use crate::formats::model::{Case, Detail};
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::messages;
use crate::tools::part::Part;

// Gauge

/// The suite and the classname are the heading of a specification, the package is its file.
pub(in crate::tools) fn is_gauge(part: &Part<'_>) -> bool {
    part.has(&["id", "timestamp", "hostname", "tests", "failures"])
        && all_cases(part, |case| {
            suite_of(part, case).is_some_and(|suite| {
                let file = suite.attribute("package").unwrap_or_default();
                [".spec", ".md"].iter().any(|end| file.ends_with(end))
                    && case.classname.as_deref() == Some(&*suite.name)
            })
        })
}

/// As the general rule has it.
pub(in crate::tools) fn gauge(case: &CaseContext<'_>) -> TestLocation {
    let file = case.suite_attribute("package").unwrap_or_default();
    TestLocation {
        folder: vec![
            Level::Classname(case.path(file), Cut::Slashes),
            Level::One(owned(case.suite_name())),
        ],
        ..general::locate(case)
    }
}

const UNREADABLE: &str = "Parse/Validation Errors";

/// A specification that cannot be read.
pub(in crate::tools) fn gauge_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    let message = case.case.detail().and_then(|detail| detail.message.as_deref());
    (case.name == case.classname && message == Some(UNREADABLE)).then_some(NotATest::SetupOrHook)
}

/// The attribute is the step, then the kind of failure and the words in quotes: `Step Execution Failure: 'not found'`.
/// Of several failures, the first.
pub(in crate::tools) fn gauge_message(detail: &Detail) -> Option<&str> {
    let texts = [detail.message.as_deref(), detail.text.as_deref()];
    let quoted = || {
        texts.into_iter().flatten().find_map(|text| {
            let words = text.split_once(" Failure: '").map(|(_, words)| words)?;
            // Words of several failures end with their line, one failure ends with the attribute.
            let line_end = words.find("'\n").or_else(|| words.rfind('\''));
            Some(&words[..line_end.unwrap_or(words.len())]).filter(|words| !words.is_empty())
        })
    };
    quoted().or_else(|| messages::unless(detail, |words| words == UNREADABLE))
}

// Katalon

/// Name and classname are the path of a test case in the project.
pub(in crate::tools) fn is_katalon(part: &Part<'_>) -> bool {
    let is_test_case = |case: &Case| {
        let name = case.name.as_deref().unwrap_or_default();
        name.starts_with("Test Cases/")
            && case.classname.as_deref().is_none_or(|class| class == name)
    };
    any_property(part, "katalonVersion") || all_cases(part, is_test_case)
}

/// The path of the suite, of which its name is only the last part, and that of the test case.
pub(in crate::tools) fn katalon(case: &CaseContext<'_>) -> TestLocation {
    let id = case.suite_attribute("id").filter(|id| id.starts_with("Test Suites/"));
    let suite = id.unwrap_or(case.suite_name());
    TestLocation {
        container: vec![owned(suite)],
        name: owned(case.name),
        folder: vec![Level::Classname(owned(suite), Cut::Slashes)],
        ..TestLocation::default()
    }
}

/// The attribute is the name of the test case, `Reason:`, and a stack that starts with the class of Katalon's exception.
pub(in crate::tools) fn katalon_message(detail: &Detail) -> Option<&str> {
    let words = messages::written(detail)?;
    let reason = words.split_once("Reason:\n").map_or(words, |(_, reason)| reason);
    let end = reason.find("\n\tat ").unwrap_or(reason.len());
    let reason = reason[..end].trim();
    let words = match reason.split_once(": ") {
        Some((class, words)) if class.starts_with("com.kms.katalon.") => words,
        _ => reason,
    };
    Some(words).filter(|words| !words.is_empty())
}
