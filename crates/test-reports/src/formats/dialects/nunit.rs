//! NUnit 3 (`test-run`) and NUnit 2 (`test-results`).

use super::{AttributeMap, CaseParts, Dialect, Role};
use crate::formats::markup::Tag;
use crate::formats::model::{Attribute, Format, Outcome, find_attribute};
use crate::formats::time::seconds;

pub(super) const DIALECT: Dialect = Dialect { format: Format::Nunit, role, case, suite_error };

fn role(tag: &Tag<'_>, around: Role) -> Role {
    match tag.name() {
        "test-suite" => Role::Suite,
        "test-case" => Role::Case,
        "failure" => Role::Failure,
        "reason" => Role::Reason,
        "message" if matches!(around, Role::Failure | Role::Reason) => Role::Message,
        "stack-trace" if around == Role::Failure => Role::Trace,
        "output" => Role::Console,
        "property" | "category" => Role::Property,
        "filePath" => Role::Attachment,
        // Assertions say again what the failure says; the others are about the run.
        "assertions" | "settings" | "environment" | "filter" | "command-line" => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn case(written: &mut AttributeMap) -> CaseParts {
    let duration = written.take("duration").or_else(|| written.take("time"));
    CaseParts {
        name: written.take("name"),
        classname: written.take("classname"),
        duration: duration.as_deref().and_then(seconds),
        outcome: outcome(written),
        ..CaseParts::default()
    }
}

/// NUnit 3's label `Error` is an exception instead of a failed assertion: other tools call both a failure.
fn outcome(written: &AttributeMap) -> Option<Outcome> {
    let is = |name: &str, word: &str| {
        written.get(name).is_some_and(|value| value.eq_ignore_ascii_case(word))
    };
    // Unity writes `Failed(Child)`.
    let word = written.get("result").unwrap_or_default();
    let word =
        word.split(|character: char| !character.is_ascii_alphabetic()).next().unwrap_or_default();
    Some(match word {
        "Passed" | "Success" | "Warning" => Outcome::Passed,
        "Failed" | "Failure" => Outcome::Failed,
        "Error" | "Cancelled" => Outcome::Errored,
        "Skipped" | "Ignored" | "Inconclusive" | "NotRunnable" | "Explicit" | "Invalid" => {
            Outcome::Skipped
        }
        // Before 2.5 there was no `result`.
        _ if is("executed", "false") => Outcome::Skipped,
        _ if is("success", "false") => Outcome::Failed,
        _ if is("success", "true") => Outcome::Passed,
        _ => return None,
    })
}

/// A suite fails because a test in it does, which is no error of its own, or in its set-up or tear-down.
fn suite_error(_: Role, attributes: &[Attribute]) -> Option<Outcome> {
    let of_its_own = matches!(find_attribute(attributes, "site"), Some("SetUp" | "TearDown"))
        // NUnit 2 has no `site`; there only what goes wrong outside of tests is an error.
        || (find_attribute(attributes, "executed").is_some() && find_attribute(attributes, "result") == Some("Error"));
    of_its_own.then_some(Outcome::Errored)
}
