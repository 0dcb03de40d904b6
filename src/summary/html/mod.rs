//! The summary as one HTML file that needs nothing else: no network, no script for reading it. A few lines of script add
//! search and a filter.
//!
//! The page's policy allows only the style and the script below, by their hashes. Data is written through `text` and `block`
//! alone.

mod tests_by_folder;

use std::fmt::Write as _;

use super::headline::{self, Headline, carried_over, headline, inspected, next, participles};
use super::highlights::{self, Reason};
use super::layout::{count, grouped, outcome_word, seconds};
use super::text::TextOptions;
use super::writers::Writer;
use super::{Build, OutcomeCounts, Severity, Summary, escape, source_line};
use test_reports::record::TestRecord;
use test_reports::text as texts;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The SHA-256 of [`STYLE`] and [`SCRIPT`] in Base64; a test compares them.
const STYLE_HASH: &str = "w3FXUlNhEKA5zbhn+B4ei/rzIl/KLDLQfj4aKa9CxGo=";
const SCRIPT_HASH: &str = "fNT+hMpwNBXNAIgWzhMm3cZT9YbB8kye4ApAMjcgd5Q=";

/// Failures and flaky tests that are listed. The tests by folder hold the others, too.
const FINDINGS: usize = 1000;

/// Failures with a folded trace, the longest trace in characters, and the bytes of all of them: the page stays small enough
/// for a browser.
const TRACES: usize = 200;
const TRACE_CHARS: usize = 4096;
const TRACE_BYTES: usize = 1_500_000;

/// The longest reason in the line of a test, in characters.
const REASON_CHARS: usize = 300;

/// One self-contained HTML page.
#[derive(Clone, Copy, Debug)]
pub struct Html;

impl Writer for Html {
    fn import(&self, summary: &Summary, _: &TextOptions) -> serde_json::Result<String> {
        let mut page = open(summary, headline(summary, text));
        errors(&mut page, summary);
        body(&mut page, summary);
        numbers(&mut page, summary);
        Ok(close(page, summary))
    }

    fn inspection(&self, summary: &Summary, _: &TextOptions) -> serde_json::Result<String> {
        let mut page = open(summary, inspected(summary));
        body(&mut page, summary);
        Ok(close(page, summary))
    }
}

/// `data` as text of an element or an attribute, in one line.
fn text(data: &str) -> String {
    markup_free(&escape::terminal(data))
}

/// `lines` as text of a `<pre>` element.
fn block(lines: &str) -> String {
    let lines = lines.lines().map(|line| {
        let parts: Vec<String> = line.split('\t').map(text).collect();
        parts.join("\t")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Words of up to this many characters stay in one line, and parts of longer ones have at least so many.
const WORD_CHARS: usize = 16;
const PART_CHARS: usize = 4;

/// A name or a path. Long words may break where their parts end, instead of anywhere.
fn breakable(data: &str) -> String {
    let mut shown = String::with_capacity(data.len() + 16);
    for word in escape::terminal(data).split_inclusive(' ') {
        let chars: Vec<char> = word.chars().collect();
        // In a path, the dots are those of file names.
        let separators = if word.contains(['/', '\\']) { "_/\\" } else { "_.:" };
        let mut from = 0;
        for at in (PART_CHARS..=chars.len().saturating_sub(PART_CHARS))
            .filter(|_| chars.len() > WORD_CHARS)
        {
            if at - from >= PART_CHARS && may_break(chars[at - 1], chars[at], separators) {
                shown.push_str(&markup_free(&chars[from..at].iter().collect::<String>()));
                shown.push_str("<wbr>");
                from = at;
            }
        }
        shown.push_str(&markup_free(&chars[from..].iter().collect::<String>()));
    }
    shown
}

/// Whether a part of a word ends between two characters, in front of letters also behind `separators`.
fn may_break(before: char, after: char, separators: &str) -> bool {
    match (before.is_alphanumeric(), after.is_alphanumeric()) {
        (false, true) => separators.contains(before) && !after.is_numeric(),
        (true, true) => before.is_lowercase() && after.is_uppercase(),
        (true, false) => "[(".contains(after),
        (false, false) => false,
    }
}

fn markup_free(visible: &str) -> String {
    let mut shown = String::with_capacity(visible.len() + 16);
    for character in visible.chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            character => shown.push(character),
        }
    }
    shown
}

/// A folder as `shop / cart`.
fn path(folder: &[String]) -> String {
    folder.iter().map(|part| breakable(part)).collect::<Vec<_>>().join(" / ")
}

/// Everything up to the totals.
fn open(summary: &Summary, Headline { severity, word, text: result }: Headline) -> String {
    let counts = &summary.reports.counts;
    let title = title(summary);
    let class = match severity {
        Severity::Ok => "ok",
        Severity::Warn => "warn",
        Severity::Error => "error",
    };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
         <p class=\"{class}\"><b>{word}</b> {result}</p>\n"
    );
    if let Some(next) = next(summary) {
        push(&mut page, format_args!("<p><b>next:</b> {next}</p>\n"));
    }
    if let Some(build) = &summary.build {
        push(&mut page, format_args!("<p class=\"soft\">{}</p>\n", of_build(build)));
    }
    page.push_str("</header>\n<main>\n");
    if counts.tests > 0 {
        totals(&mut page, counts);
    }
    page
}

