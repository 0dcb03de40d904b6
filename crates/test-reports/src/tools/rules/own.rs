//! The own formats of tools, in JSON and text. Container and name are those of the JUnit report of the same tool, as far
//! as both say what that takes.

use super::{in_container, javascript, jvm, one, owned, python, root_attribute};
use crate::formats::model::Format;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation, without_repetition};
use crate::tools::part::Part;

/// Whether a report of several tools' format was written with the tool `name`.
fn is_of(part: &Part<'_>, format: Format, name: &str) -> bool {
    part.format == format && root_attribute(part, "tool").is_some_and(|tool| tool == name)
}

/// Titles below a file, which is the outermost suite.
fn below_file(
    case: &CaseContext<'_>,
    file: &str,
    groups: &[&str],
    separator: &'static str,
) -> TestLocation {
    let file = case.path(file);
    let name = groups.iter().chain([&case.name]).copied().collect::<Vec<&str>>().join(separator);
    TestLocation {
        container: one(&file),
        name,
        folder: vec![
            Level::Classname(file, Cut::Slashes),
            Level::Titles(groups.join(separator), separator),
        ],
        ..TestLocation::default()
    }
}

// Jest, Vitest, Playwright

/// As with jest-junit's option `addFileAttribute`: the file, and the full title.
pub(in crate::tools) fn jest(case: &CaseContext<'_>) -> TestLocation {
    let (file, groups) = case.chain.split_first().unwrap_or((&"", &[]));
    let folders = groups.iter().map(|group| Level::One(owned(group)));
    let located = below_file(case, file, groups, " ");
    TestLocation { folder: located.folder.into_iter().take(1).chain(folders).collect(), ..located }
}

pub(in crate::tools) fn vitest(case: &CaseContext<'_>) -> TestLocation {
    let (file, groups) = case.chain.split_first().unwrap_or((&"", &[]));
    below_file(case, file, groups, " > ")
}

/// A file that could not be run.
pub(in crate::tools) fn failed_file(case: &CaseContext<'_>) -> Option<NotATest> {
    (case.failed() && case.chain.len() == 1 && case.name == "Test suite failed to run")
        .then_some(NotATest::SetupOrHook)
}

pub(in crate::tools) fn playwright(case: &CaseContext<'_>) -> TestLocation {
    let (file, groups) = case.chain.split_first().unwrap_or((&"", &[]));
    below_file(case, file, groups, " › ")
}

/// The project of a Playwright test.
pub(in crate::tools) fn project(case: &CaseContext<'_>) -> Option<String> {
    case.case.attribute("project").map(owned)
}

// Reports of pytest

/// The identifier of a node: `tests/test_cart.py::TestCart::test_add[a::b]`.
pub(in crate::tools) fn pytest(case: &CaseContext<'_>) -> TestLocation {
    let (node, parameters) = case.name.split_at(case.name.find('[').unwrap_or(case.name.len()));
    let mut parts = node.split("::");
    let file = parts.next().unwrap_or_default().replace(['/', '\\'], ".");
    let file = file.strip_suffix(".py").unwrap_or(&file);
    let mut parts: Vec<&str> = std::iter::once(file).chain(parts).collect();
    let name = if parts.len() > 1 { parts.pop().unwrap_or_default() } else { "" };
    let (classname, name) = (parts.join("."), format!("{name}{parameters}"));
    python::locate(&CaseContext { classname: &classname, name: &name, ..*case })
}

// Cucumber and behave

pub(in crate::tools) fn is_behave(part: &Part<'_>) -> bool {
    is_of(part, Format::Cucumber, "behave")
}

/// File and feature, as in behave's JUnit reports: `account.login.Login` for `features/account/login.feature`.
pub(in crate::tools) fn behave(case: &CaseContext<'_>) -> TestLocation {
    let file = case.suite_attribute("file").unwrap_or_default().replace('\\', "/");
    let file = file.strip_prefix("features/").unwrap_or(&file);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem).replace('/', ".");
    in_container(&format!("{stem}.{}", case.suite_name()), case.name, Cut::Nowhere)
}

// The Common Test Report Format

pub(in crate::tools) fn is_ctrf_of_pytest(part: &Part<'_>) -> bool {
    is_of(part, Format::Ctrf, "pytest")
}

pub(in crate::tools) fn is_ctrf_of_jest(part: &Part<'_>) -> bool {
    is_of(part, Format::Ctrf, "jest")
}

pub(in crate::tools) fn is_ctrf_of_playwright(part: &Part<'_>) -> bool {
    is_of(part, Format::Ctrf, "playwright")
}

/// The file and the full title.
pub(in crate::tools) fn ctrf_of_jest(case: &CaseContext<'_>) -> TestLocation {
    let file = case.case_file().unwrap_or_default();
    // `cart.test.js > Cart > add`
    let groups = case.suite_name().split(" > ").filter(|part| !javascript::is_source_file(part));
    let folder = std::iter::once(Level::Classname(file.clone(), Cut::Slashes))
        .chain(groups.map(|group| Level::One(owned(group))));
    TestLocation {
        folder: folder.collect(),
        container: one(&file),
        name: owned(case.name),
        ..TestLocation::default()
    }
}

