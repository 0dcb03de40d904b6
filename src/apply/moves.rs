//! Moves tests that are still where an import put them.

use std::collections::{HashMap, HashSet};

use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::api::client::{Client, WriteOutcome};
use crate::api::ids::{SuiteId, TestId};
use crate::api::sets::list_in;
use crate::api::wire::{Flag, MovedTest, SuiteTest, Test};
use crate::plan::TestPlan;
use crate::plan::folders::FolderPlan;

use super::import::Import;
use super::outcome::Stop;

/// Tests per request for their placements.
const PER_LOT: usize = 1000;

/// A placement that was created longer after its test than this is not the one that was created with it.
const TOGETHER: SignedDuration = SignedDuration::from_secs(60);

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

/// Moves tests, unless somebody else placed them. One outcome for each, in their order. Only placements in live folders count;
/// `is_own` folders are those that imports made.
///
/// # Errors
/// Errors that end everything.
pub(crate) async fn move_tests(
    client: &Client,
    moves: &[Move],
    is_live: impl Fn(SuiteId) -> bool,
    is_own: impl Fn(SuiteId) -> bool,
) -> Result<Vec<MoveOutcome>, Stop> {
    let ids = || moves.iter().map(|one| one.test.number());
    let placements: Vec<SuiteTest> = list_in(client, "test_id", ids(), PER_LOT).await?;
    let mut places: HashMap<TestId, Vec<SuiteTest>> = HashMap::new();
    for row in placements.into_iter().filter(|row| is_live(row.suite_id)) {
        places.entry(row.test_id).or_default().push(row);
    }
    let tests: Vec<Test> = list_in(client, "id", ids(), PER_LOT).await?;
    let tests: HashMap<TestId, Test> = tests.into_iter().map(|row| (row.id, row)).collect();
    let moved = moves.iter().map(async |one| {
        let [place] = places.get(&one.test).map_or(&[][..], Vec::as_slice) else {
            let why = "it is not in exactly one folder";
            return Ok::<_, Stop>(MoveOutcome::Left(why.to_owned()));
        };
        if place.suite_id == one.to {
            return Ok(MoveOutcome::There);
        }
        let is_untouched = place.epoch == Some(0)
            && (is_own(place.suite_id)
                || tests.get(&one.test).is_some_and(|test| is_together(place, test)));
        if !is_untouched {
            return Ok(MoveOutcome::Left("somebody else placed it".to_owned()));
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

/// Whether a placement was created with its test.
fn is_together(place: &SuiteTest, test: &Test) -> bool {
    match (place.created_at, test.created_at) {
        (Some(place), Some(test)) => place.duration_since(test).abs() <= TOGETHER,
        _ => false,
    }
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
        let (live, own) = (&self.live_folders, &self.own_folders);
        let is_in = |set: &HashSet<SuiteId>, suite| set.contains(&suite);
        let outcomes =
            move_tests(self.client, &moves, |suite| is_in(live, suite), |suite| is_in(own, suite))
                .await?;
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
