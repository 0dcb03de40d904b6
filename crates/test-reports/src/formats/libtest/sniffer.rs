//! Looks at what stands before a document element, if there is one: it may be all there is, and be libtest's.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use super::{Stream, Text};
use crate::formats::limits::Limits;
use crate::formats::model::Report;
use crate::formats::sniff;

/// As much of the end of a piece is looked at again with the next: the start of a tag.
const OVERLAP: usize = 32;

/// An input that is handed on as it is, until it turns out to be libtest's text: then it seems to have ended.
pub(crate) struct LibtestSniffer<'a> {
    shared: Rc<RefCell<Shared<'a>>>,
}

struct Shared<'a> {
    input: Box<dyn Read + 'a>,
    text: Text,
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
    /// `input`, which messages call `path`.
    pub(crate) fn new(input: Box<dyn Read + 'a>, path: &Arc<str>, limits: &Limits) -> Self {
        let text = Text::new(Arc::clone(path), limits);
        let shared = Shared { input, text, state: State::Undecided, tail: Vec::new() };
        Self { shared: Rc::new(RefCell::new(shared)) }
    }

    /// What reads through this.
    pub(crate) fn reader(&self) -> impl Read + use<'a> {
        Handle { shared: Rc::clone(&self.shared) }
    }

    /// Reads what is left. The report, if all of it is libtest's text.
    pub(crate) fn into_report(self) -> Option<Report> {
        let mut shared = self.shared.borrow_mut();
        let mut buffer = vec![0; crate::formats::xml::window::WINDOW];
        while shared.state != State::Markup {
            match shared.input.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => shared.look(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    shared.text.break_off(&error);
                    break;
                }
            }
        }
        let text =
            std::mem::replace(&mut shared.text, Text::new(Arc::from(""), &Limits::default()));
        (shared.state == State::Text).then(|| text.finish())
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
        shared.look(buffer.get(..count).unwrap_or_default());
        Ok(if shared.state == State::Text { 0 } else { count })
    }
}

impl Shared<'_> {
    fn look(&mut self, piece: &[u8]) {
        match self.state {
            State::Markup => {}
            State::Text => self.text.feed(piece, Stream::Output),
            State::Undecided => {
                let markup = self.document_element(piece);
                let before = piece.get(..markup.unwrap_or(piece.len())).unwrap_or_default();
                self.text.feed(before, Stream::Output);
                if self.text.is_certain() {
                    self.state = State::Text;
                    let rest = piece.get(before.len()..).unwrap_or_default();
                    self.text.feed(rest, Stream::Output);
                } else if markup.is_some() {
                    self.state = State::Markup;
                }
            }
        }
    }

    /// Where in `piece` the first document element of a report begins; 0 if that was in the piece before.
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
