//! Flank and twister, which run the same tests on several devices and platforms.

use super::{all_cases, any_property, one, owned, suite_name_of};
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
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
