//! The rules of the table's rows, by family. A is_written_by looks at names that a tool always writes, or at the order
//! in which it writes the attributes of a suite: both are the same in every shard, and hardly shared by two tools.

pub(super) mod browsers;
pub(super) mod dotnet;
pub(super) mod general;
pub(super) mod gherkin;
pub(super) mod go;
pub(super) mod javascript;
pub(super) mod jvm;
pub(super) mod linters;
pub(super) mod native;
pub(super) mod php;
pub(super) mod python;
pub(super) mod ruby;
pub(super) mod rust;
pub(super) mod tap;

use crate::formats::model::{Case, Report, Suite, find_attribute};

/// Whether the first suite has exactly these attributes besides its name, in this order.
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
fn property<'a>(suite: &'a Suite, name: &str) -> Option<&'a str> {
    let mut properties = suite.properties.iter();
    let found = properties.find(|property| &*property.name == name)?;
    Some(&*found.value)
}

/// Whether any suite has a property of this name.
fn any_property(report: &Report, name: &str) -> bool {
    let mut suites = report.suites.iter();
    suites.any(|suite| property(suite, name).is_some())
}

/// Whether there is a case, and this holds for all.
fn all_cases(report: &Report, holds: impl Fn(&Case) -> bool) -> bool {
    !report.cases.is_empty() && report.cases.iter().all(holds)
}

/// The innermost suite of a case.
fn suite_of<'a>(report: &'a Report, case: &Case) -> Option<&'a Suite> {
    report.suites.get(case.suite? as usize)
}

/// One part, if it says something.
fn one(part: &str) -> Vec<String> {
    if part.is_empty() { Vec::new() } else { vec![part.to_owned()] }
}

/// `name` as an owned text, for the many rules that take it as it is.
fn owned(name: &str) -> String {
    name.to_owned()
}
