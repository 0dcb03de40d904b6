//! Servers whose answers look as web frameworks make them: each import completes or says what is wrong, and further imports add nothing.

use serde_json::json;

use super::faults::HASTY;
use super::lag::all_rows;
use crate::support::{Run, TestEnv, report};

const SHOP: &[(&str, &[&str])] = &[("cart", &["adds", "removes"]), ("login", &["greets"])];

async fn import(env: &TestEnv) -> Run {
    env.import(&[&["--format", "json", "a.xml"], &HASTY[..]].concat()).await
}

async fn env(rules: &[&str]) -> TestEnv {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    env.with_faults(rules).await
}

/// The first import completes, and two more write nothing.
async fn completes(rules: &[&str]) {
    let env = env(rules).await;
    let first = import(&env).await;
    assert_eq!(first.code, 0, "{rules:?}: {first}");
    env.assert_exactly_once(3);
    let rows = all_rows(&env);
    for _ in 0..2 {
        let again = import(&env).await;
        assert_eq!(again.code, 0, "{rules:?}: {again}");
        assert_eq!(again.json()["changes"], json!([]), "{rules:?}: {again}");
        assert_eq!(all_rows(&env), rows, "{rules:?}");
    }
}

/// No import says that it is complete; each says `message`, and two more add no row.
async fn is_honest(rules: &[&str], code: i32, message: &str) {
    let env = env(rules).await;
    let first = import(&env).await;
    assert_eq!(first.code, code, "{rules:?}: {first}");
    let rows = all_rows(&env);
    for _ in 0..2 {
        let again = import(&env).await;
        assert_eq!(again.code, code, "{rules:?}: {again}");
        assert!(again.stderr.contains(message), "{rules:?}: {again}");
        assert_eq!(again.json()["complete"], false, "{rules:?}: {again}");
        assert_eq!(all_rows(&env), rows, "{rules:?}: {again}");
    }
    // When the server is in order again, so is the project.
    let env = env.without_faults().await;
    assert_eq!(import(&env).await.expect(0).json()["complete"], true);
    env.assert_exactly_once(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_in_the_shapes_of_web_frameworks_are_read() {
    let rules: [&[&str]; 14] = [
        &["answers=keyed GET"],
        &["answers=wrapped"],
        &["answers=wrapped", "answers=strings", "deleted GET"],
        &["answers=strings"],
        &["answers=local-times"],
        &["answers=unix-times"],
        &["answers=marked"],
        &["answers=close"],
        &["ignores=per_page GET"],
        &["serves=epoch:drop GET"],
        &["serves=created_at:null GET"],
        &["serves=description:wrap GET"],
        &["429 POST suite 1", "answers=wrapped", "lag=50ms GET"],
        &["serves=project_id:drop GET with=never"],
    ];
    futures_util::future::join_all(rules.map(completes)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn creates_that_are_answered_without_rows_are_looked_up() {
    let rules: [&[&str]; 6] = [
        &["answers=bare POST"],
        &["answers=message POST"],
        &["empty POST"],
        &["lost=204 POST"],
        &["html POST"],
        &["queued=40ms POST"],
    ];
    futures_util::future::join_all(rules.map(completes)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_imported_is_said() {
    tokio::join!(
        is_honest(&["failed POST test"], 1, "The request failed."),
        is_honest(&["failed GET"], 7, "The request failed."),
        is_honest(&["html GET"], 7, "the response cannot be read"),
        is_honest(&["answers=miscounted GET"], 7, "changed each time it was read"),
        is_honest(&["302"], 1, "redirects to"),
        is_honest(&["302 POST"], 1, "redirects to"),
        is_honest(&["answers=bare GET test"], 7, "missing field `id`"),
        is_honest(&["cut GET step"], 7, ""),
    );
}

/// Two tests of one name, on a server where names are unique: the first is created, and no import adds another row.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_must_be_unique_are_refused_by_name() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds", "same"]), ("login", &["same", "greets"])]));
    let env = env.with_faults(&["tests=unique"]).await;
    let mut rows = None;
    for _ in 0..3 {
        let run = import(&env).await;
        assert_eq!(run.code, 1, "{run}");
        assert_eq!(run.json()["tests"]["refused"], 1, "{run}");
        assert!(run.stderr.contains("already been taken"), "{run}");
        env.assert_exactly_once(3);
        assert_eq!(*rows.get_or_insert_with(|| all_rows(&env)), all_rows(&env));
    }
}
