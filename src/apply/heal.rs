//! Making twins one again, one write after the other: rare, and nothing to hurry about.

use crate::api::client::{Client, Written};
use crate::api::error::{ApiError, Fault};
use crate::api::ids::{PlanId, SuiteId, TestId};
use crate::api::pages::list;
use crate::api::wire::{MovedFolder, MovedTest, PlanSuite, RunResult, SuiteTest, Test};
use crate::identity;
use crate::plan::healing::{Heal, HealAction};
use crate::snapshot::{of_live_suites, of_live_tests};

use super::Stop;

/// What healing did.
#[derive(Debug, Default)]
pub struct Healed {
    /// What was carried out.
    pub done: Vec<Heal>,
    /// What was left as it is, and why.
    pub warnings: Vec<String>,
}

/// Carries out `heals` in their order. What is no longer as it was when it was planned is left alone.
///
/// # Errors
/// Faults that end the whole import.
pub async fn heal(client: &Client, plan: PlanId, heals: &[Heal]) -> Result<Healed, Stop> {
    let mut healed = Healed::default();
    for heal in heals {
        match write(client, plan, &heal.action).await? {
            Outcome::Done => healed.done.push(heal.clone()),
            Outcome::Left(why) => healed.warnings.push(format!(
                "{:?} stands several times in the project, and was left as it is: {why}",
                heal.name
            )),
        }
    }
    Ok(healed)
}

enum Outcome {
    Done,
    Left(String),
}

async fn write(client: &Client, plan: PlanId, action: &HealAction) -> Result<Outcome, ApiError> {
    match action {
        HealAction::DeleteTest { id, line } => delete_test(client, *id, line).await,
        HealAction::MoveTest { place, to } => {
            let body = MovedTest { suite_id: *to };
            Ok(outcome(client.update::<SuiteTest>(&format!("suite_test/{place}"), &body).await?))
        }
        HealAction::DeletePlace { place } => {
            Ok(outcome(client.delete(&format!("suite_test/{place}")).await?))
        }
        HealAction::MoveFolder { place, to } => {
            let body = MovedFolder { parent_id: *to };
            Ok(outcome(client.update::<PlanSuite>(&format!("plan_suite/{place}"), &body).await?))
        }
        HealAction::DeleteFolder { id } => delete_folder(client, plan, *id).await,
        HealAction::DeleteStep { id } => Ok(outcome(client.delete(&format!("step/{id}")).await?)),
    }
}

fn outcome<T>(written: Written<T>) -> Outcome {
    match written {
        Written::Applied(_) => Outcome::Done,
        Written::Refused(error) | Written::Unknown(error) => Outcome::Left(error.to_string()),
    }
}

/// Looked at once more before it goes: a person may have opened it, or run it, meanwhile.
async fn delete_test(client: &Client, id: TestId, line: &str) -> Result<Outcome, ApiError> {
    let row: Test = match client.get(&format!("test/{id}")).await {
        Ok(row) => row,
        // Another import healed it.
        Err(error) if is_gone(&error) => return Ok(Outcome::Done),
        Err(error) => return Err(error),
    };
    let is_ours = row.epoch == Some(0)
        && row.description.as_deref().is_some_and(|text| identity::is_only(text, line));
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
    matches!(error.fault, Fault::Status { status: 404 | 410, .. })
}
