//! The summary and the inspection as Markdown: the page of a CI job, a comment, a file.
//!
//! It is never longer than asked for: what failed comes first, and what was left out is said. Words of ours
//! are Markdown; data goes through `escape` alone.

mod escape;
mod failures;
mod folders;
mod page;

use super::headline::{Headline, Severity, headline, look, next};
use super::layout::{count, seconds};
use super::{Reports, Summary, SummaryError};
use test_reports::record::{IdentityOptions, Records};

use escape::code;
use page::{List, Page, TABLE_END};

/// The longest summary, in bytes. GitHub drops one that is longer than 1 MiB, whole.
pub const LIMIT: usize = 900 * 1024;

/// Below this there is no use in a summary.
pub const LEAST: usize = 16 * 1024;

/// The longest name, path or warning that is shown, in characters.
const TEXT_CHARS: usize = 500;

/// The summary as Markdown, shorter than `limit` bytes, which is [`LEAST`] at least.
#[must_use]
pub fn render(summary: &Summary, limit: usize) -> String {
    let mut page = Page::new(limit.max(LEAST));
    head(&mut page, &summary.reports, !summary.run_errors.is_empty());
    let Headline { severity, word, text } = headline(summary, |name| code(&cut(name)));
    let mark = match severity {
        Severity::Ok => "✅",
        Severity::Warn => "🔍",
        Severity::Error => "❌",
    };
    page.block(&format!("<p>{mark} <b>{word}</b> {text}</p>"));
    errors(&mut page, &summary.errors);
    if let Some(next) = next(summary) {
        page.block(&format!("<p>👉 <b>next:</b> {next}</p>"));
    }
    if let Some(command) = look(summary) {
        page.block(&format!("<p>🔎 <b>look at it:</b> {}</p>", code(command)));
    }
    failures::failures(&mut page, &summary.failures);
    failures::run_errors(&mut page, &summary.run_errors);
    failures::damaged(&mut page, &summary.reports.damaged);
    folders::changes(&mut page, summary);
    folders::stale(&mut page, &summary.stale);
    notes(&mut page, &summary.reports, &summary.warnings);
    numbers(&mut page, summary);
    page.finish()
}

/// What reports hold, as Markdown shorter than `limit` bytes, which is [`LEAST`] at least.
#[must_use]
pub fn render_inspection(records: &Records, limit: usize) -> String {
    let summary = Summary::of_reports(records, &IdentityOptions::default());
    let reports = &summary.reports;
    let mut page = Page::new(limit.max(LEAST));
    head(&mut page, reports, !summary.run_errors.is_empty());
    let mark = if reports.damaged.is_empty() { "🔍" } else { "❌" };
    page.block(&format!(
        "<p>{mark} <b>inspected:</b> {} in {}; nothing was sent anywhere</p>",
        count(reports.tests, "test"),
        count(reports.files, "report")
    ));
    failures::failures(&mut page, &summary.failures);
    failures::run_errors(&mut page, &summary.run_errors);
    failures::damaged(&mut page, &reports.damaged);
    folders::inspected(&mut page, &records.tests);
    folders::files(&mut page, &records.files);
    notes(&mut page, reports, &summary.warnings);
    page.finish()
}

/// How the tests ended: in words, as a bar, in numbers.
fn head(page: &mut Page, reports: &Reports, has_run_errors: bool) {
    let Reports { tests, passed, failed, errored, skipped, flaky, duration_s, .. } = *reports;
    let mut words: Vec<String> = Vec::new();
    if failed > 0 {
        words.push(format!("{} failed", count(failed, "test")));
    }
    match (errored, failed) {
        (0, _) => {}
        (_, 0) => words.push(format!("{} errored", count(errored, "test"))),
        _ => words.push(format!("{errored} errored")),
    }
    if words.is_empty() && has_run_errors {
        words.push("the test run had errors".to_owned());
    }
    if words.is_empty() {
        words.push(match (passed, skipped) {
            (0, 0) => "no test".to_owned(),
            (0, skipped) => format!("{} skipped", count(skipped, "test")),
            (passed, _) => format!("{} passed", count(passed, "test")),
        });
    }
    page.block(&format!("## TestQuality: {}", words.join(", ")));
    if tests == 0 {
        return;
    }
    page.block(&bar(reports));
    let columns: [(&str, usize); 6] = [
        ("tests", tests),
        ("🟥 failed", failed),
        ("🟧 errored", errored),
        ("🟩 passed", passed),
        ("🟨 of these flaky", flaky),
        ("⬜ skipped", skipped),
    ];
    let shown = columns.iter().filter(|(_, number)| *number > 0);
    let (mut names, mut rule, mut numbers) = ("|".to_owned(), "|".to_owned(), "|".to_owned());
    for (name, number) in shown {
        names += &format!(" {name} |");
        rule += " ---: |";
        numbers += &format!(" {number} |");
    }
    if duration_s > 0.0 {
        names += " duration |";
        rule += " ---: |";
        numbers += &format!(" {} |", seconds(duration_s));
    }
    page.block(&format!("{names}\n{rule}\n{numbers}"));
}

