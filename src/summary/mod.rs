//! The summary: one finished value that the writers render. [`writers`] holds the table of output formats.
//!
//! In JSON it has schema version 1, to which fields are only ever added.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

mod build;
pub mod checkup;
pub mod comparison;
mod converted;
pub mod escape;
pub mod explanation;
pub mod github;
mod headline;
mod highlights;
pub mod html;
mod json;
mod layout;
pub mod markdown;
mod recorded;
#[cfg(test)]
mod samples;
pub mod text;
mod tree;
pub mod writers;

pub use crate::api::client::Requests;
pub use crate::plan::change::{Change, ChangeAction, ChangeKind, ChangedRow, RowBefore};
pub use crate::plan::moved::{LeftOver, Moved, MovedTest};
pub use crate::plan::stale::Stale;
pub use crate::results::{RecordedCycle, RecordedRun};
use test_reports::formats::model::{Flaw, Outcome};
use test_reports::record::{Records, TestRecord};

/// What an import did, or what `inspect` found. Serialises to the documented JSON of an import.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Always 1.
    pub schema_version: u32,
    /// Name and version of this program.
    pub tool: Tool,
    /// The exit code of the process: after `--soft-fail`, and that of the command of `run` if it failed.
    pub exit_code: u8,
    /// Whether this was a dry run (`--dry-run`, `--check`), which writes nothing.
    pub dry_run: bool,
    /// Whether everything in the reports is accounted for and was read back from the server. None after a dry run.
    pub complete: Option<bool>,
    /// Whether a signal stopped the import.
    pub interrupted: bool,
    /// The command that `run` ran; none without `run`.
    pub command: Option<CommandEnd>,
    /// The build that wrote the reports; none without a CI system or git.
    pub build: Option<Build>,
    /// The namespace, if one is set; none for `[[import]]` tables with several namespaces.
    pub namespace: Option<String>,
    /// The `[[import]]` tables of `tq-import.toml`; empty if there are none.
    pub imports: Vec<ImportedTable>,
    /// The folder that new folders and tests are created in (`--folder`), outermost first; tables have their own.
    #[serde(skip)]
    pub folder: Vec<String>,
    /// The reports in numbers.
    pub reports: Reports,
    /// The project; none if the import ended before it was found.
    pub project: Option<Named>,
    /// The project's root plan.
    pub root_plan: Option<Named>,
    /// The sandbox that holds the project; none if a server does.
    pub sandbox: Option<SandboxPlace>,
    /// Folders in numbers.
    pub suites: Suites,
    /// Tests in numbers.
    pub tests: Ledger,
    /// Steps in numbers.
    pub steps: Steps,
    /// The run that the results were recorded into; none if none were.
    pub run: Option<RecordedRun>,
    /// Recorded results in numbers; none if none were to be recorded.
    pub results: Option<ResultLedger>,
    /// How the tests differ from those of an earlier run (`--compare`); none if there is none.
    pub comparison: Option<comparison::Comparison>,
    /// Requests sent.
    pub requests: Requests,
    /// Duration of the import, seconds.
    pub elapsed_s: f64,
    /// Every test, report file and run error; shared, because there may be millions. The JSON of an import holds only the
    /// failures and run errors. Ignored tests are at the end of `tests`; `warnings` have moved to [`Self::warnings`].
    #[serde(flatten, serialize_with = "json::failures")]
    pub records: Arc<Records>,
    /// The changes that were made; after a dry run, the planned ones.
    pub changes: Vec<Change>,
    /// With `--stale report`: tests in the namespace that are not in any report.
    pub stale: Vec<Stale>,
    /// Tests to be created that have the names of tests that are no longer reported, by container.
    pub moved: Vec<Moved>,
    /// With `relink` or `--moved link`: tests that could not be carried over, and why.
    pub left: Vec<LeftOver>,
    /// What was done.
    #[serde(skip)]
    pub work: Work,
    /// Facts worth knowing although nothing failed.
    pub warnings: Vec<String>,
    /// Errors of the import.
    pub errors: Vec<SummaryError>,
}

