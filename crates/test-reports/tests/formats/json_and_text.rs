//! Reports in JSON and text, cut and changed at every place.

use std::collections::BTreeSet;
use std::fs;

use proptest::prelude::*;
use test_reports::formats::model::{Format, Report};

use crate::single::read;

/// Small reports in the formats whose reports below `testdata` are large or missing.
const SAMPLES: [(&str, &str); 12] = [
    (
        "playwright",
        r#"{"config":{"rootDir":"/srv/shop"},"suites":[{"title":"cart.spec.js","file":"cart.spec.js","specs":[{"title":"starts empty","tests":[{"projectName":"phone","status":"expected","results":[{"status":"passed","duration":5}]}]}],"suites":[{"title":"adding","specs":[{"title":"counts","tests":[{"projectName":"phone","status":"flaky","results":[{"status":"failed","error":{"message":"no"}},{"status":"passed","attachments":[{"path":"a.png"}]}]}]}]}]}],"errors":[]}"#,
    ),
    (
        "allure",
        r#"{"uuid":"1","historyId":"h","name":"adds","fullName":"cart#adds","status":"broken","statusDetails":{"message":"no"},"start":1,"stop":5,"labels":[{"name":"framework","value":"pytest"},{"name":"severity","value":"minor"}],"links":[{"type":"issue","name":"SHOP-1","url":"u"}]}"#,
    ),
    (
        "ctrf",
        r#"{"results":{"tool":{"name":"jest"},"summary":{"tests":2},"tests":[{"name":"a","status":"passed","duration":1,"suite":["x","y"]},{"name":"b","status":"failed","message":"no","suite":"x > y","retryAttempts":[{"status":"failed","message":"first"}]}]}}"#,
    ),
    (
        "teamcity",
        "##teamcity[testSuiteStarted name='cart']\n##teamcity[testStarted name='adds|'']\nlog\n##teamcity[testFailed name='adds|'' message='no' details='a|nb']\n##teamcity[testFinished name='adds|'' duration='12']\n##teamcity[testIgnored name='later' message='todo']\n##teamcity[testSuiteFinished name='cart']\n",
    ),
    (
        "xctest",
        "Test Suite 'All tests' started at 2026-07-01 12:00:00.000\nTest Suite 'CartTests' started at 2026-07-01 12:00:00.000\nTest Case '-[ShopTests.CartTests testAdd]' started.\nTest Case '-[ShopTests.CartTests testAdd]' passed (0.002 seconds).\nTest Case '-[ShopTests.CartTests testTotal]' started.\n/srv/shop/CartTests.swift:12: error: -[ShopTests.CartTests testTotal] : 4 is not 5\nTest Case '-[ShopTests.CartTests testTotal]' failed (0.1 seconds).\nTest Suite 'CartTests' failed at 2026-07-01 12:00:01.000.\n\t Executed 2 tests, with 1 failure\nTest Suite 'All tests' failed at 2026-07-01 12:00:01.000.\n",
    ),
    (
        "tap 14",
        "TAP version 14\n1..3\n# Subtest: cart\n    ok 1 - adds\n    not ok 2 - \\# of items # TODO later\n    1..2\nok 1 - cart\nnot ok 2 - total\n  ---\n  message: 'no'\n  at:\n    fileName: cart.js\n    lineNumber: 3\n  ...\nok 3 - pays # SKIP no bank\n",
    ),
    (
        "robot",
        r#"{"generator":"Robot 7.5","rpa":false,"suite":{"name":"Shop","tests":[{"name":"Pays","status":"FAIL","message":"no","elapsed_time":0.5,"body":[{"name":"Log","args":["a"]}]}],"suites":[{"tests":[{"name":"Ships","status":"PASS"}],"name":"Inner"}]}}"#,
    ),
    (
        "testcafe",
        r#"{"startTime":"t","endTime":"t","userAgents":["Chrome 137.0 / Linux"],"passed":1,"fixtures":[{"name":"Cart","path":"/srv/shop/cart.js","tests":[{"name":"adds","errs":["no"],"durationMs":5},{"name":"pays","errs":[],"durationMs":7,"unstable":true}]}],"warnings":[]}"#,
    ),
    (
        "webdriverio",
        r#"{"start":"t","capabilities":{"browserName":"chrome"},"framework":"mocha","suites":[{"name":"Cart","sessionId":"1","tests":[{"name":"adds","state":"failed","error":{"message":"no"}}],"hooks":[{"title":"\"before all\" hook","state":"failed"}]}],"specs":["file:///srv/shop/cart.js"],"state":{"passed":0}}"#,
    ),
    ("k6", K6_EXPORT),
    (
        "rspec",
        r#"{"version":"3.12.0","messages":["An error occurred while loading ./spec/b.rb"],"examples":[{"full_description":"Cart adds","status":"failed","file_path":"./spec/cart_spec.rb","exception":{"class":"E","message":"no"}},{"full_description":"Cart pays","status":"pending","pending_message":"later"}],"summary_line":""}"#,
    ),
    (
        "googletest",
        r#"{"tests":2,"disabled":0,"testsuites":[{"name":"Cart","testsuite":[{"name":"Adds","status":"RUN","result":"COMPLETED","time":"0.1s","classname":"Cart"},{"name":"Pays","status":"RUN","result":"COMPLETED","classname":"Cart","failures":[{"failure":"cart.cpp:3\nno"}]}]}]}"#,
    ),
];

