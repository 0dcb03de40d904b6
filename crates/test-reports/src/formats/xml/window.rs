//! The window through which a report is read: one reused buffer, however large the file is.
//!
//! Text is looked at where it lies, piece by piece; what is not kept is never copied. Lines and columns are counted
//! on the way.

use std::io::{self, Read};

use crate::formats::model::Position;

/// Bytes of the window, unless a tag needs more.
pub(crate) const WINDOW: usize = 64 * 1024;

/// Shorter pieces are counted byte by byte.
const SHORT: usize = 64;

/// A sliding view of a byte stream.
pub(crate) struct Window<'a> {
    input: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    /// The first byte that is not consumed.
    start: usize,
    /// The end of what was read.
    end: usize,
    /// Everything before this was counted into `position`.
    counted: usize,
    position: Position,
}

impl<'a> Window<'a> {
    /// A window on `input` that reuses `buffer`.
    pub(crate) fn new(input: Box<dyn Read + 'a>, mut buffer: Vec<u8>) -> Self {
        if buffer.len() < WINDOW {
            buffer.resize(WINDOW, 0);
        }
        Self {
            input,
            buffer,
            start: 0,
            end: 0,
            counted: 0,
            position: Position { line: 1, column: 1 },
        }
    }

    /// The bytes that were read and not consumed.
    pub(super) fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Where [`Window::rest`] begins in the buffer.
    pub(super) fn offset(&self) -> usize {
        self.start
    }

    /// Bytes of the buffer, valid until the next [`Window::fill`].
    pub(super) fn slice(&self, start: usize, end: usize) -> &[u8] {
        self.buffer.get(start..end).unwrap_or_default()
    }

    /// Steps over `count` bytes.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = self.end.min(self.start + count);
    }

    /// Reads more bytes behind [`Window::rest`], which keeps its own. False at the end of the input.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.count_to(self.start);
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.counted -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.input.read(free) {
                Ok(count) => {
                    self.end += count.min(free.len());
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The line and column of the byte at `offset` of the buffer.
    pub(super) fn position_of(&mut self, offset: usize) -> Position {
        self.count_to(offset);
        self.position
    }

    /// Lines are counted only up to the places that are asked for, and when the window moves on.
    fn count_to(&mut self, offset: usize) {
        let offset = offset.min(self.end);
        if offset <= self.counted {
            return;
        }
        let piece = self.buffer.get(self.counted..offset).unwrap_or_default();
        self.counted = offset;
        // Continuation bytes of UTF-8 are not characters of their own.
        let begins_character = |byte: u8| byte & 0xC0 != 0x80;
        let (mut lines, mut columns) = (0, 0);
        if piece.len() < SHORT {
            // Between two tags there are a line break and a few spaces.
            for &byte in piece {
                columns += u32::from(begins_character(byte));
                if byte == b'\n' {
                    lines += 1;
                    columns = 0;
                }
            }
        } else {
            lines = narrow(memchr::memchr_iter(b'\n', piece).count());
            let last = memchr::memrchr(b'\n', piece).map_or(0, |at| at + 1);
            let line = piece.get(last..).unwrap_or_default();
            columns = narrow(line.iter().filter(|&&byte| begins_character(byte)).count());
        }
        if lines > 0 {
            self.position.line = self.position.line.saturating_add(lines);
            self.position.column = 1;
        }
        self.position.column = self.position.column.saturating_add(columns);
    }

    /// Counts up to `offset`, if everything not yet counted is one line and each byte one character.
    pub(super) fn count_line_to(&mut self, offset: usize) {
        let offset = offset.min(self.end);
        let columns = narrow(offset.saturating_sub(self.counted));
        self.position.column = self.position.column.saturating_add(columns);
        self.counted = self.counted.max(offset);
    }

    /// Gives the buffer back, for the next file.
    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time, as pipes do.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(3).min(buffer.len());
            let (now, later) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    #[test]
    fn lines_and_columns_count_characters_wherever_the_window_moves() {
        let text = "añ漢\nb\n\ncéd";
        let mut window = Window::new(Box::new(Drip(text.as_bytes())), Vec::new());
        let mut seen = Vec::new();
        loop {
            if window.rest().is_empty() && !window.fill().unwrap() {
                break;
            }
            let byte = window.rest()[0];
            let offset = window.offset();
            if byte.is_ascii_lowercase() {
                let Position { line, column } = window.position_of(offset);
                seen.push((char::from(byte), line, column));
            }
            window.consume(1);
        }
        assert_eq!(seen, [('a', 1, 1), ('b', 2, 1), ('c', 4, 1), ('d', 4, 3)]);
    }

    #[test]
    fn bytes_that_are_not_consumed_survive_filling() {
        let text = vec![b'x'; 3 * WINDOW];
        let mut window = Window::new(Box::new(&text[..]), Vec::new());
        while window.fill().unwrap() {}
        assert_eq!(window.rest().len(), text.len());
        window.consume(text.len() + 7);
        assert!(window.rest().is_empty());
    }
}
