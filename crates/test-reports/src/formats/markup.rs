//! Inside one tag: its name, its attributes, and what references in values and text stand for.

use std::borrow::Cow;

use super::flaws::{FlawSet, Recovery};

/// What one look at all bytes of a tag tells: it spares a look at each of its values, and at its lines.
///
/// Bytes in place of truth values, as otherwise the compiler takes one byte of the tag at a time and not 32.
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
    /// Looks at `bytes`.
    #[inline(never)]
    pub(crate) fn at(bytes: &[u8]) -> Self {
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

    /// Whether no quote is open behind the bytes: so that a `>` there ends the tag. False if that is not certain.
    pub(crate) fn is_closed(self) -> bool {
        self.quotes | self.apostrophe == 0
    }

    /// Whether all of it is one line, and each byte one character. False if that is not certain.
    pub(crate) fn is_plain_line(self) -> bool {
        self.special == 0 && self.all.is_ascii()
    }

    /// Whether values mean what they say, and there is nothing to note about them. False if that is not certain.
    fn is_plain(self) -> bool {
        self.special == 0
    }
}

/// A start tag without its angle brackets.
pub(crate) struct Tag<'a> {
    content: Cow<'a, str>,
    name_end: usize,
    /// Nothing in it needs decoding or a note.
    plain: bool,
    look: ByteClasses,
    /// What was wrong with it.
    pub(crate) flaws: FlawSet,
}

impl<'a> Tag<'a> {
    /// `content` is what stands between `<` and `>`, without the `/` of an empty element.
    pub(crate) fn new(content: &'a [u8]) -> Self {
        Self::with_look(content, ByteClasses::at(content))
    }

    /// The same, where somebody had a `look` at it already.
    pub(crate) fn with_look(content: &'a [u8], look: ByteClasses) -> Self {
        let mut flaws = FlawSet::default();
        let content = match std::str::from_utf8(content) {
            Ok(content) => Cow::Borrowed(content),
            Err(_) => {
                flaws.insert(Recovery::InvalidUtf8);
                String::from_utf8_lossy(content)
            }
        };
        let name_end = name_length(content.as_bytes());
        let name = content.as_bytes().get(..name_end).unwrap_or_default();
        let name_end = name.iter().position(|&byte| byte == b'/').unwrap_or(name_end);
        Self { content, name_end, plain: look.is_plain(), look, flaws }
    }

    /// The element's name without a namespace prefix.
    pub(crate) fn name(&self) -> &str {
        local_name(self.content.get(..self.name_end).unwrap_or_default())
    }

    /// What the raw value of one of its attributes stands for: references resolved, flaws noted.
    #[inline]
    pub(crate) fn value<'v>(&self, raw: &'v str, flaws: &mut FlawSet) -> Cow<'v, str> {
        if self.plain { Cow::Borrowed(raw) } else { value(raw, flaws) }
    }

    /// Whether one of its values may hold a tag `[[KIND|…]]`.
    pub(crate) fn may_hold_tags(&self) -> bool {
        self.look.bracket != 0 || !self.plain
    }

    /// The attributes in the order they were written.
    pub(crate) fn attributes(&self) -> Attributes<'_> {
        Attributes { content: &self.content, at: self.name_end, flaws: FlawSet::default() }
    }
}

/// The length of the name that `content` begins with.
#[inline]
pub(crate) fn name_length(content: &[u8]) -> usize {
    // What most tags are.
    const USUAL: &[u8] = b"testcase ";
    if content.starts_with(USUAL) {
        return USUAL.len() - 1;
    }
    content.iter().position(u8::is_ascii_whitespace).unwrap_or(content.len())
}

/// `name` without a namespace prefix.
pub(crate) fn local_name(name: &str) -> &str {
    // Names are a few bytes long: a loop is faster than a search.
    match name.bytes().rposition(|byte| byte == b':') {
        Some(colon) => name.get(colon + 1..).unwrap_or_default(),
        None => name,
    }
}

