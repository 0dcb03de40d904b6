//! The summary of k6, which `--summary-export` writes, and `handleSummary` as JSON.
//!
//! Thresholds are tests, named as in the JUnit reports of k6-summary. So are checks: one that failed at least once has
//! failed, as in what k6 prints. k6 itself fails because of thresholds only.

use serde::Deserialize;
use serde::de::MapAccess;

use super::Document;
use super::elements::{Fields, Object, skip};
use super::place::Place;
use super::values::{Entries, Flag, Lenient, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{CaseExtra, Outcome, Position, Report, SuiteIndex};

/// The suite of thresholds in the JUnit reports of k6-summary.
const THRESHOLDS: &str = "k6 thresholds";
/// The outermost suite of checks.
const CHECKS: &str = "k6 checks";

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
}

/// Lists in the object that `handleSummary` gets, and objects by name in what `--summary-export` writes.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Group {
    name: Words,
    groups: Entries<Lenient<Group>>,
    checks: Entries<Lenient<Check>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Check {
    name: Words,
    passes: Number,
    fails: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metric {
    thresholds: Entries<Threshold>,
}

/// What `--summary-export` writes is true if the threshold was crossed.
#[derive(Deserialize)]
#[serde(untagged)]
enum Threshold {
    Object { ok: Flag },
    IsCrossed(Flag),
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder, place: Place) -> Self {
        Self { builder, place }
    }

    fn group(&mut self, suite: SuiteIndex, group: &Group, position: Position) {
        for (key, check) in &group.checks.0 {
            let [passes, fails] =
                [check.passes, check.fails].map(|count| count.get().unwrap_or_default());
            let outcome = match (fails > 0.0, passes > 0.0) {
                (true, _) => Outcome::Failed,
                (false, true) => Outcome::Passed,
                (false, false) => Outcome::Skipped,
            };
            let message = format!("failed {fails} of {} times", passes + fails);
            let message = Some(&*message).filter(|_| outcome == Outcome::Failed);
            let name = check.name.get().unwrap_or(key.text());
            self.case(suite, name, outcome, message, position);
        }
        for (key, group) in &group.groups.0 {
            let name = group.name.get().unwrap_or(key.text());
            let suite = self.builder.suite(Some(suite), name);
            self.group(suite, group, position);
        }
    }

    fn case(
        &mut self,
        suite: SuiteIndex,
        name: &str,
        outcome: Outcome,
        message: Option<&str>,
        position: Position,
    ) {
        self.builder.case(NewCase {
            suite: Some(suite),
            name,
            outcome,
            extra: CaseExtra { detail: detail(message, None, None), ..CaseExtra::default() },
            position,
            ..NewCase::default()
        });
    }
}

impl Document for Reader {
    fn finish(self) -> Report {
        self.builder.finish()
    }
}

impl Object for Reader {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "root_group" => {
                let position = self.place.position();
                let group: Lenient<Group> = map.next_value()?;
                let suite = self.builder.suite(None, CHECKS);
                self.group(suite, &group, position);
                Ok(())
            }
            "metrics" => map.next_value_seed(Fields(&mut Metrics(self))),
            _ => skip(&self.place, map),
        }
    }
}

struct Metrics<'a>(&'a mut Reader);

impl Object for Metrics<'_> {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let position = self.0.place.position();
        let metric: Lenient<Metric> = map.next_value()?;
        for (threshold, judgement) in &metric.thresholds.0 {
            let is_crossed = match judgement {
                Threshold::Object { ok } => !ok.0,
                Threshold::IsCrossed(is_crossed) => is_crossed.0,
            };
            let outcome = if is_crossed { Outcome::Failed } else { Outcome::Passed };
            let name = format!("{key} - {}", threshold.text());
            let suite = self.0.builder.suite(None, THRESHOLDS);
            let message = is_crossed.then_some("the threshold was crossed");
            self.0.case(suite, &name, outcome, message, position);
        }
        Ok(())
    }
}
