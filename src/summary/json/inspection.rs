//! The JSON of `inspect`.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::summary::{OutcomeCounts, Summary, flawed_files};
use test_reports::formats::model::{Outcome, Property};
use test_reports::identity::Identity;
use test_reports::record::{Attempt, Details, FileCounts, RunError, StepText, TestRecord};

#[derive(Serialize)]
pub(in crate::summary) struct Inspection<'a> {
    schema_version: u32,
    files: &'a [FileCounts],
    totals: Totals,
    #[serde(serialize_with = "tests")]
    tests: &'a [TestRecord],
    run_errors: &'a [RunError],
    warnings: &'a [String],
}

/// The inspection with all its lists.
pub(super) fn whole(summary: &Summary) -> Inspection<'_> {
    Inspection {
        files: &summary.records.files,
        tests: &summary.records.tests,
        run_errors: &summary.records.run_errors,
        warnings: &summary.warnings,
        ..totals(summary)
    }
}

/// The inspection with empty lists.
pub(in crate::summary) fn totals(summary: &Summary) -> Inspection<'_> {
    let Summary { schema_version, reports, tests: ledger, .. } = summary;
    Inspection {
        schema_version: *schema_version,
        files: &[],
        totals: Totals {
            files: reports.files,
            recovered: flawed_files(&reports.recovered),
            damaged: flawed_files(&reports.damaged),
            seen: ledger.seen,
            merged: ledger.merged,
            excluded: ledger.excluded,
            counts: reports.counts,
        },
        tests: &[],
        run_errors: &[],
        warnings: &[],
    }
}

/// `seen`, `merged` and `excluded` count test cases, `counts` tests.
#[derive(Serialize)]
struct Totals {
    files: usize,
    recovered: usize,
    damaged: usize,
    seen: usize,
    merged: usize,
    excluded: usize,
    #[serde(flatten)]
    counts: OutcomeCounts,
}

/// One at a time: there may be millions.
fn tests<S: Serializer>(tests: &[TestRecord], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(tests.iter().map(Test::new))
}

#[derive(Serialize)]
struct Test<'a> {
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

impl<'a> Test<'a> {
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
