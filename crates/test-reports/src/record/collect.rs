//! From reports to records.

use std::collections::HashMap;
use std::sync::Arc;

use super::finish::finish;
use super::index::TestIndex;
use super::stretch::{self, Outcomes, Stretch};
use super::warnings::Warnings;
use super::{FileCounts, IdentityOptions, Records, RunError};
use crate::formats::model::{Case, Format, Report, SuiteError};
use crate::text;
use crate::threads::{map_all, map_in_order};
use crate::tools::{CaseMapper, MappedCase, Tool};

/// Fewer cases are not worth a second thread.
const FEW_CASES: usize = 2048;

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
    let reports =
        (0..=u16::MAX).zip(groups).flat_map(|(group, ReportGroup { reports, options })| {
            reports.iter().map(move |report| (group, report, *options))
        });
    let reports: Vec<(u16, &Report, &IdentityOptions)> = reports.collect();
    let seen = reports.iter().map(|(_, report, _)| report.cases.len()).sum();
    let is_parallel = seen > FEW_CASES;
    let mappers = map_all(&reports, is_parallel, |(group, report, options)| {
        CaseMapper::new(report, options).in_group(*group)
    });
    let order = order(groups);
    let ranges = stretch::split(&mappers, &order);
    let mut index = TestIndex::new(seen);
    let mut stretches = Vec::with_capacity(ranges.len());
    map_in_order(
        &ranges,
        is_parallel,
        |(file, cases)| Stretch::new(&mappers[*file], *file, cases.clone()),
        |mut stretch| {
            index.add(&mut stretch, &mappers);
            stretches.push(stretch);
            true
        },
    );

    let mut records = Records { seen, ..Records::default() };
    let mut warnings = Warnings::default();
    let mut outcomes = vec![Outcomes::default(); reports.len()];
    let mut rest = &stretches[..];
    for file in order {
        let is_of_file = |stretch: &&Stretch<'_>| stretch.file as usize == file;
        let (cases, after) = rest.split_at(rest.iter().take_while(is_of_file).count());
        rest = after;
        add_report(&mut records, &mut warnings, &mappers[file], cases);
        outcomes[file] = cases.iter().map(|stretch| stretch.outcomes).sum();
    }
    let stopped =
        reports.iter().map(|(_, report, _)| *report).filter(|report| report.stopped_early);
    records.failed_fast = stopped.clone().any(|report| report.format == Format::Libtest);
    records.stopped_early = stopped.map(Report::shown_path).collect();
    records.files =
        mappers.iter().zip(outcomes).map(|(mapper, outcomes)| counts(mapper, outcomes)).collect();

    records.merged = index.merged();
    finish(&mut index, &mappers, &mut warnings, is_parallel);
    let namespaces = namespaces(groups);
    let namespace = |group: u16| namespaces.get(usize::from(group)).copied().unwrap_or_default();
    records.tests = index.sorted((namespaces.len() > 1).then_some(namespace), is_parallel);
    records.warnings = warnings.lines();
    records
}

/// Adds what a report with these `cases` says apart from its tests.
fn add_report(
    records: &mut Records,
    warnings: &mut Warnings,
    mapper: &CaseMapper<'_>,
    cases: &[Stretch<'_>],
) {
    let report = mapper.report();
    warnings.report(report, mapper.tools().any(Tool::is_unknown), cases);
    for (position, other) in cases.iter().flat_map(|stretch| &stretch.others) {
        records.excluded += 1;
        let position = *position as usize;
        let case = &report.cases[position];
        match other {
            MappedCase::RunError(name) => {
                records.run_errors.push(case_error(mapper, position, case, name.clone()));
            }
            MappedCase::Finding => warnings.finding(report),
            MappedCase::NoTest | MappedCase::Test(_) => warnings.no_test(report, case),
        }
    }
    for error in &report.suite_errors {
        records.run_errors.push(suite_error(mapper, error));
    }
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

fn counts(mapper: &CaseMapper<'_>, outcomes: Outcomes) -> FileCounts {
    let report = mapper.report();
    FileCounts {
        path: Arc::clone(&report.path),
        shard: report.shard.clone(),
        group: mapper.group(),
        format: report.format,
        tool: mapper.tool().name,
        tests: report.cases.len(),
        failures: outcomes.failed,
        errors: outcomes.errored,
        skipped: outcomes.skipped,
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
