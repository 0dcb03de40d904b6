//! A test for each exit code and its message.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;

use crate::support::{TestEnv, binary, report, run};

const SHOP: &[(&str, &[&str])] = &[("cart", &["adds", "!removes"])];

#[tokio::test(flavor = "multi_thread")]
async fn zero_if_the_import_is_verified_even_if_a_test_failed() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    let run = env.import(&["a.xml"]).await.expect(0);
    assert!(run.stdout.contains("removes"), "the failure is shown: {run}");
}

// One, when the server refuses rows: `retries::a_refused_row_is_named_and_the_others_are_created`.

#[tokio::test(flavor = "multi_thread")]
async fn two_for_usage_configuration_and_missing_tokens() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    let unknown = env.import(&["a.xml", "--no-such-option"]).await.expect(2);
    assert!(unknown.stderr.contains("--no-such-option"), "{unknown}");
    let mut command = binary(env.path());
    command.args(["a.xml", "--project", "demo"]);
    let no_token = run(command).await.expect(2);
    assert!(
        no_token.stderr.contains("TQ_ACCESS_TOKEN") && no_token.stderr.contains("--sandbox"),
        "{no_token}"
    );
    let mut command = binary(env.path());
    command.args([
        "--host",
        &env.running.url,
        "--token-file",
        "token",
        "--project",
        "Dema",
        "a.xml",
    ]);
    let unknown = run(command).await.expect(2);
    assert!(
        unknown.stderr.contains("\"Dema\"") && unknown.stderr.contains("\"Demo\""),
        "{unknown}"
    );
    let word = env.import(&["inspekt", "a.xml"]).await.expect(2);
    assert!(word.stderr.contains("inspect"), "{word}");
}

#[tokio::test(flavor = "multi_thread")]
async fn three_if_a_report_is_damaged_and_the_readable_part_is_imported() {
    let env = TestEnv::new().await;
    let whole = report(&[("cart", &["adds", "removes", "clears"])]);
    let cut = &whole[..whole.find("clears").unwrap()];
    env.write("cut.xml", cut);
    env.write("whole.xml", &report(&[("login", &["greets"])]));
    let run = env.import(&["cut.xml", "whole.xml"]).await.expect(3);
    assert!(format!("{run}").contains("cut.xml:6:"), "file, line and column: {run}");
    env.assert_exactly_once(3);
    let summary = env.import_json(3, &["cut.xml", "whole.xml"]).await;
    assert_eq!(summary["complete"], true);
    assert_eq!(summary["reports"]["damaged"][0]["line"], 6);
    assert_eq!(summary["exit_code"], 3);
    // Strict: nothing is written.
    let strict = TestEnv::new().await;
    strict.write("cut.xml", cut);
    strict.import(&["cut.xml", "--strict"]).await.expect(3);
    assert_eq!(strict.journal.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_if_a_limit_is_exceeded_and_the_tests_before_it_are_imported() {
    let env = TestEnv::new().await;
    for (option, value, message) in [
        ("--max-cases", "1", "more than 1 cases: --max-cases allows more"),
        ("--max-file-size", "1KiB", "it is longer than 1 KiB: --max-file-size allows more"),
        (
            "--max-value-size",
            "1KiB",
            "an attribute of more than 1 KiB: --max-value-size allows more",
        ),
    ] {
        let long = format!("<testcase name='last' id='{}'/></testsuite>", "x".repeat(1500));
        env.write("long.xml", &format!("<testsuite name='s'><testcase name='first'/>{long}"));
        let capped = env.import(&["long.xml", option, value]).await.expect(3);
        assert!(format!("{capped}").contains(message), "{capped}");
        assert!(capped.stdout.contains("tests     1: 1 passed"), "{capped}");
    }
    env.import(&["long.xml"]).await.expect(0);
    let unknown = env.import(&["long.xml", "--max-file-size", "4"]).await.expect(2);
    assert!(format!("{unknown}").contains("512MiB"), "{unknown}");
    env.write("tq-import.toml", "max_cases = 1\n");
    env.import(&["long.xml"]).await.expect(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_if_there_is_nothing_to_import() {
    let env = TestEnv::new().await;
    env.write("empty.xml", "<testsuites></testsuites>");
    env.write("other.xml", "<project><target/></project>");
    env.import(&["empty.xml"]).await.expect(3);
    env.import(&["empty.xml", "--allow-empty"]).await.expect(0);
    env.import(&["nothing/**/*.xml"]).await.expect(3);
    let named = env.import(&["other.xml"]).await.expect(3);
    assert!(format!("{named}").contains("`project`"), "{named}");
    let gone = env.import(&["no-such-report.xml"]).await.expect(3);
    assert!(format!("{gone}").contains("no-such-report.xml"), "{gone}");
    env.write("a.xml", &report(SHOP));
    env.import(&["a.xml", "--min-tests", "3"]).await.expect(3);
    env.import(&["a.xml", "--min-tests", "2"]).await.expect(0);
    let found = env.import(&["*.xml"]).await.expect(0);
    assert!(!found.stderr.contains("other.xml:"), "found by a pattern, it is skipped: {found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn four_if_a_test_failed_and_the_option_is_set() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    env.import(&["a.xml", "--fail-on-test-failure"]).await.expect(4);
    env.assert_exactly_once(2);
    env.write("skipped.xml", &report(&[("cart", &["~adds"])]));
    env.import(&["skipped.xml", "--fail-on-test-failure"]).await.expect(0);
    let soft = env.import(&["a.xml", "--fail-on-test-failure", "--soft-fail", "4"]).await.expect(0);
    assert!(soft.stderr.contains("exit code 4 became 0"), "{soft}");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_if_a_check_finds_changes() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    env.import(&["a.xml", "--check"]).await.expect(5);
    assert_eq!(env.journal.writes(), 0);
    env.import(&["a.xml"]).await.expect(0);
    env.import(&["a.xml", "--check"]).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn six_if_the_token_is_not_accepted() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    env.write("token", "tqp-canary-0815");
    let run = env.import(&["a.xml", "-vv"]).await.expect(6);
    assert!(run.stderr.contains("401") && run.stderr.contains("hint:"), "{run}");
    assert!(!format!("{run}").contains("canary"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn seven_if_the_server_cannot_be_reached_or_stays_unavailable() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let host = format!("http://{free}");
    let down =
        ["a.xml", "--host", &host, "--token-file", "token", "--project", "demo", "--retries", "1"];
    let mut command = binary(env.path());
    command.args(down);
    let refused = run(command).await.expect(7);
    assert!(
        refused.stderr.contains(&format!("cannot reach {host}: connection refused")),
        "{refused}"
    );

    let unavailable = Router::new()
        .fallback(any(|| async { (StatusCode::SERVICE_UNAVAILABLE, "<html>later</html>") }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, unavailable).await });
    let started = std::time::Instant::now();
    let mut command = binary(env.path());
    command.args([
        "a.xml",
        "--host",
        &host,
        "--token-file",
        "token",
        "--project",
        "demo",
        "--deadline",
        "3s",
    ]);
    let unavailable = run(command).await.expect(7);
    assert!(unavailable.stderr.contains("503"), "{unavailable}");
    assert!(started.elapsed() < Duration::from_secs(20), "the deadline is kept");
    serving.abort();
}
