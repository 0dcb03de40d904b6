//! CppUnit, and AUnit and EmbUnit, which write its format: `TestRun` with lists of tests that failed and that did not.

use super::{CaseField, Dialect, Role, Unit, detail_of, take_from};
use crate::formats::model::{Attribute, Case, Format, Outcome};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Cppunit, role, outcome, complete_case, ..super::DIALECT };

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match (name, around) {
        ("FailedTests", _) => Role::Cases(Outcome::Failed),
        ("SuccessfulTests", _) => Role::Cases(Outcome::Passed),
        ("SkippedTests" | "IgnoredTests", _) => Role::Cases(Outcome::Skipped),
        ("Test" | "FailedTest", _) => Role::Case,
        ("Name", Role::Case) => Role::Field(CaseField::Name),
        ("FailureType", Role::Case) => Role::Field(CaseField::Kept("FailureType")),
        ("Message", Role::Case) => Role::Message,
        ("File", _) => Role::Field(CaseField::File),
        ("Line", _) => Role::Field(CaseField::Line),
        ("Time", Role::Case) => Role::Field(CaseField::Duration(Unit::Seconds)),
        // Written by AUnit.
        ("Exception", Role::Case) => Role::Failure,
        ("Message", Role::Failure) => Role::Message,
        ("Information" | "Traceback", Role::Failure) => Role::Trace,
        ("Statistics" | "SuiteInfo" | "TimedTestTree" | "TestPath", _) => Role::Ignored,
        _ => Role::Transparent,
    }
}

/// EmbUnit writes no lists.
fn outcome(name: &str, _: &[Attribute]) -> Option<Outcome> {
    (name == "FailedTest").then_some(Outcome::Failed)
}

/// `Assertion` or `Error`.
fn complete_case(case: &mut Case) {
    if let Some(kind) = take_from(case, "FailureType") {
        if &*kind == "Error" {
            case.outcome = Outcome::Errored;
        }
        detail_of(case).kind = Some(kind);
    }
}
