//! Descriptions, and the identities that imports write into them.

use std::ops::Range;

use super::display::{self, DisplayText};

/// The prefix of an identity; 16 hex digits follow.
const IDENTITY_PREFIX: &str = "tqi-";
/// The prefix of the mark of a namespace; hex digits follow.
const NAMESPACE_PREFIX: &str = "tqn-";

/// A description, split for display.
#[derive(Debug, Default)]
pub(super) struct Description {
    /// The text without the line of the identity.
    pub(super) text: DisplayText,
    /// The line that contains the identity, or nothing.
    pub(super) identity_line: String,
    /// `tqi-…`, or nothing.
    pub(super) identity: String,
    /// The mark of the namespace, `tqn-…`, or nothing.
    pub(super) namespace: String,
}

impl Description {
    pub(super) fn new(description: &str) -> Self {
        let Some(found) = find_identity(description) else {
            return Self { text: DisplayText::new(description), ..Self::default() };
        };
        let start = description[..found.start].rfind('\n').map_or(0, |end| end + 1);
        let end =
            description[found.end..].find('\n').map_or(description.len(), |at| found.end + at);
        let text = format!("{}{}", &description[..start], &description[end..]);
        Self {
            text: DisplayText::new(text.trim_matches(['\n', '\r'])),
            identity_line: display::name(description[start..end].trim()),
            namespace: namespace_after(description, found.end).to_owned(),
            identity: description[found].to_owned(),
        }
    }
}

/// Where the last identity in a description is.
pub(super) fn find_identity(description: &str) -> Option<Range<usize>> {
    description.rmatch_indices(IDENTITY_PREFIX).find_map(|(start, _)| {
        let digits = start + IDENTITY_PREFIX.len();
        let end = digits + 16;
        let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        description.get(digits..end)?.bytes().all(is_hex).then_some(start..end)
    })
}

/// The mark of the namespace behind the identity that ends at `identity_end`, in the same line; else empty.
pub(super) fn namespace_after(description: &str, identity_end: usize) -> &str {
    let rest = description.get(identity_end..).unwrap_or_default();
    let group = rest.split(['\n', ')']).next().unwrap_or_default();
    let is_mark = |word: &&str| {
        let digits = word.strip_prefix(NAMESPACE_PREFIX);
        digits.is_some_and(|digits| {
            digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        })
    };
    group.split_whitespace().find(is_mark).unwrap_or_default()
}

/// Whether a word is the start of an identity or of the mark of a namespace.
pub(super) fn is_identity_prefix(word: &str) -> bool {
    [IDENTITY_PREFIX, NAMESPACE_PREFIX]
        .iter()
        .filter_map(|prefix| word.strip_prefix(prefix))
        .any(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_identity_is_separate() {
        let line = "Automated test (tqi-9f86d081884c7d65 tqn-1b2c3d4e): demo :: fails";
        for (description, text) in [
            (line.to_owned(), ""),
            (format!("Mine.\nTwo.\n\n{line}"), "Mine.\nTwo."),
            (format!("Mine.\r\n{line}\r\nBelow."), "Mine.\n\nBelow."),
        ] {
            let split = Description::new(&description);
            assert_eq!(split.text.text, text, "{description:?}");
            assert_eq!(split.identity_line, line);
            assert_eq!(split.identity, "tqi-9f86d081884c7d65");
            assert_eq!(split.namespace, "tqn-1b2c3d4e");
        }
        for description in ["tqi-nothing", "tqi-0123", "tqi-0123456789ABCDEF", "tqi-漢字漢字漢字"]
        {
            let split = Description::new(description);
            assert_eq!(split.text.text, description);
            assert!(split.identity_line.is_empty() && split.identity.is_empty());
            assert!(split.namespace.is_empty());
        }
    }

    #[test]
    fn the_last_identity_counts() {
        let description = "tqi-0000000000000000 tqi-9f86d081884c7d65 tqi-short";
        assert_eq!(&description[find_identity(description).unwrap()], "tqi-9f86d081884c7d65");
    }
}
