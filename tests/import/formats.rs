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

/// Runs `convert` on a report of testdata, and returns what it prints.
fn convert(directory: &Path, arguments: &[&str]) -> Run {
    let mut command = binary(directory);
    command.arg("convert").args(arguments);
    Run::of(&command.output().unwrap())
}

#[test]
fn a_converted_report_is_imported_as_the_same_tests() {
    for report in [
        "gotestsum/go-test.jsonl",
        "playwright/playwright.json",
        "pytest/reruns.json",
        "robotframework",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let source = testdata(report);
        let source = source.to_str().unwrap();
        let first = import(directory.path(), source);
        let created = first["tests"]["created"].as_u64().unwrap();
        assert!(created > 0, "{first}");
        // A folder for new tests is not that of the reports.
        let below = ["--folder", "Automated/Web"];
        let printed = convert(directory.path(), &[&["--to", "junit", source], &below[..]].concat());
        std::fs::write(directory.path().join("junit.xml"), printed.expect(0).stdout).unwrap();
        let ctrf = convert(directory.path(), &["--to", "ctrf", "-o", "report.json", source]);
        assert!(ctrf.expect(0).stdout.lines().count() <= 2);
        for file in ["junit.xml", "report.json"] {
            let again = import(directory.path(), file);
            assert_eq!(again["tests"]["created"], 0, "{file}: {again}");
            assert_eq!(again["changes"], serde_json::json!([]), "{file}: {again}");
            for outcome in ["tests", "passed", "failed", "flaky"] {
                let said = |run: &Value| match outcome {
                    // CTRF knows no errors.
                    "failed" => {
                        run["reports"]["failed"].as_u64().unwrap()
                            + run["reports"]["errored"].as_u64().unwrap()
                    }
                    _ => run["reports"][outcome].as_u64().unwrap(),
                };
                assert_eq!(said(&again), said(&first), "{file}: {outcome}: {again}");
            }
        }
    }
}

#[test]
fn a_damaged_report_is_converted_as_far_as_it_was_read() {
    let directory = tempfile::tempdir().unwrap();
    let report = "<testsuite name=\"cart\"><testcase name=\"adds\"/><testcase name=\"rem";
    std::fs::write(directory.path().join("a.xml"), report).unwrap();
    std::fs::write(directory.path().join("old.xml"), "old").unwrap();
    let run = convert(directory.path(), &["--to", "junit", "-o", "old.xml", "a.xml"]).expect(3);
    assert!(run.stdout.contains("damaged  a.xml:1:66: "), "{run}");
    let printed = convert(directory.path(), &["--to", "junit", "a.xml"]).expect(3);
    assert!(printed.stderr.contains("damaged report: a.xml:1:66: "), "{printed}");
    let written = std::fs::read_to_string(directory.path().join("old.xml")).unwrap();
    assert!(written.contains("<testcase name=\"adds\" classname=\"cart\"/>"), "{written}");
    // A failed start leaves nothing that looks like its result.
    convert(directory.path(), &["--to", "junit", "-o", "old.xml", "--unknown", "a.xml"]).expect(2);
    assert!(!directory.path().join("old.xml").exists());
}

#[test]
fn a_converted_report_goes_to_standard_output_or_to_a_file_whose_name_says_the_format() {
    let directory = tempfile::tempdir().unwrap();
    let report = "<testsuite name=\"cart\"><testcase name=\"adds\"/></testsuite>";
    for name in ["a.xml", "b.xml"] {
        std::fs::write(directory.path().join(name), report.replace("cart", name)).unwrap();
    }
    let printed = convert(directory.path(), &["--to", "junit", "a.xml", "b.xml"]).expect(0).stdout;
    let dash = convert(directory.path(), &["--to", "junit", "-o", "-", "a.xml", "b.xml"]);
    assert_eq!(dash.expect(0).stdout, printed);
    assert!(!directory.path().join("-").exists());
    assert_eq!(printed.matches("<testcase ").count(), 2, "{printed}");
    let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
    convert(directory.path(), &["-o", "all.XML", "a.xml", "b.xml"]).expect(0);
    assert_eq!(read("all.XML"), printed);
    // A file of an earlier run is replaced.
    std::fs::write(directory.path().join("all.json"), "old").unwrap();
    convert(directory.path(), &["--output", "all.json", "a.xml"]).expect(0);
    assert!(read("all.json").contains("\"reportFormat\": \"CTRF\""));
    convert(directory.path(), &["--to", "jsonl", "-o", "all.txt", "a.xml"]).expect(0);
    assert!(read("all.txt").starts_with("{\"schema_version\":1,"));
    for (arguments, says) in [
        (&["a.xml"][..], "--to <FORMAT>"),
        (&["-o", "-", "a.xml"], "--to junit"),
        (&["-o", "all.txt", "a.xml"], "--to junit"),
        (&["-o", "junit=all.xml", "a.xml"], "write --to junit --output all.xml"),
        (&["-o", "missing/all.xml", "a.xml"], "missing/all.xml\n  because: there is no directory "),
        (&["-o", "a.xml", "a.xml"], "a.xml is one of the reports"),
    ] {
        let run = convert(directory.path(), arguments).expect(2);
        assert!(run.stderr.contains(says), "{run}");
    }
    assert!(read("a.xml").contains("adds"));
}

#[test]
fn reports_without_tests_are_converted_only_if_that_is_allowed() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), "<testsuites/>").unwrap();
    let run = convert(directory.path(), &["-o", "all.xml", "a.xml"]).expect(3);
    assert!(run.stderr.contains("no tests found"), "{run}");
    let allowed = convert(directory.path(), &["--to", "junit", "--allow-empty", "a.xml"]);
    assert!(allowed.expect(0).stdout.contains("<testsuites "));
}

#[test]
fn an_import_writes_junit_and_ctrf_beside_its_summary() {
    let directory = tempfile::tempdir().unwrap();
    let source = testdata("pytest/shop.xml");
    let mut command = binary(directory.path());
    command.args(["--sandbox=shop.db", "--output", "junit=all.junit", "--output"]);
    command.arg("ctrf=ctrf.json").arg(source);
    Run::of(&command.output().unwrap());
    let junit = std::fs::read_to_string(directory.path().join("all.junit")).unwrap();
    assert!(junit.starts_with("<?xml"), "{junit}");
    let ctrf = std::fs::read(directory.path().join("ctrf.json")).unwrap();
    let ctrf: Value = serde_json::from_slice(&ctrf).unwrap();
    assert_eq!(
        (&ctrf["reportFormat"], &ctrf["results"]["tool"]["name"]),
        (&"CTRF".into(), &"tq-import".into())
    );
}
