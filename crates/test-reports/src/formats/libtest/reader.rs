//! The meaning of lines in their order.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use super::Stream;
use super::blocks::{Block, assign_suites};
use super::grammar::{
    Counts, Header, LineResult, TestLine, crash, doc_location, failed_build, is_compiler_error,
    is_failed_binary, is_list_of_failed_binaries, output_of, parse_result, result_at_end, running,
};
use super::output::{Output, Panics};
use crate::formats::cases::index_of;
use crate::formats::limits::Limits;
use crate::formats::model::{
    Case, CaseExtra, Detail, Flaw, Format, Outcome, Position, Report, Seconds, Suite, SuiteError,
    Text,
};
use crate::formats::names::Names;
use crate::formats::recovery::FlawSet;
use crate::formats::tags::TagReader;
use crate::text;

/// The state of a reader.
#[derive(Debug)]
pub(super) struct Reader {
    report: Report,
    limits: Limits,
    names: Names,
    headers: Vec<Header>,
    /// Whether cargo's lines came in a separate stream.
    apart: bool,
    blocks: Vec<Block>,
    open: Option<Open>,
    panics: Panics,
    /// How the first crashed process ended.
    crash: Option<String>,
    certain: bool,
    /// The first error of the compiler since the last failed build.
    compiler_error: Option<CompilerError>,
    /// Failed builds, by name.
    failed_builds: Vec<(String, SuiteError)>,
    last_line: u64,
}

/// At most this many failed builds are kept.
const MOST_BUILDS: usize = 100;

/// An error of the compiler.
#[derive(Debug)]
struct CompilerError {
    line: u64,
    message: String,
    /// ` --> src/lib.rs:3:5`
    location: Option<String>,
}

/// A block that has not ended.
#[derive(Debug)]
struct Open {
    /// The line of its start.
    line: u64,
    /// The number of tests it announced.
    expected: usize,
    start: usize,
    running: Option<Running>,
    section: Option<Section>,
}

impl Open {
    /// Whether no test is running, or its result is alone in the last line.
    fn has_result(&self) -> bool {
        self.running.as_ref().is_none_or(|running| parse_result(&running.last).is_some())
    }
}

/// A test whose result has not been read yet.
#[derive(Debug)]
struct Running {
    name: String,
    line: u64,
    /// The last line of output since.
    last: String,
}

/// The part of a block after the tests, with the output of each failed test.
#[derive(Debug, Default)]
struct Section {
    /// The failed cases whose output has not been read yet, by name.
    awaited: HashMap<Text, usize>,
    current: Option<(usize, Output)>,
}

impl Reader {
    pub(super) fn new(path: Arc<str>, limits: Limits) -> Self {
        let mut report = Report::new(path, Format::Libtest);
        report.root.element = "libtest".into();
        Self {
            report,
            limits,
            names: Names::default(),
            headers: Vec::new(),
            apart: false,
            blocks: Vec::new(),
            open: None,
            panics: Panics::default(),
            crash: None,
            certain: false,
            compiler_error: None,
            failed_builds: Vec::new(),
            last_line: 0,
        }
    }

    pub(super) fn is_certain(&self) -> bool {
        self.certain
    }

    pub(super) fn has_failed_build(&self) -> bool {
        !self.failed_builds.is_empty()
    }

    pub(super) fn break_off(&mut self, error: &io::Error) {
        self.damaged_by(Flaw::unread(Position::at(self.last_line, 1), error));
    }

    /// Takes a line without line break and colours.
    pub(super) fn line(&mut self, line: &str, number: u64, stream: Stream) {
        if stream == Stream::Errors {
            return self.line_of_cargo(line, number);
        }
        self.last_line = number;
        let Some(mut open) = self.open.take() else {
            return self.line_between(line, number);
        };
        if open.section.is_some() {
            self.line_of_section(&mut open, line);
            let ended =
                Counts::of(line).filter(|counts| counts.merged() == self.counted(open.start));
            if ended.is_none() {
                self.open = Some(open);
            } else {
                self.close(open, ended, number);
            }
            return;
        }
        let header = (!self.apart).then(|| Header::of(line)).flatten();
        let announced = running(line);
        if header.is_some() || announced.is_some() {
            self.close(open, None, number);
            return self.line_between(line, number);
        }
        if let Some(counts) = Counts::of(line) {
            return self.close(open, Some(counts), number);
        }
        if (line == "failures:" || line == "successes:") && self.all_have_ended(&open) {
            self.end_running(&mut open);
            self.certain = true;
            open.section = Some(self.section(open.start));
        } else if let Some(test) = TestLine::of(line) {
            self.end_running(&mut open);
            self.test(&mut open, test, number);
        } else if let Some(test) = TestLine::glued(line).filter(|_| open.has_result()) {
            self.end_running(&mut open);
            self.test(&mut open, test, number);
        } else {
            self.panics.line(line, open.running.as_ref().map(|running| running.name.as_str()));
            if let Some(running) = open.running.as_mut() {
                line.clone_into(&mut running.last);
            }
        }
        self.open = Some(open);
    }

