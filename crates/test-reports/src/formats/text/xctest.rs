//! The log of XCTest, of Xcode and of swift-corelibs-xctest.
//!
//! `Test Case '-[ShopTests.CartTests testTotal]' passed (0.002 seconds).`, or `'CartTests.testTotal'` on Linux.

use super::TextReader;
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{CaseExtra, Flaw, Outcome, Position, Report};

pub(super) struct Reader {
    builder: ReportBuilder,
    running: Option<Running>,
    /// Open suites.
    suites: Vec<(String, Position)>,
}

struct Running {
    class: String,
    name: String,
    position: Position,
    messages: Vec<String>,
    place: Option<(String, u32)>,
    is_skipped: bool,
}

pub(super) fn begins(line: &str) -> bool {
    quoted(line, "Test Suite '").is_some_and(|(_, rest)| rest.starts_with("' started at "))
        || case_of(line).is_some_and(|(_, _, rest)| rest.starts_with("' started"))
}

/// What is in the quotes behind `start`, and the rest from the end quote on.
fn quoted<'a>(line: &'a str, start: &str) -> Option<(&'a str, &'a str)> {
    let inside = line.strip_prefix(start)?;
    let end = ["' started", "' passed", "' failed", "' skipped"]
        .iter()
        .find_map(|end| inside.rfind(end))?;
    inside.split_at_checked(end)
}

/// The class and the method of a case, and the rest of its line.
fn case_of(line: &str) -> Option<(&str, &str, &str)> {
    let (test, rest) = quoted(line, "Test Case '")?;
    let (class, name) = match test.strip_prefix("-[").and_then(|test| test.strip_suffix(']')) {
        Some(test) => test.split_once(' ')?,
        None => test.rsplit_once('.')?,
    };
    Some((class, name, rest))
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder) -> Self {
        Self { builder, running: None, suites: Vec::new() }
    }

    /// `/srv/shop/CartTests.swift:12: error: -[ShopTests.CartTests testTotal] : message`
    fn issue(&mut self, line: &str) {
        let Some(running) = &mut self.running else { return };
        let found = [": error: ", ": Test skipped", ": "].iter().find_map(|mark| {
            let (place, rest) = line.split_once(mark)?;
            let (file, number) = place.rsplit_once(':')?;
            Some((file, number.parse().ok()?, rest))
        });
        let Some((file, number, rest)) = found else { return };
        let is_error = line.contains(": error: ");
        let is_skip = line.contains(": Test skipped");
        if !(is_error || is_skip) {
            return;
        }
        running.is_skipped |= is_skip && !is_error;
        let words = rest.split_once(" : ").map_or(rest, |(_, words)| words);
        let words = words.split_once("Test skipped").map_or(words, |(_, words)| words);
        running.messages.push(words.trim_start_matches([' ', '-', ':']).to_owned());
        running.place.get_or_insert((file.to_owned(), number));
    }

    fn end(&mut self, outcome: Outcome, seconds: Option<f64>) {
        let Some(Running { class, name, position, messages, place, is_skipped }) =
            self.running.take()
        else {
            return;
        };
        let outcome =
            if is_skipped && outcome == Outcome::Passed { Outcome::Skipped } else { outcome };
        let text = messages.join("\n");
        let (file, line) = place.unzip();
        self.builder.case(NewCase {
            classname: Some(&class),
            name: &name,
            file: file.as_deref(),
            line,
            seconds,
            outcome,
            extra: CaseExtra {
                detail: detail(messages.first().map(String::as_str), None, Some(&text))
                    .filter(|_| outcome != Outcome::Passed),
                ..CaseExtra::default()
            },
            position,
            ..NewCase::default()
        });
    }
}

/// The seconds in `' passed (0.002 seconds).`
fn seconds(rest: &str) -> Option<f64> {
    rest.split_once('(')?.1.split(' ').next()?.parse().ok()
}

impl TextReader for Reader {
    fn line(&mut self, line: &str, position: Position) {
        if let Some((suite, rest)) = quoted(line, "Test Suite '") {
            if rest.starts_with("' started") {
                self.suites.push((suite.to_owned(), position));
            } else if let Some(at) = self.suites.iter().rposition(|(open, _)| open == suite) {
                self.suites.truncate(at);
            }
        } else if let Some((class, name, rest)) = case_of(line) {
            if rest.starts_with("' started") {
                if self.running.is_some() {
                    self.crashed();
                }
                self.running = Some(Running {
                    class: class.to_owned(),
                    name: name.to_owned(),
                    position,
                    messages: Vec::new(),
                    place: None,
                    is_skipped: false,
                });
                return;
            }
            let outcome = match rest {
                rest if rest.starts_with("' passed") => Outcome::Passed,
                rest if rest.starts_with("' failed") => Outcome::Failed,
                _ => Outcome::Skipped,
            };
            let is_running = |running: &Running| running.class == class && running.name == name;
            if self.running.as_ref().is_some_and(is_running) {
                self.end(outcome, seconds(rest));
            }
        } else {
            self.issue(line);
        }
    }

    fn builder(&mut self) -> &mut ReportBuilder {
        &mut self.builder
    }

    fn finish(mut self, _: Position) -> Report {
        self.crashed();
        if let Some((suite, position)) = self.suites.first() {
            let message = format!("the suite `{suite}` has no end");
            self.builder.damage(Flaw::new(*position, message));
        }
        self.builder.finish()
    }
}

impl Reader {
    /// A test began and did not end: the process died.
    fn crashed(&mut self) {
        if let Some(running) = self.running.take() {
            let message = format!("the test `{}` has no end", running.name);
            self.builder.damage(Flaw::new(running.position, message));
        }
    }
}
