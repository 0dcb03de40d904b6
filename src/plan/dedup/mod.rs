//! Deletes duplicates that are provably ours and unused.
//!
//! Concurrent imports may each have created a row that should exist once. The lowest id wins; the others are
//! deleted, but only if nothing about them can be a person's work: they are as an import writes them, were never edited,
//! and were created within the window after the winner (a person's clone comes later). All others are
//! kept, with a warning. Only identities of this import's records and of their folders are considered.

mod check;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;

use jiff::SignedDuration;

use crate::api::ids::{PlanSuiteId, StepId, SuiteId, SuiteTestId, TestId};
use crate::api::wire::Step;
use crate::description::IdentityLine;
use crate::snapshot::Snapshot;
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::record::TestRecord;

use super::aliases::RowFinder;
use super::fields::line_of;
use super::folders::{FolderPlan, PlannedFolder};
use super::options::PlanOptions;
use super::steps::steps_of;
use check::DuplicateChecker;
pub use check::KeepReason;

/// One write that removes a duplicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dedup {
    /// What is written.
    pub action: DedupAction,
    /// The test's folder, or the folder's own path.
    pub path: Vec<String>,
    /// The name of the test or folder.
    pub name: String,
    /// The identity that the duplicates share.
    pub identity: Identity,
}

/// What is written about a duplicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DedupAction {
    /// A test is deleted.
    DeleteTest {
        /// The row.
        id: TestId,
        /// The winner.
        winner: TestId,
        /// What must still be its whole description.
        line: IdentityLine,
    },
    /// A test of ours moves out of a folder that will be deleted.
    MoveTest {
        /// Its placement.
        place: SuiteTestId,
        /// The duplicate folder.
        from: SuiteId,
        /// The winner.
        to: SuiteId,
    },
    /// The second placement of a test in one folder, or in a folder and a duplicate of it, is deleted.
    DeletePlace {
        /// The row.
        place: SuiteTestId,
    },
    /// A folder of ours moves out of a folder that will be deleted.
    MoveFolder {
        /// Its place in the tree.
        place: PlanSuiteId,
        /// The duplicate folder.
        from: SuiteId,
        /// The winner.
        to: SuiteId,
    },
    /// A folder, which is empty by now, is deleted.
    DeleteFolder {
        /// The row.
        id: SuiteId,
    },
    /// A step is deleted.
    DeleteStep {
        /// The row.
        id: StepId,
    },
}

/// The deduplication of all records and their folders.
#[derive(Debug, Default)]
pub(super) struct DedupPlan {
    /// The writes in their order: tests, contents of duplicate folders, those folders from the inside out, steps.
    pub(super) dedups: Vec<Dedup>,
    /// Duplicate folders that are kept.
    pub(super) folder_warnings: Vec<String>,
    /// Duplicate tests that are kept.
    pub(super) test_warnings: Vec<String>,
}

/// The kind of a duplicate row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum RowKind {
    Test,
    Folder,
    Step,
}

/// Decides whether a duplicate is deleted, by the reasons to keep it.
pub(super) type DeletePolicy<'a> = &'a dyn Fn(RowKind, &[KeepReason]) -> bool;

/// Any reason keeps a row.
pub(super) const NO_KEEP_REASON: DeletePolicy<'static> = &|_, reasons| reasons.is_empty();

/// Plans the deduplication of `records` and their `folders`.
pub(super) fn plan(
    records: &[TestRecord],
    finder: &RowFinder<'_>,
    snapshot: &Snapshot,
    folders: &FolderPlan,
    options: &PlanOptions,
    policy: DeletePolicy<'_>,
) -> DedupPlan {
    let mut planner = DedupPlanner {
        snapshot,
        finder,
        checker: DuplicateChecker {
            snapshot,
            namespace: &options.namespace,
            mark: NamespaceMark::of(&options.namespace),
            window: SignedDuration::try_from(options.window).unwrap_or(SignedDuration::MAX),
            duplicate_folders: HashMap::new(),
        },
        policy,
        dedups: Vec::new(),
        deleted_tests: HashSet::new(),
        deleted_folders: HashSet::new(),
        kept_tests: HashMap::new(),
        kept_folders: HashMap::new(),
    };
    let duplicates = &snapshot.duplicates;
    let deleted = planner.judge_folders(folders);
    // Most projects have no duplicates, and many records.
    if !duplicates.tests.is_empty() {
        records.iter().for_each(|record| planner.delete_tests(record));
    }
    if !duplicates.repeated_placements.is_empty() {
        records.iter().for_each(|record| planner.delete_placements(record));
    }
    planner.delete_folders(&deleted);
    if !duplicates.steps.is_empty() {
        records.iter().for_each(|record| planner.delete_steps(record));
    }
    planner.into_plan(records, folders)
}

