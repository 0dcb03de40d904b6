//! Failures, run errors, flaws, warnings and test counts as text: shared by imports and inspections.

use super::{Detail, TextOptions};
use crate::summary::highlights::{self, Reason};
use crate::summary::layout::{
    ERROR, FAINT, NEW, OK, PLAIN, Page, Piece, TITLE, WARN, count, grouped, listed, outcome_word,
    piece, seconds, styled,
};
use crate::summary::{
    FileFlaw, LeftOver, Moved, OutcomeCounts, Stale, Summary, SummaryError, Work, escape,
    flawed_files, headline, source_line,
};
use test_reports::formats::model::Outcome;
use test_reports::record::{RunError, TestRecord};
use test_reports::text;

/// Items of each list that are shown without `-v`.
const SHOWN: usize = 10;

/// Columns of `failed`, `errored`, `damaged` and the space around them.
const LABEL: usize = 11;

/// Columns of the labels of numbers, such as `reports`.
pub(super) const ROW_LABEL: usize = 10;

/// The longest reason in one line, in characters: without and with `-v`.
const REASON_CHARS: usize = 160;
const FULL_REASON_CHARS: usize = 2000;

/// With `-v`, lines of a trace, and the longest of them in characters.
const TRACE_LINES: usize = 20;
const TRACE_LINE_CHARS: usize = 500;

pub(super) fn failures(page: &mut Page, failures: &[&TestRecord], options: &TextOptions) {
    let errored = failures.iter().filter(|test| test.outcome == Outcome::Errored).count();
    let title = headline::failures(failures.len() - errored, errored).unwrap_or_default();
    let mut in_folder: Option<&[String]> = None;
    section(page, &title, failures, options, |page, test| {
        if in_folder != Some(&test.class.folder) {
            in_folder = Some(&test.class.folder);
            page.line("", 2, &[piece(FAINT, escape::terminal(&path(&test.class.folder)))]);
        }
        let mut pieces = vec![piece(TITLE, escape::terminal(&test.name))];
        if let Some(place) = source_line(test.class.file.as_deref(), test.line) {
            pieces.push(piece(FAINT, format!("  {}", escape::terminal(&place))));
        }
        let label = styled(ERROR, &format!("  {}", outcome_word(test.outcome)));
        page.line(&label, LABEL, &pieces);
        let details = &test.details;
        why(page, LABEL, details.message.as_deref(), details.trace.as_deref(), options);
        only_in(page, LABEL, test);
    });
}

/// Where a test failed that passed elsewhere.
pub(super) fn only_in(page: &mut Page, indent: usize, test: &TestRecord) {
    if let Some(names) = highlights::only_in(test) {
        page.line("", indent, &[piece(FAINT, escape::terminal(&names))]);
    }
}

/// What changed since an earlier run. Tests that still fail are listed as failures, and new ones only with `-v`.
pub(super) fn comparison(page: &mut Page, summary: &Summary, options: &TextOptions) {
    let Some(comparison) = &summary.comparison else {
        return;
    };
    page.gap();
    let file = escape::terminal(&comparison.file);
    page.title(&format!("Compared with {file}: {}", comparison.in_words()));
    let kinds = [
        ("failing", ERROR, &comparison.newly_failing),
        ("fixed", OK, &comparison.fixed),
        ("slower", WARN, &comparison.slower),
        ("gone", WARN, &comparison.gone),
        ("new", NEW, &comparison.new),
    ];
    let is_shown = |word: &str| word != "new" || options.detail == Detail::Full;
    let shown: Vec<_> = kinds
        .into_iter()
        .filter(|(word, ..)| is_shown(word))
        .flat_map(|(word, style, tests)| tests.iter().map(move |test| (word, style, test)))
        .collect();
    if !shown.is_empty() {
        page.gap();
    }
    list(page, &shown, options, |page, (word, style, test)| {
        let folder = format!("  {}", escape::terminal(&path(&test.folder)));
        let mut pieces = vec![piece(TITLE, escape::terminal(&test.name)), piece(FAINT, folder)];
        if *word == "slower"
            && let (Some(before), Some(now)) = (test.duration_before_s, test.duration_s)
        {
            pieces
                .push(piece(PLAIN, format!("  {} before, {} now", seconds(before), seconds(now))));
        }
        page.line(&styled(*style, &format!("  {word}")), LABEL, &pieces);
    });
    page.gap();
}

