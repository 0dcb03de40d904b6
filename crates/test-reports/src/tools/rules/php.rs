//! PHPUnit, Pest, ParaTest: the class is the container.

use super::{all_cases, in_container, native, root_attribute};
use crate::formats::model::Format;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, TestLocation};
use crate::tools::part::Part;

/// The scheme of the locations in PHPUnit's messages for TeamCity, which its reader notes.
const LOCATIONS: &str = "php_qn";

pub(in crate::tools) fn is_teamcity(part: &Part<'_>) -> bool {
    part.format == Format::Teamcity && root_attribute(part, LOCATIONS).is_some()
}

pub(in crate::tools) fn is_phpunit(part: &Part<'_>) -> bool {
    let has = |name: &str| part.suites.iter().any(|suite| suite.attribute(name).is_some());
    has("assertions")
        && all_cases(part, |case| {
            case.attribute("assertions").is_some() && !native::is_state_of_criterion(case)
        })
}

pub(in crate::tools) fn phpunit(case: &CaseContext<'_>) -> TestLocation {
    let class = case.case.attribute("class").unwrap_or(case.classname);
    // Codeception's scenarios have no class.
    if let Some(feature) = case.case_file()
        && class.is_empty()
        && feature.ends_with(".feature")
    {
        return in_container(&feature, case.name, Cut::Slashes);
    }
    let class = class.trim().replace('\\', ".");
    let class = class.trim_start_matches('.');
    let is_file = case.name.ends_with(".phpt");
    let name = if is_file { case.path(case.name) } else { case.name.to_owned() };
    in_container(class, &name, Cut::Dots)
}

/// A failed data provider, written as a case without a class and with the name `Error` or `Warning`.
pub(in crate::tools) fn not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    let has_no_class = case.classname.is_empty() && case.case.file.is_none();
    let is_of_phpunit = case.classname.trim_start_matches('\\').starts_with("PHPUnit\\Framework\\");
    let is_stand_in = case.failed()
        && (has_no_class || is_of_phpunit)
        && ["Error", "Warning"].contains(&case.name);
    is_stand_in.then_some(NotATest::SetupOrHook)
}
