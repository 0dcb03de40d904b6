//! Tests whose cases are still being collected.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use crate::formats::model::{Case, Outcome, Report, Text};
use crate::identity::Identity;
use crate::tools::CaseMapper;

/// A test whose cases are still being collected.
pub(super) struct TestBuilder {
    pub(super) identity: Identity,
    pub(super) container: Arc<[String]>,
    pub(super) name: Text,
    pub(super) folder: Arc<[String]>,
    /// The first case.
    pub(super) first: Occurrence,
    /// The other cases, by file and position.
    pub(super) more: Vec<Occurrence>,
}

impl TestBuilder {
    /// All cases, by file and position.
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
    /// The result.
    pub(super) outcome: Outcome,
    /// Whether the case is a part of the test.
    pub(super) is_subtest: bool,
}

impl Occurrence {
    /// The report and the case.
    pub(super) fn find<'a>(&self, mappers: &[CaseMapper<'a>]) -> (&'a Report, &'a Case) {
        let report = mappers[self.file as usize].report();
        (report, &report.cases[self.case as usize])
    }
}

/// Keeps equal lists, which many tests have, once.
pub(super) struct Shared<T> {
    known: HashSet<Arc<[T]>>,
    /// Consecutive tests mostly have equal lists.
    last: Option<Arc<[T]>>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { known: HashSet::new(), last: None }
    }
}

impl<T: Eq + Hash> Shared<T> {
    /// The kept list that equals `list`.
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
