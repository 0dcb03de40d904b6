//! xUnit.net: `assemblies`, `assembly` and `collection` (version 1: `class`), `test`.

use super::{CaseField, Dialect, Role, Unit};
use crate::formats::model::{Attribute, Format, Outcome, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect = Dialect {
    format: Format::Xunit,
    role,
    field,
    outcome,
    error_type: "exception-type",
    suite_error,
    is_certain: |case, has_word| has_word || case.outcome >= Outcome::Failed,
    interprets: false,
    ..super::DIALECT
};

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match name {
        "assembly" | "collection" | "class" => Role::Suite,
        "test" => Role::Case,
        // A failed clean-up is listed next to the tests.
        "error" => Role::Hook,
        "failure" => Role::Failure,
        "reason" if around == Role::Case => Role::Reason,
        "message" => Role::Message,
        "stack-trace" => Role::Trace,
        "output" => Role::Console,
        "trait" => Role::Property,
        "attachments" => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "name" => CaseField::Name,
        "type" => CaseField::Classname,
        "source-file" => CaseField::File,
        "source-line" => CaseField::Line,
        "time" => CaseField::Duration(Unit::Seconds),
        _ => CaseField::Other,
    }
}

fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    Some(match find_attribute(attributes, "result") {
        Some("Fail") => Outcome::Failed,
        Some("Skip" | "NotRun") => Outcome::Skipped,
        _ => Outcome::Passed,
    })
}

fn suite_error(role: Role, _: &[Attribute]) -> Option<Outcome> {
    (role == Role::Hook).then_some(Outcome::Errored)
}
