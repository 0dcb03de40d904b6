//! From cases to records: one [`TestRecord`] for each test, whatever number of case elements,
//! attempts, rows and executions it was written as.

mod builder;
mod collect;
mod details;
mod executions;
mod location;
mod warnings;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::Serialize;

use crate::formats::model::{Case, Detail, Flaw, Format, Outcome, Property, Text, shown_path};
use crate::identity::Identity;
pub use crate::mapping::{GroupBy, IdentityOptions, Split};
use crate::text;

pub use collect::collect;

/// One test, as it will be looked for and, if need be, created.
///
/// There may be millions of them: what many of them share they share, and what few have is kept apart.
#[derive(Clone, Debug)]
pub struct TestRecord {
    /// What it is.
    pub identity: Identity,
    /// The cleaned container parts that entered the identity.
    pub container: Arc<[String]>,
    /// The cleaned name: what the test is called when created (at most 255 characters), and what entered the identity
    /// before it was cut.
    pub name: Text,
    /// Folder names from below the root folder to the test's folder. `--folder` is included.
    pub folder: Arc<[String]>,
    /// The outcome after merging.
    pub outcome: Outcome,
    /// Passed in the end, but failed before within one execution. Only with [`Outcome::Passed`].
    pub flaky: bool,
    /// Seconds: the sum over attempts and rows of the deciding execution; none when nothing was written.
    pub duration_s: Option<f64>,
    /// Source file, relative to the repository root where that is known.
    pub file: Option<Arc<str>>,
    /// Line in `file`.
    pub line: Option<u32>,
    /// The classname as written, of the first case.
    pub classname: Option<Arc<str>>,
    /// The suite names as written, outermost first, of the first case.
    pub suites: Arc<[Arc<str>]>,
    /// How many case elements it was written as (at least 1).
    pub cases: usize,
    /// What only some tests have.
    pub details: Details,
}

/// What only some tests have: nothing, or a [`Detailed`] of their own.
#[derive(Clone, Debug, Default)]
pub struct Details(Option<Box<Detailed>>);

/// What a test has that has nothing of the kind.
static NOTHING: Detailed = Detailed {
    older: Vec::new(),
    attempts: Vec::new(),
    message: None,
    kind: None,
    properties: Vec::new(),
    tags: Vec::new(),
    attachments: Vec::new(),
    defects: Vec::new(),
    steps: Vec::new(),
    pinned: None,
};

impl Deref for Details {
    type Target = Detailed;

    fn deref(&self) -> &Detailed {
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl DerefMut for Details {
    fn deref_mut(&mut self) -> &mut Detailed {
        self.0.get_or_insert_default()
    }
}

/// What failures and reports say about a test.
#[derive(Clone, Debug, Default)]
pub struct Detailed {
    /// Identities that an older scheme gave it (none so far).
    pub older: Vec<Identity>,
    /// Every execution of it, oldest first, when there was more than one.
    pub attempts: Vec<Attempt>,
    /// Message of the deciding failure, error or skip: the `message` attribute, else the text's first line.
    pub message: Option<String>,
    /// Type of the deciding failure, such as `AssertionError`.
    pub kind: Option<String>,
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
    /// The JSON lines that carried it here, if it was not read where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<Arc<str>>,
    /// Its format.
    pub format: Format,
    /// The tool's name, such as `pytest`; `unknown` where the general rule was used.
    #[serde(rename = "producer")]
    pub tool: &'static str,
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

impl FileCounts {
    /// The path, with the shard that carried the report here.
    #[must_use]
    pub fn shown_path(&self) -> Arc<str> {
        shown_path(self.shard.as_deref(), &self.path)
    }
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

/// The longest message that is kept, in characters.
const MESSAGE_CHARS: usize = 2_000;

/// What a failure, error or skip says: its `message`, else the first line of its text that says something, without
/// colours and control characters.
fn message(detail: &Detail) -> Option<String> {
    let said = |words: &str| {
        let plain: String = text::strip_ansi(words)
            .chars()
            .filter(|&next| matches!(next, '\n' | '\t') || !text::is_unprintable(next))
            .collect();
        let trimmed = plain.trim();
        (!trimmed.is_empty()).then(|| text::cut(trimmed, MESSAGE_CHARS).into_owned())
    };
    let lines = || detail.text.iter().flat_map(|text| text.lines());
    // Some reporters write the same words for every failure: the text says more, if there is one.
    let written = detail.message.as_deref().and_then(said);
    let written = written.filter(|words| !is_constant(words) || lines().find_map(said).is_none());
    let is_traceback = |line: String| line.starts_with("Traceback (most recent call last)");
    if written.is_none() && lines().find_map(said).is_some_and(is_traceback) {
        // Python says what happened behind the innermost frame.
        let all: Vec<&str> = lines().collect();
        let frame = all.iter().rposition(|line| line.starts_with("  File \"")).unwrap_or_default();
        let behind = all.iter().skip(frame + 1).filter(|line| !line.starts_with(' '));
        return behind.copied().find_map(said).or_else(|| lines().rev().find_map(said));
    }
    if written.as_deref().is_none_or(is_panic_line) {
        // Rust says in which thread and where it was, and what happened on the next line.
        let panicked =
            lines().skip_while(|line| !is_panic_line(line.trim())).skip(1).find_map(said);
        if panicked.is_some() {
            return panicked;
        }
    }
    written.or_else(|| {
        lines()
            .filter(|line| !is_preamble(line.trim()))
            .find_map(said)
            .or_else(|| lines().find_map(said))
    })
}

/// What nose2, cargo2junit and Cucumber's Ruby write whatever went wrong.
fn is_constant(message: &str) -> bool {
    message == "test failure" || (message.starts_with("failed ") && !message.contains('\n'))
}

/// A line that comes before the point: PHPUnit says which test it was, Catch2 that it failed, TAP begins its YAML.
fn is_preamble(line: &str) -> bool {
    const KEYS: [&str; 6] = ["at:", "stack: |", "diff: |", "compare: ", "operator: ", "message: |"];
    let is_test = line.contains("::") && !line.contains([' ', '/']);
    let is_key = KEYS.iter().any(|key| line.starts_with(key));
    is_test || is_key || ["FAILED:", "---", "..."].contains(&line)
}

/// `thread 'tests::total' (466) panicked at src/lib.rs:9:62:`
fn is_panic_line(line: &str) -> bool {
    line.starts_with("thread '") && line.contains("panicked at ") && !line.contains('\n')
}

/// There may be millions: what a case and its record keep beyond their texts is bounded.
const _: () = assert!(size_of::<Case>() + size_of::<TestRecord>() <= 250);

#[cfg(test)]
mod tests;
