//! Alcotest of OCaml and hspec of Haskell, by way of their writers of JUnit files.

use super::{all_cases, general, one, owned, suite_name_of};
use crate::formats::model::{Case, Detail, Seconds};
use crate::tools::context::CaseContext;
use crate::tools::location::{Level, TestLocation};
use crate::tools::messages;
use crate::tools::part::Part;

/// The classname is the suite, a dot, and the group. No time is measured.
pub(in crate::tools) fn is_alcotest(part: &Part<'_>) -> bool {
    part.has(&["package", "id", "timestamp", "hostname", "tests", "failures", "errors", "time"])
        && all_cases(part, |case| {
            let group = case
                .classname
                .as_deref()
                .and_then(|name| name.strip_prefix(suite_name_of(part, case))?.strip_prefix('.'));
            group.is_some()
                && !suite_name_of(part, case).is_empty()
                && case.duration.map(Seconds::get) == Some(0.0)
                && case.file.is_none()
        })
}

/// The package, unless it is the suite, and the classname.
pub(in crate::tools) fn alcotest(case: &CaseContext<'_>) -> TestLocation {
    let suite = case.suite_name();
    let package = case.suite_attribute("package").filter(|package| *package != suite);
    let group = case.classname.strip_prefix(suite).unwrap_or(case.classname);
    TestLocation {
        container: [package.map(owned), Some(owned(case.classname))]
            .into_iter()
            .flatten()
            .collect(),
        name: owned(case.name),
        folder: vec![
            Level::One(package.map(owned).unwrap_or_default()),
            Level::One(owned(suite)),
            Level::One(owned(group.trim_start_matches('.'))),
        ],
        ..TestLocation::default()
    }
}

/// Behind a heading and the place, the title of the assertion and its values: `FAIL the total`. Codes of colours may
/// stand around the word.
pub(in crate::tools) fn alcotest_message(detail: &Detail) -> Option<&str> {
    let assertion = || {
        let text = detail.text.as_deref()?;
        let heading = text.find("Alcotest assertion failure")?;
        let fail = text[heading..].find("FAIL").map(|at| heading + at + "FAIL".len())?;
        let words = text[fail..].trim_start_matches("\u{1b}[0m").trim();
        Some(words).filter(|words| !words.is_empty())
    };
    assertion().or_else(|| messages::unless(detail, |words| words == "test crashed"))
}

/// Package, suite and classname are the groups, joined.
pub(in crate::tools) fn is_hspec(part: &Part<'_>) -> bool {
    let package = part.suite().and_then(|suite| suite.attribute("package")).unwrap_or_default();
    let is_named = |case: &Case| {
        case.classname.as_deref() == Some(package) && suite_name_of(part, case) == package
    };
    !package.is_empty() && part.has(&["id", "hostname"]) && all_cases(part, is_named)
}

/// As the general rule has it.
pub(in crate::tools) fn hspec(case: &CaseContext<'_>) -> TestLocation {
    let separator = if case.classname.contains('/') { "/" } else { "." };
    TestLocation {
        folder: one(case.classname)
            .into_iter()
            .map(|groups| Level::Titles(groups, separator))
            .collect(),
        ..general::locate(case)
    }
}
