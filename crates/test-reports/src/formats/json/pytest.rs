//! pytest-json-report: `tests`, each with its phases, and `collectors`.

use serde::Deserialize;
use serde::de::MapAccess;

use super::Document;
use super::elements::{Each, Object, skip};
use super::place::Place;
use super::values::{Keys, Lenient, List, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail, tags_in_output};
use crate::formats::model::{
    CaseExtra, Detail, Outcome, Position, Property, Report, Rerun, RerunWhen,
};

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Test {
    nodeid: Words,
    lineno: Number,
    outcome: Words,
    setup: Lenient<Phase>,
    call: Lenient<Phase>,
    teardown: Lenient<Phase>,
    user_properties: List<List<Words>>,
    keywords: Keys,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Phase {
    outcome: Words,
    duration: Number,
    crash: Lenient<Crash>,
    longrepr: Message,
    stdout: Message,
    stderr: Message,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Crash {
    message: Message,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Collector {
    nodeid: Words,
    outcome: Words,
    longrepr: Message,
}

/// What a phase says: the message of the exception, or the reason of a skip.
fn detail_of(phase: &Phase) -> Option<Box<Detail>> {
    let text = phase.longrepr.get();
    match text.and_then(skip_reason) {
        Some(reason) => detail(Some(reason), None, None),
        None => detail(phase.crash.message.get().or_else(|| text?.lines().next()), None, text),
    }
}

/// The reason in `('/srv/shop/test_cart.py', 29, 'Skipped: no printer')`.
pub(super) fn skip_reason(text: &str) -> Option<&str> {
    let (_, reason) = text.strip_prefix('(')?.split_once("Skipped: ")?;
    Some(reason.strip_suffix(')')?.trim_end_matches(['\'', '"']))
}

/// The path of the file in the identifier of a node.
pub(super) fn file_of(node: &str) -> &str {
    node.split("::").next().unwrap_or_default()
}

/// Keywords that are no labels: markers that say how a test is run, and what decorators leave on functions.
const TECHNICAL: [&str; 15] = [
    "pytestmark",
    "parametrize",
    "skip",
    "skipif",
    "xfail",
    "usefixtures",
    "filterwarnings",
    "tryfirst",
    "trylast",
    "asyncio",
    "anyio",
    "patchings",
    "hypothesis",
    "is_hypothesis_test",
    "()",
];

/// Adds the markers of a test. pytest reports them among the keywords, from the test outwards, with the names of the nodes around
/// it, the parameters, and the name of the root directory at the end.
pub(super) fn add_markers(
    properties: &mut Vec<Property>,
    builder: &mut ReportBuilder,
    keywords: &Keys,
    node: &str,
) {
    let (path, parameters) = node.split_once('[').unwrap_or((node, ""));
    let parameters = parameters.strip_suffix(']').unwrap_or(parameters);
    let mut words: Vec<&str> = keywords.0.iter().filter_map(Words::get).collect();
    words.pop();
    let is_of_node = |word: &str| {
        word == parameters
            || word == file_of(node)
            || path.split("::").flat_map(|part| part.split('/')).any(|part| part == word)
    };
    let is_marker = |word: &&str| {
        !is_of_node(word)
            && !word.contains('[')
            && !word.starts_with('_')
            && !TECHNICAL.contains(word)
    };
    properties
        .extend(words.into_iter().filter(is_marker).map(|word| builder.property("marker", word)));
}

fn case(builder: &mut ReportBuilder, test: &Test, position: Position) {
    let phases = [&test.setup, &test.call, &test.teardown];
    let failed = |phase: &Phase| phase.outcome.text() == "failed";
    let outcome = match test.outcome.text() {
        "passed" | "xpassed" => Outcome::Passed,
        "failed" | "subtests failed" => Outcome::Failed,
        "error" => Outcome::Errored,
        "skipped" | "xfailed" => Outcome::Skipped,
        // pytest-rerunfailures: the last attempt counts.
        _ if failed(&test.call) => Outcome::Failed,
        _ if phases.iter().any(|phase| failed(phase)) => Outcome::Errored,
        _ if phases.iter().any(|phase| phase.outcome.text() == "skipped") => Outcome::Skipped,
        _ => Outcome::Passed,
    };
    // How often it was repeated is not written.
    let reruns = (test.outcome.text() == "rerun").then(|| Rerun {
        when: RerunWhen::Before,
        outcome: Outcome::Failed,
        detail: Detail::default(),
        duration: None,
    });
    let telling = match outcome {
        Outcome::Passed => None,
        Outcome::Skipped => phases.iter().find(|phase| phase.outcome.text() == "skipped"),
        // The test's own failure says more than that of its teardown.
        _ => phases.iter().find(|phase| failed(phase)),
    };
    let seconds: Vec<f64> = phases.iter().filter_map(|phase| phase.duration.get()).collect();
    let outputs = phases.iter().flat_map(|phase| [phase.stdout.text(), phase.stderr.text()]);
    let tags = outputs.flat_map(tags_in_output).collect();
    let properties = test.user_properties.0.iter().filter_map(|pair| match pair.0.as_slice() {
        [name, value] => Some(builder.property(name.get()?, value.text())),
        _ => None,
    });
    let mut properties: Vec<Property> = properties.collect();
    add_markers(&mut properties, builder, &test.keywords, test.nodeid.text());
    builder.case(NewCase {
        name: test.nodeid.text(),
        file: Some(file_of(test.nodeid.text())),
        // Lines are counted from 0.
        line: test.lineno.get().and_then(|line| format!("{:.0}", line + 1.0).parse().ok()),
        seconds: (!seconds.is_empty()).then(|| seconds.iter().sum()),
        outcome,
        extra: CaseExtra {
            detail: telling.and_then(|phase| detail_of(phase)),
            reruns: reruns.into_iter().collect(),
            properties,
            tags,
            ..CaseExtra::default()
        },
        position,
        ..NewCase::default()
    });
}

/// Adds the case of a file that could not be collected, as pytest's JUnit reports have it.
pub(super) fn failed_collector(
    builder: &mut ReportBuilder,
    node: &str,
    detail: Option<Box<Detail>>,
    position: Position,
) {
    builder.case(NewCase {
        name: node,
        classname: Some(""),
        file: Some(file_of(node)),
        outcome: Outcome::Errored,
        extra: CaseExtra { detail, ..CaseExtra::default() },
        position,
        ..NewCase::default()
    });
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
            "tests" => map.next_value_seed(Each::new(place, |test: Lenient<Test>, position| {
                case(builder, &test, position);
            })),
            "collectors" => {
                map.next_value_seed(Each::new(place, |found: Lenient<Collector>, position| {
                    if found.outcome.text() == "failed" {
                        let says = detail(None, None, found.longrepr.get());
                        failed_collector(builder, found.nodeid.text(), says, position);
                    }
                }))
            }
            _ => skip(place, map),
        }
    }
}
