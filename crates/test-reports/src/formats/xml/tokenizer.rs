//! Bytes to tokens: where tags, texts and CDATA sections begin and end.
//!
//! Tags are handed out whole, texts in pieces as they lie in the window. Nothing here knows about nesting or about
//! test reports.

use std::io;

use memchr::{memchr, memmem};
use quick_xml::parser::{CommentParser, ElementParser, Parser, PiParser};

use super::attributes::{ByteClasses, LONGEST_REFERENCE, is_space};
use super::window::Window;
use crate::formats::model::Position;
use crate::formats::recovery::{FlawSet, Recovery};

/// Bytes of the window, valid until the next token is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    start: usize,
    end: usize,
}

/// What the tokenizer found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    /// A start tag: what is between `<` and `>` or `/>`.
    Start {
        /// Name and attributes.
        content: Span,
        /// Whether it ended in `/>`.
        empty: bool,
        /// The kinds of bytes in it.
        classes: ByteClasses,
    },
    /// An end tag: its name.
    End(Span),
    /// A piece of text, references not resolved. No reference is cut in two.
    Text(Span),
    /// A piece of a CDATA section.
    Cdata(Span),
    /// The input ends, in the middle of markup or not.
    Eof,
    /// A tag is longer than [`Tokenizer::new`] allows.
    TooLong,
}

/// What begins at a `<`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Markup {
    Start,
    End,
    Cdata,
    Comment,
    Instruction,
    Doctype,
    /// A `<` that means itself.
    Literal,
    /// The window ends too early to tell.
    Unknown,
}

/// Turns the bytes of a [`Window`] into tokens.
pub(super) struct Tokenizer<'a> {
    window: Window<'a>,
    longest_tag: usize,
    in_cdata: bool,
    /// Where the last token began.
    token: usize,
    /// Its line and column, if they are known.
    known: Option<Position>,
    /// Flaws in the markup itself since they were last taken.
    pub(super) flaws: FlawSet,
}

impl<'a> Tokenizer<'a> {
    /// No tag of more than `longest_tag` bytes is read.
    pub(super) fn new(window: Window<'a>, longest_tag: usize) -> Self {
        Self {
            longest_tag,
            window,
            in_cdata: false,
            token: 0,
            known: None,
            flaws: FlawSet::default(),
        }
    }

