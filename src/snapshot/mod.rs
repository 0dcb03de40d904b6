//! What the project holds now, as far as an import is concerned.
//!
//! [`Target`] is found once. [`Snapshot::read`] reads the folders, the tests and where the tests stand,
//! lists in parallel; steps are read for the tests that an import has matched
//! ([`read_steps`]). What is here is plain rows with look-ups beside them: no decisions.

mod duplicates;
pub mod folders;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::ids::{ProjectId, SuiteId, TestId};
use crate::api::pages::{list, list_in, list_in_or_all};
use crate::api::wire::{Plan, PlanSuite, Project, Step, Suite, SuiteTest, Test};
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::text;

pub use duplicates::{Duplicates, of_live_suites, of_live_tests};
use folders::FolderTree;

/// Suites named in one request for their tests.
const SUITES_PER_LOT: usize = 200;

/// Tests named in one request for their steps.
const TESTS_PER_LOT: usize = 1000;

/// The project that is imported into.
#[derive(Clone, Debug)]
pub struct Target {
    /// The project.
    pub project: Project,
    /// Its root plan, which holds the tree of all folders.
    pub plan: Plan,
}

/// How a user names a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectRef {
    /// By its number.
    Id(u64),
    /// By its name, case ignored.
    Name(String),
    /// The only one there is.
    Only,
    /// The only one there is; of several, the one with this name or id.
    OnlyOr(Box<ProjectRef>),
}

/// Why there is no target.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// A request failed.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// No project bears the name or id.
    #[error("no project {wanted}{}", near_names(.near))]
    UnknownProject {
        /// As the user wrote it.
        wanted: String,
        /// Projects with names like it.
        near: Vec<String>,
    },
    /// Several projects bear the name.
    #[error("{wanted} is the name of {} projects: ids {}", .ids.len(), id_list(.ids))]
    AmbiguousProject {
        /// As the user wrote it.
        wanted: String,
        /// Their ids.
        ids: Vec<ProjectId>,
    },
    /// There is no project to choose.
    #[error("the server holds {0} projects, and none was named")]
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
    if near.is_empty() { String::new() } else { format!("; there is {}", near.join(", ")) }
}

fn id_list(ids: &[ProjectId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Target {
    /// Finds the project, on any page of the list, and its root plan: two requests while there are at
    /// most 1,000 projects.
    ///
    /// # Errors
    /// When a request fails, or no one project answers to `wanted`.
    pub async fn find(client: &Client, wanted: &ProjectRef) -> Result<Self, TargetError> {
        let projects: Vec<Project> = list(client, "").await?;
        let project = choose(projects, wanted)?;
        let plans: Vec<Plan> =
            list(client, &format!("project_id={}&is_root=true", project.id)).await?;
        let mut plans: Vec<Plan> =
            plans.into_iter().filter(|plan| plan.project_id == project.id).collect();
        // A server that does not tell has filtered, one hopes; one that tells is believed.
        plans.sort_by_key(|plan| plan.is_root != Some(true));
        let plan = plans.into_iter().find(|plan| plan.is_root != Some(false));
        let Some(plan) = plan else {
            return Err(TargetError::NoRoot { project: project.name, what: "root plan" });
        };
        Ok(Self { project, plan })
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
            // A project may be called by a number.
            id.to_string()
        }
        ProjectRef::Name(name) => name.clone(),
    };
    let folded = text::fold(&name);
    let (mut found, others): (Vec<Project>, Vec<Project>) =
        projects.into_iter().partition(|project| text::fold(&project.name) == folded);
    // Of names that differ in case only, the one written just so is meant.
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

/// Up to five names of projects that are most like `folded`.
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
        .map(|(_, project)| format!("{:?} (id {})", text::clean(&project.name), project.id))
        .collect()
}

/// One consistent view of the project.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The folders of the root plan.
    pub folders: FolderTree,
    /// Every test of the project by id, and so in the order of their ids.
    pub tests: BTreeMap<TestId, TestRow>,
    /// Tests by the identity that their description bears; ids ascending.
    pub tests_by_identity: HashMap<Identity, Vec<TestId>>,
    /// Which tests stand in which live folder; ids ascending.
    pub tests_in_folder: HashMap<SuiteId, Vec<TestId>>,
    /// Tests by the number in `TC-<key>`.
    pub tests_by_key: HashMap<u64, TestId>,
    /// Sequence numbers of the steps of the tests that were asked for; see [`Snapshot::read_steps`].
    pub steps: HashMap<TestId, Vec<u64>>,
    /// Rows that share what only one should have.
    pub duplicates: Duplicates,
}