fn title(summary: &Summary) -> String {
    let OutcomeCounts { passed, failed, errored, skipped, .. } = summary.reports.counts;
    headline::failures(failed, errored).unwrap_or_else(|| match (passed, skipped) {
        _ if !summary.records.run_errors.is_empty() => "the test run had errors".to_owned(),
        (0, 0) => "no tests".to_owned(),
        (0, skipped) => format!("{} skipped", count(skipped, "test")),
        (passed, _) => format!("{} passed", count(passed, "test")),
    })
}

fn of_build(build: &Build) -> String {
    let what = text(&build.what());
    match &build.url {
        Some(url) => format!("<a href=\"{}\">{}</a>: {what}", text(url), build.provider),
        None => format!("{}: {what}", build.provider),
    }
}

/// The outcomes as a bar, then in numbers.
fn totals(page: &mut String, counts: &OutcomeCounts) {
    let OutcomeCounts { tests, passed, failed, errored, skipped, flaky, duration_s } = *counts;
    let parts = [
        ("failed", failed),
        ("errored", errored),
        ("flaky", flaky),
        ("passed", passed.saturating_sub(flaky)),
        ("skipped", skipped),
    ];
    page.push_str(
        "<svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
    );
    let mut left = 0;
    for (class, number) in parts {
        let end = left + number;
        // Positions are rounded, not widths, so that the bar is full.
        let (from, to) = (left * 1000 / tests.max(1), end * 1000 / tests.max(1));
        if to > from {
            let width = to - from;
            push(
                page,
                format_args!(
                    "<rect class=\"{class}\" x=\"{from}\" width=\"{width}\" height=\"10\"/>"
                ),
            );
        }
        left = end;
    }
    page.push_str("</svg>\n<ul class=\"totals\">\n");
    push(
        page,
        format_args!(
            "<li><b>{}</b> {}</li>\n",
            grouped(tests),
            if tests == 1 { "test" } else { "tests" }
        ),
    );
    for (class, number) in
        [("failed", failed), ("errored", errored), ("passed", passed), ("skipped", skipped)]
    {
        let number_of = |class: &str, number| {
            format!("<b>{}</b> <span class=\"mark\">{class}</span>", grouped(number))
        };
        if number > 0 {
            push(page, format_args!("<li class=\"{class}\">{}", number_of(class, number)));
            if class == "passed" && flaky > 0 {
                let flaky = number_of("flaky", flaky);
                push(page, format_args!(" <span class=\"flaky\">({flaky})</span>"));
            }
            page.push_str("</li>\n");
        }
    }
    if duration_s > 0.0 {
        push(page, format_args!("<li>in <b>{}</b></li>\n", seconds(duration_s)));
    }
    page.push_str("</ul>\n");
}

