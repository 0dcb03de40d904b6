//! Reports in, records out: the ledger, the order, the warnings.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::slice::ParallelSliceMut;

use super::builder::{Occurrence, Shared, TestBuilder};
use super::executions;
use super::warnings::Warnings;
use super::{
    Details, FileCounts, IdentityOptions, Records, RunError, TestRecord, details, message,
};
use crate::formats::index_of;
use crate::formats::model::{Case, Outcome, Report, SuiteError, SuiteIndex};
use crate::identity::Identity;
use crate::text;
use crate::tools::{CaseMapper, MappedCase, MappedTest};

/// Merges all cases of all reports into one record for each test.
///
/// The result does not depend on the order of `reports`, unless [`IdentityOptions::reruns`] says that later ones are
/// re-executions of earlier ones.
#[must_use]
pub fn collect(reports: &[Report], mapping: &IdentityOptions) -> Records {
    let mappers: Vec<CaseMapper<'_>> =
        reports.iter().map(|report| CaseMapper::new(report, mapping)).collect();
    let mut records = Records::default();
    let mut warnings = Warnings::default();
    let mut gathered = TestIndex::new(reports, mapping);

    for file in order(reports, mapping) {
        let (report, mapper) = (&reports[file], &mappers[file]);
        warnings.report(report, mapper.tool());
        mapper.for_each(|index, case, mapped| match mapped {
            MappedCase::Test(placed) => gathered.add_occurrence(placed, file, index, case),
            MappedCase::RunError(name) => {
                records.excluded += 1;
                records.run_errors.push(case_error(report, case, name, mapping));
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
            records.run_errors.push(suite_error(report, error, mapping));
        }
    }

    records.seen = reports.iter().map(|report| report.cases.len()).sum();
    records.files =
        reports.iter().zip(&mappers).map(|(report, mapper)| counts(report, mapper)).collect();
    let chunks = gathered.builders();
    records.tests.reserve_exact(chunks.iter().map(Vec::len).sum());
    let mut finisher = Finisher {
        reports,
        mappers: &mappers,
        mapping,
        warnings: &mut warnings,
        suites: Shared::default(),
        suite: None,
        names: HashSet::new(),
    };
    // Chunk by chunk: a builder and its record are not both in memory for long.
    for chunk in chunks {
        records.tests.extend(chunk.into_iter().map(|builder| finisher.finish(builder)));
    }
    records.merged = records.tests.iter().map(|test| test.cases - 1).sum();
    records.tests.par_sort_unstable_by(|a, b| {
        by_folder(&a.folder, &b.folder)
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| a.identity.cmp(&b.identity))
    });
    records.warnings = warnings.lines();
    records
}

/// Tests of one folder share its path, so that most comparisons are one of addresses.
fn by_folder(a: &Arc<[String]>, b: &Arc<[String]>) -> Ordering {
    if Arc::ptr_eq(a, b) { Ordering::Equal } else { a.cmp(b) }
}

/// How many builders stand together.
const CHUNK: usize = 4096;

/// The tests that were seen so far.
struct TestIndex<'a> {
    mapping: &'a IdentityOptions,
    chunks: Vec<Vec<TestBuilder>>,
    /// Where each is: chunk after chunk.
    by_identity: HashMap<Identity, u32>,
    containers: Shared<String>,
    folders: Shared<String>,
}

impl<'a> TestIndex<'a> {
    fn new(reports: &[Report], mapping: &'a IdentityOptions) -> Self {
        let cases = reports.iter().map(|report| report.cases.len()).sum();
        Self {
            mapping,
            chunks: Vec::new(),
            by_identity: HashMap::with_capacity(cases),
            containers: Shared::default(),
            folders: Shared::default(),
        }
    }

    /// Takes a case into the builder of its test.
    fn add_occurrence(&mut self, placed: MappedTest, file: usize, index: usize, case: &Case) {
        let MappedTest { container, name, folder, outcome, is_subtest } = placed;
        let occurrence =
            Occurrence { file: index_of(file), case: index_of(index), outcome, is_subtest };
        let identity = Identity::of_test(&self.mapping.namespace, &container, &name);
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
                // Cases of one test may stand in several suites. The least path is the same in whatever order they come.
                if folder < builder.folder {
                    builder.folder = folder;
                }
            }
        }
    }

    fn builders(self) -> Vec<Vec<TestBuilder>> {
        self.chunks
    }
}

