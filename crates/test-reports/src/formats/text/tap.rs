//! The Test Anything Protocol, versions 12 to 14, and the output of `prove -v`.
//!
//! A point with points below it is a suite, any other point is a case. Points below are indented by four spaces and come
//! before the point that they belong to. A missing plan, or one that is not met, is damage: the program died.

use super::TextReader;
use super::tap_line::{Directive, Plan, Point, TapLine, unescaped};
use super::yaml::{Diagnostic, explain, location, push_line};
use crate::formats::builder::{NewCase, ReportBuilder, detail, tags_in_output};
use crate::formats::limits::DEEPEST;
use crate::formats::model::{CaseExtra, Detail, Flaw, Outcome, Position, Report, SuiteIndex, Tag};

/// The attribute of a case without a description: its number.
pub(in crate::formats) const NUMBER: &str = "number";

/// Columns of indentation of points below another one.
const INDENT: usize = 4;

pub(super) struct Reader {
    builder: ReportBuilder,
    version: u32,
    /// The open levels, from that of the file on.
    levels: Vec<Level>,
    /// The depth of the points that the last `# Subtest` announced.
    announced: usize,
    /// The name that `# Subtest` announced last at each depth.
    titles: Vec<String>,
    last: Option<Last>,
    /// The indentation of the diagnostic that is being read.
    yaml: Option<usize>,
    /// The file that `prove` runs, and whether it has printed its summary.
    prove: Option<Prove>,
    has_bailed_out: bool,
    /// Whether a line of TAP was read of the program at hand.
    has_started: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Prove {
    Running,
    Ended,
}

#[derive(Default)]
struct Level {
    suite: Option<SuiteIndex>,
    plan: Option<u64>,
    points: u64,
    /// The index of the first case in it.
    start: usize,
    position: Position,
    is_named: bool,
    /// The point that opened it with a brace.
    brace: Option<Last>,
}

/// The point that diagnostics belong to.
#[derive(Clone)]
struct Last {
    depth: usize,
    suite: Option<SuiteIndex>,
    position: Position,
    name: String,
    number: Option<String>,
    outcome: Outcome,
    reason: String,
    seconds: Option<f64>,
    diagnostic: String,
    has_diagnostic: bool,
    comments: String,
    tags: Vec<Tag>,
    /// Whether it is a case, or else the end of a suite without a failed case, which is an error if it failed.
    is_case: bool,
}

/// Whether a line is one that only TAP has.
pub(super) fn begins(line: &str) -> bool {
    match TapLine::of(line) {
        Some(TapLine::Version(_) | TapLine::Plan(_) | TapLine::Subtest(_)) => true,
        // Other programs print `ok` too.
        Some(TapLine::Point(point)) => {
            point.number.is_some() || line.trim_start_matches("not ").starts_with("ok - ")
        }
        _ => prove_file(line).is_some(),
    }
}

/// The file in `t/cart.t ..`, which `prove` prints, also in front of the reason why it is skipped.
fn prove_file(line: &str) -> Option<&str> {
    let (name, dots) = line.split_once(" ..")?;
    let rest = dots.trim_start_matches('.');
    let is_end = rest.trim().is_empty() || rest.starts_with(" skipped");
    (is_end && name.ends_with(".t") && !name.starts_with([' ', '#'])).then_some(name)
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder) -> Self {
        let levels = vec![Level::default()];
        Self {
            builder,
            version: 12,
            levels,
            announced: 0,
            titles: Vec::new(),
            last: None,
            yaml: None,
            prove: None,
            has_bailed_out: false,
            has_started: false,
        }
    }

    fn innermost(&mut self) -> Option<&mut Level> {
        self.levels.last_mut()
    }

