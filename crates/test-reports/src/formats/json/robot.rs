//! Robot Framework's JSON output: suites in suites, and their tests. Keywords at the top level of a test are its steps.

use serde::Deserialize;
use serde::de::MapAccess;

use super::Document;
use super::elements::{Each, Fields, Object, Objects, skip};
use super::place::Place;
use super::values::{Lenient, List, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{CaseExtra, Outcome, Position, Report, SuiteIndex};

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
    /// The open suites, the first case of each, and whether its name was read.
    open: Vec<(SuiteIndex, usize, bool)>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Test {
    name: Words,
    lineno: Number,
    status: Words,
    message: Message,
    elapsed_time: Number,
    tags: List<Words>,
    body: List<Lenient<Keyword>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Keyword {
    #[serde(rename = "type")]
    kind: Words,
    name: Words,
    kwname: Words,
    args: List<Message>,
}

fn case(builder: &mut ReportBuilder, suite: Option<SuiteIndex>, test: &Test, position: Position) {
    let outcome = match test.status.text() {
        "PASS" => Outcome::Passed,
        "FAIL" => Outcome::Failed,
        _ => Outcome::Skipped,
    };
    let mut properties = Vec::new();
    for tag in test.tags.0.iter().filter_map(Words::get) {
        properties.push(builder.property("tag", tag));
    }
    for keyword in &test.body.0 {
        let Some(name) = keyword.name.get().or(keyword.kwname.get()) else { continue };
        if !matches!(keyword.kind.text(), "" | "KEYWORD") {
            continue;
        }
        let parts = std::iter::once(name).chain(keyword.args.0.iter().map(|part| part.text()));
        let step = parts.collect::<Vec<&str>>().join("    ");
        properties.push(builder.property("step", &step));
    }
    builder.case(NewCase {
        suite,
        name: test.name.text(),
        line: test.lineno.line(),
        seconds: test.elapsed_time.get(),
        outcome,
        extra: CaseExtra {
            detail: detail(test.message.get(), None, None).filter(|_| outcome != Outcome::Passed),
            properties,
            ..CaseExtra::default()
        },
        position,
        ..NewCase::default()
    });
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder, place: Place) -> Self {
        Self { builder, place, open: Vec::new() }
    }
}

impl Document for Reader {
    fn finish(mut self) -> Report {
        if let Some((_, start, _)) = self.open.iter().find(|(_, _, is_named)| !is_named) {
            self.builder.forget_cases(*start);
        }
        self.builder.finish()
    }
}

impl Object for Reader {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "suite" => map.next_value_seed(Fields(&mut Suites(self))),
            // Before version 7.2 the document was the outermost suite.
            "name" | "source" | "tests" | "suites" => {
                let mut suites = Suites(self);
                if suites.0.open.is_empty() {
                    suites.start();
                }
                suites.field(key, map)
            }
            _ => skip(&self.place, map),
        }
    }
}

struct Suites<'a>(&'a mut Reader);

impl Object for Suites<'_> {
    fn start(&mut self) {
        let Reader { builder, open, .. } = self.0;
        let parent = open.last().map(|(suite, ..)| *suite);
        open.push((builder.new_suite(parent, ""), builder.case_count(), false));
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Reader { builder, place, open } = &mut *self.0;
        let Some((suite, _, is_named)) = open.last_mut() else { return skip(place, map) };
        match key {
            "name" => {
                let name: Words = map.next_value()?;
                builder.name_suite(*suite, name.text());
                *is_named = true;
                Ok(())
            }
            "source" => {
                let source: Words = map.next_value()?;
                builder.suite_attribute(*suite, "file", source.text());
                Ok(())
            }
            "tests" => {
                let suite = Some(*suite);
                map.next_value_seed(Each::new(place, |test: Lenient<Test>, position| {
                    case(builder, suite, &test, position);
                }))
            }
            "suites" => map.next_value_seed(Objects(&mut Suites(self.0))),
            _ => skip(place, map),
        }
    }

    fn end(&mut self) {
        self.0.open.pop();
    }
}
