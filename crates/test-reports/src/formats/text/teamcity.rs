//! Service messages for TeamCity: `##teamcity[testStarted name='adds' flowId='1']`, among any other output.

use std::collections::HashMap;

use super::TextReader;
use crate::formats::builder::{NewCase, ReportBuilder, detail, tags_in_output};
use crate::formats::model::{CaseExtra, Detail, Flaw, Outcome, Position, Report, SuiteIndex, Tag};

const START: &str = "##teamcity[";

pub(super) struct Reader {
    builder: ReportBuilder,
    flows: HashMap<String, Flow>,
}

/// What runs one after the other.
#[derive(Default)]
struct Flow {
    suites: Vec<(SuiteIndex, Position)>,
    running: HashMap<String, Running>,
}

struct Running {
    position: Position,
    outcome: Outcome,
    detail: Option<Box<Detail>>,
    tags: Vec<Tag>,
    file: Option<String>,
    class: Option<String>,
}

/// The attribute of the document that PHPUnit wrote: the scheme of its locations.
const PHPUNIT: &str = "php_qn";

/// Flows that are followed at a time.
const MOST: usize = 10_000;

pub(super) fn begins(line: &str) -> bool {
    let Some((name, ..)) = message(line) else { return false };
    name.starts_with("testSuite") || name.starts_with("test")
}

/// The name of the first message in a line, its attributes, and what follows. Without an end, nothing follows.
fn message(line: &str) -> Option<(&str, &str, Option<&str>)> {
    let (_, rest) = line.split_once(START)?;
    let end = rest.find(|next: char| !next.is_ascii_alphanumeric())?;
    let (name, attributes) = rest.split_at_checked(end)?;
    let (mut is_escaped, mut is_quoted) = (false, false);
    let end = attributes.find(|next: char| {
        match next {
            _ if std::mem::take(&mut is_escaped) => {}
            '|' => is_escaped = true,
            '\'' => is_quoted = !is_quoted,
            _ => return next == ']' && !is_quoted,
        }
        false
    });
    match end {
        Some(end) => Some((name, attributes.get(..end)?, attributes.get(end + 1..))),
        None => Some((name, attributes, None)),
    }
}

/// The value of an attribute, with its escapes resolved.
fn value(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        let (key, behind) = rest.split_once("='")?;
        let mut text = String::new();
        let mut characters = behind.char_indices();
        let end = loop {
            match characters.next()? {
                (at, '\'') => break at,
                (_, '|') => match characters.next()?.1 {
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    '0' if characters.as_str().starts_with('x') => {
                        let digits = characters.as_str().get(1..5)?;
                        let code = u32::from_str_radix(digits, 16).ok();
                        text.push(code.and_then(char::from_u32).unwrap_or('\u{fffd}'));
                        characters.nth(4);
                    }
                    escaped => text.push(escaped),
                },
                (_, plain) => text.push(plain),
            }
        };
        if key.trim() == name {
            return Some(text);
        }
        rest = behind.get(end + 1..)?;
    }
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder) -> Self {
        Self { builder, flows: HashMap::new() }
    }

    fn message(&mut self, name: &str, attributes: &str, position: Position) {
        let get = |key| value(attributes, key);
        let flow = get("flowId").unwrap_or_default();
        if self.flows.len() >= MOST && !self.flows.contains_key(&flow) {
            let message = format!("more than {MOST} flows");
            return self.builder.damage(Flaw::new(position, message));
        }
        let Self { builder, flows } = self;
        let test = get("name").unwrap_or_default();
        match name {
            "flowStarted" => {
                // It continues the suites of its parent.
                let parent = get("parent").and_then(|parent| flows.get(&parent));
                let suites = parent.map(|flow| flow.suites.clone()).unwrap_or_default();
                flows.entry(flow).or_default().suites = suites;
                return;
            }
            "flowFinished" => {
                if let Some(ended) = flows.remove(&flow) {
                    check(builder, &ended);
                }
                return;
            }
            _ => {}
        }
        let flow = flows.entry(flow).or_default();
        match name {
            "testSuiteStarted" => {
                let parent = flow.suites.last().map(|(suite, _)| *suite);
                flow.suites.push((builder.suite(parent, &test), position));
            }
            "testSuiteFinished" => drop(flow.suites.pop()),
            "testStarted" => {
                let hint = get("locationHint").unwrap_or_default();
                let (scheme, location) = hint.split_once("://").unzip();
                // PHPUnit and Pest add the class and the test to the path.
                let mut parts = location.unwrap_or_default().split("::");
                let file = parts.next().filter(|file| !file.is_empty()).map(str::to_owned);
                let class = parts.next().filter(|_| scheme == Some(PHPUNIT)).map(str::to_owned);
                if class.is_some() {
                    builder.set_root_attribute(PHPUNIT, "true");
                }
                let running = Running {
                    position,
                    outcome: Outcome::Passed,
                    detail: None,
                    tags: Vec::new(),
                    file,
                    class,
                };
                flow.running.insert(test, running);
            }
            "testFailed" => {
                let kind = get("type");
                let text = get("details");
                let says = detail(get("message").as_deref(), kind.as_deref(), text.as_deref());
                if let Some(running) = flow.running.get_mut(&test) {
                    if running.outcome != Outcome::Failed {
                        (running.outcome, running.detail) = (Outcome::Failed, says);
                    }
                } else {
                    let suite = flow.suites.last().map(|(suite, _)| *suite);
                    let says = says.map(|detail| *detail).unwrap_or_default();
                    builder.error(suite, Outcome::Failed, says, position);
                }
            }
            "testIgnored" => {
                let says = detail(get("message").as_deref(), None, None);
                let suite = flow.suites.last().map(|(suite, _)| *suite);
                match flow.running.get_mut(&test) {
                    Some(running) => (running.outcome, running.detail) = (Outcome::Skipped, says),
                    // Without a start it has no end either.
                    None => builder.case(NewCase {
                        suite,
                        name: &test,
                        outcome: Outcome::Skipped,
                        extra: CaseExtra { detail: says, ..CaseExtra::default() },
                        position,
                        ..NewCase::default()
                    }),
                }
            }
            "testStdOut" | "testStdErr" => {
                if let (Some(running), Some(output)) = (flow.running.get_mut(&test), get("out")) {
                    running.tags.extend(tags_in_output(&output));
                }
            }
            "testFinished" => {
                let suite = flow.suites.last().map(|(suite, _)| *suite);
                let Some(running) = flow.running.remove(&test) else {
                    return;
                };
                let Running { position, outcome, detail, tags, file, class } = running;
                let milliseconds = get("duration").and_then(|text| text.parse::<f64>().ok());
                builder.case(NewCase {
                    suite,
                    name: &test,
                    classname: class.as_deref(),
                    file: file.as_deref(),
                    seconds: milliseconds.map(|milliseconds| milliseconds / 1000.0),
                    outcome,
                    extra: CaseExtra { detail, tags, ..CaseExtra::default() },
                    position,
                    ..NewCase::default()
                });
            }
            _ => {}
        }
    }
}

