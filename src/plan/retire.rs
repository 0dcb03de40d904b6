//! Tests of the namespace that no report names move into a folder of their own: `retire`.

use std::collections::HashSet;

use crate::api::ids::{SuiteId, TestId};
use crate::description::IdentityLine;
use crate::snapshot::Snapshot;
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::text;

use super::create_limit::CreateLimit;
use super::moved::LeftOver;
use super::placed::{LiveFolders, Placements};
use super::stale::stale_rows;

/// The share of a namespace that is retired without `--limit`, in percent.
pub const DEFAULT_LIMIT: CreateLimit = CreateLimit::Percent(20);

/// A test that is retired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetiredTest {
    /// The row.
    pub id: TestId,
    /// Its name in the project.
    pub name: String,
    /// Its folder path.
    pub path: Vec<String>,
    /// Its identity.
    pub identity: Identity,
    /// Whether its flag is cleared: it is to be, and is set.
    pub unmarks: bool,
}

/// What is retired.
#[derive(Clone, Debug, Default)]
pub struct RetirePlan {
    /// Tests that are in no report and not retired yet.
    pub tests: Vec<RetiredTest>,
    /// The paths of the folders that are empty then.
    pub folders: Vec<Vec<String>>,
    /// The number of tests in the namespace.
    pub held: usize,
    /// Tests that are in no report and stay where they are, and why.
    pub left: Vec<LeftOver>,
}

/// The rows of the tests of `namespace` that are not in `reported` and not retired yet.
#[must_use]
pub fn unreported(
    snapshot: &Snapshot,
    namespace: &str,
    reported: &HashSet<Identity>,
) -> Vec<TestId> {
    stale_rows(snapshot, namespace, reported).into_iter().map(|(id, _)| id).collect()
}

/// A test that stays where it is.
#[must_use]
pub fn stays(id: TestId, name: &str, why: &str) -> LeftOver {
    let reason = format!("test {id}: it stays in its folder: {why}");
    LeftOver { name: name.to_owned(), reason, suggestion: None }
}

impl RetirePlan {
    /// The tests of `namespace` that are not in `reported`, for the folder `to`. `placements` are those of the tests that
    /// [`unreported`] names.
    #[must_use]
    pub fn new(
        snapshot: &Snapshot,
        namespace: &str,
        reported: &HashSet<Identity>,
        placements: &Placements,
        to: &[String],
        unmarks: bool,
    ) -> Self {
        let mark = NamespaceMark::of(namespace);
        let held = snapshot.tests.values().filter(|row| row.namespace == Some(mark)).count();
        let live = LiveFolders::of(&snapshot.folders);
        let (mut tests, mut left) = (Vec::new(), Vec::new());
        for (id, stale) in stale_rows(snapshot, namespace, reported) {
            if let Err(why) = placements.by_import(id, &live) {
                left.push(stays(id, &stale.name, why));
                continue;
            }
            let flag = snapshot.tests.get(&id).and_then(|row| row.is_automated);
            tests.push(RetiredTest {
                id,
                name: stale.name,
                path: stale.folder,
                identity: stale.identity,
                unmarks: unmarks && flag == Some(true),
            });
        }
        let gone = tests.iter().map(|test| test.id).collect();
        let folders = empty_folders(snapshot, namespace, to, &gone);
        Self { tests, folders: folders.into_iter().map(|(_, path)| path).collect(), held, left }
    }

    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty() && self.folders.is_empty()
    }

    /// Whether more tests are retired than `limit` allows.
    #[must_use]
    pub fn exceeds(&self, limit: CreateLimit) -> bool {
        match limit {
            CreateLimit::Tests(tests) => self.tests.len() as u64 > tests,
            CreateLimit::Percent(percent) => {
                self.tests.len() * 100 > self.held * usize::from(percent)
            }
        }
    }
}

/// The folders of ours that hold nothing but the tests that are `gone`, the innermost first, with their paths; never the folder `to`
/// and those around it. A folder is ours if its description is our line alone, and its name the one that an import wrote.
#[must_use]
pub fn empty_folders(
    snapshot: &Snapshot,
    namespace: &str,
    to: &[String],
    gone: &HashSet<TestId>,
) -> Vec<(SuiteId, Vec<String>)> {
    let tree = &snapshot.folders;
    let mut own: Vec<(SuiteId, Vec<String>)> = tree
        .live()
        .filter_map(|(id, _)| Some((id, own_path(snapshot, id, namespace)?)))
        .filter(|(_, path)| !to.starts_with(path))
        .collect();
    own.sort_by_key(|(_, path)| std::cmp::Reverse(path.len()));
    let mut empty: Vec<(SuiteId, Vec<String>)> = Vec::new();
    for (id, path) in own {
        let here = snapshot.tests_in_folder.get(&id).map_or(&[][..], Vec::as_slice);
        let is_gone = |below: SuiteId| empty.iter().any(|(id, _)| *id == below);
        if here.iter().all(|test| gone.contains(test))
            && tree.below(id).all(|(below, _)| is_gone(below))
        {
            empty.push((id, path));
        }
    }
    empty
}

/// The path for which an import created the folder; none if it is not ours, or was changed.
fn own_path(snapshot: &Snapshot, id: SuiteId, namespace: &str) -> Option<Vec<String>> {
    let row = snapshot.folders.get(id)?;
    let identity = row.identity?;
    let path = snapshot.folders.path(id);
    // It may be in a folder that somebody renamed: then it is kept.
    let is_own = identity == Identity::of_folder(namespace, &path)
        && path.last().is_some_and(|name| *row.name == *text::fit_name(name));
    let line = IdentityLine::of_folder(&path, identity, NamespaceMark::of(namespace));
    (is_own && row.description.as_deref().is_some_and(|text| line.is_all_of(text))).then_some(path)
}
