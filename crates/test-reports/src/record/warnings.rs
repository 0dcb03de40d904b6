//! Warnings about the mapping: one line per kind and tool, however many cases it concerns.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::executions::MergedOutcome;
use super::stretch::Stretch;
use crate::formats::model::{Case, Format, Report, find_attribute};
use crate::identity::Identity;
use crate::text::{self, count};
use crate::tools::Tool;

/// The warnings so far.
#[derive(Default)]
pub(super) struct Warnings {
    /// Tests with several rows, by tool.
    rows: BTreeMap<&'static str, Tally>,
    unknown_tools: Tally,
    stopped_early: Tally,
    unknown_outcomes: Tally,
    announced: Tally,
    no_tests: Tally,
    findings: Tally,
    changing: Tally,
    unrelated: Tally,
    bad_pins: Tally,
    second_pins: Tally,
}

/// A number with the first example.
#[derive(Default)]
struct Tally {
    count: usize,
    /// Only for rows: the number of cases, and of tests whose cases differ as written.
    cases: usize,
    differ: usize,
    advice: Option<&'static str>,
    example: String,
    path: Arc<str>,
}

impl Tally {
    fn add(&mut self, example: &str, report: Option<&Report>) {
        if self.count == 0 {
            self.example = text::cut(&text::clean(example), 80).into_owned();
            self.path = report.map(Report::shown_path).unwrap_or_default();
        }
        self.count += 1;
    }

    /// Adds what came after this.
    fn append(&mut self, later: Self) {
        if self.count == 0 {
            *self = later;
            return;
        }
        self.count += later.count;
        self.cases += later.cases;
        self.differ += later.differ;
        self.advice = later.advice.or(self.advice);
    }
}

