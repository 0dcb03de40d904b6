//! What reports hold, as an import would understand it: the output of `inspect`, for people.

use std::collections::BTreeMap;

use super::findings::{self, ROW_LABEL};
use super::layout::{
    Detail, ERROR, FAINT, OK, PLAIN, Page, TITLE, TextOptions, WARN, count, piece, seconds, styled,
};
use super::{Reports, Summary, escape};
use test_reports::formats::model::Outcome;
use test_reports::record::{FileCounts, IdentityOptions, Records, TestRecord};

pub(super) use super::inspection_json::brief_json;
pub use super::inspection_json::render_json;

/// Report files that are listed unless everything is asked for.
const FILES: usize = 20;

/// Columns of the outcome in front of the tree.
const OUTCOME: usize = 9;

/// The records as text: folders as a tree with their counts, the tests that failed (with
/// [`Detail::Full`] all of them), the files, and in the last line the sum.
#[must_use]
pub fn render(records: &Records, options: &TextOptions) -> String {
    let summary = Summary::of_reports(records, &IdentityOptions::default());
    let reports = &summary.reports;
    let mut page = Page::new(options.columns);
    if options.detail > Detail::Brief {
        let mut tree = Folder::default();
        for test in &records.tests {
            tree.add(test);
        }
        tree.print(&mut page, 0, options);
        findings::run_errors(&mut page, &records.run_errors, options);
    }
    findings::damaged(&mut page, &reports.damaged, options);
    if options.detail > Detail::Brief {
        page.gap();
        files(&mut page, &records.files, options);
        findings::test_rows(&mut page, reports, &summary.tests);
        page.gap();
        findings::recovered(&mut page, &reports.recovered, options);
        findings::warnings(&mut page, &records.warnings);
    }
    page.gap();
    let damaged = reports.damaged.len();
    let (style, damaged) = if damaged > 0 {
        (ERROR, format!(", {damaged} of them damaged"))
    } else {
        (OK, String::new())
    };
    let text = format!(
        " {} in {}{damaged}; nothing was sent anywhere",
        count(reports.tests, "test"),
        count(reports.files, "report")
    );
    page.line(&styled(style.bold(), "inspected:"), 0, &[piece(PLAIN, text)]);
    page.finish(options)
}

fn files(page: &mut Page, files: &[FileCounts], options: &TextOptions) {
    let shown = if options.detail == Detail::Full { files.len() } else { files.len().min(FILES) };
    for (index, file) in files[..shown].iter().enumerate() {
        let mut what = vec![
            piece(PLAIN, escape::terminal(&file.shown_path())),
            piece(FAINT, format!("  {}", count(file.tests, "case"))),
        ];
        if file.tool != "unknown" {
            what.push(piece(FAINT, format!(" of {}", file.tool)));
        }
        if file.suite_errors > 0 {
            let errors = count(file.suite_errors, "suite error");
            what.push(piece(ERROR, format!(", {errors}")));
        }
        let label = if index == 0 { "reports" } else { "" };
        page.line(label, ROW_LABEL, &what);
    }
    if files.len() > shown {
        let text = format!("… and {} more (-v shows all)", files.len() - shown);
        page.line("", ROW_LABEL, &[piece(FAINT, text)]);
    }
    if files.is_empty() {
        page.line("reports", ROW_LABEL, &[piece(FAINT, "none")]);
    }
}

#[derive(Default)]
struct Folder<'a> {
    folders: BTreeMap<&'a str, Folder<'a>>,
    tests: Vec<&'a TestRecord>,
    /// Of this folder and all below.
    counts: Reports,
}

impl<'a> Folder<'a> {
    fn add(&mut self, test: &'a TestRecord) {
        let mut folder = self;
        folder.count(test);
        for name in test.folder.iter() {
            folder = folder.folders.entry(name).or_default();
            folder.count(test);
        }
        folder.tests.push(test);
    }

    fn count(&mut self, test: &TestRecord) {
        let counts = &mut self.counts;
        counts.tests += 1;
        counts.flaky += usize::from(test.flaky);
        *match test.outcome {
            Outcome::Passed => &mut counts.passed,
            Outcome::Failed => &mut counts.failed,
            Outcome::Errored => &mut counts.errored,
            Outcome::Skipped => &mut counts.skipped,
        } += 1;
    }

    fn print(&self, page: &mut Page, depth: usize, options: &TextOptions) {
        for test in &self.tests {
            let failed = matches!(test.outcome, Outcome::Failed | Outcome::Errored);
            if failed || options.detail == Detail::Full {
                print_test(page, test, depth, options);
            }
        }
        for (name, folder) in &self.folders {
            let name = format!("{}/", escape::terminal(name));
            let mut pieces =
                vec![piece(TITLE, name), piece(PLAIN, format!("  {}", folder.counts.tests))];
            // The number of passed tests says nothing more when all of them passed.
            if folder.counts.passed < folder.counts.tests || folder.counts.flaky > 0 {
                pieces.push(piece(PLAIN, ": "));
                pieces.extend(findings::test_counts(&folder.counts));
            }
            let indent = OUTCOME + 2 * depth;
            page.hanging_line("", indent, indent + 4, &pieces);
            folder.print(page, depth + 1, options);
        }
    }
}

fn print_test(page: &mut Page, test: &TestRecord, depth: usize, options: &TextOptions) {
    let (style, word) = match test.outcome {
        Outcome::Passed if test.flaky => (WARN, "flaky"),
        Outcome::Passed => (OK, "passed"),
        Outcome::Skipped => (FAINT, "skipped"),
        Outcome::Failed | Outcome::Errored => (ERROR, findings::outcome_word(test.outcome)),
    };
    let full = options.detail == Detail::Full;
    let mut pieces = vec![piece(PLAIN, escape::terminal(&test.name))];
    if let Some(time) = test.duration_s.filter(|_| full) {
        pieces.push(piece(FAINT, format!("  {}", seconds(time))));
    }
    if full {
        pieces.push(piece(FAINT, format!("  {}", test.identity)));
    }
    let indent = OUTCOME + 2 * depth;
    page.hanging_line(&styled(style, word), indent, indent + 4, &pieces);
    let message = test
        .details
        .message
        .as_deref()
        .map(|message| findings::first_line(message, options.detail))
        .filter(|message| !message.is_empty() && test.outcome != Outcome::Passed);
    if let Some(message) = message {
        page.line("", indent + 2, &[piece(FAINT, message)]);
    }
}

#[cfg(test)]
#[path = "inspection_tests.rs"]
mod tests;
