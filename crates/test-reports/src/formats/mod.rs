//! Readers: the bytes of a report file in, a [`model::Report`] out (several of JSON lines).
//!
//! `encoding` makes UTF-8 of the bytes, `xml` finds the elements in them, and `dialects` gives the elements their
//! meaning; none of them holds more than a window of the file. The report says what was recovered and what was lost. A
//! file is refused, with a [`ReadError`], only if it is not a report at all.

mod advice;
mod arena;
mod builder;
mod cases;
mod dialects;
pub(crate) mod encoding;
pub mod head;
mod json;
pub mod libtest;
mod limits;
pub mod lines;
pub mod model;
mod names;
mod pieces;
mod recovery;
mod small;
mod sniff;
mod tags;
mod text;
mod text_buffer;
mod time;
mod xml;

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

pub(crate) use cases::index_of;
pub(crate) use dialects::unknown_outcome;
use encoding::{ContentKind, Decoded};
use head::{Found, Notation};
use libtest::LibtestSniffer;
pub use limits::{Limit, LimitExceeded, Limits, Size};
use model::{Flaw, Position, Report};
use recovery::Recovery;
use xml::elements::{DocumentStart, Elements};
use xml::window::Window;

/// Why a file has no report. Each variant holds the path as given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It could not be opened, or not read from the start.
    #[error("cannot read {path}")]
    Io {
        /// The path as given.
        path: Arc<str>,
        /// The error of the system.
        source: io::Error,
    },
    /// It holds nothing but white space.
    #[error("{path} is empty")]
    Empty {
        /// The path as given.
        path: Arc<str>,
    },
    /// It ends before its document element begins.
    #[error("{path} ends before its document element")]
    Cut {
        /// The path as given.
        path: Arc<str>,
    },
    /// It begins in the middle of a report, so that nothing says where its cases belong.
    #[error("{path} begins in the middle of a report")]
    Piece {
        /// The path as given.
        path: Arc<str>,
    },
    /// It is text or binary, but not XML.
    #[error(
        "{path} is not a test report: not XML, JSON, TAP, TeamCity messages, or output of XCTest, `go test -v` or `cargo test`"
    )]
    NotXml {
        /// The path as given.
        path: Arc<str>,
    },
    /// It is JSON of another kind.
    #[error(
        "{path} is JSON, but not a test report: not CTRF, not Allure results, and not written by Jest, Vitest, Mocha, mochawesome, Playwright, WebdriverIO, TestCafe, Newman, k6, Cucumber, behave, RSpec, pytest, Dart, go test, libtest, nextest, GoogleTest or Robot Framework"
    )]
    OtherJson {
        /// The path as given.
        path: Arc<str>,
    },
    /// It is output of a known tool, which can write a report as well.
    #[error("{path} is {advice}")]
    OtherOutput {
        /// The path as given.
        path: Arc<str>,
        /// What it is, and what to ask the tool for.
        advice: &'static str,
    },
    /// It begins as our own JSON lines do, but its first line cannot be understood.
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
    #[error(
        "{path} is not a test report: its document element is `{root}`, which is not that of JUnit, NUnit, xUnit.net, TRX, TestNG or any other supported format"
    )]
    NotAReport {
        /// The path as given.
        path: Arc<str>,
        /// The document element.
        root: Box<str>,
    },
}

impl ReadError {
    /// Whether the file is sound XML or JSON that is simply not a test report: skipped and counted when a directory or
    /// a pattern found it, an error when it was named.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        matches!(
            self,
            ReadError::NotAReport { .. }
                | ReadError::OtherJson { .. }
                | ReadError::OtherOutput { .. }
                | ReadError::NoReport { .. }
        )
    }

    /// Whether the file begins with nothing that a report begins with.
    #[must_use]
    pub fn is_not_xml(&self) -> bool {
        matches!(self, ReadError::NotXml { .. } | ReadError::OtherFormat { .. })
    }
}

