//! Escapes text from reports and servers for Markdown.
//!
//! Data is only written inside `<code>` or `<pre>`, within our own HTML blocks, and never contains a line break.
//! An HTML block ends only at a blank line, so that no Markdown is parsed around the data, no `|` can break a table and
//! no fence can be closed. GitHub and GitLab look for mentions, issues, commits, emoji and formulas, but not within
//! `code` and `pre`. Some renderers treat HTML blocks differently, so that anything that could be markup is also
//! written as a character reference.

use std::fmt::Write;

use crate::summary::escape;
use test_reports::text;

/// `data` as code, in one line.
pub(super) fn code(data: &str) -> String {
    let mut shown = String::with_capacity(data.len() + 16);
    shown.push_str("<code>");
    push(&mut shown, &escape::terminal(data));
    shown.push_str("</code>");
    shown
}

/// `shown`, which is escaped already, as a link to `url`, whose characters cannot end the attribute.
pub(super) fn link(url: &str, shown: &str) -> String {
    let mut target = String::with_capacity(url.len());
    for character in url.chars().filter(|character| character.is_ascii_graphic()) {
        if matches!(character, '"' | '\'' | '<' | '>' | '&' | '`' | '\\' | '|') {
            // Writing to a string cannot fail.
            let _ = write!(target, "&#{};", u32::from(character));
        } else {
            target.push(character);
        }
    }
    format!("<a href=\"{target}\">{shown}</a>")
}

/// `data` as preformatted text that keeps its line breaks.
pub(super) fn pre(data: &str) -> String {
    let plain = text::strip_ansi(data);
    let mut shown = String::with_capacity(plain.len() + 16);
    shown.push_str("<pre>");
    for (index, line) in plain.trim_matches(['\r', '\n']).lines().enumerate() {
        if index > 0 {
            shown.push_str("&#10;");
        }
        for (index, part) in line.trim_end().split('\t').enumerate() {
            if index > 0 {
                shown.push_str("&#9;");
            }
            push(&mut shown, &escape::terminal(part));
        }
    }
    shown.push_str("</pre>");
    shown
}

/// Appends terminal-safe text, with references for all characters that may be markup.
fn push(shown: &mut String, visible: &str) {
    for character in visible.chars() {
        if character.is_ascii_punctuation() && !is_harmless(character) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "&#{};", u32::from(character));
        } else {
            shown.push(character);
        }
    }
}

/// Whether this ASCII punctuation starts no markup within a line, in Markdown or HTML.
fn is_harmless(character: char) -> bool {
    matches!(character, '.' | ',' | ';' | '/' | '(' | ')' | '?' | '%' | '+' | '-' | '=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_shown_unchanged() {
        for (data, shown) in [
            ("adds 2 + 2 (fast)", "adds 2 + 2 (fast)"),
            ("src/a.rs:17", "src/a.rs&#58;17"),
            ("<b>&amp;", "&#60;b&#62;&#38;amp;"),
            ("`a` | *b* _c_ [d](e)", "&#96;a&#96; &#124; &#42;b&#42; &#95;c&#95; &#91;d&#93;(e)"),
            ("@team #123 ##[x] ::x", "&#64;team &#35;123 &#35;&#35;&#91;x&#93; &#58;&#58;x"),
            ("a\n\nb\u{1b}[1m", "a&#92;n&#92;nb&#92;u&#123;1b&#125;&#91;1m"),
            ("漢字 🎉", "漢字 🎉"),
        ] {
            assert_eq!(code(data), format!("<code>{shown}</code>"));
        }
    }

    #[test]
    fn messages_keep_their_lines() {
        assert_eq!(
            pre("\n\u{1b}[31mexpected 1\u{1b}[0m\r\n\n  got\t2\u{202e}\n"),
            "<pre>expected 1&#10;&#10;  got&#9;2&#92;u&#123;202e&#125;</pre>"
        );
        assert_eq!(
            pre("</pre>\n\n# x\n```"),
            "<pre>&#60;&#47;pre&#62;&#10;&#10;&#35; x&#10;&#96;&#96;&#96;</pre>"
                .replace("&#47;", "/")
        );
    }
}
