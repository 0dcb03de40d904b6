//! Making twins one again: what does not depend on each other at the same time.

use futures_util::future::join_all;

use crate::api::client::{Client, WriteOutcome};
use crate::api::error::{ApiError, RequestError};
use crate::api::ids::{PlanId, SuiteId, TestId};
use crate::api::pages::list;
use crate::api::wire::{
    MovedFolder, MovedTest, PlanSuite, Resource, RunResult, Step, SuiteTest, Test,
};
use crate::description;
use crate::plan::dedup::{Dedup, DedupAction};
use crate::snapshot::{of_live_suites, of_live_tests};

use super::Stop;

/// What healing did.
#[derive(Debug, Default)]
pub struct DedupOutcome {
    /// What was carried out.
    pub done: Vec<Dedup>,
    /// What was left as it is, and why.
    pub warnings: Vec<String>,
}

/// Carries out `dedups` in their order. What is no longer as it was when it was planned is left alone.
///
/// # Errors
/// Faults that end the whole import.
pub async fn dedup(client: &Client, plan: PlanId, dedups: &[Dedup]) -> Result<DedupOutcome, Stop> {
    let mut deduplicated = DedupOutcome::default();
    for stage in dedups.chunk_by(are_apart) {
        let written = join_all(stage.iter().map(|dedup| write(client, plan, &dedup.action))).await;
        let mut stop = None;
        for (dedup, outcome) in stage.iter().zip(written) {
            match outcome {
                Ok(Outcome::Done) => deduplicated.done.push(dedup.clone()),
                Ok(Outcome::Left(why)) => deduplicated.warnings.push(format!(
                    "{:?} stands several times in the project, and was left as it is: {why}",
                    dedup.name
                )),
                Err(error) => stop = stop.or(Some(error)),
            }
        }
        if let Some(error) = stop {
            return Err(error.into());
        }
    }
    Ok(deduplicated)
}

/// Whether two heals that follow each other may be written at the same time: folders go from the inside out, after what
/// stands in them has moved.
fn are_apart(one: &Dedup, next: &Dedup) -> bool {
    std::mem::discriminant(&one.action) == std::mem::discriminant(&next.action)
        && (!matches!(one.action, DedupAction::DeleteFolder { .. })
            || one.path.len() == next.path.len())
}

enum Outcome {
    Done,
    Left(String),
}

/// Each row is looked at once more right before it is written: a person, or another import, may have been there.
async fn write(client: &Client, plan: PlanId, action: &DedupAction) -> Result<Outcome, ApiError> {
    match action {
        DedupAction::DeleteTest { id, stays, line } => delete_test(client, *id, *stays, line).await,
        DedupAction::MoveTest { place, from, to } => {
            let path = format!("suite_test/{place}");
            match look::<SuiteTest>(client, &path).await? {
                Some(row) if row.suite_id == *from => {
                    let body = MovedTest { suite_id: *to };
                    Ok(outcome(client.update::<SuiteTest>(&path, &body).await?))
                }
                // Another import moved it, or somebody took it away.
                _ => Ok(Outcome::Done),
            }
        }
        DedupAction::DeletePlace { place } => {
            Ok(outcome(client.delete(&format!("suite_test/{place}")).await?))
        }
        DedupAction::MoveFolder { place, from, to } => {
            let path = format!("plan_suite/{place}");
            match look::<PlanSuite>(client, &path).await? {
                Some(row) if row.parent_id == Some(*from) => {
                    let body = MovedFolder { parent_id: *to };
                    Ok(outcome(client.update::<PlanSuite>(&path, &body).await?))
                }
                _ => Ok(Outcome::Done),
            }
        }
        DedupAction::DeleteFolder { id } => delete_folder(client, plan, *id).await,
        DedupAction::DeleteStep { id } => {
            let path = format!("step/{id}");
            match look::<Step>(client, &path).await? {
                Some(row) if row.epoch != Some(0) => {
                    Ok(Outcome::Left(format!("step {id} was changed meanwhile")))
                }
                Some(_) => Ok(outcome(client.delete(&path).await?)),
                None => Ok(Outcome::Done),
            }
        }
    }
}

/// The row as it is now; none if it is gone.
async fn look<T: Resource>(client: &Client, path: &str) -> Result<Option<T>, ApiError> {
    match client.get(path).await {
        Ok(row) => Ok(Some(row)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn outcome<T>(written: WriteOutcome<T>) -> Outcome {
    match written {
        WriteOutcome::Applied(_) => Outcome::Done,
        WriteOutcome::Refused(error) | WriteOutcome::Unknown(error) => {
            Outcome::Left(error.to_string())
        }
    }
}

/// A person may have opened it, or run it, meanwhile; or deleted the one that stays.
async fn delete_test(
    client: &Client,
    id: TestId,
    stays: TestId,
    line: &str,
) -> Result<Outcome, ApiError> {
    let Some(row) = look::<Test>(client, &format!("test/{id}")).await? else {
        // Another import healed it.
        return Ok(Outcome::Done);
    };
    if look::<Test>(client, &format!("test/{stays}")).await?.is_none() {
        return Ok(Outcome::Left(format!("test {stays}, which was to stay, is gone")));
    }
    let is_ours = row.epoch == Some(0)
        && row.description.as_deref().is_some_and(|text| description::is_only(text, line));
    let by_test = format!("test_id={id}");
    if !is_ours || !list::<RunResult>(client, &by_test).await?.is_empty() {
        return Ok(Outcome::Left(format!("test {id} was changed or run meanwhile")));
    }
    Ok(outcome(client.delete(&format!("test/{id}")).await?))
}

/// Only an empty folder goes, and it comes back if something was put into it at that moment.
async fn delete_folder(client: &Client, plan: PlanId, id: SuiteId) -> Result<Outcome, ApiError> {
    if !is_empty(client, plan, id).await? {
        return Ok(Outcome::Left(format!("suite {id} is not empty")));
    }
    let deleted = outcome(client.delete(&format!("suite/{id}")).await?);
    if matches!(deleted, Outcome::Left(_)) || is_empty(client, plan, id).await? {
        return Ok(deleted);
    }
    let why = match outcome(client.restore(&format!("suite/{id}")).await?) {
        Outcome::Done => format!("something was put into suite {id} meanwhile"),
        Outcome::Left(why) => {
            format!("something was put into suite {id}, which cannot be restored: {why}")
        }
    };
    Ok(Outcome::Left(why))
}

/// Whether no live test and no live folder stands in the folder.
async fn is_empty(client: &Client, plan: PlanId, id: SuiteId) -> Result<bool, ApiError> {
    let (by_suite, by_parent) =
        (format!("suite_id={id}"), format!("plan_id={plan}&parent_id={id}"));
    let (tests, folders) = tokio::try_join!(
        async { of_live_tests(client, list(client, &by_suite).await?).await },
        async { of_live_suites(client, list(client, &by_parent).await?).await },
    )?;
    Ok(tests.is_empty() && folders.is_empty())
}

fn is_gone(error: &ApiError) -> bool {
    matches!(error.error, RequestError::Status { status: 404 | 410, .. })
}
