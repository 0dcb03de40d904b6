//! Robot Framework's `output.xml`, of all versions: `robot`, `suite`, `test`.

use super::{CaseField, Dialect, Role, take_from};
use crate::formats::model::{Case, Format, Outcome, Seconds};
use crate::formats::time::{clock, seconds};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect = Dialect {
    format: Format::Robot,
    role,
    field,
    keeps_verdicts: true,
    complete_case,
    ..super::DIALECT
};

fn role(name: &str, tag: &Tag<'_>, around: Role) -> Role {
    match (name, around) {
        ("suite", _) => Role::Suite,
        ("test", _) => Role::Case,
        ("status", Role::Case) => Role::Verdict(outcome(tag)),
        // A set-up or tear-down has a type.
        ("kw", Role::Case) if tag.attributes().all(|(name, _)| name != "type") => Role::Step,
        ("kw", Role::Case) if super::has(tag, "type", "kw") => Role::Step,
        ("tags", Role::Case) => Role::Transparent,
        // The tests of a suite whose set-up or tear-down fails have failed themselves.
        ("status" | "doc" | "metadata" | "meta" | "timeout" | "statistics" | "errors", _) => {
            Role::Ignored
        }
        ("tag", _) => Role::Property,
        // Keywords and control structures.
        (_, Role::Case | Role::Suite) => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn field(name: &str) -> CaseField {
    match name {
        "name" => CaseField::Name,
        "line" => CaseField::Line,
        _ => CaseField::Other,
    }
}

fn outcome(status: &Tag<'_>) -> Outcome {
    match status.attributes().find(|(name, _)| *name == "status") {
        Some((_, "PASS")) => Outcome::Passed,
        Some((_, "FAIL")) => Outcome::Failed,
        Some((_, "ERROR")) => Outcome::Errored,
        _ => Outcome::Skipped,
    }
}

/// Version 7 writes how long a test took, older ones when it started and ended.
fn complete_case(case: &mut Case) {
    let elapsed = take_from(case, "elapsed").and_then(|text| seconds(&text));
    let started = take_from(case, "starttime").and_then(|text| seconds_of_day(&text));
    let ended = take_from(case, "endtime").and_then(|text| seconds_of_day(&text));
    let between = started.zip(ended).map(|(started, ended)| {
        // Past midnight; tests do not take days.
        if ended < started { ended + 86_400.0 - started } else { ended - started }
    });
    case.duration = elapsed.or(between).and_then(Seconds::new);
    for name in ["status", "start", "id"] {
        take_from(case, name);
    }
}

/// `20261127 11:33:55.707`
fn seconds_of_day(text: &str) -> Option<f64> {
    clock(text.split_once(' ')?.1)
}
