//! Options for recording results.

use std::str::FromStr;

use clap::Args;

use crate::results::OUTCOMES;

/// Whether results are recorded, and where.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Results")]
pub struct ResultsArgs {
    /// Also record the results, in one run for each build [env: TQ_RESULTS]
    ///
    /// Implied by the other options of this section. See docs/results.md.
    #[arg(long)]
    pub results: bool,

    /// The key of the build, the same in all its jobs [env: TQ_BUILD] [default: from the CI system]
    #[arg(long, value_name = "KEY")]
    pub build: Option<String>,

    /// The name of a new run [default: branch, number and commit of the build]
    #[arg(long, value_name = "TEXT", alias = "run_name")]
    pub run_name: Option<String>,

    /// The cycle of the run, by name or id; created if no cycle has the name [default: the namespace]
    #[arg(
        long,
        value_name = "CYCLE",
        aliases = ["plan_name", "plan_id", "plan-name", "plan-id"]
    )]
    pub cycle: Option<String>,

    /// The milestone of a new run, by name or id
    #[arg(
        long,
        value_name = "MILESTONE",
        aliases = ["milestone_name", "milestone_id", "milestone-name", "milestone-id"]
    )]
    pub milestone: Option<String>,

    /// Record into this existing run, which a person created
    #[arg(long, value_name = "N", conflicts_with_all = ["run_name", "cycle", "milestone"])]
    pub run_id: Option<u64>,

    /// Complete the run when all results of this import are verified
    #[arg(long)]
    pub close_run: bool,

    /// The number of this execution of the build; the highest wins [default: from the CI system]
    #[arg(long, value_name = "N")]
    pub attempt: Option<u64>,

    /// The status for an outcome, such as skipped=Blocked (repeatable)
    ///
    /// By default, passed and flaky tests get Pass, failed and errored ones Fail, and skipped ones Skip (Block, if
    /// the project has no Skip).
    #[arg(long, value_name = "OUTCOME=STATUS")]
    pub status: Vec<StatusName>,
}

impl ResultsArgs {
    /// Whether an option says that results are recorded.
    #[must_use]
    pub fn any(&self) -> bool {
        let Self { results, build, run_name, cycle, milestone, run_id, close_run, attempt, status } =
            self;
        let has_text = [build, run_name, cycle, milestone].into_iter().any(Option::is_some);
        let has_number = [run_id, attempt].into_iter().any(Option::is_some);
        *results || has_text || has_number || *close_run || !status.is_empty()
    }
}

/// The name of the status for an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusName {
    /// Such as `skipped`.
    pub outcome: String,
    /// Such as `Blocked`.
    pub name: String,
}

impl FromStr for StatusName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (outcome, name) =
            text.split_once('=').ok_or("write it as OUTCOME=STATUS, such as skipped=Blocked")?;
        let (outcome, name) = (outcome.trim().to_lowercase(), name.trim());
        check_outcome(&outcome)?;
        if name.is_empty() {
            return Err("the status is missing: write OUTCOME=STATUS".to_owned());
        }
        Ok(Self { outcome, name: name.to_owned() })
    }
}

/// Checks that `outcome` is one.
pub(in crate::cli) fn check_outcome(outcome: &str) -> Result<(), String> {
    if OUTCOMES.iter().any(|(known, ..)| *known == outcome) {
        return Ok(());
    }
    let known: Vec<&str> = OUTCOMES.iter().map(|(known, ..)| *known).collect();
    Err(format!("unknown outcome `{outcome}`: use one of {}", known.join(", ")))
}
