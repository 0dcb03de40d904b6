//! GUT and gdUnit4, which test projects of Godot. Their identities are those of the general rule.

use super::{all_cases, all_named_like_suite, general, suite_name_of};
use crate::formats::model::{Case, Detail};
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::messages;
use crate::tools::part::Part;

/// Suites and classnames are scripts, `res://test/unit/test_cart.gd` or without the scheme, and classes inside them.
pub(in crate::tools) fn is_gut(part: &Part<'_>) -> bool {
    all_cases(part, |case| {
        let script = suite_name_of(part, case);
        case.classname.as_deref() == Some(script)
            && script_and_class(script).is_some()
            && case.attribute("assertions").is_some()
            && case.attribute("status").is_some()
    })
}

/// Splits `test/unit/test_cart.gd.TestFull` into the script and the class inside it, which is mostly empty.
fn script_and_class(suite: &str) -> Option<(&str, &str)> {
    let end = suite.find(".gd")? + ".gd".len();
    let (script, class) = suite.split_at(end);
    (class.is_empty() || class.starts_with('.')).then(|| (script, class.trim_start_matches('.')))
}

pub(in crate::tools) fn gut(case: &CaseContext<'_>) -> TestLocation {
    let (script, class) = script_and_class(case.classname).unwrap_or((case.classname, ""));
    TestLocation {
        folder: vec![
            Level::Classname(case.path(script), Cut::Slashes),
            Level::One(class.to_owned()),
        ],
        ..general::locate(case)
    }
}

/// The attribute is `failed` or `pending`; the words are in the text.
pub(in crate::tools) fn gut_message(detail: &Detail) -> Option<&str> {
    messages::unless(detail, |words| words == "pending")
}

/// The suite is the name of a script, the package its directory. Versions before retries have no `flaky`, but failures
/// that start with their place.
pub(in crate::tools) fn is_gdunit(part: &Part<'_>) -> bool {
    let has_place = |case: &Case| {
        let words = case.detail().and_then(|detail| detail.message.as_deref()).unwrap_or_default();
        words.split_once(": ").is_some_and(|(_, place)| place.starts_with("res://"))
    };
    part.has(&["id", "package", "timestamp", "hostname"])
        && all_named_like_suite(part)
        && (part.has(&["flaky"]) || part.cases.iter().any(has_place))
}

pub(in crate::tools) fn gdunit(case: &CaseContext<'_>) -> TestLocation {
    let directory = case.suite_attribute("package").unwrap_or_default();
    TestLocation {
        folder: vec![
            Level::Classname(case.path(directory), Cut::Slashes),
            Level::One(case.suite_name().to_owned()),
        ],
        ..general::locate(case)
    }
}

/// The attribute is the place of a failure.
pub(in crate::tools) fn gdunit_message(detail: &Detail) -> Option<&str> {
    messages::unless(detail, |words| {
        words.split_once(": ").is_some_and(|(_, place)| place.starts_with("res://"))
    })
}
