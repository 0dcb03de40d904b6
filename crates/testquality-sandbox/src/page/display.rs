//! Text, numbers and times for the page. The results are plain text; the templates escape it for HTML.

use std::borrow::{Borrow, Cow};

/// The maximum length of a displayed name, in characters. The API accepts no longer ones, but other
/// programs may write the database.
const NAME_CHARS: usize = 300;

/// The maximum length of a displayed text, in characters.
const TEXT_CHARS: usize = 20_000;

/// The maximum length of a summary line, in characters.
const SUMMARY_CHARS: usize = 120;

/// Whether a character is invisible or affects others: control characters, noncharacters, line
/// separators and marks that change the direction of text. They are displayed as `\u{202e}`.
pub(super) fn needs_escape(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
                | '\u{fdd0}'..='\u{fdef}'
        )
        || u32::from(character) & 0xfffe == 0xfffe
}

fn escape(text: &str, keep_lines: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' | '\t' if keep_lines => escaped.push(character),
            // CR LF is one line break.
            '\r' if keep_lines && characters.peek() == Some(&'\n') => {}
            _ if needs_escape(character) => escaped.extend(character.escape_unicode()),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// `text` in at most `max_chars` characters, with `…` at the end if it is longer.
fn truncate(text: &str, max_chars: usize) -> Cow<'_, str> {
    if text.char_indices().nth(max_chars).is_none() {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().take(max_chars - 1).collect();
    Cow::Owned(format!("{}…", kept.trim_end()))
}

/// A name, in one line.
pub(super) fn name(name: &str) -> String {
    escape(&truncate(name, NAME_CHARS), false)
}

/// Words of up to this many characters stay in one piece.
const WORD_CHARS: usize = 16;

/// A part of a word has at least this many characters.
const PART_CHARS: usize = 4;

/// The parts of a name, between which a line may break: in long words after separators, before brackets and before capitals.
pub(super) fn parts(name: &str) -> Vec<&str> {
    let (mut parts, mut start, mut end) = (Vec::new(), 0, 0);
    for word in name.split_inclusive(char::is_whitespace) {
        let chars: Vec<(usize, char)> = word.trim_end().char_indices().collect();
        let mut from = 0;
        for (at, pair) in chars.windows(2).enumerate() {
            let ((_, before), (index, after)) = (pair[0], pair[1]);
            let is_short = at + 1 - from < PART_CHARS || chars.len() - at - 1 < PART_CHARS;
            if chars.len() > WORD_CHARS && !is_short && may_break(before, after) {
                parts.push(&name[start..end + index]);
                (start, from) = (end + index, at + 1);
            }
        }
        end += word.len();
    }
    parts.push(&name[start..]);
    parts
}

/// Whether a line may break between two characters of a word. It breaks after hyphens anyway.
fn may_break(before: char, after: char) -> bool {
    match (before.is_alphanumeric(), after.is_alphanumeric()) {
        // Numbers stay whole, and a line number stays with its file.
        (false, true) => !("([{<\"'`#@$-".contains(before) || after.is_ascii_digit()),
        (true, false) => "([{<".contains(after),
        (true, true) => !before.is_uppercase() && after.is_uppercase(),
        (false, false) => false,
    }
}

/// A text of several lines.
#[derive(Debug, Default)]
pub(super) struct DisplayText {
    pub(super) text: String,
    /// How many characters are omitted at the end.
    pub(super) omitted: i64,
}

impl DisplayText {
    pub(super) fn new(text: &str) -> Self {
        let end = text.char_indices().nth(TEXT_CHARS).map_or(text.len(), |(end, _)| end);
        let (kept, omitted) = text.split_at(end);
        Self { text: escape(kept, true), omitted: to_i64(omitted.chars().count()) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(super) fn first_line(&self) -> Cow<'_, str> {
        let line = self.text.trim_start().lines().next().unwrap_or_default();
        truncate(line, SUMMARY_CHARS)
    }

    /// Whether the first line is the whole text.
    pub(super) fn is_one_line(&self) -> bool {
        self.omitted == 0 && self.first_line().len() == self.text.trim().len()
    }
}

pub(super) fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// `12,345`.
pub(super) fn number(number: impl Borrow<i64>) -> String {
    let number = *number.borrow();
    let digits = number.unsigned_abs().to_string();
    let mut formatted = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        formatted.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            formatted.push(',');
        }
        formatted.push(digit);
    }
    formatted
}