fn body(page: &mut String, summary: &Summary) {
    tables(page, summary);
    failures(page, summary);
    run_errors(page, summary);
    list(page, "damaged report", ": test cases may be missing", &summary.reports.damaged, |flaw| {
        format!(
            "<li class=\"errored\"><span class=\"mark\">damaged</span><span>{}</span></li>\n",
            text(&flaw.to_string())
        )
    });
    comparison(page, summary);
    flaky(page, summary);
    slowest(page, summary);
    tests_by_folder::write(page, &summary.records.tests);
    let recovered = summary.reports.recovered.iter();
    let recovered = recovered.map(|flaw| format!("recovered (all test cases were read): {flaw}"));
    let warnings: Vec<String> = summary.warnings.iter().cloned().chain(recovered).collect();
    list(page, "warning", "", &warnings, |warning| {
        format!(
            "<li class=\"flaky\"><span class=\"mark\">warning</span><span>{}</span></li>\n",
            text(warning)
        )
    });
}

/// A section with a list, unless the list is empty. Its title is the number of items, their `noun`, and `rest`.
fn list<T>(page: &mut String, noun: &str, rest: &str, items: &[T], item: impl Fn(&T) -> String) {
    if items.is_empty() {
        return;
    }
    push(
        page,
        format_args!(
            "<section>\n<h2>{}{rest}</h2>\n<ul class=\"list\">\n",
            count(items.len(), noun)
        ),
    );
    items.iter().take(FINDINGS).for_each(|one| page.push_str(&item(one)));
    page.push_str("</ul>\n");
    more(page, items.len().saturating_sub(FINDINGS));
    page.push_str("</section>\n");
}

fn more(page: &mut String, left: usize) {
    if left > 0 {
        push(page, format_args!("<p class=\"soft\">… and {} more</p>\n", grouped(left)));
    }
}

/// The `[[import]]` tables: their namespaces, and what their reports say.
fn tables(page: &mut String, summary: &Summary) {
    if summary.imports.is_empty() {
        return;
    }
    page.push_str("<section>\n<h2>[[import]] tables</h2>\n<ul class=\"list\">\n");
    for table in &summary.imports {
        let OutcomeCounts { tests, failed, errored, skipped, .. } = table.counts;
        let outcomes = [(failed, "failed"), (errored, "errored"), (skipped, "skipped")];
        let outcomes: String = outcomes
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!(", {} {what}", grouped(number)))
            .collect();
        push(
            page,
            format_args!(
                "<li><span>{} <span class=\"soft\">{}, {}{outcomes}</span></span></li>\n",
                text(headline::table_name(table)),
                count(table.files, "report"),
                count(tests, "test"),
            ),
        );
    }
    page.push_str("</ul>\n</section>\n");
}

fn failures(page: &mut String, summary: &Summary) {
    let failures = summary.failures();
    if failures.is_empty() {
        return;
    }
    page.push_str("<section>\n<h2>Failures</h2>\n");
    let mut room = Traces::default();
    for test in failures.iter().take(FINDINGS) {
        finding(page, test, summary.build.as_ref(), &mut room);
    }
    more(page, failures.len().saturating_sub(FINDINGS));
    page.push_str("</section>\n");
}

/// A failed test: name, folder, reason; what follows the reason is folded.
fn finding(page: &mut String, test: &TestRecord, build: Option<&Build>, room: &mut Traces) {
    let class = outcome_word(test.outcome);
    let (title, folder) = (breakable(&test.name), path(&test.class.folder));
    let searched = text(&format!("{} / {}", test.class.folder.join(" / "), test.name));
    push(page, format_args!("<div class=\"finding {class}\" data-name=\"{searched}\">\n"));
    push(page, format_args!("<p><span class=\"mark\">{class}</span> <b>{title}</b></p>\n"));
    let place = highlights::place(test).map(|place| {
        let shown = format!("<code>{}</code>", breakable(&place));
        let link = build.and_then(|build| build.source_url(test.class.file.as_deref()?, test.line));
        link.map_or(shown.clone(), |link| format!("<a href=\"{}\">{shown}</a>", text(&link)))
    });
    let folder = Some(folder).filter(|folder| !folder.is_empty());
    let only_in = highlights::only_in(test).map(|names| text(&names));
    let places: Vec<String> = [folder, place, only_in].into_iter().flatten().collect();
    push(page, format_args!("<p class=\"place\">{}</p>\n", places.join(" · ")));
    why(page, &highlights::reason(test, REASON_CHARS), room);
    page.push_str("</div>\n");
}

