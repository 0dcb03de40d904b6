//! The reasons to keep a duplicate. Each rule has its own, so that a message can name it, and so that the search in
//! `plan::convergence` can show what goes wrong without it.

use std::collections::HashMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::api::ids::{SuiteId, TestId};
use crate::api::wire::{Step, SuiteTest, Test};
use crate::description::IdentityLine;
use crate::plan::fields::Fields;
use crate::plan::folders::{FolderPlan, PlannedFolder};
use crate::plan::steps::steps_of;
use crate::snapshot::Snapshot;
use test_reports::identity::{Identity, IdentityGroup, NamespaceMark};
use test_reports::record::{StepText, TestRecord};
use test_reports::text;

/// Why a duplicate may be a person's work, or in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeepReason {
    /// The server did not report all fields that have to be known.
    Unknown,
    /// Its name or another field is not as imports write it.
    NotAsWritten,
    /// It was changed after its creation.
    Edited,
    /// Its description holds more than our line.
    Described,
    /// It is not in the folder of the winner.
    Elsewhere,
    /// It is in several places.
    SeveralPlaces,
    /// A run has results of it, or it contains rows that others created.
    InUse,
    /// It has steps that imports do not write.
    Steps,
    /// It was created too long after the winner for a concurrent import.
    Late,
}

impl KeepReason {
    /// Whether it says that somebody uses the row, not that somebody else created it.
    pub(super) fn is_about_use(self) -> bool {
        matches!(self, Self::InUse | Self::SeveralPlaces)
    }
}

impl fmt::Display for KeepReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the server does not report enough about it",
            Self::NotAsWritten => "it differs from what imports write",
            Self::Edited => "it was edited",
            Self::Described => "its description has additional text",
            Self::Elsewhere => "it is in another folder",
            Self::SeveralPlaces => "it is in several places",
            Self::InUse => "it is in use",
            Self::Steps => "it has steps of its own",
            Self::Late => "it was created much later",
        })
    }
}

/// Collects the reasons to keep duplicates.
pub(super) struct DuplicateChecker<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) namespace: &'a str,
    pub(super) mark: NamespaceMark,
    pub(super) window: SignedDuration,
    /// Folders that concurrent imports created, with their winners. Others with the same identity are a person's clones.
    pub(super) duplicate_folders: HashMap<SuiteId, SuiteId>,
}

/// Whether an import writes this precondition: none, or that of the report.
fn is_precondition_of(record: &TestRecord, precondition: &str) -> bool {
    precondition.is_empty() || Fields::of(record).precondition == precondition
}

/// The reasons whose check failed.
fn failed<const N: usize>(checks: [(bool, KeepReason); N]) -> Vec<KeepReason> {
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, reason)| reason).collect()
}

