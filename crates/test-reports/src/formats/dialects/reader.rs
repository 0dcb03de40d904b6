//! The reader of all dialects: elements in, a report out.

use std::collections::HashMap;
use std::sync::Arc;

use super::{CaseField, Dialect, Role, take, weight};
use crate::formats::cases::{index_of, remove_cases};
use crate::formats::model::{
    Attribute, Case, CaseExtra, CaseIndex, Detail, Flaw, Format, Outcome, Position, Property,
    Report, Rerun, Seconds, Suite, SuiteError, Tag as Found, Text, find_attribute,
};
use crate::formats::names::Names;
use crate::formats::recovery::{FlawSet, Recovery};
use crate::formats::sniff::{Landmark, landmark};
use crate::formats::tags::{TagReader, tags_in_name};
use crate::formats::text_buffer::TextBuffer;
use crate::formats::time::seconds;
use crate::formats::xml::attributes::Tag;
use crate::formats::xml::debris::{self, Debris};
use crate::formats::xml::elements::{AROUND_SUITES, Elements, Event};

mod fields;

/// Reads a document in `format`.
pub(in crate::formats) fn read(
    elements: &mut Elements<'_>,
    path: Arc<str>,
    format: Format,
) -> Report {
    Reader::new(super::of(format), path).read(elements)
}

/// Reads a piece of a document in JUnit's format, with room for as many `cases`: its beginning, or suites that are directly
/// inside an element `testsuites`.
pub(in crate::formats) fn read_piece(
    elements: &mut Elements<'_>,
    path: Arc<str>,
    is_beginning: bool,
    cases: usize,
) -> Report {
    let mut reader = Reader::new(super::of(Format::Junit), path);
    // Where cases are longer, the rest of the room is never touched. Growing would copy them again and again.
    reader.report.cases.reserve(cases);
    if !is_beginning {
        reader.report.root.element = AROUND_SUITES.into();
        reader.frames.push(Frame::default());
    }
    reader.read(elements)
}

/// What an element holds.
enum Content {
    Elements,
    Text,
    Nothing,
    /// It is a case of another format, which is not read.
    Foreign,
}

/// Where the text of an element goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sink {
    #[default]
    Nowhere,
    TextBuffer,
    Tags,
}

/// An open element. What is inside inherits suite, case and error.
#[derive(Clone, Copy, Debug, Default)]
struct Frame {
    role: Role,
    sink: Sink,
    suite: Option<u32>,
    case: Option<u32>,
    /// The error that a failure in here is, if it is not one of a case.
    error: Option<Outcome>,
}

/// A case whose end tag was not read yet.
#[derive(Debug)]
struct OpenCase {
    index: u32,
    /// Something inside was lost.
    is_hit: bool,
    /// An attribute says how the case ended: failures inside only explain it.
    has_word: bool,
    /// The worst that a child said.
    verdict: Option<Outcome>,
    /// Where its own properties begin in those of all open cases.
    properties: usize,
}

struct Reader {
    dialect: &'static Dialect,
    report: Report,
    /// The first element below the document element that no report in this format has.
    stranger: Option<(Box<str>, Position)>,
    frames: Vec<Frame>,
    open_cases: Vec<OpenCase>,
    /// The class around the cases that follow, and how many cases were read before it.
    class: Option<Arc<str>>,
    before_class: usize,
    /// Of the failure, verdict, rerun or reason that is open; they never nest.
    detail: Detail,
    /// Of the rerun that is open.
    duration: Option<f64>,
    /// Where the open failure, verdict or hook begins.
    position: Position,
    /// The name of the open hook.
    hook: Option<Box<str>>,
    /// Name and value of the open property.
    property: (Option<Box<str>>, Option<Box<str>>),
    /// The properties of the open cases.
    properties: Vec<Property>,
    /// Cases whose end was lost, and with it perhaps their outcome.
    cut_cases: Vec<u32>,
    /// The parameters of the open case.
    parameters: Vec<Box<str>>,
    /// Classes by the id of a definition, and the definition that is open.
    classes: HashMap<Box<str>, Arc<str>>,
    definition: Option<Box<str>>,
    text_buffer: TextBuffer,
    tags: TagReader,
    names: Names,
    flaws: FlawSet,
}

