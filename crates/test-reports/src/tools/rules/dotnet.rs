//! xUnit.net, NUnit and TRX: the type is the container, the rest of the full name is the name.

use super::{browsers, in_container, javascript, owned};
use crate::text;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation, outside_brackets};

/// The type, and the display name without it. A collection only matters if the writer has no types.
pub(in crate::tools) fn xunit(case: &CaseContext<'_>) -> TestLocation {
    let mut location = in_type(case.classname, case.name);
    if case.classname.is_empty() {
        location.folder = vec![Level::One(owned(case.suite_name()))];
    }
    location
}

/// Failed hooks, which mocha's reporter for this format writes like tests.
pub(in crate::tools) fn xunit_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    javascript::hook_not_a_test(case).filter(|_| case.classname.is_empty())
}

/// The full name without its last part. Suites for parameters and generics are not folders.
pub(in crate::tools) fn nunit(case: &CaseContext<'_>) -> TestLocation {
    // NUnit 2 has the full name as the name.
    let full = case.case.attribute("fullname").map_or_else(|| owned(case.name), text::clean);
    // pytest-nunit: the same test as in pytest's own report.
    if let Some((file, name)) = full.split_once(".py::") {
        let (classes, name) = name.rsplit_once("::").unwrap_or(("", name));
        let module = case.path(file).replace('/', ".");
        let class = if classes.is_empty() {
            module
        } else {
            format!("{module}.{}", classes.replace("::", "."))
        };
        return TestLocation {
            folder: vec![Level::Classname(class.clone(), Cut::Dots)],
            ..in_type(&class, name)
        };
    }
    match split_full_name(case, &full) {
        // Very old versions write only the method: the suite around it is the fixture.
        ("", _) if case.classname.is_empty() && !is_assembly(case.suite_name()) => {
            let suite = case.suite_name();
            // karma's reporter for this format writes the browser.
            let suite = if browsers::is_browser(suite) { "" } else { suite };
            in_type(suite, case.name)
        }
        ("", _) => in_type(case.classname, case.name),
        (fixture, name) => in_type(fixture, name),
    }
}

/// Splits a full name into fixture and name. A name may contain dots of its own: `Shop.PriceTests.rounds 1.5 up`.
fn split_full_name<'a>(case: &CaseContext<'_>, full: &'a str) -> (&'a str, &'a str) {
    let split_after = |fixture: &str| {
        let name = full.get(fixture.len()..)?.strip_prefix('.')?;
        (!fixture.is_empty()).then_some((&full[..fixture.len()], name))
    };
    let before_name = full.strip_suffix(case.name).and_then(|start| start.strip_suffix('.'));
    let classname = Some(case.classname).filter(|classname| full.starts_with(classname));
    if let Some(split) = [before_name, classname].into_iter().flatten().find_map(split_after) {
        return split;
    }
    let (fixture, name) = cut_last_part(full);
    // NUnit 2 has a suite for each namespace and fixture, and further ones for their parameters.
    let (mut end, mut is_fixture) = (0, false);
    for (suite, name) in case.suites.iter().zip(case.chain).filter(|(_, name)| !name.is_empty()) {
        let below = full[end..].strip_prefix('.').unwrap_or(full);
        if below.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')) {
            end = full.len() - below.len() + name.len();
            is_fixture = suite.attribute("type") == Some("TestFixture");
        }
    }
    match fixture.get(end..) {
        // What follows a fixture is the name, whatever the author made of it: `named. case`.
        Some(title) if is_fixture || title.contains(char::is_whitespace) => {
            split_after(&full[..end]).unwrap_or((fixture, name))
        }
        _ => (fixture, name),
    }
}

fn is_assembly(suite: &str) -> bool {
    suite.contains(['/', '\\']) || suite.ends_with(".dll") || suite.ends_with(".exe")
}

/// The class, and the test's name without it.
pub(in crate::tools) fn trx(case: &CaseContext<'_>) -> TestLocation {
    let class = case.classname.trim();
    let comma = outside_brackets(class).find(|(_, next)| *next == ',');
    let class = comma.map_or(class, |(at, _)| class[..at].trim_end());
    let class = class_of_method(class, case.name);
    // jest's and mocha's reporters for this format write these for a test without a group.
    let class = if ["No suite", "none"].contains(&class) { "" } else { class };
    // karma's reporter puts the browser in front.
    let title = match case.name.split_once(")_") {
        Some((browser, title)) if browsers::is_browser(&format!("{browser})")) => title,
        _ => case.name,
    };
    let name = title.strip_prefix(class).and_then(|rest| rest.strip_prefix(" / "));
    in_type(class, name.filter(|_| !class.is_empty()).unwrap_or(title))
}