/// What `k6 run --summary-export` writes.
const K6_EXPORT: &str = r#"{"metrics":{"iterations":{"count":9},"http_req_duration":{"avg":12.5,"thresholds":{"p(95)<500":false,"avg<10":true}}},"root_group":{"name":"","path":"","groups":{"log in":{"name":"log in","path":"::log in","groups":{},"checks":{"is found":{"name":"is found","path":"::log in::is found","passes":8,"fails":1}}}},"checks":{"is up":{"name":"is up","passes":9,"fails":0},"is new":{"name":"is new","passes":0,"fails":0}}}}"#;

/// The largest report that is cut at every place.
const LARGEST: usize = 16 * 1024;

/// The samples, and the reports in tools' own formats below `testdata`.
fn reports() -> Vec<(String, Vec<u8>)> {
    let mut reports: Vec<(String, Vec<u8>)> =
        SAMPLES.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    for directory in fs::read_dir(crate::repository("testdata")).unwrap() {
        for file in fs::read_dir(directory.unwrap().path()).into_iter().flatten() {
            let path = file.unwrap().path();
            let is_own = path
                .extension()
                .and_then(|name| name.to_str())
                .is_some_and(|name| ["json", "jsonl", "ndjson", "tap", "txt"].contains(&name));
            let bytes = if is_own { fs::read(&path).unwrap() } else { Vec::new() };
            if !bytes.is_empty() && bytes.len() <= LARGEST {
                reports.push((path.display().to_string(), bytes));
            }
        }
    }
    reports.sort();
    reports
}

/// What distinguishes cases, and what must not be lost of them.
fn cases(report: &Report) -> BTreeSet<String> {
    let shown = report.cases.iter().map(|case| {
        let suites: Vec<&str> =
            report.suite_chain(case.suite).iter().map(|suite| &*suite.name).collect();
        format!("{:?} {:?} {:?} {:?}", case.position, suites, case.name, case.outcome)
    });
    shown.collect()
}

fn check_indices(report: &Report) {
    for case in &report.cases {
        assert!(case.suite.is_none_or(|suite| (suite as usize) < report.suites.len()));
    }
    for (index, suite) in report.suites.iter().enumerate() {
        assert!(suite.parent.is_none_or(|parent| (parent as usize) < index));
    }
}

