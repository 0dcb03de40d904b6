//! The folder tree of a root plan.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use crate::api::ids::{PlanId, PlanSuiteId, ProjectId, SuiteId};
use crate::api::wire::{PlanSuite, Suite};
use crate::description::{is_of_retired, linked_identities};
use test_reports::identity::Identity;
use test_reports::text;

/// A folder that is in the root plan.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its name.
    pub name: Box<str>,
    /// Its parent; the root folder if the server names none.
    pub parent: SuiteId,
    /// The identity in its description; of a folder that was linked, the first one.
    pub identity: Option<Identity>,
    /// Of a person's folder that imports found by its name: the identities that they gave it. Empty for the folders of imports.
    pub linked: Box<[Identity]>,
    /// How often it was updated, if the server says so.
    pub epoch: Option<u64>,
    /// The length of its description in characters.
    pub description_chars: usize,
    /// The description, if it holds an identity.
    pub description: Option<Box<str>>,
    /// Whether it is a folder for retired tests.
    pub is_retired: bool,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// Its place in the plan; none for the root folder.
    pub place: Option<PlanSuiteId>,
}

impl Folder {
    /// Whether an import created it. People created the others, and those of them that imports use may carry identities, too.
    #[must_use]
    pub fn is_of_import(&self) -> bool {
        self.identity.is_some() && self.linked.is_empty()
    }
}

/// The live folders, with indexes. A folder is live when it is in the plan and all its ancestors are.
#[derive(Clone, Debug)]
pub struct FolderTree {
    root: SuiteId,
    /// Every folder of the project, in the tree or not.
    listed: BTreeSet<SuiteId>,
    /// With the root folder.
    live: BTreeMap<SuiteId, Folder>,
    by_identity: HashMap<Identity, Vec<SuiteId>>,
    /// Folders that have an identity and no place in the plan.
    unplaced: HashMap<Identity, SuiteId>,
    /// Folders that no import created, by parent and folded name.
    by_name: HashMap<(SuiteId, String), Vec<SuiteId>>,
}

impl FolderTree {
    /// The tree from the rows of `suite` and `plan_suite`; rows of other projects and plans are
    /// dropped. None without a root folder.
    ///
    /// A folder whose place names no parent is below the root folder.
    #[must_use]
    pub fn new(
        suites: Vec<Suite>,
        places: Vec<PlanSuite>,
        project: ProjectId,
        plan: PlanId,
    ) -> Option<Self> {
        let suites: BTreeMap<SuiteId, Suite> = suites
            .into_iter()
            .filter(|suite| suite.project_id == project)
            .map(|suite| (suite.id, suite))
            .collect();
        let root = suites.values().find(|suite| suite.is_root == Some(true))?.id;
        let mut parents: BTreeMap<SuiteId, SuiteId> = BTreeMap::new();
        let mut placed: BTreeMap<SuiteId, PlanSuiteId> = BTreeMap::new();
        for place in places {
            // If a suite has two places in one plan, the first counts.
            if place.plan_id == plan && place.suite_id != root {
                // 0 and the folder itself are no parents.
                let parent = place.parent_id.filter(|id| id.number() > 0 && *id != place.suite_id);
                parents.entry(place.suite_id).or_insert(parent.unwrap_or(root));
                placed.entry(place.suite_id).or_insert(place.id);
            }
        }
        let reached = reached_from(root, &parents, &suites);
        let mut tree = Self {
            root,
            listed: suites.keys().copied().collect(),
            live: BTreeMap::new(),
            by_identity: HashMap::new(),
            unplaced: HashMap::new(),
            by_name: HashMap::new(),
        };
        for (id, suite) in suites {
            let identity = suite.description.as_deref().and_then(Identity::in_description);
            let linked = match identity {
                Some(_) => linked_identities(suite.description.as_deref().unwrap_or_default()),
                None => Vec::new(),
            };
            let identities =
                if linked.is_empty() { identity.as_slice() } else { linked.as_slice() };
            if id != root && !reached.get(&id).copied().unwrap_or(false) {
                if !placed.contains_key(&id) {
                    for identity in identities {
                        tree.unplaced.entry(*identity).or_insert(id);
                    }
                }
                continue;
            }
            let parent = parents.get(&id).copied().unwrap_or(root);
            if id != root {
                for identity in identities {
                    tree.by_identity.entry(*identity).or_default().push(id);
                }
                if identity.is_none() || !linked.is_empty() {
                    tree.by_name.entry((parent, text::fold(&suite.name))).or_default().push(id);
                }
            }
            let Suite { name, description, epoch, created_at, .. } = suite;
            let description_chars = description.as_deref().map_or(0, |text| text.chars().count());
            let is_retired = description.as_deref().is_some_and(is_of_retired);
            let description = description.filter(|_| identity.is_some()).map(Into::into);
            let name = name.into();
            let place = placed.get(&id).copied();
            let folder = Folder {
                name,
                parent,
                identity,
                linked: linked.into(),
                epoch,
                description_chars,
                description,
                is_retired,
                created_at,
                place,
            };
            tree.live.insert(id, folder);
        }
        Some(tree)
    }

