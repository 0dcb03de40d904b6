//! Readers: bytes of a report file in, a [`model::Report`] out; of our own JSON lines several.
//!
//! The bytes pass through four stages, each with one duty, and none holds more than a window of them:
//! `encoding` makes UTF-8 of them, `scanner` finds tags and texts, `document` sees to nesting, and the reader of the
//! format gives elements their meaning. What is mended and what is lost is told in the report; a file is
//! refused (with a [`ReadError`]) only if it is no report at all.

mod arena;
mod caps;
mod cases;
mod dialects;
mod document;
mod encoding;
mod flaws;
mod junit;
pub mod libtest;
pub mod lines;
mod markup;
pub mod model;
mod names;
mod scanner;
mod skip;
mod small;
mod sniff;
mod source;
mod tags;
mod text_buffer;
mod time;

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

pub use caps::{Caps, Size};
pub(crate) use cases::index_of;
use document::{Document, DocumentStart};
use encoding::{ContentKind, Decoded};
use flaws::Recovery;
use libtest::LibtestSniffer;
use model::{Format, Position, Report};
use source::Window;

/// Why a file gave no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It could not be opened, or not read from the start.
    #[error("cannot read {path}")]
    Io {
        /// The path as given.
        path: Arc<str>,
        /// What the system says.
        source: io::Error,
    },
    /// Nothing is in it but white space.
    #[error("{path} is empty")]
    Empty {
        /// The path as given.
        path: Arc<str>,
    },
    /// It ends before its document element has begun.
    #[error("{path} ends before its document element")]
    Cut {
        /// The path as given.
        path: Arc<str>,
    },
    /// It is text or binary, but not XML.
    #[error("{path} is not XML")]
    NotXml {
        /// The path as given.
        path: Arc<str>,
    },
    /// It is JSON of another kind.
    #[error(
        "{path} is not a test report: JSON is understood only as `inspect --format jsonl` writes it"
    )]
    OtherJson {
        /// The path as given.
        path: Arc<str>,
    },
    /// It began as our own JSON lines, and no more of it was understood.
    #[error("{path} cannot be read: {message}")]
    Lines {
        /// The path as given.
        path: Arc<str>,
        /// What is wrong with its first line.
        message: String,
    },
    /// It is a binary file of a known kind, such as a PDF file.
    #[error("{path} is {name}, not a test report")]
    OtherFormat {
        /// The path as given.
        path: Arc<str>,
        /// Its kind, with an article.
        name: &'static str,
    },
    /// It is an archive, and no member of it is a test report.
    #[error("{path}: no test report in archive")]
    NoReport {
        /// The path as given.
        path: Arc<str>,
    },
    /// It is XML of another kind.
    #[error("{path} is not a test report: its document element is `{root}`")]
    NotAReport {
        /// The path as given.
        path: Arc<str>,
        /// The document element.
        root: Box<str>,
    },
}

impl ReadError {
    /// Whether the file is sound XML or JSON that is simply no test report: skipped and counted when a directory or
    /// a pattern found it, an error when it was named.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        matches!(
            self,
            ReadError::NotAReport { .. } | ReadError::OtherJson { .. } | ReadError::NoReport { .. }
        )
    }

    /// Whether it is nothing that any report begins with.
    #[must_use]
    pub fn is_not_xml(&self) -> bool {
        matches!(self, ReadError::NotXml { .. } | ReadError::OtherFormat { .. })
    }
}

