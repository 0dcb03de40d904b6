//! Cucumber's messages: a line for everything that a run consists of, connected by ids.
//!
//! The names of scenarios are those of Cucumber's JUnit reports: rule, scenario, examples, and the number of the row.

use std::collections::HashMap;

use super::LineReader;
use super::cucumber::Run;
use super::envelope::{
    Attachment, Document, Envelope, Exception, Finished, Pickle, ScenarioNode, StepFinished,
};
use super::ndjson::Line;
use super::values::{Lenient, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail, tags_in_output};
use crate::formats::model::{
    CaseExtra, Flaw, Outcome, Position, Property, Report, Rerun, RerunWhen, Tag,
};

/// Ids of one kind that are kept. A run with more of them has no names for the rest.
const MOST: usize = 1_000_000;

pub(super) struct Reader {
    builder: ReportBuilder,
    scenarios: HashMap<Box<str>, Scenario>,
    /// The examples and number of each row.
    rows: HashMap<Box<str>, String>,
    pickles: HashMap<Box<str>, Pickle>,
    cases: HashMap<Box<str>, PickledCase>,
    running: HashMap<Box<str>, Running>,
    /// Attempts that will be repeated, by test case.
    reruns: HashMap<Box<str>, Vec<Rerun>>,
    ended: bool,
}

/// The pickle of a test case, and the step of the pickle that each of its steps is. Hooks are none.
struct PickledCase {
    pickle: Box<str>,
    steps: HashMap<Box<str>, Box<str>>,
}

struct Scenario {
    feature: Box<str>,
    rule: Box<str>,
    name: Box<str>,
}

struct Running {
    case: Box<str>,
    position: Position,
    run: Run,
    tags: Vec<Tag>,
}

fn insert<T>(map: &mut HashMap<Box<str>, T>, key: &Words, value: T) {
    if map.len() < MOST {
        map.insert(key.text().into(), value);
    }
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder) -> Self {
        Self {
            builder,
            scenarios: HashMap::new(),
            rows: HashMap::new(),
            pickles: HashMap::new(),
            cases: HashMap::new(),
            running: HashMap::new(),
            reruns: HashMap::new(),
            ended: false,
        }
    }

    fn document(&mut self, document: &Document) {
        let feature = document.feature.name.text();
        for child in &document.feature.children {
            if let Some(node) = &child.scenario {
                self.scenario(feature, "", node);
            }
            if let Some(rule) = &child.rule {
                for node in rule.children.iter().filter_map(|child| child.scenario.as_ref()) {
                    self.scenario(feature, rule.name.text(), node);
                }
            }
        }
    }

    fn scenario(&mut self, feature: &str, rule: &str, node: &ScenarioNode) {
        let name = node.name.text().into();
        let scenario = Scenario { feature: feature.into(), rule: rule.into(), name };
        insert(&mut self.scenarios, &node.id, scenario);
        for (number, examples) in node.examples.iter().enumerate() {
            for (row, found) in examples.table_body.iter().enumerate() {
                let place = format!("#{}.{}", number + 1, row + 1);
                let place = match examples.name.get() {
                    Some(name) => format!("{name} - {place}"),
                    None => place,
                };
                insert(&mut self.rows, &found.id, place);
            }
        }
    }

    /// Adds the case of a pickle, named as in Cucumber's JUnit reports.
    fn case(&mut self, pickle: &str, running: Running, reruns: Vec<Rerun>) {
        let Self { builder, scenarios, rows, pickles, .. } = self;
        let unknown = Pickle::default();
        let pickle = pickles.get(pickle).unwrap_or(&unknown);
        let mut nodes = pickle.ast_node_ids.0.iter().map(Words::text);
        let scenario = nodes.clone().find_map(|node| scenarios.get(node));
        let row = nodes.find_map(|node| rows.get(node));
        let (feature, name) = match scenario {
            None => (pickle.uri.text(), pickle.name.text().to_owned()),
            Some(Scenario { feature, rule, name }) => {
                let row = row.map(|row| match &**name == pickle.name.text() {
                    true => row.clone(),
                    false => format!("{row}: {}", pickle.name.text()),
                });
                let parts = [&**rule, &**name, row.as_deref().unwrap_or_default()];
                let parts = parts.into_iter().filter(|part| !part.is_empty());
                (&**feature, parts.collect::<Vec<&str>>().join(" - "))
            }
        };
        let suite = builder.suite(None, feature);
        let Running { position, run, tags, .. } = running;
        let Run { outcome, detail, steps, seconds, .. } = run;
        let mut properties: Vec<Property> = Vec::new();
        for tag in pickle.tags.0.iter().filter_map(|tag| tag.name.get()) {
            properties.push(builder.property("tag", tag.trim_start_matches('@')));
        }
        properties.extend(steps);
        builder.case(NewCase {
            suite: Some(suite),
            name: &name,
            file: pickle.uri.get(),
            line: pickle.location.line.line(),
            seconds: Some(seconds),
            outcome,
            extra: CaseExtra { detail, reruns, properties, tags, ..CaseExtra::default() },
            position,
            ..NewCase::default()
        });
    }

    fn step(&mut self, finished: &StepFinished) {
        let StepFinished { test_case_started_id: id, test_step_id, test_step_result: result } =
            finished;
        let Some(running) = self.running.get_mut(id.text()) else { return };
        running.run.seconds += result.seconds();
        running.run.add(&result.status.text().to_lowercase(), || result.detail());
        let text = self.cases.get(&running.case).and_then(|PickledCase { pickle, steps }| {
            let step = steps.get(test_step_id.text())?;
            let steps = &self.pickles.get(pickle)?.steps.0;
            steps.iter().find(|found| found.id.text() == &**step)?.text.get()
        });
        if let Some(text) = text {
            running.run.steps.push(self.builder.property("step", text));
        }
    }

    fn finished(&mut self, finished: &Finished) {
        let Some(running) = self.running.remove(finished.test_case_started_id.text()) else {
            return;
        };
        if finished.will_be_retried.0 {
            let Run { outcome, detail, seconds, .. } = running.run;
            let detail = detail.map(|detail| *detail).unwrap_or_default();
            let outcome = outcome.max(Outcome::Failed);
            let when = RerunWhen::Before;
            let rerun = Rerun { when, outcome, detail, duration: Some(seconds) };
            self.reruns.entry(running.case).or_default().push(rerun);
            return;
        }
        let reruns = self.reruns.remove(&running.case).unwrap_or_default();
        let pickle = self.cases.get(&running.case).map(|case| case.pickle.clone());
        match pickle {
            Some(pickle) => self.case(&pickle, running, reruns),
            None => {
                let message = "a test case that was not announced";
                self.builder.damage(Flaw::new(running.position, message));
            }
        }
    }

    fn attachment(&mut self, attachment: &Attachment) {
        let Some(running) = self.running.get_mut(attachment.test_case_started_id.text()) else {
            return;
        };
        if let Some(url) = attachment.url.get() {
            running.tags.push(Tag::Attachment(url.into()));
        } else if attachment.media_type.text().starts_with("text/") {
            running.tags.extend(tags_in_output(attachment.body.text()));
        }
    }
}

