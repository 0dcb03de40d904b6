//! What taking an import back deletes and unlinks. Pure: decided from the import's summary and what the project holds now.
//!
//! Only what nobody touched goes: a created test is deleted if it is as the import left it, a linked one loses the identity,
//! a folder goes when it is ours and empty. Everything else stays, with its reason.

use std::collections::HashSet;

use serde::Deserialize;

use crate::api::ids::{SuiteId, TestId};
use crate::description::IdentityLine;
use crate::snapshot::{Snapshot, TestRow};
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::text;

use super::moved::LeftOver;

/// The JSON summary of an import, as far as it is needed to take it back.
#[derive(Clone, Debug, Deserialize)]
pub struct PastImport {
    /// The version of the schema.
    pub schema_version: u32,
    /// Whether it wrote nothing.
    pub dry_run: bool,
    /// The namespace, if it had one.
    pub namespace: Option<String>,
    /// Its `[[import]]` tables.
    #[serde(default)]
    pub imports: Vec<PastTable>,
    /// The project, if it was found.
    pub project: Option<PastProject>,
    /// What it changed.
    pub changes: Vec<PastChange>,
}

/// An `[[import]]` table of an import.
#[derive(Clone, Debug, Deserialize)]
pub struct PastTable {
    /// Its namespace, if it had one.
    pub namespace: Option<String>,
}

impl PastImport {
    /// The namespaces of its tests; the empty one stands for none.
    #[must_use]
    pub fn namespaces(&self) -> Vec<&str> {
        let namespaces = match &self.imports[..] {
            [] => vec![&self.namespace],
            tables => tables.iter().map(|table| &table.namespace).collect(),
        };
        namespaces.into_iter().map(|name| name.as_deref().unwrap_or_default()).collect()
    }
}

/// The project of an import.
#[derive(Clone, Debug, Deserialize)]
pub struct PastProject {
    /// Its id.
    pub id: u64,
}

/// A change that an import made.
#[derive(Clone, Debug, Deserialize)]
pub struct PastChange {
    /// What was done.
    pub action: String,
    /// The kind of row.
    pub kind: String,
    /// The folder path.
    pub path: Vec<String>,
    /// The name.
    pub name: String,
    /// The identity as text.
    pub identity: Option<String>,
    /// The row.
    #[serde(default)]
    pub id: Option<u64>,
    /// The row's epoch after the import.
    #[serde(default)]
    pub epoch: Option<u64>,
    /// The number of steps of a created test.
    #[serde(default)]
    pub steps: Option<usize>,
    /// What a linked row was before.
    #[serde(default)]
    pub before: Option<PastRow>,
}

/// A row before it was linked.
#[derive(Clone, Debug, Deserialize)]
pub struct PastRow {
    /// Its flag.
    pub is_automated: Option<bool>,
    /// Its identity as text.
    pub identity: Option<String>,
    /// What its identity line said.
    pub label: Option<String>,
    /// Its name, if it was renamed.
    pub name: Option<String>,
}

impl PastChange {
    fn is(&self, action: &str, kind: &str) -> bool {
        self.action == action && self.kind == kind
    }

    fn identity(&self) -> Option<Identity> {
        Identity::in_description(self.identity.as_deref()?)
    }
}

/// A test that is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedTest {
    /// The row.
    pub id: TestId,
    /// Its name in the reports.
    pub name: String,
    /// Its folder path.
    pub path: Vec<String>,
    /// The identity that it must still have.
    pub identity: Identity,
    /// The epoch that it must still have.
    pub epoch: u64,
}

/// A linked test that loses the identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlinkedTest {
    /// The row.
    pub id: TestId,
    /// Its name in the reports.
    pub name: String,
    /// Its folder path.
    pub path: Vec<String>,
    /// The identity that it loses.
    pub identity: Identity,
    /// The identity that it had before, with what its line said; none if it was not linked.
    pub former: Option<(Identity, Option<String>)>,
    /// The flag that it gets back, unless somebody wrote the row since.
    pub is_automated: Option<bool>,
    /// The name that it gets back, unless somebody wrote the row since.
    pub former_name: Option<String>,
    /// The epoch that says that nobody wrote it since.
    pub epoch: Option<u64>,
}

/// A person's folder that loses the identities that the import gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlinkedFolder {
    /// The row.
    pub id: SuiteId,
    /// Its path in the reports.
    pub path: Vec<String>,
    /// The identities that it loses: several if the reports have its name in several cases.
    pub identities: Vec<Identity>,
}

/// A folder that is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedFolder {
    /// The row.
    pub id: SuiteId,
    /// Its path.
    pub path: Vec<String>,
    /// Its identity.
    pub identity: Identity,
}

/// What taking an import back writes.
#[derive(Clone, Debug, Default)]
pub struct UndoPlan {
    /// Tests that are deleted.
    pub tests: Vec<DeletedTest>,
    /// Tests that lose the identity.
    pub links: Vec<UnlinkedTest>,
    /// Folders that lose the identity.
    pub folder_links: Vec<UnlinkedFolder>,
    /// Folders that are deleted, the innermost first.
    pub folders: Vec<DeletedFolder>,
    /// What stays, and why.
    pub left: Vec<LeftOver>,
}

