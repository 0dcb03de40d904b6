//! CUnit's automated run: `CUNIT_TEST_RUN_REPORT`.

use super::{CaseField, Dialect, Role};
use crate::formats::model::{Attribute, Case, Format, Outcome};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Cunit, role, outcome, continues, ..super::DIALECT };

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match (name, around) {
        ("CUNIT_RUN_SUITE", _) => Role::Suite,
        ("CUNIT_RUN_TEST_SUCCESS" | "CUNIT_RUN_TEST_FAILURE", _) => Role::Case,
        // Written instead of its tests if the set-up or clean-up of a suite fails; has no name.
        ("CUNIT_RUN_SUITE_FAILURE" | "CUNIT_RUN_GROUP_FAILURE", _) => Role::Case,
        ("SUITE_NAME" | "GROUP_NAME", _) => Role::Field(CaseField::SuiteName),
        ("TEST_NAME", Role::Case) => Role::Field(CaseField::Name),
        ("FILE_NAME", Role::Case) => Role::Field(CaseField::File),
        ("LINE_NUMBER", Role::Case) => Role::Field(CaseField::Line),
        ("CONDITION" | "FAILURE_REASON", Role::Case) => Role::Message,
        ("CUNIT_HEADER" | "CUNIT_FOOTER" | "CUNIT_RUN_SUMMARY", _) => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn outcome(name: &str, _: &[Attribute]) -> Option<Outcome> {
    Some(match name {
        "CUNIT_RUN_TEST_SUCCESS" => Outcome::Passed,
        "CUNIT_RUN_TEST_FAILURE" => Outcome::Failed,
        _ => Outcome::Errored,
    })
}

/// There is a record for each assertion that failed. Names are unique in a suite.
fn continues(before: &Case, case: &Case) -> bool {
    before.suite == case.suite
        && before.name == case.name
        && case.name.is_some()
        && [before, case].iter().all(|case| case.outcome == Outcome::Failed)
}
