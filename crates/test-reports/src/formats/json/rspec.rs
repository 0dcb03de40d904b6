//! RSpec's formatter `json`: a list of examples, and of errors outside of them.
//!
//! Suite and classnames are those of the JUnit reports of rspec_junit_formatter.

use serde::Deserialize;
use serde::de::MapAccess;

use super::Document;
use super::elements::{Each, Object, skip};
use super::place::Place;
use super::values::{Lenient, List, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{CaseExtra, Outcome, Position, Report};

/// The suite of all examples.
const SUITE: &str = "rspec";

/// What messages about errors outside of examples begin with.
const ERROR: &str = "An error occurred";

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Example {
    full_description: Words,
    status: Words,
    file_path: Words,
    line_number: Number,
    run_time: Number,
    pending_message: Message,
    exception: Lenient<Exception>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Exception {
    class: Words,
    message: Message,
    backtrace: List<Message>,
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
        match key {
            "examples" => {
                map.next_value_seed(Each::new(place, |example: Lenient<Example>, position| {
                    case(builder, &example, position);
                }))
            }
            "messages" => {
                let position = place.position();
                let messages: List<Message> = map.next_value()?;
                let messages = messages.0.iter().map(|message| message.text().trim());
                for message in messages.filter(|message| message.starts_with(ERROR)) {
                    let says = detail(message.lines().next(), None, Some(message));
                    let says = says.map(|says| *says).unwrap_or_default();
                    builder.error(None, Outcome::Errored, says, position);
                }
                Ok(())
            }
            _ => skip(place, map),
        }
    }
}

fn case(builder: &mut ReportBuilder, example: &Example, position: Position) {
    let suite = Some(builder.suite(None, SUITE));
    let Exception { class, message, backtrace } = &*example.exception;
    let (outcome, says) = match example.status.text() {
        "passed" => (Outcome::Passed, None),
        "failed" => {
            let lines = std::iter::once(message).chain(&backtrace.0).map(|line| line.text());
            let text = lines.collect::<Vec<&str>>().join("\n");
            (Outcome::Failed, detail(message.get(), class.get(), Some(&text)))
        }
        _ => (Outcome::Skipped, detail(example.pending_message.get(), None, None)),
    };
    builder.case(NewCase {
        suite,
        name: example.full_description.text(),
        classname: Some(&classname(example.file_path.text())),
        file: example.file_path.get(),
        line: example.line_number.line(),
        seconds: example.run_time.get(),
        outcome,
        extra: CaseExtra { detail: says, ..CaseExtra::default() },
        position,
    });
}

/// `spec.cart_spec` of `./spec/cart_spec.rb`.
fn classname(path: &str) -> String {
    let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
    let file = file.split_once('.').map_or(file, |(name, _)| name);
    let name = format!("{directory}/{file}").replace('/', ".");
    name.trim_matches('.').to_owned()
}
