//! Whether a test still stands where an import put it. Pure: decided from its placements and the project's folders.

use std::collections::{BTreeSet, HashMap};

use jiff::SignedDuration;

use crate::api::ids::{SuiteId, TestId};
use crate::api::wire::{SuiteTest, Test};
use crate::description::{Label, label_in};
use crate::snapshot::folders::{Folder, FolderTree};
use test_reports::text;

/// A placement that was created longer after its test than this is not the one that was created with it.
const TOGETHER: SignedDuration = SignedDuration::from_secs(60);

/// The live folders of a project.
#[derive(Clone, Debug, Default)]
pub struct LiveFolders(HashMap<SuiteId, LiveFolder>);

#[derive(Clone, Debug)]
struct LiveFolder {
    /// Folded.
    name: String,
    /// Whether an import created it.
    is_of_import: bool,
    /// Whether imports put tests into it.
    is_used: bool,
}

impl LiveFolders {
    /// Those of `tree`.
    #[must_use]
    pub fn of(tree: &FolderTree) -> Self {
        let folder = |(id, folder): (SuiteId, &Folder)| {
            let live = LiveFolder {
                name: text::fold(&folder.name),
                is_of_import: folder.is_of_import(),
                is_used: folder.identity.is_some() && !folder.is_retired,
            };
            (id, live)
        };
        Self(tree.live().map(folder).collect())
    }

    /// Their ids.
    #[must_use]
    pub fn ids(&self) -> BTreeSet<SuiteId> {
        self.0.keys().copied().collect()
    }
}

/// Tests and their placements, as the server lists them.
#[derive(Clone, Debug)]
pub struct Placements {
    tests: HashMap<TestId, Test>,
    of_test: HashMap<TestId, Vec<SuiteTest>>,
}

impl Placements {
    /// The lists of tests and of their placements. Only placements in live folders count.
    #[must_use]
    pub fn new(tests: Vec<Test>, rows: Vec<SuiteTest>, folders: &LiveFolders) -> Self {
        let mut of_test: HashMap<TestId, Vec<SuiteTest>> = HashMap::new();
        for row in rows.into_iter().filter(|row| folders.0.contains_key(&row.suite_id)) {
            of_test.entry(row.test_id).or_default().push(row);
        }
        Self { tests: tests.into_iter().map(|row| (row.id, row)).collect(), of_test }
    }

    /// Whether a test is in this folder alone.
    #[must_use]
    pub fn is_in(&self, test: TestId, folder: SuiteId) -> bool {
        matches!(self.of_test.get(&test).map(Vec::as_slice), Some([place]) if place.suite_id == folder)
    }

    /// The placement of a test that stands where an import put it.
    ///
    /// # Errors
    /// Why it is not known to.
    pub fn by_import(
        &self,
        test: TestId,
        folders: &LiveFolders,
    ) -> Result<&SuiteTest, &'static str> {
        let [place] = self.of_test.get(&test).map_or(&[][..], Vec::as_slice) else {
            return Err("it is not in exactly one folder");
        };
        let is_by_import = folders.0.get(&place.suite_id).is_some_and(|folder| {
            let row = self.tests.get(&test);
            let is_new = place.epoch == Some(0)
                && (folder.is_of_import || row.is_some_and(|row| is_together(place, row)));
            is_new || (folder.is_used && row.is_some_and(|row| belongs(row, &folder.name)))
        });
        if is_by_import { Ok(place) } else { Err("somebody else placed it") }
    }
}

/// Whether a placement was created with its test.
fn is_together(place: &SuiteTest, test: &Test) -> bool {
    match (place.created_at, test.created_at) {
        (Some(place), Some(test)) => place.duration_since(test).abs() <= TOGETHER,
        _ => false,
    }
}

/// Whether a folder has the name of a test's innermost container: a placement that `relink --move` changed looks like one that a
/// person changed, but it is where the import of today would put the test.
fn belongs(test: &Test, folder: &str) -> bool {
    let label = test.description.as_deref().and_then(label_in).unwrap_or_default();
    let container = text::fold(Label::split(&label, &[], &[]).container);
    container.strip_suffix(folder).is_some_and(|rest| {
        !folder.is_empty() && !rest.ends_with(|last: char| last.is_alphanumeric() || last == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_test_belongs_to_the_folder_of_its_container() {
        let test = |container: &str| -> Test {
            let line =
                format!("Automated test (tqi-9f86d081884c7d65 tqn-1b2c3d4e): {container}adds");
            serde_json::from_value(
                json!({"id": 1, "project_id": 1, "name": "adds", "description": line}),
            )
            .unwrap()
        };
        for (container, folder) in [
            ("com.acme.cart.CartTest :: ", "carttest"),
            ("src/cart.test.js / Cart :: ", "cart"),
            ("src/cart.test.js :: ", "cart.test.js"),
            ("cart :: ", "cart"),
        ] {
            assert!(belongs(&test(container), folder), "{container} {folder}");
        }
        for (container, folder) in [
            ("com.acme.CartTest :: ", "test"),
            ("com.acme.cart :: ", "smoke tests"),
            ("", ""),
            ("cart :: ", ""),
        ] {
            assert!(!belongs(&test(container), folder), "{container} {folder}");
        }
    }
}
