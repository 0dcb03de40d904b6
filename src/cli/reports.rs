//! From patterns to records: what `import` and `inspect` begin with.

use std::path::Path;
use std::sync::Arc;

use crate::discover::{Discovered, discover};
use crate::progress::Progress;
use crate::reading::{Readings, read_all};
use test_reports::formats::Limits;
use test_reports::formats::model::Report;
use test_reports::record::{IdentityOptions, Records, collect};

use super::cargo::Cargo;
use super::exit::{ExitCode, ExitReasons};
use super::settings::Reading;

/// Finds what `reading` names, below `directory`.
pub(super) fn find(directory: &Path, reading: &Reading, mapping: &IdentityOptions) -> Discovered {
    let mut discovered = discover(directory, &reading.reports, &reading.exclude);
    if mapping.reruns {
        // What was named later ran later.
        discovered.inputs.sort_by_key(|input| input.argument);
    }
    discovered
}

/// Reads what was found, adds what was `printed`, and maps all of it: the reports as written, and what they mean. The
/// test binaries in what `cargo test` prints get their names from `cargo` in `directory`.
pub(super) fn read(
    discovered: Discovered,
    printed: Option<Report>,
    limits: &Limits,
    mapping: &IdentityOptions,
    cargo: &Cargo,
    directory: &Path,
    progress: &Progress,
) -> (Vec<Report>, Records) {
    let Readings { mut reports, foreign, unmatched } = read_all(discovered, limits, progress);
    reports.extend(printed);
    let naming = cargo.name_binaries(&mut reports, directory);
    let mut records = collect(&reports, mapping);
    records.warnings.extend(naming);
    records.warnings.extend(unmatched.iter().map(|pattern| format!("{pattern} matches no report")));
    if foreign > 0 {
        let files = match foreign {
            1 => "1 file that is",
            many => &format!("{many} files that are"),
        };
        records.warnings.push(format!("skipped {files} no test report"));
    }
    (reports, records)
}

/// What the reports alone make of the exit code, with an error where there is too little in them.
pub(super) fn judge(
    records: &Records,
    reading: &Reading,
    ending: &mut ExitReasons,
) -> Option<TooFew> {
    ending.add_if(records.files.iter().any(|file| file.damaged.is_some()), ExitCode::Reports);
    let tests = records.tests.len();
    let wanted = reading.min_tests.max(usize::from(!reading.allow_empty));
    if tests >= wanted {
        return None;
    }
    ending.add(ExitCode::Reports);
    Some(TooFew {
        tests,
        wanted: reading.min_tests,
        files: records.files.iter().map(|file| file.path.clone()).collect(),
    })
}

/// The reports hold fewer tests than they should.
#[derive(Debug)]
pub(super) struct TooFew {
    tests: usize,
    wanted: usize,
    files: Vec<Arc<str>>,
}

impl TooFew {
    pub(super) fn message(&self) -> String {
        match (self.tests, self.files.len()) {
            (tests, _) if self.wanted > 1 => {
                format!(
                    "the reports hold {}, fewer than --min-tests {}",
                    count(tests, "test"),
                    self.wanted
                )
            }
            (_, 0) => "there is no report to import".to_owned(),
            (_, files) => format!("there is not one test in {}", count(files, "report")),
        }
    }

    pub(super) fn hint(&self) -> &'static str {
        if self.wanted > 1 {
            "check that all tests ran, and where they write their reports"
        } else if self.files.is_empty() {
            "check that the tests ran before this and where they write their reports; quote patterns, or the shell expands them; --allow-empty if this is as it should be"
        } else {
            "check that the tests ran; --allow-empty if this is as it should be"
        }
    }
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("{number} {noun}") } else { format!("{number} {noun}s") }
}