impl Warnings {
    /// A report with all its cases. `is_unknown`: a part of it is by an unrecognised tool.
    pub(super) fn report(&mut self, report: &Report, is_unknown: bool, cases: &[Stretch<'_>]) {
        if is_unknown {
            self.unknown_tools.add("", Some(report));
        }
        if report.stopped_early {
            self.stopped_early.add("", Some(report));
            if report.format == Format::Libtest {
                self.stopped_early.advice = Some("use --no-fail-fast");
            }
        }
        self.add_announced(report, cases);
        for (count, word) in cases.iter().map(|stretch| stretch.unknown) {
            if count > 0 {
                self.unknown_outcomes.add(word, Some(report));
                self.unknown_outcomes.count += count - 1;
            }
        }
    }

    /// Adds the warnings of tests that come after those so far.
    pub(super) fn append(&mut self, later: Self) {
        let Self {
            rows,
            unknown_tools,
            stopped_early,
            unknown_outcomes,
            announced,
            no_tests,
            findings,
            changing,
            unrelated,
            bad_pins,
            second_pins,
        } = later;
        for (tool, tally) in rows {
            self.rows.entry(tool).or_default().append(tally);
        }
        self.unknown_tools.append(unknown_tools);
        self.stopped_early.append(stopped_early);
        self.unknown_outcomes.append(unknown_outcomes);
        self.announced.append(announced);
        self.no_tests.append(no_tests);
        self.findings.append(findings);
        self.changing.append(changing);
        self.unrelated.append(unrelated);
        self.bad_pins.append(bad_pins);
        self.second_pins.append(second_pins);
    }

    /// Adds outermost suites that announce tests and hold no case, and a document that does so without any suite.
    fn add_announced(&mut self, report: &Report, cases: &[Stretch<'_>]) {
        let announces = |attributes| {
            let counts = ["tests", "total", "testcasecount"].into_iter();
            let counts =
                counts.filter_map(|name| find_attribute(attributes, name)?.trim().parse().ok());
            counts.max().filter(|tests: &usize| *tests > 0)
        };
        let mut has_case = vec![false; report.suites.len()];
        for suite in cases.iter().flat_map(|stretch| &stretch.suites) {
            if let Some(suite) = report.outermost(*suite) {
                has_case[suite as usize] = true;
            }
        }
        let outermost = report.suites.iter().zip(has_case);
        let empty = outermost.filter(|(suite, has_case)| suite.parent.is_none() && !has_case);
        let mut empty: Vec<(&str, usize)> = empty
            .filter_map(|(suite, _)| Some((&*suite.name, announces(&suite.attributes)?)))
            .collect();
        if empty.is_empty() && report.cases.is_empty() {
            empty.extend(announces(&report.root.attributes).map(|tests| ("", tests)));
        }
        for (suite, tests) in empty {
            self.announced.add(suite, Some(report));
            self.announced.cases += tests;
        }
    }

    pub(super) fn no_test(&mut self, report: &Report, case: &Case) {
        let name = case.name.as_deref().filter(|name| !name.is_empty());
        let name = name.or(case.classname.as_deref()).unwrap_or_default();
        self.no_tests.add(name, Some(report));
    }

    pub(super) fn finding(&mut self, report: &Report) {
        self.findings.add("", Some(report));
    }

    /// A test whose name will be another one in the next run.
    pub(super) fn changing(&mut self, name: &str, report: &Report) {
        self.changing.add(name, Some(report));
    }

    /// A test whose cases in the reports `paths` may be different tests.
    pub(super) fn unrelated(&mut self, name: &str, identity: Identity, paths: &[Arc<str>; 2]) {
        self.unrelated.add(name, None);
        if self.unrelated.count == 1 {
            self.unrelated.path =
                Arc::from(format!("{identity}, in {} and {}", paths[0], paths[1]));
        }
    }

    pub(super) fn bad_pin(&mut self, named: &str, test: &str) {
        self.bad_pins.add(&format!("{named}` for `{test}"), None);
    }

    pub(super) fn second_pin(&mut self, named: &str, test: &str) {
        self.second_pins.add(&format!("{test}` also names `{named}"), None);
    }

    /// Tests come in the order of their first cases, so that the example is the same in every run.
    pub(super) fn rows(
        &mut self,
        report: &Report,
        tool: &'static Tool,
        name: &str,
        merged: &MergedOutcome,
    ) {
        let rows = self.rows.entry(tool.name).or_default();
        rows.add(name, Some(report));
        rows.cases += merged.rows;
        rows.differ += usize::from(merged.differ);
        rows.advice = tool.advice;
    }

    /// The lines, always in the same order.
    pub(super) fn lines(self) -> Vec<String> {
        let Self {
            rows,
            unknown_tools,
            stopped_early,
            unknown_outcomes,
            announced,
            no_tests,
            findings,
            changing,
            unrelated,
            bad_pins,
            second_pins,
        } = self;
        let mut lines = Vec::new();
        if let Tally { count: reports @ 1.., path, .. } = unknown_tools {
            lines.push(format!(
                "unrecognised tool in {}: tests are identified by suite, classname and name (first: {path})",
                count(reports, "report"),
            ));
        }
        if let Tally { count: runs @ 1.., path, advice, .. } = stopped_early {
            let advice = advice.map(|advice| format!(": {advice}")).unwrap_or_default();
            lines.push(format!(
                "{} ended before all tests had run, so some may be missing (first: {path}){advice}",
                count(runs, "test run"),
            ));
        }
        if let Tally { count: 1.., cases: tests, example, path, .. } = announced {
            lines.push(format!(
                "no test case was read although the report announces {tests} (first: suite `{example}` in {path})",
            ));
        }
        if let Tally { count: cases @ 1.., example, path, .. } = unknown_outcomes {
            lines.push(format!(
                "unknown status of {}, counted as passed (first: `{example}` in {path})",
                count(cases, "case"),
            ));
        }
        for (tool, Tally { count: tests, cases, differ, advice, example, path }) in rows {
            let names = if tests == 1 { "a name" } else { "names" };
            let mut line = format!(
                "{tool}: {} share {names} and count as {}; the worst result wins (first: `{example}` in {path})",
                count(cases, "case"),
                count(tests, "test"),
            );
            if differ > 0 {
                line +=
                    &format!("; the cases of {} are spelled differently", count(differ, "test"));
            }
            if let Some(advice) = advice {
                line += &format!("; {advice}");
            }
            lines.push(line);
        }
        if let Tally { count: cases @ 1.., example, path, .. } = no_tests {
            lines.push(format!(
                "ignored {} without a test: set-ups, classes or modules skipped as a whole, cases without a name (first: `{example}` in {path})",
                count(cases, "case"),
            ));
        }
        if let Tally { count: findings @ 1.., path, .. } = findings {
            lines.push(format!(
                "ignored {} of linters, which are not tests (first in {path})",
                count(findings, "finding"),
            ));
        }
        if let Tally { count: tests @ 1.., example, path, .. } = changing {
            lines.push(format!(
                "{} with an address, UUID or time stamp in the name: if it changes, every run creates a new test (first: `{example}` in {path})",
                count(tests, "test"),
            ));
        }
        if let Tally { count: tests @ 1.., example, path, .. } = unrelated {
            lines.push(format!(
                "different reports contain {} under the same name: if they are different tests, give each package a namespace of its own, in an [[import]] table of tq-import.toml or with --namespace (first: `{example}`, {path})",
                count(tests, "test"),
            ));
        }
        if let Tally { count: pins @ 1.., example, .. } = bad_pins {
            lines.push(format!(
                "invalid reference to a test in {}: expected an id or `TC-` and a key (first: `{example}`)",
                count(pins, "place"),
            ));
        }
        if let Tally { count: tests @ 1.., example, .. } = second_pins {
            lines.push(format!(
                "{} name several tests of the project, of which the first one counts (first: `{example}`)",
                count(tests, "test"),
            ));
        }
        lines
    }
}
