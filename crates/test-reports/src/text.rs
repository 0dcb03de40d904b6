//! Text from reports is data: how it is cleaned for identities and names, cut and compared.
//!
//! Escaping for an output medium (terminal, Markdown, workflow commands) is the business of the
//! writers in [`crate::summary`].

use std::borrow::Cow;
use std::path::Path;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The longest name that is sent to the server, in characters.
pub const NAME_CHARS: usize = 255;

/// The common cleaning of every part of an identity and of every name that is sent.
///
/// Out go ANSI escape sequences, control characters, noncharacters, bidirectional overrides and
/// `[[…|…]]` tags; runs of white space become one space, the ends are trimmed, and the rest is put
/// into normal form C.
#[must_use]
pub fn clean(text: &str) -> String {
    if is_clean_ascii(text) {
        return text.to_owned();
    }
    let without_tags = strip_tags(text);
    let without_escapes = strip_ansi(&without_tags);
    let mut folded = String::with_capacity(without_escapes.len());
    for character in without_escapes.nfc() {
        if character.is_whitespace() {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        } else if !is_unprintable(character) {
            folded.push(character);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Whether `text` is printable ASCII in single-spaced words without a tag: most names are, and need no second look.
fn is_clean_ascii(text: &str) -> bool {
    // As if a space stood before and after: no word is empty then.
    let mut last = b' ';
    for &byte in text.as_bytes() {
        match (last, byte) {
            (b' ', b' ') | (b'[', b'[') => return false,
            (_, b' '..=b'~') => last = byte,
            _ => return false,
        }
    }
    last != b' ' || text.is_empty()
}

/// Control characters, noncharacters and the marks that reorder text on a screen.
#[must_use]
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || is_bidi_control(character)
        || matches!(character, '\u{fdd0}'..='\u{fdef}')
        || u32::from(character) & 0xfffe == 0xfffe
}

/// Marks that change the direction in which text is shown (they can make a line read as another).
#[must_use]
pub fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` without ANSI escape sequences (CSI, OSC and the two-character forms).
#[must_use]
pub fn strip_ansi(text: &str) -> Cow<'_, str> {
    if !text.contains(['\u{1b}', '\u{9b}']) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\u{9b}' => skip_csi(&mut rest),
            '\u{1b}' => match rest.clone().next() {
                Some('[') => {
                    rest.next();
                    skip_csi(&mut rest);
                }
                Some(']') => {
                    rest.next();
                    skip_osc(&mut rest);
                }
                Some('@'..='_' | '(' | ')') => {
                    rest.next();
                }
                _ => {}
            },
            other => kept.push(other),
        }
    }
    Cow::Owned(kept)
}

fn skip_csi(rest: &mut std::str::Chars<'_>) {
    while let Some(next) = rest.clone().next() {
        // Parameters and intermediates, then one final byte; anything else ends a broken sequence.
        match next {
            ' '..='?' => {
                rest.next();
            }
            '@'..='~' => {
                rest.next();
                return;
            }
            _ => return,
        }
    }
}

fn skip_osc(rest: &mut std::str::Chars<'_>) {
    while let Some(next) = rest.next() {
        if next == '\u{7}' || next == '\u{9c}' {
            return;
        }
        if next == '\u{1b}' {
            if rest.clone().next() == Some('\\') {
                rest.next();
            }
            return;
        }
    }
}

/// `text` without `[[KIND|…]]` tags, where KIND is upper-case ASCII, and without what stands between
/// `[[PROPERTY|k]]` and `[[/PROPERTY]]`.
fn strip_tags(text: &str) -> Cow<'_, str> {
    if !text.contains("[[") {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("[[") {
        let Some((kind, length)) = tag_at(&rest[start..]) else {
            kept.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            continue;
        };
        kept.push_str(&rest[..start]);
        let tag = &rest[start..start + length];
        rest = &rest[start + length..];
        if kind == "PROPERTY"
            && !tag.contains('=')
            && let Some(end) = rest.find("[[/PROPERTY]]")
        {
            rest = &rest[end + "[[/PROPERTY]]".len()..];
        }
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// The kind and the length in bytes of the tag that `text` starts with, if it starts with one.
fn tag_at(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix("[[")?;
    let bar = inner.find(|c: char| !c.is_ascii_uppercase())?;
    if bar == 0 || !inner[bar..].starts_with('|') {
        return None;
    }
    let end = inner.find("]]")?;
    Some((&inner[..bar], 2 + end + 2))
}

/// `text` in at most `chars` characters, the last one `…` when something was cut off.
#[must_use]
pub fn cut(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let kept = text.char_indices().nth(chars.saturating_sub(1)).map_or(0, |(at, _)| at);
            Cow::Owned(format!("{}…", text[..kept].trim_end()))
        }
    }
}

/// A name for the server: at most [`NAME_CHARS`] characters; a longer one ends in `… #` and 8 hex
/// digits of its SHA-256, so that two long names stay two.
#[must_use]
pub fn fit_name(name: &str) -> Cow<'_, str> {
    use sha2::{Digest, Sha256};
    if name.len() <= NAME_CHARS || name.chars().count() <= NAME_CHARS {
        return Cow::Borrowed(name);
    }
    let digest = Sha256::digest(name.as_bytes());
    let mark: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let kept: String = name.chars().take(NAME_CHARS - "… #".chars().count() - mark.len()).collect();
    Cow::Owned(format!("{kept}… #{mark}"))
}

/// How names of folders and projects are compared: cleaned, case folded.
#[must_use]
pub fn fold(name: &str) -> String {
    clean(name).to_lowercase()
}

/// Where the repository stands, so that absolute paths in reports can be made relative.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RepositoryRoot {
    /// Absolute, `/` between the parts, without a final `/`. Empty when unknown.
    path: String,
}