/// The suite is `project > file > describe`, the name the title alone.
pub(in crate::tools) fn ctrf_of_playwright(case: &CaseContext<'_>) -> TestLocation {
    let parts: Vec<&str> = case.chain.iter().flat_map(|suite| suite.split(" > ")).collect();
    match parts.iter().position(|part| javascript::is_source_file(part)) {
        Some(at) => below_file(case, parts[at], &parts[at + 1..], " › "),
        None => ctrf(case),
    }
}

/// The project, in front of the file.
pub(in crate::tools) fn ctrf_project(case: &CaseContext<'_>) -> Option<String> {
    let (project, rest) = case.suite_name().split_once(" > ")?;
    (!javascript::is_source_file(project) && !rest.is_empty()).then(|| owned(project))
}

/// The file and the suites, whichever the report names.
pub(in crate::tools) fn ctrf(case: &CaseContext<'_>) -> TestLocation {
    let suites = case.chain.iter().flat_map(|suite| suite.split(" > ")).map(owned);
    let file = case.case_file();
    let container = without_repetition(file.iter().cloned().chain(suites));
    let folder = container.iter().enumerate().map(|(at, part)| match at {
        0 if file.is_some() => Level::Classname(part.clone(), Cut::Slashes),
        _ => Level::One(part.clone()),
    });
    TestLocation {
        folder: folder.collect(),
        container: container.clone(),
        name: owned(case.name),
        ..TestLocation::default()
    }
}

/// The browser without its version.
pub(in crate::tools) fn ctrf_browser(case: &CaseContext<'_>) -> Option<String> {
    super::browsers::without_version(case.case.attribute("browser")?)
}

// Allure

/// Where the test's framework would have it: the full name of Python, the class of Java, the suites of others.
pub(in crate::tools) fn allure(case: &CaseContext<'_>) -> TestLocation {
    let framework = case.case.attribute("framework").unwrap_or_default();
    let full_name = case.case.attribute("fullName").unwrap_or_default();
    match framework {
        "pytest" => {
            let classname = full_name.split('#').next().unwrap_or_default();
            python::locate(&CaseContext { classname, ..*case })
        }
        "playwright" | "Playwright" => {
            // Project, file, groups.
            let is_file = |suite: &&str| javascript::is_source_file(suite);
            match case.chain.iter().position(is_file) {
                Some(at) => {
                    let groups: Vec<&str> =
                        case.chain[at + 1..].iter().flat_map(|group| group.split(" > ")).collect();
                    below_file(case, case.chain[at], &groups, " › ")
                }
                None => javascript::chain(case),
            }
        }
        _ if !case.classname.is_empty() => jvm::locate(case),
        _ => allure_of_javascript(case, framework, full_name),
    }
}

/// The file is in front of the full name: `cart.test.js#Cart adds`, `shop:src/cart.spec.js: Cart > adds`.
fn allure_of_javascript(case: &CaseContext<'_>, framework: &str, full_name: &str) -> TestLocation {
    let file = full_name.split('#').next().and_then(|head| head.split(": ").next());
    let file = file.and_then(|file| file.rsplit(':').next()).unwrap_or_default();
    let has_file = case.chain.iter().any(|suite| javascript::is_source_file(suite));
    if has_file || !javascript::is_source_file(file) {
        return javascript::chain(case);
    }
    match framework {
        "jest" => below_file(case, file, case.chain, " "),
        "vitest" => below_file(case, file, case.chain, " > "),
        // As in Mocha's own JSON.
        _ => {
            let groups = case.chain.join(" ");
            TestLocation {
                name: owned(case.name),
                container: [case.path(file)].into_iter().chain(one(&groups)).collect(),
                ..below_file(case, file, case.chain, " ")
            }
        }
    }
}

/// The project of a Playwright test, in front of its file.
pub(in crate::tools) fn allure_project(case: &CaseContext<'_>) -> Option<String> {
    let framework = case.case.attribute("framework")?.to_lowercase();
    let [project, file, ..] = case.chain else { return None };
    (framework == "playwright" && javascript::is_source_file(file)).then(|| owned(project))
}

// TAP and Robot Framework

/// The chain of suites. A point of TAP without a description is called after its number.
pub(in crate::tools) fn chain(case: &CaseContext<'_>) -> TestLocation {
    let name = match case.case.attribute("number") {
        Some(number) if case.name.is_empty() => format!("test {number}"),
        _ => javascript::file_or_title(case),
    };
    let part = |suite: &&str| match suite.strip_suffix(".t") {
        // As TAP::Formatter::JUnit names the suite of `t/cart.t`.
        Some(_) => {
            let name = suite.trim_start_matches("./").trim_start_matches("t/");
            let is_kept = |next: char| next.is_ascii_alphanumeric() || "-:_".contains(next);
            name.chars().map(|next| if is_kept(next) { next } else { '_' }).collect()
        }
        None if javascript::is_source_file(suite) => case.path(suite),
        None => owned(suite),
    };
    let chain: Vec<String> = case.chain.iter().map(part).collect();
    TestLocation {
        folder: chain.iter().cloned().map(Level::One).collect(),
        container: chain,
        name,
        ..TestLocation::default()
    }
}

// cargo-nextest

/// Whether cargo-nextest wrote libtest's JSON.
pub(in crate::tools) fn is_nextest(part: &Part<'_>) -> bool {
    part.format == Format::LibtestJson && root_attribute(part, "nextest").is_some()
}
