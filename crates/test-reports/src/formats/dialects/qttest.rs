//! Qt Test's own XML, whole (`TestCase`) and light (without a document element).

use super::{CaseField, Dialect, Role, has, take_from};
use crate::formats::model::{Attribute, Case, Format, Outcome, Text, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Qttest, role, outcome, complete_case, continues, ..super::DIALECT };

/// A test function has an incident, or a message that it was skipped, for each of its data rows.
fn role(name: &str, tag: &Tag<'_>, around: Role) -> Role {
    match (name, around) {
        ("TestCase", _) => Role::Suite,
        ("TestFunction", _) => Role::Class,
        ("Incident", _) => Role::Case,
        ("Message", _) if has(tag, "type", "skip") => Role::Case,
        ("Message", _) => Role::Console,
        ("DataTag", Role::Case) => Role::Field(CaseField::Kept("row")),
        ("Description", Role::Case) => Role::Message,
        ("Duration", Role::Class) => Role::ClassDuration,
        ("QtVersion" | "QTestVersion" | "QtBuild", _) => Role::Property,
        ("BenchmarkResult", _) => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    Some(match find_attribute(attributes, "type")? {
        // `b` is for tests on the list of those that are known to fail.
        "pass" | "bpass" | "xfail" | "bxfail" => Outcome::Passed,
        "skip" | "bskip" | "bfail" | "bxpass" => Outcome::Skipped,
        _ => Outcome::Failed,
    })
}

/// The function around it is the name.
fn complete_case(case: &mut Case) {
    case.name = case.classname.take().map(|name| Text::from(&*name));
    take_from(case, "type");
    case.line = take_from(case, "line").and_then(|line| line.parse().ok()).filter(|&line| line > 0);
    case.file = take_from(case, "file").filter(|file| !file.is_empty()).map(Into::into);
}

/// A test that is known to fail has two incidents; a failure in its clean-up is another one.
fn continues(before: &Case, case: &Case) -> bool {
    (before.suite, &before.name) == (case.suite, &case.name)
        && before.attribute("row") == case.attribute("row")
}
