//! Stage 0: looks up everything that recording depends on, before anything is written.

use test_reports::text;

use super::mark::Mark;
use super::statuses::{MissingStatus, StatusNames, Statuses};
use std::time::Duration;

use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::ids::MilestoneId;
use crate::api::pages::list;
use crate::api::sets::list_of;
use crate::api::wire::{Milestone, Plan, Project, ProjectStatus, Run, Status};

/// What is recorded, and where.
#[derive(Clone, Debug)]
pub struct RecordOptions {
    /// The namespace, cleaned.
    pub namespace: String,
    /// The build.
    pub build: BuildKey,
    /// The name of a new run, without its mark.
    pub run_name: String,
    /// The cycle, by name or id.
    pub cycle: String,
    /// The milestone of a new run, by name or id.
    pub milestone: Option<String>,
    /// A run that a person made, to record into.
    pub run_id: Option<u64>,
    /// Whether to complete the run.
    pub close: bool,
    /// Names of statuses that replace the defaults.
    pub statuses: StatusNames,
    /// Whether a test without steps stays without.
    pub no_steps: bool,
    /// Rows per array, 1 to 1,000.
    pub batch_size: usize,
    /// The longest wait for a row that lists do not show yet.
    pub lag_wait: Duration,
}

/// Which build an import belongs to, and which execution of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildKey {
    /// The same in every job and every attempt of the build.
    pub key: String,
    /// The number that people know it by, such as `812`.
    pub number: Option<String>,
    /// The attempt; higher ones come later.
    pub attempt: u64,
    /// The page of the build.
    pub url: Option<String>,
}

impl RecordOptions {
    /// The mark of the build's run.
    #[must_use]
    pub fn run_mark(&self) -> Mark {
        Mark::of_run(&self.namespace, &self.build.key)
    }

    /// The mark of the cycle.
    #[must_use]
    pub fn cycle_mark(&self) -> Mark {
        Mark::of_cycle(&self.namespace, &self.cycle)
    }
}

/// What was looked up.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The statuses.
    pub statuses: Statuses,
    /// The cycle; none if it has to be created.
    pub cycle: Option<Plan>,
    /// Further cycles with the mark, which concurrent importers created.
    pub duplicate_cycles: Vec<Plan>,
    /// The milestone for a new run.
    pub milestone: Option<MilestoneId>,
    /// The run of `--run-id`.
    pub run: Option<Run>,
}

/// Why nothing can be recorded.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// A request failed.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// An outcome has no status.
    #[error(transparent)]
    Status(#[from] MissingStatus),
    /// `--cycle` names the root plan.
    #[error("cycle {0:?} is the root plan of the project, which holds all tests")]
    RootPlan(String),
    /// No cycle has the id.
    #[error("no cycle with id {0} in project {1}")]
    UnknownCycle(u64, String),
    /// Several rows have the name.
    #[error("{count} {what}s of project {project} are called {name:?}: ids {ids}")]
    Ambiguous {
        /// `cycle` or `milestone`.
        what: &'static str,
        /// The name.
        name: String,
        /// The project's name.
        project: String,
        /// How many.
        count: usize,
        /// Their ids.
        ids: String,
    },
    /// No milestone has the name or id.
    #[error("no milestone {0:?} in project {1}")]
    UnknownMilestone(String, String),
    /// No run has the id.
    #[error("no run with id {0} in project {1}")]
    UnknownRun(u64, String),
}

impl PrepareError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Api(error) => error.hint(),
            Self::Status(_) => {
                "name it, for example --status skipped=Blocked, or in the table [statuses] of tq-import.toml"
            }
            Self::RootPlan(_) => {
                "name another cycle with --cycle; it is created if it does not exist"
            }
            Self::UnknownCycle(..) => "check the id, or name the cycle with --cycle NAME",
            Self::Ambiguous { what: "milestone", .. } => "name one of the ids with --milestone",
            Self::Ambiguous { .. } => "name one of the ids with --cycle",
            Self::UnknownMilestone(..) => "create the milestone first, or check --milestone",
            Self::UnknownRun(..) => "check --run-id; without it, the run of the build is used",
        }
    }
}