thread_local! {
    /// The buffer of the window, reused for every file that this thread reads.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Bytes of the largest buffer that is kept for the next file.
const LARGEST_KEPT: usize = 1024 * 1024;

/// Reads the report file `path`, which messages and the report call `display`. One report, except from JSON lines.
///
/// # Errors
/// If the file cannot be opened or is not a test report. Damage is not an error: see [`Report::damage`].
pub fn read_file(path: &Path, display: &str, limits: &Limits) -> Result<Vec<Report>, ReadError> {
    let file =
        File::open(path).map_err(|source| ReadError::Io { path: Arc::from(display), source })?;
    read_limited(file, display, limits)
}

/// Reads a large report in several threads. None where that does not pay or is not certain to give the same as reading
/// it from its beginning to its end, as [`read_limited`] does. `length`: that of the file, 0 if it is none.
pub(crate) fn read_large(
    file: &File,
    length: u64,
    display: &str,
    limits: &Limits,
) -> Option<Report> {
    pieces::read_file(file, length, display, limits)
}

/// Joins the files of reports that consist of several: results for Allure, of which each directory is one report.
#[must_use]
pub fn join_files(reports: Vec<Report>) -> Vec<Report> {
    json::join_allure(reports)
}

/// Reads reports from standard input, which is called `-`.
///
/// # Errors
/// As [`read_file`].
pub fn read_stdin(limits: &Limits) -> Result<Vec<Report>, ReadError> {
    read_limited(io::stdin().lock(), "-", limits)
}

/// Reads reports from `input`, which messages and the report call `display`.
///
/// # Errors
/// As [`read_file`].
pub fn read(input: impl Read, display: &str) -> Result<Vec<Report>, ReadError> {
    read_limited(input, display, &Limits::default())
}

/// As [`read`], with other `limits`.
///
/// # Errors
/// As [`read_file`].
pub fn read_limited(
    input: impl Read,
    display: &str,
    limits: &Limits,
) -> Result<Vec<Report>, ReadError> {
    let buffer = BUFFER.take();
    let (result, buffer) = read_with(input, Arc::from(display), buffer, limits);
    if buffer.len() <= LARGEST_KEPT {
        BUFFER.set(buffer);
    }
    result
}

fn read_with(
    input: impl Read,
    path: Arc<str>,
    buffer: Vec<u8>,
    limits: &Limits,
) -> (Result<Vec<Report>, ReadError>, Vec<u8>) {
    let Decoded { input, contradicts, is_utf_8: _, beginning } =
        match encoding::decoded(input, limits) {
            Ok(decoded) => decoded,
            Err(source) => return (Err(ReadError::Io { path, source }), buffer),
        };
    if beginning == ContentKind::Lines {
        return (lines::read(input, path, limits), buffer);
    }
    let mut advice = None;
    let input: Box<dyn Read + '_> = match beginning {
        ContentKind::Json | ContentKind::Text => {
            match read_other(input, &path, limits, &mut advice) {
                Ok(report) => return (Ok(vec![report]), buffer),
                Err(input) => input,
            }
        }
        _ => input,
    };
    let mut sniffer = None;
    let input: Box<dyn Read + '_> = match beginning {
        ContentKind::Text => {
            Box::new(sniffer.insert(LibtestSniffer::new(input, &path, limits)).reader())
        }
        _ => input,
    };
    let mut elements = Elements::new(Window::new(input, buffer), *limits);
    if contradicts {
        elements.note_at(Recovery::WrongEncoding, Position { line: 1, column: 1 });
    }
    let result = match elements.enter() {
        Ok(DocumentStart::Root(format)) => Ok(dialects::read(&mut elements, path, format)),
        Ok(DocumentStart::Foreign(root)) => Err(ReadError::NotAReport { path, root }),
        Ok(DocumentStart::Piece) => Err(ReadError::Piece { path }),
        Ok(DocumentStart::Nothing { blank: true, .. }) => Err(ReadError::Empty { path }),
        Ok(DocumentStart::Nothing { noise: true, .. }) => Err(match advice {
            Some(advice) => ReadError::OtherOutput { path, advice },
            None if beginning == ContentKind::Json && !elements.take_hit() => {
                ReadError::OtherJson { path }
            }
            None => ReadError::NotXml { path },
        }),
        Ok(DocumentStart::Nothing { .. }) => Err(ReadError::Cut { path }),
        Err(source) => Err(ReadError::Io { path, source }),
    };
    let (recovered, damage, buffer) = elements.finish();
    if result.is_err()
        && let Some(report) = sniffer.and_then(LibtestSniffer::into_report)
    {
        return (Ok(vec![report]), buffer);
    }
    let result = result.map(|mut report| {
        report.recovered.splice(..0, recovered);
        report.damage = damage.map(|flaw| count_cases_behind(flaw, &report));
        vec![report]
    });
    (result, buffer)
}

/// Reads a report that is not XML. The input, as if nothing of it had been read, if it is none; `advice` says what to do
/// then, as far as this is known.
fn read_other<'a>(
    mut input: Box<dyn Read + 'a>,
    path: &Arc<str>,
    limits: &Limits,
    advice: &mut Option<&'static str>,
) -> Result<Report, Box<dyn Read + 'a>> {
    let mut head = Vec::new();
    let error = (&mut input).take(head::LENGTH as u64).read_to_end(&mut head).err();
    let found = head::find(&head);
    *advice = advice::for_output(&head).filter(|_| found.is_none());
    let lines_before = found.map_or(0, |found| {
        let before = head.get(..found.before).unwrap_or_default();
        memchr::memchr_iter(b'\n', before).count()
    });
    let mut head = Cursor::new(head);
    head.set_position(found.map_or(0, |found| found.before as u64));
    let whole: Box<dyn Read + 'a> = Box::new(head.chain(encoding::Fails(error)).chain(input));
    let Some(Found { format, notation, before }) = found else { return Err(whole) };
    let path = Arc::clone(path);
    let report = match notation {
        Notation::Json => json::read(format, whole, path, limits),
        Notation::Text => text::read(format, whole, path, limits),
    };
    // Each format that is found has a reader.
    let Some(mut report) = report else { return Err(Box::new(io::empty())) };
    if before > 0 {
        report.move_down(lines_before);
        let position = Position { line: 1, column: 1 };
        report.recovered.insert(0, Flaw::new(position, "something before the report"));
    }
    report.damage = report.damage.take().map(|flaw| count_cases_behind(flaw, &report));
    Ok(report)
}

