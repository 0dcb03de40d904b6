//! Failing tests, run errors and damaged reports as text: shared by the summary and the inspection.

use super::escape;
use super::layout::{
    Detail, ERROR, FAINT, PLAIN, Page, Piece, TITLE, TextOptions, WARN, count, listed, piece,
    seconds, styled,
};
use super::{Failure, FileFlaw, Ledger, Reports, StaleTest, SummaryError};
use test_reports::formats::model::Outcome;
use test_reports::record::RunError;
use test_reports::text;

/// Failing tests, run errors and damaged files that are shown unless all are asked for.
const SHOWN: usize = 10;

/// Columns of the words `failed`, `errored`, `damaged` and the space around them.
const LABEL: usize = 11;

/// Columns of the words before the numbers.
pub(super) const ROW_LABEL: usize = 10;

/// The longest message that is shown, in characters, and the longest with `-v`.
const MESSAGE_CHARS: usize = 160;
const FULL_MESSAGE_CHARS: usize = 2000;

pub(super) fn failures(page: &mut Page, failures: &[Failure], options: &TextOptions) {
    if failures.is_empty() {
        return;
    }
    let errored = failures.iter().filter(|failure| failure.outcome == Outcome::Errored).count();
    let failed = failures.len() - errored;
    page.gap();
    page.title(&match (failed, errored) {
        (failed, 0) => format!("{} failed", count(failed, "test")),
        (0, errored) => format!("{} errored", count(errored, "test")),
        (failed, errored) => format!("{} failed, {errored} errored", count(failed, "test")),
    });
    page.gap();
    let mut in_folder: Option<&[String]> = None;
    for failure in shown(failures, options) {
        let Failure { identity: _, folder, name, outcome, message, file, line } = failure;
        if in_folder != Some(folder) {
            in_folder = Some(folder);
            let path = path(folder);
            page.line("", 2, &[piece(FAINT, escape::terminal(&path))]);
        }
        let mut pieces = vec![piece(TITLE, escape::terminal(name))];
        let place = place(None, file.as_deref(), *line);
        if !place.is_empty() {
            pieces.push(piece(FAINT, format!("  {place}")));
        }
        let label = styled(ERROR, &format!("  {}", outcome_word(*outcome)));
        page.line(&label, LABEL, &pieces);
        detail(page, "", message.as_deref(), options);
    }
    more(page, failures.len(), options);
}

pub(super) fn run_errors(page: &mut Page, errors: &[RunError], options: &TextOptions) {
    if errors.is_empty() {
        return;
    }
    page.gap();
    page.title(&format!(
        "{} outside the tests (set-up, collection, build)",
        count(errors.len(), "error")
    ));
    page.gap();
    for error in shown(errors, options) {
        let RunError { report, name, message, file, line, is_case: _ } = error;
        page.line(&styled(ERROR, "  error"), LABEL, &[piece(TITLE, escape::terminal(name))]);
        let place = place(Some(report), file.as_deref(), *line);
        detail(page, &place, message.as_deref(), options);
    }
    more(page, errors.len(), options);
}

pub(super) fn damaged(page: &mut Page, damaged: &[FileFlaw], options: &TextOptions) {
    if damaged.is_empty() {
        return;
    }
    page.gap();
    page.title(&format!("{}: cases may be missing", count(damaged.len(), "damaged report")));
    page.gap();
    for flaw in shown(damaged, options) {
        page.line(&styled(ERROR, "  damaged"), LABEL, &[piece(PLAIN, flaw_text(flaw))]);
    }
    more(page, damaged.len(), options);
}

/// Tests that no report names.
pub(super) fn stale(page: &mut Page, stale: &[StaleTest], options: &TextOptions) {
    if stale.is_empty() {
        return;
    }
    page.title(&format!("{} of this namespace in no report", count(stale.len(), "test")));
    page.gap();
    for StaleTest { identity: _, folder, name } in shown(stale, options) {
        let text = format!("{} / {name}", path(folder));
        page.line(&styled(WARN, "  stale"), LABEL, &[piece(PLAIN, escape::terminal(&text))]);
    }
    more(page, stale.len(), options);
    page.gap();
}

/// What was mended: one line, or all of it when everything is asked for.
pub(super) fn recovered(page: &mut Page, recovered: &[FileFlaw], options: &TextOptions) {
    let label = format!("{} ", styled(WARN, "warning:"));
    if let [flaw] = recovered {
        let text = format!("mended, no case lost: {}", flaw_text(flaw));
        page.line(&label, 9, &[piece(PLAIN, text)]);
    } else if options.detail == Detail::Full {
        for flaw in recovered {
            let text = format!("mended, no case lost: {}", flaw_text(flaw));
            page.line(&label, 9, &[piece(PLAIN, text)]);
        }
    } else if !recovered.is_empty() {
        let mut files: Vec<&str> = recovered.iter().map(|flaw| &*flaw.path).collect();
        files.dedup();
        let text = format!(
            "{} in {} mended, no case lost (-v tells where)",
            count(recovered.len(), "flaw"),
            count(files.len(), "report"),
        );
        page.line(&label, 9, &[piece(PLAIN, text)]);
    }
}

