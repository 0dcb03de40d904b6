//! Formats that a single test framework writes. Where a framework writes JUnit's format, too, both give a test the same
//! container and name.

use super::{in_container, jvm, one, owned, property, root_attribute};
use crate::text;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};

/// The module, then the suites in it.
pub(in crate::tools) fn boost(case: &CaseContext<'_>) -> TestLocation {
    let (module, suites) = case.chain.split_first().map_or(("", &[][..]), |(m, s)| (*m, s));
    TestLocation {
        container: vec![owned(module), suites.join(".")],
        name: owned(case.name),
        folder: case.chain.iter().map(|suite| Level::One(owned(suite))).collect(),
        ..TestLocation::default()
    }
}

/// As in the JUnit reporter, where a test that is no method of a class is in the class `global` of its program.
pub(in crate::tools) fn catch2(case: &CaseContext<'_>) -> TestLocation {
    let program = root_attribute(case.part, "name").map(text::clean).unwrap_or_default();
    in_container(&format!("{program}.global"), case.name, Cut::Nowhere)
}

/// The source file.
pub(in crate::tools) fn doctest(case: &CaseContext<'_>) -> TestLocation {
    in_container(&case.case_file().unwrap_or_default(), case.name, Cut::Slashes)
}

/// The test object. In JUnit's format, Qt 5 has a test for each function, Qt 6 for each of its data rows.
pub(in crate::tools) fn qt(case: &CaseContext<'_>) -> TestLocation {
    let written = |name| {
        let of_root = || case.part.root.properties.iter().find(|found| &*found.name == name);
        case.suites
            .first()
            .and_then(|suite| property(suite, name))
            .or_else(|| Some(&of_root()?.value))
    };
    let is_old = written("QtVersion").is_some_and(|version| version.starts_with(['4', '5']));
    let name = match case.case.attribute("row").filter(|_| !is_old) {
        Some(row) => format!("{}({})", case.name, text::clean(row)),
        None => owned(case.name),
    };
    in_container(case.suite_name(), &name, Cut::Nowhere)
}

/// The suite, and the test case of Check, which holds test functions.
pub(in crate::tools) fn check(case: &CaseContext<'_>) -> TestLocation {
    let container = vec![owned(case.suite_name()), owned(case.classname)];
    TestLocation {
        folder: container.iter().cloned().map(Level::One).collect(),
        container,
        name: owned(case.name),
        ..TestLocation::default()
    }
}

/// The innermost suite.
pub(in crate::tools) fn suite(case: &CaseContext<'_>) -> TestLocation {
    in_container(case.suite_name(), case.name, Cut::Nowhere)
}

/// `shop::CartTest::adds`, or `Cart : adds` in AUnit.
pub(in crate::tools) fn cppunit(case: &CaseContext<'_>) -> TestLocation {
    let (class, name) = match split_method(case.name) {
        ("", full) => full.split_once(" : ").unwrap_or(("", full)),
        split => split,
    };
    TestLocation {
        container: one(class),
        name: owned(name),
        folder: vec![Level::Titles(owned(class), "::")],
        ..TestLocation::default()
    }
}

/// Splits at the last `::` that is not an argument of a template.
fn split_method(full: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    let mut last = None;
    for (at, next) in full.char_indices() {
        match next {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && full[at..].starts_with("::") => last = Some(at),
            _ => {}
        }
    }
    last.map_or(("", full), |at| (&full[..at], &full[at + 2..]))
}

/// The program, and the path of the test in it.
pub(in crate::tools) fn gtester(case: &CaseContext<'_>) -> TestLocation {
    let program = case.suite_name().rsplit(['/', '\\']).next().unwrap_or_default();
    let groups = case.name.trim_matches('/').rsplit_once('/').map_or("", |(groups, _)| groups);
    TestLocation {
        container: one(program),
        name: owned(case.name),
        folder: vec![Level::One(owned(program)), Level::Titles(owned(groups), "/")],
        ..TestLocation::default()
    }
}

/// The suite, which is the path of a file where there are no suites.
pub(in crate::tools) fn unittestpp(case: &CaseContext<'_>) -> TestLocation {
    in_container(&case.path(case.classname), case.name, Cut::Nowhere)
}

/// The class of the fixture, and the name without it.
pub(in crate::tools) fn mbunit(case: &CaseContext<'_>) -> TestLocation {
    let class = case.suite_attribute("type").map(text::clean).unwrap_or_default();
    let name = case.name.strip_prefix(case.suite_name());
    let name = name.and_then(|rest| rest.strip_prefix('.')).unwrap_or(case.name);
    in_container(&class, name, Cut::Type)
}

/// `Suite::test` in old versions, `Suite::test` or `test` in the suite in others.
pub(in crate::tools) fn parasoft(case: &CaseContext<'_>) -> TestLocation {
    match split_method(case.name) {
        ("", name) => in_container(case.suite_name(), name, Cut::Nowhere),
        (suite, name) => in_container(suite, name, Cut::Nowhere),
    }
}

/// The class that the address of a test names, or else the suites around it: `java:test://shop.CartTest/adds`.
pub(in crate::tools) fn intellij(case: &CaseContext<'_>) -> TestLocation {
    let address = case.case.attribute("locationUrl").map(text::clean).unwrap_or_default();
    let place = address.split_once("://").map_or("", |(_, place)| place);
    let class = match place.split_once('/') {
        Some((class, _)) => class,
        None => place
            .strip_suffix(case.name)
            .and_then(|class| class.strip_suffix('.'))
            .unwrap_or_default(),
    };
    if jvm::is_class(class) || super::is_identifier(class) {
        return in_container(class, &jvm::without_empty_parentheses(case.name), Cut::Class);
    }
    super::general::locate(case)
}

/// The file.
pub(in crate::tools) fn sonar(case: &CaseContext<'_>) -> TestLocation {
    in_container(&case.path(case.suite_name()), case.name, Cut::Slashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_split_from_their_class_outside_of_templates() {
        for (full, class, name) in [
            ("shop::CartTest::adds", "shop::CartTest", "adds"),
            ("CartTest<std::string>::adds", "CartTest<std::string>", "adds"),
            ("adds", "", "adds"),
            ("Test Stack.Push", "", "Test Stack.Push"),
        ] {
            assert_eq!(split_method(full), (class, name), "{full}");
        }
    }
}