#[test]
fn a_report_cut_at_any_byte_keeps_complete_cases_and_is_damaged() {
    let (mut formats, mut cuts) = (BTreeSet::new(), 0);
    for (name, bytes) in reports() {
        let whole = read(&bytes[..], &name).unwrap();
        if whole.format == Format::Libtest {
            continue;
        }
        assert_eq!(whole.damage, None, "{name}");
        formats.insert(format!("{:?}", whole.format));
        let all = cases(&whole);
        assert!(!all.is_empty(), "{name}");
        // Every byte of small reports.
        let step = 1 + bytes.len() / 500;
        for length in (0..bytes.len()).step_by(step) {
            let Ok(report) = read(&bytes[..length], &name) else { continue };
            cuts += 1;
            check_indices(&report);
            let found = cases(&report);
            let wrong: Vec<&String> = found.difference(&all).collect();
            assert!(wrong.is_empty(), "{name} cut at {length}: {wrong:?}");
            // Streams of these may end wherever a package, a binary or a suite does.
            let is_stream =
                matches!(whole.format, Format::GoTest | Format::LibtestJson | Format::Teamcity);
            assert!(
                found.len() == all.len() || report.damage.is_some() || is_stream,
                "{name} cut at {length}: {} of {} cases, undamaged",
                found.len(),
                all.len()
            );
        }
    }
    assert!(formats.len() >= 15 && cuts > 10_000, "{formats:?} {cuts}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn no_change_of_a_report_makes_a_reader_panic(
        which in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        from in any::<prop::sample::Index>(),
        gone in 0..60_usize,
        length in 0..400_usize,
        put in proptest::collection::vec(any::<u8>(), 0..6),
    ) {
        let reports = all_reports();
        let mut bytes = which.get(reports).1.clone();
        let source = &other.get(reports).1;
        let (at, from) = (at.index(bytes.len()), from.index(source.len()));
        let piece = &source[from..source.len().min(from + length)];
        let end = bytes.len().min(at + gone);
        bytes.splice(at..end, put.iter().chain(piece).copied());
        if let Ok(reports) = test_reports::formats::read(&bytes[..], "changed") {
            reports.iter().for_each(check_indices);
        }
    }

    #[test]
    fn no_arrangement_of_tap_makes_the_reader_panic(lines in proptest::collection::vec(tap_line(), 0..40)) {
        let text = format!("TAP version 13\n{}\n", lines.join("\n"));
        if let Ok(report) = read(text.as_bytes(), "any.tap") {
            check_indices(&report);
            let points = lines.iter().filter(|line| line.trim_start().starts_with("ok")
                || line.trim_start().starts_with("not ok")).count();
            prop_assert!(report.cases.len() <= points);
        }
    }
}

fn all_reports() -> &'static [(String, Vec<u8>)] {
    static ALL: std::sync::OnceLock<Vec<(String, Vec<u8>)>> = std::sync::OnceLock::new();
    ALL.get_or_init(reports)
}

fn tap_line() -> impl Strategy<Value = String> {
    let words = prop::sample::select(
        &[
            "ok 1 - a",
            "not ok 2",
            "ok",
            "ok 3 - b # SKIP",
            "not ok 4 # TODO x",
            "1..2",
            "1..0 # SKIP",
            "# Subtest: s",
            "# text",
            "---",
            "...",
            "error: x",
            "Bail out!",
            "TAP version 14",
            "ok 5 - c {",
            "}",
            "t/a.t ..",
            "Result: PASS",
            "",
            "at:",
        ][..],
    );
    (0..4_usize, words).prop_map(|(depth, line)| format!("{}{line}", " ".repeat(depth * 4)))
}

/// The properties of the only case, as `name=value`.
fn properties(report: &str, name: &str) -> Vec<String> {
    let report = read(report.as_bytes(), name).unwrap();
    assert_eq!(report.cases.len(), 1);
    let extra = report.cases[0].extra.as_ref().unwrap();
    let pairs = extra.properties.iter();
    pairs.map(|property| format!("{}={}", property.name, property.value)).collect()
}

