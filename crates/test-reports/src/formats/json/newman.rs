//! Newman's reporter `json`: the collection, and an execution for each request of each iteration with its assertions.
//!
//! A request is named after the folders around it, as in Newman's JUnit reports; they are written in the collection only,
//! which comes first.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::{DeserializeSeed as _, Deserializer, MapAccess};

use super::Document;
use super::elements::{Each, Fields, Object, skip};
use super::place::Place;
use super::values::{Flag, Lenient, List, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{CaseExtra, Detail, Flaw, Outcome, Position, Report, SuiteIndex};

/// Between the names of folders and requests.
const SEPARATOR: &str = " / ";

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
    /// The full names of requests by their ids.
    requests: HashMap<Box<str>, String>,
    has_run: bool,
}

/// A folder or a request.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    id: Words,
    name: Words,
    item: Items,
}

/// All of them, however many a folder has.
#[derive(Default)]
struct Items(Vec<Item>);

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut items = Vec::new();
        let keep = |Lenient(item): Lenient<Item>, _| items.push(item);
        Each::new(&Place::default(), keep).deserialize(deserializer)?;
        Ok(Self(items))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Info {
    name: Words,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Execution {
    id: Words,
    item: Lenient<Request>,
    response: Lenient<Response>,
    request_error: Option<Lenient<Problem>>,
    assertions: List<Lenient<Assertion>>,
    prerequest_script: List<Lenient<Script>>,
    test_script: List<Lenient<Script>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Request {
    id: Words,
    name: Words,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Response {
    /// In milliseconds.
    response_time: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Assertion {
    assertion: Words,
    skipped: Flag,
    error: Option<Lenient<Problem>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Script {
    error: Option<Lenient<Problem>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    name: Words,
    message: Message,
    stack: Message,
}

impl Problem {
    fn detail(&self) -> Option<Box<Detail>> {
        detail(self.message.get(), self.name.get(), self.stack.get())
    }
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder, place: Place) -> Self {
        Self { builder, place, requests: HashMap::new(), has_run: false }
    }

    fn name_requests(&mut self, items: Vec<Item>, folder: &str) {
        for Item { id, name, item } in items {
            let name = match folder {
                "" => name.text().to_owned(),
                folder => format!("{folder}{SEPARATOR}{}", name.text()),
            };
            self.name_requests(item.0, &name);
            self.requests.insert(id.text().into(), name);
        }
    }
}

/// Adds the cases of an execution in `suite`, and the errors of its request and scripts.
fn add(builder: &mut ReportBuilder, suite: SuiteIndex, execution: &Execution, position: Position) {
    let seconds = execution.response.response_time.thousandths();
    for assertion in &execution.assertions.0 {
        let (outcome, says) = match &assertion.error {
            Some(problem) => (Outcome::Failed, problem.detail()),
            None if assertion.skipped.0 => (Outcome::Skipped, None),
            None => (Outcome::Passed, None),
        };
        builder.case(NewCase {
            suite: Some(suite),
            name: assertion.assertion.text(),
            seconds,
            outcome,
            extra: CaseExtra { detail: says, ..CaseExtra::default() },
            position,
            ..NewCase::default()
        });
    }
    let scripts = execution.prerequest_script.0.iter().chain(&execution.test_script.0);
    let problems = scripts.filter_map(|script| script.error.as_ref());
    for problem in execution.request_error.iter().chain(problems) {
        let says = problem.detail().map(|says| *says).unwrap_or_default();
        builder.error(Some(suite), Outcome::Errored, says, position);
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
            "collection" => map.next_value_seed(Fields(&mut Collection(self))),
            "run" => {
                self.has_run = true;
                map.next_value_seed(Fields(&mut Run(self)))
            }
            _ => skip(&self.place, map),
        }
    }

    fn end(&mut self) {
        if !self.has_run {
            let message = "the document has a collection, but no run of it";
            self.builder.damage(Flaw::new(self.place.position(), message));
        }
    }
}

struct Collection<'a>(&'a mut Reader);

impl Object for Collection<'_> {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "item" => {
                let items: Items = map.next_value()?;
                self.0.name_requests(items.0, "");
                Ok(())
            }
            "info" => {
                let info: Lenient<Info> = map.next_value()?;
                self.0.builder.root_attribute("name", info.name.text());
                Ok(())
            }
            _ => skip(&self.0.place, map),
        }
    }
}

struct Run<'a>(&'a mut Reader);

impl Object for Run<'_> {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Reader { builder, place, requests, .. } = self.0;
        match key {
            "executions" => {
                map.next_value_seed(Each::new(place, |execution: Lenient<Execution>, position| {
                    let Request { id, name } = &*execution.item;
                    let id = id.get().unwrap_or(execution.id.text());
                    let name = requests.get(id).map_or(name.text(), String::as_str);
                    let suite = builder.suite(None, name);
                    add(builder, suite, &execution, position);
                }))
            }
            "error" => {
                let error: Option<Lenient<Problem>> = map.next_value()?;
                let says = error.and_then(|problem| problem.detail());
                if let Some(says) = says {
                    builder.error(None, Outcome::Errored, *says, place.position());
                }
                Ok(())
            }
            _ => skip(place, map),
        }
    }
}
