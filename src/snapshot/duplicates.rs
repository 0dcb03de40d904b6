//! Rows that share an identity (or a sequence number), and what tells whose they are: the input of deduplication.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use crate::api::client::Client;
use crate::api::error::{ApiError, RequestError};
use crate::api::ids::{SuiteId, TestId};
use crate::api::sets::list_in;
use crate::api::wire::{PlanSuite, Resource, RunResult, Step, SuiteTest, Test};

/// Ids per request.
const PER_LOT: usize = 1000;

/// Duplicates, as complete rows. A map without an entry for a row means that nothing is known about it, so the row is kept.
#[derive(Clone, Debug, Default)]
pub struct Duplicates {
    /// Tests that share an identity.
    pub tests: HashMap<TestId, Test>,
    /// Steps that share a test and a sequence number; ids ascending.
    pub steps: Vec<Step>,
    /// All steps of the duplicate tests.
    pub steps_of: HashMap<TestId, Vec<Step>>,
    /// The placements of the duplicate tests, in live folders or not.
    pub placements: HashMap<TestId, Vec<SuiteTest>>,
    /// Tests, among those with duplicates, that have results in a run.
    pub used: HashSet<TestId>,
    /// Second and further placements of a test in the same folder; ids ascending.
    pub repeated_placements: Vec<SuiteTest>,
    /// The places of the duplicate folders, in any plan.
    pub places: HashMap<SuiteId, Vec<PlanSuite>>,
    /// The placements in the duplicate folders.
    pub contents: HashMap<SuiteId, Vec<SuiteTest>>,
}

impl Duplicates {
    /// Reads everything about the duplicate `tests` and `folders`.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub(super) async fn read(
        &mut self,
        client: &Client,
        tests: &[TestId],
        folders: &[SuiteId],
    ) -> Result<(), ApiError> {
        let test_ids = || tests.iter().map(|id| id.number());
        let rows: Vec<Test> = list_in(client, "id", test_ids(), PER_LOT).await?;
        self.tests = rows.into_iter().map(|test| (test.id, test)).collect();
        let steps = list_in(client, "test_id", test_ids(), PER_LOT).await?;
        self.steps_of = group_by(steps, |step: &Step| step.test_id);
        let placements = list_in(client, "test_id", test_ids(), PER_LOT).await?;
        self.placements = group_by(placements, |placement: &SuiteTest| placement.test_id);
        let with_duplicate_steps = self.steps.iter().map(|step| step.test_id);
        let tests = tests.iter().copied().chain(with_duplicate_steps).collect();
        self.used = used(client, tests).await?;
        let folder_ids = || folders.iter().map(|id| id.number());
        let places = list_in(client, "suite_id", folder_ids(), PER_LOT).await?;
        self.places = group_by(places, |place: &PlanSuite| place.suite_id);
        let contents = list_in(client, "suite_id", folder_ids(), PER_LOT).await?;
        let test_of = |placement: &SuiteTest| placement.test_id.number();
        let contents = without_deleted::<Test, _>(client, contents, test_of).await?;
        self.contents = group_by(contents, |placement| placement.suite_id);
        Ok(())
    }
}

fn group_by<K: Eq + Hash, V>(rows: Vec<V>, key: impl Fn(&V) -> K) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

/// Those of `tests` that have results in a run.
async fn used(client: &Client, tests: HashSet<TestId>) -> Result<HashSet<TestId>, ApiError> {
    let ids = tests.iter().map(|id| id.number());
    let results: Result<Vec<RunResult>, ApiError> = list_in(client, "test_id", ids, PER_LOT).await;
    match results {
        Ok(results) => Ok(results.into_iter().map(|result| result.test_id).collect()),
        // If results cannot be read, every test may have one.
        Err(error)
            if matches!(error.status(), Some(400 | 403 | 404))
                || matches!(error.error, RequestError::Filter(_)) =>
        {
            Ok(tests)
        }
        Err(error) => Err(error),
    }
}

/// Drops the `rows` that refer, by `id_of`, to a deleted row of `T`: it is not documented whether the API lists them.
///
/// # Errors
/// When a list cannot be read.
pub async fn without_deleted<T: Resource, R>(
    client: &Client,
    mut rows: Vec<R>,
    id_of: impl Fn(&R) -> u64,
) -> Result<Vec<R>, ApiError> {
    let ids: BTreeSet<u64> = rows.iter().map(&id_of).collect();
    let live: Vec<T> = list_in(client, "id", ids.into_iter(), PER_LOT).await?;
    let live: HashSet<u64> = live.iter().map(Resource::row_id).collect();
    rows.retain(|row| live.contains(&id_of(row)));
    Ok(rows)
}
