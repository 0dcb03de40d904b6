//! From collected cases to records.

use std::collections::HashSet;
use std::sync::Arc;

use memchr::memchr;
use rayon::prelude::*;

use super::builder::{Shared, TestBuilder};
use super::changing::has_changing_part;
use super::executions;
use super::index::{Place, TestIndex};
use super::metadata::{add_metadata, describe_tests, describes_tests};
use super::stretch::Stretch;
use super::warnings::Warnings;
use super::{Details, IdentityOptions, TestClass, TestRecord};
use crate::formats::index_of;
use crate::formats::model::{Case, Outcome, Report, Seconds, Suite, SuiteIndex};
use crate::threads::map_all;
use crate::tools::CaseMapper;

/// A thread makes at least this many records.
const FEWEST: usize = 1024;

/// What the suites around a case say.
struct Surroundings {
    /// Their names, outermost first.
    names: Arc<[Arc<str>]>,
    /// Whether they describe the tests inside.
    describe: bool,
    /// Whether one names a file.
    have_file: bool,
}

/// The surroundings of all cases: by report, then by suite behind those outside of suites.
struct AllSurroundings(Vec<Vec<Option<Surroundings>>>);

impl AllSurroundings {
    fn new(mappers: &[CaseMapper<'_>], stretches: &[Stretch<'_>]) -> Self {
        let mut names = Shared::default();
        let mut tables: Vec<Vec<Option<Surroundings>>> =
            mappers.iter().map(|_| Vec::new()).collect();
        for stretch in stretches {
            let mapper = &mappers[stretch.file as usize];
            let (report, options) = (mapper.report(), mapper.options());
            let table = &mut tables[stretch.file as usize];
            table.resize_with(report.suites.len() + 1, || None);
            for &suite in &stretch.suites {
                table[slot_of(suite, report)]
                    .get_or_insert_with(|| Surroundings::new(report, suite, options, &mut names));
            }
        }
        Self(tables)
    }

    fn get(&self, file: u32, report: &Report, case: &Case) -> Option<&Surroundings> {
        self.0[file as usize].get(slot_of(case.suite, report))?.as_ref()
    }
}

/// Where the surroundings of cases directly inside `suite` are. A suite that does not exist is none.
fn slot_of(suite: Option<SuiteIndex>, report: &Report) -> usize {
    let suite = suite.map(|suite| suite as usize).filter(|&suite| suite < report.suites.len());
    suite.map_or(0, |suite| suite + 1)
}

impl Surroundings {
    fn new(
        report: &Report,
        suite: Option<SuiteIndex>,
        options: &IdentityOptions,
        names: &mut Shared<Arc<str>>,
    ) -> Self {
        let chain = report.suite_chain(suite);
        let number = names.share(&chain.iter().map(|suite| Arc::clone(&suite.name)).collect());
        let has_file =
            |suite: &Suite| ["file", "filepath"].iter().any(|name| suite.attribute(name).is_some());
        Self {
            names: Arc::clone(names.list(number)),
            describe: describe_tests(&report.root.properties, options)
                || chain.iter().any(|suite| describes_tests(suite, options)),
            have_file: chain.iter().any(|suite| has_file(suite)),
        }
    }
}

/// Turns tests into records.
pub(super) struct Finisher<'m, 'a> {
    mappers: &'m [CaseMapper<'a>],
    index: &'m TestIndex,
    surroundings: AllSurroundings,
    /// The records of tests about which there is more to say than how their only case ended, by stretch and number.
    eloquent: Vec<Vec<(u32, TestRecord)>>,
}

/// What the records of one thread share.
#[derive(Default)]
pub(super) struct Commons {
    /// Paths of source files, each once.
    names: HashSet<Arc<str>>,
    /// That of the last test, which the next one mostly shares.
    class: Arc<TestClass>,
    /// The details of tests that have none.
    no_details: Arc<Details>,
}

impl Commons {
    /// The class of a `test` whose first case is `case`, in a source `file`.
    fn class(
        &mut self,
        index: &TestIndex,
        test: &TestBuilder,
        surroundings: Option<&Surroundings>,
        case: &Case,
        file: Option<String>,
    ) -> Arc<TestClass> {
        let (container, folder) = (index.container(test), index.folder(test));
        let last = &*self.class;
        let has_same_suites = match surroundings {
            Some(suites) => Arc::ptr_eq(&last.suites, &suites.names),
            None => last.suites.is_empty(),
        };
        let is_same = Arc::ptr_eq(&last.container, container)
            && Arc::ptr_eq(&last.folder, folder)
            && has_same_suites
            && last.classname == case.classname
            && last.file.as_deref() == file.as_deref();
        if !is_same {
            self.class = Arc::new(TestClass {
                container: Arc::clone(container),
                folder: Arc::clone(folder),
                suites: surroundings.map_or_else(Arc::default, |suites| Arc::clone(&suites.names)),
                classname: case.classname.clone(),
                file: file.map(|file| self.name(file)),
            });
        }
        Arc::clone(&self.class)
    }

    fn name(&mut self, name: String) -> Arc<str> {
        if let Some(known) = self.names.get(&*name) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(name);
        self.names.insert(Arc::clone(&fresh));
        fresh
    }
}

