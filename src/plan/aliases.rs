//! Rows with several identities: which record a row belongs to, and which aliases it has to lose.
//!
//! A row keeps the identities that it had before its test was renamed, so that an import of an older branch finds it. Two
//! records of one import that meet in such a row are two tests again: the row stays with the one whose identity comes first in
//! its description, the other one is created, and the row loses that alias.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::api::ids::TestId;
use crate::snapshot::Snapshot;
use test_reports::identity::Identity;
use test_reports::record::{Pin, TestRecord};

use super::options::Others;

/// Finds the rows of records by their identities.
pub(super) struct RowFinder<'a> {
    snapshot: &'a Snapshot,
    /// By row with aliases: the identity of the record that it belongs to. Other rows have no entry.
    holders: HashMap<TestId, Identity>,
    /// By row: the aliases that other records of this import have.
    lost: BTreeMap<TestId, Vec<Identity>>,
}

/// An alias that a row has to lose, because its test is in the reports beside the row's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostAlias {
    /// The row.
    pub id: TestId,
    /// The index of the record that the row belongs to.
    pub record: usize,
    /// The identities that it loses.
    pub aliases: Vec<Identity>,
}

impl<'a> RowFinder<'a> {
    pub(super) fn new(records: &[TestRecord], others: &Others, snapshot: &'a Snapshot) -> Self {
        let mut finder = Self { snapshot, holders: HashMap::new(), lost: BTreeMap::new() };
        if snapshot.tests_by_alias.is_empty() {
            return finder;
        }
        let all = || records.iter().chain(others.tests());
        let reported: HashSet<Identity> = all().map(|record| record.identity).collect();
        // Records that are pinned to one row share it.
        let pins: HashMap<Identity, Pin> =
            all().filter_map(|record| Some((record.identity, record.details.pinned?))).collect();
        let rows: HashSet<TestId> = snapshot.tests_by_alias.values().flatten().copied().collect();
        for id in rows {
            let Some(row) = snapshot.tests.get(&id) else { continue };
            // An alias that another row has as its identity finds that row.
            let is_held = |identity: &Identity| {
                reported.contains(identity)
                    && (row.identity == Some(*identity)
                        || !snapshot.tests_by_identity.contains_key(identity))
            };
            let Some(holder) = row.identities().find(is_held) else { continue };
            finder.holders.insert(id, holder);
            let lost: Vec<Identity> = row
                .aliases
                .iter()
                .copied()
                .filter(|alias| *alias != holder && reported.contains(alias))
                .filter(|alias| match pins.get(alias) {
                    Some(Pin::Id(pinned)) => id.number() != *pinned,
                    Some(Pin::Key(key)) => row.key != Some(*key),
                    None => true,
                })
                .collect();
            if !lost.is_empty() {
                finder.lost.insert(id, lost);
            }
        }
        finder
    }

    /// The row with the identity of `record`, or with an older one, or with it as an alias; the lowest id of duplicates.
    pub(super) fn find(&self, record: &TestRecord) -> Option<TestId> {
        let by_identity = || {
            std::iter::once(&record.identity).chain(&record.details.older).find_map(|identity| {
                self.snapshot.tests_by_identity.get(identity)?.first().copied()
            })
        };
        let by_alias = || {
            let rows = self.snapshot.tests_by_alias.get(&record.identity)?;
            rows.iter().find(|id| self.holders.get(id) == Some(&record.identity)).copied()
        };
        by_identity().or_else(by_alias)
    }

    /// The aliases to lose, by row.
    pub(super) fn lost(&self, records: &[TestRecord]) -> Vec<LostAlias> {
        if self.lost.is_empty() {
            return Vec::new();
        }
        let index: HashMap<Identity, usize> =
            records.iter().enumerate().map(|(index, record)| (record.identity, index)).collect();
        let lost = self.lost.iter().filter_map(|(id, aliases)| {
            let record = *index.get(self.holders.get(id)?)?;
            Some(LostAlias { id: *id, record, aliases: aliases.clone() })
        });
        lost.collect()
    }
}
