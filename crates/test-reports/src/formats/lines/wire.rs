//! The JSON of the lines.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::formats::model::{Case, Flaw, Format, Report, Root, Suite, SuiteError};
use crate::text::RepositoryRoot;

/// The version that is written, and the latest one that can be read.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// The part of the first line that is read first.
#[derive(Deserialize)]
pub(super) struct Version {
    pub(super) schema_version: u32,
}

/// The first line, as written.
#[derive(Serialize)]
pub(super) struct HeaderOut<'a> {
    pub(super) schema_version: u32,
    pub(super) tool: Program<'a>,
    pub(super) files: Vec<FileOut<'a>>,
    pub(super) damaged: Vec<Damaged<'a>>,
}

/// The program that wrote the lines.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Program<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
}

/// A damaged report, for readers of the first line only.
#[derive(Serialize)]
pub(super) struct Damaged<'a> {
    pub(super) path: &'a str,
    #[serde(flatten)]
    pub(super) flaw: &'a Flaw,
}

/// A report without its cases.
#[derive(Serialize)]
pub(super) struct FileOut<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<&'a str>,
    root_directory: &'a RepositoryRoot,
    format: Format,
    #[serde(rename = "producer")]
    tool: &'a str,
    cases: usize,
    document: &'a Root,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stopped_early: bool,
    suites: &'a [Suite],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    suite_errors: &'a [SuiteError],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    recovered: &'a [Flaw],
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<&'a Flaw>,
}

impl<'a> FileOut<'a> {
    /// `here` is the repository root on this machine.
    pub(super) fn new(report: &'a Report, tool: &'a str, here: &'a RepositoryRoot) -> Self {
        let Report {
            path,
            shard,
            written_below,
            format,
            root,
            stopped_early,
            suites,
            cases,
            suite_errors,
            recovered,
            damage,
        } = report;
        Self {
            path,
            shard: shard.as_deref(),
            root_directory: written_below.as_ref().unwrap_or(here),
            format: *format,
            tool,
            cases: cases.len(),
            document: root,
            stopped_early: *stopped_early,
            suites,
            suite_errors,
            recovered,
            damage: damage.as_ref(),
        }
    }
}

/// The first line, as read.
#[derive(Deserialize)]
pub(super) struct HeaderIn {
    pub(super) files: Vec<FileIn>,
}

/// A report without its cases, as read.
#[derive(Deserialize)]
pub(super) struct FileIn {
    path: Arc<str>,
    root_directory: Option<RepositoryRoot>,
    format: Format,
    /// The number of lines with its cases.
    cases: usize,
    document: Root,
    #[serde(default)]
    stopped_early: bool,
    #[serde(default)]
    suites: Vec<Suite>,
    #[serde(default)]
    suite_errors: Vec<SuiteError>,
    #[serde(default)]
    recovered: Vec<Flaw>,
    damage: Option<Flaw>,
}

impl FileIn {
    /// The report, and the number of cases it should have.
    pub(super) fn into_report(self, shard: &Arc<str>) -> (Report, usize) {
        let Self {
            path,
            root_directory,
            format,
            cases,
            document,
            stopped_early,
            suites,
            suite_errors,
            recovered,
            damage,
        } = self;
        let report = Report {
            path,
            shard: Some(Arc::clone(shard)),
            written_below: root_directory,
            format,
            root: document,
            stopped_early,
            suites,
            cases: Vec::new(),
            suite_errors,
            recovered,
            damage,
        };
        (report, cases)
    }
}

/// The line of a case, as written. Except for `report` and `case`, fields are for people.
#[derive(Serialize)]
pub(super) struct CaseOut<'a> {
    pub(super) report: usize,
    pub(super) format: Format,
    #[serde(rename = "producer")]
    pub(super) tool: &'a str,
    pub(super) suites: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hostname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timestamp: Option<&'a str>,
    #[serde(flatten)]
    pub(super) case: &'a Case,
}

/// What kind of line it is. The case is read in a second pass, because `flatten` would copy every value.
#[derive(Deserialize)]
pub(super) struct Kind {
    pub(super) report: Option<usize>,
    pub(super) schema_version: Option<u32>,
    pub(super) end: Option<bool>,
    pub(super) cases: Option<usize>,
}

/// The last line.
#[derive(Serialize)]
pub(super) struct End {
    pub(super) end: bool,
    pub(super) cases: usize,
}