thread_local! {
    /// The window's buffer, reused for every file that this thread reads.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A buffer that grew beyond this is not kept for the next file.
const LARGEST_KEPT: usize = 1024 * 1024;

/// Reads the report file `path`, which messages and the report call `display`. One report, but for JSON lines.
///
/// # Errors
/// If the file cannot be opened or is no test report. Damage is no error: see [`Report::damage`].
pub fn read_file(path: &Path, display: &str, caps: &Caps) -> Result<Vec<Report>, ReadError> {
    let file =
        File::open(path).map_err(|source| ReadError::Io { path: Arc::from(display), source })?;
    read_capped(file, display, caps)
}

/// Reads reports from standard input.
///
/// # Errors
/// As [`read_file`].
pub fn read_stdin(caps: &Caps) -> Result<Vec<Report>, ReadError> {
    read_capped(io::stdin().lock(), "-", caps)
}

/// Reads reports from `input`, which messages and the report call `display`.
///
/// # Errors
/// As [`read_file`].
pub fn read(input: impl Read, display: &str) -> Result<Vec<Report>, ReadError> {
    read_capped(input, display, &Caps::default())
}

/// As [`read`], up to other `caps`.
///
/// # Errors
/// As [`read_file`].
pub fn read_capped(input: impl Read, display: &str, caps: &Caps) -> Result<Vec<Report>, ReadError> {
    let buffer = BUFFER.take();
    let (result, buffer) = read_with(input, Arc::from(display), buffer, caps);
    if buffer.len() <= LARGEST_KEPT {
        BUFFER.set(buffer);
    }
    result
}

fn read_with(
    input: impl Read,
    path: Arc<str>,
    buffer: Vec<u8>,
    caps: &Caps,
) -> (Result<Vec<Report>, ReadError>, Vec<u8>) {
    let Decoded { input, contradicts, beginning } = match encoding::decoded(input, caps) {
        Ok(decoded) => decoded,
        Err(source) => return (Err(ReadError::Io { path, source }), buffer),
    };
    if beginning == ContentKind::Lines {
        return (lines::read(input, path, caps), buffer);
    }
    let mut watched = None;
    let input: Box<dyn Read + '_> = match beginning {
        ContentKind::Text => {
            Box::new(watched.insert(LibtestSniffer::new(input, &path, caps)).reader())
        }
        _ => input,
    };
    let mut document = Document::new(Window::new(input, buffer), sniff::is_root, *caps);
    if contradicts {
        document.note_at(Recovery::WrongEncoding, Position { line: 1, column: 1 });
    }
    let result = match document.enter() {
        Ok(DocumentStart::Root) => match sniff::format_of(document.root()) {
            Some(Format::Junit) => Ok(junit::read(&mut document, path)),
            Some(format) => Ok(dialects::read(&mut document, path, format)),
            None => Err(ReadError::NotAReport { root: document.root().into(), path }),
        },
        Ok(DocumentStart::Foreign(root)) => Err(ReadError::NotAReport { path, root }),
        Ok(DocumentStart::Nothing { blank: true, .. }) => Err(ReadError::Empty { path }),
        Ok(DocumentStart::Nothing { noise: true, .. }) if beginning == ContentKind::Json => {
            Err(ReadError::OtherJson { path })
        }
        Ok(DocumentStart::Nothing { noise: true, .. }) => Err(ReadError::NotXml { path }),
        Ok(DocumentStart::Nothing { .. }) => Err(ReadError::Cut { path }),
        Err(source) => Err(ReadError::Io { path, source }),
    };
    let (recovered, damage, buffer) = document.finish();
    if result.is_err()
        && let Some(report) = watched.and_then(LibtestSniffer::into_report)
    {
        return (Ok(vec![report]), buffer);
    }
    let result = result.map(|mut report| {
        report.recovered = recovered;
        report.damage = damage;
        vec![report]
    });
    (result, buffer)
}

