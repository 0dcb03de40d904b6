//! Rows that share an identity (or a sequence), and all that says whose they are: what healing is decided on.

use std::collections::{HashMap, HashSet};

use crate::api::client::Client;
use crate::api::error::{ApiError, RequestError};
use crate::api::ids::{SuiteId, TestId};
use crate::api::pages::list_in;
use crate::api::wire::{PlanSuite, RunResult, Step, Suite, SuiteTest, Test};

use super::Snapshot;

/// Rows named in one request.
const PER_LOT: usize = 200;

/// Twins, as whole rows. What nobody asked for is empty, and so nothing is proven about it.
#[derive(Clone, Debug, Default)]
pub struct Duplicates {
    /// Tests of which several bear one identity.
    pub tests: HashMap<TestId, Test>,
    /// Steps of which a test has several with one sequence; ids ascending.
    pub steps: Vec<Step>,
    /// The steps of the tests that were asked for.
    pub steps_of: HashMap<TestId, Vec<Step>>,
    /// Where the tests stand that were asked for, in live folders or not.
    pub placements: HashMap<TestId, Vec<SuiteTest>>,
    /// Tests among them that a run knows.
    pub used: HashSet<TestId>,
    /// Places of tests in folders in which they stand already; ids ascending.
    pub doubled: Vec<SuiteTest>,
    /// Where the folders stand that were asked for, in any plan.
    pub places: HashMap<SuiteId, Vec<PlanSuite>>,
    /// What stands in them.
    pub contents: HashMap<SuiteId, Vec<SuiteTest>>,
}

impl Snapshot {
    /// Reads what says whose twins are. No request when there is none.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub async fn read_duplicates(
        &mut self,
        client: &Client,
        tests: &[TestId],
        folders: &[SuiteId],
    ) -> Result<(), ApiError> {
        if !tests.is_empty() {
            let ids = || tests.iter().map(|id| id.number());
            let steps: Vec<Step> = list_in(client, "test_id", ids(), PER_LOT).await?;
            for step in steps {
                self.duplicates.steps_of.entry(step.test_id).or_default().push(step);
            }
            let placements: Vec<SuiteTest> = list_in(client, "test_id", ids(), PER_LOT).await?;
            for placement in placements {
                self.duplicates.placements.entry(placement.test_id).or_default().push(placement);
            }
        }
        let with_step_duplicates = self.duplicates.steps.iter().map(|step| step.test_id);
        let tests: HashSet<TestId> = tests.iter().copied().chain(with_step_duplicates).collect();
        self.duplicates.used = used(client, tests).await?;
        if !folders.is_empty() {
            let ids = || folders.iter().map(|id| id.number());
            let places: Vec<PlanSuite> = list_in(client, "suite_id", ids(), PER_LOT).await?;
            for place in places {
                self.duplicates.places.entry(place.suite_id).or_default().push(place);
            }
            let contents: Vec<SuiteTest> = list_in(client, "suite_id", ids(), PER_LOT).await?;
            for placement in of_live_tests(client, contents).await? {
                self.duplicates.contents.entry(placement.suite_id).or_default().push(placement);
            }
        }
        Ok(())
    }
}

/// Those of `tests` that a run has results of.
async fn used(client: &Client, tests: HashSet<TestId>) -> Result<HashSet<TestId>, ApiError> {
    let ids = tests.iter().map(|id| id.number());
    let results: Result<Vec<RunResult>, ApiError> = list_in(client, "test_id", ids, PER_LOT).await;
    match results {
        Ok(results) => Ok(results.into_iter().map(|result| result.test_id).collect()),
        // Where results cannot be looked at, each test may have one.
        Err(error)
            if matches!(error.error, RequestError::Status { status: 400 | 403 | 404, .. }) =>
        {
            Ok(tests)
        }
        Err(error) => Err(error),
    }
}

/// Drops the places of tests that are deleted: nobody outside knows whether they are listed.
///
/// # Errors
/// When the tests cannot be read.
pub async fn of_live_tests(
    client: &Client,
    placements: Vec<SuiteTest>,
) -> Result<Vec<SuiteTest>, ApiError> {
    let mut ids: Vec<u64> = placements.iter().map(|place| place.test_id.number()).collect();
    ids.sort_unstable();
    ids.dedup();
    let live: Vec<Test> = list_in(client, "id", ids.into_iter(), PER_LOT).await?;
    let live: HashSet<TestId> = live.into_iter().map(|test| test.id).collect();
    Ok(placements.into_iter().filter(|place| live.contains(&place.test_id)).collect())
}

/// The same for places of folders.
///
/// # Errors
/// When the folders cannot be read.
pub async fn of_live_suites(
    client: &Client,
    places: Vec<PlanSuite>,
) -> Result<Vec<PlanSuite>, ApiError> {
    let mut ids: Vec<u64> = places.iter().map(|place| place.suite_id.number()).collect();
    ids.sort_unstable();
    ids.dedup();
    let live: Vec<Suite> = list_in(client, "id", ids.into_iter(), PER_LOT).await?;
    let live: HashSet<SuiteId> = live.into_iter().map(|suite| suite.id).collect();
    Ok(places.into_iter().filter(|place| live.contains(&place.suite_id)).collect())
}
