//! Names that users of the vendor's CLI know.

use clap::Args;

/// Options of the vendor's CLI that have no counterpart: named so that they can be answered.
#[derive(Args, Clone, Debug, Default)]
pub struct VendorArgs {
    /// A cycle.
    #[arg(long = "plan_name", alias = "plan-name", hide = true, num_args = 0..=1)]
    pub plan_name: Option<Option<String>>,
    /// A cycle.
    #[arg(long = "plan_id", alias = "plan-id", hide = true, num_args = 0..=1)]
    pub plan_id: Option<Option<String>>,
    /// A run.
    #[arg(long = "run_name", alias = "run-name", hide = true, num_args = 0..=1)]
    pub run_name: Option<Option<String>>,
    /// A milestone.
    #[arg(long = "milestone_name", alias = "milestone-name", hide = true, num_args = 0..=1)]
    pub milestone_name: Option<Option<String>>,
    /// A milestone.
    #[arg(long = "milestone_id", alias = "milestone-id", hide = true, num_args = 0..=1)]
    pub milestone_id: Option<Option<String>>,
    /// A folder by number.
    #[arg(long = "folder_id", alias = "folder-id", hide = true, num_args = 0..=1)]
    pub folder_id: Option<Option<String>>,
    /// Where results are written.
    #[arg(
        long = "run_result_output_dir",
        alias = "run-result-output-dir",
        hide = true,
        num_args = 0..=1
    )]
    pub run_result_output_dir: Option<Option<String>>,
}

impl VendorArgs {
    /// The options that were given, as they are written.
    #[must_use]
    pub fn given(&self) -> Vec<&'static str> {
        let Self {
            plan_name,
            plan_id,
            run_name,
            milestone_name,
            milestone_id,
            folder_id,
            run_result_output_dir,
        } = self;
        [
            ("--plan_name", plan_name),
            ("--plan_id", plan_id),
            ("--run_name", run_name),
            ("--milestone_name", milestone_name),
            ("--milestone_id", milestone_id),
            ("--folder_id", folder_id),
            ("--run_result_output_dir", run_result_output_dir),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.is_some().then_some(name))
        .collect()
    }
}
