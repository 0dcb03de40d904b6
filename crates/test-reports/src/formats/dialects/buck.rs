//! Buck's test results: `tests`, a `test` for each class, and a `testresult` for each of its methods.

use super::{CaseField, Dialect, Role, Unit};
use crate::formats::model::{Attribute, Format, Outcome, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Buck, role, field, outcome, ..super::DIALECT };

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match name {
        "test" => Role::Suite,
        "testresult" => Role::Case,
        "message" if around == Role::Case => Role::Message,
        "stacktrace" => Role::Trace,
        "stdout" | "stderr" => Role::Console,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "name" => CaseField::Name,
        "suite" | "testCaseName" => CaseField::Classname,
        "time" => CaseField::Duration(Unit::Milliseconds),
        _ => CaseField::Other,
    }
}

/// Old versions say only whether a test was successful.
fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    let word = find_attribute(attributes, "status").or(find_attribute(attributes, "type"));
    Some(match word.unwrap_or_default() {
        "PASS" | "SUCCESS" => Outcome::Passed,
        "FAIL" | "FAILURE" => Outcome::Failed,
        "ERROR" => Outcome::Errored,
        "ASSUMPTION_VIOLATION" | "DISABLED" | "EXCLUDED" | "DRY_RUN" | "SKIPPED" => {
            Outcome::Skipped
        }
        _ if find_attribute(attributes, "success") == Some("false") => Outcome::Failed,
        _ => Outcome::Passed,
    })
}
