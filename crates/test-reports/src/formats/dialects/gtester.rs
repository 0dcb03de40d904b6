//! GLib's gtester: `gtester`, a `testbinary` for each program, `testcase`.

use super::{CaseField, Dialect, Role, Unit, detail_of, take_from};
use crate::formats::model::{Attribute, Case, Format, Outcome, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect = Dialect {
    format: Format::Gtester,
    role,
    field,
    outcome,
    suite_name: "path",
    complete_case,
    ..super::DIALECT
};

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match (name, around) {
        ("testbinary", _) => Role::Suite,
        ("testcase", _) => Role::Case,
        ("status", Role::Case) => Role::Attributes,
        ("duration", Role::Case) => Role::Field(CaseField::Duration(Unit::Seconds)),
        ("error", Role::Case) => Role::Message,
        ("message", Role::Case) => Role::Console,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "path" => CaseField::Name,
        _ => CaseField::Other,
    }
}

fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    (find_attribute(attributes, "skipped") == Some("1")).then_some(Outcome::Skipped)
}

/// A program that crashes writes no status for the test that it was in.
fn complete_case(case: &mut Case) {
    let exit = take_from(case, "exit-status");
    let is_skipped = matches!(exit.as_deref(), Some("1" | "3"));
    take_from(case, "n-forks");
    match take_from(case, "result").as_deref() {
        // A test that skips itself, or that is incomplete.
        Some("success") if is_skipped => case.outcome = Outcome::Skipped,
        Some("success") => case.outcome = Outcome::Passed,
        None if case.outcome == Outcome::Skipped => {}
        result => {
            case.outcome = if result.is_some() { Outcome::Failed } else { Outcome::Errored };
            let message = match exit {
                Some(exit) => format!("exit status {exit}"),
                None => "the program ended inside this test".to_owned(),
            };
            detail_of(case).message.get_or_insert(message.into());
        }
    }
}