/// The room that is left for folded traces.
struct Traces {
    number: usize,
    bytes: usize,
}

impl Default for Traces {
    fn default() -> Self {
        Self { number: TRACES, bytes: TRACE_BYTES }
    }
}

impl Traces {
    /// What follows the reason, escaped; none if there is nothing or no room.
    fn take(&mut self, rest: &[String]) -> Option<String> {
        self.number = self.number.checked_sub(usize::from(!rest.is_empty()))?;
        let shown = block(&texts::cut(&rest.join("\n"), TRACE_CHARS));
        self.bytes = self.bytes.checked_sub(shown.len())?;
        Some(shown).filter(|shown| !shown.is_empty())
    }
}

/// The reason in one line, and what follows it, folded.
fn why(page: &mut String, Reason { line, rest }: &Reason, room: &mut Traces) {
    if line.is_empty() {
        return;
    }
    let line = text(line);
    match room.take(rest) {
        None => push(page, format_args!("<p class=\"reason\"><code>{line}</code></p>\n")),
        Some(rest) => push(
            page,
            format_args!(
                "<details class=\"reason\"><summary><code>{line}</code></summary><pre>{rest}</pre></details>\n"
            ),
        ),
    }
}

fn run_errors(page: &mut String, summary: &Summary) {
    let errors = &summary.records.run_errors;
    if errors.is_empty() {
        return;
    }
    page.push_str("<section>\n<h2>Errors outside tests (setup, collection, build)</h2>\n");
    let mut room = Traces::default();
    for error in errors.iter().take(FINDINGS) {
        push(
            page,
            format_args!("<div class=\"finding errored\" data-name=\"{}\">\n", text(&error.name)),
        );
        push(
            page,
            format_args!(
                "<p><span class=\"mark\">error</span> <b>{}</b></p>\n",
                breakable(&error.name)
            ),
        );
        let place = source_line(error.file.as_deref(), error.line);
        let places: Vec<String> = [Some(error.report.to_string()), place]
            .into_iter()
            .flatten()
            .map(|place| breakable(&place))
            .collect();
        push(page, format_args!("<p class=\"place\">{}</p>\n", places.join(" · ")));
        let reason = highlights::reason_of(error.message.as_deref(), None, REASON_CHARS);
        why(page, &reason, &mut room);
        page.push_str("</div>\n");
    }
    more(page, errors.len().saturating_sub(FINDINGS));
    page.push_str("</section>\n");
}

/// What changed since an earlier run. Tests that still fail are listed as failures.
fn comparison(page: &mut String, summary: &Summary) {
    let Some(comparison) = &summary.comparison else { return };
    let (file, words) = (text(&comparison.file), comparison.in_words());
    push(
        page,
        format_args!(
            "<section>\n<h2>Compared with before</h2>\n<p><code>{file}</code>: {words}</p>\n<ul class=\"list\">\n"
        ),
    );
    for (class, mark, tests) in [
        ("failed", "failing", &comparison.newly_failing),
        ("passed", "fixed", &comparison.fixed),
        ("flaky", "slower", &comparison.slower),
        ("skipped", "gone", &comparison.gone),
        ("skipped", "new", &comparison.new),
    ] {
        for test in tests.iter().take(FINDINGS) {
            let times = match (test.duration_before_s, test.duration_s) {
                (Some(before), Some(now)) if mark == "slower" => {
                    format!(" · {} before, {} now", seconds(before), seconds(now))
                }
                _ => String::new(),
            };
            let (name, folder) = (breakable(&test.name), path(&test.folder));
            push(
                page,
                format_args!(
                    "<li class=\"{class}\"><span class=\"mark\">{mark}</span><span>{name} <span class=\"soft\">{folder}{times}</span></span></li>\n"
                ),
            );
        }
    }
    page.push_str("</ul>\n");
    let left = |tests: &[_]| tests.len().saturating_sub(FINDINGS);
    more(page, comparison.kinds().iter().map(|(_, tests)| left(tests)).sum());
    page.push_str("</section>\n");
}

