//! Inside one tag: its name, its attributes, and what references in values and text stand for.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::attributes::{Attribute, Attributes as AnyAttributes};

use crate::formats::recovery::{FlawSet, Recovery};

/// What kinds of bytes a tag holds. One pass over them spares one over each value, and one for counting its lines.
///
/// Bytes in place of truth values: otherwise the compiler takes one byte of the tag at a time and not 32.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ByteClasses {
    /// Not 0 if there is a `&`, a `<`, or a control character, line breaks and tabs among them.
    special: u8,
    /// Not 0 if there is a `[`.
    bracket: u8,
    /// Not 0 if there is an apostrophe.
    apostrophe: u8,
    /// How many quotes there are, modulo 2.
    quotes: u8,
    /// All bytes together: 128 and more if one is not ASCII.
    all: u8,
}

impl ByteClasses {
    /// The classes of `bytes`.
    #[inline(never)]
    pub(super) fn of(bytes: &[u8]) -> Self {
        let (mut special, mut bracket, mut apostrophe, mut quotes, mut all) = (0, 0, 0, 0, 0);
        for &byte in bytes {
            special |= u8::from((byte == b'&') | (byte == b'<') | (byte < b' '));
            bracket |= u8::from(byte == b'[');
            apostrophe |= u8::from(byte == b'\'');
            quotes ^= u8::from(byte == b'"');
            all |= byte;
        }
        Self { special, bracket, apostrophe, quotes, all }
    }

    /// Whether no quote is open behind the bytes, so that a `>` there ends the tag. False if that is not certain.
    pub(super) fn is_closed(self) -> bool {
        self.quotes | self.apostrophe == 0
    }

    /// Whether the bytes are one line, and each of them one character. False if that is not certain.
    pub(super) fn is_plain_line(self) -> bool {
        self.is_plain() && self.all.is_ascii()
    }

    /// Whether values need no decoding and have no flaws. False if that is not certain.
    pub(super) fn is_plain(self) -> bool {
        self.special == 0
    }
}

/// A start tag without its angle brackets.
pub(crate) struct Tag<'a> {
    content: Cow<'a, str>,
    name_end: usize,
    classes: ByteClasses,
    /// What was wrong with it.
    pub(crate) flaws: FlawSet,
}

impl<'a> Tag<'a> {
    /// `content` is what is between `<` and `>`, without the `/` of an empty element; `classes` are those of its bytes.
    pub(super) fn new(content: &'a [u8], classes: ByteClasses) -> Self {
        let mut flaws = FlawSet::default();
        let content = decode(content, &mut flaws);
        let name_end = name_length(content.as_bytes());
        let name = content.as_bytes().get(..name_end).unwrap_or_default();
        let name_end = name.iter().position(|&byte| byte == b'/').unwrap_or(name_end);
        Self { content, name_end, classes, flaws }
    }

    /// The element's name without a namespace prefix.
    pub(crate) fn name(&self) -> &str {
        local_name(self.content.get(..self.name_end).unwrap_or_default())
    }

    /// The attributes in the order they were written, each with its raw value.
    pub(crate) fn attributes(&self) -> Attributes<'_> {
        let flaws = FlawSet::default();
        Attributes { content: &self.content, at: self.name_end, flaws }
    }

    /// The value that `raw`, one of this tag's, stands for: references resolved, flaws noted.
    #[inline]
    pub(crate) fn value<'v>(&self, raw: &'v str, flaws: &mut FlawSet) -> Cow<'v, str> {
        if self.classes.is_plain() { Cow::Borrowed(raw) } else { value(raw, flaws) }
    }

    /// Whether one of its values may hold a tag `[[KIND|…]]`.
    pub(crate) fn may_hold_tags(&self) -> bool {
        self.classes.bracket != 0 || !self.classes.is_plain()
    }
}

/// The length of the name that `content` begins with.
#[inline]
pub(super) fn name_length(content: &[u8]) -> usize {
    // What most tags are.
    const USUAL: &[u8] = b"testcase ";
    if content.starts_with(USUAL) {
        return USUAL.len() - 1;
    }
    content.iter().position(u8::is_ascii_whitespace).unwrap_or(content.len())
}

