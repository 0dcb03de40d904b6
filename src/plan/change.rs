//! The change plan as lines that print and serialise.

use serde::Serialize;

use super::dedup::{Dedup, DedupAction};
use super::{ChangePlan, TestPlan, steps_of};
use test_reports::identity::Identity;
use test_reports::record::TestRecord;

/// One line of the change plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What is done.
    pub action: ChangeAction,
    /// To what.
    pub kind: ChangeKind,
    /// Folder path from below the root folder; for a folder, its own path.
    pub path: Vec<String>,
    /// The name of the test, folder or step.
    pub name: String,
    /// The identity of the test or folder (for a step: its test's).
    pub identity: Option<Identity>,
    /// Why, in words: `no test bears its identity or stands in its folder under its name`.
    pub reason: String,
}

/// What is done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeAction {
    /// A row is created.
    Create,
    /// A person's test gets our identity and `is_automated`.
    Adopt,
    /// A test or folder is placed in a folder (again).
    Place,
    /// A twin's contents are moved.
    Move,
    /// A twin is deleted.
    Delete,
}

/// What kind of row a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// A folder (`suite`).
    Folder,
    /// A test.
    Test,
    /// A step of a test.
    Step,
    /// A test's place in a folder (`suite_test`).
    Place,
}

/// A healing as a line.
pub(crate) fn heal_line(dedup: &Dedup) -> Change {
    let (action, kind, reason) = match dedup.action {
        DedupAction::DeleteTest { .. } => (
            ChangeAction::Delete,
            ChangeKind::Test,
            "an import that ran at the same time created it a second time",
        ),
        DedupAction::MoveTest { .. } => (
            ChangeAction::Move,
            ChangeKind::Test,
            "its folder stands a second time, and only the first will be left",
        ),
        DedupAction::DeletePlace { .. } => (
            ChangeAction::Delete,
            ChangeKind::Place,
            "an import that ran at the same time put it into its folder a second time",
        ),
        DedupAction::MoveFolder { .. } => (
            ChangeAction::Move,
            ChangeKind::Folder,
            "the folder around it stands a second time, and only the first will be left",
        ),
        DedupAction::DeleteFolder { .. } => (
            ChangeAction::Delete,
            ChangeKind::Folder,
            "an import that ran at the same time created it a second time",
        ),
        DedupAction::DeleteStep { .. } => (
            ChangeAction::Delete,
            ChangeKind::Step,
            "an import that ran at the same time created it a second time",
        ),
    };
    Change {
        action,
        kind,
        path: dedup.path.clone(),
        name: dedup.name.clone(),
        identity: Some(dedup.identity),
        reason: reason.to_owned(),
    }
}

impl ChangePlan {
    /// Every change in the order in which it would be carried out: healing, folders, then for each test what happens to it and its steps.
    #[must_use]
    pub fn changes(&self, records: &[TestRecord]) -> Vec<Change> {
        let mut changes: Vec<Change> = self
            .folders
            .to_create()
            .map(|folder| Change {
                action: ChangeAction::Create,
                kind: ChangeKind::Folder,
                path: folder.path.clone(),
                name: folder.name.clone(),
                identity: Some(folder.identity),
                reason: "no folder bears its identity, and none below its parent its name"
                    .to_owned(),
            })
            .collect();
        let deduplicated = self.dedup.iter().map(heal_line).collect::<Vec<_>>();
        changes.splice(0..0, deduplicated);
        for (record, plan) in records.iter().zip(&self.tests) {
            let line = |action, kind, name: &str, reason: &str| Change {
                action,
                kind,
                path: record.folder.to_vec(),
                name: name.to_owned(),
                identity: Some(record.identity),
                reason: reason.to_owned(),
            };
            let unplaced = || {
                line(ChangeAction::Place, ChangeKind::Test, &record.name, "it stands in no folder")
            };
            match plan {
                TestPlan::Create { reason, .. } => {
                    changes.push(line(
                        ChangeAction::Create,
                        ChangeKind::Test,
                        &record.name,
                        reason,
                    ));
                }
                TestPlan::Adopt { reason, place, .. } => {
                    changes.push(line(ChangeAction::Adopt, ChangeKind::Test, &record.name, reason));
                    changes.extend(place.map(|_| unplaced()));
                }
                TestPlan::Matched { place, steps, .. } => {
                    changes.extend(place.map(|_| unplaced()));
                    let texts = steps_of(record);
                    changes.extend(
                        steps.iter().filter_map(|sequence| texts.get(sequence - 1)).map(|text| {
                            line(
                                ChangeAction::Create,
                                ChangeKind::Step,
                                &text.step,
                                "the test was left without it",
                            )
                        }),
                    );
                }
            }
        }
        changes
    }
}
