//! Moves tests that are still where an import put them.

use futures_util::future::join_all;

use crate::api::client::{Client, WriteOutcome};
use crate::api::error::ApiError;
use crate::api::ids::{SuiteId, TestId};
use crate::api::sets::list_in;
use crate::api::wire::{Flag, MovedTest, SuiteTest, Test};
use crate::plan::TestPlan;
use crate::plan::folders::FolderPlan;
use crate::plan::placed::{LiveFolders, Placements};

use super::import::Import;
use super::outcome::Stop;

/// Tests per request for their placements.
const PER_LOT: usize = 1000;

/// A test to move.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(crate) test: TestId,
    pub(crate) to: SuiteId,
    /// Whether it loses the mark that it is automated, before it is moved: a killed command moves it with the next run.
    pub(crate) unmarks: bool,
}

/// What became of a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MoveOutcome {
    /// It is there, by this program or already before.
    There,
    /// It was left where it is, and why.
    Left(String),
}

/// Reads tests and where they are.
///
/// # Errors
/// The first list that cannot be read.
pub(crate) async fn read_placements(
    client: &Client,
    tests: impl Iterator<Item = TestId> + Clone,
    folders: &LiveFolders,
) -> Result<Placements, ApiError> {
    let ids = || tests.clone().map(|test| test.number());
    let (rows, tests): (Vec<SuiteTest>, Vec<Test>) = tokio::try_join!(
        list_in(client, "test_id", ids(), PER_LOT),
        list_in(client, "id", ids(), PER_LOT),
    )?;
    Ok(Placements::new(tests, rows, folders))
}

/// Moves tests, unless somebody else placed them. One outcome for each, in their order.
///
/// # Errors
/// Errors that end everything.
pub(crate) async fn move_tests(
    client: &Client,
    moves: &[Move],
    folders: &LiveFolders,
) -> Result<Vec<MoveOutcome>, Stop> {
    let placements = read_placements(client, moves.iter().map(|one| one.test), folders).await?;
    let moved = moves.iter().map(async |one| {
        let place = match placements.by_import(one.test, folders) {
            Ok(place) => place,
            Err(_) if placements.is_in(one.test, one.to) => {
                return Ok::<_, Stop>(MoveOutcome::There);
            }
            Err(why) => return Ok(MoveOutcome::Left(why.to_owned())),
        };
        if place.suite_id == one.to {
            return Ok(MoveOutcome::There);
        }
        // Read right before it is written: a person may be moving it.
        let path = format!("suite_test/{}", place.id);
        match client.get::<SuiteTest>(&path).await {
            Ok(row) if row.suite_id == place.suite_id => {}
            Ok(_) => return Ok(MoveOutcome::Left("somebody else moved it".to_owned())),
            Err(error) if error.is_not_found() => {
                return Ok(MoveOutcome::Left("somebody else moved it".to_owned()));
            }
            Err(error) => return Err(error.into()),
        }
        if one.unmarks
            && let Some(reason) = unmark(client, one.test).await?
        {
            return Ok(MoveOutcome::Left(reason));
        }
        let body = MovedTest { suite_id: one.to };
        Ok(match client.update::<SuiteTest>(&path, &body).await? {
            WriteOutcome::Applied(_) => MoveOutcome::There,
            WriteOutcome::Refused(error) | WriteOutcome::Unknown(error) => {
                MoveOutcome::Left(error.to_string())
            }
        })
    });
    join_all(moved).await.into_iter().collect()
}

/// Clears the mark that a test is automated, unless somebody did. Returns why it still has it.
async fn unmark(client: &Client, test: TestId) -> Result<Option<String>, Stop> {
    let path = format!("test/{test}");
    match client.get::<Test>(&path).await {
        Ok(row) if row.is_automated == Some(true) => {}
        Ok(_) => return Ok(None),
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    Ok(match client.update::<Test>(&path, &Flag { is_automated: false }).await? {
        WriteOutcome::Applied(_) => None,
        WriteOutcome::Refused(error) | WriteOutcome::Unknown(error) => Some(error.to_string()),
    })
}

impl Import<'_> {
    /// Moves the rows that are carried over, before they are: a killed import moves them with the next run.
    pub(super) async fn move_tests(&mut self, folders: &FolderPlan) -> Result<(), Stop> {
        let mut records = Vec::new();
        let mut moves = Vec::new();
        for (record, plan) in self.plan.tests.iter().enumerate() {
            if let TestPlan::Relink { id, moves: Some(folder), place: None, .. } = plan
                && !self.refused.contains_key(&record)
                && let Some(to) = folders.suite(*folder)
            {
                records.push(record);
                moves.push(Move { test: *id, to, unmarks: false });
            }
        }
        if moves.is_empty() {
            return Ok(());
        }
        let outcomes = move_tests(self.client, &moves, &self.live_folders).await?;
        for ((record, one), outcome) in records.into_iter().zip(&moves).zip(outcomes) {
            if let MoveOutcome::Left(why) = outcome {
                let name = &self.records[record].name;
                self.applied
                    .warnings
                    .push(format!("test {} ({name:?}) stays in its folder: {why}", one.test));
            }
        }
        Ok(())
    }
}
