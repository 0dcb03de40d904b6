//! Every report of the corpus holds what its manifest says.

use std::fs;
use std::path::{Path, PathBuf};

use test_reports::formats::ReadError;
use test_reports::formats::model::{Outcome, Report};

use crate::single::read_file;

/// A row of the manifest.
struct Row {
    file: String,
    format: String,
    /// Tests, failures, errors, skipped; none where the manifest does not say.
    counts: [Option<usize>; 4],
    expect: String,
}

fn corpus() -> Option<PathBuf> {
    let corpus = crate::repository("../shared/corpus");
    if corpus.join("manifest.tsv").is_file() {
        return Some(corpus);
    }
    println!("the corpus is not here: nothing is checked");
    None
}

fn rows(corpus: &Path) -> Vec<Row> {
    let manifest = fs::read_to_string(corpus.join("manifest.tsv")).unwrap();
    let mut lines = manifest.lines();
    assert!(lines.next().unwrap().starts_with("file\tformat\tproducer\ttests"));
    lines
        .map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            let mut cell = || cells.next().unwrap_or_default();
            let (file, format, _producer) = (cell(), cell(), cell());
            let counts = [cell(), cell(), cell(), cell()].map(|count| count.parse().ok());
            Row { file, format, counts, expect: cell() }
        })
        .collect()
}

fn counts(report: &Report) -> [usize; 4] {
    let with = |outcome| report.cases.iter().filter(|case| case.outcome == outcome).count();
    [report.cases.len(), with(Outcome::Failed), with(Outcome::Errored), with(Outcome::Skipped)]
}

/// Rows that contradict the corpus's own rule that summary attributes are not counted: this file holds 10 test
/// methods, of which 5 failed, and only its summary says 20 and 11.
const COUNTED_FROM_THE_SUMMARY: [&str; 1] =
    ["peer/test-results-parser/tests/data/testng/single-suite-multiple-tests.xml"];

/// What is wrong with how `row` was read.
fn complaint(row: &Row, result: Result<Report, ReadError>) -> Option<String> {
    if row.expect == "any" {
        return None;
    }
    if COUNTED_FROM_THE_SUMMARY.contains(&&*row.file) {
        assert_eq!(counts(&result.unwrap()), [10, 5, 0, 1]);
        return None;
    }
    let report = match result {
        Ok(report) => report,
        Err(error) => return Some(format!("{error:#}")),
    };
    let found = counts(&report);
    let holds = row
        .counts
        .iter()
        .zip(found)
        .all(|(expected, found)| expected.is_none_or(|expected| expected == found));
    if !holds {
        return Some(format!(
            "expected {:?}, found {found:?}, damage {:?}",
            row.counts, report.damage
        ));
    }
    match report.damage {
        Some(damage) if row.expect == "ok" => Some(format!("called damaged: {damage:?}")),
        _ => None,
    }
}

fn check(format: &str) {
    let Some(corpus) = corpus() else {
        return;
    };
    let rows: Vec<Row> = rows(&corpus).into_iter().filter(|row| row.format == format).collect();
    assert!(!rows.is_empty());
    let complaints: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let complaint = complaint(row, read_file(&corpus.join(&row.file), &row.file))?;
            Some(format!("{}: {complaint}", row.file))
        })
        .collect();
    assert!(
        complaints.is_empty(),
        "{} of {} rows do not hold:\n{}",
        complaints.len(),
        rows.len(),
        complaints.join("\n")
    );
}

#[test]
fn every_junit_report_of_the_corpus_holds_its_counts() {
    check("junit");
}

#[test]
fn the_readme_says_how_many_rows_hold() {
    let Some(corpus) = corpus() else {
        return;
    };
    let all = rows(&corpus).len();
    let holding = all - COUNTED_FROM_THE_SUMMARY.len();
    let readme = fs::read_to_string(crate::repository("README.md")).unwrap();
    let said = format!("{holding} of {all}");
    assert!(readme.contains(&said), "README.md does not say {said}");
}

#[test]
fn every_xunit_net_report_of_the_corpus_holds_its_counts() {
    check("xunit");
}

#[test]
fn every_nunit_report_of_the_corpus_holds_its_counts() {
    check("nunit");
}

#[test]
fn every_trx_report_of_the_corpus_holds_its_counts() {
    check("trx");
}

#[test]
fn every_testng_report_of_the_corpus_holds_its_counts() {
    check("testng");
}
