//! Unity, a framework for C, by way of its own scripts and of Ceedling.

use super::{all_cases, general, in_container, is_identifier, suite_name_of};
use crate::formats::model::{Case, Detail};
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::messages;
use crate::tools::part::Part;

/// `test_adds`, or `test_adds(1, 2)`.
fn is_function(case: &Case) -> bool {
    let name = case.name.as_deref().unwrap_or_default();
    name.split('(').next().is_some_and(is_identifier)
}

/// Suites are source files without their extension, which are named after what they test.
pub(in crate::tools) fn is_ceedling(part: &Part<'_>) -> bool {
    let is_source = |suite: &str| {
        let file = suite.rsplit(['/', '\\']).next().unwrap_or_default();
        is_identifier(file) && (file.starts_with("test_") || file.ends_with("_test"))
    };
    part.has(&["tests", "failures", "skipped", "time"])
        && all_cases(part, |case| {
            case.classname.is_none() && is_source(suite_name_of(part, case)) && is_function(case)
        })
}

/// As the general rule has it.
pub(in crate::tools) fn ceedling(case: &CaseContext<'_>) -> TestLocation {
    TestLocation {
        folder: vec![Level::Classname(case.path(case.suite_name()), Cut::Slashes)],
        ..general::locate(case)
    }
}

/// The scripts of Unity name a suite `unity`, after a file of results, or after the last class; the last one counts
/// `skips`.
pub(in crate::tools) fn is_unity(part: &Part<'_>) -> bool {
    let is_of_suite = |case: &Case| case.classname.as_deref() == Some(part.suite_name());
    let is_last_class = |case: &Case| {
        part.has(&["tests", "failures", "skips"])
            && part.cases.iter().any(is_of_suite)
            && case.classname.as_deref().is_some_and(|class| class.split('.').all(is_identifier))
    };
    all_cases(part, |case| {
        let suite = suite_name_of(part, case);
        case.classname.is_some()
            && is_function(case)
            && (suite.eq_ignore_ascii_case("unity")
                || is_file_of_results(suite)
                || is_last_class(case))
    })
}

/// `build/test_cart.testfail`: the extension says how the tests ended.
fn is_file_of_results(suite: &str) -> bool {
    [".testpass", ".testfail", ".testresults"].iter().any(|end| suite.ends_with(end))
}

/// The class, which is the source file or a group. Where the suite is the constant `Unity`, as the general rule has it.
pub(in crate::tools) fn unity(case: &CaseContext<'_>) -> TestLocation {
    let folder = vec![Level::Classname(case.classname.to_owned(), Cut::Nowhere)];
    if case.suite_name().eq_ignore_ascii_case("unity") {
        return TestLocation { folder, ..general::locate(case) };
    }
    in_container(case.classname, case.name, Cut::Nowhere)
}

/// The line is part of the words: ` Expected 3 Was 2 at line: 12`.
pub(in crate::tools) fn unity_message(detail: &Detail) -> Option<&str> {
    let words = messages::written(detail)?.trim();
    let is_line = |line: &str| !line.is_empty() && line.bytes().all(|next| next.is_ascii_digit());
    match words.rsplit_once(" at line: ") {
        Some((start, line)) if is_line(line) => Some(start),
        _ => Some(words),
    }
}