/// What has no end in a flow is damage.
fn check(builder: &mut ReportBuilder, flow: &Flow) {
    let test = flow.running.iter().min_by_key(|(_, running)| running.position);
    if let Some((name, running)) = test {
        builder.damage(Flaw::new(running.position, format!("the test `{name}` has no end")));
    } else if let Some((_, position)) = flow.suites.first() {
        builder.damage(Flaw::new(*position, "a suite has no end"));
    }
}

impl TextReader for Reader {
    fn line(&mut self, line: &str, position: Position) {
        let mut rest = line;
        while let Some((name, attributes, behind)) = message(rest) {
            let Some(behind) = behind else {
                let message = "a service message that breaks off";
                return self.builder.damage(Flaw::new(position, message));
            };
            self.message(name, attributes, position);
            rest = behind;
        }
    }

    fn builder(&mut self) -> &mut ReportBuilder {
        &mut self.builder
    }

    fn finish(mut self, _: Position) -> Report {
        let mut flows: Vec<Flow> = self.flows.into_values().collect();
        let first = |flow: &Flow| {
            let tests = flow.running.values().map(|running| running.position);
            tests.chain(flow.suites.iter().map(|(_, position)| *position)).min()
        };
        flows.sort_by_key(first);
        flows.iter().for_each(|flow| check(&mut self.builder, flow));
        self.builder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_have_several_messages_and_other_output() {
        let line = "PASSED##teamcity[testFinished name='a|]|'']##teamcity[testStarted name='b";
        let (name, attributes, rest) = message(line).unwrap();
        assert_eq!((name, attributes), ("testFinished", " name='a|]|''"));
        assert_eq!(message(rest.unwrap()), Some(("testStarted", " name='b", None)));
    }

    #[test]
    fn escapes_in_values_are_resolved() {
        let attributes = " name='it|'s |[a|] ||' message='a|nb' out='|0x00e9!'";
        assert_eq!(value(attributes, "name").as_deref(), Some("it's [a] |"));
        assert_eq!(value(attributes, "message").as_deref(), Some("a\nb"));
        assert_eq!(value(attributes, "out").as_deref(), Some("é!"));
        assert_eq!(value(attributes, "flowId"), None);
        assert_eq!(value(" name='cut", "name"), None);
    }
}
