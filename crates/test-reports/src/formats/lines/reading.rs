//! Reads JSON lines.
//!
//! A shard comes from another machine and may be cut or manipulated. All indices in it are checked.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use super::wire::{FileIn, HeaderIn, Kind, SCHEMA_VERSION, Version};
use crate::formats::ReadError;
use crate::formats::limits::{DEEPEST, LimitExceeded, Limits};
use crate::formats::model::{Case, Flaw, Position, Report};
use crate::formats::names::Names;

/// The longest line, in bytes. The first line contains every suite.
const LONGEST_LINE: u64 = 256 << 20;

/// Reads JSON lines. Messages name them `path`.
///
/// # Errors
/// If the first line is invalid or of a later version. Other errors are damage.
pub(in crate::formats) fn read(
    input: impl Read,
    path: Arc<str>,
    limits: &Limits,
) -> Result<Vec<Report>, ReadError> {
    let mut lines =
        Lines { input: BufReader::with_capacity(64 * 1024, input), line: Vec::new(), number: 0 };
    let mut shard = match lines.next() {
        Ok(true) => Shard::new(&lines.line, &path).map_err(|error| error.of_file(&path))?,
        Ok(false) => return Err(ReadError::Empty { path }),
        Err(Flaw { message, .. }) => return Err(ReadError::Lines { path, message }),
    };
    let mut reports = Vec::new();
    let mut names = Names::default();
    let mut left = limits.cases;
    loop {
        match lines.next() {
            Ok(true) => {}
            Ok(false) => break,
            Err(flaw) => {
                shard.damage.get_or_insert(flaw);
                break;
            }
        }
        match shard.take(&lines.line, &mut names, &mut left, limits) {
            Ok(Taken::Line) => {}
            Ok(Taken::NextShard) => {
                let next = Shard::new(&lines.line, &path);
                match next {
                    Ok(next) => {
                        std::mem::replace(&mut shard, next).finish(lines.number, &mut reports)
                    }
                    Err(error) => {
                        shard.damage.get_or_insert(flaw(lines.number, 1, error.message));
                    }
                }
            }
            Err(LineError { column, message, limit }) => {
                let flaw = flaw(lines.number, column, message);
                shard.damage.get_or_insert(Flaw { limit, ..flaw });
            }
        }
    }
    shard.finish(lines.number + 1, &mut reports);
    Ok(reports)
}

fn flaw(line: u64, column: u64, message: String) -> Flaw {
    Flaw::new(Position::at(line, column), message)
}

/// Reads one line at a time into a buffer.
struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    /// The number of `line`, from 1.
    number: u64,
}

impl<R: Read> Lines<R> {
    /// Reads the next line that is not blank. Returns false at the end.
    fn next(&mut self) -> Result<bool, Flaw> {
        loop {
            self.line.clear();
            self.number += 1;
            let read = (&mut self.input).take(LONGEST_LINE).read_until(b'\n', &mut self.line);
            match read {
                Ok(0) => {
                    self.number -= 1;
                    return Ok(false);
                }
                Ok(_)
                    if self.line.last() != Some(&b'\n')
                        && self.line.len() as u64 >= LONGEST_LINE =>
                {
                    return Err(flaw(self.number, 1, "a line of more than 256 MiB".to_owned()));
                }
                Ok(_) if self.line.trim_ascii().is_empty() => {}
                Ok(_) => return Ok(true),
                Err(error) => return Err(Flaw::unread(Position::at(self.number, 1), &error)),
            }
        }
    }
}

/// An error in a line.
struct LineError {
    column: u64,
    message: String,
    limit: Option<LimitExceeded>,
}

impl LineError {
    fn new(message: impl Into<String>) -> Self {
        Self { column: 1, message: message.into(), limit: None }
    }

    fn of_file(self, path: &Arc<str>) -> ReadError {
        ReadError::Lines { path: Arc::clone(path), message: self.message }
    }
}

impl From<serde_json::Error> for LineError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let text = text.split(" at line ").next().unwrap_or_default();
        let message = if error.is_eof() {
            "the line is incomplete".to_owned()
        } else {
            format!("invalid case: {text}")
        };
        Self { column: error.column().max(1) as u64, message, limit: None }
    }
}

/// What a line is.
enum Taken {
    Line,
    NextShard,
}

/// A first line and the lines after it.
struct Shard {
    path: Arc<str>,
    reports: Vec<Report>,
    /// The number of cases of each report, according to the first line.
    expected: Vec<usize>,
    /// The number of lines with a case.
    cases: usize,
    ended: bool,
    damage: Option<Flaw>,
}

