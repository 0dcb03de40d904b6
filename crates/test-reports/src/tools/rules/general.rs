//! The general rule, and tools whose chain of suites is the container.

use super::{all_cases, is_identifier, one, owned, root_attribute};
use crate::formats::model::{Case, Format};
use crate::text;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation, begins_with, without_repetition};
use crate::tools::part::Part;
use crate::tools::rules::{erlang, ginkgo, javascript, jvm, python};
use crate::tools::volatile;

/// The chain of suites, then the classname, without repetition.
pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    // Some tools write the name twice, and an empty name becomes the classname.
    let is_repeated = case.classname == case.name && !case.chain.is_empty();
    let classname = if is_repeated { String::new() } else { portable(case, case.classname) };
    let chain: Vec<String> = case
        .chain
        .iter()
        .enumerate()
        .filter(|(at, name)| !is_hostname(case, *at, name) && !is_browser(case, *at, name))
        .map(|(_, name)| portable(case, name))
        .filter(|name| !name.is_empty())
        .collect();
    let container = if let Some(parts) = joined(&chain, &classname) {
        parts
    } else if jvm::is_class(&classname) && is_enough(case, &classname) {
        vec![classname.clone()]
    } else {
        // What tells suites of the same name apart.
        let outer = file_of_all(case).into_iter().chain(package(case, &chain));
        without_repetition(outer.chain(chain).chain([classname.clone()]))
    };
    let folder = container.iter().map(|part| {
        let cut = if is_path(part) { Cut::Slashes } else { Cut::Nowhere };
        if *part == classname || cut == Cut::Slashes {
            Level::Classname(part.clone(), cut)
        } else {
            Level::One(part.clone())
        }
    });
    let name = ginkgo::without_node(case.name);
    let method = name.split_once("()").map_or("", |(method, _)| method);
    let is_method = is_identifier(method) || jvm::is_class(&classname) || is_type(&classname);
    let name =
        if is_method { jvm::without_empty_parentheses(name).into_owned() } else { owned(name) };
    TestLocation { folder: folder.collect(), container, name, ..TestLocation::default() }
}

/// Whether a class tells tests apart: it is a type, or its module is named after its file or package. `Cart.price` may
/// be the titles of groups, which are equal in two files.
fn is_enough(case: &CaseContext<'_>, class: &str) -> bool {
    let parts = || class.split('.');
    let is_type = parts().next_back().is_some_and(|last| last.starts_with(char::is_uppercase));
    let is_named_after =
        |path: &str| path.split(['/', '\\', '.']).any(|name| parts().any(|part| part == name));
    let outer = file_of_all(case).or_else(|| package(case, &[]));
    is_type || outer.is_none_or(|outer| is_named_after(&outer))
}

/// Whether `text` is the name of a class without a package.
fn is_type(text: &str) -> bool {
    text.starts_with(char::is_uppercase) && text.split('$').all(is_identifier)
}

/// The parts of a classname that repeats the names of the suites around the case: `All.Cart.Price` in the suites `All`,
/// `Cart` and `Price`. The outermost suite is missing where it was the document element.
fn joined(chain: &[String], classname: &str) -> Option<Vec<String>> {
    let [first, rest @ ..] = chain else { return None };
    [".", " ", "/", "::", " > ", " › ", ": ", " - ", " / ", " | ", " → ", " -> ", " >> "]
        .iter()
        .find_map(|separator| {
            let joined = rest.iter().fold(first.clone(), |joined, part| joined + separator + part);
            if let Some(outer) = classname.strip_suffix(&joined) {
                let outer = outer.strip_suffix(separator).unwrap_or(outer);
                // `shop.CartTest` in `CartTest` is a class in a package.
                let is_title = outer.starts_with(char::is_uppercase) && *separator == ".";
                if outer.is_empty() {
                    return (!rest.is_empty()).then(|| chain.to_vec());
                }
                let is_whole = outer.len() + separator.len() + joined.len() == classname.len();
                return (is_whole && (is_title || !rest.is_empty()))
                    .then(|| [owned(outer)].iter().chain(chain).cloned().collect());
            }
            let inner = classname.strip_prefix(&joined)?.strip_prefix(separator)?;
            (!rest.is_empty()).then(|| chain.iter().cloned().chain([owned(inner)]).collect())
        })
}

