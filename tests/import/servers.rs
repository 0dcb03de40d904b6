//! Servers with unexpected behaviour that no documentation excludes.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicI64, AtomicUsize};

use axum::http::StatusCode;
use serde_json::json;

use testquality_sandbox::FaultRules;

use super::proxy::{Fault, env, import_through, import_through_reading, import_with};
use crate::support::person::Person;
use crate::support::{TestEnv, report};

fn is_create(method: &str, path: &str, resource: &str) -> bool {
    method == "POST" && path.strip_prefix("/api/") == Some(resource)
}

/// A row with an unknown outcome is not sent again before a lagging list would show it, and after it was sent again, the
/// verification waits until a second one would be visible.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_and_lagging_lists_create_no_duplicate() {
    let lags = [100, 400, 900, 1500, 2600].map(|lag| async move {
        let rules = ["lost POST test 1".to_owned(), format!("lag={lag}ms GET test")];
        let faults = FaultRules::parse(&rules).unwrap();
        let env = TestEnv::with(|options| options.faults = faults).await;
        env.write("a.xml", &report(&[("cart", &["adds", "removes"])]));
        env.import(&["a.xml"]).await.expect(0);
        env.assert_exactly_once(2);
    });
    futures_util::future::join_all(lags).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_crashes_the_server_is_refused_and_the_others_are_created() {
    let env = TestEnv::new().await;
    let names: Vec<String> = (0..40).map(|number| format!("test {number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    env.write("a.xml", &report(&[("cart", &names)]));
    let run = import_with(&env, &[], |method, path, _, body| {
        (is_create(method, path, "test") && body.contains("test 17"))
            .then_some(Fault::Before(StatusCode::INTERNAL_SERVER_ERROR))
    })
    .await
    .expect(1);
    let summary = run.json();
    assert_eq!(summary["tests"]["created"], 39);
    assert_eq!(summary["tests"]["refused"], 1);
    let said = summary["errors"][0]["message"].as_str().unwrap();
    assert!(said.contains("test 17") && said.contains("500"), "{said}");
    assert!(summary["requests"]["post"].as_u64().unwrap() < 40, "{run}");
    env.assert_exactly_once(39);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_a_firewall_blocks_is_refused_and_the_others_are_created() {
    let env = env().await;
    let run = import_through_reading(&env, |method, path, _, body| {
        (is_create(method, path, "test") && body.contains("removes"))
            .then_some(Fault::Before(StatusCode::FORBIDDEN))
    })
    .await
    .expect(1);
    let summary = run.json();
    assert_eq!(
        (&summary["tests"]["created"], &summary["tests"]["refused"]),
        (&json!(2), &json!(1))
    );
    env.assert_exactly_once(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_that_the_server_ignores_is_not_mistaken_for_a_persons_choice() {
    let env = env().await;
    let run = import_through(&env, |method, path, _| {
        let unflag = |row: &mut serde_json::Value| row["is_automated"] = json!(false);
        is_create(method, path, "test").then_some(Fault::Edit(unflag))
    })
    .await
    .expect(1);
    assert_eq!(run.json()["complete"], false);
    assert!(run.stderr.contains("after writing, it is not automated"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_the_server_ignores_is_reported() {
    static ROOT: AtomicI64 = AtomicI64::new(0);
    let env = env().await;
    ROOT.store(Person::at(&env).number("SELECT id FROM suite WHERE is_root"), SeqCst);
    let run = import_through(&env, |method, path, _| {
        let astray = |row: &mut serde_json::Value| row["suite_id"] = json!(ROOT.load(SeqCst));
        is_create(method, path, "test").then_some(Fault::Edit(astray))
    })
    .await
    .expect(1);
    assert!(run.stderr.contains("after writing, it is in another folder"), "{run}");
    assert_eq!(run.json()["complete"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_that_the_server_ignores_is_reported() {
    static ROOT: AtomicI64 = AtomicI64::new(0);
    let env = TestEnv::new().await;
    ROOT.store(Person::at(&env).number("SELECT id FROM suite WHERE is_root"), SeqCst);
    env.write("a.xml", &report(&[("cart", &["adds"])]));
    let run = import_with(&env, &["--folder", "shop"], |method, path, _, _| {
        let astray = |row: &mut serde_json::Value| {
            row["plan_suite"]["parent_id"] = json!(ROOT.load(SeqCst));
        };
        is_create(method, path, "suite").then_some(Fault::Edit(astray))
    })
    .await
    .expect(1);
    let warnings = run.json()["warnings"].to_string();
    assert!(
        warnings.contains("after writing, folder \\\"shop/cart\\\" is in another place"),
        "{warnings}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_of_a_silently_half_applied_array_is_sent_again() {
    for resource in ["test", "step", "suite"] {
        let env = env().await;
        let struck = AtomicUsize::new(0);
        import_through(&env, move |method, path, _| {
            let is_first = is_create(method, path, resource) && struck.fetch_add(1, SeqCst) == 0;
            is_first.then_some(Fault::FirstHalf)
        })
        .await
        .expect(0);
        env.assert_exactly_once(3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_deleted_while_tests_are_sent_is_created_again() {
    let env = Arc::new(env().await);
    let (database, struck) = (env.running.db.clone(), AtomicUsize::new(0));
    import_through(&env, move |method, path, _| {
        if is_create(method, path, "test") && struck.fetch_add(1, SeqCst) == 0 {
            // As a person would delete it, or another import that deletes duplicates.
            let db = rusqlite::Connection::open(&database).unwrap();
            let sql = "UPDATE suite SET deleted_at = '2026-01-01T00:00:00.000000+00:00' WHERE name = 'cart';
                UPDATE plan_suite SET deleted_at = '2026-01-01T00:00:00.000000+00:00'
                WHERE suite_id = (SELECT id FROM suite WHERE name = 'cart')";
            db.execute_batch(sql).unwrap();
        }
        None
    })
    .await
    .expect(0);
    env.assert_exactly_once(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_created_before_the_token_expired_are_reported() {
    let env = TestEnv::new().await;
    let names: Vec<String> = (0..30).map(|number| format!("test {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    env.write("a.xml", &report(&[("cart", &names)]));
    let sent = AtomicUsize::new(0);
    let run = import_with(&env, &["--batch-size", "10"], move |method, path, _, _| {
        (is_create(method, path, "test") && sent.fetch_add(1, SeqCst) == 2)
            .then_some(Fault::Before(StatusCode::UNAUTHORIZED))
    })
    .await
    .expect(6);
    let summary = run.json();
    assert_eq!(
        (&summary["tests"]["created"], &summary["tests"]["refused"]),
        (&json!(20), &json!(10))
    );
    assert!(run.stderr.contains("10 tests were not reached"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_imports_place_a_lost_test_once() {
    let env = env().await;
    env.import(&["a.xml"]).await.expect(0);
    let person = Person::at(&env);
    let cart = person.id("suite", "cart");
    person.delete(&format!("suite/{cart}")).await;
    let hasty = ["a.xml", "--lag-wait", "200ms"];
    let (one, other) = tokio::join!(env.import(&hasty), env.import(&hasty));
    for run in [one, other] {
        assert!([0, 1].contains(&run.code), "{run}");
    }
    env.import(&["a.xml"]).await.expect(0);
    assert_eq!(env.tree(), ["cart: adds", "cart: removes", "login: greets"]);
    let db = env.db();
    let twice: i64 = db
        .query_row(
            "SELECT count(*) FROM (SELECT 1 FROM suite_test WHERE deleted_at IS NULL
                GROUP BY suite_id, test_id HAVING count(*) > 1)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(twice, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_line_that_is_too_long_for_a_proxy_is_halved() {
    let faults = FaultRules::parse(&["414 GET suite_test 2", "431 GET step 1"]).unwrap();
    let env = TestEnv::with(|options| options.faults = faults).await;
    env.write("a.xml", &report(&[("cart", &["adds", "removes"]), ("login", &["greets"])]));
    env.import(&["a.xml"]).await.expect(0);
    env.import(&["a.xml"]).await.expect(0);
    env.assert_exactly_once(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn descriptions_with_pictures_are_read_in_small_pages() {
    let env = TestEnv::new().await;
    let names: Vec<String> = (0..600).map(|number| format!("case {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    env.write("a.xml", &report(&[("cart", &names)]));
    env.import(&["a.xml"]).await.expect(0);
    let db = rusqlite::Connection::open(&env.running.db).unwrap();
    let picture = "data:image/png;base64,".to_owned() + &"A".repeat(60_000);
    db.execute("UPDATE test SET description = ?1 || char(10) || description", [&picture]).unwrap();
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["tests"]["unchanged"], 600);
}

/// A row that is missing from a list of several pages may exist: rows may have moved between the pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_missing_from_the_pages_is_looked_up_again() {
    let env = TestEnv::new().await;
    let names: Vec<String> = (0..1200).map(|number| format!("case {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    env.write("a.xml", &report(&[("cart", &names)]));
    env.import(&["a.xml"]).await.expect(0);
    // A row is missing although the totals agree: as if one had been deleted before it, and one created after it.
    let (database, struck) = (env.running.db.clone(), AtomicUsize::new(0));
    let hidden = move |hide: bool| {
        let db = rusqlite::Connection::open(&database).unwrap();
        let when = if hide { "'2026-01-01T00:00:00.000000+00:00'" } else { "NULL" };
        let sql = format!("UPDATE test SET deleted_at = {when} WHERE name = 'case 7'");
        db.execute(&sql, []).unwrap();
    };
    let run = import_through(&env, move |method, path, _| {
        if method == "GET" && path == "/api/test" {
            match struck.fetch_add(1, SeqCst) {
                0 => hidden(true),
                // After the two pages of the first reading.
                2 => hidden(false),
                _ => {}
            }
        }
        None
    })
    .await
    .expect(0);
    assert_eq!(run.json()["tests"]["created"], 0, "{run}");
    env.assert_exactly_once(1200);
}