pub(super) fn warnings(page: &mut Page, warnings: &[String]) {
    for warning in warnings {
        let label = format!("{} ", styled(WARN, "warning:"));
        page.line(&label, 9, &[piece(PLAIN, escape::terminal(warning))]);
    }
}

pub(super) fn errors(page: &mut Page, errors: &[SummaryError], options: &TextOptions) {
    for SummaryError { message, hint } in shown(errors, options) {
        let label = format!("{} ", styled(ERROR, "error:"));
        page.line(&label, 7, &[piece(PLAIN, escape::terminal(message))]);
        if let Some(hint) = hint {
            page.line("  hint:", 8, &[piece(PLAIN, escape::terminal(hint))]);
        }
    }
    more(page, errors.len(), options);
}

pub(super) fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Skipped => "skipped",
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Errored => "errored",
    }
}

/// The message's first line, in few words unless everything is asked for.
pub(super) fn first_line(message: &str, detail: Detail) -> String {
    let message = text::strip_ansi(message);
    let line = message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let most = if detail == Detail::Full { FULL_MESSAGE_CHARS } else { MESSAGE_CHARS };
    escape::terminal(&text::cut(line, most)).into_owned()
}

fn detail(page: &mut Page, place: &str, message: Option<&str>, options: &TextOptions) {
    if !place.is_empty() {
        page.line("", LABEL, &[piece(FAINT, place)]);
    }
    let message = message.map(|message| first_line(message, options.detail));
    if let Some(message) = message.filter(|message| !message.is_empty()) {
        page.line("", LABEL, &[piece(PLAIN, message)]);
    }
}

fn place(first: Option<&str>, file: Option<&str>, line: Option<u32>) -> String {
    let file = file.map(|file| match line {
        Some(line) => format!("{file}:{line}"),
        None => file.to_owned(),
    });
    let parts: Vec<&str> =
        [first, file.as_deref()].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    escape::terminal(&parts.join(", ")).into_owned()
}

/// Folder names as one path.
fn path(folder: &[String]) -> String {
    if folder.is_empty() { "(root folder)".to_owned() } else { folder.join(" / ") }
}

fn flaw_text(flaw: &FileFlaw) -> String {
    let FileFlaw { path, shard, flaw } = flaw;
    let shard = shard.as_deref().map(|shard| format!("{shard}:")).unwrap_or_default();
    let position = if flaw.position.line == 0 {
        String::new()
    } else {
        format!(":{}:{}", flaw.position.line, flaw.position.column)
    };
    let text = format!("{shard}{path}{position}: {}", flaw.message);
    escape::terminal(&text).into_owned()
}

fn shown<'a, T>(all: &'a [T], options: &TextOptions) -> &'a [T] {
    match options.detail {
        Detail::Full => all,
        Detail::Brief | Detail::Normal => &all[..all.len().min(SHOWN)],
    }
}

fn more(page: &mut Page, all: usize, options: &TextOptions) {
    if options.detail != Detail::Full && all > SHOWN {
        let text = format!("… and {} more (-v shows all)", all - SHOWN);
        page.line("", 2, &[piece(FAINT, text)]);
    }
}

/// What the reports say, in numbers.
pub(super) fn test_counts(reports: &Reports) -> Vec<Piece> {
    let mut parts = Vec::new();
    let mut add = |number: usize, style, word: &str| {
        if number > 0 {
            parts.push(piece(style, format!("{number} {word}")));
        }
    };
    add(reports.failed, ERROR, "failed");
    add(reports.errored, ERROR, "errored");
    let passed = if reports.flaky > 0 {
        format!("passed ({} flaky)", reports.flaky)
    } else {
        "passed".to_owned()
    };
    let style = if reports.flaky > 0 { WARN } else { super::layout::OK };
    add(reports.passed, style, &passed);
    add(reports.skipped, FAINT, "skipped");
    listed(parts)
}

/// The rows `tests` and, where they say more, `cases`.
pub(super) fn test_rows(page: &mut Page, reports: &Reports, ledger: &Ledger) {
    let mut tests = vec![piece(PLAIN, reports.tests.to_string())];
    let counts = test_counts(reports);
    if !counts.is_empty() {
        tests.push(piece(PLAIN, ": "));
        tests.extend(counts);
        if reports.duration_s > 0.0 {
            tests.push(piece(FAINT, format!(", in {}", seconds(reports.duration_s))));
        }
    }
    page.line("tests", ROW_LABEL, &tests);
    let left_out: Vec<Piece> = [
        (ledger.merged, "merged (same test)"),
        (ledger.excluded, "excluded (no test)"),
        (ledger.ignored, "ignored (tq-import.toml)"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, why)| piece(FAINT, format!("{number} {why}")))
    .collect();
    if !left_out.is_empty() {
        let tests = format!("{}: {}, ", ledger.seen, count(reports.tests, "test"));
        let mut pieces = vec![piece(FAINT, tests)];
        pieces.extend(listed(left_out));
        page.line("cases", ROW_LABEL, &pieces);
    }
}