/// `class` without the part of a method's name that NUnit's adapter puts there: it cuts the full name at its last dot,
/// so that the class of `Rounds(1.5d)` is `Shop.CartTests.Rounds(1`.
fn class_of_method<'a>(class: &'a str, name: &str) -> &'a str {
    let is_title = |part: &str| part.contains(|next: char| !next.is_alphanumeric() && next != '_');
    let is_cut = |at: &usize| {
        let part = &class[at + 1..];
        is_title(part) && name.strip_prefix(part).is_some_and(|rest| rest.starts_with('.'))
    };
    if let Some(at) = class.match_indices('.').map(|(at, _)| at).find(is_cut) {
        return &class[..at];
    }
    // The name is the full name.
    let is_full = name.strip_prefix(class).is_some_and(|rest| rest.starts_with('.'));
    let end = if is_full && is_open(class) { cut_last_part(name).0.len() } else { class.len() };
    &class[..end]
}

/// Whether a bracket in `class` is not closed.
fn is_open(class: &str) -> bool {
    outside_brackets(&format!("{class}.")).last().is_none_or(|(at, _)| at < class.len())
}

fn in_type(class: &str, name: &str) -> TestLocation {
    let rest = name.strip_prefix(class).and_then(|rest| rest.strip_prefix('.'));
    let name = rest.filter(|_| !class.is_empty()).unwrap_or(name);
    in_container(&without_assemblies(class), name, Cut::Type)
}

/// A generic type without the assemblies of its arguments, which contain versions and keys:
/// ``Box`1[[System.Int32, mscorlib, Version=4.0.0.0]]``.
fn without_assemblies(class: &str) -> String {
    const ASSEMBLY: [&str; 4] =
        ["Version=", "Culture=", "PublicKeyToken=", "processorArchitecture="];
    let mut kept = String::with_capacity(class.len());
    let mut rest = class;
    while let Some(at) = rest.find(',') {
        kept.push_str(&rest[..at]);
        let after = rest[at + 1..].trim_start();
        let end = after.find([',', ']', ')']).unwrap_or(after.len());
        let next = after[end..].strip_prefix(',').unwrap_or_default().trim_start();
        let starts = |text: &str| ASSEMBLY.iter().any(|start| text.starts_with(start));
        if starts(after) || starts(next) {
            rest = &after[end..];
        } else {
            kept.push(',');
            rest = &rest[at + 1..];
        }
    }
    kept + rest
}

/// Splits `Shop.Cart.Adds(1.5)` into `Shop.Cart` and `Adds(1.5)`.
fn cut_last_part(full: &str) -> (&str, &str) {
    let last = outside_brackets(full).filter(|(_, next)| *next == '.').last();
    last.map_or(("", full), |(at, _)| (&full[..at], &full[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_is_cut_outside_of_brackets_and_quotes() {
        for (full, class, name) in [
            ("Shop.Cart.Adds(1.5)", "Shop.Cart", "Adds(1.5)"),
            ("Shop.Cart(\"a.b)\").Adds", "Shop.Cart(\"a.b)\")", "Adds"),
            ("Shop.Cart.Adds(\"a\\\".b\")", "Shop.Cart", "Adds(\"a\\\".b\")"),
            ("Shop.Cart.Adds('(').x", "Shop.Cart.Adds('(')", "x"),
            ("Shop.Box<System.Int32>.Adds", "Shop.Box<System.Int32>", "Adds"),
            ("Adds", "", "Adds"),
        ] {
            assert_eq!(cut_last_part(full), (class, name), "{full}");
        }
    }

    #[test]
    fn a_class_contains_no_method() {
        for (class, name, kept) in [
            ("Shop.CartTests.Rounds(1", "Rounds(1.5d,2)", "Shop.CartTests"),
            ("Shop.CartTests.Rounds(1", "Shop.CartTests.Rounds(1.5d,2)", "Shop.CartTests"),
            ("Shop.CartTests.Reads(\"a", "Reads(\"a.b.c\")", "Shop.CartTests"),
            ("Shop.CartTests.Reads(\"a.b", "Reads(\"a.b.c\")", "Shop.CartTests"),
            ("Shop.CartTests.reads v2", "reads v2.json", "Shop.CartTests"),
            ("Shop.CartTests(1.5)", "Adds", "Shop.CartTests(1.5)"),
            ("Shop.Cart", "Cart.Adds", "Shop.Cart"),
            ("Shop.Cart", "Shop.Cart.Adds(1.5)", "Shop.Cart"),
        ] {
            assert_eq!(class_of_method(class, name), kept, "{class} {name}");
        }
    }

    #[test]
    fn assemblies_are_no_part_of_a_type() {
        let assembly = "System.Private.CoreLib, Version=8.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e";
        assert_eq!(
            without_assemblies(&format!(
                "Shop.Map`2[[System.Int32, {assembly}],[System.String, {assembly}]]"
            )),
            "Shop.Map`2[[System.Int32],[System.String]]"
        );
        assert_eq!(without_assemblies("Shop.Cart(1,2)"), "Shop.Cart(1,2)");
    }
}
