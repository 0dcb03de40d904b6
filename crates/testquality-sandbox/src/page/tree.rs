//! The folder tree of a project, and the part of it that a page shows.

use std::collections::{HashMap, HashSet};

use super::display::{self, to_i64};
use super::natural::NaturalKey;
use super::outcome::{Outcome, OutcomeTotals};
use crate::store::FolderRow;

/// Up to this many folders, the whole tree is shown; beyond, only the path to the selected folder.
const MAX_EXPANDED: usize = 60;

/// The maximum number of displayed subfolders of one folder; the search finds the others.
const MAX_SIBLINGS: usize = 500;

/// The maximum number of folders to choose from.
const MAX_CHOICES: usize = 200;

/// The folders of a project.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    by_id: HashMap<i64, usize>,
    /// The root folder, and the folders beside it.
    tops: Vec<usize>,
    /// Folders whose parent does not exist.
    detached: Vec<usize>,
}

#[derive(Debug)]
struct Node {
    row: FolderRow,
    parent: Option<usize>,
    children: Vec<usize>,
    /// Tests in it and in its subfolders.
    total: i64,
    /// The outcomes of these tests, if they were counted.
    outcomes: OutcomeTotals,
}

/// A link to a folder.
#[derive(Debug, Clone)]
pub(super) struct FolderLink {
    pub(super) id: i64,
    pub(super) name: String,
    /// Whether it is the root folder, which holds the others.
    pub(super) is_root: bool,
    /// Tests in it and in its subfolders.
    pub(super) total: i64,
    /// The outcomes of these tests; none in a project without results.
    pub(super) outcomes: OutcomeTotals,
}

/// The breadcrumbs of pages that are in no folder.
pub(super) const NO_FOLDERS: &[FolderLink] = &[];

/// A folder in the displayed tree.
#[derive(Debug)]
pub(super) struct TreeLine {
    pub(super) folder: FolderLink,
    pub(super) is_selected: bool,
    /// It has subfolders, but they are not shown.
    pub(super) is_collapsed: bool,
    /// Its subfolders follow.
    pub(super) is_expanded: bool,
    /// The lists that end after it, the innermost first.
    pub(super) ends: Vec<ListEnd>,
}

/// The end of a list of subfolders, or of the whole tree.
#[derive(Debug)]
pub(super) struct ListEnd {
    /// How many folders of the list are not shown.
    pub(super) omitted: i64,
    /// Whether the list is within another one.
    pub(super) is_nested: bool,
}

impl Tree {
    /// Builds the tree. A folder that is in the plan twice appears only in its first place.
    pub(super) fn new(rows: Vec<FolderRow>) -> Self {
        let mut nodes: Vec<Node> = Vec::with_capacity(rows.len());
        let mut by_id = HashMap::with_capacity(rows.len());
        for row in rows {
            by_id.entry(row.id).or_insert_with(|| {
                let total = row.tests;
                let outcomes = OutcomeTotals::default();
                nodes.push(Node { row, parent: None, children: Vec::new(), total, outcomes });
                nodes.len() - 1
            });
        }
        let parents: Vec<Option<Option<usize>>> = nodes
            .iter()
            .map(|node| node.row.parent.map(|parent| by_id.get(&parent).copied()))
            .collect();
        let mut tree = Self { nodes, by_id, tops: Vec::new(), detached: Vec::new() };
        for (index, parent) in parents.into_iter().enumerate() {
            match parent {
                None => tree.tops.push(index),
                Some(None) => tree.detached.push(index),
                Some(Some(parent)) => {
                    tree.nodes[index].parent = Some(parent);
                    tree.nodes[parent].children.push(index);
                }
            }
        }
        tree.break_cycles();
        tree.sum_tests();
        tree.sort();
        tree
    }

    /// Detaches one folder of each cycle, so that every folder is reachable from a top or detached one.
    fn break_cycles(&mut self) {
        let mut is_reached = vec![false; self.nodes.len()];
        let starts: Vec<usize> =
            self.tops.iter().chain(&self.detached).copied().chain(0..self.nodes.len()).collect();
        for start in starts {
            if is_reached[start] {
                continue;
            }
            if let Some(parent) = self.nodes[start].parent.take() {
                self.nodes[parent].children.retain(|child| *child != start);
                self.detached.push(start);
            }
            for node in self.subtree(start) {
                is_reached[node] = true;
            }
        }
    }

