//! Consecutive cases of one report: the unit of work for one thread.

use std::iter::Sum;
use std::ops::Range;
use std::sync::Arc;

use super::builder::{Occurrence, TestBuilder};
use super::changing::has_changing_part;
use crate::formats::model::{Case, Outcome, SuiteIndex};
use crate::formats::{index_of, unknown_outcome};
use crate::text::is_long_name;
use crate::tools::{CaseMapper, MappedCase, MappedTest};

/// The most cases of one stretch.
const MOST: usize = 4096;

/// Cases by outcome; the others passed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcomes {
    pub(super) failed: usize,
    pub(super) errored: usize,
    pub(super) skipped: usize,
}

impl Sum for Outcomes {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, next| Self {
            failed: sum.failed + next.failed,
            errored: sum.errored + next.errored,
            skipped: sum.skipped + next.skipped,
        })
    }
}

/// Mapped cases of one report.
pub(super) struct Stretch<'a> {
    /// Index of the report.
    pub(super) file: u32,
    /// One for each case that is a test, with indices into `homes`.
    pub(super) tests: Vec<TestBuilder>,
    /// Container and folder of tests.
    pub(super) homes: Vec<[Arc<[String]>; 2]>,
    /// Cases that are not tests, by index.
    pub(super) others: Vec<(u32, MappedCase<'static>)>,
    /// The suites around the cases, in order; consecutive ones differ.
    pub(super) suites: Vec<Option<SuiteIndex>>,
    /// The cases by outcome as written.
    pub(super) outcomes: Outcomes,
    /// How many cases have an unknown status, and the first one.
    pub(super) unknown: (usize, &'a str),
}

/// Where the stretches of the reports begin and end, in this `order` of the reports.
pub(super) fn split(mappers: &[CaseMapper<'_>], order: &[usize]) -> Vec<(usize, Range<usize>)> {
    let mut ranges = Vec::with_capacity(order.len());
    for &file in order {
        let cases = mappers[file].report().cases.len();
        let length = cases.div_ceil(cases.div_ceil(MOST).max(1)).max(1);
        let starts = (0..cases).step_by(length);
        ranges.extend(starts.map(|start| (file, start..cases.min(start + length))));
    }
    ranges
}

impl<'a> Stretch<'a> {
    /// Maps the cases with these indices.
    pub(super) fn new(mapper: &CaseMapper<'a>, file: usize, indices: Range<usize>) -> Self {
        let mut stretch = Self {
            file: index_of(file),
            tests: Vec::with_capacity(indices.len()),
            homes: Vec::new(),
            others: Vec::new(),
            suites: Vec::new(),
            outcomes: Outcomes::default(),
            unknown: (0, ""),
        };
        mapper.for_each_in(indices, |index, case, mapped| {
            stretch.add_facts(case);
            match mapped {
                MappedCase::Test(test) => stretch.add_test(mapper, test, index_of(index), case),
                MappedCase::RunError(name) => {
                    stretch.others.push((index_of(index), MappedCase::RunError(name)));
                }
                MappedCase::NoTest => stretch.others.push((index_of(index), MappedCase::NoTest)),
                MappedCase::Finding => stretch.others.push((index_of(index), MappedCase::Finding)),
            }
        });
        stretch
    }

    fn add_facts(&mut self, case: &'a Case) {
        match case.outcome {
            Outcome::Passed => {}
            Outcome::Failed => self.outcomes.failed += 1,
            Outcome::Errored => self.outcomes.errored += 1,
            Outcome::Skipped => self.outcomes.skipped += 1,
        }
        if self.suites.last() != Some(&case.suite) {
            self.suites.push(case.suite);
        }
        if let Some(word) = unknown_outcome(case) {
            let (count, first) = self.unknown;
            self.unknown = (count + 1, if count == 0 { word } else { first });
        }
    }

    fn add_test(
        &mut self,
        mapper: &CaseMapper<'a>,
        test: MappedTest<'_>,
        case_index: u32,
        case: &Case,
    ) {
        let MappedTest { identity, container, name, folder, outcome, is_subtest } = test;
        let is_same = |[last_container, last_folder]: &[Arc<_>; 2]| {
            Arc::ptr_eq(last_container, container) && Arc::ptr_eq(last_folder, folder)
        };
        if !self.homes.last().is_some_and(is_same) {
            self.homes.push([Arc::clone(container), Arc::clone(folder)]);
        }
        let is_eloquent = case.extra.as_ref().is_some_and(|extra| {
            extra.detail.is_some()
                || !extra.reruns.is_empty()
                || !extra.properties.is_empty()
                || !extra.tags.is_empty()
        }) || has_changing_part(&name, mapper.report(), case);
        let is_long = is_long_name(&name);
        let written = case.name.as_ref().and_then(|written| written.part(&name));
        self.tests.push(TestBuilder {
            identity,
            name: written.unwrap_or_else(|| name.into_owned().into()),
            home: index_of(self.homes.len() - 1),
            first: Occurrence { file: self.file, case: case_index, outcome, is_subtest },
            cases: None,
            is_long,
            is_eloquent,
        });
    }
}