    /// Takes a line outside of blocks.
    fn line_between(&mut self, line: &str, number: u64) {
        if let Some(expected) = running(line) {
            let start = self.report.cases.len();
            self.blocks.push(Block { header: self.headers.len().checked_sub(1), start });
            self.panics.clear();
            self.open = Some(Open { line: number, expected, start, running: None, section: None });
        } else if !self.apart {
            self.cargo_line(line, number);
        }
    }

    /// Takes a line of standard error, which was read separately from standard output.
    fn line_of_cargo(&mut self, line: &str, number: u64) {
        if !self.apart && Header::of(line).is_some() {
            self.apart = true;
            self.headers.clear();
            self.blocks.iter_mut().for_each(|block| block.header = None);
        }
        self.cargo_line(line, number);
        if let Some(open) = &self.open {
            self.panics.line(line, open.running.as_ref().map(|running| running.name.as_str()));
        }
    }

    fn cargo_line(&mut self, line: &str, number: u64) {
        if let Some(header) = Header::of(line) {
            self.headers.push(header);
            self.report.stopped_early = false;
        } else if is_failed_binary(line) || is_list_of_failed_binaries(line) {
            // With `--no-fail-fast`, another binary or the list of all failed ones follows.
            self.report.stopped_early = is_failed_binary(line);
        } else if let (None, Some(cause)) = (&self.crash, crash(line)) {
            self.crash = Some(cause.to_owned());
        } else {
            self.build_line(line, number);
        }
    }

    fn build_line(&mut self, line: &str, number: u64) {
        if let Some(name) = failed_build(line) {
            let error = self.compiler_error.take();
            // Cargo prints errors that two targets share only once.
            if error.is_none()
                && !name.starts_with("build script")
                && !self.failed_builds.is_empty()
            {
                return;
            }
            let detail = Detail {
                message: Some(error.as_ref().map_or(line, |error| &error.message).into()),
                text: error.as_ref().and_then(|error| error.location.as_deref()).map(Into::into),
                kind: None,
            };
            let position = Position::at(error.map_or(number, |error| error.line), 1);
            let error = SuiteError { suite: None, outcome: Outcome::Errored, detail, position };
            if self.failed_builds.len() < MOST_BUILDS {
                self.failed_builds.push((name, error));
            }
            return;
        }
        // Other programs may have printed errors without a location before.
        if self.compiler_error.as_ref().is_some_and(|error| error.location.is_some()) {
            return;
        }
        if is_compiler_error(line) {
            let message = line.to_owned();
            self.compiler_error = Some(CompilerError { line: number, message, location: None });
        } else if let Some(error) = &mut self.compiler_error
            && line.trim_start().starts_with("--> ")
        {
            error.location = Some(line.trim().to_owned());
        }
    }

    fn test(&mut self, open: &mut Open, test: TestLine<'_>, line: u64) {
        self.panics.end();
        match parse_result(test.rest) {
            Some((result, seconds)) => {
                self.certain = true;
                self.case(test.name, result, seconds, line);
            }
            None => {
                let (name, last) = (test.name.to_owned(), test.rest.to_owned());
                open.running = Some(Running { name, line, last });
            }
        }
    }

    /// Ends a test with output before its result: the next line of libtest has been read.
    fn end_running(&mut self, open: &mut Open) {
        let Some(Running { name, line, last }) = open.running.take() else {
            return;
        };
        let found = parse_result(&last).map(|(result, _)| result).or_else(|| result_at_end(&last));
        if let Some(result) = found {
            self.certain = true;
            self.case(&name, result, None, line);
        }
    }

    fn case(&mut self, name: &str, result: LineResult, duration: Option<f64>, line: u64) {
        if self.report.cases.len() >= self.limits.cases {
            let exceeded = self.limits.cases_exceeded();
            return self.damaged_by(Flaw::exceeded(Position::at(line, 1), exceeded));
        }
        let (outcome, detail) = match result {
            LineResult::Passed | LineResult::Measured => (Outcome::Passed, None),
            LineResult::Failed => (Outcome::Failed, None),
            LineResult::Ignored(reason) => (
                Outcome::Skipped,
                reason.map(|reason| Detail { message: Some(reason.into()), ..Detail::default() }),
            ),
        };
        let location = doc_location(name);
        self.report.cases.push(Case {
            name: Some(name.into()),
            file: location.map(|(file, _)| self.names.intern(file)),
            line: location.map(|(_, line)| line),
            duration: duration.and_then(Seconds::new),
            outcome,
            extra: detail.map(|detail| {
                Box::new(CaseExtra { detail: Some(Box::new(detail)), ..CaseExtra::default() })
            }),
            position: Position::at(line, 1),
            ..Case::default()
        });
    }

    fn all_have_ended(&self, open: &Open) -> bool {
        let running = open.running.as_ref();
        let ended = running.is_none_or(|running| {
            parse_result(&running.last).is_some() || result_at_end(&running.last).is_some()
        });
        let named = self.report.cases.len() - open.start + usize::from(running.is_some());
        ended && named >= open.expected
    }

