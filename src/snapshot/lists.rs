//! The lists that a snapshot is made of, requested together as far as one does not depend on another.

use std::collections::HashSet;

use super::folders::FolderTree;
use super::rows::{ListedStep, StepTexts, TestRow};
use super::target::{Target, TargetError};
use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::ids::{ProjectId, SuiteId, TestId};
use crate::api::pages::{PER_PAGE, is_refused, list_keeping, list_up_to};
use crate::api::sets::{list_in_expecting, list_of};
use crate::api::wire::{Plan, PlanSuite, Project, Suite, SuiteTest, Test};

/// Suites per request for their placements.
const SUITES_PER_LOT: usize = 200;

/// What is known of the lists before they are read. All of it only saves waiting.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Folders whose placements are read together with the other lists.
    pub folders: Vec<SuiteId>,
    /// The number of tests.
    pub tests: usize,
    /// The number of steps.
    pub steps: usize,
    /// The tests whose steps will be needed: if the project has few others, its steps are read together with the other lists.
    pub records: usize,
}

/// The lists that need the project and its root plan alone.
#[derive(Debug)]
pub struct Lists {
    /// Taken when they become a tree.
    suites: Vec<Suite>,
    placed: Vec<PlanSuite>,
    pub(super) tests: Vec<(TestId, TestRow)>,
    /// All steps of the project; none if there are too many, or the server does not list them so.
    pub(super) steps: Option<Vec<ListedStep>>,
}

/// The folders and the tests of a project, and its steps if they are worth it.
type ListsOfProject = (Vec<Suite>, Vec<(TestId, TestRow)>, Option<Vec<ListedStep>>);

impl Lists {
    /// Finds the root plan of `project`, and reads folders, tests and, if they are worth it, steps meanwhile.
    ///
    /// # Errors
    /// A project without a root plan, and the first list that cannot be read.
    pub async fn find(
        client: &Client,
        project: Project,
        expected: &Expected,
    ) -> Result<(Target, Self), TargetError> {
        let plan = async {
            let plan = Target::find_root_plan(client, &project).await?;
            let placed = list_of(client, "plan_id", plan.id.number(), false).await?;
            Ok::<(Plan, Vec<PlanSuite>), TargetError>((plan, placed))
        };
        let lists = async { Ok(of_project(client, project.id, expected).await?) };
        let ((plan, placed), (suites, tests, steps)) = tokio::try_join!(plan, lists)?;
        Ok((Target { project, plan }, Self { suites, placed, tests, steps }))
    }

    async fn read(
        client: &Client,
        target: &Target,
        expected: &Expected,
    ) -> Result<Self, TargetError> {
        let (placed, (suites, tests, steps)) = tokio::try_join!(
            list_of(client, "plan_id", target.plan.id.number(), false),
            of_project(client, target.project.id, expected),
        )?;
        Ok(Self { suites, placed, tests, steps })
    }
}

async fn of_project(
    client: &Client,
    project: ProjectId,
    expected: &Expected,
) -> Result<ListsOfProject, ApiError> {
    let by_project = format!("project_id={project}");
    tokio::try_join!(
        list_of(client, "project_id", project.number(), true),
        async {
            let keep = |test: Test| (test.project_id == project).then(|| TestRow::from(&test));
            let tests = list_keeping(client, &by_project, expected.tests, keep).await?;
            let of_project =
                tests.into_iter().filter_map(|(id, row)| Some((TestId::new(id), row?)));
            Ok(of_project.collect())
        },
        read_steps_of(client, &by_project, expected),
    )
}

/// All steps that match `filter`. None found may mean that the server does not know the filter.
async fn read_steps_of(
    client: &Client,
    filter: &str,
    expected: &Expected,
) -> Result<Option<Vec<ListedStep>>, ApiError> {
    if expected.records == 0 {
        return Ok(None);
    }
    let most = expected.records.max(expected.steps) as u64 / PER_PAGE + 1;
    let texts = StepTexts::default();
    match list_up_to(client, filter, expected.steps, most, |step| texts.listed(step)).await {
        Ok(steps) => Ok(steps.map(|steps| steps.into_iter().map(|(_, step)| step).collect())),
        // Sets of tests may do.
        Err(error) if is_refused(&error) || matches!(error.status(), Some(414 | 431)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Everything that a snapshot needs first.
pub(super) struct AllLists {
    pub(super) folders: FolderTree,
    pub(super) placements: Vec<SuiteTest>,
    pub(super) lists: Lists,
}

impl AllLists {
    /// Reads the lists, of which some may have been read already.
    pub(super) async fn read(
        client: &Client,
        target: &Target,
        lists: Option<Lists>,
        expected: &Expected,
    ) -> Result<Self, TargetError> {
        let read = async {
            match lists {
                Some(lists) => Ok(lists),
                None => Lists::read(client, target, expected).await,
            }
        };
        let known = expected.folders.iter().map(|suite| suite.number());
        let in_known = list_in_expecting::<SuiteTest>(
            client,
            "suite_id",
            known,
            SUITES_PER_LOT,
            expected.tests,
        );
        let (mut lists, mut placements) = tokio::try_join!(read, async { Ok(in_known.await?) })?;
        let (suites, placed) =
            (std::mem::take(&mut lists.suites), std::mem::take(&mut lists.placed));
        let folders = tree(client, target, suites, placed).await?;
        // Placements of tests that are not listed do not matter.
        if !lists.tests.is_empty() {
            let known: HashSet<SuiteId> = expected.folders.iter().copied().collect();
            let further = folders.live().map(|(id, _)| id).filter(|id| !known.contains(id));
            let further = further.map(SuiteId::number);
            let tests = lists.tests.len();
            placements.extend(
                list_in_expecting(client, "suite_id", further, SUITES_PER_LOT, tests).await?,
            );
        }
        placements.sort_unstable_by_key(|row| row.id);
        placements.dedup_by_key(|row| row.id);
        Ok(Self { folders, placements, lists })
    }
}

/// Reads the folders of the root plan.
///
/// # Errors
/// The first list that cannot be read, or a project without a root folder.
pub async fn read_folders(client: &Client, target: &Target) -> Result<FolderTree, TargetError> {
    let (suites, placed) = tokio::try_join!(
        list_of(client, "project_id", target.project.id.number(), true),
        list_of(client, "plan_id", target.plan.id.number(), false)
    )?;
    tree(client, target, suites, placed).await
}

async fn tree(
    client: &Client,
    target: &Target,
    suites: Vec<Suite>,
    mut placed: Vec<PlanSuite>,
) -> Result<FolderTree, TargetError> {
    let Target { project, plan } = target;
    // Not every server places the root folder, but all others have places.
    if placed.is_empty() && suites.len() > 1 {
        placed = list_of(client, "plan_id", plan.id.number(), true).await?;
    }
    FolderTree::new(suites, placed, project.id, plan.id)
        .ok_or_else(|| TargetError::NoRoot { project: project.name.clone(), what: "root folder" })
}
