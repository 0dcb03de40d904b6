//! Tokens to well-nested elements: one stream of events for the readers of all formats.
//!
//! This is where a document ends and the next begins, where mis-nesting and cut files are noticed, and where limits
//! are checked. Readers above only see elements that open and close in order.

use std::io;

use super::attributes::{ByteClasses, Tag, name_length};
use super::debris::Debris;
use super::tokenizer::{Outside, Span, Token, Tokenizer};
use super::window::Window;
use crate::formats::limits::{DEEPEST, Limit, LimitExceeded, Limits, MOST_ATTRIBUTES};
use crate::formats::model::{Flaw, Format, Position};
use crate::formats::recovery::{FlawLog, FlawSet, Recovery};
use crate::formats::sniff::{
    Landmark, format_of, holds_cases, is_case, is_series, is_template, landmark,
};

/// Shorter tags cannot have too many attributes.
const SHORT_TAG: usize = 2 * MOST_ATTRIBUTES;

/// What happened in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// An element begins: see [`Elements::tag`].
    Open,
    /// The innermost open element ends.
    Close,
    /// The innermost open element is taken to end, although its end tag was not read.
    Abandon,
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
    /// With the document element of a test report, or with a case.
    Root(Format),
    /// With another document element.
    Foreign(Box<str>),
    /// In the middle of the report of a single framework.
    Piece,
    /// With none: the input ends.
    Nothing {
        /// Whether there was nothing but white space.
        blank: bool,
        /// Whether there was anything that is not markup.
        noise: bool,
    },
}

/// An open element that has no elements of the report inside, whatever its content looks like.
#[derive(Clone, Copy, Debug)]
struct Opaque {
    /// Its number among the open elements, from 1.
    depth: usize,
    /// Whether it holds text: elements inside need no end tag.
    is_text: bool,
}

/// An XML file as a stream of events, with everything that is wrong with it.
///
/// Damage does not end the events: elements whose end is lost are abandoned, and reading goes on at the next case or
/// suite. Only the first damage is kept.
pub(crate) struct Elements<'a> {
    tokenizer: Tokenizer<'a>,
    limits: Limits,
    /// The names of the open elements, end to end.
    names: Vec<u8>,
    /// Where each of them begins in `names`.
    open: Vec<usize>,
    opaque: Option<Opaque>,
    /// Elements beyond this many are abandoned before anything else happens.
    kept: usize,
    /// Elements beyond this many close after that, before the next token is read.
    whole: usize,
    /// The start tag that comes next.
    pending: Option<Token>,
    /// Nothing more is read.
    ended: bool,
    span: Span,
    classes: ByteClasses,
    position: Position,
    root: Box<str>,
    log: FlawLog,
    damage: Option<Flaw>,
    /// More damage than was looked at.
    is_hit: bool,
    /// Whether the input is not the last piece of a file, which ends between two suites.
    is_piece: bool,
    /// Whether it did end there.
    ended_between: bool,
}

/// The document element around suites between which a file is cut into pieces.
pub(crate) const AROUND_SUITES: &str = "testsuites";

impl<'a> Elements<'a> {
    /// The elements in `window`.
    pub(crate) fn new(window: Window<'a>, limits: Limits) -> Self {
        Self {
            tokenizer: Tokenizer::new(window, limits.tag_size()),
            limits,
            names: Vec::new(),
            open: Vec::new(),
            opaque: None,
            kept: usize::MAX,
            whole: usize::MAX,
            pending: None,
            ended: false,
            span: Span::default(),
            classes: ByteClasses::default(),
            position: Position { line: 1, column: 1 },
            root: Box::default(),
            log: FlawLog::default(),
            damage: None,
            is_hit: false,
            is_piece: false,
            ended_between: false,
        }
    }

