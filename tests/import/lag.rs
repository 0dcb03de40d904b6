//! Lists that show rows later than the server acknowledges them: nothing is written twice, and nothing is called lost.

use std::time::Duration;

use serde_json::json;

use crate::support::person::Person;
use crate::support::{Run, TestEnv, report};

const SHOP: &[(&str, &[&str])] = &[("cart", &["adds", "removes"]), ("login", &["greets"])];

/// The five lists that an import reads.
const LISTS: [&str; 5] = ["suite", "plan_suite", "test", "suite_test", "step"];

/// The lag in these tests.
const LAG: Duration = Duration::from_millis(700);

async fn env(xml: &str) -> TestEnv {
    let env = TestEnv::new().await;
    env.write("a.xml", xml);
    // The project itself must not be hidden.
    tokio::time::sleep(LAG).await;
    env
}

/// Imports `a.xml` with short waits between attempts, and enough time for lists to catch up.
pub(super) async fn import(env: &TestEnv, arguments: &[&str]) -> Run {
    let mut all = vec!["--format", "json", "a.xml", "--retry-wait", "20ms"];
    if !arguments.contains(&"--lag-wait") {
        all.extend(["--lag-wait", "4s"]);
    }
    all.extend(arguments);
    env.import(&all).await
}

/// The rules of a server on which `lists` lag.
fn lagging(lists: &[&str]) -> Vec<String> {
    lists.iter().map(|list| format!("lag={}ms GET {list}", LAG.as_millis())).collect()
}

/// Every row that was ever created, deleted or not.
pub(super) fn all_rows(env: &TestEnv) -> Vec<i64> {
    LISTS.map(|table| Person::at(env).number(&format!("SELECT count(*) FROM {table}"))).to_vec()
}

/// Imports that follow each other at once each report success, and only the first one writes.
async fn writes_once(lists: &[&str]) {
    let rules = lagging(lists);
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let env = env(&report(SHOP)).await.with_faults(&rules).await;
    let first = import(&env, &[]).await.expect(0);
    assert_eq!(first.json()["complete"], true, "{lists:?}: {first}");
    env.assert_exactly_once(3);
    let rows = all_rows(&env);
    for _ in 0..2 {
        let again = import(&env, &[]).await.expect(0).json();
        assert_eq!(again["changes"], json!([]), "{lists:?}");
        assert_eq!(again["tests"]["unchanged"], 3, "{lists:?}");
        assert_eq!(all_rows(&env), rows, "{lists:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_may_lag() {
    let each = LISTS.iter().map(|list| writes_once(std::slice::from_ref(list)));
    let pairs = [["step", "suite_test"], ["test", "suite_test"], ["suite", "step"]];
    let pairs = pairs.iter().map(|pair| writes_once(pair));
    tokio::join!(
        futures_util::future::join_all(each),
        futures_util::future::join_all(pairs),
        writes_once(&LISTS)
    );
}

/// An import ends before request `stop` of its writes; the next one starts while lists do not yet show what it wrote.
async fn converges_after(stop: &str, lists: &[&str], others: &[&str]) {
    let lag = lagging(lists);
    let mut rules: Vec<&str> = vec![stop];
    rules.extend(lag.iter().map(String::as_str).chain(others.iter().copied()));
    let env = env(&report(SHOP)).await.with_faults(&rules).await;
    let first = import(&env, &["--batch-size", "1", "--concurrency", "1"]).await;
    assert_eq!(first.code, 6, "{stop}, {lists:?}: {first}");
    let env = env.with_faults(&rules[1..]).await;
    for import_number in 2..4 {
        let run = import(&env, &[]).await;
        assert_eq!(run.code, 0, "import {import_number} after {stop}, {lists:?}: {run}");
        assert_eq!(run.json()["complete"], true);
        env.assert_exactly_once(3);
        assert_eq!(env.count("suite"), 3, "{stop}, {lists:?}");
    }
    assert_eq!(import(&env, &[]).await.expect(0).json()["changes"], json!([]), "{stop}, {lists:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_within_the_lag_of_an_earlier_one_converges() {
    let stops: [(&str, &[&str]); 8] = [
        ("401 POST suite 2+", &["suite"]),
        ("401 POST suite 2+", &["plan_suite"]),
        ("401 POST test 3+", &["test"]),
        ("401 POST test 3+", &["suite_test", "suite"]),
        ("401 POST step 1+", &["step", "test"]),
        ("401 POST step 3+", &["step"]),
        ("401 POST step 3+", &["suite_test"]),
        ("401 POST step 3+", &LISTS),
    ];
    let runs = stops.into_iter().map(|(stop, lists)| converges_after(stop, lists, &[]));
    // On servers that also change names and ignore filters.
    let lower_and_ignores = ["stores=name:lower POST", "ignores=-in GET"];
    tokio::join!(
        converges_after("401 POST test 3+", &["test"], &lower_and_ignores),
        converges_after("401 POST suite 2+", &["suite"], &lower_and_ignores[..1]),
        converges_after("401 POST step 3+", &LISTS, &["nothing=-in GET", "string-ids"]),
        // A test, or a folder, is listed before its place is: it is no duplicate yet that could be deleted.
        converges_after("401 POST test 3+", &["test"], &["lag=1400ms GET suite_test"]),
        converges_after("401 POST suite 2+", &["suite"], &["lag=1400ms GET plan_suite"]),
    );
    futures_util::future::join_all(runs).await;
}

/// Steps and placements that exist are not written again, because the import looks twice.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_only_seem_to_be_missing_are_not_written_again() {
    for list in ["step", "suite_test"] {
        let rules = lagging(&[list]);
        let env = env(&report(SHOP)).await;
        env.import(&["a.xml"]).await.expect(0);
        let rows = all_rows(&env);
        let env = env.with_faults(&[&rules[0]]).await;
        let run = import(&env, &[]).await.expect(0);
        assert_eq!(run.json()["changes"], json!([]), "{list}: {run}");
        assert_eq!(all_rows(&env), rows, "{list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lag_beyond_the_limit_is_not_called_complete() {
    for list in ["step", "suite_test"] {
        let rule = format!("lag=1h GET {list}");
        let env = env(&report(SHOP)).await.with_faults(&[&rule]).await;
        for number in 1..4 {
            let run = import(&env, &["--lag-wait", "300ms"]).await;
            assert_eq!(run.code, 1, "import {number}, {list}: {run}");
            assert_eq!(run.json()["complete"], false, "{list}: {run}");
        }
        // When the list has caught up, the next import deletes what was written twice meanwhile.
        let env = env.without_faults().await;
        import(&env, &[]).await.expect(0);
        env.assert_exactly_once(3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_is_validated() {
    let env = env(&report(SHOP)).await;
    let run = env.import(&["a.xml", "--lag-wait", "20m"]).await.expect(2);
    assert!(run.stderr.contains("lag-wait is longer than the deadline"), "{run}");
    env.import(&["a.xml", "--lag-wait", "10"]).await.expect(2);
}