    /// The root folder.
    #[must_use]
    pub fn root(&self) -> SuiteId {
        self.root
    }

    /// Whether the folder `id` is live.
    #[must_use]
    pub fn is_live(&self, id: SuiteId) -> bool {
        self.live.contains_key(&id)
    }

    /// Whether the folder `id` exists, in the tree or not.
    #[must_use]
    pub fn is_listed(&self, id: SuiteId) -> bool {
        self.listed.contains(&id)
    }

    /// The live folder `id`.
    #[must_use]
    pub fn get(&self, id: SuiteId) -> Option<&Folder> {
        self.live.get(&id)
    }

    /// Live folders directly below `parent`.
    pub fn below(&self, parent: SuiteId) -> impl Iterator<Item = (SuiteId, &Folder)> {
        self.live().filter(move |(id, folder)| folder.parent == parent && *id != self.root)
    }

    /// Whether `id` is below `above`, at any depth.
    #[must_use]
    pub fn is_below(&self, id: SuiteId, above: SuiteId) -> bool {
        self.with_ancestors(id).any(|folder| folder.parent == above)
    }

    /// The live folder `id` and its ancestors below the root folder, innermost first.
    fn with_ancestors(&self, id: SuiteId) -> impl Iterator<Item = &Folder> {
        let below_root = |id: SuiteId| self.live.get(&id).filter(|_| id != self.root);
        std::iter::successors(below_root(id), move |folder| below_root(folder.parent))
    }

    /// All live folders with the root folder, by id.
    pub fn live(&self) -> impl Iterator<Item = (SuiteId, &Folder)> {
        self.live.iter().map(|(id, folder)| (*id, folder))
    }

    /// Live folders with `identity`, lowest id first; several are duplicates.
    #[must_use]
    pub fn with_identity(&self, identity: Identity) -> &[SuiteId] {
        self.by_identity.get(&identity).map_or(&[], Vec::as_slice)
    }

    /// The folder with `identity` that exists and has no place in the plan, if none with it is live.
    #[must_use]
    pub fn unplaced(&self, identity: Identity) -> Option<SuiteId> {
        self.unplaced.get(&identity).copied().filter(|_| self.with_identity(identity).is_empty())
    }

    /// Live folders that no import created, directly below `parent`, whose name equals `name`, ignoring case; lowest id first.
    #[must_use]
    pub fn with_name(&self, parent: SuiteId, name: &str) -> &[SuiteId] {
        self.by_name.get(&(parent, text::fold(name))).map_or(&[], Vec::as_slice)
    }

    /// The names from below the root folder down to `id`; empty for the root folder.
    #[must_use]
    pub fn path(&self, id: SuiteId) -> Vec<String> {
        let mut names: Vec<String> =
            self.with_ancestors(id).map(|folder| folder.name.to_string()).collect();
        names.reverse();
        names
    }
}

