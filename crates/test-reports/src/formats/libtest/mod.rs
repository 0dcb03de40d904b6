//! The output of `cargo test`: libtest's lines about tests, cargo's lines about binaries.
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
//! A block starts with `running N tests` and ends with a `test result:` whose numbers equal those of the tests above it.
//! The output of a failed test may contain such lines too, with other numbers. A block without an end is damage: the
//! process crashed. A failed build becomes an error of a suite. Each binary becomes a suite with the name of the binary; the output does not name its package.

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

use crate::text::strip_colours;

/// The attribute of a suite with the path of its binary, as cargo printed it.
pub const BINARY: &str = "binary";
/// The attribute of a suite with what cargo printed in front of the binary, such as `unittests src/lib.rs`.
pub const TARGET: &str = "target";
/// The attribute of a suite of documentation tests with the name of their crate.
pub const DOC_TESTS: &str = "doc-tests";

/// The longest line, in bytes. Longer ones are shortened in the middle.
const LONGEST_LINE: usize = 64 * 1024;

/// The stream that a piece of output comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output, which contains libtest's lines, or both streams in one.
    Output,
    /// Standard error alone, which contains cargo's lines.
    Errors,
}

/// Reads output piece by piece.
#[derive(Debug)]
pub struct OutputReader {
    reader: Reader,
    output: Lines,
    errors: Lines,
}

impl OutputReader {
    /// Reads output up to `limits`. Messages name it `path`.
    #[must_use]
    pub fn new(path: Arc<str>, limits: &Limits) -> Self {
        Self {
            reader: Reader::new(path, *limits),
            output: Lines::default(),
            errors: Lines::default(),
        }
    }

    /// Reads the next piece of one stream, which may end anywhere.
    pub fn feed(&mut self, piece: &[u8], stream: Stream) {
        let Self { reader, output, errors } = self;
        let lines = if stream == Stream::Errors { errors } else { output };
        lines.feed(piece, |line, number| reader.line(&strip_colours(line), number, stream));
    }

    /// Whether what was read is certainly the output of libtest.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.reader.is_certain()
    }

    /// Whether the output contains a failed build.
    #[must_use]
    pub fn has_failed_build(&self) -> bool {
        self.reader.has_failed_build()
    }

    /// Notes that the rest of the output is lost.
    pub(crate) fn break_off(&mut self, error: &io::Error) {
        self.reader.break_off(error);
    }

    /// The report. Without a block of tests and a failed build it is empty.
    #[must_use]
    pub fn finish(mut self) -> Report {
        let Self { reader, output, errors } = &mut self;
        errors.end(|line, number| reader.line(&strip_colours(line), number, Stream::Errors));
        output.end(|line, number| reader.line(&strip_colours(line), number, Stream::Output));
        self.reader.finish()
    }
}

/// Splits a stream of bytes into lines.
#[derive(Debug, Default)]
pub(in crate::formats) struct Lines {
    open: VecDeque<u8>,
    number: u64,
}

impl Lines {
    pub(in crate::formats) fn feed(&mut self, mut piece: &[u8], mut line: impl FnMut(&str, u64)) {
        while let Some(at) = memchr::memchr(b'\n', piece) {
            let (head, rest) = piece.split_at(at);
            self.number += 1;
            if self.open.is_empty() {
                line(&decode(head), self.number);
            } else {
                self.keep(head);
                line(&decode(self.open.make_contiguous()), self.number);
                self.open.clear();
            }
            piece = rest.get(1..).unwrap_or_default();
        }
        self.keep(piece);
    }

    /// Passes on the last line, which may have no line break.
    pub(in crate::formats) fn end(&mut self, mut line: impl FnMut(&str, u64)) {
        if !self.open.is_empty() {
            self.number += 1;
            line(&decode(self.open.make_contiguous()), self.number);
            self.open.clear();
        }
    }

    /// Keeps the start of a line, and its end, which contains the result.
    fn keep(&mut self, piece: &[u8]) {
        self.open.extend(piece);
        if self.open.len() > LONGEST_LINE {
            let spare = self.open.len() - LONGEST_LINE;
            self.open.drain(LONGEST_LINE / 2..LONGEST_LINE / 2 + spare);
        }
    }
}

/// A line without its line break.
fn decode(line: &[u8]) -> Cow<'_, str> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    String::from_utf8_lossy(line)
}

#[cfg(test)]
mod tests;