impl Reader {
    fn new(dialect: &'static Dialect, path: Arc<str>) -> Self {
        Self {
            dialect,
            report: Report::new(path, dialect.format),
            stranger: None,
            frames: Vec::new(),
            open_cases: Vec::new(),
            class: None,
            before_class: 0,
            detail: Detail::default(),
            duration: None,
            position: Position::default(),
            hook: None,
            property: (None, None),
            properties: Vec::new(),
            cut_cases: Vec::new(),
            parameters: Vec::new(),
            classes: HashMap::new(),
            definition: None,
            text_buffer: TextBuffer::default(),
            tags: TagReader::default(),
            names: Names::of_thread(),
            flaws: FlawSet::default(),
        }
    }

    /// Reads to the end.
    fn read(mut self, elements: &mut Elements<'_>) -> Report {
        loop {
            let event = elements.next();
            if elements.take_hit() {
                self.open_cases.iter_mut().for_each(|open| open.is_hit = true);
            }
            match event {
                Event::Open => {
                    let position = elements.position();
                    match self.open(&elements.tag(), position) {
                        Content::Elements => {}
                        Content::Text => elements.set_opaque(true),
                        Content::Nothing => elements.set_opaque(false),
                        Content::Foreign => elements.add_foreign(),
                    }
                    let cases = self.report.cases.len();
                    if elements.count_cases(cases) {
                        self.cut_cases.push(index_of(cases - 1));
                    }
                }
                Event::Close => self.close(false),
                Event::Abandon => self.close(true),
                Event::Text => {
                    if let Some(debris) = self.text(elements.piece(), false) {
                        elements.add_debris(&debris);
                    }
                }
                Event::Cdata => {
                    self.text(elements.piece(), true);
                }
                Event::End => break,
            }
            if !self.flaws.is_empty() {
                elements.note(std::mem::take(&mut self.flaws));
            }
        }
        self.finish()
    }

    /// An element begins.
    fn open(&mut self, tag: &Tag<'_>, position: Position) -> Content {
        self.flaws.join(tag.flaws);
        let around = self.frames.last().copied().unwrap_or_default();
        let name = tag.name();
        if self.report.root.element.is_empty() {
            self.report.root.element = name.into();
            if name != "testsuite" {
                self.report.root.attributes = self.attributes(tag);
            }
        }
        let role = match around.role {
            Role::Ignored => Role::Ignored,
            role if role.is_text() => Role::Text,
            role => (self.dialect.role)(name, tag, role),
        };
        let mut frame = Frame { role, sink: Sink::Nowhere, ..around };
        let mut content = match role {
            Role::Ignored | Role::Step => Content::Nothing,
            role if role.is_text() || matches!(role, Role::Rerun(..)) => Content::Text,
            _ => Content::Elements,
        };
        match role {
            Role::Ignored | Role::Cases(_) => {}
            Role::Transparent => {
                let found = landmark(name, Some(self.dialect.format));
                if let Some(Landmark::Case(_)) = found {
                    content = Content::Foreign;
                } else if found.is_none() && self.frames.len() == 1 && !is_known(name) {
                    self.stranger.get_or_insert_with(|| (name.into(), position));
                }
            }
            Role::Text => {
                frame.sink = around.sink;
                // Elsewhere, elements in a text are text that was not escaped.
                if frame.sink == Sink::TextBuffer && self.dialect.interprets {
                    self.text_buffer.break_line();
                }
            }
            Role::Suite => {
                let mut attributes = self.attributes(tag);
                frame.error = (self.dialect.suite_error)(role, &attributes);
                frame.suite = Some(index_of(self.report.suites.len()));
                frame.case = None;
                self.class = None;
                let name = take(&mut attributes, self.dialect.suite_name).unwrap_or_default();
                let (parent, name) = (around.suite, self.names.intern(&name));
                self.report.suites.push(Suite { parent, name, attributes, ..Suite::default() });
            }
            Role::Class => {
                let name = self.attribute(tag, "name").unwrap_or_default();
                self.class = Some(self.names.intern(&name));
                self.before_class = self.report.cases.len();
            }
            Role::ClassDuration => self.set_class_duration(tag),
            Role::Attributes => {
                let attributes = self.attributes(tag);
                self.add_attributes(frame, attributes);
            }
            Role::Step => {
                if let (Some(step), Some(open)) =
                    (self.attribute(tag, "name"), self.open_cases.last())
                {
                    // Numbered, because properties that are equal count once.
                    let number = self.properties.len() - open.properties + 1;
                    let name = self.names.intern(&format!("step{number}"));
                    self.properties.push(Property { name, value: self.names.keep(&step) });
                }
            }
            Role::Case => frame.case = Some(self.open_case(tag, around, position)),
            Role::Hook => {
                let mut attributes = self.attributes(tag);
                frame.error = (self.dialect.suite_error)(role, &attributes);
                frame.case = None;
                self.hook = take(&mut attributes, "name");
                self.position = position;
            }
            Role::Verdict(_) | Role::Rerun(..) | Role::Failure | Role::Reason => {
                let mut attributes = self.attributes(tag);
                self.detail = Detail {
                    message: take(&mut attributes, self.dialect.message),
                    kind: take(&mut attributes, self.dialect.error_type),
                    text: None,
                };
                self.duration = find_attribute(&attributes, "time").and_then(seconds);
                self.position = position;
                frame.sink = Sink::TextBuffer;
                if self.dialect.keeps_verdicts {
                    self.add_attributes(frame, attributes);
                }
            }
            Role::Message | Role::Trace | Role::Parameter | Role::Field(_) => {
                frame.sink = Sink::TextBuffer
            }
            Role::Attachment => {
                frame.sink = Sink::TextBuffer;
                if let Some(path) = self.attribute(tag, "path") {
                    self.add_tags(frame, vec![Found::Attachment(path)]);
                }
            }
            Role::Console => {
                frame.sink = Sink::Tags;
                self.tags.clear();
            }
            Role::Property => {
                frame.sink = Sink::TextBuffer;
                let mut attributes = self.attributes(tag);
                self.property = (take(&mut attributes, "name"), take(&mut attributes, "value"));
                if name == "category" {
                    self.property.1 = self.property.0.replace(name.into());
                } else if self.dialect.interprets {
                    self.property.0.get_or_insert(name.into());
                }
            }
            Role::Definition => self.definition = self.attribute(tag, "id"),
            Role::Method => {
                let class = self.attribute(tag, "className");
                if let (Some(id), Some(class)) = (self.definition.take(), class) {
                    self.classes.insert(id, self.names.intern_run(&class));
                }
            }
        }
        if frame.sink == Sink::TextBuffer && role != Role::Text {
            self.text_buffer.clear();
        }
        self.frames.push(frame);
        content
    }