impl From<ApiError> for PrepareError {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

/// Looks everything up: two or three lists, and one more each for a milestone and for restricted statuses.
///
/// # Errors
/// What is missing or ambiguous, and failed requests.
pub async fn prepare(
    client: &Client,
    project: &Project,
    options: &RecordOptions,
) -> Result<Prepared, PrepareError> {
    let id = project.id.number();
    let (statuses, plans) = tokio::try_join!(
        list::<Status>(client, ""),
        list_of::<Plan>(client, "project_id", id, true)
    )?;
    let restrictions = if statuses.iter().any(|status| status.all_projects == Some(false)) {
        match list_of::<ProjectStatus>(client, "project_id", id, false).await {
            Err(error) if error.is_not_found() => Vec::new(),
            rows => rows?,
        }
    } else {
        Vec::new()
    };
    let statuses = Statuses::find(&statuses, &restrictions, project.id, &options.statuses)?;
    let run = match options.run_id {
        None => None,
        Some(id) => match client.get::<Run>(&format!("run/{id}")).await {
            Err(error) if error.is_not_found() => {
                return Err(PrepareError::UnknownRun(id, project.name.clone()));
            }
            run => Some(run?),
        },
    };
    if let Some(run) = run.iter().find(|run| run.project_id != project.id) {
        return Err(PrepareError::UnknownRun(run.id.number(), project.name.clone()));
    }
    let mark = options.cycle_mark();
    let is_marked = |plan: &&Plan| plan.description.as_deref().is_some_and(|text| mark.is_in(text));
    let duplicate_cycles = plans.iter().filter(is_marked).skip(1).cloned().collect();
    let cycle = match &run {
        Some(run) => plans.into_iter().find(|plan| plan.id == run.plan_id),
        None => find_cycle(plans, project, options)?,
    };
    let milestone = match options.milestone.as_deref().filter(|_| run.is_none()) {
        None => None,
        Some(wanted) => {
            let rows: Vec<Milestone> = list_of(client, "project_id", id, true).await?;
            Some(find_milestone(&rows, project, wanted)?)
        }
    };
    Ok(Prepared { statuses, cycle, duplicate_cycles, milestone, run })
}

/// The cycle by its mark, else its id, else its name.
fn find_cycle(
    plans: Vec<Plan>,
    project: &Project,
    options: &RecordOptions,
) -> Result<Option<Plan>, PrepareError> {
    let wanted = &options.cycle;
    let of_project = plans.iter().filter(|plan| plan.project_id == project.id);
    let (roots, cycles): (Vec<&Plan>, Vec<&Plan>) =
        of_project.partition(|plan| plan.is_root == Some(true));
    let mark = options.cycle_mark();
    // Ids ascend: of several the lowest wins.
    if let Some(marked) = marked_cycle(&cycles, &mark) {
        return Ok(Some(marked.clone()));
    }
    let id: Option<u64> = wanted.parse().ok();
    let has_id = |plan: &&&Plan| Some(plan.id.number()) == id;
    let has_name = |plan: &&&Plan| text::fold(&plan.name) == text::fold(wanted);
    if let Some(cycle) = cycles.iter().find(has_id) {
        return Ok(Some((*cycle).clone()));
    }
    let named: Vec<&Plan> = cycles.iter().filter(has_name).copied().collect();
    match named[..] {
        [cycle] => Ok(Some(cycle.clone())),
        [] if roots.iter().any(|root| has_id(&root) || has_name(&root)) => {
            Err(PrepareError::RootPlan(wanted.clone()))
        }
        [] => match id {
            Some(id) => Err(PrepareError::UnknownCycle(id, project.name.clone())),
            None => Ok(None),
        },
        _ => Err(ambiguous("cycle", wanted, project, named.iter().map(|plan| plan.id.number()))),
    }
}

/// The first cycle with this mark in its description.
pub(super) fn marked_cycle<'a>(cycles: &[&'a Plan], mark: &Mark) -> Option<&'a Plan> {
    let is_marked =
        |plan: &&&Plan| plan.description.as_deref().is_some_and(|text| mark.is_in(text));
    cycles.iter().find(is_marked).copied()
}

fn find_milestone(
    rows: &[Milestone],
    project: &Project,
    wanted: &str,
) -> Result<MilestoneId, PrepareError> {
    let id: Option<u64> = wanted.parse().ok();
    if let Some(row) = rows.iter().find(|row| Some(row.id.number()) == id) {
        return Ok(row.id);
    }
    let named: Vec<MilestoneId> = rows
        .iter()
        .filter(|row| text::fold(&row.name) == text::fold(wanted))
        .map(|row| row.id)
        .collect();
    match named[..] {
        [id] => Ok(id),
        [] => Err(PrepareError::UnknownMilestone(wanted.to_owned(), project.name.clone())),
        _ => Err(ambiguous("milestone", wanted, project, named.iter().map(|id| id.number()))),
    }
}

fn ambiguous(
    what: &'static str,
    name: &str,
    project: &Project,
    ids: impl Iterator<Item = u64>,
) -> PrepareError {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    let (name, project) = (name.to_owned(), project.name.clone());
    PrepareError::Ambiguous { what, name, project, count: ids.len(), ids: ids.join(", ") }
}
