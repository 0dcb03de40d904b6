//! The current state of the project, as far as an import needs it.
//!
//! [`Target`] is found once. [`Snapshot::read`] reads the folders, the tests and their placements, lists in
//! parallel. The plan then asks for what else it needs, as [`ReadRequest`]s. A snapshot holds plain rows and
//! indexes; it decides nothing.

mod duplicates;
pub mod folders;
mod lists;
mod target;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::ids::{ProjectId, StepId, SuiteId, SuiteTestId, TestId};
use crate::api::pages::{list, list_expecting};
use crate::api::sets::list_in;
use crate::api::wire::{Step, SuiteTest, Test};
use crate::description::label_in;
use test_reports::identity::{Identity, IdentityGroup, NamespaceMark};
use test_reports::record::StepText;

pub use duplicates::{Duplicates, without_deleted};
use folders::FolderTree;
use lists::AllLists;
pub use lists::{Expected, Lists, read_folders};
pub use target::{ProjectRef, Target, TargetError};

/// Tests per request for their steps or placements.
const TESTS_PER_LOT: usize = 1000;

/// A consistent view of the project.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// How much of the project has been read.
    pub stage: ReadStage,
    /// The folders of the root plan.
    pub folders: FolderTree,
    /// Every test of the project, in the order of the ids.
    pub tests: BTreeMap<TestId, TestRow>,
    /// Tests by the current identity in their description; ids ascending.
    pub tests_by_identity: HashMap<Identity, Vec<TestId>>,
    /// Tests by each former identity (alias) in their description; ids ascending.
    pub tests_by_alias: HashMap<Identity, Vec<TestId>>,
    /// Tests by the live folders that they are placed in; ids ascending.
    pub tests_in_folder: HashMap<SuiteId, Vec<TestId>>,
    /// Tests by the number in `TC-<key>`.
    pub tests_by_key: HashMap<u64, TestId>,
    /// The sequence numbers of the steps, of the tests in [`ReadRequest::Details`].
    pub steps: HashMap<TestId, Vec<u64>>,
    /// The steps that were read.
    pub steps_by_id: HashMap<StepId, StepRow>,
    /// The placements in live folders that were read.
    pub placement_ids: HashSet<SuiteTestId>,
    /// Rows that exist several times and should exist once.
    pub duplicates: Duplicates,
    /// All steps of the project, if they were read before it was known which are needed.
    all_steps: Option<Vec<Step>>,
}

/// How much of the project a snapshot has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReadStage {
    /// Folders, tests, and the placements in the folders.
    Lists,
    /// Also the placements of tests that were in no live folder.
    Placements,
    /// Also everything in [`ReadRequest::Details`].
    Details,
}

/// What a snapshot has to read next, before records can be planned against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadRequest {
    /// The folders once more, and the placements of these tests, which are in no live folder: lists are read
    /// in parallel, so a folder may have been created after the folders were read and before the tests were.
    Placements(Vec<TestId>),
    /// Details of single rows.
    Details {
        /// Tests whose steps may be incomplete.
        steps_of: Vec<TestId>,
        /// Tests that share an identity.
        duplicate_tests: Vec<TestId>,
        /// Folders that share an identity.
        duplicate_folders: Vec<SuiteId>,
    },
}

impl ReadRequest {
    /// What both ask for, as far as one stage goes: placements come first.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        fn all<T: Ord>(mut ids: Vec<T>, more: Vec<T>) -> Vec<T> {
            ids.extend(more);
            ids.sort_unstable();
            ids.dedup();
            ids
        }
        match (self, other) {
            (Self::Placements(ids), Self::Placements(more)) => Self::Placements(all(ids, more)),
            (Self::Placements(ids), _) | (_, Self::Placements(ids)) => Self::Placements(ids),
            (
                Self::Details { steps_of, duplicate_tests, duplicate_folders },
                Self::Details {
                    steps_of: steps,
                    duplicate_tests: tests,
                    duplicate_folders: folders,
                },
            ) => Self::Details {
                steps_of: all(steps_of, steps),
                duplicate_tests: all(duplicate_tests, tests),
                duplicate_folders: all(duplicate_folders, folders),
            },
        }
    }
}

