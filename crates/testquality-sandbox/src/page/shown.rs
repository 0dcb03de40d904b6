//! Text, numbers and times as the page shows them.
//!
//! What is displayed here is no HTML yet: the templates escape it.

use std::borrow::{Borrow, Cow};
use std::fmt;

use test_reports::text::{cut, is_unprintable};

/// The longest name that is shown, in characters; the API takes none that is longer.
const NAME_CHARS: usize = 300;

/// The longest text that is shown, in characters.
pub(super) const TEXT_CHARS: usize = 20_000;

/// Text in which every character only shows itself: what would turn the direction of a line, or
/// is no character, is written as `\u{202e}`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inert<'a> {
    text: &'a str,
    /// Line breaks and tabs are text too.
    keeps_lines: bool,
}

impl fmt::Display for Inert<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keeps = |character: char| {
            (self.keeps_lines && matches!(character, '\n' | '\t')) || !acts(character)
        };
        let mut rest = self.text;
        while let Some(at) = rest.find(|character| !keeps(character)) {
            let (before, from) = rest.split_at(at);
            f.write_str(before)?;
            let mut characters = from.chars();
            if let Some(character) = characters.next() {
                rest = characters.as_str();
                // Windows' line breaks are line breaks.
                if !(self.keeps_lines && character == '\r' && rest.starts_with('\n')) {
                    write!(f, "\\u{{{:x}}}", u32::from(character))?;
                }
            }
        }
        f.write_str(rest)
    }
}

/// Whether a character does something else than showing itself.
pub(super) fn acts(character: char) -> bool {
    is_unprintable(character) || matches!(character, '\u{2028}' | '\u{2029}')
}

/// A name, in one line.
pub(super) fn name(name: &str) -> String {
    let name = cut(name, NAME_CHARS);
    Inert { text: &name, keeps_lines: false }.to_string()
}

/// A text of several lines, and how many characters of it are left out at its end.
pub(super) fn text(text: &str) -> Text {
    let shown: Cow<'_, str> = match text.char_indices().nth(TEXT_CHARS) {
        Some((end, _)) => Cow::Borrowed(&text[..end]),
        None => Cow::Borrowed(text),
    };
    let left_out = i64::try_from(text[shown.len()..].chars().count()).unwrap_or(i64::MAX);
    Text { shown: Inert { text: &shown, keeps_lines: true }.to_string(), left_out }
}

/// A text of several lines.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) shown: String,
    /// Characters that are not shown.
    pub(super) left_out: i64,
}

impl Text {
    pub(super) fn is_empty(&self) -> bool {
        self.shown.trim().is_empty()
    }

    /// The first line, for what is folded.
    pub(super) fn first_line(&self) -> Cow<'_, str> {
        let line = self.shown.trim_start().lines().next().unwrap_or_default();
        cut(line, 120)
    }

    /// Whether the first line is all of it.
    pub(super) fn is_short(&self) -> bool {
        self.left_out == 0 && self.first_line().len() == self.shown.trim().len()
    }
}

/// `12,345`.
pub(super) fn number(number: impl Borrow<i64>) -> String {
    let number = *number.borrow();
    let digits = number.unsigned_abs().to_string();
    let mut shown = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        shown.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `1 test`, `1,234 tests`.
pub(super) fn count(count: impl Borrow<i64>, noun: &str) -> String {
    let count = *count.borrow();
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(count))
}

/// A time of the database.
#[derive(Debug)]
pub(super) struct Time {
    /// For machines; empty where a client wrote something else.
    pub(super) machine: String,
    /// For people: UTC, to the minute.
    pub(super) human: String,
}

/// A time of the database, or what a client wrote in its place.
pub(super) fn time(written: &str) -> Time {
    match written.parse::<jiff::Timestamp>() {
        Ok(moment) => Time {
            machine: moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            human: moment.strftime("%Y-%m-%d %H:%M").to_string(),
        },
        Err(_) => Time { machine: String::new(), human: name(written) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_seen_instead() {
        assert_eq!(
            name("a\u{202e}b\u{1b}[31m\u{0}\r\nc\u{2028}"),
            "a\\u{202e}b\\u{1b}[31m\\u{0}\\u{d}\\u{a}c\\u{2028}"
        );
        assert_eq!(name("größe 漢字 שלום"), "größe 漢字 שלום");
        assert_eq!(text("a\r\n\tb\rc\u{7f}").shown, "a\n\tb\\u{d}c\\u{7f}");
        assert_eq!(name(&"ä".repeat(10_000)).chars().count(), NAME_CHARS);
    }

    #[test]
    fn long_text_says_what_is_left_out() {
        let long = text(&"ä".repeat(TEXT_CHARS + 7));
        assert_eq!((long.shown.chars().count(), long.left_out), (TEXT_CHARS, 7));
        assert!(!long.is_short() && !long.is_empty());
        assert!(text("one line\n").is_short());
        assert!(!text("one\ntwo").is_short());
        assert_eq!(text("\n one\ntwo").first_line(), "one");
        assert!(text(" \n").is_empty());
    }

    #[test]
    fn numbers_and_times_are_for_people() {
        let shown = [0, 7, 999, 1_000, 12_345, 1_234_567, -1_000].map(number);
        assert_eq!(shown, ["0", "7", "999", "1,000", "12,345", "1,234,567", "-1,000"]);
        assert_eq!(
            (count(1, "test"), count(1000, "test")),
            ("1 test".into(), "1,000 tests".into())
        );
        let shown = time("2026-11-24T08:27:07.123000+00:00");
        assert_eq!((&*shown.machine, &*shown.human), ("2026-11-24T08:27:07Z", "2026-11-24 08:27"));
        let shown = time("soon\u{202e}");
        assert_eq!((&*shown.machine, &*shown.human), ("", "soon\\u{202e}"));
    }
}
