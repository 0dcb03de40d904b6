//! The reports below `testdata/`, against counts that Python's own XML parser made (`testdata/counts.py`).

use std::collections::BTreeSet;

use test_reports::formats::model::Outcome;

use crate::single::read_file;

#[test]
fn every_report_of_a_real_runner_is_read_whole_and_counted_right() {
    let testdata = crate::repository("testdata");
    let table = std::fs::read_to_string(testdata.join("counts.tsv")).unwrap();
    let (mut cases, mut tools) = (0, BTreeSet::new());
    for row in table.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let report = read_file(&testdata.join(columns[0]), columns[0]).unwrap();
        assert_eq!(report.damage, None, "{row}");
        let of = |outcome| report.cases.iter().filter(|case| case.outcome == outcome).count();
        let found =
            [report.cases.len(), of(Outcome::Failed), of(Outcome::Errored), of(Outcome::Skipped)];
        assert_eq!(found.map(|count| count.to_string()), columns[2..6], "{row}");
        cases += report.cases.len();
        tools.insert(columns[1].to_owned());
    }
    assert!(cases >= 150, "{cases} cases");
    assert!(tools.len() >= 10, "{tools:?}");
}

#[test]
fn every_report_below_testdata_is_in_the_table_and_in_the_readme() {
    let testdata = crate::repository("testdata");
    let table = std::fs::read_to_string(testdata.join("counts.tsv")).unwrap();
    let readme = std::fs::read_to_string(testdata.join("README.md")).unwrap();
    for directory in std::fs::read_dir(&testdata).unwrap().map(Result::unwrap) {
        let name = directory.file_name().into_string().unwrap();
        if !directory.path().is_dir() {
            continue;
        }
        for file in std::fs::read_dir(directory.path()).unwrap().map(Result::unwrap) {
            let path = format!("{name}/{}", file.file_name().into_string().unwrap());
            if path.ends_with(".xml") || path.ends_with(".trx") {
                assert!(table.lines().any(|row| row.starts_with(&format!("{path}\t"))), "{path}");
                assert!(readme.contains(&path), "{path} is not in testdata/README.md");
            }
        }
    }
}
