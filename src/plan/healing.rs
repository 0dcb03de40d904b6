//! Twins that are provably ours and unused, and how they are made one again.
//!
//! Imports that ran at the same time may each have created what only one should. The lowest id stands; the others are
//! deleted, but only if nothing about them can be a person's work: they are as we write them, were never edited,
//! and were made within the window after the one that stands (a person's clone comes later). Everything else is
//! told and left. Only identities of this import's records and of their folders are looked at.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::api::ids::{PlanSuiteId, StepId, SuiteId, SuiteTestId, TestId};
use crate::api::wire::{Step, SuiteTest, Test};
use crate::identity::{self, Identity, NamespaceMark};
use crate::plan::folders::{FolderPlan, PlannedFolder};
use crate::plan::steps_of;
use crate::record::TestRecord;
use crate::snapshot::Snapshot;
use crate::text;

/// One write that makes twins one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heal {
    /// What is written.
    pub action: HealAction,
    /// The test's folder, or the folder's own path.
    pub path: Vec<String>,
    /// The name of the test or folder.
    pub name: String,
    /// The identity that the twins share.
    pub identity: Identity,
}

/// What is written about a twin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HealAction {
    /// The test `id`, whose description is nothing but `line`, stands a second time.
    DeleteTest {
        /// The row.
        id: TestId,
        /// What its description must still be.
        line: String,
    },
    /// A test of ours stands in a folder that will go.
    MoveTest {
        /// Its place.
        place: SuiteTestId,
        /// The folder that stays.
        to: SuiteId,
    },
    /// A folder of ours stands in a folder that will go.
    MoveFolder {
        /// Its place.
        place: PlanSuiteId,
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

/// The rows of which [`Snapshot::read_twins`] has to be asked: tests and folders that share an identity.
#[must_use]
pub fn twins_to_read(
    records: &[TestRecord],
    snapshot: &Snapshot,
    namespace: &str,
) -> (Vec<TestId>, Vec<SuiteId>) {
    let mut tests: Vec<TestId> = records
        .iter()
        .filter_map(|record| snapshot.tests_by_identity.get(&record.identity))
        .filter(|twins| twins.len() > 1)
        .flatten()
        .copied()
        .collect();
    tests.sort_unstable();
    tests.dedup();
    let mut suites: Vec<SuiteId> = FolderPlan::new(records, &snapshot.folders, namespace)
        .all()
        .map(|folder| snapshot.folders.with_identity(folder.identity))
        .filter(|twins| twins.len() > 1)
        .flatten()
        .copied()
        .collect();
    suites.sort_unstable();
    suites.dedup();
    (tests, suites)
}

/// All that heals the twins of `records`, in the order in which it is written: tests, what stands in folders that will
/// go, those folders, the deepest first, and steps.
pub(super) fn heals(
    records: &[TestRecord],
    snapshot: &Snapshot,
    folders: &FolderPlan,
    namespace: &str,
    window: Duration,
) -> Vec<Heal> {
    let healing = Healing {
        snapshot,
        mark: NamespaceMark::of(namespace),
        window: SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX),
    };
    let mut heals = Vec::new();
    let mut gone = HashSet::new();
    if !snapshot.twins.tests.is_empty() {
        for record in records {
            healing.tests(record, &mut heals, &mut gone);
        }
    }
    if !snapshot.twins.places.is_empty() {
        let mut twins: Vec<&PlannedFolder> = folders.all().collect();
        twins.sort_by_key(|folder| std::cmp::Reverse(folder.path.len()));
        let mut deleted = HashSet::new();
        for folder in twins {
            healing.folder(folder, folders, &gone, &mut deleted, &mut heals);
        }
    }
    if !snapshot.twins.steps.is_empty() {
        for record in records {
            healing.steps(record, &gone, &mut heals);
        }
    }
    heals
}

struct Healing<'a> {
    snapshot: &'a Snapshot,
    mark: NamespaceMark,
    window: SignedDuration,
}