impl<'m, 'a> Finisher<'m, 'a> {
    /// Makes the records that take longest, and adds their warnings to `warnings`.
    pub(super) fn new(
        mappers: &'m [CaseMapper<'a>],
        index: &'m TestIndex,
        stretches: &[Stretch<'_>],
        warnings: &mut Warnings,
        is_parallel: bool,
    ) -> Self {
        let surroundings = AllSurroundings::new(mappers, stretches);
        let mut finisher = Self { mappers, index, surroundings, eloquent: Vec::new() };
        let numbered: Vec<(u32, &Vec<TestBuilder>)> = (0..).zip(index.stretches()).collect();
        let eloquent = map_all(&numbered, is_parallel, |(stretch, tests)| {
            let (mut commons, mut warnings) = (Commons::default(), Warnings::default());
            let mut records = Vec::new();
            for (test, number) in tests.iter().zip(0..) {
                if finisher.is_eloquent(test) {
                    let place = Place { stretch: *stretch, number };
                    records.push((number, finisher.finish(place, &mut commons, &mut warnings)));
                }
            }
            (records, warnings)
        });
        for (records, later) in eloquent {
            finisher.eloquent.push(records);
            warnings.append(later);
        }
        finisher
    }

    /// One record per test, by namespace, folder, name and identity. `namespaces` has the number of each group's namespace.
    pub(super) fn records(&self, namespaces: &[usize], is_parallel: bool) -> Vec<TestRecord> {
        let mut places = self.index.sorted(is_parallel);
        if namespaces.len() > 1 {
            let group_of = |place: &Place| {
                let file = self.index.get(*place).first.file;
                usize::from(self.mappers[file as usize].group())
            };
            places.sort_by_key(|place| namespaces.get(group_of(place)));
        }
        if is_parallel {
            let places = places.par_iter().with_min_len(FEWEST);
            return places
                .map_init(Commons::default, |commons, place| self.record(*place, commons))
                .collect();
        }
        let mut commons = Commons::default();
        places.iter().map(|place| self.record(*place, &mut commons)).collect()
    }

    /// Whether there is more to say about a test than how its only case ended.
    fn is_eloquent(&self, test: &TestBuilder) -> bool {
        test.is_eloquent || test.is_long || test.cases.is_some() || {
            let (report, case) = test.first.find(self.mappers);
            let surroundings = self.surroundings.get(test.first.file, report, case);
            surroundings.is_none_or(|suites| suites.describe)
        }
    }

    fn record(&self, place: Place, commons: &mut Commons) -> TestRecord {
        let test = self.index.get(place);
        let eloquent = &self.eloquent[place.stretch as usize];
        if let Ok(at) = eloquent.binary_search_by_key(&place.number, |(number, _)| *number) {
            return eloquent[at].1.clone();
        }
        let (report, case) = test.first.find(self.mappers);
        let surroundings = self.surroundings.get(test.first.file, report, case);
        let mapper = &self.mappers[test.first.file as usize];
        // Most cases say nothing about a place.
        let names_place = case.file.is_some()
            || surroundings.is_some_and(|suites| suites.have_file)
            || case.classname.as_ref().is_some_and(|name| memchr(b':', name.as_bytes()).is_some());
        let (file, line) = if names_place { mapper.location(case, None) } else { (None, None) };
        let outcome = test.first.outcome;
        TestRecord {
            identity: test.identity,
            name: test.name.clone(),
            class: commons.class(self.index, test, surroundings, case, file),
            duration_s: case.duration.map(Seconds::get),
            line,
            cases: 1,
            group: mapper.group(),
            outcome,
            flaky: outcome == Outcome::Passed && case.outcome >= Outcome::Failed,
            details: Arc::clone(&commons.no_details),
        }
    }

    /// The record of a test about which there is more to say.
    fn finish(&self, place: Place, commons: &mut Commons, warnings: &mut Warnings) -> TestRecord {
        let Self { mappers, .. } = *self;
        let test = self.index.get(place);
        let first_mapper = &mappers[test.first.file as usize];
        let options = first_mapper.options();
        let cases = self.index.cases(test);
        let merged = executions::merge(cases, mappers, options);
        let (first_report, first_case) = test.first.find(mappers);
        if merged.rows > 1 {
            let tool = first_mapper.tool_of(test.first.case as usize);
            warnings.rows(first_report, tool, &test.name, &merged);
        }
        if let Some([one, other]) = merged.unrelated {
            let paths = [one, other].map(|occurrence| occurrence.find(mappers).0.shown_path());
            warnings.unrelated(&test.name, test.identity, &paths);
        }
        if has_changing_part(&test.name, first_report, first_case) {
            warnings.changing(&test.name, first_report);
        }
        let mapper = &mappers[merged.deciding.file as usize];
        let (_, deciding) = merged.deciding.find(mappers);
        let detail = deciding.detail().filter(|_| merged.outcome != Outcome::Passed);
        let (file, line) = mapper.location(deciding, detail);
        let mut details = Details {
            attempts: merged.attempts,
            message: detail
                .and_then(|detail| mapper.message(merged.deciding.case as usize, detail)),
            kind: detail.and_then(|detail| detail.kind.as_deref()).map(str::to_owned),
            trace: detail.and_then(|detail| detail.text.clone()).filter(|text| !text.is_empty()),
            full_name: test.is_long.then(|| test.name.clone()),
            ..Details::default()
        };
        details.kind.take_if(|kind| kind.is_empty());
        add_metadata(&test.name, cases, mappers, options, &mut details, warnings);
        let has_details = details != Details::default();
        let surroundings = self.surroundings.get(test.first.file, first_report, first_case);
        TestRecord {
            identity: test.identity,
            name: self.index.name(place).clone(),
            class: commons.class(self.index, test, surroundings, first_case, file),
            duration_s: merged.duration,
            line,
            cases: index_of(cases.len()),
            group: first_mapper.group(),
            outcome: merged.outcome,
            flaky: merged.flaky,
            details: if has_details { Arc::new(details) } else { Arc::clone(&commons.no_details) },
        }
    }
}
