//! Twins that are provably ours and unused, and how they are made one again.
//!
//! Imports that ran at the same time may each have created what only one should. The lowest id stands; the others are
//! deleted, but only if nothing about them can be a person's work: they are as we write them, were never edited,
//! and were made within the window after the one that stands (a person's clone comes later). Everything else is
//! told and left. Only identities of this import's records and of their folders are looked at.

mod check;

use crate::description;
use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::SignedDuration;

use crate::api::ids::{PlanSuiteId, StepId, SuiteId, SuiteTestId, TestId};
use crate::api::wire::Step;
use crate::plan::folders::{FolderPlan, PlannedFolder};
use crate::plan::{PlanOptions, steps_of};
use crate::snapshot::Snapshot;
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::record::TestRecord;

use check::DuplicateChecker;
pub use check::KeepReason;

/// One write that makes twins one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dedup {
    /// What is written.
    pub action: DedupAction,
    /// The test's folder, or the folder's own path.
    pub path: Vec<String>,
    /// The name of the test or folder.
    pub name: String,
    /// The identity that the twins share.
    pub identity: Identity,
}

/// What is written about a twin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DedupAction {
    /// The test `id`, whose description is nothing but `line`, stands a second time.
    DeleteTest {
        /// The row.
        id: TestId,
        /// The one that stays.
        stays: TestId,
        /// What its description must still be.
        line: String,
    },
    /// A test of ours stands in a folder that will go.
    MoveTest {
        /// Its place.
        place: SuiteTestId,
        /// The folder that goes.
        from: SuiteId,
        /// The folder that stays.
        to: SuiteId,
    },
    /// The test stands a second time in one folder.
    DeletePlace {
        /// The row.
        place: SuiteTestId,
    },
    /// A folder of ours stands in a folder that will go.
    MoveFolder {
        /// Its place.
        place: PlanSuiteId,
        /// The folder that goes.
        from: SuiteId,
        /// The folder that stays.
        to: SuiteId,
    },
    /// The folder stands a second time, and is empty by now.
    DeleteFolder {
        /// The row.
        id: SuiteId,
    },
    /// The step stands a second time.
    DeleteStep {
        /// The row.
        id: StepId,
    },
}

/// The rows of which [`Snapshot::read_duplicates`] has to be asked: tests and folders that share an identity.
#[must_use]
pub fn duplicates_to_read(
    records: &[TestRecord],
    snapshot: &Snapshot,
    namespace: &str,
) -> (Vec<TestId>, Vec<SuiteId>) {
    let mut tests: Vec<TestId> = records
        .iter()
        .filter_map(|record| snapshot.tests_by_identity.get(&record.identity))
        .filter(|duplicates| duplicates.len() > 1)
        .flatten()
        .copied()
        .collect();
    tests.sort_unstable();
    tests.dedup();
    let mut suites: Vec<SuiteId> = FolderPlan::new(records, &snapshot.folders, namespace)
        .all()
        .map(|folder| snapshot.folders.with_identity(folder.identity))
        .filter(|duplicates| duplicates.len() > 1)
        .flatten()
        .copied()
        .collect();
    suites.sort_unstable();
    suites.dedup();
    (tests, suites)
}

/// What becomes of twins.
#[derive(Debug, Default)]
pub(super) struct DedupPlan {
    /// All that heals them, in the order in which it is written: tests, what stands in folders that will go, those
    /// folders, the deepest first, and steps.
    pub(super) dedups: Vec<Dedup>,
    /// Tests that are left, and the first thing that speaks against their deletion.
    pub(super) tests_left: HashMap<TestId, KeepReason>,
    /// Folders that are left.
    pub(super) folders_left: HashMap<SuiteId, KeepReason>,
}

/// What kind of row a proof is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum RowKind {
    /// A test.
    Test,
    /// A folder.
    Folder,
    /// A step.
    Step,
}

/// Decides whether a twin goes, from all that speaks against it.
pub(super) type DeletePolicy<'a> = &'a dyn Fn(RowKind, &[KeepReason]) -> bool;

/// Any doubt is enough to leave a row alone.
pub(super) const NO_REASON: DeletePolicy<'static> = &|_, reasons| reasons.is_empty();

/// How the twins of `records` are healed.
pub(super) fn dedups(
    records: &[TestRecord],
    snapshot: &Snapshot,
    folders: &FolderPlan,
    options: &PlanOptions,
    policy: DeletePolicy<'_>,
) -> DedupPlan {
    let checker = DuplicateChecker {
        snapshot,
        mark: NamespaceMark::of(&options.namespace),
        window: SignedDuration::try_from(options.window).unwrap_or(SignedDuration::MAX),
        duplicate_folders: HashMap::new(),
    };
    let mut healer = DedupPlanner {
        checker,
        policy,
        tests: HashSet::new(),
        folders: HashSet::new(),
        dedup: DedupPlan::default(),
    };
    let spare = healer.judge_folders(folders);
    if !snapshot.duplicates.tests.is_empty() {
        for record in records {
            healer.heal_tests(record);
        }
    }
    if !snapshot.duplicates.doubled.is_empty() {
        for record in records {
            healer.heal_places(record);
        }
    }
    healer.heal_folders(&spare);
    if !snapshot.duplicates.steps.is_empty() {
        for record in records {
            healer.heal_steps(record);
        }
    }
    healer.dedup
}

struct DedupPlanner<'a> {
    checker: DuplicateChecker<'a>,
    policy: DeletePolicy<'a>,
    /// Tests that go.
    tests: HashSet<TestId>,
    /// Folders that go.
    folders: HashSet<SuiteId>,
    dedup: DedupPlan,
}

