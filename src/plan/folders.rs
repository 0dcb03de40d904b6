//! Which folder of the project belongs to a path, and which folders have to be created.

use std::collections::HashMap;

use crate::api::ids::SuiteId;
use crate::description::MAX_IDENTITIES;
use crate::snapshot::folders::FolderTree;
use test_reports::identity::Identity;
use test_reports::record::TestRecord;

/// The index of a folder in a [`FolderPlan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FolderIndex(usize);

/// Every folder in the paths of the records.
#[derive(Clone, Debug, Default)]
pub struct FolderPlan {
    /// Parents before children; the first is the root folder.
    folders: Vec<PlannedFolder>,
    /// By record.
    of_records: Vec<FolderIndex>,
    /// Whether folders that are found by their name get their identity.
    links: bool,
}

/// One folder.
#[derive(Clone, Debug)]
pub struct PlannedFolder {
    /// Its parent; none for the root folder.
    pub parent: Option<FolderIndex>,
    /// Its name, if it is created.
    pub name: String,
    /// The names from below the root folder to this one.
    pub path: Vec<String>,
    /// Its identity.
    pub identity: Identity,
    /// The existing row.
    pub suite: Option<SuiteId>,
    /// Whether the row was found by its name, and has room for one more identity.
    by_name: bool,
    /// Whether a test is created or placed in it or below it.
    pub needed: bool,
    /// Whether it is the folder for retired tests.
    pub retired: bool,
}

/// The last part of what identifies a folder for retired tests: a folder of the reports may have the same path.
const RETIRED: &str = "retired by tq-import";

impl FolderPlan {
    /// Finds the folder of every record: by identity; otherwise by name, among the folders below the parent that no import
    /// created. The lowest id wins.
    #[must_use]
    pub fn new(records: &[TestRecord], tree: &FolderTree, namespace: &str) -> Self {
        let root = PlannedFolder {
            parent: None,
            name: String::new(),
            path: Vec::new(),
            identity: Identity::of_folder(namespace, &[] as &[&str]),
            suite: Some(tree.root()),
            by_name: false,
            needed: false,
            retired: false,
        };
        let of_records = Vec::with_capacity(records.len());
        let mut plan = Self { folders: vec![root], of_records, links: false };
        let mut children: HashMap<(FolderIndex, &str), FolderIndex> = HashMap::new();
        for record in records {
            let mut at = FolderIndex(0);
            for name in record.class.folder.iter() {
                at = *children
                    .entry((at, name.as_str()))
                    .or_insert_with(|| plan.add(at, name, tree, namespace));
            }
            plan.of_records.push(at);
        }
        plan
    }

    /// The folders on the `path` of the one for retired tests, all of them needed. That one is found by its identity only.
    #[must_use]
    pub fn of_retired(path: &[String], tree: &FolderTree, namespace: &str) -> Self {
        let mut plan = Self::new(&[], tree, namespace);
        let mut at = FolderIndex(0);
        for name in path {
            at = plan.add(at, name, tree, namespace);
        }
        if let Some(last) = plan.folders.get_mut(at.0).filter(|_| !path.is_empty()) {
            last.identity = Identity::of_folder(namespace, &[path, &[RETIRED.to_owned()]].concat());
            last.suite = tree.with_identity(last.identity).first().copied();
            last.by_name = false;
            last.retired = true;
        }
        plan.need(at);
        plan
    }

    /// The innermost folder of a plan for one path.
    #[must_use]
    pub fn last(&self) -> Option<&PlannedFolder> {
        self.folders.last()
    }

    fn add(
        &mut self,
        parent: FolderIndex,
        name: &str,
        tree: &FolderTree,
        namespace: &str,
    ) -> FolderIndex {
        let PlannedFolder { path, suite: parent_suite, .. } = self.get(parent);
        let path = [&path[..], &[name.to_owned()]].concat();
        let identity = Identity::of_folder(namespace, &path);
        let by_identity = tree.with_identity(identity).first().copied();
        let by_name = || tree.with_name((*parent_suite)?, name).first().copied();
        let suite = by_identity.or_else(by_name);
        let row = suite.filter(|_| by_identity.is_none()).and_then(|suite| tree.get(suite));
        let by_name = row.is_some_and(|row| row.linked.len() < MAX_IDENTITIES);
        self.folders.push(PlannedFolder {
            parent: Some(parent),
            name: name.to_owned(),
            path,
            identity,
            suite,
            by_name,
            needed: false,
            retired: false,
        });
        FolderIndex(self.folders.len() - 1)
    }

    /// Lets the folders that were found by their name get their identity, so that renaming them keeps them.
    #[must_use]
    pub(crate) fn with_links(mut self, links: bool) -> Self {
        self.links = links;
        self
    }

    /// The folders that get their identity, with their rows. A row may have several paths: a name is found whatever its case.
    pub fn to_link(&self) -> impl Iterator<Item = (&PlannedFolder, SuiteId)> {
        let found = self.all().filter(|folder| self.links && folder.by_name);
        found.filter_map(|folder| Some((folder, folder.suite?)))
    }

    /// Marks a folder and its ancestors as needed.
    pub(crate) fn need(&mut self, folder: FolderIndex) {
        let mut next = Some(folder);
        while let Some(index) = next {
            let folder = &mut self.folders[index.0];
            if folder.needed {
                return;
            }
            folder.needed = true;
            next = folder.parent;
        }
    }

    /// Every folder below the root.
    pub fn all(&self) -> impl Iterator<Item = &PlannedFolder> {
        self.folders.iter().skip(1)
    }

    /// The folder of the record at `record`.
    #[must_use]
    pub fn of_record(&self, record: usize) -> FolderIndex {
        self.of_records[record]
    }

    /// The folder at `index`.
    #[must_use]
    pub fn get(&self, index: FolderIndex) -> &PlannedFolder {
        &self.folders[index.0]
    }

    /// The existing row of a folder.
    #[must_use]
    pub fn suite(&self, index: FolderIndex) -> Option<SuiteId> {
        self.folders[index.0].suite
    }

    /// The existing row of the folder of the record at `record`.
    #[must_use]
    pub fn suite_of_record(&self, record: usize) -> Option<SuiteId> {
        self.suite(self.of_record(record))
    }

    /// Needed folders that do not exist, parents before children.
    pub fn to_create(&self) -> impl Iterator<Item = &PlannedFolder> {
        self.folders.iter().filter(|folder| folder.needed && folder.suite.is_none())
    }

    /// Those of [`Self::to_create`] whose parent exists: the next level, with the parent's row.
    pub fn next_level(&self) -> impl Iterator<Item = (&PlannedFolder, SuiteId)> {
        self.to_create().filter_map(|folder| Some((folder, self.suite(folder.parent?)?)))
    }

    /// The number of folders below the root that exist.
    #[must_use]
    pub fn matched(&self) -> usize {
        self.all().filter(|folder| folder.suite.is_some()).count()
    }
}
