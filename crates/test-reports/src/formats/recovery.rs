//! What a reader recovers from without losing a case, each kind noted once.

use super::model::{Flaw, Position};

/// Something that XML forbids and that every reader puts up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Recovery {
    /// A character below U+0020 other than tab and line ends.
    ControlCharacter,
    /// `&#27;`, `&#0;`, a surrogate.
    IllegalReference,
    /// `&name;` that is not one of the five predefined entities.
    UnknownEntity,
    /// `&` that begins no reference.
    BareAmpersand,
    /// `<` in a value, or in text where no markup begins.
    BareLessThan,
    /// `]]>` outside a CDATA section.
    CdataEnd,
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// One attribute twice on one element.
    DuplicateAttribute,
    /// An attribute without quotes, without a value, or glued to the next one.
    MalformedAttribute,
    /// An element that was left open inside text or console output.
    UnclosedElement,
    /// More than one document element.
    SeveralDocuments,
    /// Text before the document element.
    NoiseBefore,
    /// Text after the document element.
    NoiseAfter,
    /// The encoding declared is not the one found, or is unknown.
    WrongEncoding,
    /// More tags in the console output of one element than are kept.
    TooManyTags,
}

const MESSAGES: [(Recovery, &str); 15] = [
    (Recovery::ControlCharacter, "raw control character"),
    (Recovery::IllegalReference, "reference to a character that XML forbids"),
    (Recovery::UnknownEntity, "entity that is not predefined, kept as text"),
    (Recovery::BareAmpersand, "`&` that begins no reference"),
    (Recovery::BareLessThan, "`<` that begins no markup"),
    (Recovery::CdataEnd, "`]]>` in text"),
    (Recovery::InvalidUtf8, "bytes that are not UTF-8, read as windows-1252"),
    (Recovery::DuplicateAttribute, "attribute written twice, the first counts"),
    (Recovery::MalformedAttribute, "attribute that is not `name=\"value\"`"),
    (Recovery::UnclosedElement, "element in a text that is not closed"),
    (Recovery::SeveralDocuments, "several documents in one file"),
    (Recovery::NoiseBefore, "something before the document element"),
    (Recovery::NoiseAfter, "something after the document element"),
    (Recovery::WrongEncoding, "not in the encoding that is declared"),
    (Recovery::TooManyTags, "more than 1000 tags in one console output, the rest is left out"),
];

/// A set of [`Recovery`], small enough to be kept beside every value that is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FlawSet(u16);

impl FlawSet {
    pub(crate) fn of(kind: Recovery) -> Self {
        Self(1 << kind as u8)
    }

    pub(crate) fn insert(&mut self, kind: Recovery) {
        self.join(Self::of(kind));
    }

    pub(crate) fn join(&mut self, other: FlawSet) {
        self.0 |= other.0;
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn contains(self, kind: Recovery) -> bool {
        self.0 & Self::of(kind).0 != 0
    }
}

/// The flaws of one file: the first place of each kind, so that a file with a million of them stays small.
#[derive(Debug, Default)]
pub(crate) struct FlawLog {
    seen: FlawSet,
    pub(crate) flaws: Vec<Flaw>,
}

impl FlawLog {
    /// Notes what is new in `set`; only then is its `position` computed.
    pub(crate) fn note(&mut self, set: FlawSet, position: impl FnOnce() -> Position) {
        if set.0 & !self.seen.0 == 0 {
            return;
        }
        let position = position();
        for (kind, message) in MESSAGES {
            if set.contains(kind) && !self.seen.contains(kind) {
                self.flaws.push(Flaw::new(position, message));
            }
        }
        self.seen.join(set);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_noted_once_at_its_first_place() {
        let mut log = FlawLog::default();
        let mut set = FlawSet::of(Recovery::CdataEnd);
        log.note(set, || Position { line: 3, column: 1 });
        log.note(set, || panic!("nothing is new"));
        set.insert(Recovery::TooManyTags);
        log.note(set, || Position { line: 9, column: 1 });
        let lines: Vec<u32> = log.flaws.iter().map(|flaw| flaw.position.line).collect();
        assert_eq!(lines, [3, 9]);
    }

    #[test]
    fn every_kind_has_its_own_bit_and_a_message() {
        for (number, (kind, _)) in MESSAGES.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
        }
    }
}