/// The fields of a test that planning needs.
#[derive(Clone, Debug)]
pub struct TestRow {
    /// Its name.
    pub name: Box<str>,
    /// The number in `TC-<key>`.
    pub key: Option<u64>,
    /// The current identity in its description.
    pub identity: Option<Identity>,
    /// Its former identities (aliases), latest first.
    pub aliases: Box<[Identity]>,
    /// What the identity line says about it: container and name.
    pub label: Option<Box<str>>,
    /// The namespace mark in its description.
    pub namespace: Option<NamespaceMark>,
    /// False only if somebody switched it off.
    pub is_automated: Option<bool>,
    /// Whether people plan to automate it.
    pub to_automate: bool,
    /// How often it was updated.
    pub epoch: u64,
    /// Whether its epoch says that nobody edited it. False if the server does not report epochs.
    pub is_unedited: bool,
    /// Its precondition, unless it is empty: we write none.
    pub precondition: Option<Box<str>>,
    /// The length of its description in characters.
    pub description_chars: usize,
    /// Whether it is placed in a live folder that is not for retired tests.
    pub reachable: bool,
    /// Its placement in a folder for retired tests.
    pub retired: Option<SuiteTestId>,
}

impl TestRow {
    /// Whether somebody switched its automation off.
    #[must_use]
    pub fn is_overridden(&self) -> bool {
        self.is_automated == Some(false) && !self.is_unedited
    }

    /// The current identity, then the former ones.
    pub fn identities(&self) -> impl Iterator<Item = Identity> + '_ {
        self.identity.into_iter().chain(self.aliases.iter().copied())
    }

    /// Whether it is not automated although nobody edited it: imports create automated tests.
    #[must_use]
    pub fn is_unflagged(&self) -> bool {
        self.is_automated == Some(false) && self.is_unedited
    }
}

/// A step of a test.
#[derive(Clone, Debug)]
pub struct StepRow {
    /// Its test.
    pub test: TestId,
    /// Its position, from 1.
    pub sequence: Option<u64>,
    /// How often it was updated, if the server says so.
    pub epoch: Option<u64>,
    /// Its texts.
    pub text: Arc<StepText>,
}

impl From<&Test> for TestRow {
    fn from(test: &Test) -> Self {
        let description = test.description.as_deref().unwrap_or_default();
        let group = IdentityGroup::last_in(description);
        let identities = group.map_or_else(Vec::new, |group| group.identities);
        Self {
            name: test.name.as_str().into(),
            key: test.key,
            identity: identities.first().copied(),
            aliases: identities.get(1..).unwrap_or_default().into(),
            label: label_in(description).map(Into::into),
            namespace: NamespaceMark::in_description(description),
            is_automated: test.is_automated,
            to_automate: test.to_automate == Some(true),
            epoch: test.epoch.unwrap_or_default(),
            is_unedited: test.epoch == Some(0),
            precondition: test
                .precondition
                .as_deref()
                .filter(|text| !text.is_empty())
                .map(Into::into),
            description_chars: description.chars().count(),
            reachable: false,
            retired: None,
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
        Self::read_expecting(client, target, None, &Expected::default()).await
    }

    /// As [`Self::read`], of `lists` if they were read already, and with fewer rounds if what is `expected` is there.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn read_expecting(
        client: &Client,
        target: &Target,
        lists: Option<Lists>,
        expected: &Expected,
    ) -> Result<Self, TargetError> {
        let AllLists { folders, placements, lists } =
            AllLists::read(client, target, lists, expected).await?;
        let mut snapshot = Self::new(folders, lists.tests, &placements, target.project.id);
        snapshot.all_steps = lists.steps;
        Ok(snapshot)
    }

    /// A snapshot of the given rows; those of other projects are dropped.
    #[must_use]
    pub fn new(
        folders: FolderTree,
        tests: Vec<Test>,
        placements: &[SuiteTest],
        project: ProjectId,
    ) -> Self {
        let mut snapshot = Self {
            stage: ReadStage::Lists,
            folders,
            tests: BTreeMap::new(),
            tests_by_identity: HashMap::new(),
            tests_by_alias: HashMap::new(),
            tests_in_folder: HashMap::new(),
            tests_by_key: HashMap::new(),
            steps: HashMap::new(),
            steps_by_id: HashMap::new(),
            placement_ids: HashSet::new(),
            duplicates: Duplicates::default(),
            all_steps: None,
        };
        snapshot.add_tests(&tests, project);
        let shared = snapshot.tests_by_identity.values().filter(|ids| ids.len() > 1);
        let shared: HashSet<TestId> = shared.flatten().copied().collect();
        let duplicates = tests.into_iter().filter(|test| shared.contains(&test.id));
        snapshot.duplicates.tests = duplicates.map(|test| (test.id, test)).collect();
        snapshot.add_placements(placements);
        snapshot
    }

