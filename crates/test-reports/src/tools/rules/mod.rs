//! The rules of the table's rows, by family of tools.
//!
//! Functions that recognise a tool look at names that it always writes, or at the order of a suite's attributes. Both
//! are the same in every shard, and rarely shared by two tools.

pub(super) mod bazel;
pub(super) mod browsers;
pub(super) mod devices;
pub(super) mod dotnet;
pub(super) mod elixir;
pub(super) mod erlang;
pub(super) mod general;
pub(super) mod gherkin;
pub(super) mod ginkgo;
pub(super) mod go;
pub(super) mod javascript;
pub(super) mod jvm;
pub(super) mod karate;
pub(super) mod linters;
pub(super) mod native;
pub(super) mod php;
pub(super) mod python;
pub(super) mod ruby;
pub(super) mod rust;
pub(super) mod tap;

use super::location::{Cut, Level, TestLocation};
use crate::formats::model::{Case, Report, Suite, find_attribute};

/// Whether the first suite has exactly these attributes in this order, besides its name.
fn has_order(report: &Report, order: &[&str]) -> bool {
    report.suites.first().is_some_and(|suite| {
        suite.attributes.iter().map(|attribute| &*attribute.name).eq(order.iter().copied())
    })
}

/// Whether an attribute of the document element has this value.
fn root_says(report: &Report, attribute: &str, value: &str) -> bool {
    root_attribute(report, attribute) == Some(value)
}

fn root_attribute<'a>(report: &'a Report, attribute: &str) -> Option<&'a str> {
    find_attribute(&report.root.attributes, attribute)
}

/// The value of a property of a suite.
pub(super) fn property<'a>(suite: &'a Suite, name: &str) -> Option<&'a str> {
    suite.properties.iter().find(|property| &*property.name == name).map(|found| &*found.value)
}

/// Whether any suite has a property of this name.
fn any_property(report: &Report, name: &str) -> bool {
    report.suites.iter().any(|suite| property(suite, name).is_some())
}

/// Whether the report has cases, all of which satisfy `holds`.
fn all_cases(report: &Report, holds: impl Fn(&Case) -> bool) -> bool {
    !report.cases.is_empty() && report.cases.iter().all(holds)
}

/// The innermost suite of a case.
fn suite_of<'a>(report: &'a Report, case: &Case) -> Option<&'a Suite> {
    report.suites.get(case.suite? as usize)
}

/// A test of one `container`, whose folders are the container cut at `cut`.
fn in_container(container: &str, name: &str, cut: Cut) -> TestLocation {
    TestLocation {
        container: one(container),
        name: owned(name),
        folder: vec![Level::Classname(owned(container), cut)],
        ..TestLocation::default()
    }
}

/// A list of one part, or an empty list for an empty part.
fn one(part: &str) -> Vec<String> {
    if part.is_empty() { Vec::new() } else { vec![part.to_owned()] }
}

fn owned(name: &str) -> String {
    name.to_owned()
}
