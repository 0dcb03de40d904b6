//! The reader of JUnit-style XML, in all the shapes that tools write it.

pub(crate) mod attributes;
mod elements;
pub(crate) mod states;

use std::sync::Arc;

use elements::{ChildOutcome, Frame, Kind, Sink, rerun_of, verdict_of};

use super::cases::{index_of, remove_unclosed_cases};
use super::document::{Document, Event};
use super::flaws::FlawSet;
use super::markup::Tag;
use super::model::{
    CaseExtra, CaseIndex, Detail, Format, Position, Property, Report, Rerun, SuiteError, Text,
};
use super::names::Names;
use super::tags::TagReader;
use super::text_buffer::TextBuffer;

/// Reads a document whose root is one of JUnit's.
pub(super) fn read(document: &mut Document<'_>, path: Arc<str>) -> Report {
    let mut reader = Reader::new(path);
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
            Event::Text => reader.text(document.piece()),
            Event::Cdata => reader.cdata(document.piece()),
            Event::End => break,
        }
        if !reader.flaws.is_empty() {
            document.note(reader.flaws.take());
        }
    }
    reader.finish()
}

/// A case whose end tag was not read yet.
#[derive(Debug)]
struct OpenCase {
    index: u32,
    verdict: Option<ChildOutcome>,
    /// Where its own properties begin in those of all open cases.
    properties: usize,
}

struct Reader {
    report: Report,
    frames: Vec<Frame>,
    open_cases: Vec<OpenCase>,
    /// Of the verdict or rerun that is open; they never nest.
    detail: Detail,
    duration: Option<f64>,
    /// Where it stands.
    position: Position,
    /// Of the property that is open.
    property: (Option<Arc<str>>, Option<Text>),
    /// Of the open cases.
    properties: Vec<Property>,
    text_buffer: TextBuffer,
    tags: TagReader,
    names: Names,
    flaws: FlawSet,
}

impl Reader {
    fn new(path: Arc<str>) -> Self {
        Self {
            report: Report::new(path, Format::Junit),
            frames: Vec::new(),
            open_cases: Vec::new(),
            detail: Detail::default(),
            duration: None,
            position: Position::default(),
            property: (None, None),
            properties: Vec::new(),
            text_buffer: TextBuffer::default(),
            tags: TagReader::default(),
            names: Names::of_thread(),
            flaws: FlawSet::default(),
        }
    }

    /// An element begins. True: it holds text, and elements inside are part of that.
    fn open(&mut self, tag: &Tag<'_>, position: Position) -> bool {
        self.flaws.join(tag.flaws);
        let around = self.frames.last().copied().unwrap_or(Frame {
            kind: Kind::Transparent,
            sink: Sink::Nowhere,
            suite: None,
            case: None,
        });
        let name = tag.name();
        if self.report.root.element.is_empty() {
            self.report.root.element = name.into();
            if name != "testsuite" {
                self.report.root.attributes =
                    attributes::all(tag, &mut self.names, &mut self.flaws);
            }
        }
        let frame = match around.kind {
            Kind::Transparent | Kind::Case => self.open_element(name, tag, around, position),
            Kind::Rerun(..) => match name {
                "system-out" | "system-err" => self.open_console(around),
                _ => Frame { kind: Kind::Text, ..around },
            },
            Kind::ChildOutcome(_) | Kind::Property | Kind::Text => {
                Frame { kind: Kind::Text, ..around }
            }
        };
        self.frames.push(frame);
        !matches!(frame.kind, Kind::Transparent | Kind::Case)
    }

    fn open_element(
        &mut self,
        name: &str,
        tag: &Tag<'_>,
        around: Frame,
        position: Position,
    ) -> Frame {
        let transparent = Frame { kind: Kind::Transparent, ..around };
        match name {
            "testcase" => self.open_case(tag, around, position),
            "testsuite" => {
                let mut suite = attributes::suite(tag, &mut self.names, &mut self.flaws);
                suite.parent = around.suite;
                let index = index_of(self.report.suites.len());
                self.report.suites.push(suite);
                Frame { suite: Some(index), case: None, ..transparent }
            }
            "system-out" | "system-err" => self.open_console(around),
            "property" => {
                self.property = attributes::property(tag, &mut self.names, &mut self.flaws);
                self.text_buffer.clear();
                Frame {
                    kind: Kind::Property,
                    sink: if self.property.1.is_some() { Sink::Nowhere } else { Sink::TextBuffer },
                    ..around
                }
            }
            _ => match verdict_of(name) {
                Some(verdict) => {
                    self.open_detail(Kind::ChildOutcome(verdict), tag, around, position)
                }
                None => match rerun_of(name) {
                    Some((when, outcome)) => {
                        self.open_detail(Kind::Rerun(when, outcome), tag, around, position)
                    }
                    None => transparent,
                },
            },
        }
    }

