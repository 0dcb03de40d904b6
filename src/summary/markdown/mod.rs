//! The summary as Markdown: for the page of a CI job, a comment, a file.
//!
//! It stays below a size limit: failures come first, and what does not fit is counted. Our own words are Markdown; data
//! goes through `escape` alone.

mod comparison;
mod escape;
mod failures;
mod folders;
mod page;

use super::headline::{self, Headline, carried_over, headline, inspected, look, next, participles};
use super::layout::{count, grouped, seconds};
use super::text::TextOptions;
use super::writers::Writer;
use super::{Build, OutcomeCounts, Severity, Summary, SummaryError};

use escape::{code, link};
use page::{List, Page};

/// The longest page, in bytes. GitHub drops a page that is longer than 1 MiB.
pub const LIMIT: usize = 900 * 1024;

/// The longest comment, in bytes. GitHub refuses one of more than 65,536 characters.
pub const COMMENT_LIMIT: usize = 60_000;

/// The smallest useful limit, in bytes.
pub const LEAST: usize = 16 * 1024;

/// The longest address of a build's page, in bytes: half of one leads nowhere.
const LONGEST_URL: usize = 2000;

/// The longest name, path or warning that is shown, in characters.
const TEXT_CHARS: usize = 500;

/// Markdown for GitHub.
#[derive(Clone, Copy, Debug)]
pub struct Markdown {
    /// The page is shorter than this number of bytes. Less than [`LEAST`] counts as [`LEAST`].
    pub limit: usize,
}

impl Writer for Markdown {
    fn import(&self, summary: &Summary, _: &TextOptions) -> serde_json::Result<String> {
        let mut page = self.page(summary);
        result(&mut page, headline(summary, |name| code(&cut(name))), "✅");
        errors(&mut page, &summary.errors);
        if let Some(next) = next(summary) {
            page.block(&format!("<p>👉 <b>next:</b> {next}</p>"));
        }
        if let Some(run) = headline::run(summary, |name| code(&cut(name))) {
            let statuses = headline::statuses(summary, |name| code(&cut(name)));
            let statuses = Some(statuses).filter(|text| !text.is_empty());
            let statuses = statuses.map(|text| format!(" — {text}")).unwrap_or_default();
            page.block(&format!("<p>🧪 <b>run:</b> {run}{statuses}</p>"));
        }
        if let Some(command) = look(summary) {
            page.block(&format!("<p>🔎 <b>view it:</b> {}</p>", code(command)));
        }
        if let Some((build, url)) = summary.build.as_ref().and_then(linked) {
            let what = code(&cut(&build.what()));
            page.block(&format!("<p>🔗 {}: {what}</p>", link(url, build.provider)));
        }
        problems(&mut page, summary);
        folders::tables(&mut page, &summary.imports);
        folders::changes(&mut page, summary);
        folders::stale(&mut page, summary);
        notes(&mut page, summary);
        numbers(&mut page, summary);
        Ok(page.finish())
    }

    fn inspection(&self, summary: &Summary, _: &TextOptions) -> serde_json::Result<String> {
        let mut page = self.page(summary);
        result(&mut page, inspected(summary), "🔍");
        problems(&mut page, summary);
        folders::tables(&mut page, &summary.imports);
        folders::inspected(&mut page, summary.to_import());
        folders::files(&mut page, &summary.records.files);
        notes(&mut page, summary);
        Ok(page.finish())
    }
}

impl Markdown {
    fn page(self, summary: &Summary) -> Page {
        let mut page = Page::new(self.limit.max(LEAST));
        page.block(&marker(summary));
        head(&mut page, &summary.reports.counts, !summary.records.run_errors.is_empty());
        page
    }
}

