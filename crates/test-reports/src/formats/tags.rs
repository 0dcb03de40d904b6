//! `[[KIND|…]]` tags in console output and in names.

use memchr::{memchr, memmem};

use super::flaws::{FlawSet, Recovery};
use super::markup::unescape;
use super::model::{Property, Tag};
use super::names::Names;
use crate::markers::{Marker, OPEN, PROPERTY_END};

/// A path or key longer than this is none.
const LONGEST: usize = 4096;
/// The value between `[[PROPERTY|name]]` and `[[/PROPERTY]]` may be this long.
const LONGEST_VALUE: usize = 64 * 1024;
/// This many tags are kept of one console output.
const MOST: usize = 1000;

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// Looking for `[[`; true if the last byte was a `[`.
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
    found: usize,
}

impl TagReader {
    /// Begins a new text.
    pub(crate) fn clear(&mut self) {
        self.state = State::Outside;
        self.collected.clear();
        self.found = 0;
    }

    /// Text outside CDATA sections: references in tags are resolved.
    pub(crate) fn text(
        &mut self,
        piece: &[u8],
        names: &mut Names,
        tags: &mut Vec<Tag>,
        flaws: &mut FlawSet,
    ) {
        // Brackets themselves are never escaped, so that only text with a tag in it needs decoding.
        if self.state == State::Outside && memmem::find(piece, OPEN.as_bytes()).is_none() {
            self.state = ends_in_bracket(piece);
            return;
        }
        let mut decoded = Vec::new();
        unescape(piece, &mut decoded, &mut FlawSet::default());
        self.cdata(&decoded, names, tags, flaws);
    }

    /// Text of a CDATA section.
    pub(crate) fn cdata(
        &mut self,
        piece: &[u8],
        names: &mut Names,
        tags: &mut Vec<Tag>,
        flaws: &mut FlawSet,
    ) {
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
                State::Inside => rest = self.inside(rest, names, tags, flaws),
                State::Value(_) => rest = self.value(rest, names, tags, flaws),
            }
        }
    }

    /// Collects up to `]]`; gives up where this can be no tag.
    fn inside<'a>(
        &mut self,
        rest: &'a [u8],
        names: &mut Names,
        tags: &mut Vec<Tag>,
        flaws: &mut FlawSet,
    ) -> &'a [u8] {
        for (at, &byte) in rest.iter().enumerate() {
            let last = self.collected.last().copied();
            self.collected.push(byte);
            let after = rest.get(at + 1..).unwrap_or_default();
            if byte == b']' && last == Some(b']') {
                self.collected.truncate(self.collected.len() - 2);
                self.state = State::Outside;
                let content = String::from_utf8_lossy(&self.collected).into_owned();
                self.collected.clear();
                self.complete(&content, names, tags, flaws);
                return after;
            }
            if byte == b'[' && matches!(last, Some(b'[') | None) {
                // `[[[`, or a tag inside of what is none: begin anew behind this bracket.
                self.collected.clear();
                return after;
            }
            if byte == b'\n'
                || self.collected.len() > LONGEST
                || !Marker::can_start_with(&self.collected)
            {
                self.collected.clear();
                self.state = if byte == b'[' { State::Bracket } else { State::Outside };
                return after;
            }
        }
        &[]
    }

    /// Collects up to `[[/PROPERTY]]`.
    fn value<'a>(
        &mut self,
        rest: &'a [u8],
        names: &mut Names,
        tags: &mut Vec<Tag>,
        flaws: &mut FlawSet,
    ) -> &'a [u8] {
        for (at, &byte) in rest.iter().enumerate() {
            self.collected.push(byte);
            let after = rest.get(at + 1..).unwrap_or_default();
            if byte == b']' && self.collected.ends_with(PROPERTY_END.as_bytes()) {
                self.collected.truncate(self.collected.len() - PROPERTY_END.len());
                if let State::Value(name) = std::mem::take(&mut self.state) {
                    let value = String::from_utf8_lossy(&self.collected);
                    let property =
                        Property { name: names.intern(&name), value: value.trim().into() };
                    self.keep(Tag::Property(property), tags, flaws);
                }
                self.collected.clear();
                return after;
            }
            if self.collected.len() > LONGEST_VALUE {
                self.collected.clear();
                self.state = State::Outside;
                return after;
            }
        }
        &[]
    }

    fn complete(
        &mut self,
        content: &str,
        names: &mut Names,
        tags: &mut Vec<Tag>,
        flaws: &mut FlawSet,
    ) {
        let tag = match Marker::parse(content) {
            Some(Marker::Attachment(path)) => Tag::Attachment(path.into()),
            Some(Marker::Defect(key)) => Tag::Defect(key.into()),
            Some(Marker::Test(test)) => Tag::Test(test.into()),
            Some(Marker::Property(name, value)) => {
                Tag::Property(Property { name: names.intern(name), value: value.into() })
            }
            Some(Marker::PropertyStart(name)) => {
                self.state = State::Value(name.into());
                return;
            }
            None => return,
        };
        self.keep(tag, tags, flaws);
    }

    fn keep(&mut self, tag: Tag, tags: &mut Vec<Tag>, flaws: &mut FlawSet) {
        if self.found >= MOST {
            flaws.insert(Recovery::TooManyTags);
            return;
        }
        self.found += 1;
        tags.push(tag);
    }
}

/// The tags in a name, which is whole already.
pub(crate) fn tags_in_name(name: &str, names: &mut Names, tags: &mut Vec<Tag>) {
    // Most names have not even one: a search for one byte is faster than one for two.
    if memchr(b'[', name.as_bytes()).is_some() && name.contains("[[") {
        TagReader::default().cdata(name.as_bytes(), names, tags, &mut FlawSet::default());
    }
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
            let (mut reader, mut names, mut tags) =
                (TagReader::default(), Names::default(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                reader.cdata(piece, &mut names, &mut tags, &mut FlawSet::default());
            }
            all.push(tags);
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
    fn what_only_looks_like_a_tag_is_text() {
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
        let (mut names, mut tags) = (Names::default(), Vec::new());
        let mut reader = TagReader::default();
        let mut flaws = FlawSet::default();
        reader.text(b"&lt; [[ATTACHMENT|a&amp;b]]", &mut names, &mut tags, &mut flaws);
        assert_eq!(tags, [Tag::Attachment("a&b".into())]);
    }

    #[test]
    fn no_more_than_a_thousand_tags_are_kept() {
        let (mut names, mut tags) = (Names::default(), Vec::new());
        let mut reader = TagReader::default();
        let mut flaws = FlawSet::default();
        reader.cdata("[[TEST|1]]".repeat(1001).as_bytes(), &mut names, &mut tags, &mut flaws);
        assert_eq!(tags.len(), MOST);
        assert!(flaws.contains(Recovery::TooManyTags));
    }
}