    /// All attributes of a tag as written.
    fn attributes(&mut self, tag: &Tag<'_>) -> Vec<Attribute> {
        let mut kept = Vec::new();
        let mut attributes = tag.attributes();
        for (name, raw) in attributes.by_ref() {
            self.keep(&mut kept, tag, name, raw);
        }
        self.flaws.join(attributes.flaws);
        kept
    }

    /// The value of one attribute of a tag.
    fn attribute(&mut self, tag: &Tag<'_>, name: &str) -> Option<Box<str>> {
        take(&mut self.attributes(tag), name)
    }

    /// Appends an attribute unless one of that name is there already.
    fn keep(&mut self, kept: &mut Vec<Attribute>, tag: &Tag<'_>, name: &str, raw: &str) {
        if find_attribute(kept, name).is_some() {
            self.flaws.insert(Recovery::DuplicateAttribute);
            return;
        }
        let value = tag.value(raw, &mut self.flaws).into();
        kept.push(Attribute { name: self.names.intern(name), value });
    }

    fn open_case(&mut self, tag: &Tag<'_>, around: Frame, position: Position) -> u32 {
        let mut case = Case {
            suite: around.suite,
            parent_case: around.case.and_then(CaseIndex::new),
            position,
            ..Case::default()
        };
        let (mut time, mut class) = (None, None);
        let (mut kept, mut found, mut found_in_class) = (Vec::new(), Vec::new(), Vec::new());
        let may_hold_tags = tag.may_hold_tags();
        let mut attributes = tag.attributes();
        for (key, raw) in attributes.by_ref() {
            let is_twice = match (self.dialect.field)(key) {
                CaseField::Name => {
                    let text = tag.value(raw, &mut self.flaws);
                    if may_hold_tags && case.name.is_none() {
                        found = tags_in_name(&text);
                    }
                    first(&mut case.name, || {
                        if self.dialect.interprets {
                            // Read again before the arena closes its chunk.
                            Text::from(&*text)
                        } else {
                            self.names.keep(&text)
                        }
                    })
                }
                CaseField::Classname => {
                    let text = tag.value(raw, &mut self.flaws);
                    if may_hold_tags && case.classname.is_none() {
                        found_in_class = tags_in_name(&text);
                    }
                    first(&mut case.classname, || self.names.intern_run(&text))
                }
                CaseField::Class => first(&mut class, || raw),
                CaseField::Duration(unit) => first(&mut time, || unit.seconds(raw)),
                CaseField::File => {
                    let text = tag.value(raw, &mut self.flaws);
                    first(&mut case.file, || self.names.intern(&text))
                }
                CaseField::Line if raw.trim().parse::<u32>().is_ok() => {
                    first(&mut case.line, || raw.trim().parse().unwrap_or_default())
                }
                CaseField::Line
                | CaseField::Kind
                | CaseField::SuiteName
                | CaseField::Kept(_)
                | CaseField::Other => {
                    self.keep(&mut kept, tag, key, raw);
                    false
                }
            };
            if is_twice {
                self.flaws.insert(Recovery::DuplicateAttribute);
            }
        }
        self.flaws.join(attributes.flaws);
        if let Some(raw) = class {
            if case.classname.is_some() {
                self.keep(&mut kept, tag, "class", raw);
            } else {
                let text = tag.value(raw, &mut self.flaws);
                found_in_class = tags_in_name(&text);
                case.classname = Some(self.names.intern_run(&text));
            }
        }
        if case.classname.is_none() {
            case.classname = self.class.clone();
        }
        case.duration = time.flatten().and_then(Seconds::new);
        let around = match around.role {
            Role::Cases(outcome) => Some(outcome),
            _ => None,
        };
        let word = (self.dialect.outcome)(tag.name(), &kept).or(around);
        self.detail = Detail::default();
        case.outcome = word.unwrap_or_default();
        found.append(&mut found_in_class);
        if !kept.is_empty() || !found.is_empty() {
            let extra = case.extra.get_or_insert_default();
            if word == Some(Outcome::Failed)
                && let Some(message) = find_attribute(&kept, "failure")
            {
                let message = Some(message.into());
                extra.detail = Some(Box::new(Detail { message, ..Detail::default() }));
            }
            (extra.attributes, extra.tags) = (kept, found);
        }
        let index = index_of(self.report.cases.len());
        self.report.cases.push(case);
        let properties = self.properties.len();
        self.open_cases.push(OpenCase {
            index,
            is_hit: false,
            has_word: word.is_some(),
            verdict: None,
            properties,
        });
        self.parameters.clear();
        index
    }

