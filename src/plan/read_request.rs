//! What a snapshot has to read before records can be planned against it.

use crate::api::ids::TestId;
use crate::snapshot::{ReadRequest, ReadStage, Snapshot};
use test_reports::record::TestRecord;

use super::aliases::RowFinder;
use super::folders::FolderPlan;
use super::options::Others;

/// What `snapshot` has to read next; none if it holds all that a plan for `records` needs.
#[must_use]
pub fn next_read(
    records: &[TestRecord],
    snapshot: &Snapshot,
    namespace: &str,
) -> Option<ReadRequest> {
    // Rows of other namespaces are read as well, which is harmless.
    let finder = RowFinder::new(records, &Others::default(), snapshot);
    let matched = records.iter().filter_map(|record| finder.find(record));
    let of_matched = |keeps: &dyn Fn(&TestId) -> bool| sorted(matched.clone().filter(keeps));
    if snapshot.stage < ReadStage::Placements {
        let lost = of_matched(&|id| snapshot.tests.get(id).is_some_and(|row| !row.reachable));
        if !lost.is_empty() {
            return Some(ReadRequest::Placements(lost));
        }
    }
    if snapshot.stage >= ReadStage::Details {
        return None;
    }
    // Adoption and every edit raise the epoch. Such a test keeps the steps that it has.
    let steps_of = of_matched(&|id| snapshot.tests.get(id).is_some_and(|row| row.epoch == 0));
    let rows = records.iter().filter_map(|record| snapshot.tests_by_identity.get(&record.identity));
    let duplicate_tests = sorted(rows.filter(|ids| ids.len() > 1).flatten().copied());
    let plan = FolderPlan::new(records, &snapshot.folders, namespace);
    let rows = plan.all().map(|folder| snapshot.folders.with_identity(folder.identity));
    let duplicate_folders = sorted(rows.filter(|ids| ids.len() > 1).flatten().copied());
    let is_needed =
        !(steps_of.is_empty() && duplicate_tests.is_empty() && duplicate_folders.is_empty());
    is_needed.then_some(ReadRequest::Details { steps_of, duplicate_tests, duplicate_folders })
}

fn sorted<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let mut ids: Vec<T> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
