//! The output of failed tests.

use super::grammar::{panicked, parse_result};
use crate::formats::model::Detail;

/// The longest output that is kept, in bytes.
const KEPT: usize = 64 * 1024;

/// The last line of a panic.
const ADVICE: &str = "note: run with `RUST_BACKTRACE=1`";

/// Output, up to [`KEPT`] bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Output(String);

impl Output {
    pub(super) fn push(&mut self, line: &str) {
        if self.0.len() + line.len() < KEPT {
            self.0.push_str(line);
            self.0.push('\n');
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The output from the panic of the test's own thread on, else from the first panic, else all of it.
    pub(super) fn into_detail(self, test: &str) -> Detail {
        let mut at = 0;
        let (mut first, mut own) = (None, None);
        for line in self.0.split_inclusive('\n') {
            if let Some(thread) = panicked(line.trim_start()) {
                first = first.or(Some(at));
                own = own.or((thread == test).then_some(at));
            }
            at += line.len();
        }
        let text = self.0.get(own.or(first).unwrap_or_default()..).unwrap_or_default().trim();
        let text = match text.rsplit_once('\n') {
            Some((text, last)) if last.trim_start().starts_with(ADVICE) => text.trim_end(),
            _ => text,
        };
        Detail {
            text: Some(text).filter(|text| !text.is_empty()).map(Into::into),
            ..Detail::default()
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Panics between the tests, which are printed with `--nocapture`.
#[derive(Debug, Default)]
pub(super) struct Panics {
    found: Vec<(String, Output)>,
    /// Whether the next line belongs to the last one.
    open: bool,
}

/// The largest number of panics that are kept of one binary.
const MOST_PANICS: usize = 1000;
/// The largest number of lines that are kept of one panic.
const PANIC_LINES: usize = 40;

impl Panics {
    /// Takes a line that is not one of libtest. `running` is the test that has started and not ended.
    pub(super) fn line(&mut self, line: &str, running: Option<&str>) {
        if let Some(thread) = panicked(line) {
            self.open = self.found.len() < MOST_PANICS;
            if self.open {
                // With one thread, tests run in the main thread.
                let test = if thread == "main" { running.unwrap_or(thread) } else { thread };
                self.found.push((test.to_owned(), Output::default()));
            }
        }
        if !self.open || parse_result(line).is_some() {
            return self.end();
        }
        if let Some((_, output)) = self.found.last_mut() {
            output.push(line);
            self.open = !line.starts_with(ADVICE) && output.0.lines().count() < PANIC_LINES;
        }
    }

    /// Ends the last panic, because a line of libtest follows.
    pub(super) fn end(&mut self) {
        self.open = false;
    }

    /// The panic of `test`.
    pub(super) fn of(&self, test: &str) -> Option<Output> {
        self.found.iter().find(|(name, _)| name == test).map(|(_, output)| output.clone())
    }

    pub(super) fn clear(&mut self) {
        self.found.clear();
        self.open = false;
    }
}