/// What an import needs to know of a test.
#[derive(Clone, Debug)]
pub struct TestRow {
    /// Its name as it stands there.
    pub name: Box<str>,
    /// The identity in its description.
    pub identity: Option<Identity>,
    /// The namespace mark in its description.
    pub namespace: Option<NamespaceMark>,
    /// Explicitly false only when someone said so.
    pub is_automated: Option<bool>,
    /// Whether people mean to automate it.
    pub to_automate: bool,
    /// How often it was updated.
    pub epoch: u64,
    /// It stands in a folder from which the root folder is reached.
    pub reachable: bool,
}

impl From<&Test> for TestRow {
    fn from(test: &Test) -> Self {
        let description = test.description.as_deref().unwrap_or_default();
        Self {
            name: test.name.as_str().into(),
            identity: Identity::in_description(description),
            namespace: NamespaceMark::in_description(description),
            is_automated: test.is_automated,
            to_automate: test.to_automate == Some(true),
            epoch: test.epoch.unwrap_or_default(),
            reachable: false,
        }
    }
}

impl Snapshot {
    /// Reads folders, tests and placements. For F folders and N tests: ⌈F/1000⌉ requests for the folders
    /// and as many for their places, ⌈N/1000⌉ for the tests, ⌈F/200⌉ and continuation pages for the
    /// placements.
    ///
    /// # Errors
    /// The first list that cannot be read, or a project without a root folder.
    pub async fn read(client: &Client, target: &Target) -> Result<Self, TargetError> {
        let by_project = format!("project_id={}", target.project.id);
        let (folders, tests) = tokio::try_join!(read_folders(client, target), async {
            Ok(list::<Test>(client, &by_project).await?)
        })?;
        let suites = folders.live().map(|(id, _)| id.number());
        let placements: Vec<SuiteTest> =
            list_in(client, "suite_id", suites, SUITES_PER_LOT).await?;
        Ok(Self::new(folders, tests, &placements, target.project.id))
    }

    /// A snapshot from rows; those of other projects are dropped.
    #[must_use]
    pub fn new(
        folders: FolderTree,
        tests: Vec<Test>,
        placements: &[SuiteTest],
        project: ProjectId,
    ) -> Self {
        let mut snapshot = Self {
            folders,
            tests: BTreeMap::new(),
            tests_by_identity: HashMap::new(),
            tests_in_folder: HashMap::new(),
            tests_by_key: HashMap::new(),
            steps: HashMap::new(),
            duplicates: Duplicates::default(),
        };
        snapshot.replace_tests(&tests, project);
        let duplicates: HashSet<TestId> = snapshot
            .tests_by_identity
            .values()
            .filter(|ids| ids.len() > 1)
            .flatten()
            .copied()
            .collect();
        if !duplicates.is_empty() {
            let duplicates = tests.into_iter().filter(|test| duplicates.contains(&test.id));
            snapshot.duplicates.tests = duplicates.map(|test| (test.id, test)).collect();
        }
        snapshot.place(placements);
        snapshot
    }

    /// Puts tests into the live folders in which they stand.
    fn place(&mut self, placements: &[SuiteTest]) {
        let mut doubled: Vec<SuiteTest> = Vec::new();
        for placement in placements {
            if !self.folders.is_live(placement.suite_id) {
                continue;
            }
            if let Some(test) = self.tests.get_mut(&placement.test_id) {
                test.reachable = true;
                self.tests_in_folder.entry(placement.suite_id).or_default().push(placement.test_id);
            }
        }
        for (suite, tests) in &mut self.tests_in_folder {
            let placed = tests.len();
            tests.sort_unstable();
            tests.dedup();
            if tests.len() < placed {
                let mut first = HashSet::new();
                let here = placements.iter().filter(|placement| placement.suite_id == *suite);
                doubled.extend(here.filter(|row| !first.insert(row.test_id)).cloned());
            }
        }
        doubled.sort_unstable_by_key(|row| row.id);
        self.duplicates.doubled.extend(doubled);
    }

