//! `--stale report`: tests of the namespace that are in no report.

use crate::support::person::Person;
use crate::support::{TestEnv, report};

async fn imported() -> TestEnv {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds", "removes"]), ("login", &["greets"])]));
    env.write("b.xml", &report(&[("cart", &["adds"])]));
    env.import(&["--namespace", "shop", "a.xml"]).await.expect(0);
    env
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_in_no_report_are_listed_and_not_changed() {
    let env = imported().await;
    env.import(&["--namespace", "other", "--new-namespace", "a.xml"]).await.expect(0);
    let person = Person::at(&env);
    person.test(person.id("suite", "cart"), serde_json::json!({"name": "by hand"})).await;
    let _ = env.journal.take();
    let arguments = ["--namespace", "shop", "--stale", "report", "b.xml"];
    let summary = env.import_json(0, &arguments).await;
    assert_eq!(env.journal.writes(), 0);
    assert_eq!(summary["tests"]["stale"], 2);
    let listed: Vec<&str> = summary["stale"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|test| test["name"].as_str())
        .collect();
    assert_eq!(listed, ["removes", "greets"]);
    assert_eq!(summary["stale"][1]["folder"], serde_json::json!(["login"]));
    let shown = env.import(&arguments).await.expect(0).stdout;
    assert!(shown.contains("Not in any report: 2 tests in this namespace"), "{shown}");
    let without = env.import_json(0, &["--namespace", "shop", "b.xml"]).await;
    assert_eq!(without["tests"]["stale"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ignored_tests_are_in_the_reports_and_not_stale() {
    let env = imported().await;
    env.write("tq-import.toml", "ignore = [\"cart/removes\"]\n");
    let summary = env.import_json(0, &["--namespace", "shop", "--stale", "report", "a.xml"]).await;
    assert_eq!((&summary["tests"]["stale"], &summary["tests"]["ignored"]), (&0.into(), &1.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_test_is_stale_if_reports_may_be_incomplete() {
    let env = imported().await;
    env.write("cut.xml", "<testsuite name='cart'><testcase name='adds'/>");
    env.write(
        "broken.xml",
        "<testsuite name='cart'><error message='no database'/><testcase name='adds'/></testsuite>",
    );
    env.write(
        "stopped.txt",
        "   Doc-tests cart\n\nrunning 1 test\ntest src/lib.rs - (line 1) ... FAILED\n\n\
         test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n\n\
         error: doctest failed, to rerun pass `--doc`\n",
    );
    env.write("bailed.tap", "TAP version 13\nok 1 - adds\nBail out! no database\n");
    for (file, hint) in [
        ("cut.xml", "run all tests"),
        ("bailed.tap", "a test run ended before all tests had run"),
        ("broken.xml", "run all tests"),
        ("stopped.txt", "--no-fail-fast"),
    ] {
        let arguments = ["--namespace", "shop", "--stale", "report", file];
        let run = env.import(&arguments).await.expect(1);
        assert!(run.stderr.contains(hint), "{run}");
        assert!(run.stderr.contains("no stale tests are listed"), "{run}");
        assert!(!run.stdout.contains("Not in any report"), "{run}");
        assert_eq!(run.stderr.contains("no-fail-fast"), file == "stopped.txt", "{run}");
    }
}
