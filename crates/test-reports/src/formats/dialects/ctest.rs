//! CTest's `Test.xml`, written for CDash: `Site`, `Testing`, `Test`.

use super::{CaseField, Dialect, Role, Unit, detail_of, has, take_from};
use crate::formats::model::{Attribute, Case, Format, Outcome, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Ctest, role, outcome, complete_case, ..super::DIALECT };

const EXIT: &str = "Exit Code";
const COMPLETION: &str = "Completion Status";

fn role(name: &str, tag: &Tag<'_>, around: Role) -> Role {
    match name {
        // The list of tests has elements of the same name.
        "Test" if tag.attributes().any(|(name, _)| name == "Status") => Role::Case,
        "Test" => Role::Ignored,
        "Name" if around == Role::Case => Role::Field(CaseField::Name),
        "NamedMeasurement" if has(tag, "name", "Execution Time") => {
            Role::Field(CaseField::Duration(Unit::Seconds))
        }
        "NamedMeasurement" if has(tag, "name", EXIT) => Role::Field(CaseField::Kept(EXIT)),
        "NamedMeasurement" if has(tag, "name", COMPLETION) => {
            Role::Field(CaseField::Kept(COMPLETION))
        }
        "Measurement" => Role::Console,
        "NamedMeasurement" | "Path" | "FullName" | "FullCommandLine" | "Labels" => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    Some(match find_attribute(attributes, "Status")? {
        "passed" => Outcome::Passed,
        "failed" => Outcome::Failed,
        _ => Outcome::Skipped,
    })
}

/// A test is `notrun` if it was skipped or disabled, but also if its program or its fixture is missing.
fn complete_case(case: &mut Case) {
    let (exit, completion) = (take_from(case, EXIT), take_from(case, COMPLETION));
    if case.outcome == Outcome::Skipped
        && completion.as_deref().is_some_and(|why| !why.starts_with("SKIP") && why != "Disabled")
    {
        case.outcome = Outcome::Failed;
    }
    if case.outcome != Outcome::Passed {
        detail_of(case).message = exit.or(completion);
    }
}