    /// Adds the last point, whose diagnostics are complete.
    fn flush(&mut self) {
        let Some(last) = self.last.take() else { return };
        let Last {
            suite, position, name, number, outcome, reason, seconds, comments, tags, ..
        } = &last;
        let yaml = Diagnostic { text: last.diagnostic.clone() };
        let found = (*outcome != Outcome::Passed)
            .then(|| match *outcome {
                Outcome::Skipped => detail(Some(reason), None, None),
                _ => explain(&yaml, comments),
            })
            .flatten();
        if !last.is_case {
            let says = found.map(|detail| *detail).unwrap_or_else(|| Detail {
                message: Some(name.as_str().into()),
                ..Detail::default()
            });
            return self.builder.error(*suite, *outcome, says, *position);
        }
        let (file, line) = location(&yaml, comments);
        let written = yaml.value("duration_ms").and_then(|text| text.parse::<f64>().ok());
        let attributes = match (name.trim().is_empty(), number) {
            (true, Some(number)) => vec![self.builder.attribute(NUMBER, number)],
            _ => Vec::new(),
        };
        let extra =
            CaseExtra { detail: found, attributes, tags: tags.clone(), ..CaseExtra::default() };
        self.builder.case(NewCase {
            suite: *suite,
            name,
            file: file.as_deref(),
            line,
            seconds: seconds.or(written.map(|milliseconds| milliseconds / 1000.0)),
            outcome: *outcome,
            extra,
            position: *position,
            ..NewCase::default()
        });
    }

    /// Makes `depth` the innermost level: opens it, or ends those inside it. The innermost of these is returned, if it is
    /// directly below.
    fn enter(&mut self, depth: usize, position: Position) -> Option<Level> {
        while self.levels.len() <= depth && self.levels.len() < DEEPEST {
            let parent = self.levels.last().and_then(|level| level.suite);
            let title = self.titles.get(self.levels.len() - 1).map_or("", String::as_str);
            // Without one, it gets its name from the point that ends it.
            let suite = Some(self.builder.new_suite(parent, title));
            let (start, is_named) = (self.builder.case_count(), !title.is_empty());
            self.levels.push(Level { suite, start, position, is_named, ..Level::default() });
        }
        let mut ended = None;
        while self.levels.len() > depth + 1 {
            if let Some(lost) = ended.take() {
                self.lose(&lost, position);
            }
            ended = self.levels.pop();
        }
        ended
    }

    /// A subtest ended without the point that it belongs to.
    fn lose(&mut self, level: &Level, position: Position) {
        if !level.is_named {
            self.builder.forget_cases(level.start);
        }
        if !self.has_bailed_out {
            self.builder.damage(Flaw::new(position, "a subtest has no result"));
        }
    }

    /// Checks that a level has as many points as planned.
    fn check(&mut self, level: &Level, position: Position) {
        if self.has_bailed_out {
            return;
        }
        let points = level.points;
        match level.plan {
            Some(plan) if plan > points => {
                let message = format!("found {points} of {plan} planned tests");
                self.builder.damage(Flaw::new(position, message));
            }
            Some(plan) if plan < points => {
                let message = "more tests than planned";
                self.builder.recover(Flaw::new(position, message));
            }
            None if points > 0 || (self.has_started && self.levels.is_empty()) => {
                let message = "the plan `1..N` is missing: the program may have died";
                self.builder.damage(Flaw::new(position, message));
            }
            _ => {}
        }
    }

    fn point(&mut self, point: &Point<'_>, depth: usize, position: Position) {
        self.flush();
        let name = unescaped(point.description, self.version);
        let child = self.enter(depth, position);
        let suite = self.levels.last().and_then(|level| level.suite);
        if let Some(level) = self.innermost() {
            level.points += 1;
        }
        let (outcome, reason) = match (point.directive, point.is_ok) {
            (Some(directive), _) => (Outcome::Skipped, directive.reason().to_owned()),
            (None, true) => (Outcome::Passed, String::new()),
            (None, false) => (Outcome::Failed, String::new()),
        };
        let mut last = Last {
            depth,
            suite,
            position,
            name,
            number: point.number.map(str::to_owned),
            outcome,
            reason,
            seconds: point.seconds,
            diagnostic: String::new(),
            has_diagnostic: false,
            comments: String::new(),
            tags: Vec::new(),
            is_case: true,
        };
        if point.has_brace {
            // Its points follow.
            if let Some(level) = self.innermost() {
                level.points -= 1;
            }
            self.announce(depth, last.name.clone());
            self.enter(depth + 1, position);
            if let Some(level) = self.innermost() {
                level.brace = Some(last);
            }
            return;
        }
        if let Some(child) = child {
            let is_todo = matches!(point.directive, Some(Directive::Todo(_)));
            if self.end_subtest(&child, &mut last, is_todo) {
                return;
            }
        }
        self.last = Some(last);
    }