/// `1 test`, `1,234 tests`.
pub(super) fn count(count: impl Borrow<i64>, noun: &str) -> String {
    let count = *count.borrow();
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(count))
}

/// A time of the database, in UTC.
#[derive(Debug, Clone)]
pub(super) struct DisplayTime {
    /// For machines; empty if the database holds something that is not a time.
    pub(super) machine: String,
    /// For people, to the minute; the text of the database if it is not a time.
    pub(super) human: String,
}

impl DisplayTime {
    pub(super) fn new(text: &str) -> Self {
        match text.parse::<jiff::Timestamp>() {
            Ok(time) => Self {
                machine: time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                human: time.strftime("%Y-%m-%d %H:%M").to_string(),
            },
            Err(_) => Self { machine: String::new(), human: name(text) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_escaped() {
        assert_eq!(
            name("a\u{202e}b\u{1b}[31m\u{0}\r\nc\u{2028}"),
            "a\\u{202e}b\\u{1b}[31m\\u{0}\\u{d}\\u{a}c\\u{2028}"
        );
        assert_eq!(name("größe 漢字 שלום"), "größe 漢字 שלום");
        assert_eq!(DisplayText::new("a\r\n\tb\rc\u{7f}").text, "a\n\tb\\u{d}c\\u{7f}");
        for escaped in ['\u{61c}', '\u{200f}', '\u{2029}', '\u{2069}', '\u{fdd0}', '\u{1ffff}'] {
            assert!(needs_escape(escaped), "{escaped:?}");
        }
        assert_eq!(name(&"ä".repeat(10_000)).chars().count(), NAME_CHARS);
    }

    #[test]
    fn names_break_where_their_words_end() {
        for (name, expected) in [
            ("", ""),
            ("CartTest.adds", "CartTest.adds"),
            ("com.acme.shop.CreateOrderTest", "com.|acme.|shop.|Create|Order|Test"),
            ("should_round_up_to_five(System.Int32)", "should_|round_|up_to_|five|(System.|Int32)"),
            (
                "a short one, src/cart/PriceListTest.java:19",
                "a short one, src/|cart/|Price|List|Test.|java:19",
            ),
            (".toBeLessThan(), .toContainEqual()", ".toBeLessThan(), .toContain|Equal()"),
            ("equals(1.7976931348623157e+308)", "equals|(1.7976931348623157e+308)"),
            ("größeÄndertSichNachdem", "größe|Ändert|Sich|Nachdem"),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ] {
            assert_eq!(parts(name).join("|"), expected);
            assert_eq!(parts(name).concat(), name);
        }
    }

    #[test]
    fn long_text_is_truncated() {
        let long = DisplayText::new(&"ä".repeat(TEXT_CHARS + 7));
        assert_eq!((long.text.chars().count(), long.omitted), (TEXT_CHARS, 7));
        assert!(!long.is_one_line() && !long.is_empty());
        assert!(DisplayText::new("one line\n").is_one_line());
        assert!(!DisplayText::new("one\ntwo").is_one_line());
        assert_eq!(DisplayText::new("\n one\ntwo").first_line(), "one");
        assert!(DisplayText::new(" \n").is_empty());
    }

    #[test]
    fn numbers_and_times_are_formatted_for_people() {
        let formatted = [0, 7, 999, 1_000, 12_345, 1_234_567, -1_000].map(number);
        assert_eq!(formatted, ["0", "7", "999", "1,000", "12,345", "1,234,567", "-1,000"]);
        assert_eq!(
            (count(1, "test"), count(1000, "test")),
            ("1 test".into(), "1,000 tests".into())
        );
        let time = DisplayTime::new("2026-11-24T08:27:07.123000+00:00");
        assert_eq!((&*time.machine, &*time.human), ("2026-11-24T08:27:07Z", "2026-11-24 08:27"));
        let time = DisplayTime::new("soon\u{202e}");
        assert_eq!((&*time.machine, &*time.human), ("", "soon\\u{202e}"));
    }
}