    /// The elements in `window`, which begins between two suites directly inside an element [`AROUND_SUITES`] of JUnit's
    /// format. [`Elements::enter`] is not called.
    pub(crate) fn behind_suite(window: Window<'a>, limits: Limits) -> Self {
        let mut elements = Self::new(window, limits);
        elements.tokenizer.format = Some(Format::Junit);
        elements.root = AROUND_SUITES.into();
        elements.names.extend_from_slice(AROUND_SUITES.as_bytes());
        elements.open.push(0);
        elements
    }

    /// The input may end between two suites, where [`Elements::behind_suite`] goes on.
    pub(crate) fn may_end_between_suites(&mut self) {
        self.is_piece = true;
    }

    /// Whether the input ended between two suites.
    pub(crate) fn ended_between_suites(&self) -> bool {
        self.ended_between
    }

    /// At the end of the input, its position.
    pub(crate) fn end_position(&mut self) -> Position {
        self.tokenizer.position()
    }

    /// Goes to the first document element. To be called once, before [`Elements::next`].
    pub(crate) fn enter(&mut self) -> io::Result<DocumentStart> {
        let (mut strict, mut is_declared) = (true, false);
        loop {
            let outside = self.tokenizer.outside(strict)?;
            is_declared |= outside.is_declared;
            let (blank, is_noisy) = (outside.blank, outside.noise.is_some());
            let token = self.leave_outside(outside, Recovery::NoiseBefore, "before the document");
            let Token::Start { content, classes, .. } = token else {
                let noise = is_noisy || matches!(token, Token::TooLong);
                return Ok(DocumentStart::Nothing { blank, noise });
            };
            let tag = Tag::new(self.tokenizer.bytes(content), classes);
            let name = printable(tag.name().as_bytes());
            if let Some(format) = format_of(&name, &tag, self.tokenizer.behind()) {
                self.root = name;
                self.tokenizer.format = Some(format);
                self.pending = Some(token);
                return Ok(DocumentStart::Root(format));
            }
            let is_foreign = is_template(&name) || !self.tokenizer.comes_to_a_case()?;
            // Behind the remains of a report it may be another piece of it.
            if is_foreign && self.damage.is_none() {
                let is_piece =
                    !is_declared && (is_case(&name) || holds_cases(self.tokenizer.behind()));
                return Ok(if is_piece {
                    DocumentStart::Piece
                } else {
                    DocumentStart::Foreign(name)
                });
            }
            // Something else is around the report, or its beginning is lost.
            let position = self.tokenizer.position();
            self.note_at(Recovery::NoiseBefore, position);
            strict = false;
        }
    }

    /// The next event. The first is the [`Event::Open`] of the document element that [`Elements::enter`] found.
    pub(crate) fn next(&mut self) -> Event {
        loop {
            if self.open.len() > self.kept {
                return self.close(Event::Abandon);
            }
            self.kept = usize::MAX;
            if self.open.len() > self.whole {
                return self.close(Event::Close);
            }
            self.whole = usize::MAX;
            if self.ended {
                return Event::End;
            }
            let event = match self.pending.take() {
                Some(token) => self.start(token),
                None => self.advance().unwrap_or_else(|error| {
                    let position = self.tokenizer.position();
                    self.stop(Flaw::unread(position, &error))
                }),
            };
            if let Some(event) = event {
                return event;
            }
        }
    }