/// The package of the suite, unless the suites say the same.
fn package(case: &CaseContext<'_>, chain: &[String]) -> Option<String> {
    let package = text::clean(case.suite_attribute("package")?);
    // Ginkgo and Gauge write a directory or a file.
    let is_absolute = text::RepositoryRoot::is_absolute(&package);
    let package = if is_absolute { case.path(&package) } else { portable(case, &package) };
    let says_so = |text: &str| begins_with(text, &package);
    let is_known = chain.iter().any(|suite| says_so(suite)) || says_so(case.classname);
    (!package.is_empty() && !is_known).then_some(package)
}

/// The file of a case, if all cases of the part have one: some tools write it for failures only.
fn file_of_all(case: &CaseContext<'_>) -> Option<String> {
    let is_everywhere = case.suite_attribute("file").is_some()
        || case.part.cases.iter().all(|case| case.file.is_some());
    case.file().filter(|_| is_everywhere)
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
    let part = volatile::without_lines(volatile::without_line(part));
    if is_path(part) { case.path(part) } else { volatile::without_run(part, case.paths) }
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
    const HOOKS: [&str; 22] = [
        "BeforeSuite",
        "AfterSuite",
        "SynchronizedBeforeSuite",
        "SynchronizedAfterSuite",
        "beforeAll",
        "afterAll",
        "setupSpec",
        "cleanupSpec",
        "before_all",
        "after_all",
        "{before_all}",
        "{after_all}",
        "BeforeAll",
        "AfterAll",
        "OneTimeSetUp",
        "OneTimeTearDown",
        "setUpBeforeClass",
        "tearDownAfterClass",
        "Suite Setup",
        "Suite Teardown",
        "globalSetup",
        "globalTeardown",
    ];
    let is_failed_hook =
        case.failed() && (python::is_fixture(case) || case.classname == "Test suite failed to run");
    // Also if they passed: otherwise they would be tests in one build and none in the next.
    let is_hook = HOOKS.contains(&case.name)
        || javascript::has_hook(case.name)
        || ginkgo::is_set_up_of_suite(case.name)
        || erlang::is_set_up(case.name);
    (is_failed_hook || is_hook).then_some(NotATest::SetupOrHook)
}

/// The classname repeats the chain of suites, whose outermost one may be the document element.
pub(in crate::tools) fn is_robot(part: &Part<'_>) -> bool {
    let is_joined = |case: &Case| {
        let chain = part.report.suite_chain(case.suite);
        let chain: Vec<&str> = chain.iter().map(|suite| &*suite.name).collect();
        let outer = case.classname.as_deref().and_then(|name| name.strip_suffix(&chain.join(".")));
        outer.is_some_and(|outer| {
            outer.is_empty() || (outer.ends_with('.') && outer.starts_with(char::is_uppercase))
        })
    };
    let is_deep = |case: &Case| case.classname.as_deref() != part.suite().map(|suite| &*suite.name);
    part.cases.iter().any(is_deep) && all_cases(part, is_joined)
}

/// Each suite is a request.
pub(in crate::tools) fn is_newman(part: &Part<'_>) -> bool {
    let is_uuid = |id: &str| {
        id.len() > 30
            && id.split('-').count() == 5
            && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
    };
    part.format == Format::NewmanJson
        || (part.has(&["timestamp", "tests", "failures", "errors", "time"])
            && part.suite().and_then(|suite| suite.attribute("id")).is_some_and(is_uuid))
}

/// The request. The collection is the name of the document element, which merging loses: it is only a folder.
pub(in crate::tools) fn newman(case: &CaseContext<'_>) -> TestLocation {
    let collection = root_attribute(case.part, "name").map(text::clean).unwrap_or_default();
    let request = case.suite_name();
    TestLocation {
        container: one(request),
        name: owned(case.name),
        folder: vec![Level::One(collection), Level::One(owned(request))],
        ..TestLocation::default()
    }
}

/// The suite names its device, and each case has a state in capitals.
pub(in crate::tools) fn is_maestro(part: &Part<'_>) -> bool {
    let is_state = |status: &str| status.bytes().all(|byte| byte.is_ascii_uppercase());
    part.suites.iter().any(|suite| suite.attribute("device").is_some())
        && all_cases(part, |case| case.attribute("status").is_some_and(is_state))
}

/// The suite, unless it has the name that every suite has by default. Flows have no class, or that of their own name.
pub(in crate::tools) fn maestro(case: &CaseContext<'_>) -> TestLocation {
    let suite = if case.suite_name() == "Test Suite" { "" } else { case.suite_name() };
    let name = if case.name.is_empty() { case.classname } else { case.name };
    TestLocation {
        container: one(suite),
        name: owned(name),
        folder: vec![Level::One(owned(suite))],
        ..TestLocation::default()
    }
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