/// `name` without a namespace prefix.
pub(super) fn local_name(name: &str) -> &str {
    // Names are a few bytes long: a loop is faster than a search.
    let colon = name.bytes().rposition(|byte| byte == b':');
    name.get(colon.map_or(0, |colon| colon + 1)..).unwrap_or_default()
}

/// Walks over the attributes of a tag: name and raw value.
pub(crate) struct Attributes<'a> {
    content: &'a str,
    /// Everything before this was walked over.
    at: usize,
    /// What was wrong so far.
    pub(crate) flaws: FlawSet,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.content.as_bytes();
        let mut start = self.at;
        while bytes.get(start).copied().is_some_and(is_space) {
            start += 1;
        }
        // How nearly all attributes are written: the first byte belongs to the name whatever it is.
        let behind = bytes.get(start + 1..)?;
        let length = behind.iter().position(|&byte| byte == b'=' || byte <= b' ');
        let end = start + 1 + length.unwrap_or(behind.len());
        if let Some([b'=', b'"', quoted @ ..]) = bytes.get(end..)
            && let Some(length) = memchr::memchr(b'"', quoted)
            && let [b'"'] | [b'"', b' ', ..] = quoted.get(length..).unwrap_or_default()
        {
            let value = end + 2;
            self.at = value + length + 1;
            return self.content.get(start..end).zip(self.content.get(value..value + length));
        }
        self.unusual(start)
    }
}

impl<'a> Attributes<'a> {
    /// The attribute that begins at `start`, however it is written.
    #[cold]
    fn unusual(&mut self, start: usize) -> Option<(&'a str, &'a str)> {
        let mut strict = AnyAttributes::new(self.content, start);
        let (name, value) = match strict.with_checks(false).next() {
            Some(Ok(Attribute { key, value: Cow::Borrowed(value) })) => {
                self.walk_over(value, 1);
                let next = self.content.as_bytes().get(self.at);
                if next.is_some_and(|&byte| !is_space(byte)) {
                    self.flaws.insert(Recovery::MalformedAttribute);
                }
                return Some((key.into_inner(), value));
            }
            _ => self.malformed(start)?,
        };
        self.flaws.insert(Recovery::MalformedAttribute);
        self.walk_over(value, 0);
        Some((name, value))
    }

    /// The attribute that begins at `start` and has no value, no quotes, or only one of them.
    fn malformed(&self, start: usize) -> Option<(&'a str, &'a str)> {
        let is_space = |character: char| matches!(character, ' ' | '\t' | '\n' | '\r');
        let rest = self.content.get(start..)?;
        let first = rest.chars().next()?.len_utf8();
        let length = rest.get(first..)?.find(|character| character == '=' || is_space(character));
        let (name, after) = rest.split_at_checked(length.map_or(rest.len(), |at| first + at))?;
        let Some(written) = after.trim_start_matches(is_space).strip_prefix('=') else {
            return Some((name, after.get(..0)?));
        };
        let written = written.trim_start_matches(is_space);
        let value = match written.strip_prefix(['"', '\'']) {
            Some(unended) => unended,
            None => written.split(is_space).next()?,
        };
        Some((name, value))
    }

    /// Goes on behind `value`, a part of the tag, and `quotes` bytes.
    fn walk_over(&mut self, value: &str, quotes: usize) {
        let start = (value.as_ptr() as usize).saturating_sub(self.content.as_ptr() as usize);
        self.at = start + value.len() + quotes;
    }
}

fn value<'a>(raw: &'a str, flaws: &mut FlawSet) -> Cow<'a, str> {
    let bytes = raw.as_bytes();
    // One pass for nearly all values.
    if bytes.iter().fold(false, |found, &byte| found | (byte < b' ') | (byte == b'<')) {
        if bytes.contains(&b'<') {
            flaws.insert(Recovery::BareLessThan);
        }
        if has_control(bytes) {
            flaws.insert(Recovery::ControlCharacter);
        }
    }
    if memchr::memchr(b'&', bytes).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut decoded = Vec::with_capacity(raw.len());
    unescape(bytes, &mut decoded, flaws);
    // References stand for whole characters, so that this is UTF-8 as `raw` is.
    Cow::Owned(String::from_utf8(decoded).unwrap_or_default())
}

