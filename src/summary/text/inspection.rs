//! What the reports contain, as text: the output of `inspect`.

use super::findings::{self, ROW_LABEL};
use super::{Detail, TextOptions, result};
use crate::summary::headline::inspected;
use crate::summary::layout::{
    ERROR, FAINT, OK, PLAIN, Page, TITLE, WARN, count, grouped, outcome_word, piece, seconds,
    styled,
};
use crate::summary::tree::Tree;
use crate::summary::{OutcomeCounts, Summary, escape};
use test_reports::formats::model::Outcome;
use test_reports::record::{FileCounts, TestRecord};

/// Report files that are listed without `-v`.
const FILES: usize = 20;

/// Columns of the outcome in front of the tree.
const OUTCOME: usize = 9;

/// The tests by folder (without `-v` only failures), the files, and as the last line the total.
pub(super) fn render(summary: &Summary, options: &TextOptions) -> String {
    let (reports, records) = (&summary.reports, &summary.records);
    let mut page = Page::new(options.columns);
    if options.detail > Detail::Brief {
        let tree = Tree::new(summary.to_import(), |test| &test.class.folder);
        folder(&mut page, &Folder::new(&tree), 0, options);
        findings::run_errors(&mut page, &records.run_errors, options);
    }
    findings::damaged(&mut page, &reports.damaged, options);
    if options.detail > Detail::Brief {
        findings::comparison(&mut page, summary, options);
        findings::flaky(&mut page, summary, options);
        findings::slowest(&mut page, summary, options);
        page.gap();
        files(&mut page, &records.files, options);
        findings::tables(&mut page, summary);
        findings::test_rows(&mut page, summary);
        page.gap();
        findings::recovered(&mut page, &reports.recovered, options);
        summary.warnings.iter().for_each(|warning| findings::warning(&mut page, warning));
    }
    page.gap();
    result(&mut page, inspected(summary));
    page.finish(options)
}

fn files(page: &mut Page, files: &[FileCounts], options: &TextOptions) {
    let shown = if options.detail == Detail::Full { files.len() } else { files.len().min(FILES) };
    for (index, file) in files[..shown].iter().enumerate() {
        let mut pieces = vec![
            piece(PLAIN, escape::terminal(&file.shown_path())),
            piece(FAINT, format!("  {}", count(file.tests, "case"))),
        ];
        if file.tool != "unknown" {
            pieces.push(piece(FAINT, format!(" of {}", file.tool)));
        }
        if file.suite_errors > 0 {
            pieces.push(piece(ERROR, format!(", {}", count(file.suite_errors, "suite error"))));
        }
        page.line(if index == 0 { "reports" } else { "" }, ROW_LABEL, &pieces);
    }
    findings::more(page, ROW_LABEL, files.len() - shown);
    if files.is_empty() {
        page.line("reports", ROW_LABEL, &[piece(FAINT, "none")]);
    }
}

/// A folder with the numbers of its tests.
struct Folder<'t, 'a> {
    tests: &'t [&'a TestRecord],
    /// Those of the tests directly inside.
    own: OutcomeCounts,
    /// Those of all tests below.
    all: OutcomeCounts,
    folders: Vec<(&'a str, Self)>,
}

impl<'t, 'a> Folder<'t, 'a> {
    fn new(tree: &'t Tree<'a, TestRecord>) -> Self {
        let folders: Vec<_> =
            tree.folders.iter().map(|(name, below)| (*name, Self::new(below))).collect();
        let own = OutcomeCounts::of(tree.items.iter().copied());
        let all = folders.iter().fold(own, |sum, (_, below)| sum.and(&below.all));
        Self { tests: &tree.items, own, all, folders }
    }
}

fn folder(page: &mut Page, tree: &Folder<'_, '_>, depth: usize, options: &TextOptions) {
    let failed = |test: &&&TestRecord| matches!(test.outcome, Outcome::Failed | Outcome::Errored);
    if options.detail == Detail::Full {
        tree.tests.iter().for_each(|test| print_test(page, test, depth, options));
    } else if tree.own.failed + tree.own.errored > 0 {
        tree.tests.iter().filter(failed).for_each(|test| print_test(page, test, depth, options));
    }
    for (name, below) in &tree.folders {
        let counts = &below.all;
        let name = format!("{}/", escape::terminal(name));
        let mut pieces =
            vec![piece(TITLE, name), piece(PLAIN, format!("  {}", grouped(counts.tests)))];
        // If all tests passed, the outcomes add nothing.
        if counts.passed < counts.tests || counts.flaky > 0 {
            pieces.push(piece(PLAIN, ": "));
            pieces.extend(findings::test_counts(counts));
        }
        let indent = OUTCOME + 2 * depth;
        page.hanging_line("", indent, indent + 4, &pieces);
        folder(page, below, depth + 1, options);
    }
}

fn print_test(page: &mut Page, test: &TestRecord, depth: usize, options: &TextOptions) {
    let (style, word) = match test.outcome {
        Outcome::Passed if test.flaky => (WARN, "flaky"),
        Outcome::Passed => (OK, "passed"),
        Outcome::Skipped => (FAINT, "skipped"),
        Outcome::Failed | Outcome::Errored => (ERROR, outcome_word(test.outcome)),
    };
    let mut pieces = vec![piece(PLAIN, escape::terminal(&test.name))];
    if options.detail == Detail::Full {
        if let Some(time) = test.seconds() {
            pieces.push(piece(FAINT, format!("  {}", seconds(time))));
        }
        pieces.push(piece(FAINT, format!("  {}", test.identity)));
    }
    let indent = OUTCOME + 2 * depth;
    page.hanging_line(&styled(style, word), indent, indent + 4, &pieces);
    if test.outcome != Outcome::Passed {
        let details = &test.details;
        let (message, trace) = (details.message.as_deref(), details.trace.as_deref());
        findings::why(page, indent + 2, message, trace, options);
        findings::only_in(page, indent + 2, test);
    }
}
