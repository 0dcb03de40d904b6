//! What mochawesome adds to Mocha's JSON: suites inside suites, each with its tests and hooks. Cypress writes it, too.
//!
//! The file of a suite comes before its tests; suites without one have that of the suite around them.

use serde::de::MapAccess;
use serde_json::Value;

use super::elements::{Each, Object, Objects, skip};
use super::mocha::{Test, case};
use super::place::Place;
use super::values::{Lenient, Words};
use crate::formats::builder::ReportBuilder;
use crate::formats::model::{Outcome, Tag};

/// Ends of the names of files that tests attach.
const FILES: [&str; 10] =
    [".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp4", ".webm", ".txt", ".log", ".html"];

/// Bytes of the longest path.
const LONGEST: usize = 1000;

/// Reads suites.
pub(super) struct Suites<'a> {
    builder: &'a mut ReportBuilder,
    place: &'a Place,
    /// The files of the open suites. An empty one is that of the suite around it.
    files: Vec<String>,
}

impl<'a> Suites<'a> {
    pub(super) fn new(builder: &'a mut ReportBuilder, place: &'a Place) -> Self {
        Self { builder, place, files: Vec::new() }
    }
}

impl Object for Suites<'_> {
    fn start(&mut self) {
        let around = self.files.last().cloned().unwrap_or_default();
        self.files.push(around);
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Self { builder, place, files } = self;
        match (key, files.last_mut()) {
            ("fullFile", Some(file)) => {
                let full: Words = map.next_value()?;
                if let Some(full) = full.get() {
                    full.clone_into(file);
                }
                Ok(())
            }
            ("tests" | "beforeHooks" | "afterHooks", Some(file)) => map.next_value_seed(Each::new(
                place,
                |Lenient(mut test): Lenient<Test>, position| {
                    if let Some(outcome) = outcome_of(&test, key == "tests") {
                        test.file = file.as_str().into();
                        let tags = attachments(test.context.text());
                        case(builder, &test, outcome, tags, position);
                    }
                },
            )),
            ("suites", _) => map.next_value_seed(Objects(self)),
            _ => skip(place, map),
        }
    }

    fn end(&mut self) {
        self.files.pop();
    }
}

/// How a test ended, or a hook, which is only of interest if it failed. A hook that fails skips the tests behind it.
fn outcome_of(test: &Test, is_test: bool) -> Option<Outcome> {
    match test.state.text() {
        "failed" => Some(Outcome::Failed),
        _ if !is_test => None,
        "passed" => Some(Outcome::Passed),
        _ => Some(Outcome::Skipped),
    }
}

/// The files in the context of a test: JSON in a text, of which each text may be a path.
fn attachments(context: &str) -> Vec<Tag> {
    fn find(value: &Value, tags: &mut Vec<Tag>) {
        let is_path = |text: &str| {
            let end = text.to_ascii_lowercase();
            text.len() < LONGEST && FILES.iter().any(|file| end.ends_with(file))
        };
        match value {
            Value::String(text) if is_path(text) => {
                tags.push(Tag::Attachment(text.as_str().into()))
            }
            Value::Array(values) => values.iter().for_each(|value| find(value, tags)),
            Value::Object(fields) => {
                if let Some(value) = fields.get("value") {
                    find(value, tags);
                }
            }
            _ => {}
        }
    }
    let mut tags = Vec::new();
    if let Ok(value) = serde_json::from_str(context) {
        find(&value, &mut tags);
    }
    tags
}
