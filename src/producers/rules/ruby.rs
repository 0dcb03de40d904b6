//! RSpec and minitest: the classname is the container.

use super::{one, owned};
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
    report
        .suites
        .iter()
        .any(|suite| &*suite.name == "minitest" || suite.attribute("filepath").is_some())
}

pub(in crate::producers) fn place(case: &Written<'_>) -> Place {
    Place {
        container: one(case.classname),
        name: owned(without_line(case.name)),
        folder: vec![Level::Classname(owned(case.classname), Cut::Dots)],
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
