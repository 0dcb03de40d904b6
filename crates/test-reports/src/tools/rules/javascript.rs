//! jest-junit, vitest, mocha's reporters (Cypress too), node:test, bun: titles in titles.

use std::collections::{HashMap, HashSet};

use super::{all_cases, has_order, one, owned, root_attribute, root_says};
use crate::formats::model::{Outcome, Report, Suite};
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation, before, without_repetition};

/// Whether `text` is the path of a source file.
fn is_source_file(text: &str) -> bool {
    const EXTENSIONS: [&str; 12] = [
        "js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "feature", "coffee",
    ];
    let name = text.rsplit(['/', '\\']).next().unwrap_or_default();
    name.rsplit_once('.')
        .is_some_and(|(stem, extension)| !stem.is_empty() && EXTENSIONS.contains(&extension))
}

fn file_folder(file: &str) -> Level {
    Level::Classname(owned(file), Cut::Slashes)
}

// jest-junit

pub(in crate::tools) fn is_jest(report: &Report) -> bool {
    root_says(report, "name", "jest tests")
        || has_order(report, &["errors", "failures", "skipped", "timestamp", "time", "tests"])
}

/// The titles of the groups and the test's own title. Templates combine them into classname and name.
fn jest_titles<'a>(case: &CaseContext<'a>) -> (&'a str, &'a str) {
    let (classname, name) = (case.classname, case.name);
    if classname == name {
        return ("", name);
    }
    match before(classname, name) {
        Some(groups) if !name.is_empty() => (groups, name),
        _ => (classname, name),
    }
}

pub(in crate::tools) fn jest(case: &CaseContext<'_>) -> TestLocation {
    let suite = case.suite_name();
    let (groups, title) = jest_titles(case);
    if is_source_file(suite) && !begins_with_title(case.name, suite) {
        let file = case.path(suite);
        let groups = if groups == suite { "" } else { groups };
        return TestLocation {
            container: [file.clone(), owned(groups)].into(),
            name: owned(title),
            folder: vec![file_folder(&file), Level::Titles(owned(groups), " › ")],
            ..TestLocation::default()
        };
    }
    let full = if groups.is_empty() || begins_with_title(title, groups) {
        owned(title)
    } else {
        format!("{groups} {title}")
    };
    let folder =
        if begins_with_title(&full, suite) { vec![Level::One(owned(suite))] } else { Vec::new() };
    TestLocation {
        container: case.case_file().into_iter().collect(),
        name: full,
        folder,
        ..TestLocation::default()
    }
}

/// Whether a full title starts with the title of a group.
fn begins_with_title(title: &str, group: &str) -> bool {
    !group.is_empty()
        && title.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

pub(in crate::tools) fn jest_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    const FAILED: &str = "Test suite failed to run";
    (case.failed() && (case.classname == FAILED || case.name == FAILED))
        .then_some(NotATest::SetupOrHook)
}

// vitest

pub(in crate::tools) fn is_vitest(report: &Report) -> bool {
    root_says(report, "name", "vitest tests")
        || has_order(
            report,
            &["timestamp", "hostname", "tests", "failures", "errors", "skipped", "time"],
        )
}

pub(in crate::tools) fn vitest(case: &CaseContext<'_>) -> TestLocation {
    // `classnameTemplate` may put anything into the classname; the suite is always the file.
    let file = if is_source_file(case.classname) || case.suite_name().is_empty() {
        case.path(case.classname)
    } else {
        case.path(case.suite_name())
    };
    let groups = case.name.rsplit_once(" > ").map_or("", |(groups, _)| groups);
    TestLocation {
        container: one(&file),
        name: owned(case.name),
        folder: vec![file_folder(&file), Level::Titles(owned(groups), " > ")],
        ..TestLocation::default()
    }
}

/// A file that could not be run, written as a case with the name of the file.
pub(in crate::tools) fn vitest_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    (case.failed() && case.name == case.suite_name()).then_some(NotATest::SetupOrHook)
}

