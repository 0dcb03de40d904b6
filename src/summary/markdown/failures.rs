//! Failed tests, run errors and damaged reports.

use std::cell::Cell;

use super::cut;
use super::escape::{code, link, pre};
use super::page::{List, Page, path};
use crate::summary::highlights::{self, Reason};
use crate::summary::layout::{count, seconds};
use crate::summary::{Build, FileFlaw, Summary, source_line};
use test_reports::formats::model::Outcome;
use test_reports::record::{RunError, TestRecord};

/// The longest reason in the line of a failure, in characters.
const REASON_CHARS: usize = 300;

/// The longest trace that is shown, in characters: of a failure at sight, and of one in the folded section.
const TRACE_CHARS: usize = 4096;
const FOLDED_TRACE_CHARS: usize = 2000;

/// How much of the page traces may take, in percent: the names and reasons of failures come first.
const TRACE_SHARE: usize = 25;

/// So many flaky tests are listed openly; more of them are folded.
const FLAKY_AT_SIGHT: usize = 10;

/// Failures that are listed openly; the others are folded into one more section.
const AT_SIGHT: usize = 20;

/// `build` knows the addresses of source lines.
pub(super) fn failures(page: &mut Page, failures: &[&TestRecord], build: Option<&Build>) {
    if failures.is_empty() {
        return;
    }
    page.block("### Failures");
    // However much failed, people must find the sections below.
    let at_sight = if failures.len() > AT_SIGHT + AT_SIGHT / 2 { AT_SIGHT } else { failures.len() };
    let (at_sight, others) = failures.split_at(at_sight);
    let list = List { share: 30, noun: "failure", ..List::BLOCKS };
    let room = Cell::new(page.limit() / 100 * TRACE_SHARE);
    page.list(at_sight, &list, |test| failure(test, build, TRACE_CHARS, &room));
    let title = Some(count(others.len(), "more failure"));
    page.list(others, &List { title, share: 40, most: 1000, ..list }, |test| {
        failure(test, build, FOLDED_TRACE_CHARS, &room)
    });
}

fn failure(test: &TestRecord, build: Option<&Build>, trace: usize, room: &Cell<usize>) -> String {
    let mark = if test.outcome == Outcome::Errored { "🟧" } else { "🟥" };
    let place = highlights::place(test).map(|place| {
        let shown = code(&cut(&place));
        match build.and_then(|build| build.source_url(test.class.file.as_deref()?, test.line)) {
            Some(url) => format!(" · {}", link(&url, &shown)),
            None => format!(" · {shown}"),
        }
    });
    let only_in = highlights::only_in(test).map(|names| format!(" · {}", code(&cut(&names))));
    let title = format!(
        "{mark} {}{}{}{}",
        code(&cut(&test.name)),
        below(&test.class.folder),
        place.unwrap_or_default(),
        only_in.unwrap_or_default()
    );
    folded(&title, &highlights::reason(test, REASON_CHARS), trace, room)
}

/// A folder behind a name; empty for the root folder.
fn below(folder: &[String]) -> String {
    if folder.is_empty() { String::new() } else { format!(" <sub>{}</sub>", path(folder)) }
}

pub(super) fn run_errors(page: &mut Page, errors: &[RunError]) {
    if errors.is_empty() {
        return;
    }
    page.block("### Errors outside tests (setup, collection, build)");
    let list = List { share: 8, most: 200, noun: "error", ..List::BLOCKS };
    let room = Cell::new(page.limit() / 100 * 5);
    page.list(errors, &list, |error| {
        let RunError { report, name, message, file, line, is_case: _ } = error;
        let place = source_line(file.as_deref(), *line);
        let place = place.map(|place| format!(", {}", code(&cut(&place)))).unwrap_or_default();
        let title = format!("🟧 {} · {}{place}", code(&cut(name)), code(&cut(report)));
        let reason = highlights::reason_of(message.as_deref(), None, REASON_CHARS);
        folded(&title, &reason, FOLDED_TRACE_CHARS, &room)
    });
}

/// One failure or error with its reason. What follows the reason is folded until someone clicks it, and left out if there is no
/// room for it.
fn folded(title: &str, reason: &Reason, trace: usize, room: &Cell<usize>) -> String {
    let Reason { line, rest } = reason;
    let line = if line.is_empty() { String::new() } else { format!("<br>{}", code(line)) };
    let rest = test_reports::text::cut(&rest.join("\n"), trace).into_owned();
    let rest = Some(rest).filter(|rest| !rest.is_empty()).map(|rest| pre(&rest));
    let left = room.get().checked_sub(rest.as_deref().map_or(0, str::len));
    match (rest, left) {
        (Some(rest), Some(left)) => {
            room.set(left);
            format!("<details>\n<summary>{title}{line}</summary>\n{rest}\n</details>\n")
        }
        _ => format!("<p>{title}{line}</p>\n"),
    }
}

/// The flaky tests: names, which attempt passed, and why an earlier one failed.
pub(super) fn flaky(page: &mut Page, summary: &Summary) {
    let flaky = highlights::flaky(summary);
    let title = format!("🟨 {}", count(flaky.len(), "flaky test"));
    let list = List { noun: "flaky test", most: 200, ..List::BULLETS };
    let list = if flaky.len() > FLAKY_AT_SIGHT {
        List { title: Some(title), ..list }
    } else {
        if !flaky.is_empty() {
            page.block(&format!("### {title}"));
        }
        list
    };
    page.list(&flaky, &list, |test| {
        let before = highlights::failed_before(test, REASON_CHARS);
        let before = before.map(|line| format!("failed before: {}", code(&line)));
        let notes: Vec<String> = highlights::passed_on(test).into_iter().chain(before).collect();
        let between = if notes.is_empty() { "" } else { "<br>" };
        let (name, folder) = (code(&cut(&test.name)), below(&test.class.folder));
        format!("<li>{name}{folder}{between}{}</li>\n", notes.join("; "))
    });
}

/// The slowest tests, folded.
pub(super) fn slowest(page: &mut Page, summary: &Summary) {
    let slowest = highlights::slowest(summary);
    let title = Some(format!("🕓 The {} slowest tests", slowest.len()));
    let open = "<table>\n";
    let list = List { title, open, close: "</table>", noun: "test", ..List::BULLETS };
    page.list(&slowest, &list, |(time, test)| {
        let (name, folder) = (code(&cut(&test.name)), below(&test.class.folder));
        let time = seconds(*time);
        format!("<tr><td align=\"right\">{time}</td><td>{name}{folder}</td></tr>\n")
    });
}

pub(super) fn damaged(page: &mut Page, damaged: &[FileFlaw]) {
    if damaged.is_empty() {
        return;
    }
    let reports = count(damaged.len(), "damaged report");
    page.block(&format!("### {reports}: test cases may be missing"));
    let list = List { most: 100, noun: "damaged report", ..List::BULLETS };
    page.list(damaged, &list, |flaw| format!("<li>{}</li>\n", code(&cut(&flaw.to_string()))));
}
