//! Tests of the namespace that are in no report: listed, never changed.

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

/// The tests of `namespace` in live folders whose identity is not in `reported`, by folder and name.
#[must_use]
pub fn stale(snapshot: &Snapshot, namespace: &str, reported: &HashSet<Identity>) -> Vec<Stale> {
    let mark = NamespaceMark::of(namespace);
    let mut folders: HashMap<TestId, SuiteId> = HashMap::new();
    for (folder, tests) in &snapshot.tests_in_folder {
        for test in tests {
            let first = folders.entry(*test).or_insert(*folder);
            *first = (*first).min(*folder);
        }
    }
    let of_namespace = |(id, row)| {
        let row: &crate::snapshot::TestRow = row;
        let identity = row.identity.filter(|identity| !reported.contains(identity))?;
        let is_live = row.namespace == Some(mark) && row.reachable;
        let folder = folders.get(id).map(|folder| snapshot.folders.path(*folder));
        is_live.then(|| Stale {
            identity,
            name: row.name.to_string(),
            folder: folder.unwrap_or_default(),
        })
    };
    let mut stale: Vec<Stale> = snapshot.tests.iter().filter_map(of_namespace).collect();
    stale.sort_by(|a, b| (&a.folder, &a.name, a.identity).cmp(&(&b.folder, &b.name, b.identity)));
    stale
}
