//! `go test -json`: a line for each event of a test or a package. `go test -v` prints the same as text.
//!
//! Parents and subtests are both tests, as in gotestsum. A package that fails without a failed test becomes the case
//! `TestMain` without a classname, as there.

use std::collections::HashMap;

use serde::Deserialize;

use super::LineReader;
use super::ndjson::Line;
use super::values::{Message, Number, Words};
use crate::formats::builder::{LONGEST_TEXT, NewCase, ReportBuilder, detail, tags_in_output};
use crate::formats::model::{CaseExtra, Flaw, Outcome, Position, Report, SuiteIndex, Tag};

/// Reads events.
pub(in crate::formats) struct GoReader {
    builder: ReportBuilder,
    /// Packages that have not ended.
    packages: HashMap<Box<str>, Package>,
    /// The output of builds, by import path.
    builds: HashMap<Box<str>, String>,
}

struct Package {
    suite: SuiteIndex,
    position: Position,
    running: HashMap<Box<str>, Running>,
    /// Output outside of tests.
    output: String,
    has_failed: bool,
    /// The index of its first case.
    start: usize,
}

struct Running {
    position: Position,
    output: String,
    tags: Vec<Tag>,
}

/// What happened to a test or a package.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Event {
    action: Words,
    package: Words,
    import_path: Words,
    test: Words,
    output: Message,
    elapsed: Number,
    failed_build: Words,
}

/// Builds or packages that are kept at a time.
const MOST: usize = 100_000;

fn push(output: &mut String, text: &str) {
    if output.len() + text.len() <= LONGEST_TEXT {
        output.push_str(text);
    }
}

fn outcome_of(action: &str) -> Option<Outcome> {
    match action {
        "pass" | "bench" => Some(Outcome::Passed),
        "fail" => Some(Outcome::Failed),
        "skip" => Some(Outcome::Skipped),
        _ => None,
    }
}

impl GoReader {
    pub(in crate::formats) fn new(builder: ReportBuilder) -> Self {
        Self { builder, packages: HashMap::new(), builds: HashMap::new() }
    }

    pub(in crate::formats) fn builder_mut(&mut self) -> &mut ReportBuilder {
        &mut self.builder
    }

    fn package(&mut self, name: &str, position: Position) -> &mut Package {
        let builder = &mut self.builder;
        self.packages.entry(name.into()).or_insert_with(|| Package {
            suite: builder.new_suite(None, name),
            position,
            running: HashMap::new(),
            output: String::new(),
            has_failed: false,
            start: builder.case_count(),
        })
    }

    /// A test begins.
    pub(in crate::formats) fn run(&mut self, package: &str, test: &str, position: Position) {
        let fresh = Running { position, output: String::new(), tags: Vec::new() };
        self.package(package, position).running.insert(test.into(), fresh);
    }

    /// Output of a test, or of a package where `test` is empty.
    pub(in crate::formats) fn output(
        &mut self,
        package: &str,
        test: &str,
        text: &str,
        position: Position,
    ) {
        let package = self.package(package, position);
        match package.running.get_mut(test) {
            Some(running) => {
                running.tags.extend(tags_in_output(text));
                push(&mut running.output, text);
            }
            None => push(&mut package.output, text),
        }
    }

    /// A test ended.
    pub(in crate::formats) fn end_test(
        &mut self,
        name: &str,
        test: &str,
        outcome: Outcome,
        seconds: Option<f64>,
        position: Position,
    ) {
        let package = self.package(name, position);
        let running = package.running.remove(test);
        package.has_failed |= outcome == Outcome::Failed;
        let suite = package.suite;
        let Running { position, output, tags } =
            running.unwrap_or(Running { position, output: String::new(), tags: Vec::new() });
        let text = without_frame(&output);
        self.builder.case(NewCase {
            suite: Some(suite),
            name: test,
            classname: Some(name),
            seconds,
            outcome,
            extra: CaseExtra {
                detail: detail(None, None, Some(&text)).filter(|_| outcome != Outcome::Passed),
                tags,
                ..CaseExtra::default()
            },
            position,
            ..NewCase::default()
        });
    }

