//! surefire, Gradle, ant, the JUnit Platform's console, TestNG: the class is the container, never the suite.

use super::{all_cases, any_property, has_order, in_container, suite_of};
use crate::formats::model::Report;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, TestLocation};

pub(in crate::tools) fn is_gradle(report: &Report) -> bool {
    const GRADLE: [&str; 7] =
        ["tests", "skipped", "failures", "errors", "timestamp", "hostname", "time"];
    has_order(report, &GRADLE) && &*report.root.element == "testsuite"
}

pub(in crate::tools) fn is_junit_platform(report: &Report) -> bool {
    report.suites.first().is_some_and(|suite| {
        ["JUnit Jupiter", "JUnit Vintage", "JUnit Platform Suite"].contains(&&*suite.name)
    })
}

pub(in crate::tools) fn is_ant(report: &Report) -> bool {
    any_property(report, "ant.version")
        || (has_order(
            report,
            &[
                "errors",
                "failures",
                "hostname",
                "id",
                "package",
                "skipped",
                "tests",
                "time",
                "timestamp",
            ],
        ) && &*report.root.element == "testsuites")
}

pub(in crate::tools) fn is_surefire(report: &Report) -> bool {
    let schema =
        report.suites.first().and_then(|suite| suite.attribute("xsi:noNamespaceSchemaLocation"));
    schema.is_some_and(|schema| schema.contains("surefire"))
        || ["java.version", "java.vm.version", "java.specification.version", "java.home"]
            .iter()
            .any(|name| any_property(report, name))
        || &*report.root.element == "testrun"
}

pub(in crate::tools) fn is_testng(report: &Report) -> bool {
    let Some(suite) = report.suites.first() else {
        return false;
    };
    suite.attribute("ignored").is_some() && suite.attribute("hostname").is_some()
}

/// Whether the suite of every case is a class, and its classname that class or a nested one.
pub(in crate::tools) fn is_suite_per_class(report: &Report) -> bool {
    all_cases(report, |case| {
        let suite = suite_of(report, case).map_or("", |suite| &*suite.name);
        is_class(suite)
            && case.classname.as_deref().is_none_or(|classname| {
                classname
                    .strip_prefix(suite)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('$'))
            })
    })
}

/// Whether `text` is a class in a package.
fn is_class(text: &str) -> bool {
    text.contains('.')
        && text.split('.').all(|part| {
            part.starts_with(|first: char| first.is_alphabetic() || first == '_')
                && part.chars().all(|next| next.is_alphanumeric() || "_$".contains(next))
        })
}

/// The classname, or else the suite, because old versions write no classname.
fn class_of<'a>(case: &CaseContext<'a>) -> &'a str {
    if case.classname.is_empty() { case.suite_name() } else { case.classname }
}

pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    let kind = case.case.detail().and_then(|detail| detail.kind.as_deref());
    TestLocation {
        is_skipped: kind.is_some_and(|kind| kind.ends_with(".SkipException")),
        ..in_container(class_of(case), &without_empty_parentheses(case.name), Cut::Class)
    }
}

/// `passes()` becomes `passes`, and `repeated()[2]` becomes `repeated[2]`: runners of JUnit 5 differ in this.
fn without_empty_parentheses(name: &str) -> String {
    if let Some(start) = name.strip_suffix("()") {
        return start.to_owned();
    }
    match name.split_once("()[") {
        Some((method, index)) => format!("{method}[{index}"),
        None => name.to_owned(),
    }
}

pub(in crate::tools) fn not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    // A class that failed before its first test, or was skipped as a whole.
    let is_class_level = case.name.is_empty()
        || (case.name == case.classname
            && is_class(case.name)
            && case.case.outcome != Default::default())
        || (case.failed()
            && ["initializationError", "classMethod", "executionError"].contains(&case.name));
    is_class_level.then_some(NotATest::SetupOrHook)
}

pub(in crate::tools) fn testng_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    let is_configuration = case.case.attribute("is-config") == Some("true");
    is_configuration.then_some(NotATest::SetupOrHook).or_else(|| not_a_test(case))
}

/// The `<test>` of TestNG, if the suite is that and not the class.
pub(in crate::tools) fn testng_test(case: &CaseContext<'_>) -> Option<String> {
    let test = case.suite_name();
    (!test.is_empty() && test != class_of(case)).then(|| test.to_owned())
}
