//! The general rule, and tools whose chain of suites is the container.

use super::{all_cases, has_order, owned, root_attribute};
use crate::formats::model::Report;
use crate::text;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation, without_repetition};
use crate::tools::rules::{erlang, ginkgo, javascript, python};
use crate::tools::volatile;

/// The chain of suites, then the classname, without repetition.
pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    let parts = case.chain.iter().chain([&case.classname]);
    let container = without_repetition(parts.enumerate().map(|(at, part)| match at {
        _ if is_hostname(case, at, part) || is_browser(case, at, part) => String::new(),
        _ => portable(case, part),
    }));
    let classname = portable(case, case.classname);
    let folder = container.iter().map(|part| {
        let cut = if is_path(part) { Cut::Slashes } else { Cut::Nowhere };
        if *part == classname || cut == Cut::Slashes {
            Level::Classname(part.clone(), cut)
        } else {
            Level::One(part.clone())
        }
    });
    TestLocation {
        folder: folder.collect(),
        container,
        name: owned(case.name),
        ..TestLocation::default()
    }
}

/// Whether the suite at `at` is named after its machine, or after the browser, device or platform in its properties.
fn is_hostname(case: &CaseContext<'_>, at: usize, part: &str) -> bool {
    const NAMES: [&str; 9] = [
        "browser",
        "browser.name",
        "browserName",
        "device",
        "deviceName",
        "platform",
        "platformName",
        "os",
        "hostname",
    ];
    case.suites.get(at).is_some_and(|suite| {
        let is_named = |name: &str| super::property(suite, name).is_some_and(|value| value == part);
        !part.is_empty()
            && (suite.attribute("hostname") == Some(part) || NAMES.into_iter().any(is_named))
    })
}

/// Whether the outermost suite only names the browser of all suites or classes inside.
fn is_browser(case: &CaseContext<'_>, at: usize, part: &str) -> bool {
    let has_more = case.chain.len() > 1 || (!case.classname.is_empty() && case.classname != part);
    at == 0 && has_more && volatile::is_browser_name(part)
}

/// `part` without what differs between runs, relative to the repository root if it is a path.
fn portable(case: &CaseContext<'_>, part: &str) -> String {
    let part = volatile::without_line(part);
    if is_path(part) { case.path(part) } else { volatile::without_run(part, case.root) }
}

/// Whether a part is the path of a file with an extension. `/api/users` may be a title.
fn is_path(part: &str) -> bool {
    let windows = part.as_bytes().get(1..3).is_some_and(|rest| rest == b":\\" || rest == b":/");
    let starts = ["/", "./", "../", ".\\", "..\\", "file://"];
    let is_rooted = windows || starts.iter().any(|start| part.starts_with(start));
    let last = part.rsplit(['/', '\\']).next().unwrap_or_default();
    let has_extension = last.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && (1..=8).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && extension.starts_with(|first: char| first.is_ascii_alphabetic())
    });
    has_extension && (is_rooted || (last.len() < part.len() && !part.contains(char::is_whitespace)))
}

/// Set-ups, and failed hooks and fixtures, whose names many tools share.
pub(in crate::tools) fn not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    const FAILED: [&str; 8] = [
        "BeforeSuite",
        "AfterSuite",
        "SynchronizedBeforeSuite",
        "SynchronizedAfterSuite",
        "beforeAll",
        "afterAll",
        "setupSpec",
        "cleanupSpec",
    ];
    let is_failed_hook = case.failed()
        && (python::is_fixture(case)
            || javascript::is_hook(case.name)
            || FAILED.contains(&case.name)
            || case.classname == "Test suite failed to run");
    (is_failed_hook || ginkgo::is_set_up_of_suite(case.name) || erlang::is_set_up(case.name))
        .then_some(NotATest::SetupOrHook)
}

/// The chain of suites, one folder for each.
pub(in crate::tools) fn chain_only(case: &CaseContext<'_>) -> TestLocation {
    let container = without_empty(case.chain);
    TestLocation {
        folder: container.iter().cloned().map(Level::One).collect(),
        container,
        name: owned(case.name),
        ..TestLocation::default()
    }
}

fn without_empty(chain: &[&str]) -> Vec<String> {
    let parts = chain.iter().filter(|name| !name.is_empty());
    parts.map(|name| owned(name)).collect()
}

/// The classname repeats the chain.
pub(in crate::tools) fn is_robot(report: &Report) -> bool {
    let chain = |suite| {
        let names: Vec<&str> = report.suite_chain(suite).iter().map(|suite| &*suite.name).collect();
        names
    };
    &*report.root.element == "testsuite"
        && report.cases.iter().any(|case| chain(case.suite).len() > 1)
        && all_cases(report, |case| {
            case.classname.as_deref() == Some(chain(case.suite).join(".").as_str())
        })
}

/// The root is named after the collection, each suite after a request.
pub(in crate::tools) fn is_newman(report: &Report) -> bool {
    root_attribute(report, "name").is_some()
        && has_order(report, &["id", "timestamp", "tests", "failures", "errors", "time"])
}

pub(in crate::tools) fn newman(case: &CaseContext<'_>) -> TestLocation {
    let collection = root_attribute(case.report, "name").map(text::clean);
    let collection = collection.unwrap_or_default();
    let chain: Vec<&str> =
        [collection.as_str()].into_iter().chain(case.chain.iter().copied()).collect();
    chain_only(&CaseContext { chain: &chain, ..*case })
}

pub(in crate::tools) fn is_maestro(report: &Report) -> bool {
    report.suites.iter().any(|suite| suite.attribute("device").is_some())
}

pub(in crate::tools) fn device(case: &CaseContext<'_>) -> Option<String> {
    let device = case.suite_attribute("device")?;
    (!device.is_empty()).then(|| device.to_owned())
}

/// The browser or device in properties that several tools share.
pub(in crate::tools) fn configuration(case: &CaseContext<'_>) -> Option<String> {
    const NAMES: [&str; 4] = ["browser", "browser.name", "browserName", "device"];
    let named = NAMES.iter().find_map(|name| case.suite_property(name));
    let level = || {
        let mut levels = case.chain.iter().copied().enumerate();
        let found =
            levels.find(|(at, name)| volatile::is_environment(name) || is_browser(case, *at, name));
        found.map(|(_, name)| name)
    };
    Some(text::clean(named.or_else(level)?)).filter(|named| !named.is_empty())
}

/// The name of a suite, unless every report of its tool has a suite of that name.
pub(in crate::tools) fn suite_label(name: &str) -> &str {
    const CONSTANT: [&str; 14] = [
        "pytest",
        "nose2-junit",
        "nosetests",
        "pynose",
        "rspec",
        "minitest",
        "Root Suite",
        "undefined",
        "test",
        "JUnit Jupiter",
        "JUnit Vintage",
        "Cucumber",
        "TestResults",
        "(empty)",
    ];
    if CONSTANT.contains(&name) || name.starts_with("cargo test #") { "" } else { name }
}
