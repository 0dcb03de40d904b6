//! What a person should know about the mapping: one line for each kind and tool, however many cases it is about.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::executions::MergedOutcome;
use crate::formats::model::{Case, Report};
use crate::text;
use crate::tools::Tool;

/// Warnings while they are gathered.
#[derive(Default)]
pub(super) struct Warnings {
    /// By tool: tests of several rows.
    rows: BTreeMap<&'static str, Rows>,
    /// Files that nobody known wrote.
    unknown: Counted,
    no_tests: Counted,
    findings: Counted,
    bad_pins: Counted,
    second_pins: Counted,
}

#[derive(Default)]
struct Rows {
    tests: usize,
    cases: usize,
    differ: usize,
    example: String,
    path: Option<Arc<str>>,
    advice: Option<&'static str>,
}

#[derive(Default)]
struct Counted {
    count: usize,
    example: String,
    path: Option<Arc<str>>,
}

impl Counted {
    fn add(&mut self, example: &str, report: Option<&Report>) {
        if self.count == 0 {
            self.example = shown(example);
            self.path = report.map(Report::shown_path);
        }
        self.count += 1;
    }

    fn path(&self) -> &str {
        self.path.as_deref().unwrap_or_default()
    }
}

/// A text of a report in a warning: one short line.
fn shown(text: &str) -> String {
    text::cut(&text::clean(text), 80).into_owned()
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

impl Warnings {
    pub(super) fn report(&mut self, report: &Report, tool: &Tool) {
        if tool.is_unknown() && !report.cases.is_empty() {
            self.unknown.add("", Some(report));
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

    pub(super) fn bad_pin(&mut self, named: &str, test: &str) {
        self.bad_pins.add(&format!("{named}` for `{test}"), None);
    }

    pub(super) fn second_pin(&mut self, named: &str, test: &str) {
        self.second_pins.add(&format!("{test}` also names `{named}"), None);
    }

    pub(super) fn rows(
        &mut self,
        report: &Report,
        tool: &'static Tool,
        name: &str,
        verdict: &MergedOutcome,
    ) {
        let rows = self.rows.entry(tool.name).or_default();
        rows.tests += 1;
        rows.cases += verdict.rows;
        rows.differ += usize::from(verdict.differ);
        // Tests come in the order of their first cases: the first is the same in every run.
        if rows.tests == 1 {
            rows.example = shown(name);
            rows.path = Some(report.shown_path());
            rows.advice = tool.advice;
        }
    }

    /// The lines, always in the same order.
    pub(super) fn lines(self) -> Vec<String> {
        let Self { rows, unknown, no_tests, findings, bad_pins, second_pins } = self;
        let mut lines = Vec::new();
        if unknown.count > 0 {
            lines.push(format!(
                "{} by no tool that is known here (first: {}): a test is its suites, its classname and its name",
                plural(unknown.count, "report is", "reports are"),
                unknown.path(),
            ));
        }
        for (tool, rows) in rows {
            let mut line = format!(
                "{tool}: {} of {} together, and the worst outcome counts (first: `{}` in {})",
                plural(rows.cases, "case is a row", "cases are rows"),
                plural(rows.tests, "test", "tests"),
                rows.example,
                rows.path.as_deref().unwrap_or_default(),
            );
            if rows.differ > 0 {
                line.push_str(&format!(
                    "; of {} the cases were written differently",
                    plural(rows.differ, "test", "tests")
                ));
            }
            if let Some(advice) = rows.advice {
                line.push_str("; ");
                line.push_str(advice);
            }
            lines.push(line);
        }
        if no_tests.count > 0 {
            lines.push(format!(
                "{} no test: set-ups, classes or modules skipped as a whole, cases without a name (first: `{}` in {})",
                plural(no_tests.count, "case stands for", "cases stand for"),
                no_tests.example,
                no_tests.path(),
            ));
        }
        if findings.count > 0 {
            lines.push(format!(
                "{} no test and left out (first in {})",
                plural(findings.count, "finding of a linter is", "findings of linters are"),
                findings.path(),
            ));
        }
        if bad_pins.count > 0 {
            lines.push(format!(
                "{} neither an id nor `TC-` and a key (first: `{}`)",
                plural(bad_pins.count, "named test is", "named tests are"),
                bad_pins.example,
            ));
        }
        if second_pins.count > 0 {
            lines.push(format!(
                "{} of two tests of the project, and the first counts (first: `{}`)",
                plural(second_pins.count, "test names one", "tests name one"),
                second_pins.example,
            ));
        }
        lines
    }
}