/// The first line, which nobody sees: a script finds by it the comment that a later page of this namespace replaces.
fn marker(summary: &Summary) -> String {
    let mut namespaces: Vec<&str> =
        summary.imports.iter().filter_map(|table| table.namespace.as_deref()).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    let names = match &summary.namespace {
        Some(namespace) => namespace.clone(),
        None => namespaces.join(", "),
    };
    // Nothing that could end the comment.
    let kept = |c: char| c.is_alphanumeric() || " .,_-/@".contains(c);
    let names: String = names.chars().map(|c| if kept(c) { c } else { '_' }).collect();
    match names.trim() {
        "" => "<!-- tq-import -->".to_owned(),
        names => format!("<!-- tq-import: {} -->", cut(names)),
    }
}

/// The build with the address of its page, if it has one.
fn linked(build: &Build) -> Option<(&Build, &str)> {
    build.url.as_deref().filter(|url| url.len() <= LONGEST_URL).map(|url| (build, url))
}

/// `ok` marks a good result.
fn result(page: &mut Page, Headline { severity, word, text }: Headline, ok: &str) {
    let mark = match severity {
        Severity::Ok => ok,
        Severity::Warn => "🔍",
        Severity::Error => "❌",
    };
    page.block(&format!("<p>{mark} <b>{word}</b> {text}</p>"));
}

fn problems(page: &mut Page, summary: &Summary) {
    failures::failures(page, &summary.failures(), summary.build.as_ref());
    failures::run_errors(page, &summary.records.run_errors);
    failures::damaged(page, &summary.reports.damaged);
    comparison::comparison(page, summary);
    failures::flaky(page, summary);
    failures::slowest(page, summary);
}

/// The outcomes in words, as a bar, in numbers.
fn head(page: &mut Page, counts: &OutcomeCounts, has_run_errors: bool) {
    let OutcomeCounts { tests, passed, failed, errored, skipped, flaky, duration_s } = *counts;
    let title = headline::failures(failed, errored).unwrap_or_else(|| match (passed, skipped) {
        _ if has_run_errors => "the test run had errors".to_owned(),
        (0, 0) => "no tests".to_owned(),
        (0, skipped) => format!("{} skipped", count(skipped, "test")),
        (passed, _) => format!("{} passed", count(passed, "test")),
    });
    page.block(&format!("## TestQuality: {title}"));
    if tests == 0 {
        return;
    }
    page.block(&bar(counts));
    let columns = [
        ("tests", tests),
        ("🟥 failed", failed),
        ("🟧 errored", errored),
        ("🟩 passed", passed),
        ("🟨 of these flaky", flaky),
        ("⬜ skipped", skipped),
    ];
    let shown = columns.into_iter().filter(|(_, number)| *number > 0);
    let mut columns: Vec<_> = shown.map(|(name, number)| (name, grouped(number))).collect();
    if duration_s > 0.0 {
        columns.push(("duration", seconds(duration_s)));
    }
    let [mut names, mut rule, mut numbers] = ["|", "|", "|"].map(str::to_owned);
    for (name, number) in columns {
        names += &format!(" {name} |");
        rule += " ---: |";
        numbers += &format!(" {number} |");
    }
    page.block(&format!("{names}\n{rule}\n{numbers}"));
}

/// Squares in the bar.
const SQUARES: usize = 30;

/// The shares of the outcomes as squares. Each outcome that occurs has at least one.
fn bar(counts: &OutcomeCounts) -> String {
    let OutcomeCounts { passed, failed, errored, skipped, flaky, .. } = *counts;
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
    // The largest part absorbs rounding.
    let largest = (0..squares.len()).max_by_key(|&part| parts[part].1).unwrap_or_default();
    let others: usize = squares.iter().sum::<usize>() - squares[largest];
    squares[largest] = SQUARES.saturating_sub(others);
    parts.iter().zip(squares).map(|((square, _), number)| square.repeat(number)).collect()
}

