//! What speaks against deleting a twin: each rule of its own, so that a message can name it, and so that the search in
//! `plan::convergence` can show for each what goes wrong without it.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::api::ids::{SuiteId, TestId};
use crate::api::wire::{Step, SuiteTest, Test};
use crate::identity::{self, NamespaceMark};
use crate::plan::folders::{FolderPlan, PlannedFolder};
use crate::record::{StepText, TestRecord};
use crate::snapshot::Snapshot;
use crate::text;

/// Why a twin may be a person's, or in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Doubt {
    /// The server did not say all that has to be known.
    Unknown,
    /// Its name or another field is not as imports write it.
    NotAsWritten,
    /// It was changed after it was made.
    Edited,
    /// Its description says more than our line.
    Described,
    /// It does not stand beside the one that stays.
    Elsewhere,
    /// It stands in several places.
    SeveralPlaces,
    /// A run has results of it, or what others made stands in it.
    InUse,
    /// It was made longer after the one that stays than imports at the same time can have made it.
    Late,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the server does not tell enough about it",
            Self::NotAsWritten => "it is not as imports write it",
            Self::Edited => "it was edited",
            Self::Described => "somebody described it",
            Self::Elsewhere => "it stands elsewhere",
            Self::SeveralPlaces => "it stands in several places",
            Self::InUse => "it is in use",
            Self::Late => "it was made much later",
        })
    }
}

/// Looks at twins; says everything that speaks against their deletion.
pub(super) struct Prover<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) mark: NamespaceMark,
    pub(super) window: SignedDuration,
}

/// Collects doubts; most rows give none.
#[derive(Default)]
struct Doubts(Vec<Doubt>);

impl Doubts {
    fn unless(&mut self, holds: bool, doubt: Doubt) {
        if !holds {
            self.0.push(doubt);
        }
    }
}

impl Prover<'_> {
    /// Whether `loser`, whose description should be `line`, is as an import at the same time would have made it.
    pub(super) fn test(
        &self,
        record: &TestRecord,
        winner: TestId,
        loser: TestId,
        line: &str,
    ) -> Vec<Doubt> {
        let twins = &self.snapshot.twins;
        let mut doubts = Doubts::default();
        let (Some(stands), Some(row), Some(places)) =
            (twins.tests.get(&winner), twins.tests.get(&loser), twins.placements.get(&loser))
        else {
            return vec![Doubt::Unknown];
        };
        let is_plain = row.name == text::fit_name(&record.name)
            && row.is_automated == Some(true)
            && row.to_automate != Some(true)
            && row.precondition.as_deref().unwrap_or_default().is_empty();
        doubts.unless(is_plain, Doubt::NotAsWritten);
        doubts.unless(row.epoch == Some(0), Doubt::Edited);
        let described = row.description.as_deref().unwrap_or_default();
        doubts.unless(identity::is_only(described, line), Doubt::Described);
        doubts.unless(places.len() == 1, Doubt::SeveralPlaces);
        let winners = twins.placements.get(&winner).map_or(&[][..], Vec::as_slice);
        let is_beside = places.iter().all(|place| {
            winners.iter().any(|winner| {
                winner.suite_id == place.suite_id || self.are_twins(winner.suite_id, place.suite_id)
            })
        });
        doubts.unless(is_beside, Doubt::Elsewhere);
        doubts.unless(!twins.used.contains(&loser), Doubt::InUse);
        doubts.0.extend(self.lateness(&made(stands), row.created_at));
        doubts.0
    }

    /// The same for a folder.
    pub(super) fn folder(
        &self,
        folder: &PlannedFolder,
        folders: &FolderPlan,
        winner: SuiteId,
        loser: SuiteId,
    ) -> Vec<Doubt> {
        let tree = &self.snapshot.folders;
        let mut doubts = Doubts::default();
        let parent = folder.parent.and_then(|parent| folders.suite(parent));
        let (Some(stands), Some(row), Some(parent), Some(places)) =
            (tree.get(winner), tree.get(loser), parent, self.snapshot.twins.places.get(&loser))
        else {
            return vec![Doubt::Unknown];
        };
        let line = identity::folder_line(&folder.path, folder.identity, self.mark);
        doubts.unless(*row.name == *text::fit_name(&folder.name), Doubt::NotAsWritten);
        let described = row.description.as_deref().unwrap_or_default();
        doubts.unless(identity::is_only(described, &line), Doubt::Described);
        doubts.unless(row.parent == parent || self.are_twins(row.parent, parent), Doubt::Elsewhere);
        doubts.unless(places.len() == 1, Doubt::SeveralPlaces);
        // A test of somebody else, or one that stands in both folders, and a folder of somebody else: it is used.
        let beside = self.snapshot.tests_in_folder.get(&winner).map_or(&[][..], Vec::as_slice);
        let is_unused = self.contents(loser).all(|place| {
            let row = self.snapshot.tests.get(&place.test_id);
            row.is_some_and(|row| row.identity.is_some()) && !beside.contains(&place.test_id)
        }) && tree.below(loser).all(|(_, below)| below.identity.is_some());
        doubts.unless(is_unused, Doubt::InUse);
        doubts.0.extend(self.lateness(&[stands.created_at], row.created_at));
        doubts.0
    }

    /// The same for a step of a test, which should say `text`.
    pub(super) fn step(&self, text: &StepText, first: &Step, step: &Step) -> Vec<Doubt> {
        let mut doubts = Doubts::default();
        let is_plain = step.step.as_deref() == Some(&text.step)
            && step.expected_result.as_deref() == Some(&text.expected_result);
        doubts.unless(is_plain, Doubt::NotAsWritten);
        doubts.unless(step.epoch == Some(0), Doubt::Edited);
        doubts.0.extend(self.lateness(&[first.created_at], step.created_at));
        doubts.0
    }

    /// What stands in a folder that was asked for.
    pub(super) fn contents(&self, folder: SuiteId) -> impl Iterator<Item = &SuiteTest> {
        self.snapshot.twins.contents.get(&folder).into_iter().flatten()
    }

    fn are_twins(&self, one: SuiteId, other: SuiteId) -> bool {
        let identity = |id| self.snapshot.folders.get(id)?.identity;
        identity(one).is_some_and(|shared| identity(other) == Some(shared))
    }

    /// `stands`: since when the one that stays may have been what others looked for.
    fn lateness(&self, stands: &[Option<Timestamp>], other: Option<Timestamp>) -> Option<Doubt> {
        let mut pairs = stands.iter().map(|stands| stands.zip(other));
        if pairs.clone().all(|pair| pair.is_none()) {
            return Some(Doubt::Unknown);
        }
        let is_within = pairs.any(|pair| {
            pair.is_some_and(|(stands, other)| other.duration_since(stands).abs() <= self.window)
        });
        (!is_within).then_some(Doubt::Late)
    }
}

/// When a test was made, and when it may have been adopted: the first change of a person's test was our line.
fn made(test: &Test) -> Vec<Option<Timestamp>> {
    if test.epoch == Some(1) {
        vec![test.created_at, test.updated_at]
    } else {
        vec![test.created_at]
    }
}
