//! The text that `cargo test` prints: libtest's words about tests, cargo's about binaries.
//!
//! ```text
//!      Running unittests src/lib.rs (target/debug/deps/shop-0123456789abcdef)
//!
//! running 2 tests
//! test cart::adds ... ok
//! test cart::removes ... FAILED
//!
//! failures:
//!
//! ---- cart::removes stdout ----
//! thread 'cart::removes' (7) panicked at src/lib.rs:12:5:
//! …
//! test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
//! ```
//!
//! A block begins with `running N tests` and ends with a `test result:` whose numbers are those of the tests that were
//! named; what a failed test wrote may hold such lines too, and is text until they agree. A block without an end is
//! damage: the process died. Each binary becomes a suite, called by the binary's own name: which package it
//! belongs to is not in the text (see [`crate::binaries`]).

mod blocks;
mod grammar;
mod output;
mod reader;
mod sniffer;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use super::limits::Limits;
use super::model::Report;
pub use grammar::binary_name;
use reader::Reader;
pub(crate) use sniffer::LibtestSniffer;

use crate::text;

/// The attribute of a suite that holds the path of its binary, as cargo printed it.
pub const BINARY: &str = "binary";
/// The attribute of a suite that holds what cargo printed in front of the binary, such as `unittests src/lib.rs`.
pub const TARGET: &str = "target";
/// The attribute of a suite that holds the crate whose documentation tests it is.
pub const DOC_TESTS: &str = "doc-tests";

/// A line longer than this is cut: nothing that means something here is.
const LONGEST_LINE: usize = 64 * 1024;

/// Where a piece of the text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output, or both in one: what libtest says, and cargo if it is both.
    Output,
    /// Standard error alone: what cargo says.
    Errors,
}

/// Takes the text in pieces, as it comes, and gives a report.
#[derive(Debug)]
pub struct Text {
    reader: Reader,
    output: Lines,
    errors: Lines,
}

impl Text {
    /// A text that messages call `path`, read up to `limits`.
    #[must_use]
    pub fn new(path: Arc<str>, limits: &Limits) -> Self {
        Self {
            reader: Reader::new(path, *limits),
            output: Lines::default(),
            errors: Lines::default(),
        }
    }

    /// Takes the next piece of one stream; it may end anywhere.
    pub fn feed(&mut self, piece: &[u8], stream: Stream) {
        let Self { reader, output, errors } = self;
        let lines = if stream == Stream::Errors { errors } else { output };
        lines.feed(piece, |line, number| reader.line(&plain(line), number, stream));
    }

    /// Whether this is such a text beyond doubt.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.reader.is_certain()
    }

    /// Notes that the text breaks off: what comes after is lost.
    pub(crate) fn break_off(&mut self, error: &io::Error) {
        self.reader.break_off(error);
    }

    /// The report. Without any block of tests it has neither cases nor damage.
    #[must_use]
    pub fn finish(mut self) -> Report {
        let Self { reader, output, errors } = &mut self;
        errors.end(|line, number| reader.line(&plain(line), number, Stream::Errors));
        output.end(|line, number| reader.line(&plain(line), number, Stream::Output));
        self.reader.finish()
    }
}

/// Cuts a stream of bytes into lines.
#[derive(Debug, Default)]
struct Lines {
    open: VecDeque<u8>,
    number: u64,
}

impl Lines {
    fn feed(&mut self, mut piece: &[u8], mut line: impl FnMut(&str, u64)) {
        while let Some(at) = memchr::memchr(b'\n', piece) {
            let (head, rest) = piece.split_at(at);
            self.number += 1;
            if self.open.is_empty() {
                line(&shown(head), self.number);
            } else {
                self.keep(head);
                line(&shown(self.open.make_contiguous()), self.number);
                self.open.clear();
            }
            piece = rest.get(1..).unwrap_or_default();
        }
        self.keep(piece);
    }

    /// The last line may lack its break.
    fn end(&mut self, mut line: impl FnMut(&str, u64)) {
        if !self.open.is_empty() {
            self.number += 1;
            line(&shown(self.open.make_contiguous()), self.number);
            self.open.clear();
        }
    }

    /// Keeps the beginning of a line and its end, where the verdict is.
    fn keep(&mut self, piece: &[u8]) {
        self.open.extend(piece);
        if self.open.len() > LONGEST_LINE {
            let spare = self.open.len() - LONGEST_LINE;
            self.open.drain(LONGEST_LINE / 2..LONGEST_LINE / 2 + spare);
        }
    }
}

/// A line without colours. What switches them off on most terminals begins with a choice of the character set.
fn plain(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    Cow::Owned(text::strip_ansi(&line.replace("\u{1b}(B", "")).into_owned())
}

/// A line without its end.
fn shown(line: &[u8]) -> Cow<'_, str> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    String::from_utf8_lossy(line)
}

#[cfg(test)]
mod tests;
