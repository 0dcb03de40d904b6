//! The output of `explain`, as text.

use super::escape;
use super::layout::{
    FAINT, PLAIN, Page, TITLE, TextOptions, WARN, count, outcome_word, piece, styled,
};
use test_reports::formats::model::Outcome;
use test_reports::record::{Pin, TestRecord};
use test_reports::text;

/// A test in the reports, and what an import would do with it.
#[derive(Clone, Debug)]
pub struct Explanation<'a> {
    /// The test.
    pub test: &'a TestRecord,
    /// Its namespace; empty if it has none.
    pub namespace: &'a str,
    /// What an import would do; none if the project was not read.
    pub action: Option<ExplainedAction>,
}

/// What an import would do with a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedAction {
    /// The action, such as `would create it`.
    pub what: &'static str,
    /// Why.
    pub why: String,
    /// The test in the project: its id, its name and its folder.
    pub row: Option<(u64, String, Vec<String>)>,
    /// Further actions, or why one is left out.
    pub also: Vec<String>,
}

/// The longest text from a report that is shown, in characters.
const WRITTEN_CHARS: usize = 300;

/// Columns of a row's label.
const LABEL: usize = 13;

/// Renders the explanations of tests.
#[must_use]
pub fn render(explanations: &[Explanation<'_>], options: &TextOptions) -> String {
    let mut page = Page::new(options.columns);
    for Explanation { test, namespace, action } in explanations {
        page.gap();
        page.title(&shown(&test.name));
        let mut row = |label: &str, text: String| {
            let label = styled(FAINT, &format!("  {label}"));
            page.line(&label, LABEL, &[piece(PLAIN, text)]);
        };
        row("written", written(test));
        row("container", parts(&test.class.container, " > ", "none"));
        row("identity", identity(test, namespace));
        row("folder", parts(&test.class.folder, " / ", "the root folder"));
        let outcome = match test.outcome {
            Outcome::Passed if test.flaky => "passed after a failure",
            outcome => outcome_word(outcome),
        };
        row("outcome", format!("{outcome}, in {}", count(test.cases as usize, "case")));
        if let Some(action) = action {
            show_action(&mut page, action);
        }
    }
    page.finish(options)
}

fn show_action(page: &mut Page, action: &ExplainedAction) {
    let ExplainedAction { what, why, row, also } = action;
    let label = styled(FAINT, "  import");
    let why = format!(": {}", escape::terminal(why));
    page.line(&label, LABEL, &[piece(WARN, *what), piece(PLAIN, why)]);
    if let Some((id, name, folder)) = row {
        let label = styled(FAINT, "  test");
        let place = parts(folder, " / ", "the root folder");
        let name = shown(name);
        let pieces = [piece(TITLE, name), piece(PLAIN, format!(", id {id}, in {place}"))];
        page.line(&label, LABEL, &pieces);
    }
    for also in also {
        page.line("", LABEL, &[piece(PLAIN, escape::terminal(also))]);
    }
}

/// How the report names the test.
fn written(test: &TestRecord) -> String {
    let mut words: Vec<String> = Vec::new();
    if !test.class.suites.is_empty() {
        let suites: Vec<String> =
            test.class.suites.iter().map(|suite| format!("{:?}", &**suite)).collect();
        words.push(format!("suite {}", shown(&suites.join(" in "))));
    }
    if let Some(classname) = &test.class.classname {
        words.push(format!("classname {}", shown(&format!("{classname:?}"))));
    }
    if let Some(file) = &test.class.file {
        let line = test.line.map(|line| format!(":{line}")).unwrap_or_default();
        words.push(format!("file {}{line}", shown(file)));
    }
    if words.is_empty() { "only a name".to_owned() } else { words.join(", ") }
}

fn identity(test: &TestRecord, namespace: &str) -> String {
    let pin = match &test.details.pinned {
        Some(Pin::Key(key)) => format!("; the report pins it to TC-{key}"),
        Some(Pin::Id(id)) => format!("; the report pins it to the test with id {id}"),
        None => String::new(),
    };
    let namespace = match namespace {
        "" => String::new(),
        namespace => format!("namespace {}, ", escape::terminal(namespace)),
    };
    format!("{}, from {namespace}container and name{pin}", test.identity)
}

fn parts(parts: &[String], between: &str, none: &str) -> String {
    let cut: Vec<String> = parts.iter().map(|part| shown(part)).collect();
    if cut.is_empty() { none.to_owned() } else { cut.join(between) }
}

/// Text from a report, escaped and shortened.
fn shown(text: &str) -> String {
    escape::terminal(&text::cut(text, WRITTEN_CHARS)).into_owned()
}
