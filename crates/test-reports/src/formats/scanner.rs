//! Bytes to tokens: where tags, texts and CDATA sections begin and end.
//!
//! Tags are handed out whole, texts in pieces as they lie in the window. Nothing here knows about
//! nesting or about test reports; see [`super::document`].

use std::io;

use memchr::{memchr, memmem};
use quick_xml::parser::{ElementParser, Parser};

use super::flaws::{FlawSet, Recovery};
use super::markup::{ByteClasses, LONGEST_REFERENCE, is_space};
use super::model::Position;
use super::skip::{Markup, classify};
use super::source::Window;

/// Bytes of the window, valid until the next token is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: usize,
    end: usize,
}

/// What the scanner found.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token {
    /// A start tag: what stands between `<` and `>` or `/>`.
    Start {
        /// Name and attributes.
        content: Span,
        /// Whether it ended in `/>`.
        empty: bool,
        /// What bytes are in it.
        look: ByteClasses,
    },
    /// An end tag: its name.
    End(Span),
    /// A piece of text, references not resolved. No reference is cut in two.
    Text(Span),
    /// A piece of a CDATA section.
    Cdata(Span),
    /// The input ends, in the middle of markup or not.
    Eof,
    /// A tag is longer than [`Scanner::new`] allows.
    TooLong,
}

/// Turns the bytes of a [`Window`] into tokens.
pub(crate) struct Scanner<'a> {
    window: Window<'a>,
    longest_tag: usize,
    in_cdata: bool,
    /// Where the last token began.
    token: usize,
    /// Its line and column, if they are known.
    known: Option<Position>,
    /// Flaws in the markup itself since they were last taken.
    pub(crate) flaws: FlawSet,
}

impl<'a> Scanner<'a> {
    /// No tag of more than `longest_tag` bytes is read.
    pub(crate) fn new(window: Window<'a>, longest_tag: usize) -> Self {
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
    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        self.window.slice(span.start, span.end)
    }

    /// Where the last token begins; at the end of the input, that end.
    pub(crate) fn position(&mut self) -> Position {
        self.known.unwrap_or_else(|| self.window.position_of(self.token))
    }

    pub(crate) fn into_window(self) -> Window<'a> {
        self.window
    }

    /// The next token inside a document.
    pub(crate) fn next(&mut self) -> io::Result<Token> {
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
                    if !self.window.skip(other)? {
                        return Ok(self.eof());
                    }
                }
            }
        }
    }

    /// Outside of any document: looks for the start tag of a document element that `is_root` knows.
    ///
    /// What programs print before, between and after documents is no XML at all. With `strict`, and as long as
    /// nothing of the kind was seen, the first start tag decides, and it is given back in any case.
    pub(crate) fn root(
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
                    if !self.window.skip(markup)? {
                        let token = self.eof();
                        return Ok(Outside { token, noise, blank, cut: false });
                    }
                    continue;
                }
                // In noise, only what begins a document is taken for markup.
                Markup::Instruction if !lenient || self.window.rest().starts_with(b"<?xml") => {
                    if !self.window.skip(markup)? {
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

    fn eof(&mut self) -> Token {
        self.window.consume(self.window.rest().len());
        self.token = self.window.offset();
        Token::Eof
    }

    /// Tells what begins at the `<` that the window starts with.
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
            let look = ByteClasses::at(rest.get(1..end).unwrap_or_default());
            if look.is_closed() {
                return Ok(self.whole_start_tag(end, look));
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
        let look = ByteClasses::at(self.window.rest().get(1..end).unwrap_or_default());
        Ok(self.whole_start_tag(end, look))
    }

    /// The start tag at the beginning of the window, whose `>` is at `end`.
    fn whole_start_tag(&mut self, end: usize, look: ByteClasses) -> Token {
        let start = self.window.offset();
        self.token = start;
        self.known = Some(self.window.position_of(start));
        self.window.consume(end + 1);
        if look.is_plain_line() {
            self.window.count_line_to(start + end + 1);
        }
        let mut content = Span { start: start + 1, end: start + end };
        let empty = self.bytes(content).last() == Some(&b'/');
        if empty {
            content.end -= 1;
        }
        Token::Start { content, empty, look }
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

    /// A piece of text; the first `literal` bytes of the window belong to it whatever they are.
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

    /// A piece of the CDATA section that is open; none if it ended or the window has to grow.
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

/// What [`Scanner::root`] found.
pub(crate) struct Outside {
    /// [`Token::Start`], [`Token::Eof`] or [`Token::TooLong`].
    pub(crate) token: Token,
    /// Where something stood before it that is neither white space nor markup.
    pub(crate) noise: Option<Position>,
    /// Whether nothing but white space was there.
    pub(crate) blank: bool,
    /// Whether the input ends inside the tag of a document element.
    pub(crate) cut: bool,
}

/// Where something stands in `bytes` that is neither white space nor the byte order mark of an appended document.
fn first_noise(bytes: &[u8]) -> Option<usize> {
    let marks = b"\xEF\xBB\xBF";
    bytes.iter().position(|byte| !byte.is_ascii_whitespace() && !marks.contains(byte))
}
