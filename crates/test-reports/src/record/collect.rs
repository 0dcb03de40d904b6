//! From reports to records.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::slice::ParallelSliceMut;

use super::builder::{Occurrence, Shared, TestBuilder};
use super::changing::has_changing_part;
use super::executions;
use super::metadata::add_metadata;
use super::warnings::Warnings;
use super::{Details, FileCounts, IdentityOptions, Records, RunError, TestRecord};
use crate::formats::index_of;
use crate::formats::model::{Case, Outcome, Report, SuiteError, SuiteIndex};
use crate::identity::Identity;
use crate::text;
use crate::tools::{CaseMapper, MappedCase, MappedTest, Tool};

/// Reports whose cases become tests in one way.
#[derive(Clone, Copy, Debug)]
pub struct ReportGroup<'a> {
    /// The reports.
    pub reports: &'a [Report],
    /// How their cases become tests.
    pub options: &'a IdentityOptions,
}

/// Merges all cases of all reports into one record per test.
///
/// The result does not depend on the order of `reports`, unless [`IdentityOptions::reruns`] is set: then later reports
/// are re-executions of earlier ones, if their suites have no time stamps.
#[must_use]
pub fn collect(reports: &[Report], options: &IdentityOptions) -> Records {
    collect_groups(&[ReportGroup { reports, options }])
}

/// As [`collect`], for several groups of reports, at most 65,536. Groups with one namespace share their tests; such a test has
/// the place that the first of them gives it.
#[must_use]
pub fn collect_groups(groups: &[ReportGroup<'_>]) -> Records {
    let reports = numbered(groups).flat_map(|(group, ReportGroup { reports, options })| {
        reports.iter().map(move |report| CaseMapper::new(report, options).in_group(group))
    });
    let mappers: Vec<CaseMapper<'_>> = reports.collect();
    let mut records = Records::default();
    let mut warnings = Warnings::default();
    let mut index = TestIndex::new(&mappers);

    for file in order(groups) {
        let mapper = &mappers[file];
        let report = mapper.report();
        warnings.report(report, mapper.tools().any(Tool::is_unknown));
        mapper.for_each(|position, case, mapped| match mapped {
            MappedCase::Test(test) => index.add_occurrence(test, file, position, case),
            MappedCase::RunError(name) => {
                records.excluded += 1;
                records.run_errors.push(case_error(mapper, position, case, name));
            }
            MappedCase::NoTest => {
                records.excluded += 1;
                warnings.no_test(report, case);
            }
            MappedCase::Finding => {
                records.excluded += 1;
                warnings.finding(report);
            }
        });
        for error in &report.suite_errors {
            records.run_errors.push(suite_error(mapper, error));
        }
    }

    let reports = || mappers.iter().map(CaseMapper::report);
    records.seen = reports().map(|report| report.cases.len()).sum();
    records.stopped_early =
        reports().filter(|report| report.stopped_early).map(Report::shown_path).collect();
    records.files = mappers.iter().map(counts).collect();
    let chunks = index.chunks;
    records.tests.reserve_exact(chunks.iter().map(Vec::len).sum());
    let mut finisher = Finisher {
        mappers: &mappers,
        warnings: &mut warnings,
        suites: Shared::default(),
        suite: None,
        names: HashSet::new(),
        no_details: Arc::default(),
    };
    // Chunk by chunk, because builders and records of all tests together would need twice the memory.
    for chunk in chunks {
        records.tests.extend(chunk.into_iter().map(|builder| finisher.finish(builder)));
    }
    records.merged = records.tests.iter().map(|test| test.cases - 1).sum();
    let namespaces = namespaces(groups);
    let namespace_of = |test: &TestRecord| namespaces.get(usize::from(test.group));
    records.tests.par_sort_unstable_by(|a, b| {
        namespace_of(a)
            .cmp(&namespace_of(b))
            .then_with(|| by_folder(&a.folder, &b.folder))
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| a.identity.cmp(&b.identity))
    });
    records.warnings = warnings.lines();
    records
}

/// The groups with their indexes.
fn numbered<'g, 'a>(
    groups: &'g [ReportGroup<'a>],
) -> impl Iterator<Item = (u16, &'g ReportGroup<'a>)> {
    (0..=u16::MAX).zip(groups)
}

