//! From patterns to records: the first part of `import`, `inspect` and `explain`.

use std::path::Path;

use crate::discover::{DiscoverError, discover};
use crate::progress::Progress;
use crate::reading::read_all;
use crate::summary::{CommandEnd, Summary, SummaryError};
use test_reports::formats::model::Report;
use test_reports::record::{Records, ReportGroup, TestRecord, collect_groups};
use test_reports::text::count;

use super::cargo::Cargo;
use super::exit::ExitCode;
use super::settings::{Reading, Settings};
use super::tables::{self, Found, Unassigned};

/// Finds the reports below `directory`: those of each `[[import]]` table, or one list without tables.
///
/// # Errors
/// Reports that are in several tables, and reports that are named and in none.
pub(super) fn find(directory: &Path, settings: &Settings) -> Result<Found, Unassigned> {
    if !settings.tables.is_empty() {
        return tables::find(directory, settings);
    }
    let mut found = discover(directory, &settings.reading.reports, &settings.reading.exclude);
    if settings.identity.reruns {
        // The order of the arguments is the order of the runs.
        found.inputs.sort_by_key(|input| input.argument);
    }
    Ok(Found { groups: vec![found], warnings: Vec::new() })
}

/// The result of reading all reports.
pub(super) struct ReportSet {
    /// The reports as written, by `[[import]]` table.
    pub(super) reports: Vec<Vec<Report>>,
    pub(super) records: Records,
    /// Reports that do not exist, and too few tests.
    pub(super) errors: Vec<SummaryError>,
    /// Whether a report that was named does not exist, or a table has no tests.
    pub(super) is_missing: bool,
    /// Whether there are too few tests for an import.
    pub(super) has_too_few: bool,
    /// 3 if a report is missing or damaged, or if there are too few tests; else 0.
    pub(super) exit: ExitCode,
}

/// Reads the reports `found`, and adds those that a `command` `printed` to the first of them. Test binaries in the output of
/// `cargo test` are named by `cargo` in `directory`.
pub(super) fn read(
    found: Found,
    printed: Vec<Report>,
    command: Option<&CommandEnd>,
    settings: &Settings,
    cargo: &Cargo,
    directory: &Path,
    progress: &Progress,
) -> ReportSet {
    let is_absent = |error: &mut DiscoverError| matches!(error, DiscoverError::Missing { .. });
    let mut errors = Vec::new();
    let mut failed = Vec::new();
    let Found { mut groups, warnings } = found;
    for (index, found) in groups.iter_mut().enumerate() {
        let missing = found.errors.extract_if(.., is_absent).map(missing);
        let before = errors.len();
        errors.extend(missing.map(|error| tables::of_table(settings, index, error)));
        failed.push(errors.len() > before);
    }
    let mut readings = read_all(groups, &settings.reading.limits, progress);
    if let Some(first) = readings.first_mut() {
        first.reports.extend(printed);
    }
    let mut naming = Vec::new();
    for reading in &mut readings {
        naming.extend(cargo.name_binaries(&mut reading.reports, directory));
    }
    let groups: Vec<ReportGroup<'_>> = readings
        .iter()
        .zip(settings.identities())
        .map(|(reading, options)| ReportGroup { reports: &reading.reports, options })
        .collect();
    let mut records = collect_groups(&groups);
    records.warnings.extend(naming);
    records.warnings.extend(warnings);
    let unmatched = readings.iter().flat_map(|reading| &reading.unmatched);
    records.warnings.extend(unmatched.map(|pattern| format!("{pattern} matches no report")));
    let foreign: usize = readings.iter().map(|reading| reading.foreign).sum();
    match foreign {
        0 => {}
        1 => records.warnings.push("skipped 1 file that is not a test report".to_owned()),
        many => {
            records
                .warnings
                .push(format!("skipped {} that are not test reports", count(many, "file")));
        }
    }
    let Reading { allow_empty, min_tests, .. } = settings.reading;
    let is_damaged = records.files.iter().any(|file| file.damaged.is_some());
    let has_too_few = records.tests.len() < min_tests.max(usize::from(!allow_empty));
    errors.extend(tables::without_tests(settings, &records, &failed));
    let is_missing = !errors.is_empty();
    // That a report is missing or damaged explains why there are no tests.
    if has_too_few && (min_tests > 1 || !(is_missing || is_damaged)) {
        errors.push(too_few(&records, min_tests, command));
    }
    let fails = is_missing || is_damaged || has_too_few;
    let exit = if fails { ExitCode::Reports } else { ExitCode::Done };
    let reports = readings.into_iter().map(|reading| reading.reports).collect();
    ReportSet { reports, records, errors, is_missing, has_too_few, exit }
}

fn missing(error: DiscoverError) -> SummaryError {
    let hint = if error.path().contains([',', ' ', '\n']) {
        "to name several reports, give each as an argument of its own"
    } else {
        "check the path, and that the tests ran before this"
    };
    SummaryError { message: error.to_string(), hint: Some(hint.to_owned()) }
}

fn too_few(records: &Records, min_tests: usize, command: Option<&CommandEnd>) -> SummaryError {
    let tests = records.tests.len();
    let has_failed = command.is_some_and(|command| command.exit_code != 0);
    let (message, hint) = match records.files.len() {
        _ if min_tests > 1 => (
            format!("found {}, fewer than --min-tests {min_tests}", count(tests, "test")),
            "check that all tests ran, and where they write their reports",
        ),
        0 if has_failed => (
            "no reports found: the command failed before it wrote one".to_owned(),
            "see its output above; use --allow-empty if no reports are expected",
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
    SummaryError { message, hint: Some(hint.to_owned()) }
}

/// Moves the tests that match a pattern of `ignore` in `tq-import.toml` out of the way.
pub(super) fn remove_ignored(summary: &mut Summary, settings: &Settings) {
    let is_ignored = |test: &TestRecord| {
        let group = usize::from(test.group);
        is_ignored(settings, group, &test.class.folder, &test.name)
    };
    if settings.identities().enumerate().any(|(group, _)| !settings.ignore_of(group).is_empty()) {
        summary.ignore(is_ignored);
    }
}

/// Whether a pattern of `ignore` in `tq-import.toml` matches a test of the `group` of reports.
pub(super) fn is_ignored(settings: &Settings, group: usize, folder: &[String], name: &str) -> bool {
    let patterns = settings.ignore_of(group);
    if patterns.is_empty() {
        return false;
    }
    // Patterns are about what a test is; `--folder` only says where it is placed.
    let placed = settings.identities().nth(group).map_or(0, |options| options.folder.len());
    let folder = folder.iter().skip(placed).map(String::as_str);
    let path = folder.chain([name]).collect::<Vec<_>>().join("/");
    patterns.iter().any(|pattern| pattern.matches(&path))
}
