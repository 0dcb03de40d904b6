//! Bytes to tokens: where tags, texts and CDATA sections begin and end.
//!
//! Tags are handed out whole, texts in pieces as they lie in the window. Nothing here knows about nesting or about
//! test reports.

use std::io;

use memchr::{memchr, memmem};
use quick_xml::parser::{CommentParser, ElementParser, Parser, PiParser};

use super::attributes::{
    ByteClasses, LONGEST_REFERENCE, is_space, length_of_half_pair, local_name,
};
use super::debris::{self, Debris};
use super::window::{WINDOW, Window};
use crate::formats::model::{Format, Position};
use crate::formats::recovery::{FlawSet, Recovery};
use crate::formats::sniff::{Landmark, begins_a_name, is_ambiguous, landmark};

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
    /// What is left of a tag, or of a processing instruction, that another tag breaks off.
    Broken(Span),
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
    /// Whether the input ended behind a whole token.
    pub(super) ended_whole: bool,
    /// The format of the first document, once that has begun.
    pub(super) format: Option<Format>,
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
            ended_whole: false,
            format: None,
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
                self.ended_whole = true;
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
                other => match self.skip(other)? {
                    Skipped::Whole => {}
                    Skipped::Broken(token) => return Ok(token),
                    Skipped::ToTheEnd => return Ok(self.eof()),
                },
            }
        }
    }

    /// Outside of any document: looks for the start tag of a document element or a case.
    ///
    /// What programs print before, between and after documents is not XML at all. With `strict`, and before anything
    /// of the kind was seen, the first start tag is returned in any case.
    pub(super) fn outside(&mut self, strict: bool) -> io::Result<Outside> {
        self.known = None;
        let mut outside = Outside {
            token: Token::Eof,
            noise: None,
            debris: None,
            blank: true,
            is_declared: false,
        };
        loop {
            let rest = self.window.rest();
            let gap = memchr(b'<', rest).unwrap_or(rest.len());
            let before = rest.get(..gap).unwrap_or_default();
            if let Some(at) = debris::first_noise(before) {
                let noise = before.get(at..).unwrap_or_default();
                let debris = debris::find(noise, outside.noise.is_none());
                outside.blank = false;
                let position = self.window.position_of(self.window.offset() + at);
                outside.noise.get_or_insert(position);
                outside.add(debris, position);
            }
            self.window.consume(gap);
            if self.window.rest().is_empty() {
                if self.window.fill()? {
                    continue;
                }
                outside.token = self.eof();
                return Ok(outside);
            }
            outside.blank = false;
            let position = self.window.position_of(self.window.offset());
            let is_noisy = !strict || outside.noise.is_some() || outside.debris.is_some();
            let markup = self.markup()?;
            match markup {
                Markup::Start => {
                    let (name, found) = self.named(1)?;
                    if let Some(Landmark::Case(_) | Landmark::Part) = found {
                        outside.add(Some(Debris::Tag(format!("<{name}>"))), position);
                    }
                    if matches!(found, Some(Landmark::Root(_) | Landmark::Case(_)))
                        || (!is_noisy && found.is_none())
                    {
                        if self.format.is_none() && is_ambiguous(&name) && !self.tag_has(b" xmlns")
                        {
                            self.look_ahead()?;
                        }
                        outside.token = self.start_tag()?;
                        let debris = match outside.token {
                            Token::Broken(_) => Debris::BrokenTag,
                            Token::Eof => Debris::OpenTag,
                            _ => return Ok(outside),
                        };
                        outside.add(Some(debris), position);
                        continue;
                    }
                    if self.window.rest().len() <= name.len() + 1 && begins_a_name(&name) {
                        outside.add(Some(Debris::OpenTag), position);
                    }
                    outside.noise.get_or_insert(position);
                    let is_tag = self.begins_with_attributes();
                    if !self.skip_noise() && is_tag {
                        outside.add(Some(Debris::BrokenTag), position);
                    }
                    continue;
                }
                Markup::End => {
                    let (name, found) = self.named(2)?;
                    if found.is_some() {
                        outside.add(Some(Debris::Tag(format!("</{name}>"))), position);
                    }
                    outside.noise.get_or_insert(position);
                    if !self.skip_noise() {
                        outside.add(Some(Debris::BrokenTag), position);
                    }
                    continue;
                }
                // In noise, only what begins a document is taken for markup.
                Markup::Instruction if is_noisy && !self.window.rest().starts_with(b"<?xml") => {}
                Markup::Comment | Markup::Doctype | Markup::Instruction => {
                    outside.is_declared |= matches!(markup, Markup::Instruction);
                    match self.skip(markup)? {
                        Skipped::Whole => {}
                        Skipped::Broken(_) => outside.add(Some(Debris::BrokenTag), position),
                        Skipped::ToTheEnd => {
                            outside.add(Some(Debris::OpenMarkup), position);
                            outside.token = self.eof();
                            return Ok(outside);
                        }
                    }
                    continue;
                }
                _ => {}
            }
            outside.noise.get_or_insert(position);
            self.window.consume(1);
        }
    }

    /// Reads as much as the window can hold without growing.
    fn look_ahead(&mut self) -> io::Result<()> {
        while self.window.rest().len() < WINDOW / 2 && self.window.fill()? {}
        Ok(())
    }

    /// What was read behind the last token.
    pub(super) fn behind(&self) -> &[u8] {
        self.window.rest()
    }

    /// Whether the tag that the window starts with holds `text`.
    fn tag_has(&self, text: &[u8]) -> bool {
        let tag = self.window.rest().split(|&byte| byte == b'>').next().unwrap_or_default();
        memmem::find(tag, text).is_some()
    }

    /// Whether a case begins in what the window holds, or can hold without growing.
    pub(super) fn comes_to_a_case(&mut self) -> io::Result<bool> {
        self.look_ahead()?;
        let rest = self.window.rest();
        Ok(memchr::memchr_iter(b'<', rest).any(|at| {
            let tag = rest.get(at + 1..).unwrap_or_default();
            let name = tag.split(|&byte| ends_name(byte)).next().unwrap_or_default();
            match self.landmark(name) {
                // Allure has elements of this name, with other attributes.
                Some(Landmark::Case(Format::Nunit)) => {
                    let tag = tag.split(|&byte| byte == b'>').next().unwrap_or_default();
                    memmem::find(tag, b" result=").is_some()
                }
                found => matches!(found, Some(Landmark::Case(_))),
            }
        }))
    }

    /// Steps over a tag that means nothing, or over its `<` alone if its end is not there. False: it is broken off.
    fn skip_noise(&mut self) -> bool {
        let behind = self.window.rest().get(1..).unwrap_or_default();
        let end = memchr::memchr2(b'<', b'>', behind);
        let is_whole = end.and_then(|at| behind.get(at)) != Some(&b'<');
        self.window.consume(end.filter(|_| is_whole).map_or(1, |at| at + 2));
        is_whole
    }

    /// Whether there are attributes in the tag that the window starts with.
    fn begins_with_attributes(&self) -> bool {
        let rest = self.window.rest().get(1..).unwrap_or_default();
        let tag = rest.split(|&byte| matches!(byte, b'<' | b'>')).next().unwrap_or_default();
        memmem::find(tag, b"=\"").is_some()
    }

    /// The name of the tag that the window starts with, behind `skip` bytes, and what it means in a report.
    fn named(&mut self, skip: usize) -> io::Result<(String, Option<Landmark>)> {
        let name = self.name(skip)?;
        let name = self.bytes(name);
        let found = self.landmark(name).or_else(|| {
            // The name of a case in several formats is too common to say more without this.
            let is_case = name == b"test"
                && [&b" result="[..], b" id=\"s1-", b" suite=", b" locationUrl="]
                    .iter()
                    .any(|text| self.tag_has(text));
            is_case.then_some(Landmark::Part)
        });
        Ok((String::from_utf8_lossy(name).into_owned(), found))
    }

    /// Steps over a comment, a processing instruction or a document type.
    fn skip(&mut self, markup: Markup) -> io::Result<Skipped> {
        match markup {
            Markup::Comment => {
                let mut parser = CommentParser::default();
                self.window.consume(b"<!--".len());
                self.skip_to(|rest, _| parser.feed(rest).map(Ok))
            }
            Markup::Instruction => {
                let mut parser = PiParser::default();
                self.window.consume(b"<?".len());
                self.skip_to(|rest, format| {
                    let end = parser.feed(rest).map(|last| last + 1);
                    let content = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                    let broken = memchr::memchr_iter(b'<', content).find(|&at| {
                        let tag = rest.get(at..).unwrap_or_default();
                        !tag.starts_with(b"</") && begins_landmark(tag, format)
                    });
                    broken.map(Err).or(end.map(Ok))
                })
            }
            _ => self.skip_doctype(),
        }
    }

    /// Steps to the first place that `find` returns, as an error if another tag begins there.
    fn skip_to(
        &mut self,
        mut find: impl FnMut(&[u8], Option<Format>) -> Option<Result<usize, usize>>,
    ) -> io::Result<Skipped> {
        loop {
            let rest = self.window.rest();
            match find(rest, self.format) {
                Some(Ok(end)) => {
                    self.window.consume(end);
                    return Ok(Skipped::Whole);
                }
                Some(Err(at)) => return Ok(Skipped::Broken(self.broken_markup(at))),
                None => self.window.consume(rest.len()),
            }
            if !self.window.fill()? {
                return Ok(Skipped::ToTheEnd);
            }
        }
    }

    /// The declarations of an internal subset are stepped over unread: nothing is defined by them, nothing fetched.
    fn skip_doctype(&mut self) -> io::Result<Skipped> {
        let (mut brackets, mut quote) = (0_usize, None);
        self.window.consume(b"<!".len());
        loop {
            let rest = self.window.rest();
            let is_short = rest.is_empty() || (rest.len() < LONGEST_NAME && rest.starts_with(b"<"));
            if is_short && self.window.fill()? {
                continue;
            }
            let rest = self.window.rest();
            let Some(&byte) = rest.first() else {
                return Ok(Skipped::ToTheEnd);
            };
            match (quote, byte) {
                // An entity may contain a tag; the rest of a document type cannot.
                (_, b'<')
                    if (brackets == 0 || quote.is_none()) && begins_landmark(rest, self.format) =>
                {
                    return Ok(Skipped::Broken(self.broken_markup(0)));
                }
                (Some(open), _) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[') => brackets += 1,
                (None, b']') => brackets = brackets.saturating_sub(1),
                (None, b'>') if brackets == 0 => {
                    self.window.consume(1);
                    return Ok(Skipped::Whole);
                }
                // Apostrophes in a comment are not quotes.
                (None, b'<') if rest.starts_with(b"<!--") => {
                    if !matches!(self.skip(Markup::Comment)?, Skipped::Whole) {
                        return Ok(Skipped::ToTheEnd);
                    }
                    continue;
                }
                _ => {}
            }
            self.window.consume(1);
        }
    }

    /// The tag of `length` bytes that another tag breaks off.
    fn broken(&mut self, length: usize) -> Token {
        let start = self.window.offset();
        self.token = start;
        self.window.consume(length);
        Token::Broken(Span { start: start + 1, end: start + length })
    }

    /// Markup other than a tag, with `length` more bytes, that a tag breaks off.
    fn broken_markup(&mut self, length: usize) -> Token {
        self.token = self.window.offset();
        self.window.consume(length);
        Token::Broken(Span::default())
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

    /// The name of the tag that the window starts with, behind its `skip` first bytes, as far as it fits.
    fn name(&mut self, skip: usize) -> io::Result<Span> {
        loop {
            let rest = self.window.rest().get(skip..).unwrap_or_default();
            let end = rest.iter().position(|&byte| ends_name(byte));
            if end.is_some() || rest.len() >= LONGEST_NAME || !self.window.fill()? {
                let start = self.window.offset() + skip;
                let rest = self.window.rest().len().saturating_sub(skip);
                return Ok(Span { start, end: start + end.unwrap_or(rest) });
            }
        }
    }

    /// What the elements of this name are in a report.
    pub(super) fn landmark(&self, name: &[u8]) -> Option<Landmark> {
        landmark(local_name(std::str::from_utf8(name).ok()?), self.format)
    }

    fn start_tag(&mut self) -> io::Result<Token> {
        // Nearly always the first `>` is the end: no quote is open there, and no other tag begins before it.
        let rest = self.window.rest();
        if let Some(end) = memchr(b'>', rest) {
            let tag = rest.get(1..end).unwrap_or_default();
            let classes = ByteClasses::of(tag);
            if classes.is_closed() && (classes.is_plain() || memchr(b'<', tag).is_none()) {
                return Ok(self.whole_start_tag(end, classes));
            }
        }
        let (mut parser, mut walked) = (ElementParser::default(), 1);
        let end = loop {
            let rest = self.window.rest();
            let more = rest.get(walked..).unwrap_or_default();
            let gap = memchr(b'<', more).unwrap_or(more.len());
            if let Some(at) = parser.feed(more.get(..gap).unwrap_or_default()) {
                break walked + at;
            }
            walked += gap;
            if walked > self.longest_tag {
                self.token = self.window.offset();
                return Ok(Token::TooLong);
            }
            // A `<` outside of values begins another tag, and so does one that begins a landmark.
            let inner = more.get(gap..).unwrap_or_default();
            let is_whole =
                inner.len() > LONGEST_NAME || inner.iter().skip(2).any(|&b| ends_name(b));
            if !is_whole && self.window.fill()? {
                continue;
            }
            let inner = self.window.rest().get(walked..).unwrap_or_default();
            if inner.is_empty() {
                return Ok(self.eof());
            }
            if parser == ElementParser::Outside || begins_landmark(inner, self.format) {
                return Ok(self.broken(walked));
            }
            walked += 1;
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
            let more = rest.get(scanned.max(1)..).unwrap_or_default();
            if let Some(at) = memchr::memchr2(b'>', b'<', more) {
                let end = scanned.max(1) + at;
                if rest.get(end) == Some(&b'<') {
                    return Ok(self.broken(end));
                }
                break end;
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
                // A reference that the window cuts in two is left for the next piece, and so is one at its very end,
                // which may be half of a pair.
                let tail = rest.len().saturating_sub(LONGEST_REFERENCE);
                let last = memchr::memrchr(b'&', rest.get(tail..).unwrap_or_default());
                let open = last.map(|at| tail + at).filter(|&at| {
                    let end = memchr(b';', rest.get(at..).unwrap_or_default());
                    end.is_none_or(|end| at + end + 1 == rest.len())
                });
                let open = open.map(|at| {
                    let before = rest.get(..at).unwrap_or_default();
                    at - length_of_half_pair(before)
                });
                match open {
                    Some(0) if rest.len() < 2 * LONGEST_REFERENCE && self.window.fill()? => {
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

/// What [`Tokenizer::outside`] found.
pub(super) struct Outside {
    /// [`Token::Start`], [`Token::Eof`] or [`Token::TooLong`].
    pub(super) token: Token,
    /// The first place before it that is neither white space nor markup.
    pub(super) noise: Option<Position>,
    /// The first place before it that looks like a piece of a report, or that is not text.
    pub(super) debris: Option<(Debris, Position)>,
    /// Whether there was nothing but white space.
    pub(super) blank: bool,
    /// Whether there was an XML declaration or another processing instruction.
    pub(super) is_declared: bool,
}

impl Outside {
    fn add(&mut self, debris: Option<Debris>, position: Position) {
        if let (None, Some(debris)) = (&self.debris, debris) {
            self.debris = Some((debris, position));
        }
    }
}

/// How far markup was stepped over.
enum Skipped {
    Whole,
    /// To the tag that breaks it off.
    Broken(Token),
    ToTheEnd,
}

/// Bytes of a name that are looked at outside of documents.
const LONGEST_NAME: usize = 256;

fn ends_name(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b'>' | b'/' | b'<' | b'"' | b'\'')
}

/// Whether `rest` begins with a tag that only reports have, or with an XML declaration.
fn begins_landmark(rest: &[u8], format: Option<Format>) -> bool {
    let Some(name) = rest.strip_prefix(b"</").or_else(|| rest.strip_prefix(b"<")) else {
        return false;
    };
    let name = name.split(|&byte| ends_name(byte)).next().unwrap_or_default();
    let found = std::str::from_utf8(name).ok().and_then(|name| landmark(local_name(name), format));
    found.is_some() || name == b"?xml"
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
