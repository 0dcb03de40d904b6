//! The output of `inspect` for machines: schema version 1, to which fields are only ever added.

use std::sync::Arc;

use serde::Serialize;

use super::{FileFlaw, Ledger, Reports, Summary, json};
use test_reports::formats::model::{Flaw, Format, Outcome, Property};
use test_reports::identity::Identity;
use test_reports::record::{
    Attempt, Details, FileCounts, IdentityOptions, Records, RunError, StepText, TestRecord,
};

/// The records as JSON, schema version 1, with a line break at its end.
///
/// # Errors
/// Never for records: their maps have text keys.
pub fn render_json(records: &Records) -> Result<String, serde_json::Error> {
    json::pretty(&Inspection {
        files: records.files.iter().map(FileJson::new).collect(),
        tests: records.tests.iter().map(TestJson::new).collect(),
        run_errors: &records.run_errors,
        warnings: &records.warnings,
        ..Inspection::without_lists(records)
    })
}

/// The same in one line, with empty lists: the numbers alone.
pub(super) fn brief_json(records: &Records) -> Result<String, serde_json::Error> {
    json::compact(&Inspection::without_lists(records))
}

#[derive(Serialize)]
struct Inspection<'a> {
    schema_version: u32,
    files: Vec<FileJson<'a>>,
    totals: Totals,
    tests: Vec<TestJson<'a>>,
    run_errors: &'a [RunError],
    warnings: &'a [String],
}

impl Inspection<'_> {
    fn without_lists(records: &Records) -> Self {
        let Summary { reports, tests, .. } =
            Summary::of_reports(records, &IdentityOptions::default());
        Self {
            schema_version: 1,
            files: Vec::new(),
            totals: Totals::new(&reports, &tests),
            tests: Vec::new(),
            run_errors: &[],
            warnings: &[],
        }
    }
}

#[derive(Serialize)]
struct FileJson<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<&'a str>,
    format: Format,
    #[serde(rename = "producer")]
    tool: &'a str,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    suite_errors: usize,
    recovered: &'a [Flaw],
    damaged: Option<&'a Flaw>,
}

impl<'a> FileJson<'a> {
    fn new(file: &'a FileCounts) -> Self {
        let FileCounts {
            path,
            shard,
            format,
            tool,
            tests,
            failures,
            errors,
            skipped,
            suite_errors,
            recovered,
            damaged,
        } = file;
        Self {
            path,
            shard: shard.as_deref(),
            format: *format,
            tool,
            tests: *tests,
            failures: *failures,
            errors: *errors,
            skipped: *skipped,
            suite_errors: *suite_errors,
            recovered,
            damaged: damaged.as_ref(),
        }
    }
}

/// Tests are records, after merging; cases are elements.
#[derive(Serialize)]
struct Totals {
    files: usize,
    recovered: usize,
    damaged: usize,
    seen: usize,
    merged: usize,
    excluded: usize,
    tests: usize,
    passed: usize,
    failed: usize,
    errored: usize,
    skipped: usize,
    flaky: usize,
    duration_s: f64,
}

impl Totals {
    fn new(reports: &Reports, ledger: &Ledger) -> Self {
        let Reports {
            files,
            recovered,
            damaged,
            tests,
            passed,
            failed,
            errored,
            skipped,
            flaky,
            duration_s,
        } = reports;
        Self {
            files: *files,
            recovered: files_of(recovered),
            damaged: files_of(damaged),
            seen: ledger.seen,
            merged: ledger.merged,
            excluded: ledger.excluded,
            tests: *tests,
            passed: *passed,
            failed: *failed,
            errored: *errored,
            skipped: *skipped,
            flaky: *flaky,
            duration_s: *duration_s,
        }
    }
}

fn files_of(flaws: &[FileFlaw]) -> usize {
    let mut paths: Vec<&Arc<str>> = flaws.iter().map(|flaw| &flaw.path).collect();
    paths.dedup();
    paths.len()
}

#[derive(Serialize)]
struct TestJson<'a> {
    identity: Identity,
    container: &'a [String],
    name: &'a str,
    folder: &'a [String],
    outcome: Outcome,
    flaky: bool,
    duration_s: Option<f64>,
    attempts: &'a [Attempt],
    message: Option<&'a str>,
    #[serde(rename = "type")]
    kind: Option<&'a str>,
    file: Option<&'a str>,
    line: Option<u32>,
    classname: Option<&'a str>,
    suites: &'a [Arc<str>],
    properties: &'a [Property],
    tags: &'a [String],
    attachments: &'a [String],
    defects: &'a [String],
    steps: &'a [StepText],
}

impl<'a> TestJson<'a> {
    fn new(record: &'a TestRecord) -> Self {
        let TestRecord {
            identity,
            container,
            name,
            folder,
            outcome,
            flaky,
            duration_s,
            file,
            line,
            classname,
            suites,
            cases: _,
            details,
        } = record;
        let Details {
            older: _,
            attempts,
            message,
            kind,
            properties,
            tags,
            attachments,
            defects,
            steps,
            pinned: _,
        } = &**details;
        Self {
            identity: *identity,
            container,
            name,
            folder,
            outcome: *outcome,
            flaky: *flaky,
            duration_s: *duration_s,
            attempts,
            message: message.as_deref(),
            kind: kind.as_deref(),
            file: file.as_deref(),
            line: *line,
            classname: classname.as_deref(),
            suites,
            properties,
            tags,
            attachments,
            defects,
            steps,
        }
    }
}
