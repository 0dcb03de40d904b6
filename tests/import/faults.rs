//! Imports with the fault rules of the sandbox: one scenario each, and random ones.

use testquality_sandbox::FaultRules;

use crate::support::{Run, TestEnv, report};

const SHOP: &[(&str, &[&str])] = &[("cart", &["adds", "removes"]), ("login", &["greets"])];

/// Short waits, because the server is on this machine.
pub(super) const HASTY: [&str; 4] = ["--retry-wait", "20ms", "--lag-wait", "1s"];

async fn env(rules: &[&str]) -> TestEnv {
    let faults = FaultRules::parse(rules).unwrap();
    let env = TestEnv::with(|options| options.faults = faults).await;
    env.write("a.xml", &report(SHOP));
    env
}

pub(super) async fn import(env: &TestEnv, arguments: &[&str]) -> Run {
    let mut all = vec!["--format", "json", "a.xml"];
    all.extend(HASTY);
    all.extend(arguments);
    env.import(&all).await
}

/// The import completes despite `rules`, everything exists once, and the next import writes nothing.
async fn completes(rules: &[&str]) {
    let env = env(rules).await;
    let run = import(&env, &[]).await.expect(0);
    assert_eq!(run.json()["complete"], true, "{rules:?}: {run}");
    env.assert_exactly_once(3);
    assert_eq!(env.count("suite"), 3, "{rules:?}");
    let env = env.without_faults().await;
    let again = import(&env, &[]).await.expect(0).json();
    assert_eq!(again["changes"], serde_json::json!([]), "{rules:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s01_a_create_commits_and_the_connection_is_reset() {
    completes(&["hang-up=after POST test 1"]).await;
    completes(&["hang-up=after POST suite 1"]).await;
    completes(&["hang-up=after POST step 1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s02_a_create_commits_and_times_out() {
    let env = env(&["drip POST test 1"]).await;
    import(&env, &["--timeout", "1s"]).await.expect(0);
    env.assert_exactly_once(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn s03_a_create_commits_and_a_proxy_answers_502_in_html() {
    completes(&["lost POST test 1", "lost=504 POST step 1", "lost=500 POST suite 1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s04_a_create_is_answered_by_cut_json() {
    completes(&["cut POST test 1", "cut POST step 1", "cut POST suite 1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s05_a_create_is_answered_by_nothing_or_by_html() {
    completes(&["empty POST test 1", "html POST step 1", "html POST suite 1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s07_a_create_fails_before_it_is_committed() {
    completes(&["500 POST test 1", "hang-up POST step 1", "503 POST suite 1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s08_reading_back_fails_twice_and_then_succeeds() {
    completes(&["lost POST test 1", "503 GET test 2-3"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s09_reading_back_lags() {
    completes(&["lost POST test 1", "lag=500ms GET test"]).await;
    let env = env(&["lag=500ms GET suite"]).await;
    // Wait until the lag no longer hides the root folder.
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    import(&env, &[]).await.expect(0);
    env.assert_exactly_once(3);
    assert_eq!(env.count("suite"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_a_finished_import_is_imported_again() {
    let env = env(&[]).await;
    import(&env, &[]).await.expect(0);
    let _ = env.journal.take();
    import(&env, &[]).await.expect(0);
    assert_eq!(env.journal.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn s14_a_failed_job_is_run_again() {
    let env = env(&["503 POST test 2+", "503 POST step"]).await;
    let failed = import(&env, &["--batch-size", "1", "--retries", "1"]).await.expect(7).json();
    assert_eq!(failed["complete"], false);
    assert!(env.count("test") < 3);
    let env = env.without_faults().await;
    let again = import(&env, &[]).await.expect(0).json();
    assert_eq!(again["complete"], true);
    env.assert_exactly_once(3);
    assert_eq!(env.count("suite"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn s15_a_report_named_twice_counts_once() {
    let env = env(&[]).await;
    let summary = import(&env, &["*.xml", "./a.xml"]).await.expect(0).json();
    assert_eq!((&summary["tests"]["seen"], &summary["reports"]["files"]), (&3.into(), &1.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_retry_after_pauses_every_worker() {
    let env = env(&["429=2 GET 3"]).await;
    let started = std::time::Instant::now();
    import(&env, &[]).await.expect(0);
    assert!(started.elapsed().as_secs_f64() >= 2.0, "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn s18_retry_after_in_every_shape() {
    completes(&[
        "429=Wed,_21_Oct_2015_07:28:00_GMT GET 1",
        "429=-5 GET 3",
        "429=soon GET 5",
        "503=0 GET 7",
    ])
    .await;
    // A day is longer than the deadline.
    let env = env(&["429=86400 GET 2"]).await;
    let started = std::time::Instant::now();
    let run = import(&env, &["--deadline", "20s"]).await.expect(7);
    assert!(started.elapsed().as_secs() < 10, "it does not wait beyond the deadline: {run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s19_an_endless_503_ends_within_the_deadline() {
    let env = env(&["503"]).await;
    let started = std::time::Instant::now();
    let run = import(&env, &["--deadline", "3s", "--retries", "100"]).await.expect(7);
    assert!(started.elapsed().as_secs() < 8);
    assert!(env.journal.entries().len() < 200, "{} requests", env.journal.entries().len());
    assert_eq!(run.json()["complete"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn s20_answers_arrive_byte_by_byte() {
    // The answer takes longer than the read timeout, but the server is never silent that long.
    completes(&["drip POST suite 1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s21_the_token_expires_during_the_import() {
    let env = env(&["401 POST test 1+"]).await;
    let run = import(&env, &[]).await.expect(6);
    assert_eq!(run.json()["complete"], false);
    assert_eq!(env.count("test"), 0);
    let env = env.without_faults().await;
    import(&env, &[]).await.expect(0);
    env.assert_exactly_once(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn s22_refusals_are_not_retried() {
    for status in ["403", "404", "409", "413", "422"] {
        let env = env(&[&format!("{status} POST test")]).await;
        let run = import(&env, &["--batch-size", "1"]).await.expect(1);
        let summary = run.json();
        assert_eq!(summary["tests"]["refused"], 3, "{status}: {run}");
        assert_eq!(summary["requests"]["retries"], 0, "{status}");
        assert!(summary["errors"].to_string().contains(status), "{status}: {run}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s26_pages_that_shift_are_read_again() {
    completes(&["shift GET test 1-2", "shift GET suite 1", "shift GET suite_test 1"]).await;
    let env = env(&["shift GET suite"]).await;
    let run = import(&env, &[]).await.expect(7);
    assert!(run.stderr.contains("changed each time it was read"), "{run}");
    assert_eq!(env.count("test"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn s27_arrays_are_refused() {
    for status in ["405", "415", "400", "413", "422"] {
        completes(&[&format!("arrays={status} POST")]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s28_an_array_is_half_applied() {
    for status in ["500", "400", "502"] {
        completes(&[&format!("half={status} POST test 1"), &format!("half={status} POST step 1")])
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s29_an_array_is_answered_in_another_order() {
    completes(&["reverse POST"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s30_descriptions_are_wrapped_or_dropped() {
    completes(&["wrap POST"]).await;
    let env = env(&["drop POST test"]).await;
    let run = import(&env, &[]).await.expect(1);
    assert!(run.stderr.contains("was created, but not found"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s32_ids_are_strings() {
    completes(&["string-ids"]).await;
}
