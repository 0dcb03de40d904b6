//! The summary and the inspection for machines: schema version 1, to which fields are only ever added.

use std::fmt::Write;

use serde::Serialize;

use super::{Summary, escape};

/// The summary as JSON, with a line break at its end.
///
/// # Errors
/// Never for a summary: its maps have text keys.
pub fn render(summary: &Summary) -> Result<String, serde_json::Error> {
    pretty(summary)
}

/// `value` as JSON in one line without a break at its end, as inert as [`pretty`].
pub(super) fn compact<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    Ok(inert(serde_json::to_string(value)?))
}

/// `value` as indented JSON, with a line break at its end. Control characters and what the runner
/// of GitHub Actions could take for a command are written as escapes, which mean the same.
pub(super) fn pretty<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(inert(text))
}

/// JSON that means the same, in which no character acts on a terminal and `##[` does not occur.
/// Outside of strings there is only ASCII, and no `#`.
fn inert(text: String) -> String {
    let acts = |character: char| character != '\n' && escape::acts(character);
    let is_plain = |byte: u8| byte == b'\n' || matches!(byte, b' '..=b'~');
    if text.bytes().all(|byte| is_plain(byte) && byte != b'#') {
        return text;
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut units = [0; 2];
    let mut rest = text.as_str();
    // Nearly all of it is plain ASCII, of which only a `[` behind two `#` may act: it goes over in pieces.
    while let Some(at) = rest.bytes().position(|byte| !is_plain(byte) || byte == b'[') {
        let (plain, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        shown.push_str(plain);
        let mut characters = from.chars();
        if let Some(character) = characters.next() {
            if acts(character) || (character == '[' && ends_in_two_hashes(&shown)) {
                for unit in character.encode_utf16(&mut units) {
                    // Writing to a string cannot fail.
                    let _ = write!(shown, "\\u{unit:04x}");
                }
            } else {
                shown.push(character);
            }
        }
        rest = characters.as_str();
    }
    shown.push_str(rest);
    shown
}

fn ends_in_two_hashes(text: &str) -> bool {
    text.trim_end_matches(escape::is_ignorable)
        .strip_suffix('#')
        .is_some_and(|rest| rest.trim_end_matches(escape::is_ignorable).ends_with('#'))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::summary::samples;

    /// The keys of the object at the top level's key `name` (of the first one, if a list is there),
    /// in the order in which they are written; without a name those of the top level.
    fn keys<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
        let indent_of = |line: &str| line.len() - line.trim_start().len();
        let opening = format!("  \"{name}\": ");
        let mut lines = text
            .lines()
            .skip_while(|line| !name.is_empty() && !line.starts_with(&opening))
            .skip(1)
            .skip_while(|line| !line.trim_start().starts_with('"'))
            .peekable();
        let indent = lines.peek().map_or(0, |line| indent_of(line));
        lines
            .take_while(|line| indent_of(line) >= indent)
            .filter(|line| indent_of(line) == indent)
            .filter_map(|line| line.trim_start().strip_prefix('"')?.split_once("\": "))
            .map(|(key, _)| key)
            .collect()
    }

    #[test]
    fn the_shape_is_the_documented_one() {
        let text = render(&samples::everything()).unwrap();
        for (name, expected) in [
            (
                "",
                "schema_version tool exit_code dry_run complete interrupted command build namespace reports project \
                 root_plan sandbox suites tests steps requests elapsed_s failures run_errors changes stale warnings errors",
            ),
            ("tool", "name version"),
            ("build", "provider branch commit pull_request url"),
            ("command", "program exit_code signal elapsed_s"),
            (
                "reports",
                "files recovered damaged tests passed failed errored skipped flaky duration_s",
            ),
            ("project", "id name"),
            ("root_plan", "id name"),
            ("sandbox", "db command"),
            ("suites", "created matched"),
            (
                "tests",
                "seen created adopted updated unchanged merged excluded ignored refused overridden stale",
            ),
            ("steps", "created"),
            ("requests", "get post put delete retries"),
            ("failures", "identity folder name outcome message file line"),
            ("run_errors", "report name message file line is_case"),
            ("changes", "action kind path name identity reason"),
            ("errors", "message hint"),
        ] {
            let expected: Vec<&str> = expected.split(' ').collect();
            assert_eq!(keys(&text, name), expected, "{name}");
        }
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            value["reports"]["damaged"][0],
            serde_json::json!({
                "path": "reports/TEST-shop.xml",
                "line": 1042,
                "column": 7,
                "message": "the file ends inside <testcase>, cases after it are lost",
            })
        );
    }

    #[test]
    fn what_is_not_known_is_null() {
        let mut summary = samples::everything();
        summary.complete = None;
        summary.project = None;
        let value: Value = serde_json::from_str(&render(&summary).unwrap()).unwrap();
        assert!(value["complete"].is_null() && value["project"].is_null());
        assert_eq!(value["schema_version"], 1);
        assert_eq!(value["failures"][0]["outcome"], "failed");
        assert_eq!(value["changes"][0]["action"], "create");
    }

    #[test]
    fn nothing_in_it_acts_and_nothing_is_lost() {
        let mut summary = samples::everything();
        let hostile =
            "\u{1b}[31m\u{7f}\u{9b}\u{202e}\u{2028}\u{1fffe} ##[stop]#\u{200b}#[x] #[test] \"\\";
        summary.failures[0].name = hostile.to_owned();
        let text = render(&summary).unwrap();
        assert!(!text.chars().any(|character| character != '\n' && escape::acts(character)));
        assert!(!text.replace('\u{200b}', "").contains("##["));
        assert!(text.contains("#[test]"));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["failures"][0]["name"], hostile);
    }
}
