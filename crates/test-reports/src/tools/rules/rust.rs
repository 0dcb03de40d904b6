//! cargo-nextest, libtest's own JUnit output, cargo2junit.

use std::collections::HashMap;

use super::{
    all_cases, all_named_like_suite, any_property, is_identifier, one, owned, suite_name_of,
};
use crate::formats::model::Case;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::part::Part;

pub(in crate::tools) fn is_nextest(part: &Part<'_>) -> bool {
    // Cases of other tools may have a time stamp, too.
    let is_path = |case: &Case| {
        let name = case.name.as_deref().unwrap_or_default();
        !part.suite_name().contains('.') && name.split("::").all(is_identifier)
    };
    let is_one = |case: &Case| {
        case.attribute("timestamp").is_some()
            && case.attribute("status").is_none()
            && (part.has(&["disabled"]) || is_path(case))
    };
    part.suite_name().starts_with("@setup-script:")
        || (part.has(&["tests", "errors", "failures"])
            && all_named_like_suite(part)
            && all_cases(part, is_one))
}

/// The binary's identifier is one part: cutting it at `::` would let `a::b` with test `c` meet `a` with test `b::c`.
pub(in crate::tools) fn nextest(case: &CaseContext<'_>) -> TestLocation {
    let binary = if case.classname.is_empty() { case.suite_name() } else { case.classname };
    in_binary(binary, case.name)
}

fn in_binary(binary: &str, name: &str) -> TestLocation {
    let modules = name.rsplit_once("::").map_or("", |(modules, _)| modules);
    TestLocation {
        container: one(binary),
        name: owned(name),
        folder: vec![
            Level::Classname(owned(binary), Cut::Nowhere),
            Level::Titles(owned(modules), "::"),
        ],
        ..TestLocation::default()
    }
}

pub(in crate::tools) fn nextest_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    (case.suite_name().starts_with("@setup-script:")
        || case.classname.starts_with("@setup-script:"))
    .then_some(NotATest::SetupOrHook)
}

pub(in crate::tools) fn is_cargo2junit(part: &Part<'_>) -> bool {
    part.suite_name().starts_with("cargo test #")
}

pub(in crate::tools) fn is_libtest(part: &Part<'_>) -> bool {
    (part.suite_name() == "test" && part.has(&["package", "id"]))
        || any_property(part, "libtest.binary")
}

pub(in crate::tools) fn libtest(case: &CaseContext<'_>) -> TestLocation {
    let module = match case.classname {
        // libtest's words for unit and integration tests outside of modules.
        "crate" | "integration" => "",
        module => module,
    };
    let suite = case.suite_name();
    // Suite names of libtest and cargo2junit are constants; any other name is the binary's.
    let is_binary = !suite.is_empty() && suite != "test" && !suite.starts_with("cargo test #");
    let binary = if is_binary { suite } else { "" };
    let name = without_line(case.name).trim_end_matches(" -");
    let name = if module.is_empty() || module == binary {
        owned(name)
    } else if module.contains(" - ") {
        // cargo2junit splits `src/lib.rs - Cart::add (line 38)` at the last `::`.
        format!("{}::{name}", module.replace('\\', "/"))
    } else if module.contains('/') || module.ends_with(".rs") || module.ends_with(".md") {
        // libtest splits `src/lib.rs - item (line 2)` of a doc-test into file and item.
        format!("{} - {name}", module.replace('\\', "/"))
    } else {
        format!("{module}::{name}")
    };
    match case.ordinal {
        Some(ordinal) if ordinal > 1 => in_binary(binary, &format!("{name} #{ordinal}")),
        _ => in_binary(binary, &name),
    }
}

/// The text of `cargo test`: the suite is nextest's identifier of the binary, the name is complete.
pub(in crate::tools) fn libtest_text(case: &CaseContext<'_>) -> TestLocation {
    let binary = case.suite_name();
    let Some((whole, _)) = cut_line(case.name) else {
        return in_binary(binary, case.name);
    };
    let name = match whole.split_once(" - ") {
        Some((file, item)) => format!("{} - {item}", file.replace('\\', "/")),
        None => whole.trim_end_matches(" -").replace('\\', "/"),
    };
    let name = match case.ordinal {
        Some(ordinal) if ordinal > 1 => format!("{name} #{ordinal}"),
        _ => name,
    };
    let folder = vec![Level::Classname(owned(binary), Cut::Nowhere)];
    TestLocation { container: one(binary), name, folder, ..TestLocation::default() }
}

/// Doc-tests of one item differ only in their lines, which every edit above changes. They are numbered by line.
pub(in crate::tools) fn doc_tests(part: &Part<'_>) -> HashMap<usize, usize> {
    count_doc_tests(part, |_, case| case.classname.as_deref().unwrap_or_default())
}

/// As [`doc_tests`], where those of each crate are a suite.
pub(in crate::tools) fn doc_tests_of_suites(part: &Part<'_>) -> HashMap<usize, usize> {
    count_doc_tests(part, suite_name_of)
}

fn count_doc_tests<'a>(
    part: &Part<'a>,
    module: impl Fn(&Part<'a>, &'a Case) -> &'a str,
) -> HashMap<usize, usize> {
    let mut of_items: HashMap<(&str, &str), Vec<(u64, usize)>> = HashMap::new();
    for (index, case) in part.numbered_cases() {
        let name = case.name.as_deref().unwrap_or_default();
        if let Some((item, line)) = cut_line(name) {
            of_items.entry((module(part, case), item)).or_default().push((line, index));
        }
    }
    let mut ordinals = HashMap::new();
    for mut tests in of_items.into_values() {
        tests.sort_unstable();
        // Equal lines are the same test.
        for (ordinal, same) in tests.chunk_by(|a, b| a.0 == b.0).enumerate() {
            ordinals.extend(same.iter().map(|&(_, index)| (index, ordinal + 1)));
        }
    }
    ordinals
}

/// A doc-test's name without its line.
fn without_line(name: &str) -> &str {
    cut_line(name).map_or(name, |(start, _)| start)
}

/// Splits `item (line 12)` into `item` and 12.
fn cut_line(name: &str) -> Option<(&str, u64)> {
    let (start, line) =
        name.rsplit_once(" (line ").or_else(|| Some(("", name.strip_prefix("(line ")?)))?;
    let line = line.strip_suffix(')')?;
    Some((start, line.parse().ok()?))
}
