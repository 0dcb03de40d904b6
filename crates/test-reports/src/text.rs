//! Text from reports: how it is cleaned for identities and names, shortened and compared.
//!
//! Text from reports is untrusted. Escaping it for an output medium (terminal, Markdown, workflow commands) is the task
//! of whoever writes to that medium.

use std::borrow::Cow;
use std::path::Path;

use serde::{Deserialize, Serialize};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::markers;

/// The longest name of a test or folder, in characters.
pub const NAME_CHARS: usize = 255;

/// Cleans a name or a part of an identity.
///
/// Removes ANSI escape sequences, control characters, noncharacters, bidirectional overrides and `[[KIND|…]]` tags;
/// replaces each run of white space with one space, trims both ends, and applies normalization form C.
///
/// Frozen: identities are hashes of cleaned text, so that any change here would change identities.
#[must_use]
pub fn clean(text: &str) -> String {
    cleaned(text).into_owned()
}

/// As [`clean`]. Most texts are clean already, and borrowed.
pub(crate) fn cleaned(text: &str) -> Cow<'_, str> {
    if is_clean_ascii(text) || is_clean(text) {
        return Cow::Borrowed(text);
    }
    let without_tags = markers::strip(text);
    let without_escapes = strip_ansi(&without_tags);
    let mut cleaned = String::with_capacity(without_escapes.len());
    for character in without_escapes.nfc() {
        if character.is_whitespace() {
            if !cleaned.is_empty() && !cleaned.ends_with(' ') {
                cleaned.push(' ');
            }
        } else if !is_unprintable(character) {
            cleaned.push(character);
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    Cow::Owned(cleaned)
}

/// Whether `text` is printable ASCII in single-spaced words without a tag. Most names are, and need no cleaning.
fn is_clean_ascii(text: &str) -> bool {
    // Starting after a space makes a leading space a double one.
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

/// Whether cleaning certainly changes nothing: `text` is printable, in single-spaced words without a tag, and normalized.
fn is_clean(text: &str) -> bool {
    let mut last = ' ';
    for character in text.chars() {
        match (last, character) {
            (' ', ' ') | ('[', '[') => return false,
            (_, ' '..='~') => {}
            (_, ..'\u{7f}') => return false,
            _ if character.is_whitespace() || is_unprintable(character) => return false,
            _ => {}
        }
        last = character;
    }
    last != ' ' && is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// Whether `character` is a control character, a noncharacter, or a mark that reorders text on a screen.
#[must_use]
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || is_bidi_control(character)
        || matches!(character, '\u{fdd0}'..='\u{fdef}')
        || u32::from(character) & 0xfffe == 0xfffe
}

/// Whether `character` changes the direction in which text is shown, which can disguise what a line says.
#[must_use]
pub fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` without ANSI escape sequences: CSI, OSC and the two-character forms.
///
/// Frozen together with [`clean`], which calls it. In particular `ESC ( B` loses its first two characters and keeps
/// the `B`.
#[must_use]
pub fn strip_ansi(text: &str) -> Cow<'_, str> {
    // The second byte of `\u{9b}` is one of other characters too.
    let may_have = memchr::memchr2(0x1b, 0x9b, text.as_bytes()).is_some();
    if !(may_have && text.contains(['\u{1b}', '\u{9b}'])) {
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

/// A line of terminal output without colours. Unlike [`strip_ansi`], it removes all of `ESC ( B`, which precedes the
/// sequence that resets colours on most terminals.
pub(crate) fn strip_colours(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    Cow::Owned(strip_ansi(&line.replace("\u{1b}(B", "")).into_owned())
}

/// `text` without ANSI escape sequences and unprintable characters. Line breaks and tabs are kept.
pub(crate) fn printable(text: &str) -> String {
    let is_kept = |next: &char| matches!(next, '\n' | '\t') || !is_unprintable(*next);
    strip_ansi(text).chars().filter(is_kept).collect()
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

/// A whole number for people, with a comma between thousands: `12,345`. `number` is an unsigned integer of any width.
#[must_use]
pub fn grouped(number: impl std::fmt::Display) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A number for people with its noun: `1 test`, `1,204 tests`. The plural is `noun` and an `s`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `text` in at most `chars` characters. Where it was shortened it ends in `…`.
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

/// Whether `name` has more than [`NAME_CHARS`] characters.
pub(crate) fn is_long_name(name: &str) -> bool {
    name.len() > NAME_CHARS && name.chars().count() > NAME_CHARS
}

/// `name` in at most [`NAME_CHARS`] characters. A longer name ends in `… #` and 8 hex digits of its SHA-256, so that
/// different names stay different.
#[must_use]
pub fn fit_name(name: &str) -> Cow<'_, str> {
    use sha2::{Digest, Sha256};
    if !is_long_name(name) {
        return Cow::Borrowed(name);
    }
    let digest = Sha256::digest(name.as_bytes());
    let mark: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let kept: String = name.chars().take(NAME_CHARS - "… #".chars().count() - mark.len()).collect();
    Cow::Owned(format!("{kept}… #{mark}"))
}

/// `name` as names of folders and projects are compared: cleaned, in lower case.
#[must_use]
pub fn fold(name: &str) -> String {
    clean(name).to_lowercase()
}

/// The root directory of a repository. Absolute paths in reports are made relative to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RepositoryRoot {
    /// Absolute, with `/` between the parts and none at the end. Empty when unknown.
    path: String,
}

impl RepositoryRoot {
    /// The root at the absolute `path`.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        let path = path.to_string_lossy().replace('\\', "/");
        Self { path: path.trim_end_matches('/').to_owned() }
    }

    /// The absolute path; empty when unknown.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn is_known(&self) -> bool {
        !self.path.is_empty()
    }

    /// `path` with `/` between its parts, and without `file://` or Godot's `res://`.
    pub(crate) fn normalised(path: &str) -> String {
        let path = path.trim().replace('\\', "/");
        let bare = ["file://", "res://"].iter().find_map(|scheme| path.strip_prefix(scheme));
        bare.map(str::to_owned).unwrap_or(path)
    }

    /// Whether `path` is absolute on Unix or Windows.
    #[must_use]
    pub fn is_absolute(path: &str) -> bool {
        is_absolute(&Self::normalised(path))
    }

    /// An absolute path relative to this root, if it is below.
    pub(crate) fn below(&self, path: &str) -> Option<String> {
        if !self.is_known() {
            return None;
        }
        let path = Self::normalised(path);
        let (start, below) = path.split_at_checked(self.path.len())?;
        // Tools write the letter of a drive in both cases.
        let is_same = start == self.path
            || (start.get(1..) == self.path.get(1..)
                && start.as_bytes().get(1) == Some(&b':')
                && start.eq_ignore_ascii_case(&self.path));
        is_same.then(|| below.strip_prefix('/').map(str::to_owned))?
    }

    /// A path of a report, independent of the machine: `\` becomes `/`, and a leading `./` is removed.
    ///
    /// An absolute path is cut at the root, else after its last component that equals the name of the root directory;
    /// otherwise only its file name is kept.
    #[must_use]
    pub fn relative(&self, path: &str) -> String {
        let path = Self::normalised(path);
        let mut path = &*path;
        if !is_absolute(path) {
            while let Some(rest) = path.strip_prefix("./") {
                path = rest.trim_start_matches('/');
            }
            return path.to_owned();
        }
        if !self.path.is_empty() {
            if let Some(below) = self.below(path) {
                return below;
            }
            let name = self.path.rsplit('/').next().unwrap_or_default();
            if !name.is_empty()
                && let Some((_, below)) = path.rsplit_once(&format!("/{name}/"))
            {
                return below.to_owned();
            }
        }
        path.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/')
        || matches!(path.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_removes_tags_escapes_and_extra_space() {
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
    fn clean_ascii_is_recognised_without_cleaning() {
        for clean in ["", "a", "adds to cart", "a[0] [x] ]] ~!"] {
            assert!(is_clean_ascii(clean), "{clean:?}");
            assert_eq!(super::clean(clean), clean);
        }
        for other in [" a", "a ", "a  b", "a\tb", "x [[TEST|1]]", "é", "\u{1b}[0m", " "] {
            assert!(!is_clean_ascii(other), "{other:?}");
        }
    }

    #[test]
    fn clean_text_is_recognised_without_cleaning() {
        for clean in ["é", "größer als 漢字", "rejects_query_with_é_and_漢字_17()", "a[0] 🎉"]
        {
            assert!(is_clean(clean), "{clean:?}");
            assert!(matches!(super::cleaned(clean), Cow::Borrowed(text) if text == clean));
        }
        for other in [
            " é",
            "é ",
            "é  a",
            "é\u{a0}a",
            "é [[TEST|1]]",
            "e\u{301}",
            "é\u{7f}",
            "é\u{85}",
            "é\u{202e}a",
            "é\n",
            "\u{1b}[0mé",
            "\u{212b}",
            "é\u{fffe}",
        ] {
            assert!(!is_clean(other), "{other:?}");
        }
    }

    #[test]
    fn a_count_has_its_noun_in_the_right_number() {
        assert_eq!(count(0, "test"), "0 tests");
        assert_eq!(count(1, "test"), "1 test");
        assert_eq!(count(2, "folder"), "2 folders");
        assert_eq!(count(1_204, "folder"), "1,204 folders");
    }

    #[test]
    fn shortened_names_stay_different() {
        let one = "x".repeat(300) + "1";
        let two = "x".repeat(300) + "2";
        assert_eq!(fit_name(&one).chars().count(), NAME_CHARS);
        assert_ne!(fit_name(&one), fit_name(&two));
        assert_eq!(fit_name("short"), "short");
        assert_eq!(cut("漢字漢字", 3), "漢字…");
    }

    #[test]
    fn paths_are_independent_of_the_machine() {
        let root = RepositoryRoot::new(Path::new("/home/ci/build/shop"));
        assert_eq!(root.relative("/home/ci/build/shop/tests/a.js"), "tests/a.js");
        assert_eq!(root.relative("C:\\agent\\shop\\tests\\a.js"), "tests/a.js");
        assert_eq!(root.relative("/somewhere/else/a.js"), "a.js");
        let windows = RepositoryRoot::new(Path::new("C:\\w\\api"));
        assert_eq!(windows.below("c:/w/api/tests/a.js").as_deref(), Some("tests/a.js"));
        assert_eq!(windows.below("c:/W/api/tests/a.js"), None);
        assert_eq!(windows.below("C:/w/apis/a.js"), None);
        assert_eq!(root.relative(".\\tests\\a.js"), "tests/a.js");
        assert_eq!(root.relative("././tests/a.js"), "tests/a.js");
        assert_eq!(root.relative("/home/ci/build/shopping/a.js"), "a.js");
    }
}
