//! Reports in JSON: one document, or a value on each line.
//!
//! `input` makes strict JSON of what tools write, `elements` reads it element by element, `values` leniently, and one module per
//! family of tools gives the elements their meaning. None of them holds more than a case, or a file of cases whose name
//! comes last.

mod allure;
mod ctrf;
mod cucumber;
mod dart;
mod elements;
mod envelope;
mod go;
mod googletest;
mod input;
mod jest;
mod k6;
mod libtest;
mod messages;
mod mocha;
mod mochawesome;
mod ndjson;
mod newman;
mod place;
mod playwright;
mod pytest;
mod reportlog;
mod robot;
mod rspec;
mod sniff;
mod testcafe;
mod values;
mod webdriverio;

use std::io::Read;
use std::sync::Arc;

use serde::de::{DeserializeSeed as _, Deserializer};

use super::builder::ReportBuilder;
use super::limits::Limits;
use super::model::{Flaw, Format, Position, Report};
pub(super) use allure::join as join_allure;
use elements::{Fields, Object};
pub(super) use go::{GoReader, unbuilt};
use input::{JsonInput, PIECE};
use ndjson::{Line, Lines};
use place::Place;
pub(super) use sniff::format_at;

/// A reader of documents, each of which is an object. A file may have several, one after the other.
trait Document: Object + Sized {
    /// Reads one document.
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        Fields(self).deserialize(deserializer)
    }

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
    read_in_pieces(format, input, path, limits, PIECE)
}

/// As [`read`]. At most `longest_piece` bytes of a document are read at a time.
fn read_in_pieces(
    format: Format,
    input: impl Read,
    path: Arc<str>,
    limits: &Limits,
    longest_piece: usize,
) -> Option<Report> {
    let builder = |element| ReportBuilder::new(path, format, element, limits);
    let json = |input| JsonInput::in_pieces(input, limits, longest_piece);
    Some(match format {
        Format::Jest => document(json(input), |place| jest::Reader::new(builder("jest"), place)),
        Format::Vitest => {
            document(json(input), |place| jest::Reader::new(builder("vitest"), place))
        }
        Format::Mocha => document(json(input), |place| mocha::Reader::new(builder("mocha"), place)),
        Format::Playwright => {
            document(json(input), |place| playwright::Reader::new(builder("playwright"), place))
        }
        Format::Pytest => {
            document(json(input), |place| pytest::Reader::new(builder("pytest"), place))
        }
        Format::Ctrf => document(json(input), |place| ctrf::Reader::new(builder("ctrf"), place)),
        Format::Cucumber => {
            document(json(input), |place| cucumber::Reader::new(builder("cucumber"), place))
        }
        Format::NewmanJson => {
            document(json(input), |place| newman::Reader::new(builder("newman"), place))
        }
        Format::Allure => {
            document(json(input), |place| allure::Reader::new(builder("allure"), place))
        }
        Format::GoogletestJson => {
            document(json(input), |place| googletest::Reader::new(builder("googletest"), place))
        }
        Format::RobotJson => {
            document(json(input), |place| robot::Reader::new(builder("robot"), place))
        }
        Format::RspecJson => {
            document(json(input), |place| rspec::Reader::new(builder("rspec"), place))
        }
        Format::TestcafeJson => {
            document(json(input), |place| testcafe::Reader::new(builder("testcafe"), place))
        }
        Format::WebdriverioJson => {
            document(json(input), |place| webdriverio::Reader::new(builder("webdriverio"), place))
        }
        Format::K6Summary => document(json(input), |place| k6::Reader::new(builder("k6"), place)),
        Format::GoTest => lines(input, limits, GoReader::new(builder("go test"))),
        Format::LibtestJson => lines(input, limits, libtest::Reader::new(builder("libtest"))),
        Format::DartTest => lines(input, limits, dart::Reader::new(builder("dart test"))),
        Format::Reportlog => lines(input, limits, reportlog::Reader::new(builder("pytest"))),
        Format::MochaStream => lines(input, limits, mocha::Stream::new(builder("mocha"))),
        Format::CucumberMessages => {
            lines(input, limits, messages::Reader::new(builder("cucumber")))
        }
        _ => return None,
    })
}

fn document<T: Document>(input: JsonInput<impl Read>, reader: impl FnOnce(Place) -> T) -> Report {
    let (place, flaws) = (input.place(), input.flaws());
    let mut reader = reader(place.clone());
    let mut deserializer = serde_json::Deserializer::from_reader(input);
    let (mut damage, mut recovered) = (None, Vec::new());
    loop {
        if let Err(error) = reader.read(&mut deserializer) {
            damage = Some(flaw_of(error, place.position()));
            break;
        }
        let Err(error) = deserializer.end() else { break };
        let (position, byte) = (place.position(), place.byte());
        match byte {
            _ if error.is_io() => damage = Some(flaw_of(error, position)),
            b'{' | b'[' => {
                if recovered.is_empty() {
                    recovered.push(Flaw::new(position, "several documents in one file"));
                }
                continue;
            }
            b']' | b'}' | b',' | b':' | b'"' => {
                let message = format!("`{}` after the end of the document", char::from(byte));
                damage = Some(Flaw::new(position, message));
            }
            _ => recovered.push(Flaw::new(position, "something after the document")),
        }
        break;
    }
    let mut report = reader.finish();
    // The input is ahead of serde.
    let is_read = |flaw: &Flaw| damage.as_ref().is_none_or(|end| flaw.position <= end.position);
    let flaws = flaws.take().into_iter().filter(is_read);
    report.recovered.splice(..0, flaws.chain(recovered));
    report.damage = report.damage.or(damage);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_read_from_slices_are_those_that_serde_reads_from_streams() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata");
        let mut formats = std::collections::HashSet::new();
        for directory in std::fs::read_dir(directory).unwrap() {
            let Ok(files) = std::fs::read_dir(directory.unwrap().path()) else { continue };
            for path in files.map(|file| file.unwrap().path()) {
                if path.extension().is_none_or(|extension| extension != "json") {
                    continue;
                }
                let bytes = std::fs::read(&path).unwrap();
                let Some(format) = format_at(&bytes) else { continue };
                formats.insert(format!("{format:?}"));
                let read = |bytes: &[u8], longest_piece| {
                    let (path, limits) = (Arc::from("r.json"), Limits::default());
                    let report = read_in_pieces(format, bytes, path, &limits, longest_piece);
                    format!("{:#?}", report.unwrap())
                };
                let same = |bytes: &[u8], what: &str| {
                    let expected = read(bytes, 1);
                    for longest_piece in [PIECE, 700] {
                        let found = read(bytes, longest_piece);
                        let first = expected.lines().zip(found.lines()).find(|(a, b)| a != b);
                        assert!(found == expected, "{} {what}: {first:?}", path.display());
                    }
                };
                same(&bytes, "as it is");
                for at in (0..bytes.len()).step_by(1 + bytes.len() / 3) {
                    same(&bytes[..at], &format!("cut at {at}"));
                    for byte in *b"\"\\},\xff" {
                        let mut bytes = bytes.clone();
                        bytes[at] = byte;
                        same(&bytes, &format!("with {byte} at {at}"));
                    }
                }
            }
        }
        assert!(formats.len() >= 8, "{formats:?}");
    }
}
