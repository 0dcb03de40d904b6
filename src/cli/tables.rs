//! The reports of the `[[import]]` tables of `tq-import.toml`, each with its table.
//!
//! Report arguments choose among them: a report that the command line names is imported as its table says.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::discover::{Discovered, Origin, Source, discover};
use crate::summary::SummaryError;
use test_reports::record::Records;
use test_reports::text::count;

use super::settings::{ConfigError, ImportTable, Settings};

/// The number of reports that an error about tables names.
const SHOWN: usize = 5;

/// The reports that were found.
pub(super) struct Found {
    /// Those of each `[[import]]` table, in the order of the tables; without tables, one list.
    pub(super) groups: Vec<Discovered>,
    /// Warnings about the choice.
    pub(super) warnings: Vec<String>,
}

/// Reports whose table cannot be told.
pub(super) struct Unassigned {
    /// What is wrong.
    pub(super) errors: Vec<ConfigError>,
    /// All reports that were found.
    pub(super) found: Vec<Discovered>,
}

/// What to do about reports that no table names.
const IN_NO_TABLE: &str = "report arguments select among the reports of the tables: add the report to `files` of a table, or give its package a tq-import.toml of its own; nothing was done";

/// The reports of the tables.
///
/// # Errors
/// Reports that are in several tables, and reports that are named and in none.
pub(super) fn find(directory: &Path, settings: &Settings) -> Result<Found, Unassigned> {
    let reading = &settings.reading;
    // Without a report, they only leave some out.
    let chooses = settings.chooses_reports();
    let negative = reading.reports.iter().filter(|_| !chooses).cloned();
    let negative: Vec<String> = negative.collect();
    let mut tables: Vec<Discovered> = settings
        .tables
        .iter()
        .map(|table| {
            let patterns: Vec<String> = table.files.iter().chain(&negative).cloned().collect();
            let excludes = [&reading.exclude[..], &table.exclude].concat();
            let mut found = discover(&settings.tables_base(directory), &patterns, &excludes);
            if table.identity.reruns {
                found.inputs.sort_by_key(|input| input.argument);
            }
            found
        })
        .collect();
    let mut owners: HashMap<PathBuf, usize> = HashMap::new();
    let mut errors = Shown::default();
    for (index, table) in tables.iter_mut().enumerate() {
        for input in &mut table.inputs {
            let Source::File(path) = &input.source else { continue };
            let path = path.canonicalize().unwrap_or_else(|_| path.clone());
            if let Some(prefix) =
                settings.tables_prefix().filter(|_| !input.display.starts_with('/'))
            {
                input.display = format!("{prefix}{}", input.display);
            }
            let owner = *owners.entry(path).or_insert(index);
            if owner != index {
                let [owner, other] = [owner, index].map(|index| settings.table_name(index));
                errors.add(
                    format!("{} belongs to two tables: {owner} and {other}", input.display),
                    "leave it out of one of them, with narrower `files` or with `exclude`; nothing was done",
                );
            }
        }
    }
    if !chooses {
        return errors.or(tables, Vec::new(), Vec::new());
    }
    let mut chosen: Vec<Discovered> = tables.iter().map(|_| Discovered::default()).collect();
    let mut named = discover(directory, &reading.reports, &reading.exclude);
    let mut unnamed = Vec::new();
    for input in std::mem::take(&mut named.inputs) {
        let owner = match &input.source {
            Source::Stdin => None,
            Source::File(path) => owners.get(&path.canonicalize().unwrap_or_else(|_| path.clone())),
        };
        match owner.and_then(|owner| chosen.get_mut(*owner)) {
            Some(table) => table.inputs.push(input),
            // A directory and a pattern may find anything.
            None if input.origin == Origin::Found => unnamed.push(input.display),
            None => {
                errors.add(format!("{} belongs to no [[import]] table", input.display), IN_NO_TABLE)
            }
        }
    }
    if let Some(first) = unnamed.first()
        && chosen.iter().all(|table| table.inputs.is_empty())
    {
        let files = count(unnamed.len(), "report");
        let message =
            format!("{files} found, but none that belongs to an [[import]] table (first: {first})");
        errors.add(message, IN_NO_TABLE);
    }
    if let Some(first) = chosen.first_mut() {
        (first.unmatched, first.foreign, first.errors) =
            (named.unmatched, named.foreign, named.errors);
    }
    for (found, table) in chosen.iter_mut().zip(&settings.tables) {
        found.excludes = named.excludes.clone();
        if table.identity.reruns {
            found.inputs.sort_by_key(|input| input.argument);
        }
    }
    let warnings = unnamed.first().map(|first| {
        let files = count(unnamed.len(), "file");
        format!("left out {files} that no [[import]] table names (first: {first})")
    });
    errors.or(chosen, tables, warnings.into_iter().collect())
}

