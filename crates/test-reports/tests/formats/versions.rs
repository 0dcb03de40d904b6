//! What other versions, options and plugins of a tool write than those whose reports are below `testdata`.

use test_reports::formats::read;
use test_reports::record::{IdentityOptions, collect};

/// The tests of a report, `container / name: outcome` with `~` for flaky ones, and its run errors, `! name`.
fn tests(text: &str) -> Vec<String> {
    let reports = read(text.as_bytes(), "report").unwrap_or_else(|error| panic!("{error}: {text}"));
    for report in &reports {
        assert_eq!(report.damage, None, "{text}");
    }
    let records = collect(&reports, &IdentityOptions::default());
    let test = records.tests.iter().map(|test| {
        let flaky = if test.flaky { "~" } else { "" };
        let place: Vec<&str> =
            test.class.container.iter().map(String::as_str).chain([&*test.name]).collect();
        format!("{}: {flaky}{:?}", place.join(" / "), test.outcome)
    });
    let errors = records.run_errors.iter().map(|error| format!("! {}", error.name));
    let mut found: Vec<String> = test.chain(errors).collect();
    found.sort();
    found
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(tests(text), expected, "{text}");
}

#[test]
fn mochawesome_has_suites_in_suites_and_hooks_apart_from_tests() {
    let test = |title: &str, state: &str| {
        format!(
            r#"{{"title":"{title}","fullTitle":"Cart {title}","state":{state},"duration":3,"err":{{"message":"no","estack":"Error: no"}},"context":"{{\"title\":\"shot\",\"value\":\"shots/a.png\"}}"}}"#
        )
    };
    let cart = |file: &str| {
        format!(
            r#"{{"uuid":"2","title":"Cart","fullFile":"{file}","file":"{file}","beforeHooks":[{}],"afterHooks":[{}],"tests":[{},{},{},{}],"suites":[]}}"#,
            test("\\\"before all\\\" hook", r#""failed""#),
            test("\\\"after all\\\" hook", r#""passed""#),
            test("adds", r#""passed""#),
            test("fails", r#""failed""#),
            test("waits", r#""pending""#),
            test("never", "null"),
        )
    };
    let stats =
        r#""stats":{"suites":1,"tests":4,"passes":1,"pending":1,"failures":1,"testsRegistered":4}"#;
    let expected = [
        "! Cart \"before all\" hook",
        "cart.cy.js / Cart / adds: Passed",
        "cart.cy.js / Cart / fails: Failed",
        "cart.cy.js / Cart / never: Skipped",
        "cart.cy.js / Cart / waits: Skipped",
    ];
    // Cypress names the file only at the outermost suite.
    for (root, inner) in [("cart.cy.js", "cart.cy.js"), ("cart.cy.js", "")] {
        let root =
            format!(r#"{{"title":"","fullFile":"{root}","tests":[],"suites":[{}]}}"#, cart(inner));
        check(&format!(r#"{{{stats},"results":[{root}],"meta":{{}}}}"#), &expected);
        // Before version 4.
        check(&format!(r#"{{{stats},"suites":{root},"copyrightYear":2018}}"#), &expected);
    }
    let json = format!(r#"{{{stats},"results":[{}]}}"#, cart("cart.cy.js"));
    let report = read(json.as_bytes(), "report").unwrap().remove(0);
    let records = collect(&[report], &IdentityOptions::default());
    assert_eq!(records.tests[0].details.attachments, ["shots/a.png"]);
}

#[test]
fn attempts_are_counted_where_only_their_number_is_written() {
    check(
        r#"{"stats":{"suites":0,"tests":1,"passes":1},"tests":[],"pending":[],"failures":[],"passes":[{"title":"adds","fullTitle":"Cart adds","file":"cart.js","duration":1,"currentRetry":2,"err":{}}]}"#,
        &["cart.js / Cart / adds: ~Passed"],
    );
    check(
        r#"{"numTotalTests":2,"openHandles":[],"testResults":[{"assertionResults":[{"ancestorTitles":[],"title":"adds","status":"passed","invocations":2,"retryReasons":[],"failureMessages":[]},{"ancestorTitles":[],"title":"pays","status":"passed","invocations":1,"failureMessages":[]}],"name":"cart.js","status":"passed"}]}"#,
        &["cart.js / adds: ~Passed", "cart.js / pays: Passed"],
    );
    check(
        r#"{"numTotalTests":1,"numFailedTests":0,"testResults":[{"assertionResults":[{"ancestorTitles":["Cart"],"title":"adds","status":"passed","failureMessages":["Error: first"]}],"name":"cart.js","status":"passed"}]}"#,
        &["cart.js / Cart > adds: ~Passed"],
    );
    check(
        r#"{"reportFormat":"CTRF","results":{"tool":{"name":"x"},"tests":[{"name":"adds","status":"passed","flaky":true,"retries":1},{"name":"pays","status":"passed","flaky":false}]}}"#,
        &["adds: ~Passed", "pays: Passed"],
    );
    check(
        r#"{"created":1,"exitcode":0,"root":"/s","tests":[{"nodeid":"test_a.py::test_b","outcome":"rerun","setup":{"outcome":"passed"},"call":{"outcome":"passed"}}]}"#,
        &["test_a / test_b: ~Passed"],
    );
}

#[test]
fn a_subtest_of_pytest_that_failed_is_a_failure_of_its_test() {
    let line = |kind: &str, when: &str, outcome: &str| {
        format!(
            r#"{{"nodeid":"test_a.py::T::test_b","when":"{when}","outcome":"{outcome}","longrepr":"no","duration":1,"$report_type":"{kind}"}}"#
        )
    };
    for kind in ["SubTestReport", "SubtestReport"] {
        let lines = [
            r#"{"pytest_version":"9.0.0","$report_type":"SessionStart"}"#.to_owned(),
            line("TestReport", "setup", "passed"),
            line(kind, "call", "passed"),
            line(kind, "call", "skipped"),
            line(kind, "call", "failed"),
            line("TestReport", "call", "passed"),
            line("TestReport", "teardown", "passed"),
            r#"{"exitstatus":1,"$report_type":"SessionFinish"}"#.to_owned(),
        ];
        check(&lines.join("\n"), &["test_a.T / test_b: Failed"]);
    }
}

#[test]
fn robot_frameworks_first_json_was_the_outermost_suite_itself() {
    check(
        r#"{"name":"Shop","source":"/s/shop.robot","setup":{"name":"Log","status":"PASS","elapsed_time":0.1},"tests":[{"name":"Pays","status":"FAIL","elapsed_time":0.2,"message":"no","body":[{"name":"Log"}]}],"suites":[{"name":"Inner","tests":[{"name":"Ships","status":"PASS","elapsed_time":0.2}],"status":"PASS"}],"status":"FAIL"}"#,
        &["Shop / Inner / Ships: Passed", "Shop / Pays: Failed"],
    );
}

#[test]
fn go_packages_that_do_not_build_are_named_before_the_first_event() {
    let json = "FAIL\texample.com/b [build failed]\n{\"Action\":\"run\",\"Package\":\"example.com/a\",\"Test\":\"TestA\"}\n{\"Action\":\"pass\",\"Package\":\"example.com/a\",\"Test\":\"TestA\"}\n{\"Action\":\"pass\",\"Package\":\"example.com/a\"}\n";
    let text = "# example.com/b\nb_test.go:3: undefined: x\nFAIL\texample.com/b [build failed]\n=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\nok  \texample.com/a\t0.004s\n";
    for report in [json, text] {
        check(report, &["! example.com/b: TestMain", "example.com/a / TestA: Passed"]);
    }
    // Without `-v`, tests that passed are not listed: that is no report.
    let short =
        "--- FAIL: TestA (0.00s)\nFAIL\texample.com/a\t0.1s\nFAIL\texample.com/b [build failed]\n";
    assert!(read(short.as_bytes(), "report").is_err());
}

#[test]
fn results_for_allure_are_located_by_file_or_feature_where_there_are_no_suites() {
    let result = |framework: &str, full_name: &str, labels: &str| {
        format!(
            r#"{{"uuid":"1","historyId":"h","name":"adds","fullName":"{full_name}","status":"passed","labels":[{labels}{{"name":"framework","value":"{framework}"}}]}}"#
        )
    };
    let suite = r#"{"name":"parentSuite","value":"Cart"},"#;
    let feature = r#"{"name":"feature","value":"Cart"},"#;
    for (result, expected) in [
        (result("jest", "src/cart.test.js#adds", ""), "src/cart.test.js / adds: Passed"),
        (
            result("jest", "src/cart.test.js#Cart adds", suite),
            "src/cart.test.js / Cart adds: Passed",
        ),
        (
            result("vitest", "shop:src/cart.test.ts#Cart adds", suite),
            "src/cart.test.ts / Cart > adds: Passed",
        ),
        (
            result("mocha", "shop:src/cart.spec.js: Cart > adds", suite),
            "src/cart.spec.js / Cart / adds: Passed",
        ),
        (result("behave", "Cart: adds", feature), "Cart / adds: Passed"),
        (result("other", "Cart: adds", feature), "adds: Passed"),
    ] {
        check(&result, &[expected]);
    }
}

#[test]
fn streams_that_only_look_like_mochas_are_none() {
    let text = "[\"start\",{\"name\":\"TAP Tests\",\"level\":0}]\n[\"pass\",{\"ok\":true,\"name\":\"one\",\"id\":1,\"fullname\":\"a > one\"}]\n";
    assert!(read(text.as_bytes(), "report").is_err());
}

#[test]
fn postgresqls_tap_has_times_in_a_column_and_no_names_that_change_with_them() {
    check(
        "# parallel group (2 tests):  boolean char\nok 1         - setup                      402 ms\nok 2         + boolean                     89 ms\nnot ok 3     + char                        58 ms\n1..3\n",
        &["boolean: Passed", "char: Failed", "setup: Passed"],
    );
}

#[test]
fn a_list_of_doctests_has_no_results() {
    check(
        "<doctest binary=\"t\" version=\"2.4.11\"><Options/><TestCase name=\"adds\" testsuite=\"\" filename=\"a.cpp\" line=\"3\"/><OverallResultsTestCases unskipped=\"1\"/></doctest>",
        &["a.cpp / adds: Skipped"],
    );
}

#[test]
fn the_results_that_jest_gives_to_a_processor_are_a_report() {
    check(
        r#"{"numTotalTests":2,"openHandles":[],"testResults":[{"numPassingTests":1,"testFilePath":"cart.js","testResults":[{"ancestorTitles":["Cart"],"title":"adds","status":"passed","duration":1},{"ancestorTitles":[],"title":"pays","status":"failed","failureMessages":["no"]}]},{"testFilePath":"broken.js","testExecError":{"message":"no"},"failureMessage":"no","testResults":[]}]}"#,
        &[
            "! broken.js: Test suite failed to run",
            "cart.js / Cart adds: Passed",
            "cart.js / pays: Failed",
        ],
    );
}