/// Groups whose hooks failed, written as cases after all cases of their file, with only the title of the group.
pub(in crate::tools) fn vitest_hooks(report: &Report) -> HashSet<usize> {
    let mut titles: HashMap<Option<u32>, HashSet<&str>> = HashMap::new();
    for case in report.cases.iter() {
        let name = case.name.as_deref().unwrap_or_default();
        let mut parts: Vec<&str> = name.split(" > ").collect();
        parts.pop();
        titles.entry(case.suite).or_default().extend(parts);
    }
    let mut hooks = HashSet::new();
    let mut closed: HashSet<Option<u32>> = HashSet::new();
    for (index, case) in report.cases.iter().enumerate().rev() {
        if closed.contains(&case.suite) {
            continue;
        }
        let name = case.name.as_deref().unwrap_or_default();
        let is_group = titles.get(&case.suite).is_some_and(|titles| titles.contains(name));
        if is_group && case.outcome >= Outcome::Failed {
            hooks.insert(index);
        } else {
            closed.insert(case.suite);
        }
    }
    hooks
}

// mocha

pub(in crate::tools) fn is_mocha(report: &Report) -> bool {
    let known = |report: &Report| {
        let names = ["Mocha Tests", "Root Suite"];
        root_attribute(report, "name").is_some_and(|name| names.contains(&name))
            || report.suites.iter().any(|suite| names.contains(&&*suite.name))
    };
    let first = report.suites.first();
    known(report)
        || first.is_some_and(|suite| {
            let mut order = suite.attributes.iter().map(|attribute| &*attribute.name);
            order.next() == Some("timestamp")
                && order.next() == Some("tests")
                && order.all(|name| ["file", "time", "failures", "skipped"].contains(&name))
                && suite.attribute("time").is_some()
        })
}

/// The titles of the groups and the test's own title.
///
/// The reporter's modes differ in what they write as name and classname. The mode is derived from the case and its suite
/// only, so that it is the same in every shard.
fn mocha_titles<'a>(case: &CaseContext<'a>) -> (&'a str, &'a str) {
    let (name, classname, suite) = (case.name, case.classname, case.suite_name());
    let is_jenkins = |groups: &str| {
        suite == groups || suite.strip_suffix(groups).is_some_and(|start| start.ends_with('.'))
    };
    if classname.is_empty() {
        return ("", name);
    }
    // Default: the name is the full title, the classname the test's own.
    if let Some(groups) = before(name, classname) {
        let fits = if groups.is_empty() {
            suite == "Root Suite" || !is_jenkins(classname)
        } else {
            suite.is_empty() || groups.ends_with(suite) || suite.ends_with(groups)
        };
        if fits {
            return (groups, classname);
        }
    }
    // `testCaseSwitchClassnameAndName`: the reverse.
    if !name.is_empty()
        && !is_jenkins(classname)
        && let Some(groups) = before(classname, name)
        && !groups.is_empty()
    {
        return (groups, name);
    }
    // Jenkins mode, and mocha's own `xunit`: the classname is the groups' titles.
    (classname, name)
}

pub(in crate::tools) fn mocha(case: &CaseContext<'_>) -> TestLocation {
    let (groups, title) = mocha_titles(case);
    let levels = match mocha_levels(case, groups) {
        Some(levels) => levels.into_iter().map(|level| Level::One(owned(level))).collect(),
        None => vec![Level::Classname(owned(groups), Cut::Nowhere)],
    };
    TestLocation {
        container: one(groups),
        name: owned(title),
        folder: levels,
        ..TestLocation::default()
    }
}

/// The number of suites before a group's own that are searched for its parents.
const SEARCHED_PARENTS: usize = 1000;

/// The title of each group, outermost first. The reporter joins titles with a space, so that their borders are only
/// known from the suites before, which include the parents.
fn mocha_levels<'a>(case: &CaseContext<'_>, groups: &'a str) -> Option<Vec<&'a str>> {
    let suites = case.report.suites.get(..=case.case.suite? as usize)?;
    let mut levels = Vec::new();
    let mut rest = groups;
    for suite in suites.iter().rev().take(SEARCHED_PARENTS) {
        let title = suite.name.trim();
        // Jenkins mode: the suite is named after its groups, `Root Suite.Customer.address`.
        let parent = match title.strip_suffix(rest) {
            Some(root) if root.ends_with('.') && levels.is_empty() => {
                return Some(jenkins_levels(suites, root, rest));
            }
            _ => before(rest, title),
        };
        match parent {
            Some("") if !title.is_empty() => {
                levels.push(rest);
                levels.reverse();
                return Some(levels);
            }
            Some(parent) if !title.is_empty() => {
                levels.push(&rest[parent.len() + 1..]);
                rest = parent;
            }
            _ => {}
        }
    }
    None
}