    fn sum_tests(&mut self) {
        for node in self.children_first() {
            if let Some(parent) = self.nodes[node].parent {
                self.nodes[parent].total += self.nodes[node].total;
            }
        }
    }

    /// Counts the outcomes of the tests in each folder: pairs of a folder and an outcome.
    pub(super) fn count_outcomes(&mut self, tests: impl Iterator<Item = (i64, Outcome)>) {
        for (folder, outcome) in tests {
            if let Some(node) = self.by_id.get(&folder) {
                self.nodes[*node].outcomes.add(outcome);
            }
        }
        for node in self.children_first() {
            let outcomes = self.nodes[node].outcomes;
            if let Some(parent) = self.nodes[node].parent {
                self.nodes[parent].outcomes.add_all(outcomes);
            }
        }
    }

    /// All folders, children before their parents.
    fn children_first(&self) -> impl Iterator<Item = usize> + use<> {
        let roots = self.tops.iter().chain(&self.detached);
        let order: Vec<usize> = roots.flat_map(|root| self.subtree(*root)).collect();
        order.into_iter().rev()
    }

    /// The ids of a folder and of everything below it.
    pub(super) fn ids_below(&self, id: i64) -> HashSet<i64> {
        let nodes = self.by_id.get(&id).map(|node| self.subtree(*node)).unwrap_or_default();
        nodes.into_iter().map(|node| self.nodes[node].row.id).collect()
    }

    /// Folders to choose from, with their paths: all of them if they are few, otherwise those below the root folder.
    pub(super) fn choices(&self) -> Vec<(i64, String)> {
        let is_small = self.nodes.len() <= MAX_CHOICES;
        let mut found = Vec::new();
        let mut pending: Vec<(usize, usize)> =
            self.tops.iter().rev().map(|node| (*node, 0)).collect();
        while let Some((node, depth)) = pending.pop() {
            let Node { row, children, .. } = &self.nodes[node];
            if !row.is_root && found.len() < MAX_CHOICES {
                found.push((row.id, self.path(row.id)));
            }
            if is_small || depth == 0 {
                pending.extend(children.iter().rev().map(|child| (*child, depth + 1)));
            }
        }
        found
    }

    /// A folder and everything below it, parents before children.
    fn subtree(&self, root: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut pending = vec![root];
        while let Some(node) = pending.pop() {
            found.push(node);
            pending.extend(&self.nodes[node].children);
        }
        found
    }

    fn sort(&mut self) {
        let keys: Vec<_> = self
            .nodes
            .iter()
            .map(|node| (!node.row.is_root, NaturalKey::new(&node.row.name), node.row.id))
            .collect();
        for list in [&mut self.tops, &mut self.detached]
            .into_iter()
            .chain(self.nodes.iter_mut().map(|node| &mut node.children))
        {
            list.sort_by_key(|node| &keys[*node]);
        }
    }

    /// The folder that is selected by default.
    pub(super) fn first(&self) -> Option<i64> {
        self.tops.first().map(|node| self.nodes[*node].row.id)
    }

    /// The folder with this id, and the number of tests directly in it.
    pub(super) fn folder(&self, id: i64) -> Option<(FolderLink, i64)> {
        let node = *self.by_id.get(&id)?;
        Some((self.link(node), self.nodes[node].row.tests))
    }

    /// The ancestors of a folder, the outermost first.
    pub(super) fn ancestor_links(&self, id: i64) -> Vec<FolderLink> {
        let mut path: Vec<FolderLink> = self.ancestors(id).map(|node| self.link(node)).collect();
        path.reverse();
        path
    }

    /// The names of a folder and its ancestors, without the root folder.
    pub(super) fn path(&self, id: i64) -> String {
        let mut names: Vec<String> = self
            .by_id
            .get(&id)
            .copied()
            .into_iter()
            .chain(self.ancestors(id))
            .map(|node| &self.nodes[node].row)
            .filter(|row| !row.is_root || row.id == id)
            .map(|row| display::name(&row.name))
            .collect();
        names.reverse();
        names.join(" / ")
    }

