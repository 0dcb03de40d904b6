//! The reader that all dialects share.

use std::collections::HashMap;
use std::sync::Arc;

use crate::formats::cases::{index_of, leave_out};
use crate::formats::document::{Document, Event};
use crate::formats::flaws::FlawSet;
use crate::formats::junit::attributes;
use crate::formats::markup::Tag;
use crate::formats::model::{
    Case, CaseExtra, Detail, Format, Outcome, Position, Property, Report, Rerun, RerunWhen, Root,
    Suite, SuiteError, Tag as Found,
};
use crate::formats::names::Names;
use crate::formats::prose::Prose;
use crate::formats::tags::{TagReader, tags_in_name};

use super::{Dialect, Role, Written, nunit, testng, trx, xunit};

/// Reads a document in `format`, which is none of JUnit's.
pub(in crate::formats) fn read(
    document: &mut Document<'_>,
    path: Arc<str>,
    format: Format,
) -> Report {
    let dialect = match format {
        Format::Nunit => &nunit::DIALECT,
        Format::Trx => &trx::DIALECT,
        Format::Testng => &testng::DIALECT,
        Format::Junit | Format::Xunit => &xunit::DIALECT,
    };
    let mut reader = Reader::new(dialect, path);
    loop {
        match document.next() {
            Event::Open => {
                let position = document.position();
                if reader.open(&document.tag(), position) {
                    document.lenient();
                }
            }
            Event::Close => reader.close(),
            Event::Text => reader.text(document.piece(), false),
            Event::Cdata => reader.text(document.piece(), true),
            Event::End => break,
        }
        if !reader.flaws.is_empty() {
            document.note(reader.flaws.take());
        }
    }
    reader.finish()
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    role: Role,
    suite: Option<u32>,
    case: Option<u32>,
    /// The error that a failure in here is, if it is none of a case.
    error: Option<Outcome>,
}

struct Reader {
    dialect: &'static Dialect,
    report: Report,
    frames: Vec<Frame>,
    open_cases: Vec<u32>,
    /// The innermost open case has no word for its outcome: a failure inside decides.
    undecided: bool,
    /// Runs that were repeated, to be joined to the case of the repetition.
    retried: Vec<Case>,
    class: Option<Arc<str>>,
    /// Of the failure or reason that is open.
    detail: Detail,
    position: Position,
    /// Name or type that tells which hook or property it is.
    label: Option<Box<str>>,
    property_value: Option<Box<str>>,
    parameters: Vec<Box<str>>,
    /// Classes by the id of a definition, and the definition that is open.
    classes: HashMap<Box<str>, Arc<str>>,
    definition: Option<Box<str>>,
    prose: Prose,
    tags: TagReader,
    names: Names,
    flaws: FlawSet,
}

impl Reader {
    fn new(dialect: &'static Dialect, path: Arc<str>) -> Self {
        Self {
            dialect,
            report: Report {
                path,
                format: dialect.format,
                root: Root::default(),
                suites: Vec::new(),
                cases: Vec::new(),
                suite_errors: Vec::new(),
                recovered: Vec::new(),
                damage: None,
            },
            frames: Vec::new(),
            open_cases: Vec::new(),
            undecided: false,
            retried: Vec::new(),
            class: None,
            detail: Detail::default(),
            position: Position::default(),
            label: None,
            property_value: None,
            parameters: Vec::new(),
            classes: HashMap::new(),
            definition: None,
            prose: Prose::default(),
            tags: TagReader::default(),
            names: Names::default(),
            flaws: FlawSet::default(),
        }
    }