    /// Looks once more where `tests` stand that were seen in no folder: their folder may have been made after the folders
    /// were read, and before the tests were. No request when there is none.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub async fn look_for(
        &mut self,
        client: &Client,
        target: &Target,
        tests: &[TestId],
    ) -> Result<(), TargetError> {
        if tests.is_empty() {
            return Ok(());
        }
        self.folders = read_folders(client, target).await?;
        let ids = tests.iter().map(|id| id.number());
        let placements: Vec<SuiteTest> = list_in(client, "test_id", ids, TESTS_PER_LOT).await?;
        self.place(&placements);
        Ok(())
    }

    /// Reads the steps of `tests`, which are of `project`.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub async fn read_steps(
        &mut self,
        client: &Client,
        project: ProjectId,
        tests: &[TestId],
    ) -> Result<(), ApiError> {
        let ids: Vec<u64> = tests.iter().map(|id| id.number()).collect();
        let all = format!("project_id={project}");
        let test_of = |step: &Step| step.test_id.number();
        let steps = list_in_or_all(client, "test_id", &ids, TESTS_PER_LOT, &all, test_of).await?;
        self.take_steps(steps);
        Ok(())
    }

    /// Takes the steps of all tests that were asked for.
    pub(crate) fn take_steps(&mut self, steps: Vec<Step>) {
        self.steps = sequences(&steps);
        let mut seen: HashMap<(TestId, Option<u64>), usize> = HashMap::new();
        for step in &steps {
            *seen.entry((step.test_id, step.sequence)).or_default() += 1;
        }
        let is_duplicate = |step: &Step| seen.get(&(step.test_id, step.sequence)) > Some(&1);
        self.duplicates.steps = steps.into_iter().filter(is_duplicate).collect();
    }

    fn replace_tests(&mut self, tests: &[Test], project: ProjectId) {
        for test in tests.iter().filter(|test| test.project_id == project) {
            let row = TestRow::from(test);
            if let Some(identity) = row.identity {
                self.tests_by_identity.entry(identity).or_default().push(test.id);
            }
            if let Some(key) = test.key {
                self.tests_by_key.insert(key, test.id);
            }
            self.tests.insert(test.id, row);
        }
        for ids in self.tests_by_identity.values_mut() {
            ids.sort_unstable();
        }
    }
}

/// Reads the folders of the root plan.
///
/// # Errors
/// The first list that cannot be read, or a project without a root folder.
pub async fn read_folders(client: &Client, target: &Target) -> Result<FolderTree, TargetError> {
    let Target { project, plan } = target;
    let by_project = format!("project_id={}", project.id);
    let by_plan = format!("plan_id={}", plan.id);
    let (suites, places): (Vec<Suite>, Vec<PlanSuite>) =
        tokio::try_join!(list(client, &by_project), list(client, &by_plan))?;
    FolderTree::new(suites, places, project.id, plan.id)
        .ok_or_else(|| TargetError::NoRoot { project: project.name.clone(), what: "root folder" })
}

/// Reads which of the project's tests bear an identity, without their placements.
///
/// # Errors
/// When the list cannot be read.
pub async fn read_identities(
    client: &Client,
    project: ProjectId,
) -> Result<HashMap<Identity, TestId>, ApiError> {
    let tests: Vec<Test> = list(client, &format!("project_id={project}")).await?;
    let mut found = HashMap::with_capacity(tests.len());
    for test in tests.iter().filter(|test| test.project_id == project) {
        if let Some(identity) = test.description.as_deref().and_then(Identity::in_description) {
            // Ids ascend, and the lowest is the one that counts.
            found.entry(identity).or_insert(test.id);
        }
    }
    Ok(found)
}

/// The sequence numbers of the steps of `tests`; a test without steps has no entry.
///
/// # Errors
/// When a list cannot be read.
pub async fn read_steps(
    client: &Client,
    tests: impl Iterator<Item = TestId>,
) -> Result<HashMap<TestId, Vec<u64>>, ApiError> {
    let ids = tests.map(TestId::number);
    Ok(sequences(&list_in::<Step>(client, "test_id", ids, TESTS_PER_LOT).await?))
}

fn sequences(steps: &[Step]) -> HashMap<TestId, Vec<u64>> {
    let mut found: HashMap<TestId, Vec<u64>> = HashMap::new();
    for step in steps {
        found.entry(step.test_id).or_default().push(step.sequence.unwrap_or_default());
    }
    found
}
