//! The tree of a project's folders, and as much of it as a page shows.

use std::collections::HashMap;

use super::shown;
use crate::store::FolderRow;
use test_reports::text;

/// A tree of at most this many folders is shown whole; of a larger one, the way to the chosen
/// folder.
const WHOLE: usize = 60;

/// The most folders that are shown side by side; the search finds the others.
const SIDE_BY_SIDE: usize = 500;

/// The folders of a project.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    by_id: HashMap<i64, usize>,
    /// The root folder, and what stands beside it.
    tops: Vec<usize>,
    /// What stands below a folder that is no longer there.
    cut_off: Vec<usize>,
}

#[derive(Debug)]
struct Node {
    row: FolderRow,
    parent: Option<usize>,
    children: Vec<usize>,
    /// Tests in it and in its subfolders.
    total: i64,
}

/// A folder by its name.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) id: i64,
    pub(super) name: String,
    /// Tests in it and in its subfolders.
    pub(super) total: i64,
}

/// A line of the tree, in the order in which they are written.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) folder: Named,
    pub(super) is_chosen: bool,
    /// It has subfolders that are not shown.
    pub(super) is_folded: bool,
    /// Its subfolders follow.
    pub(super) opens: bool,
    /// The lists that end behind it, the innermost first.
    pub(super) ends: Vec<End>,
}

/// The end of a list of subfolders, or of the whole tree.
#[derive(Debug)]
pub(super) struct End {
    /// How many folders of it are not shown.
    pub(super) left_out: i64,
    /// It is a list within another one.
    pub(super) is_inner: bool,
}

impl Tree {
    /// The tree of these folders. One that stands twice in the plan counts where it was put first.
    pub(super) fn new(rows: Vec<FolderRow>) -> Self {
        let mut nodes: Vec<Node> = Vec::with_capacity(rows.len());
        let mut by_id = HashMap::with_capacity(rows.len());
        for row in rows {
            by_id.entry(row.id).or_insert_with(|| {
                let total = row.tests;
                nodes.push(Node { row, parent: None, children: Vec::new(), total });
                nodes.len() - 1
            });
        }
        let parents: Vec<Option<Option<usize>>> = nodes
            .iter()
            .map(|node| node.row.parent.map(|parent| by_id.get(&parent).copied()))
            .collect();
        let mut tree = Self { nodes, by_id, tops: Vec::new(), cut_off: Vec::new() };
        for (index, parent) in parents.into_iter().enumerate() {
            match parent {
                None => tree.tops.push(index),
                Some(None) => tree.cut_off.push(index),
                Some(Some(parent)) => {
                    tree.nodes[index].parent = Some(parent);
                    tree.nodes[parent].children.push(index);
                }
            }
        }
        tree.end_circles();
        tree.sort();
        tree
    }

    /// Folders that stand in a circle are reached from nowhere: they are cut off, one by one. Then
    /// the tests of all are counted.
    fn end_circles(&mut self) {
        let mut reached = vec![false; self.nodes.len()];
        let mut order = Vec::with_capacity(self.nodes.len());
        let starts: Vec<usize> =
            self.tops.iter().chain(&self.cut_off).copied().chain(0..self.nodes.len()).collect();
        for start in starts {
            if reached[start] {
                continue;
            }
            if let Some(parent) = self.nodes[start].parent.take() {
                self.nodes[parent].children.retain(|child| *child != start);
                self.cut_off.push(start);
            }
            let mut waiting = vec![start];
            while let Some(node) = waiting.pop() {
                reached[node] = true;
                order.push(node);
                waiting.extend(&self.nodes[node].children);
            }
        }
        for node in order.into_iter().rev() {
            if let Some(parent) = self.nodes[node].parent {
                self.nodes[parent].total += self.nodes[node].total;
            }
        }
    }

    fn sort(&mut self) {
        let keys: Vec<_> = self
            .nodes
            .iter()
            .map(|node| (!node.row.is_root, text::fold(&node.row.name), node.row.id))
            .collect();
        for list in [&mut self.tops, &mut self.cut_off]
            .into_iter()
            .chain(self.nodes.iter_mut().map(|node| &mut node.children))
        {
            list.sort_by_key(|node| &keys[*node]);
        }
    }