/// pytest reports the markers of a test among its keywords, which also name the nodes around it, parameters and decorators.
#[test]
fn markers_of_pytest_are_properties() {
    let node = "tests/test_cart.py::TestTotal::test_sum[net-19]";
    let keywords = [
        "test_sum[net-19]",
        "parametrize",
        "slow",
        "__wrapped__",
        "pytestmark",
        "net-19",
        "TestTotal",
        "web",
        "pytestmark",
        "test_cart.py",
        "tests",
        "shop",
        "",
    ];
    let list = serde_json::to_string(&keywords).unwrap();
    let whole = format!(
        r#"{{"created": 1.0, "duration": 1.0, "exitcode": 0, "root": "/srv/shop", "environment": {{}}, "summary": {{"passed": 1}},
            "tests": [{{"nodeid": "{node}", "lineno": 3, "outcome": "passed", "keywords": {list}, "user_properties": [["priority", "high"]]}}]}}"#
    );
    assert_eq!(properties(&whole, "a.json"), ["priority=high", "marker=slow", "marker=web"]);
    let object: Vec<String> = keywords.iter().map(|word| format!("\"{word}\": 1")).collect();
    let phase = |when: &str| {
        format!(
            r#"{{"nodeid": "{node}", "location": ["tests/test_cart.py", 3, "x"], "keywords": {{{}}}, "outcome": "passed", "longrepr": null, "when": "{when}", "user_properties": [], "sections": [], "duration": 0.1, "$report_type": "TestReport"}}"#,
            object.join(", ")
        )
    };
    let start = r#"{"pytest_version": "8.4.2", "$report_type": "SessionStart"}"#;
    let end = r#"{"exitstatus": 0, "$report_type": "SessionFinish"}"#;
    let lines = [start, &phase("setup"), &phase("call"), &phase("teardown"), end].join("\n");
    assert_eq!(properties(&lines, "a.jsonl"), ["marker=slow", "marker=web"]);
    // Words of another type cost nothing.
    for odd in ["null", "7", "\"slow\"", "[[\"slow\"], 1, \"shop\", \"\"]"] {
        let report = whole.replace(&list, odd);
        assert!(properties(&report, "a.json").contains(&"priority=high".to_owned()), "{odd}");
    }
}