    /// The displayed subfolders of a folder, and the number of all.
    pub(super) fn subfolders(&self, id: i64) -> (Vec<FolderLink>, usize) {
        let Some(node) = self.by_id.get(&id) else { return (Vec::new(), 0) };
        let children = &self.nodes[*node].children;
        let links = children.iter().take(MAX_SIBLINGS).map(|node| self.link(*node)).collect();
        (links, children.len())
    }

    /// All folders, each with its unescaped name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, FolderLink)> {
        let nodes = self.nodes.iter().enumerate();
        nodes.map(|(index, node)| (node.row.name.as_str(), self.link(index)))
    }

    /// The displayed lines of the tree.
    pub(super) fn lines(&self, selected: Option<i64>) -> Vec<TreeLine> {
        self.lines_below(&self.tops, selected)
    }

    /// The displayed lines of the detached folders.
    pub(super) fn detached_lines(&self, selected: Option<i64>) -> Vec<TreeLine> {
        self.lines_below(&self.detached, selected)
    }

    fn lines_below(&self, tops: &[usize], selected: Option<i64>) -> Vec<TreeLine> {
        let mut expanded = vec![self.nodes.len() <= MAX_EXPANDED; self.nodes.len()];
        let selected = selected.and_then(|id| self.by_id.get(&id).copied());
        let path = std::iter::successors(selected, |node| self.nodes[*node].parent);
        for node in self.tops.iter().copied().chain(path) {
            expanded[node] = true;
        }
        let mut lines: Vec<TreeLine> = Vec::new();
        // The open lists, each with the number of its omitted folders.
        let mut lists = vec![displayed_siblings(tops, &expanded)];
        while let Some((nodes, omitted)) = lists.last_mut() {
            let Some(node) = nodes.next() else {
                let omitted = *omitted;
                lists.pop();
                if let Some(line) = lines.last_mut() {
                    line.ends.push(ListEnd { omitted, is_nested: !lists.is_empty() });
                }
                continue;
            };
            let children = &self.nodes[node].children;
            let is_expanded = expanded[node] && !children.is_empty();
            lines.push(TreeLine {
                folder: self.link(node),
                is_selected: Some(node) == selected,
                is_collapsed: !is_expanded && !children.is_empty(),
                is_expanded,
                ends: Vec::new(),
            });
            if is_expanded {
                lists.push(displayed_siblings(children, &expanded));
            }
        }
        lines
    }

    fn ancestors(&self, id: i64) -> impl Iterator<Item = usize> {
        let start = self.by_id.get(&id).and_then(|node| self.nodes[*node].parent);
        std::iter::successors(start, |node| self.nodes[*node].parent)
    }

    fn link(&self, node: usize) -> FolderLink {
        let Node { row, total, outcomes, .. } = &self.nodes[node];
        let name = display::name(&row.name);
        FolderLink { id: row.id, name, is_root: row.is_root, total: *total, outcomes: *outcomes }
    }
}

