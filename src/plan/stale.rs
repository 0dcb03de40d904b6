//! Tests of the namespace that no report names any more: told, never touched.

use std::collections::{HashMap, HashSet};

use crate::api::ids::{SuiteId, TestId};
use crate::snapshot::Snapshot;
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

/// Tests of `namespace` whose identity is none of `named`, by folder and name. Their folders' names are as they stand.
#[must_use]
pub fn stale(snapshot: &Snapshot, namespace: &str, named: &HashSet<Identity>) -> Vec<Stale> {
    let mark = NamespaceMark::of(namespace);
    let mut folders: HashMap<TestId, SuiteId> = HashMap::new();
    for (folder, tests) in &snapshot.tests_in_folder {
        for test in tests {
            let first = folders.entry(*test).or_insert(*folder);
            *first = (*first).min(*folder);
        }
    }
    let mut stale: Vec<Stale> = snapshot
        .tests
        .iter()
        .filter(|(_, row)| row.namespace == Some(mark) && row.reachable)
        .filter_map(|(id, row)| Some((id, row, row.identity?)))
        .filter(|(_, _, identity)| !named.contains(identity))
        .map(|(id, row, identity)| {
            let folder = folders.get(id).map(|folder| snapshot.folders.path(*folder));
            Stale { identity, name: row.name.to_string(), folder: folder.unwrap_or_default() }
        })
        .collect();
    stale.sort_by(|a, b| (&a.folder, &a.name, a.identity).cmp(&(&b.folder, &b.name, b.identity)));
    stale
}
