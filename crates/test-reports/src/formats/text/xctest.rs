//! The log of XCTest, of Xcode and of swift-corelibs-xctest.
//!
//! `Test Case '-[ShopTests.CartTests testTotal]' passed (0.002 seconds).`, or `'CartTests.testTotal'` on Linux. Where tests run
//! in parallel, and since Xcode 26, there are only lines about ends, which name the device:
//! `Test case 'CartTests.testTotal()' passed on 'My Mac - Shop (51424)' (0.002 seconds)`. swift-testing's have a slash.

use std::collections::HashMap;

use super::TextReader;
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{CaseExtra, Flaw, Outcome, Position, Report};

/// What Xcode prints after a crash, before it runs the other tests.
const RESTART: &str = "Restarting after unexpected exit";

/// Tests that are kept until their ends say how they ended.
const MOST: usize = 10_000;

pub(super) struct Reader {
    builder: ReportBuilder,
    running: Option<Running>,
    /// Open suites.
    suites: Vec<(String, Position)>,
    /// What is known of tests that run in parallel, by class without its module, and method.
    parallel: HashMap<(String, String), Issues>,
    /// Whether the end of a run in parallel is still to come.
    is_open: bool,
}

struct Running {
    class: String,
    name: String,
    position: Position,
    issues: Issues,
}

#[derive(Default)]
struct Issues {
    messages: Vec<String>,
    place: Option<(String, u32)>,
    is_skipped: bool,
}

pub(super) fn begins(line: &str) -> bool {
    let suite = |start, rest_start| {
        quoted(line, start).is_some_and(|(_, rest): (_, &str)| rest.starts_with(rest_start))
    };
    suite("Test Suite '", "' started at ")
        || suite("Test suite '", "' started on '")
        || case_of(line)
            .is_some_and(|(_, _, rest)| rest.starts_with("' started") || is_of_device(rest))
}

/// Whether the rest of the line of a case names a device: `' passed on 'My Mac' (0.1 seconds)`.
fn is_of_device(rest: &str) -> bool {
    ["' passed on '", "' failed on '", "' skipped on '"].iter().any(|start| rest.starts_with(start))
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
    let (test, rest) = quoted(line, "Test Case '").or_else(|| quoted(line, "Test case '"))?;
    let (class, name) = test_of(test)?;
    Some((class, name, rest))
}

/// The class and the method of `-[ShopTests.CartTests testTotal]`, `CartTests.testTotal`, `CartTests.testTotal()` or
/// `CartTests/total(of:)`, in which the arguments are part of the name.
fn test_of(test: &str) -> Option<(&str, &str)> {
    if let Some(test) = test.strip_prefix("-[").and_then(|test| test.strip_suffix(']')) {
        return test.split_once(' ');
    }
    let path = test.split('(').next()?;
    match path.rfind('/').or_else(|| path.rfind('.'))? {
        at if test[at..].starts_with('/') => Some((&test[..at], &test[at + 1..])),
        at => Some((&test[..at], test[at + 1..].trim_end_matches("()"))),
    }
}

/// The key of a test that runs in parallel. Some lines name its module, others do not.
fn key((class, name): (&str, &str)) -> (String, String) {
    (
        class.rsplit('.').next().unwrap_or_default().to_owned(),
        name.trim_end_matches("()").to_owned(),
    )
}

impl Issues {
    /// `/srv/shop/CartTests.swift:12: error: -[ShopTests.CartTests testTotal] : message`. Returns the test.
    fn parse(line: &str) -> Option<(Option<&str>, Self)> {
        let found = [": error: ", ": Test skipped", ": "].iter().find_map(|mark| {
            let (place, rest) = line.split_once(mark)?;
            let (file, number) = place.rsplit_once(':')?;
            Some((file, number.parse().ok()?, rest))
        });
        let (file, number, rest) = found?;
        let is_error = line.contains(": error: ");
        let is_skip = line.contains(": Test skipped");
        if !(is_error || is_skip) {
            return None;
        }
        let test = rest.split_once(" : ").map(|(test, _)| test);
        let words = rest.split_once(" : ").map_or(rest, |(_, words)| words);
        let words = words.split_once("Test skipped").map_or(words, |(_, words)| words);
        let message = words.trim_start_matches([' ', '-', ':']).to_owned();
        Some((
            test,
            Self {
                messages: vec![message],
                place: Some((file.to_owned(), number)),
                is_skipped: is_skip && !is_error,
            },
        ))
    }

