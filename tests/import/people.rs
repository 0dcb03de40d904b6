//! Imports keep what people changed.

use serde_json::{Value, json};

use crate::support::person::Person;
use crate::support::{TestEnv, report};

const SHOP: &[(&str, &[&str])] = &[("cart", &["adds", "removes"]), ("login", &["greets"])];

async fn imported() -> TestEnv {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    env.import(&["a.xml"]).await.expect(0);
    env
}

/// Imports again; nothing may be written.
async fn import_changes_nothing(env: &TestEnv) -> Value {
    let tables = ["suite", "plan_suite", "test", "suite_test", "step"];
    let before: Vec<_> = tables.iter().map(|table| env.rows(table)).collect();
    let _ = env.journal.take();
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(env.journal.writes(), 0);
    let after: Vec<_> = tables.iter().map(|table| env.rows(table)).collect();
    assert_eq!(before, after);
    assert_eq!(summary["complete"], true);
    summary
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_and_moved_test_is_matched_and_kept_where_it_is() {
    let env = imported().await;
    let person = Person::at(&env);
    let test = person.id("test", "adds");
    let elsewhere = person.folder("Smoke tests").await;
    person
        .put(
            &format!("test/{test}"),
            &json!({"name": "Adds (checked by Ann)", "precondition": "a cart"}),
        )
        .await;
    let place = person.number(&format!("SELECT id FROM suite_test WHERE test_id = {test}"));
    person.put(&format!("suite_test/{place}"), &json!({"suite_id": elsewhere})).await;
    let summary = import_changes_nothing(&env).await;
    assert_eq!(summary["tests"]["unchanged"], 3);
    assert!(env.tree().contains(&"Smoke tests: Adds (checked by Ann)".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_folder_is_found_again_and_takes_new_tests() {
    let env = imported().await;
    let person = Person::at(&env);
    let folder = person.id("suite", "cart");
    person.put(&format!("suite/{folder}"), &json!({"name": "Shopping cart"})).await;
    import_changes_nothing(&env).await;
    env.write("b.xml", &report(&[("cart", &["clears"])]));
    let summary = env.import_json(0, &["b.xml"]).await;
    assert_eq!(summary["suites"]["created"], 0);
    assert_eq!(summary["tests"]["created"], 1);
    assert!(env.tree().contains(&"Shopping cart: clears".to_owned()), "{:?}", env.tree());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manual_test_with_the_same_folder_and_name_is_adopted_once() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    let person = Person::at(&env);
    let folder = person.folder("Cart").await;
    let fields = json!({"name": "adds", "description": "<p>See the wiki.</p>", "precondition": "a cart", "estimate": 5});
    let test = person.test(folder, fields).await;
    person.post("step", &json!({"step": "click", "expected_result": "it adds", "sequence": 1, "project_id": person.project(), "test_id": test})).await;
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["tests"]["adopted"], 1);
    assert_eq!(summary["tests"]["created"], 2);
    assert_eq!(summary["complete"], true);
    let row: (String, String, String, f64, i64, i64) = env
        .db()
        .query_row(
            &format!("SELECT name, description, precondition, estimate, is_automated, epoch FROM test WHERE id = {test}"),
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)),
        )
        .unwrap();
    let (name, description, precondition, estimate, is_automated, epoch) = row;
    assert_eq!(
        (name.as_str(), precondition.as_str(), estimate, is_automated, epoch),
        ("adds", "a cart", 5.0, 1, 1)
    );
    assert!(
        description.starts_with("<p>See the wiki.</p>\n\nAutomated test (tqi-")
            && description.ends_with("): cart :: adds"),
        "{description}"
    );
    assert_eq!(
        person.number(&format!("SELECT count(*) FROM step WHERE test_id = {test}")),
        1,
        "its own step"
    );
    env.assert_exactly_once(3);
    let sql = format!("SELECT description FROM suite WHERE id = {folder}");
    let described: String = env.db().query_row(&sql, [], |row| row.get(0)).unwrap();
    assert!(
        described.starts_with("Automated tests are imported into this folder (tqi-"),
        "{described}"
    );
    import_changes_nothing(&env).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn adopt_none_does_not_change_manual_tests() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    let person = Person::at(&env);
    let folder = person.folder("cart").await;
    person.test(folder, json!({"name": "adds"})).await;
    let before = env.rows("test");
    let summary = env.import_json(0, &["a.xml", "--adopt", "none"]).await;
    assert_eq!(summary["tests"]["created"], 3);
    assert_eq!(env.rows("test")[0], before[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_edits_to_our_tests_are_not_overwritten() {
    let env = imported().await;
    let person = Person::at(&env);
    let test = person.id("test", "adds");
    let line: String = env
        .db()
        .query_row("SELECT description FROM test WHERE name = 'adds'", [], |row| row.get(0))
        .unwrap();
    let edited = format!("<h1>Why</h1><p>Because.</p><p>{line}</p>");
    person
        .put(&format!("test/{test}"), &json!({"description": edited, "is_automated": false}))
        .await;
    let step = person.number(&format!("SELECT id FROM step WHERE test_id = {test}"));
    person.delete(&format!("step/{step}")).await;
    let summary = import_changes_nothing(&env).await;
    assert_eq!(summary["tests"]["overridden"], 1);
    assert_eq!(summary["tests"]["unchanged"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_test_is_created_again_and_a_deleted_folder_too() {
    let env = imported().await;
    let person = Person::at(&env);
    person.delete(&format!("test/{}", person.id("test", "adds"))).await;
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["tests"]["created"], 1);
    env.assert_exactly_once(3);
    person.delete(&format!("suite/{}", person.id("suite", "cart"))).await;
    let summary = env.import_json(0, &["a.xml", "--lag-wait", "200ms"]).await;
    assert_eq!(summary["complete"], true);
    assert_eq!(summary["suites"]["created"], 1);
    assert_eq!(summary["tests"]["created"], 0, "its tests still exist and are placed again");
    assert_eq!(summary["tests"]["updated"], 2);
    assert_eq!(env.tree().len(), 3, "{:?}", env.tree());
    import_changes_nothing(&env).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_in_two_folders_stays_in_both() {
    let env = imported().await;
    let person = Person::at(&env);
    let smoke = person.folder("Smoke tests").await;
    let test = person.id("test", "greets");
    person.post("suite_test", &json!({"suite_id": smoke, "test_id": test})).await;
    import_changes_nothing(&env).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_root_folder_and_project_are_found() {
    let env = imported().await;
    let person = Person::at(&env);
    let root = person.number("SELECT id FROM suite WHERE is_root");
    person.put(&format!("suite/{root}"), &json!({"name": "Everything"})).await;
    import_changes_nothing(&env).await;
    person.put(&format!("project/{}", person.project()), &json!({"name": "Web shop"})).await;
    let run = env.import(&["a.xml"]).await.expect(2);
    assert!(run.stderr.contains("Web shop"), "{run}");
    let mut command = env.command_without_project(&["a.xml"]);
    command.args(["--project", &person.project().to_string()]);
    crate::support::run(command).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_import_is_finished_by_the_next() {
    let env = imported().await;
    let person = Person::at(&env);
    // As if the import had been killed before its last request.
    let step = person.number("SELECT max(id) FROM step");
    person.delete(&format!("step/{step}")).await;
    let summary = env.import_json(0, &["a.xml", "--lag-wait", "200ms"]).await;
    assert_eq!(summary["tests"]["updated"], 1);
    assert_eq!(summary["steps"]["created"], 1);
    env.assert_exactly_once(3);
}
