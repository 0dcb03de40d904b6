//! pytest-reportlog: a line for each phase of a test, for each collected node, and for the end of the session.

use std::collections::HashMap;

use serde::Deserialize;

use super::LineReader;
use super::ndjson::Line;
use super::pytest::{add_markers, failed_collector, file_of, skip_reason};
use super::values::{Keys, Lenient, List, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail, tags_in_output};
use crate::formats::model::{
    CaseExtra, Detail, Flaw, Outcome, Position, Property, Report, Rerun, RerunWhen, Tag,
};

pub(super) struct Reader {
    builder: ReportBuilder,
    /// Tests whose teardown has not been read, by node.
    running: HashMap<Box<str>, Running>,
    ended: bool,
}

#[derive(Default)]
struct Running {
    position: Position,
    line: Option<u32>,
    seconds: f64,
    outcome: Outcome,
    detail: Option<Box<Detail>>,
    reruns: Vec<Rerun>,
    is_rerun: bool,
    properties: Vec<Property>,
    tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event {
    #[serde(rename = "$report_type")]
    kind: Words,
    nodeid: Words,
    outcome: Words,
    when: Words,
    duration: Number,
    longrepr: Repr,
    wasxfail: Option<Message>,
    location: List<Words>,
    user_properties: List<List<Words>>,
    sections: List<List<Message>>,
    keywords: Keys,
}

/// A text, or `[path, line, reason]` of a skip, or an object. The lenient type comes last: it accepts anything.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Repr {
    Skip(Vec<Message>),
    Object(ReprObject),
    Text(Message),
    #[serde(skip)]
    #[default]
    None,
}

#[derive(Default, Deserialize)]
struct ReprObject {
    #[serde(default)]
    reprcrash: Lenient<Crash>,
    #[serde(default)]
    reprtraceback: Lenient<Traceback>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Crash {
    message: Message,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Traceback {
    reprentries: List<Lenient<Entry>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    data: Lenient<EntryData>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EntryData {
    lines: List<Message>,
}

impl Repr {
    fn detail(&self) -> Option<Box<Detail>> {
        match self {
            Self::None => None,
            Self::Text(text) => match text.get().and_then(skip_reason) {
                Some(reason) => detail(Some(reason), None, None),
                None => detail(None, None, text.get()),
            },
            Self::Skip(parts) => {
                let reason = parts.last().and_then(|reason| reason.get());
                let reason = reason.map(|words| words.strip_prefix("Skipped: ").unwrap_or(words));
                detail(reason, None, None)
            }
            Self::Object(object) => {
                let entries = &object.reprtraceback.reprentries.0;
                let lines = entries.iter().flat_map(|entry| &entry.data.lines.0);
                let lines: Vec<&str> = lines.map(|line| line.text()).collect();
                detail(object.reprcrash.message.get(), None, Some(&lines.join("\n")))
            }
        }
    }
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder) -> Self {
        Self { builder, running: HashMap::new(), ended: false }
    }

    fn phase(&mut self, event: &Event, position: Position) {
        let node = event.nodeid.text();
        if self.running.len() >= self.builder.limits().cases {
            return;
        }
        let test = self.running.entry(node.into()).or_insert_with(|| Running {
            position,
            outcome: Outcome::Passed,
            ..Running::default()
        });
        test.seconds += event.duration.get().unwrap_or_default();
        if let Some(line) = event.location.0.get(1).and_then(|line| line.text().parse::<u32>().ok())
        {
            test.line = Some(line.saturating_add(1));
        }
        for section in &event.sections.0 {
            if let [_, output] = section.0.as_slice() {
                test.tags.extend(tags_in_output(output.text()));
            }
        }
        let is_call = event.when.text() == "call";
        let outcome = match event.outcome.text() {
            "failed" if is_call => Outcome::Failed,
            "failed" => Outcome::Errored,
            "skipped" => Outcome::Skipped,
            "rerun" => {
                let says = event.longrepr.detail().map(|detail| *detail).unwrap_or_default();
                let duration = event.duration.get();
                let (when, outcome) = (RerunWhen::Before, Outcome::Failed);
                test.reruns.push(Rerun { when, outcome, detail: says, duration });
                test.is_rerun = true;
                Outcome::Passed
            }
            _ => Outcome::Passed,
        };
        let is_worse = match outcome {
            Outcome::Skipped => test.outcome == Outcome::Passed,
            Outcome::Passed => false,
            _ => test.outcome < Outcome::Failed,
        };
        if is_worse {
            test.outcome = outcome;
            test.detail = match event.wasxfail.as_ref().and_then(|reason| reason.get()) {
                Some(reason) if outcome == Outcome::Skipped => detail(Some(reason), None, None),
                _ => event.longrepr.detail(),
            };
        }
        if event.when.text() != "teardown" {
            return;
        }
        for pair in &event.user_properties.0 {
            if let [name, value] = pair.0.as_slice() {
                let property = self.builder.property(name.text(), value.text());
                test.properties.push(property);
            }
        }
        add_markers(&mut test.properties, &mut self.builder, &event.keywords, node);
        if std::mem::take(&mut test.is_rerun) {
            (test.seconds, test.outcome, test.detail) = (0.0, Outcome::Passed, None);
        } else if let Some(test) = self.running.remove(node) {
            self.end_test(node, test);
        }
    }

    fn end_test(&mut self, node: &str, test: Running) {
        let Running { position, line, seconds, outcome, detail, reruns, properties, tags, .. } =
            test;
        self.builder.case(NewCase {
            name: node,
            file: Some(file_of(node)),
            line,
            seconds: Some(seconds),
            outcome,
            extra: CaseExtra { detail, reruns, properties, tags, ..CaseExtra::default() },
            position,
            ..NewCase::default()
        });
    }
}

impl LineReader for Reader {
    fn line(&mut self, line: &Line<'_>) {
        let Some(event) = line.read::<Event>(&mut self.builder) else { return };
        match event.kind.text() {
            "TestReport" => self.phase(&event, line.position()),
            // Of pytest-subtests, and of pytest since version 9. The test itself may be said to have passed.
            "SubTestReport" | "SubtestReport" if event.outcome.text() == "failed" => {
                self.phase(&Event { duration: Number::default(), ..event }, line.position());
            }
            "CollectReport" if event.outcome.text() == "failed" => {
                let says = event.longrepr.detail();
                failed_collector(&mut self.builder, event.nodeid.text(), says, line.position());
            }
            "SessionStart" => self.ended = false,
            "SessionFinish" => self.ended = true,
            _ => {}
        }
    }

    fn builder(&mut self) -> &mut ReportBuilder {
        &mut self.builder
    }

    fn finish(mut self, end: Position) -> Report {
        if !self.ended {
            self.builder.damage(Flaw::new(end, "the file ends before the session does"));
        } else if let Some((node, test)) = self.running.iter().min_by_key(|(_, test)| test.position)
        {
            let message = format!("{node} has no end");
            self.builder.damage(Flaw::new(test.position, message));
        }
        self.builder.finish()
    }
}