    fn open_case(&mut self, tag: &Tag<'_>, around: Frame, position: Position) -> Frame {
        let mut case = attributes::case(tag, &mut self.names, &mut self.flaws);
        case.suite = around.suite;
        case.parent_case = around.case.and_then(CaseIndex::new);
        case.position = position;
        let index = index_of(self.report.cases.len());
        self.report.cases.push(case);
        let properties = self.properties.len();
        self.open_cases.push(OpenCase { index, verdict: None, properties });
        Frame { kind: Kind::Case, sink: Sink::Nowhere, suite: around.suite, case: Some(index) }
    }

    fn open_console(&mut self, around: Frame) -> Frame {
        self.tags.clear();
        Frame { kind: Kind::Text, sink: Sink::Tags, ..around }
    }

    fn open_detail(
        &mut self,
        kind: Kind,
        tag: &Tag<'_>,
        around: Frame,
        position: Position,
    ) -> Frame {
        (self.detail, self.duration) = attributes::detail(tag, &mut self.flaws);
        self.position = position;
        self.text_buffer.clear();
        Frame { kind, sink: Sink::TextBuffer, ..around }
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        match frame.kind {
            Kind::Transparent | Kind::Text => {}
            Kind::Case => {
                if let Some(open) = self.open_cases.pop()
                    && open.properties < self.properties.len()
                {
                    // Exactly as much room as they need.
                    let properties = self.properties.split_off(open.properties);
                    if let Some(extra) = self.extra_of(open.index) {
                        extra.properties = properties;
                    }
                }
            }
            Kind::ChildOutcome(verdict) => {
                let detail = self.take_detail();
                match frame.case {
                    Some(case) => self.decide(case, verdict, detail),
                    None if verdict >= ChildOutcome::Failed => {
                        self.report.suite_errors.push(SuiteError {
                            suite: frame.suite,
                            outcome: verdict.outcome(),
                            detail,
                            position: self.position,
                        })
                    }
                    None => {}
                }
            }
            Kind::Rerun(when, outcome) => {
                let detail = self.take_detail();
                let duration = self.duration.take();
                if let Some(extra) = frame.case.and_then(|case| self.extra_of(case)) {
                    extra.reruns.push(Rerun { when, outcome, detail, duration });
                }
            }
            Kind::Property => self.close_property(frame),
        }
    }

    /// A child of a case has been read: it counts unless a worse one did before.
    fn decide(&mut self, case: u32, verdict: ChildOutcome, detail: Detail) {
        let Some(open) = self.open_cases.last_mut() else {
            return;
        };
        if open.verdict.is_some_and(|before| before >= verdict) {
            return;
        }
        open.verdict = Some(verdict);
        let Some(case) = self.report.cases.get_mut(case as usize) else {
            return;
        };
        case.outcome = verdict.outcome();
        if verdict > ChildOutcome::Passed {
            case.extra.get_or_insert_default().detail = Some(Box::new(detail));
        } else if let Some(extra) = &mut case.extra {
            extra.detail = None;
        }
    }

    fn close_property(&mut self, frame: Frame) {
        let (name, value) = std::mem::take(&mut self.property);
        let Some(name) = name else {
            return;
        };
        let text = || self.text_buffer.take(&mut self.flaws).unwrap_or_default().into();
        let property = Property { name, value: value.unwrap_or_else(text) };
        let properties = match (frame.case, frame.suite) {
            // The properties of a case stand behind those of the cases around it.
            (Some(_), _) => Some(&mut self.properties),
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

    fn take_detail(&mut self) -> Detail {
        let mut detail = std::mem::take(&mut self.detail);
        detail.text = self.text_buffer.take(&mut self.flaws);
        detail
    }

    fn extra_of(&mut self, case: u32) -> Option<&mut CaseExtra> {
        let case = self.report.cases.get_mut(case as usize)?;
        Some(case.extra.get_or_insert_default())
    }

    fn text(&mut self, piece: &[u8]) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        match frame.sink {
            Sink::Nowhere => {}
            Sink::TextBuffer => self.text_buffer.text(piece, &mut self.flaws),
            Sink::Tags => {
                let frame = *frame;
                let mut found = Vec::new();
                self.tags.text(piece, &mut self.names, &mut found, &mut self.flaws);
                self.add_tags(frame, found);
            }
        }
    }

    fn cdata(&mut self, piece: &[u8]) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        match frame.sink {
            Sink::Nowhere => {}
            Sink::TextBuffer => self.text_buffer.cdata(piece),
            Sink::Tags => {
                let frame = *frame;
                let mut found = Vec::new();
                self.tags.cdata(piece, &mut self.names, &mut found, &mut self.flaws);
                self.add_tags(frame, found);
            }
        }
    }

    fn add_tags(&mut self, frame: Frame, mut found: Vec<super::model::Tag>) {
        if found.is_empty() {
            return;
        }
        match (frame.case, frame.suite) {
            (Some(case), _) => {
                if let Some(extra) = self.extra_of(case) {
                    extra.tags.append(&mut found);
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

    /// Cases that are still open are left out: what would have decided them was not read.
    fn finish(mut self) -> Report {
        let open: Vec<u32> = self.open_cases.iter().map(|case| case.index).collect();
        remove_unclosed_cases(&mut self.report.cases, &open);
        self.report.cases.shrink_to_fit();
        self.names.leave();
        self.report
    }
}

#[cfg(test)]
mod tests;
