//! What speaks against deleting a twin: each rule of its own, so that a message can name it, and so that the search in
//! `plan::convergence` can show for each what goes wrong without it.

use crate::description;
use std::collections::HashMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::api::ids::{SuiteId, TestId};
use crate::api::wire::{Step, SuiteTest, Test};
use crate::plan::folders::{FolderPlan, PlannedFolder};
use crate::plan::steps_of;
use crate::snapshot::Snapshot;
use test_reports::identity::NamespaceMark;
use test_reports::record::{StepText, TestRecord};
use test_reports::text;

/// Why a twin may be a person's, or in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeepReason {
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
    /// It has steps that imports do not write.
    Steps,
    /// It was made longer after the one that stays than imports at the same time can have made it.
    Late,
}

impl KeepReason {
    /// Whether it says that somebody uses the row, not that somebody else made it.
    pub(super) fn is_about_use(self) -> bool {
        matches!(self, Self::InUse | Self::SeveralPlaces)
    }
}

impl fmt::Display for KeepReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the server does not tell enough about it",
            Self::NotAsWritten => "it is not as imports write it",
            Self::Edited => "it was edited",
            Self::Described => "somebody described it",
            Self::Elsewhere => "it stands elsewhere",
            Self::SeveralPlaces => "it stands in several places",
            Self::InUse => "it is in use",
            Self::Steps => "it has steps of its own",
            Self::Late => "it was made much later",
        })
    }
}

/// Looks at twins; says everything that speaks against their deletion.
pub(super) struct DuplicateChecker<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) mark: NamespaceMark,
    pub(super) window: SignedDuration,
    /// Folders that imports made beside another one, and that one. Others that bear the same identity are a person's clones.
    pub(super) duplicate_folders: HashMap<SuiteId, SuiteId>,
}

/// Collects doubts; most rows give none.
#[derive(Default)]
struct KeepReasons(Vec<KeepReason>);

impl KeepReasons {
    fn unless(&mut self, holds: bool, reason: KeepReason) {
        if !holds {
            self.0.push(reason);
        }
    }
}

