//! JSON values on lines of their own, which other lines may surround.

use std::io::{self, BufRead, BufReader, Read};

use serde::de::DeserializeOwned;

use super::input::JsonInput;
use crate::formats::builder::ReportBuilder;
use crate::formats::limits::Limits;
use crate::formats::model::{Flaw, Position};

/// Bytes of a line up to which it is read as it is. The strings in longer ones are cut.
const LONGEST_WHOLE: u64 = 1 << 20;

/// Bytes of the longest line, after strings were cut.
const LONGEST: u64 = 64 << 20;

/// A line.
pub(super) struct Line<'a> {
    pub(super) bytes: &'a [u8],
    /// Its number, from 1.
    pub(super) number: u64,
}

impl Line<'_> {
    /// Where it begins.
    pub(super) fn position(&self) -> Position {
        Position::at(self.number, 1)
    }

    /// Its text, whatever its bytes are.
    pub(super) fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes.trim_ascii_end())
    }

    /// Whether it is meant to be a value. Other lines are output.
    pub(super) fn is_json(&self) -> bool {
        begins_as_json(self.bytes.trim_ascii())
    }

    /// The value on it. None if it is output, or damaged, which the report then is as well.
    pub(super) fn read<T: DeserializeOwned>(&self, builder: &mut ReportBuilder) -> Option<T> {
        if !self.is_json() {
            return None;
        }
        let json = self.bytes.trim_ascii();
        let value = serde_json::from_slice(json).or_else(|_| self.recover(json, builder.limits()));
        value.map_err(|flaw| builder.damage(flaw)).ok()
    }

    /// The value of `json`, which is not strict JSON, or what is wrong with it.
    fn recover<T: DeserializeOwned>(&self, json: &[u8], limits: &Limits) -> Result<T, Flaw> {
        let mut sound = Vec::with_capacity(json.len());
        JsonInput::new(json, limits)
            .read_to_end(&mut sound)
            .map_err(|error| Flaw::unread(self.position(), &error))?;
        serde_json::from_slice(&sound).map_err(|error| {
            let column = error.column().max(1) as u64;
            let position = Position::at(self.number, column);
            Flaw::new(position, super::problem(&error, "line"))
        })
    }
}

/// Whether a line is meant to be an object or an array.
fn begins_as_json(line: &[u8]) -> bool {
    match line.split_first() {
        Some((b'{', rest)) => matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}') | None),
        Some((b'[', rest)) => rest.trim_ascii_start().starts_with(b"\""),
        _ => false,
    }
}

/// Reads lines.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    number: u64,
    limits: Limits,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R, limits: &Limits) -> Self {
        let input = BufReader::with_capacity(64 * 1024, input);
        Self { input, line: Vec::new(), number: 0, limits: *limits }
    }

    /// The next line that is not blank, or the damage that ends the file.
    pub(super) fn next(&mut self) -> Option<Result<Line<'_>, Flaw>> {
        loop {
            self.line.clear();
            self.number += 1;
            let position = Position::at(self.number, 1);
            let read = (&mut self.input).take(LONGEST_WHOLE).read_until(b'\n', &mut self.line);
            match read {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(Flaw::unread(position, &error))),
            }
            let is_whole = self.line.last() == Some(&b'\n');
            if !is_whole && self.line.len() as u64 >= LONGEST_WHOLE {
                if let Err(error) = self.shorten() {
                    return Some(Err(Flaw::unread(position, &error)));
                }
                if self.line.len() as u64 >= LONGEST {
                    return Some(Err(Flaw::new(position, "a line of more than 64 MiB")));
                }
            }
            if !self.line.trim_ascii().is_empty() {
                let bytes = self.line.as_slice();
                return Some(Ok(Line { bytes, number: self.number }));
            }
        }
    }

    /// Reads the rest of the line and cuts its strings.
    fn shorten(&mut self) -> io::Result<()> {
        let start = std::mem::take(&mut self.line);
        let mut rest = UntilLineBreak { input: &mut self.input, found: false };
        let whole = start.as_slice().chain(&mut rest);
        JsonInput::new(whole, &self.limits).take(LONGEST).read_to_end(&mut self.line)?;
        Ok(())
    }
}

/// The bytes up to the next line break.
struct UntilLineBreak<'a, R> {
    input: &'a mut R,
    found: bool,
}

impl<R: BufRead> Read for UntilLineBreak<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.found {
            return Ok(0);
        }
        let ready = self.input.fill_buf()?;
        let end = memchr::memchr(b'\n', ready);
        let ready = ready.get(..end.unwrap_or(ready.len())).unwrap_or_default();
        let count = ready.len().min(buffer.len());
        let (head, whole) = (ready.get(..count).unwrap_or_default(), count == ready.len());
        if let Some(place) = buffer.get_mut(..count) {
            place.copy_from_slice(head);
        }
        self.found = whole && end.is_some();
        self.input.consume(count + usize::from(self.found));
        if count == 0 && !self.found && end.is_none() {
            return Ok(0);
        }
        Ok(count)
    }
}
