//! The reader of JUnit-style XML, in all the shapes that tools write it.

pub(crate) mod attributes;
pub(crate) mod states;

use std::sync::Arc;

use super::document::{Document, Event};
use super::flaws::FlawSet;
use super::markup::Tag;
use super::model::{
    Case, CaseExtra, Detail, Format, Outcome, Position, Property, Report, Rerun, RerunWhen, Root,
    SuiteError,
};
use super::names::Names;
use super::prose::Prose;
use super::tags::{TagReader, tags_in_name};

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

/// Where the text of an element goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sink {
    Nowhere,
    Prose,
    Tags,
}

/// What an open element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `testsuites`, `testsuite`, `properties`, and everything unknown: what is inside counts as if it were outside.
    Transparent,
    Case,
    /// A child that says how the case ended, or an error of a suite.
    Verdict(Verdict),
    Rerun(RerunWhen, Outcome),
    Property,
    /// Text of a rerun, console output, and all that is inside of a text: no element in there means anything.
    Text,
}

/// What a child of a case says, the greatest of several counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Passed,
    Skipped,
    Failed,
    Errored,
}

impl Verdict {
    fn outcome(self) -> Outcome {
        match self {
            Verdict::Passed => Outcome::Passed,
            Verdict::Skipped => Outcome::Skipped,
            Verdict::Failed => Outcome::Failed,
            Verdict::Errored => Outcome::Errored,
        }
    }
}

/// An open element. What is inside inherits suite and case.
#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: Kind,
    sink: Sink,
    suite: Option<u32>,
    case: Option<u32>,
}

/// A case whose end tag was not read yet.
#[derive(Debug)]
struct OpenCase {
    index: u32,
    verdict: Option<Verdict>,
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
    property: (Option<Box<str>>, Option<Box<str>>),
    prose: Prose,
    tags: TagReader,
    names: Names,
    flaws: FlawSet,
}

