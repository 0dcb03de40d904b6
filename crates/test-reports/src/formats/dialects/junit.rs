//! JUnit-style XML: `testsuites`, `testsuite` and `testcase`, in all the shapes that tools write.

use super::{CaseField, Dialect, Role, Unit, weight};
use crate::formats::model::{Attribute, Case, Format, Outcome, RerunWhen};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect = Dialect {
    format: Format::Junit,
    role,
    field,
    outcome,
    is_certain: |case, _| case.outcome >= Outcome::Failed,
    interprets: false,
    ..super::DIALECT
};

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match name {
        "system-out" | "system-err" => Role::Console,
        _ if matches!(around, Role::Rerun(..)) => Role::Text,
        "testcase" => Role::Case,
        "testsuite" => Role::Suite,
        "property" => Role::Property,
        "failure" => Role::Verdict(Outcome::Failed),
        "error" => Role::Verdict(Outcome::Errored),
        "skipped" | "skip" | "ignored" | "disabled" | "pending" | "aborted" => {
            Role::Verdict(Outcome::Skipped)
        }
        "passed" | "warning" => Role::Verdict(Outcome::Passed),
        "rerunFailure" => Role::Rerun(RerunWhen::After, Outcome::Failed),
        "rerunError" => Role::Rerun(RerunWhen::After, Outcome::Errored),
        "flakyFailure" => Role::Rerun(RerunWhen::Before, Outcome::Failed),
        "flakyError" => Role::Rerun(RerunWhen::Before, Outcome::Errored),
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "name" => CaseField::Name,
        "classname" => CaseField::Classname,
        "class" => CaseField::Class,
        "time" => CaseField::Duration(Unit::Seconds),
        "file" => CaseField::File,
        "line" => CaseField::Line,
        _ => CaseField::Other,
    }
}

/// The worst that the attributes say, which counts if no child says otherwise.
fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    let said = attributes.iter().filter_map(|attribute| match &*attribute.name {
        "status" | "result" => outcome_of_word(&attribute.value),
        "failure" => Some(Outcome::Failed),
        "skip" | "skips" | "skipped" | "ignored" | "disabled" if is_set(&attribute.value) => {
            Some(Outcome::Skipped)
        }
        _ => None,
    });
    said.max_by_key(|outcome| weight(*outcome))
}

/// The outcome that a word of `status="…"` or `result="…"` means; none if it means nothing.
fn outcome_of_word(word: &str) -> Option<Outcome> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "passed"
        | "pass"
        | "ok"
        | "success"
        | "successful"
        | "succeeded"
        | "run"
        | "completed"
        | "warning"
        | "passedbutrunaborted" => Outcome::Passed,
        "skipped" | "skip" | "ignored" | "ignore" | "disabled" | "suppressed" | "notrun"
        | "not_run" | "not run" | "notexecuted" | "not_executed" | "untested" | "undefined"
        | "pending" | "todo" | "blocked" | "inconclusive" | "incomplete" | "aborted"
        | "deselected" | "excluded" | "explicit" => Outcome::Skipped,
        "failed" | "fail" | "failure" | "timeout" => Outcome::Failed,
        "error" | "errored" | "broken" | "crashed" | "crash" | "exception" | "fatal"
        | "notrunnable" | "invalid" | "panicked" | "panic" | "interrupted" | "killed"
        | "terminated" | "timedout" | "timed out" | "timed_out" | "timed-out" | "cancelled"
        | "canceled" | "hung" | "died" => Outcome::Errored,
        _ => return None,
    })
}

/// The word of `status="…"` or `result="…"` of a passed case that says nothing known. Numbers, such as exit codes, are no
/// words.
pub(crate) fn unknown_outcome(case: &Case) -> Option<&str> {
    if case.outcome != Outcome::Passed || case.detail().is_some() {
        return None;
    }
    let words = ["status", "result"].iter().filter_map(|name| case.attribute(name));
    words
        .map(str::trim)
        .find(|word| word.contains(char::is_alphabetic) && outcome_of_word(word).is_none())
}

/// Whether the value of `skipped="…"`, `ignored="…"` and the like means yes, as a reason does.
fn is_set(value: &str) -> bool {
    let value = value.trim();
    !(value.is_empty()
        || value == "0"
        || value.eq_ignore_ascii_case("false")
        || value.eq_ignore_ascii_case("no"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_any_case() {
        assert_eq!(outcome_of_word("PASSED"), Some(Outcome::Passed));
        assert_eq!(outcome_of_word(" NotRun "), Some(Outcome::Skipped));
        assert_eq!(outcome_of_word("Failed"), Some(Outcome::Failed));
        for word in ["errored", "panicked", "Interrupted", "KILLED", "timedout", "cancelled"] {
            assert_eq!(outcome_of_word(word), Some(Outcome::Errored), "{word}");
        }
        assert_eq!(outcome_of_word("200"), None);
        assert_eq!(outcome_of_word(""), None);
    }

    #[test]
    fn a_reason_to_skip_is_a_yes() {
        assert!(is_set("true") && is_set("1") && is_set("no network here"));
        assert!(!is_set("false") && !is_set("0") && !is_set(""));
    }
}
