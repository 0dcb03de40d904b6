//! All cases of all reports, merged into records.

use std::collections::HashMap;
use std::sync::Arc;

use crate::formats::model::{Case, Outcome, Report, SuiteError};
use crate::identity::Identity;
use crate::producers::{self, EqualCases, Mapped, Producer};
use crate::text;

use super::merge::{Execution, Occurrence, Verdict, decide};
use super::{FileCounts, Mapping, Records, RunError, TestRecord, details};

/// A test while its cases are gathered.
struct Gathered<'a> {
    identity: Identity,
    container: Vec<String>,
    name: String,
    folder: Vec<String>,
    /// In the order in which they were read.
    occurrences: Vec<Occurrence<'a>>,
}

/// Merges the cases of `reports` into records. Pure: with the same reports in another order the
/// records are the same, unless [`Mapping::reruns`] says that later files decide.
#[must_use]
pub fn collect(mut reports: Vec<Report>, mapping: &Mapping) -> Records {
    if !mapping.reruns {
        reports.sort_by(|a, b| a.path.cmp(&b.path));
    }
    let mut records = Records::default();
    let mut tests: Vec<Gathered<'_>> = Vec::new();
    let mut by_identity: HashMap<Identity, usize> = HashMap::new();
    for (file, report) in reports.iter().enumerate() {
        let producer = producers::detect(report);
        records.files.push(count(report, producer));
        if producer.name == "unknown" && !report.cases.is_empty() {
            records.warnings.push(format!(
                "{}: no known tool wrote this; a test is its suites, its classname and its name",
                report.path
            ));
        }
        for error in &report.suite_errors {
            records.run_errors.push(suite_run_error(report, error));
        }
        let chains = Chains::of(report);
        for case in &report.cases {
            records.seen += 1;
            let suites = chains.of_case(case);
            match producers::map(producer, case, suites, mapping) {
                Mapped::Excluded => records.excluded += 1,
                Mapped::RunError => {
                    records.excluded += 1;
                    records.run_errors.push(case_run_error(report, case, suites, mapping));
                }
                Mapped::Test { container, name, folder } => {
                    let identity = Identity::of_test(&mapping.namespace, &container, &name);
                    let configuration = producers::configuration_of(suites);
                    let occurrence = Occurrence {
                        file,
                        case,
                        suite: case.suite,
                        configuration,
                        producer,
                        report,
                    };
                    match by_identity.get(&identity) {
                        Some(&index) => {
                            records.merged += 1;
                            tests[index].occurrences.push(occurrence);
                        }
                        None => {
                            by_identity.insert(identity, tests.len());
                            tests.push(Gathered {
                                identity,
                                container,
                                name,
                                folder,
                                occurrences: vec![occurrence],
                            });
                        }
                    }
                }
            }
        }
    }
    let mut rows: HashMap<Arc<str>, usize> = HashMap::new();
    records.tests = tests.into_iter().filter_map(|test| finish(test, mapping, &mut rows)).collect();
    let mut rows: Vec<(Arc<str>, usize)> = rows.into_iter().collect();
    rows.sort();
    for (path, tests) in rows {
        let tests = if tests == 1 { "1 test is".to_owned() } else { format!("{tests} tests are") };
        records.warnings.push(format!(
            "{path}: {tests} written as several cases each; the worst outcome counts"
        ));
    }
    records
        .tests
        .sort_by(|a, b| (&a.folder, &a.name, a.identity).cmp(&(&b.folder, &b.name, b.identity)));
    records
}

/// The suites around each suite, worked out once.
struct Chains<'a> {
    by_suite: Vec<Vec<&'a crate::formats::model::Suite>>,
}

impl<'a> Chains<'a> {
    fn of(report: &'a Report) -> Self {
        let mut by_suite: Vec<Vec<&'a crate::formats::model::Suite>> =
            Vec::with_capacity(report.suites.len());
        for suite in &report.suites {
            // Parents stand before their children.
            let mut chain = suite
                .parent
                .and_then(|parent| by_suite.get(parent as usize))
                .cloned()
                .unwrap_or_default();
            chain.push(suite);
            by_suite.push(chain);
        }
        Self { by_suite }
    }

    fn of_case(&self, case: &Case) -> &[&'a crate::formats::model::Suite] {
        case.suite.and_then(|suite| self.by_suite.get(suite as usize)).map_or(&[], Vec::as_slice)
    }
}

fn count(report: &Report, producer: &Producer) -> FileCounts {
    let of = |outcome: Outcome| report.cases.iter().filter(|case| case.outcome == outcome).count();
    FileCounts {
        path: report.path.clone(),
        format: report.format,
        producer: producer.name,
        tests: report.cases.len(),
        failures: of(Outcome::Failed),
        errors: of(Outcome::Errored),
        skipped: of(Outcome::Skipped),
        suite_errors: report.suite_errors.len(),
        recovered: report.recovered.clone(),
        damaged: report.damage.clone(),
    }
}