/// The flaky tests: names, which attempt passed, and why an earlier one failed.
pub(super) fn flaky(page: &mut Page, summary: &Summary, options: &TextOptions) {
    if summary.reports.counts.flaky == 0 {
        return;
    }
    let flaky = highlights::flaky(summary);
    let mut in_folder: Option<&[String]> = None;
    section(page, &count(flaky.len(), "flaky test"), &flaky, options, |page, test| {
        if in_folder != Some(&test.class.folder) {
            in_folder = Some(&test.class.folder);
            page.line("", 2, &[piece(FAINT, escape::terminal(&path(&test.class.folder)))]);
        }
        let mut pieces = vec![piece(TITLE, escape::terminal(&test.name))];
        if let Some(place) = highlights::place(test) {
            pieces.push(piece(FAINT, format!("  {}", escape::terminal(&place))));
        }
        page.line(&styled(WARN, "  flaky"), LABEL, &pieces);
        let before = highlights::failed_before(test, reason_chars(options.detail));
        let before = before.map(|line| format!("failed before: {}", escape::terminal(&line)));
        let notes: Vec<String> = highlights::passed_on(test).into_iter().chain(before).collect();
        if !notes.is_empty() {
            page.line("", LABEL, &[piece(PLAIN, notes.join("; "))]);
        }
    });
}

/// The slowest tests; only with `-v`.
pub(super) fn slowest(page: &mut Page, summary: &Summary, options: &TextOptions) {
    if options.detail < Detail::Full {
        return;
    }
    let slowest = highlights::slowest(summary);
    let title = format!("The {} slowest tests", slowest.len());
    section(page, &title, &slowest, options, |page, (time, test)| {
        let folder = format!("  {}", escape::terminal(&path(&test.class.folder)));
        let pieces = [piece(PLAIN, escape::terminal(&test.name)), piece(FAINT, folder)];
        page.line(&format!("  {}", seconds(*time)), LABEL + 2, &pieces);
    });
}

pub(super) fn run_errors(page: &mut Page, errors: &[RunError], options: &TextOptions) {
    let title =
        format!("{} outside tests (setup, collection, build)", count(errors.len(), "error"));
    section(page, &title, errors, options, |page, error| {
        let RunError { report, name, message, file, line, is_case: _ } = error;
        page.line(&styled(ERROR, "  error"), LABEL, &[piece(TITLE, escape::terminal(name))]);
        let places = [Some(report.to_string()), source_line(file.as_deref(), *line)];
        let places: Vec<String> = places.into_iter().flatten().collect();
        page.line("", LABEL, &[piece(FAINT, escape::terminal(&places.join(", ")))]);
        why(page, LABEL, message.as_deref(), None, options);
    });
}

pub(super) fn damaged(page: &mut Page, damaged: &[FileFlaw], options: &TextOptions) {
    let title = format!("{}: test cases may be missing", count(damaged.len(), "damaged report"));
    section(page, &title, damaged, options, |page, flaw| {
        let flaw = flaw.to_string();
        page.line(&styled(ERROR, "  damaged"), LABEL, &[piece(PLAIN, escape::terminal(&flaw))]);
    });
}

pub(super) fn stale(page: &mut Page, summary: &Summary, options: &TextOptions) {
    let stale = &summary.stale;
    let tests = count(stale.len(), "test");
    let title = format!("Not in any report: {tests} in {}", summary.which_namespace());
    section(page, &title, stale, options, |page, Stale { identity: _, folder, name }| {
        let text = format!("{} / {name}", path(folder));
        page.line(&styled(WARN, "  stale"), LABEL, &[piece(PLAIN, escape::terminal(&text))]);
    });
}

