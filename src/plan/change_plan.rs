//! The change plan: what an import has to write.

use crate::api::ids::TestId;
use crate::snapshot::{Snapshot, TestRow};
use test_reports::record::TestRecord;

use super::dedup::{self, Dedup, DedupPlan, DeletePolicy};
use super::folders::{FolderIndex, FolderPlan, PlannedFolder};
use super::matching::{Match, Matcher};
use super::options::PlanOptions;
use super::steps::{missing_steps, step_count};

/// What has to be written so that the project holds every record exactly once.
#[derive(Clone, Debug)]
pub struct ChangePlan {
    /// Every folder in the path of a record, parents before children.
    pub folders: FolderPlan,
    /// The writes that delete duplicates of earlier imports, in their order.
    pub dedup: Vec<Dedup>,
    /// One for each record, in their order.
    pub tests: Vec<TestPlan>,
    /// Warnings for the user.
    pub warnings: Vec<String>,
}

/// What has to be written for one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestPlan {
    /// The test is created.
    Create {
        /// Its folder.
        folder: FolderIndex,
        /// Why no existing test was matched.
        reason: &'static str,
        /// The number of its steps.
        steps: usize,
    },
    /// A person's test gets our identity.
    Adopt {
        /// The row.
        id: TestId,
        /// How it was found.
        reason: &'static str,
        /// The folder to place it in, if it is in no live folder.
        place: Option<FolderIndex>,
    },
    /// A test has the record's identity.
    Matched {
        /// The row.
        id: TestId,
        /// The folder to place it in, if it is in no live folder.
        place: Option<FolderIndex>,
        /// The sequence numbers, from 1, of the steps that it lacks.
        steps: Vec<usize>,
        /// Whether somebody switched it off.
        overridden: bool,
    },
}

impl TestPlan {
    /// Whether nothing has to be written.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Matched { place: None, steps, .. } if steps.is_empty())
    }

    /// The existing row; none if the test is created.
    #[must_use]
    pub fn row(&self) -> Option<TestId> {
        match self {
            Self::Create { .. } => None,
            Self::Adopt { id, .. } | Self::Matched { id, .. } => Some(*id),
        }
    }

    /// The folder to place an existing test in.
    #[must_use]
    pub fn place(&self) -> Option<FolderIndex> {
        match self {
            Self::Create { .. } => None,
            Self::Adopt { place, .. } | Self::Matched { place, .. } => *place,
        }
    }

    /// Whether the record's folder has to exist.
    #[must_use]
    pub fn needs_folder(&self) -> bool {
        matches!(self, Self::Create { .. }) || self.place().is_some()
    }

    /// The number of rows to write.
    #[must_use]
    pub fn writes(&self) -> usize {
        let placements = usize::from(self.place().is_some());
        match self {
            Self::Create { steps, .. } => 1 + steps,
            Self::Adopt { .. } => 1 + placements,
            Self::Matched { steps, .. } => steps.len() + placements,
        }
    }
}

impl ChangePlan {
    /// The plan for `records` against `snapshot`, which must have read all that [`next_read`](super::next_read) asks for.
    #[must_use]
    pub fn new(records: &[TestRecord], snapshot: &Snapshot, options: &PlanOptions) -> Self {
        Self::with_policy(records, snapshot, options, dedup::NO_KEEP_REASON)
    }

    /// The plan where `policy` decides which duplicates are deleted.
    pub(super) fn with_policy(
        records: &[TestRecord],
        snapshot: &Snapshot,
        options: &PlanOptions,
        policy: DeletePolicy<'_>,
    ) -> Self {
        let mut folders = FolderPlan::new(records, &snapshot.folders, &options.namespace);
        let mut matcher = Matcher::new(records, snapshot, &folders, options.adopt);
        let matches: Vec<Match> = (0..records.len()).map(|record| matcher.find(record)).collect();
        let matching_warnings = matcher.into_warnings();
        let DedupPlan { dedups, folder_warnings, test_warnings } =
            dedup::plan(records, snapshot, &folders, options, policy);
        let mut tests = Vec::with_capacity(records.len());
        for (index, (record, found)) in records.iter().zip(matches).enumerate() {
            let folder = folders.of_record(index);
            let row = |id| snapshot.tests.get(&id);
            let place = |id| (!row(id).is_some_and(|row| row.reachable)).then_some(folder);
            let plan = match found {
                Match::None { reason } => {
                    let steps = if options.no_steps { 0 } else { step_count(record) };
                    TestPlan::Create { folder, reason, steps }
                }
                Match::Unmarked { id, reason } => TestPlan::Adopt { id, reason, place: place(id) },
                Match::Ours { id } => TestPlan::Matched {
                    id,
                    place: place(id),
                    steps: if options.no_steps {
                        Vec::new()
                    } else {
                        missing_steps(record, id, snapshot)
                    },
                    overridden: row(id).is_some_and(TestRow::is_overridden),
                },
            };
            if plan.needs_folder() {
                folders.need(folder);
            }
            tests.push(plan);
        }
        let warnings = [folder_warnings, matching_warnings, test_warnings].concat();
        Self { folders, dedup: dedups, tests, warnings }
    }

    /// The records whose test is not automated although nobody edited it: the server did not keep the flag.
    #[must_use]
    pub fn unflagged(&self, snapshot: &Snapshot) -> Vec<usize> {
        let is_unflagged = |plan: &TestPlan| match plan {
            TestPlan::Matched { id, .. } => {
                snapshot.tests.get(id).is_some_and(TestRow::is_unflagged)
            }
            TestPlan::Create { .. } | TestPlan::Adopt { .. } => false,
        };
        (0..self.tests.len()).filter(|record| is_unflagged(&self.tests[*record])).collect()
    }

    /// Whether something is missing on a row that exists: an earlier import may have written it just now, and lists may lag.
    #[must_use]
    pub fn lacks_something(&self, snapshot: &Snapshot) -> bool {
        let is_unplaced =
            |folder: &PlannedFolder| snapshot.folders.unplaced(folder.identity).is_some();
        let lacks = |test: &TestPlan| matches!(test, TestPlan::Matched { .. }) && !test.is_done();
        self.tests.iter().any(lacks) || self.folders.to_create().any(is_unplaced)
    }

    /// Whether nothing has to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dedup.is_empty()
            && self.folders.to_create().next().is_none()
            && self.tests.iter().all(TestPlan::is_done)
    }
}