struct DedupPlanner<'a> {
    snapshot: &'a Snapshot,
    finder: &'a RowFinder<'a>,
    checker: DuplicateChecker<'a>,
    policy: DeletePolicy<'a>,
    dedups: Vec<Dedup>,
    deleted_tests: HashSet<TestId>,
    deleted_folders: HashSet<SuiteId>,
    /// With the first reason.
    kept_tests: HashMap<TestId, KeepReason>,
    kept_folders: HashMap<SuiteId, KeepReason>,
}

/// A folder that is deleted.
struct DeletedFolder<'f> {
    folder: &'f PlannedFolder,
    winner: SuiteId,
    loser: SuiteId,
}

impl DedupPlanner<'_> {
    fn push(&mut self, record: &TestRecord, action: DedupAction) {
        self.dedups.push(Dedup {
            action,
            path: record.class.folder.to_vec(),
            name: record.name.to_string(),
            identity: record.identity,
        });
    }

    fn delete_tests(&mut self, record: &TestRecord) {
        let Some([winner, losers @ ..]) =
            self.snapshot.tests_by_identity.get(&record.identity).map(Vec::as_slice)
        else {
            return;
        };
        let line = line_of(record, self.checker.mark);
        for &id in losers {
            let reasons = self.checker.test(record, *winner, id, &line);
            if (self.policy)(RowKind::Test, &reasons) {
                self.deleted_tests.insert(id);
                let (winner, line) = (*winner, line.clone());
                self.push(record, DedupAction::DeleteTest { id, winner, line });
            } else if let Some(reason) = reasons.first() {
                self.kept_tests.insert(id, *reason);
            }
        }
    }

    /// The second placement of a test in one folder says nothing that the first does not.
    fn delete_placements(&mut self, record: &TestRecord) {
        let test = self.finder.find(record);
        for row in &self.snapshot.duplicates.repeated_placements {
            if Some(row.test_id) == test {
                self.push(record, DedupAction::DeletePlace { place: row.id });
            }
        }
    }

    /// The folders to delete, from the inside out.
    fn judge_folders<'f>(&mut self, folders: &'f FolderPlan) -> Vec<DeletedFolder<'f>> {
        let mut planned: Vec<&PlannedFolder> = folders.all().collect();
        planned.sort_by_key(|folder| std::cmp::Reverse(folder.path.len()));
        let mut deleted = Vec::new();
        for folder in planned {
            let [winner, losers @ ..] = self.snapshot.folders.with_identity(folder.identity) else {
                continue;
            };
            for loser in losers {
                let reasons = self.checker.folder(folder, folders, *winner, *loser);
                if reasons.iter().all(|reason| reason.is_about_use()) {
                    self.checker.duplicate_folders.insert(*loser, *winner);
                }
                if (self.policy)(RowKind::Folder, &reasons) {
                    self.deleted_folders.insert(*loser);
                    deleted.push(DeletedFolder { folder, winner: *winner, loser: *loser });
                } else if let Some(reason) = reasons.first() {
                    self.kept_folders.insert(*loser, *reason);
                }
            }
        }
        deleted
    }

    /// All contents are moved before the first folder is deleted.
    fn delete_folders(&mut self, deleted: &[DeletedFolder<'_>]) {
        for folder in deleted {
            self.move_contents(folder);
        }
        self.dedups.extend(deleted.iter().map(|DeletedFolder { folder, loser, .. }| Dedup {
            action: DedupAction::DeleteFolder { id: *loser },
            path: folder.path.clone(),
            name: folder.name.clone(),
            identity: folder.identity,
        }));
    }

    fn move_contents(&mut self, &DeletedFolder { folder, winner, loser }: &DeletedFolder<'_>) {
        let snapshot = self.snapshot;
        let is_beside = |test| self.checker.contents(winner).any(|place| place.test_id == test);
        let tests = self.checker.contents(loser).filter_map(|place| {
            let row = snapshot.tests.get(&place.test_id)?;
            let stays = !self.deleted_tests.contains(&place.test_id);
            let action = if is_beside(place.test_id) {
                DedupAction::DeletePlace { place: place.id }
            } else {
                DedupAction::MoveTest { place: place.id, from: loser, to: winner }
            };
            stays.then_some((action, row.name.to_string(), row.identity?))
        });
        let folders = snapshot.folders.below(loser).filter_map(|(below, row)| {
            let stays = !self.deleted_folders.contains(&below);
            let action = DedupAction::MoveFolder { place: row.place?, from: loser, to: winner };
            stays.then_some((action, row.name.to_string(), row.identity?))
        });
        let moves = tests.chain(folders).map(|(action, name, identity)| Dedup {
            action,
            path: folder.path.clone(),
            name,
            identity,
        });
        self.dedups.extend(moves);
    }

    fn delete_steps(&mut self, record: &TestRecord) {
        let Some(test) = self.finder.find(record) else {
            return;
        };
        let texts = steps_of(record);
        let mut by_sequence: BTreeMap<u64, Vec<&Step>> = BTreeMap::new();
        for step in self.snapshot.duplicates.steps.iter().filter(|step| step.test_id == test) {
            by_sequence.entry(step.sequence.unwrap_or_default()).or_default().push(step);
        }
        for steps in by_sequence.into_values() {
            let [winner, losers @ ..] = steps.as_slice() else {
                continue;
            };
            for step in losers {
                if (self.policy)(RowKind::Step, &self.checker.step(&texts, winner, step)) {
                    self.push(record, DedupAction::DeleteStep { id: step.id });
                }
            }
        }
    }

    fn into_plan(self, records: &[TestRecord], folders: &FolderPlan) -> DedupPlan {
        let folder_warning = |folder: &PlannedFolder| {
            let rows = self.snapshot.folders.with_identity(folder.identity);
            let name = || format!("folder {:?}", folder.path.join("/"));
            warning(name, "(suites", rows, &self.kept_folders)
        };
        let test_warning = |record: &TestRecord| {
            let rows = self.snapshot.tests_by_identity.get(&record.identity)?;
            let name = || format!("{:?}", record.name);
            warning(name, "in the project (tests", rows, &self.kept_tests)
        };
        DedupPlan {
            folder_warnings: folders.all().filter_map(folder_warning).collect(),
            test_warnings: records.iter().filter_map(test_warning).collect(),
            dedups: self.dedups,
        }
    }
}

/// Says which of `rows`, the first of which is the winner, are `kept`, and why; none if no row is.
fn warning<Id: Copy + Eq + Hash + Display>(
    name: impl Fn() -> String,
    place: &str,
    rows: &[Id],
    kept: &HashMap<Id, KeepReason>,
) -> Option<String> {
    let (first, rest) = rows.split_first()?;
    let kept: Vec<(Id, KeepReason)> =
        rest.iter().filter_map(|id| Some((*id, *kept.get(id)?))).collect();
    if kept.is_empty() {
        return None;
    }
    let ids: Vec<String> =
        std::iter::once(first).chain(kept.iter().map(|(id, _)| id)).map(Id::to_string).collect();
    let reasons: Vec<String> =
        kept.iter().map(|(id, reason)| format!("{id} is kept, because {reason}")).collect();
    Some(format!(
        "{} exists {} times {place} {}); the first is used; {}",
        name(),
        ids.len(),
        ids.join(", "),
        reasons.join("; ")
    ))
}

#[cfg(test)]
mod tests;
