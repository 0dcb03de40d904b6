//! The Common Test Report Format: `results.tests`, one object per test.

use serde::Deserialize;
use serde::de::MapAccess;

use super::Document;
use super::elements::{Each, Fields, Object, skip};
use super::place::Place;
use super::values::{Flag, Lenient, List, Message, Number, Texts, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail, tags_in_output};
use crate::formats::model::{CaseExtra, Outcome, Position, Report, Rerun, RerunWhen, Tag};

/// The attribute of the document with the name of the tool.
pub(in crate::formats) const TOOL: &str = "tool";

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Test {
    name: Words,
    status: Words,
    raw_status: Words,
    duration: Number,
    /// A text, or texts from the outermost suite on.
    suite: Texts<Words>,
    message: Message,
    trace: Message,
    line: Number,
    file_path: Words,
    browser: Words,
    tags: List<Words>,
    retry_attempts: List<Lenient<Retry>>,
    flaky: Flag,
    attachments: List<Lenient<Attachment>>,
    stdout: List<Message>,
    stderr: List<Message>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Retry {
    status: Words,
    duration: Number,
    message: Message,
    trace: Message,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attachment {
    path: Words,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tool {
    name: Words,
}

fn outcome_of(status: &str) -> Outcome {
    match status {
        "passed" => Outcome::Passed,
        "failed" => Outcome::Failed,
        // `skipped`, `pending`, `other`.
        _ => Outcome::Skipped,
    }
}

fn case(builder: &mut ReportBuilder, test: &Test, position: Position) {
    let suite = builder.chain(test.suite.0.iter().filter_map(Words::get));
    let outcome = outcome_of(test.status.text());
    let failed = test.retry_attempts.0.iter().filter(|retry| retry.status.text() == "failed");
    let reruns = failed.map(|retry| Rerun {
        when: RerunWhen::Before,
        outcome: Outcome::Failed,
        detail: detail(retry.message.get(), None, retry.trace.get())
            .map(|detail| *detail)
            .unwrap_or_default(),
        duration: retry.duration.thousandths(),
    });
    let mut reruns: Vec<Rerun> = reruns.collect();
    if reruns.is_empty() && test.flaky.0 && outcome == Outcome::Passed {
        // Older reporters say only that it failed before.
        reruns.push(Rerun {
            when: RerunWhen::Before,
            outcome: Outcome::Failed,
            detail: Default::default(),
            duration: None,
        });
    }
    let paths = test.attachments.0.iter().filter_map(|attachment| attachment.path.get());
    let mut tags: Vec<Tag> = paths.map(|path| Tag::Attachment(path.into())).collect();
    for output in test.stdout.0.iter().chain(&test.stderr.0) {
        tags.extend(tags_in_output(output.text()));
    }
    let labels = test.tags.0.iter().filter_map(Words::get);
    let properties = labels.map(|tag| builder.property("tag", tag)).collect();
    let attributes = [("rawStatus", &test.raw_status), ("browser", &test.browser)];
    let attributes = attributes
        .into_iter()
        .filter_map(|(name, value)| Some(builder.attribute(name, value.get()?)))
        .collect();
    builder.case(NewCase {
        suite,
        name: test.name.text(),
        file: test.file_path.get(),
        line: test.line.line(),
        seconds: test.duration.thousandths(),
        outcome,
        extra: CaseExtra {
            detail: detail(test.message.get(), None, test.trace.get())
                .filter(|_| outcome != Outcome::Passed),
            reruns,
            attributes,
            properties,
            tags,
        },
        position,
        ..NewCase::default()
    });
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder, place: Place) -> Self {
        Self { builder, place }
    }
}

impl Document for Reader {
    fn finish(self) -> Report {
        self.builder.finish()
    }
}

impl Object for Reader {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "results" => map.next_value_seed(Fields(&mut Results(self))),
            _ => skip(&self.place, map),
        }
    }
}

struct Results<'a>(&'a mut Reader);

impl Object for Results<'_> {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Reader { builder, place } = self.0;
        match key {
            "tool" => {
                let tool: Lenient<Tool> = map.next_value()?;
                builder.root_attribute(TOOL, tool.name.text());
                Ok(())
            }
            "tests" => map.next_value_seed(Each::new(place, |test: Lenient<Test>, position| {
                case(builder, &test, position);
            })),
            _ => skip(place, map),
        }
    }
}
