//! From mapped cases to tests: cases with equal identities are one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rayon::prelude::*;

use super::builder::{Occurrence, Shared, TestBuilder};
use super::stretch::Stretch;
use crate::formats::index_of;
use crate::formats::model::Text;
use crate::identity::{Identity, IdentityMap};
use crate::text;
use crate::tools::CaseMapper;

/// The place of a test: a stretch and a number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) stretch: u32,
    pub(super) number: u32,
}

/// Container and folder, by their numbers.
#[derive(Clone, Copy, Debug)]
struct Home {
    container: u32,
    folder: u32,
}

/// All tests.
pub(super) struct TestIndex {
    /// By stretch, in the order of their first cases.
    tests: Vec<Vec<TestBuilder>>,
    homes: Vec<Home>,
    containers: Shared<String>,
    folders: Shared<String>,
    /// The cases of the tests that have several, by file and position.
    lists: Vec<Vec<Occurrence>>,
    /// Shortened names.
    short: HashMap<Place, Text>,
}

impl TestIndex {
    /// Takes the tests out of `stretches`, which are in the order of reports and cases.
    pub(super) fn new(stretches: &mut [Stretch<'_>], mappers: &[CaseMapper<'_>]) -> Self {
        let cases = stretches.iter().map(|stretch| stretch.tests.len()).sum();
        let mut by_identity = IdentityMap::with_capacity_and_hasher(cases, Default::default());
        let mut index = Self {
            tests: Vec::with_capacity(stretches.len()),
            homes: Vec::with_capacity(stretches.len()),
            containers: Shared::default(),
            folders: Shared::default(),
            lists: Vec::new(),
            short: HashMap::new(),
        };
        for stretch in stretches {
            index.add(stretch, &mut by_identity, mappers);
        }
        index
    }

    fn add(
        &mut self,
        stretch: &mut Stretch<'_>,
        by_identity: &mut IdentityMap<Place>,
        mappers: &[CaseMapper<'_>],
    ) {
        let first_home = index_of(self.homes.len());
        for [container, folder] in stretch.homes.drain(..) {
            let container = self.containers.share(&container);
            let folder = self.folders.share(&folder);
            self.homes.push(Home { container, folder });
        }
        let mut tests = std::mem::take(&mut stretch.tests);
        // Tests that are known already leave gaps, which the next ones fill.
        let mut kept = 0;
        for at in 0..tests.len() {
            tests[at].home += first_home;
            let place = Place { stretch: index_of(self.tests.len()), number: index_of(kept) };
            match by_identity.entry(tests[at].identity) {
                Entry::Vacant(entry) => {
                    entry.insert(place);
                    if tests[at].is_long {
                        let short = text::fit_name(&tests[at].name).into_owned();
                        self.short.insert(place, short.into());
                    }
                    tests.swap(kept, at);
                    kept += 1;
                }
                Entry::Occupied(entry) => {
                    let (occurrence, home) = (tests[at].first, tests[at].home);
                    let known = *entry.get();
                    let earlier = self.tests.get_mut(known.stretch as usize);
                    let test = &mut earlier.unwrap_or(&mut tests)[known.number as usize];
                    let number = index_of(self.lists.len());
                    let lists = &mut self.lists;
                    let list = *test.cases.get_or_insert_with(|| {
                        lists.push(vec![test.first]);
                        number
                    });
                    self.lists[list as usize].push(occurrence);
                    // The first of several groups places the test.
                    let group_of = |file: u32| mappers[file as usize].group();
                    if group_of(occurrence.file) != group_of(test.first.file) {
                        continue;
                    }
                    // The cases of one test may be in several suites. The least path does not depend on their order.
                    let (old, new) =
                        (self.homes[test.home as usize], self.homes[home as usize].folder);
                    if self.folders.list(new) < self.folders.list(old.folder) {
                        test.home = index_of(self.homes.len());
                        self.homes.push(Home { folder: new, ..old });
                    }
                }
            }
        }
        tests.truncate(kept);
        self.tests.push(tests);
    }

    /// The number of tests.
    pub(super) fn len(&self) -> usize {
        self.tests.iter().map(Vec::len).sum()
    }

    /// The tests by stretch, in the order of their first cases.
    pub(super) fn stretches(&self) -> &[Vec<TestBuilder>] {
        &self.tests
    }

    pub(super) fn get(&self, place: Place) -> &TestBuilder {
        &self.tests[place.stretch as usize][place.number as usize]
    }

    /// All cases of a test, by file and position.
    pub(super) fn cases<'t>(&'t self, test: &'t TestBuilder) -> &'t [Occurrence] {
        match test.cases {
            Some(list) => &self.lists[list as usize],
            None => std::slice::from_ref(&test.first),
        }
    }

    pub(super) fn container(&self, test: &TestBuilder) -> &Arc<[String]> {
        self.containers.list(self.homes[test.home as usize].container)
    }

    pub(super) fn folder(&self, test: &TestBuilder) -> &Arc<[String]> {
        self.folders.list(self.homes[test.home as usize].folder)
    }

    /// The name, shortened if it is long.
    pub(super) fn name(&self, place: Place) -> &Text {
        let test = self.get(place);
        self.short.get(&place).filter(|_| test.is_long).unwrap_or(&test.name)
    }

    /// The places of all tests by folder, name and identity.
    pub(super) fn sorted(&self, parallel: bool) -> Vec<Place> {
        let ranks = self.folders.ranks();
        let ranks: Vec<u32> = self.homes.iter().map(|home| ranks[home.folder as usize]).collect();
        let rank = |test: &TestBuilder| ranks[test.home as usize] as usize;
        // Tests are counted by folder, moved to those of their folder, and sorted there.
        let mut ends = vec![0; self.folders.len()];
        self.tests.iter().flatten().for_each(|test| ends[rank(test)] += 1);
        let mut sum = 0;
        for end in &mut ends {
            (*end, sum) = (sum, sum + *end);
        }
        let mut places = vec![Place { stretch: 0, number: 0 }; sum];
        for (tests, stretch) in self.tests.iter().zip(0..) {
            for (test, number) in tests.iter().zip(0..) {
                let end = &mut ends[rank(test)];
                places[*end] = Place { stretch, number };
                *end += 1;
            }
        }
        let mut folders = Vec::with_capacity(ends.len());
        let (mut rest, mut start) = (&mut places[..], 0);
        for end in ends {
            let (folder, after) = std::mem::take(&mut rest).split_at_mut(end - start);
            folders.push(folder);
            (rest, start) = (after, end);
        }
        let sort = |folder: &mut [Place]| {
            let key =
                |place: &Place| (self.name(*place).as_str(), self.get(*place).identity, *place);
            let mut keys: Vec<(&str, Identity, Place)> = folder.iter().map(key).collect();
            let by_name = |a: &(&str, Identity, Place), b: &(&str, Identity, Place)| {
                a.0.cmp(b.0).then_with(|| a.1.cmp(&b.1))
            };
            if parallel {
                keys.par_sort_unstable_by(by_name);
            } else {
                keys.sort_unstable_by(by_name);
            }
            folder.iter_mut().zip(keys).for_each(|(slot, (.., place))| *slot = place);
        };
        if parallel {
            folders.into_par_iter().for_each(sort);
        } else {
            folders.into_iter().for_each(sort);
        }
        places
    }
}
