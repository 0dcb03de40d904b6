//! Tests whose cases are still being collected.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::TestRecord;
use crate::formats::index_of;
use crate::formats::model::{Case, Outcome, Report};
use crate::tools::CaseMapper;

/// A test of which one case is known.
pub(super) struct TestBuilder {
    /// The record of the test if it has no other case and [`TestCases::is_eloquent`] is false. The name is the full one.
    pub(super) record: TestRecord,
    pub(super) cases: TestCases,
}

/// The cases of a test, and what is known from the first one. There may be millions: what is rare is kept elsewhere.
pub(super) struct TestCases {
    /// The first case.
    pub(super) first: Occurrence,
    /// The number of the list of all its cases, from 1, if there are several.
    pub(super) list: Option<NonZeroU32>,
    /// The number of its folder.
    pub(super) folder: u32,
    /// Whether its name is shortened.
    pub(super) is_long: bool,
    /// Whether there is more to say about the test than how its only case ended.
    pub(super) is_eloquent: bool,
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

/// Keeps equal lists, which many tests have, once. Each has a number.
pub(super) struct Shared<T> {
    numbers: HashMap<Arc<[T]>, u32>,
    lists: Vec<Arc<[T]>>,
    /// Consecutive tests mostly have equal lists.
    last: u32,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), lists: Vec::new(), last: 0 }
    }
}

impl<T: Eq + Hash> Shared<T> {
    /// The number of the kept list that equals `list`.
    pub(super) fn share(&mut self, list: &Arc<[T]>) -> u32 {
        let is_same = |last: &Arc<[T]>| Arc::ptr_eq(last, list) || last == list;
        if self.lists.get(self.last as usize).is_some_and(is_same) {
            return self.last;
        }
        self.last = match self.numbers.get(list) {
            Some(number) => *number,
            None => {
                let number = index_of(self.lists.len());
                self.lists.push(Arc::clone(list));
                self.numbers.insert(Arc::clone(list), number);
                number
            }
        };
        self.last
    }

    /// How many lists are kept.
    pub(super) fn len(&self) -> usize {
        self.lists.len()
    }

    /// The place of each list, by number, among all in order.
    pub(super) fn ranks(&self) -> Vec<u32>
    where
        T: Ord,
    {
        let mut sorted: Vec<(&Arc<[T]>, u32)> = self.lists.iter().zip(0..).collect();
        sorted.sort_unstable();
        let mut ranks = vec![0; sorted.len()];
        for ((_, number), rank) in sorted.into_iter().zip(0..) {
            ranks[number as usize] = rank;
        }
        ranks
    }
}
