//! The rules of the table's rows, by family of tools.
//!
//! Functions that recognise a tool see one part of a report. They look for names and properties that the tool always
//! writes, and for sets of attributes together with the shape of names, never for the order of attributes or for what
//! must be absent only because the tool does not write it yet. Where two tools write the same shape, their rules must
//! agree on container and name.

pub(super) mod acceptance;
pub(super) mod bazel;
pub(super) mod browsers;
pub(super) mod devices;
pub(super) mod dotnet;
pub(super) mod elixir;
pub(super) mod erlang;
pub(super) mod frameworks;
pub(super) mod functional;
pub(super) mod general;
pub(super) mod gherkin;
pub(super) mod ginkgo;
pub(super) mod go;
pub(super) mod godot;
pub(super) mod infrastructure;
pub(super) mod javascript;
pub(super) mod jvm;
pub(super) mod karate;
pub(super) mod linters;
pub(super) mod native;
pub(super) mod own;
pub(super) mod php;
pub(super) mod python;
pub(super) mod ruby;
pub(super) mod rust;
pub(super) mod tap;
pub(super) mod testthat;
pub(super) mod unity;
pub(super) mod written;

use std::sync::Arc;

use super::location::{Cut, Level, TestLocation};
use crate::formats::model::{Case, Suite, find_attribute};
use crate::tools::part::Part;

fn root_attribute<'a>(part: &Part<'a>, attribute: &str) -> Option<&'a str> {
    find_attribute(&part.root.attributes, attribute)
}

/// The value of a property of a suite.
pub(super) fn property<'a>(suite: &'a Suite, name: &str) -> Option<&'a str> {
    suite.properties.iter().find(|property| &*property.name == name).map(|found| &*found.value)
}

/// Whether any suite has a property of this name.
fn any_property(part: &Part<'_>, name: &str) -> bool {
    part.suites.iter().any(|suite| property(suite, name).is_some())
}

/// Whether the part has cases, all of which satisfy `holds`.
fn all_cases(part: &Part<'_>, holds: impl Fn(&Case) -> bool) -> bool {
    !part.cases.is_empty() && part.cases.iter().all(holds)
}

/// As [`all_cases`], where suite and classname of a case decide: consecutive cases that share both are looked at once.
fn all_classes(part: &Part<'_>, holds: impl Fn(&Case) -> bool) -> bool {
    let is_same = |a: &Case, b: &Case| {
        let is_same_class = match (&a.classname, &b.classname) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        a.suite == b.suite && is_same_class
    };
    !part.cases.is_empty() && part.cases.chunk_by(is_same).all(|cases| holds(&cases[0]))
}

/// The innermost suite of a case.
fn suite_of<'a>(part: &Part<'a>, case: &Case) -> Option<&'a Suite> {
    part.report.suites.get(case.suite? as usize)
}

/// The name of the innermost suite of a case.
fn suite_name_of<'a>(part: &Part<'a>, case: &Case) -> &'a str {
    suite_of(part, case).map_or("", |suite| &suite.name)
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

/// Whether the part has cases, the classname of each of which is the name of its suite.
fn all_named_like_suite(part: &Part<'_>) -> bool {
    all_classes(part, |case| case.classname.as_deref() == Some(suite_name_of(part, case)))
}

/// Whether `text` is a word of a programming language: letters, digits and `_`, no digit first.
fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && text.chars().all(|next| next.is_alphanumeric() || next == '_')
}
