//! What serde reads next, and its place in the file. Shared between the input and the readers of dialects.
//!
//! serde reads a stream byte by byte. Elements of arrays are most of a report, so they are taken out of what is ready and
//! read from slices, which takes a fraction of the time. An element that is not ready as a whole, or not sound, is left to
//! serde: only one way of reading knows about errors and their places.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use serde::de::{DeserializeOwned, IgnoredAny};

use crate::formats::model::Position;

/// A handle on what is ready. The default one is of no input: its position says nothing, and no element is ready.
#[derive(Clone, Debug, Default)]
pub(super) struct Place(Option<Rc<RefCell<Ready>>>);

impl Place {
    pub(super) fn of(ready: &Rc<RefCell<Ready>>) -> Self {
        Self(Some(Rc::clone(ready)))
    }

    /// The position of the byte that serde looks at, or read last.
    pub(super) fn position(&self) -> Position {
        self.0.as_ref().map_or(BEFORE, |ready| ready.borrow().position)
    }

    /// The byte that serde looks at, or read last.
    pub(super) fn byte(&self) -> u8 {
        self.0.as_ref().map_or(0, |ready| ready.borrow().byte)
    }

    /// The object or array that begins with the byte that serde looks at. serde still has to read its end. None, and serde
    /// has to read all of it, if it is anything else, not ready as a whole, or not sound.
    pub(super) fn take<T: DeserializeOwned>(&self) -> Option<T> {
        let mut ready = self.0.as_ref()?.try_borrow_mut().ok()?;
        let begun = ready.at.checked_sub(1)?;
        let rest = ready.bytes.get(begun..)?;
        let element = rest.get(..length(rest)?)?;
        let value = serde_json::from_slice(element).ok()?;
        // One byte has been read, and one is left.
        let between = element.len().checked_sub(2)?;
        ready.skip(between);
        Some(value)
    }

    /// Passes over the object or array that comes next, in front of which serde looks at a colon. False, and serde has to do
    /// it, if it is anything else, not ready as a whole, or not sound.
    pub(super) fn skip(&self) -> bool {
        let Some(mut ready) = self.0.as_ref().and_then(|ready| ready.try_borrow_mut().ok()) else {
            return false;
        };
        let rest = ready.bytes.get(ready.at..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| b" \n\r\t".contains(byte)).count();
        let value = rest.get(blank..).unwrap_or_default();
        let Some(length) = length(value).filter(|_| ready.byte == b':') else { return false };
        let is_sound =
            value.get(..length).is_some_and(|it| serde_json::from_slice::<IgnoredAny>(it).is_ok());
        if is_sound {
            ready.skip(blank + length);
        }
        is_sound
    }
}

/// Before the first byte of a file.
const BEFORE: Position = Position { line: 1, column: 0 };

/// Strict JSON that waits to be read.
#[derive(Debug)]
pub(super) struct Ready {
    bytes: Vec<u8>,
    /// How many of `bytes` were read.
    at: usize,
    /// Of the byte that was read last.
    position: Position,
    byte: u8,
    /// Bytes that were read so far, those before `bytes` included.
    consumed: u64,
    /// Characters that the file has and nothing reads: the number of bytes before them, and their number.
    left_out: VecDeque<(u64, u64)>,
}

impl Default for Ready {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            at: 0,
            position: BEFORE,
            byte: 0,
            consumed: 0,
            left_out: VecDeque::new(),
        }
    }
}

impl Ready {
    pub(super) fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Exchanges `bytes`, all of which were read, for new ones.
    pub(super) fn refill(&mut self, bytes: &mut Vec<u8>, left_out: &mut VecDeque<(u64, u64)>) {
        std::mem::swap(&mut self.bytes, bytes);
        self.left_out.append(left_out);
        self.at = 0;
    }

    /// The position of a character behind `bytes`, which follow what is ready.
    pub(super) fn position_behind(
        &self,
        bytes: &[u8],
        left_out: &VecDeque<(u64, u64)>,
    ) -> Position {
        let mut bytes = [self.bytes.get(self.at..).unwrap_or_default(), bytes].concat();
        bytes.push(b' ');
        let left_out = self.left_out.iter().chain(left_out).copied().collect();
        let mut ahead = Self { bytes, at: 0, left_out, ..*self };
        ahead.skip(ahead.bytes.len() - 1);
        // What was left out is in front of the character, and counts when it is read.
        ahead.skip(1);
        ahead.position
    }