    /// The results of the cases of a block.
    fn counted(&self, start: usize) -> Counts {
        let mut counts = Counts::default();
        for case in self.report.cases.get(start..).unwrap_or_default() {
            match case.outcome {
                Outcome::Passed => counts.passed += 1,
                Outcome::Failed | Outcome::Errored => counts.failed += 1,
                Outcome::Skipped => counts.ignored += 1,
            }
        }
        counts
    }

    fn section(&self, start: usize) -> Section {
        let cases = self.report.cases.iter().enumerate().skip(start);
        let failed = cases.filter(|(_, case)| case.outcome == Outcome::Failed);
        let awaited = failed.filter_map(|(index, case)| Some((case.name.clone()?, index)));
        Section { awaited: awaited.collect(), current: None }
    }

    fn line_of_section(&mut self, open: &mut Open, line: &str) {
        let Some(section) = &mut open.section else {
            return;
        };
        let next = output_of(line).and_then(|name| section.awaited.remove(name));
        if next.is_some() || line == "failures:" || line == "successes:" {
            if let Some((case, output)) = section.current.take() {
                self.describe(case, output);
            }
            section.current = next.map(|case| (case, Output::default()));
        } else if let Some((_, output)) = &mut section.current {
            output.push(line);
        }
    }

    /// Adds its output to a failed case.
    fn describe(&mut self, case: usize, output: Output) {
        let Some(case) = self.report.cases.get_mut(case) else {
            return;
        };
        let mut tags = TagReader::default();
        tags.cdata(output.as_str().as_bytes());
        let detail = output.into_detail(case.name.as_deref().unwrap_or_default());
        case.extra = Some(Box::new(CaseExtra {
            detail: Some(Box::new(detail)),
            tags: tags.take(&mut FlawSet::default()),
            ..CaseExtra::default()
        }));
    }

    /// Ends a block, with its `test result:` or without one.
    fn close(&mut self, mut open: Open, result: Option<Counts>, line: u64) {
        if let Some((case, output)) = open.section.take().and_then(|section| section.current) {
            self.describe(case, output);
        }
        match result {
            Some(result) => {
                self.end_running(&mut open);
                self.certain = true;
                self.compare(&open, result, line);
            }
            None => self.crashed(&mut open),
        }
        for index in open.start..self.report.cases.len() {
            let Some(case) = self.report.cases.get(index) else { continue };
            if case.outcome == Outcome::Failed
                && case.detail().is_none()
                && let Some(output) = case.name.as_deref().and_then(|name| self.panics.of(name))
                && !output.is_empty()
            {
                self.describe(index, output);
            }
        }
        self.panics.clear();
    }

    fn compare(&mut self, open: &Open, result: Counts, line: u64) {
        let announced = result.merged();
        let found = self.counted(open.start);
        if announced == found {
            return;
        }
        let message = if found.all() == 0 {
            format!(
                "the results of {} are missing: run without --quiet and --format",
                text::count(announced.all(), "test")
            )
        } else {
            format!(
                "`test result:` counts {} passed, {} failed, {} ignored; found {}, {}, {}",
                announced.passed,
                announced.failed,
                announced.ignored,
                found.passed,
                found.failed,
                found.ignored
            )
        };
        self.damaged(line, message);
    }

    /// The process ended before it printed its `test result:`.
    fn crashed(&mut self, open: &mut Open) {
        let found = self.report.cases.len() - open.start;
        if let Some(Running { name, line, .. }) = open.running.take() {
            self.case(&name, LineResult::Failed, None, line);
            if let Some(case) = self.report.cases.last_mut() {
                case.outcome = Outcome::Errored;
                let message = "the process ended during this test";
                let detail = Detail { message: Some(message.into()), ..Detail::default() };
                case.extra = Some(Box::new(CaseExtra {
                    detail: Some(Box::new(detail)),
                    ..CaseExtra::default()
                }));
            }
        }
        let message = format!("`test result:` is missing after {found} of {} tests", open.expected);
        self.damaged(open.line, message);
    }

    /// Notes damage. Only the first damage is kept.
    fn damaged(&mut self, line: u64, message: String) {
        self.damaged_by(Flaw::new(Position::at(line, 1), message));
    }

    fn damaged_by(&mut self, flaw: Flaw) {
        self.report.damage.get_or_insert(flaw);
    }

    pub(super) fn finish(mut self) -> Report {
        if let Some(open) = self.open.take() {
            self.close(open, None, self.last_line);
        }
        let Self { mut report, headers, apart, blocks, crash, failed_builds, .. } = self;
        if let (Some(flaw), Some(crash)) = (&mut report.damage, crash) {
            flaw.message += &format!("; a process crashed ({crash})");
        }
        report.suites = assign_suites(&blocks, &headers, &mut report.cases, apart);
        for (name, error) in failed_builds {
            let suite = Some(index_of(report.suites.len()));
            report.suites.push(Suite { name: name.into(), ..Suite::default() });
            report.suite_errors.push(SuiteError { suite, ..error });
        }
        report
    }
}