    /// A package ended. Tests that are still running printed their result after something without a line break, or died
    /// with the process.
    pub(in crate::formats) fn end_package(
        &mut self,
        name: &str,
        outcome: Outcome,
        build: Option<&str>,
        position: Position,
    ) {
        let running = &mut self.package(name, position).running;
        let mut left: Vec<(Box<str>, Position, Outcome)> = running
            .iter()
            .map(|(test, running)| {
                let found = result_in(&running.output, test);
                (test.clone(), running.position, found.unwrap_or(outcome))
            })
            .collect();
        left.sort_by_key(|(_, position, _)| *position);
        for (test, position, outcome) in left {
            self.end_test(name, &test, outcome, None, position);
        }
        let Some(package) = self.packages.remove(name) else { return };
        if outcome != Outcome::Failed || package.has_failed {
            return;
        }
        let output = build.and_then(|build| self.builds.remove(build)).unwrap_or_default();
        let text = if output.trim().is_empty() { package.output } else { output };
        self.builder.case(NewCase {
            suite: Some(package.suite),
            name: "TestMain",
            classname: Some(""),
            outcome: Outcome::Errored,
            extra: CaseExtra {
                detail: detail(None, None, Some(&without_frame(&text))),
                ..CaseExtra::default()
            },
            position: package.position,
            ..NewCase::default()
        });
    }

    /// The suite of a package that is only named at its end.
    pub(in crate::formats) fn rename_package(&mut self, old: &str, name: &str) {
        if let Some(package) = self.packages.remove(old) {
            self.builder.name_suite(package.suite, name);
            for index in package.start..self.builder.case_count() {
                self.builder.rename_class(index, name);
            }
            self.packages.insert(name.into(), package);
        }
    }

    /// Forgets a package that was never named.
    pub(in crate::formats) fn drop_package(&mut self, name: &str) {
        self.packages.remove(name);
    }

    /// `FAIL example.com/shop [build failed]`, with a tab, which older versions print between the events.
    fn text_line(&mut self, line: &str, position: Position) {
        if let Some(package) = unbuilt(line) {
            self.output(package, "", line, position);
            self.end_package(package, Outcome::Failed, None, position);
        }
    }

    /// The report. Packages that have no end are damage.
    pub(in crate::formats) fn end(mut self) -> Report {
        let open = self.packages.iter().min_by_key(|(_, package)| package.position);
        if let Some((name, package)) = open {
            let message = format!("the tests of {name} have no end");
            self.builder.damage(Flaw::new(package.position, message));
        }
        self.builder.finish()
    }
}

/// The package in `FAIL example.com/shop [build failed]`, with a tab.
pub(in crate::formats) fn unbuilt(line: &str) -> Option<&str> {
    let (package, reason) = line.strip_prefix("FAIL\t")?.split_once(" [")?;
    ["build failed]", "setup failed]"].contains(&reason.trim_end()).then_some(package)
}

/// The result in `no line break--- PASS: TestTotal (0.00s)`.
fn result_in(output: &str, test: &str) -> Option<Outcome> {
    let results =
        [("PASS", Outcome::Passed), ("FAIL", Outcome::Failed), ("SKIP", Outcome::Skipped)];
    results.into_iter().find_map(|(word, outcome)| {
        output.contains(&format!("--- {word}: {test} (")).then_some(outcome)
    })
}

/// Output without the lines that say which test runs and how it ended.
fn without_frame(output: &str) -> String {
    let is_frame = |line: &&str| {
        let line = line.trim_start();
        [
            "=== RUN ",
            "=== PAUSE ",
            "=== CONT ",
            "=== NAME ",
            "--- PASS: ",
            "--- FAIL: ",
            "--- SKIP: ",
        ]
        .iter()
        .any(|start| line.starts_with(start))
    };
    let lines: Vec<&str> = output.lines().filter(|line| !is_frame(line)).collect();
    lines.join("\n")
}

impl LineReader for GoReader {
    fn line(&mut self, line: &Line<'_>) {
        let position = line.position();
        if !line.is_json() {
            return self.text_line(&line.text(), position);
        }
        let Some(event) = line.read::<Event>(&mut self.builder) else { return };
        let Event { action, package, import_path, test, output, elapsed, failed_build } = event;
        let (name, test, action) = (package.text(), test.text(), action.text());
        if action == "build-output" && self.builds.len() < MOST {
            push(self.builds.entry(import_path.text().into()).or_default(), output.text());
        }
        if name.is_empty() || self.packages.len() > MOST {
            return;
        }
        match (outcome_of(action), test) {
            (Some(_), "") if action == "bench" => {}
            (Some(outcome), "") => self.end_package(name, outcome, failed_build.get(), position),
            (Some(outcome), test) => self.end_test(name, test, outcome, elapsed.get(), position),
            (None, "") if action == "start" => drop(self.package(name, position)),
            (None, test) if action == "run" => self.run(name, test, position),
            (None, test) if action == "output" => self.output(name, test, output.text(), position),
            _ => {}
        }
    }

    fn builder(&mut self) -> &mut ReportBuilder {
        &mut self.builder
    }

    fn finish(self, _: Position) -> Report {
        self.end()
    }
}
