//! What people look for first, in all formats alike: why a test failed, which tests are flaky, which are slow.

use super::{Summary, source_line};
use test_reports::formats::model::Outcome;
use test_reports::record::TestRecord;
use test_reports::text;

/// Tests in the list of the slowest. Fewer tests have no such list.
const SLOWEST: usize = 10;

/// Why something failed, in the report's own words, without escape sequences. Not yet escaped for any output.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reason {
    /// The first line that says something, shortened; empty if nothing is known.
    pub(super) line: String,
    /// The lines after it: the rest of the message, then the trace. The trace does not repeat the message. Empty if there is no
    /// more.
    pub(super) rest: Vec<String>,
}

/// The reason that `test` has the outcome it has, with a first line of at most `chars` characters.
pub(super) fn reason(test: &TestRecord, chars: usize) -> Reason {
    let details = &test.details;
    reason_of(details.message.as_deref(), details.trace.as_deref(), chars)
}

/// The first line of [`reason_of`], without the work for the others.
pub(super) fn line_of(message: Option<&str>, trace: Option<&str>, chars: usize) -> String {
    let first = |text: &str| {
        let plain = text::strip_ansi(text);
        let line = plain.lines().map(str::trim).find(|line| !line.is_empty())?;
        Some(text::cut(line, chars).into_owned())
    };
    message.and_then(first).or_else(|| trace.and_then(first)).unwrap_or_default()
}

/// The reason that a `message` and a `trace` give, with a first line of at most `chars` characters.
pub(super) fn reason_of(message: Option<&str>, trace: Option<&str>, chars: usize) -> Reason {
    let mut message = lines(message.unwrap_or_default());
    let mut trace = lines(trace.unwrap_or_default());
    if message.is_empty() {
        message = std::mem::take(&mut trace);
    }
    let Some(first) = message.first().map(|line| line.trim().to_owned()) else {
        return Reason::default();
    };
    let line = text::cut(&first, chars).into_owned();
    let was_cut = line != first;
    // Most traces begin with the message, some with the name of the exception before it.
    let same = |written: &str, line: &str| written.trim() == line.trim();
    let begins = trace.first().is_some_and(|written| {
        same(written, &first)
            || written.trim().strip_suffix(&*first).is_some_and(|kind| {
                kind.strip_suffix(": ").is_some_and(|kind| !kind.contains(char::is_whitespace))
            })
    });
    if begins {
        trace.remove(0);
    }
    let mut rest: Vec<String> = if was_cut { message } else { message.split_off(1) };
    let others = &rest[usize::from(was_cut)..];
    let is_repeated = trace
        .windows(others.len().max(1))
        .any(|window| window.iter().zip(others).all(|(written, line)| same(written, line)));
    if is_repeated {
        rest.truncate(usize::from(was_cut));
    }
    rest.append(&mut trace);
    while rest.first().is_some_and(|line| line.trim().is_empty()) {
        rest.remove(0);
    }
    Reason { line, rest }
}

