//! The project that an import writes to.

use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::ids::ProjectId;
use crate::api::pages::list;
use crate::api::redact::redact;
use crate::api::sets::{list_of, prove_sets};
use crate::api::wire::{Plan, Project};
use test_reports::text;

/// The longest name in a message, in characters.
const NAME_CHARS: usize = 100;

/// The project that an import writes to.
#[derive(Clone, Debug)]
pub struct Target {
    /// The project.
    pub project: Project,
    /// Its root plan, which holds the folder tree.
    pub plan: Plan,
}

/// How a user names a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectRef {
    /// By its id.
    Id(u64),
    /// By its name, case ignored.
    Name(String),
    /// The only project on the server.
    Only,
    /// The only project on the server; if there are several, the one with this name or id.
    OnlyOr(Box<ProjectRef>),
}

/// Why the target or its folder tree could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// A request failed.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// No project has the name or id.
    #[error("no project {wanted}{}", near_names(.near))]
    UnknownProject {
        /// The name or id, as the user wrote it.
        wanted: String,
        /// Projects with similar names.
        near: Vec<String>,
    },
    /// Several projects have the name.
    #[error("{wanted} is the name of {} projects: ids {}", .ids.len(), id_list(.ids))]
    AmbiguousProject {
        /// The name or id, as the user wrote it.
        wanted: String,
        /// Their ids.
        ids: Vec<ProjectId>,
    },
    /// No project was named, and the server has none or several.
    #[error("the server has {0} projects, and none was named")]
    NotOnlyOne(usize),
    /// The project has no root plan or no root folder.
    #[error("project {project} has no {what} that this token can see")]
    NoRoot {
        /// The project's name.
        project: String,
        /// `root plan` or `root folder`.
        what: &'static str,
    },
}

impl From<ApiError> for TargetError {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

fn near_names(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; similar names: {}", near.join(", ")) }
}

fn id_list(ids: &[ProjectId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Target {
    /// Finds the project and its root plan: two requests if there are at most 1,000 projects.
    ///
    /// # Errors
    /// When a request fails, or `wanted` does not name exactly one project.
    pub async fn find(client: &Client, wanted: &ProjectRef) -> Result<Self, TargetError> {
        let project = Self::find_project(client, wanted).await?;
        let plan = Self::find_root_plan(client, &project).await?;
        Ok(Self { project, plan })
    }

    /// Finds the project: one request if there are at most 1,000.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub async fn find_project(
        client: &Client,
        wanted: &ProjectRef,
    ) -> Result<Project, TargetError> {
        let projects: Vec<Project> = list(client, "").await?;
        let project = choose(projects, wanted)?;
        client.set_project(project.id);
        Ok(project)
    }

    pub(super) async fn find_root_plan(
        client: &Client,
        project: &Project,
    ) -> Result<Plan, TargetError> {
        let root = "&is_root=true";
        // Every project has a root plan: it proves the filters before anything is written.
        let mut plans: Vec<Plan> =
            match prove_sets(client, "project_id", project.id.number(), root).await? {
                Some(plans) => plans,
                None => list(client, &format!("project_id={}{root}", project.id)).await?,
            };
        if plans.is_empty() {
            plans = list_of(client, "project_id", project.id.number(), true).await?;
        }
        let mut plans: Vec<Plan> =
            plans.into_iter().filter(|plan| plan.project_id == project.id).collect();
        // Without the field `is_root`, trust the server to have filtered.
        plans.sort_by_key(|plan| plan.is_root != Some(true));
        let plan = plans.into_iter().find(|plan| plan.is_root != Some(false));
        let Some(plan) = plan else {
            let project = shown(&project.name);
            return Err(TargetError::NoRoot { project, what: "root plan" });
        };
        Ok(plan)
    }
}

/// The project that `wanted` names.
fn choose(projects: Vec<Project>, wanted: &ProjectRef) -> Result<Project, TargetError> {
    let wanted = match wanted {
        ProjectRef::OnlyOr(named) if projects.len() > 1 => named,
        ProjectRef::OnlyOr(_) => &ProjectRef::Only,
        wanted => wanted,
    };
    let name = match wanted {
        ProjectRef::Only | ProjectRef::OnlyOr(_) => {
            let count = projects.len();
            let mut projects = projects.into_iter();
            return match (projects.next(), projects.next()) {
                (Some(only), None) => Ok(only),
                _ => Err(TargetError::NotOnlyOne(count)),
            };
        }
        ProjectRef::Id(id) => {
            if let Some(found) = projects.iter().find(|project| project.id.number() == *id) {
                return Ok(found.clone());
            }
            // A project's name may be a number.
            id.to_string()
        }
        ProjectRef::Name(name) => name.clone(),
    };
    let folded = text::fold(&name);
    let (mut found, others): (Vec<Project>, Vec<Project>) =
        projects.into_iter().partition(|project| text::fold(&project.name) == folded);
    // If names differ in case only, an exact match wins.
    if found.len() > 1 && found.iter().filter(|project| project.name == name).count() == 1 {
        found.retain(|project| project.name == name);
    }
    match found.pop() {
        Some(only) if found.is_empty() => Ok(only),
        Some(last) => {
            let mut ids: Vec<ProjectId> =
                found.iter().map(|project| project.id).chain([last.id]).collect();
            ids.sort_unstable();
            Err(TargetError::AmbiguousProject { wanted: format!("{name:?}"), ids })
        }
        None => Err(TargetError::UnknownProject {
            wanted: format!("{name:?}"),
            near: near(&folded, &others),
        }),
    }
}

/// A project's name in a message.
fn shown(name: &str) -> String {
    text::cut(&redact(&text::clean(name)), NAME_CHARS).into_owned()
}

/// Up to five projects whose names are most similar to `folded`.
fn near(folded: &str, projects: &[Project]) -> Vec<String> {
    let mut scored: Vec<(f64, &Project)> = projects
        .iter()
        .map(|project| (strsim::jaro_winkler(folded, &text::fold(&project.name)), project))
        .filter(|(score, _)| *score > 0.6 || projects.len() <= 5)
        .collect();
    scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    scored
        .iter()
        .take(5)
        .map(|(_, project)| format!("{:?} (id {})", shown(&project.name), project.id))
        .collect()
}