    /// An element begins. True: it holds text, and elements inside are part of that.
    fn open(&mut self, tag: &Tag<'_>, position: Position) -> bool {
        self.flaws.join(tag.flaws);
        let around = self.frames.last().copied().unwrap_or(Frame {
            role: Role::Transparent,
            suite: None,
            case: None,
            error: None,
        });
        if self.report.root.element.is_empty() {
            self.report.root.element = tag.name().into();
            self.report.root.attributes = attributes::all(tag, &mut self.names, &mut self.flaws);
        }
        let role = match around.role {
            // Texts, and what is of no interest, have nothing inside.
            Role::Ignored
            | Role::Message
            | Role::Trace
            | Role::Console
            | Role::Property
            | Role::Attachment
            | Role::Parameter => Role::Ignored,
            other => (self.dialect.role)(tag, other),
        };
        let mut frame = Frame { role, ..around };
        match role {
            Role::Transparent | Role::Ignored => {}
            Role::Suite => {
                let mut written = self.written(tag);
                frame.error = (self.dialect.bears_error)(role, &written.0);
                let name = written.take("name").unwrap_or_default();
                frame.suite = Some(index_of(self.report.suites.len()));
                frame.case = None;
                self.class = None;
                self.report.suites.push(Suite {
                    parent: around.suite,
                    name: self.names.intern(&name),
                    attributes: written.0,
                    ..Suite::default()
                });
            }
            Role::Class => {
                let name = self.written(tag).take("name").unwrap_or_default();
                self.class = Some(self.names.intern(&name));
            }
            Role::Case => frame.case = Some(self.open_case(tag, around, position)),
            Role::Hook => {
                let mut written = self.written(tag);
                frame.error = (self.dialect.bears_error)(role, &written.0);
                frame.case = None;
                self.label = written.take("name");
                self.position = position;
            }
            Role::Failure | Role::Reason => {
                let mut written = self.written(tag);
                self.detail = Detail {
                    message: written.take("message"),
                    kind: written
                        .take("exception-type")
                        .or_else(|| written.take("class")),
                    text: None,
                };
                self.position = position;
                self.prose.clear();
            }
            Role::Message | Role::Trace | Role::Parameter => self.prose.clear(),
            Role::Attachment => {
                self.prose.clear();
                if let Some(path) = self.written(tag).take("path") {
                    self.add_tags(frame, vec![Found::Attachment(path)]);
                }
            }
            Role::Console => self.tags.clear(),
            Role::Property => {
                self.prose.clear();
                let mut written = self.written(tag);
                self.label = written.take("name").or_else(|| written.take("Key"));
                self.property_value = written.take("value");
                if tag.name() == "category" {
                    self.property_value = self.label.replace("category".into());
                }
            }
            Role::Definition => self.definition = self.written(tag).take("id"),
            Role::Method => {
                let class = self.written(tag).take("className");
                if let (Some(id), Some(class)) = (self.definition.take(), class) {
                    self.classes.insert(id, self.names.intern_run(&class));
                }
            }
        }
        self.frames.push(frame);
        matches!(
            role,
            Role::Message
                | Role::Trace
                | Role::Console
                | Role::Property
                | Role::Attachment
                | Role::Parameter
        )
    }

    fn written(&mut self, tag: &Tag<'_>) -> Written {
        Written(attributes::all(tag, &mut self.names, &mut self.flaws))
    }

    fn open_case(&mut self, tag: &Tag<'_>, around: Frame, position: Position) -> u32 {
        let mut written = self.written(tag);
        let parts = (self.dialect.case)(&mut written);
        let mut extra = CaseExtra::default();
        for name in [parts.name.as_deref(), parts.classname.as_deref()]
            .into_iter()
            .flatten()
        {
            tags_in_name(name, &mut self.names, &mut extra.tags);
        }
        extra.attributes = written.0;
        let named = !extra.attributes.is_empty() || !extra.tags.is_empty();
        let classname = match parts.classname {
            Some(name) => Some(self.names.intern_run(&name)),
            None => self.class.clone(),
        };
        let index = index_of(self.report.cases.len());
        self.report.cases.push(Case {
            suite: around.suite,
            parent_case: around.case,
            name: parts.name,
            classname,
            file: parts.file.map(|file| self.names.intern(&file)),
            line: parts.line,
            duration: parts.duration,
            outcome: parts.outcome.unwrap_or_default(),
            extra: named.then(|| Box::new(extra)),
            position,
        });
        self.open_cases.push(index);
        self.undecided = parts.outcome.is_none();
        self.parameters.clear();
        index
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        match frame.role {
            Role::Transparent
            | Role::Ignored
            | Role::Suite
            | Role::Console
            | Role::Definition
            | Role::Method => {}
            Role::Class => self.class = None,
            Role::Case => {
                self.open_cases.pop();
                self.name_parameters(frame);
                self.join_retries(frame);
            }
            Role::Hook => {
                // An error without a failure inside is one all the same.
                if let (Some(outcome), Some(label)) = (frame.error, self.label.take()) {
                    let detail = Detail {
                        message: Some(label),
                        ..Detail::default()
                    };
                    self.add_error(frame, outcome, detail);
                }
            }
            Role::Message => {
                let text = self.prose.take(&mut self.flaws);
                self.detail.message = text.or(self.detail.message.take());
            }
            Role::Trace => {
                let text = self.prose.take(&mut self.flaws);
                self.detail.text = text.or(self.detail.text.take());
            }
            Role::Failure | Role::Reason => self.close_detail(frame),
            Role::Property => self.close_property(frame),
            Role::Attachment => {
                if let Some(path) = self.prose.take(&mut self.flaws) {
                    self.add_tags(frame, vec![Found::Attachment(path)]);
                }
            }
            Role::Parameter => {
                let text = self
                    .prose
                    .take(&mut self.flaws)
                    .unwrap_or_else(|| "null".into());
                self.parameters.push(text);
            }
        }
    }

    fn close_detail(&mut self, frame: Frame) {
        let mut detail = std::mem::take(&mut self.detail);
        // A reason may be written as bare text.
        if detail.message.is_none() {
            detail.message = self.prose.take(&mut self.flaws);
        }
        let Some(case) = frame.case else {
            if let (Some(outcome), Role::Failure) = (frame.error, frame.role) {
                detail.message = match (self.label.take(), detail.message) {
                    (Some(hook), Some(message)) => Some(format!("{hook}: {message}").into()),
                    (hook, message) => hook.or(message),
                };
                self.add_error(frame, outcome, detail);
            }
            return;
        };
        let Some(case) = self.report.cases.get_mut(case as usize) else {
            return;
        };
        if self.undecided && frame.role == Role::Failure {
            case.outcome = Outcome::Failed;
        }
        // Where a word says how the case ended, that counts, and the text explains it.
        if case.outcome == Outcome::Passed {
            return;
        }
        let extra = case.extra.get_or_insert_default();
        if extra.detail.is_none() || frame.role == Role::Failure {
            extra.detail = Some(detail);
        }
    }