/// The first folders of a list, and expanded ones; and the number of those that are omitted.
fn displayed_siblings(nodes: &[usize], expanded: &[bool]) -> (std::vec::IntoIter<usize>, i64) {
    let (first, others) = nodes.split_at(nodes.len().min(MAX_SIBLINGS));
    let others = others.iter().filter(|node| expanded[**node]);
    let kept: Vec<usize> = first.iter().chain(others).copied().collect();
    let omitted = to_i64(nodes.len() - kept.len());
    (kept.into_iter(), omitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of folders with id, parent and number of tests, named after their ids.
    fn tree(rows: &[(i64, Option<i64>, i64)]) -> Tree {
        let row = |&(id, parent, tests): &(i64, Option<i64>, i64)| FolderRow {
            id,
            name: format!("f{id}"),
            parent,
            is_root: id == 1,
            tests,
        };
        Tree::new(rows.iter().map(row).collect())
    }

    /// The lines as text: a folder, `*` if selected, `>` if expanded, `+` if collapsed, `)` for each end.
    fn draw(lines: &[TreeLine]) -> String {
        let line = |line: &TreeLine| {
            let mark = if line.is_expanded {
                ">"
            } else if line.is_collapsed {
                "+"
            } else {
                ""
            };
            let selected = if line.is_selected { "*" } else { "" };
            let ends = line.ends.iter().filter(|end| end.is_nested).count();
            format!("{}{selected}{mark}{}", line.folder.name, ")".repeat(ends))
        };
        lines.iter().map(line).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn folders_are_nested_sorted_and_counted() {
        let tree = tree(&[
            (4, Some(3), 5),
            (3, Some(1), 2),
            (2, Some(1), 1),
            (1, None, 0),
            (5, None, 7),
            (3, Some(5), 2),
        ]);
        assert_eq!(draw(&tree.lines(Some(4))), "f1> f2 f3> f4*)) f5");
        assert_eq!(tree.first(), Some(1));
        let (folder, own) = tree.folder(1).unwrap();
        assert_eq!((folder.total, own), (8, 0));
        assert_eq!(tree.path(4), "f3 / f4");
        assert_eq!(tree.path(1), "f1");
        let ancestors: Vec<_> =
            tree.ancestor_links(4).into_iter().map(|folder| folder.id).collect();
        assert_eq!(ancestors, [1, 3]);
        assert_eq!(tree.subfolders(1).0.len(), 2);
        let choices = tree.choices().into_iter().map(|(id, path)| format!("{id} {path}"));
        assert_eq!(choices.collect::<Vec<_>>(), ["2 f2", "3 f3", "4 f3 / f4", "5 f5"]);
        assert_eq!(tree.ids_below(3), [3, 4].into());
        assert!(tree.folder(9).is_none());
    }

    #[test]
    fn outcomes_are_those_of_the_folder_and_everything_below() {
        let mut tree = tree(&[(1, None, 0), (2, Some(1), 1), (3, Some(2), 2), (4, Some(1), 1)]);
        let tests =
            [(2, Outcome::Passed), (3, Outcome::Failed), (3, Outcome::Flaky), (9, Outcome::Failed)];
        tree.count_outcomes(tests.into_iter());
        let counts = |id| {
            let outcomes = tree.folder(id).unwrap().0.outcomes;
            (outcomes.green(), outcomes.red())
        };
        assert_eq!([1, 2, 3, 4].map(counts), [(2, 1), (2, 1), (1, 1), (0, 0)]);
    }

    #[test]
    fn folders_without_a_path_to_the_root_are_detached() {
        let tree = tree(&[
            (1, None, 0),
            (2, Some(99), 1),
            (3, Some(2), 1),
            (4, Some(5), 1),
            (5, Some(4), 1),
        ]);
        assert_eq!(draw(&tree.lines(None)), "f1");
        assert_eq!(draw(&tree.detached_lines(None)), "f2> f3) f4> f5)");
        assert_eq!(tree.folder(4).unwrap().0.total, 2);
        assert_eq!(tree.ancestor_links(5).len(), 1);
    }

    #[test]
    fn a_large_tree_shows_the_path_to_the_selected_folder() {
        let mut rows = vec![(1, None, 0)];
        for id in 2..2000 {
            rows.push((id, Some(1), 1));
        }
        rows.extend([(3000, Some(1999), 1), (3001, Some(2), 1), (3002, Some(3000), 1)]);
        let tree = tree(&rows);
        let lines = tree.lines(Some(3000));
        assert!(draw(&lines).starts_with("f1> f2+ f3 f4 "), "{}", draw(&lines));
        assert!(draw(&lines).ends_with("f1999> f3000*> f3002)))"), "{}", draw(&lines));
        assert!(lines.len() < MAX_SIBLINGS + 10);
        assert_eq!(
            lines.iter().flat_map(|line| &line.ends).map(|end| end.omitted).sum::<i64>(),
            1998 - 501
        );
        let collapsed: Vec<_> = tree
            .lines(None)
            .into_iter()
            .filter(|line| line.is_collapsed)
            .map(|line| line.folder.id)
            .collect();
        assert!(collapsed.len() <= 2, "{collapsed:?}");
    }

    #[test]
    fn ten_thousand_nested_folders_are_handled() {
        let rows: Vec<_> = (1..=10_000).map(|id| (id, (id > 1).then_some(id - 1), 1)).collect();
        let tree = tree(&rows);
        assert_eq!(tree.folder(1).unwrap().0.total, 10_000);
        assert_eq!(tree.ancestor_links(10_000).len(), 9_999);
        assert_eq!(tree.lines(None).len(), 2);
    }
}
