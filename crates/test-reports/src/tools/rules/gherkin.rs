//! behave and Cucumber: the feature is the container, the scenario the test.

use super::{all_cases, has_order, in_container, suite_of};
use crate::formats::model::Report;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, TestLocation};

pub(in crate::tools) fn is_behave(report: &Report) -> bool {
    has_order(report, &["tests", "errors", "failures", "skipped", "time", "timestamp", "hostname"])
        && all_cases(report, |case| {
            case.attribute("status").is_some()
                && suite_of(report, case).map(|suite| &*suite.name) == case.classname.as_deref()
        })
}

pub(in crate::tools) fn is_cucumber(report: &Report) -> bool {
    let first = report.suites.first();
    first.is_some_and(|suite| &*suite.name == "Cucumber" || suite.name.ends_with(".JUnitFormatter"))
        || is_of_ruby(report)
}

fn is_of_ruby(report: &Report) -> bool {
    has_order(report, &["failures", "errors", "skipped", "tests", "time"])
        && &*report.root.element == "testsuite"
        && all_cases(report, |case| {
            suite_of(report, case).map(|suite| &*suite.name) == case.classname.as_deref()
        })
}

pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    let feature = if case.classname.is_empty() { case.suite_name() } else { case.classname };
    in_container(feature, case.name, Cut::Nowhere)
}
