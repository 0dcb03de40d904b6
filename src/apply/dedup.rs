//! Deletes duplicates; writes that do not depend on each other run concurrently.

use futures_util::future::join_all;
use serde::Serialize;

use crate::api::client::{Client, WriteOutcome};
use crate::api::error::ApiError;
use crate::api::ids::{PlanId, SuiteId, TestId};
use crate::api::pages::list;
use crate::api::wire::{
    MovedFolder, MovedTest, PlanSuite, Resource, RunResult, Step, Suite, SuiteTest, Test,
};
use crate::description::IdentityLine;
use crate::plan::dedup::{Dedup, DedupAction};
use crate::snapshot::without_deleted;

use super::outcome::Stop;

/// The outcome of a deduplication.
#[derive(Debug, Default)]
pub struct DedupOutcome {
    /// What was written.
    pub done: Vec<Dedup>,
    /// What was left unchanged, and why.
    pub warnings: Vec<String>,
}

/// Carries out `dedups` in their order. Rows that changed since they were planned are left alone.
///
/// # Errors
/// Errors that end the whole import.
pub async fn dedup(client: &Client, plan: PlanId, dedups: &[Dedup]) -> Result<DedupOutcome, Stop> {
    let mut outcome = DedupOutcome::default();
    for stage in dedups.chunk_by(are_independent) {
        let written = join_all(stage.iter().map(|dedup| write(client, plan, &dedup.action))).await;
        let mut ended = Ok(());
        for (dedup, written) in stage.iter().zip(written) {
            match written {
                Ok(Written::Done) => outcome.done.push(dedup.clone()),
                Ok(Written::Skipped(why)) => outcome.warnings.push(format!(
                    "{:?} exists several times in the project, and was left unchanged: {why}",
                    dedup.name
                )),
                Err(error) => ended = ended.and(Err(error)),
            }
        }
        ended?;
    }
    Ok(outcome)
}

/// Whether two consecutive writes may run concurrently. Folders are deleted from the inside out, after their contents
/// have moved.
fn are_independent(one: &Dedup, next: &Dedup) -> bool {
    std::mem::discriminant(&one.action) == std::mem::discriminant(&next.action)
        && (!matches!(one.action, DedupAction::DeleteFolder { .. })
            || one.path.len() == next.path.len())
}

enum Written {
    /// By this import or another one.
    Done,
    Skipped(String),
}

impl<T> From<WriteOutcome<T>> for Written {
    fn from(outcome: WriteOutcome<T>) -> Self {
        match outcome {
            WriteOutcome::Applied(_) => Self::Done,
            WriteOutcome::Refused(error) | WriteOutcome::Unknown(error) => {
                Self::Skipped(error.to_string())
            }
        }
    }
}

/// Reads each row right before it is written: a person, or another import, may have changed it.
async fn write(client: &Client, plan: PlanId, action: &DedupAction) -> Result<Written, ApiError> {
    match action {
        DedupAction::DeleteTest { id, winner, line } => {
            delete_test(client, *id, *winner, line).await
        }
        DedupAction::MoveTest { place, from, to } => {
            let is_here = |row: &SuiteTest| row.suite_id == *from;
            let body = MovedTest { suite_id: *to };
            move_row(client, &format!("suite_test/{place}"), is_here, &body).await
        }
        DedupAction::MoveFolder { place, from, to } => {
            let is_here = |row: &PlanSuite| row.parent_id == Some(*from);
            let body = MovedFolder { parent_id: *to };
            move_row(client, &format!("plan_suite/{place}"), is_here, &body).await
        }
        DedupAction::DeletePlace { place } => {
            Ok(client.delete(&format!("suite_test/{place}")).await?.into())
        }
        DedupAction::DeleteFolder { id } => delete_folder(client, plan, *id).await,
        DedupAction::DeleteStep { id } => {
            let path = format!("step/{id}");
            match read::<Step>(client, &path).await? {
                Some(row) if row.epoch != Some(0) => {
                    Ok(Written::Skipped(format!("step {id} was changed in the meantime")))
                }
                Some(_) => Ok(client.delete(&path).await?.into()),
                None => Ok(Written::Done),
            }
        }
    }
}

/// The current row; none if it was deleted.
async fn read<T: Resource>(client: &Client, path: &str) -> Result<Option<T>, ApiError> {
    match client.get(path).await {
        Ok(row) => Ok(Some(row)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn move_row<T: Resource>(
    client: &Client,
    path: &str,
    is_here: impl Fn(&T) -> bool,
    body: &impl Serialize,
) -> Result<Written, ApiError> {
    match read::<T>(client, path).await? {
        Some(row) if is_here(&row) => Ok(client.update::<T>(path, body).await?.into()),
        _ => Ok(Written::Done),
    }
}

/// A person may have changed it or run it in the meantime, or deleted the winner.
async fn delete_test(
    client: &Client,
    id: TestId,
    winner: TestId,
    line: &IdentityLine,
) -> Result<Written, ApiError> {
    let Some(row) = read::<Test>(client, &format!("test/{id}")).await? else {
        return Ok(Written::Done);
    };
    if read::<Test>(client, &format!("test/{winner}")).await?.is_none() {
        return Ok(Written::Skipped(format!("test {winner}, which was to be kept, is gone")));
    }
    let is_unchanged =
        row.epoch == Some(0) && row.description.as_deref().is_some_and(|text| line.is_all_of(text));
    let by_test = format!("test_id={id}");
    if !is_unchanged || !list::<RunResult>(client, &by_test).await?.is_empty() {
        return Ok(Written::Skipped(format!("test {id} was changed or run in the meantime")));
    }
    Ok(client.delete(&format!("test/{id}")).await?.into())
}

/// Deletes an empty folder; restores it if something was added at that moment.
async fn delete_folder(client: &Client, plan: PlanId, id: SuiteId) -> Result<Written, ApiError> {
    if !is_empty(client, plan, id).await? {
        return Ok(Written::Skipped(format!("suite {id} is not empty")));
    }
    let path = format!("suite/{id}");
    let deleted = client.delete(&path).await?.into();
    if matches!(deleted, Written::Skipped(_)) || is_empty(client, plan, id).await? {
        return Ok(deleted);
    }
    Ok(Written::Skipped(match client.restore(&path).await?.into() {
        Written::Done => format!("something was added to suite {id} in the meantime"),
        Written::Skipped(why) => {
            format!("something was added to suite {id}, which cannot be restored: {why}")
        }
    }))
}

/// Whether the folder contains no live test and no live folder.
async fn is_empty(client: &Client, plan: PlanId, id: SuiteId) -> Result<bool, ApiError> {
    let (by_suite, by_parent) =
        (format!("suite_id={id}"), format!("plan_id={plan}&parent_id={id}"));
    let test_of = |row: &SuiteTest| row.test_id.number();
    let suite_of = |row: &PlanSuite| row.suite_id.number();
    let (tests, folders) = tokio::try_join!(
        async { without_deleted::<Test, _>(client, list(client, &by_suite).await?, test_of).await },
        async {
            without_deleted::<Suite, _>(client, list(client, &by_parent).await?, suite_of).await
        },
    )?;
    Ok(tests.is_empty() && folders.is_empty())
}
