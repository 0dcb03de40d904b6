//! The change plan: what an import has to write.

use std::collections::HashSet;

use crate::api::ids::{SuiteTestId, TestId};
use crate::snapshot::{Snapshot, TestRow};
use test_reports::identity::Identity;
use test_reports::record::TestRecord;

use super::aliases::{LostAlias, RowFinder};
use super::dedup::{self, Dedup, DedupPlan, DeletePolicy};
use super::fields::Fields;
use super::folders::{FolderIndex, FolderPlan, PlannedFolder};
use super::matching::{Match, Matcher, PINNED};
use super::moved::{self, Findings};
use super::options::{Adopt, PlanOptions};
use super::step_changes::RareChanges;
use super::steps::{missing_steps, step_count};
use super::stored_steps::StoredSteps;

/// Why an unlinked test of another folder is adopted.
const ELSEWHERE: &str = "it is the only unlinked test with this name";

/// What has to be written so that the project holds every record exactly once.
#[derive(Clone, Debug, Default)]
pub struct ChangePlan {
    /// Every folder in the path of a record, parents before children.
    pub folders: FolderPlan,
    /// The writes that delete duplicates of earlier imports, in their order.
    pub dedup: Vec<Dedup>,
    /// One for each record, in their order.
    pub tests: Vec<TestPlan>,
    /// The aliases that rows lose, because their tests are in the reports again.
    pub lost_aliases: Vec<LostAlias>,
    /// What was found out about the tests to be created.
    pub findings: Findings,
    /// Rows that the plans of other namespaces adopt or carry over.
    pub rows_of_others: HashSet<TestId>,
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
    /// The row of a test that is no longer reported gets the record's identity; its former one becomes an alias.
    Relink {
        /// The row.
        id: TestId,
        /// Its identity so far.
        former: Identity,
        /// How it was found.
        reason: &'static str,
        /// The folder to move it to, if it is still where an import put it.
        moves: Option<FolderIndex>,
        /// Its placement among the retired tests, which it leaves.
        retired: Option<SuiteTestId>,
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
        /// What makes its steps those of the report.
        follows: RareChanges,
        /// Its placement among the retired tests, which it leaves.
        retired: Option<SuiteTestId>,
        /// Whether somebody switched it off.
        overridden: bool,
    },
}

impl TestPlan {
    /// Whether nothing has to be written.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Matched { place: None, retired: None, steps, follows, .. }
            if steps.is_empty() && follows.is_empty())
    }

    /// The existing row; none if the test is created.
    #[must_use]
    pub fn row(&self) -> Option<TestId> {
        match self {
            Self::Create { .. } => None,
            Self::Adopt { id, .. } | Self::Relink { id, .. } | Self::Matched { id, .. } => {
                Some(*id)
            }
        }
    }

    /// The folder to place an existing test in.
    #[must_use]
    pub fn place(&self) -> Option<FolderIndex> {
        match self {
            Self::Create { .. } => None,
            Self::Adopt { place, .. }
            | Self::Relink { place, .. }
            | Self::Matched { place, .. } => *place,
        }
    }

    /// Whether the record's folder has to exist.
    #[must_use]
    pub fn needs_folder(&self) -> bool {
        matches!(self, Self::Create { .. } | Self::Relink { moves: Some(_), .. })
            || self.place().is_some()
    }

    /// The number of rows to write.
    #[must_use]
    pub fn writes(&self) -> usize {
        let placements = usize::from(self.place().is_some());
        match self {
            Self::Create { steps, .. } => 1 + steps,
            Self::Adopt { .. } => 1 + placements,
            Self::Relink { moves, retired, .. } => {
                1 + placements + usize::from(moves.is_some()) + usize::from(retired.is_some())
            }
            Self::Matched { steps, follows, retired, .. } => {
                steps.len() + follows.len() + placements + usize::from(retired.is_some())
            }
        }
    }
}

