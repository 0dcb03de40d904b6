//! One test for each row of the corpus's manifests: is the report read as the row says?

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken manifest must fail")]

mod corpus;

use std::fs;
use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use test_reports::formats::model::{Outcome, Report};
use test_reports::formats::{Limits, ReadError, join_files, read_file};

/// The manifests.
const MANIFESTS: [&str; 2] = ["manifest.tsv", "formats.tsv"];

/// A row of a manifest.
struct Row {
    file: String,
    format: String,
    /// Tests, failures, errors, skipped; none where the manifest does not say.
    counts: [Option<usize>; 4],
    expect: String,
}

fn main() {
    let trials = match corpus::required_corpus() {
        Some(corpus) => MANIFESTS
            .into_iter()
            .flat_map(|manifest| rows(&corpus, manifest))
            .map(|row| trial(&corpus, row))
            .collect(),
        None => vec![
            Trial::test("conformance::needs_the_corpus_and_CORPUS=required", || {
                Err("run it with CORPUS=required, and with the corpus beside the checkout".into())
            })
            .with_ignored_flag(true),
        ],
    };
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn rows(corpus: &Path, manifest: &str) -> Vec<Row> {
    let manifest = fs::read_to_string(corpus.join(manifest)).unwrap();
    let mut lines = manifest.lines();
    let heading = "file\tformat\tproducer\ttests\tfailures\terrors\tskipped\texpect";
    assert!(lines.next().unwrap().starts_with(heading));
    let rows: Vec<Row> = lines.map(row).collect();
    assert!(!rows.is_empty());
    rows
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.split('\t').collect();
    let count = |cell: &str| (!cell.is_empty()).then(|| cell.parse().expect(line));
    Row {
        file: cells[0].to_owned(),
        format: cells[1].to_owned(),
        counts: [3, 4, 5, 6].map(|column| count(cells[column])),
        expect: cells[7].to_owned(),
    }
}

/// Check's own format, whose row counts the elements of JUnit's cases in it: none. A row of its own counts its tests.
const SUPERSEDED: &str = "generated/check-0.15.2/report.xml";

fn trial(corpus: &Path, row: Row) -> Trial {
    let path = corpus.join(&row.file);
    let name = format!("conformance::{}::{}", row.format, row.file);
    let is_superseded = row.file == SUPERSEDED;
    Trial::test(name, move || check(&path, &row)).with_ignored_flag(is_superseded)
}

/// The reports in a file, or the report that a directory is.
fn read(path: &Path, row: &Row) -> Result<Vec<Report>, ReadError> {
    if !path.is_dir() {
        return read_file(path, &row.file, &Limits::default());
    }
    let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    let mut reports = Vec::new();
    for name in names.iter().map(|name| name.to_str().unwrap()).filter(|it| it.ends_with(".json")) {
        let display = format!("{}/{name}", row.file);
        reports.extend(read_file(&path.join(name), &display, &Limits::default())?);
    }
    Ok(join_files(reports))
}

fn check(path: &Path, row: &Row) -> Result<(), Failed> {
    let result = read(path, row);
    if row.expect == "any" {
        return Ok(());
    }
    let [report] = &result?[..] else { return Err("not one report".into()) };
    let with = |outcome| report.cases.iter().filter(|case| case.outcome == outcome).count();
    let found =
        [report.cases.len(), with(Outcome::Failed), with(Outcome::Errored), with(Outcome::Skipped)];
    let holds = |(expected, found): (&Option<usize>, usize)| expected.is_none_or(|it| it == found);
    if !row.counts.iter().zip(found).all(holds) {
        return Err(
            format!("expected {:?}, found {found:?}: {:?}", row.counts, report.damage).into()
        );
    }
    match (&*row.expect, &report.damage) {
        ("ok", Some(damage)) => Err(format!("damaged: {damage:?}").into()),
        ("ok" | "counts", _) => Ok(()),
        (unknown, _) => Err(format!("unknown expectation {unknown:?}").into()),
    }
}
