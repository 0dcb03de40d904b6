//! surefire, Gradle, ant, the JUnit Platform's console, TestNG: the class is the container, never the suite.

use std::borrow::Cow;

use super::{
    all_classes, all_named_like_suite, any_property, in_container, is_identifier, javascript,
    suite_name_of,
};
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Locate, TestLocation, TestName};
use crate::tools::part::Part;

pub(in crate::tools) fn is_gradle(part: &Part<'_>) -> bool {
    let is_class = |class: &str| {
        class.split(['.', '$']).all(is_identifier)
            && class.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase))
    };
    part.has(&["tests", "skipped", "failures", "errors", "timestamp", "hostname", "time"])
        && !part.has_package()
        && all_classes(part, |case| case.classname.as_deref().is_some_and(is_class))
}

pub(in crate::tools) fn is_junit_platform(part: &Part<'_>) -> bool {
    ["JUnit Jupiter", "JUnit Vintage", "JUnit Platform Suite"].contains(&part.suite_name())
}

pub(in crate::tools) fn is_ant(part: &Part<'_>) -> bool {
    let suite = part.suite_name();
    let package = part.suite().and_then(|suite| suite.attribute("package")).unwrap_or_default();
    let class = if package.is_empty() { suite.to_owned() } else { format!("{package}.{suite}") };
    any_property(part, "ant.version")
        // Merged by `junitreport`: class and package apart.
        || (part.has(&["errors", "failures", "hostname", "id", "package", "tests", "time", "timestamp"])
            && all_classes(part, |case| {
                case.classname.as_deref().is_some_and(|classname| classname.starts_with(&class))
            }))
}

pub(in crate::tools) fn is_surefire(part: &Part<'_>) -> bool {
    let schema = part.suite().and_then(|suite| suite.attribute("xsi:noNamespaceSchemaLocation"));
    schema.is_some_and(|schema| schema.contains("surefire"))
        || ["java.version", "java.vm.version", "java.specification.version", "java.home"]
            .iter()
            .any(|name| any_property(part, name))
}

/// ScalaTest's own reporter, and sbt, which writes the same for any framework: properties as surefire writes them, in a
/// suite that says where and when it ran.
pub(in crate::tools) fn is_scalatest(part: &Part<'_>) -> bool {
    part.has(&["hostname", "timestamp"])
        && any_property(part, "java.version")
        && part
            .suite()
            .is_some_and(|suite| suite.attribute("xsi:noNamespaceSchemaLocation").is_none())
        && all_named_like_suite(part)
}

pub(in crate::tools) fn is_testng(part: &Part<'_>) -> bool {
    part.has(&["ignored", "hostname"])
        && all_classes(part, |case| case.classname.as_deref().is_some_and(is_class))
}

/// Whether the suite of every case is a class, and its classname that class or a nested one.
pub(in crate::tools) fn is_suite_per_class(part: &Part<'_>) -> bool {
    all_classes(part, |case| {
        let suite = suite_name_of(part, case);
        is_class(suite)
            && case.classname.as_deref().is_none_or(|classname| {
                classname
                    .strip_prefix(suite)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('$'))
            })
    })
}

/// Whether `text` is a class in a package, and not a file such as `cart.test.js` or `main.tftest.hcl`.
pub(super) fn is_class(text: &str) -> bool {
    const FILES: [&str; 30] = [
        "hcl", "tf", "rb", "lua", "bats", "yml", "yaml", "robot", "exs", "ex", "py", "go", "php",
        "sh", "c", "cc", "cpp", "h", "rs", "gd", "hs", "ml", "java", "kt", "cs", "swift", "dart",
        "feature", "json", "t",
    ];
    text.contains('.')
        && text.split('.').all(|part| {
            part.starts_with(|first: char| first.is_alphabetic() || first == '_')
                && part.chars().all(|next| next.is_alphanumeric() || "_$".contains(next))
        })
        && !javascript::is_source_file(text)
        && !text.rsplit('.').next().is_some_and(|extension| FILES.contains(&extension))
}

/// The classname, or else the suite, because old versions write no classname.
fn class_of<'a>(case: &CaseContext<'a>) -> &'a str {
    if case.classname.is_empty() { case.suite_name() } else { case.classname }
}

pub(in crate::tools) const LOCATE: Locate = Locate::Class { home, name };

fn home(case: &CaseContext<'_>) -> TestLocation {
    in_container(class_of(case), "", Cut::Class)
}

fn name<'c>(case: &CaseContext<'c>) -> TestName<'c> {
    let kind = case.case.detail().and_then(|detail| detail.kind.as_deref());
    TestName {
        name: without_empty_parentheses(case.name),
        is_skipped: kind.is_some_and(|kind| kind.ends_with(".SkipException")),
        ..TestName::default()
    }
}

pub(super) fn locate(case: &CaseContext<'_>) -> TestLocation {
    name(case).in_home(home(case))
}

/// `passes()` becomes `passes`, and `repeated()[2]` becomes `repeated[2]`: runners of JUnit 5 differ in this.
pub(super) fn without_empty_parentheses(name: &str) -> Cow<'_, str> {
    if let Some(start) = name.strip_suffix("()") {
        return Cow::Borrowed(start);
    }
    if memchr::memchr(b'(', name.as_bytes()).is_none() {
        return Cow::Borrowed(name);
    }
    match name.split_once("()[") {
        Some((method, index)) => Cow::Owned(format!("{method}[{index}")),
        None => Cow::Borrowed(name),
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