    fn join(&mut self, other: Self) {
        self.messages.extend(other.messages);
        self.is_skipped |= other.is_skipped;
        if self.place.is_none() {
            self.place = other.place;
        }
    }
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder) -> Self {
        Self {
            builder,
            running: None,
            suites: Vec::new(),
            parallel: HashMap::new(),
            is_open: false,
        }
    }

    fn issue(&mut self, line: &str) {
        let Some((test, issues)) = Issues::parse(line) else { return };
        if let Some(running) = &mut self.running {
            running.issues.join(issues);
        } else if let Some(test) = test.and_then(test_of)
            && self.parallel.len() < MOST
        {
            self.parallel.entry(key(test)).or_default().join(issues);
        }
    }

    fn case(&mut self, running: Running, outcome: Outcome, seconds: Option<f64>) {
        let Running { class, name, position, issues } = running;
        let Issues { messages, place, is_skipped } = issues;
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

    /// A line about a case.
    fn case_line(&mut self, class: &str, name: &str, rest: &str, position: Position) {
        let new =
            |issues| Running { class: class.to_owned(), name: name.to_owned(), position, issues };
        if rest.starts_with("' started") {
            if self.running.is_some() {
                self.crashed();
            }
            self.running = Some(new(Issues::default()));
            return;
        }
        let outcome = match rest {
            rest if rest.starts_with("' passed") => Outcome::Passed,
            rest if rest.starts_with("' failed") => Outcome::Failed,
            _ => Outcome::Skipped,
        };
        let is_running = |running: &mut Running| running.class == class && running.name == name;
        if let Some(running) = self.running.take_if(is_running) {
            self.case(running, outcome, seconds(rest));
        } else if is_of_device(rest) {
            self.is_open = true;
            let issues = self.parallel.remove(&key((class, name))).unwrap_or_default();
            self.case(new(issues), outcome, seconds(rest));
        }
    }

    /// A test began and did not end: the process died.
    fn crashed(&mut self) {
        if let Some(running) = self.running.take() {
            let message = format!("the test `{}` has no end", running.name);
            self.builder.damage(Flaw::new(running.position, message));
        }
    }

    /// Xcode says that the process died, and runs the other tests in a new one.
    fn restart(&mut self, line: &str) {
        self.suites.clear();
        if let Some(mut running) = self.running.take() {
            running.issues.messages.push(line.to_owned());
            self.case(running, Outcome::Errored, None);
        }
    }
}

/// The seconds in `' passed (0.002 seconds).`
fn seconds(rest: &str) -> Option<f64> {
    rest.rsplit_once('(')?.1.split(' ').next()?.parse().ok()
}

impl TextReader for Reader {
    fn line(&mut self, line: &str, position: Position) {
        // A test may print text without a line break.
        let end = line.find("Test Case '").and_then(|at| line.get(at..)).filter(|end| {
            let running = self.running.as_ref();
            let test = running.map(|running| (&*running.class, &*running.name));
            case_of(end).is_some_and(|(class, name, rest)| {
                test == Some((class, name)) && !rest.starts_with("' started")
            })
        });
        let line = end.unwrap_or(line);
        if let Some((suite, rest)) = quoted(line, "Test Suite '") {
            if rest.starts_with("' started") {
                self.suites.push((suite.to_owned(), position));
            } else if let Some(at) = self.suites.iter().rposition(|(open, _)| open == suite) {
                self.suites.truncate(at);
            }
        } else if let Some((class, name, rest)) = case_of(line) {
            self.case_line(class, name, rest, position);
        } else if line.starts_with(RESTART) {
            self.restart(line);
        } else if ["** TEST ", "Test session results", "Executed "]
            .iter()
            .any(|start| line.trim_start().starts_with(start))
        {
            self.is_open = false;
        } else {
            self.issue(line);
        }
    }

    fn builder(&mut self) -> &mut ReportBuilder {
        &mut self.builder
    }

    fn finish(mut self, end: Position) -> Report {
        self.crashed();
        if let Some((suite, position)) = self.suites.first() {
            let message = format!("the suite `{suite}` has no end");
            self.builder.damage(Flaw::new(*position, message));
        }
        if self.is_open {
            self.builder.damage(Flaw::new(end, "the file ends before the run does"));
        }
        self.builder.finish()
    }
}
