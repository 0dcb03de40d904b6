//! CTest, bats, perl's TAP::Formatter::JUnit, tape's converters.

use super::{all_cases, one, owned};
use crate::formats::model::Report;
use crate::producers::place::{Cut, Level, Place};
use crate::producers::written::Written;

pub(in crate::producers) fn is_ctest(report: &Report) -> bool {
    all_cases(report, |case| {
        case.attribute("status")
            .is_some_and(|status| ["run", "fail", "notrun", "disabled"].contains(&status))
            && case.classname.as_deref() == case.name.as_deref()
    })
}

/// The suite is the name of the build, which is another one on every machine.
pub(in crate::producers) fn ctest(case: &Written<'_>) -> Place {
    Place { name: owned(case.name), ..Place::default() }
}

pub(in crate::producers) fn is_bats(report: &Report) -> bool {
    all_cases(report, |case| {
        case.classname.as_deref().is_some_and(|classname| classname.ends_with(".bats"))
    })
}

pub(in crate::producers) fn bats(case: &Written<'_>) -> Place {
    let file = case.path(case.classname);
    Place {
        container: one(&file),
        name: owned(case.name),
        folder: vec![Level::Classname(file, Cut::Slashes)],
        ..Place::default()
    }
}

pub(in crate::producers) fn is_perl(report: &Report) -> bool {
    is_numbered(report, |rest| rest.is_empty() || rest.starts_with(" - "))
}

pub(in crate::producers) fn is_tape(report: &Report) -> bool {
    is_numbered_after(report, "#", |rest| rest.is_empty() || rest.starts_with(' '))
}

fn is_numbered(report: &Report, rest: impl Fn(&str) -> bool) -> bool {
    is_numbered_after(report, "", rest)
}

/// Whether the name of every case starts with `mark` and a number, and no case has a classname.
fn is_numbered_after(report: &Report, mark: &str, rest: impl Fn(&str) -> bool) -> bool {
    all_cases(report, |case| {
        let numbered = case.name.as_deref().and_then(|name| name.strip_prefix(mark));
        case.classname.as_deref().unwrap_or_default().is_empty()
            && numbered.is_some_and(|numbered| {
                let after = numbered.trim_start_matches(|digit: char| digit.is_ascii_digit());
                after.len() < numbered.len() && rest(after)
            })
    })
}

pub(in crate::producers) fn perl(case: &Written<'_>) -> Place {
    Place {
        container: one(case.suite_name()),
        name: owned(case.name),
        folder: vec![Level::Classname(owned(case.suite_name()), Cut::Nowhere)],
        ..Place::default()
    }
}
