//! From mapped cases to tests: cases with equal identities are one.

use std::collections::hash_map::Entry;
use std::num::NonZeroU32;
use std::sync::Arc;

use rayon::prelude::*;

use super::builder::{Occurrence, Shared, TestBuilder, TestCases};
use super::stretch::Stretch;
use super::{TestClass, TestRecord};
use crate::formats::index_of;
use crate::identity::{Identity, IdentityMap};
use crate::tools::CaseMapper;

/// The most tests that room is made for before they are known. Growing would copy all of them.
const MOST_ROOM: usize = 4 << 20;

/// All tests, in the order of their first cases.
pub(super) struct TestIndex {
    /// As far as they are known from their first cases, until [`super::finish::finish`].
    pub(super) records: Vec<TestRecord>,
    /// The cases of each of the `records`.
    pub(super) cases: Vec<TestCases>,
    by_identity: IdentityMap<u32>,
    folders: Shared<String>,
    /// The cases of the tests that have several, by file and position.
    lists: Vec<Vec<Occurrence>>,
    /// How many cases were added.
    added: usize,
}

impl TestIndex {
    /// An index for as many tests as there are `cases`, or fewer.
    pub(super) fn new(cases: usize) -> Self {
        let room = cases.min(MOST_ROOM);
        Self {
            records: Vec::with_capacity(room),
            cases: Vec::with_capacity(room),
            by_identity: IdentityMap::with_capacity_and_hasher(room, Default::default()),
            folders: Shared::default(),
            lists: Vec::new(),
            added: 0,
        }
    }

    /// Takes the tests out of a stretch. Stretches are added in the order of reports and cases.
    pub(super) fn add(&mut self, stretch: &mut Stretch<'_>, mappers: &[CaseMapper<'_>]) {
        self.added += stretch.tests.len();
        for TestBuilder { record, mut cases } in std::mem::take(&mut stretch.tests) {
            match self.by_identity.entry(record.identity) {
                Entry::Vacant(entry) => {
                    entry.insert(index_of(self.records.len()));
                    cases.folder = self.folders.share(&record.class.folder);
                    self.records.push(record);
                    self.cases.push(cases);
                }
                Entry::Occupied(entry) => {
                    let number = *entry.get() as usize;
                    self.add_case(number, &record.class.folder, cases.first, mappers);
                }
            }
        }
    }

    /// Adds a case, which would be in the `folder`, to the test with this number.
    fn add_case(
        &mut self,
        number: usize,
        folder: &Arc<[String]>,
        case: Occurrence,
        mappers: &[CaseMapper<'_>],
    ) {
        let (record, test) = (&mut self.records[number], &mut self.cases[number]);
        test.is_eloquent = true;
        let lists = &mut self.lists;
        let list = *test.list.get_or_insert_with(|| {
            lists.push(vec![test.first]);
            NonZeroU32::new(index_of(lists.len())).unwrap_or(NonZeroU32::MAX)
        });
        lists[list.get() as usize - 1].push(case);
        // The first of several groups places the test.
        let group_of = |file: u32| mappers[file as usize].group();
        // The cases of one test may be in several suites. The least path does not depend on their order.
        if group_of(case.file) == group_of(test.first.file) && folder < &record.class.folder {
            let folder = Arc::clone(folder);
            test.folder = self.folders.share(&folder);
            record.class = Arc::new(TestClass { folder, ..TestClass::clone(&record.class) });
        }
    }

    /// The number of cases that were added to a test with another case.
    pub(super) fn merged(&self) -> usize {
        self.added - self.records.len()
    }

    /// All cases of a test, by file and position.
    pub(super) fn cases_of<'t>(&'t self, test: &'t TestCases) -> &'t [Occurrence] {
        match test.list {
            Some(list) => &self.lists[list.get() as usize - 1],
            None => std::slice::from_ref(&test.first),
        }
    }

    /// The records by namespace, folder, name and identity; `namespace` gives the number of a group's namespace.
    pub(super) fn sorted(
        mut self,
        namespace: Option<impl Fn(u16) -> usize>,
        is_parallel: bool,
    ) -> Vec<TestRecord> {
        let mut order = self.order(is_parallel);
        if let Some(namespace) = namespace {
            order.sort_by_key(|number| namespace(self.records[*number as usize].group));
        }
        // Each record moves to its place, so that there is no second list of them.
        let mut places = vec![0_u32; order.len()];
        for (number, place) in order.into_iter().zip(0..) {
            places[number as usize] = place;
        }
        for at in 0..places.len() {
            while places[at] as usize != at {
                let place = places[at] as usize;
                self.records.swap(at, place);
                places.swap(at, place);
            }
        }
        self.records
    }

    /// The numbers of all tests by folder, name and identity.
    fn order(&self, is_parallel: bool) -> Vec<u32> {
        let ranks = self.folders.ranks();
        let rank = |test: &TestCases| ranks[test.folder as usize] as usize;
        // Tests are counted by folder, moved to those of their folder, and sorted there.
        let mut ends = vec![0; self.folders.len()];
        self.cases.iter().for_each(|test| ends[rank(test)] += 1);
        let mut sum = 0;
        for end in &mut ends {
            (*end, sum) = (sum, sum + *end);
        }
        let mut order = vec![0; sum];
        for (test, number) in self.cases.iter().zip(0..) {
            let end = &mut ends[rank(test)];
            order[*end] = number;
            *end += 1;
        }
        let mut folders = Vec::with_capacity(ends.len());
        let (mut rest, mut start) = (&mut order[..], 0);
        for end in ends {
            let (folder, after) = std::mem::take(&mut rest).split_at_mut(end - start);
            folders.push(folder);
            (rest, start) = (after, end);
        }
        let sort = |folder: &mut [u32]| {
            let key = |number: &u32| {
                let test = &self.records[*number as usize];
                (test.name.as_str(), test.identity, *number)
            };
            let mut keys: Vec<(&str, Identity, u32)> = folder.iter().map(key).collect();
            if is_parallel {
                keys.par_sort_unstable();
            } else {
                keys.sort_unstable();
            }
            folder.iter_mut().zip(keys).for_each(|(slot, (.., number))| *slot = number);
        };
        if is_parallel {
            folders.into_par_iter().for_each(sort);
        } else {
            folders.into_iter().for_each(sort);
        }
        order
    }
}
