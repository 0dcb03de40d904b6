//! RSpec and minitest: the classname is the container.

use super::{all_cases, all_named_like_suite, native, one, owned};
use crate::formats::model::Case;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::part::Part;

pub(in crate::tools) fn is_rspec(part: &Part<'_>) -> bool {
    // The formatter appends the number of a parallel run.
    part.suites.iter().any(|suite| {
        suite
            .name
            .strip_prefix("rspec")
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

pub(in crate::tools) fn is_minitest(part: &Part<'_>) -> bool {
    let is_one = |case: &Case| {
        case.attribute("assertions").is_some()
            && case.attribute("class").is_none()
            && case.classname.is_some()
    };
    part.suites
        .iter()
        .any(|suite| &*suite.name == "minitest" || suite.attribute("filepath").is_some())
        || (part.has(&["skipped", "failures", "errors", "tests", "assertions", "time"])
            && part.suites.len() == 1
            && all_named_like_suite(part)
            && all_cases(part, |case| is_one(case) && !native::is_state_of_criterion(case)))
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
