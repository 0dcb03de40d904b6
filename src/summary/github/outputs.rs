//! Outputs of a step, in the format of the file that `GITHUB_OUTPUT` names.

use std::sync::Arc;

use std::fmt::Write;

use crate::summary::text::TextOptions;
use crate::summary::writers::Writer;
use crate::summary::{FileFlaw, Summary, json};
use test_reports::record::Records;
use test_reports::text;

/// The longest JSON among the outputs, in bytes. Later steps get it in an environment variable, which has room for
/// 128 KiB.
const JSON_BYTES: usize = 64 * 1024;

/// The longest message in that JSON, in characters.
const MESSAGE_CHARS: usize = 300;

/// The output `conclusion`: how the step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// Exit code 0, after `--soft-fail`.
    Success,
    /// Any other exit code.
    Failure,
    /// Ended by a signal.
    Cancelled,
    /// Reports were inspected; nothing was to be imported.
    ParseOnly,
    /// Nothing was done, because there is no token.
    Skipped,
}

impl Conclusion {
    fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::ParseOnly => "parse-only",
            Self::Skipped => "skipped",
        }
    }
}

/// The outputs of a step, each in a heredoc.
#[derive(Clone, Copy, Debug)]
pub struct Outputs {
    /// How it ended.
    pub conclusion: Conclusion,
    /// Its exit code, before `--soft-fail`.
    pub exit_code: u8,
}

impl Writer for Outputs {
    fn import(&self, summary: &Summary, _: &TextOptions) -> serde_json::Result<String> {
        let ledger = &summary.tests;
        let mut outputs = of_reports(summary, self.exit_code);
        for (name, number) in [
            ("created", ledger.created),
            ("adopted", ledger.adopted),
            ("unchanged", ledger.unchanged),
            ("refused", ledger.refused),
            ("moved", summary.moved.iter().map(|moved| moved.tests).sum()),
        ] {
            push(&mut outputs, name, &number.to_string());
        }
        let complete = summary.complete.map(|complete| complete.to_string());
        push(&mut outputs, "complete", &complete.unwrap_or_default());
        let run = summary.run.as_ref();
        let id = run.and_then(|run| run.id).map(|id| id.to_string());
        push(&mut outputs, "run-id", &id.unwrap_or_default());
        push(&mut outputs, "run-name", run.map_or("", |run| &run.name));
        push(&mut outputs, "json", &brief(summary)?);
        push(&mut outputs, "conclusion", self.conclusion.word());
        Ok(outputs)
    }

    fn inspection(&self, summary: &Summary, _: &TextOptions) -> serde_json::Result<String> {
        let mut outputs = of_reports(summary, self.exit_code);
        push(&mut outputs, "json", &json::compact(&json::totals(summary))?);
        push(&mut outputs, "conclusion", self.conclusion.word());
        Ok(outputs)
    }
}

/// The outputs of a step that ended without a summary.
#[must_use]
pub fn outputs_without_summary(conclusion: Conclusion, exit_code: u8) -> String {
    let mut outputs = String::new();
    push(&mut outputs, "exit-code", &exit_code.to_string());
    push(&mut outputs, "conclusion", conclusion.word());
    outputs
}

fn of_reports(summary: &Summary, exit_code: u8) -> String {
    let counts = &summary.reports.counts;
    let mut outputs = String::new();
    for (name, number) in [
        ("seen", summary.tests.seen),
        ("passed", counts.passed),
        // A step that asks for failures wants errors too.
        ("failed", counts.failed + counts.errored),
        ("skipped", counts.skipped),
        ("exit-code", usize::from(exit_code)),
    ] {
        push(&mut outputs, name, &number.to_string());
    }
    outputs
}

/// Appends an output. Its delimiter is random and does not occur in `value`, so that no value can end it.
fn push(outputs: &mut String, name: &str, value: &str) {
    let mut delimiter = String::new();
    while delimiter.is_empty() || value.contains(&delimiter) {
        delimiter = format!("tq_{:032x}", fastrand::u128(..));
    }
    // Writing to a string cannot fail.
    let _ = write!(outputs, "{name}<<{delimiter}\n{value}\n{delimiter}\n");
}

/// The summary as JSON in one line. Lists and messages are shortened until it fits; numbers are those of all.
fn brief(summary: &Summary) -> Result<String, serde_json::Error> {
    let mut brief = summary.clone();
    for most in [100, 20, 5, 0] {
        shorten(&mut brief, most);
        let text = json::compact(&brief)?;
        if text.len() <= JSON_BYTES {
            return Ok(text);
        }
    }
    // The names of the project or the namespace are too long.
    brief.project = None;
    brief.run = None;
    brief.root_plan = None;
    brief.namespace = None;
    brief.imports.clear();
    json::compact(&brief)
}