fn errors(page: &mut Page, errors: &[SummaryError]) {
    if errors.is_empty() {
        return;
    }
    page.block(&format!("### {}", count(errors.len(), "import error")));
    let list = List { share: 10, most: 50, noun: "error", ..List::BULLETS };
    page.list(errors, &list, |SummaryError { message, hint }| {
        let hint = hint.as_deref().map(|hint| format!("<br><b>hint:</b> {}", code(&cut(hint))));
        format!("<li>{}{}</li>\n", code(&cut(message)), hint.unwrap_or_default())
    });
}

/// Warnings and recovered flaws, folded.
fn notes(page: &mut Page, summary: &Summary) {
    let recovered = summary.reports.recovered.iter().map(|flaw| {
        format!("recovered (all test cases were read): {}", code(&cut(&flaw.to_string())))
    });
    let warnings = summary.warnings.iter().map(|warning| code(&cut(warning)));
    let notes: Vec<String> = warnings.chain(recovered).collect();
    let title = Some(format!("⚠️ {}", count(notes.len(), "warning")));
    let list = List { title, most: 100, noun: "warning", ..List::BULLETS };
    page.list(&notes, &list, |note| format!("<li>{note}</li>\n"));
}

/// The ledger, folded.
fn numbers(page: &mut Page, summary: &Summary) {
    let ledger = &summary.tests;
    let results = summary.results.clone().unwrap_or_default();
    let [created, adopted, updated, _] = participles(summary);
    let rows: Vec<String> = [
        (ledger.seen, "cases seen"),
        (ledger.created, &format!("tests {created}")),
        (ledger.adopted, &format!("tests {adopted}: existing tests, linked to the reports")),
        (ledger.updated, &format!("tests {updated}: placed in a folder or given missing steps")),
        (
            ledger.relinked,
            &format!(
                "of these {}: their names were those of tests that are no longer reported",
                carried_over(summary)
            ),
        ),
        (ledger.unchanged, "tests unchanged"),
        (ledger.overridden, "of these no longer automated: someone turned automation off"),
        (ledger.refused, "tests not verified"),
        (ledger.merged, "cases merged: further cases of the same tests"),
        (ledger.excluded, "cases excluded: not tests"),
        (ledger.ignored, "tests ignored by tq-import.toml"),
        (ledger.left, "tests without a row, which relink does not create"),
        (
            ledger.stale,
            &format!("tests in {} that are not in any report", summary.which_namespace()),
        ),
        (summary.suites.matched, "folders found"),
        (summary.suites.linked, &format!("of these made by people and {adopted}")),
        (summary.suites.created, &format!("folders {created}")),
        (summary.steps.created, &format!("steps {created}")),
        (results.recorded, if summary.dry_run { "results to record" } else { "results recorded" }),
        (results.updated, &format!("results {updated}: joined with earlier imports of this build")),
        (results.unchanged, "results unchanged"),
        (results.kept, "results written by people and kept"),
        (results.unrecordable, "results without a step"),
        (results.refused, "results not recorded"),
        (results.not_executed, "tests of the run that were not executed"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| {
        format!("<tr><td align=\"right\">{}</td><td>{what}</td></tr>\n", grouped(number))
    })
    .collect();
    let build = summary.build.as_ref().filter(|build| linked(build).is_none());
    let build =
        build.map(|build| format!("<p>{}: {}</p>\n", build.provider, code(&cut(&build.what()))));
    let requests = summary.requests.get + summary.requests.writes();
    let close = format!(
        "</table>\n{}<p>{} {} in {}, by tq-import {}</p>",
        build.unwrap_or_default(),
        grouped(requests),
        if requests == 1 { "request" } else { "requests" },
        seconds(summary.elapsed_s),
        summary.tool.version
    );
    let title = Some("The import in numbers".to_owned());
    let list = List { title, open: "<table>\n", close: &close, noun: "number", ..List::BULLETS };
    page.list(&rows, &list, Clone::clone);
}

/// Shortens a long name, path or message.
fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    test_reports::text::cut(text, TEXT_CHARS)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
