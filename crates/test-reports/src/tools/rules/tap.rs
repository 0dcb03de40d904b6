//! CTest, bats, busted, perl's TAP::Formatter::JUnit, node-tap, the converters of tape and ava.

use super::{all_cases, in_container, javascript, one, owned, suite_name_of};
use crate::formats::model::Case;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::part::Part;

pub(in crate::tools) fn is_ctest(part: &Part<'_>) -> bool {
    all_cases(part, |case| {
        case.attribute("status")
            .is_some_and(|status| ["run", "fail", "notrun", "disabled"].contains(&status))
            && case.classname.as_deref() == case.name.as_deref()
            // GoogleTest's test may have the name of its suite.
            && case.classname.as_deref() != Some(suite_name_of(part, case))
    })
}

/// The name alone: the suite is the name of the build, which differs between machines.
pub(in crate::tools) fn ctest(case: &CaseContext<'_>) -> TestLocation {
    TestLocation { name: owned(case.name), ..TestLocation::default() }
}

pub(in crate::tools) fn is_bats(part: &Part<'_>) -> bool {
    all_cases(part, |case| {
        case.classname.as_deref().is_some_and(|classname| classname.ends_with(".bats"))
    })
}

pub(in crate::tools) fn bats(case: &CaseContext<'_>) -> TestLocation {
    in_container(&case.path(case.classname), case.name, Cut::Slashes)
}

pub(in crate::tools) fn is_perl(part: &Part<'_>) -> bool {
    is_numbered(part, |rest| rest.is_empty() || rest.starts_with(" - "))
}

pub(in crate::tools) fn is_tape(part: &Part<'_>) -> bool {
    is_numbered_after(part, "#", |rest| rest.is_empty() || rest.starts_with(' '))
}

fn is_numbered(part: &Part<'_>, rest: impl Fn(&str) -> bool) -> bool {
    is_numbered_after(part, "", rest)
}

/// Whether the name of every case starts with `mark` and a number, and no case has a classname.
fn is_numbered_after(part: &Part<'_>, mark: &str, rest: impl Fn(&str) -> bool) -> bool {
    all_cases(part, |case| {
        let numbered = case.name.as_deref().and_then(|name| name.strip_prefix(mark));
        case.classname.as_deref().unwrap_or_default().is_empty()
            && numbered.is_some_and(|numbered| {
                let after = numbered.trim_start_matches(|digit: char| digit.is_ascii_digit());
                after.len() < numbered.len() && rest(after)
            })
    })
}

/// A name without the number of its line, which changes when a test is added before it.
pub(super) fn without_number(name: &str) -> String {
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

/// The chain of suites, as with other tools of JavaScript. A suite is a comment of the TAP, `# adds`, after the name of a
/// package if there is one; `Default` means that there is no comment.
pub(in crate::tools) fn tape(case: &CaseContext<'_>) -> TestLocation {
    let groups = case.chain.iter().filter(|group| **group != "Default").flat_map(|group| {
        let (package, title) = match group.split_once("# ") {
            Some((package, title)) => (package.trim_end_matches('.'), title),
            None => ("", *group),
        };
        let marked = ["TODO ", "SKIP "].iter().find_map(|mark| title.strip_prefix(mark));
        [package, marked.unwrap_or(title)]
    });
    let chain: Vec<&str> = groups.filter(|group| !group.is_empty()).collect();
    let name = without_number(case.name);
    javascript::chain(&CaseContext { chain: &chain, name: &name, ..*case })
}

/// As tape, but each title starts with its file, and suites are comments of whatever ran at that time.
pub(in crate::tools) fn is_ava(part: &Part<'_>) -> bool {
    is_tape(part)
        && all_cases(part, |case| case.name.as_deref().is_some_and(|name| name.contains(" › ")))
}

pub(in crate::tools) fn ava(case: &CaseContext<'_>) -> TestLocation {
    let name = without_number(case.name);
    let groups = name.rsplit_once(" › ").map_or("", |(groups, _)| groups).to_owned();
    TestLocation { name, folder: vec![Level::Titles(groups, " › ")], ..TestLocation::default() }
}

pub(in crate::tools) fn is_tap_junit(part: &Part<'_>) -> bool {
    let is_numbered = |case: &Case| case.attribute("id").is_some() && case.classname.is_none();
    part.suites.len() == 1
        && part.has(&["tests", "skipped", "failures"])
        && all_cases(part, is_numbered)
}

/// The only suite is a constant. Which test an assertion belongs to is only in its console output.
pub(in crate::tools) fn tap_junit(case: &CaseContext<'_>) -> TestLocation {
    let suite = if case.suite_name() == "Tap-Junit-Suite" { "" } else { case.suite_name() };
    TestLocation {
        container: one(suite),
        name: owned(case.name),
        folder: vec![Level::One(owned(suite))],
        ..TestLocation::default()
    }
}

pub(in crate::tools) fn is_node_tap(part: &Part<'_>) -> bool {
    part.has(&["tests", "failures", "assertions", "skipped", "time"])
        && all_cases(part, |case| {
            let chain = part.report.suite_chain(case.suite);
            let chain: Vec<&str> = chain.iter().map(|suite| &*suite.name).collect();
            case.attribute("id").is_some() && case.classname.as_deref() == Some(&*chain.join(" > "))
        })
}

/// The classname repeats the chain of suites.
pub(in crate::tools) fn node_tap(case: &CaseContext<'_>) -> TestLocation {
    let properties = case.case.extra.iter().flat_map(|extra| &extra.properties);
    let is_skipped =
        properties.into_iter().any(|property| ["skip", "todo"].contains(&&*property.name));
    TestLocation {
        is_skipped,
        ..javascript::chain(&CaseContext { case: &without_file(case.case), ..*case })
    }
}

/// The file is where a case failed: a passing case has none.
fn without_file(case: &Case) -> Case {
    Case { file: None, ..case.clone() }
}

pub(in crate::tools) fn is_busted(part: &Part<'_>) -> bool {
    part.suite_name().starts_with("Run 1 of ")
        && all_cases(part, |case| {
            case.classname.as_deref().is_some_and(|classname| file_of(classname).is_some())
        })
}

/// `spec/cart_spec.lua:12` without its line.
fn file_of(location: &str) -> Option<&str> {
    let (file, line) = location.rsplit_once(':')?;
    (!line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())).then_some(file)
}

/// The classname is the location in the file.
pub(in crate::tools) fn busted(case: &CaseContext<'_>) -> TestLocation {
    let file = case.path(file_of(case.classname).unwrap_or(case.classname));
    in_container(&file, case.name, Cut::Slashes)
}

/// The suite is the script.
pub(in crate::tools) fn perl(case: &CaseContext<'_>) -> TestLocation {
    in_container(case.suite_name(), &without_number(case.name), Cut::Nowhere)
}