#[test]
fn requests_and_scripts_of_newman_fail_outside_of_assertions() {
    let folders = r#"{"item":[{"id":"9","item":[{"id":"1","name":"add"}],"name":"Cart"}],"info":{"name":"Shop"}}"#;
    let execution =
        |id: &str, rest: &str| format!(r#"{{"item":{{"id":"{id}","name":"add"}},{rest}}}"#);
    let executions = [
        execution(
            "1",
            r#""response":{"responseTime":250},"assertions":[{"assertion":"is found","skipped":false}]"#,
        ),
        execution(
            "1",
            r#""assertions":[{"assertion":"is found","error":{"name":"AssertionError","message":"no","stack":"s"}}]"#,
        ),
        execution("1", r#""requestError":{"code":"ECONNREFUSED","message":"refused"}"#),
        execution(
            "7",
            r#""testScript":[{"error":{"name":"TypeError","message":"x is undefined"}},{}]"#,
        ),
    ];
    let document = format!(
        r#"{{"collection":{folders},"run":{{"executions":[{}],"error":null}}}}"#,
        executions.join(",")
    );
    let report = read(document.as_bytes(), "a.json").unwrap();
    assert_eq!((&report.damage, report.format), (&None, Format::NewmanJson));
    assert_eq!(outcomes(&report), ["is found: Passed ", "is found: Failed no"]);
    let suites: Vec<&str> = report.suites.iter().map(|suite| &*suite.name).collect();
    assert_eq!(suites, ["Cart / add", "add"]);
    let errors: Vec<_> = report
        .suite_errors
        .iter()
        .map(|error| (error.suite, error.detail.message.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(errors, [(Some(0), "refused"), (Some(1), "x is undefined")]);
    // The run is missing: the beginning of a large document looks the same.
    let cut = format!(
        r#"{{"collection":{{"item":[{{"id":"1","name":"add","request":{{}}}}],"x":"{}"}}}}"#,
        "y".repeat(70_000)
    );
    let report = read(cut.as_bytes(), "a.json").unwrap();
    assert_eq!(report.damage.unwrap().message, "the document has a collection, but no run of it");
}

#[test]
fn thresholds_and_checks_of_k6_are_tests_in_both_summaries() {
    let of_handle_summary = r#"{"root_group":{"name":"","path":"","id":"1","groups":[{"name":"log in","groups":[],"checks":[{"name":"is found","passes":8,"fails":1}]}],"checks":[{"name":"is up","passes":9,"fails":0},{"name":"is new","passes":0,"fails":0}]},"options":{},"state":{},"metrics":{"iterations":{"type":"counter","values":{"count":9}},"http_req_duration":{"type":"trend","values":{"avg":12.5},"thresholds":{"p(95)<500":{"ok":true},"avg<10":{"ok":false}}}}}"#;
    for summary in [K6_EXPORT, of_handle_summary] {
        let report = read(summary.as_bytes(), "k6.json").unwrap();
        assert_eq!((&report.damage, report.format), (&None, Format::K6Summary));
        let shown = report.cases.iter().map(|case| {
            let chain = report.suite_chain(case.suite);
            let suites: Vec<&str> = chain.iter().map(|suite| &*suite.name).collect();
            let says = case.extra.as_ref().and_then(|extra| extra.detail.as_ref());
            let says = says.and_then(|detail| detail.message.as_deref()).unwrap_or_default();
            let name = case.name.as_deref().unwrap_or_default();
            format!("{} / {name}: {:?} {says}", suites.join(" / "), case.outcome)
        });
        let mut shown: Vec<String> = shown.collect();
        shown.sort();
        assert_eq!(
            shown,
            [
                "k6 checks / is new: Skipped ",
                "k6 checks / is up: Passed ",
                "k6 checks / log in / is found: Failed failed 1 of 9 times",
                "k6 thresholds / http_req_duration - avg<10: Failed the threshold was crossed",
                "k6 thresholds / http_req_duration - p(95)<500: Passed ",
            ]
        );
    }
}

#[test]
fn tests_of_xctest_in_parallel_have_their_own_lines() {
    let log = "Testing started\n\
        Test suite 'CartTests' started on 'Clone 1 of iPhone 15 - Shop (51424)'\n\
        Test case 'CartTests.testAdd()' passed on 'Clone 1 of iPhone 15 - Shop (51424)' (0.565 seconds)\n\
        /srv/shop/CartTests.swift:12: error: -[ShopTests.CartTests testTotal] : XCTAssertEqual failed\n\
        Test case 'CartTests.testTotal()' failed on 'Clone 2 of iPhone 15 - Shop (51425)' (0.1 seconds)\n\
        Test case 'CartTests.testLater()' skipped on 'Clone 2 of iPhone 15 - Shop (51425)' (0.1 seconds)\n\
        Test case 'PriceTests/Net/total(of:)' passed on 'Clone 1 of iPhone 15 - Shop (51424)' (0.2 seconds)\n";
    let report = read(log.as_bytes(), "a.log").unwrap();
    assert_eq!(report.damage.unwrap().message, "the file ends before the run does");
    let whole = format!("{log}** TEST FAILED **\n");
    let report = read(whole.as_bytes(), "a.log").unwrap();
    assert_eq!((&report.damage, report.format), (&None, Format::Xctest));
    assert_eq!(
        outcomes(&report),
        [
            "testAdd: Passed ",
            "testTotal: Failed XCTAssertEqual failed",
            "testLater: Skipped ",
            "total(of:): Passed "
        ]
    );
    let classes: Vec<_> = report.cases.iter().map(|case| case.classname.as_deref()).collect();
    assert_eq!(classes[..3], [Some("CartTests"); 3]);
    assert_eq!(classes[3], Some("PriceTests/Net"));
    assert_eq!(
        (report.cases[0].duration.map(|it| it.get()), report.cases[1].line),
        (Some(0.565), Some(12))
    );
}

#[test]
fn a_crash_of_xctest_is_an_error_if_xcode_goes_on() {
    let log = "Test Suite 'All tests' started at 2026-07-01 12:00:00.000\n\
        Test Suite 'CartTests' started at 2026-07-01 12:00:00.000\n\
        Test Case '-[ShopTests.CartTests testAdd]' started.\n\
        printed without a breakTest Case '-[ShopTests.CartTests testAdd]' passed (0.002 seconds).\n\
        Test Case '-[ShopTests.CartTests testTotal]' started.\n";
    let report = read(log.as_bytes(), "a.log").unwrap();
    assert_eq!(report.damage.unwrap().message, "the test `testTotal` has no end");
    let whole = format!(
        "{log}Restarting after unexpected exit, crash, or test timeout in -[ShopTests.CartTests testTotal]; summary will include totals from previous launches.\n\
        Test Suite 'Selected tests' started at 2026-07-01 12:00:01.000\n\
        Test Case '-[ShopTests.CartTests testPay]' started.\n\
        Test Case '-[ShopTests.CartTests testPay]' passed (0.002 seconds).\n\
        Test Suite 'Selected tests' passed at 2026-07-01 12:00:02.000.\n"
    );
    let report = read(whole.as_bytes(), "a.log").unwrap();
    assert_eq!(report.damage, None);
    let found = outcomes(&report);
    assert_eq!([&*found[0], &*found[2]], ["testAdd: Passed ", "testPay: Passed "]);
    assert!(found[1].starts_with("testTotal: Errored Restarting after"), "{found:?}");
}

#[test]
fn files_that_rspec_cannot_load_are_run_errors() {
    let document = r#"{"version":"3.12.0","messages":["\nAn error occurred while loading ./spec/pay_spec.rb.\n\nLoadError:\n  cannot load such file","No examples found."],"examples":[],"summary":{"example_count":0},"summary_line":"0 examples"}"#;
    let report = read(document.as_bytes(), "a.json").unwrap();
    assert_eq!((&report.damage, report.format), (&None, Format::RspecJson));
    let says: Vec<_> =
        report.suite_errors.iter().map(|error| error.detail.message.as_deref()).collect();
    assert_eq!(says, [Some("An error occurred while loading ./spec/pay_spec.rb.")]);
}

/// The events of a run of Dart, each a line.
fn dart(events: &[&str]) -> Report {
    let start = [
        r#"{"protocolVersion":"0.1.1","runnerVersion":"1.25.8","pid":7,"type":"start","time":0}"#,
        r#"{"suite":{"id":0,"platform":"vm","path":"test/a_test.dart"},"type":"suite","time":0}"#,
    ];
    read([&start, events].concat().join("\n").as_bytes(), "a.jsonl").unwrap()
}

fn outcomes(report: &Report) -> Vec<String> {
    let shown = report.cases.iter().map(|case| {
        let detail = case.extra.as_ref().and_then(|extra| extra.detail.as_ref());
        let message = detail.and_then(|detail| detail.message.as_deref()).unwrap_or_default();
        format!("{}: {:?} {message}", case.name.as_deref().unwrap_or_default(), case.outcome)
    });
    shown.collect()
}

#[test]
fn tests_of_dart_retry_and_fail_after_their_end() {
    const TEST: &str = r#"{"test":{"id":1,"name":"adds","suiteID":0,"groupIDs":[],"line":40,"url":"package:shop/shared.dart","root_line":7},"type":"testStart","time":5}"#;
    const HOOK: &str = r#"{"test":{"id":2,"name":"(tearDownAll)","suiteID":0,"groupIDs":[]},"type":"testStart","time":5}"#;
    const ERROR: &str = r#"{"testID":1,"error":"no","stackTrace":"a_test.dart 7:5  main","isFailure":true,"type":"error","time":9}"#;
    const PASS: &str = r#"{"testID":1,"result":"success","skipped":false,"hidden":false,"type":"testDone","time":25}"#;
    const HIDDEN: &str = r#"{"testID":2,"result":"success","skipped":false,"hidden":true,"type":"testDone","time":25}"#;
    const DONE: &str = r#"{"success":true,"type":"done","time":30}"#;
    let retry =
        r#"{"testID":1,"messageType":"print","message":"Retry: adds","type":"print","time":9}"#;
    let report = dart(&[TEST, ERROR, retry, PASS, DONE]);
    assert_eq!(report.damage, None);
    assert_eq!(outcomes(&report), ["adds: Passed "]);
    let case = &report.cases[0];
    assert_eq!((case.line, case.duration.map(|seconds| seconds.get())), (Some(7), Some(0.02)));
    let reruns = &case.extra.as_ref().unwrap().reruns;
    assert_eq!(reruns.len(), 1);
    assert_eq!(reruns[0].detail.message.as_deref(), Some("no"));

    let skip =
        r#"{"testID":1,"messageType":"skip","message":"Skip: no bank","type":"print","time":9}"#;
    let skipped = PASS.replace("\"skipped\":false", "\"skipped\":true");
    assert_eq!(outcomes(&dart(&[TEST, skip, &skipped, DONE])), ["adds: Skipped no bank"]);

    let late = dart(&[TEST, HOOK, HIDDEN, PASS, ERROR, DONE]);
    assert_eq!(outcomes(&late), ["adds: Failed no"]);
    let late_hook = ERROR.replace("\"testID\":1", "\"testID\":2").replace("true", "false");
    let late = dart(&[TEST, HOOK, HIDDEN, PASS, &late_hook, DONE]);
    assert_eq!(outcomes(&late), ["adds: Passed ", "(tearDownAll): Errored no"]);

    // Flutter prints lines of its own between the events.
    let flutter = r#"[{"event":"test.startedProcess","params":{"vmServiceUri":null}}]"#;
    assert_eq!(dart(&[flutter, TEST, "building …", PASS, DONE]).damage, None);
    // Another package follows.
    let twice = dart(&[
        TEST,
        PASS,
        DONE,
        r#"{"protocolVersion":"0.1.1","type":"start","time":0}"#,
        r#"{"suite":{"id":0,"platform":"vm","path":"test/b_test.dart"},"type":"suite","time":0}"#,
        TEST,
        PASS,
        DONE,
    ]);
    assert_eq!((twice.damage.is_some(), twice.cases.len(), twice.suites.len()), (false, 2, 2));

    let damage = |events: &[&str]| {
        let report = dart(events);
        let damage = report.damage.map(|flaw| (flaw.position.line, flaw.message));
        (damage.unwrap_or_default(), report.cases.len(), report.stopped_early)
    };
    assert_eq!(damage(&[TEST, PASS]), ((5, "the run has no event `done`".into()), 1, false));
    let aborted = r#"{"success":null,"type":"done","time":30}"#;
    assert_eq!(damage(&[TEST, aborted]), ((3, "a test has no end".into()), 0, true));
    assert_eq!(damage(&[PASS, DONE]).0, (3, "the end of a test that has no start".into()));
    let elsewhere = TEST.replace("\"suiteID\":0", "\"suiteID\":5");
    assert_eq!(damage(&[&elsewhere, DONE]).0, (3, "a test whose file is not known".into()));
}

#[test]
fn allure_describes_and_labels_tests() {
    let report = r#"{"uuid":"1","historyId":"h","name":"adds","fullName":"cart#adds","status":"passed","description":"Adds an item.",
        "start":1,"stop":5,"labels":[{"name":"tag","value":"slow"},{"name":"severity","value":"critical"},{"name":"host","value":"ci-7"}]}"#;
    assert_eq!(
        properties(report, "1-result.json"),
        ["tag=slow", "severity=critical", "description=Adds an item."]
    );
}
