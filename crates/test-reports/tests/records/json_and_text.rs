//! The own formats of tools against the JUnit reports of the same runs: the same tests have the same identities.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use test_reports::formats::model::Outcome;
use test_reports::formats::{Limits, join_files, read_file};
use test_reports::record::{IdentityOptions, Records, collect};
use test_reports::text::RepositoryRoot;

/// A report and the JUnit reports of the same run below `testdata`, the home of the project, how many tests only one of
/// the two has, and how many have another result, with the reason.
struct Pair {
    own: &'static str,
    junit: &'static [&'static str],
    home: &'static str,
    only_own: usize,
    only_junit: usize,
    other_result: usize,
    why: &'static str,
}

const fn same(own: &'static str, junit: &'static [&'static str], home: &'static str) -> Pair {
    Pair { own, junit, home, only_own: 0, only_junit: 0, other_result: 0, why: "" }
}

const PAIRS: [Pair; 30] = [
    Pair {
        other_result: 1,
        why: "jest-junit writes `test.todo` as passed",
        ..same("jest/jest.json", &["jest/junit-file.xml"], "jest")
    },
    same("vitest/vitest.json", &["vitest/junit.xml"], "vitest"),
    Pair {
        only_own: 2,
        why: "mocha-junit-reporter leaves out pending tests",
        ..same("mocha/mocha.json", &["mocha/customer.xml"], "mocha")
    },
    Pair {
        only_own: 3,
        why: "Mocha's own reporter leaves out the tests behind a failed hook",
        ..same("mochawesome/mochawesome.json", &["mochawesome/mocha.json"], "mochawesome")
    },
    same("mocha/mocha-stream.jsonl", &["mocha/customer.xml"], "mocha"),
    same("playwright/playwright.json", &["playwright/results.xml"], "playwright"),
    same("pytest/reruns.json", &["pytest/reruns.xml"], "pytest"),
    same("pytest/reruns.jsonl", &["pytest/reruns.xml"], "pytest"),
    same("pytest/allure-results", &["pytest/reruns.xml"], "pytest"),
    Pair {
        only_own: 1,
        only_junit: 1,
        why: "pytest writes a control character in a parameter as #x00 in XML",
        ..same("pytest/pytest-json-report.json", &["pytest/shop.xml"], "pytest")
    },
    Pair {
        only_own: 1,
        only_junit: 1,
        why: "as above",
        ..same("pytest/reportlog.jsonl", &["pytest/shop.xml"], "pytest")
    },
    Pair {
        only_own: 1,
        only_junit: 1,
        other_result: 2,
        why: "as above; the format knows no errors, only failures",
        ..same("pytest/ctrf.json", &["pytest/shop.xml"], "pytest")
    },
    same("cucumber/checkout.ndjson", &["cucumber/checkout.xml"], "cucumber"),
    Pair {
        only_own: 3,
        only_junit: 4,
        why: "the JSON names neither rules nor rows of outlines",
        ..same("cucumber/checkout.json", &["cucumber/checkout.xml"], "cucumber")
    },
    same("behave/behave.json", &["behave/TESTS-order.xml", "behave/TESTS-lager.xml"], "behave"),
    same("gotestsum/go-test.jsonl", &["gotestsum/shop.xml"], "gotestsum"),
    same("gotestsum/go-test.txt", &["gotestsum/shop.xml"], "gotestsum"),
    same("gotestsum/build-error.jsonl", &["gotestsum/build-error.xml"], "gotestsum"),
    Pair {
        only_own: 2,
        why: "cargo-nextest leaves out ignored tests in JUnit",
        ..same("nextest/nextest.jsonl", &["nextest/junit.xml"], "nextest")
    },
    Pair {
        only_own: 4,
        only_junit: 2,
        why: "without `-plus` the kind of a binary is not written",
        ..same("nextest/nextest-plain.jsonl", &["nextest/junit.xml"], "nextest")
    },
    same("robotframework/shop.json", &["robotframework/shop.xml"], "robot-json"),
    Pair {
        other_result: 1,
        why: "Newman's JUnit reports have skipped assertions as passed",
        ..same("newman/newman.json", &["newman/shop.xml"], "newman")
    },
    same("testcafe/testcafe.json", &["testcafe/shop.xml"], "testcafe"),
    same("rspec/shop.json", &["rspec/shop.xml"], "rspec"),
    Pair {
        only_own: 1,
        only_junit: 1,
        why: "WebdriverIO's JUnit reports lack the quotes, angle brackets and umlauts of names",
        ..same("webdriverio/shop-0-0.json", &["webdriverio/shop-0-0.xml"], "webdriverio")
    },
    same("phpunit-teamcity/teamcity.txt", &["phpunit-teamcity/junit.xml"], "phpunit-teamcity"),
    same("by-hand/dart.jsonl", &["by-hand/dart.xml"], "dart"),
    same("googletest/shop.json", &["googletest/shop.xml"], "googletest-json"),
    Pair {
        other_result: 1,
        why: "a failing test that is `# TODO` is skipped in TAP",
        ..same("node-test/shipping.tap", &["node-test/shipping.xml"], "node-test")
    },
    Pair {
        only_junit: 5,
        why: "node-tap's JUnit reports have subtests as suites and as cases",
        ..same("tap/shop.tap", &["tap/shop.xml"], "tap")
    },
];

fn records(files: &[&str], home: &str) -> Records {
    let testdata = crate::repository("testdata");
    let mut reports = Vec::new();
    for file in files {
        let path = testdata.join(file);
        let mut inside: Vec<_> = match path.is_dir() {
            true => path.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect(),
            false => vec![path],
        };
        inside.retain(|path| !path.to_string_lossy().ends_with("attachment.txt"));
        inside.sort();
        for path in inside {
            let display = path.strip_prefix(&testdata).unwrap().to_str().unwrap().to_owned();
            reports.extend(read_file(&path, &display, &Limits::default()).unwrap());
        }
    }
    let reports = join_files(reports);
    assert_eq!(reports.len(), files.len(), "{files:?}");
    for report in &reports {
        assert_eq!(report.damage, None, "{}", report.path);
    }
    let root = RepositoryRoot::new(Path::new(&format!("/srv/demo/{home}")));
    collect(&reports, &IdentityOptions { root, ..IdentityOptions::default() })
}

/// Container and name, and the result, by identity.
fn tests(records: &Records) -> BTreeMap<String, (String, Outcome)> {
    let shown = |test: &test_reports::record::TestRecord| {
        (format!("{} :: {}", test.class.container.join(" / "), test.name), test.outcome)
    };
    records.tests.iter().map(|test| (test.identity.to_string(), shown(test))).collect()
}

#[test]
fn tests_have_the_identities_of_the_tools_junit_reports() {
    let mut wrong = Vec::new();
    for pair in &PAIRS {
        let own = tests(&records(&[pair.own], pair.home));
        let junit = tests(&records(pair.junit, pair.home));
        type Tests = BTreeMap<String, (String, Outcome)>;
        let only = |one: &Tests, other: &Tests| {
            let gone = one.iter().filter(|(identity, _)| !other.contains_key(*identity));
            gone.map(|(_, (shown, _))| shown.clone()).collect::<BTreeSet<String>>()
        };
        let (only_own, only_junit) = (only(&own, &junit), only(&junit, &own));
        let other_result: Vec<&String> = own
            .iter()
            .filter(|(id, one)| junit.get(*id).is_some_and(|it| it.1 != one.1))
            .map(|(_, one)| &one.0)
            .collect();
        let found = (only_own.len(), only_junit.len(), other_result.len());
        if found != (pair.only_own, pair.only_junit, pair.other_result) {
            wrong.push(format!(
                "{} ({}): {found:?}: {only_own:#?}\n{only_junit:#?}\n{other_result:#?}",
                pair.own, pair.why,
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file that cannot be loaded, and what runs around all tests of a group, are tests of their own to Dart if they fail.
#[test]
fn failed_files_and_groups_of_dart_are_run_errors() {
    let event = |id: usize, name: &str, result: &str| {
        format!(
            r#"{{"test":{{"id":{id},"name":"{name}","suiteID":0,"groupIDs":[]}},"type":"testStart","time":1}}
{{"testID":{id},"result":"{result}","skipped":false,"hidden":false,"type":"testDone","time":2}}
"#
        )
    };
    let path = "/home/me/shop/test/cart-price_test.dart";
    let events: Vec<String> = [
        (format!("loading {path}"), "error"),
        ("(setUpAll)".to_owned(), "error"),
        ("Cart (tearDownAll)".to_owned(), "failure"),
        ("loading a file".to_owned(), "failure"),
    ]
    .iter()
    .enumerate()
    .map(|(id, (name, result))| event(id, name, result))
    .collect();
    let text = format!(
        r#"{{"protocolVersion":"0.1.1","runnerVersion":null,"pid":1,"type":"start","time":0}}
{{"suite":{{"id":0,"platform":"vm","path":"{path}"}},"type":"suite","time":0}}
{}{{"success":false,"type":"done","time":3}}"#,
        events.concat()
    );
    let junit = format!(
        "<testsuites><testsuite name='test.cart_price'><properties><property name='platform' value='vm'/></properties>\
         <testcase classname='test.cart_price' name='loading {path}'><error message='no'/></testcase>\
         <testcase classname='test.cart_price' name='(setUpAll)'><error message='no'/></testcase>\
         <testcase classname='test.cart_price' name='Cart (tearDownAll)'><failure message='no'/></testcase>\
         <testcase classname='test.cart_price' name='loading a file'><failure message='no'/></testcase>\
         </testsuite></testsuites>"
    );
    let root = RepositoryRoot::new(Path::new("/home/me/shop"));
    let options = IdentityOptions { root, ..IdentityOptions::default() };
    for report in [&text, &junit] {
        let report = crate::single::read(report.as_bytes(), "r").unwrap();
        let records = collect(&[report], &options);
        let names: Vec<String> = records
            .tests
            .iter()
            .map(|test| format!("{}: {}", test.class.container.join("/"), test.name))
            .collect();
        assert_eq!(names, ["test.cart_price: loading a file"]);
        assert_eq!(records.run_errors.len(), 3);
    }
}

/// node:test writes a file without tests as a test, and a failed file as a failed one, with the path on the machine.
#[test]
fn files_of_node_are_named_relative_to_the_repository() {
    for home in ["/home/me/shop", "/builds/7/shop"] {
        let (empty, broken) =
            (format!("{home}/test/empty.test.js"), format!("{home}/test/a.test.js"));
        let tap = format!(
            "TAP version 13\n# Subtest: {empty}\nok 1 - {empty}\n  ---\n  duration_ms: 12.5\n  ...\n\
             # Subtest: {broken}\nnot ok 2 - {broken}\n  ---\n  duration_ms: 7\n  error: 'test failed'\n  ...\n1..2\n"
        );
        let junit = format!(
            "<testsuites><testcase name='{empty}' time='0.1' classname='test'/>\
             <testcase name='{broken}' time='0.1' classname='test'><failure message='test failed'/></testcase></testsuites>"
        );
        for report in [tap, junit] {
            let root = RepositoryRoot::new(Path::new(home));
            let options = IdentityOptions { root, ..IdentityOptions::default() };
            let records =
                collect(&[crate::single::read(report.as_bytes(), "r").unwrap()], &options);
            let names: Vec<&str> = records.tests.iter().map(|test| &*test.name).collect();
            assert_eq!(names, ["test/empty.test.js"], "{report}");
            assert_eq!(records.run_errors.len(), 1);
        }
    }
}

#[test]
fn failures_say_the_same_in_both_formats() {
    for (own, junit, home, name) in [
        ("pytest/reportlog.jsonl", "pytest/shop.xml", "pytest", "test_currency"),
        ("pytest/pytest-json-report.json", "pytest/shop.xml", "pytest", "test_currency"),
        ("gotestsum/go-test.jsonl", "gotestsum/shop.xml", "gotestsum", "TestAdd/negative"),
        ("googletest/shop.json", "googletest/shop.xml", "googletest-json", ""),
        (
            "cucumber/checkout.ndjson",
            "cucumber/checkout.xml",
            "cucumber",
            "Markup <b> & \"q\" in a name",
        ),
    ] {
        let message = |file: &str| {
            let records = records(&[file], home);
            let found = records.tests.iter().find(|test| match name {
                "" => test.details.message.is_some(),
                name => &*test.name == name,
            });
            found.unwrap().details.message.clone().unwrap_or_default()
        };
        let first = |message: String| message.lines().next().unwrap_or_default().to_owned();
        assert_eq!(first(message(own)), first(message(junit)), "{own}");
    }
}
