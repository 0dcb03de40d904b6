//! A test while its cases are gathered.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use crate::formats::model::{Outcome, Text};
use crate::identity::Identity;

/// A test while its cases are gathered.
pub(super) struct TestBuilder {
    pub(super) identity: Identity,
    pub(super) container: Arc<[String]>,
    pub(super) name: Text,
    pub(super) folder: Arc<[String]>,
    /// The first case.
    pub(super) first: Occurrence,
    /// The others, in the order of files and in files.
    pub(super) more: Vec<Occurrence>,
}

impl TestBuilder {
    /// All its cases.
    pub(super) fn occurrences(&self) -> impl Iterator<Item = &Occurrence> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

/// A case of a test.
#[derive(Clone, Copy, Debug)]
pub(super) struct Occurrence {
    /// Index of the report.
    pub(super) file: u32,
    /// Index into its cases.
    pub(super) case: u32,
    /// How it ended.
    pub(super) outcome: Outcome,
    /// It is a part of the test.
    pub(super) is_subtest: bool,
}

/// Lists that many tests share, each kept once.
pub(super) struct Shared<T> {
    known: HashSet<Arc<[T]>>,
    /// Tests of one container stand together.
    last: Option<Arc<[T]>>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { known: HashSet::new(), last: None }
    }
}

impl<T: Eq + Hash> Shared<T> {
    /// `list`, shared with all equal ones.
    pub(super) fn share(&mut self, list: Vec<T>) -> Arc<[T]> {
        if let Some(last) = self.last.as_ref().filter(|last| ***last == *list) {
            return Arc::clone(last);
        }
        let shared = match self.known.get(&*list) {
            Some(known) => Arc::clone(known),
            None => {
                let fresh: Arc<[T]> = Arc::from(list);
                self.known.insert(Arc::clone(&fresh));
                fresh
            }
        };
        self.last = Some(Arc::clone(&shared));
        shared
    }
}
