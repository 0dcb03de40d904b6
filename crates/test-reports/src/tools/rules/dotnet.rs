//! xUnit.net, NUnit and TRX: the type is the container, the rest of the full name is the name.

use super::{browsers, in_container, javascript, owned};
use crate::text;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};

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
    match cut_last_part(&full) {
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

fn is_assembly(suite: &str) -> bool {
    suite.contains(['/', '\\']) || suite.ends_with(".dll") || suite.ends_with(".exe")
}

/// The class without its assembly, which contains a version.
pub(in crate::tools) fn trx(case: &CaseContext<'_>) -> TestLocation {
    let class = case.classname.split(',').next().unwrap_or_default().trim();
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

fn in_type(class: &str, name: &str) -> TestLocation {
    let rest = name.strip_prefix(class).and_then(|rest| rest.strip_prefix('.'));
    in_container(class, rest.filter(|_| !class.is_empty()).unwrap_or(name), Cut::Type)
}

/// Splits `Shop.Cart.Adds(1.5)` into `Shop.Cart` and `Adds(1.5)`.
fn cut_last_part(full: &str) -> (&str, &str) {
    let (mut depth, mut quoted, mut escaped, mut last) = (0_u32, false, false, None);
    for (at, character) in full.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '<' if !quoted => depth += 1,
            ')' | '>' if !quoted => depth = depth.saturating_sub(1),
            '.' if depth == 0 && !quoted => last = Some(at),
            _ => {}
        }
    }
    last.map_or(("", full), |at| (&full[..at], &full[at + 1..]))
}
