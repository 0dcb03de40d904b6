//! GoogleTest's `--gtest_output=json`: suites, each with its tests.

use serde::Deserialize;
use serde::de::MapAccess;

use super::Document;
use super::elements::{Each, Object, Objects, skip};
use super::place::Place;
use super::values::{Lenient, List, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{CaseExtra, Outcome, Position, Report, SuiteIndex};
use crate::formats::time;

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
    suite: Option<SuiteIndex>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Test {
    name: Words,
    classname: Words,
    file: Words,
    line: Number,
    status: Words,
    result: Words,
    time: Words,
    failures: List<Lenient<Failure>>,
    skipped: List<Lenient<Skip>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Failure {
    failure: Message,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Skip {
    message: Message,
}

fn case(builder: &mut ReportBuilder, suite: Option<SuiteIndex>, test: &Test, position: Position) {
    let messages = test.failures.0.iter().filter_map(|failure| failure.failure.get());
    let messages: Vec<&str> = messages.collect();
    let (outcome, says) = if !messages.is_empty() {
        let text = messages.join("\n\n");
        (Outcome::Failed, detail(messages.first().copied(), None, Some(&text)))
    } else if test.status.text() == "NOTRUN" || test.result.text() != "COMPLETED" {
        let reason = test.skipped.0.first().and_then(|skip| skip.message.get());
        // Versions before 1.10 write no result.
        let ran = test.status.text() == "RUN" && test.result.get().is_none();
        (if ran { Outcome::Passed } else { Outcome::Skipped }, detail(reason, None, None))
    } else {
        (Outcome::Passed, None)
    };
    builder.case(NewCase {
        suite,
        name: test.name.text(),
        classname: test.classname.get(),
        file: test.file.get(),
        line: test.line.line(),
        seconds: time::seconds(test.time.text()),
        outcome,
        extra: CaseExtra { detail: says, ..CaseExtra::default() },
        position,
    });
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder, place: Place) -> Self {
        Self { builder, place, suite: None }
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
            "testsuites" => map.next_value_seed(Objects(&mut Suites(self))),
            _ => skip(&self.place, map),
        }
    }
}

struct Suites<'a>(&'a mut Reader);

impl Object for Suites<'_> {
    fn start(&mut self) {
        self.0.suite = Some(self.0.builder.new_suite(None, ""));
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Reader { builder, place, suite } = self.0;
        let suite = *suite;
        match (key, suite) {
            ("name", Some(suite)) => {
                let name: Words = map.next_value()?;
                builder.name_suite(suite, name.text());
                Ok(())
            }
            ("testsuite", suite) => {
                map.next_value_seed(Each::new(place, |test: Lenient<Test>, position| {
                    case(builder, suite, &test, position);
                }))
            }
            _ => skip(place, map),
        }
    }
}