    /// The folder that is shown when none is asked for.
    pub(super) fn first(&self) -> Option<i64> {
        self.tops.first().map(|node| self.nodes[*node].row.id)
    }

    /// The folder with this id, and how many tests stand in it.
    pub(super) fn folder(&self, id: i64) -> Option<(Named, i64)> {
        let node = *self.by_id.get(&id)?;
        Some((self.named(node), self.nodes[node].row.tests))
    }

    /// The folders around a folder, the outermost first.
    pub(super) fn above(&self, id: i64) -> Vec<Named> {
        let mut path: Vec<Named> = self.ancestors(id).map(|node| self.named(node)).collect();
        path.reverse();
        path
    }

    /// The names of a folder and those around it, but for the root folder's.
    pub(super) fn path(&self, id: i64) -> String {
        let mut names: Vec<String> = self
            .by_id
            .get(&id)
            .copied()
            .into_iter()
            .chain(self.ancestors(id))
            .map(|node| &self.nodes[node].row)
            .filter(|row| !row.is_root || row.id == id)
            .map(|row| shown::name(&row.name))
            .collect();
        names.reverse();
        names.join(" / ")
    }

    /// The first subfolders of a folder, and how many there are.
    pub(super) fn inside(&self, id: i64) -> (Vec<Named>, usize) {
        let Some(node) = self.by_id.get(&id) else { return (Vec::new(), 0) };
        let children = &self.nodes[*node].children;
        let shown = children.iter().take(SIDE_BY_SIDE).map(|node| self.named(*node)).collect();
        (shown, children.len())
    }