impl DuplicateChecker<'_> {
    /// The reasons to keep the test `loser`, whose description should be `line`.
    pub(super) fn test(
        &self,
        record: &TestRecord,
        winner: TestId,
        loser: TestId,
        line: &IdentityLine,
    ) -> Vec<KeepReason> {
        let duplicates = &self.snapshot.duplicates;
        let (Some(first), Some(row), Some(places)) = (
            duplicates.tests.get(&winner),
            duplicates.tests.get(&loser),
            duplicates.placements.get(&loser),
        ) else {
            return vec![KeepReason::Unknown];
        };
        // A server that changes fields changes them on every row: as the winner, which nobody edited, is as good as written.
        let is_like_first = first.epoch == Some(0)
            && row.name == first.name
            && row.is_automated == first.is_automated
            && row.precondition == first.precondition;
        let is_as_written = row.name == text::fit_name(&record.name)
            && row.is_automated == Some(true)
            && is_precondition_of(record, row.precondition.as_deref().unwrap_or_default());
        let is_plain = (is_as_written || is_like_first) && row.to_automate != Some(true);
        let described = row.description.as_deref().unwrap_or_default();
        let winners = duplicates.placements.get(&winner).map_or(&[][..], Vec::as_slice);
        let winning = |place: &SuiteTest| self.winning_folder(place.suite_id);
        // A row that was carried over stays in its folder, while an import created the test in the folder of the report.
        let own = self.snapshot.folders.with_identity(self.folder_of(record));
        let is_beside = |place: &SuiteTest| {
            winners.iter().any(|winner| winning(winner) == winning(place))
                || has_aliases(first) && own.contains(&place.suite_id)
        };
        let texts = steps_of(record);
        let mut steps = duplicates.steps_of.get(&loser).into_iter().flatten();
        let steps_of_first = duplicates.steps_of.get(&winner).map_or(&[][..], Vec::as_slice);
        let is_ours = |step: &Step| {
            step.epoch == Some(0)
                && (has_text(step, &texts)
                    || steps_of_first.iter().any(|first| is_step_like(first, step)))
        };
        let mut reasons = failed([
            (is_plain, KeepReason::NotAsWritten),
            (row.epoch == Some(0), KeepReason::Edited),
            (line.is_all_of(described), KeepReason::Described),
            (places.len() == 1, KeepReason::SeveralPlaces),
            (places.iter().all(is_beside), KeepReason::Elsewhere),
            (!duplicates.used.contains(&loser), KeepReason::InUse),
            (steps.all(is_ours), KeepReason::Steps),
        ]);
        reasons.extend(self.lateness(&first_seen(first, line), row.created_at));
        reasons
    }

    /// The reasons to keep the folder `loser`.
    pub(super) fn folder(
        &self,
        folder: &PlannedFolder,
        folders: &FolderPlan,
        winner: SuiteId,
        loser: SuiteId,
    ) -> Vec<KeepReason> {
        let tree = &self.snapshot.folders;
        let (Some(first), Some(row), Some(parent), Some(places)) = (
            tree.get(winner),
            tree.get(loser),
            folder.parent.and_then(|parent| folders.suite(parent)),
            self.snapshot.duplicates.places.get(&loser),
        ) else {
            return vec![KeepReason::Unknown];
        };
        let line = IdentityLine::of_folder(&folder.path, folder.identity, self.mark);
        let described = row.description.as_deref().unwrap_or_default();
        let identity = |id| tree.get(id)?.identity;
        let is_beside = row.parent == parent
            || identity(row.parent).is_some_and(|shared| identity(parent) == Some(shared));
        // Used: it contains a person's test or folder, or a test of ours that a person placed in one of both folders.
        let is_unused = self.contents(loser).all(|place| {
            let test = self.snapshot.tests.get(&place.test_id);
            let mut beside = self.contents(winner).filter(|other| other.test_id == place.test_id);
            test.is_some_and(|test| test.identity.is_some())
                && beside.all(|other| self.is_placed_twice(row.created_at, place, other))
        }) && tree.below(loser).all(|(_, below)| below.is_of_import());
        let mut reasons = failed([
            (
                *row.name == *text::fit_name(&folder.name)
                    || first.identity == row.identity && first.name == row.name,
                KeepReason::NotAsWritten,
            ),
            (line.is_all_of(described), KeepReason::Described),
            (is_beside, KeepReason::Elsewhere),
            (places.len() == 1, KeepReason::SeveralPlaces),
            (is_unused && !tree.is_below(winner, loser), KeepReason::InUse),
        ]);
        reasons.extend(self.lateness(&[first.created_at], row.created_at));
        reasons
    }

    /// Whether concurrent imports placed a test in a duplicate folder, `made` by one of them, and in its winner: at about the same
    /// time, and nobody moved it.
    fn is_placed_twice(
        &self,
        made: Option<Timestamp>,
        place: &SuiteTest,
        other: &SuiteTest,
    ) -> bool {
        place.epoch.unwrap_or_default() == 0
            && self.lateness(&[made], place.created_at).is_none()
            && self.lateness(&[other.created_at], place.created_at).is_none()
    }

    /// The reasons to keep the duplicate `loser` of the step `winner`; it should have one of the `texts`.
    pub(super) fn step(&self, texts: &[StepText], winner: &Step, loser: &Step) -> Vec<KeepReason> {
        let is_used = self.snapshot.duplicates.used.contains(&loser.test_id);
        let mut reasons = failed([
            (has_text(loser, texts) || is_step_like(winner, loser), KeepReason::NotAsWritten),
            (loser.epoch == Some(0), KeepReason::Edited),
            (!is_used, KeepReason::InUse),
        ]);
        reasons.extend(self.lateness(&[winner.created_at], loser.created_at));
        reasons
    }

    /// The placements in a duplicate folder.
    pub(super) fn contents(&self, folder: SuiteId) -> impl Iterator<Item = &SuiteTest> {
        self.snapshot.duplicates.contents.get(&folder).into_iter().flatten()
    }

    fn folder_of(&self, record: &TestRecord) -> Identity {
        Identity::of_folder(self.namespace, &record.class.folder)
    }

    fn winning_folder(&self, folder: SuiteId) -> SuiteId {
        self.duplicate_folders.get(&folder).copied().unwrap_or(folder)
    }

    /// `first_seen`: since when other imports may have matched the winner.
    fn lateness(
        &self,
        first_seen: &[Option<Timestamp>],
        created: Option<Timestamp>,
    ) -> Option<KeepReason> {
        let distance = |first: &Option<Timestamp>| Some(created?.duration_since((*first)?).abs());
        match first_seen.iter().filter_map(distance).min() {
            None => Some(KeepReason::Unknown),
            Some(distance) => (distance > self.window).then_some(KeepReason::Late),
        }
    }
}

/// When a test was created, and when it may have been adopted: its description holds more than our line, and it was changed
/// once. A person's change of a test that we created is not an adoption. A test with aliases was carried over when it was
/// changed last, or before: a copy of it would have the aliases, too.
fn first_seen(test: &Test, line: &IdentityLine) -> Vec<Option<Timestamp>> {
    let described = test.description.as_deref().unwrap_or_default();
    if has_aliases(test) || test.epoch == Some(1) && !line.is_all_of(described) {
        vec![test.created_at, test.updated_at]
    } else {
        vec![test.created_at]
    }
}

/// Whether a test was carried over.
fn has_aliases(test: &Test) -> bool {
    let group = test.description.as_deref().and_then(IdentityGroup::last_in);
    group.is_some_and(|group| group.identities.len() > 1)
}

/// Whether a step is as `first`, which nobody edited: a server that changes texts changes them on every row.
fn is_step_like(first: &Step, step: &Step) -> bool {
    first.epoch == Some(0)
        && first.sequence == step.sequence
        && first.step == step.step
        && first.expected_result == step.expected_result
}

/// Whether a step has the text of its sequence number.
fn has_text(step: &Step, texts: &[StepText]) -> bool {
    let index = step.sequence.and_then(|sequence| usize::try_from(sequence).ok()?.checked_sub(1));
    index.and_then(|index| texts.get(index)).is_some_and(|text| {
        step.step.as_deref() == Some(&text.step)
            && step.expected_result.as_deref() == Some(&text.expected_result)
    })
}
