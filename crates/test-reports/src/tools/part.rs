//! The parts of a report, each of which has a tool of its own: merged files contain suites of several tools.

use std::ops::Range;

use super::Tool;
use crate::formats::model::{Case, Format, Report, Root, Suite, SuiteIndex};

/// What a tool is detected from: an outermost suite with everything in it, or a case outside of suites. Reports in
/// other formats than JUnit are one part.
pub(super) struct Part<'a> {
    pub(super) report: &'a Report,
    pub(super) format: Format,
    /// The document element, whose attributes are lost where reports are merged.
    pub(super) root: &'a Root,
    /// The outermost suite and those in it. Empty for a case outside of suites.
    pub(super) suites: &'a [Suite],
    pub(super) cases: &'a [Case],
    /// The index of the first case in the report.
    pub(super) first_case: usize,
}

impl<'a> Part<'a> {
    pub(super) fn new(report: &'a Report, suites: Range<usize>, cases: Range<usize>) -> Self {
        Self {
            report,
            format: report.format,
            root: &report.root,
            suites: report.suites.get(suites).unwrap_or_default(),
            first_case: cases.start,
            cases: report.cases.get(cases).unwrap_or_default(),
        }
    }

    /// The parts of a report, in document order. Suites without cases are parts too.
    pub(super) fn all(report: &'a Report) -> Vec<Part<'a>> {
        if report.format != Format::Junit {
            return vec![Part::new(report, 0..report.suites.len(), 0..report.cases.len())];
        }
        let mut parts = Vec::new();
        let mut next_suite = 0;
        let mut start = 0;
        for cases in report.cases.chunk_by(|a, b| is_same_part(report, a, b)) {
            let end = start + cases.len();
            let outermost = report.outermost(cases[0].suite).map(|suite| suite as usize);
            let suites = outermost.map_or(0..0, |outermost| outermost..end_of(report, outermost));
            while next_suite < suites.start {
                let end = end_of(report, next_suite);
                parts.push(Part::new(report, next_suite..end, start..start));
                next_suite = end;
            }
            next_suite = next_suite.max(suites.end);
            parts.push(Part::new(report, suites, start..end));
            start = end;
        }
        while next_suite < report.suites.len() {
            let end = end_of(report, next_suite);
            parts.push(Part::new(report, next_suite..end, start..start));
            next_suite = end;
        }
        parts
    }

    /// The cases with their indices in the report.
    pub(super) fn numbered_cases(
        &self,
    ) -> impl DoubleEndedIterator<Item = (usize, &'a Case)> + use<'a> {
        let first = self.first_case;
        self.cases.iter().enumerate().map(move |(index, case)| (first + index, case))
    }

    /// The outermost suite.
    pub(super) fn suite(&self) -> Option<&'a Suite> {
        self.suites.first()
    }

    /// The name of the outermost suite.
    pub(super) fn suite_name(&self) -> &'a str {
        self.suite().map_or("", |suite| &suite.name)
    }

    /// Whether the outermost suite has all these attributes. Others may be added by later versions of a tool, and by
    /// programs that merge reports.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.suite().is_some_and(|suite| names.iter().all(|name| suite.attribute(name).is_some()))
    }

    /// Whether the outermost suite names a package, which may tell it apart from another one.
    pub(super) fn has_package(&self) -> bool {
        self.suite()
            .and_then(|suite| suite.attribute("package"))
            .is_some_and(|package| !package.is_empty())
    }

    /// Whether the outermost suite has none of these attributes.
    pub(super) fn lacks(&self, names: &[&str]) -> bool {
        self.suite().is_some_and(|suite| names.iter().all(|name| suite.attribute(name).is_none()))
    }
}

fn is_same_part(report: &Report, a: &Case, b: &Case) -> bool {
    if a.suite == b.suite {
        return a.suite.is_some();
    }
    let outermost = report.outermost(a.suite);
    outermost.is_some() && outermost == report.outermost(b.suite)
}

/// The index after the last suite in the outermost suite `start`.
fn end_of(report: &Report, start: usize) -> usize {
    let inner = report.suites[start + 1..].iter().take_while(|suite| suite.parent.is_some());
    start + 1 + inner.count()
}

/// The tool of each part of a report.
pub(super) struct PartTools {
    /// The index of the first case of each part that has cases, and the tool.
    by_case: Vec<(usize, &'static Tool)>,
    by_suite: Vec<&'static Tool>,
}

impl PartTools {
    pub(super) fn new(parts: &[(Part<'_>, &'static Tool)]) -> Self {
        let mut by_case: Vec<(usize, &'static Tool)> = Vec::new();
        let mut by_suite: Vec<&'static Tool> = Vec::new();
        for (part, tool) in parts {
            if !part.cases.is_empty()
                && by_case.last().is_none_or(|&(_, last)| !std::ptr::eq(last, *tool))
            {
                by_case.push((part.first_case, *tool));
            }
            by_suite.extend(part.suites.iter().map(|_| *tool));
        }
        Self { by_case, by_suite }
    }

    /// The tool of the case with this index.
    pub(super) fn of_case(&self, index: usize) -> &'static Tool {
        let after = self.by_case.partition_point(|&(first, _)| first <= index);
        self.by_case[..after].last().map_or(&super::UNKNOWN, |&(_, tool)| tool)
    }

    pub(super) fn of_suite(&self, suite: Option<SuiteIndex>) -> &'static Tool {
        let known = suite.and_then(|suite| self.by_suite.get(suite as usize));
        known.copied().unwrap_or(&super::UNKNOWN)
    }
}
