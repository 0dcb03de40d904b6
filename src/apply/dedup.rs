//! Deletes duplicates. Rows are read again by their ids right before they are deleted, and deleted in arrays: thousands of
//! duplicates cost a few requests. Writes that do not depend on each other run concurrently.

use std::collections::{HashMap, HashSet};

use futures_util::future::try_join_all;
use serde::Serialize;

use crate::api::client::{Client, WriteOutcome};
use crate::api::error::ApiError;
use crate::api::ids::{PlanId, SuiteId, TestId};
use crate::api::pages::PER_PAGE;
use crate::api::sets::{list_in, list_in_with};
use crate::api::wire::{
    MovedFolder, MovedTest, PlanSuite, Resource, RunResult, Step, Suite, SuiteTest, Test,
};
use crate::description::IdentityLine;
use crate::plan::dedup::{Dedup, DedupAction};
use crate::snapshot::without_deleted;

use super::outcome::Stop;

/// Rows per array of deletions, and ids per filter.
const PER_REQUEST: usize = PER_PAGE as usize;

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
        let written = write_stage(client, plan, stage).await?;
        for (dedup, written) in stage.iter().zip(written) {
            match written {
                Written::Done => outcome.done.push(dedup.clone()),
                Written::Skipped(why) => outcome.warnings.push(format!(
                    "{:?} exists several times in the project, and was left unchanged: {why}",
                    dedup.name
                )),
            }
        }
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

