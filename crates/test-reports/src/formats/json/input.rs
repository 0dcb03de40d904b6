//! An input that serde reads as strict JSON, whatever a tool wrote in it.
//!
//! Tools write raw control characters, bytes that are not UTF-8, halves of surrogate pairs, `NaN`, and console output
//! of any length. serde_json stops at each of the former, and keeps all of the latter in memory. This reader replaces
//! them on the way, counts lines and columns, and refuses nesting that no tool needs.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::rc::Rc;

use super::place::{Place, Ready};
use crate::formats::limits::{Limit, LimitExceeded, Limits};
use crate::formats::model::{Flaw, Position};
use crate::formats::recovery::{FlawLog, FlawSet, Recovery};

/// Objects and arrays may be nested this deep. Keywords of Robot Framework that call themselves come near.
const DEEPEST: usize = 1000;

/// Bytes that are read at first. Most reports are small.
const FIRST_PIECE: usize = 32 * 1024;

/// Bytes that are read at a time. Elements across the ends of pieces are read slowly.
pub(super) const PIECE: usize = 256 * 1024;

/// What a string has instead of what cannot be read.
const REPLACEMENT: &str = "\u{fffd}";

/// The flaws of an input, shared as [`Place`] is.
#[derive(Clone, Debug, Default)]
pub(super) struct Flaws(Rc<RefCell<FlawLog>>);

impl Flaws {
    fn note(&self, kind: Recovery, position: impl FnOnce() -> Position) {
        self.0.borrow_mut().note(FlawSet::of(kind), position);
    }

    /// The flaws so far.
    pub(super) fn take(&self) -> Vec<Flaw> {
        std::mem::take(&mut self.0.borrow_mut().flaws)
    }
}

/// What the next byte belongs to. Strings count the bytes that were passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Outside,
    /// A word such as `NaN`, which is replaced.
    Word,
    String(usize),
    /// Behind a backslash.
    Escape(usize),
    /// Behind `\u`: the number of digits so far, and their value.
    Unicode(usize, u8, u16),
}

/// The reader.
pub(super) struct JsonInput<R> {
    input: R,
    raw: Vec<u8>,
    /// Bytes of the next piece, and of the longest one.
    piece: usize,
    longest_piece: usize,
    ready: Rc<RefCell<Ready>>,
    /// What is being made ready.
    fresh: Vec<u8>,
    state: State,
    depth: usize,
    longest: usize,
    /// The bytes of a character that is not complete.
    character: Vec<u8>,
    /// The first half of a surrogate pair, held back until the second one comes.
    half: Option<u16>,
    flaws: Flaws,
    /// Characters of `fresh` left out: the number of bytes passed on before them, and their number.
    left_out: VecDeque<(u64, u64)>,
    passed: u64,
    /// The error behind what is ready.
    error: Option<io::Error>,
}

impl<R: Read> JsonInput<R> {
    /// Strings are cut at the limit for values.
    pub(super) fn new(input: R, limits: &Limits) -> Self {
        Self::in_pieces(input, limits, PIECE)
    }

    /// Reads at most `longest_piece` bytes at a time.
    pub(super) fn in_pieces(input: R, limits: &Limits, longest_piece: usize) -> Self {
        Self {
            input,
            raw: Vec::new(),
            piece: FIRST_PIECE.min(longest_piece),
            longest_piece,
            ready: Rc::default(),
            fresh: Vec::new(),
            state: State::Outside,
            depth: 0,
            longest: limits.value_size,
            character: Vec::new(),
            half: None,
            flaws: Flaws::default(),
            left_out: VecDeque::new(),
            passed: 0,
            error: None,
        }
    }

    pub(super) fn place(&self) -> Place {
        Place::of(&self.ready)
    }

    pub(super) fn flaws(&self) -> Flaws {
        self.flaws.clone()
    }

