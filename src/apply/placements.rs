//! Places tests that are in no live folder.

use crate::api::ids::{SuiteId, SuiteTestId, TestId};
use crate::api::wire::{NewSuiteTest, SuiteTest};
use crate::plan::TestPlan;
use crate::plan::folders::FolderPlan;
use crate::snapshot::read_placements;

use super::create::{Creation, NewRows};
use super::dedup::{Written, delete_rows};
use super::import::Import;
use super::outcome::{RecordOutcome, Stop};

/// A record, its folder and its test.
type Key = (usize, SuiteId, TestId);

impl Import<'_> {
    /// Places tests that are in no live folder into the folder of their record.
    pub(super) async fn place_tests(&mut self, folders: &FolderPlan) -> Result<(), Stop> {
        let mut keys: Vec<Key> = Vec::new();
        for (record, plan) in self.plan.tests.iter().enumerate() {
            let (Some(folder), Some(id)) = (plan.place(), plan.row()) else { continue };
            // Not if the adoption failed.
            let is_ours =
                matches!(plan, TestPlan::Matched { .. }) || self.rows.get(&record) == Some(&id);
            if is_ours && !self.refused.contains_key(&record) {
                keys.extend(folders.suite(folder).map(|suite| (record, suite, id)));
            }
        }
        if keys.is_empty() {
            return Ok(());
        }
        let (client, records) = (self.client, self.records);
        let existing = async |keys: &[Key]| -> Result<_, Stop> {
            let placed = read_placements(client, keys.iter().map(|(_, _, test)| *test)).await?;
            let exists = |(_, suite, test): &Key| placed.contains(&(*suite, *test));
            Ok(keys.iter().copied().filter(exists).collect())
        };
        // A concurrent import may have placed them already.
        let placed: std::collections::HashSet<Key> = existing(&keys).await?;
        keys.retain(|key| !placed.contains(key));
        let rows = NewRows {
            kind: "test",
            lacking: "in its folder",
            read_back_all: false,
            name: |(record, _, _): Key| records[record].name.to_string(),
            body: |(_, suite_id, test_id): Key| NewSuiteTest { suite_id, test_id },
            kept: |placement: SuiteTest| placement.id,
            existing,
        };
        let creation: Creation<Key, SuiteTestId> = self.create(rows, keys).await;
        self.own.placements.extend(creation.answers);
        for (record, _, _) in placed.into_iter().chain(creation.created) {
            self.done.entry(record).or_insert(RecordOutcome::Updated);
        }
        for ((record, _, _), error) in creation.refused {
            self.refuse(record, error);
        }
        creation.end
    }

    /// Removes tests that are reported again from the folders for retired tests, once they are in their own.
    pub(super) async fn leave_retired(&mut self) -> Result<(), Stop> {
        let leaving: Vec<(usize, SuiteTestId)> = self
            .plan
            .tests
            .iter()
            .enumerate()
            .filter_map(|(record, plan)| match plan {
                TestPlan::Matched { retired: Some(place), .. }
                | TestPlan::Relink { retired: Some(place), .. } => Some((record, *place)),
                _ => None,
            })
            .filter(|(record, _)| !self.refused.contains_key(record))
            .collect();
        if leaving.is_empty() {
            return Ok(());
        }
        let ids: Vec<u64> = leaving.iter().map(|(_, place)| place.number()).collect();
        let written = delete_rows::<SuiteTest>(self.client, &ids).await?;
        for ((record, _), written) in leaving.into_iter().zip(written) {
            match written {
                Written::Done => {
                    self.done.entry(record).or_insert(RecordOutcome::Updated);
                }
                Written::Skipped(reason) => self.refuse(record, reason),
            }
        }
        Ok(())
    }
}
