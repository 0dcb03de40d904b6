//! Bazel's own report of a test target, for rules whose runner writes none.

use super::{all_cases, suite_name_of};
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::part::Part;

pub(in crate::tools) fn is_bazel(part: &Part<'_>) -> bool {
    all_cases(part, |case| {
        let suite = suite_name_of(part, case);
        case.classname.is_none()
            && case.attribute("duration").is_some()
            && suite.contains('/')
            && case.name.as_deref() == Some(suite)
    })
}

/// The target is the name, without the number of its shard.
pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    let target = match case.name.rsplit_once("_shard_") {
        Some((target, shard)) if shard.starts_with(|next: char| next.is_ascii_digit()) => target,
        _ => case.name,
    };
    let package = target.rsplit_once('/').map_or("", |(package, _)| package);
    TestLocation {
        name: target.to_owned(),
        folder: vec![Level::Classname(package.to_owned(), Cut::Slashes)],
        ..TestLocation::default()
    }
}
