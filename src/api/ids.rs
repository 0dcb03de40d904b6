//! A type for the ids of each resource, so that a suite's id cannot be used as a test's.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        ///
        /// Reads a JSON number or a string of digits; writes a number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// The id with this number.
            #[must_use]
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The number.
            #[must_use]
            pub const fn number(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                super::lenient::number(deserializer).map(Self)
            }
        }
    )*};
}

ids! {
    /// A `project`.
    ProjectId
    /// A `plan`.
    PlanId
    /// A `suite`: the web application calls it a folder.
    SuiteId
    /// A `plan_suite`: a suite's place in the tree of a plan.
    PlanSuiteId
    /// A `test`.
    TestId
    /// A `suite_test`: a test's place in a suite.
    SuiteTestId
    /// A `step`.
    StepId
    /// A `plan_suite_test_include`: a test of a cycle.
    IncludeId
    /// A `run`.
    RunId
    /// A `run_result`: the result of a test in a run.
    RunResultId
    /// A `run_result_step`: the result of a step in a run.
    RunResultStepId
    /// A `status`, such as Pass.
    StatusId
    /// A `project_status`: a project that may use a status.
    ProjectStatusId
    /// A `milestone`.
    MilestoneId
    /// A `defect`.
    DefectId
    /// A `defect_run_result`: a defect of a result.
    DefectRunResultId
    /// A `case_priority`, such as High.
    CasePriorityId
    /// A `label`.
    LabelId
    /// A `label_assigned`: a label of a row.
    LabelAssignedId
}
