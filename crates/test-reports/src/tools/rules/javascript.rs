//! jest-junit, vitest, mocha's reporters (Cypress too), node:test, bun: titles in titles.

use std::collections::{HashMap, HashSet};

use super::{all_cases, all_named_like_suite, one, owned, suite_name_of};
use crate::formats::model::{Case, Outcome, Suite};
use crate::text::{self, RepositoryRoot};
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation, before, without_repetition};
use crate::tools::part::Part;

/// Whether `text` is the path of a source file.
pub(super) fn is_source_file(text: &str) -> bool {
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

// jest-junit and mocha's reporters

/// jest-junit and mocha-junit-reporter write the same attributes when reports are merged. One rule reads both.
fn is_titled(part: &Part<'_>) -> bool {
    let texts = |case: &Case| {
        let clean = |text: Option<&str>| text::clean(text.unwrap_or_default());
        let suite = clean(Some(suite_name_of(part, case)));
        (suite, clean(case.classname.as_deref()), clean(case.name.as_deref()))
    };
    let fits = |case: &Case| {
        let (suite, classname, name) = &texts(case);
        is_source_file(suite)
            || is_root(suite)
            || classname == FAILED
            || (classname.is_empty() && begins_with_title(name, suite))
            || (before(name, classname).is_some() && !classname.is_empty())
            || (before(classname, name).is_some() && !name.is_empty())
            || suite.strip_suffix(&**classname).is_some_and(|root| root.ends_with('.'))
    };
    // Other tools write the name twice: a full title contains that of the group.
    let is_titled = |case: &Case| {
        let (suite, classname, name) = &texts(case);
        let is_constant = suite.is_empty() || suite == "undefined" || is_root(suite);
        name != classname
            || is_constant
            || is_source_file(suite)
            || (name.contains(&**suite) && name != suite)
    };
    part.has(&["timestamp", "tests", "failures", "time"])
        && all_cases(part, fits)
        && part.cases.iter().any(is_titled)
}

fn is_root(suite: &str) -> bool {
    ["Root Suite", "Mocha Tests"].contains(&suite) || suite.starts_with("Root Suite.")
}

pub(in crate::tools) fn is_jest(part: &Part<'_>) -> bool {
    let is_of_jest = |case: &Case| {
        let classname = case.classname.as_deref().unwrap_or_default();
        is_source_file(suite_name_of(part, case))
            || (["", FAILED].contains(&classname) || case.name.as_deref() == Some(classname))
    };
    part.has(&["errors", "skipped"])
        && !is_root(part.suite_name())
        && part.lacks(&["file"])
        && is_titled(part)
        && all_cases(part, is_of_jest)
}

pub(in crate::tools) fn is_mocha(part: &Part<'_>) -> bool {
    is_root(part.suite_name()) || is_titled(part)
}

/// The title is the name; the classname is the groups', or the full title, or the file.
fn in_file(case: &CaseContext<'_>, file: &str) -> TestLocation {
    let (classname, name) = (case.classname, case.name);
    let groups = if classname == name || classname == file {
        ""
    } else {
        before(classname, name).filter(|_| !name.is_empty()).unwrap_or(classname)
    };
    let file = case.path(file);
    TestLocation {
        container: [file.clone(), owned(groups)].into(),
        name: owned(name),
        folder: vec![file_folder(&file), Level::Titles(owned(groups), " › ")],
        ..TestLocation::default()
    }
}

/// Whether a full title starts with the title of a group.
fn begins_with_title(title: &str, group: &str) -> bool {
    !group.is_empty()
        && title.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

const FAILED: &str = "Test suite failed to run";

pub(in crate::tools) fn titles_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    let is_file = case.classname == FAILED || case.name == FAILED;
    ((case.failed() && is_file) || is_hook(titles_of(case).1)).then_some(NotATest::SetupOrHook)
}

// vitest

pub(in crate::tools) fn is_vitest(part: &Part<'_>) -> bool {
    // The classname is the file, or what a template makes of it.
    let is_of_file = |case: &Case| {
        let file = suite_name_of(part, case).rsplit(['/', '\\']).next().unwrap_or_default();
        case.classname.as_deref().is_none_or(|classname| classname.contains(file))
            || case.name.as_deref().is_some_and(|name| name.contains(" > "))
    };
    is_file_with_host(part) && (part.cases.is_empty() || all_cases(part, is_of_file))
}

/// Whether the suite is a file, with the attributes that vitest and Playwright write.
pub(super) fn is_file_with_host(part: &Part<'_>) -> bool {
    part.has(&["timestamp", "hostname", "tests", "failures", "time"])
        && is_source_file(part.suite_name())
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

/// The suite is a file below the working directory, or elsewhere; each case has its line and column.
pub(in crate::tools) fn is_deno(part: &Part<'_>) -> bool {
    let suite = part.suite_name();
    (suite.starts_with("./") || suite.starts_with("file://") || suite.starts_with("../"))
        && is_source_file(suite)
        && all_named_like_suite(part)
        && all_cases(part, |case| case.attribute("col").is_some())
}

/// A file that could not be run, written as a case with the name of the file.
pub(in crate::tools) fn vitest_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    (case.failed() && case.name == case.suite_name()).then_some(NotATest::SetupOrHook)
}

/// Groups whose hooks failed, written as cases after all cases of their file, with only the title of the group.
pub(in crate::tools) fn vitest_hooks(part: &Part<'_>) -> HashSet<usize> {
    let mut titles: HashMap<Option<u32>, HashSet<&str>> = HashMap::new();
    for case in part.cases {
        let name = case.name.as_deref().unwrap_or_default();
        let mut parts: Vec<&str> = name.split(" > ").collect();
        parts.pop();
        titles.entry(case.suite).or_default().extend(parts);
    }
    let mut hooks = HashSet::new();
    let mut closed: HashSet<Option<u32>> = HashSet::new();
    for (index, case) in part.numbered_cases().rev() {
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

/// The titles of the groups and the test's own title.
///
/// The reporter's modes differ in what they write as name and classname. The mode is derived from the case and its suite
/// only, so that it is the same in every shard.
fn titles_of<'a>(case: &CaseContext<'a>) -> (&'a str, &'a str) {
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

/// The file, if the report names it, the groups and the title.
pub(in crate::tools) fn titles(case: &CaseContext<'_>) -> TestLocation {
    let suite = case.suite_name();
    if is_source_file(suite) && !begins_with_title(case.name, suite) {
        return in_file(case, suite);
    }
    let (groups, title) = titles_of(case);
    let folder = match mocha_levels(case, groups) {
        Some(levels) => levels.into_iter().map(|level| Level::One(owned(level))).collect(),
        None if groups.is_empty() && begins_with_title(title, suite) => {
            vec![Level::One(owned(suite))]
        }
        None => vec![Level::Classname(owned(groups), Cut::Nowhere)],
    };
    TestLocation {
        container: case.file().into_iter().chain(one(groups)).collect(),
        name: owned(title),
        folder,
        ..TestLocation::default()
    }
}

/// As [`titles`]. Cypress names the file only on the root suite, which comes before the groups of the file.
pub(in crate::tools) fn mocha(case: &CaseContext<'_>) -> TestLocation {
    let located = titles(case);
    match root_file(case) {
        Some(file) if case.file().is_none() && !is_source_file(case.suite_name()) => TestLocation {
            container: [file].into_iter().chain(located.container).collect(),
            ..located
        },
        _ => located,
    }
}

/// The file of the last root suite before the suite of the case.
fn root_file(case: &CaseContext<'_>) -> Option<String> {
    let own = case.case.suite? as usize;
    let suites = &case.part.report.suites;
    let parent = suites.get(own)?.parent;
    let before = suites.get(..own)?.iter().rev().take(SEARCHED_PARENTS);
    let root = before.filter(|suite| suite.parent == parent).find(|suite| is_root(&suite.name))?;
    Some(case.path(root.attribute("file")?)).filter(|file| !file.is_empty())
}

/// The number of suites before a group's own that are searched for its parents.
const SEARCHED_PARENTS: usize = 1000;

/// The title of each group, outermost first. The reporter joins titles with a space, so that their borders are only
/// known from the suites before, which include the parents.
fn mocha_levels<'a>(case: &CaseContext<'_>, groups: &'a str) -> Option<Vec<&'a str>> {
    let suites = case.part.report.suites.get(..=case.case.suite? as usize)?;
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

pub(in crate::tools) fn is_node(part: &Part<'_>) -> bool {
    all_cases(part, |case| {
        case.classname
            .as_deref()
            .is_some_and(|classname| classname == "test" || classname == "suite")
    }) && part.suites.iter().all(|suite| suite.attribute("disabled").is_some())
}

pub(in crate::tools) fn is_bun(part: &Part<'_>) -> bool {
    part.has(&["file", "assertions", "hostname"]) && is_source_file(part.suite_name())
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
    let name = decode(&file_or_title(case));
    let chain: Vec<String> = case.chain.iter().map(|name| decode(name)).collect();
    let chain: Vec<&str> = chain.iter().map(String::as_str).collect();
    self::chain(&CaseContext { name: &name, chain: &chain, ..*case })
}

/// The name of a test. That of a file without tests, which is a test of its own to node, is relative to the repository root.
pub(in crate::tools) fn file_or_title(case: &CaseContext<'_>) -> String {
    let is_path = case.chain.is_empty()
        && is_source_file(case.name)
        && RepositoryRoot::is_absolute(case.name);
    if is_path { case.path(case.name) } else { owned(case.name) }
}

/// A file with failed tests, which node itself writes as a failed test.
pub(in crate::tools) fn node_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    (case.failed()
        && case.chain.is_empty()
        && is_source_file(case.name)
        && case.name.contains(['/', '\\']))
    .then_some(NotATest::SetupOrHook)
}
