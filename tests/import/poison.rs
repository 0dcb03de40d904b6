//! Rows and arrays that a server does not cope with: the others are imported in the same run.

use serde_json::json;

use super::lag::{all_rows, import};
use crate::support::{TestEnv, report};

async fn env(tests: usize, rules: &[&str]) -> TestEnv {
    let names: Vec<String> = (0..tests).map(|number| format!("case {number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &names), ("login", &["greets"])]));
    env.with_faults(rules).await
}

/// All rows but the `refused` ones are imported in the first run; the following ones end the same way, in seconds.
async fn isolates(rules: &[&str], refused: usize, message: &str) {
    let env = env(40, rules).await;
    let first = import(&env, &[]).await;
    assert_eq!(first.code, 1, "{rules:?}: {first}");
    assert_eq!(first.json()["tests"]["refused"], refused, "{rules:?}: {first}");
    assert!(first.stderr.contains(message) && first.stderr.contains("500"), "{rules:?}: {first}");
    let live = env.tree().len();
    for _ in 0..2 {
        let started = std::time::Instant::now();
        let again = import(&env, &[]).await;
        assert_eq!(again.code, 1, "{rules:?}: {again}");
        assert_eq!(again.json()["tests"]["refused"], refused, "{rules:?}: {again}");
        assert!(again.stderr.contains(message), "{rules:?}: {again}");
        assert_eq!(env.tree().len(), live, "{rules:?}");
        assert!(started.elapsed().as_secs() < 20, "{rules:?}: {:?}", started.elapsed());
    }
    let env = env.without_faults().await;
    import(&env, &[]).await.expect(0);
    env.assert_exactly_once(41);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_crash_the_server_are_isolated() {
    tokio::join!(
        isolates(&["500 POST test with=case_17"], 1, "case 17"),
        isolates(&["500 POST test with=case_17", "500 POST test with=case_31"], 2, "case 31"),
        isolates(&["500 POST suite with=login"], 1, "greets"),
        isolates(&["500 POST step with=3000007"], 1, "its step 1 was refused"),
        isolates(&["500 POST test with=case_17", "lag=300ms GET test"], 1, "case 17"),
        isolates(&["500 POST test with=case_17", "arrays=413 POST"], 1, "case 17"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn arrays_that_fail_are_sent_in_pieces() {
    let rules: [&[&str]; 7] = [
        &["arrays=500 POST"],
        &["arrays=501 POST"],
        // A page of HTML, called a success.
        &["arrays=200 POST"],
        &["single POST"],
        &["half=500 POST"],
        &["arrays=500 POST", "lag=300ms GET"],
        &["single POST", "lag=300ms GET step", "ignores=-in GET"],
    ];
    let completes = rules.map(async |rules| {
        let env = env(20, rules).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let first = import(&env, &[]).await;
        assert_eq!(first.code, 0, "{rules:?}: {first}");
        env.assert_exactly_once(21);
        let rows = all_rows(&env);
        for _ in 0..2 {
            let again = import(&env, &[]).await;
            assert_eq!(again.code, 0, "{rules:?}: {again}");
            assert_eq!(again.json()["changes"], json!([]), "{rules:?}");
            assert_eq!(all_rows(&env), rows, "{rules:?}");
        }
    });
    futures_util::future::join_all(completes).await;
}
