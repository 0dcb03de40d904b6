//! The Common Test Report Format (source: its published schema, version 0.0.0).

use serde::Serialize;

use super::{RUN_ERRORS, TOOL, name, other_failures};
use crate::formats::model::Outcome;
use crate::record::{RunError, TestRecord};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    report_format: &'static str,
    spec_version: &'static str,
    generated_by: &'static str,
    results: Results<'a>,
}

#[derive(Serialize)]
struct Results<'a> {
    tool: Tool<'a>,
    summary: Counts,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Counts {
    tests: usize,
    passed: usize,
    failed: usize,
    pending: usize,
    skipped: usize,
    other: usize,
    flaky: usize,
    /// Milliseconds since 1970.
    start: i64,
    stop: i64,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Test<'a> {
    name: &'a str,
    status: &'static str,
    /// Milliseconds.
    duration: i64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    suite: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_status: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    flaky: bool,
    #[serde(skip_serializing_if = "is_zero")]
    retries: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    retry_attempts: Vec<Retry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<Extra>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[derive(Serialize)]
struct Retry<'a> {
    attempt: usize,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attachment<'a> {
    name: &'a str,
    content_type: &'static str,
    path: &'a str,
}

#[derive(Serialize)]
struct Extra {
    identity: String,
}

fn milliseconds(seconds: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "saturates; readers limit durations")]
    let milliseconds = (seconds * 1000.0).round() as i64;
    milliseconds
}

fn status(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed | Outcome::Errored => "failed",
        Outcome::Skipped => "skipped",
    }
}

fn test(record: &TestRecord) -> Test<'_> {
    let details = &record.details;
    let retry_attempts: Vec<Retry<'_>> = other_failures(record)
        .enumerate()
        .map(|(index, attempt)| Retry {
            attempt: index + 1,
            status: status(attempt.outcome),
            duration: attempt.duration_s.map(milliseconds),
            message: attempt.message.as_deref(),
        })
        .collect();
    let attachments = details.attachments.iter().map(|path| Attachment {
        name: path.rsplit(['/', '\\']).next().unwrap_or(path),
        content_type: "application/octet-stream",
        path,
    });
    Test {
        name: name(record),
        status: status(record.outcome),
        duration: record.seconds().map(milliseconds).unwrap_or_default(),
        suite: &record.class.container,
        message: details.message.as_deref(),
        trace: details.trace.as_deref(),
        file_path: record.class.file.as_deref(),
        line: record.line,
        raw_status: (record.outcome == Outcome::Errored).then_some("error"),
        flaky: record.flaky,
        retries: retry_attempts.len(),
        retry_attempts,
        attachments: attachments.collect(),
        tags: Vec::new(),
        extra: Some(Extra { identity: record.identity.to_string() }),
    }
}

/// A failure outside every test: without it, the report would look as if nothing had failed.
fn run_error(error: &RunError) -> Test<'_> {
    Test {
        name: &error.name,
        status: "failed",
        message: error.message.as_deref(),
        file_path: error.file.as_deref(),
        line: error.line,
        raw_status: Some("error"),
        tags: vec![RUN_ERRORS],
        ..Test::default()
    }
}

/// The tests, and the failures outside of them, as one CTRF report, written by `version` of the program at `stop`, in milliseconds
/// since 1970.
///
/// # Errors
/// None in practice: every value can be serialised.
pub fn ctrf(
    tests: &[&TestRecord],
    run_errors: &[RunError],
    version: &str,
    stop: i64,
) -> serde_json::Result<String> {
    // The sum of no numbers is -0.
    let seconds = 0.0 + tests.iter().filter_map(|test| test.seconds()).sum::<f64>();
    let written = tests.iter().map(|record| test(record)).chain(run_errors.iter().map(run_error));
    let tests: Vec<Test<'_>> = written.collect();
    let count = |status: &str| tests.iter().filter(|test| test.status == status).count();
    let summary = Counts {
        tests: tests.len(),
        passed: count("passed"),
        failed: count("failed"),
        pending: 0,
        skipped: count("skipped"),
        other: 0,
        flaky: tests.iter().filter(|test| test.flaky).count(),
        start: stop.saturating_sub(milliseconds(seconds)),
        stop,
    };
    let document = Document {
        report_format: "CTRF",
        spec_version: "0.0.0",
        generated_by: TOOL,
        results: Results { tool: Tool { name: TOOL, version }, summary, tests },
    };
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}
