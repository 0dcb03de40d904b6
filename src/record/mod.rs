//! From cases to records: one [`TestRecord`] for each test, whatever number of case elements,
//! attempts, rows and executions it was written as.

mod collect;
mod details;
mod executions;
pub mod inspection;
mod location;
mod warnings;

use std::sync::Arc;

use serde::Serialize;

use crate::formats::model::{Detail, Flaw, Format, Outcome, Property};
use crate::identity::{Identity, NamespaceMark};
use crate::text::{self, RepositoryRoot};

pub use collect::collect;

/// How cases are turned into records: what enters identities and where new tests are placed.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// Enters every identity. Cleaned; empty when none was given.
    pub namespace: String,
    /// Folders below the root folder under which new folders and tests are placed (cleaned names).
    pub folder: Vec<String>,
    /// What the folder of a new test is made from.
    pub group_by: GroupBy,
    /// Where a classname is cut into levels.
    pub split: Split,
    /// `test[a]`, `test(1, 2)` … become one test.
    pub merge_parameters: bool,
    /// Browser, project or device joins the name.
    pub by_configuration: bool,
    /// Later files are re-executions of earlier ones.
    pub reruns: bool,
    /// The property that pins a test (`testquality_test` unless told otherwise).
    pub id_property: String,
    /// For absolute paths in reports.
    pub root: RepositoryRoot,
}

/// `--group-by`: what the folder of a *new* test is made from. Never enters an identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// By the producer's row in the table.
    #[default]
    Auto,
    /// The chain of suites.
    Suite,
    /// The classname.
    Classname,
    /// The file.
    File,
    /// No folder below `--folder`.
    Flat,
}

/// `--split D`, `--no-split`: where a classname is cut into folder levels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// As the producer's row says.
    #[default]
    Auto,
    /// At this text.
    At(String),
    /// Nowhere: the classname is one folder.
    Never,
}

/// One test, as it will be looked for and, if need be, created.
#[derive(Clone, Debug)]
pub struct TestRecord {
    /// What it is.
    pub identity: Identity,
    /// Identities that an older scheme gave it (none so far).
    pub older: Vec<Identity>,
    /// The cleaned container parts that entered the identity.
    pub container: Vec<String>,
    /// The cleaned name: what the test is called when created (at most 255 characters), and what entered the identity
    /// before it was cut.
    pub name: String,
    /// Folder names from below the root folder to the test's folder. `--folder` is included.
    pub folder: Vec<String>,
    /// The outcome after merging.
    pub outcome: Outcome,
    /// Passed in the end, but failed before within one execution. Only with [`Outcome::Passed`].
    pub flaky: bool,
    /// Seconds: the sum over attempts and rows of the deciding execution; none when nothing was written.
    pub duration_s: Option<f64>,
    /// Every execution of it, oldest first, when there was more than one.
    pub attempts: Vec<Attempt>,
    /// Message of the deciding failure, error or skip: the `message` attribute, else the text's first line.
    pub message: Option<String>,
    /// Type of the deciding failure, such as `AssertionError`.
    pub kind: Option<String>,
    /// Source file, relative to the repository root where that is known.
    pub file: Option<String>,
    /// Line in `file`.
    pub line: Option<u32>,
    /// The classname as written, of the first case.
    pub classname: Option<Arc<str>>,
    /// The suite names as written, outermost first, of the first case.
    pub suites: Vec<Arc<str>>,
    /// Properties of the suites around it, of the case, and from tags.
    pub properties: Vec<Property>,
    /// Other tags.
    pub tags: Vec<String>,
    /// Paths of attachments.
    pub attachments: Vec<String>,
    /// Keys of defects.
    pub defects: Vec<String>,
    /// Steps that the report names; empty: the placeholder step is used.
    pub steps: Vec<StepText>,
    /// The test of the project that the report names for it.
    pub pinned: Option<Pin>,
    /// How many case elements it was written as (at least 1).
    pub cases: usize,
}

/// One execution of a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attempt {
    /// How it ended.
    pub outcome: Outcome,
    /// Seconds, if written.
    pub duration_s: Option<f64>,
    /// The message, if there was one.
    pub message: Option<String>,
}

/// The text of one step of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepText {
    /// What is done.
    pub step: String,
    /// What is expected.
    pub expected_result: String,
}

impl StepText {
    /// The step of a test whose report names none.
    #[must_use]
    pub fn placeholder() -> Self {
        Self { step: "Run the automated test".to_owned(), expected_result: "It passes".to_owned() }
    }
}

/// A test of the project that a report names: `[[TEST|TC-5117]]`, or the id property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pin {
    /// The row's id.
    Id(u64),
    /// The number in `TC-<key>`.
    Key(u64),
}

/// Something that went wrong outside every test: a collection error, a set-up failure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunError {
    /// The report file.
    pub report: Arc<str>,
    /// What it is called there: suite, class or hook.
    pub name: String,
    /// The message.
    pub message: Option<String>,
    /// Source file, if written.
    pub file: Option<String>,
    /// Line in `file`.
    pub line: Option<u32>,
    /// It was written as a case element, and so is *seen* and *excluded* in the ledger.
    pub is_case: bool,
}

/// What was found in one report file. Counts are of case elements as written.
#[derive(Clone, Debug, Serialize)]
pub struct FileCounts {
    /// The path as given.
    pub path: Arc<str>,
    /// Its format.
    pub format: Format,
    /// The producer's name, such as `pytest`; `unknown` where the general rule was used.
    pub producer: &'static str,
    /// Case elements.
    pub tests: usize,
    /// Those that failed.
    pub failures: usize,
    /// Those that errored.
    pub errors: usize,
    /// Those that were skipped.
    pub skipped: usize,
    /// Errors on suites, which no case element bears.
    pub suite_errors: usize,
    /// What was mended.
    pub recovered: Vec<Flaw>,
    /// What was lost.
    pub damaged: Option<Flaw>,
}

/// Everything that all reports together say.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// One for each test, sorted by folder, name, identity.
    pub tests: Vec<TestRecord>,
    /// What went wrong outside every test.
    pub run_errors: Vec<RunError>,
    /// The files, in the order in which they were read.
    pub files: Vec<FileCounts>,
    /// Case elements seen.
    pub seen: usize,
    /// Case elements beyond the first of one record.
    pub merged: usize,
    /// Case elements that are run errors or linter findings.
    pub excluded: usize,
    /// What a person should know about the mapping, one line each.
    pub warnings: Vec<String>,
}

impl Records {
    /// `namespace`'s mark, for descriptions.
    #[must_use]
    pub fn namespace_mark(mapping: &Mapping) -> NamespaceMark {
        NamespaceMark::of(&mapping.namespace)
    }
}

/// What a failure, error or skip says: its `message`, else the first line of its text, without colours.
fn message(detail: &Detail) -> Option<String> {
    let said = |text: &str| {
        let plain = text::strip_ansi(text);
        let plain: String = plain
            .chars()
            .filter(|&next| next == '\n' || next == '\t' || !text::is_unprintable(next))
            .collect();
        let trimmed = plain.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    };
    let first_line = |text: &str| text.lines().find_map(said);
    detail.message.as_deref().and_then(said).or_else(|| detail.text.as_deref().and_then(first_line))
}

#[cfg(test)]
mod tests;