impl Summary {
    /// The tests to import: all but the ignored ones.
    #[must_use]
    pub fn to_import(&self) -> &[TestRecord] {
        let tests = &self.records.tests;
        &tests[..tests.len().saturating_sub(self.tests.ignored)]
    }

    /// The folder that the import puts `test` into.
    pub(crate) fn folder_of(&self, test: &TestRecord) -> &[String] {
        let table = self.imports.get(usize::from(test.group));
        table.map_or(&self.folder, |table| &table.folder)
    }

    /// `this namespace`, or `these namespaces`.
    pub(crate) fn which_namespace(&self) -> &'static str {
        let is_other = |table: &ImportedTable| table.namespace != self.imports[0].namespace;
        if self.imports.iter().any(is_other) { "these namespaces" } else { "this namespace" }
    }

    /// The tests that failed or errored, by folder and name. Ignored tests are included.
    #[must_use]
    pub fn failures(&self) -> Vec<&TestRecord> {
        failures(&self.records)
    }
}

fn failures(records: &Records) -> Vec<&TestRecord> {
    let failed = |test: &&TestRecord| matches!(test.outcome, Outcome::Failed | Outcome::Errored);
    let mut failures: Vec<&TestRecord> = records.tests.iter().filter(failed).collect();
    // Ignored tests are at the end.
    failures.sort_by(|a, b| {
        (&a.class.folder, &a.name, a.identity).cmp(&(&b.class.folder, &b.name, b.identity))
    });
    failures
}

/// What a summary is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Work {
    /// An import.
    #[default]
    Import,
    /// `relink`: rows were carried over.
    Relink,
    /// `retire`: tests that no report names were moved.
    Retire,
    /// `undo`: an import was undone.
    Undo,
}

/// How good a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is left to do.
    Ok,
    /// Nothing failed, but a person should know.
    Warn,
    /// Something failed or is missing.
    Error,
}

/// Name and version of this program.
#[derive(Clone, Debug, Serialize)]
pub struct Tool {
    /// `tq-import`
    pub name: &'static str,
    /// The package version.
    pub version: &'static str,
}

impl Default for Tool {
    fn default() -> Self {
        Self { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") }
    }
}

/// A build of a commit. Unknown facts are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Build {
    /// The CI system, or [`Build::LOCAL`].
    pub provider: &'static str,
    /// The branch; for a pull request, its source branch.
    pub branch: Option<String>,
    /// The commit; for a pull request, the head of its source branch if known.
    pub commit: Option<String>,
    /// The number of the pull request or merge request.
    pub pull_request: Option<u64>,
    /// The URL of the build's page: http or https, without a password.
    pub url: Option<String>,
    /// The URL of a line of a file at this commit, with `{path}` and `{line}` in their places.
    #[serde(skip)]
    pub source: Option<String>,
}

impl Build {
    /// The provider of a build outside of CI, of which git knows the branch and the commit.
    pub const LOCAL: &str = "git";

    /// The URL of a file that is in the repository, at `line` if that is known. None for other files.
    #[must_use]
    pub fn source_url(&self, path: &str, line: Option<u32>) -> Option<String> {
        let is_relative =
            !path.is_empty() && !path.starts_with(['/', '\\', '.']) && !path.contains(':');
        let source = self.source.as_deref().filter(|_| is_relative)?;
        let mut escaped = String::new();
        for part in path.split(['/', '\\']) {
            let part = url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>();
            escaped.push_str(if escaped.is_empty() { "" } else { "/" });
            escaped.push_str(&part.replace('+', "%20"));
        }
        let url = match line {
            Some(line) => source.replace("{line}", &line.to_string()),
            None => source.split('#').next()?.to_owned(),
        };
        Some(url.replace("{path}", &escaped))
    }