/// For each group, the index of the first one with its namespace.
fn namespaces(groups: &[ReportGroup<'_>]) -> Vec<usize> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let namespaces = groups.iter().map(|group| group.options.namespace.as_str());
    namespaces
        .enumerate()
        .map(|(index, namespace)| *first.entry(namespace).or_insert(index))
        .collect()
}

/// Tests of one folder share its path, so that comparing addresses mostly suffices.
fn by_folder(a: &Arc<[String]>, b: &Arc<[String]>) -> Ordering {
    if Arc::ptr_eq(a, b) { Ordering::Equal } else { a.cmp(b) }
}

/// The number of builders in a chunk.
const CHUNK: usize = 4096;

/// The tests found so far.
struct TestIndex<'a> {
    mappers: &'a [CaseMapper<'a>],
    chunks: Vec<Vec<TestBuilder>>,
    /// The position of each builder in all chunks.
    by_identity: HashMap<Identity, u32>,
    containers: Shared<String>,
    folders: Shared<String>,
}

impl<'a> TestIndex<'a> {
    fn new(mappers: &'a [CaseMapper<'a>]) -> Self {
        let cases = mappers.iter().map(|mapper| mapper.report().cases.len()).sum();
        Self {
            mappers,
            chunks: Vec::new(),
            by_identity: HashMap::with_capacity(cases),
            containers: Shared::default(),
            folders: Shared::default(),
        }
    }

    /// Adds a case to its test.
    fn add_occurrence(&mut self, test: MappedTest, file: usize, position: usize, case: &Case) {
        let mapper = &self.mappers[file];
        let MappedTest { container, name, folder, outcome, is_subtest } = test;
        let occurrence =
            Occurrence { file: index_of(file), case: index_of(position), outcome, is_subtest };
        let identity = Identity::of_test(&mapper.options().namespace, &container, &name);
        let folder = self.folders.share(folder);
        match self.by_identity.entry(identity) {
            Entry::Vacant(entry) => {
                if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
                    self.chunks.push(Vec::new());
                }
                let full = self.chunks.len() - 1;
                let Some(chunk) = self.chunks.last_mut() else {
                    return;
                };
                entry.insert(index_of(full * CHUNK + chunk.len()));
                let written = case.name.as_ref().and_then(|written| written.part(&name));
                chunk.push(TestBuilder {
                    identity,
                    container: self.containers.share(container),
                    name: written.unwrap_or_else(|| name.into()),
                    folder,
                    first: occurrence,
                    more: Vec::new(),
                });
            }
            Entry::Occupied(entry) => {
                let at = *entry.get() as usize;
                let builder = &mut self.chunks[at / CHUNK][at % CHUNK];
                builder.more.push(occurrence);
                // The cases of one test may be in several suites. The least path does not depend on their order.
                let first = &self.mappers[builder.first.file as usize];
                if mapper.group() == first.group() && folder < builder.folder {
                    builder.folder = folder;
                }
            }
        }
    }
}

/// The order of reports: group by group, in each by path, or as given if later ones are re-executions.
fn order(groups: &[ReportGroup<'_>]) -> Vec<usize> {
    let mut all = Vec::new();
    for ReportGroup { reports, options } in groups {
        let mut order: Vec<usize> = (0..reports.len()).collect();
        if !options.reruns {
            let name = |index: usize| (&reports[index].path, &reports[index].shard);
            order.sort_by(|&a, &b| name(a).cmp(&name(b)));
        }
        let first = all.len();
        all.extend(order.into_iter().map(|file| first + file));
    }
    all
}

/// The names of the suites around a case.
struct Suites {
    file: u32,
    suite: Option<SuiteIndex>,
    names: Arc<[Arc<str>]>,
}

/// Turns builders into records.
struct Finisher<'a> {
    mappers: &'a [CaseMapper<'a>],
    warnings: &'a mut Warnings,
    suites: Shared<Arc<str>>,
    /// The suites of the last test, which the next one mostly shares.
    suite: Option<Suites>,
    /// Paths of source files, each once.
    names: HashSet<Arc<str>>,
    /// Shared by the tests that have none.
    no_details: Arc<Details>,
}

