//! Check, the framework for C: `testsuites` in its own namespace, `suite`, `test`.

use super::{CaseField, Dialect, Role, Unit};
use crate::formats::model::{Attribute, Case, Format, Outcome, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Check, role, outcome, complete_case, ..super::DIALECT };

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match (name, around) {
        ("suite", _) => Role::Suite,
        ("test", _) => Role::Case,
        ("title", Role::Suite) => Role::Field(CaseField::SuiteName),
        ("id", Role::Case) => Role::Field(CaseField::Name),
        // The test case of Check, which holds test functions.
        ("description", Role::Case) => Role::Field(CaseField::Classname),
        ("fn", Role::Case) => Role::Field(CaseField::File),
        ("iteration", Role::Case) => Role::Field(CaseField::Kept("iteration")),
        // -1 for a test that was killed.
        ("duration", Role::Case) => Role::Field(CaseField::Duration(Unit::Seconds)),
        ("message", Role::Case) => Role::Message,
        ("path" | "datetime" | "duration", _) => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    Some(match find_attribute(attributes, "result")? {
        "failure" => Outcome::Failed,
        "error" => Outcome::Errored,
        _ => Outcome::Passed,
    })
}

/// The place of a test is written as `cart.c:17`.
fn complete_case(case: &mut Case) {
    let place = case.file.as_deref().and_then(|place| {
        let (file, line) = place.rsplit_once(':')?;
        Some((file.into(), line.parse().ok()?))
    });
    if let Some((file, line)) = place {
        (case.file, case.line) = (Some(file), Some(line));
    }
}
