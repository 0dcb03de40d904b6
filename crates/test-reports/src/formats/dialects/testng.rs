//! TestNG: `testng-results`.

use super::{CaseField, Dialect, Role, Unit};
use crate::formats::model::{
    Attribute, Case, Format, Outcome, Rerun, RerunWhen, Seconds, find_attribute,
};
use crate::formats::xml::attributes::Tag;

/// Parameters, which are a part of the name, follow the start tag of a case: none is certain before its end.
pub(super) const DIALECT: Dialect = Dialect {
    format: Format::Testng,
    role,
    field,
    outcome,
    error_type: "class",
    suite_error,
    complete: |report| join_retries(&mut report.cases),
    ..super::DIALECT
};

fn role(name: &str, tag: &Tag<'_>, around: Role) -> Role {
    match name {
        "suite" | "test" => Role::Suite,
        "class" => Role::Class,
        "test-method" if is_set_up(tag) => Role::Hook,
        "test-method" => Role::Case,
        "exception" => Role::Failure,
        "message" if around == Role::Failure => Role::Message,
        "full-stacktrace" | "short-stacktrace" => Role::Trace,
        "value" => Role::Parameter,
        "reporter-output" => Role::Console,
        "groups" => Role::Ignored,
        _ => Role::Transparent,
    }
}

/// Whether it is a set-up or tear-down method, which is written like a test.
fn is_set_up(tag: &Tag<'_>) -> bool {
    tag.attributes().any(|attribute| attribute == ("is-config", "true"))
}

fn field(name: &str) -> CaseField {
    match name {
        "name" => CaseField::Name,
        "duration-ms" => CaseField::Duration(Unit::Milliseconds),
        _ => CaseField::Other,
    }
}

fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    Some(match find_attribute(attributes, "status") {
        Some("FAIL") => Outcome::Failed,
        Some("SKIP") => Outcome::Skipped,
        _ => Outcome::Passed,
    })
}

fn suite_error(role: Role, attributes: &[Attribute]) -> Option<Outcome> {
    let failed = role == Role::Hook && find_attribute(attributes, "status") == Some("FAIL");
    failed.then_some(Outcome::Errored)
}

/// Joins runs that were repeated to the case of the repetition.
///
/// TestNG writes each of them as a skipped case of its own, with `retried`, before the repetition.
fn join_retries(cases: &mut Vec<Case>) {
    let is_retried = |case: &Case| case.attribute("retried") == Some("true");
    // Cases that hold cases are not TestNG's, and their indices are left alone.
    if !cases.iter().any(is_retried) || cases.iter().any(|case| case.parent_case.is_some()) {
        return;
    }
    let mut retried: Vec<Case> = Vec::new();
    for mut case in std::mem::take(cases) {
        if is_retried(&case) {
            retried.push(case);
            continue;
        }
        // Parameters are no help: objects show their address, which differs in each run.
        let is_same = |earlier: &mut Case| {
            (earlier.suite, &earlier.classname) == (case.suite, &case.classname)
                && method(earlier) == method(&case)
        };
        let reruns: Vec<Rerun> = retried
            .extract_if(.., is_same)
            .map(|earlier| Rerun {
                when: RerunWhen::Before,
                outcome: Outcome::Failed,
                detail: earlier.detail().cloned().unwrap_or_default(),
                duration: earlier.duration.map(Seconds::get),
            })
            .collect();
        if !reruns.is_empty() {
            case.extra.get_or_insert_default().reruns = reruns;
        }
        cases.push(case);
    }
    // A repetition that never came: the run counts as it is.
    cases.append(&mut retried);
}

/// The name of a case without its parameters.
fn method(case: &Case) -> Option<&str> {
    case.name.as_deref()?.split('(').next()
}