/// Flaky tests, with the attempt that passed and the reason of the first that failed.
fn flaky(page: &mut String, summary: &Summary) {
    list(page, "flaky test", "", &highlights::flaky(summary), |test| {
        let before = highlights::failed_before(test, REASON_CHARS);
        let before = before.map(|line| format!("failed before: <code>{}</code>", text(&line)));
        let notes: Vec<String> = highlights::passed_on(test).into_iter().chain(before).collect();
        format!(
            "<li class=\"flaky\"><span class=\"mark\">flaky</span><span>{}<br><span class=\"soft\">{}{}{}</span></span></li>\n",
            breakable(&test.name),
            path(&test.class.folder),
            if notes.is_empty() { "" } else { " · " },
            notes.join("; ")
        )
    });
}

fn slowest(page: &mut String, summary: &Summary) {
    let slowest = highlights::slowest(summary);
    if slowest.is_empty() {
        return;
    }
    page.push_str("<section>\n<h2>Slowest</h2>\n<ul class=\"list slowest\">\n");
    for (time, test) in slowest {
        push(
            page,
            format_args!(
                "<li><time>{}</time><span>{} <span class=\"soft\">{}</span></span></li>\n",
                seconds(time),
                breakable(&test.name),
                path(&test.class.folder)
            ),
        );
    }
    page.push_str("</ul>\n</section>\n");
}

fn errors(page: &mut String, summary: &Summary) {
    list(page, "error", " of the import", &summary.errors, |error| {
        let hint = error.hint.as_deref().map(|hint| format!("<br><b>hint:</b> {}", text(hint)));
        format!(
            "<li class=\"failed\"><span class=\"mark\">error</span><span>{}{}</span></li>\n",
            text(&error.message),
            hint.unwrap_or_default()
        )
    });
}

/// What the import did, in numbers.
fn numbers(page: &mut String, summary: &Summary) {
    let ledger = &summary.tests;
    let [created, adopted, updated, _] = participles(summary);
    let rows = [
        (ledger.created, "test", created),
        (ledger.adopted, "existing test", adopted),
        (ledger.updated.saturating_sub(ledger.relinked), "test", updated),
        (ledger.relinked, "test", carried_over(summary)),
        (ledger.unchanged, "test", "unchanged"),
        (ledger.refused, "test", "not verified"),
        (ledger.ignored, "test", "ignored by tq-import.toml"),
        (
            ledger.stale,
            "test",
            &format!("in {} that no report contains", summary.which_namespace()),
        ),
        (summary.suites.created, "folder", created),
        (summary.suites.linked, "existing folder", adopted),
    ];
    let rows: Vec<_> = rows.into_iter().filter(|(number, ..)| *number > 0).collect();
    if summary.project.is_none() || rows.is_empty() {
        return;
    }
    page.push_str("<section>\n<h2>In the project</h2>\n<ul class=\"totals\">\n");
    for (number, noun, what) in rows {
        push(page, format_args!("<li>{} {what}</li>\n", count(number, noun)));
    }
    page.push_str("</ul>\n</section>\n");
}

fn close(mut page: String, summary: &Summary) -> String {
    push(
        &mut page,
        format_args!(
            "</main>\n<footer class=\"soft\"><p>{} of {} in {}, by {} {}</p></footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
            count(summary.records.seen, "test case"),
            count(summary.records.files.len(), "report"),
            seconds(summary.elapsed_s),
            summary.tool.name,
            summary.tool.version
        ),
    );
    page
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = page.write_fmt(text);
}

#[cfg(test)]
mod tests;
