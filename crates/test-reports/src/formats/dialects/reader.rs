//! The reader that all dialects share.

use std::collections::HashMap;
use std::sync::Arc;

use crate::formats::cases::{index_of, remove_unclosed_cases};
use crate::formats::document::{Document, Event};
use crate::formats::flaws::FlawSet;
use crate::formats::junit::attributes;
use crate::formats::markup::Tag;
use crate::formats::model::{
    Case, CaseExtra, CaseIndex, Detail, Format, Outcome, Position, Report, Seconds, Suite,
    Tag as Found, Text,
};
use crate::formats::names::Names;
use crate::formats::tags::{TagReader, tags_in_name};
use crate::formats::text_buffer::TextBuffer;

use super::{AttributeMap, Dialect, Role, nunit, testng, trx, xunit};

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
        Format::Junit | Format::Xunit | Format::Libtest => &xunit::DIALECT,
    };
    let mut reader = Reader::new(dialect, path);
    loop {
        match document.next() {
            Event::Open => {
                let position = document.position();
                if reader.open(&document.tag(), position) {
                    document.lenient();
                }
                document.count_cases(reader.report.cases.len());
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
pub(super) struct Frame {
    pub(super) role: Role,
    pub(super) suite: Option<u32>,
    pub(super) case: Option<u32>,
    /// The error that a failure in here is, if it is none of a case.
    pub(super) error: Option<Outcome>,
}

pub(super) struct Reader {
    pub(super) dialect: &'static Dialect,
    pub(super) report: Report,
    pub(super) frames: Vec<Frame>,
    pub(super) open_cases: Vec<u32>,
    /// The innermost open case has no word for its outcome: a failure inside decides.
    pub(super) undecided: bool,
    /// Runs that were repeated, to be joined to the case of the repetition.
    pub(super) retried: Vec<Case>,
    pub(super) class: Option<Arc<str>>,
    /// Of the failure or reason that is open.
    pub(super) detail: Detail,
    pub(super) position: Position,
    /// Name or type that tells which hook or property it is.
    pub(super) label: Option<Box<str>>,
    pub(super) property_value: Option<Box<str>>,
    pub(super) parameters: Vec<Box<str>>,
    /// Classes by the id of a definition, and the definition that is open.
    pub(super) classes: HashMap<Box<str>, Arc<str>>,
    pub(super) definition: Option<Box<str>>,
    pub(super) text_buffer: TextBuffer,
    pub(super) tags: TagReader,
    pub(super) names: Names,
    pub(super) flaws: FlawSet,
}

impl Reader {
    fn new(dialect: &'static Dialect, path: Arc<str>) -> Self {
        Self {
            dialect,
            report: Report::new(path, dialect.format),
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
            text_buffer: TextBuffer::default(),
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
                frame.error = (self.dialect.suite_error)(role, &written.0);
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
                frame.error = (self.dialect.suite_error)(role, &written.0);
                frame.case = None;
                self.label = written.take("name");
                self.position = position;
            }
            Role::Failure | Role::Reason => {
                let mut written = self.written(tag);
                self.detail = Detail {
                    message: written.take("message"),
                    kind: written.take("exception-type").or_else(|| written.take("class")),
                    text: None,
                };
                self.position = position;
                self.text_buffer.clear();
            }
            Role::Message | Role::Trace | Role::Parameter => self.text_buffer.clear(),
            Role::Attachment => {
                self.text_buffer.clear();
                if let Some(path) = self.written(tag).take("path") {
                    self.add_tags(frame, vec![Found::Attachment(path)]);
                }
            }
            Role::Console => self.tags.clear(),
            Role::Property => {
                self.text_buffer.clear();
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

    fn written(&mut self, tag: &Tag<'_>) -> AttributeMap {
        AttributeMap(attributes::all(tag, &mut self.names, &mut self.flaws))
    }

    fn open_case(&mut self, tag: &Tag<'_>, around: Frame, position: Position) -> u32 {
        let mut written = self.written(tag);
        let parts = (self.dialect.case)(&mut written);
        let mut extra = CaseExtra::default();
        for name in [parts.name.as_deref(), parts.classname.as_deref()].into_iter().flatten() {
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
            parent_case: around.case.and_then(CaseIndex::new),
            name: parts.name.map(Text::from),
            classname,
            file: parts.file.map(|file| self.names.intern(&file)),
            line: parts.line,
            duration: parts.duration.and_then(Seconds::new),
            outcome: parts.outcome.unwrap_or_default(),
            extra: named.then(|| Box::new(extra)),
            position,
        });
        self.open_cases.push(index);
        self.undecided = parts.outcome.is_none();
        self.parameters.clear();
        index
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
                    self.text_buffer.cdata(piece);
                } else {
                    self.text_buffer.text(piece, &mut self.flaws);
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

    pub(super) fn add_tags(&mut self, frame: Frame, mut found: Vec<Found>) {
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
        remove_unclosed_cases(&mut self.report.cases, &self.open_cases);
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
