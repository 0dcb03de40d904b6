//! The window through which a report is read: one reused buffer, whatever the size of the file.
//!
//! quick-xml's own reader collects a whole text before it hands it on, which for console output of
//! hundreds of megabytes is what must not happen. Here text is looked at where it lies, piece by piece,
//! and what is not kept is never copied. The price is that lines and columns are counted here.

use std::io::{self, Read};

use super::model::Position;

/// What one read asks for; also the size of the window unless a tag needs more.
pub(crate) const WINDOW: usize = 64 * 1024;

/// Pieces shorter than this are counted byte by byte.
const SHORT: usize = 64;

/// A sliding view on a byte stream.
pub(crate) struct Window<'a> {
    input: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    /// First byte that is not consumed.
    start: usize,
    /// End of what was read.
    end: usize,
    /// Everything before this was counted into `position`.
    counted: usize,
    position: Position,
}

impl<'a> Window<'a> {
    /// A window on `input` that uses `buffer`, whatever that held before.
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

    /// What was read and is not consumed.
    pub(crate) fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// The place of the first byte of [`Window::rest`] in the buffer.
    pub(crate) fn offset(&self) -> usize {
        self.start
    }

    /// Bytes that were consumed since the last [`Window::fill`], by their place in the buffer.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &[u8] {
        self.buffer.get(start..end).unwrap_or_default()
    }

    /// Steps over `count` bytes.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start = self.end.min(self.start + count);
    }

    /// Reads on behind [`Window::rest`], which keeps its bytes. False at the end of the input.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
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
    pub(crate) fn position_of(&mut self, offset: usize) -> Position {
        self.count_to(offset);
        self.position
    }

    /// Lines are counted only up to the places that are asked for, and when the window moves on.
    fn count_to(&mut self, offset: usize) {
        let offset = offset.min(self.end);
        if offset <= self.counted {
            return;
        }
        let mut piece = self.buffer.get(self.counted..offset).unwrap_or_default();
        self.counted = offset;
        if piece.len() < SHORT {
            // Between two tags stand a line break and a few spaces.
            let (mut lines, mut columns) = (0, 0);
            for &byte in piece {
                columns += u32::from(byte & 0xC0 != 0x80);
                if byte == b'\n' {
                    lines += 1;
                    columns = 0;
                }
            }
            if lines > 0 {
                self.position.line = self.position.line.saturating_add(lines);
                self.position.column = 1;
            }
            self.position.column = self.position.column.saturating_add(columns);
            return;
        }
        let newlines = memchr::memchr_iter(b'\n', piece).count();
        if let Some(last) = memchr::memrchr(b'\n', piece) {
            piece = piece.get(last + 1..).unwrap_or_default();
        }
        // Continuation bytes of UTF-8 are no characters of their own.
        let columns = piece.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        let columns = narrow(columns);
        if newlines > 0 {
            self.position.line = self.position.line.saturating_add(narrow(newlines));
            self.position.column = 1;
        }
        self.position.column = self.position.column.saturating_add(columns);
    }

    /// Counts up to `offset`, where all that was not counted is one line and each byte one character.
    pub(crate) fn count_line_to(&mut self, offset: usize) {
        let offset = offset.min(self.end);
        let columns = narrow(offset.saturating_sub(self.counted));
        self.position.column = self.position.column.saturating_add(columns);
        self.counted = self.counted.max(offset);
    }

    /// Gives the buffer back, for the next file.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
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
    fn what_is_not_consumed_survives_filling() {
        let text = vec![b'x'; 3 * WINDOW];
        let mut window = Window::new(Box::new(&text[..]), Vec::new());
        while window.fill().unwrap() {}
        assert_eq!(window.rest().len(), text.len());
        window.consume(text.len() + 7);
        assert!(window.rest().is_empty());
    }
}