    /// Reads the next piece. Nothing is ready at the end of the input.
    fn refill(&mut self) -> io::Result<()> {
        self.fresh.clear();
        while self.fresh.is_empty() {
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            let mut raw = std::mem::take(&mut self.raw);
            raw.clear();
            raw.reserve_exact(self.piece);
            // An error of the input comes behind what was read before it.
            let end = (&mut self.input).take(self.piece as u64).read_to_end(&mut raw);
            self.error = self.transform(&raw).err().or(end.err());
            let is_end = raw.is_empty() && self.error.is_none();
            self.raw = raw;
            if is_end {
                return Ok(());
            }
        }
        self.piece = (self.piece * 2).min(self.longest_piece);
        self.ready.borrow_mut().refill(&mut self.fresh, &mut self.left_out);
        Ok(())
    }

    fn transform(&mut self, mut rest: &[u8]) -> io::Result<()> {
        while let Some((&byte, after)) = rest.split_first() {
            if let State::String(kept) = self.state
                && self.half.is_none()
                && self.character.is_empty()
            {
                let is_plain = |byte: &&u8| matches!(byte, 0x20..=0x7f) && !b"\"\\".contains(byte);
                let run = rest.iter().take_while(is_plain).count();
                if run > 0 {
                    let (plain, after) = rest.split_at(run);
                    self.content(kept, plain, run);
                    rest = after;
                    continue;
                }
            }
            if self.state == State::Outside {
                let (sound, after) = rest.split_at(self.sound(rest));
                if !sound.is_empty() {
                    self.pass(sound);
                    rest = after;
                    continue;
                }
            }
            self.byte(byte)?;
            rest = after;
        }
        Ok(())
    }

