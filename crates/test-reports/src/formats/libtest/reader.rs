//! Lines in their order, and what they mean in it.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use super::Stream;
use super::blocks::{Block, into_suites};
use super::grammar::{
    Counts, Header, LineResult, TestLine, death, doc_place, output_of, running, verdict,
    verdict_at_end,
};
use super::output::{Output, Panics};
use crate::formats::limits::Limits;
use crate::formats::model::{
    Case, CaseExtra, Detail, Flaw, Format, Outcome, Position, Report, Seconds, Text,
};
use crate::formats::names::Names;
use crate::formats::recovery::FlawSet;
use crate::formats::tags::TagReader;

/// The state of the reading.
#[derive(Debug)]
pub(super) struct Reader {
    report: Report,
    limits: Limits,
    names: Names,
    headers: Vec<Header>,
    /// Cargo's lines came in a stream of their own.
    apart: bool,
    blocks: Vec<Block>,
    open: Option<Open>,
    panics: Panics,
    /// How the first process that did not end by itself ended.
    death: Option<String>,
    certain: bool,
    last_line: u64,
}

/// A block that has not ended.
#[derive(Debug)]
struct Open {
    /// Where it began.
    line: u64,
    /// How many tests it announced.
    expected: usize,
    start: usize,
    running: Option<Running>,
    section: Option<Section>,
}

impl Open {
    /// Whether no test is on, or its verdict stands alone in the last line.
    fn has_verdict(&self) -> bool {
        self.running.as_ref().is_none_or(|running| verdict(&running.last).is_some())
    }
}

/// A test that was named and whose verdict is still to come.
#[derive(Debug)]
struct Running {
    name: String,
    line: u64,
    /// What was written since, to its last line.
    last: String,
}

/// The part behind the tests, where the output of single tests stands.
#[derive(Debug, Default)]
struct Section {
    /// The failed cases by name, until their output was read.
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
            death: None,
            certain: false,
            last_line: 0,
        }
    }

    pub(super) fn is_certain(&self) -> bool {
        self.certain
    }

    pub(super) fn break_off(&mut self, error: &io::Error) {
        self.damaged_by(Flaw::unread(Position::at(self.last_line, 1), error));
    }

    /// Takes one line without its end and without colours.
    pub(super) fn line(&mut self, line: &str, number: u64, stream: Stream) {
        if stream == Stream::Errors {
            return self.line_of_cargo(line);
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
        } else if let Some(test) = TestLine::glued(line).filter(|_| open.has_verdict()) {
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

    /// A line outside of every block.
    fn line_between(&mut self, line: &str, number: u64) {
        if let Some(expected) = running(line) {
            let start = self.report.cases.len();
            self.blocks.push(Block { header: self.headers.len().checked_sub(1), start });
            self.panics.clear();
            self.open = Some(Open { line: number, expected, start, running: None, section: None });
        } else if !self.apart {
            self.header_or_death(line);
        }
    }

    /// A line of standard error, read apart from standard output.
    fn line_of_cargo(&mut self, line: &str) {
        if !self.apart && Header::of(line).is_some() {
            self.apart = true;
            self.headers.clear();
            self.blocks.iter_mut().for_each(|block| block.header = None);
        }
        self.header_or_death(line);
        if let Some(open) = &self.open {
            self.panics.line(line, open.running.as_ref().map(|running| running.name.as_str()));
        }
    }

    fn header_or_death(&mut self, line: &str) {
        if let Some(header) = Header::of(line) {
            self.headers.push(header);
        } else if let (None, Some(cause)) = (&self.death, death(line)) {
            self.death = Some(cause.to_owned());
        }
    }

    fn test(&mut self, open: &mut Open, test: TestLine<'_>, line: u64) {
        self.panics.end();
        match verdict(test.rest) {
            Some((verdict, seconds)) => {
                self.certain = true;
                self.case(test.name, verdict, seconds, line);
            }
            None => {
                let (name, last) = (test.name.to_owned(), test.rest.to_owned());
                open.running = Some(Running { name, line, last });
            }
        }
    }

    /// A test that wrote before its verdict ends where the next line of libtest's begins.
    fn end_running(&mut self, open: &mut Open) {
        let Some(Running { name, line, last }) = open.running.take() else {
            return;
        };
        let found = verdict(&last).map(|(verdict, _)| verdict).or_else(|| verdict_at_end(&last));
        if let Some(verdict) = found {
            self.certain = true;
            self.case(&name, verdict, None, line);
        }
    }

    fn case(&mut self, name: &str, verdict: LineResult, duration: Option<f64>, line: u64) {
        if self.report.cases.len() >= self.limits.cases {
            let exceeded = self.limits.cases_exceeded();
            return self.damaged_by(Flaw::exceeded(Position::at(line, 1), exceeded));
        }
        let (outcome, detail) = match verdict {
            LineResult::Passed | LineResult::Measured => (Outcome::Passed, None),
            LineResult::Failed => (Outcome::Failed, None),
            LineResult::Ignored(reason) => (
                Outcome::Skipped,
                reason.map(|reason| Detail { message: Some(reason.into()), ..Detail::default() }),
            ),
        };
        let place = doc_place(name);
        self.report.cases.push(Case {
            name: Some(name.into()),
            file: place.map(|(file, _)| self.names.intern(file)),
            line: place.map(|(_, line)| line),
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
            verdict(&running.last).is_some() || verdict_at_end(&running.last).is_some()
        });
        let named = self.report.cases.len() - open.start + usize::from(running.is_some());
        ended && named >= open.expected
    }

    /// What the cases of a block come to.
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

    /// Gives a failed case what it wrote.
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

    /// Ends a block, with what `test result:` says, or without one.
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
            None => self.died(&mut open),
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
        let said = result.merged();
        let found = self.counted(open.start);
        if said == found {
            return;
        }
        let message = if found.all() == 0 {
            format!(
                "{} tests ran here that are not named: run them without --quiet and --format",
                said.all()
            )
        } else {
            format!(
                "`test result:` counts {} passed, {} failed, {} ignored, and {}, {}, {} are named",
                said.passed, said.failed, said.ignored, found.passed, found.failed, found.ignored
            )
        };
        self.damaged(line, message);
    }

    /// The process ended before it said what came of its tests.
    fn died(&mut self, open: &mut Open) {
        let found = self.report.cases.len() - open.start;
        if let Some(Running { name, line, .. }) = open.running.take() {
            self.case(&name, LineResult::Failed, None, line);
            if let Some(case) = self.report.cases.last_mut() {
                case.outcome = Outcome::Errored;
                let message = "the process ended while this test ran";
                let detail = Detail { message: Some(message.into()), ..Detail::default() };
                case.extra = Some(Box::new(CaseExtra {
                    detail: Some(Box::new(detail)),
                    ..CaseExtra::default()
                }));
            }
        }
        let message =
            format!("its `test result:` is missing: {found} of {} tests have ended", open.expected);
        self.damaged(open.line, message);
    }

    /// The first damage stands.
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
        let Self { mut report, headers, apart, blocks, death, .. } = self;
        if let (Some(flaw), Some(death)) = (&mut report.damage, death) {
            flaw.message += &format!("; a process did not end by itself ({death})");
        }
        report.suites = into_suites(&blocks, &headers, &mut report.cases, apart);
        report
    }
}