impl DuplicateChecker<'_> {
    /// Whether `loser`, whose description should be `line`, is as an import at the same time would have made it.
    pub(super) fn test(
        &self,
        record: &TestRecord,
        winner: TestId,
        loser: TestId,
        line: &str,
    ) -> Vec<KeepReason> {
        let duplicates = &self.snapshot.duplicates;
        let mut reasons = KeepReasons::default();
        let (Some(stands), Some(row), Some(places)) = (
            duplicates.tests.get(&winner),
            duplicates.tests.get(&loser),
            duplicates.placements.get(&loser),
        ) else {
            return vec![KeepReason::Unknown];
        };
        let is_plain = row.name == text::fit_name(&record.name)
            && row.is_automated == Some(true)
            && row.to_automate != Some(true)
            && row.precondition.as_deref().unwrap_or_default().is_empty();
        reasons.unless(is_plain, KeepReason::NotAsWritten);
        reasons.unless(row.epoch == Some(0), KeepReason::Edited);
        let described = row.description.as_deref().unwrap_or_default();
        reasons.unless(description::is_only(described, line), KeepReason::Described);
        reasons.unless(places.len() == 1, KeepReason::SeveralPlaces);
        let winners = duplicates.placements.get(&winner).map_or(&[][..], Vec::as_slice);
        let is_beside = places.iter().all(|place| {
            winners
                .iter()
                .any(|winner| self.staying(winner.suite_id) == self.staying(place.suite_id))
        });
        reasons.unless(is_beside, KeepReason::Elsewhere);
        reasons.unless(!duplicates.used.contains(&loser), KeepReason::InUse);
        let texts = steps_of(record);
        let mut steps = duplicates.steps_of.get(&loser).into_iter().flatten();
        reasons.unless(steps.all(|step| is_as_written(step, &texts)), KeepReason::Steps);
        reasons.0.extend(self.lateness(&made(stands, line), row.created_at));
        reasons.0
    }

    /// The same for a folder.
    pub(super) fn folder(
        &self,
        folder: &PlannedFolder,
        folders: &FolderPlan,
        winner: SuiteId,
        loser: SuiteId,
    ) -> Vec<KeepReason> {
        let tree = &self.snapshot.folders;
        let mut reasons = KeepReasons::default();
        let parent = folder.parent.and_then(|parent| folders.suite(parent));
        let (Some(stands), Some(row), Some(parent), Some(places)) = (
            tree.get(winner),
            tree.get(loser),
            parent,
            self.snapshot.duplicates.places.get(&loser),
        ) else {
            return vec![KeepReason::Unknown];
        };
        let line = description::folder_line(&folder.path, folder.identity, self.mark);
        reasons.unless(*row.name == *text::fit_name(&folder.name), KeepReason::NotAsWritten);
        let described = row.description.as_deref().unwrap_or_default();
        reasons.unless(description::is_only(described, &line), KeepReason::Described);
        reasons.unless(
            row.parent == parent || self.are_duplicates(row.parent, parent),
            KeepReason::Elsewhere,
        );
        reasons.unless(places.len() == 1, KeepReason::SeveralPlaces);
        // A test of somebody else, or one that stands in both folders, and a folder of somebody else: it is used.
        let beside = self.snapshot.tests_in_folder.get(&winner).map_or(&[][..], Vec::as_slice);
        let is_unused = self.contents(loser).all(|place| {
            let row = self.snapshot.tests.get(&place.test_id);
            row.is_some_and(|row| row.identity.is_some()) && !beside.contains(&place.test_id)
        }) && tree.below(loser).all(|(_, below)| below.identity.is_some());
        reasons.unless(is_unused && !tree.is_below(winner, loser), KeepReason::InUse);
        reasons.0.extend(self.lateness(&[stands.created_at], row.created_at));
        reasons.0
    }

    /// The same for a step of a test, which should say one of `texts`.
    pub(super) fn step(&self, texts: &[StepText], first: &Step, step: &Step) -> Vec<KeepReason> {
        let mut reasons = KeepReasons::default();
        reasons.unless(is_worded(step, texts), KeepReason::NotAsWritten);
        reasons.unless(step.epoch == Some(0), KeepReason::Edited);
        reasons.unless(!self.snapshot.duplicates.used.contains(&step.test_id), KeepReason::InUse);
        reasons.0.extend(self.lateness(&[first.created_at], step.created_at));
        reasons.0
    }

    /// What stands in a folder that was asked for.
    pub(super) fn contents(&self, folder: SuiteId) -> impl Iterator<Item = &SuiteTest> {
        self.snapshot.duplicates.contents.get(&folder).into_iter().flatten()
    }

    /// The folder that stands for `folder`.
    fn staying(&self, folder: SuiteId) -> SuiteId {
        self.duplicate_folders.get(&folder).copied().unwrap_or(folder)
    }

    fn are_duplicates(&self, one: SuiteId, other: SuiteId) -> bool {
        let identity = |id| self.snapshot.folders.get(id)?.identity;
        identity(one).is_some_and(|shared| identity(other) == Some(shared))
    }

    /// `stands`: since when the one that stays may have been what others looked for.
    fn lateness(
        &self,
        stands: &[Option<Timestamp>],
        other: Option<Timestamp>,
    ) -> Option<KeepReason> {
        let mut pairs = stands.iter().map(|stands| stands.zip(other));
        if pairs.clone().all(|pair| pair.is_none()) {
            return Some(KeepReason::Unknown);
        }
        let is_within = pairs.any(|pair| {
            pair.is_some_and(|(stands, other)| other.duration_since(stands).abs() <= self.window)
        });
        (!is_within).then_some(KeepReason::Late)
    }
}

/// When a test was made, and when it may have been adopted: one that says more than our line and was changed once. A person's
/// change of a test that we made is no adoption.
fn made(test: &Test, line: &str) -> Vec<Option<Timestamp>> {
    let described = test.description.as_deref().unwrap_or_default();
    if test.epoch == Some(1) && !description::is_only(described, line) {
        vec![test.created_at, test.updated_at]
    } else {
        vec![test.created_at]
    }
}

/// A step that an import wrote, and nobody changed.
fn is_as_written(step: &Step, texts: &[StepText]) -> bool {
    step.epoch == Some(0) && is_worded(step, texts)
}

fn is_worded(step: &Step, texts: &[StepText]) -> bool {
    let index = step.sequence.and_then(|sequence| usize::try_from(sequence).ok()?.checked_sub(1));
    index.and_then(|index| texts.get(index)).is_some_and(|text| {
        step.step.as_deref() == Some(&text.step)
            && step.expected_result.as_deref() == Some(&text.expected_result)
    })
}
