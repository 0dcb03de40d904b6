//! The folder tree that all writers share.

use std::collections::BTreeMap;

/// A folder: its items, and its subfolders by name.
pub(super) struct Tree<'a, T> {
    pub(super) items: Vec<&'a T>,
    pub(super) folders: BTreeMap<&'a str, Self>,
}

impl<'a, T> Tree<'a, T> {
    /// Sorts `items` into folders. `path` is an item's folder, from below the root folder.
    pub(super) fn new(items: &'a [T], path: impl Fn(&'a T) -> &'a [String]) -> Self {
        let empty = || Self { items: Vec::new(), folders: BTreeMap::new() };
        let mut root = empty();
        // Most items are in the folder of the one before them.
        let mut rest = items;
        while let Some(first) = rest.first() {
            let folder = path(first);
            let is_same = |other: &[String]| std::ptr::eq(folder, other) || folder == other;
            let length = rest.iter().take_while(|item| is_same(path(item))).count();
            let (run, after) = rest.split_at(length.max(1));
            let root = &mut root;
            let folder = folder
                .iter()
                .fold(root, |folder, name| folder.folders.entry(name).or_insert_with(empty));
            folder.items.extend(run);
            rest = after;
        }
        root
    }

    /// The items of this folder and all below it.
    pub(super) fn all(&self) -> Vec<&'a T> {
        self.flat().into_iter().flat_map(|(_, items)| items).copied().collect()
    }

    /// This folder and all below it that have items, each with its path: parents first.
    pub(super) fn flat(&self) -> Vec<(Vec<&'a str>, &[&'a T])> {
        let mut flat = Vec::new();
        self.collect(&mut Vec::new(), &mut flat);
        flat
    }

    fn collect<'t>(&'t self, path: &mut Vec<&'a str>, flat: &mut Vec<(Vec<&'a str>, &'t [&'a T])>) {
        if !self.items.is_empty() {
            flat.push((path.clone(), &self.items));
        }
        for (name, folder) in &self.folders {
            path.push(name);
            folder.collect(path, flat);
            path.pop();
        }
    }
}