impl LineReader for Reader {
    fn line(&mut self, line: &Line<'_>) {
        let Some(envelope) = line.read::<Envelope>(&mut self.builder) else { return };
        let position = line.position();
        if let Some(finished) = envelope.test_step_finished {
            self.step(&finished);
        } else if let Some(attachment) = envelope.attachment.or(envelope.external_attachment) {
            self.attachment(&attachment);
        } else if let Some(Lenient(started)) = envelope.test_case_started {
            let (case, run) = (started.test_case_id.text().into(), Run::default());
            let running = Running { case, position, run, tags: Vec::new() };
            insert(&mut self.running, &started.id, running);
        } else if let Some(finished) = envelope.test_case_finished {
            self.finished(&finished);
        } else if let Some(Lenient(case)) = envelope.test_case {
            let steps = case.test_steps.0.iter().filter(|step| step.pickle_step_id.get().is_some());
            let steps =
                steps.map(|step| (step.id.text().into(), step.pickle_step_id.text().into()));
            let pickle = case.pickle_id.text().into();
            let value = PickledCase { pickle, steps: steps.collect() };
            insert(&mut self.cases, &case.id, value);
        } else if let Some(Lenient(pickle)) = envelope.pickle {
            let id = pickle.id.clone();
            insert(&mut self.pickles, &id, pickle);
        } else if let Some(document) = envelope.gherkin_document {
            self.document(&document);
        } else if let Some(error) = envelope.parse_error {
            let suite = self.builder.suite(None, error.source.uri.text());
            let says = detail(error.message.get(), None, None).map(|detail| *detail);
            let says = says.unwrap_or_default();
            self.builder.error(Some(suite), Outcome::Errored, says, position);
        } else if let Some(hook) = envelope.test_run_hook_finished {
            if hook.test_step_result.status.text() == "FAILED" {
                let says = hook.test_step_result.detail().map(|detail| *detail);
                self.builder.error(None, Outcome::Errored, says.unwrap_or_default(), position);
            }
        } else if envelope.test_run_started.is_some() {
            self.ended = false;
        } else if let Some(finished) = envelope.test_run_finished {
            self.ended = true;
            let Exception { kind, message, stack_trace } = &*finished.exception;
            if let Some(says) = detail(message.get(), kind.get(), stack_trace.get()) {
                self.builder.error(None, Outcome::Errored, *says, position);
            }
        }
    }

    fn builder(&mut self) -> &mut ReportBuilder {
        &mut self.builder
    }

    fn finish(mut self, end: Position) -> Report {
        if !self.ended {
            self.builder.damage(Flaw::new(end, "the file ends before the run does"));
        } else if let Some(running) = self.running.values().min_by_key(|running| running.position) {
            self.builder.damage(Flaw::new(running.position, "a test case that has no end"));
        }
        self.builder.finish()
    }
}
