//! Reports in, records out: the ledger, the order, the warnings.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::draft::{Draft, Sighting};
use super::executions;
use super::warnings::Warnings;
use super::{FileCounts, Mapping, Records, RunError, TestRecord, details, message};
use crate::formats::model::{Case, Outcome, Report, SuiteError};
use crate::identity::Identity;
use crate::producers::{Mapped, Mapper, Placed};
use crate::text;

/// Merges all cases of all reports into one record for each test.
///
/// The result does not depend on the order of `reports`, unless [`Mapping::reruns`] says that later ones are
/// re-executions of earlier ones.
#[must_use]
pub fn collect(reports: &[Report], mapping: &Mapping) -> Records {
    let mappers: Vec<Mapper<'_>> =
        reports.iter().map(|report| Mapper::new(report, mapping)).collect();
    let mut records = Records::default();
    let mut warnings = Warnings::default();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut by_identity: HashMap<Identity, usize> =
        HashMap::with_capacity(reports.iter().map(|report| report.cases.len()).sum());

    for file in order(reports, mapping) {
        let (report, mapper) = (&reports[file], &mappers[file]);
        warnings.report(report, mapper.producer());
        mapper.for_each(|index, case, mapped| match mapped {
            Mapped::Test(placed) => {
                let sighting = Sighting {
                    file,
                    case: index,
                    outcome: placed.outcome,
                    is_subtest: placed.is_subtest,
                };
                sight(placed, sighting, mapping, &mut drafts, &mut by_identity);
            }
            Mapped::RunError(name) => {
                records.excluded += 1;
                records.run_errors.push(case_error(report, case, name, mapping));
            }
            Mapped::NoTest => {
                records.excluded += 1;
                warnings.no_test(report, case);
            }
            Mapped::Finding => {
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
    records.tests = drafts
        .into_iter()
        .map(|draft| finish(draft, reports, &mappers, mapping, &mut warnings))
        .collect();
    records.merged = records.tests.iter().map(|test| test.cases - 1).sum();
    records.tests.sort_unstable_by(|a, b| {
        (&a.folder, &a.name, a.identity).cmp(&(&b.folder, &b.name, b.identity))
    });
    records.warnings = warnings.lines();
    records
}

/// Files by path, or as given where a later one is a re-execution.
fn order(reports: &[Report], mapping: &Mapping) -> Vec<usize> {
    let mut order: Vec<usize> = (0..reports.len()).collect();
    if !mapping.reruns {
        let name = |index: usize| (&reports[index].path, &reports[index].shard);
        order.sort_by(|&a, &b| name(a).cmp(&name(b)));
    }
    order
}

fn sight(
    placed: Placed,
    sighting: Sighting,
    mapping: &Mapping,
    drafts: &mut Vec<Draft>,
    by_identity: &mut HashMap<Identity, usize>,
) {
    let Placed { container, name, folder, outcome: _, is_subtest: _ } = placed;
    let identity = Identity::of_test(&mapping.namespace, &container, &name);
    match by_identity.entry(identity) {
        Entry::Vacant(entry) => {
            entry.insert(drafts.len());
            drafts.push(Draft {
                identity,
                container,
                name,
                folder,
                first: sighting,
                more: Vec::new(),
            });
        }
        Entry::Occupied(entry) => {
            let draft = &mut drafts[*entry.get()];
            draft.more.push(sighting);
            // Cases of one test may stand in several suites. The least path is the same in whatever order they come.
            if folder < draft.folder {
                draft.folder = folder;
            }
        }
    }
}

fn finish(
    draft: Draft,
    reports: &[Report],
    mappers: &[Mapper<'_>],
    mapping: &Mapping,
    warnings: &mut Warnings,
) -> TestRecord {
    let verdict = executions::decide(&draft, reports, mappers, mapping);
    if verdict.rows > 1 {
        let report = &reports[draft.first.file];
        warnings.rows(report, mappers[draft.first.file].producer(), &draft.name, &verdict);
    }
    let first = &reports[draft.first.file];
    let first_case = &first.cases[draft.first.case];
    let deciding_report = &reports[verdict.deciding.file];
    let deciding = &deciding_report.cases[verdict.deciding.case];
    let detail = deciding.detail().filter(|_| verdict.outcome != Outcome::Passed);
    let (file, line) =
        details::location(deciding_report, deciding, detail, mapping.root_of(deciding_report));
    let (message, kind) = match detail {
        Some(detail) => (message(detail), detail.kind.as_deref().map(str::to_owned)),
        None => (None, None),
    };
    let mut record = TestRecord {
        identity: draft.identity,
        older: Vec::new(),
        name: text::fit_name(&draft.name).into_owned(),
        outcome: verdict.outcome,
        flaky: verdict.flaky,
        duration_s: verdict.duration,
        message,
        kind: kind.filter(|kind| !kind.is_empty()),
        file,
        line,
        classname: first_case.classname.clone(),
        suites: first
            .suite_chain(first_case.suite)
            .iter()
            .map(|suite| Arc::clone(&suite.name))
            .collect(),
        properties: Vec::new(),
        tags: Vec::new(),
        attachments: Vec::new(),
        defects: Vec::new(),
        steps: Vec::new(),
        pinned: None,
        cases: 1 + draft.more.len(),
        attempts: verdict.attempts,
        container: Vec::new(),
        folder: Vec::new(),
    };
    details::describe(&draft, reports, mapping, &mut record, warnings);
    record.container = draft.container;
    record.folder = draft.folder;
    record
}

fn counts(report: &Report, mapper: &Mapper<'_>) -> FileCounts {
    let with = |outcome| report.cases.iter().filter(|case| case.outcome == outcome).count();
    FileCounts {
        path: Arc::clone(&report.path),
        shard: report.shard.clone(),
        format: report.format,
        producer: mapper.producer().name,
        tests: report.cases.len(),
        failures: with(Outcome::Failed),
        errors: with(Outcome::Errored),
        skipped: with(Outcome::Skipped),
        suite_errors: report.suite_errors.len(),
        recovered: report.recovered.clone(),
        damaged: report.damage.clone(),
    }
}

fn case_error(report: &Report, case: &Case, name: String, mapping: &Mapping) -> RunError {
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

fn suite_error(report: &Report, error: &SuiteError, mapping: &Mapping) -> RunError {
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