/// Files by path, or as given where a later one is a re-execution.
fn order(reports: &[Report], mapping: &IdentityOptions) -> Vec<usize> {
    let mut order: Vec<usize> = (0..reports.len()).collect();
    if !mapping.reruns {
        let name = |index: usize| (&reports[index].path, &reports[index].shard);
        order.sort_by(|&a, &b| name(a).cmp(&name(b)));
    }
    order
}

/// The names of the suites around one of the cases of a file.
struct Suites {
    file: u32,
    suite: Option<SuiteIndex>,
    names: Arc<[Arc<str>]>,
}

/// Makes records of builders.
struct Finisher<'a> {
    reports: &'a [Report],
    mappers: &'a [CaseMapper<'a>],
    mapping: &'a IdentityOptions,
    warnings: &'a mut Warnings,
    suites: Shared<Arc<str>>,
    /// The suites of the last test: the next one is mostly in the same.
    suite: Option<Suites>,
    /// Paths of source files, each once.
    names: HashSet<Arc<str>>,
}

impl Finisher<'_> {
    fn finish(&mut self, builder: TestBuilder) -> TestRecord {
        let Self { reports, mappers, mapping, .. } = *self;
        let verdict = executions::decide(&builder, reports, mappers, mapping);
        let first_file = builder.first.file as usize;
        let first = &reports[first_file];
        if verdict.rows > 1 {
            self.warnings.rows(first, mappers[first_file].tool(), &builder.name, &verdict);
        }
        let first_case = &first.cases[builder.first.case as usize];
        let deciding_report = &reports[verdict.deciding.file as usize];
        let deciding = &deciding_report.cases[verdict.deciding.case as usize];
        let detail = deciding.detail().filter(|_| verdict.outcome != Outcome::Passed);
        let (file, line) =
            details::location(deciding_report, deciding, detail, mapping.root_of(deciding_report));
        let mut record = TestRecord {
            identity: builder.identity,
            container: Arc::clone(&builder.container),
            name: match text::fit_name(&builder.name) {
                Cow::Borrowed(_) => builder.name.clone(),
                Cow::Owned(shortened) => shortened.into(),
            },
            folder: Arc::clone(&builder.folder),
            outcome: verdict.outcome,
            flaky: verdict.flaky,
            duration_s: verdict.duration,
            file: file.map(|file| self.shared_name(file)),
            line,
            classname: first_case.classname.clone(),
            suites: self.suites_around(builder.first.file, first_case.suite),
            cases: 1 + builder.more.len(),
            details: Details::default(),
        };
        if let Some(detail) = detail {
            record.details.message = message(detail);
            record.details.kind =
                detail.kind.as_deref().filter(|kind| !kind.is_empty()).map(str::to_owned);
        }
        if !verdict.attempts.is_empty() {
            record.details.attempts = verdict.attempts;
        }
        details::describe(&builder, reports, mapping, &mut record, self.warnings);
        record
    }

    /// The names of the suites around a test, outermost first.
    fn suites_around(&mut self, file: u32, suite: Option<SuiteIndex>) -> Arc<[Arc<str>]> {
        let is_same = |last: &&Suites| (last.file, last.suite) == (file, suite);
        if let Some(last) = self.suite.as_ref().filter(is_same) {
            return Arc::clone(&last.names);
        }
        let chain = self.reports[file as usize].suite_chain(suite);
        let names = chain.iter().map(|suite| Arc::clone(&suite.name)).collect();
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

fn counts(report: &Report, mapper: &CaseMapper<'_>) -> FileCounts {
    let with = |outcome| report.cases.iter().filter(|case| case.outcome == outcome).count();
    FileCounts {
        path: Arc::clone(&report.path),
        shard: report.shard.clone(),
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

fn case_error(report: &Report, case: &Case, name: String, mapping: &IdentityOptions) -> RunError {
    let (file, line) = details::location(report, case, case.detail(), mapping.root_of(report));
    RunError {
        report: Arc::clone(&report.path),
        name,
        message: case.detail().and_then(message),
        file,
        line,
        is_case: true,
    }
}

fn suite_error(report: &Report, error: &SuiteError, mapping: &IdentityOptions) -> RunError {
    let SuiteError { suite, outcome: _, detail, position: _ } = error;
    let chain = report.suite_chain(*suite);
    let named = chain.iter().rev().find(|suite| !suite.name.trim().is_empty());
    let (file, line) = details::location_in(detail, None, mapping.root_of(report));
    RunError {
        report: Arc::clone(&report.path),
        name: named
            .map_or_else(|| "a suite without a name".to_owned(), |suite| text::clean(&suite.name)),
        message: message(detail),
        file,
        line,
        is_case: false,
    }
}
