//! Identities are frozen: the golden file lists those of all reports below `testdata/`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use test_reports::Identity;
use test_reports::record::IdentityOptions;
use test_reports::tools::{self, CaseMapper, MappedCase, detect};

use super::xml_below;
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
    let known: BTreeSet<&str> = expected.lines().collect();
    let made: BTreeSet<&str> = found.lines().collect();
    let gone = known.difference(&made).map(|line| format!("gone: {line}"));
    let new = made.difference(&known).map(|line| format!("new:  {line}"));
    let changed: Vec<String> = gone.chain(new).collect();
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

/// Tools without a report in testdata, and the reason.
const WITHOUT_REPORT: [(&str, &str); 11] = [
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
    let reports =
        xml_below(&testdata).into_iter().filter_map(|path| read_file(&path, "r.xml").ok());
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

/// One line per case: file, number of the case in it, identity, container, name. A case that is no test has the reason in
/// place of the identity.
fn identities(testdata: &Path) -> String {
    let mut lines = "file\tcase\tidentity\tcontainer\tname\n".to_owned();
    let options = IdentityOptions::default();
    for path in xml_below(testdata) {
        let below = path.strip_prefix(testdata).unwrap();
        let display = below.to_string_lossy().replace('\\', "/");
        let Ok(report) = read_file(&path, &display) else {
            continue;
        };
        CaseMapper::new(&report, &options).for_each(|index, _, case| {
            let (identity, container, name) = match case {
                MappedCase::Test(test) => {
                    let identity = Identity::of_test("", &test.container, &test.name);
                    (identity.to_string(), test.container.join(" | "), test.name)
                }
                MappedCase::RunError(name) => ("run error".to_owned(), String::new(), name),
                MappedCase::NoTest => ("not a test".to_owned(), String::new(), String::new()),
                _ => ("finding".to_owned(), String::new(), String::new()),
            };
            writeln!(lines, "{display}\t{}\t{identity}\t{container}\t{name}", index + 1).unwrap();
        });
    }
    lines
}
