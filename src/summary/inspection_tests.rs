use std::sync::Arc;

use super::*;
use crate::formats::model::{Flaw, Format, Position};
use crate::identity::Identity;
use crate::record::RunError;
use crate::summary::text::TextOptions;

fn test(folder: &[&str], name: &str, outcome: Outcome) -> TestRecord {
    TestRecord {
        identity: Identity::of_test("", folder, name),
        older: Vec::new(),
        container: folder.iter().map(|&part| part.to_owned()).collect(),
        name: name.to_owned(),
        folder: folder.iter().map(|&part| part.to_owned()).collect(),
        outcome,
        flaky: false,
        duration_s: Some(0.25),
        attempts: Vec::new(),
        message: (outcome == Outcome::Failed).then(|| "expected 2 to equal 3".to_owned()),
        kind: None,
        file: None,
        line: None,
        classname: None,
        suites: Vec::new(),
        properties: Vec::new(),
        tags: Vec::new(),
        attachments: Vec::new(),
        defects: Vec::new(),
        steps: Vec::new(),
        pinned: None,
        cases: 1,
    }
}

fn records() -> Records {
    let file = |path: &str, damaged: Option<Flaw>| FileCounts {
        path: Arc::from(path),
        shard: None,
        format: Format::Junit,
        producer: "vitest",
        tests: 3,
        failures: 1,
        errors: 0,
        skipped: 1,
        suite_errors: 0,
        recovered: Vec::new(),
        damaged,
    };
    Records {
        tests: vec![
            test(&["shop"], "opens", Outcome::Passed),
            test(&["shop", "cart"], "adds two items", Outcome::Failed),
            test(&["shop", "cart"], "removes an item", Outcome::Skipped),
            TestRecord {
                flaky: true,
                ..test(&["shop", "checkout"], "pays by card", Outcome::Passed)
            },
        ],
        run_errors: vec![RunError {
            report: Arc::from("reports/b.xml"),
            name: "global set-up".to_owned(),
            message: Some("no database".to_owned()),
            file: None,
            line: None,
            is_case: false,
        }],
        files: vec![
            file("reports/a.xml", None),
            file(
                "reports/b.xml",
                Some(Flaw {
                    position: Position { line: 12, column: 1 },
                    message: "the file ends inside <testsuite>".to_owned(),
                }),
            ),
        ],
        seen: 6,
        merged: 2,
        excluded: 0,
        warnings: vec!["something to know".to_owned()],
    }
}

fn plain(records: &Records, detail: Detail) -> String {
    let options = TextOptions { columns: Some(80), detail, in_ci: false, errors_apart: false };
    anstream::adapter::strip_str(&render(records, &options)).to_string()
}

#[test]
fn folders_counts_and_failures() {
    insta::assert_snapshot!(plain(&records(), Detail::Normal), @r"
             shop/  4: 1 failed, 2 passed (1 flaky), 1 skipped
               cart/  2: 1 failed, 1 skipped
    failed       adds two items
                   expected 2 to equal 3
               checkout/  1: 1 passed (1 flaky)

    1 error outside the tests (set-up, collection, build)

      error    global set-up
               reports/b.xml
               no database

    1 damaged report: cases may be missing

      damaged  reports/b.xml:12:1: the file ends inside <testsuite>

    reports   reports/a.xml  3 cases of vitest
              reports/b.xml  3 cases of vitest
    tests     4: 1 failed, 2 passed (1 flaky), 1 skipped, in 1.0 s
    cases     6: 4 tests, 2 merged (same test)

    warning: something to know

    inspected: 4 tests in 2 reports, 1 of them damaged; nothing was sent anywhere
    ");
}

#[test]
fn every_test() {
    insta::assert_snapshot!(plain(&records(), Detail::Full), @r"
             shop/  4: 1 failed, 2 passed (1 flaky), 1 skipped
    passed     opens  250 ms  tqi-9898586b67afcbf9
               cart/  2: 1 failed, 1 skipped
    failed       adds two items  250 ms  tqi-fa9a232fb91cf4b9
                   expected 2 to equal 3
    skipped      removes an item  250 ms  tqi-752f544d1457df26
               checkout/  1: 1 passed (1 flaky)
    flaky        pays by card  250 ms  tqi-87f3a6d72349aee8

    1 error outside the tests (set-up, collection, build)

      error    global set-up
               reports/b.xml
               no database

    1 damaged report: cases may be missing

      damaged  reports/b.xml:12:1: the file ends inside <testsuite>

    reports   reports/a.xml  3 cases of vitest
              reports/b.xml  3 cases of vitest
    tests     4: 1 failed, 2 passed (1 flaky), 1 skipped, in 1.0 s
    cases     6: 4 tests, 2 merged (same test)

    warning: something to know

    inspected: 4 tests in 2 reports, 1 of them damaged; nothing was sent anywhere
    ");
}

#[test]
fn nothing_found() {
    insta::assert_snapshot!(plain(&Records::default(), Detail::Normal), @r"
    reports   none
    tests     0

    inspected: 0 tests in 0 reports; nothing was sent anywhere
    ");
}

#[test]
fn json() {
    insta::assert_snapshot!("json", render_json(&records()).unwrap());
}
