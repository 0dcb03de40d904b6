//! The lines of `dart test --reporter json` and `flutter test --machine`: an event each.
//!
//! Each file is a suite on each platform. Tests run at the same time, and one may fail after its end. The names of tests
//! begin with those of their groups. The protocol is documented in `json_reporter.md` of the package `test`.

use std::collections::HashMap;

use serde::Deserialize;

use super::LineReader;
use super::ndjson::Line;
use super::values::{Flag, Lenient, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail, tags_in_output};
use crate::formats::index_of;
use crate::formats::model::{
    CaseExtra, Flaw, Outcome, Position, Report, Rerun, RerunWhen, SuiteIndex, Tag,
};

/// The property of a suite that names its platform, as in reports of `tojunit`.
const PLATFORM: &str = "platform";

/// Errors of one test that are kept.
const MOST_ERRORS: usize = 100;

pub(super) struct Reader {
    builder: ReportBuilder,
    suites: HashMap<Id, SuiteIndex>,
    /// Tests without an end, and those whose end is hidden unless they fail later.
    running: HashMap<Id, Running>,
    /// The cases of tests that have ended.
    ended: HashMap<Id, u32>,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Before,
    Running,
    Done,
}

/// The bits of a number that identifies a suite or a test in its run.
type Id = u64;

struct Running {
    suite: SuiteIndex,
    name: Box<str>,
    line: Option<u32>,
    position: Position,
    start: Option<f64>,
    reason: Box<str>,
    errors: Vec<TestError>,
    reruns: Vec<Rerun>,
    tags: Vec<Tag>,
    is_hidden: bool,
}