    /// Ends the level below the point `parent`. Whether nothing is left to say about that point.
    fn end_subtest(&mut self, child: &Level, parent: &mut Last, is_todo: bool) -> bool {
        self.check(child, parent.position);
        let cases = self.builder.cases_from(child.start);
        if cases.is_empty() && child.points == 0 {
            // Everything below was skipped.
            return false;
        }
        let mut has_failed = false;
        for case in cases.iter_mut().filter(|case| case.outcome >= Outcome::Failed) {
            has_failed = true;
            if is_todo {
                case.outcome = Outcome::Skipped;
            }
        }
        if let Some(suite) = child.suite {
            self.builder.name_suite(suite, &parent.name);
            parent.suite = Some(suite);
        }
        parent.is_case = false;
        // Its failures explain that of the parent.
        parent.outcome < Outcome::Failed || has_failed
    }

    /// Notes the name of the subtest that comes next at `depth`.
    fn announce(&mut self, depth: usize, name: String) {
        if depth < DEEPEST {
            self.titles.truncate(depth);
            self.titles.resize(depth, String::new());
            self.titles.push(name);
        }
    }

    fn plan(&mut self, plan: &Plan<'_>, depth: usize, position: Position) {
        self.flush();
        self.enter(depth, position);
        let is_second = self.levels.last().is_some_and(|level| level.plan.is_some());
        if is_second && depth == 0 {
            self.end_file(position);
        }
        if let Some(level) = self.innermost() {
            level.plan = Some(plan.count);
        }
        if depth == 0
            && plan.count == 0
            && let Some(reason) = plan.skip
        {
            self.builder.root_attribute("skipped", reason);
        }
    }

    /// The output of one program ends.
    fn end_file(&mut self, position: Position) {
        self.flush();
        self.yaml = None;
        let mut levels = std::mem::take(&mut self.levels).into_iter();
        let file = levels.next().unwrap_or_default();
        for open in levels {
            self.lose(&open, open.position);
        }
        self.titles.clear();
        self.check(&file, position);
        let start = self.builder.case_count();
        self.levels = vec![Level { suite: file.suite, start, ..Level::default() }];
        (self.has_bailed_out, self.has_started) = (false, false);
    }

    /// A line that `prove` prints itself. Whether it is one.
    fn line_of_prove(&mut self, line: &str, position: Position) -> bool {
        if let Some(file) = prove_file(line) {
            self.end_file(position);
            self.prove = Some(Prove::Running);
            let suite = Some(self.builder.suite(None, file));
            self.levels = vec![Level { suite, position, ..Level::default() }];
            return true;
        }
        if self.prove.is_none() {
            return false;
        }
        let is_complete = |level: &Level| level.plan.is_some_and(|plan| plan <= level.points);
        let is_end = (line == "ok" || line.starts_with("skipped: "))
            && self.levels.len() == 1
            && self.levels.iter().all(is_complete);
        let is_summary = ["Test Summary Report", "All tests successful", "Result: ", "Files="];
        if is_summary.iter().any(|start| line.starts_with(start)) {
            self.end_file(position);
            self.levels = vec![Level::default()];
            self.prove = Some(Prove::Ended);
        }
        is_end || self.prove == Some(Prove::Ended)
    }

