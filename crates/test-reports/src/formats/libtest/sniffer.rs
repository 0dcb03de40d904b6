//! Recognises the output of `cargo test` in a text without a document element.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use super::{OutputReader, Stream};
use crate::formats::limits::Limits;
use crate::formats::model::Report;
use crate::formats::sniff;

/// The number of bytes of a piece that are searched again with the next piece: a tag may be split.
const OVERLAP: usize = 32;

/// Passes an input on unchanged. Once the input turns out to be the output of `cargo test`, it appears to have ended.
pub(crate) struct LibtestSniffer<'a> {
    shared: Rc<RefCell<Shared<'a>>>,
}

struct Shared<'a> {
    input: Box<dyn Read + 'a>,
    output: OutputReader,
    state: State,
    tail: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Undecided,
    Text,
    Markup,
}

impl<'a> LibtestSniffer<'a> {
    /// Sniffs `input`. Messages name it `path`.
    pub(crate) fn new(input: Box<dyn Read + 'a>, path: &Arc<str>, limits: &Limits) -> Self {
        let output = OutputReader::new(Arc::clone(path), limits);
        let shared = Shared { input, output, state: State::Undecided, tail: Vec::new() };
        Self { shared: Rc::new(RefCell::new(shared)) }
    }

    /// A reader of the input.
    pub(crate) fn reader(&self) -> impl Read + use<'a> {
        Handle { shared: Rc::clone(&self.shared) }
    }

    /// Reads the rest of the input. Returns a report if the input is the output of `cargo test`.
    pub(crate) fn into_report(self) -> Option<Report> {
        let mut shared = self.shared.borrow_mut();
        let mut buffer = vec![0; crate::formats::xml::window::WINDOW];
        while shared.state != State::Markup {
            match shared.input.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => shared.inspect(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    shared.output.break_off(&error);
                    break;
                }
            }
        }
        let output = std::mem::replace(
            &mut shared.output,
            OutputReader::new(Arc::from(""), &Limits::default()),
        );
        let is_failed_build = shared.state == State::Undecided && output.has_failed_build();
        (shared.state == State::Text || is_failed_build).then(|| output.finish())
    }
}

struct Handle<'a> {
    shared: Rc<RefCell<Shared<'a>>>,
}

impl Read for Handle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut shared = self.shared.borrow_mut();
        if shared.state == State::Text {
            return Ok(0);
        }
        let count = shared.input.read(buffer)?;
        shared.inspect(buffer.get(..count).unwrap_or_default());
        Ok(if shared.state == State::Text { 0 } else { count })
    }
}

impl Shared<'_> {
    fn inspect(&mut self, piece: &[u8]) {
        match self.state {
            State::Markup => {}
            State::Text => self.output.feed(piece, Stream::Output),
            State::Undecided => {
                let markup = self.document_element(piece);
                let before = piece.get(..markup.unwrap_or(piece.len())).unwrap_or_default();
                self.output.feed(before, Stream::Output);
                if self.output.is_certain() {
                    self.state = State::Text;
                    let rest = piece.get(before.len()..).unwrap_or_default();
                    self.output.feed(rest, Stream::Output);
                } else if markup.is_some() {
                    self.state = State::Markup;
                }
            }
        }
    }

    /// The position in `piece` of the first document element of a report; 0 if it started in the piece before.
    fn document_element(&mut self, piece: &[u8]) -> Option<usize> {
        let overlap = self.tail.len();
        self.tail.extend_from_slice(piece);
        let found = memchr::memchr_iter(b'<', &self.tail).find(|&at| {
            let behind = self.tail.get(at + 1..).unwrap_or_default();
            let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
            let end = behind.iter().take(OVERLAP).position(is_end);
            let name = end.and_then(|end| std::str::from_utf8(behind.get(..end)?).ok());
            name.is_some_and(sniff::is_root)
        });
        let spare = self.tail.len().saturating_sub(OVERLAP);
        self.tail.drain(..spare);
        found.map(|at| at.saturating_sub(overlap))
    }
}
