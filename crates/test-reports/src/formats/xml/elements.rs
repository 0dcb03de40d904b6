//! Tokens to well-nested elements: one stream of events for the readers of all formats.
//!
//! This is where a document ends and the next begins, where mis-nesting and cut files are noticed, and where limits
//! are checked. Readers above only see elements that open and close in order.

use std::io;

use super::attributes::{ByteClasses, Tag, local_name, name_length};
use super::tokenizer::{Span, Token, Tokenizer};
use super::window::Window;
use crate::formats::limits::{DEEPEST, Limit, LimitExceeded, Limits, MOST_ATTRIBUTES};
use crate::formats::model::{Flaw, Position};
use crate::formats::recovery::{FlawLog, FlawSet, Recovery};

/// Shorter tags cannot have too many attributes.
const SHORT_TAG: usize = 2 * MOST_ATTRIBUTES;

/// What happened in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// An element begins: see [`Elements::tag`].
    Open,
    /// The innermost open element ends.
    Close,
    /// Text in it: see [`Elements::piece`]. References are not resolved.
    Text,
    /// A CDATA section in it, or a piece of one: see [`Elements::piece`].
    Cdata,
    /// The end: see [`Elements::finish`].
    End,
}

/// How a file begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DocumentStart {
    /// With the document element of a test report.
    Root,
    /// With another document element.
    Foreign(Box<str>),
    /// With none: the input ends.
    Nothing {
        /// Whether there was nothing but white space.
        blank: bool,
        /// Whether there was anything that is not markup.
        noise: bool,
    },
}

/// An XML file as a stream of events, with everything that is wrong with it.
pub(crate) struct Elements<'a> {
    tokenizer: Tokenizer<'a>,
    is_root: fn(&str) -> bool,
    limits: Limits,
    /// The names of the open elements, end to end.
    names: Vec<u8>,
    /// Where each of them begins in `names`.
    open: Vec<usize>,
    /// The number of the open element that holds a text: elements inside need no end tag.
    lenient_from: Option<usize>,
    /// How many elements close before the next token is read.
    closing: usize,
    span: Span,
    classes: ByteClasses,
    position: Position,
    root: String,
    /// The event of the first document element is due.
    entered: bool,
    log: FlawLog,
    damage: Option<Flaw>,
}

impl<'a> Elements<'a> {
    /// The elements in `window`; `is_root` knows the names of document elements of test reports.
    pub(crate) fn new(window: Window<'a>, is_root: fn(&str) -> bool, limits: Limits) -> Self {
        Self {
            tokenizer: Tokenizer::new(window, limits.tag_size()),
            is_root,
            limits,
            names: Vec::new(),
            open: Vec::new(),
            lenient_from: None,
            closing: 0,
            span: Span::default(),
            classes: ByteClasses::default(),
            position: Position { line: 1, column: 1 },
            root: String::new(),
            entered: false,
            log: FlawLog::default(),
            damage: None,
        }
    }

    /// Goes to the first document element. To be called once, before [`Elements::next`].
    pub(crate) fn enter(&mut self) -> io::Result<DocumentStart> {
        let is_root = self.is_root;
        let outside = self.tokenizer.root(true, |name| known(name, is_root))?;
        if let Some(position) = outside.noise {
            self.note_at(Recovery::NoiseBefore, position);
        }
        match outside.token {
            Token::Start { content, classes, .. } => {
                let tag = Tag::new(self.tokenizer.bytes(content), classes);
                if !is_root(tag.name()) {
                    return Ok(DocumentStart::Foreign(printable(tag.name().as_bytes())));
                }
                self.root = tag.name().to_owned();
                self.entered = self.start(outside.token) == Event::Open;
                Ok(DocumentStart::Root)
            }
            token => Ok(DocumentStart::Nothing {
                blank: outside.blank,
                noise: outside.noise.is_some() || matches!(token, Token::TooLong),
            }),
        }
    }

    /// The name of the first document element, without a prefix.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// The next event. The first is the [`Event::Open`] of the document element that [`Elements::enter`] found.
    pub(crate) fn next(&mut self) -> Event {
        if self.damage.is_some() {
            return Event::End;
        }
        if std::mem::take(&mut self.entered) {
            return Event::Open;
        }
        match self.advance() {
            Ok(event) => event,
            Err(error) => {
                let position = self.tokenizer.position();
                self.damaged(Flaw::unread(position, &error))
            }
        }
    }

    fn advance(&mut self) -> io::Result<Event> {
        if self.closing > 0 {
            self.closing -= 1;
            return Ok(self.close());
        }
        if self.open.is_empty() {
            return self.between();
        }
        let token = self.tokenizer.next()?;
        if !self.tokenizer.flaws.is_empty() {
            let flaws = std::mem::take(&mut self.tokenizer.flaws);
            self.note(flaws);
        }
        Ok(match token {
            Token::Start { .. } => self.start(token),
            Token::End(name) => self.end(name),
            Token::Text(span) => {
                self.span = span;
                Event::Text
            }
            Token::Cdata(span) => {
                self.span = span;
                Event::Cdata
            }
            Token::Eof => {
                let message = format!("the file ends inside `{}`", printable(self.innermost()));
                self.damaged_here(message)
            }
            Token::TooLong => self.exceeded(self.limits.tag_exceeded()),
        })
    }