struct TestError {
    message: Message,
    stack: Message,
    is_failure: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Event {
    #[serde(rename = "type")]
    kind: Words,
    time: Number,
    #[serde(rename = "testID")]
    test_id: Number,
    suite: Lenient<Suite>,
    test: Lenient<Test>,
    result: Words,
    hidden: Flag,
    skipped: Flag,
    error: Message,
    stack_trace: Message,
    is_failure: Flag,
    message_type: Words,
    message: Message,
    success: Words,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Suite {
    id: Number,
    platform: Words,
    path: Words,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Test {
    id: Number,
    name: Words,
    #[serde(rename = "suiteID")]
    suite_id: Number,
    line: Number,
    /// The line in the file of the suite, where the test was defined in another file.
    root_line: Number,
    metadata: Lenient<Metadata>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    #[serde(rename = "skipReason")]
    skip_reason: Words,
}

fn id(number: Number) -> Option<Id> {
    number.get().map(f64::to_bits)
}

/// The worst outcome of `errors`, and what they say.
fn explain(errors: &[TestError]) -> (Outcome, NewDetail) {
    let is_error = errors.iter().any(|error| !error.is_failure);
    let outcome = if is_error { Outcome::Errored } else { Outcome::Failed };
    let texts = errors.iter().enumerate().map(|(index, error)| match index {
        0 => error.stack.text().trim_end().to_owned(),
        _ => format!("{}\n{}", error.message.text().trim_end(), error.stack.text().trim_end()),
    });
    let texts: Vec<String> = texts.collect();
    let message = errors.first().and_then(|error| error.message.get());
    (outcome, detail(message, None, Some(&texts.join("\n\n"))))
}

type NewDetail = Option<Box<crate::formats::model::Detail>>;

impl Reader {
    pub(super) fn new(builder: ReportBuilder) -> Self {
        Self {
            builder,
            suites: HashMap::new(),
            running: HashMap::new(),
            ended: HashMap::new(),
            phase: Phase::Before,
        }
    }

    /// A run begins. Runs of several packages may follow each other, and each counts from 0.
    fn start(&mut self, position: Position) {
        if self.phase == Phase::Running {
            self.cut(position);
        }
        self.suites.clear();
        self.running.clear();
        self.ended.clear();
        self.phase = Phase::Running;
    }

    fn cut(&mut self, position: Position) {
        self.builder.damage(Flaw::new(position, "the run has no event `done`"));
    }

    fn suite(&mut self, suite: &Suite) {
        let Some(id) = id(suite.id) else { return };
        let index = self.builder.new_suite(None, suite.path.text());
        if let Some(platform) = suite.platform.get() {
            self.builder.suite_property(index, PLATFORM, platform);
        }
        self.suites.insert(id, index);
    }

    fn test(&mut self, event: &Event, position: Position) {
        let test = &event.test;
        let suite = id(test.suite_id).and_then(|id| self.suites.get(&id));
        let (Some(id), Some(&suite)) = (id(test.id), suite) else {
            let message = "a test whose file is not known";
            return self.builder.damage(Flaw::new(position, message));
        };
        if self.running.len() >= self.builder.limits().cases {
            return;
        }
        let running = Running {
            suite,
            name: test.name.text().into(),
            line: test.root_line.line().or(test.line.line()),
            position,
            start: event.time.get(),
            reason: test.metadata.skip_reason.text().into(),
            errors: Vec::new(),
            reruns: Vec::new(),
            tags: Vec::new(),
            is_hidden: false,
        };
        self.running.insert(id, running);
    }

    fn print(&mut self, event: &Event) {
        let test = id(event.test_id).and_then(|id| self.running.get_mut(&id));
        let Some(test) = test else { return };
        let message = event.message.text();
        if event.message_type.text() == "skip" {
            if let Some(reason) = message.strip_prefix("Skip: ") {
                test.reason = reason.into();
            }
            return;
        }
        if message.strip_prefix("Retry: ") == Some(&test.name) && !test.errors.is_empty() {
            let (outcome, says) = explain(&std::mem::take(&mut test.errors));
            let (when, detail) = (RerunWhen::Before, says.map(|says| *says).unwrap_or_default());
            test.reruns.push(Rerun { when, outcome, detail, duration: None });
        }
        test.tags.extend(tags_in_output(message));
    }

    fn error(&mut self, event: &Event, position: Position) {
        let Some(id) = id(event.test_id) else { return };
        let error = TestError {
            message: event.error.clone(),
            stack: event.stack_trace.clone(),
            is_failure: event.is_failure.0,
        };
        if let Some(&index) = self.ended.get(&id) {
            return self.fail_late(index, error);
        }
        let Some(test) = self.running.get_mut(&id) else {
            let message = "an error of a test that has no start";
            return self.builder.damage(Flaw::new(position, message));
        };
        if test.errors.len() < MOST_ERRORS {
            test.errors.push(error);
        }
        if test.is_hidden {
            let (outcome, _) = explain(&test.errors);
            self.end(id, outcome, None);
        }
    }

    /// A test that had ended fails.
    fn fail_late(&mut self, index: u32, error: TestError) {
        let Some(case) = self.builder.cases_from(index as usize).first_mut() else { return };
        let had_failed = case.outcome >= Outcome::Failed;
        let (outcome, says) = explain(&[error]);
        case.outcome = case.outcome.max(outcome);
        if !had_failed && says.is_some() {
            case.extra.get_or_insert_default().detail = says;
        }
    }

    fn test_done(&mut self, event: &Event, position: Position) {
        let Some(id) = id(event.test_id) else { return };
        let Some(test) = self.running.get_mut(&id) else {
            let message = "the end of a test that has no start";
            return self.builder.damage(Flaw::new(position, message));
        };
        let outcome = match event.result.text() {
            "success" if event.skipped.0 => Outcome::Skipped,
            "success" => Outcome::Passed,
            "failure" => Outcome::Failed,
            _ => Outcome::Errored,
        };
        let is_failed = outcome >= Outcome::Failed;
        if event.hidden.0 && !is_failed {
            test.is_hidden = true;
            return;
        }
        self.end(id, outcome, event.time.get());
    }

    fn end(&mut self, id: Id, outcome: Outcome, end: Option<f64>) {
        let Some(test) = self.running.remove(&id) else { return };
        let seconds = end.zip(test.start).map(|(end, start)| (end - start) / 1000.0);
        let detail = match outcome {
            Outcome::Skipped => detail(Some(&test.reason), None, None),
            Outcome::Failed | Outcome::Errored => explain(&test.errors).1,
            _ => None,
        };
        let before = self.builder.case_count();
        self.builder.case(NewCase {
            suite: Some(test.suite),
            name: &test.name,
            line: test.line,
            seconds: seconds.filter(|seconds| *seconds >= 0.0),
            outcome,
            extra: CaseExtra {
                detail,
                reruns: test.reruns,
                tags: test.tags,
                ..CaseExtra::default()
            },
            position: test.position,
            ..NewCase::default()
        });
        if self.builder.case_count() > before {
            self.ended.insert(id, index_of(before));
        }
    }

    fn done(&mut self, event: &Event) {
        self.phase = Phase::Done;
        // Null: somebody ended the run.
        if event.success.get().is_none() {
            self.builder.stop_early();
        }
        let open = self.running.values().filter(|test| !test.is_hidden);
        if let Some(position) = open.map(|test| test.position).min() {
            self.builder.damage(Flaw::new(position, "a test has no end"));
        }
    }
}

impl LineReader for Reader {
    fn line(&mut self, line: &Line<'_>) {
        let Some(event) = line.read::<Event>(&mut self.builder) else { return };
        let position = line.position();
        match event.kind.text() {
            "start" => self.start(position),
            "suite" => self.suite(&event.suite),
            "testStart" => self.test(&event, position),
            "print" => self.print(&event),
            "error" => self.error(&event, position),
            "testDone" => self.test_done(&event, position),
            "done" => self.done(&event),
            _ => {}
        }
    }

    fn builder(&mut self) -> &mut ReportBuilder {
        &mut self.builder
    }

    fn finish(mut self, end: Position) -> Report {
        if self.phase != Phase::Done {
            self.cut(end);
        }
        self.builder.finish()
    }
}
