//! The grammar of the tags that test authors write into names and console output:
//!
//! ```text
//! [[ATTACHMENT|path]]   [[DEFECT|key]]   [[TEST|TC-5117]]   [[PROPERTY|name=value]]
//! [[PROPERTY|name]] value on one or more lines [[/PROPERTY]]
//! ```

use std::borrow::Cow;

/// Starts every tag.
pub(crate) const OPEN: &str = "[[";
/// Ends every tag.
const CLOSE: &str = "]]";
/// Ends the value of a property whose tag has no `=`.
pub(crate) const PROPERTY_END: &str = "[[/PROPERTY]]";

/// Bytes of the longest tag that is written; longer ones may be read as none.
const LONGEST: usize = 4000;

const ATTACHMENT: &str = "ATTACHMENT";
const DEFECT: &str = "DEFECT";
const TEST: &str = "TEST";
const PROPERTY: &str = "PROPERTY";

/// What one tag says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker<'a> {
    /// The path of an attachment.
    Attachment(&'a str),
    /// The key of a defect.
    Defect(&'a str),
    /// The id or key of a test.
    Test(&'a str),
    /// The name and the value of a property.
    Property(&'a str, &'a str),
    /// The name of a property whose value follows, up to [`PROPERTY_END`].
    PropertyStart(&'a str),
}

impl<'a> Marker<'a> {
    /// The tag with this `content` between the brackets; none if the kind is unknown or the value empty.
    pub(crate) fn parse(content: &'a str) -> Option<Self> {
        let (kind, value) = content.split_once('|')?;
        let value = value.trim();
        match kind {
            _ if value.is_empty() => None,
            ATTACHMENT => Some(Self::Attachment(value)),
            DEFECT => Some(Self::Defect(value)),
            TEST => Some(Self::Test(value)),
            PROPERTY => Some(match value.split_once('=') {
                Some((name, value)) => Self::Property(name.trim(), value.trim()),
                None => Self::PropertyStart(value),
            }),
            _ => None,
        }
    }

    /// Whether the content of a tag of a known kind can start with `start`.
    pub(crate) fn can_start_with(start: &[u8]) -> bool {
        [ATTACHMENT, DEFECT, TEST, PROPERTY].iter().any(|kind| {
            let expected = kind.bytes().chain([b'|']);
            start.iter().zip(expected).all(|(found, expected)| *found == expected)
        })
    }
}

/// The tag of a property that is read back as it is, except for white space around it and for what a name cannot hold.
pub(crate) fn property(name: &str, value: &str) -> String {
    let name = name.replace(['=', '[', ']', '\n', '\r'], " ");
    match is_plain(value) && name.len() + value.len() < LONGEST {
        true => format!("{OPEN}{PROPERTY}|{name}={value}{CLOSE}"),
        false => {
            format!(
                "{OPEN}{PROPERTY}|{name}{CLOSE}{}{PROPERTY_END}",
                value.replace(PROPERTY_END, "")
            )
        }
    }
}

/// The tag of an attachment.
pub(crate) fn attachment(path: &str) -> String {
    match is_plain(path) && path.len() < LONGEST {
        true => format!("{OPEN}{ATTACHMENT}|{path}{CLOSE}"),
        false => property("attachment", path),
    }
}

/// The tag that names a test, such as `TC-5117`.
pub(crate) fn test(name: &str) -> String {
    format!("{OPEN}{TEST}|{name}{CLOSE}")
}

/// Whether a tag can hold `value` between its brackets.
fn is_plain(value: &str) -> bool {
    !value.contains(['\n', '\r'])
        && !value.contains(OPEN)
        && !value.contains(CLOSE)
        && !value.ends_with(']')
}

/// `text` without tags and without the values of their properties.
///
/// Frozen, because names are cleaned with it before they enter an identity. This is why tags of unknown kinds are
/// removed too: a kind that gets a meaning later must not change identities.
pub(crate) fn strip(text: &str) -> Cow<'_, str> {
    if !text.contains(OPEN) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        kept.push_str(before);
        let Some((content, after_tag)) = after.split_once(CLOSE).filter(|(tag, _)| has_kind(tag))
        else {
            kept.push_str(OPEN);
            rest = after;
            continue;
        };
        rest = after_tag;
        if content.starts_with("PROPERTY|")
            && !content.contains('=')
            && let Some((_, after_value)) = rest.split_once(PROPERTY_END)
        {
            rest = after_value;
        }
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// Whether `content` starts with an upper-case word and `|`.
fn has_kind(content: &str) -> bool {
    let kind = content.trim_start_matches(|next: char| next.is_ascii_uppercase());
    kind.len() < content.len() && kind.starts_with('|')
}
