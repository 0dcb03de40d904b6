//! MbUnit 2: `report-result`, `assembly`, `fixture`, `run`.

use super::{CaseField, Dialect, Role, Unit};
use crate::formats::model::{Attribute, Format, Outcome, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Mbunit, role, field, outcome, suite_error, ..super::DIALECT };

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match (name, around) {
        ("assembly" | "fixture", _) => Role::Suite,
        ("run", _) => Role::Case,
        ("set-up" | "tear-down", _) => Role::Hook,
        ("exception", Role::Case | Role::Hook) => Role::Failure,
        ("message", Role::Failure) => Role::Message,
        ("stack-trace", Role::Failure) => Role::Trace,
        ("console-out" | "console-error", _) => Role::Console,
        ("counter" | "version" | "properties" | "asserts" | "warnings" | "invokers", _) => {
            Role::Ignored
        }
        // The cause of an exception is one, too.
        ("exception" | "source", _) => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "name" => CaseField::Name,
        "duration" => CaseField::Duration(Unit::Seconds),
        _ => CaseField::Other,
    }
}

fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    Some(match find_attribute(attributes, "result")? {
        "success" => Outcome::Passed,
        "failure" => Outcome::Failed,
        _ => Outcome::Skipped,
    })
}

fn suite_error(role: Role, attributes: &[Attribute]) -> Option<Outcome> {
    let failed = role == Role::Hook && find_attribute(attributes, "result") == Some("failure");
    failed.then_some(Outcome::Errored)
}