impl RepositoryRoot {
    /// The root at `path`.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        let path = path.to_string_lossy().replace('\\', "/");
        Self { path: path.trim_end_matches('/').to_owned() }
    }

    /// A path of a report, made independent of the machine: `\` becomes `/`, `./` in front goes;
    /// an absolute path is cut at the root, else after its last component that bears the root's
    /// directory name, else only its file name stays.
    #[must_use]
    pub fn relative(&self, path: &str) -> String {
        let path = path.trim().replace('\\', "/");
        let path = path.strip_prefix("file://").map_or(path.as_str(), |rest| rest);
        if !is_absolute(path) {
            let mut path = path;
            while let Some(rest) = path.strip_prefix("./") {
                path = rest.trim_start_matches('/');
            }
            return path.to_owned();
        }
        if !self.path.is_empty() {
            if let Some(rest) = path.strip_prefix(&self.path)
                && let Some(below) = rest.strip_prefix('/')
            {
                return below.to_owned();
            }
            let name = self.path.rsplit('/').next().unwrap_or_default();
            let marked = format!("/{name}/");
            if !name.is_empty()
                && let Some(at) = path.rfind(&marked)
            {
                return path[at + marked.len()..].to_owned();
            }
        }
        path.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

fn is_absolute(path: &str) -> bool {
    let bytes = path.as_bytes();
    path.starts_with('/')
        || (bytes.len() > 2
            && bytes[0].is_ascii_alphabetic()
            && bytes[1] == b':'
            && bytes[2] == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning_removes_what_is_no_text() {
        assert_eq!(clean("  adds\r\n\t to   cart "), "adds to cart");
        assert_eq!(
            clean("\u{1b}[31mred\u{1b}[0m \u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{7}"),
            "red link"
        );
        assert_eq!(clean("a\u{0}b\u{fffe}c\u{202e}d"), "abcd");
        assert_eq!(clean("adds [[DEFECT|AB-1]] twice [[TEST|TC-5]]"), "adds twice");
        assert_eq!(clean("x [[PROPERTY|k]]v v[[/PROPERTY]] y [[PROPERTY|a=b]]z"), "x y z");
        assert_eq!(clean("a[[0]] [[x]] [[ ok ]] b"), "a[[0]] [[x]] [[ ok ]] b");
        assert_eq!(clean("e\u{301}"), "é");
    }

    #[test]
    fn what_needs_no_cleaning_is_told_at_a_glance() {
        for clean in ["", "a", "adds to cart", "a[0] [x] ]] ~!"] {
            assert!(is_clean_ascii(clean), "{clean:?}");
            assert_eq!(super::clean(clean), clean);
        }
        for other in [" a", "a ", "a  b", "a\tb", "x [[TEST|1]]", "é", "\u{1b}[0m", " "] {
            assert!(!is_clean_ascii(other), "{other:?}");
        }
    }

    #[test]
    fn long_names_stay_different() {
        let one = "x".repeat(300) + "1";
        let two = "x".repeat(300) + "2";
        assert_eq!(fit_name(&one).chars().count(), NAME_CHARS);
        assert_ne!(fit_name(&one), fit_name(&two));
        assert_eq!(fit_name("short"), "short");
        assert_eq!(cut("漢字漢字", 3), "漢字…");
    }

    #[test]
    fn paths_lose_the_machine() {
        let root = RepositoryRoot::new(Path::new("/home/ci/build/shop"));
        assert_eq!(root.relative("/home/ci/build/shop/tests/a.js"), "tests/a.js");
        assert_eq!(root.relative("C:\\agent\\shop\\tests\\a.js"), "tests/a.js");
        assert_eq!(root.relative("/somewhere/else/a.js"), "a.js");
        assert_eq!(root.relative(".\\tests\\a.js"), "tests/a.js");
        assert_eq!(root.relative("././tests/a.js"), "tests/a.js");
        assert_eq!(root.relative("/home/ci/build/shopping/a.js"), "a.js");
    }
}
