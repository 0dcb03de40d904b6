//! Consecutive cases of one report: the unit of work for one thread.

use std::collections::HashMap;
use std::iter::Sum;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use memchr::memchr;

use super::builder::{Occurrence, TestBuilder, TestCases};
use super::changing::has_changing_part;
use super::metadata::{describe_tests, describes_tests};
use super::{Details, IdentityOptions, TestClass, TestRecord};
use crate::formats::model::{Case, Outcome, Report, Suite, SuiteIndex};
use crate::formats::{index_of, unknown_outcome};
use crate::text::is_long_name;
use crate::tools::{CaseMapper, MappedCase, MappedTest};

/// The most cases of one stretch.
const MOST: usize = 1024;

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
    /// One for each case that is a test. The folders have no numbers yet.
    pub(super) tests: Vec<TestBuilder>,
    /// Cases that are not tests, by index.
    pub(super) others: Vec<(u32, MappedCase<'static>)>,
    /// The suites around the cases, in order; consecutive ones differ.
    pub(super) suites: Vec<Option<SuiteIndex>>,
    /// The cases by outcome as written.
    pub(super) outcomes: Outcomes,
    /// How many cases have an unknown status, and the first one.
    pub(super) unknown: (usize, &'a str),
}

/// What the suites around a case say.
#[derive(Default)]
struct Surroundings {
    /// The innermost one.
    suite: Option<SuiteIndex>,
    /// Their names, outermost first.
    names: Arc<[Arc<str>]>,
    /// Whether they describe the tests inside.
    describe: bool,
    /// Whether one names a file.
    have_file: bool,
}

impl Surroundings {
    /// What `suite` and those around it say.
    fn new(report: &Report, suite: Option<SuiteIndex>, options: &IdentityOptions) -> Self {
        let chain = report.suite_chain(suite);
        let has_file =
            |suite: &Suite| ["file", "filepath"].iter().any(|name| suite.attribute(name).is_some());
        Self {
            suite,
            names: chain.iter().map(|suite| Arc::clone(&suite.name)).collect(),
            describe: describe_tests(&report.root.properties, options)
                || chain.iter().any(|suite| describes_tests(suite, options)),
            have_file: chain.iter().any(|suite| has_file(suite)),
        }
    }
}

/// What consecutive tests share.
#[derive(Default)]
struct Commons {
    /// What the suites around the last case say, and those around earlier ones.
    surroundings: Rc<Surroundings>,
    known: HashMap<Option<SuiteIndex>, Rc<Surroundings>>,
    class: Arc<TestClass>,
    /// The details of tests that have none.
    no_details: Arc<Details>,
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
            others: Vec::new(),
            suites: Vec::new(),
            outcomes: Outcomes::default(),
            unknown: (0, ""),
        };
        let mut commons = Commons::default();
        mapper.for_each_in(indices, |index, case, mapped| {
            stretch.add_facts(case);
            match mapped {
                MappedCase::Test(test) => {
                    stretch.add_test(mapper, &mut commons, test, index_of(index), case);
                }
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
        commons: &mut Commons,
        test: MappedTest<'_>,
        case_index: u32,
        case: &Case,
    ) {
        let MappedTest { identity, container, name, folder, outcome, is_subtest } = test;
        let report = mapper.report();
        if commons.known.is_empty() || commons.surroundings.suite != case.suite {
            let new = || Rc::new(Surroundings::new(report, case.suite, mapper.options()));
            commons.surroundings = Rc::clone(commons.known.entry(case.suite).or_insert_with(new));
        }
        let suites = &commons.surroundings;
        // Most cases say nothing about a place.
        let names_place = case.file.is_some()
            || suites.have_file
            || case.classname.as_ref().is_some_and(|name| memchr(b':', name.as_bytes()).is_some());
        let (file, line) = if names_place { mapper.location(case, None) } else { (None, None) };
        let last = &*commons.class;
        let is_same = is_same(&last.container, container)
            && is_same(&last.folder, folder)
            && is_same(&last.suites, &suites.names)
            && last.classname == case.classname
            && last.file.as_deref() == file.as_deref();
        if !is_same {
            commons.class = Arc::new(TestClass {
                container: Arc::clone(container),
                folder: Arc::clone(folder),
                suites: Arc::clone(&suites.names),
                classname: case.classname.clone(),
                file: file.map(Arc::from),
            });
        }
        let is_long = is_long_name(&name);
        let is_eloquent = is_long
            || suites.describe
            || case.extra.as_ref().is_some_and(|extra| {
                extra.detail.is_some()
                    || !extra.reruns.is_empty()
                    || !extra.properties.is_empty()
                    || !extra.tags.is_empty()
            })
            || has_changing_part(&name, report, case);
        let written = case.name.as_ref().and_then(|written| written.part(&name));
        self.tests.push(TestBuilder {
            record: TestRecord {
                identity,
                name: written.unwrap_or_else(|| name.into_owned().into()),
                class: Arc::clone(&commons.class),
                duration: case.duration,
                line,
                cases: 1,
                group: mapper.group(),
                outcome,
                flaky: outcome == Outcome::Passed && case.outcome >= Outcome::Failed,
                details: Arc::clone(&commons.no_details),
            },
            cases: TestCases {
                first: Occurrence { file: self.file, case: case_index, outcome, is_subtest },
                list: None,
                folder: 0,
                is_long,
                is_eloquent,
            },
        });
    }
}

/// Whether two lists are equal. Those of consecutive tests mostly are one.
fn is_same<T: PartialEq>(one: &Arc<[T]>, other: &Arc<[T]>) -> bool {
    Arc::ptr_eq(one, other) || one == other
}