fn suite_run_error(report: &Report, error: &SuiteError) -> RunError {
    let name = report
        .suite_chain(error.suite)
        .iter()
        .map(|suite| text::clean(&suite.name))
        .filter(|name| !name.is_empty())
        .collect::<Vec<_>>()
        .join(" / ");
    let name = if name.is_empty() { report.path.to_string() } else { name };
    RunError {
        report: report.path.clone(),
        name,
        message: details::message(&error.detail),
        file: None,
        line: None,
        is_case: false,
    }
}

fn case_run_error(
    report: &Report,
    case: &Case,
    suites: &[&crate::formats::model::Suite],
    mapping: &Mapping,
) -> RunError {
    let name = text::clean(case.name.as_deref().unwrap_or_default());
    let classname = text::clean(case.classname.as_deref().unwrap_or_default());
    let suite = suites.last().map(|suite| text::clean(&suite.name)).unwrap_or_default();
    let name =
        [name, classname, suite, report.path.to_string()].into_iter().find(|name| !name.is_empty());
    let (file, line) = details::location(case, mapping);
    RunError {
        report: report.path.clone(),
        name: name.unwrap_or_default(),
        message: case.detail().and_then(details::message),
        file,
        line,
        is_case: true,
    }
}

/// Decides what became of a test and gathers what is known about it.
fn finish(
    test: Gathered<'_>,
    mapping: &Mapping,
    rows: &mut HashMap<Arc<str>, usize>,
) -> Option<TestRecord> {
    let Gathered { identity, container, name, folder, occurrences } = test;
    let executions = executions(&occurrences, mapping);
    let (first, others) = executions.split_first()?;
    for path in rows_in(&executions) {
        *rows.entry(path).or_default() += 1;
    }
    let Verdict { outcome, flaky, duration_s, attempts, deciding } =
        decide(first, others, mapping.reruns);
    let known = details::gather(&occurrences, mapping);
    let (file, line) = details::location(deciding.case, mapping);
    let detail = deciding.case.detail();
    Some(TestRecord {
        identity,
        older: Vec::new(),
        name: text::fit_name(&name).into_owned(),
        container,
        folder,
        outcome,
        flaky,
        duration_s,
        attempts,
        message: detail.filter(|_| outcome != Outcome::Passed).and_then(details::message),
        kind: detail
            .and_then(|detail| detail.kind.as_deref())
            .map(text::clean)
            .filter(|kind| !kind.is_empty()),
        file,
        line,
        classname: occurrences.first().and_then(|first| first.case.classname.clone()),
        suites: occurrences
            .first()
            .map(|first| {
                first
                    .report
                    .suite_chain(first.suite)
                    .iter()
                    .map(|suite| suite.name.clone())
                    .collect()
            })
            .unwrap_or_default(),
        properties: known.properties,
        tags: known.tags,
        attachments: known.attachments,
        defects: known.defects,
        steps: known.steps,
        pinned: known.pinned,
        cases: occurrences.len(),
    })
}

/// Occurrences by file and configuration: each group is one execution. What stands word for word in another file counts once.
fn executions<'a, 'o>(
    occurrences: &'o [Occurrence<'a>],
    mapping: &Mapping,
) -> Vec<Execution<'a, 'o>> {
    let mut executions: Vec<Execution<'a, 'o>> = Vec::new();
    for occurrence in occurrences {
        // With the configuration in the name, or without any, one file is one execution.
        let same = |execution: &&mut Execution<'a, 'o>| {
            let first = execution.cases[0];
            first.file == occurrence.file && first.configuration == occurrence.configuration
        };
        // Occurrences come file by file, so the execution is among the last ones.
        match executions
            .iter_mut()
            .rev()
            .take_while(|execution| execution.cases[0].file == occurrence.file)
            .find(same)
        {
            Some(execution) => execution.cases.push(occurrence),
            None => executions.push(Execution { cases: vec![occurrence] }),
        }
    }
    if executions.len() > 1 && !mapping.reruns {
        let mut kept: Vec<Execution<'a, 'o>> = Vec::with_capacity(executions.len());
        for execution in executions {
            if !kept.iter().take(MOST_COMPARED).any(|other| other.is_copy_of(&execution)) {
                kept.push(execution);
            }
        }
        return kept;
    }
    executions
}

/// How many executions a new one is compared with: copies stand in a file or two, not in thousands.
const MOST_COMPARED: usize = 64;

/// The files in which a test stands in several rows.
fn rows_in<'e>(executions: &'e [Execution<'_, '_>]) -> impl Iterator<Item = Arc<str>> + 'e {
    executions
        .iter()
        .filter(|execution| execution.cases.len() > 1 && !execution.are_attempts())
        .map(|execution| execution.cases[0].report.path.clone())
}

impl Execution<'_, '_> {
    /// Whether several cases of one file are attempts of one execution: equal as written, by a tool that repeats.
    pub(super) fn are_attempts(&self) -> bool {
        let first = self.cases[0];
        first.producer.equal_cases != EqualCases::Rows
            && self.cases.iter().all(|case| {
                case.suite == first.suite
                    && case.case.name == first.case.name
                    && case.case.classname == first.case.classname
            })
    }
}
