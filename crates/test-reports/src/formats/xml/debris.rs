//! Text where no text belongs: outside of documents and between elements.
//!
//! Log lines are noise there. A piece of a report, or bytes that are not text, mean that something was lost.

use super::attributes::is_space;
use crate::formats::sniff::ends_a_name;

/// Something that cost a case, or may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Debris {
    /// A tag that only reports have.
    Tag(String),
    /// The end of a tag whose beginning was cut off.
    CutTag,
    /// A tag that another one breaks off.
    BrokenTag,
    /// A comment or another piece of markup without an end.
    OpenMarkup,
    /// A tag without an end.
    OpenTag,
    /// Bytes that are not text.
    Binary,
}

impl Debris {
    /// What is wrong, with `place` such as "outside of the document".
    pub(super) fn message(&self, place: &str) -> String {
        match self {
            Debris::Tag(tag) => format!("`{tag}` {place}"),
            Debris::CutTag => format!("the end of a cut tag {place}"),
            Debris::BrokenTag => format!("a tag that breaks off {place}"),
            Debris::OpenMarkup => "the file ends inside a comment or a declaration".to_owned(),
            Debris::OpenTag => "the file ends inside the tag of a document element".to_owned(),
            Debris::Binary => format!("binary data {place}"),
        }
    }
}

/// The first bytes of archives and other files that are not text.
const MAGIC: [&[u8]; 9] = [
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"7z\xBC\xAF\x27\x1C",
    b"\xFD7zXZ",
    b"\x28\xB5\x2F\xFD",
    b"1AY&SY",
    b"%PDF-",
    b"\x89PNG",
    b"\x7FELF",
];

/// How many bytes that no text has make it binary.
const ODD_BYTES: usize = 8;
/// Bytes before a `>` that may belong to a tag.
const LONGEST_CUT_TAG: usize = 1024;

/// The first place in `text` that is neither white space nor the byte order mark of an appended document.
pub(super) fn first_noise(text: &[u8]) -> Option<usize> {
    let marks = b"\xEF\xBB\xBF";
    text.iter().position(|byte| !byte.is_ascii_whitespace() && !marks.contains(byte))
}

/// What was lost, if `text` shows it. It is the `first` text in its place, where a cut tag may begin anywhere.
pub(crate) fn find(text: &[u8], first: bool) -> Option<Debris> {
    if is_binary(text) {
        return Some(Debris::Binary);
    }
    let ends_tag = |at: usize| {
        let start = at.saturating_sub(LONGEST_CUT_TAG);
        ends_tag(text.get(start..at).unwrap_or_default(), first && start == 0)
    };
    memchr::memchr_iter(b'>', text).any(ends_tag).then_some(Debris::CutTag)
}

fn is_binary(text: &[u8]) -> bool {
    // Terminals know bell, backspace, form feed and escape.
    let is_control = |byte: u8| {
        byte < b' ' && !byte.is_ascii_whitespace() && !matches!(byte, b'\x07' | b'\x08' | b'\x1B')
    };
    let (mut controls, mut not_ascii) = (0, 0);
    for &byte in text {
        controls += usize::from(is_control(byte));
        not_ascii += usize::from(!byte.is_ascii());
    }
    if controls + not_ascii == 0 {
        return text.starts_with(b"%PDF-");
    }
    if text.contains(&0) || MAGIC.iter().any(|magic| memchr::memmem::find(text, magic).is_some()) {
        return true;
    }
    let undecodable: usize = text.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    let odd = controls + undecodable;
    controls > 0 && odd >= ODD_BYTES && odd * 8 > text.len()
}

/// Whether a tag whose beginning was cut off ends behind `before`: `e="adds" time="1"/`, or `/testcase`.
fn ends_tag(before: &[u8], first: bool) -> bool {
    let before = before.strip_suffix(b"/").unwrap_or(before).trim_ascii_end();
    if let Some(quote @ (b'"' | b'\'')) = before.last() {
        return memchr::memmem::find(before, &[b'=', *quote]).is_some();
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let length = before.iter().rev().take_while(|byte| is_name(byte)).count();
    let (head, name) = before.split_at(before.len() - length);
    let is_cut = match head.last() {
        Some(b'/') => length > 0,
        _ => first && length > 1 && head.iter().all(|&byte| is_space(byte)),
    };
    is_cut && std::str::from_utf8(name).is_ok_and(ends_a_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_reports_and_of_archives_are_debris() {
        for (text, expected) in [
            (&b"e name=\"adds(boolean)[1]\" time=\"0.16\"/>"[..], Debris::CutTag),
            (b"'x' classname='y'>", Debris::CutTag),
            (b"no\n/testcase>", Debris::CutTag),
            (b"case>", Debris::CutTag),
            (b"Done\0", Debris::Binary),
            (b"PK\x03\x04", Debris::Binary),
            (b"\x1f\x8b\x08 and so on", Debris::Binary),
            (b"\x01\x02\x03\x04\x05\x06\x0e\xff\xfe text", Debris::Binary),
        ] {
            let shown = String::from_utf8_lossy(text);
            assert_eq!(find(text, true), Some(expected), "{shown}");
        }
    }

    #[test]
    fn log_lines_are_not_debris() {
        for text in [
            &b"Done in 3 s\n"[..],
            b"[INFO] a -> b, 2 > 1, x => y",
            b"\x1b[32mok\x1b[0m took 3 s",
            b"Gr\xfc\xdfe aus M\xfcnchen",
            b"sh> npm test\nrun>",
            b"path=\"/x\" done",
            b"usage: tool /path/to/latest>",
        ] {
            assert_eq!(find(text, true), None, "{}", String::from_utf8_lossy(text));
        }
    }
}
