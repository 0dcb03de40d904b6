//! Ginkgo: the package and its suite are the container, the full text of a spec is the name.

use super::{all_cases, all_named_like_suite, owned};
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::part::Part;

pub(in crate::tools) fn is_ginkgo(part: &Part<'_>) -> bool {
    // Mostly the first name decides.
    all_cases(part, |case| {
        let name = case.name.as_deref().unwrap_or_default();
        node_of(name).is_some_and(|node| node == "It" || is_set_up(node))
    }) && all_named_like_suite(part)
}

/// The kind of node in brackets before a text: `[It] adds`, `[DeferCleanup (Suite)]`.
fn node_of(name: &str) -> Option<&str> {
    let (node, rest) = name.trim_start().strip_prefix('[')?.split_once(']')?;
    (rest.is_empty() || rest.starts_with(' ')).then_some(node)
}

fn is_set_up(node: &str) -> bool {
    let node = node.split(" (").next().unwrap_or_default();
    matches!(node, "DeferCleanup" | "TOP-LEVEL")
        || (["Before", "After"].iter().any(|word| node.contains(word))
            && ["Suite", "All", "Each"].iter().any(|word| node.ends_with(word)))
}

/// The full text of a spec, without the kind of its node.
pub(in crate::tools) fn without_node(name: &str) -> &str {
    name.strip_prefix("[It] ").unwrap_or(name)
}

/// Whether `name` is that of a node such as `[BeforeSuite]`.
pub(in crate::tools) fn is_set_up_of_suite(name: &str) -> bool {
    node_of(name).is_some_and(is_set_up)
}

pub(in crate::tools) fn not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    is_set_up_of_suite(case.name).then_some(NotATest::SetupOrHook)
}

pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    let package = case.suite_attribute("package").map(|package| case.path(package));
    let package = package.unwrap_or_default();
    let suite = case.suite_name();
    TestLocation {
        container: vec![package.clone(), owned(suite)],
        name: owned(without_node(case.name)),
        folder: vec![Level::Classname(package, Cut::Slashes), Level::One(owned(suite))],
        ..TestLocation::default()
    }
}
