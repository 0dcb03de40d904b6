//! Tells reports in JSON and in text by their beginning, at most [`LENGTH`] bytes of it.

use std::io::{self, Read};

use super::encoding::{self, ContentKind, Decoded};
use super::json;
use super::limits::Limits;
use super::model::Format;
use super::sniff;
use super::text;

/// Bytes at the beginning of a file that decide whether it is a report in JSON or text.
pub const LENGTH: usize = 64 * 1024;

/// Lines that look like JSON and are no report are logs, after this many of them.
const MOST_JSON: usize = 20;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    Json,
    Text,
}

/// A report in JSON or text, at the beginning of a file or behind output of other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) format: Format,
    pub(super) notation: Notation,
    /// Bytes in front of it.
    pub(super) before: usize,
}

/// The report that begins in `head`. None for XML, and for the output of `cargo test`.
pub(super) fn find(head: &[u8]) -> Option<Found> {
    if lines(head).any(|(_, line)| begins_xml(line)) {
        return None;
    }
    let mut json = 0;
    // Packages that did not build come first, in lines that are no events.
    let mut unbuilt = None;
    let at = |before, unbuilt: Option<usize>, format| match format {
        Format::GoTest => unbuilt.unwrap_or(before),
        _ => before,
    };
    for (before, line) in lines(head) {
        if matches!(line.trim_ascii_start().first(), Some(b'{' | b'[')) && json < MOST_JSON {
            json += 1;
            let rest = head.get(before..).unwrap_or_default();
            if let Some(format) = json::format_at(rest) {
                let before = at(before, unbuilt, format);
                return Some(Found { format, notation: Notation::Json, before });
            }
            continue;
        }
        let line = String::from_utf8_lossy(line);
        if is_libtest(&line) {
            return None;
        }
        if text::is_unbuilt(&line) {
            unbuilt.get_or_insert(before);
        } else if let Some(format) = text::format_of(&line) {
            let before = at(before, unbuilt, format);
            return Some(Found { format, notation: Notation::Text, before });
        }
    }
    None
}

/// Whether `input` is a report in JSON or text. At most [`LENGTH`] bytes of it are looked at.
///
/// # Errors
/// If it cannot be read.
pub fn is_report(input: impl Read) -> io::Result<bool> {
    let Decoded { input, beginning, .. } = encoding::decoded(input, &Limits::default())?;
    if matches!(beginning, ContentKind::Lines | ContentKind::Markup) {
        return Ok(beginning == ContentKind::Lines);
    }
    let mut head = Vec::new();
    input.take(LENGTH as u64).read_to_end(&mut head)?;
    Ok(find(&head).is_some())
}

/// The lines of `head` with the number of bytes before each. The last one may be cut.
fn lines(head: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut next = 0;
    head.split_inclusive(|&byte| byte == b'\n').map(move |line| {
        let before = next;
        next += line.len();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        (before, line.strip_suffix(b"\r").unwrap_or(line))
    })
}

/// Whether a line begins with the document element of a report in XML.
fn begins_xml(line: &[u8]) -> bool {
    let Some(rest) = line.trim_ascii_start().strip_prefix(b"<") else { return false };
    let name = rest.split(|byte| byte.is_ascii_whitespace() || b">/".contains(byte)).next();
    name.and_then(|name| std::str::from_utf8(name).ok()).is_some_and(sniff::is_root)
}

