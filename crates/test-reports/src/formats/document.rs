//! Tokens to well-nested elements: one stream of events for all readers of XML.
//!
//! This is where a document ends and the next begins, where mis-nesting and cut files are noticed, and where
//! the caps are. Readers above only see elements that open and close in order.

use std::io;

use super::caps::{Caps, DEEPEST, MOST_ATTRIBUTES};
use super::flaws::{FlawLog, FlawSet, Recovery};
use super::markup::{ByteClasses, Tag, local_name, name_length};
use super::model::{Flaw, Position};
use super::scanner::{Scanner, Span, Token};
use super::source::Window;

/// Tags shorter than this cannot have too many attributes.
const SHORT_TAG: usize = 2 * MOST_ATTRIBUTES;

/// What happened in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// An element begins: see [`Document::tag`].
    Open,
    /// The innermost open element ends.
    Close,
    /// Text in it: see [`Document::piece`]. References are not resolved.
    Text,
    /// A CDATA section in it, or a piece of one: see [`Document::piece`].
    Cdata,
    /// The end: see [`Document::finish`].
    End,
}

/// Where a file stands when no document element is open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DocumentStart {
    /// A document element that the caller knows has begun; [`Document::tag`] has it.
    Root,
    /// The document element is another one.
    Foreign(Box<str>),
    /// The input ends.
    Nothing {
        /// Whether nothing but white space was there.
        blank: bool,
        /// Whether something was there that is no markup.
        noise: bool,
    },
}

/// An XML file as a stream of events, with everything that is wrong with it.
pub(crate) struct Document<'a> {
    scanner: Scanner<'a>,
    is_root: fn(&str) -> bool,
    caps: Caps,
    /// The names of the open elements, end to end.
    names: Vec<u8>,
    /// Where each of them begins in `names`.
    open: Vec<usize>,
    /// Elements inside a text, which need no end tag.
    lenient_from: Option<usize>,
    /// Ends that are due before the next token is read.
    closing: usize,
    span: Span,
    look: ByteClasses,
    position: Position,
    root: String,
    /// The first document element was found, and its event is due.
    entered: bool,
    log: FlawLog,
    damage: Option<Flaw>,
}

impl<'a> Document<'a> {
    /// A document in `window`; `is_root` knows the names of document elements of test reports.
    pub(crate) fn new(window: Window<'a>, is_root: fn(&str) -> bool, caps: Caps) -> Self {
        Self {
            scanner: Scanner::new(window, caps.tag_size()),
            is_root,
            caps,
            names: Vec::new(),
            open: Vec::new(),
            lenient_from: None,
            closing: 0,
            span: Span::default(),
            look: ByteClasses::default(),
            position: Position { line: 1, column: 1 },
            root: String::new(),
            entered: false,
            log: FlawLog::default(),
            damage: None,
        }
    }

