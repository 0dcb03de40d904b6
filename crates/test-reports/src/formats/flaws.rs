//! What a reader mends on its way, noted once for each kind.

use super::model::{Flaw, Position};

/// One kind of thing that XML forbids and that readers put up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Recovery {
    /// A character below U+0020 other than tab and line ends.
    ControlCharacter,
    /// `&#27;`, `&#0;`, a surrogate.
    IllegalReference,
    /// `&name;` that is none of the five predefined ones.
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
    /// An attribute without quotes, without a value, or glued to its neighbour.
    MalformedAttribute,
    /// An element that was left open inside text or console output.
    UnclosedElement,
    /// More than one document element.
    SeveralDocuments,
    /// Something before the document element.
    NoiseBefore,
    /// Something after the document element.
    NoiseAfter,
    /// The encoding declared is not the one found, or is not known.
    WrongEncoding,
    /// More tags in the console output of one element than are kept.
    TooManyTags,
}

impl Recovery {
    const ALL: [Recovery; 15] = [
        Recovery::ControlCharacter,
        Recovery::IllegalReference,
        Recovery::UnknownEntity,
        Recovery::BareAmpersand,
        Recovery::BareLessThan,
        Recovery::CdataEnd,
        Recovery::InvalidUtf8,
        Recovery::DuplicateAttribute,
        Recovery::MalformedAttribute,
        Recovery::UnclosedElement,
        Recovery::SeveralDocuments,
        Recovery::NoiseBefore,
        Recovery::NoiseAfter,
        Recovery::WrongEncoding,
        Recovery::TooManyTags,
    ];

    fn message(self) -> &'static str {
        match self {
            Recovery::ControlCharacter => "raw control character",
            Recovery::IllegalReference => "reference to a character that XML forbids",
            Recovery::UnknownEntity => "entity that is not predefined, kept as text",
            Recovery::BareAmpersand => "`&` that begins no reference",
            Recovery::BareLessThan => "`<` that begins no markup",
            Recovery::CdataEnd => "`]]>` in text",
            Recovery::InvalidUtf8 => "bytes that are not UTF-8, replaced by U+FFFD",
            Recovery::DuplicateAttribute => "attribute written twice, the first counts",
            Recovery::MalformedAttribute => "attribute that is not `name=\"value\"`",
            Recovery::UnclosedElement => "element in a text that is not closed",
            Recovery::SeveralDocuments => "several documents in one file",
            Recovery::NoiseBefore => "something before the document element",
            Recovery::NoiseAfter => "something after the document element",
            Recovery::WrongEncoding => "not in the encoding that is declared",
            Recovery::TooManyTags => {
                "more than 1000 tags in one console output, the rest is left out"
            }
        }
    }
}

/// A set of [`Recovery`], small enough to be kept beside every value that is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FlawSet(u16);

impl FlawSet {
    pub(crate) fn insert(&mut self, kind: Recovery) {
        self.0 |= 1 << kind as u8;
    }

    pub(crate) fn join(&mut self, other: FlawSet) {
        self.0 |= other.0;
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn contains(self, kind: Recovery) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// The set, which is empty afterwards.
    pub(crate) fn take(&mut self) -> FlawSet {
        std::mem::take(self)
    }
}

/// The mended flaws of one file: the first place of each kind, so that a file with a million of them stays small.
#[derive(Debug, Default)]
pub(crate) struct FlawLog {
    seen: FlawSet,
    flaws: Vec<Flaw>,
}

impl FlawLog {
    /// Whether `set` holds a kind that was not noted yet: only then is its position worth computing.
    pub(crate) fn is_new(&self, set: FlawSet) -> bool {
        set.0 & !self.seen.0 != 0
    }

    pub(crate) fn note(&mut self, set: FlawSet, position: Position) {
        for kind in Recovery::ALL {
            if set.contains(kind) && !self.seen.contains(kind) {
                self.flaws.push(Flaw { position, message: kind.message().to_owned() });
            }
        }
        self.seen.join(set);
    }

    pub(crate) fn into_flaws(self) -> Vec<Flaw> {
        self.flaws
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_noted_once_at_its_first_place() {
        let mut log = FlawLog::default();
        let mut set = FlawSet::default();
        set.insert(Recovery::CdataEnd);
        let at = |line| Position { line, column: 1 };
        assert!(log.is_new(set));
        log.note(set, at(3));
        assert!(!log.is_new(set));
        set.insert(Recovery::TooManyTags);
        log.note(set, at(9));
        let lines: Vec<u32> = log.into_flaws().iter().map(|flaw| flaw.position.line).collect();
        assert_eq!(lines, [3, 9]);
    }

    #[test]
    fn every_kind_has_its_own_place_in_the_set() {
        let mut set = FlawSet::default();
        for (number, kind) in Recovery::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
            assert!(!set.contains(kind));
            set.insert(kind);
        }
    }
}
