//! Failed tests, run errors and damaged reports.

use super::cut;
use super::escape::{code, link, pre};
use super::page::{List, Page, path};
use crate::summary::layout::count;
use crate::summary::{Build, FileFlaw, source_line};
use test_reports::formats::model::Outcome;
use test_reports::record::{RunError, TestRecord};

/// The longest message that is shown, in characters.
const MESSAGE_CHARS: usize = 2000;

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
    page.list(at_sight, &list, |test| failure(test, build));
    let title = Some(count(others.len(), "more failure"));
    page.list(others, &List { title, share: 40, most: 1000, ..list }, |test| failure(test, build));
}

fn failure(test: &TestRecord, build: Option<&Build>) -> String {
    let mark = if test.outcome == Outcome::Errored { "🟧" } else { "🟥" };
    let place = source_line(test.file.as_deref(), test.line);
    let place = place.map(|place| {
        let shown = code(&cut(&place));
        match build.and_then(|build| build.source_url(test.file.as_deref()?, test.line)) {
            Some(url) => format!(" · {}", link(&url, &shown)),
            None => format!(" · {shown}"),
        }
    });
    let folder = if test.folder.is_empty() {
        String::new()
    } else {
        format!(" <sub>{}</sub>", path(&test.folder))
    };
    let title = format!("{mark} {}{folder}{}", code(&cut(&test.name)), place.unwrap_or_default());
    folded(&title, "", test.details.message.as_deref())
}

pub(super) fn run_errors(page: &mut Page, errors: &[RunError]) {
    if errors.is_empty() {
        return;
    }
    page.block("### Errors outside tests (setup, collection, build)");
    let list = List { share: 8, most: 200, noun: "error", ..List::BLOCKS };
    page.list(errors, &list, |error| {
        let RunError { report, name, message, file, line, is_case: _ } = error;
        let place = source_line(file.as_deref(), *line);
        let place = place.map(|place| format!(", {}", code(&cut(&place)))).unwrap_or_default();
        let title = format!("🟧 {}", code(&cut(name)));
        folded(&title, &format!("{}{place}", code(&cut(report))), message.as_deref())
    });
}

/// One failure or error, folded until someone clicks it.
fn folded(title: &str, place: &str, message: Option<&str>) -> String {
    let message = message.map(|message| test_reports::text::cut(message, MESSAGE_CHARS));
    let message = message.map(|message| format!("{}\n", pre(&message))).unwrap_or_default();
    let place = if place.is_empty() { String::new() } else { format!("<p>{place}</p>\n") };
    format!("<details>\n<summary>{title}</summary>\n{place}{message}</details>\n")
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