    /// The folders alone: the rest is as large as the project, and is freed.
    #[must_use]
    pub fn into_folders(self) -> FolderTree {
        self.folders
    }

    fn add_tests(&mut self, tests: &[Test], project: ProjectId) {
        for test in tests.iter().filter(|test| test.project_id == project) {
            let row = TestRow::from(test);
            if let Some(identity) = row.identity {
                self.tests_by_identity.entry(identity).or_default().push(test.id);
            }
            for alias in &row.aliases {
                self.tests_by_alias.entry(*alias).or_default().push(test.id);
            }
            if let Some(key) = test.key {
                self.tests_by_key.insert(key, test.id);
            }
            self.tests.insert(test.id, row);
        }
        for ids in self.tests_by_identity.values_mut().chain(self.tests_by_alias.values_mut()) {
            ids.sort_unstable();
        }
    }

    fn add_placements(&mut self, placements: &[SuiteTest]) {
        for placement in placements {
            if !self.folders.is_live(placement.suite_id) {
                continue;
            }
            self.placement_ids.insert(placement.id);
            let folder = self.folders.get(placement.suite_id);
            if folder.is_some_and(|folder| folder.is_retired) {
                if let Some(test) = self.tests.get_mut(&placement.test_id) {
                    test.retired = Some(placement.id);
                }
                continue;
            }
            if let Some(test) = self.tests.get_mut(&placement.test_id) {
                test.reachable = true;
                self.tests_in_folder.entry(placement.suite_id).or_default().push(placement.test_id);
            }
        }
        let mut repeated: Vec<SuiteTest> = Vec::new();
        for (suite, tests) in &mut self.tests_in_folder {
            let placed = tests.len();
            tests.sort_unstable();
            tests.dedup();
            if tests.len() < placed {
                let mut first = HashSet::new();
                let here = placements.iter().filter(|placement| placement.suite_id == *suite);
                repeated.extend(here.filter(|row| !first.insert(row.test_id)).cloned());
            }
        }
        repeated.sort_unstable_by_key(|row| row.id);
        self.duplicates.repeated_placements.extend(repeated);
    }

    /// Reads what the plan asked for. An empty list causes no request.
    ///
    /// # Errors
    /// The first list that cannot be read.
    pub async fn read_more(
        &mut self,
        client: &Client,
        target: &Target,
        request: ReadRequest,
    ) -> Result<(), TargetError> {
        match request {
            ReadRequest::Placements(tests) => {
                self.folders = read_folders(client, target).await?;
                let tests = tests.into_iter().map(TestId::number);
                let placements: Vec<SuiteTest> =
                    list_in(client, "test_id", tests, TESTS_PER_LOT).await?;
                self.add_placements(&placements);
                self.stage = ReadStage::Placements;
            }
            ReadRequest::Details { steps_of, duplicate_tests, duplicate_folders } => {
                let steps = match self.all_steps.take() {
                    Some(mut steps) => {
                        let wanted: HashSet<TestId> = steps_of.into_iter().collect();
                        steps.retain(|step| wanted.contains(&step.test_id));
                        steps
                    }
                    None => {
                        let tests = steps_of.into_iter().map(TestId::number);
                        list_in(client, "test_id", tests, TESTS_PER_LOT).await?
                    }
                };
                self.set_steps(steps);
                self.duplicates.read(client, &duplicate_tests, &duplicate_folders).await?;
                self.stage = ReadStage::Details;
            }
        }
        Ok(())
    }

