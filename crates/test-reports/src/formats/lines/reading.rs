//! Lines to reports.
//!
//! A shard comes from another machine and may be cut or tampered with: nothing in it is believed that could make the
//! stages behind loop or look outside a list.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use super::wire::{FileIn, HeaderIn, Kind, SCHEMA_VERSION, Version};
use crate::formats::ReadError;
use crate::formats::limits::{DEEPEST, LimitExceeded, Limits};
use crate::formats::model::{Case, Flaw, Position, Report};
use crate::formats::names::Names;

/// No line is longer: the first one holds every suite.
const LONGEST_LINE: u64 = 256 << 20;

/// Reads JSON lines, which messages call `path`.
///
/// # Errors
/// If the first line is not ours, or newer than we are. What is wrong behind it is damage.
pub(in crate::formats) fn read(
    input: impl Read,
    path: Arc<str>,
    limits: &Limits,
) -> Result<Vec<Report>, ReadError> {
    let mut lines =
        Lines { input: BufReader::with_capacity(64 * 1024, input), line: Vec::new(), number: 0 };
    let mut shard = match lines.next() {
        Ok(true) => Shard::new(&lines.line, &path).map_err(|fault| fault.of_file(&path))?,
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
                    Err(fault) => {
                        shard.damage.get_or_insert(flaw(lines.number, 1, fault.message()));
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

/// Lines, one at a time, in one buffer.
struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    /// Of `line`, from 1.
    number: u64,
}

impl<R: Read> Lines<R> {
    /// The next line that is not blank. False at the end.
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

/// What is wrong with a line.
struct LineError {
    column: u64,
    message: String,
    limit: Option<LimitExceeded>,
}

impl LineError {
    fn new(message: impl Into<String>) -> Self {
        Self { column: 1, message: message.into(), limit: None }
    }

    fn message(self) -> String {
        self.message
    }

    fn of_file(self, path: &Arc<str>) -> ReadError {
        ReadError::Lines { path: Arc::clone(path), message: self.message }
    }
}

impl From<serde_json::Error> for LineError {
    fn from(error: serde_json::Error) -> Self {
        // The line is one line: serde's own place in it is the column.
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        let message = if error.is_eof() {
            "the line is cut".to_owned()
        } else {
            format!("no line of a case: {said}")
        };
        Self { column: error.column().max(1) as u64, message, limit: None }
    }
}

/// What a line was.
enum Taken {
    Line,
    NextShard,
}

/// One header and what came behind it.
struct Shard {
    path: Arc<str>,
    reports: Vec<Report>,
    /// How many cases each report should get.
    expected: Vec<usize>,
    /// Lines of cases.
    cases: usize,
    ended: bool,
    damage: Option<Flaw>,
}

impl Shard {
    fn new(line: &[u8], path: &Arc<str>) -> Result<Self, LineError> {
        let version: Version = serde_json::from_slice(line)
            .map_err(|error| LineError::new(format!("its first line is no header: {error}")))?;
        if version.schema_version > SCHEMA_VERSION {
            return Err(LineError::new(format!(
                "it was written by a later version (schema_version {}, known is {SCHEMA_VERSION}): use the same tq-import for writing and reading",
                version.schema_version
            )));
        }
        let header: HeaderIn = serde_json::from_slice(line)
            .map_err(|error| LineError::new(format!("its first line is no header: {error}")))?;
        let (reports, expected): (Vec<Report>, Vec<usize>) =
            header.files.into_iter().map(|file| FileIn::into_report(file, path)).unzip();
        for report in &reports {
            check_suites(report)?;
        }
        Ok(Self { path: Arc::clone(path), reports, expected, cases: 0, ended: false, damage: None })
    }

    /// `left`: how many cases there may still be.
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
            _ if self.ended => return Err(LineError::new("there is more behind the last line")),
            Kind { end: Some(true), cases, .. } => {
                self.ended = true;
                let (Some(said), read) = (cases, self.cases) else {
                    return Err(LineError::new(
                        "the last line does not say how many cases there are",
                    ));
                };
                if said != read {
                    return Err(LineError::new(format!(
                        "there should be {said} cases, and {read} are"
                    )));
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
                    return Err(LineError::new(format!("there is no report {index}")));
                };
                let in_suite =
                    case.suite.is_none_or(|suite| (suite as usize) < report.suites.len());
                let in_case =
                    case.parent_case.is_none_or(|case| (case.get() as usize) < report.cases.len());
                if !in_suite || !in_case {
                    return Err(LineError::new("the case is in no suite of its report"));
                }
                if case.parent_case.is_some() && self.damage.is_some() {
                    // A lost line moves the indices of all cases behind it.
                    return Err(LineError::new("the case around this one may be lost"));
                }
                report.cases.push(Case {
                    classname: case.classname.map(|name| names.intern_run(&name)),
                    file: case.file.map(|name| names.intern(&name)),
                    ..case
                });
            }
            _ => return Err(LineError::new("neither a case nor the last line")),
        }
        Ok(Taken::Line)
    }

    /// Its reports, with what is known of damage; `line` is where the next line would stand.
    fn finish(mut self, line: u64, reports: &mut Vec<Report>) {
        let short = self
            .reports
            .iter()
            .zip(&self.expected)
            .any(|(report, &expected)| report.cases.len() != expected);
        if !self.ended {
            let message = "the last line is missing: whoever wrote this was stopped, or it was cut";
            self.damage.get_or_insert(flaw(line, 1, message.to_owned()));
        } else if short {
            let message = "a report has not as many cases as the first line says";
            self.damage.get_or_insert(flaw(line, 1, message.to_owned()));
        }
        reports.append(&mut self.reports);
        if let Some(damage) = self.damage {
            reports.push(Report::unreadable(self.path, damage));
        }
    }
}

/// Parents come before their children, which is also why there is no circle.
fn check_suites(report: &Report) -> Result<(), LineError> {
    let mut depths: Vec<usize> = Vec::with_capacity(report.suites.len());
    for suite in &report.suites {
        let depth = match suite.parent {
            None => 1,
            Some(parent) => match depths.get(parent as usize) {
                Some(depth) => depth + 1,
                None => return Err(LineError::new("a suite is inside one that is not before it")),
            },
        };
        if depth > DEEPEST {
            return Err(LineError::new(format!("suites are nested deeper than {DEEPEST}")));
        }
        depths.push(depth);
    }
    let known = |suite: u32| (suite as usize) < report.suites.len();
    if report.suite_errors.iter().all(|error| error.suite.is_none_or(known)) {
        Ok(())
    } else {
        Err(LineError::new("an error is in no suite of its report"))
    }
}
