//! The current state of the project, as far as an import needs it.
//!
//! [`Target`] is found once. [`Snapshot::read`] reads the folders, the tests and their placements, lists in
//! parallel. The plan then asks for what else it needs, as [`ReadRequest`]s. A snapshot holds plain rows and
//! indexes; it decides nothing.

mod duplicates;
pub mod folders;
mod lists;
mod rows;
mod target;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::ids::{ProjectId, StepId, SuiteId, SuiteTestId, TestId};
use crate::api::pages::list_keeping;
use crate::api::sets::list_in;
use crate::api::wire::{Step, SuiteTest, Test};
use test_reports::identity::{Identity, IdentityGroup};

pub use duplicates::{Duplicates, without_deleted};
use folders::FolderTree;
use lists::AllLists;
pub use lists::{Expected, Lists, read_folders};
pub(crate) use rows::{ListedStep, StepTexts};
pub use rows::{StepRow, TestRow};
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
    /// Whether a test that shares its identity was gone when its complete row was read.
    pub misses_duplicates: bool,
    /// All steps of the project, if they were read before it was known which are needed.
    all_steps: Option<Vec<ListedStep>>,
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
        let mut snapshot = Self::new(folders, lists.tests, &placements);
        snapshot.all_steps = lists.steps;
        Ok(snapshot)
    }

    /// A snapshot of the given rows, which are those of one project.
    #[must_use]
    pub fn new(
        folders: FolderTree,
        tests: impl IntoIterator<Item = (TestId, TestRow)>,
        placements: &[SuiteTest],
    ) -> Self {
        let mut snapshot = Self {
            stage: ReadStage::Lists,
            folders,
            tests: tests.into_iter().collect(),
            tests_by_identity: HashMap::new(),
            tests_by_alias: HashMap::new(),
            tests_in_folder: HashMap::new(),
            tests_by_key: HashMap::new(),
            steps: HashMap::new(),
            steps_by_id: HashMap::new(),
            placement_ids: HashSet::new(),
            duplicates: Duplicates::default(),
            misses_duplicates: false,
            all_steps: None,
        };
        snapshot.index_tests();
        snapshot.add_placements(placements);
        snapshot
    }

    /// A snapshot of rows as the server lists them, with the complete rows of duplicates.
    #[cfg(test)]
    pub(crate) fn of_rows(folders: FolderTree, tests: &[Test], placements: &[SuiteTest]) -> Self {
        let rows = tests.iter().map(|test| (test.id, TestRow::from(test)));
        let mut snapshot = Self::new(folders, rows, placements);
        let shared = snapshot.tests_by_identity.values().filter(|ids| ids.len() > 1);
        let shared: HashSet<TestId> = shared.flatten().copied().collect();
        let duplicates = tests.iter().filter(|test| shared.contains(&test.id));
        snapshot.duplicates.tests = duplicates.map(|test| (test.id, test.clone())).collect();
        snapshot
    }

    /// The folders alone: the rest is as large as the project, and is freed.
    #[must_use]
    pub fn into_folders(self) -> FolderTree {
        self.folders
    }

    fn index_tests(&mut self) {
        self.tests_by_identity.reserve(self.tests.len());
        self.tests_by_key.reserve(self.tests.len());
        for (&id, row) in &self.tests {
            // Ids ascend. Most lists have one.
            if let Some(identity) = row.identity {
                let one = || Vec::with_capacity(1);
                self.tests_by_identity.entry(identity).or_insert_with(one).push(id);
            }
            for alias in &row.aliases {
                self.tests_by_alias.entry(*alias).or_default().push(id);
            }
            if let Some(key) = row.key {
                self.tests_by_key.insert(key, id);
            }
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
                        // In the order of their ids.
                        steps.retain(|step| steps_of.binary_search(&step.row.test).is_ok());
                        steps
                    }
                    None => {
                        let tests = steps_of.into_iter().map(TestId::number);
                        let steps = list_in(client, "test_id", tests, TESTS_PER_LOT).await?;
                        let texts = StepTexts::default();
                        steps.into_iter().map(|step: Step| texts.listed(step)).collect()
                    }
                };
                self.set_steps(steps);
                self.duplicates.read(client, &duplicate_tests, &duplicate_folders).await?;
                let is_gone = |test: &TestId| !self.duplicates.tests.contains_key(test);
                self.misses_duplicates = duplicate_tests.iter().any(is_gone);
                self.stage = ReadStage::Details;
            }
        }
        Ok(())
    }

    /// Sets the steps of all tests whose steps were read.
    pub(crate) fn set_steps(&mut self, steps: Vec<ListedStep>) {
        self.steps.clear();
        self.steps.reserve(steps.len());
        for ListedStep { row: step, .. } in &steps {
            // Most tests have one.
            let of_test = self.steps.entry(step.test).or_insert_with(|| Vec::with_capacity(1));
            of_test.push(step.sequence.unwrap_or_default());
        }
        let may_repeat =
            |step: &StepRow| self.steps.get(&step.test).is_some_and(|all| repeats(all));
        let mut seen: HashMap<(TestId, Option<u64>), usize> = HashMap::new();
        for step in steps.iter().map(|step| &step.row).filter(|step| may_repeat(step)) {
            *seen.entry((step.test, step.sequence)).or_default() += 1;
        }
        let is_duplicate = |step: &StepRow| seen.get(&(step.test, step.sequence)) > Some(&1);
        let duplicates = steps.iter().filter(|step| is_duplicate(&step.row));
        self.duplicates.steps = duplicates.map(Step::from).collect();
        self.steps_by_id = steps.into_iter().map(|step| (step.id, step.row)).collect();
    }
}

/// Whether a number occurs twice.
fn repeats(numbers: &[u64]) -> bool {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.windows(2).any(|pair| pair[0] == pair[1])
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

/// As [`read_identities`]; `look` sees every row that has an identity. If the list changes while it is read, `look` sees it again.
///
/// # Errors
/// When the list cannot be read.
pub async fn read_tests(
    client: &Client,
    project: ProjectId,
    expected: usize,
    look: impl Fn(Identity, Test),
) -> Result<HashMap<Identity, TestId>, ApiError> {
    let filter = format!("project_id={project}");
    let identify = |test: Test| {
        let description = test.description.as_deref().filter(|_| test.project_id == project);
        let identity = description.and_then(Identity::in_description)?;
        look(identity, test);
        Some(identity)
    };
    let tests = list_keeping(client, &filter, expected, identify).await?;
    let mut found = HashMap::with_capacity(tests.len());
    for (id, identity) in tests {
        if let Some(identity) = identity {
            // Ids ascend.
            found.entry(identity).or_insert(TestId::new(id));
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
    let filter = format!("project_id={project}");
    let group = |test: Test| {
        let description = test.description.as_deref().filter(|_| test.project_id == project);
        let group = description.and_then(IdentityGroup::last_in);
        group.map_or_else(Vec::new, |group| group.identities)
    };
    let groups = list_keeping(client, &filter, 0, group).await?;
    Ok(groups.into_iter().flat_map(|(_, identities)| identities).collect())
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

fn sequences(steps: &[Step]) -> HashMap<TestId, Vec<u64>> {
    let mut found: HashMap<TestId, Vec<u64>> = HashMap::new();
    for step in steps {
        found.entry(step.test_id).or_default().push(step.sequence.unwrap_or_default());
    }
    found
}
