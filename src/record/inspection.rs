//! What `inspect` prints as JSON: the records, as they would be imported.

use std::sync::Arc;

use serde::Serialize;

use super::{Attempt, FileCounts, Records, RunError, StepText, TestRecord};
use crate::formats::model::{Outcome, Property};
use crate::identity::Identity;

/// The JSON of `inspect --format json`: schema version 1, to which fields are only ever added.
#[derive(Debug, Serialize)]
pub struct Inspection<'a> {
    /// 1.
    pub schema_version: u32,
    /// The files; their counts are of case elements as written.
    pub files: &'a [FileCounts],
    /// Sums over all files.
    pub totals: Totals,
    /// One for each test.
    pub tests: Vec<InspectedTest<'a>>,
    /// What went wrong outside every test.
    pub run_errors: &'a [RunError],
    /// What a person should know about the mapping.
    pub warnings: &'a [String],
}

/// Sums over all files: tests are records, after merging.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Files.
    pub files: usize,
    /// Case elements.
    pub seen: usize,
    /// Case elements beyond the first of one record.
    pub merged: usize,
    /// Case elements that are run errors or linter findings.
    pub excluded: usize,
    /// Records.
    pub tests: usize,
    /// Passed, flaky ones included.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Errored.
    pub errored: usize,
    /// Skipped.
    pub skipped: usize,
    /// Passed after a failed attempt.
    pub flaky: usize,
    /// What went wrong outside every test.
    pub run_errors: usize,
    /// Sum of the durations, seconds.
    pub duration_s: f64,
}

/// A test as `inspect` shows it.
#[derive(Debug, Serialize)]
pub struct InspectedTest<'a> {
    /// Which test.
    pub identity: Identity,
    /// The cleaned container parts.
    pub container: &'a [String],
    /// The cleaned name.
    pub name: &'a str,
    /// Where a new test would be put.
    pub folder: &'a [String],
    /// How it ended.
    pub outcome: Outcome,
    /// It passed after a failed attempt.
    pub flaky: bool,
    /// Seconds.
    pub duration_s: Option<f64>,
    /// Every execution, when there was more than one.
    pub attempts: &'a [Attempt],
    /// Why it failed or was skipped.
    pub message: Option<&'a str>,
    /// The type of the failure.
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    /// Source file.
    pub file: Option<&'a str>,
    /// Line in `file`.
    pub line: Option<u32>,
    /// As written.
    pub classname: Option<&'a str>,
    /// As written, outermost first.
    pub suites: &'a [Arc<str>],
    /// Of the suites around it, of the case, and from tags.
    pub properties: &'a [Property],
    /// Other tags.
    pub tags: &'a [String],
    /// Paths of attachments.
    pub attachments: &'a [String],
    /// Keys of defects.
    pub defects: &'a [String],
    /// Steps that the report names.
    pub steps: &'a [StepText],
}

impl<'a> Inspection<'a> {
    /// What there is to say about `records`.
    #[must_use]
    pub fn of(records: &'a Records) -> Self {
        Self {
            schema_version: 1,
            files: &records.files,
            totals: Totals::of(records),
            tests: records.tests.iter().map(InspectedTest::of).collect(),
            run_errors: &records.run_errors,
            warnings: &records.warnings,
        }
    }
}

impl Totals {
    /// The sums over `records`.
    #[must_use]
    pub fn of(records: &Records) -> Self {
        let with = |outcome| records.tests.iter().filter(|test| test.outcome == outcome).count();
        Self {
            files: records.files.len(),
            seen: records.seen,
            merged: records.merged,
            excluded: records.excluded,
            tests: records.tests.len(),
            passed: with(Outcome::Passed),
            failed: with(Outcome::Failed),
            errored: with(Outcome::Errored),
            skipped: with(Outcome::Skipped),
            flaky: records.tests.iter().filter(|test| test.flaky).count(),
            run_errors: records.run_errors.len(),
            duration_s: records.tests.iter().filter_map(|test| test.duration_s).sum(),
        }
    }
}

impl<'a> InspectedTest<'a> {
    fn of(test: &'a TestRecord) -> Self {
        let TestRecord {
            identity,
            older: _,
            container,
            name,
            folder,
            outcome,
            flaky,
            duration_s,
            attempts,
            message,
            kind,
            file,
            line,
            classname,
            suites,
            properties,
            tags,
            attachments,
            defects,
            steps,
            pinned: _,
            cases: _,
        } = test;
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