pub(super) enum Written {
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

/// Writes a stage: actions of one kind. One outcome for each.
async fn write_stage(
    client: &Client,
    plan: PlanId,
    stage: &[Dedup],
) -> Result<Vec<Written>, ApiError> {
    let (mut tests, mut steps, mut places) = (Vec::new(), Vec::new(), Vec::new());
    let (mut folders, mut moves) = (Vec::new(), Vec::new());
    for dedup in stage {
        match &dedup.action {
            DedupAction::DeleteTest { id, line, .. } => tests.push((*id, line)),
            DedupAction::DeleteStep { id } => steps.push(id.number()),
            DedupAction::DeletePlace { place } => places.push(place.number()),
            DedupAction::DeleteFolder { id } => folders.push(*id),
            action @ (DedupAction::MoveTest { .. } | DedupAction::MoveFolder { .. }) => {
                moves.push(action);
            }
        }
    }
    // All but one are empty.
    let mut written = delete_tests(client, &tests).await?;
    written.extend(try_join_all(moves.into_iter().map(|action| write_move(client, action))).await?);
    written.extend(delete_rows::<SuiteTest>(client, &places).await?);
    written.extend(delete_folders(client, plan, &folders).await?);
    written.extend(delete_steps(client, &steps).await?);
    Ok(written)
}

/// A person may have changed a test or run it since it was planned. Winners are not read again: that would double the requests, and if
/// a person deletes one in this moment, the next reading of the project finds no test, and it is created again.
async fn delete_tests(
    client: &Client,
    tests: &[(TestId, &IdentityLine)],
) -> Result<Vec<Written>, ApiError> {
    let ids = tests.iter().map(|(id, _)| id.number());
    let rows: Vec<Test> =
        list_in_with(client, "id", ids, PER_REQUEST, "&_with=run_result", 0).await?;
    // Not every server sends the results with the tests.
    let unknown = rows.iter().filter(|row| row.run_result.is_none()).map(|row| row.id.number());
    let results: Vec<RunResult> = list_in(client, "test_id", unknown, PER_REQUEST).await?;
    let mut used: HashSet<TestId> = results.iter().map(|result| result.test_id).collect();
    used.extend(rows.iter().filter(|row| row.run_result > Some(0)).map(|row| row.id));
    let rows: HashMap<TestId, Test> = rows.into_iter().map(|row| (row.id, row)).collect();
    let check = |&(id, line): &(TestId, &IdentityLine)| {
        let Some(row) = rows.get(&id) else {
            return Some(Written::Done);
        };
        let is_ours = row.description.as_deref().is_some_and(|text| line.is_all_of(text));
        if row.epoch == Some(0) && is_ours && !used.contains(&id) {
            return None;
        }
        Some(Written::Skipped(format!("test {id} was changed or run in the meantime")))
    };
    let checked: Vec<(u64, Option<Written>)> =
        tests.iter().map(|test| (test.0.number(), check(test))).collect();
    delete_unless::<Test>(client, checked).await
}

async fn delete_steps(client: &Client, steps: &[u64]) -> Result<Vec<Written>, ApiError> {
    let rows: Vec<Step> = list_in(client, "id", steps.iter().copied(), PER_REQUEST).await?;
    let rows: HashMap<u64, Step> = rows.into_iter().map(|row| (row.row_id(), row)).collect();
    let check = |id: &u64| match rows.get(id) {
        None => Some(Written::Done),
        Some(row) if row.epoch != Some(0) => {
            Some(Written::Skipped(format!("step {id} was changed in the meantime")))
        }
        Some(_) => None,
    };
    let checked = steps.iter().map(|id| (*id, check(id))).collect();
    delete_unless::<Step>(client, checked).await
}

/// Deletes the rows without an outcome, and completes the outcomes.
pub(super) async fn delete_unless<T: Resource>(
    client: &Client,
    rows: Vec<(u64, Option<Written>)>,
) -> Result<Vec<Written>, ApiError> {
    let ids: Vec<u64> =
        rows.iter().filter(|(_, outcome)| outcome.is_none()).map(|(id, _)| *id).collect();
    let mut deleted = delete_rows::<T>(client, &ids).await?.into_iter();
    let outcomes = rows.into_iter().map(|(_, outcome)| outcome.or_else(|| deleted.next()));
    Ok(outcomes.flatten().collect())
}

/// Deletes rows in arrays; one by one if the server does not accept an array. One outcome for each.
pub(super) async fn delete_rows<T: Resource>(
    client: &Client,
    ids: &[u64],
) -> Result<Vec<Written>, ApiError> {
    let delete_one = async |id: &u64| -> Result<Written, ApiError> {
        Ok(client.delete(&format!("{}/{id}", T::NAME)).await?.into())
    };
    let arrays = ids.chunks(PER_REQUEST).map(async |ids| {
        if ids.len() > 1
            && let WriteOutcome::Applied(()) = client.delete_many(T::NAME, ids).await?
        {
            return Ok(ids.iter().map(|_| Written::Done).collect());
        }
        try_join_all(ids.iter().map(delete_one)).await
    });
    let written: Vec<Vec<Written>> = try_join_all(arrays).await?;
    Ok(written.into_iter().flatten().collect())
}

/// Reads the row right before it is moved: a person, or another import, may have moved it.
async fn write_move(client: &Client, action: &DedupAction) -> Result<Written, ApiError> {
    match action {
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
        _ => Ok(Written::Skipped("it is not moved".to_owned())),
    }
}

async fn move_row<T: Resource>(
    client: &Client,
    path: &str,
    is_here: impl Fn(&T) -> bool,
    body: &impl Serialize,
) -> Result<Written, ApiError> {
    match client.get::<T>(path).await {
        Ok(row) if is_here(&row) => Ok(client.update::<T>(path, body).await?.into()),
        Ok(_) => Ok(Written::Done),
        Err(error) if error.is_not_found() => Ok(Written::Done),
        Err(error) => Err(error),
    }
}

/// Deletes empty folders; restores one if something was added to it at that moment.
pub(super) async fn delete_folders(
    client: &Client,
    plan: PlanId,
    folders: &[SuiteId],
) -> Result<Vec<Written>, ApiError> {
    let full = with_contents(client, plan, folders).await?;
    let check = |id: &SuiteId| {
        let why = || Written::Skipped(format!("suite {id} is not empty"));
        full.contains(id).then(why)
    };
    let checked = folders.iter().map(|id| (id.number(), check(id))).collect();
    let mut written = delete_unless::<Suite>(client, checked).await?;
    let is_deleted = |(id, written): (&SuiteId, &Written)| {
        (matches!(written, Written::Done) && !full.contains(id)).then_some(*id)
    };
    let deleted: Vec<SuiteId> = folders.iter().zip(&written).filter_map(is_deleted).collect();
    let full = with_contents(client, plan, &deleted).await?;
    for (id, written) in folders.iter().zip(&mut written).filter(|(id, _)| full.contains(id)) {
        *written = Written::Skipped(match client.restore(&format!("suite/{id}")).await?.into() {
            Written::Done => format!("something was added to suite {id} in the meantime"),
            Written::Skipped(why) => {
                format!("something was added to suite {id}, which cannot be restored: {why}")
            }
        });
    }
    Ok(written)
}

/// Those of `folders` that contain a live test or a live folder.
async fn with_contents(
    client: &Client,
    plan: PlanId,
    folders: &[SuiteId],
) -> Result<HashSet<SuiteId>, ApiError> {
    let ids = || folders.iter().map(|id| id.number());
    let test_of = |row: &SuiteTest| row.test_id.number();
    let suite_of = |row: &PlanSuite| row.suite_id.number();
    let (tests, below) = tokio::try_join!(
        async {
            let rows = list_in(client, "suite_id", ids(), PER_REQUEST).await?;
            without_deleted::<Test, _>(client, rows, test_of).await
        },
        async {
            let mut rows: Vec<PlanSuite> = list_in(client, "parent_id", ids(), PER_REQUEST).await?;
            rows.retain(|row| row.plan_id == plan);
            without_deleted::<Suite, _>(client, rows, suite_of).await
        },
    )?;
    let parents = below.iter().filter_map(|row| row.parent_id);
    Ok(tests.iter().map(|row| row.suite_id).chain(parents).collect())
}
