//! Parasoft C/C++test: `ResultsSession`.
//!
//! What went wrong while tests ran (`ExecViol`) comes first, the tests (`Test`) follow. Old versions write no tests: each of
//! theirs has at least one entry among what went wrong, if only for an outcome that nobody has reviewed yet.

use std::collections::{HashMap, HashSet};

use super::{CaseField, Dialect, Role, Unit, detail_of, take_from};
use crate::formats::model::{Attribute, Case, Detail, Format, Outcome, Report, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect = Dialect {
    format: Format::Parasoft,
    role,
    field,
    outcome,
    message: "val",
    complete_case,
    complete,
    ..super::DIALECT
};

/// The category of outcomes that were not reviewed.
const UNREVIEWED: &str = "6";

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match (name, around) {
        ("TestSuite", _) => Role::Suite,
        ("Test" | "ExecViol", _) => Role::Case,
        ("ThrPart", _) => Role::Attributes,
        ("Error", _) => Role::Verdict(Outcome::Errored),
        (
            "Trace" | "Goals" | "Summary" | "Coverage" | "Categories" | "History" | "Locations"
            | "Scope" | "VersionInfos" | "Authors",
            _,
        ) => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "name" | "testName" => CaseField::Name,
        "time" => CaseField::Duration(Unit::Clock),
        "locFile" => CaseField::File,
        "ln" => CaseField::Line,
        _ => CaseField::Other,
    }
}

fn outcome(name: &str, attributes: &[Attribute]) -> Option<Outcome> {
    let has_passed = match name {
        "ExecViol" => find_attribute(attributes, "cat") == Some(UNREVIEWED),
        _ => find_attribute(attributes, "pass") == Some("1"),
    };
    Some(if has_passed { Outcome::Passed } else { Outcome::Failed })
}

/// Keeps the ids of a case and what its failure says.
fn complete_case(case: &mut Case) {
    let (message, kind) = (take_from(case, "detMsg"), take_from(case, "clName"));
    if case.outcome != Outcome::Passed && message.is_some() {
        *detail_of(case) = Detail { message, kind, text: None };
    }
    if let Some(extra) = &mut case.extra {
        let is_kept = |name: &str| ["id", "testId", "testCaseId", "pass"].contains(&name);
        extra.attributes.retain(|attribute| is_kept(&attribute.name));
    }
}

/// Gives tests what was said about them, and makes tests of what was said about others.
fn complete(report: &mut Report) {
    let is_test = |case: &Case| case.attribute("pass").is_some();
    if !report.suite_errors.is_empty() {
        // The run broke off.
        report.cases.retain(is_test);
    }
    let mut tests: HashMap<Box<str>, Option<Box<Detail>>> = HashMap::new();
    for id in
        report.cases.iter().filter(|case| is_test(case)).filter_map(|case| case.attribute("id"))
    {
        tests.insert(id.into(), None);
    }
    let mut seen: HashSet<Box<str>> = HashSet::new();
    report.cases.retain(|case| {
        if is_test(case) {
            return true;
        }
        if let Some(found) = case.attribute("testId").and_then(|id| tests.get_mut(id)) {
            if let (None, Some(detail)) = (&found, case.detail()) {
                *found = Some(Box::new(detail.clone()));
            }
            return false;
        }
        case.attribute("testCaseId").is_none_or(|id| seen.insert(id.into()))
    });
    for case in report.cases.iter_mut().filter(|case| case.outcome != Outcome::Passed) {
        let detail = case.attribute("id").and_then(|id| tests.get(id)).cloned().flatten();
        if let (Some(extra), Some(detail)) = (&mut case.extra, detail) {
            extra.detail = Some(detail);
        }
    }
}
