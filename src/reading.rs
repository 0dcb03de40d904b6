//! Reads the report files that were found, in parallel.

use std::sync::Arc;

use rayon::prelude::*;

use crate::discover::{Discovered, Input, Origin, Source};
use crate::progress::{Progress, Stage};
use test_reports::formats::model::{Flaw, Position, Report};
use test_reports::formats::{self, Caps, ReadError};

/// The reports, and the inputs that contained none.
#[derive(Debug, Default)]
pub struct Readings {
    /// The reports, in the order of their files; a JSON lines file may hold several. Inputs that could not be read come
    /// first, as damaged reports without cases.
    pub reports: Vec<Report>,
    /// How many files, found in a directory or by a pattern, are not test reports.
    pub foreign: usize,
    /// Directories and patterns without a report, as written.
    pub unmatched: Vec<String>,
}

/// Reads all `discovered` files, each within the limits of `caps`, and advances `progress` by one per file.
#[must_use]
pub fn read_all(discovered: Discovered, caps: &Caps, progress: &Progress) -> Readings {
    let Discovered { inputs, unmatched, errors } = discovered;
    let mut readings = Readings { unmatched, ..Readings::default() };
    for error in errors {
        readings.reports.push(unreadable(error.path(), &error));
    }
    progress.begin(Stage::Reading, inputs.len() as u64);
    let read_one = |input: Input| {
        let read = read(&input, caps);
        progress.advance(1);
        (input, read)
    };
    // A single file needs no threads.
    let read: Vec<(Input, Result<Vec<Report>, ReadError>)> = match inputs.len() {
        0 | 1 => inputs.into_iter().map(read_one).collect(),
        _ => inputs.into_par_iter().map(read_one).collect(),
    };
    for (input, read) in read {
        match read {
            Ok(reports) => readings.reports.extend(reports),
            Err(error) if input.origin == Origin::Found && is_skipped(&input, &error) => {
                readings.foreign += 1
            }
            Err(error) => readings.reports.push(unreadable(&input.display, &error)),
        }
    }
    readings
}

/// Whether to skip a file that was found, not named. A `.gz` may hold anything, unless its name says what.
fn is_skipped(input: &Input, error: &ReadError) -> bool {
    let name = input.display.to_ascii_lowercase();
    let is_any_archive = name.strip_suffix(".gz").is_some_and(|name| {
        ![".xml", ".trx", ".jsonl"].iter().any(|extension| name.ends_with(extension))
    });
    error.is_foreign() || (error.is_not_xml() && is_any_archive)
}

fn read(input: &Input, caps: &Caps) -> Result<Vec<Report>, ReadError> {
    match &input.source {
        Source::Stdin => formats::read_stdin(caps),
        Source::File(path) => formats::read_file(path, &input.display, caps),
    }
}

/// A damaged report without cases. Its flaw has no position and names `error` and its causes in one line.
fn unreadable(path: &str, error: &dyn std::error::Error) -> Report {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let message = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    // A flaw is always shown after its path: do not repeat it.
    let without = message.strip_prefix(path).map(str::trim_start);
    let without = without.or_else(|| message.strip_suffix(path)?.strip_suffix(": "));
    let message = without.filter(|rest| !rest.is_empty()).unwrap_or(&message).to_owned();
    Report::unreadable(Arc::from(path), Flaw { position: Position::default(), message })
}
