//! The state of one import while it writes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use serde::Serialize;

use crate::api::client::Client;
use crate::api::ids::{StepId, SuiteId, SuiteTestId, TestId};
use crate::api::wire::Resource;
use crate::plan::dedup::{Dedup, DedupAction};
use crate::plan::placed::LiveFolders;
use crate::plan::{ChangePlan, PlanOptions, TestPlan};
use crate::snapshot::{Expected, Target};
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::record::TestRecord;

use super::create::{Creation, NewRows, create_rows};
use super::lag::Lag;
use super::new_fields::NewFields;
use super::outcome::{Applied, RecordOutcome, Stop};
use super::written::Changed;

/// How an import writes.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    /// Rows per array, 1 to 1,000.
    pub batch_size: usize,
    /// Whether tests are created; otherwise only existing rows are changed.
    pub creates: bool,
    /// How it plans.
    pub plan: PlanOptions,
}

/// One import.
pub(super) struct Import<'a> {
    pub(super) client: &'a Client,
    pub(super) target: &'a Target,
    pub(super) records: &'a [TestRecord],
    pub(super) options: &'a ApplyOptions,
    /// The plan that is carried out.
    pub(super) plan: &'a ChangePlan,
    /// By record: the existing row.
    pub(super) rows: HashMap<usize, TestId>,
    /// By record: what the server acknowledged.
    pub(super) done: HashMap<usize, RecordOutcome>,
    /// By record: why it was refused.
    pub(super) refused: BTreeMap<usize, String>,
    pub(super) applied: Applied,
    /// Whether rows were sent again that may have been applied.
    pub(super) sent_again: bool,
    pub(super) lag: Lag,
    pub(super) own: OwnRows,
    /// What the snapshot had: with what was created, what the next reading will find.
    pub(super) expected: Expected,
    /// The folders that the snapshot has.
    pub(super) live_folders: LiveFolders,
    /// What the reports say about new tests.
    pub(super) fields: NewFields,
    /// What the server changed of the fields of new tests.
    pub(super) changed: Changed,
    /// Whether people's folders may be linked: descriptions come back as they are sent.
    pub(super) links_folders: bool,
}

/// Rows that the server returned to this very import.
#[derive(Default)]
pub(super) struct OwnRows {
    pub(super) folders: HashSet<SuiteId>,
    pub(super) tests: HashSet<TestId>,
    /// With their tests.
    pub(super) steps: HashMap<StepId, TestId>,
    pub(super) placements: HashSet<SuiteTestId>,
    /// The identities in the answers about folders and tests.
    pub(super) acknowledged: HashSet<Identity>,
}

/// The identity in the description of an answer.
pub(super) fn identity_in(description: Option<&str>) -> Option<Identity> {
    description.and_then(Identity::in_description)
}

impl OwnRows {
    /// Whether `dedup` is about a row that this import created, so that no other import needs to act.
    pub(super) fn concerns(&self, dedup: &Dedup) -> bool {
        match &dedup.action {
            DedupAction::DeleteTest { id, .. } => self.tests.contains(id),
            DedupAction::MoveTest { from: folder, .. }
            | DedupAction::MoveFolder { from: folder, .. }
            | DedupAction::DeleteFolder { id: folder } => self.folders.contains(folder),
            DedupAction::DeleteStep { id } => self.steps.contains_key(id),
            DedupAction::DeletePlace { place } => self.placements.contains(place),
        }
    }

    /// Forgets rows that were deleted.
    pub(super) fn forget(&mut self, done: &[Dedup]) {
        for dedup in done {
            match &dedup.action {
                DedupAction::DeleteTest { id, .. } => drop(self.tests.remove(id)),
                DedupAction::DeleteFolder { id } => drop(self.folders.remove(id)),
                DedupAction::DeleteStep { id } => drop(self.steps.remove(id)),
                DedupAction::DeletePlace { place } => drop(self.placements.remove(place)),
                DedupAction::MoveTest { .. } | DedupAction::MoveFolder { .. } => {}
            }
        }
    }
}

impl<'a> Import<'a> {
    pub(super) fn new(
        client: &'a Client,
        target: &'a Target,
        records: &'a [TestRecord],
        plan: &'a ChangePlan,
        options: &'a ApplyOptions,
    ) -> Self {
        Self {
            client,
            target,
            records,
            options,
            plan,
            rows: HashMap::new(),
            done: HashMap::new(),
            refused: BTreeMap::new(),
            applied: Applied::default(),
            sent_again: false,
            lag: Lag::new(options.plan.lag_wait),
            own: OwnRows::default(),
            expected: Expected { records: records.len(), ..Expected::default() },
            live_folders: LiveFolders::default(),
            fields: NewFields::default(),
            changed: Changed::default(),
            links_folders: true,
        }
    }

    pub(super) fn namespace(&self) -> NamespaceMark {
        NamespaceMark::of(&self.options.plan.namespace)
    }

    /// Creates the rows with these `keys`.
    pub(super) async fn create<K, T, R, D>(
        &mut self,
        rows: NewRows<
            impl Fn(K) -> String,
            impl Fn(K) -> D,
            impl Fn(T) -> R,
            impl AsyncFnMut(&[K]) -> Result<HashSet<K>, Stop>,
        >,
        keys: Vec<K>,
    ) -> Creation<K, R>
    where
        K: Copy + Eq + Hash,
        T: Resource,
        D: Serialize,
    {
        let batch_size = self.options.batch_size;
        let creation = create_rows(self.client, rows, keys, batch_size, self.lag).await;
        self.sent_again |= creation.sent_again;
        self.lag = creation.lag;
        creation
    }

    pub(super) fn refuse(&mut self, record: usize, reason: String) {
        self.done.remove(&record);
        self.refused.entry(record).or_insert(reason);
    }

    /// Records to create: those planned to be, and those that could not be adopted.
    pub(super) fn to_create(&self) -> Vec<usize> {
        (0..self.records.len())
            .filter(|record| {
                let plan = &self.plan.tests[*record];
                self.options.creates
                    && matches!(plan, TestPlan::Create { .. } | TestPlan::Adopt { .. })
                    && !self.done.contains_key(record)
                    && !self.refused.contains_key(record)
            })
            .collect()
    }

    pub(super) fn finish(mut self, ended: Result<bool, Stop>) -> Applied {
        let losing: HashSet<usize> =
            self.plan.lost_aliases.iter().map(|lost| lost.record).collect();
        let outcome = |(record, plan): (usize, &TestPlan)| {
            if let Some(reason) = self.refused.remove(&record) {
                return RecordOutcome::Refused { reason };
            }
            self.done.remove(&record).unwrap_or(if plan.is_done() && !losing.contains(&record) {
                RecordOutcome::Unchanged
            } else {
                RecordOutcome::NotReached
            })
        };
        self.applied.outcomes = self.plan.tests.iter().enumerate().map(outcome).collect();
        match ended {
            Ok(verified) => self.applied.verified = verified && self.applied.errors.is_empty(),
            Err(stop) => self.applied.stop = Some(stop),
        }
        self.applied
    }
}
