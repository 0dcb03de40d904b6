//! The only place that writes.
//!
//! Stages in order: folders level by level, adoptions, tests, placements, steps, verification. Each
//! stage reads back what it wrote before the next one builds on it, and each asks [`crate::plan`]
//! again instead of trusting what it was answered. What fails for one row is a value; what
//! fails for all is [`Stop`].

mod adopt;
mod create;
mod dedup;
mod folders;
mod tests;
mod verify;

use std::collections::{BTreeMap, HashMap, HashSet};

use create::wait_for_replication;
pub use dedup::{DedupOutcome, dedup};

use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::ids::{StepId, SuiteId, TestId};
use crate::api::pages::PER_PAGE;
use crate::plan::dedup::{Dedup, DedupAction, duplicates_to_read};
use crate::plan::{ChangePlan, PlanOptions, TestPlan, tests_to_look_for, tests_to_read_steps_of};
use crate::progress::Stage;
use crate::snapshot::{Snapshot, Target, TargetError, read_identities};
use test_reports::identity::Identity;
use test_reports::record::TestRecord;

/// How often a project is read whose lists show other rows each time.
const READINGS: usize = 3;

/// How an import writes.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    /// Rows in one array, 1 to 1,000.
    pub batch_size: usize,
    /// What planning needs.
    pub plan: PlanOptions,
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// It stood there already, and nothing had to be written.
    Unchanged,
    /// It was created.
    Created,
    /// A person's test was marked as it.
    Adopted,
    /// It was placed again, or given its steps.
    Updated,
    /// The import ended before its turn.
    NotReached,
    /// The server refused it, or it did not read back.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Why an import cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Not authorised, unreachable, the deadline.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// What was read does not make sense any more.
    #[error(transparent)]
    Target(Box<TargetError>),
    /// Rows read back without what they were created with.
    #[error(
        "{kind} {name:?} was created, but does not read back {lacking}: going on would create it again with every import"
    )]
    Lost {
        /// Folder, test or step.
        kind: &'static str,
        /// The first such row.
        name: String,
        /// What is missing.
        lacking: &'static str,
    },
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl From<TargetError> for Stop {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::Api(error) => Self::Api(error),
            other => Self::Target(Box::new(other)),
        }
    }
}

/// What was done.
#[derive(Debug)]
pub struct Applied {
    /// One for each record. Without verification, what the server acknowledged.
    pub fates: Vec<RecordOutcome>,
    /// Folders that were created.
    pub folders_created: HashSet<Identity>,
    /// Steps that were created.
    pub steps_created: usize,
    /// Every record that was not refused was read back as it should be.
    pub verified: bool,
    /// Why the import ended early.
    pub stop: Option<Stop>,
    /// Twins that were made one at the end.
    pub deduplicated: Vec<Dedup>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// One import that is under way.
struct Import<'a> {
    client: &'a Client,
    target: &'a Target,
    records: &'a [TestRecord],
    options: &'a ApplyOptions,
    /// The plan that is carried out.
    plan: &'a ChangePlan,
    /// By record: rows that stand for it now.
    rows: HashMap<usize, TestId>,
    /// By record: acknowledged by the server.
    done: HashMap<usize, RecordOutcome>,
    /// By record: why not.
    refused: BTreeMap<usize, String>,
    folders_created: HashSet<Identity>,
    steps_created: usize,
    deduplicated: Vec<Dedup>,
    warnings: Vec<String>,
    /// Rows were sent again that may have been applied.
    sent_again: bool,
    /// What the server answered to creates of ours with.
    answered: Answered,
}

/// Rows that this very import made.
#[derive(Default)]
struct Answered {
    folders: HashSet<SuiteId>,
    tests: HashSet<TestId>,
    steps: HashSet<StepId>,
}

impl Answered {
    /// Whether `dedup` is about a row of ours, so that nobody else need look at it.
    fn holds(&self, dedup: &Dedup) -> bool {
        match &dedup.action {
            DedupAction::DeleteTest { id, .. } => self.tests.contains(id),
            DedupAction::MoveTest { from: folder, .. }
            | DedupAction::MoveFolder { from: folder, .. }
            | DedupAction::DeleteFolder { id: folder } => self.folders.contains(folder),
            DedupAction::DeleteStep { id } => self.steps.contains(id),
            DedupAction::DeletePlace { .. } => false,
        }
    }
}

/// All of the project that a plan for `records` has to know: its lists, the steps of tests of ours, and whose twins are.
///
/// # Errors
/// The first list that cannot be read, or a project without a root folder.
pub async fn read_whole(
    client: &Client,
    target: &Target,
    records: &[TestRecord],
    options: &PlanOptions,
) -> Result<Snapshot, TargetError> {
    let mut snapshot = Snapshot::read(client, target).await?;
    let lost = tests_to_look_for(records, &snapshot);
    snapshot.look_for(client, target, &lost).await?;
    let with_steps: Vec<TestId> = tests_to_read_steps_of(records, &snapshot).collect();
    let (tests, folders) = duplicates_to_read(records, &snapshot, &options.namespace);
    snapshot.read_steps(client, target.project.id, &with_steps).await?;
    snapshot.read_duplicates(client, &tests, &folders).await?;
    Ok(snapshot)
}

