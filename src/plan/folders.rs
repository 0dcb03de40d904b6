//! Which folder stands for a path, and which have to be created.

use std::collections::HashMap;

use crate::api::ids::SuiteId;
use crate::plan::dedup::KeepReason;
use crate::plan::matching::warning_of_duplicates;
use crate::snapshot::folders::FolderTree;
use test_reports::identity::Identity;
use test_reports::record::TestRecord;

/// A folder of a [`FolderPlan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FolderIndex(usize);

/// Every folder that the records' paths name.
#[derive(Clone, Debug)]
pub struct FolderPlan {
    /// Parents before children; the first is the root folder.
    folders: Vec<PlannedFolder>,
    /// By record.
    of_records: Vec<FolderIndex>,
    /// Paths for which several folders stand, lowest id first.
    duplicates: Vec<(Vec<String>, Vec<SuiteId>)>,
}

/// One folder.
#[derive(Clone, Debug)]
pub struct PlannedFolder {
    /// The folder around it; none for the root folder.
    pub parent: Option<FolderIndex>,
    /// Its name, as a new folder gets it.
    pub name: String,
    /// Names from below the root folder to this one.
    pub path: Vec<String>,
    /// What it is.
    pub identity: Identity,
    /// The folder that stands for it.
    pub suite: Option<SuiteId>,
    /// A test is created or placed in it, or below it.
    pub needed: bool,
}

impl FolderPlan {
    /// Resolves the folder of every record: by identity; else by name, among the folders without identity
    /// below the folder that stands for its parent. Of several the lowest id stands for it.
    #[must_use]
    pub fn new(records: &[TestRecord], tree: &FolderTree, namespace: &str) -> Self {
        let root = PlannedFolder {
            parent: None,
            name: String::new(),
            path: Vec::new(),
            identity: Identity::of_folder(namespace, &[] as &[&str]),
            suite: Some(tree.root()),
            needed: false,
        };
        let mut plan = Self {
            folders: vec![root],
            of_records: Vec::with_capacity(records.len()),
            duplicates: Vec::new(),
        };
        let mut children: HashMap<(FolderIndex, &str), FolderIndex> = HashMap::new();
        for record in records {
            let mut at = FolderIndex(0);
            for name in record.folder.iter() {
                at = match children.get(&(at, name.as_str())) {
                    Some(&known) => known,
                    None => {
                        let index = plan.add(at, name, tree, namespace);
                        children.insert((at, name.as_str()), index);
                        index
                    }
                };
            }
            plan.of_records.push(at);
        }
        plan
    }

    fn add(
        &mut self,
        parent: FolderIndex,
        name: &str,
        tree: &FolderTree,
        namespace: &str,
    ) -> FolderIndex {
        let mut path = self.folders[parent.0].path.clone();
        path.push(name.to_owned());
        let identity = Identity::of_folder(namespace, &path);
        let duplicates = tree.with_identity(identity);
        if let [_, _, ..] = duplicates {
            self.duplicates.push((path.clone(), duplicates.to_vec()));
        }
        let suite = duplicates.first().copied().or_else(|| {
            let parent = self.folders[parent.0].suite?;
            tree.with_name(parent, name).first().copied()
        });
        self.folders.push(PlannedFolder {
            parent: Some(parent),
            name: name.to_owned(),
            path,
            identity,
            suite,
            needed: false,
        });
        FolderIndex(self.folders.len() - 1)
    }

    /// Marks a folder and those around it as needed.
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

    /// The row that stands for a folder.
    #[must_use]
    pub fn suite(&self, index: FolderIndex) -> Option<SuiteId> {
        self.folders[index.0].suite
    }

    /// Needed folders that no row stands for, parents before children.
    pub fn to_create(&self) -> impl Iterator<Item = &PlannedFolder> {
        self.folders.iter().filter(|folder| folder.needed && folder.suite.is_none())
    }

    /// Those of [`Self::to_create`] whose parent stands: the next level, with the parent's row.
    pub fn next_level(&self) -> impl Iterator<Item = (&PlannedFolder, SuiteId)> {
        self.to_create().filter_map(|folder| Some((folder, self.suite(folder.parent?)?)))
    }

    /// Folders below the root that a row stands for.
    #[must_use]
    pub fn matched(&self) -> usize {
        self.folders.iter().skip(1).filter(|folder| folder.suite.is_some()).count()
    }

    /// What a person should know: folders that stand several times, of which some are `left`.
    #[must_use]
    pub(super) fn warnings(&self, left: &HashMap<SuiteId, KeepReason>) -> Vec<String> {
        let warning = |(path, duplicates): &(Vec<String>, Vec<SuiteId>)| {
            let name = format!("folder {:?}", path.join("/"));
            warning_of_duplicates(&name, "(suites", duplicates, left)
        };
        self.duplicates.iter().filter_map(warning).collect()
    }
}