fn shorten(summary: &mut Summary, most: usize) {
    let cut = |message: &mut String| {
        if message.chars().nth(MESSAGE_CHARS).is_some() {
            *message = text::cut(message, MESSAGE_CHARS).into_owned();
        }
    };
    let flaws = |flaws: &mut Vec<FileFlaw>| {
        flaws.truncate(most);
        flaws.iter_mut().for_each(|flaw| cut(&mut flaw.flaw.message));
    };
    flaws(&mut summary.reports.recovered);
    flaws(&mut summary.reports.damaged);
    let mut failures: Vec<_> = summary.failures().into_iter().take(most).cloned().collect();
    failures
        .iter_mut()
        .filter_map(|test| Arc::make_mut(&mut test.details).message.as_mut())
        .for_each(cut);
    let mut run_errors: Vec<_> = summary.records.run_errors.iter().take(most).cloned().collect();
    run_errors.iter_mut().filter_map(|error| error.message.as_mut()).for_each(cut);
    summary.records = Arc::new(Records { tests: failures, run_errors, ..Records::default() });
    summary.changes.truncate(most);
    summary.stale.truncate(most);
    if let Some(comparison) = &mut summary.comparison {
        comparison.truncate(most);
    }
    summary.warnings.truncate(most);
    summary.warnings.iter_mut().for_each(cut);
    summary.errors.truncate(most);
    summary.errors.iter_mut().for_each(|error| cut(&mut error.message));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::summary::Named;
    use crate::summary::samples::{self, records_of};
    use test_reports::record::IdentityOptions;

    /// Parses the file like the runner of GitHub Actions.
    fn outputs(summary: &Summary, conclusion: Conclusion) -> String {
        let outputs = Outputs { conclusion, exit_code: summary.exit_code };
        outputs.import(summary, &TextOptions::default()).unwrap()
    }

    fn read(file: &str) -> BTreeMap<String, String> {
        let mut outputs = BTreeMap::new();
        let mut lines = file.lines();
        while let Some(line) = lines.next() {
            let (name, delimiter) = line.split_once("<<").unwrap();
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
            outputs.insert(name.to_owned(), value.join("\n"));
        }
        outputs
    }

    #[test]
    fn every_output_is_written() {
        let mut summary = samples::everything();
        let written = read(&outputs(&summary, Conclusion::Failure));
        let json: Value = serde_json::from_str(&written["json"]).unwrap();
        assert_eq!(json, serde_json::to_value(&summary).unwrap());
        let others: Vec<String> = written
            .iter()
            .filter(|(name, _)| *name != "json")
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        insta::assert_snapshot!(others.join(" "), @"adopted=3 complete=false conclusion=failure created=12 exit-code=1 failed=3 moved=1 passed=1190 refused=1 run-id=40001 run-name=main #812 1a2b3c4 (tqr-9f86d081884c) seen=1210 skipped=11 unchanged=1187");
        summary.complete = None;
        assert_eq!(read(&outputs(&summary, Conclusion::Success))["complete"], "");
        let mut summary = Summary::of_reports(samples::records(), [&IdentityOptions::default()]);
        summary.exit_code = 3;
        let outputs = Outputs { conclusion: Conclusion::ParseOnly, exit_code: summary.exit_code };
        let read = read(&outputs.inspection(&summary, &TextOptions::default()).unwrap());
        assert_eq!(read["exit-code"], "3");
        assert_eq!(read["conclusion"], "parse-only");
        let json: Value = serde_json::from_str(&read["json"]).unwrap();
        assert_eq!(json["totals"]["failed"], 1);
    }

    #[test]
    fn the_json_fits_into_an_environment_variable() {
        let mut summary = samples::everything();
        let test = &mut records_of(&mut summary).tests[1];
        Arc::make_mut(&mut test.details).message = Some("é".repeat(2_000));
        records_of(&mut summary).tests = vec![test.clone(); 10_000];
        summary.changes = vec![summary.changes[0].clone(); 10_000];
        let json = brief(&summary).unwrap();
        assert!(json.len() <= JSON_BYTES && !json.contains('\n'));
        let value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["failures"].as_array().unwrap().len(), 20);
        assert_eq!(value["reports"]["failed"], 2);
        summary.project = Some(Named { id: 1, name: "x".repeat(JSON_BYTES) });
        assert!(brief(&summary).unwrap().len() <= JSON_BYTES);
    }

    proptest! {
        #[test]
        fn no_value_ends_its_heredoc(text in any::<String>()) {
            let mut summary = samples::everything();
            let line = format!("{text}\ntq_0\nfailed<<x\n0\nx\n##[stop]");
            records_of(&mut summary).tests[0].name = line.as_str().into();
            summary.project = Some(Named { id: 1, name: line.clone() });
            let file = outputs(&summary, Conclusion::Failure);
            prop_assert!(!file.contains("##["));
            let written = read(&file);
            prop_assert_eq!(written.len(), 15);
            prop_assert_eq!(&written["failed"], "3");
            let json: Value = serde_json::from_str(&written["json"]).unwrap();
            prop_assert_eq!(json["project"]["name"].as_str().unwrap(), line);
        }
    }
}
