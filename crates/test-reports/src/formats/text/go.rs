//! The text of `go test -v`, whose packages are named behind their tests.

use super::TextReader;
use crate::formats::builder::ReportBuilder;
use crate::formats::json::{GoReader, unbuilt};
use crate::formats::model::{Flaw, Outcome, Position, Report};
use crate::formats::time;

pub(super) struct Reader {
    events: GoReader,
    /// The test whose output is being printed.
    current: String,
    /// Where the tests of a package began that has not ended.
    open: Option<Position>,
    start: usize,
}

pub(super) fn begins(line: &str) -> bool {
    line.starts_with("=== RUN   ")
}

/// What a package is called until its name is printed.
const UNNAMED: &str = "";

impl Reader {
    pub(super) fn new(builder: ReportBuilder) -> Self {
        let events = GoReader::new(builder);
        Self { events, current: String::new(), open: None, start: 0 }
    }

    /// `--- FAIL: TestTotal (0.00s)`, with the indentation of a subtest.
    fn result(&mut self, line: &str, position: Position) -> bool {
        let results = [
            ("--- PASS: ", Outcome::Passed),
            ("--- FAIL: ", Outcome::Failed),
            ("--- SKIP: ", Outcome::Skipped),
            ("--- BENCH: ", Outcome::Passed),
        ];
        let line = line.trim_start_matches(' ');
        let Some((rest, outcome)) =
            results.iter().find_map(|(start, outcome)| Some((line.strip_prefix(start)?, *outcome)))
        else {
            return false;
        };
        let Some((test, time)) = rest.rsplit_once(" (") else { return false };
        let seconds = time::seconds(time.trim_end_matches(')'));
        self.events.end_test(UNNAMED, test, outcome, seconds, position);
        test.clone_into(&mut self.current);
        self.open.get_or_insert(position);
        true
    }

    /// `ok example.com/shop 0.003s`, with tabs, and the words for other outcomes.
    fn package(&mut self, line: &str, position: Position) -> bool {
        let mut parts = line.split('\t');
        // `FAIL example.com/shop [build failed]` has no third part, and neither has a line that is cut.
        if line.matches('\t').count() < 2 && !line.ends_with(']') {
            return false;
        }
        let outcome = match (parts.next(), parts.clone().count()) {
            (Some("ok  "), 1..) => Outcome::Passed,
            (Some("FAIL"), 1..) => Outcome::Failed,
            (Some("?   "), 1..) => Outcome::Skipped,
            _ => return false,
        };
        let name = parts.next().unwrap_or_default();
        let name = name.split(" [").next().unwrap_or_default();
        let says = if unbuilt(line).is_some() { line } else { "" };
        self.events.output(UNNAMED, "", says, position);
        self.events.rename_package(UNNAMED, name);
        self.events.end_package(name, outcome, None, position);
        self.open = None;
        self.start = self.events.builder_mut().case_count();
        self.current.clear();
        true
    }
}

impl TextReader for Reader {
    fn line(&mut self, line: &str, position: Position) {
        for start in ["=== RUN   ", "=== CONT  ", "=== NAME  "] {
            if let Some(test) = line.strip_prefix(start) {
                test.trim_end().clone_into(&mut self.current);
                if start.starts_with("=== RUN") {
                    self.open.get_or_insert(position);
                    self.events.run(UNNAMED, &self.current, position);
                }
                return;
            }
        }
        if line.starts_with("=== PAUSE ")
            || self.result(line, position)
            || self.package(line, position)
        {
            return;
        }
        let text = format!("{line}\n");
        self.events.output(UNNAMED, &self.current, &text, position);
    }

    fn builder(&mut self) -> &mut ReportBuilder {
        self.events.builder_mut()
    }

    fn finish(mut self, end: Position) -> Report {
        if let Some(position) = self.open {
            // Without a package, a test has no identity.
            let builder = self.events.builder_mut();
            builder.forget_cases(self.start);
            builder.damage(Flaw::new(
                position,
                "the file ends before the package of these tests is named",
            ));
        }
        let _ = end;
        self.events.drop_package(UNNAMED);
        self.events.end()
    }
}
