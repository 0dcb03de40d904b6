//! pytest, unittest-xml-reporting, nose2, nose and pynose: the classname, which includes the module, is the container.

use std::borrow::Cow;

use super::{all_cases, in_container, is_identifier, suite_name_of};
use crate::formats::model::Case;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Locate, TestLocation, TestName};
use crate::tools::part::Part;

pub(in crate::tools) fn is_pytest(part: &Part<'_>) -> bool {
    const ATTRIBUTES: [&str; 7] =
        ["errors", "failures", "skipped", "tests", "time", "timestamp", "hostname"];
    part.suite_name() == "pytest"
        // `junit_suite_name` renames the suite.
        || (part.has(&ATTRIBUTES)
            && part.suites.len() == 1
            && all_cases(part, |case| is_of_pytest(case) && suite_name_of(part, case) != case.classname.as_deref().unwrap_or_default()))
}

/// Whether a case is a function of a module, or a module that could not be collected. Modules have lower-case names.
fn is_of_pytest(case: &Case) -> bool {
    let is_dotted = |text: &str| text.split('.').all(is_identifier);
    let name = case.name.as_deref().unwrap_or_default();
    let Some(classname) = case.classname.as_deref() else {
        return false;
    };
    if classname.is_empty() {
        return case.outcome != Default::default() && is_dotted(name);
    }
    let is_test = |part: &str| {
        part.starts_with("test") || part.starts_with("Test") || part.ends_with("_test")
    };
    let last = classname.rsplit('.').next().unwrap_or_default();
    is_dotted(classname)
        && (classname.split('.').any(is_test) || last.starts_with(char::is_lowercase))
        // Titles are no names of functions, but a plug-in may write some below its module.
        && (is_function(name)
            || (name.contains(' ') && classname.contains('.') && classname.split('.').any(is_test)))
}

/// Whether `name` is a function: alone, with `[parameters]`, or with those of a subtest, ` [message] (i=1)`.
fn is_function(name: &str) -> bool {
    let end = name.find(['[', ' ']).unwrap_or(name.len());
    let (function, rest) = name.split_at(end);
    is_identifier(function)
        && (rest.is_empty() || ["[", " [", " ("].iter().any(|start| rest.starts_with(start)))
}

pub(in crate::tools) fn is_unittest_xml_reporting(part: &Part<'_>) -> bool {
    !part.suites.is_empty()
        && part.suites.iter().all(|suite| without_time_stamp(&suite.name).len() < suite.name.len())
}

/// A name without the `-20261123165022` at its end.
fn without_time_stamp(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((start, stamp))
            if stamp.len() == 14 && stamp.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            start
        }
        _ => name,
    }
}

/// The class, unless it is `unittest.suite._ErrorHolder`, which holds errors of others.
pub(in crate::tools) fn unittest_label(name: &str) -> &str {
    let name = without_time_stamp(name);
    if name.ends_with("_ErrorHolder") { "" } else { name }
}

pub(in crate::tools) fn is_nose2(part: &Part<'_>) -> bool {
    has_suite_named(part, &["nose2-junit"])
}

pub(in crate::tools) fn is_nose(part: &Part<'_>) -> bool {
    has_suite_named(part, &["nosetests", "pynose"])
}

fn has_suite_named(part: &Part<'_>, names: &[&str]) -> bool {
    part.suites.iter().any(|suite| names.contains(&&*suite.name))
}

pub(in crate::tools) const LOCATE: Locate = Locate::Class { home, name };

fn home(case: &CaseContext<'_>) -> TestLocation {
    in_container(case.classname, "", Cut::Dots)
}

fn name<'c>(case: &CaseContext<'c>) -> TestName<'c> {
    let name = without_subtest(case.name);
    TestName {
        name: Cow::Borrowed(name),
        is_subtest: name.len() < case.name.len(),
        ..TestName::default()
    }
}

pub(super) fn locate(case: &CaseContext<'_>) -> TestLocation {
    name(case).in_home(home(case))
}

/// The name of a method without ` [message] (i=1)`, which identifies a subtest. A subtest that passes has no case.
///
/// pytest's own parameters follow the name without a space.
fn without_subtest(name: &str) -> &str {
    match name.split_once(' ') {
        Some((method, rest))
            if rest.starts_with(['[', '('])
                && !method.contains(['[', '('])
                && rest.ends_with([']', ')']) =>
        {
            method
        }
        _ => name,
    }
}

pub(in crate::tools) fn not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    // A module that cannot be imported or is skipped as a whole: its tests are unknown.
    let is_collection =
        case.case.classname.as_deref() == Some("") && case.case.outcome != Default::default();
    let is_internal = case.classname == "pytest" && case.name == "internal";
    (is_collection || is_internal || is_fixture(case)).then_some(NotATest::SetupOrHook)
}

/// Set-ups of classes and modules, as `unittest` names them. nose2 splits the name at its last dot.
pub(in crate::tools) fn is_fixture(case: &CaseContext<'_>) -> bool {
    const FIXTURES: [&str; 4] = ["setUpClass", "tearDownClass", "setUpModule", "tearDownModule"];
    let is_fixture = |text: &str| {
        FIXTURES
            .iter()
            .any(|fixture| text.strip_prefix(fixture).is_some_and(|rest| rest.starts_with(" (")))
    };
    is_fixture(case.name) || is_fixture(case.classname) || case.classname.ends_with("_ErrorHolder")
}
