//! `[[KIND|…]]` tags in console output and in names.

use memchr::{memchr, memmem};

use super::model::{Property, Tag};
use super::recovery::{FlawSet, Recovery};
use super::xml::attributes::{decode, unescape};
use crate::markers::{Marker, OPEN, PROPERTY_END};

/// Bytes of the longest path or key.
const LONGEST: usize = 4096;
/// Bytes of the longest value between `[[PROPERTY|name]]` and `[[/PROPERTY]]`.
const LONGEST_VALUE: usize = 64 * 1024;
/// How many tags of one console output are kept.
const MOST: usize = 1000;

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// Looking for `[[`.
    #[default]
    Outside,
    /// The last byte of the piece before was a `[`.
    Bracket,
    /// Behind `[[`: what follows is collected.
    Inside,
    /// Behind `[[PROPERTY|name]]`: its value is collected.
    Value(Box<str>),
}

/// Reads tags from a text that comes in pieces, however they are cut.
///
/// Console output is the bulk of many reports; this looks at it once, where it lies, and copies only tags.
#[derive(Debug, Default)]
pub(crate) struct TagReader {
    state: State,
    collected: Vec<u8>,
    /// How many tags the text had so far.
    count: usize,
    found: Vec<Tag>,
}

impl TagReader {
    /// Begins a new text.
    pub(crate) fn clear(&mut self) {
        self.state = State::Outside;
        self.collected.clear();
        self.count = 0;
    }

    /// Text outside CDATA sections: references in tags are resolved.
    pub(crate) fn text(&mut self, piece: &[u8]) {
        // Brackets themselves are never escaped, so that only text with a tag in it needs decoding.
        if self.state == State::Outside && memmem::find(piece, OPEN.as_bytes()).is_none() {
            self.state = ends_in_bracket(piece);
            return;
        }
        let mut decoded = Vec::new();
        unescape(piece, &mut decoded, &mut FlawSet::default());
        self.cdata(&decoded);
    }

    /// Text of a CDATA section.
    pub(crate) fn cdata(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while !rest.is_empty() {
            match &self.state {
                State::Bracket => {
                    self.state = State::Outside;
                    if let Some(after) = rest.strip_prefix(b"[") {
                        self.state = State::Inside;
                        rest = after;
                    }
                }
                State::Outside => match memmem::find(rest, OPEN.as_bytes()) {
                    Some(at) => {
                        self.state = State::Inside;
                        rest = rest.get(at + 2..).unwrap_or_default();
                    }
                    None => {
                        self.state = ends_in_bracket(rest);
                        return;
                    }
                },
                State::Inside | State::Value(_) => {
                    let is_over = |&byte: &u8| self.collect(byte);
                    let length = rest.iter().position(is_over).map_or(rest.len(), |at| at + 1);
                    rest = rest.get(length..).unwrap_or_default();
                }
            }
        }
    }

    /// The tags that were found since the last call. More of them than are kept are a flaw.
    pub(crate) fn take(&mut self, flaws: &mut FlawSet) -> Vec<Tag> {
        if self.count > MOST {
            flaws.insert(Recovery::TooManyTags);
        }
        std::mem::take(&mut self.found)
    }

    /// Collects one byte. True when what is collected is complete, or is not a tag after all.
    fn collect(&mut self, byte: u8) -> bool {
        let last = self.collected.last().copied();
        self.collected.push(byte);
        let collected = self.collected.as_slice();
        let (next, length) = match self.state {
            State::Value(_) => match collected.strip_suffix(PROPERTY_END.as_bytes()) {
                Some(value) => (State::Outside, Some(value.len())),
                None if collected.len() > LONGEST_VALUE => (State::Outside, None),
                None => return false,
            },
            _ => match byte {
                b']' if last == Some(b']') => (State::Outside, Some(collected.len() - 2)),
                // `[[[`, or a tag inside something that is not one: begin anew behind this bracket.
                b'[' if matches!(last, Some(b'[') | None) => (State::Inside, None),
                _ if byte == b'\n'
                    || collected.len() > LONGEST
                    || !Marker::can_start_with(collected) =>
                {
                    (ends_in_bracket(&[byte]), None)
                }
                _ => return false,
            },
        };
        let state = std::mem::replace(&mut self.state, next);
        if let Some(length) = length {
            let content = collected.get(..length).unwrap_or_default();
            let content = decode(content, &mut FlawSet::default()).into_owned();
            self.complete(state, &content);
        }
        self.collected.clear();
        true
    }

