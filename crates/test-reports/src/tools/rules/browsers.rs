//! Playwright, Karma, WebdriverIO, TestCafe, testem: the same tests in several browsers.

use super::{all_cases, javascript, one, owned, suite_name_of};
use crate::formats::model::{Case, Format};
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation, begins_with};
use crate::tools::part::Part;

/// The name of a browser without its version, which changes.
pub(super) fn without_version(browser: &str) -> Option<String> {
    let end = browser.find(|next: char| next.is_ascii_digit()).unwrap_or(browser.len());
    let browser = browser[..end].trim_matches([' ', '_', '.', '-']);
    (!browser.is_empty()).then(|| browser.to_owned())
}

/// vitest writes the same suites. Both rules make the same container and name of a case.
pub(in crate::tools) fn is_playwright(part: &Part<'_>) -> bool {
    const PROJECTS: [&str; 4] = ["", "chromium", "firefox", "webkit"];
    let any_name = |separator: &str| {
        part.cases
            .iter()
            .any(|case| case.name.as_deref().is_some_and(|name| name.contains(separator)))
    };
    let is_project =
        || PROJECTS.map(Some).contains(&part.suite().and_then(|suite| suite.attribute("hostname")));
    let is_of_file = |case: &Case| {
        let classname = case.classname.as_deref().unwrap_or_default();
        classname.is_empty() || classname == suite_name_of(part, case)
    };
    javascript::is_file_with_host(part)
        && part.cases.iter().all(is_of_file)
        && (any_name(" › ") || (!any_name(" > ") && is_project()))
}

/// The project, which Playwright writes as the host.
pub(in crate::tools) fn host(case: &CaseContext<'_>) -> Option<String> {
    let project = case.suite_attribute("hostname")?;
    (!project.is_empty()).then(|| project.to_owned())
}

pub(in crate::tools) fn playwright(case: &CaseContext<'_>) -> TestLocation {
    let file = if case.classname.is_empty() { case.suite_name() } else { case.classname };
    let file = case.path(file);
    let groups = case.name.rsplit_once(" › ").map_or("", |(groups, _)| groups);
    TestLocation {
        container: one(&file),
        name: owned(case.name),
        folder: vec![Level::Classname(file, Cut::Slashes), Level::Titles(owned(groups), " › ")],
        ..TestLocation::default()
    }
}

pub(in crate::tools) fn is_karma(part: &Part<'_>) -> bool {
    super::any_property(part, "browser.fullName")
        || (part.has(&["package", "id", "hostname"]) && is_browser(part.suite_name()))
}

pub(in crate::tools) fn karma_browser(case: &CaseContext<'_>) -> Option<String> {
    without_version(case.suite_name())
}

pub(in crate::tools) fn karma(case: &CaseContext<'_>) -> TestLocation {
    // The browser comes before the group: `Chrome 54.0 (Mac)` becomes `Chrome_54_0_(Mac).`.
    let browser = case.suite_name().replace([' ', '.'], "_");
    let group = case
        .classname
        .strip_prefix(&browser)
        .and_then(|rest| rest.strip_prefix('.'))
        // An unnamed package leaves an extra dot.
        .map_or(case.classname, |group| group.trim_start_matches('.'));
    titled(None, group, case.name.to_owned())
}

pub(in crate::tools) fn is_webdriverio(part: &Part<'_>) -> bool {
    part.format == Format::WebdriverioJson
        || (super::any_property(part, "specId") && super::any_property(part, "capabilities"))
}

pub(in crate::tools) fn capabilities(case: &CaseContext<'_>) -> Option<String> {
    without_version(case.suite_property("capabilities")?)
}

/// Failed hooks of mocha, written without quotes.
pub(in crate::tools) fn webdriverio_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    let hooks = ["before all hook", "before each hook", "after all hook", "after each hook"];
    (case.failed() && hooks.iter().any(|hook| case.name.replace('"', "").starts_with(hook)))
        .then_some(NotATest::SetupOrHook)
}

pub(in crate::tools) fn webdriverio(case: &CaseContext<'_>) -> TestLocation {
    let file = case
        .suite_property("featureFile")
        .or_else(|| case.suite_property("file"))
        .map(|file| case.path(file));
    let group = case.suite_name();
    let name = full_title(group, case.name, file.is_some());
    titled(file, group, name)
}

