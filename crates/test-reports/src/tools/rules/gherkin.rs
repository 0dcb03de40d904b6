//! behave and Cucumber: the feature is the container, the scenario the test.

use super::{all_cases, all_named_like_suite, in_container, is_identifier};
use crate::formats::model::Case;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, TestLocation};
use crate::tools::part::Part;
use crate::tools::rules::jvm;

pub(in crate::tools) fn is_behave(part: &Part<'_>) -> bool {
    const STATES: [&str; 10] = [
        "passed",
        "failed",
        "skipped",
        "untested",
        "undefined",
        "error",
        "hook_error",
        "cleanup_error",
        "pending",
        "xfailed",
    ];
    let is_one = |status: &str| STATES.contains(&status);
    let is_method = |case: &Case| case.name.as_deref().is_some_and(is_identifier);
    part.has(&["tests", "errors", "failures", "skipped", "time", "timestamp", "hostname"])
        && all_named_like_suite(part)
        && all_cases(part, |case| case.attribute("status").is_some_and(is_one))
        // Titles of features and scenarios may be single words, but not mostly.
        && !(jvm::is_class(part.suite_name()) && all_cases(part, is_method))
}

pub(in crate::tools) fn is_cucumber(part: &Part<'_>) -> bool {
    let suite = part.suite_name();
    suite == "Cucumber" || suite.ends_with(".JUnitFormatter")
}

/// Other tools write suites like this: container and name come from the general rule.
pub(in crate::tools) fn is_cucumber_ruby(part: &Part<'_>) -> bool {
    const OTHERS: [&str; 8] = [
        "timestamp",
        "hostname",
        "id",
        "package",
        "file",
        "assertions",
        "disabled",
        "xsi:noNamespaceSchemaLocation",
    ];
    part.has(&["failures", "errors", "skipped", "tests", "time"])
        && part.lacks(&OTHERS)
        && all_named_like_suite(part)
        && !jvm::is_class(part.suite_name())
}

pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    let feature = if case.classname.is_empty() { case.suite_name() } else { case.classname };
    in_container(feature, case.name, Cut::Nowhere)
}
