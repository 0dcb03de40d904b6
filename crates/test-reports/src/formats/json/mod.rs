//! Reports in JSON: one document, or a value on each line.
//!
//! `input` makes strict JSON of what tools write, `values` reads it leniently and element by element, and one module per
//! family of tools gives the elements their meaning. None of them holds more than a case, or a file of cases whose name
//! comes last.

mod allure;
mod ctrf;
mod cucumber;
mod dart;
mod envelope;
mod go;
mod googletest;
mod input;
mod jest;
mod libtest;
mod messages;
mod mocha;
mod mochawesome;
mod ndjson;
mod newman;
mod playwright;
mod pytest;
mod reportlog;
mod robot;
mod sniff;
mod values;

use std::io::Read;
use std::sync::Arc;

use serde::Deserializer;

use super::builder::ReportBuilder;
use super::limits::Limits;
use super::model::{Flaw, Format, Position, Report};
pub(super) use allure::join as join_allure;
pub(super) use go::{GoReader, unbuilt};
use input::{JsonInput, Place};
use ndjson::{Line, Lines};
pub(super) use sniff::format_at;

/// A reader of documents. A file may have several, one after the other.
trait Document {
    /// Reads one document.
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error>;

    fn builder(&mut self) -> &mut ReportBuilder;

    /// The report. What is incomplete, because the document was cut, is dropped.
    fn finish(self) -> Report;
}

/// A reader of lines.
trait LineReader {
    fn line(&mut self, line: &Line<'_>);

    fn builder(&mut self) -> &mut ReportBuilder;

    /// The report. `end` is the place after the last line.
    fn finish(self, end: Position) -> Report;
}

/// Reads a report in `format`, which [`format_at`] found at the beginning of `input`.
pub(super) fn read(
    format: Format,
    input: impl Read,
    path: Arc<str>,
    limits: &Limits,
) -> Option<Report> {
    let builder = |element| ReportBuilder::new(path, format, element, limits);
    Some(match format {
        Format::Jest => document(input, limits, |place| jest::Reader::new(builder("jest"), place)),
        Format::Vitest => {
            document(input, limits, |place| jest::Reader::new(builder("vitest"), place))
        }
        Format::Mocha => {
            document(input, limits, |place| mocha::Reader::new(builder("mocha"), place))
        }
        Format::Playwright => {
            document(input, limits, |place| playwright::Reader::new(builder("playwright"), place))
        }
        Format::Pytest => {
            document(input, limits, |place| pytest::Reader::new(builder("pytest"), place))
        }
        Format::Ctrf => document(input, limits, |place| ctrf::Reader::new(builder("ctrf"), place)),
        Format::Cucumber => {
            document(input, limits, |place| cucumber::Reader::new(builder("cucumber"), place))
        }
        Format::NewmanJson => {
            document(input, limits, |place| newman::Reader::new(builder("newman"), place))
        }
        Format::Allure => document(input, limits, |_| allure::Reader::new(builder("allure"))),
        Format::GoogletestJson => {
            document(input, limits, |place| googletest::Reader::new(builder("googletest"), place))
        }
        Format::RobotJson => {
            document(input, limits, |place| robot::Reader::new(builder("robot"), place))
        }
        Format::GoTest => lines(input, limits, GoReader::new(builder("go test"), limits)),
        Format::LibtestJson => {
            lines(input, limits, libtest::Reader::new(builder("libtest"), limits))
        }
        Format::DartTest => lines(input, limits, dart::Reader::new(builder("dart test"), limits)),
        Format::Reportlog => {
            lines(input, limits, reportlog::Reader::new(builder("pytest"), limits))
        }
        Format::MochaStream => lines(input, limits, mocha::Stream::new(builder("mocha"), limits)),
        Format::CucumberMessages => {
            lines(input, limits, messages::Reader::new(builder("cucumber"), limits))
        }
        _ => return None,
    })
}

fn document<T: Document>(
    input: impl Read,
    limits: &Limits,
    reader: impl FnOnce(Place) -> T,
) -> Report {
    let input = JsonInput::new(input, limits);
    let (place, flaws) = (input.place(), input.flaws());
    let mut reader = reader(place.clone());
    let mut deserializer = serde_json::Deserializer::from_reader(input);
    loop {
        if let Err(error) = reader.read(&mut deserializer) {
            let flaw = flaw_of(error, place.position());
            reader.builder().damage(flaw);
            break;
        }
        match deserializer.end() {
            Ok(()) => break,
            Err(error) if error.is_io() => {
                let flaw = flaw_of(error, place.position());
                reader.builder().damage(flaw);
                break;
            }
            Err(_) if matches!(place.byte(), b'{' | b'[') => {
                let message = "several documents in one file";
                reader.builder().recover(Flaw::new(place.position(), message));
            }
            Err(_) => {
                let (position, byte) = (place.position(), char::from(place.byte()));
                let is_json = "]},:\"".contains(byte);
                let message = if is_json {
                    format!("`{byte}` after the end of the document")
                } else {
                    "something after the document".to_owned()
                };
                let flaw = Flaw::new(position, message);
                match is_json {
                    true => reader.builder().damage(flaw),
                    false => reader.builder().recover(flaw),
                }
                break;
            }
        }
    }
    let mut report = reader.finish();
    report.recovered.splice(..0, flaws.take());
    report
}

fn lines<T: LineReader>(input: impl Read, limits: &Limits, mut reader: T) -> Report {
    let mut lines = Lines::new(input, limits);
    let mut end = Position::at(1, 1);
    while let Some(line) = lines.next() {
        match line {
            Ok(line) => {
                end = Position::at(line.number + 1, 1);
                reader.line(&line);
            }
            Err(flaw) => {
                reader.builder().damage(flaw);
                break;
            }
        }
    }
    reader.finish(end)
}

/// The damage of a document that cannot be read further than `position`.
fn flaw_of(error: serde_json::Error, position: Position) -> Flaw {
    if error.is_io() {
        return Flaw::unread(position, &error.into());
    }
    Flaw::new(position, problem(&error, "document"))
}

/// What is wrong with a `what`, without the place.
fn problem(error: &serde_json::Error, what: &str) -> String {
    if error.is_eof() {
        return format!("the file ends inside the {what}");
    }
    let text = error.to_string();
    format!("invalid JSON: {}", text.split(" at line ").next().unwrap_or_default())
}