/// The project, and the plan for `records` against it. A row that a list of several pages did not show is looked for once more
/// before it is created: see [`list`](crate::api::pages::list).
///
/// # Errors
/// As [`read_whole`].
pub async fn read_and_plan(
    client: &Client,
    target: &Target,
    records: &[TestRecord],
    options: &PlanOptions,
) -> Result<(Snapshot, ChangePlan), TargetError> {
    for _ in 0..READINGS {
        let snapshot = read_whole(client, target, records, options).await?;
        let plan = ChangePlan::new(records, &snapshot, options);
        let is_new = |(_, test): &(&TestRecord, &TestPlan)| matches!(test, TestPlan::Create { .. });
        let mut new = records.iter().zip(&plan.tests).filter(is_new).peekable();
        if snapshot.tests.len() as u64 <= PER_PAGE || new.peek().is_none() {
            return Ok((snapshot, plan));
        }
        let again = read_identities(client, target.project.id).await?;
        if new.all(|(record, _)| !again.contains_key(&record.identity)) {
            return Ok((snapshot, plan));
        }
    }
    let snapshot = read_whole(client, target, records, options).await?;
    let plan = ChangePlan::new(records, &snapshot, options);
    Ok((snapshot, plan))
}

/// Carries out `plan`, which was made from `records` and `snapshot`, and reads back what stands afterwards.
///
/// Never fails as a whole: what went wrong is in [`Applied`].
pub async fn apply(
    client: &Client,
    target: &Target,
    records: &[TestRecord],
    snapshot: Snapshot,
    plan: &ChangePlan,
    options: &ApplyOptions,
) -> Applied {
    let mut import = Import {
        client,
        target,
        records,
        options,
        plan,
        rows: HashMap::new(),
        done: HashMap::new(),
        refused: BTreeMap::new(),
        folders_created: HashSet::new(),
        steps_created: 0,
        deduplicated: Vec::new(),
        warnings: Vec::new(),
        sent_again: false,
        answered: Answered::default(),
    };
    if plan.is_empty() {
        // Nothing was written: the snapshot is the verification.
        return import.finish(true, None);
    }
    match import.run(snapshot).await {
        Ok(verified) => import.finish(verified, None),
        Err(stop) => import.finish(false, Some(stop)),
    }
}

/// How many rows a plan writes.
fn rows_of(plan: &ChangePlan) -> u64 {
    let of_test = |test: &TestPlan| match test {
        TestPlan::Create { steps, .. } => 1 + steps,
        TestPlan::Adopt { place, .. } => 1 + usize::from(place.is_some()),
        TestPlan::Matched { place, steps, .. } => steps.len() + usize::from(place.is_some()),
    };
    let rows = plan.folders.to_create().count() + plan.tests.iter().map(of_test).sum::<usize>();
    rows as u64
}

impl Import<'_> {
    async fn run(&mut self, snapshot: Snapshot) -> Result<bool, Stop> {
        let progress = self.client.progress();
        progress.begin(Stage::Writing, rows_of(self.plan));
        let folders = self.build_folders(snapshot.folders).await?;
        self.adopt_tests().await?;
        let (fresh, folders) = self.create_tests(folders).await?;
        self.place_tests(&folders).await?;
        self.create_steps(fresh).await?;
        progress.begin(Stage::Checking, 0);
        if self.sent_again {
            wait_for_replication(self.client).await;
        }
        self.verify().await
    }

    fn refuse(&mut self, record: usize, reason: String) {
        self.done.remove(&record);
        self.refused.entry(record).or_insert(reason);
    }

    fn finish(mut self, verified: bool, stop: Option<Stop>) -> Applied {
        let fates = (0..self.records.len())
            .map(|record| {
                if let Some(reason) = self.refused.remove(&record) {
                    return RecordOutcome::Refused { reason };
                }
                match self.done.remove(&record) {
                    Some(fate) => fate,
                    None if self.plan.tests[record].is_done() => RecordOutcome::Unchanged,
                    None => RecordOutcome::NotReached,
                }
            })
            .collect();
        Applied {
            fates,
            folders_created: self.folders_created,
            steps_created: self.steps_created,
            verified,
            stop,
            deduplicated: self.deduplicated,
            warnings: self.warnings,
        }
    }

    /// Records whose plan is to be created, or adopted and turned out not to be there any more.
    fn to_create(&self) -> Vec<usize> {
        (0..self.records.len())
            .filter(|record| {
                let planned = matches!(
                    self.plan.tests[*record],
                    TestPlan::Create { .. } | TestPlan::Adopt { .. }
                );
                planned && !self.done.contains_key(record) && !self.refused.contains_key(record)
            })
            .collect()
    }
}
