//! SonarQube's generic test execution, which converters of many tools write: `testExecutions`, `file`, `testCase`.

use super::{CaseField, Dialect, Role, Unit};
use crate::formats::model::{Format, Outcome, Report};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect =
    Dialect { format: Format::Sonar, role, field, suite_name: "path", complete, ..super::DIALECT };

fn role(name: &str, _: &Tag<'_>, _: Role) -> Role {
    match name {
        "file" => Role::Suite,
        "testCase" => Role::Case,
        "failure" => Role::Verdict(Outcome::Failed),
        "error" => Role::Verdict(Outcome::Errored),
        "skipped" => Role::Verdict(Outcome::Skipped),
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

/// The file that a test is in.
fn complete(report: &mut Report) {
    for case in &mut report.cases {
        let file = case.suite.and_then(|suite| report.suites.get(suite as usize));
        case.file = file.map(|file| file.name.clone());
    }
}