    /// Reads into `buffer`. Returns the number of bytes.
    #[inline]
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        // serde reads byte by byte.
        if let ([to], Some(&byte)) = (&mut *buffer, rest.first()) {
            *to = byte;
            self.step(byte);
            return 1;
        }
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.skip(count);
        count
    }

    /// Moves behind the next byte, which is `byte`.
    #[inline]
    fn step(&mut self, byte: u8) {
        let Position { line, column } = &mut self.position;
        if self.byte == b'\n' {
            (*line, *column) = (line.saturating_add(1), 1);
        } else if is_start(byte) {
            *column = column.saturating_add(1);
        }
        self.byte = byte;
        self.at += 1;
        self.consumed += 1;
        while let Some(&(before, characters)) = self.left_out.front()
            && before < self.consumed
        {
            self.leave_out(characters);
        }
    }

    /// Counts characters that were left out here.
    fn leave_out(&mut self, characters: u64) {
        let characters = u32::try_from(characters).unwrap_or(u32::MAX);
        self.position.column = self.position.column.saturating_add(characters);
        self.left_out.pop_front();
    }

    /// Moves behind the next `count` bytes.
    #[inline]
    fn skip(&mut self, mut count: usize) {
        while let Some(&(before, characters)) = self.left_out.front() {
            // What was left out counts behind the byte that follows it.
            let behind = (before + 1).saturating_sub(self.consumed);
            let behind = usize::try_from(behind).unwrap_or(usize::MAX);
            if behind > count {
                break;
            }
            self.advance(behind);
            count -= behind;
            self.leave_out(characters);
        }
        self.advance(count);
    }

    /// Moves behind the next `count` bytes, in front of the last of which nothing was left out.
    #[inline]
    fn advance(&mut self, count: usize) {
        let bytes = self.bytes.get(self.at..self.at + count).unwrap_or_default();
        let [before @ .., last] = bytes else { return };
        let Position { line, column } = self.position;
        // A line begins behind its break.
        let breaks = memchr::memchr_iter(b'\n', before).count() + usize::from(self.byte == b'\n');
        let column = match memchr::memrchr(b'\n', before) {
            _ if breaks == 0 => column.saturating_add(characters(bytes)),
            Some(at) => 1 + characters(bytes.get(at + 2..).unwrap_or_default()),
            None => 1 + characters(bytes.get(1..).unwrap_or_default()),
        };
        let breaks = u32::try_from(breaks).unwrap_or(u32::MAX);
        self.position = Position { line: line.saturating_add(breaks), column };
        self.byte = *last;
        self.at += count;
        self.consumed += count as u64;
    }
}

/// Whether a character begins with `byte`.
fn is_start(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

/// How many characters begin in `bytes`.
#[inline]
fn characters(bytes: &[u8]) -> u32 {
    let count = bytes.iter().filter(|&&byte| is_start(byte)).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The length of the object or array that `bytes` begin with. None if its end is not among them.
fn length(bytes: &[u8]) -> Option<usize> {
    if !matches!(bytes.first(), Some(b'{' | b'[')) {
        return None;
    }
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let byte = bytes.get(at)?;
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            b'"' => loop {
                let found = at + memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
                if bytes.get(found) == Some(&b'"') {
                    at = found + 1;
                    break;
                }
                at = found + 2;
            },
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(text: &str, left_out: &[(u64, u64)]) -> Ready {
        let mut ready = Ready::default();
        ready.refill(&mut text.as_bytes().to_vec(), &mut left_out.iter().copied().collect());
        ready
    }

    #[test]
    fn bytes_count_the_same_one_by_one_and_together() {
        let text = "\n{\"é漢\": \"a\n\n\", \n\n\"b\": 1}\n ";
        let left_out = [(0, 3), (4, 2), (4, 1), (15, 7), (16, 1), (23, 100)];
        for from in 0..text.len() {
            for to in from..=text.len() {
                let (mut one, mut two) = (ready(text, &left_out), ready(text, &left_out));
                (0..to).for_each(|_| assert_eq!(one.read(&mut [0]), 1));
                two.skip(from);
                two.skip(to - from);
                assert_eq!(format!("{one:?}"), format!("{two:?}"), "{from} to {to}");
            }
        }
    }

    #[test]
    fn whole_elements_are_taken_and_others_are_left() {
        let take = |text: &str, at| {
            let mut ready = ready(text, &[]);
            ready.skip(at);
            let ready = Rc::new(RefCell::new(ready));
            let taken = Place::of(&ready).take::<serde_json::Value>();
            let rest = ready.borrow().bytes[ready.borrow().at..].to_vec();
            (taken.map(|value| value.to_string()), String::from_utf8(rest).unwrap())
        };
        let taken = |value: &str, rest: &str| (Some(value.to_owned()), rest.to_owned());
        assert_eq!(take(r#"[{"a":"}\\"},1]"#, 2), taken(r#"{"a":"}\\"}"#, "},1]"));
        assert_eq!(take(r#"{"k":[[],{}] }"#, 6), taken("[[],{}]", "] }"));
        assert_eq!(take("[{}]", 2), taken("{}", "}]"));
        for (text, at) in
            [(r#"[{"a":1"#, 2), (r#"[{"a":"#, 2), (r#"[{"a":1]]"#, 2), ("[1]", 2), (r#"["a"]"#, 2)]
        {
            assert_eq!(take(text, at), (None, text[at..].to_owned()), "{text}");
        }
        assert!(Place::default().take::<serde_json::Value>().is_none());
        let skip = |text: &str, at| {
            let mut ready = ready(text, &[]);
            ready.skip(at);
            let ready = Rc::new(RefCell::new(ready));
            let skipped = Place::of(&ready).skip();
            (skipped, ready.borrow().position.column as usize)
        };
        assert_eq!(skip(r#"{"k":  {"a":[]},"l":1}"#, 5), (true, 15));
        for (text, at) in [(r#"{"k":{"a":[]}"#, 4), (r#"{"k":{"a" 1}}"#, 5), (r#"{"k":"{}"}"#, 5)] {
            assert_eq!(skip(text, at), (false, at), "{text}");
        }
    }
}
