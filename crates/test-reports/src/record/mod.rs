//! From cases to records: one [`TestRecord`] per test, however many case elements (attempts, rows, executions) it was
//! written as.

mod builder;
mod changing;
mod collect;
mod executions;
mod finish;
mod index;
mod metadata;
mod stretch;
mod warnings;

use std::sync::Arc;

use serde::Serialize;

use crate::formats::model::{Case, Flaw, Format, Outcome, Property, Seconds, Text, shown_path};
use crate::identity::Identity;
pub use crate::options::{GroupBy, IdentityOptions, Split};

pub use collect::{ReportGroup, collect, collect_groups};

/// One test.
///
/// There may be millions of them: they share what is equal, and keep rare values in [`Details`].
#[derive(Clone, Debug)]
pub struct TestRecord {
    /// The identity.
    pub identity: Identity,
    /// The cleaned name, shortened to [`text::NAME_CHARS`](crate::text::NAME_CHARS) characters. The full name entered the
    /// identity.
    pub name: Text,
    /// Where it is.
    pub class: Arc<TestClass>,
    /// The sum over attempts and rows of the deciding execution; none if the report has no durations.
    pub duration: Option<Seconds>,
    /// Line in [`TestClass::file`].
    pub line: Option<u32>,
    /// The number of case elements it was written as, at least 1.
    pub cases: u32,
    /// The index of its group of reports; of several, the first ([`collect_groups`]).
    pub group: u16,
    /// The outcome after merging.
    pub outcome: Outcome,
    /// Whether it failed before it passed. Only with [`Outcome::Passed`].
    pub flaky: bool,
    /// What only some tests have.
    pub details: Arc<Details>,
}

impl TestRecord {
    /// [`Self::duration`] in seconds.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.duration.map(Seconds::get)
    }
}

/// Where tests are: the tests of one class have this in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestClass {
    /// The cleaned container parts that entered the identity.
    pub container: Arc<[String]>,
    /// The folders of a new test, outermost first, starting with [`IdentityOptions::folder`].
    pub folder: Arc<[String]>,
    /// The suite names as written, outermost first, of the first case.
    pub suites: Arc<[Arc<str>]>,
    /// The classname as written, of the first case.
    pub classname: Option<Arc<str>>,
    /// Source file, relative to the repository root if that is known.
    pub file: Option<Arc<str>>,
}

/// What only some tests have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// Identities of the test under older schemes (none so far).
    pub older: Vec<Identity>,
    /// All executions, oldest first; empty if there was only one.
    pub attempts: Vec<Attempt>,
    /// Message of the deciding failure, error or skip.
    pub message: Option<String>,
    /// Type of the deciding failure, error or skip, such as `AssertionError`.
    pub kind: Option<String>,
    /// The text of that failure, error or skip as written: mostly its stack trace, with or without the message. At most 64 KiB.
    pub trace: Option<Arc<str>>,
    /// The cleaned name, if [`TestRecord::name`] is a shortened one.
    pub full_name: Option<Text>,
    /// Properties of the case, from tags, and those with a meaning from the suites around it.
    pub properties: Vec<Property>,
    /// Other tags (none so far).
    pub tags: Vec<String>,
    /// Paths of attachments, as written.
    pub attachments: Vec<String>,
    /// Keys of defects.
    pub defects: Vec<String>,
    /// Where it failed, if it passed elsewhere. Not with [`IdentityOptions::reruns`].
    pub divided: Option<Divided>,
    /// Steps that the report names. Empty: [`StepText::placeholder`] is used.
    pub steps: Vec<StepText>,
    /// The row of the project that the report names for the test.
    pub pinned: Option<Pin>,
}

/// One execution of a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attempt {
    /// The result.
    pub outcome: Outcome,
    /// Seconds, if written.
    pub duration_s: Option<f64>,
    /// The message of a failure, error or skip.
    pub message: Option<String>,
}

/// The configurations in which a test failed and passed: browsers, devices, projects, hosts, or else report files. Each is named
/// once, in the order of the reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divided {
    /// At least one.
    pub failed: Vec<String>,
    /// At least one.
    pub passed: Vec<String>,
}

/// The text of one step of a test.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct StepText {
    /// What to do.
    pub step: String,
    /// The expected result.
    pub expected_result: String,
}

impl StepText {
    /// The step of a test whose report names none.
    #[must_use]
    pub fn placeholder() -> Self {
        Self { step: "Run the automated test".to_owned(), expected_result: "It passes".to_owned() }
    }
}

/// A row of the project that a report names: by the tag `[[TEST|TC-5117]]`, or by
/// [`IdentityOptions::id_property`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pin {
    /// The row's id.
    Id(u64),
    /// The number in `TC-<key>`.
    Key(u64),
}

/// A failure outside every test, such as a collection error or a failing set-up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunError {
    /// The report file.
    pub report: Arc<str>,
    /// The name of the suite, class or hook.
    pub name: String,
    /// The message.
    pub message: Option<String>,
    /// Source file, if written.
    pub file: Option<String>,
    /// Line in `file`.
    pub line: Option<u32>,
    /// Whether it was written as a case element, which then counts as seen and excluded.
    pub is_case: bool,
}

/// The numbers of case elements in one report file, as written.
#[derive(Clone, Debug, Serialize)]
pub struct FileCounts {
    /// The path as given.
    pub path: Arc<str>,
    /// The file of JSON lines that contained the report, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<Arc<str>>,
    /// The index of its group of reports ([`collect_groups`]).
    #[serde(skip)]
    pub group: u16,
    /// The format.
    pub format: Format,
    /// The tool's name, such as `pytest`, or `unknown`.
    #[serde(rename = "producer")]
    pub tool: &'static str,
    /// All case elements.
    pub tests: usize,
    /// Failed case elements.
    pub failures: usize,
    /// Errored case elements.
    pub errors: usize,
    /// Skipped case elements.
    pub skipped: usize,
    /// Errors of suites, outside case elements.
    pub suite_errors: usize,
    /// Flaws despite which every case was read.
    pub recovered: Vec<Flaw>,
    /// The flaw after which cases may be missing.
    pub damaged: Option<Flaw>,
}

impl FileCounts {
    /// The path, after that of the file of JSON lines if there is one.
    #[must_use]
    pub fn shown_path(&self) -> Arc<str> {
        shown_path(self.shard.as_deref(), &self.path)
    }
}

/// Everything that the reports say, merged.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// One record per test: the namespaces in the order of their groups, in each sorted by folder, name and identity.
    pub tests: Vec<TestRecord>,
    /// Failures outside every test.
    pub run_errors: Vec<RunError>,
    /// The files, in the order of the reports.
    pub files: Vec<FileCounts>,
    /// The number of case elements: tests, merged and excluded ones.
    pub seen: usize,
    /// The number of case elements beyond the first one of their record.
    pub merged: usize,
    /// The number of case elements that are run errors, linter findings or otherwise not tests.
    pub excluded: usize,
    /// The paths of reports of runs that ended before all tests had been executed.
    pub stopped_early: Vec<Arc<str>>,
    /// Whether one of them is a run of `cargo test`, which ends with its first failing binary.
    pub failed_fast: bool,
    /// Warnings about the mapping, one line each.
    pub warnings: Vec<String>,
}

/// There may be millions: the size of a case and its record, without their texts, is bounded.
const _: () = assert!(size_of::<Case>() + size_of::<TestRecord>() <= 160);

#[cfg(test)]
mod tests;