impl Finisher<'_> {
    fn finish(&mut self, builder: TestBuilder) -> TestRecord {
        let mappers = self.mappers;
        let options = mappers[builder.first.file as usize].options();
        let merged = executions::merge(&builder, mappers, options);
        let (first_report, first_case) = builder.first.find(mappers);
        if merged.rows > 1 {
            let tool = mappers[builder.first.file as usize].tool_of(builder.first.case as usize);
            self.warnings.rows(first_report, tool, &builder.name, &merged);
        }
        if let Some([one, other]) = merged.unrelated {
            let paths = [one, other].map(|occurrence| occurrence.find(mappers).0.shown_path());
            self.warnings.unrelated(&builder.name, builder.identity, &paths);
        }
        if has_changing_part(&builder.name, first_report, first_case) {
            self.warnings.changing(&builder.name, first_report);
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
            ..Details::default()
        };
        details.kind.take_if(|kind| kind.is_empty());
        add_metadata(&builder, mappers, options, &mut details, self.warnings);
        let name = match text::fit_name(&builder.name) {
            Cow::Borrowed(_) => builder.name.clone(),
            Cow::Owned(shortened) => {
                details.full_name = Some(builder.name.clone());
                shortened.into()
            }
        };
        let has_details = details != Details::default();
        TestRecord {
            identity: builder.identity,
            name,
            outcome: merged.outcome,
            flaky: merged.flaky,
            duration_s: merged.duration,
            file: file.map(|file| self.shared_name(file)),
            line,
            classname: first_case.classname.clone(),
            suites: self.suites_around(first_report, builder.first.file, first_case.suite),
            cases: 1 + builder.more.len(),
            group: mappers[builder.first.file as usize].group(),
            details: if has_details { Arc::new(details) } else { Arc::clone(&self.no_details) },
            container: builder.container,
            folder: builder.folder,
        }
    }

    /// The names of the suites around a test, outermost first.
    fn suites_around(
        &mut self,
        report: &Report,
        file: u32,
        suite: Option<SuiteIndex>,
    ) -> Arc<[Arc<str>]> {
        let is_same = |last: &&Suites| (last.file, last.suite) == (file, suite);
        if let Some(last) = self.suite.as_ref().filter(is_same) {
            return Arc::clone(&last.names);
        }
        let names = report.suite_chain(suite);
        let names = names.iter().map(|suite| Arc::clone(&suite.name)).collect();
        let names = self.suites.share(names);
        self.suite = Some(Suites { file, suite, names: Arc::clone(&names) });
        names
    }

    fn shared_name(&mut self, name: String) -> Arc<str> {
        if let Some(known) = self.names.get(&*name) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(name);
        self.names.insert(Arc::clone(&fresh));
        fresh
    }
}

fn counts(mapper: &CaseMapper<'_>) -> FileCounts {
    let report = mapper.report();
    let with = |outcome| report.cases.iter().filter(|case| case.outcome == outcome).count();
    FileCounts {
        path: Arc::clone(&report.path),
        shard: report.shard.clone(),
        group: mapper.group(),
        format: report.format,
        tool: mapper.tool().name,
        tests: report.cases.len(),
        failures: with(Outcome::Failed),
        errors: with(Outcome::Errored),
        skipped: with(Outcome::Skipped),
        suite_errors: report.suite_errors.len(),
        recovered: report.recovered.clone(),
        damaged: report.damage.clone(),
    }
}

fn case_error(mapper: &CaseMapper<'_>, position: usize, case: &Case, name: String) -> RunError {
    let (file, line) = mapper.location(case, case.detail());
    RunError {
        report: Arc::clone(&mapper.report().path),
        name,
        message: case.detail().and_then(|detail| mapper.message(position, detail)),
        file,
        line,
        is_case: true,
    }
}

fn suite_error(mapper: &CaseMapper<'_>, error: &SuiteError) -> RunError {
    let SuiteError { suite, outcome: _, detail, position: _ } = error;
    let report = mapper.report();
    let suites = report.suite_chain(*suite);
    let named = suites.iter().rev().find(|suite| !suite.name.trim().is_empty());
    let (file, line) = mapper.suite_location(detail);
    RunError {
        report: Arc::clone(&report.path),
        name: named
            .map_or_else(|| "a suite without a name".to_owned(), |suite| text::clean(&suite.name)),
        message: mapper.suite_message(*suite, detail),
        file,
        line,
        is_case: false,
    }
}