/// The rows whose details [`UndoPlan::new`] needs: tests and folders that the import created.
#[must_use]
pub fn created_rows(past: &PastImport, snapshot: &Snapshot) -> (Vec<TestId>, Vec<SuiteId>) {
    let tests = past.changes.iter().filter(|change| change.is("create", "test"));
    let tests = tests.filter_map(|change| created_test(change, snapshot));
    let folders = past.changes.iter().filter(|change| change.is("create", "folder"));
    let folders = folders.filter_map(|change| created_folder(change, snapshot));
    (tests.collect(), folders.collect())
}

/// The row of a created test: by its id, or by its identity if the import ended before it knew.
fn created_test(change: &PastChange, snapshot: &Snapshot) -> Option<TestId> {
    if let Some(id) = change.id {
        return Some(TestId::new(id)).filter(|id| snapshot.tests.contains_key(id));
    }
    snapshot.tests_by_identity.get(&change.identity()?)?.first().copied()
}

fn created_folder(change: &PastChange, snapshot: &Snapshot) -> Option<SuiteId> {
    let identity = change.identity()?;
    let rows = snapshot.folders.with_identity(identity);
    match change.id {
        Some(id) => rows.iter().copied().find(|row| row.number() == id),
        None => rows.first().copied(),
    }
}

impl UndoPlan {
    /// The plan for a snapshot that has read the details of [`created_rows`].
    #[must_use]
    pub fn new(past: &PastImport, snapshot: &Snapshot) -> Self {
        let mut plan = Self::default();
        for change in &past.changes {
            let outcome = match (change.action.as_str(), change.kind.as_str()) {
                ("create", "test") => plan.delete_test(change, snapshot),
                ("adopt" | "relink", "test") => plan.unlink_test(change, snapshot),
                // Folders follow, and the steps of a created test go with it.
                ("create" | "adopt", "folder") => Ok(()),
                ("create", "step") => Err("the steps that were added to it stay".to_owned()),
                ("update" | "delete", "step") => Err("its steps stay as they are".to_owned()),
                ("place", _) => Err("it stays in its folder".to_owned()),
                ("move", "place") => Err("it stays in the folder it was moved to".to_owned()),
                ("unlink", _) => {
                    Err("the former identity that it lost is not added again".to_owned())
                }
                ("delete" | "move", _) => {
                    Err("the duplicate that was removed is not restored".to_owned())
                }
                _ => Err("this change cannot be undone".to_owned()),
            };
            if let Err(reason) = outcome {
                plan.leave(&change.name, reason);
            }
        }
        plan.delete_folders(past, snapshot);
        plan.unlink_folders(past, snapshot);
        plan
    }