    /// How many of `bytes`, which are outside of strings, need not be looked at more closely. Most are sound.
    fn sound(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' => match sound_string(bytes.get(at + 1..).unwrap_or_default()) {
                    Some(length) if length <= self.longest => at += length + 1,
                    _ => break,
                },
                b'{' | b'[' if self.depth < DEEPEST => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                b'{' | b'[' | b'N' | b'I' => break,
                _ => {}
            }
            at += 1;
        }
        at
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.fresh.extend_from_slice(bytes);
        self.passed += bytes.len() as u64;
    }

    fn leave_out(&mut self, characters: usize) {
        match self.left_out.back_mut() {
            Some((at, count)) if *at == self.passed => *count += characters as u64,
            _ => self.left_out.push_back((self.passed, characters as u64)),
        }
    }

    /// Content of a string of which `kept` bytes were passed on.
    fn content(&mut self, kept: usize, bytes: &[u8], characters: usize) {
        let room = self.longest.saturating_sub(kept);
        if bytes.len() <= room {
            self.pass(bytes);
            self.state = State::String(kept + bytes.len());
        } else if bytes.is_ascii() && !bytes.starts_with(b"\\") {
            let (head, tail) = bytes.split_at(room);
            self.pass(head);
            self.leave_out(tail.len());
            self.state = State::String(kept + room);
        } else {
            self.leave_out(characters);
            self.state = State::String(kept.max(self.longest));
        }
    }

    fn note(&self, kind: Recovery) {
        let ready = self.ready.borrow();
        self.flaws.note(kind, || ready.position_behind(&self.fresh, &self.left_out));
    }

    fn byte(&mut self, byte: u8) -> io::Result<()> {
        match self.state {
            State::Outside => self.outside(byte)?,
            State::Word if byte.is_ascii_alphabetic() => self.leave_out(1),
            State::Word => {
                self.state = State::Outside;
                self.outside(byte)?;
            }
            State::String(kept) => self.inside(kept, byte),
            State::Escape(kept) => match byte {
                b'u' => self.state = State::Unicode(kept, 0, 0),
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                    let kept = self.end_half(kept);
                    self.content(kept, &[b'\\', byte], 2);
                }
                // Not an escape: the backslash was meant as one.
                _ => {
                    let kept = self.end_half(kept);
                    self.content(kept, b"\\\\", 1);
                    let State::String(kept) = self.state else { return Ok(()) };
                    self.inside(kept, byte);
                }
            },
            State::Unicode(kept, digits, value) => self.digit(kept, digits, value, byte),
        }
        Ok(())
    }

    fn outside(&mut self, byte: u8) -> io::Result<()> {
        match byte {
            b'"' => self.state = State::String(0),
            b'{' | b'[' => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    let allowed = DEEPEST as u64;
                    return Err(io::Error::other(LimitExceeded { limit: Limit::Depth, allowed }));
                }
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            // `NaN` and `Infinity`, which Python writes.
            b'N' | b'I' if self.depth > 0 => {
                self.state = State::Word;
                self.pass(b"0");
                return Ok(());
            }
            _ => {}
        }
        self.pass(&[byte]);
        Ok(())
    }

    fn inside(&mut self, kept: usize, byte: u8) {
        if !self.character.is_empty() {
            if (0x80..0xc0).contains(&byte) {
                self.character.push(byte);
                return self.end_character(kept);
            }
            let kept = self.replace_character(kept);
            return self.inside(kept, byte);
        }
        match byte {
            b'\\' => self.state = State::Escape(kept),
            b'"' => {
                self.end_half(kept);
                self.pass(b"\"");
                self.state = State::Outside;
            }
            0x80.. => {
                let kept = self.end_half(kept);
                self.character.push(byte);
                self.state = State::String(kept);
                self.end_character(kept);
            }
            0x20.. => {
                let kept = self.end_half(kept);
                self.content(kept, &[byte], 1);
            }
            _ => {
                self.note(Recovery::ControlCharacter);
                let kept = self.end_half(kept);
                let escape = match byte {
                    b'\n' => b"\\n",
                    b'\r' => b"\\r",
                    b'\t' => b"\\t",
                    _ => b"  ",
                };
                self.content(kept, escape, 1);
            }
        }
    }

    /// Passes a character on if it is complete.
    fn end_character(&mut self, kept: usize) {
        let length = match self.character.first() {
            Some(0xc2..=0xdf) => 2,
            Some(0xe0..=0xef) => 3,
            Some(0xf0..=0xf4) => 4,
            _ => 1,
        };
        if self.character.len() < length {
            return;
        }
        if std::str::from_utf8(&self.character).is_ok() {
            let character = std::mem::take(&mut self.character);
            self.content(kept, &character, 1);
        } else {
            self.replace_character(kept);
        }
    }

    /// Replaces a character that is not UTF-8. Returns how many bytes of the string were passed on.
    fn replace_character(&mut self, kept: usize) -> usize {
        self.note(Recovery::InvalidUtf8);
        self.character.clear();
        self.content(kept, REPLACEMENT.as_bytes(), 1);
        match self.state {
            State::String(kept) => kept,
            _ => kept,
        }
    }

    fn digit(&mut self, kept: usize, digits: u8, value: u16, byte: u8) {
        let Some(digit) = char::from(byte).to_digit(16) else {
            // Not an escape: `\user`.
            let kept = self.end_half(kept);
            self.content(kept, b"\\\\u", 2);
            let State::String(kept) = self.state else { return };
            return self.inside(kept, byte);
        };
        let value = value << 4 | u16::try_from(digit).unwrap_or_default();
        if digits < 3 {
            self.state = State::Unicode(kept, digits + 1, value);
            return;
        }
        match (self.half.take(), value) {
            (Some(first), 0xdc00..=0xdfff) => {
                let pair = format!("\\u{first:04x}\\u{value:04x}");
                self.content(kept, pair.as_bytes(), 12);
            }
            (None, 0xd800..=0xdbff) => {
                self.half = Some(value);
                self.state = State::String(kept);
            }
            (half, _) => {
                self.half = half;
                let kept = self.end_half(kept);
                match value {
                    0xd800..=0xdbff => {
                        self.half = Some(value);
                        self.state = State::String(kept);
                    }
                    0xdc00..=0xdfff => self.content(kept, b"\\ufffd", 6),
                    _ => self.content(kept, format!("\\u{value:04x}").as_bytes(), 6),
                }
            }
        }
    }

    /// Replaces the first half of a surrogate pair whose second one is missing. Returns how many bytes of the string
    /// were passed on.
    fn end_half(&mut self, kept: usize) -> usize {
        if self.half.take().is_none() {
            return kept;
        }
        self.content(kept, b"\\ufffd", 6);
        match self.state {
            State::String(kept) => kept,
            _ => kept,
        }
    }
}

