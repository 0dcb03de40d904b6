//! Results for Allure: a file for each execution of a test, and files of fixtures, which hold no cases.
//!
//! All files of a directory are one report: [`join`] makes it. Executions with one history are attempts.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::MapAccess;

use super::Document;
use super::elements::{Object, skip};
use super::place::Place;
use super::values::{Lenient, List, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::limits::Limits;
use crate::formats::model::{
    Case, CaseExtra, Format, Outcome, Position, Property, Report, Rerun, RerunWhen, Seconds, Tag,
};

/// Attributes of a case that tell how its framework identifies it.
pub(in crate::formats) const FRAMEWORK: &str = "framework";
const HISTORY: &str = "historyId";
const START: &str = "start";

/// Labels that say where a test is, or where it ran.
const TECHNICAL: [&str; 12] = [
    "suite",
    "parentSuite",
    "subSuite",
    "host",
    "thread",
    "framework",
    "language",
    "package",
    "testClass",
    "testMethod",
    "titlePath",
    "AS_ID",
];

/// What only files of fixtures have.
const FIXTURE: [&str; 3] = ["children", "befores", "afters"];

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
    result: TestResult,
}

#[derive(Default)]
struct TestResult {
    uuid: Words,
    history_id: Words,
    full_name: Words,
    name: Words,
    description: Message,
    status: Words,
    status_details: Lenient<StatusDetails>,
    start: Number,
    stop: Number,
    labels: List<Lenient<Label>>,
    links: List<Lenient<Link>>,
    attachments: List<Lenient<Attachment>>,
    steps: List<Lenient<Step>>,
    is_fixture: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StatusDetails {
    message: Message,
    trace: Message,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Label {
    name: Words,
    value: Words,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Link {
    #[serde(rename = "type")]
    kind: Words,
    name: Words,
    url: Words,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attachment {
    source: Words,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Step {
    attachments: List<Lenient<Attachment>>,
    steps: List<Lenient<Step>>,
}

impl Step {
    fn add_attachments(&self, tags: &mut Vec<Tag>) {
        tags.extend(attachments(&self.attachments));
        self.steps.0.iter().for_each(|step| step.add_attachments(tags));
    }
}

fn attachments(list: &List<Lenient<Attachment>>) -> impl Iterator<Item = Tag> {
    list.0.iter().filter_map(|it| Some(Tag::Attachment(it.source.get()?.into())))
}

impl TestResult {
    fn label(&self, name: &str) -> Option<&str> {
        self.labels.0.iter().find(|label| label.name.text() == name)?.value.get()
    }

    /// Issues and tests of TestQuality, and addresses of everything else.
    fn add_links(
        &self,
        builder: &mut ReportBuilder,
        tags: &mut Vec<Tag>,
        properties: &mut Vec<Property>,
    ) {
        for link in &self.links.0 {
            let Some(name) = link.name.get().or(link.url.get()) else { continue };
            let key = name.strip_prefix("TC-").filter(|key| !key.is_empty());
            let is_test = key.is_some_and(|key| key.bytes().all(|byte| byte.is_ascii_digit()));
            match (link.kind.text(), link.url.get()) {
                ("issue", _) => tags.push(Tag::Defect(name.into())),
                ("tms", _) if is_test => tags.push(Tag::Test(name.into())),
                (_, Some(url)) => properties.push(builder.property(&format!("url:{name}"), url)),
                _ => {}
            }
        }
    }
}

fn case(builder: &mut ReportBuilder, result: &TestResult) {
    let outcome = match result.status.text() {
        "passed" => Outcome::Passed,
        "failed" => Outcome::Failed,
        "skipped" => Outcome::Skipped,
        // `broken`, `unknown`.
        _ => Outcome::Errored,
    };
    let labels = ["parentSuite", "suite", "subSuite"].map(|name| result.label(name));
    let framework = result.label("framework").unwrap_or_default();
    // What behave and Cucumber have instead of suites.
    let feature = result.label("feature").filter(|_| {
        labels.iter().all(Option::is_none)
            && ["behave", "cucumber"].iter().any(|name| framework.starts_with(name))
    });
    let suite = builder.chain(labels.into_iter().chain([feature]).flatten());
    let (mut tags, mut properties) = (Vec::new(), Vec::new());
    for label in &result.labels.0 {
        if let (Some(name), Some(value)) = (label.name.get(), label.value.get())
            && !TECHNICAL.contains(&name)
            && !name.starts_with('_')
        {
            properties.push(builder.property(name, value));
        }
    }
    if let Some(text) = result.description.get() {
        properties.push(builder.property("description", text));
    }
    result.add_links(builder, &mut tags, &mut properties);
    tags.extend(attachments(&result.attachments));
    result.steps.0.iter().for_each(|step| step.add_attachments(&mut tags));
    let start = result.start.get().map(|start| format!("{start:.0}"));
    let history = result.history_id.get().or(result.uuid.get());
    let attributes = [
        ("fullName", result.full_name.get()),
        (FRAMEWORK, result.label("framework")),
        (HISTORY, history),
        (START, start.as_deref()),
    ];
    let attributes = attributes
        .into_iter()
        .filter_map(|(name, value)| Some(builder.attribute(name, value?)))
        .collect();
    let seconds = match (result.start.get(), result.stop.get()) {
        (Some(start), Some(stop)) => Some((stop - start) / 1000.0),
        _ => None,
    };
    let StatusDetails { message, trace, .. } = &*result.status_details;
    builder.case(NewCase {
        suite,
        name: result.name.text(),
        classname: result.label("testClass"),
        seconds,
        outcome,
        extra: CaseExtra {
            detail: detail(message.get(), None, trace.get()).filter(|_| outcome != Outcome::Passed),
            attributes,
            properties,
            tags,
            ..CaseExtra::default()
        },
        position: Position { line: 1, column: 1 },
        ..NewCase::default()
    });
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder, place: Place) -> Self {
        Self { builder, place, result: TestResult::default() }
    }
}

impl Document for Reader {
    fn finish(self) -> Report {
        self.builder.finish()
    }
}

impl Object for Reader {
    fn start(&mut self) {
        self.result = TestResult::default();
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let result = &mut self.result;
        match key {
            "uuid" => result.uuid = map.next_value()?,
            "historyId" => result.history_id = map.next_value()?,
            "fullName" => result.full_name = map.next_value()?,
            "name" => result.name = map.next_value()?,
            "description" => result.description = map.next_value()?,
            "status" => result.status = map.next_value()?,
            "statusDetails" => result.status_details = map.next_value()?,
            "start" => result.start = map.next_value()?,
            "stop" => result.stop = map.next_value()?,
            "labels" => result.labels = map.next_value()?,
            "links" => result.links = map.next_value()?,
            "attachments" => result.attachments = map.next_value()?,
            "steps" => result.steps = map.next_value()?,
            key => {
                result.is_fixture |= FIXTURE.contains(&key);
                skip(&self.place, map)?;
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        if !self.result.is_fixture {
            case(&mut self.builder, &self.result);
        }
    }
}

/// Joins the files of results of each directory into one report, which has the path of the directory, at the place of
/// its first file. Damaged files stay by themselves.
pub(in crate::formats) fn join(reports: Vec<Report>) -> Vec<Report> {
    let directory = |report: &Report| match report {
        Report { format: Format::Allure, damage: None, shard: None, path, .. } => {
            Some(path.rsplit_once(['/', '\\']).map_or("", |(directory, _)| directory).to_owned())
        }
        _ => None,
    };
    let mut counts: HashMap<String, usize> = HashMap::new();
    for name in reports.iter().filter_map(directory) {
        *counts.entry(name).or_default() += 1;
    }
    let mut joined: Vec<Report> = Vec::new();
    let mut waiting: HashMap<String, (usize, Vec<Report>)> = HashMap::new();
    for report in reports {
        match directory(&report).filter(|name| counts.get(name).is_some_and(|&count| count > 1)) {
            None => joined.push(report),
            Some(name) => match waiting.get_mut(&name) {
                Some((_, files)) => files.push(report),
                None => {
                    let path = if name.is_empty() { "." } else { name.as_str() };
                    let place = Report::new(Arc::from(path), Format::Allure);
                    waiting.insert(name, (joined.len(), vec![report]));
                    joined.push(place);
                }
            },
        }
    }
    for (at, files) in waiting.into_values() {
        if let Some(place) = joined.get_mut(at) {
            *place = join_files(Arc::clone(&place.path), files);
        }
    }
    joined
}

fn join_files(path: Arc<str>, files: Vec<Report>) -> Report {
    let limits = Limits { cases: usize::MAX, value_size: usize::MAX, ..Limits::default() };
    let mut builder = ReportBuilder::new(path, Format::Allure, "allure", &limits);
    let mut recovered = Vec::new();
    let mut by_history: HashMap<Box<str>, Vec<(f64, Report)>> = HashMap::new();
    let mut order = Vec::new();
    for mut report in files {
        recovered.append(&mut report.recovered);
        let Some(case) = report.cases.first() else { continue };
        let history: Box<str> = case.attribute(HISTORY).unwrap_or(&report.path).into();
        let start = case.attribute(START).and_then(|start| start.parse().ok()).unwrap_or(0.0);
        let attempts = by_history.entry(history.clone()).or_default();
        if attempts.is_empty() {
            order.push(history);
        }
        attempts.push((start, report));
    }
    for history in order {
        let mut attempts = by_history.remove(&history).unwrap_or_default();
        attempts.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let Some((_, last)) = attempts.pop() else { continue };
        let reruns =
            attempts.into_iter().filter_map(|(_, report)| rerun(report.cases.into_iter().next()?));
        let reruns = reruns.collect();
        add(&mut builder, last, reruns);
    }
    let mut report = builder.finish();
    report.recovered = recovered;
    report
}

/// An earlier attempt, if it failed.
fn rerun(case: Case) -> Option<Rerun> {
    let outcome = Some(case.outcome).filter(|outcome| *outcome >= Outcome::Failed)?;
    let detail = case.extra.and_then(|extra| extra.detail).map(|detail| *detail);
    let duration = case.duration.map(Seconds::get);
    Some(Rerun { when: RerunWhen::Before, outcome, detail: detail.unwrap_or_default(), duration })
}

fn add(builder: &mut ReportBuilder, report: Report, mut reruns: Vec<Rerun>) {
    let Report { cases, suites, .. } = report;
    let suite = builder.chain(suites.iter().map(|suite| &*suite.name));
    for case in cases {
        let mut extra = case.extra.map(|extra| *extra).unwrap_or_default();
        extra.reruns.append(&mut reruns);
        // The tags in its name were found when the file was read.
        extra.tags.retain(|tag| {
            !crate::formats::tags::tags_in_name(case.name.as_deref().unwrap_or_default())
                .contains(tag)
        });
        builder.case(NewCase {
            suite,
            name: case.name.as_deref().unwrap_or_default(),
            classname: case.classname.as_deref(),
            file: case.file.as_deref(),
            line: case.line,
            seconds: case.duration.map(Seconds::get),
            outcome: case.outcome,
            extra,
            position: case.position,
        });
    }
}
