//! Inside one tag: its name, its attributes, and what references in values and text stand for.

use std::borrow::Cow;

use super::flaws::{FlawSet, Mended};

/// A start tag without its angle brackets.
pub(crate) struct Tag<'a> {
    content: Cow<'a, str>,
    name_end: usize,
    /// Nothing in it needs decoding or a note.
    plain: bool,
    /// What was wrong with it.
    pub(crate) flaws: FlawSet,
}

impl<'a> Tag<'a> {
    /// `content` is what stands between `<` and `>`, without the `/` of an empty element.
    pub(crate) fn new(content: &'a [u8]) -> Self {
        let mut flaws = FlawSet::default();
        let content = match std::str::from_utf8(content) {
            Ok(content) => Cow::Borrowed(content),
            Err(_) => {
                flaws.insert(Mended::InvalidUtf8);
                String::from_utf8_lossy(content)
            }
        };
        let name_end = content
            .bytes()
            .position(|byte| is_space(byte) || byte == b'/')
            .unwrap_or(content.len());
        // One look at the whole tag spares one at each of its values.
        let plain = content.bytes().fold(true, |plain, byte| {
            plain
                & (byte != b'&')
                & (byte != b'<')
                & ((byte >= b' ') | matches!(byte, b'\t' | b'\n' | b'\r'))
        });
        Self { content, name_end, plain, flaws }
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

    /// The attributes in the order they were written.
    pub(crate) fn attributes(&self) -> Attributes<'_> {
        Attributes {
            rest: self.content.get(self.name_end..).unwrap_or_default(),
            flaws: FlawSet::default(),
        }
    }
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
    rest: &'a str,
    /// What was wrong so far.
    pub(crate) flaws: FlawSet,
}

impl<'a> Iterator for Attributes<'a> {
    /// Name and raw value.
    type Item = (&'a str, &'a str);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.skip_space();
        if rest.is_empty() {
            return None;
        }
        let bytes = rest.as_bytes();
        // The first byte belongs to the name whatever it is, so that every step makes the rest shorter.
        let name_end = bytes
            .iter()
            .skip(1)
            .position(|&byte| byte == b'=' || is_space(byte))
            .map_or(bytes.len(), |at| at + 1);
        let (name, after) = rest.split_at_checked(name_end)?;
        // How nearly all of them are written.
        if let Some(quoted) = after.strip_prefix("=\"")
            && let Some(end) = memchr::memchr(b'"', quoted.as_bytes())
            && let Some((value, after)) = quoted.split_at_checked(end)
            && let [b'"'] | [b'"', b' ', ..] = after.as_bytes()
        {
            self.rest = after.get(1..)?;
            return Some((name, value));
        }
        self.rest = after;
        let after = self.skip_space();
        let Some(after) = after.strip_prefix('=') else {
            self.flaws.insert(Mended::MalformedAttribute);
            return Some((name, ""));
        };
        self.rest = after;
        let after = self.skip_space();
        let quote = match after.as_bytes().first() {
            Some(&quote @ (b'"' | b'\'')) => quote,
            _ => return Some((name, self.unquoted())),
        };
        let quoted = after.get(1..)?;
        match memchr::memchr(quote, quoted.as_bytes()) {
            Some(end) => {
                self.rest = quoted.get(end + 1..)?;
                if self.rest.bytes().next().is_some_and(|byte| !is_space(byte)) {
                    self.flaws.insert(Mended::MalformedAttribute);
                }
                Some((name, quoted.get(..end)?))
            }
            None => {
                self.flaws.insert(Mended::MalformedAttribute);
                self.rest = "";
                Some((name, quoted))
            }
        }
    }
}

impl<'a> Attributes<'a> {
    #[inline]
    fn skip_space(&mut self) -> &'a str {
        let space = self.rest.bytes().take_while(|&byte| is_space(byte)).count();
        self.rest = self.rest.get(space..).unwrap_or_default();
        self.rest
    }

    fn unquoted(&mut self) -> &'a str {
        self.flaws.insert(Mended::MalformedAttribute);
        let end = self.rest.bytes().position(is_space).unwrap_or(self.rest.len());
        let (value, after) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = after;
        value
    }
}

fn value<'a>(raw: &'a str, flaws: &mut FlawSet) -> Cow<'a, str> {
    let bytes = raw.as_bytes();
    let suspicious =
        bytes.iter().fold(false, |found, &byte| found | (byte < b' ') | (byte == b'<'));
    if suspicious {
        if bytes.contains(&b'<') {
            flaws.insert(Mended::BareLessThan);
        }
        if has_control(bytes) {
            flaws.insert(Mended::ControlCharacter);
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
                flaws.insert(Mended::UnknownEntity);
                push(out, b"&", 1)
            }
            _ => {
                flaws.insert(Mended::BareAmpersand);
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
        flaws.insert(Mended::IllegalReference);
        return char::REPLACEMENT_CHARACTER;
    };
    let legal = match character {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        other => other >= ' ',
    };
    if !legal {
        flaws.insert(Mended::IllegalReference);
    }
    character
}

pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
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

    fn set(kinds: &[Mended]) -> FlawSet {
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
            assert_eq!(flaws, set(&[Mended::MalformedAttribute]), "{content}");
        }
    }

    #[test]
    fn references_are_resolved_and_what_is_none_stays_as_text() {
        for (raw, expected, kinds) in [
            ("plain", "plain", &[][..]),
            ("&lt;&gt;&amp;&quot;&apos;", "<>&\"'", &[]),
            ("&#65;&#x42;&#X43;&#10;", "ABC\n", &[]),
            ("&amp;lt;", "&lt;", &[]),
            ("&#27;[0m&#0;", "\u{1b}[0m\0", &[Mended::IllegalReference]),
            ("&#xFFFE;", "\u{fffe}", &[Mended::IllegalReference]),
            ("&#xD800;", "\u{fffd}", &[Mended::IllegalReference]),
            ("&#99999999999;", "\u{fffd}", &[Mended::IllegalReference]),
            ("&who;&lol9;", "&who;&lol9;", &[Mended::UnknownEntity]),
            ("a & b", "a & b", &[Mended::BareAmpersand]),
            ("&&lt;&", "&<&", &[Mended::BareAmpersand]),
            ("&#;&#x;&#-1;", "&#;&#x;&#-1;", &[Mended::BareAmpersand]),
            ("?a=1&b=2;", "?a=1&b=2;", &[Mended::BareAmpersand]),
            ("a<b", "a<b", &[Mended::BareLessThan]),
            ("a\u{1}b\tc", "a\u{1}b\tc", &[Mended::ControlCharacter]),
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
        assert!(tag.flaws.contains(Mended::InvalidUtf8));
    }
}