/// The one report of a text that a test holds.
#[cfg(test)]
pub(crate) fn read_one(text: &str, display: &str) -> Report {
    let mut reports = read(text.as_bytes(), display).unwrap();
    assert_eq!(reports.len(), 1);
    reports.remove(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A head, a text repeated, and a tail, none of which is ever whole in memory.
    fn stream(
        head: &'static str,
        text: &'static str,
        times: usize,
        tail: &'static str,
    ) -> impl Read {
        let texts = Repeat { text: text.as_bytes(), at: 0, left: text.len() * times };
        head.as_bytes().chain(texts).chain(tail.as_bytes())
    }

    struct Repeat {
        text: &'static [u8],
        at: usize,
        left: usize,
    }

    impl Read for Repeat {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let rest = &self.text[self.at..];
            let count = rest.len().min(buffer.len()).min(self.left);
            buffer[..count].copy_from_slice(&rest[..count]);
            self.at = (self.at + count) % self.text.len();
            self.left -= count;
            Ok(count)
        }
    }

    const LINE: &str = "2026-07-01 12:00:00.000 [worker-1] INFO com.acme.Service - processed [[1]] items in 17 ms, depth 3\n";

    #[test]
    fn memory_does_not_depend_on_the_size_of_any_text() {
        for (head, tail) in [
            ("<testsuite><testcase><system-out>", "</system-out></testcase></testsuite>"),
            (
                "<testsuite><testcase><system-err><![CDATA[",
                "]]></system-err></testcase></testsuite>",
            ),
            ("<testsuite><testcase><failure>", "</failure></testcase></testsuite>"),
            ("<testsuite><testcase><failure><![CDATA[", "]]></failure></testcase></testsuite>"),
            ("<testsuite><testcase/><!--", "--></testsuite>"),
            ("<testsuite><testcase/>", "</testsuite>"),
            ("<testsuite><testcase/></testsuite>", "\n"),
            ("<!DOCTYPE t [", "]><testsuite><testcase/></testsuite>"),
            ("", "<testsuite><testcase/></testsuite>"),
        ] {
            let input = stream(head, LINE, 100_000, tail);
            let (result, buffer) = read_with(input, Arc::from("-"), Vec::new(), &Caps::default());
            let report = result.unwrap().remove(0);
            assert_eq!((report.cases.len(), report.damage), (1, None), "{head}");
            assert_eq!(buffer.len(), source::WINDOW, "{head}");
        }
    }

    #[test]
    fn a_tag_without_an_end_is_given_up() {
        for head in ["<testsuite><testcase/><testcase name='", "<testsuite><testcase/></testsuite"]
        {
            let (result, buffer) = read_with(
                stream(head, LINE, 100_000, ""),
                Arc::from("-"),
                Vec::new(),
                &Caps::default(),
            );
            let report = result.unwrap().remove(0);
            assert_eq!(
                report.damage.unwrap().message,
                "a tag of more than 4 MiB: --max-value-size allows more"
            );
            assert_eq!(report.cases.len(), 1);
            assert!(buffer.len() <= 8 * 1024 * 1024);
        }
    }

    #[test]
    fn what_is_behind_a_cap_is_damage_and_what_is_before_it_is_kept() {
        let caps = Caps { file_size: 4096, value_size: 100, cases: 3 };
        let case = "<testcase name='a'/>";
        let junit = |inside: &str| format!("<testsuite>{case}{inside}</testsuite>");
        let many = "<test name='a' result='Pass' type='C'/>".repeat(4);
        let lines = "test a ... ok\ntest b ... ok\n".repeat(2);
        let long = "x".repeat(101);
        for (text, cases, message) in [
            (junit(&case.repeat(3)), 3, "more than 3 cases: --max-cases allows more"),
            (
                junit(&format!("<testcase>{}</testcase>", case.repeat(3))),
                // The case around the others did not end.
                2,
                "more than 3 cases: --max-cases allows more",
            ),
            (
                format!(
                    "<assemblies><assembly><collection>{many}</collection></assembly></assemblies>"
                ),
                3,
                "more than 3 cases: --max-cases allows more",
            ),
            (
                format!(
                    "running 4 tests\n{lines}\ntest result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n"
                ),
                3,
                "more than 3 cases: --max-cases allows more",
            ),
            (
                junit(&format!("<testcase name='{long}'/>")),
                1,
                "an attribute of more than 100 bytes: --max-value-size allows more",
            ),
            (
                junit(&format!("<{long}/>")),
                1,
                "a name of more than 100 bytes: --max-value-size allows more",
            ),
            (
                junit(&format!("<testcase name='{}'/>", long.repeat(10))),
                1,
                "a tag of more than 400 bytes: --max-value-size allows more",
            ),
            (
                junit(&" ".repeat(4096)),
                1,
                "cannot be read further: it is longer than 4 KiB: --max-file-size allows more",
            ),
        ] {
            let report = read_capped(text.as_bytes(), "r", &caps).unwrap().remove(0);
            assert_eq!(report.damage.unwrap().message, message);
            assert_eq!(report.cases.len(), cases, "{message}");
        }
        let report = read_capped(junit(&case.repeat(2)).as_bytes(), "r", &caps).unwrap().remove(0);
        assert_eq!((report.cases.len(), report.damage), (3, None));
    }

    #[test]
    fn json_lines_have_the_same_cap_of_cases() {
        let text =
            "<testsuite><testcase name='a'/><testcase name='b'/><testcase name='c'/></testsuite>";
        let report = read_one(text, "r.xml");
        let mut written = Vec::new();
        lines::write(
            &[(&report, "unknown")],
            &crate::text::RepositoryRoot::default(),
            lines::Program { name: "tests", version: "1" },
            &mut written,
        )
        .unwrap();
        let read = |cases| {
            let caps = Caps { cases, ..Caps::default() };
            read_capped(&*written, "r.jsonl", &caps).unwrap()
        };
        let whole = read(3);
        assert_eq!((whole.len(), whole[0].cases.len()), (1, 3));
        let cut = read(2);
        assert_eq!(cut[0].cases.len(), 2);
        let damage = cut[1].damage.as_ref().unwrap();
        assert_eq!(damage.message, "more than 2 cases: --max-cases allows more");
    }

    #[test]
    fn an_error_of_the_system_in_the_middle_is_damage() {
        struct Breaks;
        impl Read for Breaks {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let start = "<testsuite><testcase name='a'/>".to_owned() + &" ".repeat(2000);
        let report = read(start.as_bytes().chain(Breaks), "r.xml").unwrap().remove(0);
        assert_eq!(report.cases.len(), 1);
        assert_eq!(report.damage.unwrap().message, "cannot be read further: the disk is gone");
        assert!(matches!(read(Breaks, "r.xml"), Err(ReadError::Io { .. })));
    }
}