impl Healing<'_> {
    fn tests(&self, record: &TestRecord, heals: &mut Vec<Heal>, gone: &mut HashSet<TestId>) {
        let Some([winner, losers @ ..]) =
            self.snapshot.tests_by_identity.get(&record.identity).map(Vec::as_slice)
        else {
            return;
        };
        let line = identity::test_line(&record.container, &record.name, record.identity, self.mark);
        for loser in losers {
            if self.is_spare_test(record, *winner, *loser, &line).is_some_and(|spare| spare) {
                gone.insert(*loser);
                heals.push(Heal {
                    action: HealAction::DeleteTest { id: *loser, line: line.clone() },
                    path: record.folder.clone(),
                    name: record.name.clone(),
                    identity: record.identity,
                });
            }
        }
    }

    /// None where something is not known.
    fn is_spare_test(
        &self,
        record: &TestRecord,
        winner: TestId,
        loser: TestId,
        line: &str,
    ) -> Option<bool> {
        let twins = &self.snapshot.twins;
        let (stands, row) = (twins.tests.get(&winner)?, twins.tests.get(&loser)?);
        let as_written = row.name == text::fit_name(&record.name)
            && row.epoch == Some(0)
            && row.is_automated == Some(true)
            && row.to_automate != Some(true)
            && row.precondition.as_deref().unwrap_or_default().is_empty()
            && identity::is_only(row.description.as_deref()?, line);
        let [place] = twins.placements.get(&loser)?.as_slice() else {
            return Some(false);
        };
        let is_beside = twins.placements.get(&winner)?.iter().any(|winners| {
            winners.suite_id == place.suite_id || self.are_twins(winners.suite_id, place.suite_id)
        });
        Some(
            as_written
                && is_beside
                && !twins.used.contains(&loser)
                && self.is_within(made(stands)?, row.created_at?),
        )
    }

    fn are_twins(&self, one: SuiteId, other: SuiteId) -> bool {
        let identity = |id| self.snapshot.folders.get(id)?.identity;
        identity(one).is_some_and(|shared| identity(other) == Some(shared))
    }

    fn is_within(&self, stands: Timestamp, other: Timestamp) -> bool {
        other.duration_since(stands).abs() <= self.window
    }

    fn folder(
        &self,
        folder: &PlannedFolder,
        folders: &FolderPlan,
        gone: &HashSet<TestId>,
        deleted: &mut HashSet<SuiteId>,
        heals: &mut Vec<Heal>,
    ) {
        let [winner, losers @ ..] = self.snapshot.folders.with_identity(folder.identity) else {
            return;
        };
        let heal = |action, name: &str, identity| Heal {
            action,
            path: folder.path.clone(),
            name: name.to_owned(),
            identity,
        };
        for loser in losers {
            if !self.is_spare_folder(folder, folders, *winner, *loser).is_some_and(|spare| spare) {
                continue;
            }
            for place in self.contents(*loser).filter(|place| !gone.contains(&place.test_id)) {
                if let Some(row) = self.snapshot.tests.get(&place.test_id)
                    && let Some(identity) = row.identity
                {
                    let action = HealAction::MoveTest { place: place.id, to: *winner };
                    heals.push(heal(action, &row.name, identity));
                }
            }
            for (below, row) in self.snapshot.folders.below(*loser) {
                if let (Some(place), Some(identity)) = (row.place, row.identity)
                    && !deleted.contains(&below)
                {
                    let action = HealAction::MoveFolder { place, to: *winner };
                    heals.push(heal(action, &row.name, identity));
                }
            }
            deleted.insert(*loser);
            let action = HealAction::DeleteFolder { id: *loser };
            heals.push(heal(action, &folder.name, folder.identity));
        }
    }

    /// None where something is not known.
    fn is_spare_folder(
        &self,
        folder: &PlannedFolder,
        folders: &FolderPlan,
        winner: SuiteId,
        loser: SuiteId,
    ) -> Option<bool> {
        let tree = &self.snapshot.folders;
        let (stands, row) = (tree.get(winner)?, tree.get(loser)?);
        let line = identity::folder_line(&folder.path, folder.identity, self.mark);
        let parent = folders.suite(folder.parent?)?;
        let is_placed = row.parent == parent || self.are_twins(row.parent, parent);
        let [_only] = self.snapshot.twins.places.get(&loser)?.as_slice() else {
            return Some(false);
        };
        // A test of somebody else, or one that stands in both folders, and a folder of somebody else: it is used.
        let beside = self.snapshot.tests_in_folder.get(&winner).map_or(&[][..], Vec::as_slice);
        let is_unused = self.contents(loser).all(|place| {
            let row = self.snapshot.tests.get(&place.test_id);
            row.is_some_and(|row| row.identity.is_some()) && !beside.contains(&place.test_id)
        }) && tree.below(loser).all(|(_, below)| below.identity.is_some());
        Some(
            *row.name == *text::fit_name(&folder.name)
                && is_unused
                && is_placed
                && identity::is_only(row.description.as_deref()?, &line)
                && self.is_within(stands.created_at?, row.created_at?),
        )
    }

    /// What stands in a folder that was asked for.
    fn contents(&self, folder: SuiteId) -> impl Iterator<Item = &SuiteTest> {
        self.snapshot.twins.contents.get(&folder).into_iter().flatten()
    }

    fn steps(&self, record: &TestRecord, gone: &HashSet<TestId>, heals: &mut Vec<Heal>) {
        let Some(test) = super::matching::bearer(record, self.snapshot) else {
            return;
        };
        let texts = steps_of(record);
        let mut by_sequence: BTreeMap<u64, Vec<&Step>> = BTreeMap::new();
        let twins = self.snapshot.twins.steps.iter();
        for step in twins.filter(|step| step.test_id == test && !gone.contains(&test)) {
            by_sequence.entry(step.sequence.unwrap_or_default()).or_default().push(step);
        }
        for (sequence, steps) in by_sequence {
            let index = usize::try_from(sequence).ok().and_then(|sequence| sequence.checked_sub(1));
            let Some((text, [first, rest @ ..])) =
                index.and_then(|index| texts.get(index)).map(|text| (text, steps.as_slice()))
            else {
                continue;
            };
            let is_ours = |step: &Step| {
                step.step.as_deref() == Some(&text.step)
                    && step.expected_result.as_deref() == Some(&text.expected_result)
                    && step.epoch == Some(0)
            };
            for step in rest.iter().filter(|step| is_ours(step)) {
                let times = first.created_at.zip(step.created_at);
                if times.is_some_and(|(first, other)| self.is_within(first, other)) {
                    heals.push(Heal {
                        action: HealAction::DeleteStep { id: step.id },
                        path: record.folder.clone(),
                        name: record.name.clone(),
                        identity: record.identity,
                    });
                }
            }
        }
    }
}

/// When a test was made, or adopted: the first change of a person's test was our line.
fn made(test: &Test) -> Option<Timestamp> {
    if test.epoch == Some(1) { test.updated_at.or(test.created_at) } else { test.created_at }
}

#[cfg(test)]
#[path = "healing_tests.rs"]
mod tests;
