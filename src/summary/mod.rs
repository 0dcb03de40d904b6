//! The summary: one finished value that every writer (text, JSON, …) only reads.
//!
//! The JSON form is [`Summary`] serialised: schema version 1, to which fields are only ever added.

use std::sync::Arc;

use serde::Serialize;

pub mod build;
mod changes_text;
pub mod checkup;
pub mod escape;
pub mod explanation;
mod findings;
pub mod github;
mod headline;
pub mod inspection;
mod inspection_json;
pub mod json;
mod layout;
pub mod markdown;
#[cfg(test)]
mod samples;
pub mod text;

pub use crate::api::client::Requests;
pub use crate::plan::change::{Change, ChangeAction, ChangeKind};
use test_reports::formats::model::{Flaw, Outcome};
use test_reports::identity::Identity;
use test_reports::record::RunError;

/// What an import did. Serialises to the documented JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// 1.
    pub schema_version: u32,
    /// Who wrote this.
    pub tool: Tool,
    /// The code that the process ends with, before `--soft-fail`.
    pub exit_code: u8,
    /// Nothing was to be written (`--dry-run`, `--check`).
    pub dry_run: bool,
    /// Everything that was seen is accounted for *and was read back from the server*. None on a dry run.
    pub complete: Option<bool>,
    /// A signal stopped the import.
    pub interrupted: bool,
    /// The command that `run` ran; none if the reports were there.
    pub command: Option<CommandEnd>,
    /// The build that wrote the reports; none if neither a CI system nor git is there.
    pub build: Option<Build>,
    /// The namespace, if one was given.
    pub namespace: Option<String>,
    /// What the reports say.
    pub reports: Reports,
    /// The project; none when the import ended before it was found.
    pub project: Option<Named>,
    /// Its root plan.
    pub root_plan: Option<Named>,
    /// The sandbox that the project is in; none when it is on a server.
    pub sandbox: Option<SandboxPlace>,
    /// Folders.
    pub suites: Suites,
    /// The ledger.
    pub tests: Ledger,
    /// Steps.
    pub steps: Steps,
    /// What went over the wire.
    pub requests: Requests,
    /// Wall time of the import, seconds.
    pub elapsed_s: f64,
    /// Tests that failed or errored, in the order of their folders.
    pub failures: Vec<Failure>,
    /// What went wrong outside every test.
    pub run_errors: Vec<RunError>,
    /// What was changed, or would be on a dry run.
    pub changes: Vec<Change>,
    /// With `--stale report`: tests of the namespace that are in no report.
    pub stale: Vec<StaleTest>,
    /// What a person should know although nothing is wrong.
    pub warnings: Vec<String>,
    /// What went wrong, each with what to do next.
    pub errors: Vec<SummaryError>,
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

/// Which build of which commit. What is not known is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Build {
    /// The CI system, or `git`.
    pub provider: &'static str,
    /// The branch; of a pull request the one that it proposes.
    pub branch: Option<String>,
    /// The commit; of a pull request the one that it proposes, where that is known.
    pub commit: Option<String>,
    /// The number of the pull request or merge request.
    pub pull_request: Option<u64>,
    /// The page of the build, http or https, without a password.
    pub url: Option<String>,
}

impl Build {
    /// Branch, commit and pull request in words.
    #[must_use]
    pub fn what(&self) -> String {
        let commit = self.commit.as_deref().map(|commit| commit.get(..12).unwrap_or(commit));
        let mut words = match (self.branch.as_deref(), commit) {
            (Some(branch), Some(commit)) => format!("{branch} at {commit}"),
            (Some(word), None) | (None, Some(word)) => word.to_owned(),
            (None, None) => String::new(),
        };
        if let Some(number) = self.pull_request {
            if !words.is_empty() {
                words.push_str(", ");
            }
            words.push_str(&format!("pull request {number}"));
        }
        words
    }
}

/// A command that was run, and how it ended.
#[derive(Clone, Debug, Serialize)]
pub struct CommandEnd {
    /// What was run, without its arguments.
    pub program: String,
    /// Its exit code; 128 and the signal's number if one ended it.
    pub exit_code: u8,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// How long it ran, seconds.
    pub elapsed_s: f64,
}

/// What the reports say; tests are records, after merging.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Reports {
    /// Report files that were read.
    pub files: usize,
    /// Files in which something was mended and no case lost.
    pub recovered: Vec<FileFlaw>,
    /// Files in which a case or its state may be missing.
    pub damaged: Vec<FileFlaw>,
    /// Tests: records.
    pub tests: usize,
    /// Passed, flaky ones included.
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

/// A flaw and the file it is in.
#[derive(Clone, Debug, Serialize)]
pub struct FileFlaw {
    /// The report's path.
    pub path: Arc<str>,
    /// The JSON lines that carried it, if it was not read where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<Arc<str>>,
    /// Line, column, message.
    #[serde(flatten)]
    pub flaw: Flaw,
}

/// A row of the project by id and name.
#[derive(Clone, Debug, Serialize)]
pub struct Named {
    /// The row's id.
    pub id: u64,
    /// The row's name.
    pub name: String,
}

/// The sandbox that was imported into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SandboxPlace {
    /// Its database file.
    pub db: String,
    /// The command line that shows what is in it.
    pub command: String,
}

/// Folders.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Suites {
    /// Created by this import (on a dry run: would be).
    pub created: usize,
    /// Found.
    pub matched: usize,
}

/// The ledger: `seen = created + adopted + updated + unchanged + merged + excluded + ignored + refused`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Case elements.
    pub seen: usize,
    /// Tests created.
    pub created: usize,
    /// Tests that a person had made, now marked as these.
    pub adopted: usize,
    /// Tests matched and placed again, or given their steps.
    pub updated: usize,
    /// Tests matched and left as they are.
    pub unchanged: usize,
    /// Case elements beyond the first of one record.
    pub merged: usize,
    /// Case elements that are run errors or linter findings.
    pub excluded: usize,
    /// Case elements that match `ignore` in `tq-import.toml`.
    pub ignored: usize,
    /// Tests that the server refused, or that were not reached.
    pub refused: usize,
    /// Matched tests that someone switched off (`is_automated` false); part of `unchanged`.
    pub overridden: usize,
    /// With `--stale report`: tests of the namespace that are in no report.
    pub stale: usize,
}

impl Ledger {
    /// Whether every case element is accounted for.
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
        } = *self;
        seen == created + adopted + updated + unchanged + merged + excluded + ignored + refused
    }
}

/// Steps.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Steps {
    /// Created by this import (on a dry run: would be).
    pub created: usize,
}

/// A test that failed or errored.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// Which test.
    pub identity: Identity,
    /// Its folder.
    pub folder: Vec<String>,
    /// Its name.
    pub name: String,
    /// [`Outcome::Failed`] or [`Outcome::Errored`].
    pub outcome: Outcome,
    /// Why.
    pub message: Option<String>,
    /// Source file.
    pub file: Option<String>,
    /// Line in `file`.
    pub line: Option<u32>,
}

/// A test of the namespace that is in no report.
#[derive(Clone, Debug, Serialize)]
pub struct StaleTest {
    /// Which test.
    pub identity: Identity,
    /// The folder it stands in.
    pub folder: Vec<String>,
    /// Its name.
    pub name: String,
}

/// An error with its hint.
#[derive(Clone, Debug, Serialize)]
pub struct SummaryError {
    /// What failed, where, why: method, path, status; or file, line, column.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}
