//! Which tool wrote a report, and what that means: where a test's container and name are, which folder a new test goes
//! into, which cases are not tests, which words of a failure matter.
//!
//! Everything known about a tool is one row of the table. A new tool is one row that names the source of its facts, a
//! report below `testdata/`, and a test. Tools of a family share the functions in `rules`.
//!
//! Container and name form the identity of a test: once released, what a row makes of them is frozen. The folder is
//! only where a *new* test is created, and may improve.

mod context;
mod described;
mod frames;
mod local_paths;
mod location;
mod mapper;
mod messages;
mod parameters;
mod part;
mod rules;
mod table;
mod volatile;

use std::collections::{HashMap, HashSet};

use crate::formats::model::{Case, Detail, Report, find_attribute};

use context::CaseContext;
pub use described::{Description, descriptions};
pub(crate) use frames::source_location;
use location::Locate;
pub use mapper::{CaseMapper, MappedCase, MappedTest};
use parameters::Parameters;
use part::Part;
use table::{TABLE, UNKNOWN};

use crate::threads::map_all;

/// A tool that writes reports, and how to interpret them.
#[non_exhaustive]
pub struct Tool {
    /// Its name in summaries, such as `pytest`.
    pub name: &'static str,
    /// What several equal cases in one file are.
    pub repeats: Repeats,
    /// What to do when many tests of one report have the same name.
    pub advice: Option<&'static str>,
    /// Whether it wrote a part of a report. Depends only on the part, not on the document element, which is lost where
    /// reports are merged.
    is_written_by: fn(&Part<'_>) -> bool,
    /// Names of the document element. They count only where no part of a report is recognised by itself.
    root_names: &'static [&'static str],
    /// Container, name and folder of a case.
    locate: Locate,
    /// Why a case is not a test, if it is not.
    not_a_test: fn(&CaseContext<'_>) -> Option<NotATest>,
    /// Indices of cases that are hooks, where only the whole part shows that.
    hooks: fn(&Part<'_>) -> HashSet<usize>,
    /// The number, from 1, of each case among those with the same name, where the tool tells them apart by line only.
    ordinals: fn(&Part<'_>) -> HashMap<usize, usize>,
    /// The browser, project or device of a case.
    configuration: fn(&CaseContext<'_>) -> Option<String>,
    /// The part of a suite's name that means something to people; empty for constants, builds, browsers, time stamps.
    suite_label: fn(&str) -> &str,
    /// How names mark data rows.
    parameters: Parameters,
    /// What a failure, error or skip says, as written.
    message: fn(&Detail) -> Option<&str>,
}

/// What several cases of one file are whose suites, classname and name are equal as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repeats {
    /// Rows of one test: the worst result wins.
    Rows,
    /// Executions of one test, in order: the last one decides.
    Attempts,
    /// As [`Repeats::Attempts`], but all except the last one failed, although they look passed. An error of a teardown
    /// follows the attempt that it belongs to, or stands for a test that passed.
    BareAttempts {
        /// How the message of a failing teardown starts, in any version of the tool.
        teardown: &'static [&'static str],
    },
}

/// Why a case element is not a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NotATest {
    /// A collection, set-up or hook: a run error if it failed, otherwise nothing.
    SetupOrHook,
    /// A finding of a linter.
    LintFinding,
}

/// The tool that wrote most cases of `report`, by its content and never by its path.
#[must_use]
pub fn detect(report: &Report) -> &'static Tool {
    main_tool(&detect_parts(report))
}

/// More parts are worth a second thread.
const MANY_PARTS: usize = 64;

/// The parts of a report and the tool of each. Each is recognised by itself, so that a merged file and its sources have
/// the same tools; the name of the document element helps only where no part is recognised.
fn detect_parts(report: &Report) -> Vec<(Part<'_>, &'static Tool)> {
    let parts = Part::all(report);
    let is_parallel = parts.len() > MANY_PARTS;
    let find = |part: &Part<'_>| TABLE.iter().find(|tool| (tool.is_written_by)(part));
    let tools = map_all(&parts, is_parallel, find);
    let mut parts: Vec<_> = parts.into_iter().zip(tools).collect();
    if parts.iter().all(|(_, tool)| tool.is_none()) {
        let root = [Some(&*report.root.element), find_attribute(&report.root.attributes, "name")];
        let is_named =
            |tool: &&Tool| tool.root_names.iter().any(|name| root.contains(&Some(*name)));
        if let Some(tool) = TABLE.iter().find(is_named) {
            parts.iter_mut().for_each(|(_, found)| *found = Some(tool));
        }
    }
    parts.into_iter().map(|(part, tool)| (part, tool.unwrap_or(&UNKNOWN))).collect()
}

fn main_tool(parts: &[(Part<'_>, &'static Tool)]) -> &'static Tool {
    let mut cases: Vec<(&'static Tool, usize)> = Vec::new();
    for (part, tool) in parts {
        match cases.iter_mut().find(|(known, _)| std::ptr::eq(*known, *tool)) {
            Some((_, count)) => *count += part.cases.len(),
            None => cases.push((tool, part.cases.len())),
        }
    }
    // Of equally many, the first.
    let most = cases.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(&UNKNOWN, |(tool, _)| tool)
}

/// The names of all tools in the table.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|tool| tool.name)
}

impl Tool {
    /// What a failure, error or skip says: the words that say what happened, else the first words. The first line says
    /// most.
    pub(crate) fn message(&self, detail: &Detail) -> Option<String> {
        (self.message)(detail).map(messages::with_headline)
    }

    /// Whether a case is the error of a teardown.
    pub(crate) fn is_teardown(&self, case: &Case) -> bool {
        let Repeats::BareAttempts { teardown } = self.repeats else {
            return false;
        };
        let message = case.detail().and_then(|detail| detail.message.as_deref());
        message.is_some_and(|message| teardown.iter().any(|start| message.starts_with(start)))
    }

    /// Whether this is the rule for reports of unrecognised tools.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        std::ptr::eq(self, &UNKNOWN)
    }
}

impl std::fmt::Debug for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tool").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests;
