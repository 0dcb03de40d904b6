//! The lines of libtest's `--format json` and of cargo-nextest's `libtest-json` and `libtest-json-plus`.
//!
//! Each binary is a suite. libtest does not name it. cargo-nextest puts `package::binary$` in front of every test.

use std::collections::HashMap;

use serde::Deserialize;

use super::LineReader;
use super::ndjson::Line;
use super::values::{Lenient, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail, tags_in_output};
use crate::formats::model::{
    CaseExtra, Flaw, Outcome, Position, Report, Rerun, RerunWhen, SuiteIndex,
};

/// The attribute of the document that cargo-nextest wrote.
pub(in crate::formats) const NEXTEST: &str = "nextest";

pub(super) struct Reader {
    builder: ReportBuilder,
    /// Open blocks. With `libtest-json-plus` several binaries run at a time, and each has its name; otherwise there is one
    /// without a name.
    blocks: HashMap<String, Block>,
    is_nextest: bool,
}

/// The lines about one binary.
struct Block {
    suite: SuiteIndex,
    position: Position,
    /// Its kind, where cargo-nextest says it.
    kind: Words,
    /// Passed, failed and ignored tests so far.
    counts: [usize; 3],
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event {
    #[serde(rename = "type")]
    kind: Words,
    event: Words,
    name: Words,
    exec_time: Number,
    stdout: Message,
    message: Message,
    reason: Words,
    passed: Number,
    failed: Number,
    ignored: Number,
    nextest: Option<Lenient<Nextest>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Nextest {
    #[serde(rename = "crate")]
    package: Words,
    test_binary: Words,
    kind: Words,
}

impl Event {
    /// The name of the binary, as it is in front of its tests. Empty where it is not written.
    fn binary(&self) -> String {
        let name =
            |it: &Lenient<Nextest>| format!("{}::{}", it.package.text(), it.test_binary.text());
        self.nextest.as_ref().map(name).unwrap_or_default()
    }
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder) -> Self {
        Self { builder, blocks: HashMap::new(), is_nextest: false }
    }

    fn suite(&mut self, event: &Event, position: Position) {
        let binary = event.binary();
        let ended = self.blocks.remove(&binary);
        if event.event.text() == "started" {
            if let Some(open) = ended {
                self.builder.damage(no_end(&open));
            }
            let kind = event.nextest.as_ref().map(|nextest| nextest.kind.clone());
            let (suite, kind) = (self.builder.new_suite(None, ""), kind.unwrap_or_default());
            self.blocks.insert(binary, Block { suite, position, kind, counts: [0; 3] });
            return;
        }
        let Some(block) = ended else {
            let message = "the end of a binary that has no start";
            return self.builder.damage(Flaw::new(position, message));
        };
        // cargo-nextest counts ignored tests that it does not list.
        let ignored = if self.is_nextest { Number::default() } else { event.ignored };
        let said = [event.passed, event.failed, ignored].map(Number::get);
        let names = ["passed", "failed", "ignored"];
        for ((said, found), name) in said.into_iter().zip(block.counts).zip(names) {
            let Some(said) = said else { continue };
            #[expect(clippy::cast_precision_loss, reason = "fewer tests than 2^52")]
            if (said - found as f64).abs() > 0.1 {
                let message = format!("found {found} {name} tests, expected {said}");
                self.builder.damage(Flaw::new(position, message));
            }
        }
    }

    fn test(&mut self, event: &Event, position: Position) {
        let (index, outcome) = match event.event.text() {
            "ok" => (0, Outcome::Passed),
            "failed" | "allowed_failure" => (1, Outcome::Failed),
            "ignored" => (2, Outcome::Skipped),
            // `started`, `timeout`: still running.
            _ => return,
        };
        let mut name = event.name.text();
        let (mut suite, mut attempts) = (None, 1);
        let binary = name.split_once('$').map_or("", |(binary, _)| binary);
        let key = if self.blocks.contains_key(binary) { binary } else { "" };
        if let Some(block) = self.blocks.get_mut(key) {
            if let Some(count) = block.counts.get_mut(index) {
                *count += 1;
            }
            suite = Some(block.suite);
            if let Some((binary, test)) = name.split_once('$') {
                self.builder.name_suite(block.suite, &binary_id(binary, block.kind.text()));
                (name, attempts) = without_attempts(test);
                if !std::mem::replace(&mut self.is_nextest, true) {
                    self.builder.root_attribute(NEXTEST, "true");
                }
            }
        }
        let message = event.message.get().or(event.reason.get());
        let tags = tags_in_output(event.stdout.text());
        // What earlier attempts said is not written.
        let rerun = || Rerun {
            when: RerunWhen::Before,
            outcome: Outcome::Failed,
            detail: Default::default(),
            duration: None,
        };
        self.builder.case(NewCase {
            suite,
            name,
            seconds: event.exec_time.get(),
            outcome,
            extra: CaseExtra {
                detail: detail(message, None, event.stdout.get())
                    .filter(|_| outcome != Outcome::Passed),
                reruns: (1..attempts).map(|_| rerun()).collect(),
                tags,
                ..CaseExtra::default()
            },
            position,
            ..NewCase::default()
        });
    }
}

/// The damage of a binary whose tests may be missing.
fn no_end(block: &Block) -> Flaw {
    Flaw::new(block.position, "the tests of a binary have no end")
}

/// The identifier of a binary, as cargo-nextest's JUnit reports have it, of `package::binary`.
fn binary_id(name: &str, kind: &str) -> String {
    // A stress run: `package::binary@stress-0`.
    let name = name.split("@stress-").next().unwrap_or(name);
    let Some((package, binary)) = name.split_once("::") else { return name.to_owned() };
    match kind {
        "lib" | "proc-macro" => package.to_owned(),
        "" if package.replace('-', "_") == binary => package.to_owned(),
        "" | "test" => format!("{package}::{binary}"),
        kind => format!("{package}::{kind}/{binary}"),
    }
}

/// The name of a test without the number of its attempts, and that number.
fn without_attempts(name: &str) -> (&str, usize) {
    let found = name.rsplit_once('#').and_then(|(test, count)| Some((test, count.parse().ok()?)));
    found.filter(|(test, count)| !test.is_empty() && (2..1000).contains(count)).unwrap_or((name, 1))
}

impl LineReader for Reader {
    fn line(&mut self, line: &Line<'_>) {
        let Some(event) = line.read::<Event>(&mut self.builder) else { return };
        match event.kind.text() {
            "suite" => self.suite(&event, line.position()),
            "test" => self.test(&event, line.position()),
            _ => {}
        }
    }

    fn builder(&mut self) -> &mut ReportBuilder {
        &mut self.builder
    }

    fn finish(mut self, _: Position) -> Report {
        if let Some(open) = self.blocks.values().min_by_key(|block| block.position) {
            self.builder.damage(no_end(open));
        }
        self.builder.finish()
    }
}
