//! What failed: tests, the run around them, reports.

use super::escape::{code, pre};
use super::page::{List, Page, path};
use super::{cut, left_out};
use crate::summary::layout::count;
use crate::summary::{Failure, FileFlaw};
use test_reports::formats::model::Outcome;
use test_reports::record::RunError;

/// The longest message that is shown, in characters.
const MESSAGE_CHARS: usize = 2000;

/// Failures with a line of their own on the page; the others are behind one more.
const AT_SIGHT: usize = 20;

pub(super) fn failures(page: &mut Page, failures: &[Failure]) {
    if failures.is_empty() {
        return;
    }
    page.block("### Failures");
    // What comes below shall be found, however much failed.
    let at_sight = if failures.len() > AT_SIGHT + AT_SIGHT / 2 { AT_SIGHT } else { failures.len() };
    let (at_sight, folded) = failures.split_at(at_sight);
    let list = List { before: "", after: "", share: 30, most: at_sight.len() };
    page.list(at_sight, &list, failure, |rest| left_out(rest, "failure"));
    let before = format!("<details>\n<summary>{}</summary>\n", count(folded.len(), "more failure"));
    let list = List { before: &before, after: "</details>", share: 40, most: 1000 };
    page.list(folded, &list, failure, |rest| left_out(rest, "failure"));
}

fn failure(failure: &Failure) -> String {
    let Failure { identity: _, folder, name, outcome, message, file, line } = failure;
    let mark = if *outcome == Outcome::Errored { "🟧" } else { "🟥" };
    let place = place(file.as_deref(), *line);
    let place = if place.is_empty() { place } else { format!(" · {}", code(&cut(&place))) };
    let folder = path(folder.iter().map(String::as_str));
    folded(&format!("{mark} {}{place}", code(&cut(name))), &folder, message.as_deref())
}

pub(super) fn run_errors(page: &mut Page, errors: &[RunError]) {
    if errors.is_empty() {
        return;
    }
    page.block("### Errors outside the tests (set-up, collection, build)");
    let list = List { before: "", after: "", share: 8, most: 200 };
    let item = |error: &RunError| {
        let RunError { report, name, message, file, line, is_case: _ } = error;
        let place = place(file.as_deref(), *line);
        let place = if place.is_empty() { place } else { format!(", {}", code(&cut(&place))) };
        let summary = format!("🟧 {}", code(&cut(name)));
        folded(&summary, &format!("{}{place}", code(&cut(report))), message.as_deref())
    };
    page.list(errors, &list, item, |rest| left_out(rest, "error"));
}

/// A section that opens at a click.
fn folded(summary: &str, where_: &str, message: Option<&str>) -> String {
    let message = message.map(|message| test_reports::text::cut(message, MESSAGE_CHARS));
    let message = message.map(|message| format!("{}\n", pre(&message))).unwrap_or_default();
    format!("<details>\n<summary>{summary}</summary>\n<p>{where_}</p>\n{message}</details>\n")
}

pub(super) fn damaged(page: &mut Page, damaged: &[FileFlaw]) {
    if damaged.is_empty() {
        return;
    }
    page.block(&format!("### {}: cases may be missing", count(damaged.len(), "damaged report")));
    let list = List { before: "<ul>\n", after: "</ul>", share: 5, most: 100 };
    let item = |flaw: &FileFlaw| format!("<li>{}</li>\n", code(&cut(&flaw_text(flaw))));
    page.list(damaged, &list, item, |rest| left_out(rest, "damaged report"));
}

/// Where it is and what is wrong there.
pub(super) fn flaw_text(flaw: &FileFlaw) -> String {
    let FileFlaw { path, shard, flaw } = flaw;
    let shard = shard.as_deref().map(|shard| format!("{shard}:")).unwrap_or_default();
    let position = match flaw.position.line {
        0 => String::new(),
        line => format!(":{line}:{}", flaw.position.column),
    };
    format!("{shard}{path}{position}: {}", flaw.message)
}

fn place(file: Option<&str>, line: Option<u32>) -> String {
    match (file, line) {
        (None, _) => String::new(),
        (Some(file), None) => file.to_owned(),
        (Some(file), Some(line)) => format!("{file}:{line}"),
    }
}
