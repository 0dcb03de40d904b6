//! The change plan as lines, to print and to serialise.

use std::borrow::Cow;

use serde::Serialize;

use super::change_plan::{ChangePlan, TestPlan};
use super::dedup::{Dedup, DedupAction};
use super::steps::steps_of;
use test_reports::identity::Identity;
use test_reports::record::TestRecord;

/// Why a step is deleted that is no duplicate.
pub const FORMER_STEP: &str = "its report no longer has it";

/// One line of the change plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What is done.
    pub action: ChangeAction,
    /// The kind of row.
    pub kind: ChangeKind,
    /// The folder path from below the root folder; for a folder, its own path.
    pub path: Vec<String>,
    /// The name of the test, folder or step.
    pub name: String,
    /// The identity of the test or folder; for a step, of its test.
    pub identity: Option<Identity>,
    /// Why, such as `no test has its identity, and no test in its folder has its name`.
    pub reason: Cow<'static, str>,
    /// The row, as the import left it; unknown for rows that are to be created.
    #[serde(flatten)]
    pub row: ChangedRow,
}

/// A row that an import wrote: what `undo` needs to take it back. Unknown facts are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChangedRow {
    /// Its id.
    pub id: Option<u64>,
    /// How often it had been updated when the import had written it.
    pub epoch: Option<u64>,
    /// The number of steps of a created test.
    pub steps: Option<usize>,
    /// What a linked test was before.
    pub before: Option<Box<RowBefore>>,
}

/// A test before it was linked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowBefore {
    /// Its flag.
    pub is_automated: Option<bool>,
    /// Its identity; none if it had none.
    pub identity: Option<Identity>,
    /// What its identity line said about it.
    pub label: Option<String>,
    /// Its name, if it was renamed.
    pub name: Option<String>,
}

impl ChangedRow {
    /// A row of which only the id is known.
    #[must_use]
    pub fn of(id: u64) -> Self {
        Self { id: Some(id), ..Self::default() }
    }
}

/// What is done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeAction {
    /// A row is created.
    Create,
    /// A person's test gets our identity line and `is_automated`, a person's folder our identity.
    Adopt,
    /// The row of a test that was renamed is carried over to the new one.
    Relink,
    /// An alias of a row is removed, because its test is in the reports again.
    Unlink,
    /// A step gets the text that the report has now.
    Update,
    /// A test is placed in its folder again.
    Place,
    /// A test that no report names moves to the folder for retired tests.
    Retire,
    /// A retired test is placed in its folder again.
    Restore,
    /// The contents of a duplicate folder are moved.
    Move,
    /// A duplicate is deleted.
    Delete,
}

/// The kind of the row that a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// A folder (`suite`).
    Folder,
    /// A test.
    Test,
    /// A step of a test.
    Step,
    /// The placement of a test in a folder (`suite_test`).
    Place,
}

/// A deduplication as a line.
pub(crate) fn dedup_change(dedup: &Dedup) -> Change {
    use ChangeAction::{Delete, Move};
    let created_again = "a concurrent import created it again";
    let (action, kind, reason) = match dedup.action {
        DedupAction::DeleteTest { .. } => (Delete, ChangeKind::Test, created_again),
        DedupAction::DeleteFolder { .. } => (Delete, ChangeKind::Folder, created_again),
        DedupAction::DeleteStep { .. } => (Delete, ChangeKind::Step, created_again),
        DedupAction::DeletePlace { .. } => {
            (Delete, ChangeKind::Place, "a concurrent import placed it in its folder again")
        }
        DedupAction::MoveTest { .. } => {
            (Move, ChangeKind::Test, "its folder is a duplicate, and only the first one is kept")
        }
        DedupAction::MoveFolder { .. } => {
            (Move, ChangeKind::Folder, "its parent is a duplicate, and only the first one is kept")
        }
    };
    Change {
        action,
        kind,
        path: dedup.path.clone(),
        name: dedup.name.clone(),
        identity: Some(dedup.identity),
        reason: reason.into(),
        row: ChangedRow::default(),
    }
}