impl Reader {
    fn new(path: Arc<str>) -> Self {
        Self {
            report: Report {
                path,
                format: Format::Junit,
                root: Root::default(),
                suites: Vec::new(),
                cases: Vec::new(),
                suite_errors: Vec::new(),
                recovered: Vec::new(),
                damage: None,
            },
            frames: Vec::new(),
            open_cases: Vec::new(),
            detail: Detail::default(),
            duration: None,
            position: Position::default(),
            property: (None, None),
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
                _ => Frame {
                    kind: Kind::Text,
                    ..around
                },
            },
            Kind::Verdict(_) | Kind::Property | Kind::Text => Frame {
                kind: Kind::Text,
                ..around
            },
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
        let transparent = Frame {
            kind: Kind::Transparent,
            ..around
        };
        match name {
            "testcase" => self.open_case(tag, around, position),
            "testsuite" => {
                let mut suite = attributes::suite(tag, &mut self.names, &mut self.flaws);
                suite.parent = around.suite;
                let index = index_of(self.report.suites.len());
                self.report.suites.push(suite);
                Frame {
                    suite: Some(index),
                    case: None,
                    ..transparent
                }
            }
            "system-out" | "system-err" => self.open_console(around),
            "property" => {
                self.property = attributes::property(tag, &mut self.flaws);
                self.prose.clear();
                Frame {
                    kind: Kind::Property,
                    sink: if self.property.1.is_some() {
                        Sink::Nowhere
                    } else {
                        Sink::Prose
                    },
                    ..around
                }
            }
            _ => match verdict_of(name) {
                Some(verdict) => self.open_detail(Kind::Verdict(verdict), tag, around, position),
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
        case.parent_case = around.case;
        case.position = position;
        for name in [case.name.as_deref(), case.classname.as_deref()]
            .into_iter()
            .flatten()
        {
            if name.contains("[[") {
                let tags = &mut case.extra.get_or_insert_default().tags;
                tags_in_name(name, &mut self.names, tags);
            }
        }
        let index = index_of(self.report.cases.len());
        self.report.cases.push(case);
        self.open_cases.push(OpenCase {
            index,
            verdict: None,
        });
        Frame {
            kind: Kind::Case,
            sink: Sink::Nowhere,
            suite: around.suite,
            case: Some(index),
        }
    }

    fn open_console(&mut self, around: Frame) -> Frame {
        self.tags.clear();
        Frame {
            kind: Kind::Text,
            sink: Sink::Tags,
            ..around
        }
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
        self.prose.clear();
        Frame {
            kind,
            sink: Sink::Prose,
            ..around
        }
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        match frame.kind {
            Kind::Transparent | Kind::Text => {}
            Kind::Case => {
                self.open_cases.pop();
            }
            Kind::Verdict(verdict) => {
                let detail = self.take_detail();
                match frame.case {
                    Some(case) => self.decide(case, verdict, detail),
                    None if verdict >= Verdict::Failed => {
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
                    extra.reruns.push(Rerun {
                        when,
                        outcome,
                        detail,
                        duration,
                    });
                }
            }
            Kind::Property => self.close_property(frame),
        }
    }

    /// A child of a case has been read: it counts unless a worse one did before.
    fn decide(&mut self, case: u32, verdict: Verdict, detail: Detail) {
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
        if verdict > Verdict::Passed {
            case.extra.get_or_insert_default().detail = Some(detail);
        } else if let Some(extra) = &mut case.extra {
            extra.detail = None;
        }
    }

    fn close_property(&mut self, frame: Frame) {
        let (name, value) = std::mem::take(&mut self.property);
        let Some(name) = name else {
            return;
        };
        let value = value
            .or_else(|| self.prose.take(&mut self.flaws))
            .unwrap_or_default();
        let property = Property {
            name: self.names.intern(&name),
            value,
        };
        let properties = match (frame.case, frame.suite) {
            (Some(case), _) => self.extra_of(case).map(|extra| &mut extra.properties),
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
        detail.text = self.prose.take(&mut self.flaws);
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
            Sink::Prose => self.prose.text(piece, &mut self.flaws),
            Sink::Tags => {
                let frame = *frame;
                let mut found = Vec::new();
                self.tags
                    .text(piece, &mut self.names, &mut found, &mut self.flaws);
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
            Sink::Prose => self.prose.cdata(piece),
            Sink::Tags => {
                let frame = *frame;
                let mut found = Vec::new();
                self.tags
                    .cdata(piece, &mut self.names, &mut found, &mut self.flaws);
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
        if !self.open_cases.is_empty() {
            leave_out(&mut self.report.cases, &self.open_cases);
        }
        self.report
    }
}

/// Removes the cases that are `open`, each of them inside the one before, and points their children nowhere.
fn leave_out(cases: &mut Vec<Case>, open: &[OpenCase]) {
    let is_open = |index: u32| open.iter().any(|case| case.index == index);
    let mut index = 0;
    cases.retain_mut(|case| {
        let keep = !is_open(index);
        index += 1;
        case.parent_case = case
            .parent_case
            .filter(|&parent| !is_open(parent))
            .map(|parent| {
                let gone = open.iter().filter(|case| case.index < parent).count();
                parent - index_of(gone)
            });
        keep
    });
}

/// Four thousand million elements do not fit in memory.
fn index_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn verdict_of(name: &str) -> Option<Verdict> {
    Some(match name {
        "failure" => Verdict::Failed,
        "error" => Verdict::Errored,
        "skipped" | "skip" | "ignored" | "disabled" | "pending" | "aborted" => Verdict::Skipped,
        "passed" | "warning" => Verdict::Passed,
        _ => return None,
    })
}

fn rerun_of(name: &str) -> Option<(RerunWhen, Outcome)> {
    Some(match name {
        "rerunFailure" => (RerunWhen::After, Outcome::Failed),
        "rerunError" => (RerunWhen::After, Outcome::Errored),
        "flakyFailure" => (RerunWhen::Before, Outcome::Failed),
        "flakyError" => (RerunWhen::Before, Outcome::Errored),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