/// The length of the string that `bytes` begin with, behind its first quote. None if its end is not
/// among them, or if it has characters outside of ASCII or anything that may have to be replaced.
fn sound_string(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\'
                if matches!(
                    bytes.get(at + 1)?,
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'
                ) =>
            {
                at += 2;
            }
            0x20..=0x5b | 0x5d..=0x7f => at += 1,
            _ => return None,
        }
    }
}

impl<R: Read> Read for JsonInput<R> {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ready.borrow().is_empty() {
            self.refill()?;
        }
        Ok(self.ready.borrow_mut().read(buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(value_size: usize) -> Limits {
        Limits { value_size, ..Limits::default() }
    }

    /// The text that is passed on, the same however the bytes arrive.
    fn passed(bytes: &[u8], longest: usize) -> String {
        let mut texts = Vec::new();
        for size in [1, 3, bytes.len().max(1)] {
            let drip =
                bytes.chunks(size).fold(Box::new(io::empty()) as Box<dyn Read>, |before, piece| {
                    Box::new(Read::chain(before, piece))
                });
            let mut text = String::new();
            JsonInput::new(drip, &limits(longest)).read_to_string(&mut text).unwrap();
            texts.push(text);
        }
        assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
        texts.remove(0)
    }

    fn value(bytes: &[u8]) -> serde_json::Value {
        serde_json::from_str(&passed(bytes, 1000)).unwrap()
    }

    #[test]
    fn what_json_forbids_is_replaced() {
        for (bytes, expected) in [
            (&b"[\"a\tb\nc\x1b\"]"[..], "a\tb\nc  "),
            (b"[\"caf\xe9 \xc3\xa9 \xf0\x9f\"]", "caf\u{fffd} é \u{fffd}"),
            (b"[\"\\ud83d\"]", "\u{fffd}"),
            (b"[\"\\ud83d!\"]", "\u{fffd}!"),
            (b"[\"\\ud83d\\n\"]", "\u{fffd}\n"),
            (b"[\"\\ud83d\\ude00\"]", "😀"),
            (b"[\"\\ud83d\\ud83d\\ude00\"]", "\u{fffd}😀"),
            (b"[\"\\ude00\\u00e9\"]", "\u{fffd}é"),
            (b"[\"C:\\temp\\users\\x\"]", "C:\temp\\users\\x"),
        ] {
            assert_eq!(value(bytes)[0], expected, "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(value(b"[NaN, -Infinity, 1]").to_string(), "[0,-0.0,1]");
    }

    #[test]
    fn sound_json_is_passed_on_as_it_is() {
        let text = r#"{"a": [1, "\u0041\"\\ é 漢 😀\n", true], "N": null}"#;
        assert_eq!(passed(text.as_bytes(), 1000), text);
    }

    #[test]
    fn long_strings_are_cut_between_characters() {
        assert_eq!(passed("[\"ééé\", \"abcdefg\"]".as_bytes(), 5), "[\"éé\", \"abcde\"]");
        assert_eq!(passed(br#"["a\n\n\n", "b"]"#, 4), r#"["a\n", "b"]"#);
    }

    #[test]
    fn places_are_those_of_the_file() {
        let mut input = JsonInput::new(&b"[\n \"abcdefgh\", NaN, 7]"[..], &limits(3));
        let place = input.place();
        let mut byte = [0];
        while byte[0] != b'7' {
            assert_eq!(input.read(&mut byte).unwrap(), 1);
        }
        assert_eq!(place.position(), Position { line: 2, column: 19 });
    }

    #[test]
    fn nesting_has_a_limit() {
        let deep = "[".repeat(DEEPEST + 1);
        let error = JsonInput::new(deep.as_bytes(), &limits(9)).read_to_end(&mut Vec::new());
        assert_eq!(error.unwrap_err().to_string(), "elements are nested deeper than 1000");
    }
}
