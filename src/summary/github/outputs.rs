//! Outputs of a step, in the form of the file that `GITHUB_OUTPUT` names.

use std::fmt::Write;

use super::super::{FileFlaw, Summary, inspection, json};
use test_reports::record::{IdentityOptions, Records};
use test_reports::text;

/// The longest JSON among the outputs. It comes to later steps in their environment, where one variable has room for
/// 128 KiB.
const JSON_BYTES: usize = 64 * 1024;

/// The longest message in that JSON, in characters.
const MESSAGE_CHARS: usize = 300;

/// How a step ended, in the words of the outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// Exit code 0, after `--soft-fail`.
    Success,
    /// Any other.
    Failure,
    /// A signal.
    Cancelled,
    /// Reports were read, and nothing was to be imported.
    ParseOnly,
}

impl Conclusion {
    fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::ParseOnly => "parse-only",
        }
    }
}

/// The outputs of an import, each in a heredoc.
///
/// # Errors
/// Never for a summary: its maps have text keys.
pub fn outputs(summary: &Summary, conclusion: Conclusion) -> Result<String, serde_json::Error> {
    let complete = summary.complete.map(|complete| complete.to_string()).unwrap_or_default();
    let ledger = &summary.tests;
    let mut outputs = of_reports(summary);
    for (name, value) in [
        ("created", ledger.created.to_string()),
        ("adopted", ledger.adopted.to_string()),
        ("unchanged", ledger.unchanged.to_string()),
        ("refused", ledger.refused.to_string()),
        ("complete", complete),
        ("json", brief(summary)?),
        ("conclusion", conclusion.word().to_owned()),
    ] {
        push(&mut outputs, name, &value);
    }
    Ok(outputs)
}

/// The outputs of an inspection; `exit_code` is what it ends with.
///
/// # Errors
/// Never for records: their maps have text keys.
pub fn inspection_outputs(
    records: &Records,
    exit_code: u8,
    conclusion: Conclusion,
) -> Result<String, serde_json::Error> {
    let summary =
        Summary { exit_code, ..Summary::of_reports(records, &IdentityOptions::default()) };
    let mut outputs = of_reports(&summary);
    push(&mut outputs, "json", &inspection::brief_json(records)?);
    push(&mut outputs, "conclusion", conclusion.word());
    Ok(outputs)
}

/// The outputs of what ended with `exit_code` before there was a summary.
#[must_use]
pub fn failure_outputs(exit_code: u8) -> String {
    let mut outputs = String::new();
    push(&mut outputs, "exit-code", &exit_code.to_string());
    push(&mut outputs, "conclusion", Conclusion::Failure.word());
    outputs
}

fn of_reports(summary: &Summary) -> String {
    let reports = &summary.reports;
    let mut outputs = String::new();
    for (name, number) in [
        ("seen", summary.tests.seen),
        ("passed", reports.passed),
        // Nobody who asks whether something failed wants to miss what errored.
        ("failed", reports.failed + reports.errored),
        ("skipped", reports.skipped),
        ("exit-code", usize::from(summary.exit_code)),
    ] {
        push(&mut outputs, name, &number.to_string());
    }
    outputs
}

/// Appends `value` between lines that nobody can know beforehand, and that are not in it.
fn push(outputs: &mut String, name: &str, value: &str) {
    let mut delimiter = String::new();
    while delimiter.is_empty() || value.contains(&delimiter) {
        delimiter = format!("tq_{:032x}", fastrand::u128(..));
    }
    // Writing to a string cannot fail.
    let _ = write!(outputs, "{name}<<{delimiter}\n{value}\n{delimiter}\n");
}

/// The summary as JSON in one line, its lists as long as there is room for. All numbers are the whole ones.
fn brief(summary: &Summary) -> Result<String, serde_json::Error> {
    let mut brief = summary.clone();
    for most in [100, 20, 5, 0] {
        shorten(&mut brief, most);
        let text = json::compact(&brief)?;
        if text.len() <= JSON_BYTES {
            return Ok(text);
        }
    }
    // Names of a project or a namespace as long as that: then without them.
    brief.project = None;
    brief.root_plan = None;
    brief.namespace = None;
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
    summary.failures.truncate(most);
    summary.failures.iter_mut().filter_map(|failure| failure.message.as_mut()).for_each(cut);
    summary.run_errors.truncate(most);
    summary.run_errors.iter_mut().filter_map(|error| error.message.as_mut()).for_each(cut);
    summary.changes.truncate(most);
    summary.stale.truncate(most);
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
    use crate::summary::samples;

    /// What the runner of GitHub Actions reads in the file.
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
    fn every_output_is_there() {
        let mut summary = samples::everything();
        let written = read(&outputs(&summary, Conclusion::Failure).unwrap());
        let json: Value = serde_json::from_str(&written["json"]).unwrap();
        assert_eq!(json, serde_json::to_value(&summary).unwrap());
        let others: Vec<String> = written
            .iter()
            .filter(|(name, _)| *name != "json")
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        insta::assert_snapshot!(others.join(" "), @"adopted=3 complete=false conclusion=failure created=12 exit-code=1 failed=3 passed=1190 refused=1 seen=1210 skipped=11 unchanged=1187");
        summary.complete = None;
        assert_eq!(read(&outputs(&summary, Conclusion::Success).unwrap())["complete"], "");
        let read =
            read(&inspection_outputs(&samples::records(), 3, Conclusion::ParseOnly).unwrap());
        assert_eq!(read["exit-code"], "3");
        assert_eq!(read["conclusion"], "parse-only");
        let json: Value = serde_json::from_str(&read["json"]).unwrap();
        assert_eq!(json["totals"]["failed"], 1);
    }

    #[test]
    fn the_json_fits_into_a_variable() {
        let mut summary = samples::everything();
        summary.failures = vec![summary.failures[1].clone(); 10_000];
        for failure in &mut summary.failures {
            failure.message = Some("é".repeat(2_000));
        }
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
        fn no_text_ends_a_heredoc(text in any::<String>()) {
            let mut summary = samples::everything();
            let line = format!("{text}\ntq_0\nfailed<<x\n0\nx\n##[stop]");
            summary.failures[0].name = line.clone();
            summary.project = Some(Named { id: 1, name: line.clone() });
            let file = outputs(&summary, Conclusion::Failure).unwrap();
            prop_assert!(!file.contains("##["));
            let written = read(&file);
            prop_assert_eq!(written.len(), 12);
            prop_assert_eq!(&written["failed"], "3");
            let json: Value = serde_json::from_str(&written["json"]).unwrap();
            prop_assert_eq!(json["project"]["name"].as_str().unwrap(), line);
        }
    }
}
