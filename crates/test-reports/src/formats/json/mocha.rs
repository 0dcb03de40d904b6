//! Mocha's reporters `json` and `json-stream`, and mochawesome.

use serde::Deserialize;
use serde::de::MapAccess;

use super::elements::{Each, Fields, Object, Objects, skip};
use super::mochawesome::Suites;
use super::ndjson::Line;
use super::place::Place;
use super::values::{Lenient, Message, Number, Words};
use super::{Document, LineReader};
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{CaseExtra, Flaw, Outcome, Position, Report, Rerun, RerunWhen, Tag};

/// Attempts of a test that are kept.
const MOST_ATTEMPTS: u32 = 100;

/// A test in either format. In lists the state of a test is which list it is in.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Test {
    title: Words,
    full_title: Words,
    pub(super) file: Words,
    duration: Number,
    /// How often the test failed before.
    current_retry: Number,
    err: ErrorValue,
    stack: Message,
    /// Only in mochawesome.
    pub(super) state: Words,
    pub(super) context: Message,
}

/// `err` is an object in documents and a text in streams.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum ErrorValue {
    Object(ErrorObject),
    Text(Message),
    #[serde(skip)]
    #[default]
    None,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorObject {
    message: Message,
    name: Words,
    code: Words,
    stack: Message,
    /// In mochawesome.
    estack: Message,
}

/// Adds a case. A name is a full title and the classname the test's own, as in mocha-junit-reporter.
pub(super) fn case(
    builder: &mut ReportBuilder,
    test: &Test,
    outcome: Outcome,
    tags: Vec<Tag>,
    position: Position,
) {
    // What the attempts before said is not written.
    let rerun = || Rerun {
        when: RerunWhen::Before,
        outcome: Outcome::Failed,
        detail: Default::default(),
        duration: None,
    };
    let attempts = test.current_retry.line().unwrap_or_default().min(MOST_ATTEMPTS);
    let detail = match &test.err {
        ErrorValue::Object(error) => detail(
            error.message.get(),
            error.name.get().or(error.code.get()),
            error.stack.get().or(error.estack.get()),
        ),
        ErrorValue::Text(message) => detail(message.get(), None, test.stack.get()),
        ErrorValue::None => None,
    };
    builder.case(NewCase {
        name: test.full_title.get().unwrap_or(test.title.text()),
        classname: test.title.get(),
        file: test.file.get(),
        seconds: test.duration.thousandths(),
        outcome,
        extra: CaseExtra {
            detail: detail.filter(|_| outcome != Outcome::Passed),
            reruns: (0..attempts).map(|_| rerun()).collect(),
            tags,
            ..CaseExtra::default()
        },
        position,
        ..NewCase::default()
    });
}

/// Reads a document. Hooks that failed are among the failures, and not among the tests.
pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
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
        let Self { builder, place } = self;
        let outcome = match key {
            "results" => return map.next_value_seed(Objects(&mut Suites::new(builder, place))),
            // Before version 4.
            "suites" => return map.next_value_seed(Fields(&mut Suites::new(builder, place))),
            "pending" => Outcome::Skipped,
            "failures" => Outcome::Failed,
            "passes" => Outcome::Passed,
            // `tests` lists all of them once more, without their state.
            _ => return skip(place, map),
        };
        map.next_value_seed(Each::new(place, |test: Lenient<Test>, position| {
            case(builder, &test, outcome, Vec::new(), position);
        }))
    }
}

/// Reads a stream: arrays of an event and its test.
pub(super) struct Stream {
    builder: ReportBuilder,
    ended: bool,
}

impl Stream {
    pub(super) fn new(builder: ReportBuilder) -> Self {
        Self { builder, ended: false }
    }
}

impl LineReader for Stream {
    fn line(&mut self, line: &Line<'_>) {
        let Some((event, test)) = line.read::<(Words, Lenient<Test>)>(&mut self.builder) else {
            return;
        };
        let outcome = match event.text() {
            "pass" => Outcome::Passed,
            "fail" => Outcome::Failed,
            "pending" => Outcome::Skipped,
            "start" => {
                self.ended = false;
                return;
            }
            "end" => {
                self.ended = true;
                return;
            }
            _ => return,
        };
        case(&mut self.builder, &test, outcome, Vec::new(), line.position());
    }

    fn builder(&mut self) -> &mut ReportBuilder {
        &mut self.builder
    }

    fn finish(mut self, end: Position) -> Report {
        if !self.ended {
            self.builder.damage(Flaw::new(end, "the file ends before the event `end`"));
        }
        self.builder.finish()
    }
}