    /// The innermost element ends. Without its end tag (`cut`), some of its content may be lost.
    fn close(&mut self, cut: bool) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        match frame.role {
            Role::Transparent
            | Role::Ignored
            | Role::Text
            | Role::Suite
            | Role::Console
            | Role::Definition
            | Role::Method
            | Role::Cases(_)
            | Role::Attributes
            | Role::ClassDuration
            | Role::Step => {}
            Role::Class => self.class = None,
            Role::Case => self.close_case(cut),
            Role::Hook => {
                // An error without a failure inside is an error all the same.
                if let (Some(outcome), Some(hook)) = (frame.error, self.hook.take()) {
                    let detail = Detail { message: Some(hook), ..Detail::default() };
                    self.add_error(frame, outcome, detail);
                }
            }
            Role::Message => {
                let text = self.text_buffer.take(&mut self.flaws);
                self.detail.message = text.or(self.detail.message.take());
            }
            Role::Trace => {
                let text = self.text_buffer.take(&mut self.flaws);
                self.detail.text = text.map(Into::into).or(self.detail.text.take());
            }
            Role::Verdict(outcome) => {
                let detail = self.whole_detail();
                if frame.case.is_some() {
                    self.decide(outcome, detail);
                } else if outcome >= Outcome::Failed {
                    self.add_error(frame, outcome, detail);
                }
            }
            Role::Rerun(when, outcome) => {
                let (detail, duration) = (self.whole_detail(), self.duration.take());
                if let Some(extra) = self.extra_of(frame.case) {
                    extra.reruns.push(Rerun { when, outcome, detail, duration });
                }
            }
            Role::Failure | Role::Reason => self.explain(frame),
            // Half a value would be a wrong one.
            Role::Property | Role::Attachment | Role::Parameter | Role::Field(_) if cut => {}
            Role::Field(field) => self.set_field(frame, field),
            Role::Property => self.close_property(frame),
            Role::Attachment => {
                if let Some(path) = self.text_buffer.take(&mut self.flaws) {
                    self.add_tags(frame, vec![Found::Attachment(path)]);
                }
            }
            Role::Parameter => {
                let text = self.text_buffer.take(&mut self.flaws);
                self.parameters.push(text.unwrap_or_else(|| "null".into()));
            }
        }
    }

    fn close_case(&mut self, cut: bool) {
        let Some(open) = self.open_cases.pop() else {
            return;
        };
        if (cut || open.is_hit) && !self.is_certain(&open) {
            self.cut_cases.push(open.index);
        }
        if cut {
            // Cases that follow look as if they were inside.
            let (index, parent) = (open.index as usize, CaseIndex::new(open.index));
            for case in self.report.cases.iter_mut().skip(index + 1) {
                if case.parent_case == parent {
                    case.parent_case = None;
                }
            }
        }
        if open.properties < self.properties.len() {
            // Exactly as much room as they need.
            let properties = self.properties.split_off(open.properties);
            if let Some(extra) = self.extra_of(Some(open.index)) {
                extra.properties = properties;
            }
        }
        let parameters = std::mem::take(&mut self.parameters);
        if !parameters.is_empty()
            && let Some(case) = self.report.cases.get_mut(open.index as usize)
            && let Some(name) = &mut case.name
        {
            // As in JUnit's format: `test(1, 2)`.
            *name = format!("{name}({})", parameters.join(", ")).into();
        }
        if !cut && self.dialect.interprets {
            self.complete_case(open.index as usize);
        }
    }

    /// Whether the outcome of a case would be the same if the rest of it had been read.
    fn is_certain(&self, open: &OpenCase) -> bool {
        let case = self.report.cases.get(open.index as usize);
        case.is_some_and(|case| (self.dialect.is_certain)(case, open.has_word))
    }

    /// The detail whose text is all that was inside its element.
    fn whole_detail(&mut self) -> Detail {
        let text = self.text_buffer.take(&mut self.flaws);
        Detail { text: text.map(Into::into), ..std::mem::take(&mut self.detail) }
    }

    /// A child of a case says how it ended, which counts unless another child said something worse.
    fn decide(&mut self, outcome: Outcome, detail: Detail) {
        let Some(open) = self.open_cases.last_mut() else {
            return;
        };
        if open.verdict.is_some_and(|before| weight(before) >= weight(outcome)) {
            return;
        }
        open.verdict = Some(outcome);
        let Some(case) = self.report.cases.get_mut(open.index as usize) else {
            return;
        };
        case.outcome = outcome;
        if outcome != Outcome::Passed {
            case.extra.get_or_insert_default().detail = Some(Box::new(detail));
        } else if let Some(extra) = &mut case.extra {
            extra.detail = None;
        }
    }

    /// A failure or a reason explains how a case, a suite or a hook ended.
    fn explain(&mut self, frame: Frame) {
        let mut detail = std::mem::take(&mut self.detail);
        // A reason may be written as bare text.
        if detail.message.is_none() {
            detail.message = self.text_buffer.take(&mut self.flaws);
        }
        let is_failure = frame.role == Role::Failure;
        if frame.case.is_none() {
            if let Some(outcome) = frame.error.filter(|_| is_failure) {
                detail.message = match (self.hook.take(), detail.message) {
                    (Some(hook), Some(message)) => Some(format!("{hook}: {message}").into()),
                    (hook, message) => hook.or(message),
                };
                self.add_error(frame, outcome, detail);
            }
            return;
        }
        let has_word = self.open_cases.last().is_some_and(|open| open.has_word);
        let case = frame.case.and_then(|case| self.report.cases.get_mut(case as usize));
        let Some(case) = case else {
            return;
        };
        if is_failure && !has_word {
            case.outcome = Outcome::Failed;
        }
        // Where a word says how the case ended, that counts, and the text explains it.
        if case.outcome != Outcome::Passed {
            let extra = case.extra.get_or_insert_default();
            if extra.detail.is_none() || is_failure {
                extra.detail = Some(Box::new(detail));
            }
        }
    }

    fn add_error(&mut self, frame: Frame, outcome: Outcome, detail: Detail) {
        let error = SuiteError { suite: frame.suite, outcome, detail, position: self.position };
        self.report.suite_errors.push(error);
    }

    fn close_property(&mut self, frame: Frame) {
        let (name, value) = std::mem::take(&mut self.property);
        let text = self.text_buffer.take(&mut self.flaws);
        let Some(name) = name else {
            return;
        };
        let value = value.or(text).unwrap_or_default();
        let property = Property { name: self.names.intern(&name), value: self.names.keep(&value) };
        let suite = frame.suite.and_then(|suite| self.report.suites.get_mut(suite as usize));
        match (frame.case, suite) {
            // The properties of a case follow those of the cases around it.
            (Some(_), _) => self.properties.push(property),
            (None, Some(suite)) => suite.properties.push(property),
            (None, None) => self.report.root.properties.push(property),
        }
    }

    fn extra_of(&mut self, case: Option<u32>) -> Option<&mut CaseExtra> {
        let case = self.report.cases.get_mut(case? as usize)?;
        Some(case.extra.get_or_insert_default())
    }

    /// Takes a piece of text. What it shows to be lost, if it is where no text belongs.
    fn text(&mut self, piece: &[u8], is_cdata: bool) -> Option<Debris> {
        let frame = *self.frames.last()?;
        match frame.sink {
            Sink::Nowhere => {
                let is_structure = matches!(frame.role, Role::Suite | Role::Class | Role::Case);
                if (is_structure || self.frames.len() == 1) && !is_cdata {
                    let noise = piece.trim_ascii();
                    return (!noise.is_empty()).then(|| debris::find(noise, true)).flatten();
                }
            }
            Sink::TextBuffer if is_cdata => self.text_buffer.cdata(piece),
            Sink::TextBuffer => self.text_buffer.text(piece, &mut self.flaws),
            Sink::Tags => {
                if is_cdata {
                    self.tags.cdata(piece);
                } else {
                    self.tags.text(piece);
                }
                let found = self.tags.take(&mut self.flaws);
                if !found.is_empty() {
                    self.add_tags(frame, found);
                }
            }
        }
        None
    }

    fn add_tags(&mut self, frame: Frame, mut found: Vec<Found>) {
        if let Some(extra) = self.extra_of(frame.case) {
            extra.tags.append(&mut found);
        } else if let Some(suite) = frame.suite
            && let Some(suite) = self.report.suites.get_mut(suite as usize)
        {
            suite.tags.append(&mut found);
        }
    }

    /// The report without cases whose outcome may be lost.
    fn finish(self) -> Report {
        let Self { dialect, mut report, cut_cases, classes, names, stranger, .. } = self;
        if let (true, Some((name, position))) = (report.cases.is_empty(), stranger) {
            let message =
                format!("no test case was read: `{name}` is not an element of this format");
            report.recovered.push(Flaw::new(position, message));
        }
        remove_cases(&mut report.cases, cut_cases);
        report.cases.shrink_to_fit();
        names.leave();
        if !classes.is_empty() {
            for case in &mut report.cases {
                let class = case.attribute("testId").and_then(|id| classes.get(id));
                if case.classname.is_none() {
                    case.classname = class.cloned();
                }
            }
        }
        (dialect.complete)(&mut report);
        report
    }
}

impl Role {
    /// Whether elements inside are part of its text.
    fn is_text(self) -> bool {
        matches!(
            self,
            Role::Text
                | Role::Verdict(_)
                | Role::Message
                | Role::Trace
                | Role::Console
                | Role::Property
                | Role::Attachment
                | Role::Parameter
                | Role::Field(_)
        )
    }
}

/// Whether reports have an element of this name below the document element, which holds no cases itself.
fn is_known(name: &str) -> bool {
    matches!(
        name,
        "properties"
            | "errors"
            | "environment"
            | "culture-info"
            | "categories"
            | "results"
            | "Times"
            | "TestSettings"
            | "Results"
            | "TestEntries"
            | "TestLists"
            | "Build"
            | "Testing"
            | "CUNIT_RESULT_LISTING"
            | "TestListing"
            | "Environment"
    )
}

/// Sets `place` unless it is set already. True if it was.
fn first<T>(place: &mut Option<T>, found: impl FnOnce() -> T) -> bool {
    if place.is_some() {
        return true;
    }
    *place = Some(found());
    false
}