    /// All folders by name, for the search.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, Named)> {
        let named = |(index, node): (usize, &Node)| (index, node.row.id);
        self.nodes
            .iter()
            .enumerate()
            .map(named)
            .map(|(index, _)| (self.nodes[index].row.name.as_str(), self.named(index)))
    }

    /// The lines of the tree that are shown when `chosen` is.
    pub(super) fn lines(&self, chosen: Option<i64>) -> Vec<Line> {
        self.lines_of(&self.tops, chosen)
    }

    /// The same of what is cut off from the root.
    pub(super) fn lines_cut_off(&self, chosen: Option<i64>) -> Vec<Line> {
        self.lines_of(&self.cut_off, chosen)
    }

    fn lines_of(&self, tops: &[usize], chosen: Option<i64>) -> Vec<Line> {
        let mut open = vec![self.nodes.len() <= WHOLE; self.nodes.len()];
        for top in &self.tops {
            open[*top] = true;
        }
        let chosen = chosen.and_then(|id| self.by_id.get(&id).copied());
        let mut around = chosen;
        while let Some(node) = around {
            open[node] = true;
            around = self.nodes[node].parent;
        }
        let mut lines: Vec<Line> = Vec::new();
        // Each level: its folders, the next of them, how many are left out.
        let mut levels = vec![self.level(tops, &open)];
        while let Some((nodes, next, left_out)) = levels.last_mut() {
            let Some(node) = nodes.get(*next).copied() else {
                let left_out = *left_out;
                levels.pop();
                if let Some(line) = lines.last_mut() {
                    line.ends.push(End { left_out, is_inner: !levels.is_empty() });
                }
                continue;
            };
            *next += 1;
            let children = &self.nodes[node].children;
            let opens = open[node] && !children.is_empty();
            lines.push(Line {
                folder: self.named(node),
                is_chosen: Some(node) == chosen,
                is_folded: !opens && !children.is_empty(),
                opens,
                ends: Vec::new(),
            });
            if opens {
                levels.push(self.level(children, &open));
            }
        }
        lines
    }

    /// As many of these folders as are shown side by side; those that lead to the chosen one are.
    fn level(&self, nodes: &[usize], open: &[bool]) -> (Vec<usize>, usize, i64) {
        let is_kept = |(place, node): &(usize, &usize)| {
            *place < SIDE_BY_SIDE || (open[**node] && nodes.len() > SIDE_BY_SIDE)
        };
        let kept: Vec<usize> =
            nodes.iter().enumerate().filter(is_kept).map(|(_, node)| *node).collect();
        let left_out = nodes.len() - kept.len();
        (kept, 0, i64::try_from(left_out).unwrap_or(i64::MAX))
    }

    fn ancestors(&self, id: i64) -> impl Iterator<Item = usize> {
        let start = self.by_id.get(&id).and_then(|node| self.nodes[*node].parent);
        std::iter::successors(start, |node| self.nodes[*node].parent)
    }

    fn named(&self, node: usize) -> Named {
        let Node { row, total, .. } = &self.nodes[node];
        Named { id: row.id, name: shown::name(&row.name), total: *total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of `id parent tests`, named after their ids.
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

    /// The lines as text: a folder, `>` if it opens, `+` if it is folded, `)` for each end.
    fn drawn(lines: &[Line]) -> String {
        let line = |line: &Line| {
            let mark = if line.opens {
                ">"
            } else if line.is_folded {
                "+"
            } else {
                ""
            };
            let chosen = if line.is_chosen { "*" } else { "" };
            let ends = line.ends.iter().filter(|end| end.is_inner).count();
            format!("{}{chosen}{mark}{}", line.folder.name, ")".repeat(ends))
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
        assert_eq!(drawn(&tree.lines(Some(4))), "f1> f2 f3> f4*)) f5");
        assert_eq!(tree.first(), Some(1));
        let (folder, own) = tree.folder(1).unwrap();
        assert_eq!((folder.total, own), (8, 0));
        assert_eq!(tree.path(4), "f3 / f4");
        assert_eq!(tree.path(1), "f1");
        let above: Vec<_> = tree.above(4).into_iter().map(|folder| folder.id).collect();
        assert_eq!(above, [1, 3]);
        assert_eq!(tree.inside(1).0.len(), 2);
        assert!(tree.folder(9).is_none());
    }

    #[test]
    fn what_the_root_does_not_reach_is_cut_off() {
        let tree = tree(&[
            (1, None, 0),
            (2, Some(99), 1),
            (3, Some(2), 1),
            (4, Some(5), 1),
            (5, Some(4), 1),
        ]);
        assert_eq!(drawn(&tree.lines(None)), "f1");
        assert_eq!(drawn(&tree.lines_cut_off(None)), "f2> f3) f4> f5)");
        assert_eq!(tree.folder(4).unwrap().0.total, 2);
        assert_eq!(tree.above(5).len(), 1);
    }

    #[test]
    fn of_a_large_tree_the_way_to_the_chosen_folder_is_shown() {
        let mut rows = vec![(1, None, 0)];
        for id in 2..2000 {
            rows.push((id, Some(1), 1));
        }
        rows.extend([(3000, Some(1999), 1), (3001, Some(2), 1), (3002, Some(3000), 1)]);
        let tree = tree(&rows);
        let lines = tree.lines(Some(3000));
        assert!(drawn(&lines).starts_with("f1> f10 f100 "), "{}", drawn(&lines));
        assert!(drawn(&lines).ends_with("f1999> f3000*> f3002)))"), "{}", drawn(&lines));
        assert!(lines.len() < SIDE_BY_SIDE + 10);
        assert_eq!(
            lines.iter().flat_map(|line| &line.ends).map(|end| end.left_out).sum::<i64>(),
            1998 - 501
        );
        let folded: Vec<_> = tree
            .lines(None)
            .into_iter()
            .filter(|line| line.is_folded)
            .map(|line| line.folder.id)
            .collect();
        assert!(folded.len() <= 2, "{folded:?}");
    }

    #[test]
    fn ten_thousand_folders_in_each_other_are_no_matter() {
        let rows: Vec<_> = (1..=10_000).map(|id| (id, (id > 1).then_some(id - 1), 1)).collect();
        let tree = tree(&rows);
        assert_eq!(tree.folder(1).unwrap().0.total, 10_000);
        assert_eq!(tree.above(10_000).len(), 9_999);
        assert_eq!(tree.lines(None).len(), 2);
    }
}
