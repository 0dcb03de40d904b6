//! The summary and the inspection as JSON: schema version 1, to which fields are only ever added.

mod inspection;

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::text::TextOptions;
use super::writers::Writer;
use super::{Summary, escape};
use test_reports::record::{Records, RunError, TestRecord};

pub(super) use inspection::totals;

/// The length of an entry of a list, mostly more than less. What is not needed is not touched.
const ENTRY_BYTES: usize = 512;

/// JSON, indented, with a line break at its end.
pub(super) struct Json;

impl Writer for Json {
    fn import(&self, summary: &Summary, _: &TextOptions) -> serde_json::Result<String> {
        pretty(summary, 16 + summary.changes.len() + summary.records.tests.len())
    }

    fn inspection(&self, summary: &Summary, _: &TextOptions) -> serde_json::Result<String> {
        pretty(&inspection::whole(summary), 16 + summary.records.tests.len())
    }
}

/// Writes the keys `failures` and `run_errors` of an import.
pub(super) fn failures<S: Serializer>(
    records: &Arc<Records>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Failures<'a> {
        failures: Vec<Failure<'a>>,
        run_errors: &'a [RunError],
    }
    let failures = super::failures(records).into_iter().map(Failure).collect();
    Failures { failures, run_errors: &records.run_errors }.serialize(serializer)
}

struct Failure<'a>(&'a TestRecord);

impl Serialize for Failure<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let TestRecord { identity, name, class, line, outcome, details, .. } = self.0;
        let mut failure = serializer.serialize_map(None)?;
        failure.serialize_entry("identity", identity)?;
        failure.serialize_entry("folder", &class.folder)?;
        failure.serialize_entry("name", name)?;
        failure.serialize_entry("outcome", outcome)?;
        failure.serialize_entry("message", &details.message)?;
        failure.serialize_entry("file", &class.file)?;
        failure.serialize_entry("line", line)?;
        failure.end()
    }
}

/// `value` as JSON in one line, without a line break at its end; escaped like [`pretty`].
pub(super) fn compact<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let mut text = InertText(String::new());
    serde_json::to_writer(&mut text, value)?;
    Ok(text.0)
}

/// `value`, which has about this many `entries`, as indented JSON. Control characters, and what the runner of GitHub Actions could
/// take for a command, are escaped as `\uXXXX`, which means the same in JSON.
fn pretty<T: Serialize>(value: &T, entries: usize) -> serde_json::Result<String> {
    // A text that has to grow would be in memory twice.
    let mut text = InertText(String::with_capacity(entries.saturating_mul(ENTRY_BYTES)));
    serde_json::to_writer_pretty(&mut text, value)?;
    text.0.push('\n');
    Ok(text.0)
}

/// Equivalent JSON without characters that act on a terminal and without `##[`.
/// Outside of strings, JSON is ASCII and has no `#`.
struct InertText(String);

impl InertText {
    fn push(&mut self, text: &str) {
        let Self(shown) = self;
        let acts = |character: char| character != '\n' && escape::acts(character);
        let is_plain = |byte: u8| byte == b'\n' || matches!(byte, b' '..=b'~');
        let mut units = [0; 2];
        let mut rest = text;
        // Nearly all of it is plain ASCII, of which only a `[` after two `#` may act: copy it in pieces.
        while let Some(at) = rest.bytes().position(|byte| !is_plain(byte) || byte == b'[') {
            let (plain, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            shown.push_str(plain);
            let mut characters = from.chars();
            if let Some(character) = characters.next() {
                if acts(character) || (character == '[' && ends_in_two_hashes(shown)) {
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
    }
}

impl io::Write for InertText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // JSON is written in pieces of whole characters.
        let text = str::from_utf8(bytes).map_err(io::Error::other)?;
        self.push(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
    use crate::summary::samples::{self, records_of};
    use test_reports::record::IdentityOptions;

    /// The keys, in order, of the object (or of the first object in the list) that the top-level key `name` holds;
    /// without a name, the top-level keys.
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
    fn keys_are_as_documented() {
        let text = pretty(&samples::everything(), 1).unwrap();
        for (name, expected) in [
            (
                "",
                "schema_version tool exit_code dry_run complete interrupted command build namespace imports reports project \
                 root_plan sandbox suites tests steps run results comparison requests elapsed_s failures run_errors changes stale moved left warnings errors",
            ),
            ("tool", "name version"),
            ("build", "provider branch commit pull_request url"),
            ("command", "program exit_code signal elapsed_s"),
            (
                "reports",
                "files recovered damaged tests passed failed errored skipped flaky duration_s",
            ),
            (
                "imports",
                "namespace folder files tests passed failed errored skipped flaky duration_s",
            ),
            ("project", "id name"),
            ("root_plan", "id name"),
            ("sandbox", "db command"),
            ("suites", "created matched linked"),
            (
                "tests",
                "seen created adopted updated unchanged merged excluded ignored refused overridden stale relinked left",
            ),
            ("steps", "created"),
            ("run", "id name marker build created closed continuation_of cycle"),
            ("results", "seen recorded updated unchanged kept unrecordable refused not_executed"),
            ("comparison", "file tests_before newly_failing fixed still_failing new gone slower"),
            ("requests", "get post put delete retries"),
            ("failures", "identity folder name outcome message file line"),
            ("run_errors", "report name message file line is_case"),
            ("changes", "action kind path name identity reason id epoch steps before"),
            ("moved", "from to tests linked pairs"),
            ("left", "name reason suggestion"),
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
    fn unknown_values_are_null() {
        let mut summary = samples::everything();
        summary.complete = None;
        summary.project = None;
        let value: Value = serde_json::from_str(&pretty(&summary, 1).unwrap()).unwrap();
        assert!(value["complete"].is_null() && value["project"].is_null());
        assert_eq!(value["schema_version"], 1);
        assert_eq!(value["failures"][0]["outcome"], "failed");
        assert_eq!(value["changes"][0]["action"], "create");
    }

    #[test]
    fn hostile_text_is_escaped_without_loss() {
        let mut summary = samples::everything();
        let hostile =
            "\u{1b}[31m\u{7f}\u{9b}\u{202e}\u{2028}\u{1fffe} ##[stop]#\u{200b}#[x] #[test] \"\\";
        records_of(&mut summary).tests[0].name = hostile.into();
        let text = pretty(&summary, 1).unwrap();
        assert!(!text.chars().any(|character| character != '\n' && escape::acts(character)));
        assert!(!text.replace('\u{200b}', "").contains("##["));
        assert!(text.contains("#[test]"));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["failures"][0]["name"], hostile);
    }

    #[test]
    fn inspection() {
        let summary = Summary::of_reports(samples::records(), [&IdentityOptions::default()]);
        insta::assert_snapshot!(
            "inspection",
            Json.inspection(&summary, &TextOptions::default()).unwrap()
        );
    }
}