/// Walks over the attributes of a tag.
///
/// quick-xml's iterator goes byte by byte and stops to think at every oddity; walking attributes is the
/// hottest place of a reader, and oddities (no quotes, no value) are to be read, not refused.
pub(crate) struct Attributes<'a> {
    content: &'a str,
    /// Everything before this was walked over.
    at: usize,
    /// What was wrong so far.
    pub(crate) flaws: FlawSet,
}

impl<'a> Iterator for Attributes<'a> {
    /// Name and raw value.
    type Item = (&'a str, &'a str);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let start = self.skip_space(self.at);
        let bytes = self.content.as_bytes();
        if start >= bytes.len() {
            return None;
        }
        // The first byte belongs to the name whatever it is, so that every step goes forward.
        let behind = bytes.get(start + 1..).unwrap_or_default();
        let length = behind.iter().position(|&byte| byte == b'=' || byte <= b' ');
        let end = start + 1 + length.unwrap_or(behind.len());
        // How nearly all of them are written.
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
    /// The next attribute, which begins at `start`, however it is written.
    #[cold]
    fn unusual(&mut self, start: usize) -> Option<(&'a str, &'a str)> {
        let rest = self.content.get(start..).unwrap_or_default();
        self.at = self.content.len();
        // Positions are those of ASCII characters, so that nothing is cut within a character.
        let first = rest.chars().next()?.len_utf8();
        let behind = rest.get(first..)?;
        let name_end = first
            + behind.find(|next| next == '=' || is_space_character(next)).unwrap_or(behind.len());
        let (name, after) = rest.split_at_checked(name_end)?;
        let equals = after.trim_start_matches(is_space_character);
        let Some(written) = equals.strip_prefix('=') else {
            self.flaws.insert(Recovery::MalformedAttribute);
            self.at -= after.len();
            return Some((name, ""));
        };
        let written = written.trim_start_matches(is_space_character);
        let quote = written.chars().next().filter(|first| matches!(first, '"' | '\''));
        let Some(quote) = quote else {
            self.flaws.insert(Recovery::MalformedAttribute);
            let end = written.find(is_space_character).unwrap_or(written.len());
            let (value, after) = written.split_at_checked(end)?;
            self.at -= after.len();
            return Some((name, value));
        };
        let quoted = written.get(1..)?;
        match quoted.split_once(quote) {
            Some((value, after)) => {
                if after.chars().next().is_some_and(|next| !is_space_character(next)) {
                    self.flaws.insert(Recovery::MalformedAttribute);
                }
                self.at -= after.len();
                Some((name, value))
            }
            None => {
                self.flaws.insert(Recovery::MalformedAttribute);
                Some((name, quoted))
            }
        }
    }

    #[inline]
    fn skip_space(&self, mut at: usize) -> usize {
        while self.content.as_bytes().get(at).copied().is_some_and(is_space) {
            at += 1;
        }
        at
    }
}

