//! Common Test and eunit.

use super::{all_cases, in_container, owned};
use crate::formats::model::Detail;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::part::Part;
use crate::tools::{NotATest, messages};

const SET_UPS: [&str; 6] = [
    "init_per_suite",
    "end_per_suite",
    "init_per_group",
    "end_per_group",
    "init_per_testcase",
    "end_per_testcase",
];

/// A suite that names its log, as each of its cases does.
pub(in crate::tools) fn is_common_test(part: &Part<'_>) -> bool {
    part.suites.iter().any(|suite| suite.attribute("log").is_some())
        && all_cases(part, |case| case.attribute("log").is_some())
}

/// Whether `name` is that of a function of Common Test around the test cases.
pub(in crate::tools) fn is_set_up(name: &str) -> bool {
    SET_UPS.contains(&name)
}

pub(in crate::tools) fn common_test_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    is_set_up(case.name).then_some(NotATest::SetupOrHook)
}

/// The module and the groups, which may run a test several times.
pub(in crate::tools) fn common_test(case: &CaseContext<'_>) -> TestLocation {
    let suite = case.suite_name();
    let groups = case.case.attribute("group").unwrap_or_default();
    TestLocation {
        container: vec![owned(suite), owned(groups)],
        name: owned(case.name),
        folder: vec![Level::One(owned(suite)), Level::Titles(owned(groups), ".")],
        ..TestLocation::default()
    }
}

/// The attribute is `Test adds in cart_SUITE failed!` for every failure.
pub(in crate::tools) fn common_test_message(detail: &Detail) -> Option<&str> {
    messages::unless(detail, |words| words.starts_with("Test ") && words.ends_with('!'))
}

pub(in crate::tools) fn is_eunit(part: &Part<'_>) -> bool {
    all_cases(part, |case| {
        let name = case.name.as_deref().unwrap_or_default();
        case.classname.is_none() && (function_of(name).is_some() || is_fixture(name))
    })
}

/// Splits `cart_tests:12: adds_test (a pear)` into the module and the function with its description.
fn function_of(name: &str) -> Option<(&str, &str)> {
    let (module, rest) = name.split_once(':')?;
    let function = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let has_line = function.len() < rest.len();
    let function = function.strip_prefix(':').unwrap_or(function).strip_prefix(' ')?;
    let is_atom = module.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_@".contains(&byte));
    (has_line && is_atom && !module.is_empty() && !function.is_empty())
        .then_some((module, function))
}

/// `fixture setup [1,2]`
fn is_fixture(name: &str) -> bool {
    name.starts_with("fixture setup ") || name.starts_with("fixture cleanup ")
}

pub(in crate::tools) fn eunit_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    is_fixture(case.name).then_some(NotATest::SetupOrHook)
}

pub(in crate::tools) fn eunit(case: &CaseContext<'_>) -> TestLocation {
    let (module, function) = function_of(case.name).unwrap_or((case.suite_name(), case.name));
    in_container(module, &without_closure(function), Cut::Nowhere)
}

/// `-prices_test_/0-fun-5- (a pear)` is a test that `prices_test_` generates: the number of its function changes with each
/// function before it.
fn without_closure(function: &str) -> String {
    let generator = || {
        let (name, rest) = function.strip_prefix('-')?.split_once('/')?;
        let (_, rest) = rest.split_once("-fun-")?;
        let (number, description) = rest.split_once('-')?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{name}{description}"))
    };
    generator().unwrap_or_else(|| function.to_owned())
}

/// The exception follows the stack: `**error:depot_is_closed`.
pub(in crate::tools) fn eunit_message(detail: &Detail) -> Option<&str> {
    let text = detail.text.as_deref().unwrap_or_default();
    match text.find("\n**") {
        Some(at) => Some(&text[at + 3..]),
        None => messages::unless(detail, |_| false),
    }
}
