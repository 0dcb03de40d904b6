//! CTest, bats, perl's TAP::Formatter::JUnit, tape's converters.

use super::{all_cases, javascript, one, owned};
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

/// The number is that of the line: a test that is put in front of the others must not rename them.
fn without_number(name: &str) -> String {
    let (numbered, is_sharp) = match name.strip_prefix('#') {
        Some(rest) => (rest, true),
        None => (name, false),
    };
    let digits = numbered.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = numbered.split_at(digits);
    if number.is_empty() {
        return name.to_owned();
    }
    let title = rest.strip_prefix(" - ").or_else(|| rest.strip_prefix(' ').filter(|_| is_sharp));
    match title {
        Some(title) if !title.is_empty() => title.to_owned(),
        _ if rest.trim_end_matches(" -").is_empty() => format!("test {number}"),
        _ => name.to_owned(),
    }
}

/// The chain of suites, as with other tools of JavaScript.
pub(in crate::producers) fn tape(case: &Written<'_>) -> Place {
    Place { name: without_number(case.name), ..javascript::chain(case) }
}

/// The suite is the script.
pub(in crate::producers) fn perl(case: &Written<'_>) -> Place {
    Place {
        container: one(case.suite_name()),
        name: without_number(case.name),
        folder: vec![Level::Classname(owned(case.suite_name()), Cut::Nowhere)],
        ..Place::default()
    }
}
