//! Reads every report file that was found, in parallel, and keeps apart what was no report.

use std::sync::Arc;

use rayon::prelude::*;

use crate::discover::{Discovered, Input, Origin, Source};
use crate::progress::{Progress, Stage};
use test_reports::formats::model::{Flaw, Position, Report};
use test_reports::formats::{self, Limit, Limits, ReadError};

/// What the report files gave.
#[derive(Debug, Default)]
pub struct Readings {
    /// The reports, in the order of their files; those of JSON lines one after the other. Files and patterns that gave
    /// nothing, although something was expected of them, stand in front: damaged reports without cases.
    pub reports: Vec<Report>,
    /// Files that are no test reports, found in a directory or by a pattern.
    pub foreign: usize,
    /// Directories and patterns that gave no report, as written.
    pub unmatched: Vec<String>,
}

/// Reads all of `discovered`, each file up to `limits`, and tells `progress` of each file.
#[must_use]
pub fn read_all(discovered: Discovered, limits: &Limits, progress: &Progress) -> Readings {
    let Discovered { inputs, unmatched, errors } = discovered;
    let mut readings = Readings { unmatched, ..Readings::default() };
    for error in errors {
        let path = error.path().to_owned();
        readings.reports.push(unreadable(&path, with_causes(&error)));
    }
    progress.begin(Stage::Reading, inputs.len() as u64);
    let read_one = |input: Input| {
        let read = read(&input, limits);
        progress.advance(1);
        (input, read)
    };
    // A file alone needs no threads.
    let read: Vec<(Input, Result<Vec<Report>, ReadError>)> = match inputs.len() {
        0 | 1 => inputs.into_iter().map(read_one).collect(),
        _ => inputs.into_par_iter().map(read_one).collect(),
    };
    for (input, read) in read {
        match read {
            Ok(reports) => readings.reports.extend(reports),
            Err(error) if input.origin == Origin::Found && is_passed_by(&input, &error) => {
                readings.foreign += 1
            }
            Err(error) => readings.reports.push(unreadable(&input.display, with_causes(&error))),
        }
    }
    readings
}

/// Whether a file that nobody named is none of ours. What is packed may be anything, unless its name says better.
fn is_passed_by(input: &Input, error: &ReadError) -> bool {
    let name = input.display.to_ascii_lowercase();
    let is_any_archive = name.strip_suffix(".gz").is_some_and(|name| {
        ![".xml", ".trx", ".jsonl"].iter().any(|extension| name.ends_with(extension))
    });
    error.is_foreign() || (error.is_not_xml() && is_any_archive)
}

fn read(input: &Input, limits: &Limits) -> Result<Vec<Report>, ReadError> {
    let mut reports = match &input.source {
        Source::Stdin => formats::read_stdin(limits),
        Source::File(path) => formats::read_file(path, &input.display, limits),
    }?;
    reports.iter_mut().for_each(name_option);
    Ok(reports)
}

/// Adds to the damage of `report` which option raises the limit that it exceeds.
pub(crate) fn name_option(report: &mut Report) {
    let Some(flaw) = &mut report.damage else { return };
    let option = match flaw.limit.map(|exceeded| exceeded.limit) {
        Some(Limit::FileSize) => "--max-file-size",
        Some(Limit::TagSize | Limit::AttributeSize | Limit::NameSize) => "--max-value-size",
        Some(Limit::Cases) => "--max-cases",
        _ => return,
    };
    flaw.message = format!("{}: {option} allows more", flaw.message);
}

/// Nowhere in the file, because nothing of it was understood.
fn unreadable(path: &str, message: String) -> Report {
    // The path stands before every flaw already.
    let without = message.strip_prefix(path).map(str::trim_start);
    let without = without.or_else(|| message.strip_suffix(path)?.strip_suffix(": "));
    let message = match without {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => message,
    };
    Report::unreadable(Arc::from(path), Flaw::new(Position::default(), message))
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
