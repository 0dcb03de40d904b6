//! Rows that the server acknowledged and that its lists do not show.

use std::collections::HashSet;

use futures_util::future::join_all;
use serde::de::IgnoredAny;

use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::ids::TestId;
use crate::plan::{ChangePlan, TestPlan};
use crate::snapshot::{Snapshot, TestRow};

use super::import::OwnRows;

/// More hidden rows than this are not read one by one.
const READ_SINGLY: usize = 20;

/// A row by its resource and id.
pub(super) type RowPath = (&'static str, u64);

impl OwnRows {
    /// The rows that `snapshot` should show and does not. Steps are read only of matched tests that nobody edited. A folder without its
    /// place, or a test that exists several times without its placement, is no duplicate yet that could be deleted.
    pub(super) fn hidden(&self, plan: &ChangePlan, snapshot: &Snapshot) -> Vec<RowPath> {
        let is_unedited = |id: &TestId| snapshot.tests.get(id).is_some_and(|row| row.epoch == 0);
        let with_steps: HashSet<TestId> = plan
            .tests
            .iter()
            .filter(|left| matches!(left, TestPlan::Matched { .. }))
            .filter_map(TestPlan::row)
            .filter(is_unedited)
            .collect();
        let folders = self.folders.iter().filter(|id| !snapshot.folders.is_live(**id));
        let is_shared = |row: &TestRow| {
            let rows = row.identity.and_then(|identity| snapshot.tests_by_identity.get(&identity));
            rows.is_some_and(|rows| rows.len() > 1)
        };
        let is_shown = |id: &&TestId| {
            snapshot.tests.get(id).is_some_and(|row| row.reachable || !is_shared(row))
        };
        let tests = self.tests.iter().filter(|id| !is_shown(id));
        let steps = self.steps.iter().filter(|(id, test)| {
            with_steps.contains(*test) && !snapshot.steps_by_id.contains_key(*id)
        });
        let placements = self.placements.iter().filter(|id| !snapshot.placement_ids.contains(*id));
        let mut hidden: Vec<RowPath> = folders
            .map(|id| ("suite", id.number()))
            .chain(tests.map(|id| ("test", id.number())))
            .chain(steps.map(|(id, _)| ("step", id.number())))
            .chain(placements.map(|id| ("suite_test", id.number())))
            .collect();
        hidden.sort_unstable();
        hidden
    }

    /// Forgets those of the `hidden` rows that do not exist any more: another import deleted them as duplicates.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub(super) async fn forget_deleted(
        &mut self,
        client: &Client,
        hidden: &[RowPath],
    ) -> Result<(), ApiError> {
        if hidden.len() > READ_SINGLY {
            return Ok(());
        }
        let rows = hidden.iter().map(async |(resource, id)| {
            client.get::<IgnoredAny>(&format!("{resource}/{id}")).await.map(drop)
        });
        for ((resource, id), read) in hidden.iter().zip(join_all(rows).await) {
            match read {
                Ok(()) => {}
                Err(error) if error.is_not_found() => match *resource {
                    "suite" => self.folders.retain(|own| own.number() != *id),
                    "test" => self.tests.retain(|own| own.number() != *id),
                    "step" => self.steps.retain(|own, _| own.number() != *id),
                    _ => self.placements.retain(|own| own.number() != *id),
                },
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