fn value<'a>(raw: &'a str, flaws: &mut FlawSet) -> Cow<'a, str> {
    let bytes = raw.as_bytes();
    let suspicious =
        bytes.iter().fold(false, |found, &byte| found | (byte < b' ') | (byte == b'<'));
    if suspicious {
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
    match String::from_utf8(decoded) {
        Ok(text) => Cow::Owned(text),
        Err(error) => Cow::Owned(String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

/// Whether `bytes` hold a control character that XML forbids.
pub(crate) fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |found, &byte| {
        found | ((byte < b' ') & !matches!(byte, b'\t' | b'\n' | b'\r'))
    })
}

/// The longest reference that is looked for: `&#x0010FFFF;`, and entity names of some length.
pub(crate) const LONGEST_REFERENCE: usize = 40;

/// Appends `raw` to `out` with its references resolved.
///
/// Only the five predefined entities and character references mean something; entities that a
/// document type declares are kept as text, so that nothing can be made to expand.
pub(crate) fn unescape(raw: &[u8], out: &mut Vec<u8>, flaws: &mut FlawSet) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'&', rest) {
        let (before, reference) = rest.split_at(at);
        out.extend_from_slice(before);
        let head = reference.get(1..LONGEST_REFERENCE.min(reference.len())).unwrap_or_default();
        let name = match memchr::memchr(b';', head) {
            Some(end) => head.get(..end).unwrap_or_default(),
            None => b"",
        };
        let used = match name {
            b"lt" => push(out, b"<", 4),
            b"gt" => push(out, b">", 4),
            b"amp" => push(out, b"&", 5),
            b"quot" => push(out, b"\"", 6),
            b"apos" => push(out, b"'", 6),
            [b'#', number @ ..] if is_number(number) => {
                let character = referenced(number, flaws);
                let mut utf8 = [0; 4];
                push(out, character.encode_utf8(&mut utf8).as_bytes(), name.len() + 2)
            }
            [first, ..]
                if first.is_ascii_alphabetic() && name.iter().all(|&byte| is_name(byte)) =>
            {
                flaws.insert(Recovery::UnknownEntity);
                push(out, b"&", 1)
            }
            _ => {
                flaws.insert(Recovery::BareAmpersand);
                push(out, b"&", 1)
            }
        };
        rest = reference.get(used..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// Appends `bytes` and gives back how much of the input they stand for.
fn push(out: &mut Vec<u8>, bytes: &[u8], used: usize) -> usize {
    out.extend_from_slice(bytes);
    used
}

fn is_number(number: &[u8]) -> bool {
    match number {
        [b'x' | b'X', digits @ ..] => {
            !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit)
        }
        digits => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
    }
}

/// The character that `&#number;` stands for. Those that XML forbids are given as they are, which
/// cleaning relies on; what is no character at all becomes U+FFFD.
fn referenced(number: &[u8], flaws: &mut FlawSet) -> char {
    let (digits, radix) = match number {
        [b'x' | b'X', digits @ ..] => (digits, 16),
        digits => (digits, 10),
    };
    let code =
        std::str::from_utf8(digits).ok().and_then(|digits| u32::from_str_radix(digits, radix).ok());
    let Some(character) = code.and_then(char::from_u32) else {
        flaws.insert(Recovery::IllegalReference);
        return char::REPLACEMENT_CHARACTER;
    };
    let legal = match character {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        other => other >= ' ',
    };
    if !legal {
        flaws.insert(Recovery::IllegalReference);
    }
    character
}

pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_space_character(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(content: &str) -> (Vec<(String, String)>, FlawSet) {
        let tag = Tag::new(content.as_bytes());
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
    fn a_prefix_is_no_part_of_an_elements_name() {
        assert_eq!(Tag::new(b"ns:testcase a=''").name(), "testcase");
        assert_eq!(Tag::new(b"testcase/").name(), "testcase");
        assert_eq!(Tag::new(b"").name(), "");
    }

    #[test]
    fn attributes_without_quotes_or_value_are_read_with_a_note() {
        for (content, expected) in [
            ("c time=0.1 x='1'", vec![pair("time", "0.1"), pair("x", "1")]),
            ("c disabled x='1'", vec![pair("disabled", ""), pair("x", "1")]),
            ("c a='1'b='2'", vec![pair("a", "1"), pair("b", "2")]),
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
    fn references_are_resolved_and_what_is_none_stays_as_text() {
        for (raw, expected, kinds) in [
            ("plain", "plain", &[][..]),
            ("&lt;&gt;&amp;&quot;&apos;", "<>&\"'", &[]),
            ("&#65;&#x42;&#X43;&#10;", "ABC\n", &[]),
            ("&amp;lt;", "&lt;", &[]),
            ("&#27;[0m&#0;", "\u{1b}[0m\0", &[Recovery::IllegalReference]),
            ("&#xFFFE;", "\u{fffe}", &[Recovery::IllegalReference]),
            ("&#xD800;", "\u{fffd}", &[Recovery::IllegalReference]),
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
    fn bytes_that_are_not_utf8_are_replaced() {
        let tag = Tag::new(b"c name='caf\xe9'");
        assert_eq!(tag.attributes().next(), Some(("name", "caf\u{fffd}")));
        assert!(tag.flaws.contains(Recovery::InvalidUtf8));
    }
}
