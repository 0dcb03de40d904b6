//! Reads every report file that was found, in parallel, and keeps apart what was no report.

use std::sync::Arc;

use rayon::prelude::*;

use crate::discover::{Discovered, Input, Origin, Source};
use crate::formats::model::{Flaw, Position, Report};
use crate::formats::{self, ReadError};

/// What the report files gave.
#[derive(Debug, Default)]
pub struct Readings {
    /// The reports, in the order of their paths.
    pub reports: Vec<Report>,
    /// Files and patterns that gave nothing, although something was expected of them: damage.
    pub unreadable: Vec<Unreadable>,
    /// XML files that are no test reports, found in a directory or by a pattern.
    pub other_xml: usize,
    /// Directories and patterns that gave no report, as written.
    pub unmatched: Vec<String>,
}

/// A file that gave no report.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// The path as given.
    pub path: Arc<str>,
    /// Why; at the start of the file, because nothing of it was understood.
    pub flaw: Flaw,
}

/// Reads all of `discovered`.
#[must_use]
pub fn read_all(discovered: Discovered) -> Readings {
    let Discovered { inputs, unmatched, errors } = discovered;
    let mut readings = Readings { unmatched, ..Readings::default() };
    for error in errors {
        let path = error.path().to_owned();
        readings.unreadable.push(unreadable(&path, with_causes(&error)));
    }
    let read: Vec<(Input, Result<Report, ReadError>)> = inputs
        .into_par_iter()
        .map(|input| {
            let read = read(&input);
            (input, read)
        })
        .collect();
    for (input, read) in read {
        match read {
            Ok(report) => readings.reports.push(report),
            Err(error) if error.is_other_xml() && input.origin == Origin::Found => {
                readings.other_xml += 1
            }
            Err(error) => readings.unreadable.push(unreadable(&input.display, with_causes(&error))),
        }
    }
    readings
}

fn read(input: &Input) -> Result<Report, ReadError> {
    match &input.source {
        Source::Stdin => formats::read_stdin(),
        Source::File(path) => formats::read_file(path, &input.display),
    }
}

fn unreadable(path: &str, message: String) -> Unreadable {
    // The path stands before every flaw already.
    let message = match message.strip_prefix(path).map(str::trim_start) {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => message,
    };
    Unreadable {
        path: path.into(),
        flaw: Flaw { position: Position { line: 1, column: 1 }, message },
    }
}

/// An error and its causes in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        message = format!("{message}: {cause}");
        next = cause.source();
    }
    message
}