/// Whether a line is libtest's `running 2 tests`.
fn is_libtest(line: &str) -> bool {
    let count = line.strip_prefix("running ").and_then(|rest| rest.split_once(" test"));
    count.is_some_and(|(number, rest)| number.parse::<u64>().is_ok() && ["", "s"].contains(&rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(head: &str) -> Option<Format> {
        find(head.as_bytes()).map(|found| found.format)
    }

    #[test]
    fn reports_are_told_by_their_beginning() {
        for (head, expected) in [
            (r#"{"Time":"t","Action":"run","Package":"p","Test":"T"}"#, Format::GoTest),
            (r#"{ "type": "suite", "event": "started", "test_count": 1 }"#, Format::LibtestJson),
            (r#"{"results":{"tool":{"name":"jest"},"summary":{"tests""#, Format::Ctrf),
            (r#"{"reportFormat":"CTRF","specV"#, Format::Ctrf),
            (r#"{"numFailedTests":1,"numRuntimeErrorTestSuites":0"#, Format::Jest),
            (r#"{"numTotalTestSuites":1,"numTotalTests":2,"#, Format::Vitest),
            (r#"{"stats":{"suites":1,"tests":2,"passes":2},"#, Format::Mocha),
            ("[\"start\",{\"total\":2}]\n", Format::MochaStream),
            (r#"{"config":{"configFile":"c","rootDir":"/r""#, Format::Playwright),
            (r#"{"created":1.5,"duration":2,"exitcode":0,"root":"/r""#, Format::Pytest),
            (
                r#"{"protocolVersion":"0.1.1","runnerVersion":null,"pid":1,"type":"start","time":0}"#,
                Format::DartTest,
            ),
            (r#"{"collection":{"item":[{"id":"1","name":"a","request":{"#, Format::NewmanJson),
            (
                r#"{"version":"3.12.0","examples":[{"id":"1","full_description":"a"#,
                Format::RspecJson,
            ),
            (
                r#"{"startTime":"t","userAgents":["Chrome"],"fixtures":[{"name""#,
                Format::TestcafeJson,
            ),
            (
                r#"{"start":"t","capabilities":{},"suites":[{"name":"a","sessionId":"1""#,
                Format::WebdriverioJson,
            ),
            (r#"{"metrics":{"vus":{"value":1}},"root_group":{"name""#, Format::K6Summary),
            (r#"{"pytest_version": "8", "$report_type": "SessionStart"}"#, Format::Reportlog),
            (r#"[{"keyword":"Feature","uri":"a.feature","elements":[{"#, Format::Cucumber),
            (r#"{"meta":{"protocolVersion":"32.0.0"}}"#, Format::CucumberMessages),
            (r#"{"uuid":"1","historyId":"2","name":"n","status":"passed"}"#, Format::Allure),
            (
                r#"{"tests":1,"disabled":0,"testsuites":[{"name":"S","testsuite":["#,
                Format::GoogletestJson,
            ),
            (r#"{"generator":"Robot 7.0","rpa":false,"suite":{"name"#, Format::RobotJson),
            ("TAP version 13\n", Format::Tap),
            ("1..3\nok 1\n", Format::Tap),
            ("not ok 1 - adds\n", Format::Tap),
            ("t/cart.t .. \nok 1\n", Format::Tap),
            ("##teamcity[testSuiteStarted name='s']", Format::Teamcity),
            ("=== RUN   TestTotal\n", Format::GoTest),
            ("Test Suite 'All tests' started at 2026-07-01 12:00:00.000\n", Format::Xctest),
            ("npm notice\n> jest --json\n{\"numTotalTests\":1,\"openHandles\":[]", Format::Jest),
        ] {
            assert_eq!(format(head), Some(expected), "{head}");
        }
    }

    #[test]
    fn the_beginning_may_be_in_another_encoding() {
        let text = "\u{feff}{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(is_report(&utf16[..]).unwrap() && is_report(text.as_bytes()).unwrap());
        assert!(!is_report(&b"{\"name\":\"shop\"}"[..]).unwrap());
        assert!(!is_report(&b""[..]).unwrap());
    }

    #[test]
    fn other_files_are_none() {
        for head in [
            "",
            "{}",
            "[]",
            r#"{"name":"shop","version":"1.0.0","scripts":{"test":"jest"}}"#,
            r#"{"level":"info","time":1,"msg":"started"}"#,
            r#"{"collection":{"info":{"name":"shop"},"item":[{"name":"cart","request":{}}]}}"#,
            r#"{"type":"start","time":0}"#,
            "{\"level\":\"info\"}\n<testsuite><testcase name='a'/></testsuite>",
            "TAP version 13\n<testsuites>",
            "running 2 tests\ntest a ... ok\n",
            "ok, that works\nnot okay\n",
            "<html>",
        ] {
            assert_eq!(format(head), None, "{head}");
        }
    }
}
