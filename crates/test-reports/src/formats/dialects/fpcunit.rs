//! FPCUnit, the framework of Free Pascal: `TestResults`, `TestListing`, `TestSuite`, `Test`.

use super::{CaseField, Dialect, Role, Unit};
use crate::formats::model::{Attribute, Format, Outcome, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Fpcunit, role, field, outcome, suite_name: "Name", ..super::DIALECT };

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match (name, around) {
        ("TestSuite", _) => Role::Suite,
        ("Test", _) => Role::Case,
        ("ExceptionMessage", Role::Case) => Role::Message,
        ("ExceptionClass", Role::Case) => Role::Field(CaseField::Kind),
        ("SourceUnitName", Role::Case) => Role::Field(CaseField::File),
        ("LineNumber", Role::Case) => Role::Field(CaseField::Line),
        // Repeats the name and what the exception says.
        ("Message", Role::Case) => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "Name" => CaseField::Name,
        "ElapsedTime" => CaseField::Duration(Unit::Clock),
        _ => CaseField::Other,
    }
}

fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    Some(match find_attribute(attributes, "Result")? {
        "OK" => Outcome::Passed,
        "Ignored" => Outcome::Skipped,
        "Error" => Outcome::Errored,
        _ => Outcome::Failed,
    })
}