    /// Takes a line of a diagnostic. False if it does not belong to one.
    fn line_of_yaml(&mut self, line: &str) -> bool {
        let Some(indent) = self.yaml else { return false };
        let inside = line.len() - line.trim_start_matches(' ').len();
        if line.trim() == "..." && inside <= indent {
            self.yaml = None;
            return true;
        }
        if inside < indent && !line.trim().is_empty() {
            self.yaml = None;
            return false;
        }
        if let Some(last) = &mut self.last {
            last.tags.extend(tags_in_output(line));
            push_line(&mut last.diagnostic, line.get(indent..).unwrap_or_default());
        }
        true
    }
}

impl TextReader for Reader {
    fn line(&mut self, line: &str, position: Position) {
        if self.line_of_yaml(line) || self.line_of_prove(line, position) {
            return;
        }
        let inside = line.len() - line.trim_start_matches(' ').len();
        let Some(found) = TapLine::of(line.get(inside..).unwrap_or_default()) else {
            // Mocha explains a failure in lines that are only indented.
            if let Some(last) = self.last.as_mut().filter(|last| {
                inside > last.depth * INDENT
                    && last.outcome == Outcome::Failed
                    && !last.has_diagnostic
            }) {
                push_line(&mut last.comments, line.trim_start());
            }
            return;
        };
        let depth = inside / INDENT;
        let is_comment = matches!(found, TapLine::Comment(_) | TapLine::YamlStart);
        let is_aligned =
            inside.is_multiple_of(INDENT) && depth <= self.levels.len().max(self.announced);
        match found {
            TapLine::YamlStart => {
                let fits = |last: &Last| inside > last.depth * INDENT && !last.has_diagnostic;
                if let Some(last) = self.last.as_mut().filter(|last| fits(last)) {
                    last.has_diagnostic = true;
                    self.yaml = Some(inside);
                }
            }
            TapLine::Comment(text) => {
                if let Some(last) = self.last.as_mut().filter(|last| !last.has_diagnostic) {
                    last.tags.extend(tags_in_output(text));
                    push_line(&mut last.comments, text);
                }
            }
            TapLine::BailOut(reason) => {
                self.flush();
                let words = if reason.is_empty() { "Bail out!" } else { reason };
                let says = Detail { message: Some(words.into()), ..Detail::default() };
                self.builder.error(None, Outcome::Errored, says, position);
                self.builder.stop_early();
                self.has_bailed_out = true;
            }
            _ if !is_aligned => {}
            TapLine::Version(version) => {
                if depth == 0 {
                    let is_fresh =
                        self.levels.iter().all(|level| level.plan.is_none() && level.points == 0);
                    if !is_fresh {
                        self.end_file(position);
                    }
                    self.version = version;
                }
            }
            TapLine::Plan(plan) => self.plan(&plan, depth, position),
            TapLine::Point(point) => self.point(&point, depth, position),
            TapLine::Subtest(name) => {
                self.flush();
                self.announced = depth + 1;
                self.announce(depth, unescaped(name, self.version));
            }
            TapLine::BraceEnd => {
                self.flush();
                if depth + 2 == self.levels.len()
                    && let Some(child) = self.enter(depth, position)
                    && let Some(mut last) = child.brace.clone()
                {
                    if let Some(level) = self.innermost() {
                        level.points += 1;
                    }
                    let is_todo = last.outcome == Outcome::Skipped;
                    if !self.end_subtest(&child, &mut last, is_todo) {
                        self.last = Some(last);
                    }
                }
            }
        }
        self.has_started |= !is_comment;
    }

    fn last_line(&mut self, line: &str, position: Position) {
        let is_point = Point::of(line.trim_start_matches(' ')).is_some();
        // The rest of a description or a directive may be missing.
        if is_point {
            let message = "the last line has no end";
            return self.builder.damage(Flaw::new(position, message));
        }
        self.line(line, position);
    }

    fn builder(&mut self) -> &mut ReportBuilder {
        &mut self.builder
    }

    fn finish(mut self, end: Position) -> Report {
        self.end_file(end);
        if self.prove == Some(Prove::Running) {
            self.builder.damage(Flaw::new(end, "the summary of `prove` is missing"));
        }
        self.builder.finish()
    }
}
