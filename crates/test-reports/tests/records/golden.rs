//! Identities are frozen: the golden file lists those of all reports below `testdata/`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use test_reports::Identity;
use test_reports::record::IdentityOptions;
use test_reports::tools::{self, CaseMapper, MappedCase, detect};

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
    let known: BTreeSet<&str> = expected.lines().collect();
    let made: BTreeSet<&str> = found.lines().collect();
    let gone = known.difference(&made).map(|line| format!("gone: {line}"));
    let new = made.difference(&known).map(|line| format!("new:  {line}"));
    let changed: Vec<String> = gone.chain(new).collect();
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

/// Tools without a report of a real run, and the reason. Their reports below `testdata/by-hand` follow their sources.
const BY_HAND: &[(&str, &str)] = &[
    ("twister", "needs Zephyr"),
    ("ExUnit", "its formatter is a package of Hex"),
    ("Ginkgo", "version 2 could not be installed"),
    ("Karate", "could not be installed"),
    ("Flank", "needs devices of Firebase Test Lab"),
    ("Bazel", "could not be installed"),
    ("go-junit-report", "could not be installed; its suites are those of gotestsum"),
    ("Maestro", "needs a phone"),
    ("Dart", "could not be installed"),
    ("helm-unittest", "could not be installed"),
    ("k6", "could not be installed"),
    ("Katalon", "is not free"),
    ("Gauge", "could not be installed"),
    ("GUT", "needs Godot"),
    ("gdUnit4", "needs Godot"),
    ("Ceedling", "could not be installed"),
    ("Unity", "its scripts could not be installed"),
    ("Alcotest", "could not be installed"),
    ("hspec", "could not be installed"),
    ("ScalaTest", "could not be installed"),
    ("XCTest", "needs a Mac"),
];

/// Tools without any report below testdata.
const WITHOUT_REPORT: &[(&str, &str)] = &[
    ("Allure", "its results are directories, which the test of tools' own formats reads"),
    ("tq-import", "a test writes and reads its reports"),
    ("CTRF", "its adapters for known tools have the rules of these"),
    ("MbUnit", "needs .NET of 2008; its report is in a test of its dialect"),
    ("Parasoft C/C++test", "is not free; its reports are in a test of its dialect"),
    ("IntelliJ", "exports by hand; its report is in a test of its dialect"),
    ("Buck", "could not be installed; its report is in a test of its dialect"),
];

#[test]
fn every_tool_has_a_report() {
    let testdata = crate::repository("testdata");
    let tools_in = |is_wanted: &dyn Fn(&Path) -> bool| -> BTreeSet<&str> {
        let paths = xml_below(&testdata).into_iter().chain(own_below(&testdata));
        let paths = paths.filter(|path| is_wanted(path));
        let reports = paths.filter_map(|path| read_file(&path, "r.xml").ok());
        reports.map(|report| detect(&report).name).collect()
    };
    let is_by_hand = |path: &Path| path.components().any(|part| part.as_os_str() == "by-hand");
    let (real, by_hand) = (tools_in(&|path| !is_by_hand(path)), tools_in(&is_by_hand));
    for name in tools::names() {
        let is_excused = |list: &[(&str, &str)]| list.iter().any(|(tool, _)| *tool == name);
        let is_shown = if is_excused(BY_HAND) { &by_hand } else { &real }.contains(name);
        let expected = !is_excused(WITHOUT_REPORT);
        // Many tools that have no row of their own write the suites of `JUnit`.
        let expected = expected && name != "JUnit";
        assert!(is_shown || !expected, "{name} has no report");
        assert!(
            !(is_excused(BY_HAND) && real.contains(name)),
            "{name} has a report of a real run now"
        );
    }
}

/// One line per case: file, number of the case in it, identity, container, name. A case that is no test has the reason in
/// place of the identity.
fn identities(testdata: &Path) -> String {
    let mut lines = "file\tcase\tidentity\tcontainer\tname\n".to_owned();
    let options = IdentityOptions::default();
    for path in xml_below(testdata).into_iter().chain(own_below(testdata)) {
        let below = path.strip_prefix(testdata).unwrap();
        let display = below.to_string_lossy().replace('\\', "/");
        let Ok(report) = read_file(&path, &display) else {
            continue;
        };
        CaseMapper::new(&report, &options).for_each(|index, _, case| {
            let (identity, container, name) = match case {
                MappedCase::Test(test) => {
                    let identity = Identity::of_test("", test.container, &test.name);
                    assert_eq!(identity, test.identity);
                    (identity.to_string(), test.container.join(" | "), test.name.into_owned())
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