    /// The event of the next token, if it is one.
    fn advance(&mut self) -> io::Result<Option<Event>> {
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
                Some(Event::Text)
            }
            Token::Cdata(span) => {
                self.span = span;
                Some(Event::Cdata)
            }
            Token::Broken(span) => {
                self.broken(span);
                None
            }
            Token::Eof
                if self.is_piece && self.tokenizer.ended_whole && self.is_between_suites() =>
            {
                (self.ended, self.ended_between) = (true, true);
                None
            }
            Token::Eof => {
                let message = format!("the file ends inside `{}`", printable(self.innermost()));
                let position = self.tokenizer.position();
                self.stop(Flaw::new(position, message))
            }
            Token::TooLong => self.exceeded(self.limits.tag_exceeded()),
        })
    }

    /// After the end of a document element: white space, noise, another document, or the end.
    fn between(&mut self) -> io::Result<Option<Event>> {
        let outside = self.tokenizer.outside(false)?;
        let token = self.leave_outside(outside, Recovery::NoiseAfter, "outside of the document");
        Ok(match token {
            Token::Start { content, classes, .. } => {
                let name = Tag::new(self.tokenizer.bytes(content), classes).name().to_owned();
                let format = self.tokenizer.format;
                match landmark(&name, format).or_else(|| landmark(&name, None)) {
                    Some(Landmark::Root(format) | Landmark::Case(format))
                        if Some(format) != self.tokenizer.format =>
                    {
                        self.damaged(format!(
                            "`{name}` and `{}` are of different formats",
                            self.root
                        ));
                    }
                    Some(Landmark::Root(format)) if !is_series(format) => {
                        self.note(FlawSet::of(Recovery::SeveralDocuments))
                    }
                    _ => {}
                }
                self.start(token)
            }
            Token::TooLong => self.exceeded(self.limits.tag_exceeded()),
            _ => {
                self.ended = true;
                None
            }
        })
    }

    /// Notes what was outside of documents, and returns the token behind it.
    fn leave_outside(&mut self, outside: Outside, noise: Recovery, place: &str) -> Token {
        if let Some(position) = outside.noise {
            self.note_at(noise, position);
        }
        if let Some((debris, position)) = outside.debris {
            self.damage.get_or_insert_with(|| Flaw::new(position, debris.message(place)));
            self.is_hit = true;
        }
        outside.token
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

    /// The element opened last has no elements of the report inside. If it holds text, elements inside are text that
    /// was not escaped, and leaving one open is not damage.
    pub(crate) fn set_opaque(&mut self, is_text: bool) {
        self.opaque.get_or_insert(Opaque { depth: self.open.len(), is_text });
    }

    /// Whether something was lost since the last call.
    pub(crate) fn take_hit(&mut self) -> bool {
        std::mem::take(&mut self.is_hit)
    }

    /// Notes that the element opened last is a case of another format.
    pub(crate) fn add_foreign(&mut self) {
        let name = printable(self.tag().name().as_bytes());
        self.damaged(format!("`{name}` and `{}` are of different formats", self.root));
    }

    /// Notes that what was read last is what remains of lost elements.
    pub(crate) fn add_debris(&mut self, debris: &Debris) {
        self.damaged(debris.message("between elements"));
    }

    /// What was recovered, what was lost, and the window's buffer for the next file.
    pub(crate) fn finish(self) -> (Vec<Flaw>, Option<Flaw>, Vec<u8>) {
        (self.log.flaws, self.damage, self.tokenizer.into_window().into_buffer())
    }

    fn start(&mut self, token: Token) -> Option<Event> {
        let Token::Start { content, empty, classes } = token else {
            return None;
        };
        self.position = self.tokenizer.position();
        (self.span, self.classes) = (content, classes);
        if let Some(Opaque { depth, .. }) = self.opaque
            && self.abandons(depth)
        {
            self.pending = Some(token);
            return None;
        }
        if self.piece().len() > SHORT_TAG.min(self.limits.value_size)
            && let Some(exceeded) = exceeds(&self.tag(), &self.limits)
        {
            return self.exceeded(exceeded);
        }
        if self.open.len() == DEEPEST {
            return self.exceeded(LimitExceeded { limit: Limit::Depth, allowed: DEEPEST as u64 });
        }
        if empty {
            self.whole = self.open.len();
        }
        self.open.push(self.names.len());
        if !empty {
            let bytes = self.tokenizer.bytes(content);
            self.names.extend_from_slice(bytes.get(..name_length(bytes)).unwrap_or_default());
        }
        Some(Event::Open)
    }

    /// Whether a case or suite begins inside the opaque element at `depth`, which cannot be: its end was lost. It is
    /// abandoned then, with everything around it that the new one cannot be inside of.
    fn abandons(&mut self, depth: usize) -> bool {
        let bytes = self.piece();
        let name = bytes.get(..name_length(bytes)).unwrap_or_default();
        match self.tokenizer.landmark(name) {
            Some(Landmark::Root(format) | Landmark::Case(format))
                if Some(format) == self.tokenizer.format => {}
            _ => return false,
        }
        let same = (1..=depth).rev().find(|&depth| self.name_at(depth) == name);
        let message =
            format!("`<{}>` inside `<{}>`", printable(name), printable(self.name_at(depth)));
        self.kept = same.unwrap_or(depth) - 1;
        self.damaged(message);
        true
    }

    fn end(&mut self, span: Span) -> Option<Event> {
        let name = self.tokenizer.bytes(span);
        if name == self.innermost() {
            return Some(self.close(Event::Close));
        }
        let text = self.opaque.filter(|opaque| opaque.is_text).map(|opaque| opaque.depth);
        match (1..self.open.len()).rev().find(|&depth| self.name_at(depth) == name) {
            // Unescaped text may leave elements open; the element that holds the text closes them all.
            Some(depth) if text.is_some_and(|text| depth >= text) => {
                self.note(FlawSet::of(Recovery::UnclosedElement));
                self.whole = depth - 1;
            }
            None if text.is_some() && self.tokenizer.landmark(name).is_none() => {
                self.note(FlawSet::of(Recovery::UnclosedElement));
            }
            found => {
                let expected = printable(self.innermost());
                self.damaged(format!(
                    "unexpected `</{}>`, expected `</{expected}>`",
                    printable(name)
                ));
                if let Some(depth) = found {
                    (self.kept, self.whole) = (depth, depth - 1);
                }
            }
        }
        None
    }

    /// A tag was broken off. In a text it is only text, unless it is one of a report.
    fn broken(&mut self, span: Span) {
        let bytes = self.tokenizer.bytes(span);
        let tag = bytes.get(..name_length(bytes)).unwrap_or_default();
        let name = tag.strip_prefix(b"/").unwrap_or(tag);
        if self.opaque.is_some_and(|opaque| opaque.is_text)
            && self.tokenizer.landmark(name).is_none()
        {
            self.note(FlawSet::of(Recovery::BareLessThan));
        } else {
            self.damaged(match tag {
                b"" => "a declaration breaks off".to_owned(),
                tag => format!("the tag `<{}` breaks off", printable(tag)),
            });
        }
    }

    fn close(&mut self, event: Event) -> Event {
        if let Some(start) = self.open.pop() {
            self.names.truncate(start);
        }
        if self.opaque.is_some_and(|opaque| self.open.len() < opaque.depth) {
            self.opaque = None;
        }
        event
    }

    /// Whether there are more cases than the limit allows. Nothing more is read then.
    pub(crate) fn count_cases(&mut self, cases: usize) -> bool {
        let is_exceeded = cases > self.limits.cases;
        if is_exceeded {
            self.exceeded(self.limits.cases_exceeded());
        }
        is_exceeded
    }

    fn exceeded(&mut self, exceeded: LimitExceeded) -> Option<Event> {
        let position = self.tokenizer.position();
        self.stop(Flaw::exceeded(position, exceeded))
    }

    /// Whether this is the state in which [`Elements::behind_suite`] begins, apart from what was noted.
    fn is_between_suites(&self) -> bool {
        self.open.len() == 1
            && self.names == AROUND_SUITES.as_bytes()
            && self.tokenizer.format == Some(Format::Junit)
            && self.opaque.is_none()
    }

    /// Abandons all elements and reads no further.
    fn stop(&mut self, flaw: Flaw) -> Option<Event> {
        self.damage.get_or_insert(flaw);
        (self.kept, self.ended, self.is_hit) = (0, true, true);
        None
    }

    fn damaged(&mut self, message: String) {
        let position = self.tokenizer.position();
        self.damage.get_or_insert_with(|| Flaw::new(position, message));
        self.is_hit = true;
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