impl ChangePlan {
    /// Every change in the order of the writes: deduplication, folders, then each test with its steps.
    #[must_use]
    pub fn changes(&self, records: &[TestRecord]) -> Vec<Change> {
        let is_changed = |plan: &&TestPlan| !plan.is_done();
        let rows = self.folders.all().count() + self.tests.iter().filter(is_changed).count();
        let mut changes: Vec<Change> = Vec::with_capacity(self.dedup.len() + rows);
        changes.extend(self.dedup.iter().map(dedup_change));
        changes.extend(self.folders.to_create().map(|folder| Change {
            action: ChangeAction::Create,
            kind: ChangeKind::Folder,
            path: folder.path.clone(),
            name: folder.name.clone(),
            identity: Some(folder.identity),
            reason:
                "no folder has its identity, and no folder below its parent has its name".into(),
            row: ChangedRow::default(),
        }));
        changes.extend(self.folders.to_link().map(|(folder, suite)| {
            Change {
                action: ChangeAction::Adopt,
                kind: ChangeKind::Folder,
                path: folder.path.clone(),
                name: folder.name.clone(),
                identity: Some(folder.identity),
                reason:
                    "it has the same name; with its identity, it is found even after it is renamed"
                        .into(),
                row: ChangedRow::of(suite.number()),
            }
        }));
        for (record, plan) in records.iter().zip(&self.tests) {
            let row = plan.row().map(|id| ChangedRow::of(id.number())).unwrap_or_default();
            let mut push = |action, kind, name: &str, reason: &'static str| {
                let row =
                    if kind == ChangeKind::Test { row.clone() } else { ChangedRow::default() };
                changes.push(Change {
                    action,
                    kind,
                    path: record.class.folder.to_vec(),
                    name: name.to_owned(),
                    identity: Some(record.identity),
                    reason: reason.into(),
                    row,
                });
            };
            match plan {
                TestPlan::Create { reason, .. } => {
                    push(ChangeAction::Create, ChangeKind::Test, &record.name, reason);
                }
                TestPlan::Adopt { reason, .. } => {
                    push(ChangeAction::Adopt, ChangeKind::Test, &record.name, reason);
                }
                TestPlan::Relink { reason, .. } => {
                    push(ChangeAction::Relink, ChangeKind::Test, &record.name, reason);
                }
                TestPlan::Matched { .. } => {}
            }
            if let TestPlan::Relink { moves: Some(_), .. } = plan {
                push(ChangeAction::Move, ChangeKind::Place, &record.name, "its test moved");
            }
            let is_retired = matches!(plan, TestPlan::Matched { retired: Some(_), .. });
            if is_retired {
                push(ChangeAction::Restore, ChangeKind::Test, &record.name, "it is reported again");
            } else if plan.place().is_some() {
                push(ChangeAction::Place, ChangeKind::Test, &record.name, "it is in no folder");
            }
            if let TestPlan::Matched { steps, follows, .. } = plan
                && !(steps.is_empty() && follows.is_empty())
            {
                let texts = steps_of(record);
                for update in &follows.updates {
                    if let Some(text) = texts.get(update.sequence - 1) {
                        let reason = "its report changed";
                        push(ChangeAction::Update, ChangeKind::Step, &text.step, reason);
                    }
                }
                for delete in &follows.deletes {
                    push(ChangeAction::Delete, ChangeKind::Step, &delete.step, FORMER_STEP);
                }
                for text in follows.creates.iter().filter_map(|sequence| texts.get(sequence - 1)) {
                    push(
                        ChangeAction::Create,
                        ChangeKind::Step,
                        &text.step,
                        "its report has it now",
                    );
                }
                for text in steps.iter().filter_map(|sequence| texts.get(sequence - 1)) {
                    push(ChangeAction::Create, ChangeKind::Step, &text.step, "the test lacks it");
                }
            }
        }
        changes.extend(self.lost_aliases.iter().map(|lost| Change {
            action: ChangeAction::Unlink,
            kind: ChangeKind::Test,
            path: records[lost.record].class.folder.to_vec(),
            name: records[lost.record].name.to_string(),
            identity: Some(records[lost.record].identity),
            reason: "its former test is in the reports again".into(),
            row: ChangedRow::of(lost.id.number()),
        }));
        changes
    }
}
