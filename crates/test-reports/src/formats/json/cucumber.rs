//! The JSON of Cucumber (JavaScript, Java, Ruby …) and behave: features, each with its elements.
//!
//! A background that ran is an element before its scenario, and its steps belong to that.

use serde::Deserialize;
use serde::de::{DeserializeSeed as _, Deserializer, MapAccess};

use super::Document;
use super::ctrf::TOOL;
use super::elements::{Each, Object, Objects, skip};
use super::place::Place;
use super::values::{Flag, Lenient, List, Message, Number, Texts, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{CaseExtra, Detail, Outcome, Position, Property, Report, SuiteIndex};

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
    suite: Option<SuiteIndex>,
    start: usize,
    name: Option<Words>,
    background: Run,
    is_open: bool,
    is_behave: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Element {
    #[serde(rename = "type")]
    kind: Words,
    keyword: Words,
    name: Words,
    status: Words,
    line: Number,
    location: Words,
    tags: List<Tag>,
    before: List<Lenient<Step>>,
    after: List<Lenient<Step>>,
    steps: List<Lenient<Step>>,
}

/// Cucumber writes objects, behave names.
#[derive(Deserialize)]
#[serde(untagged)]
enum Tag {
    Object(TagObject),
    Name(Words),
}

#[derive(Deserialize)]
struct TagObject {
    #[serde(default)]
    name: Words,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Step {
    keyword: Words,
    name: Message,
    hidden: Flag,
    result: Lenient<StepResult>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StepResult {
    status: Words,
    duration: Number,
    /// A text, or lines.
    error_message: Texts<Message>,
}

/// What the steps of a scenario come to.
#[derive(Default)]
pub(super) struct Run {
    pub(super) outcome: Outcome,
    /// How much the outcome counts: an undefined step counts more than a skipped one.
    weight: u8,
    pub(super) detail: Option<Box<Detail>>,
    pub(super) steps: Vec<Property>,
    pub(super) seconds: f64,
}

impl Run {
    /// Adds a step's result, as Cucumber's JUnit reports judge it: whatever neither passed nor was skipped has failed.
    pub(super) fn add(&mut self, status: &str, says: impl FnOnce() -> Option<Box<Detail>>) {
        let (weight, outcome) = match status {
            "passed" | "" => (0, Outcome::Passed),
            "skipped" | "untested" | "unknown" => (1, Outcome::Skipped),
            "pending" => (2, Outcome::Failed),
            "undefined" => (3, Outcome::Failed),
            "error" | "hook_error" | "cleanup_error" => (5, Outcome::Errored),
            _ => (5, Outcome::Failed),
        };
        if weight > self.weight {
            let reason = if matches!(weight, 2 | 3) { Some(status) } else { None };
            (self.weight, self.outcome) = (weight, outcome);
            self.detail = says().or_else(|| detail(reason, None, None));
        }
    }
}

fn add_steps(builder: &mut ReportBuilder, run: &mut Run, element: &Element) {
    let hooks = [&element.before, &element.after];
    let hooks = hooks.into_iter().flat_map(|hooks| &hooks.0).map(|hook| (hook, true));
    let steps = element.steps.0.iter().map(|step| (step, step.hidden.0));
    // behave counts seconds, and is the one that writes locations.
    let unit = if element.location.get().is_some() { 1.0 } else { 1e9 };
    for (step, is_hook) in steps.chain(hooks) {
        let StepResult { status, duration, error_message } = &*step.result;
        run.add(&status.text().to_lowercase(), || {
            let lines: Vec<&str> = error_message.0.iter().map(|line| line.text()).collect();
            let text = lines.join("\n");
            detail(text.lines().next(), None, Some(&text))
        });
        run.seconds += duration.get().unwrap_or_default() / unit;
        if !is_hook && step.name.get().is_some() {
            let words = format!("{} {}", step.keyword.text().trim(), step.name.text());
            run.steps.push(builder.property("step", words.trim()));
        }
    }
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder, place: Place) -> Self {
        Self {
            builder,
            place,
            suite: None,
            start: 0,
            name: None,
            background: Run::default(),
            is_open: false,
            is_behave: false,
        }
    }

    fn end_feature(&mut self) {
        self.is_open = false;
        self.background = Run::default();
        match (self.suite.take(), self.name.take().as_ref().map(Words::text)) {
            (Some(suite), Some(name)) => self.builder.name_suite(suite, name),
            _ => self.builder.forget_cases(self.start),
        }
    }
}

impl Document for Reader {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        Objects(self).deserialize(deserializer)
    }

    fn finish(mut self) -> Report {
        if self.is_open {
            self.end_feature();
        }
        self.builder.finish()
    }
}

impl Object for Reader {
    fn start(&mut self) {
        self.suite = Some(self.builder.new_suite(None, ""));
        self.start = self.builder.case_count();
        self.is_open = true;
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Self { builder, place, suite, background, is_behave, .. } = self;
        match (key, *suite) {
            ("name", _) => self.name = Some(map.next_value()?),
            ("uri", Some(suite)) => {
                let file: Words = map.next_value()?;
                builder.suite_attribute(suite, "file", file.text());
            }
            // behave: `features/cart.feature:1`.
            ("location", Some(suite)) => {
                let place: Words = map.next_value()?;
                let file = place.text().rsplit_once(':').map_or(place.text(), |(file, _)| file);
                builder.suite_attribute(suite, "file", file);
                if !std::mem::replace(is_behave, true) {
                    builder.root_attribute(TOOL, "behave");
                }
            }
            ("elements", suite) => {
                map.next_value_seed(Each::new(place, |element: Lenient<Element>, position| {
                    self::element(builder, suite, background, &element, position);
                }))?;
            }
            _ => skip(place, map)?,
        }
        Ok(())
    }

    fn end(&mut self) {
        self.end_feature();
    }
}

fn element(
    builder: &mut ReportBuilder,
    suite: Option<SuiteIndex>,
    background: &mut Run,
    element: &Element,
    position: Position,
) {
    if element.kind.text() == "background" || element.keyword.text() == "Background" {
        *background = Run::default();
        add_steps(builder, background, element);
        return;
    }
    // behave repeats the steps of its background in each scenario, and writes it once, without results.
    let is_behave = element.location.get().is_some();
    let mut run = std::mem::take(background);
    if is_behave {
        run = Run::default();
    }
    add_steps(builder, &mut run, element);
    let Run { outcome, detail: found, steps, seconds, .. } = run;
    // behave judges the scenario.
    let outcome = match element.status.text() {
        "passed" => Outcome::Passed,
        "failed" => Outcome::Failed,
        "skipped" | "untested" => Outcome::Skipped,
        "error" | "hook_error" | "cleanup_error" => Outcome::Errored,
        _ => outcome,
    };
    let mut properties = Vec::new();
    for tag in &element.tags.0 {
        let (Tag::Object(TagObject { name }) | Tag::Name(name)) = tag;
        if let Some(tag) = name.get() {
            properties.push(builder.property("tag", tag.trim_start_matches('@')));
        }
    }
    properties.extend(steps);
    let written = element.location.text().rsplit_once(':').and_then(|(_, line)| line.parse().ok());
    builder.case(NewCase {
        suite,
        name: element.name.text(),
        line: element.line.line().or(written),
        seconds: Some(seconds),
        outcome,
        extra: CaseExtra {
            detail: found.filter(|_| outcome != Outcome::Passed),
            properties,
            ..CaseExtra::default()
        },
        position,
        ..NewCase::default()
    });
}