    /// Goes to the first document element. To be called once, before [`Document::next`].
    pub(crate) fn enter(&mut self) -> io::Result<DocumentStart> {
        let is_root = self.is_root;
        let outside = self.scanner.root(true, |name| known(name, is_root))?;
        if let Some(position) = outside.noise {
            self.note_at(Recovery::NoiseBefore, position);
        }
        match outside.token {
            Token::Start { content, look, .. } => {
                let tag = Tag::with_look(self.scanner.bytes(content), look);
                if is_root(tag.name()) {
                    self.root = tag.name().to_owned();
                    self.entered = self.start(outside.token) == Event::Open;
                    Ok(DocumentStart::Root)
                } else {
                    Ok(DocumentStart::Foreign(printable(tag.name())))
                }
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

    /// The next event. The first is the [`Event::Open`] of the document element that [`Document::enter`] found.
    pub(crate) fn next(&mut self) -> Event {
        if self.damage.is_some() {
            return Event::End;
        }
        if self.entered {
            self.entered = false;
            return Event::Open;
        }
        match self.advance() {
            Ok(event) => event,
            Err(error) => {
                let message = format!("cannot be read further: {error}");
                self.damaged(message)
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
        let token = self.scanner.next()?;
        if !self.scanner.flaws.is_empty() {
            let flaws = self.scanner.flaws.take();
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
                let message = format!("the file ends inside `{}`", self.innermost());
                self.damaged(message)
            }
            Token::TooLong => self.damaged(self.caps.tag_too_long()),
        })
    }

    /// After the end of a document element: white space, noise, another document, or the end.
    fn between(&mut self) -> io::Result<Event> {
        let is_root = self.is_root;
        let outside = self.scanner.root(false, |name| known(name, is_root))?;
        if let Some(position) = outside.noise {
            self.note_at(Recovery::NoiseAfter, position);
        }
        Ok(match outside.token {
            Token::Start { .. } => {
                let flaws = one(Recovery::SeveralDocuments);
                self.note(flaws);
                self.start(outside.token)
            }
            Token::TooLong => self.damaged(self.caps.tag_too_long()),
            _ if outside.cut => {
                self.damaged("the file ends inside the tag of a document element".to_owned())
            }
            _ => Event::End,
        })
    }

    /// The tag of the last [`Event::Open`].
    pub(crate) fn tag(&self) -> Tag<'_> {
        Tag::with_look(self.scanner.bytes(self.span), self.look)
    }

    /// The bytes of the last [`Event::Text`] or [`Event::Cdata`].
    pub(crate) fn piece(&self) -> &[u8] {
        self.scanner.bytes(self.span)
    }

    /// Where the last [`Event::Open`] stands.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// Notes flaws in what was read last.
    pub(crate) fn note(&mut self, flaws: FlawSet) {
        if self.log.is_new(flaws) {
            let position = self.scanner.position();
            self.log.note(flaws, position);
        }
    }

    /// Notes a flaw at a place.
    pub(crate) fn note_at(&mut self, kind: Recovery, position: Position) {
        self.log.note(one(kind), position);
    }

    /// From the element opened last on, and until it closes, elements are only text that was not escaped:
    /// one that is not closed is no damage.
    pub(crate) fn lenient(&mut self) {
        self.lenient_from.get_or_insert(self.open.len());
    }

    /// What was mended, what was lost, and the window's buffer for the next file.
    pub(crate) fn finish(self) -> (Vec<Flaw>, Option<Flaw>, Vec<u8>) {
        (self.log.into_flaws(), self.damage, self.scanner.into_window().into_buffer())
    }

    fn start(&mut self, token: Token) -> Event {
        let Token::Start { content, empty, look } = token else {
            return Event::End;
        };
        self.position = self.scanner.position();
        (self.span, self.look) = (content, look);
        let bytes = self.scanner.bytes(content);
        if bytes.len() > SHORT_TAG.min(self.caps.value_size)
            && let Some(message) = breaks_a_cap(bytes, &self.caps)
        {
            return self.damaged(message);
        }
        if self.open.len() == DEEPEST {
            return self.damaged(format!("elements are nested deeper than {DEEPEST}"));
        }
        let length = name_length(bytes);
        self.open.push(self.names.len());
        if empty {
            self.closing = 1;
        } else {
            self.names.extend_from_slice(bytes.get(..length).unwrap_or_default());
        }
        Event::Open
    }

    fn end(&mut self, span: Span) -> Event {
        let name = self.scanner.bytes(span);
        if name == self.innermost_bytes() {
            return self.close();
        }
        // Unescaped text may leave elements open; the element that holds the text closes them all.
        let found = self.lenient_from.and_then(|from| {
            (from..=self.open.len()).rev().find(|&depth| self.name_at(depth) == name)
        });
        if let Some(depth) = found {
            self.closing = self.open.len() - depth;
            let flaws = one(Recovery::UnclosedElement);
            self.note(flaws);
            return self.close();
        }
        let message = format!(
            "`</{}>` where `</{}>` is due",
            printable(&String::from_utf8_lossy(name)),
            self.innermost()
        );
        self.damaged(message)
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

    /// Reads no further, once there are more cases than there may be.
    pub(crate) fn count_cases(&mut self, cases: usize) {
        if cases > self.caps.cases {
            self.damaged(self.caps.too_many_cases());
        }
    }

    fn damaged(&mut self, message: String) -> Event {
        let position = self.scanner.position();
        self.damage = Some(Flaw { position, message });
        Event::End
    }

    /// The name of the open element at `depth`, counted from 1.
    fn name_at(&self, depth: usize) -> &[u8] {
        let start = depth.checked_sub(1).and_then(|index| self.open.get(index));
        let Some(&start) = start else {
            return b"";
        };
        let end = self.open.get(depth).copied().unwrap_or(self.names.len());
        self.names.get(start..end).unwrap_or_default()
    }

    fn innermost_bytes(&self) -> &[u8] {
        self.name_at(self.open.len())
    }

    fn innermost(&self) -> Box<str> {
        printable(&String::from_utf8_lossy(self.innermost_bytes()))
    }
}

fn one(kind: Recovery) -> FlawSet {
    let mut set = FlawSet::default();
    set.insert(kind);
    set
}

fn known(name: &[u8], is_root: fn(&str) -> bool) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| is_root(local_name(name)))
}

/// A name as it can stand in a message of one line.
fn printable(name: &str) -> Box<str> {
    name.chars()
        .take(60)
        .map(|character| if character.is_control() { '\u{FFFD}' } else { character })
        .collect()
}

fn breaks_a_cap(content: &[u8], caps: &Caps) -> Option<String> {
    let tag = Tag::new(content);
    let mut count = 0;
    for (name, value) in tag.attributes() {
        count += 1;
        if count > MOST_ATTRIBUTES {
            return Some(format!("an element with more than {MOST_ATTRIBUTES} attributes"));
        }
        if name.len() > caps.value_size || value.len() > caps.value_size {
            return Some(caps.value_too_long("an attribute"));
        }
    }
    (tag.name().len() > caps.value_size).then(|| caps.value_too_long("a name"))
}