    /// After the end of a document element: white space, noise, another document, or the end.
    fn between(&mut self) -> io::Result<Event> {
        let is_root = self.is_root;
        let outside = self.tokenizer.root(false, |name| known(name, is_root))?;
        if let Some(position) = outside.noise {
            self.note_at(Recovery::NoiseAfter, position);
        }
        Ok(match outside.token {
            Token::Start { .. } => {
                self.note(FlawSet::of(Recovery::SeveralDocuments));
                self.start(outside.token)
            }
            Token::TooLong => self.exceeded(self.limits.tag_exceeded()),
            _ if outside.cut => {
                self.damaged_here("the file ends inside the tag of a document element")
            }
            _ => Event::End,
        })
    }

    /// The tag of the last [`Event::Open`].
    pub(crate) fn tag(&self) -> Tag<'_> {
        Tag::new(self.tokenizer.bytes(self.span), self.classes)
    }

    /// The bytes of the last [`Event::Text`] or [`Event::Cdata`].
    pub(crate) fn piece(&self) -> &[u8] {
        self.tokenizer.bytes(self.span)
    }

    /// Where the last [`Event::Open`] begins.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// Notes flaws in what was read last.
    pub(crate) fn note(&mut self, flaws: FlawSet) {
        self.log.note(flaws, || self.tokenizer.position());
    }

    /// Notes a flaw at a place.
    pub(crate) fn note_at(&mut self, kind: Recovery, position: Position) {
        self.log.note(FlawSet::of(kind), || position);
    }

    /// Until the element opened last closes, elements are only text that was not escaped: leaving one open is not
    /// damage.
    pub(crate) fn lenient(&mut self) {
        self.lenient_from.get_or_insert(self.open.len());
    }

    /// What was recovered, what was lost, and the window's buffer for the next file.
    pub(crate) fn finish(self) -> (Vec<Flaw>, Option<Flaw>, Vec<u8>) {
        (self.log.flaws, self.damage, self.tokenizer.into_window().into_buffer())
    }

    fn start(&mut self, token: Token) -> Event {
        let Token::Start { content, empty, classes } = token else {
            return Event::End;
        };
        self.position = self.tokenizer.position();
        (self.span, self.classes) = (content, classes);
        if self.piece().len() > SHORT_TAG.min(self.limits.value_size)
            && let Some(exceeded) = exceeds(&self.tag(), &self.limits)
        {
            return self.exceeded(exceeded);
        }
        if self.open.len() == DEEPEST {
            return self.exceeded(LimitExceeded { limit: Limit::Depth, allowed: DEEPEST as u64 });
        }
        self.open.push(self.names.len());
        if empty {
            self.closing = 1;
        } else {
            let bytes = self.tokenizer.bytes(content);
            self.names.extend_from_slice(bytes.get(..name_length(bytes)).unwrap_or_default());
        }
        Event::Open
    }

    fn end(&mut self, span: Span) -> Event {
        let name = self.tokenizer.bytes(span);
        if name == self.innermost() {
            return self.close();
        }
        // Unescaped text may leave elements open; the element that holds the text closes them all.
        let found = self.lenient_from.and_then(|from| {
            (from..=self.open.len()).rev().find(|&depth| self.name_at(depth) == name)
        });
        if let Some(depth) = found {
            self.closing = self.open.len() - depth;
            self.note(FlawSet::of(Recovery::UnclosedElement));
            return self.close();
        }
        let message = format!(
            "unexpected `</{}>`, expected `</{}>`",
            printable(name),
            printable(self.innermost())
        );
        self.damaged_here(message)
    }

    fn close(&mut self) -> Event {
        if let Some(start) = self.open.pop() {
            self.names.truncate(start);
        }
        if self.lenient_from.is_some_and(|from| self.open.len() < from) {
            self.lenient_from = None;
        }
        Event::Close
    }

    /// Reads no further once there are more cases than the limit allows.
    pub(crate) fn count_cases(&mut self, cases: usize) {
        if cases > self.limits.cases {
            self.exceeded(self.limits.cases_exceeded());
        }
    }

    fn exceeded(&mut self, exceeded: LimitExceeded) -> Event {
        let position = self.tokenizer.position();
        self.damaged(Flaw::exceeded(position, exceeded))
    }

    fn damaged_here(&mut self, message: impl Into<String>) -> Event {
        let position = self.tokenizer.position();
        self.damaged(Flaw::new(position, message))
    }

    fn damaged(&mut self, flaw: Flaw) -> Event {
        self.damage = Some(flaw);
        Event::End
    }

    /// The name of the open element at `depth`, counted from 1.
    fn name_at(&self, depth: usize) -> &[u8] {
        let start = depth.checked_sub(1).and_then(|index| self.open.get(index));
        let end = self.open.get(depth).copied().unwrap_or(self.names.len());
        start.and_then(|&start| self.names.get(start..end)).unwrap_or_default()
    }

    fn innermost(&self) -> &[u8] {
        self.name_at(self.open.len())
    }
}

fn known(name: &[u8], is_root: fn(&str) -> bool) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| is_root(local_name(name)))
}

/// A name for a message of one line.
fn printable(name: &[u8]) -> Box<str> {
    String::from_utf8_lossy(name)
        .chars()
        .take(60)
        .map(|character| if character.is_control() { '\u{FFFD}' } else { character })
        .collect()
}

fn exceeds(tag: &Tag<'_>, limits: &Limits) -> Option<LimitExceeded> {
    let mut count = 0;
    for (name, value) in tag.attributes() {
        count += 1;
        if count > MOST_ATTRIBUTES {
            return Some(LimitExceeded {
                limit: Limit::Attributes,
                allowed: MOST_ATTRIBUTES as u64,
            });
        }
        if name.len() > limits.value_size || value.len() > limits.value_size {
            return Some(limits.value_exceeded(Limit::AttributeSize));
        }
    }
    (tag.name().len() > limits.value_size).then(|| limits.value_exceeded(Limit::NameSize))
}