fn jenkins_levels<'a>(suites: &[Suite], root: &str, groups: &'a str) -> Vec<&'a str> {
    let mut levels = Vec::new();
    let mut rest = groups;
    for suite in suites.iter().rev().take(SEARCHED_PARENTS) {
        let parent = suite.name.trim().strip_prefix(root).unwrap_or_default();
        if let Some(title) = rest.strip_prefix(parent).and_then(|title| title.strip_prefix('.'))
            && !parent.is_empty()
        {
            levels.push(title);
            rest = &rest[..parent.len()];
        }
    }
    levels.push(rest);
    levels.reverse();
    levels
}

pub(in crate::tools) fn mocha_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    is_hook(mocha_titles(case).1).then_some(NotATest::SetupOrHook)
}

const HOOKS: [&str; 4] =
    ["\"before all\" hook", "\"before each\" hook", "\"after all\" hook", "\"after each\" hook"];

/// Whether a title is that of a hook.
pub(in crate::tools) fn is_hook(title: &str) -> bool {
    HOOKS.iter().any(|hook| title.starts_with(hook))
}

/// A failed hook, where names are full titles.
pub(in crate::tools) fn hook_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    (case.failed() && has_hook(case.name)).then_some(NotATest::SetupOrHook)
}

/// Whether a full title ends in the title of a hook.
pub(in crate::tools) fn has_hook(title: &str) -> bool {
    HOOKS
        .iter()
        .any(|hook| title.find(hook).is_some_and(|at| at == 0 || title[..at].ends_with(' ')))
}

// node:test, bun, node-tap, tape, ava

pub(in crate::tools) fn is_node(report: &Report) -> bool {
    all_cases(report, |case| {
        case.classname
            .as_deref()
            .is_some_and(|classname| classname == "test" || classname == "suite")
    }) && report.suites.iter().all(|suite| suite.attribute("disabled").is_some())
}

pub(in crate::tools) fn is_bun(report: &Report) -> bool {
    root_says(report, "name", "bun test")
}

/// The chain of suites, below the file if there is one.
pub(in crate::tools) fn chain(case: &CaseContext<'_>) -> TestLocation {
    let file = case.file();
    let groups = case.chain.iter().map(|name| {
        // The suite of a file has its path as the name.
        if is_source_file(name) { case.path(name) } else { owned(name) }
    });
    let container = without_repetition(file.iter().cloned().chain(groups));
    let folder = container
        .iter()
        .map(|part| if is_source_file(part) { file_folder(part) } else { Level::One(owned(part)) });
    TestLocation {
        folder: folder.collect(),
        name: owned(case.name),
        container,
        ..TestLocation::default()
    }
}

/// A failure before the tests of a group, which has no name.
pub(in crate::tools) fn bun_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    (case.failed() && case.name == "(unnamed)").then_some(NotATest::SetupOrHook)
}

/// As [`chain`], but quotes are escaped twice.
pub(in crate::tools) fn node(case: &CaseContext<'_>) -> TestLocation {
    let decode = |text: &str| text.replace("&quot;", "\"");
    let name = decode(case.name);
    let chain: Vec<String> = case.chain.iter().map(|name| decode(name)).collect();
    let chain: Vec<&str> = chain.iter().map(String::as_str).collect();
    self::chain(&CaseContext { name: &name, chain: &chain, ..*case })
}

/// A file with failed tests, which node itself writes as a failed test.
pub(in crate::tools) fn node_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    (case.failed()
        && case.chain.is_empty()
        && is_source_file(case.name)
        && case.name.contains(['/', '\\']))
    .then_some(NotATest::SetupOrHook)
}