    /// Branch, commit (12 characters) and pull request as one phrase.
    #[must_use]
    pub fn what(&self) -> String {
        let commit = self.commit.as_deref().map(|commit| commit.get(..12).unwrap_or(commit));
        let at: Vec<&str> = [self.branch.as_deref(), commit].into_iter().flatten().collect();
        let pull_request = self.pull_request.map(|number| format!("pull request {number}"));
        let at = Some(at.join(" at ")).filter(|at| !at.is_empty());
        at.into_iter().chain(pull_request).collect::<Vec<_>>().join(", ")
    }
}

/// A command that was run, and how it ended.
#[derive(Clone, Debug, Serialize)]
pub struct CommandEnd {
    /// The program, without its arguments.
    pub program: String,
    /// Its exit code; 128 plus the signal's number if a signal ended it.
    pub exit_code: u8,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// How long it ran, seconds.
    pub elapsed_s: f64,
}

/// An `[[import]]` table, and what its reports say.
#[derive(Clone, Debug, Serialize)]
pub struct ImportedTable {
    /// Its namespace, if it has one.
    pub namespace: Option<String>,
    /// The folder of its new folders and tests, outermost first.
    pub folder: Vec<String>,
    /// Report files that were read.
    pub files: usize,
    /// Its tests by outcome. A test that several tables report is in the first of them.
    #[serde(flatten)]
    pub counts: OutcomeCounts,
}

/// Report files, their flaws, and their tests in numbers.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Reports {
    /// Report files that were read.
    pub files: usize,
    /// Flaws despite which every test case was read.
    pub recovered: Vec<FileFlaw>,
    /// Flaws by which a test case or its outcome may be missing.
    pub damaged: Vec<FileFlaw>,
    /// Tests by outcome.
    #[serde(flatten)]
    pub counts: OutcomeCounts,
}

/// Tests by outcome. Several cases of one test count once.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct OutcomeCounts {
    /// All tests.
    pub tests: usize,
    /// Passed, including flaky ones.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Errored.
    pub errored: usize,
    /// Skipped.
    pub skipped: usize,
    /// Passed after a failed attempt (also counted in `passed`).
    pub flaky: usize,
    /// Sum of the durations, seconds.
    pub duration_s: f64,
}

impl OutcomeCounts {
    /// Counts all `tests`.
    pub(crate) fn of<'a>(tests: impl IntoIterator<Item = &'a TestRecord>) -> Self {
        let mut counts = Self::default();
        for test in tests {
            counts.tests += 1;
            *match test.outcome {
                Outcome::Passed => &mut counts.passed,
                Outcome::Failed => &mut counts.failed,
                Outcome::Errored => &mut counts.errored,
                Outcome::Skipped => &mut counts.skipped,
            } += 1;
            counts.flaky += usize::from(test.flaky);
            counts.duration_s += test.seconds().unwrap_or_default();
        }
        counts
    }

    /// These tests and others.
    fn and(self, others: &Self) -> Self {
        let Self { tests, passed, failed, errored, skipped, flaky, duration_s } = others;
        Self {
            tests: self.tests + tests,
            passed: self.passed + passed,
            failed: self.failed + failed,
            errored: self.errored + errored,
            skipped: self.skipped + skipped,
            flaky: self.flaky + flaky,
            duration_s: self.duration_s + duration_s,
        }
    }
}

/// A flaw and the report file that has it. Displays as `path:line:column: message`.
#[derive(Clone, Debug, Serialize)]
pub struct FileFlaw {
    /// The report's path.
    pub path: Arc<str>,
    /// The JSON lines file that carried the report, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<Arc<str>>,
    /// Line, column, message.
    #[serde(flatten)]
    pub flaw: Flaw,
}

impl fmt::Display for FileFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, shard, flaw: Flaw { position, message, limit: _ } } = self;
        if let Some(shard) = shard {
            write!(f, "{shard}:")?;
        }
        f.write_str(path)?;
        if position.line > 0 {
            write!(f, ":{}:{}", position.line, position.column)?;
        }
        write!(f, ": {message}")
    }
}