    /// The bytes of the last token's span.
    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        self.window.slice(span.start, span.end)
    }

    /// Where the last token begins; at the end of the input, that end.
    pub(super) fn position(&mut self) -> Position {
        self.known.unwrap_or_else(|| self.window.position_of(self.token))
    }

    pub(super) fn into_window(self) -> Window<'a> {
        self.window
    }

    /// The next token inside a document.
    pub(super) fn next(&mut self) -> io::Result<Token> {
        self.known = None;
        loop {
            if self.in_cdata {
                match self.cdata()? {
                    Some(token) => return Ok(token),
                    None => continue,
                }
            }
            if self.window.rest().is_empty() && !self.window.fill()? {
                return Ok(self.eof());
            }
            if self.window.rest().first() != Some(&b'<') {
                match self.text(0)? {
                    Some(token) => return Ok(token),
                    None => continue,
                }
            }
            match self.markup()? {
                Markup::Start => return self.start_tag(),
                Markup::End => return self.end_tag(),
                Markup::Cdata => {
                    self.window.consume(b"<![CDATA[".len());
                    self.in_cdata = true;
                }
                Markup::Literal => {
                    self.flaws.insert(Recovery::BareLessThan);
                    if let Some(token) = self.text(1)? {
                        return Ok(token);
                    }
                }
                other => {
                    if !self.skip(other)? {
                        return Ok(self.eof());
                    }
                }
            }
        }
    }

    /// Outside of any document: looks for the start tag of a document element that `is_root` knows.
    ///
    /// What programs print before, between and after documents is not XML at all. With `strict`, and before anything
    /// of the kind was seen, the first start tag is returned in any case.
    pub(super) fn root(
        &mut self,
        strict: bool,
        is_root: impl Fn(&[u8]) -> bool,
    ) -> io::Result<Outside> {
        self.known = None;
        let mut noise = None;
        let mut blank = true;
        loop {
            let rest = self.window.rest();
            let gap = memchr(b'<', rest).unwrap_or(rest.len());
            let before = rest.get(..gap).unwrap_or_default();
            if let Some(at) = first_noise(before) {
                blank = false;
                if noise.is_none() {
                    noise = Some(self.window.position_of(self.window.offset() + at));
                }
            }
            self.window.consume(gap);
            if self.window.rest().is_empty() {
                if self.window.fill()? {
                    continue;
                }
                let token = self.eof();
                return Ok(Outside { token, noise, blank, cut: false });
            }
            blank = false;
            let lenient = !strict || noise.is_some();
            let markup = self.markup()?;
            match markup {
                Markup::Start => {
                    let name = self.name()?;
                    if !lenient || is_root(self.bytes(name)) {
                        let token = self.start_tag()?;
                        let cut = matches!(token, Token::Eof);
                        return Ok(Outside { token, noise, blank, cut });
                    }
                }
                Markup::Comment | Markup::Doctype => {
                    if !self.skip(markup)? {
                        let token = self.eof();
                        return Ok(Outside { token, noise, blank, cut: false });
                    }
                    continue;
                }
                // In noise, only what begins a document is taken for markup.
                Markup::Instruction if !lenient || self.window.rest().starts_with(b"<?xml") => {
                    if !self.skip(markup)? {
                        let token = self.eof();
                        return Ok(Outside { token, noise, blank, cut: false });
                    }
                    continue;
                }
                _ => {}
            }
            if noise.is_none() {
                noise = Some(self.window.position_of(self.window.offset()));
            }
            self.window.consume(1);
        }
    }

    /// Steps over a comment, a processing instruction or a document type. False: the input ended before.
    fn skip(&mut self, markup: Markup) -> io::Result<bool> {
        match markup {
            Markup::Comment => {
                self.window.consume(b"<!--".len());
                self.skip_to_end(CommentParser::default(), 0)
            }
            Markup::Instruction => {
                self.window.consume(b"<?".len());
                self.skip_to_end(PiParser::default(), 1)
            }
            _ => self.skip_doctype(),
        }
    }

    /// Steps to `more` bytes behind what the parser calls the end.
    fn skip_to_end(&mut self, mut parser: impl Parser, more: usize) -> io::Result<bool> {
        loop {
            let rest = self.window.rest();
            if let Some(end) = parser.feed(rest) {
                self.window.consume(end + more);
                return Ok(true);
            }
            self.window.consume(rest.len());
            if !self.window.fill()? {
                return Ok(false);
            }
        }
    }

    /// The declarations of an internal subset are stepped over unread: nothing is defined by them, nothing fetched.
    fn skip_doctype(&mut self) -> io::Result<bool> {
        let (mut brackets, mut quote) = (0_usize, None);
        self.window.consume(b"<!".len());
        loop {
            let rest = self.window.rest();
            let Some(&byte) = rest.first() else {
                if self.window.fill()? {
                    continue;
                }
                return Ok(false);
            };
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[') => brackets += 1,
                (None, b']') => brackets = brackets.saturating_sub(1),
                (None, b'>') if brackets == 0 => {
                    self.window.consume(1);
                    return Ok(true);
                }
                (None, b'<') if rest.len() < 4 && self.window.fill()? => continue,
                // Apostrophes in a comment are not quotes.
                (None, b'<') if self.window.rest().starts_with(b"<!--") => {
                    if !self.skip(Markup::Comment)? {
                        return Ok(false);
                    }
                    continue;
                }
                _ => {}
            }
            self.window.consume(1);
        }
    }

    fn eof(&mut self) -> Token {
        self.window.consume(self.window.rest().len());
        self.token = self.window.offset();
        Token::Eof
    }

    /// What begins at the `<` that the window starts with.
    fn markup(&mut self) -> io::Result<Markup> {
        loop {
            match classify(self.window.rest()) {
                Markup::Unknown => {
                    if !self.window.fill()? {
                        return Ok(Markup::Literal);
                    }
                }
                known => return Ok(known),
            }
        }
    }

    /// The name of the start tag that the window starts with, as far as it fits.
    fn name(&mut self) -> io::Result<Span> {
        loop {
            let rest = self.window.rest();
            let end = rest.iter().position(|&byte| is_space(byte) || matches!(byte, b'>' | b'/'));
            match end {
                None if rest.len() < 256 && self.window.fill()? => {}
                end => {
                    let start = self.window.offset();
                    let end = start + end.unwrap_or(self.window.rest().len());
                    return Ok(Span { start: start + 1, end });
                }
            }
        }
    }

    fn start_tag(&mut self) -> io::Result<Token> {
        // Nearly always the first `>` is the end, and one look shows that no quote is open there.
        let rest = self.window.rest();
        if let Some(end) = memchr(b'>', rest) {
            let classes = ByteClasses::of(rest.get(1..end).unwrap_or_default());
            if classes.is_closed() {
                return Ok(self.whole_start_tag(end, classes));
            }
        }
        let mut parser = ElementParser::default();
        let mut scanned = 0;
        let end = loop {
            let rest = self.window.rest();
            if let Some(at) = parser.feed(rest.get(scanned..).unwrap_or_default()) {
                break scanned + at;
            }
            scanned = rest.len();
            if scanned > self.longest_tag {
                self.token = self.window.offset();
                return Ok(Token::TooLong);
            }
            if !self.window.fill()? {
                return Ok(self.eof());
            }
        };
        let classes = ByteClasses::of(self.window.rest().get(1..end).unwrap_or_default());
        Ok(self.whole_start_tag(end, classes))
    }

    /// The start tag at the beginning of the window, whose `>` is at `end`.
    fn whole_start_tag(&mut self, end: usize, classes: ByteClasses) -> Token {
        let start = self.window.offset();
        self.token = start;
        self.known = Some(self.window.position_of(start));
        self.window.consume(end + 1);
        if classes.is_plain_line() {
            self.window.count_line_to(start + end + 1);
        }
        let mut content = Span { start: start + 1, end: start + end };
        let empty = self.bytes(content).last() == Some(&b'/');
        if empty {
            content.end -= 1;
        }
        Token::Start { content, empty, classes }
    }

    fn end_tag(&mut self) -> io::Result<Token> {
        let mut scanned = 0;
        let end = loop {
            let rest = self.window.rest();
            if let Some(at) = memchr(b'>', rest.get(scanned..).unwrap_or_default()) {
                break scanned + at;
            }
            scanned = rest.len();
            if scanned > self.longest_tag {
                self.token = self.window.offset();
                return Ok(Token::TooLong);
            }
            if !self.window.fill()? {
                return Ok(self.eof());
            }
        };
        let start = self.window.offset();
        self.token = start;
        let name = self.window.rest().get(2..end).unwrap_or_default().trim_ascii_end().len();
        self.window.consume(end + 1);
        Ok(Token::End(Span { start: start + 2, end: start + 2 + name }))
    }

    /// A piece of text, which the first `literal` bytes of the window belong to whatever they are.
    fn text(&mut self, literal: usize) -> io::Result<Option<Token>> {
        let rest = self.window.rest();
        let start = self.window.offset();
        let length = match memchr(b'<', rest.get(literal..).unwrap_or_default()) {
            Some(at) => literal + at,
            None => {
                // A reference that the window cuts in two is left for the next piece.
                let tail = rest.len().saturating_sub(LONGEST_REFERENCE);
                let open = memchr::memrchr2(b'&', b';', rest.get(tail..).unwrap_or_default())
                    .map(|at| tail + at)
                    .filter(|&at| rest.get(at) == Some(&b'&'));
                match open {
                    Some(0) if rest.len() < LONGEST_REFERENCE && self.window.fill()? => {
                        return Ok(None);
                    }
                    Some(at) if at > 0 => at,
                    _ => self.window.rest().len(),
                }
            }
        };
        // Filling moves the bytes, but then this was left above or the input had ended.
        let start = start.min(self.window.offset());
        self.token = start;
        self.window.consume(length);
        Ok(Some(Token::Text(Span { start, end: start + length })))
    }

    /// A piece of the open CDATA section; none if it ended or the window has to grow.
    fn cdata(&mut self) -> io::Result<Option<Token>> {
        let rest = self.window.rest();
        let (length, ended) = match memmem::find(rest, b"]]>") {
            Some(at) => (at, true),
            // The section's end may have begun.
            None => (rest.len().saturating_sub(2), false),
        };
        if length == 0 && !ended {
            return Ok(if self.window.fill()? { None } else { Some(self.eof()) });
        }
        let start = self.window.offset();
        self.token = start;
        self.window.consume(length);
        if ended {
            self.window.consume(b"]]>".len());
            self.in_cdata = false;
        }
        Ok(Some(Token::Cdata(Span { start, end: start + length })))
    }
}

