//! Servers that drop or change fields: it is reported, and no row is written twice.

use serde_json::json;

use super::lag::{all_rows, import};
use crate::support::person::Person;
use crate::support::{TestEnv, report};

async fn env(rules: &[&str]) -> TestEnv {
    let long = "x".repeat(240);
    let suites: &[(&str, &[&str])] = &[("Cart", &["Adds", "Zählt", &long]), ("Login", &["Greets"])];
    let env = TestEnv::new().await.with_faults(rules).await;
    env.write("a.xml", &report(suites));
    env
}

/// The first import completes with a warning, and the following ones write nothing.
async fn warns(rule: &str, warning: &str) {
    let env = env(&[rule]).await;
    let first = import(&env, &[]).await;
    assert_eq!(first.code, 0, "{rule}: {first}");
    let warnings = first.json()["warnings"].to_string();
    assert!(warnings.contains(warning), "{rule}: {warnings}");
    let rows = all_rows(&env);
    for _ in 0..if rule.contains("lower") { 2 } else { 1 } {
        let again = import(&env, &[]).await;
        assert_eq!(again.code, 0, "{rule}: {again}");
        assert_eq!(again.json()["changes"], json!([]), "{rule}");
        assert_eq!(all_rows(&env), rows, "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_texts_are_reported_and_no_row_is_written_twice() {
    tokio::join!(
        warns("stores=name:lower POST test", "changed the name of"),
        warns("stores=name:cut191 POST test", "cut the name of 1 row to 191 characters"),
        warns("stores=name:ascii POST test", "replaced characters with ? in the name of 1 row"),
        warns("stores=name:lower POST suite", "changed the folder name of 2 rows to lower case"),
        warns("stores=step:lower POST step", "changed the step of 4 rows to lower case"),
        warns("stores=expected_result:drop POST step", "dropped the expected result of 4 rows"),
        warns("serves=precondition:escape GET test", ""),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_that_the_server_drops_is_nobodys_choice() {
    let env = env(&["stores=is_automated:drop POST test"]).await;
    import(&env, &[]).await.expect(1);
    let rows = all_rows(&env);
    for _ in 0..2 {
        let again = import(&env, &[]).await.expect(1);
        assert!(again.stderr.contains("the server did not keep its automated flag"), "{again}");
        assert_eq!(again.json()["tests"]["overridden"], 0, "{again}");
        assert_eq!(again.json()["complete"], false, "{again}");
        assert_eq!(all_rows(&env), rows);
    }
}

/// `parent_id` is 0 in every answer, so all folders seem to be below the root folder.
#[tokio::test(flavor = "multi_thread")]
async fn folders_that_are_elsewhere_are_found() {
    let env = env(&["serves=parent_id:zero GET plan_suite"]).await;
    let nested = ["--folder", "Web/Shop"];
    let first = import(&env, &nested).await.expect(1);
    let warnings = first.json()["warnings"].to_string();
    assert!(warnings.contains("is in another place"), "{warnings}");
    let rows = all_rows(&env);
    for _ in 0..2 {
        let again = import(&env, &nested).await.expect(0);
        assert_eq!(again.json()["changes"], json!([]), "{again}");
        assert_eq!(all_rows(&env), rows);
    }
}

/// A folder that exists and has no place in the plan gets one; it is not created again.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_a_place_is_placed_again() {
    let env = env(&[]).await;
    import(&env, &[]).await.expect(0);
    let person = Person::at(&env);
    let cart = person.id("suite", "Cart");
    let place = person.number(&format!("SELECT id FROM plan_suite WHERE suite_id = {cart}"));
    person.delete(&format!("plan_suite/{place}")).await;
    let run = import(&env, &["--lag-wait", "200ms"]).await;
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(env.count("suite"), 3, "{:?}", env.tree());
    assert_eq!(env.tree().len(), 4, "{:?}", env.tree());
    assert_eq!(import(&env, &[]).await.expect(0).json()["changes"], json!([]));
}

/// A server on which folders get no place at all.
#[tokio::test(flavor = "multi_thread")]
async fn folders_without_places_are_not_created_again_with_every_import() {
    let env = env(&["nothing=plan_id GET plan_suite", "serves=suite_id:zero GET plan_suite"]).await;
    let arguments = ["--lag-wait", "200ms"];
    import(&env, &arguments).await.expect(1);
    let suites = env.count("suite");
    for _ in 0..2 {
        import(&env, &arguments).await.expect(1);
        assert_eq!(env.count("suite"), suites);
    }
}