    /// Whether nothing is left to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty()
            && self.links.is_empty()
            && self.folder_links.is_empty()
            && self.folders.is_empty()
    }

    fn leave(&mut self, name: &str, reason: String) {
        self.left.push(LeftOver { name: name.to_owned(), reason, suggestion: None });
    }

    fn delete_test(&mut self, change: &PastChange, snapshot: &Snapshot) -> Result<(), String> {
        // Deleted already, by a person or by an earlier run.
        let Some(id) = created_test(change, snapshot) else { return Ok(()) };
        let (Some(row), Some(identity)) = (snapshot.tests.get(&id), change.identity()) else {
            return Ok(());
        };
        let epoch = change.epoch.unwrap_or(0);
        if let Some(reason) = kept(change, id, row, identity, epoch, snapshot) {
            return Err(format!("test {id} stays, because {reason}"));
        }
        let (name, path) = (change.name.clone(), change.path.clone());
        self.tests.push(DeletedTest { id, name, path, identity, epoch });
        Ok(())
    }

    fn unlink_test(&mut self, change: &PastChange, snapshot: &Snapshot) -> Result<(), String> {
        let (Some(id), Some(identity)) = (change.id, change.identity()) else {
            return Err("the summary does not name its row".to_owned());
        };
        let id = TestId::new(id);
        let Some(row) = snapshot.tests.get(&id) else { return Ok(()) };
        let before = change.before.clone();
        let former = before.as_ref().and_then(|before| {
            let identity = Identity::in_description(before.identity.as_deref()?)?;
            Some((identity, before.label.clone()))
        });
        if row.identity != Some(identity) {
            // Taken back already.
            let is_done = row.identity == former.as_ref().map(|(identity, _)| *identity);
            return match is_done {
                true => Ok(()),
                false => {
                    Err(format!("test {id} stays as it is, because it has another identity now"))
                }
            };
        }
        if change.action == "relink" && former.is_none() {
            return Err("the summary does not name its former identity".to_owned());
        }
        self.links.push(UnlinkedTest {
            id,
            name: change.name.clone(),
            path: change.path.clone(),
            identity,
            former,
            is_automated: before.as_ref().and_then(|before| before.is_automated),
            former_name: before.and_then(|before| before.name),
            epoch: change.epoch,
        });
        Ok(())
    }

    /// A person's folder loses its identity once no test of these imports is in it or below: until then other imports find the
    /// folder by the identity. What people wrote in it stays.
    fn unlink_folders(&mut self, past: &PastImport, snapshot: &Snapshot) {
        let marks: Vec<NamespaceMark> =
            past.namespaces().into_iter().map(NamespaceMark::of).collect();
        let deleted: HashSet<TestId> = self.tests.iter().map(|test| test.id).collect();
        let unlinked: HashSet<TestId> =
            self.links.iter().filter(|link| link.former.is_none()).map(|link| link.id).collect();
        let is_imported = |test: &TestId| {
            let row = snapshot.tests.get(test);
            !deleted.contains(test)
                && !unlinked.contains(test)
                && row.and_then(|row| row.namespace).is_some_and(|mark| marks.contains(&mark))
        };
        for change in past.changes.iter().filter(|change| change.is("adopt", "folder")) {
            let name = change.path.join("/");
            let (Some(id), Some(identity)) = (change.id, change.identity()) else {
                self.leave(&name, "the summary does not name its row".to_owned());
                continue;
            };
            let id = SuiteId::new(id);
            // Deleted, or undone already.
            if !snapshot.folders.get(id).is_some_and(|row| row.linked.contains(&identity)) {
                continue;
            }
            if let Some(link) = self.folder_links.iter_mut().find(|link| link.id == id) {
                link.identities.push(identity);
                continue;
            }
            let has_tests = |(folder, tests): (&SuiteId, &Vec<TestId>)| {
                (*folder == id || snapshot.folders.is_below(*folder, id))
                    && tests.iter().any(is_imported)
            };
            if snapshot.tests_in_folder.iter().any(has_tests) {
                let why = "imported tests are still in it";
                self.leave(&name, format!("folder {id} keeps its identity, because {why}"));
                continue;
            }
            let (path, identities) = (change.path.clone(), vec![identity]);
            self.folder_links.push(UnlinkedFolder { id, path, identities });
        }
    }

    /// Folders are deleted from the inside out, if everything in them is deleted, too.
    fn delete_folders(&mut self, past: &PastImport, snapshot: &Snapshot) {
        let namespaces = past.namespaces();
        let tests: HashSet<TestId> = self.tests.iter().map(|test| test.id).collect();
        let mut created: Vec<&PastChange> =
            past.changes.iter().filter(|change| change.is("create", "folder")).collect();
        created.sort_by_key(|change| std::cmp::Reverse(change.path.len()));
        let mut deleted: HashSet<SuiteId> = HashSet::new();
        for change in created {
            let Some(id) = created_folder(change, snapshot) else { continue };
            let (Some(row), Some(identity)) = (snapshot.folders.get(id), change.identity()) else {
                continue;
            };
            let is_written = |text: &str| {
                namespaces.iter().any(|namespace| {
                    let mark = NamespaceMark::of(namespace);
                    IdentityLine::of_folder(&change.path, identity, mark).is_all_of(text)
                })
            };
            let is_described = !row.description.as_deref().is_some_and(is_written);
            let here = snapshot.tests_in_folder.get(&id).map_or(&[][..], Vec::as_slice);
            let is_full = here.iter().any(|test| !tests.contains(test))
                || snapshot.folders.below(id).any(|(below, _)| !deleted.contains(&below));
            let reason = if *row.name != *text::fit_name(&change.name) {
                "it was renamed"
            } else if is_described {
                "its description was edited"
            } else if is_full {
                "it is not empty"
            } else {
                deleted.insert(id);
                self.folders.push(DeletedFolder { id, path: change.path.clone(), identity });
                continue;
            };
            self.leave(&change.path.join("/"), format!("folder {id} stays, because {reason}"));
        }
    }
}

/// Why a created test is kept.
fn kept(
    change: &PastChange,
    id: TestId,
    row: &TestRow,
    identity: Identity,
    epoch: u64,
    snapshot: &Snapshot,
) -> Option<&'static str> {
    let duplicates = &snapshot.duplicates;
    let steps = duplicates.steps_of.get(&id).map_or(&[][..], Vec::as_slice);
    let places = duplicates.placements.get(&id).map_or(&[][..], Vec::as_slice);
    let is_live = |place: &&crate::api::wire::SuiteTest| snapshot.folders.is_live(place.suite_id);
    let places: Vec<_> = places.iter().filter(is_live).collect();
    if row.identity != Some(identity) {
        Some("it has another identity now")
    } else if !row.aliases.is_empty() {
        Some("another test was carried over to it")
    } else if row.epoch != epoch || (epoch == 0 && !row.is_unedited) {
        Some("it was edited")
    } else if duplicates.used.contains(&id) {
        Some("a run has results for it")
    } else if steps.iter().any(|step| step.epoch != Some(0))
        || change.steps.is_some_and(|count| steps.len() != count)
    {
        Some("its steps were edited")
    } else if places.len() != 1 || places.iter().any(|place| place.epoch != Some(0)) {
        Some("it was moved, or is in several folders")
    } else {
        None
    }
}