/// Squares in the bar.
const SQUARES: usize = 30;

/// The outcomes as squares: as near to their shares as squares can be, but whatever occurs has one.
fn bar(reports: &Reports) -> String {
    let Reports { passed, failed, errored, skipped, flaky, .. } = *reports;
    let parts = [
        ("🟥", failed),
        ("🟧", errored),
        ("🟨", flaky),
        ("🟩", passed.saturating_sub(flaky)),
        ("⬜", skipped),
    ];
    let all: usize = parts.iter().map(|(_, number)| number).sum();
    let mut squares = parts.map(|(_, number)| match number {
        0 => 0,
        number => (number * SQUARES / all.max(1)).max(1),
    });
    // What rounding took or gave is the largest part's.
    let largest = (0..squares.len()).max_by_key(|&part| parts[part].1).unwrap_or_default();
    let others: usize = squares.iter().sum::<usize>() - squares[largest];
    squares[largest] = SQUARES.saturating_sub(others);
    parts.iter().zip(squares).map(|((square, _), number)| square.repeat(number)).collect()
}

fn errors(page: &mut Page, errors: &[SummaryError]) {
    if errors.is_empty() {
        return;
    }
    page.block(&format!("### {} of the import", count(errors.len(), "error")));
    let list = List { before: "<ul>\n", after: "</ul>", share: 10, most: 50 };
    let item = |SummaryError { message, hint }: &SummaryError| {
        let hint = hint.as_deref().map(|hint| format!("<br><b>hint:</b> {}", code(&cut(hint))));
        format!("<li>{}{}</li>\n", code(&cut(message)), hint.unwrap_or_default())
    };
    page.list(errors, &list, item, |rest| left_out(rest, "error"));
}

/// Warnings, and what was mended, folded.
fn notes(page: &mut Page, reports: &Reports, warnings: &[String]) {
    let mended = reports
        .recovered
        .iter()
        .map(|flaw| format!("mended, no case lost: {}", code(&cut(&failures::flaw_text(flaw)))));
    let notes: Vec<String> =
        warnings.iter().map(|warning| code(&cut(warning))).chain(mended).collect();
    if notes.is_empty() {
        return;
    }
    let before =
        format!("<details>\n<summary>⚠️ {}</summary>\n<ul>\n", count(notes.len(), "warning"));
    let list = List { before: &before, after: "</ul>\n</details>", share: 5, most: 100 };
    page.list(&notes, &list, |note| format!("<li>{note}</li>\n"), |rest| left_out(rest, "warning"));
}

/// The ledger, folded.
fn numbers(page: &mut Page, summary: &Summary) {
    let ledger = &summary.tests;
    let (created, adopted, updated) = if summary.dry_run {
        ("to create", "to adopt", "to update")
    } else {
        ("created", "adopted", "updated")
    };
    let rows: Vec<String> = [
        (ledger.seen, "cases seen"),
        (ledger.created, &format!("tests {created}")),
        (ledger.adopted, &format!("tests {adopted}, which people had made")),
        (ledger.updated, &format!("tests {updated}: placed again, or given their steps")),
        (ledger.unchanged, "tests unchanged"),
        (ledger.overridden, "of these switched off: no longer automated, as somebody decided"),
        (ledger.refused, "tests not confirmed"),
        (ledger.merged, "cases merged: further ones of the same tests"),
        (ledger.excluded, "cases excluded: no tests"),
        (ledger.ignored, "cases ignored, as tq-import.toml says"),
        (ledger.stale, "tests of this namespace in no report"),
        (summary.suites.matched, "folders found"),
        (summary.suites.created, &format!("folders {created}")),
        (summary.steps.created, &format!("steps {created}")),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| format!("<tr><td align=\"right\">{number}</td><td>{what}</td></tr>\n"))
    .collect();
    let requests = &summary.requests;
    let sent = match requests.get + requests.writes() {
        1 => "1 request".to_owned(),
        sent => format!("{sent} requests"),
    };
    let build = summary.build.as_ref().map(|build| {
        let url = build.url.as_deref().map(|url| format!(", {}", code(&cut(url))));
        let what = code(&cut(&build.what()));
        format!("<p>{}: {what}{}</p>\n", build.provider, url.unwrap_or_default())
    });
    let foot = format!(
        "{TABLE_END}\n{}<p>{sent} in {}, by tq-import {}</p>\n</details>",
        build.unwrap_or_default(),
        seconds(summary.elapsed_s),
        summary.tool.version
    );
    let before = "<details>\n<summary>The import in numbers</summary>\n<table>\n";
    let list = List { before, after: &foot, share: 5, most: rows.len() };
    page.list(&rows, &list, Clone::clone, |rest| left_out(rest, "number"));
}

/// Says that `number` more are not shown.
fn left_out(number: usize, noun: &str) -> String {
    format!(
        "<p>… and {} that would not fit here: <code>-v</code> and <code>--output json=FILE</code> give all</p>",
        count(number, &format!("more {noun}"))
    )
}

/// Not more of a name than is good to look at.
fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    test_reports::text::cut(text, TEXT_CHARS)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
