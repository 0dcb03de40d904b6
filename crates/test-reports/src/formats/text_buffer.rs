//! The text of an element, collected piece by piece.

use super::recovery::{FlawSet, Recovery};
use super::xml::attributes::{decode, has_control, unescape};

/// Bytes of one text that are kept.
const LIMIT: usize = 64 * 1024;

/// Collects the text of one element: decoded, trimmed, cut to 64 KiB.
#[derive(Debug, Default)]
pub(crate) struct TextBuffer {
    bytes: Vec<u8>,
}

impl TextBuffer {
    /// Begins a new text.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Adds text outside CDATA sections: references are resolved.
    pub(crate) fn text(&mut self, piece: &[u8], flaws: &mut FlawSet) {
        let piece = self.wanted(piece);
        if piece.is_empty() {
            return;
        }
        if memchr::memmem::find(piece, b"]]>").is_some() {
            flaws.insert(Recovery::CdataEnd);
        }
        unescape(piece, &mut self.bytes, flaws);
    }

    /// Adds text of a CDATA section.
    pub(crate) fn cdata(&mut self, piece: &[u8]) {
        let piece = self.wanted(piece);
        self.bytes.extend_from_slice(piece);
    }

    /// What is added next begins on a new line.
    pub(crate) fn break_line(&mut self) {
        if self.bytes.last().is_some_and(|&last| last != b'\n') {
            self.bytes.push(b'\n');
        }
    }

    /// The text, if it is more than white space. The next one can begin.
    pub(crate) fn take(&mut self, flaws: &mut FlawSet) -> Option<Box<str>> {
        let mut bytes = self.bytes.as_slice();
        if let Some(cut) = bytes.get(..LIMIT) {
            bytes = cut;
            // A character that was cut in two is left out.
            if let Err(error) = std::str::from_utf8(bytes)
                && error.error_len().is_none()
            {
                bytes = bytes.get(..error.valid_up_to()).unwrap_or_default();
            }
        }
        let bytes = bytes.trim_ascii();
        if bytes.is_empty() {
            self.bytes.clear();
            return None;
        }
        if has_control(bytes) {
            flaws.insert(Recovery::ControlCharacter);
        }
        let text = decode(bytes, flaws).into();
        self.bytes.clear();
        Some(text)
    }

    /// The part of `piece` that is kept: no leading white space, nothing beyond the limit.
    fn wanted<'a>(&self, piece: &'a [u8]) -> &'a [u8] {
        if self.bytes.is_empty() {
            return piece.trim_ascii_start();
        }
        if self.bytes.len() >= LIMIT { &[] } else { piece }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_joined_from_its_pieces_and_trimmed() {
        let (mut text_buffer, mut flaws) = (TextBuffer::default(), FlawSet::default());
        text_buffer.text(b" \n ", &mut flaws);
        text_buffer.cdata(b"  a &lt; ");
        text_buffer.text(b"&lt; b\n", &mut flaws);
        assert_eq!(text_buffer.take(&mut flaws).as_deref(), Some("a &lt; < b"));
        assert_eq!(text_buffer.take(&mut flaws), None);
        assert!(flaws.is_empty());
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let (mut text_buffer, mut flaws) = (TextBuffer::default(), FlawSet::default());
        text_buffer.cdata(b"x");
        text_buffer.cdata("漢".repeat(LIMIT).as_bytes());
        text_buffer.cdata(b"never seen");
        let text = text_buffer.take(&mut flaws).unwrap();
        assert!(text.len() <= LIMIT && text.len() > LIMIT - 4);
        assert!(text.ends_with('漢'));
        assert!(flaws.is_empty());
    }

    #[test]
    fn forbidden_characters_are_kept_and_noted() {
        let (mut text_buffer, mut flaws) = (TextBuffer::default(), FlawSet::default());
        text_buffer.text(b"\x1b[31m caf\xe9 ]]> &#27;", &mut flaws);
        assert_eq!(text_buffer.take(&mut flaws).as_deref(), Some("\u{1b}[31m café ]]> \u{1b}"));
        for kind in [
            Recovery::ControlCharacter,
            Recovery::InvalidUtf8,
            Recovery::CdataEnd,
            Recovery::IllegalReference,
        ] {
            assert!(flaws.contains(kind), "{kind:?}");
        }
    }
}
