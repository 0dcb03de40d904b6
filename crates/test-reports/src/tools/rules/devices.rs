//! Flank, twister and Dart, which run the same tests on several devices and platforms.

use super::{all_cases, all_named_like_suite, any_property, general, one, owned, suite_name_of};
use crate::formats::model::{Detail, Format};
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::messages;
use crate::tools::part::Part;
use crate::tools::volatile;

/// Each suite is a device of Firebase Test Lab.
pub(in crate::tools) fn is_flank(part: &Part<'_>) -> bool {
    let is_device = |name: &str| volatile::is_environment(name) && name.contains('-');
    part.suites.iter().all(|suite| is_device(&suite.name))
        && all_cases(part, |case| case.suite.is_some() && case.classname.is_some())
}

pub(in crate::tools) fn device(case: &CaseContext<'_>) -> Option<String> {
    let device = case.suite_name();
    (!device.is_empty()).then(|| device.to_owned())
}

/// Twister of Zephyr writes a suite for each scenario and platform, or for each platform.
pub(in crate::tools) fn is_twister(part: &Part<'_>) -> bool {
    (any_property(part, "platform") && any_property(part, "architecture"))
        || all_cases(part, |case| {
            let suite = suite_name_of(part, case);
            let scenario = case.classname.as_deref().and_then(|name| name.strip_prefix(suite));
            scenario.and_then(|name| name.strip_prefix(':')) == case.name.as_deref()
                && case.name.is_some()
        })
}

/// The scenario, unless it is the name.
pub(in crate::tools) fn twister(case: &CaseContext<'_>) -> TestLocation {
    let is_scenario = case.suite_property("platform").is_some();
    let scenario = if is_scenario { case.path(case.suite_name()) } else { String::new() };
    TestLocation {
        container: one(&scenario),
        name: owned(case.name),
        folder: vec![Level::Classname(scenario, Cut::Slashes)],
        ..TestLocation::default()
    }
}

pub(in crate::tools) fn platform(case: &CaseContext<'_>) -> Option<String> {
    case.suite_property("platform").map(str::to_owned).or_else(|| device(case))
}

/// The program `tojunit` of Dart and Flutter writes a suite for each file and platform, named after the file's path.
pub(in crate::tools) fn is_dart(part: &Part<'_>) -> bool {
    any_property(part, "platform")
        && all_named_like_suite(part)
        && !part.suite_name().contains(char::is_whitespace)
}

/// As the general rule has it. Dart's own format has the path instead of the classname that `tojunit` makes of it.
pub(in crate::tools) fn dart(case: &CaseContext<'_>) -> TestLocation {
    if case.part.format == Format::DartTest {
        let class = class_of(&case.path(case.suite_name()));
        let folder = vec![Level::Classname(class.clone(), Cut::Dots)];
        return TestLocation {
            container: one(&class),
            name: owned(case.name),
            folder,
            ..TestLocation::default()
        };
    }
    TestLocation {
        folder: vec![Level::Classname(owned(case.classname), Cut::Dots)],
        ..general::locate(case)
    }
}

/// The classname of `tojunit` for the path of a file.
fn class_of(path: &str) -> String {
    let stem =
        path.strip_suffix(".dart").map_or(path, |stem| stem.strip_suffix("_test").unwrap_or(stem));
    stem.replace(['/', '\\'], ".").replace('-', "_")
}

/// A file that could not be loaded, and what runs before and after all tests of a group.
pub(in crate::tools) fn dart_not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    let is_hook = ["(setUpAll)", "(tearDownAll)"].into_iter().any(|hook| {
        case.name.strip_suffix(hook).is_some_and(|group| group.is_empty() || group.ends_with(' '))
    });
    let is_file = || {
        let path = case.name.strip_prefix("loading ");
        path.is_some_and(|path| {
            path == case.suite_name() || class_of(path).ends_with(case.suite_name())
        })
    };
    (is_hook || (case.failed() && is_file())).then_some(NotATest::SetupOrHook)
}

/// The attribute counts the failures; the words follow `Failure:` in the text, whose first line breaks are spelled out.
pub(in crate::tools) fn dart_message(detail: &Detail) -> Option<&str> {
    let counts = detail.message.as_deref().is_some_and(|words| words.ends_with("for details"));
    let text = detail.text.as_deref().filter(|_| counts);
    let words = text.and_then(|text| {
        let (_, words) = text.split_once(':')?;
        let words = words.trim_start_matches("\\n").trim();
        Some(words).filter(|words| !words.is_empty())
    });
    words.or_else(|| messages::written(detail))
}