/// Whether `bytes` hold a control character that XML forbids.
pub(crate) fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |found, &byte| {
        found | ((byte < b' ') & !matches!(byte, b'\t' | b'\n' | b'\r'))
    })
}

/// The longest reference that is looked for: `&#x0010FFFF;`, and entity names of some length.
pub(super) const LONGEST_REFERENCE: usize = 40;

/// `bytes` as text. What is not UTF-8 is read as windows-1252, the encoding of tools that declare UTF-8 without writing it.
pub(crate) fn decode<'a>(bytes: &'a [u8], flaws: &mut FlawSet) -> Cow<'a, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    flaws.insert(Recovery::InvalidUtf8);
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let (decoded, _) = WINDOWS_1252.decode_without_bom_handling(chunk.invalid());
        text.push_str(&decoded);
    }
    Cow::Owned(text)
}

/// Appends `raw` to `out` with its references resolved.
///
/// Only the five predefined entities and character references mean something; entities that a document type declares
/// are kept as text, so that nothing can be made to expand.
pub(crate) fn unescape(raw: &[u8], out: &mut Vec<u8>, flaws: &mut FlawSet) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'&', rest) {
        let (before, reference) = rest.split_at(at);
        out.extend_from_slice(before);
        let (character, length) = resolve(reference, flaws);
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        rest = reference.get(length..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// The name in the reference that `text` begins with.
fn name_of_reference(text: &[u8]) -> Option<&str> {
    let head = text.strip_prefix(b"&")?;
    let head = head.get(..LONGEST_REFERENCE.min(head.len()))?;
    std::str::from_utf8(head.get(..memchr::memchr(b';', head)?)?).ok()
}

/// The number of the character reference `name`, if it is one; numbers that do not fit are `u32::MAX`.
fn number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('#')?;
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    is_number.then(|| u32::from_str_radix(digits, radix).unwrap_or(u32::MAX))
}

/// The character that `text`, which begins with `&`, begins with, and how many bytes it takes.
fn resolve(text: &[u8], flaws: &mut FlawSet) -> (char, usize) {
    let name = name_of_reference(text).unwrap_or_default();
    let length = name.len() + 2;
    if let Some(entity) = resolve_xml_entity(name).and_then(|entity| entity.chars().next()) {
        return (entity, length);
    }
    let Some(code) = number(name) else {
        let is_entity = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(is_name);
        flaws.insert(if is_entity { Recovery::UnknownEntity } else { Recovery::BareAmpersand });
        return ('&', 1);
    };
    // Tools that think in UTF-16 write one character as two references.
    let behind = text.get(length..).unwrap_or_default();
    if let Some(second) = name_of_reference(behind)
        && let Some(low) = number(second)
        && let (0xD800..0xDC00, 0xDC00..0xE000) = (code, low)
    {
        let pair = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        return (char::from_u32(pair).unwrap_or_default(), length + second.len() + 2);
    }
    // Characters that XML forbids are kept, as cleaning relies on them; numbers of none become U+FFFD.
    let character = char::from_u32(code);
    let is_legal = |&character: &char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    if character.filter(is_legal).is_none() {
        flaws.insert(Recovery::IllegalReference);
    }
    (character.unwrap_or(char::REPLACEMENT_CHARACTER), length)
}

/// The length of the reference that `text` ends with, if it is the first half of a pair.
pub(super) fn length_of_half_pair(text: &[u8]) -> usize {
    let tail = text.get(text.len().saturating_sub(LONGEST_REFERENCE)..).unwrap_or_default();
    let last = memchr::memrchr(b'&', tail).and_then(|at| tail.get(at..)).unwrap_or_default();
    let code = name_of_reference(last).filter(|name| name.len() + 2 == last.len()).and_then(number);
    if code.is_some_and(|code| (0xD800..0xDC00).contains(&code)) { last.len() } else { 0 }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(content: &[u8]) -> Tag<'_> {
        Tag::new(content, ByteClasses::of(content))
    }

    fn walk(content: &str) -> (Vec<(String, String)>, FlawSet) {
        let tag = tag(content.as_bytes());
        let mut attributes = tag.attributes();
        let found =
            attributes.by_ref().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        (found, attributes.flaws)
    }

    fn set(kinds: &[Recovery]) -> FlawSet {
        let mut set = FlawSet::default();
        for &kind in kinds {
            set.insert(kind);
        }
        set
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn attributes_come_in_both_quotes_and_with_any_space() {
        let (found, flaws) = walk("case a=\"1>'\"\n\tb = '2\"' ");
        assert_eq!(found, [pair("a", "1>'"), pair("b", "2\"")]);
        assert!(flaws.is_empty());
    }

    #[test]
    fn a_prefix_is_not_part_of_an_elements_name() {
        assert_eq!(tag(b"ns:testcase a=''").name(), "testcase");
        assert_eq!(tag(b"testcase/").name(), "testcase");
        assert_eq!(tag(b"").name(), "");
    }

    #[test]
    fn attributes_without_quotes_or_value_are_read_with_a_note() {
        for (content, expected) in [
            ("c time=0.1 x='1'", vec![pair("time", "0.1"), pair("x", "1")]),
            ("c disabled x='1'", vec![pair("disabled", ""), pair("x", "1")]),
            ("c a=\"1\"b='2'", vec![pair("a", "1"), pair("b", "2")]),
            ("c a='1", vec![pair("a", "1")]),
            ("c ='1'", vec![pair("='1'", "")]),
            ("c a=", vec![pair("a", "")]),
        ] {
            let (found, flaws) = walk(content);
            assert_eq!(found, expected, "{content}");
            assert_eq!(flaws, set(&[Recovery::MalformedAttribute]), "{content}");
        }
    }

    #[test]
    fn references_are_resolved_and_everything_else_is_text() {
        for (raw, expected, kinds) in [
            ("plain", "plain", &[][..]),
            ("&lt;&gt;&amp;&quot;&apos;", "<>&\"'", &[]),
            ("&#65;&#x42;&#X43;&#10;", "ABC\n", &[]),
            ("&amp;lt;", "&lt;", &[]),
            ("&#27;[0m&#0;", "\u{1b}[0m\0", &[Recovery::IllegalReference]),
            ("&#xFFFE;", "\u{fffe}", &[Recovery::IllegalReference]),
            ("&#xD800;", "\u{fffd}", &[Recovery::IllegalReference]),
            ("&#55357;&#56832; &#xD83D;&#xDE00;", "😀 😀", &[]),
            ("&#55357;x&#56832;", "\u{fffd}x\u{fffd}", &[Recovery::IllegalReference]),
            ("&#99999999999;", "\u{fffd}", &[Recovery::IllegalReference]),
            ("&who;&lol9;", "&who;&lol9;", &[Recovery::UnknownEntity]),
            ("a & b", "a & b", &[Recovery::BareAmpersand]),
            ("&&lt;&", "&<&", &[Recovery::BareAmpersand]),
            ("&#;&#x;&#-1;", "&#;&#x;&#-1;", &[Recovery::BareAmpersand]),
            ("?a=1&b=2;", "?a=1&b=2;", &[Recovery::BareAmpersand]),
            ("a<b", "a<b", &[Recovery::BareLessThan]),
            ("a\u{1}b\tc", "a\u{1}b\tc", &[Recovery::ControlCharacter]),
        ] {
            let mut flaws = FlawSet::default();
            assert_eq!(value(raw, &mut flaws), expected, "{raw}");
            assert_eq!(flaws, set(kinds), "{raw}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_windows_1252() {
        let tag = tag(b"c name='caf\xe9'");
        assert_eq!(tag.attributes().next(), Some(("name", "café")));
        assert!(tag.flaws.contains(Recovery::InvalidUtf8));
    }
}
