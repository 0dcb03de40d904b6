//! Text of an element as it comes in, piece by piece.

use super::flaws::{FlawSet, Mended};
use super::markup::{has_control, unescape};

/// This much of one text is kept: 64 KiB.
const LIMIT: usize = 64 * 1024;

/// Collects the text of one element: decoded, trimmed, cut to 64 KiB. One is reused for all elements.
#[derive(Debug, Default)]
pub(crate) struct Prose {
    bytes: Vec<u8>,
}

impl Prose {
    /// Begins a new text.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Text outside CDATA sections: references are resolved.
    pub(crate) fn text(&mut self, piece: &[u8], flaws: &mut FlawSet) {
        let piece = self.wanted(piece);
        if piece.is_empty() {
            return;
        }
        if memchr::memmem::find(piece, b"]]>").is_some() {
            flaws.insert(Mended::CdataEnd);
        }
        unescape(piece, &mut self.bytes, flaws);
    }

    /// Text of a CDATA section.
    pub(crate) fn cdata(&mut self, piece: &[u8]) {
        let piece = self.wanted(piece);
        self.bytes.extend_from_slice(piece);
    }

    /// The text, none if there is nothing but white space. The next one can begin.
    pub(crate) fn take(&mut self, flaws: &mut FlawSet) -> Option<Box<str>> {
        let mut bytes = self.bytes.as_slice();
        if let Some(cut) = bytes.get(..LIMIT) {
            bytes = cut;
            // A character that is cut in two is left out.
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
            flaws.insert(Mended::ControlCharacter);
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => {
                flaws.insert(Mended::InvalidUtf8);
                String::from_utf8_lossy(bytes).into()
            }
        };
        self.bytes.clear();
        Some(text)
    }

    /// What of `piece` is worth keeping: nothing leading, nothing beyond the limit.
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
        let (mut prose, mut flaws) = (Prose::default(), FlawSet::default());
        prose.text(b" \n ", &mut flaws);
        prose.cdata(b"  a &lt; ");
        prose.text(b"&lt; b\n", &mut flaws);
        assert_eq!(prose.take(&mut flaws).as_deref(), Some("a &lt; < b"));
        assert_eq!(prose.take(&mut flaws), None);
        assert!(flaws.is_empty());
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let (mut prose, mut flaws) = (Prose::default(), FlawSet::default());
        prose.cdata(b"x");
        prose.cdata("漢".repeat(LIMIT).as_bytes());
        prose.cdata(b"never seen");
        let text = prose.take(&mut flaws).unwrap();
        assert!(text.len() <= LIMIT && text.len() > LIMIT - 4);
        assert!(text.ends_with('漢'));
        assert!(flaws.is_empty());
    }

    #[test]
    fn what_xml_forbids_is_kept_and_noted() {
        let (mut prose, mut flaws) = (Prose::default(), FlawSet::default());
        prose.text(b"\x1b[31m caf\xe9 ]]> &#27;", &mut flaws);
        assert_eq!(prose.take(&mut flaws).as_deref(), Some("\u{1b}[31m caf\u{fffd} ]]> \u{1b}"));
        for kind in [
            Mended::ControlCharacter,
            Mended::InvalidUtf8,
            Mended::CdataEnd,
            Mended::IllegalReference,
        ] {
            assert!(flaws.contains(kind), "{kind:?}");
        }
    }
}
