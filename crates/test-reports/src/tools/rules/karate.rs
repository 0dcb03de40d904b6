//! Karate: the feature is the container, the title of a scenario the name.

use super::{all_cases, in_container};
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, TestLocation};
use crate::tools::part::Part;

pub(in crate::tools) fn is_karate(part: &Part<'_>) -> bool {
    all_cases(part, |case| scenario_of(case.name.as_deref().unwrap_or_default()).is_some())
}

/// Splits `[2.1:14] remove a pear`: the number of the scenario, that of the row if it is an outline, and the title.
fn scenario_of(name: &str) -> Option<(&str, &str, &str)> {
    let (position, title) = name.trim_start().strip_prefix('[')?.split_once(']')?;
    let (number, line) = position.split_once(':')?;
    let (scenario, row) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_position = !scenario.is_empty()
        && !line.is_empty()
        && [scenario, row, line].into_iter().all(is_number);
    is_position.then_some((scenario, row, title.trim()))
}

/// Scenarios are numbered in their file, which changes when one is added before. Only the number of a row is kept.
pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    let suite = case.suite_name();
    let feature =
        if suite.ends_with(".feature") { case.path(suite) } else { case.classname.to_owned() };
    let cut = if feature.contains('/') { Cut::Slashes } else { Cut::Dots };
    let name = match scenario_of(case.name) {
        Some((scenario, "", "")) => format!("scenario {scenario}"),
        Some((scenario, row, "")) => format!("scenario {scenario} [{row}]"),
        Some((_, "", title)) => title.to_owned(),
        Some((_, row, title)) => format!("{title} [{row}]"),
        None => case.name.to_owned(),
    };
    in_container(&feature, &name, cut)
}