/// What [`Tokenizer::root`] found.
pub(super) struct Outside {
    /// [`Token::Start`], [`Token::Eof`] or [`Token::TooLong`].
    pub(super) token: Token,
    /// Where something before it is neither white space nor markup.
    pub(super) noise: Option<Position>,
    /// Whether nothing but white space was there.
    pub(super) blank: bool,
    /// Whether the input ends inside the tag of a document element.
    pub(super) cut: bool,
}

/// The first place in `bytes` that is neither white space nor the byte order mark of an appended document.
fn first_noise(bytes: &[u8]) -> Option<usize> {
    let marks = b"\xEF\xBB\xBF";
    bytes.iter().position(|byte| !byte.is_ascii_whitespace() && !marks.contains(byte))
}

/// What begins at the `<` that `rest` starts with.
fn classify(rest: &[u8]) -> Markup {
    match rest {
        [b'<', b'/', ..] => Markup::End,
        [b'<', b'?', ..] => Markup::Instruction,
        [b'<', b'!', declaration @ ..] => {
            let known: [(&[u8], Markup); 3] = [
                (b"--", Markup::Comment),
                (b"[CDATA[", Markup::Cdata),
                (b"DOCTYPE", Markup::Doctype),
            ];
            for (keyword, markup) in known {
                let length = keyword.len().min(declaration.len());
                let same = declaration
                    .get(..length)
                    .zip(keyword.get(..length))
                    .is_some_and(|(found, wanted)| found.eq_ignore_ascii_case(wanted));
                if same {
                    return if length == keyword.len() { markup } else { Markup::Unknown };
                }
            }
            Markup::Literal
        }
        [b'<', first, ..]
            if first.is_ascii_alphabetic() || matches!(first, b'_' | b':') || *first >= 0x80 =>
        {
            Markup::Start
        }
        [b'<'] => Markup::Unknown,
        _ => Markup::Literal,
    }
}
