//! Reports that are lines of text: TAP, service messages for TeamCity, `go test -v`, the log of XCTest.

mod go;
mod tap;
mod tap_line;
mod teamcity;
mod xctest;
mod yaml;

use std::io::{self, Read};
use std::sync::Arc;

use super::builder::ReportBuilder;
use super::json;
use super::libtest::Lines;
use super::limits::Limits;
use super::model::{Flaw, Format, Position, Report};
use crate::text::strip_colours;

/// A reader of lines.
trait TextReader {
    /// Takes a line without its line break and colours.
    fn line(&mut self, line: &str, position: Position);

    /// Takes the last line, which has no line break and may be cut.
    fn last_line(&mut self, line: &str, position: Position) {
        self.line(line, position);
    }

    fn builder(&mut self) -> &mut ReportBuilder;

    /// The report. `end` is the place after the last line.
    fn finish(self, end: Position) -> Report;
}

/// The format of the report that begins with `line`.
pub(super) fn format_of(line: &str) -> Option<Format> {
    if tap::begins(line) {
        Some(Format::Tap)
    } else if teamcity::begins(line) {
        Some(Format::Teamcity)
    } else if go::begins(line) {
        Some(Format::GoTest)
    } else if xctest::begins(line) {
        Some(Format::Xctest)
    } else {
        None
    }
}

/// Whether a line says that the tests of a Go package could not be built.
pub(super) fn is_unbuilt(line: &str) -> bool {
    json::unbuilt(line).is_some()
}

/// Reads a report in `format`, which [`format_of`] found at the beginning of `input`.
pub(super) fn read(
    format: Format,
    input: impl Read,
    path: Arc<str>,
    limits: &Limits,
) -> Option<Report> {
    let builder = |element| ReportBuilder::new(path, format, element, limits);
    Some(match format {
        Format::Tap => lines(input, tap::Reader::new(builder("tap"))),
        Format::Teamcity => lines(input, teamcity::Reader::new(builder("teamcity"))),
        Format::GoTest => lines(input, go::Reader::new(builder("go test"))),
        Format::Xctest => lines(input, xctest::Reader::new(builder("xctest"))),
        _ => return None,
    })
}

fn lines<T: TextReader>(mut input: impl Read, mut reader: T) -> Report {
    let mut lines = Lines::default();
    let mut last = 0;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => lines.feed(buffer.get(..count).unwrap_or_default(), |line, number| {
                last = number;
                reader.line(&strip_colours(line), Position::at(number, 1));
            }),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                reader.builder().damage(Flaw::unread(Position::at(last + 1, 1), &error));
                break;
            }
        }
    }
    lines.end(|line, number| {
        last = number;
        reader.last_line(&strip_colours(line), Position::at(number, 1));
    });
    reader.finish(Position::at(last + 1, 1))
}