/// Only the groups that are carried over: a warning names the others.
pub(super) fn moved(page: &mut Page, moved: &[Moved], dry_run: bool, options: &TextOptions) {
    let linked: Vec<&Moved> = moved.iter().filter(|moved| moved.linked).collect();
    let tests: usize = linked.iter().map(|moved| moved.tests).sum();
    let verb = if dry_run { "to carry over" } else { "carried over" };
    let title = format!("{} {verb}", count(tests, "test"));
    section(page, &title, &linked, options, |page, Moved { from, to, tests, .. }| {
        let shown = |container: &str| match container {
            "" => "(none)".to_owned(),
            container => escape::terminal(container).into_owned(),
        };
        let text = format!("{} → {} ({})", shown(from), shown(to), grouped(tests));
        page.line(&styled(WARN, "  moved"), LABEL, &[piece(PLAIN, text)]);
    });
}

pub(super) fn left(page: &mut Page, work: Work, left: &[LeftOver], options: &TextOptions) {
    let title = match work {
        Work::Import | Work::Relink => format!("Not carried over: {}", count(left.len(), "name")),
        Work::Retire | Work::Undo => format!("Left as they are: {}", count(left.len(), "row")),
    };
    section(page, &title, left, options, |page, LeftOver { name, reason, suggestion }| {
        let pieces = [
            piece(TITLE, escape::terminal(name)),
            piece(PLAIN, format!(": {}", escape::terminal(reason))),
        ];
        page.line(&styled(WARN, "  left"), LABEL, &pieces);
        if let Some(suggestion) = suggestion {
            page.line("", LABEL, &[piece(FAINT, escape::terminal(suggestion))]);
        }
    });
}

/// A title and a list, unless the list is empty.
fn section<'a, T>(
    page: &mut Page,
    title: &str,
    items: &'a [T],
    options: &TextOptions,
    show: impl FnMut(&mut Page, &'a T),
) {
    if !items.is_empty() {
        page.gap();
        page.title(title);
        page.gap();
        list(page, items, options, show);
        page.gap();
    }
}

/// The first items, or with `-v` all.
fn list<'a, T>(
    page: &mut Page,
    items: &'a [T],
    options: &TextOptions,
    mut show: impl FnMut(&mut Page, &'a T),
) {
    let shown = if options.detail == Detail::Full { items.len() } else { items.len().min(SHOWN) };
    items[..shown].iter().for_each(|item| show(page, item));
    more(page, 2, items.len() - shown);
}

pub(super) fn more(page: &mut Page, indent: usize, left: usize) {
    if left > 0 {
        page.line(
            "",
            indent,
            &[piece(FAINT, format!("… and {} more (-v shows all)", grouped(left)))],
        );
    }
}

/// One line, or with `-v` one for each flaw.
pub(super) fn recovered(page: &mut Page, recovered: &[FileFlaw], options: &TextOptions) {
    if recovered.len() > 1 && options.detail < Detail::Full {
        let text = format!(
            "recovered from {} in {}; all test cases were read (-v shows where)",
            count(recovered.len(), "flaw"),
            count(flawed_files(recovered), "report"),
        );
        return warning(page, &text);
    }
    for flaw in recovered {
        warning(page, &format!("recovered (all test cases were read): {flaw}"));
    }
}

pub(super) fn warning(page: &mut Page, warning: &str) {
    let label = format!("{} ", styled(WARN, "warning:"));
    page.line(&label, 9, &[piece(PLAIN, escape::terminal(warning))]);
}

pub(super) fn errors(page: &mut Page, errors: &[SummaryError], options: &TextOptions) {
    list(page, errors, options, |page, SummaryError { message, hint }| {
        let label = format!("{} ", styled(ERROR, "error:"));
        page.line(&label, 7, &[piece(PLAIN, escape::terminal(message))]);
        if let Some(hint) = hint {
            page.line("  hint:", 8, &[piece(PLAIN, escape::terminal(hint))]);
        }
    });
}

/// The longest reason in one line, in characters.
fn reason_chars(detail: Detail) -> usize {
    if detail == Detail::Full { FULL_REASON_CHARS } else { REASON_CHARS }
}

