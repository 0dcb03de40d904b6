//! Boost.Test's own XML: its log (`TestLog`) and its report (`TestResult`).

use super::{CaseField, Dialect, Role, Unit, detail_of, take_from};
use crate::formats::model::{Attribute, Case, Format, Outcome, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Boost, role, field, outcome, complete_case, ..super::DIALECT };

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match name {
        "TestSuite" => Role::Suite,
        "TestCase" => Role::Case,
        "Error" | "FatalError" => Role::Verdict(Outcome::Failed),
        "Exception" => Role::Verdict(Outcome::Errored),
        "Info" | "Message" | "Warning" => Role::Console,
        "TestingTime" if around == Role::Case => {
            Role::Field(CaseField::Duration(Unit::Microseconds))
        }
        "BuildInfo" => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "name" => CaseField::Name,
        "file" => CaseField::File,
        "line" => CaseField::Line,
        _ => CaseField::Other,
    }
}

/// In a log, only skipped tests have an outcome of their own; in a report, all have.
fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    if find_attribute(attributes, "skipped") == Some("yes") {
        return Some(Outcome::Skipped);
    }
    Some(match find_attribute(attributes, "result")? {
        "passed" => Outcome::Passed,
        "skipped" => Outcome::Skipped,
        // An exception, or a check that ended the test.
        "aborted" => Outcome::Errored,
        _ => Outcome::Failed,
    })
}

fn complete_case(case: &mut Case) {
    if let Some(reason) = take_from(case, "reason") {
        detail_of(case).message = Some(reason);
    }
}
