//! Identities are frozen: the golden file lists those of all reports below `testdata/`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use test_reports::record::{IdentityOptions, collect};
use test_reports::tools::{self, detect};

use super::{own_below, xml_below};
use crate::single::read_file;

/// `UPDATE_GOLDEN=1` rewrites the file. A changed or removed line is a breaking release; new lines are not.
#[test]
fn identities_equal_the_golden_file() {
    let directory = crate::repository("");
    let golden = directory.join("tests/golden/identities.tsv");
    let found = identities(&directory.join("testdata"));
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        fs::create_dir_all(directory.join("tests/golden")).unwrap();
        fs::write(&golden, found).unwrap();
        return;
    }
    let Ok(expected) = fs::read_to_string(&golden) else {
        assert!(
            found.lines().count() < 2,
            "{} is missing: UPDATE_GOLDEN=1 writes it",
            golden.display()
        );
        return;
    };
    let changed: Vec<String> = expected
        .lines()
        .filter(|line| !found.lines().any(|other| other == *line))
        .map(|line| format!("gone: {line}"))
        .chain(
            found
                .lines()
                .filter(|line| !expected.lines().any(|other| other == *line))
                .map(|line| format!("new:  {line}")),
        )
        .collect();
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

/// Tools without a report in testdata, and the reason.
const WITHOUT_REPORT: [(&str, &str); 13] = [
    ("Allure", "its results are directories, which the test of tools' own formats reads"),
    ("CTRF", "its adapters for known tools have the rules of these"),
    ("twister", "its reports are in tests of the rules, after its source"),
    ("ExUnit", "needs a package of Hex; its reports are in tests of the rules"),
    ("Ginkgo", "its reports are in tests of the rules, after the source of its reporter"),
    ("Karate", "its reports are in tests of the rules, after published reports"),
    ("Flank", "needs devices of Firebase Test Lab"),
    ("Bazel", "its reports are in tests of the rules, after published reports"),
    ("go-junit-report", "could not be installed; its suites are those of gotestsum"),
    ("Maestro", "needs a phone"),
    ("XCTest", "needs a Mac"),
    ("CUnit", "writes an end tag without a start tag: its report is below tests/damaged"),
    ("JUnit", "is written by many tools that have no row of their own"),
];

#[test]
fn every_tool_has_a_real_report() {
    let testdata = crate::repository("testdata");
    let reports = xml_below(&testdata).into_iter().chain(own_below(&testdata));
    let reports = reports.filter_map(|path| read_file(&path, "r.xml").ok());
    let shown: BTreeSet<&str> = reports.map(|report| detect(&report).name).collect();
    let missing: Vec<&str> = tools::names()
        .filter(|name| !shown.contains(name))
        .filter(|name| WITHOUT_REPORT.iter().all(|(without, _)| without != name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
    for (without, _) in WITHOUT_REPORT {
        assert!(!shown.contains(without), "{without} has a report now");
    }
}

/// One line per test: file, identity, container, name.
fn identities(testdata: &Path) -> String {
    let mut lines = "file\tidentity\tcontainer\tname\n".to_owned();
    for path in xml_below(testdata).into_iter().chain(own_below(testdata)) {
        let below = path.strip_prefix(testdata).unwrap();
        let display = below.to_string_lossy().replace('\\', "/");
        let Ok(report) = read_file(&path, &display) else {
            continue;
        };
        for test in collect(&[report], &IdentityOptions::default()).tests {
            let container = test.container.join(" | ");
            writeln!(lines, "{display}\t{}\t{container}\t{}", test.identity, test.name).unwrap();
        }
    }
    lines
}