/// Why something failed, by its `message` and `trace`, indented by `indent`: one line, and with `-v` the lines after it.
pub(super) fn why(
    page: &mut Page,
    indent: usize,
    message: Option<&str>,
    trace: Option<&str>,
    options: &TextOptions,
) {
    let chars = reason_chars(options.detail);
    let Reason { line, rest } = match options.detail {
        Detail::Full => highlights::reason_of(message, trace, chars),
        _ => Reason { line: highlights::line_of(message, trace, chars), rest: Vec::new() },
    };
    if !line.is_empty() {
        page.line("", indent, &[piece(PLAIN, escape::terminal(&line))]);
    }
    for line in rest.iter().take(TRACE_LINES) {
        let line = text::cut(line, TRACE_LINE_CHARS).replace('\t', "    ");
        let start = indent + line.len() - line.trim_start().len();
        let pieces = [piece(FAINT, escape::terminal(line.trim_start()))];
        page.hanging_line("", start, start, &pieces);
    }
    if let Some(left @ 1..) = rest.len().checked_sub(TRACE_LINES) {
        page.line("", indent, &[piece(FAINT, format!("… and {}", count(left, "more line")))]);
    }
}

fn path(folder: &[String]) -> String {
    if folder.is_empty() { "(root folder)".to_owned() } else { folder.join(" / ") }
}

/// `NUMBER WORD` for each number but 0, with commas between.
pub(super) fn numbers<'a>(
    numbers: impl IntoIterator<Item = (usize, anstyle::Style, &'a str)>,
) -> Vec<Piece> {
    let shown = numbers.into_iter().filter(|(number, ..)| *number > 0);
    listed(shown.map(|(number, style, word)| piece(style, format!("{} {word}", grouped(number)))))
}

/// `1 failed, 2 passed (1 flaky)`.
pub(super) fn test_counts(counts: &OutcomeCounts) -> Vec<Piece> {
    let (passed, style) = match counts.flaky {
        0 => ("passed".to_owned(), OK),
        flaky => (format!("passed ({} flaky)", grouped(flaky)), WARN),
    };
    numbers([
        (counts.failed, ERROR, "failed"),
        (counts.errored, ERROR, "errored"),
        (counts.passed, style, &passed),
        (counts.skipped, FAINT, "skipped"),
    ])
}

/// A row for each `[[import]]` table: its namespace, and what its reports say.
pub(super) fn tables(page: &mut Page, summary: &Summary) {
    for (index, table) in summary.imports.iter().enumerate() {
        let mut pieces = vec![
            piece(TITLE, escape::terminal(headline::table_name(table))),
            piece(PLAIN, format!(": {}, ", count(table.files, "file"))),
            piece(PLAIN, count(table.counts.tests, "test")),
        ];
        let counts = test_counts(&table.counts);
        if !counts.is_empty() {
            pieces.push(piece(PLAIN, ": "));
            pieces.extend(counts);
        }
        page.line(if index == 0 { "tables" } else { "" }, ROW_LABEL, &pieces);
    }
}

/// The rows `tests` and, if their number differs, `cases`.
pub(super) fn test_rows(page: &mut Page, summary: &Summary) {
    let (counts, ledger) = (&summary.reports.counts, &summary.tests);
    let mut tests = vec![piece(PLAIN, grouped(counts.tests))];
    let outcomes = test_counts(counts);
    if !outcomes.is_empty() {
        tests.push(piece(PLAIN, ": "));
        tests.extend(outcomes);
        if counts.duration_s > 0.0 {
            tests.push(piece(FAINT, format!(", in {}", seconds(counts.duration_s))));
        }
    }
    page.line("tests", ROW_LABEL, &tests);
    let others = numbers([
        (ledger.merged, FAINT, "merged (same test)"),
        (ledger.excluded, FAINT, "excluded (not a test)"),
        (ledger.ignored, FAINT, "ignored (tq-import.toml)"),
    ]);
    if !others.is_empty() {
        let tests = format!("{}: {}, ", grouped(ledger.seen), count(counts.tests, "test"));
        let mut pieces = vec![piece(FAINT, tests)];
        pieces.extend(others);
        page.line("cases", ROW_LABEL, &pieces);
    }
}
