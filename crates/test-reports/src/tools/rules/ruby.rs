//! RSpec and minitest: the classname is the container.

use super::{has_order, one, owned};
use crate::formats::model::Report;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};

pub(in crate::tools) fn is_rspec(report: &Report) -> bool {
    // The formatter appends the number of a parallel run.
    report.suites.iter().any(|suite| {
        suite
            .name
            .strip_prefix("rspec")
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

pub(in crate::tools) fn is_minitest(report: &Report) -> bool {
    has_order(report, &["skipped", "failures", "errors", "tests", "assertions", "time"])
        || report
            .suites
            .iter()
            .any(|suite| &*suite.name == "minitest" || suite.attribute("filepath").is_some())
}

/// The classname, and the description without the number that `it` adds.
pub(in crate::tools) fn minitest(case: &CaseContext<'_>) -> TestLocation {
    let mut location = locate(case);
    let numbered = location.name.strip_prefix("test_").and_then(|rest| rest.split_once('_'));
    if let Some((number, title)) = numbered
        && number.len() == 4
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !title.is_empty()
    {
        location.name = owned(title);
    }
    location
}

pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    TestLocation {
        container: one(case.classname),
        name: owned(without_line(case.name)),
        folder: vec![Level::Classname(case.classname.replace("::", "."), Cut::Dots)],
        ..TestLocation::default()
    }
}

/// The name of an example without a description, `example at ./spec/a_spec.rb:12`, without the line.
fn without_line(name: &str) -> &str {
    let Some((start, line)) = name.rsplit_once(':') else {
        return name;
    };
    let is_line = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    let is_location = start
        .rfind("example at ")
        .is_some_and(|at| (at == 0 || start[..at].ends_with(' ')) && start.ends_with(".rb"));
    if is_line && is_location { start } else { name }
}
