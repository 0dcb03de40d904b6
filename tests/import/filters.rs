//! Servers that do not know the filters of lists: nothing found is not mistaken for nothing there.

use serde_json::json;

use super::lag::{all_rows, import};
use crate::support::person::Person;
use crate::support::{TestEnv, report};

const SHOP: &[(&str, &[&str])] = &[("cart", &["adds", "removes"]), ("login", &["greets"])];

/// An environment with a second project, whose rows must not matter.
async fn env(rules: &[&str]) -> TestEnv {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    let person = Person::at(&env);
    let project = person.post("project", &json!({"name": "Other"})).await["id"].clone();
    let number = |table: &str| {
        person.number(&format!("SELECT id FROM {table} WHERE is_root AND project_id = {project}"))
    };
    let (plan, root) = (number("plan"), number("suite"));
    let body = json!({"name": "cart", "plan_id": plan, "project_id": project, "plan_suite": {"parent_id": root}});
    let suite = person.post("suite", &body).await["id"].clone();
    let body =
        json!({"name": "adds", "project_id": project, "suite_id": suite, "precondition": ""});
    let test = person.post("test", &body).await["id"].clone();
    let body = json!({"step": "a", "expected_result": "b", "project_id": project, "test_id": test});
    person.post("step", &body).await;
    env.with_faults(rules).await
}

/// The first import completes, and the following ones find everything and write nothing.
async fn writes_once(rules: &[&str]) {
    let env = env(rules).await;
    let first = import(&env, &[]).await;
    assert_eq!(first.code, 0, "{rules:?}: {first}");
    assert_eq!(first.json()["tests"]["created"], 3, "{rules:?}");
    let rows = all_rows(&env);
    let again = import(&env, &[]).await;
    assert_eq!(again.code, 0, "{rules:?}: {again}");
    assert_eq!(again.json()["changes"], json!([]), "{rules:?}");
    // The third one on a server that is in order.
    let env = env.without_faults().await;
    assert_eq!(import(&env, &[]).await.expect(0).json()["changes"], json!([]), "{rules:?}");
    assert_eq!(all_rows(&env), rows, "{rules:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_that_are_ignored_or_find_nothing_change_nothing() {
    let rules: [&[&str]; 15] = [
        &["ignores=-in GET"],
        &["nothing=-in GET"],
        &["first=-in GET"],
        &["nothing=-in GET step"],
        &["nothing=-in GET suite_test"],
        &["first=-in GET step"],
        &["ignores=plan_id GET"],
        &["nothing=plan_id GET"],
        &["ignores=project_id GET"],
        &["ignores=_sort GET"],
        &["nothing=_sort GET"],
        &["nothing=_sort GET step"],
        &["nothing=_sort GET test"],
        &["422 GET with=never", "ignores=-in GET", "stores=name:lower POST", "lag=300ms GET step"],
        &["nothing=-in GET", "nothing=plan_id GET", "lag=300ms GET suite_test"],
    ];
    futures_util::future::join_all(rules.map(writes_once)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_filter_and_without_whole_lists_nothing_is_written() {
    let env = env(&[]).await;
    import(&env, &[]).await.expect(0);
    let rows = all_rows(&env);
    // The filtered list, an unfiltered page, the filter on a row of that page; then the whole list, which is refused.
    let rules = ["422 GET suite_test 4+", "nothing=-in GET suite_test"];
    let mut env = env;
    for _ in 0..2 {
        env = env.with_faults(&rules).await;
        let _ = env.journal.take();
        let run = import(&env, &[]).await.expect(7);
        assert!(run.stderr.contains("the filter suite_id misses rows"), "{run}");
        assert_eq!(env.journal.writes(), 0, "{run}");
        assert_eq!(all_rows(&env), rows);
    }
}

/// Sets are proven on the root plan, so that even the first import of an empty project writes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn sets_are_proven_before_the_first_write() {
    let env = env(&["nothing=-in GET", "422 GET suite_test"]).await;
    for _ in 0..2 {
        let _ = env.journal.take();
        let run = import(&env, &[]).await.expect(7);
        assert!(run.stderr.contains("the filter suite_id misses rows"), "{run}");
        assert_eq!(env.journal.writes(), 0, "{run}");
    }
}

/// An unchanged import on a server that is in order needs no proof.
#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_import_sends_no_request_for_proofs() {
    let env = env(&[]).await;
    import(&env, &[]).await.expect(0);
    let _ = env.journal.take();
    import(&env, &[]).await.expect(0);
    let entries = env.journal.take();
    assert_eq!(
        entries.len(),
        7,
        "project, plan, suite, plan_suite, test, suite_test, step: {entries:?}"
    );
}