/// Says once what the reports say about new tests and no import writes.
fn unused_fields(records: &[TestRecord], tests: &[TestPlan], options: &PlanOptions) -> Vec<String> {
    if options.no_fields {
        return Vec::new();
    }
    let (mut owners, mut requirements, mut attachments) = (0, 0, 0);
    let new = records.iter().zip(tests).filter(|(_, plan)| plan.row().is_none());
    for (record, _) in new {
        if !record.details.properties.is_empty() {
            let fields = Fields::of(record);
            owners += usize::from(fields.has_owner);
            requirements += usize::from(fields.has_requirement);
        }
        attachments += usize::from(!record.details.attachments.is_empty());
    }
    let of_new = |tests: usize| match tests {
        1 => "of 1 new test".to_owned(),
        tests => format!("of {tests} new tests"),
    };
    [
        (
            owners,
            "owners",
            "are not imported: TestQuality assigns tests to its users, whom reports do not name",
        ),
        (
            requirements,
            "requirements",
            "are not imported: TestQuality keeps them in its issue tracker",
        ),
        (
            if options.records_results { 0 } else { attachments },
            "attachments",
            "are not imported; with --results, the results list them",
        ),
    ]
    .into_iter()
    .filter(|(tests, ..)| *tests > 0)
    .map(|(tests, what, why)| format!("{what} {} {why}", of_new(tests)))
    .collect()
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
        let mut folders = FolderPlan::new(records, &snapshot.folders, &options.namespace)
            .with_links(options.adopt != Adopt::None);
        let finder = RowFinder::new(records, &options.others, snapshot);
        let mut matcher = Matcher::new(records, snapshot, &folders, &finder, options);
        let mut matches: Vec<Match> =
            (0..records.len()).map(|record| matcher.find(record)).collect();
        let matching_warnings = matcher.into_warnings();
        let new: Vec<usize> = (0..matches.len())
            .filter(|record| matches!(matches[*record], Match::None { .. }))
            .collect();
        let mut matched: HashSet<TestId> = matches.iter().filter_map(Match::row).collect();
        matched.extend(&options.others.rows);
        let findings = moved::find(records, &new, &matched, snapshot, options);
        if options.linking.is_some() {
            for pair in &findings.pairs {
                matches[pair.record] =
                    Match::Moved { id: pair.id, former: pair.former, reason: pair.reason };
            }
        }
        if options.adopt == Adopt::Anywhere {
            for found in &findings.elsewhere {
                matches[found.record] = Match::Unmarked { id: found.id, reason: ELSEWHERE };
            }
        }
        let DedupPlan { dedups, folder_warnings, test_warnings } =
            dedup::plan(records, &finder, snapshot, &folders, options, policy);
        let mut stored_steps = StoredSteps::new(records, snapshot, options);
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
                Match::Moved { id, former, reason } => {
                    let moves = options.linking.as_ref().is_some_and(|linking| linking.moves)
                        && reason != PINNED;
                    let moves = moves.then_some(folder).filter(|folder| {
                        let here = folders.suite(*folder).and_then(|suite| {
                            snapshot.tests_in_folder.get(&suite)?.binary_search(&id).ok()
                        });
                        here.is_none()
                    });
                    let retired = row(id).and_then(|row| row.retired);
                    TestPlan::Relink { id, former, reason, moves, retired, place: place(id) }
                }
                Match::Shared { id } => TestPlan::Matched {
                    id,
                    place: None,
                    steps: Vec::new(),
                    follows: RareChanges::default(),
                    retired: None,
                    overridden: row(id).is_some_and(TestRow::is_overridden),
                },
                Match::Ours { id } => TestPlan::Matched {
                    id,
                    place: place(id),
                    steps: if options.no_steps {
                        Vec::new()
                    } else {
                        missing_steps(record, id, snapshot)
                    },
                    follows: stored_steps.changes(record, id).into(),
                    retired: row(id).and_then(|row| row.retired),
                    overridden: row(id).is_some_and(TestRow::is_overridden),
                },
            };
            if plan.needs_folder() {
                folders.need(folder);
            }
            tests.push(plan);
        }
        let lost_aliases = finder.lost(records);
        let parted = lost_aliases.iter().map(|lost| {
            format!(
                "several tests in these reports used to be test {}; it stays linked to {:?}, and the others become separate tests again",
                lost.id, records[lost.record].name
            )
        });
        let warnings = [
            folder_warnings,
            matching_warnings,
            test_warnings,
            parted.collect(),
            findings.warnings.clone(),
            unused_fields(records, &tests, options),
            stored_steps.into_warning().into_iter().collect(),
        ]
        .concat();
        let rows_of_others = options.others.rows.clone();
        Self { folders, dedup: dedups, tests, lost_aliases, findings, rows_of_others, warnings }
    }

    /// The part of the plan that carries rows over, with the records that it is about.
    #[must_use]
    pub fn links_only(
        &self,
        records: &[TestRecord],
        snapshot: &Snapshot,
        namespace: &str,
    ) -> (Vec<TestRecord>, Self) {
        let chosen = records.iter().zip(&self.tests);
        let chosen: Vec<(&TestRecord, &TestPlan)> =
            chosen.filter(|(_, plan)| matches!(plan, TestPlan::Relink { .. })).collect();
        let records: Vec<TestRecord> = chosen.iter().map(|(record, _)| (*record).clone()).collect();
        let mut folders = FolderPlan::new(&records, &snapshot.folders, namespace);
        let mut tests: Vec<TestPlan> = chosen.iter().map(|(_, plan)| (*plan).clone()).collect();
        for (index, test) in tests.iter_mut().enumerate() {
            let folder = folders.of_record(index);
            if let TestPlan::Relink { moves, place, .. } = test {
                *moves = moves.map(|_| folder);
                *place = place.map(|_| folder);
            }
            if test.needs_folder() {
                folders.need(folder);
            }
        }
        let plan = Self {
            folders,
            dedup: Vec::new(),
            tests,
            lost_aliases: Vec::new(),
            findings: self.findings.clone(),
            rows_of_others: self.rows_of_others.clone(),
            warnings: self.warnings.clone(),
        };
        (records, plan)
    }

    /// The records whose test is not automated although nobody edited it: the server did not keep the flag.
    #[must_use]
    pub fn unflagged(&self, snapshot: &Snapshot) -> Vec<usize> {
        // Several records are pinned to a row that is about to be adopted.
        let adopted: HashSet<TestId> = self
            .tests
            .iter()
            .filter_map(|plan| match plan {
                TestPlan::Adopt { id, .. } => Some(*id),
                _ => None,
            })
            .collect();
        let is_unflagged = |plan: &TestPlan| match plan {
            TestPlan::Matched { id, .. }
                if adopted.contains(id) || self.rows_of_others.contains(id) =>
            {
                false
            }
            TestPlan::Matched { id, .. } => {
                snapshot.tests.get(id).is_some_and(TestRow::is_unflagged)
            }
            TestPlan::Create { .. } | TestPlan::Adopt { .. } | TestPlan::Relink { .. } => false,
        };
        (0..self.tests.len()).filter(|record| is_unflagged(&self.tests[*record])).collect()
    }

    /// Whether something is missing on a row that exists: an earlier import may have written it just now, and lists may lag.
    #[must_use]
    pub fn lacks_something(&self, snapshot: &Snapshot) -> bool {
        let is_unplaced =
            |folder: &PlannedFolder| snapshot.folders.unplaced(folder.identity).is_some();
        // Steps that the report has now and that no import wrote are no sign of lag.
        let lacks = |test: &TestPlan| match test {
            TestPlan::Matched { place, steps, retired, .. } => {
                place.is_some() || retired.is_some() || !steps.is_empty()
            }
            _ => false,
        };
        self.tests.iter().any(lacks) || self.folders.to_create().any(is_unplaced)
    }

    /// Whether nothing has to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dedup.is_empty()
            && self.lost_aliases.is_empty()
            && self.folders.to_create().next().is_none()
            && self.folders.to_link().next().is_none()
            && self.tests.iter().all(TestPlan::is_done)
    }
}