/// In how many files the `flaws` are. Flaws of one file are neighbours.
fn flawed_files(flaws: &[FileFlaw]) -> usize {
    flaws.chunk_by(|a, b| a.path == b.path).count()
}

/// `file:line`, or what is known of it.
fn source_line(file: Option<&str>, line: Option<u32>) -> Option<String> {
    let file = file.filter(|file| !file.is_empty())?;
    Some(line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}")))
}

/// A row of the project by id and name.
#[derive(Clone, Debug, Serialize)]
pub struct Named {
    /// The row's id.
    pub id: u64,
    /// The row's name.
    pub name: String,
}

/// The sandbox that the import wrote to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SandboxPlace {
    /// Its database file.
    pub db: String,
    /// The command line that serves its contents for viewing.
    pub command: String,
}

/// Folders in numbers.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Suites {
    /// Created by this import; after a dry run, to be created.
    pub created: usize,
    /// Existing folders that were matched.
    pub matched: usize,
    /// Those of them that people made and that got their identity; after a dry run, that would get it.
    pub linked: usize,
}

/// The ledger: `seen = created + adopted + updated + unchanged + merged + excluded + ignored + refused`; with `relink` also
/// `+ left`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Test cases in the reports.
    pub seen: usize,
    /// Tests created.
    pub created: usize,
    /// Existing tests without an identity that were linked to tests of the reports.
    pub adopted: usize,
    /// Matched tests that were placed in a folder again, given missing steps, or carried over from tests that are no longer
    /// reported.
    pub updated: usize,
    /// Matched tests that needed no change.
    pub unchanged: usize,
    /// Test cases beyond the first of each test.
    pub merged: usize,
    /// Test cases that are run errors or linter findings.
    pub excluded: usize,
    /// Tests that match `ignore` in `tq-import.toml`.
    pub ignored: usize,
    /// Tests that the server refused or that the import did not reach.
    pub refused: usize,
    /// Matched tests whose automation someone turned off (`is_automated` is false); included in `unchanged`.
    pub overridden: usize,
    /// With `--stale report`: tests in the namespace that are not in any report.
    pub stale: usize,
    /// Tests that got the row of a test that is no longer reported; included in `updated`.
    pub relinked: usize,
    /// With `relink`: tests without a row, which it does not create.
    pub left: usize,
}

impl Ledger {
    /// Whether every test case is accounted for.
    #[must_use]
    pub fn balances(&self) -> bool {
        let Self {
            seen,
            created,
            adopted,
            updated,
            unchanged,
            merged,
            excluded,
            ignored,
            refused,
            overridden: _,
            stale: _,
            relinked: _,
            left,
        } = *self;
        let written = created + adopted + updated;
        seen == written + unchanged + merged + excluded + ignored + refused + left
    }
}

/// Steps in numbers.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Steps {
    /// Created by this import; after a dry run, to be created.
    pub created: usize,
}

/// The ledger of results: `seen = recorded + updated + unchanged + kept + unrecordable + refused`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ResultLedger {
    /// Tests in the reports.
    pub seen: usize,
    /// Results that waited for an execution and say now what the reports say.
    pub recorded: usize,
    /// Results of earlier imports of this build that were joined with the reports.
    pub updated: usize,
    /// Results that said so already.
    pub unchanged: usize,
    /// Results that a person wrote and that were left alone.
    pub kept: usize,
    /// Tests without a step, whose results cannot have a status.
    pub unrecordable: usize,
    /// Results that were refused, not found after writing, or not reached.
    pub refused: usize,
    /// Results of the run that wait for an execution and whose tests are in no report.
    pub not_executed: usize,
    /// The tests by the status that they have or would get, most frequent first.
    #[serde(skip)]
    pub statuses: Vec<(String, usize)>,
}

/// An error with its hint.
#[derive(Clone, Debug, Serialize)]
pub struct SummaryError {
    /// What failed, where and why.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}