/// A folder that goes.
struct SpareFolder<'f> {
    folder: &'f PlannedFolder,
    winner: SuiteId,
    loser: SuiteId,
}

impl DedupPlanner<'_> {
    fn heal_tests(&mut self, record: &TestRecord) {
        let snapshot = self.checker.snapshot;
        let Some([winner, losers @ ..]) =
            snapshot.tests_by_identity.get(&record.identity).map(Vec::as_slice)
        else {
            return;
        };
        let mark = self.checker.mark;
        let line = description::test_line(&record.container, &record.name, record.identity, mark);
        for loser in losers {
            let reasons = self.checker.test(record, *winner, *loser, &line);
            if (self.policy)(RowKind::Test, &reasons) {
                self.tests.insert(*loser);
                self.dedup.dedups.push(Dedup {
                    action: DedupAction::DeleteTest {
                        id: *loser,
                        stays: *winner,
                        line: line.clone(),
                    },
                    path: record.folder.to_vec(),
                    name: record.name.to_string(),
                    identity: record.identity,
                });
            } else if let Some(reason) = reasons.first() {
                self.dedup.tests_left.insert(*loser, *reason);
            }
        }
    }

    /// Two rows that put one test into one folder say the same: nothing is lost with the second.
    fn heal_places(&mut self, record: &TestRecord) {
        let snapshot = self.checker.snapshot;
        let find_by_identity = super::matching::find_by_identity(record, snapshot);
        for row in
            snapshot.duplicates.doubled.iter().filter(|row| Some(row.test_id) == find_by_identity)
        {
            self.dedup.dedups.push(Dedup {
                action: DedupAction::DeletePlace { place: row.id },
                path: record.folder.to_vec(),
                name: record.name.to_string(),
                identity: record.identity,
            });
        }
    }

    /// Which folders go, the deepest first.
    fn judge_folders<'f>(&mut self, folders: &'f FolderPlan) -> Vec<SpareFolder<'f>> {
        let tree = &self.checker.snapshot.folders;
        let mut planned: Vec<&PlannedFolder> = folders.all().collect();
        planned.sort_by_key(|folder| std::cmp::Reverse(folder.path.len()));
        let mut spare = Vec::new();
        for folder in planned {
            let [winner, losers @ ..] = tree.with_identity(folder.identity) else {
                continue;
            };
            for loser in losers {
                let reasons = self.checker.folder(folder, folders, *winner, *loser);
                if reasons.iter().all(|reason| reason.is_about_use()) {
                    self.checker.duplicate_folders.insert(*loser, *winner);
                }
                if (self.policy)(RowKind::Folder, &reasons) {
                    self.folders.insert(*loser);
                    spare.push(SpareFolder { folder, winner: *winner, loser: *loser });
                } else if let Some(reason) = reasons.first() {
                    self.dedup.folders_left.insert(*loser, *reason);
                }
            }
        }
        spare
    }

    /// First everything moves out of the folders that go, then they go, from the inside out.
    fn heal_folders(&mut self, spare: &[SpareFolder<'_>]) {
        for SpareFolder { folder, winner, loser } in spare {
            self.move_contents(folder, *winner, *loser);
        }
        for SpareFolder { folder, loser, .. } in spare {
            self.dedup.dedups.push(Dedup {
                action: DedupAction::DeleteFolder { id: *loser },
                path: folder.path.clone(),
                name: folder.name.clone(),
                identity: folder.identity,
            });
        }
    }

    fn move_contents(&mut self, folder: &PlannedFolder, winner: SuiteId, loser: SuiteId) {
        let snapshot = self.checker.snapshot;
        let mut moves = Vec::new();
        for place in self.checker.contents(loser) {
            if let Some(row) = snapshot.tests.get(&place.test_id)
                && let Some(identity) = row.identity
                && !self.tests.contains(&place.test_id)
            {
                let action = DedupAction::MoveTest { place: place.id, from: loser, to: winner };
                moves.push((action, row.name.to_string(), identity));
            }
        }
        for (below, row) in snapshot.folders.below(loser) {
            if let (Some(place), Some(identity)) = (row.place, row.identity)
                && !self.folders.contains(&below)
            {
                let action = DedupAction::MoveFolder { place, from: loser, to: winner };
                moves.push((action, row.name.to_string(), identity));
            }
        }
        let dedups = moves.into_iter().map(|(action, name, identity)| Dedup {
            action,
            path: folder.path.clone(),
            name,
            identity,
        });
        self.dedup.dedups.extend(dedups);
    }

    fn heal_steps(&mut self, record: &TestRecord) {
        let snapshot = self.checker.snapshot;
        let Some(test) = super::matching::find_by_identity(record, snapshot) else {
            return;
        };
        let texts = steps_of(record);
        let mut by_sequence: BTreeMap<u64, Vec<&Step>> = BTreeMap::new();
        for step in snapshot.duplicates.steps.iter().filter(|step| step.test_id == test) {
            by_sequence.entry(step.sequence.unwrap_or_default()).or_default().push(step);
        }
        for steps in by_sequence.into_values() {
            let [first, rest @ ..] = steps.as_slice() else {
                continue;
            };
            for step in rest {
                if (self.policy)(RowKind::Step, &self.checker.step(&texts, first, step)) {
                    self.dedup.dedups.push(Dedup {
                        action: DedupAction::DeleteStep { id: step.id },
                        path: record.folder.to_vec(),
                        name: record.name.to_string(),
                        identity: record.identity,
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