impl Shard {
    fn new(line: &[u8], path: &Arc<str>) -> Result<Self, LineError> {
        let version: Version = serde_json::from_slice(line)
            .map_err(|error| LineError::new(format!("invalid first line: {error}")))?;
        if version.schema_version > SCHEMA_VERSION {
            return Err(LineError::new(format!(
                "written by a later version (schema_version {}, supported is {SCHEMA_VERSION}): use the same version for writing and reading",
                version.schema_version
            )));
        }
        let header: HeaderIn = serde_json::from_slice(line)
            .map_err(|error| LineError::new(format!("invalid first line: {error}")))?;
        let (reports, expected): (Vec<Report>, Vec<usize>) =
            header.files.into_iter().map(|file| FileIn::into_report(file, path)).unzip();
        for report in &reports {
            check_suites(report)?;
        }
        Ok(Self { path: Arc::clone(path), reports, expected, cases: 0, ended: false, damage: None })
    }

    /// Takes a line. `left` is the number of cases that may still follow.
    fn take(
        &mut self,
        line: &[u8],
        names: &mut Names,
        left: &mut usize,
        limits: &Limits,
    ) -> Result<Taken, LineError> {
        let kind: Kind = serde_json::from_slice(line)?;
        match kind {
            Kind { schema_version: Some(_), .. } => return Ok(Taken::NextShard),
            _ if self.ended => return Err(LineError::new("unexpected line after the last one")),
            Kind { end: Some(true), cases, .. } => {
                self.ended = true;
                let (Some(said), read) = (cases, self.cases) else {
                    return Err(LineError::new("the last line has no number of cases"));
                };
                if said != read {
                    return Err(LineError::new(format!("found {read} cases, expected {said}")));
                }
            }
            Kind { report: Some(_), .. } if *left == 0 => {
                let exceeded = limits.cases_exceeded();
                let limit = Some(exceeded);
                return Err(LineError { limit, ..LineError::new(exceeded.to_string()) });
            }
            Kind { report: Some(index), .. } => {
                *left -= 1;
                self.cases += 1;
                let case: Case = serde_json::from_slice(line)?;
                let Some(report) = self.reports.get_mut(index) else {
                    return Err(LineError::new(format!("report {index} does not exist")));
                };
                let in_suite =
                    case.suite.is_none_or(|suite| (suite as usize) < report.suites.len());
                let in_case =
                    case.parent_case.is_none_or(|case| (case.get() as usize) < report.cases.len());
                if !in_suite || !in_case {
                    return Err(LineError::new("the suite or parent of the case does not exist"));
                }
                if case.parent_case.is_some() && self.damage.is_some() {
                    // A lost line changes the indices of all cases after it.
                    return Err(LineError::new("the parent of the case may be lost"));
                }
                report.cases.push(Case {
                    classname: case.classname.map(|name| names.intern_run(&name)),
                    file: case.file.map(|name| names.intern(&name)),
                    ..case
                });
            }
            _ => return Err(LineError::new("expected a case or the last line")),
        }
        Ok(Taken::Line)
    }

    /// Appends its reports and its damage. `line` is the number of the line after its last one.
    fn finish(mut self, line: u64, reports: &mut Vec<Report>) {
        let short = self
            .reports
            .iter()
            .zip(&self.expected)
            .any(|(report, &expected)| report.cases.len() != expected);
        if !self.ended {
            let message =
                "the last line is missing: the writer was stopped, or the file was truncated";
            self.damage.get_or_insert(flaw(line, 1, message.to_owned()));
        } else if short {
            let message = "a report has a different number of cases than the first line says";
            self.damage.get_or_insert(flaw(line, 1, message.to_owned()));
        }
        reports.append(&mut self.reports);
        if let Some(damage) = self.damage {
            reports.push(Report::unreadable(self.path, damage));
        }
    }
}

/// Checks that suites come after their parents, so that there is no cycle, and that errors are in a suite.
fn check_suites(report: &Report) -> Result<(), LineError> {
    let mut depths: Vec<usize> = Vec::with_capacity(report.suites.len());
    for suite in &report.suites {
        let depth = match suite.parent {
            None => 1,
            Some(parent) => match depths.get(parent as usize) {
                Some(depth) => depth + 1,
                None => return Err(LineError::new("a suite comes before its parent")),
            },
        };
        if depth > DEEPEST {
            return Err(LineError::new(format!(
                "suites are nested more than {DEEPEST} levels deep"
            )));
        }
        depths.push(depth);
    }
    let known = |suite: u32| (suite as usize) < report.suites.len();
    if report.suite_errors.iter().all(|error| error.suite.is_none_or(known)) {
        Ok(())
    } else {
        Err(LineError::new("the suite of an error does not exist"))
    }
}
