//! Readers for tests that look at one report: every file but JSON lines holds one.

use std::io::Read;
use std::path::Path;

use test_reports::formats::model::Report;
use test_reports::formats::{self, Limits, ReadError};

/// The report in the file `path`, called `display`.
pub(crate) fn read_file(path: &Path, display: &str) -> Result<Report, ReadError> {
    formats::read_file(path, display, &Limits::default()).map(only)
}

/// The report in `input`, called `display`.
pub(crate) fn read(input: impl Read, display: &str) -> Result<Report, ReadError> {
    formats::read(input, display).map(only)
}

fn only(mut reports: Vec<Report>) -> Report {
    assert_eq!(reports.len(), 1);
    reports.remove(0)
}
