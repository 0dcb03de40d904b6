//! NUnit 3 (`test-run`) and NUnit 2 (`test-results`).

use super::{CaseField, Dialect, Role, Unit};
use crate::formats::model::{Attribute, Format, Outcome, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect = Dialect {
    format: Format::Nunit,
    role,
    field,
    outcome,
    error_type: "",
    suite_error,
    is_certain: |case, has_word| has_word || case.outcome >= Outcome::Failed,
    interprets: false,
    ..super::DIALECT
};

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match name {
        "test-suite" => Role::Suite,
        "test-case" => Role::Case,
        "failure" => Role::Failure,
        "reason" => Role::Reason,
        "message" if matches!(around, Role::Failure | Role::Reason) => Role::Message,
        "stack-trace" if around == Role::Failure => Role::Trace,
        "output" => Role::Console,
        "property" | "category" => Role::Property,
        "filePath" => Role::Attachment,
        // Assertions repeat the failure; the others are about the run.
        "assertions" | "settings" | "environment" | "filter" | "command-line" => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "name" => CaseField::Name,
        "classname" => CaseField::Classname,
        // Version 3 writes one of them, version 2 the other.
        "duration" | "time" => CaseField::Duration(Unit::Seconds),
        _ => CaseField::Other,
    }
}

/// NUnit 3's label `Error` is an exception instead of a failed assertion: other tools call both a failure.
fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    let is = |name: &str, word: &str| {
        find_attribute(attributes, name).is_some_and(|value| value.eq_ignore_ascii_case(word))
    };
    // Unity writes `Failed(Child)`.
    let word = find_attribute(attributes, "result").unwrap_or_default();
    let word =
        word.split(|character: char| !character.is_ascii_alphabetic()).next().unwrap_or_default();
    Some(match word {
        "Passed" | "Success" | "Warning" => Outcome::Passed,
        "Failed" | "Failure" => Outcome::Failed,
        "Error" | "Cancelled" => Outcome::Errored,
        "Skipped" | "Ignored" | "Inconclusive" | "Explicit" => Outcome::Skipped,
        // NUnit 2 counts it among the tests that it did not run.
        "NotRunnable" | "Invalid" if is("executed", "false") => Outcome::Skipped,
        "NotRunnable" | "Invalid" => Outcome::Errored,
        // Before 2.5 there was no `result`.
        _ if is("executed", "false") => Outcome::Skipped,
        _ if is("success", "false") => Outcome::Failed,
        _ if is("success", "true") => Outcome::Passed,
        _ => return None,
    })
}

/// A suite fails because a test in it does, which is not an error of its own, or in its set-up or tear-down.
fn suite_error(_: Role, attributes: &[Attribute]) -> Option<Outcome> {
    let of_its_own = matches!(find_attribute(attributes, "site"), Some("SetUp" | "TearDown"))
        // NUnit 2 has no `site`; there, only failures outside tests are called errors.
        || (find_attribute(attributes, "executed").is_some() && find_attribute(attributes, "result") == Some("Error"));
    of_its_own.then_some(Outcome::Errored)
}