/// The lines of `text` without escape sequences, and without blank lines around them.
fn lines(text: &str) -> Vec<String> {
    let plain = text::strip_ansi(text);
    let mut lines: Vec<String> = plain
        .lines()
        .skip_while(|line| line.trim().is_empty())
        .map(|line| line.trim_end().to_owned())
        .collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

/// The flaky tests, in the order of the records.
pub(super) fn flaky(summary: &Summary) -> Vec<&TestRecord> {
    summary.records.tests.iter().filter(|test| test.flaky).collect()
}

/// Which attempt of a flaky test passed: `passed on attempt 2 of 3`. None if the report has no attempts.
pub(super) fn passed_on(test: &TestRecord) -> Option<String> {
    let attempts = &test.details.attempts;
    let passed = attempts.iter().rposition(|attempt| attempt.outcome == Outcome::Passed)?;
    Some(format!("passed on attempt {} of {}", passed + 1, attempts.len()))
}

/// Why a flaky test failed before it passed, in one line of at most `chars` characters; not yet escaped.
pub(super) fn failed_before(test: &TestRecord, chars: usize) -> Option<String> {
    let failed = |outcome| matches!(outcome, Outcome::Failed | Outcome::Errored);
    let mut failed = test.details.attempts.iter().filter(|attempt| failed(attempt.outcome));
    let message = failed.find_map(|attempt| attempt.message.as_deref());
    Some(line_of(message, None, chars)).filter(|line| !line.is_empty())
}

/// The names of configurations that are shown, and the most characters of each.
const CONFIGURATIONS: usize = 5;
const CONFIGURATION_CHARS: usize = 80;

/// Where a test failed that passed elsewhere: `only in phone; passed in desktop`; not yet escaped.
pub(super) fn only_in(test: &TestRecord) -> Option<String> {
    let divided = test.details.divided.as_ref()?;
    let list = |names: &[String]| {
        let shown =
            names.iter().take(CONFIGURATIONS).map(|name| text::cut(name, CONFIGURATION_CHARS));
        let shown = shown.collect::<Vec<_>>().join(", ");
        match names.len().saturating_sub(CONFIGURATIONS) {
            0 => shown,
            more => format!("{shown} and {more} more"),
        }
    };
    Some(format!("only in {}; passed in {}", list(&divided.failed), list(&divided.passed)))
}

/// The slowest tests with their seconds, slowest first. None if there are so few that they need no list.
pub(super) fn slowest(summary: &Summary) -> Vec<(f64, &TestRecord)> {
    let mut timed: Vec<(f64, &TestRecord)> =
        summary.records.tests.iter().filter_map(|test| Some((test.seconds()?, test))).collect();
    if timed.len() <= SLOWEST {
        return Vec::new();
    }
    timed.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    timed.truncate(SLOWEST);
    timed
}

/// Where the test is written, as `file:line`; not yet escaped.
pub(super) fn place(test: &TestRecord) -> Option<String> {
    source_line(test.class.file.as_deref(), test.line)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use test_reports::record::{Details, Divided};

    fn shown(message: Option<&str>, trace: Option<&str>) -> (String, String) {
        let Reason { line, rest } = reason_of(message, trace, 30);
        assert_eq!(line_of(message, trace, 30), line);
        (line, rest.join("|"))
    }

    #[test]
    fn configurations_are_named_and_many_are_counted() {
        let names = |count: usize| (0..count).map(|number| format!("node {number}")).collect();
        let of = |failed, passed| {
            let mut test = super::super::samples::everything().records.tests[0].clone();
            let divided = Some(Divided { failed: names(failed), passed: names(passed) });
            test.details = Arc::new(Details { divided, ..Details::default() });
            only_in(&test).unwrap()
        };
        assert_eq!(of(1, 2), "only in node 0; passed in node 0, node 1");
        assert!(
            of(7, 1)
                .starts_with("only in node 0, node 1, node 2, node 3, node 4 and 2 more; passed")
        );
    }

    #[test]
    fn a_reason_is_said_once() {
        for (message, trace, line, rest) in [
            (None, None, "", ""),
            (Some(" \n"), Some(""), "", ""),
            (Some("no"), None, "no", ""),
            (Some("no"), Some("no"), "no", ""),
            (Some("no"), Some("Error: no\n  at a.js:1"), "no", "  at a.js:1"),
            (Some("no"), Some("\u{1b}[31mno\u{1b}[0m\r\n\r\n  at a.js:1\r\n"), "no", "  at a.js:1"),
            (Some("\n  no \n\nwant 1\n got 2\n"), Some("at a"), "no", "|want 1| got 2|at a"),
            (
                Some("no\nwant 1\ngot 2"),
                Some("E: no\n want 1\n got 2\nat a"),
                "no",
                " want 1| got 2|at a",
            ),
            // Only the same words are a repetition.
            (Some("no"), Some("there is no\nat a"), "no", "there is no|at a"),
            (None, Some("panicked\nat a.rs:3"), "panicked", "at a.rs:3"),
            // What the line does not show is in the rest.
            (
                Some("a reason that is longer than thirty characters"),
                Some("at a"),
                "a reason that is longer than…",
                "a reason that is longer than thirty characters|at a",
            ),
        ] {
            let expected = (line.to_owned(), rest.trim_start_matches('|').to_owned());
            assert_eq!(shown(message, trace), expected, "{message:?} {trace:?}");
        }
    }
}