/// For each placed suite whether its ancestors end at `root`, not in a gap or a cycle.
fn reached_from(
    root: SuiteId,
    parents: &BTreeMap<SuiteId, SuiteId>,
    suites: &BTreeMap<SuiteId, Suite>,
) -> HashMap<SuiteId, bool> {
    let mut reached: HashMap<SuiteId, bool> = HashMap::with_capacity(parents.len());
    for &start in parents.keys() {
        let mut chain = Vec::new();
        let mut next = start;
        let ends_at_root = loop {
            if next == root {
                break true;
            }
            if let Some(&known) = reached.get(&next) {
                break known;
            }
            // Unreached until proven otherwise, so that a cycle ends here.
            reached.insert(next, false);
            chain.push(next);
            match parents.get(&next) {
                Some(&parent) if suites.contains_key(&next) => next = parent,
                _ => break false,
            }
        };
        reached.extend(chain.into_iter().map(|suite| (suite, ends_at_root)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::link_folder;

    fn suite(id: u64, name: &str, description: Option<&str>) -> Suite {
        Suite {
            id: SuiteId::new(id),
            name: name.to_owned(),
            description: description.map(str::to_owned),
            project_id: ProjectId::new(1),
            is_root: Some(id == 1),
            epoch: Some(0),
            created_at: None,
        }
    }

    fn place(suite: u64, parent: Option<u64>) -> PlanSuite {
        PlanSuite {
            id: PlanSuiteId::new(suite + 100),
            plan_id: PlanId::new(9),
            suite_id: SuiteId::new(suite),
            parent_id: parent.map(SuiteId::new),
        }
    }

    #[test]
    fn only_folders_below_the_root_are_live() {
        let suites = vec![
            suite(1, "Default", None),
            suite(2, "a", None),
            suite(3, "b", Some("x tqi-0123456789abcdef tqn-00000000")),
            suite(4, "orphan", None),
            suite(5, "of an orphan", None),
            suite(6, "cycle", None),
            suite(7, "cycle", None),
            suite(8, "top", None),
        ];
        let places = vec![
            place(1, None),
            place(2, Some(1)),
            place(3, Some(2)),
            place(5, Some(4)),
            place(6, Some(7)),
            place(7, Some(6)),
            place(8, None),
        ];
        let tree = FolderTree::new(suites, places, ProjectId::new(1), PlanId::new(9)).unwrap();
        let live: Vec<u64> = tree.live().map(|(id, _)| id.number()).collect();
        assert_eq!(live, [1, 2, 3, 8]);
        assert_eq!(tree.path(SuiteId::new(3)), ["a", "b"]);
        assert_eq!(tree.with_name(tree.root(), " A "), [SuiteId::new(2)]);
        let identity = Identity::in_description("tqi-0123456789abcdef").unwrap();
        assert_eq!(tree.with_identity(identity), [SuiteId::new(3)]);
        assert!(
            tree.with_name(SuiteId::new(2), "b").is_empty(),
            "a folder that an import created is not found by name"
        );
    }

    #[test]
    fn a_linked_folder_is_found_by_each_identity_and_by_its_name() {
        let ids = ["a", "b"].map(|namespace| Identity::of_folder(namespace, &["Cart"]));
        let described = link_folder("Mine.", &ids).unwrap();
        let suites = vec![suite(1, "Default", None), suite(2, "Basket", Some(&described))];
        let places = vec![place(2, Some(1))];
        let tree = FolderTree::new(suites, places, ProjectId::new(1), PlanId::new(9)).unwrap();
        for identity in ids {
            assert_eq!(tree.with_identity(identity), [SuiteId::new(2)]);
        }
        assert_eq!(tree.with_name(tree.root(), "basket"), [SuiteId::new(2)]);
        let folder = tree.get(SuiteId::new(2)).unwrap();
        assert!(!folder.is_of_import() && *folder.linked == ids, "{folder:?}");
    }

    #[test]
    fn rows_of_other_projects_and_plans_are_dropped() {
        let mut other = suite(2, "a", None);
        other.project_id = ProjectId::new(2);
        let mut elsewhere = place(3, Some(1));
        elsewhere.plan_id = PlanId::new(8);
        let suites = vec![suite(1, "Default", None), other, suite(3, "b", None)];
        let tree = FolderTree::new(
            suites,
            vec![place(2, Some(1)), elsewhere],
            ProjectId::new(1),
            PlanId::new(9),
        )
        .unwrap();
        assert_eq!(tree.live().count(), 1);
        assert!(
            FolderTree::new(vec![suite(2, "a", None)], vec![], ProjectId::new(1), PlanId::new(9))
                .is_none()
        );
    }
}
