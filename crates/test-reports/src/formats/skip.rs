//! What begins at a `<`, and how what means nothing is stepped over.

use std::io;

use memchr::memmem;

use super::source::Window;

/// What begins at a `<`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markup {
    Start,
    End,
    Cdata,
    Comment,
    Instruction,
    Doctype,
    /// A `<` that means itself.
    Literal,
    /// The window ends too early to tell.
    Unknown,
}

impl Window<'_> {
    /// Steps over a comment, a processing instruction or a document type. False: the input ended before.
    pub(super) fn skip(&mut self, markup: Markup) -> io::Result<bool> {
        match markup {
            Markup::Comment => {
                self.consume(b"<!--".len());
                self.skip_past(b"-->")
            }
            Markup::Instruction => {
                self.consume(b"<?".len());
                self.skip_past(b"?>")
            }
            _ => self.skip_doctype(),
        }
    }

    fn skip_past(&mut self, needle: &[u8]) -> io::Result<bool> {
        loop {
            let rest = self.rest();
            if let Some(at) = memmem::find(rest, needle) {
                self.consume(at + needle.len());
                return Ok(true);
            }
            self.consume((rest.len() + 1).saturating_sub(needle.len()));
            if !self.fill()? {
                return Ok(false);
            }
        }
    }

    /// The declarations of an internal subset are stepped over unread: nothing is defined by them, nothing fetched.
    fn skip_doctype(&mut self) -> io::Result<bool> {
        let mut brackets = 0_usize;
        let mut quote = None;
        self.consume(b"<!".len());
        loop {
            let rest = self.rest();
            let Some(&byte) = rest.first() else {
                if self.fill()? {
                    continue;
                }
                return Ok(false);
            };
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[') => brackets += 1,
                (None, b']') => brackets = brackets.saturating_sub(1),
                (None, b'>') if brackets == 0 => {
                    self.consume(1);
                    return Ok(true);
                }
                (None, b'<') if rest.len() < 4 && self.fill()? => continue,
                // Apostrophes in a comment are no quotes.
                (None, b'<') if self.rest().starts_with(b"<!--") => {
                    self.consume(b"<!--".len());
                    if !self.skip_past(b"-->")? {
                        return Ok(false);
                    }
                    continue;
                }
                _ => {}
            }
            self.consume(1);
        }
    }
}

/// Tells what begins at the `<` that `rest` starts with.
pub(super) fn classify(rest: &[u8]) -> Markup {
    match rest {
        [b'<', b'/', ..] => Markup::End,
        [b'<', b'?', ..] => Markup::Instruction,
        [b'<', b'!', declaration @ ..] => {
            let known: [(&[u8], Markup); 3] = [
                (b"--", Markup::Comment),
                (b"[CDATA[", Markup::Cdata),
                (b"DOCTYPE", Markup::Doctype),
            ];
            for (keyword, markup) in known {
                let length = keyword.len().min(declaration.len());
                let same = declaration
                    .get(..length)
                    .zip(keyword.get(..length))
                    .is_some_and(|(found, wanted)| found.eq_ignore_ascii_case(wanted));
                if same {
                    return if length == keyword.len() { markup } else { Markup::Unknown };
                }
            }
            Markup::Literal
        }
        [b'<', first, ..]
            if first.is_ascii_alphabetic() || matches!(first, b'_' | b':') || *first >= 0x80 =>
        {
            Markup::Start
        }
        [b'<'] => Markup::Unknown,
        _ => Markup::Literal,
    }
}
