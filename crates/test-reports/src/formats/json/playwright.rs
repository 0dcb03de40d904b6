//! Playwright's reporter `json`: suites of files and groups, specs, and for each project a test with its attempts.

use serde::Deserialize;
use serde::de::MapAccess;

use super::Document;
use super::elements::{Each, Object, Objects, skip};
use super::place::Place;
use super::values::{Lenient, List, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail, tags_in_output};
use crate::formats::model::{
    CaseExtra, Detail, Outcome, Position, Report, Rerun, RerunWhen, SuiteIndex, Tag,
};

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
    /// The open suites, and the index of the first case of each.
    open: Vec<(SuiteIndex, usize, bool)>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Spec {
    title: Words,
    file: Words,
    line: Number,
    tags: List<Words>,
    tests: List<Lenient<Test>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Test {
    project_name: Words,
    status: Words,
    annotations: List<Lenient<Annotation>>,
    results: List<Lenient<Run>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Annotation {
    #[serde(rename = "type")]
    kind: Words,
    description: Message,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Run {
    status: Words,
    duration: Number,
    error: Lenient<Error>,
    errors: List<Lenient<Error>>,
    attachments: List<Lenient<Attachment>>,
    stdout: List<Lenient<Output>>,
    stderr: List<Lenient<Output>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Error {
    message: Message,
    stack: Message,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attachment {
    path: Words,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Output {
    text: Message,
}

impl Error {
    fn detail(&self) -> Detail {
        detail(self.message.get(), None, self.stack.get()).map(|detail| *detail).unwrap_or_default()
    }
}

impl Run {
    fn outcome(&self) -> Outcome {
        match self.status.text() {
            "passed" => Outcome::Passed,
            "skipped" => Outcome::Skipped,
            // `failed`, `timedOut`, `interrupted`.
            _ => Outcome::Failed,
        }
    }

    fn detail(&self) -> Option<Box<Detail>> {
        let first = self.errors.0.first().filter(|error| error.stack.get().is_some());
        let error = first.unwrap_or(&self.error);
        let messages: Vec<&str> =
            self.errors.0.iter().filter_map(|error| error.message.get()).collect();
        match messages.as_slice() {
            [_, _, ..] => detail(error.message.get(), None, Some(&messages.join("\n\n"))),
            _ => detail(error.message.get().or(messages.first().copied()), None, error.stack.get()),
        }
    }
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder, place: Place) -> Self {
        Self { builder, place, open: Vec::new() }
    }
}

/// Adds the case of a test in one project.
fn case(
    builder: &mut ReportBuilder,
    suite: Option<SuiteIndex>,
    spec: &Spec,
    test: &Test,
    position: Position,
) {
    let last = test.results.0.last();
    let outcome = match test.status.text() {
        "expected" | "flaky" => Outcome::Passed,
        "skipped" => Outcome::Skipped,
        "unexpected" => Outcome::Failed,
        _ => last.map_or(Outcome::Skipped, |run| run.outcome()),
    };
    let skip = || {
        let reason =
            test.annotations.0.iter().find(|it| ["skip", "fixme"].contains(&it.kind.text()));
        reason.and_then(|reason| reason.description.get())
    };
    let found = match outcome {
        Outcome::Passed => None,
        Outcome::Skipped => detail(skip(), None, None),
        _ => last.and_then(|run| run.detail()).or_else(|| {
            let passed = last.is_some_and(|run| run.outcome() == Outcome::Passed);
            detail(passed.then_some("Expected to fail, but passed."), None, None)
        }),
    };
    let count = test.results.0.len();
    let earlier = test.results.0.iter().take(count.saturating_sub(1));
    let failed = earlier.filter(|run| run.outcome() == Outcome::Failed);
    let reruns = failed.map(|run| Rerun {
        when: RerunWhen::Before,
        outcome: Outcome::Failed,
        detail: run.detail().map(|detail| *detail).unwrap_or_default(),
        duration: run.duration.thousandths(),
    });
    let reruns = if outcome == Outcome::Skipped { Vec::new() } else { reruns.collect() };
    let mut tags = Vec::new();
    for run in &test.results.0 {
        let paths = run.attachments.0.iter().filter_map(|attachment| attachment.path.get());
        tags.extend(paths.map(|path| Tag::Attachment(path.into())));
        for output in run.stdout.0.iter().chain(&run.stderr.0) {
            tags.extend(tags_in_output(output.text.text()));
        }
    }
    let mut properties = Vec::new();
    for tag in spec.tags.0.iter().filter_map(Words::get) {
        properties.push(builder.property("tag", tag));
    }
    for note in &test.annotations.0 {
        match (note.kind.text(), note.description.get()) {
            ("issue", Some(issue)) => tags.push(Tag::Defect(issue.into())),
            ("skip" | "fixme" | "fail" | "slow", _) | (_, None) => {}
            (kind, Some(text)) => properties.push(builder.property(kind, text)),
        }
    }
    let project = test.project_name.get().map(|project| builder.attribute("project", project));
    builder.case(NewCase {
        suite,
        name: spec.title.text(),
        file: spec.file.get(),
        line: spec.line.line(),
        seconds: last.and_then(|run| run.duration.thousandths()),
        outcome,
        extra: CaseExtra {
            detail: found,
            reruns,
            attributes: project.into_iter().collect(),
            properties,
            tags,
        },
        position,
        ..NewCase::default()
    });
}

impl Document for Reader {
    fn finish(mut self) -> Report {
        // Titles come first. Without one, the file or group of a case is not known.
        if let Some((_, start, _)) = self.open.iter().find(|(_, _, is_named)| !is_named) {
            self.builder.forget_cases(*start);
        }
        self.builder.finish()
    }
}

impl Object for Reader {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "suites" => map.next_value_seed(Objects(&mut Suites(self))),
            "errors" => {
                let Self { builder, place, .. } = self;
                map.next_value_seed(Each::new(place, |error: Lenient<Error>, position| {
                    builder.error(None, Outcome::Errored, error.detail(), position);
                }))
            }
            _ => skip(&self.place, map),
        }
    }
}

struct Suites<'a>(&'a mut Reader);

impl Object for Suites<'_> {
    fn start(&mut self) {
        let Reader { builder, open, .. } = self.0;
        let parent = open.last().map(|(suite, ..)| *suite);
        open.push((builder.new_suite(parent, ""), builder.case_count(), false));
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Reader { builder, place, open } = &mut *self.0;
        let Some((suite, _, is_named)) = open.last_mut() else { return skip(place, map) };
        match key {
            "title" => {
                let title: Words = map.next_value()?;
                builder.name_suite(*suite, title.text());
                *is_named = true;
                Ok(())
            }
            "file" => {
                let file: Words = map.next_value()?;
                builder.suite_attribute(*suite, "file", file.text());
                Ok(())
            }
            "specs" => {
                let suite = Some(*suite);
                map.next_value_seed(Each::new(place, |spec: Lenient<Spec>, position| {
                    for test in &spec.tests.0 {
                        case(builder, suite, &spec, test, position);
                    }
                }))
            }
            "suites" => map.next_value_seed(Objects(&mut Suites(self.0))),
            _ => skip(place, map),
        }
    }

    fn end(&mut self) {
        self.0.open.pop();
    }
}