pub(in crate::tools) fn is_testcafe(part: &Part<'_>) -> bool {
    part.suite_name().starts_with("TestCafe Tests")
}

pub(in crate::tools) fn testcafe_browser(case: &CaseContext<'_>) -> Option<String> {
    without_version(case.suite_name().strip_prefix("TestCafe Tests: ")?)
}

pub(in crate::tools) fn testcafe(case: &CaseContext<'_>) -> TestLocation {
    let file = case.file();
    let name = full_title(case.classname, without_outcome(case.name), file.is_some());
    titled(file, case.classname, name)
}

/// A name without the result that TestCafe appends: ` (unstable)`, ` (screenshots: /some/path)`.
fn without_outcome(name: &str) -> &str {
    let name = match name.rfind(" (screenshots: ") {
        Some(at) if name.ends_with(')') => &name[..at],
        _ => name,
    };
    name.strip_suffix(" (unstable)").unwrap_or(name)
}

pub(in crate::tools) fn is_testem(part: &Part<'_>) -> bool {
    part.suite_name() == "Testem Tests"
}

/// The classname is the browser; the name is the full title.
pub(in crate::tools) fn testem(case: &CaseContext<'_>) -> TestLocation {
    TestLocation { name: owned(case.name), ..TestLocation::default() }
}

pub(in crate::tools) fn testem_browser(case: &CaseContext<'_>) -> Option<String> {
    without_version(case.classname)
}

/// Whether `name` is a browser as karma writes it: `Chrome Headless 156.0.0.0 (Linux 0.0.0)`.
pub(super) fn is_browser(name: &str) -> bool {
    let digits = name.find(|next: char| next.is_ascii_digit());
    name.ends_with(')')
        && digits.is_some_and(|at| {
            let (browser, version) = name.split_at(at);
            browser.ends_with(' ')
                && version.split(" (").next().is_some_and(|version| version.contains('.'))
        })
}

/// The title, after that of its group where the container is a file, which may have several groups.
fn full_title(group: &str, name: &str, in_file: bool) -> String {
    if !in_file || group.is_empty() || begins_with(name, group) {
        name.to_owned()
    } else {
        format!("{group} {name}")
    }
}

/// A test whose container is the file, or else the group.
fn titled(file: Option<String>, group: &str, name: String) -> TestLocation {
    let mut folder = Vec::new();
    if let Some(file) = &file {
        folder.push(Level::Classname(file.clone(), Cut::Slashes));
    }
    folder.push(Level::Classname(owned(group), Cut::Nowhere));
    TestLocation {
        container: file.map_or_else(|| one(group), |file| vec![file]),
        name,
        folder,
        ..TestLocation::default()
    }
}

pub(in crate::tools) fn is_web_test_runner(part: &Part<'_>) -> bool {
    super::any_property(part, "browser.launcher") && super::any_property(part, "test.fileName")
}

/// The suite is browser, launcher and file; the classname is the title of the groups.
pub(in crate::tools) fn web_test_runner(case: &CaseContext<'_>) -> TestLocation {
    let of_suite = || {
        let launcher = case.suite_property("browser.launcher")?;
        let (_, file) = case.suite_name().split_once(&format!("_{launcher}_"))?;
        Some(file.trim_start_matches('/').to_owned())
    };
    let file = of_suite().or_else(|| Some(case.path(case.suite_property("test.fileName")?)));
    titled(file, case.classname, full_title(case.classname, case.name, true))
}

pub(in crate::tools) fn web_test_runner_browser(case: &CaseContext<'_>) -> Option<String> {
    case.suite_property("browser.name").map(str::to_owned)
}

/// The outermost suite is a session; a case has `0` or `1` as its state, and no classname.
pub(in crate::tools) fn is_intern(part: &Part<'_>) -> bool {
    part.has(&["failures", "skipped", "tests", "time"])
        && all_cases(part, |case| {
            case.classname.is_none() && matches!(case.attribute("status"), Some("0" | "1"))
        })
}

/// The suites in the session.
pub(in crate::tools) fn intern(case: &CaseContext<'_>) -> TestLocation {
    let chain = case.chain.get(1..).unwrap_or_default();
    javascript::chain(&CaseContext { chain, ..*case })
}

/// The session: `chrome 137.0 on Linux`, or `node`.
pub(in crate::tools) fn session(case: &CaseContext<'_>) -> Option<String> {
    without_version(case.chain.first()?)
}
