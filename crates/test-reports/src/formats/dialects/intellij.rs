//! What IntelliJ's test runner exports as XML: `testrun`, `suite`, `test`.

use super::{CaseField, Dialect, Role, Unit, has};
use crate::formats::model::{Attribute, Format, Outcome, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Intellij, role, field, outcome, ..super::DIALECT };

fn role(name: &str, tag: &Tag<'_>, around: Role) -> Role {
    match name {
        "suite" => Role::Suite,
        "test" => Role::Case,
        // What a failure says is among the errors that the test printed.
        "output" if around == Role::Case && has(tag, "type", "stderr") => Role::Trace,
        "output" => Role::Console,
        "count" | "config" | "root" => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "name" => CaseField::Name,
        "duration" => CaseField::Duration(Unit::Milliseconds),
        _ => CaseField::Other,
    }
}

fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    Some(match find_attribute(attributes, "status")? {
        "passed" => Outcome::Passed,
        "failed" => Outcome::Failed,
        "error" | "terminated" => Outcome::Errored,
        _ => Outcome::Skipped,
    })
}
