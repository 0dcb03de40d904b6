//! cargo-nextest, libtest's own JUnit output, cargo2junit.

use super::{all_cases, any_property, has_order, one, owned, root_attribute, root_says, suite_of};
use crate::formats::model::Report;
use crate::producers::Noise;
use crate::producers::place::{Cut, Level, Place};
use crate::producers::written::Written;

pub(in crate::producers) fn is_nextest(report: &Report) -> bool {
    root_says(report, "name", "nextest-run")
        || (root_attribute(report, "uuid").is_some()
            && all_cases(report, |case| {
                suite_of(report, case).map(|suite| &*suite.name) == case.classname.as_deref()
            }))
}

/// The binary's identifier is one part: cutting it at `::` would let `a::b` with test `c` meet `a` with test `b::c`.
pub(in crate::producers) fn nextest(case: &Written<'_>) -> Place {
    let binary = if case.classname.is_empty() { case.suite_name() } else { case.classname };
    in_binary(binary, case.name)
}

fn in_binary(binary: &str, name: &str) -> Place {
    let modules = name.rsplit_once("::").map_or("", |(modules, _)| modules);
    Place {
        container: one(binary),
        name: owned(name),
        folder: vec![
            Level::Classname(owned(binary), Cut::Nowhere),
            Level::Titles(owned(modules), "::"),
        ],
        ..Place::default()
    }
}

pub(in crate::producers) fn nextest_noise(case: &Written<'_>) -> Option<Noise> {
    (case.suite_name().starts_with("@setup-script:")
        || case.classname.starts_with("@setup-script:"))
    .then_some(Noise::Scaffold)
}

pub(in crate::producers) fn is_cargo2junit(report: &Report) -> bool {
    let first = report.suites.first();
    first.is_some_and(|suite| suite.name.starts_with("cargo test #"))
}

pub(in crate::producers) fn is_libtest(report: &Report) -> bool {
    const ORDER: [&str; 6] = ["package", "id", "errors", "failures", "tests", "skipped"];
    let first = report.suites.first();
    has_order(report, &ORDER) && first.is_some_and(|suite| &*suite.name == "test")
        || any_property(report, "libtest.binary")
}

pub(in crate::producers) fn libtest(case: &Written<'_>) -> Place {
    let module = match case.classname {
        // libtest's words for a unit test and an integration test outside of any module.
        "crate" | "integration" => "",
        module => module,
    };
    let suite = case.suite_name();
    // libtest's and cargo2junit's own suite names say nothing; any other is the binary's.
    let is_binary = !suite.is_empty() && suite != "test" && !suite.starts_with("cargo test #");
    let binary = if is_binary { suite } else { "" };
    let name = without_line(case.name);
    let name = if module.is_empty() || module == binary {
        owned(name)
    } else if module.contains('/') || module.ends_with(".rs") || module.ends_with(".md") {
        // libtest cuts `src/lib.rs - item (line 2)` of a doc-test into file and item.
        format!("{} - {name}", module.replace('\\', "/"))
    } else {
        format!("{module}::{name}")
    };
    in_binary(binary, &name)
}

/// A doc-test's name without its line.
fn without_line(name: &str) -> &str {
    name.rsplit_once(" (line ")
        .filter(|(_, line)| {
            line.strip_suffix(')').is_some_and(|line| {
                !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
            })
        })
        .map_or(name, |(start, _)| start)
}
