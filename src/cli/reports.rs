//! From patterns to records: the first part of `import`, `inspect` and `explain`.

use std::path::Path;

use crate::discover::{Discovered, discover};
use crate::progress::Progress;
use crate::reading::{Readings, read_all};
use crate::summary::SummaryError;
use test_reports::formats::model::Report;
use test_reports::record::{Records, collect};
use test_reports::text::count;

use super::cargo::Cargo;
use super::exit::ExitCode;
use super::settings::{Reading, Settings};

/// Finds the reports below `directory`.
pub(super) fn find(directory: &Path, settings: &Settings) -> Discovered {
    let mut found = discover(directory, &settings.reading.reports, &settings.reading.exclude);
    if settings.identity.reruns {
        // The order of the arguments is the order of the runs.
        found.inputs.sort_by_key(|input| input.argument);
    }
    found
}

/// Reads the reports `found`, and adds the report that a command `printed`. Returns the reports as written, and their
/// records. Test binaries in the output of `cargo test` are named by `cargo` in `directory`.
pub(super) fn read(
    found: Discovered,
    printed: Option<Report>,
    settings: &Settings,
    cargo: &Cargo,
    directory: &Path,
    progress: &Progress,
) -> (Vec<Report>, Records) {
    let Readings { mut reports, foreign, unmatched } =
        read_all(found, &settings.reading.caps, progress);
    reports.extend(printed);
    let naming = cargo.name_binaries(&mut reports, directory);
    let mut records = collect(&reports, &settings.identity);
    records.warnings.extend(naming);
    records.warnings.extend(unmatched.iter().map(|pattern| format!("{pattern} matches no report")));
    match foreign {
        0 => {}
        1 => records.warnings.push("skipped 1 file that is not a test report".to_owned()),
        many => {
            records.warnings.push(format!("skipped {many} files that are not test reports"));
        }
    }
    (reports, records)
}

/// Adds the exit code for damaged reports and too few tests. Returns an error for too few tests.
pub(super) fn check(
    records: &Records,
    reading: &Reading,
    exit: &mut ExitCode,
) -> Option<SummaryError> {
    if records.files.iter().any(|file| file.damaged.is_some()) {
        exit.add(ExitCode::Reports);
    }
    let tests = records.tests.len();
    if tests >= reading.min_tests.max(usize::from(!reading.allow_empty)) {
        return None;
    }
    exit.add(ExitCode::Reports);
    let (message, hint) = match records.files.len() {
        _ if reading.min_tests > 1 => (
            format!("found {}, fewer than --min-tests {}", count(tests, "test"), reading.min_tests),
            "check that all tests ran, and where they write their reports",
        ),
        0 => (
            "no reports found".to_owned(),
            "check that the tests ran before this and where they write their reports; quote patterns, or the shell expands them; use --allow-empty if no reports are expected",
        ),
        files => (
            format!("no tests found in {}", count(files, "report")),
            "check that the tests ran; use --allow-empty if no tests are expected",
        ),
    };
    Some(SummaryError { message, hint: Some(hint.to_owned()) })
}