/// Errors about reports, of which the first are shown.
#[derive(Default)]
struct Shown {
    errors: Vec<ConfigError>,
    more: usize,
}

impl Shown {
    fn add(&mut self, message: String, hint: &str) {
        if self.errors.len() < SHOWN {
            self.errors.push(ConfigError::new(message).hint(hint));
        } else {
            self.more += 1;
        }
    }

    fn or(
        mut self,
        mut groups: Vec<Discovered>,
        others: Vec<Discovered>,
        warnings: Vec<String>,
    ) -> Result<Found, Unassigned> {
        if self.more > 0 {
            let more = count(self.more, "more report");
            self.errors.push(ConfigError::new(format!("the same applies to {more}")));
        }
        if self.errors.is_empty() {
            return Ok(Found { groups, warnings });
        }
        groups.extend(others);
        Err(Unassigned { errors: self.errors, found: groups })
    }
}

/// Whether report arguments leave out a table whose namespace has tests in these reports.
pub(super) fn leaves_some_out(settings: &Settings, records: &Records) -> bool {
    let is_read = |index: usize| records.files.iter().any(|file| usize::from(file.group) == index);
    let (read, left): (Vec<_>, Vec<_>) =
        settings.tables.iter().enumerate().partition(|(index, _)| is_read(*index));
    let namespace = |(_, table): &(usize, &ImportTable)| table.identity.namespace.clone();
    settings.chooses_reports()
        && left.iter().any(|table| read.iter().any(|other| namespace(other) == namespace(table)))
}

/// An error about the reports that a table names. Those of arguments are not the table's.
pub(super) fn of_table(settings: &Settings, index: usize, error: SummaryError) -> SummaryError {
    if settings.tables.is_empty() || settings.chooses_reports() {
        return error;
    }
    let message = format!("{}: {}", settings.table_name(index), error.message);
    SummaryError { message, ..error }
}

/// An error for each table that has no tests, unless something else explains it. `failed`: for each table, whether one of its
/// reports is missing.
pub(super) fn without_tests(
    settings: &Settings,
    records: &Records,
    failed: &[bool],
) -> Vec<SummaryError> {
    if settings.reading.allow_empty || settings.chooses_reports() {
        return Vec::new();
    }
    let mut errors = Vec::new();
    for (index, failed) in failed.iter().enumerate().take(settings.tables.len()) {
        let mut files = records.files.iter().filter(|file| usize::from(file.group) == index);
        let (mut number, mut cases, mut is_damaged) = (0, 0, *failed);
        for file in &mut files {
            number += 1;
            cases += file.tests;
            is_damaged |= file.damaged.is_some();
        }
        if cases > 0 || is_damaged {
            continue;
        }
        let what = match number {
            0 => "no reports found".to_owned(),
            number => format!("no tests found in {}", count(number, "report")),
        };
        let error = SummaryError {
            message: what,
            hint: Some("check that its tests ran and where they write their reports; if they did not run, name the reports of the other tables; use --allow-empty if no tests are expected".to_owned()),
        };
        errors.push(of_table(settings, index, error));
    }
    errors
}