    /// Sets the steps of all tests whose steps were read.
    pub(crate) fn set_steps(&mut self, steps: Vec<Step>) {
        self.steps = sequences(&steps);
        self.steps_by_id = step_rows(&steps);
        let mut seen: HashMap<(TestId, Option<u64>), usize> = HashMap::new();
        for step in &steps {
            *seen.entry((step.test_id, step.sequence)).or_default() += 1;
        }
        let is_duplicate = |step: &Step| seen.get(&(step.test_id, step.sequence)) > Some(&1);
        self.duplicates.steps = steps.into_iter().filter(is_duplicate).collect();
    }
}

/// Reads the project's tests, about `expected`, by their current identity; the lowest id of duplicates.
///
/// # Errors
/// When the list cannot be read.
pub async fn read_identities(
    client: &Client,
    project: ProjectId,
    expected: usize,
) -> Result<HashMap<Identity, TestId>, ApiError> {
    read_tests(client, project, expected, |_, _| {}).await
}

/// As [`read_identities`]; `look` sees every row that has an identity.
///
/// # Errors
/// When the list cannot be read.
pub async fn read_tests(
    client: &Client,
    project: ProjectId,
    expected: usize,
    mut look: impl FnMut(Identity, Test),
) -> Result<HashMap<Identity, TestId>, ApiError> {
    let tests: Vec<Test> =
        list_expecting(client, &format!("project_id={project}"), expected).await?;
    let mut found = HashMap::with_capacity(tests.len());
    for test in tests.into_iter().filter(|test| test.project_id == project) {
        if let Some(identity) = test.description.as_deref().and_then(Identity::in_description) {
            // Ids ascend.
            found.entry(identity).or_insert(test.id);
            look(identity, test);
        }
    }
    Ok(found)
}

/// Reads every identity of the project's tests, the former ones included.
///
/// # Errors
/// When the list cannot be read.
pub async fn read_all_identities(
    client: &Client,
    project: ProjectId,
) -> Result<HashSet<Identity>, ApiError> {
    let tests: Vec<Test> = list(client, &format!("project_id={project}")).await?;
    let of_project = tests.iter().filter(|test| test.project_id == project);
    let groups = of_project.filter_map(|test| IdentityGroup::last_in(test.description.as_deref()?));
    Ok(groups.flat_map(|group| group.identities).collect())
}

/// Reads in which folders `tests` are placed.
///
/// # Errors
/// When a list cannot be read.
pub async fn read_placements(
    client: &Client,
    tests: impl Iterator<Item = TestId>,
) -> Result<HashSet<(SuiteId, TestId)>, ApiError> {
    let tests = tests.map(TestId::number);
    let placements: Vec<SuiteTest> = list_in(client, "test_id", tests, TESTS_PER_LOT).await?;
    Ok(placements.iter().map(|row| (row.suite_id, row.test_id)).collect())
}

/// Reads the sequence numbers of the steps of `tests`; a test without steps has no entry.
///
/// # Errors
/// When a list cannot be read.
pub async fn read_steps(
    client: &Client,
    tests: impl Iterator<Item = TestId>,
) -> Result<HashMap<TestId, Vec<u64>>, ApiError> {
    let tests = tests.map(TestId::number);
    Ok(sequences(&list_in::<Step>(client, "test_id", tests, TESTS_PER_LOT).await?))
}

/// Steps as they are stored. Most have the same texts, which are kept once.
fn step_rows(steps: &[Step]) -> HashMap<StepId, StepRow> {
    let mut texts: HashMap<(&str, &str), Arc<StepText>> = HashMap::new();
    let mut rows = HashMap::with_capacity(steps.len());
    for step in steps {
        let parts = (
            step.step.as_deref().unwrap_or_default(),
            step.expected_result.as_deref().unwrap_or_default(),
        );
        let text = texts.entry(parts).or_insert_with(|| {
            Arc::new(StepText { step: parts.0.to_owned(), expected_result: parts.1.to_owned() })
        });
        let Step { id, test_id, sequence, epoch, .. } = *step;
        rows.insert(id, StepRow { test: test_id, sequence, epoch, text: Arc::clone(text) });
    }
    rows
}

fn sequences(steps: &[Step]) -> HashMap<TestId, Vec<u64>> {
    let mut found: HashMap<TestId, Vec<u64>> = HashMap::new();
    for step in steps {
        found.entry(step.test_id).or_default().push(step.sequence.unwrap_or_default());
    }
    found
}
