//! The JSON of Jest (`--json`) and Vitest (reporter `json`): files, each with its assertions.
//!
//! A suite is a file, or a group in it. The file's name comes after its assertions. A file that could not be run has no
//! assertions; it becomes an errored case as in jest-junit.

use serde::Deserialize;
use serde::de::MapAccess;

use super::Document;
use super::elements::{Each, Object, Objects, skip};
use super::place::Place;
use super::values::{Lenient, List, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{CaseExtra, Outcome, Position, Report, Rerun, RerunWhen, SuiteIndex};

/// The name of the case of a file that could not be run, as jest-junit writes it.
const FAILED: &str = "Test suite failed to run";

/// Attempts of a test that are kept.
const MOST_ATTEMPTS: u32 = 100;

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
    file: File,
}

/// The file at hand.
#[derive(Default)]
struct File {
    suite: Option<SuiteIndex>,
    name: Option<Words>,
    /// The index of its first case.
    start: usize,
    status: Words,
    message: Message,
    has_error: bool,
    position: Position,
    is_open: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Assertion {
    ancestor_titles: List<Words>,
    title: Words,
    status: Words,
    duration: Number,
    failure_messages: List<Message>,
    retry_reasons: List<Message>,
    invocations: Number,
    location: Lenient<Location>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Location {
    line: Number,
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder, place: Place) -> Self {
        Self { builder, place, file: File::default() }
    }

    fn end_file(&mut self) {
        let file = std::mem::take(&mut self.file);
        let (Some(suite), Some(name)) = (file.suite, file.name.as_ref().and_then(Words::get))
        else {
            self.builder.forget_cases(file.start);
            return;
        };
        self.builder.name_suite(suite, name);
        self.builder.suite_attribute(suite, "file", name);
        let has_cases = self.builder.case_count() > file.start;
        if !has_cases && (file.status.text() == "failed" || file.has_error) {
            self.builder.case(NewCase {
                suite: Some(suite),
                name: FAILED,
                outcome: Outcome::Errored,
                extra: CaseExtra {
                    detail: detail(None, None, file.message.get()),
                    ..CaseExtra::default()
                },
                position: file.position,
                ..NewCase::default()
            });
        }
    }
}

impl Document for Reader {
    fn finish(mut self) -> Report {
        if self.file.is_open {
            self.end_file();
        }
        self.builder.finish()
    }
}

impl Object for Reader {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "testResults" => map.next_value_seed(Objects(&mut Files(self))),
            _ => skip(&self.place, map),
        }
    }
}

struct Files<'a>(&'a mut Reader);

impl Object for Files<'_> {
    fn start(&mut self) {
        let Reader { builder, place, file } = self.0;
        *file = File {
            suite: Some(builder.new_suite(None, "")),
            start: builder.case_count(),
            position: place.position(),
            is_open: true,
            ..File::default()
        };
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Reader { builder, place, file } = self.0;
        match key {
            "name" | "testFilePath" => file.name = Some(map.next_value()?),
            "status" => file.status = map.next_value()?,
            "message" => file.message = map.next_value()?,
            "testExecError" | "failureMessage" => {
                let error: Lenient<Error> = map.next_value()?;
                file.has_error |= error.message.get().is_some();
            }
            // The second one in what a `testResultsProcessor` gets.
            "assertionResults" | "testResults" => {
                let suite = file.suite;
                map.next_value_seed(Each::new(
                    place,
                    |assertion: Lenient<Assertion>, position| {
                        case(builder, suite, &assertion, position);
                    },
                ))?;
            }
            _ => skip(place, map)?,
        }
        Ok(())
    }

    fn end(&mut self) {
        self.0.end_file();
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Error {
    message: Message,
}

fn case(
    builder: &mut ReportBuilder,
    file: Option<SuiteIndex>,
    assertion: &Assertion,
    position: Position,
) {
    let titles = assertion.ancestor_titles.0.iter().filter_map(Words::get);
    let suite = titles.fold(file, |parent, title| Some(builder.suite(parent, title)));
    let outcome = match assertion.status.text() {
        "passed" => Outcome::Passed,
        "failed" => Outcome::Failed,
        // `pending`, `skipped`, `todo`, `disabled`, `focused`.
        _ => Outcome::Skipped,
    };
    // Why earlier attempts failed. Vitest says it only if the last one passed, Jest's default says only how many there were.
    let reasons = match (outcome, assertion.retry_reasons.0.as_slice()) {
        (Outcome::Skipped, _) => Vec::new(),
        (Outcome::Passed, []) if !assertion.failure_messages.0.is_empty() => {
            assertion.failure_messages.0.iter().map(|message| message.get()).collect()
        }
        (_, []) => (1..assertion.invocations.line().unwrap_or(1).min(MOST_ATTEMPTS))
            .map(|_| None)
            .collect(),
        (_, reasons) => reasons.iter().map(|reason| reason.get()).collect(),
    };
    let reruns = reasons.into_iter().map(|reason: Option<&str>| Rerun {
        when: RerunWhen::Before,
        outcome: Outcome::Failed,
        detail: detail(None, None, reason).map(|detail| *detail).unwrap_or_default(),
        duration: None,
    });
    let messages: Vec<&str> =
        assertion.failure_messages.0.iter().filter_map(|message| message.get()).collect();
    let text = messages.join("\n\n");
    builder.case(NewCase {
        suite,
        name: assertion.title.text(),
        line: assertion.location.line.line(),
        seconds: assertion.duration.thousandths(),
        outcome,
        extra: CaseExtra {
            detail: detail(
                None,
                None,
                Some(&text).filter(|_| outcome != Outcome::Passed).map(String::as_str),
            ),
            reruns: reruns.collect(),
            ..CaseExtra::default()
        },
        position,
        ..NewCase::default()
    });
}
