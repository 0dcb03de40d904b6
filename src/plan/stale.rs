//! Tests of the namespace that are in no report: listed, never changed.

use std::collections::{HashMap, HashSet};

use crate::api::ids::{SuiteId, TestId};
use crate::snapshot::{Snapshot, TestRow};
use serde::Serialize;
use test_reports::identity::{Identity, NamespaceMark};

/// A test that no report names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// Its identity.
    pub identity: Identity,
    /// Its folder, from below the root folder; the first of several.
    pub folder: Vec<String>,
    /// Its name in the project.
    pub name: String,
}

/// The tests of `namespace` in live folders none of whose identities is in `reported`, by folder and name. Retired tests are not
/// in it.
#[must_use]
pub fn stale(snapshot: &Snapshot, namespace: &str, reported: &HashSet<Identity>) -> Vec<Stale> {
    stale_rows(snapshot, namespace, reported).into_iter().map(|(_, stale)| stale).collect()
}

/// As [`stale`], with the rows.
pub(super) fn stale_rows(
    snapshot: &Snapshot,
    namespace: &str,
    reported: &HashSet<Identity>,
) -> Vec<(TestId, Stale)> {
    let mark = NamespaceMark::of(namespace);
    let mut folders: HashMap<TestId, SuiteId> = HashMap::new();
    for (folder, tests) in &snapshot.tests_in_folder {
        for test in tests {
            let first = folders.entry(*test).or_insert(*folder);
            *first = (*first).min(*folder);
        }
    }
    let of_namespace = |(id, row): (&TestId, &TestRow)| {
        let is_reported = row.identities().any(|identity| reported.contains(&identity));
        let identity = row.identity.filter(|_| !is_reported)?;
        let is_live = row.namespace == Some(mark) && row.reachable;
        let folder = folders.get(id).map(|folder| snapshot.folders.path(*folder));
        let stale =
            || Stale { identity, name: row.name.to_string(), folder: folder.unwrap_or_default() };
        is_live.then(|| (*id, stale()))
    };
    let mut stale: Vec<(TestId, Stale)> = snapshot.tests.iter().filter_map(of_namespace).collect();
    stale.sort_by(|(_, a), (_, b)| {
        (&a.folder, &a.name, a.identity).cmp(&(&b.folder, &b.name, b.identity))
    });
    stale
}
