//! Cucumber's messages as they are written: an envelope on each line.

use serde::Deserialize;

use super::values::{Flag, Lenient, List, Message, Number, Words};
use crate::formats::builder::detail;
use crate::formats::model::Detail;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Pickle {
    pub(super) id: Words,
    pub(super) uri: Words,
    pub(super) name: Words,
    pub(super) location: Lenient<Location>,
    pub(super) ast_node_ids: List<Words>,
    pub(super) tags: List<Lenient<Named>>,
    pub(super) steps: List<Lenient<PickleStep>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Location {
    pub(super) line: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    pub(super) name: Words,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PickleStep {
    pub(super) id: Words,
    pub(super) text: Message,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Envelope {
    pub(super) gherkin_document: Option<Lenient<Document>>,
    pub(super) pickle: Option<Lenient<Pickle>>,
    pub(super) test_case: Option<Lenient<TestCase>>,
    pub(super) test_case_started: Option<Lenient<Started>>,
    pub(super) test_step_finished: Option<Lenient<StepFinished>>,
    pub(super) attachment: Option<Lenient<Attachment>>,
    pub(super) external_attachment: Option<Lenient<Attachment>>,
    pub(super) test_case_finished: Option<Lenient<Finished>>,
    pub(super) parse_error: Option<Lenient<ParseError>>,
    pub(super) test_run_hook_finished: Option<Lenient<StepFinished>>,
    pub(super) test_run_started: Option<Lenient<Empty>>,
    pub(super) test_run_finished: Option<Lenient<RunFinished>>,
}

#[derive(Default, Deserialize)]
pub(super) struct Empty {}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Document {
    pub(super) feature: Lenient<Feature>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Feature {
    pub(super) name: Words,
    pub(super) children: Vec<Lenient<Child>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Child {
    pub(super) rule: Option<Lenient<Rule>>,
    pub(super) scenario: Option<Lenient<ScenarioNode>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Rule {
    pub(super) name: Words,
    pub(super) children: Vec<Lenient<RuleChild>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RuleChild {
    pub(super) scenario: Option<Lenient<ScenarioNode>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ScenarioNode {
    pub(super) id: Words,
    pub(super) name: Words,
    pub(super) examples: Vec<Lenient<Examples>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Examples {
    pub(super) name: Words,
    pub(super) table_body: Vec<Lenient<Row>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Row {
    pub(super) id: Words,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TestCase {
    pub(super) id: Words,
    pub(super) pickle_id: Words,
    pub(super) test_steps: List<Lenient<TestStep>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TestStep {
    pub(super) id: Words,
    pub(super) pickle_step_id: Words,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Started {
    pub(super) id: Words,
    pub(super) test_case_id: Words,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct StepFinished {
    pub(super) test_case_started_id: Words,
    pub(super) test_step_id: Words,
    #[serde(alias = "result")]
    pub(super) test_step_result: Lenient<StepResult>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct StepResult {
    pub(super) status: Words,
    pub(super) duration: Lenient<Duration>,
    pub(super) message: Message,
    pub(super) exception: Lenient<Exception>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Exception {
    #[serde(rename = "type")]
    pub(super) kind: Words,
    pub(super) message: Message,
    pub(super) stack_trace: Message,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Duration {
    pub(super) seconds: Number,
    pub(super) nanos: Number,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Attachment {
    pub(super) test_case_started_id: Words,
    pub(super) body: Message,
    pub(super) media_type: Words,
    pub(super) url: Words,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Finished {
    pub(super) test_case_started_id: Words,
    pub(super) will_be_retried: Flag,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ParseError {
    pub(super) message: Message,
    pub(super) source: Lenient<Source>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Source {
    pub(super) uri: Words,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RunFinished {
    pub(super) exception: Lenient<Exception>,
}

impl StepResult {
    pub(super) fn detail(&self) -> Option<Box<Detail>> {
        let Exception { kind, message, stack_trace } = &*self.exception;
        let text = stack_trace.get().or(self.message.get());
        detail(message.get().or_else(|| self.message.text().lines().next()), kind.get(), text)
    }

    pub(super) fn seconds(&self) -> f64 {
        let [seconds, nanos] = [self.duration.seconds, self.duration.nanos].map(Number::get);
        seconds.unwrap_or_default() + nanos.unwrap_or_default() / 1e9
    }
}