    fn add_error(&mut self, frame: Frame, outcome: Outcome, detail: Detail) {
        self.report.suite_errors.push(SuiteError {
            suite: frame.suite,
            outcome,
            detail,
            position: self.position,
        });
    }

    /// Parameters join the name as they would in JUnit's format: `test(1, 2)`.
    fn name_parameters(&mut self, frame: Frame) {
        let parameters = std::mem::take(&mut self.parameters);
        if parameters.is_empty() {
            return;
        }
        let case = frame
            .case
            .and_then(|case| self.report.cases.get_mut(case as usize));
        if let Some(name) = case.and_then(|case| case.name.as_mut()) {
            *name = format!("{name}({})", parameters.join(", ")).into();
        }
    }

    /// TestNG writes a run that is repeated as a skipped case of its own, with `retried`, before the repetition.
    fn join_retries(&mut self, frame: Frame) {
        if frame.case.map(|index| index as usize + 1) != Some(self.report.cases.len()) {
            // It held cases of its own.
            return;
        }
        let Some(mut case) = self.report.cases.pop() else {
            return;
        };
        if case.attribute("retried") == Some("true") {
            self.retried.push(case);
            return;
        }
        // Parameters are no help: objects show their address, which differs in each run.
        let same = |earlier: &mut Case| {
            (earlier.suite, &earlier.classname) == (case.suite, &case.classname)
                && method(earlier) == method(&case)
        };
        let reruns: Vec<Rerun> = self
            .retried
            .extract_if(.., same)
            .map(|earlier| Rerun {
                when: RerunWhen::Before,
                outcome: Outcome::Failed,
                detail: earlier.detail().cloned().unwrap_or_default(),
                duration: earlier.duration,
            })
            .collect();
        if !reruns.is_empty() {
            case.extra.get_or_insert_default().reruns = reruns;
        }
        self.report.cases.push(case);
    }

    fn close_property(&mut self, frame: Frame) {
        let text = self.prose.take(&mut self.flaws);
        let value = self.property_value.take().or(text).unwrap_or_default();
        let Some(name) = self.label.take() else {
            return;
        };
        let property = Property {
            name: self.names.intern(&name),
            value,
        };
        let properties = match (frame.case, frame.suite) {
            (Some(case), _) => self
                .report
                .cases
                .get_mut(case as usize)
                .map(|case| &mut case.extra.get_or_insert_default().properties),
            (None, Some(suite)) => {
                let suite = self.report.suites.get_mut(suite as usize);
                suite.map(|suite| &mut suite.properties)
            }
            (None, None) => Some(&mut self.report.root.properties),
        };
        if let Some(properties) = properties {
            properties.push(property);
        }
    }

    fn text(&mut self, piece: &[u8], cdata: bool) {
        let Some(&frame) = self.frames.last() else {
            return;
        };
        match frame.role {
            Role::Message
            | Role::Trace
            | Role::Reason
            | Role::Failure
            | Role::Property
            | Role::Attachment
            | Role::Parameter => {
                if cdata {
                    self.prose.cdata(piece);
                } else {
                    self.prose.text(piece, &mut self.flaws);
                }
            }
            Role::Console => {
                let mut found = Vec::new();
                let (names, flaws) = (&mut self.names, &mut self.flaws);
                if cdata {
                    self.tags.cdata(piece, names, &mut found, flaws);
                } else {
                    self.tags.text(piece, names, &mut found, flaws);
                }
                if !found.is_empty() {
                    self.add_tags(frame, found);
                }
            }
            _ => {}
        }
    }

    fn add_tags(&mut self, frame: Frame, mut found: Vec<Found>) {
        match (frame.case, frame.suite) {
            (Some(case), _) => {
                if let Some(case) = self.report.cases.get_mut(case as usize) {
                    case.extra.get_or_insert_default().tags.append(&mut found);
                }
            }
            (None, Some(suite)) => {
                if let Some(suite) = self.report.suites.get_mut(suite as usize) {
                    suite.tags.append(&mut found);
                }
            }
            (None, None) => {}
        }
    }

    fn finish(mut self) -> Report {
        leave_out(&mut self.report.cases, &self.open_cases);
        // A repetition that never came: the run counts as it stands.
        self.report.cases.append(&mut self.retried);
        if !self.classes.is_empty() {
            for case in &mut self.report.cases {
                let class = case.attribute("testId").and_then(|id| self.classes.get(id));
                if case.classname.is_none() {
                    case.classname = class.cloned();
                }
            }
        }
        self.report
    }
}

/// The name of a case without its parameters.
fn method(case: &Case) -> Option<&str> {
    case.name.as_deref()?.split('(').next()
}
