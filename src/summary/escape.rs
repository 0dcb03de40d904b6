//! Text from reports and servers is data: it must not act on a terminal or a CI runner that shows it.

use std::borrow::Cow;
use std::fmt::Write;

use test_reports::text;

/// Escapes `text` for a terminal or a log, as one line: control characters (line breaks and tabs included), escape
/// sequences, bidirectional marks, noncharacters and line separators become visible, as `\u{1b}` or `\n`.
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain || !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            character if acts(character) => push_escape(&mut shown, character),
            character => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// Whether a terminal does something else with `character` than show it.
pub(super) fn acts(character: char) -> bool {
    text::is_unprintable(character) || matches!(character, '\u{2028}' | '\u{2029}')
}

fn push_escape(shown: &mut String, character: char) {
    // Writing to a string cannot fail.
    let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
}

/// Escapes a finished text so that it contains no workflow command for a CI runner.
///
/// The runner of GitHub Actions takes a line for a command when it starts with `::`, with or without leading white space.
/// In such a job (`in_ci`), this also escapes `##[`, which the runner looks for *anywhere* in a line, and `##vso[` (Azure
/// Pipelines) and `##teamcity[`. Only whole lines show a command: one piece of data may end in `##`, and our own text may
/// continue with `[`.
#[must_use]
pub fn inert(text: &str, in_ci: bool) -> Cow<'_, str> {
    let may_act = text.contains(':') || (in_ci && text.contains('#'));
    if !may_act {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        if line.matches(':').nth(1).is_some() || (in_ci && line.contains('#')) {
            inert_line(&mut shown, line, in_ci);
        } else {
            shown.push_str(line);
        }
    }
    Cow::Owned(shown)
}

/// How commands anywhere in a line begin, after the first `#`.
const MARKS: [&str; 3] = ["#[", "#vso[", "#teamcity["];

fn inert_line(shown: &mut String, line: &str, in_ci: bool) {
    let mut at_start = true;
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        let continues = |prefix: &str| follows(rest.clone(), prefix);
        let is_command = (at_start && character == ':' && continues(":"))
            || (in_ci && character == '#' && MARKS.iter().any(|mark| continues(mark)));
        if is_command {
            push_escape(shown, character);
        } else {
            shown.push(character);
        }
        if character == '\u{1b}' {
            // Skip one of our own styles, `ESC [ … m`.
            for part in rest.by_ref() {
                shown.push(part);
                if part.is_ascii_alphabetic() {
                    break;
                }
            }
            continue;
        }
        at_start &= character.is_whitespace() || is_ignorable(character);
    }
}

/// Whether `rest` starts with `prefix`, ignoring styles and zero-width characters.
fn follows(mut rest: std::str::Chars<'_>, prefix: &str) -> bool {
    let mut wanted = prefix.chars().peekable();
    while let Some(&next) = wanted.peek() {
        match rest.next() {
            Some(character) if character == next => {
                wanted.next();
            }
            Some('\u{1b}') => {
                rest.by_ref().find(char::is_ascii_alphabetic);
            }
            Some(character) if is_ignorable(character) => {}
            _ => return false,
        }
    }
    true
}

/// Whether string comparison in .NET, in which runners are written, ignores this zero-width character.
pub(super) fn is_ignorable(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_characters_become_visible() {
        for (text, shown) in [
            ("plain — 漢字 🎉", "plain — 漢字 🎉"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{1b}[31mred\u{1b}[0m", "\\u{1b}[31mred\\u{1b}[0m"),
            ("\u{9b}31m \u{0} \u{7f}", "\\u{9b}31m \\u{0} \\u{7f}"),
            ("user\u{202e}txt.exe", "user\\u{202e}txt.exe"),
            ("\u{fffe}\u{2028}", "\\u{fffe}\\u{2028}"),
        ] {
            assert_eq!(terminal(text), shown);
        }
    }

    #[test]
    fn workflow_commands_are_escaped() {
        for (text, shown) in [
            ("::add-mask::x\n", "\\u{3a}:add-mask::x\n"),
            ("a::b::c\n  ::error::x", "a::b::c\n  \\u{3a}:error::x"),
            ("\u{1b}[1m::x", "\u{1b}[1m\\u{3a}:x"),
            (":\u{1b}[1m:x", "\\u{3a}\u{1b}[1m:x"),
            ("\u{200b}:\u{200b}:x", "\u{200b}\\u{3a}\u{200b}:x"),
            ("x ##[stop-commands]y", "x \\u{23}#[stop-commands]y"),
            ("x ###[x", "x #\\u{23}#[x"),
            ("x #\u{1b}[0m#\u{200d}[x", "x \\u{23}\u{1b}[0m#\u{200d}[x"),
            ("## [x] #1", "## [x] #1"),
        ] {
            assert_eq!(inert(text, true), shown);
        }
        assert_eq!(inert("::x ##[y", false), "\\u{3a}:x ##[y");
    }

    proptest! {
        #[test]
        fn escaped_text_has_no_control_characters(text in any::<String>()) {
            let shown = terminal(&text);
            prop_assert!(!shown.chars().any(acts));
            prop_assert!(!shown.contains('\n'));
        }

        #[test]
        fn no_line_is_a_workflow_command(text in "[ :#\\[a\n\u{200b}]{0,40}") {
            let shown = inert(&text, true).replace('\u{200b}', "");
            prop_assert!(!shown.contains("##["));
            prop_assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")));
            // Escaping twice changes nothing.
            prop_assert_eq!(inert(&shown, true), shown.as_str());
        }
    }
}
