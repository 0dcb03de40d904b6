//! RSpec and minitest: the classname is the container.

use super::{has_order, one, owned};
use crate::formats::model::Report;
use crate::producers::place::{Cut, Level, Place};
use crate::producers::written::Written;

pub(in crate::producers) fn is_rspec(report: &Report) -> bool {
    // The formatter appends the number of a parallel run.
    report.suites.iter().any(|suite| {
        suite
            .name
            .strip_prefix("rspec")
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

pub(in crate::producers) fn is_minitest(report: &Report) -> bool {
    has_order(report, &["skipped", "failures", "errors", "tests", "assertions", "time"])
        || report
            .suites
            .iter()
            .any(|suite| &*suite.name == "minitest" || suite.attribute("filepath").is_some())
}

/// The classname, and the description without the number that `it` gives to it.
pub(in crate::producers) fn minitest(case: &Written<'_>) -> Place {
    let mut place = place(case);
    let numbered = place.name.strip_prefix("test_").and_then(|rest| rest.split_once('_'));
    if let Some((number, title)) = numbered
        && number.len() == 4
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !title.is_empty()
    {
        place.name = owned(title);
    }
    place
}

pub(in crate::producers) fn place(case: &Written<'_>) -> Place {
    Place {
        container: one(case.classname),
        name: owned(without_line(case.name)),
        folder: vec![Level::Classname(case.classname.replace("::", "."), Cut::Dots)],
        ..Place::default()
    }
}

/// An example without a description is called `example at ./spec/a_spec.rb:12`: the line goes.
fn without_line(name: &str) -> &str {
    let Some((start, line)) = name.rsplit_once(':') else {
        return name;
    };
    let is_line = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    let is_place = start
        .rfind("example at ")
        .is_some_and(|at| (at == 0 || start[..at].ends_with(' ')) && start.ends_with(".rb"));
    if is_line && is_place { start } else { name }
}
