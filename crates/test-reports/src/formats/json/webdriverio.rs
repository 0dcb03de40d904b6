//! WebdriverIO's reporter `json`: the suites of a session, each with its tests and hooks. Suites inside others are written
//! beside them.
//!
//! The names of the spec files come last. `mergeResults` writes several of them, which do not say whose each suite is.

use serde::Deserialize;
use serde::de::MapAccess;

use super::Document;
use super::elements::{Each, Object, Objects, skip};
use super::place::Place;
use super::values::{Lenient, List, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{CaseExtra, Outcome, Position, Report, SuiteIndex};

/// Properties of a suite, as in WebdriverIO's JUnit reports.
const BROWSER: &str = "capabilities";
const FILE: &str = "file";

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
    browser: Words,
    /// The suites of the document, and its first case.
    suites: Vec<SuiteIndex>,
    start: usize,
    is_open: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Capabilities {
    browser_name: Words,
}

/// A test, or a hook, which has a title.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Test {
    name: Words,
    title: Words,
    state: Words,
    duration: Number,
    error: Lenient<Error>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Error {
    message: Message,
    #[serde(rename = "type")]
    kind: Words,
    name: Words,
    stack: Message,
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder, place: Place) -> Self {
        let (browser, suites) = (Words::default(), Vec::new());
        Self { builder, place, browser, suites, start: 0, is_open: false }
    }
}

impl Document for Reader {
    fn finish(mut self) -> Report {
        // Where the files are missing, nothing identifies the cases.
        if self.is_open {
            self.builder.forget_cases(self.start);
        }
        self.builder.finish()
    }
}

impl Object for Reader {
    fn start(&mut self) {
        self.browser = Words::default();
        self.suites.clear();
        self.start = self.builder.case_count();
        self.is_open = true;
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "capabilities" => {
                let capabilities: Lenient<Capabilities> = map.next_value()?;
                self.browser = capabilities.0.browser_name;
                Ok(())
            }
            "suites" => map.next_value_seed(Objects(&mut Suites(self))),
            "specs" => {
                let files: List<Words> = map.next_value()?;
                self.is_open = false;
                if let [file] = files.0.as_slice() {
                    for &suite in &self.suites {
                        self.builder.suite_property(suite, FILE, file.text());
                    }
                }
                Ok(())
            }
            _ => skip(&self.place, map),
        }
    }
}

struct Suites<'a>(&'a mut Reader);

impl Object for Suites<'_> {
    fn start(&mut self) {
        let Reader { builder, browser, suites, .. } = self.0;
        let suite = builder.new_suite(None, "");
        if let Some(browser) = browser.get() {
            builder.suite_property(suite, BROWSER, browser);
        }
        suites.push(suite);
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Reader { builder, place, suites, .. } = self.0;
        let suite = suites.last().copied();
        match (key, suite) {
            ("name", Some(suite)) => {
                let name: Words = map.next_value()?;
                builder.name_suite(suite, name.text());
                Ok(())
            }
            ("tests", _) => {
                map.next_value_seed(Each::new(place, |test: Lenient<Test>, position| {
                    case(builder, suite, &test, position);
                }))
            }
            // Only hooks that failed are of interest.
            ("hooks", _) => {
                map.next_value_seed(Each::new(place, |hook: Lenient<Test>, position| {
                    if hook.state.text() == "failed" {
                        case(builder, suite, &hook, position);
                    }
                }))
            }
            _ => skip(place, map),
        }
    }
}

fn case(builder: &mut ReportBuilder, suite: Option<SuiteIndex>, test: &Test, position: Position) {
    let outcome = match test.state.text() {
        "passed" => Outcome::Passed,
        "failed" => Outcome::Failed,
        // `skipped`, `pending`.
        _ => Outcome::Skipped,
    };
    let Error { message, kind, name, stack } = &*test.error;
    let kind = kind.get().or(name.get());
    builder.case(NewCase {
        suite,
        name: test.name.get().unwrap_or(test.title.text()),
        seconds: test.duration.thousandths(),
        outcome,
        extra: CaseExtra {
            detail: detail(message.get(), kind, stack.get()).filter(|_| outcome != Outcome::Passed),
            ..CaseExtra::default()
        },
        position,
        ..NewCase::default()
    });
}
