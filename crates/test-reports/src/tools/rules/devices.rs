//! Flank, which runs the tests of Android and iOS on devices of Firebase Test Lab.

use super::all_cases;
use crate::formats::model::Report;
use crate::tools::context::CaseContext;
use crate::tools::location::TestLocation;
use crate::tools::rules::jvm;
use crate::tools::volatile;

/// Each suite is a device.
pub(in crate::tools) fn is_flank(report: &Report) -> bool {
    let is_device = |name: &str| volatile::is_environment(name) && name.contains('-');
    report.suites.iter().all(|suite| is_device(&suite.name) || suite.attribute("flakes").is_some())
        && all_cases(report, |case| case.suite.is_some() && case.classname.is_some())
}

/// The class. A flaky case passed in another attempt, although it keeps the failure.
pub(in crate::tools) fn flank(case: &CaseContext<'_>) -> TestLocation {
    TestLocation { is_flaky: case.case.attribute("flaky") == Some("true"), ..jvm::locate(case) }
}

pub(in crate::tools) fn device(case: &CaseContext<'_>) -> Option<String> {
    let device = case.suite_name();
    (!device.is_empty()).then(|| device.to_owned())
}