    /// `content` was collected in `state`.
    fn complete(&mut self, state: State, content: &str) {
        let property = |name: &str, value: &str| {
            Tag::Property(Property { name: name.into(), value: value.trim().into() })
        };
        let tag = match (state, Marker::parse(content)) {
            (State::Value(name), _) => property(&name, content),
            (_, Some(Marker::Attachment(path))) => Tag::Attachment(path.into()),
            (_, Some(Marker::Defect(key))) => Tag::Defect(key.into()),
            (_, Some(Marker::Test(test))) => Tag::Test(test.into()),
            (_, Some(Marker::Property(name, value))) => property(name, value),
            (_, Some(Marker::PropertyStart(name))) => {
                self.state = State::Value(name.into());
                return;
            }
            (_, None) => return,
        };
        self.count += 1;
        if self.count <= MOST {
            self.found.push(tag);
        }
    }
}

/// The tags in a name, which is whole already.
pub(crate) fn tags_in_name(name: &str) -> Vec<Tag> {
    let mut reader = TagReader::default();
    // Most names have not even one bracket: a search for one byte is faster than one for two.
    if memchr(b'[', name.as_bytes()).is_some() && name.contains("[[") {
        reader.cdata(name.as_bytes());
    }
    reader.found
}

fn ends_in_bracket(piece: &[u8]) -> State {
    if piece.last() == Some(&b'[') { State::Bracket } else { State::Outside }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `text` cut into pieces of every size.
    fn read(text: &str) -> Vec<Tag> {
        let mut all = Vec::new();
        for size in 1..=text.len().max(1) {
            let mut reader = TagReader::default();
            text.as_bytes().chunks(size).for_each(|piece| reader.cdata(piece));
            all.push(reader.found);
        }
        for tags in &all {
            assert_eq!(tags, &all[0], "{text}");
        }
        all.swap_remove(0)
    }

    fn property(name: &str, value: &str) -> Tag {
        Tag::Property(Property { name: name.into(), value: value.into() })
    }

    #[test]
    fn every_kind_of_tag_is_read_however_the_text_is_cut() {
        assert_eq!(
            read(
                "log\n[[ATTACHMENT|/tmp/é.png]] [[DEFECT|ABC-1]][[TEST|TC-5117]]\n[[PROPERTY|k=v=w]]"
            ),
            [
                Tag::Attachment("/tmp/é.png".into()),
                Tag::Defect("ABC-1".into()),
                Tag::Test("TC-5117".into()),
                property("k", "v=w"),
            ]
        );
    }

    #[test]
    fn a_property_may_hold_its_value_between_two_tags() {
        assert_eq!(
            read("[[PROPERTY|note]]\nline [[1]]\nline 2\n[[/PROPERTY]] [[DEFECT|a]]"),
            [property("note", "line [[1]]\nline 2"), Tag::Defect("a".into())]
        );
    }

    #[test]
    fn text_that_only_resembles_a_tag_is_skipped() {
        for text in [
            "[worker-3] [[1, 2], [3]]",
            "[[TEST|]]",
            "[[attachment|x]]",
            "[[TEST|TC-1\n]]",
            "[[ATTACHMENT|never closed",
            "[[PROPERTY|k]] never closed",
            "[[OTHER|x]]",
            "[",
            "",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn brackets_before_a_tag_do_not_hide_it() {
        for text in [
            "[[[TEST|TC-1]]",
            "[[[[TEST|TC-1]]",
            "[[TE[[TEST|TC-1]]",
            "[[TEST|a[[TEST|TC-1]]",
            "[ [[TEST|TC-1]]]",
        ] {
            assert_eq!(read(text), [Tag::Test("TC-1".into())], "{text}");
        }
    }

    #[test]
    fn references_are_resolved_outside_cdata() {
        let mut reader = TagReader::default();
        reader.text(b"&lt; [[ATTACHMENT|a&amp;b]]");
        assert_eq!(reader.found, [Tag::Attachment("a&b".into())]);
    }

    #[test]
    fn no_more_than_a_thousand_tags_are_kept() {
        let (mut reader, mut flaws) = (TagReader::default(), FlawSet::default());
        reader.cdata("[[TEST|1]]".repeat(1001).as_bytes());
        assert_eq!(reader.take(&mut flaws).len(), MOST);
        assert!(flaws.contains(Recovery::TooManyTags));
    }
}
