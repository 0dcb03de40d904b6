//! The XML reporters of Catch2 (`Catch`, since version 3 `Catch2TestRun`) and doctest (`doctest`), which descends from it.
//!
//! A test case says at its end whether it succeeded. A failed check in a test that succeeded was expected to fail.

use super::{CaseField, Dialect, Role, has, take_from};
use crate::formats::model::{Attribute, Case, Format, Outcome, Seconds, find_attribute};
use crate::formats::time::seconds;
use crate::formats::xml::attributes::Tag;

pub(super) const CATCH2: Dialect = Dialect {
    format: Format::Catch2,
    role: catch2_role,
    field,
    complete_case: |case| complete_case(case, "success", "durationInSeconds"),
    ..super::DIALECT
};

pub(super) const DOCTEST: Dialect = Dialect {
    format: Format::Doctest,
    role: doctest_role,
    field,
    outcome: doctest_outcome,
    complete_case: |case| complete_case(case, "test_case_success", "duration"),
    ..super::DIALECT
};

fn catch2_role(name: &str, tag: &Tag<'_>, around: Role) -> Role {
    match name {
        "TestCase" => Role::Case,
        "OverallResult" if around == Role::Case => Role::Attributes,
        "Expression" if has(tag, "success", "true") => Role::Ignored,
        "Expression" | "Failure" | "Exception" | "FatalErrorCondition" => {
            Role::Verdict(Outcome::Failed)
        }
        "Skip" => Role::Verdict(Outcome::Skipped),
        "StdOut" | "StdErr" => Role::Console,
        "Info" | "Warning" | "BenchmarkResults" => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn doctest_role(name: &str, tag: &Tag<'_>, around: Role) -> Role {
    match name {
        // Most tests are in a suite without a name.
        "TestSuite" => Role::Suite,
        "TestCase" => Role::Case,
        "OverallResultsAsserts" if around == Role::Case => Role::Attributes,
        "Expression" if has(tag, "success", "true") => Role::Ignored,
        "Message" if has(tag, "type", "WARNING") => Role::Ignored,
        "Expression" | "Exception" | "Message" => Role::Verdict(Outcome::Failed),
        "Options" => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "name" => CaseField::Name,
        "filename" => CaseField::File,
        "line" => CaseField::Line,
        _ => CaseField::Other,
    }
}

/// Tests that `--list-test-cases` lists were not run; only there is the suite an attribute.
fn doctest_outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    let is_listed = find_attribute(attributes, "testsuite").is_some();
    (is_listed || find_attribute(attributes, "skipped") == Some("true")).then_some(Outcome::Skipped)
}

fn complete_case(case: &mut Case, success: &str, duration: &str) {
    match take_from(case, success).as_deref() {
        Some("true") if case.outcome == Outcome::Failed => case.outcome = Outcome::Skipped,
        Some("false") if case.outcome < Outcome::Failed => case.outcome = Outcome::Failed,
        _ => {}
    }
    if let Some(text) = take_from(case, duration) {
        case.duration = seconds(&text).and_then(Seconds::new);
    }
}