/// The damage of `report`, which says how many cases were read behind it.
fn count_cases_behind(flaw: Flaw, report: &Report) -> Flaw {
    if flaw.limit.is_some() {
        return flaw;
    }
    let behind = report.cases.iter().filter(|case| case.position >= flaw.position).count();
    let message = match behind {
        0 => return flaw,
        1 => format!("{}; 1 case after it was read", flaw.message),
        _ => format!("{}; {behind} cases after it were read", flaw.message),
    };
    Flaw { message, ..flaw }
}

/// The only report in `text`.
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
            let (result, buffer) = read_with(input, Arc::from("-"), Vec::new(), &Limits::default());
            let report = result.unwrap().remove(0);
            assert_eq!((report.cases.len(), report.damage), (1, None), "{head}");
            assert_eq!(buffer.len(), xml::window::WINDOW, "{head}");
        }
    }

    #[test]
    fn a_tag_without_an_end_is_damage() {
        for head in ["<testsuite><testcase/><testcase name='", "<testsuite><testcase/></testsuite"]
        {
            let (result, buffer) = read_with(
                stream(head, LINE, 100_000, ""),
                Arc::from("-"),
                Vec::new(),
                &Limits::default(),
            );
            let report = result.unwrap().remove(0);
            assert_eq!(report.damage.unwrap().message, "a tag of more than 4 MiB");
            assert_eq!(report.cases.len(), 1);
            assert!(buffer.len() <= 8 * 1024 * 1024);
        }
    }

    #[test]
    fn everything_before_a_limit_is_kept_and_the_rest_is_damage() {
        let limits = Limits { file_size: 4096, value_size: 100, cases: 3 };
        let case = "<testcase name='a'/>";
        let junit = |inside: &str| format!("<testsuite>{case}{inside}</testsuite>");
        let many = "<test name='a' result='Pass' type='C'/>".repeat(4);
        let lines = "test a ... ok\ntest b ... ok\n".repeat(2);
        let long = "x".repeat(101);
        for (text, cases, message) in [
            (junit(&case.repeat(3)), 3, "more than 3 cases"),
            (
                junit(&format!("<testcase>{}</testcase>", case.repeat(3))),
                // The case around the others did not end.
                2,
                "more than 3 cases",
            ),
            (
                format!(
                    "<assemblies><assembly><collection>{many}</collection></assembly></assemblies>"
                ),
                3,
                "more than 3 cases",
            ),
            (
                format!(
                    "running 4 tests\n{lines}\ntest result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n"
                ),
                3,
                "more than 3 cases",
            ),
            (
                junit(&format!("<testcase name='{long}'/>")),
                1,
                "an attribute of more than 100 bytes",
            ),
            (junit(&format!("<{long}/>")), 1, "a name of more than 100 bytes"),
            (
                junit(&format!("<testcase name='{}'/>", long.repeat(10))),
                1,
                "a tag of more than 400 bytes",
            ),
            (junit(&" ".repeat(4096)), 1, "cannot be read further: it is longer than 4 KiB"),
        ] {
            let report = read_limited(text.as_bytes(), "r", &limits).unwrap().remove(0);
            assert_eq!(report.damage.unwrap().message, message);
            assert_eq!(report.cases.len(), cases, "{message}");
        }
        let report =
            read_limited(junit(&case.repeat(2)).as_bytes(), "r", &limits).unwrap().remove(0);
        assert_eq!((report.cases.len(), report.damage), (3, None));
    }

    #[test]
    fn json_lines_have_the_same_limit_of_cases() {
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
            let limits = Limits { cases, ..Limits::default() };
            read_limited(&*written, "r.jsonl", &limits).unwrap()
        };
        let whole = read(3);
        assert_eq!((whole.len(), whole[0].cases.len()), (1, 3));
        let cut = read(2);
        assert_eq!(cut[0].cases.len(), 2);
        let damage = cut[1].damage.as_ref().unwrap();
        assert_eq!(damage.message, "more than 2 cases");
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
