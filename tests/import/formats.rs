//! Reports in tools' own formats, imported over HTTP into the sandbox.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Run, binary};

fn testdata(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path)
}

fn import(directory: &Path, report: &str) -> Value {
    let mut command = binary(directory);
    command.args(["--sandbox=shop.db", "--format", "json", report]);
    // Reports of failed tests are imported, and the exit code says so.
    let run = Run::of(&command.output().unwrap());
    run.json()
}

#[test]
fn a_tools_own_format_and_its_junit_report_are_the_same_tests() {
    for (own, junit, tests) in [
        ("gotestsum/go-test.jsonl", "gotestsum/shop.xml", 18),
        ("robotframework/shop.json", "robotframework/shop.xml", 11),
        ("cucumber/checkout.ndjson", "cucumber/checkout.xml", 10),
    ] {
        let directory = tempfile::tempdir().unwrap();
        for (from, to) in [(own, "own"), (junit, "junit.xml")] {
            std::fs::copy(testdata(from), directory.path().join(to)).unwrap();
        }
        let first = import(directory.path(), "own");
        assert_eq!(first["tests"]["created"], tests, "{own}: {first}");
        let second = import(directory.path(), "junit.xml");
        assert_eq!(second["tests"]["created"], 0, "{own}: {second}");
        let seen = second["tests"]["unchanged"].as_u64().unwrap()
            + second["tests"]["updated"].as_u64().unwrap();
        assert_eq!(seen, tests, "{own}: {second}");
    }
}

#[test]
fn a_directory_of_results_for_allure_is_one_report() {
    let directory = tempfile::tempdir().unwrap();
    let results = directory.path().join("allure-results");
    std::fs::create_dir(&results).unwrap();
    for file in std::fs::read_dir(testdata("pytest/allure-results")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), results.join(file.file_name())).unwrap();
    }
    std::fs::write(results.join("categories.json"), "[]").unwrap();
    let run = import(directory.path(), "allure-results");
    assert_eq!(run["reports"]["files"], 1, "{run}");
    assert_eq!(run["tests"]["created"], 8, "{run}");
}

#[test]
fn a_stream_that_is_cut_is_damaged_and_its_tests_are_imported() {
    let directory = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(testdata("gotestsum/go-test.jsonl")).unwrap();
    let half = &text[..text.len() * 3 / 4];
    std::fs::write(directory.path().join("cut.jsonl"), half).unwrap();
    let mut command = binary(directory.path());
    command.args(["--sandbox=shop.db", "cut.jsonl"]);
    let run = Run::of(&command.output().unwrap()).expect(3);
    assert!(run.stdout.contains("cut.jsonl") && run.stdout.contains("damaged"), "{run}");
}
