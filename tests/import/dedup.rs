//! Duplicates of concurrent imports are deleted, and no row of a person is.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::person::Person;
use crate::support::{TestEnv, report, run};

const SHOP: &[(&str, &[&str])] = &[("cart", &["adds", "removes"]), ("login", &["greets"])];

async fn imported() -> TestEnv {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    env.import(&["a.xml"]).await.expect(0);
    env
}

fn text(env: &TestEnv, sql: &str) -> String {
    env.db().query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Changes fields that a client cannot change.
fn by_hand(env: &TestEnv, sql: &str) {
    let db = Connection::open(&env.running.db).unwrap();
    assert!(db.execute(sql, []).unwrap() > 0, "{sql}");
}

impl Person<'_> {
    /// Creates the same test again, as another import would have written it.
    async fn duplicate_test(&self, name: &str, suite: i64) -> i64 {
        let description = text(
            self.env,
            &format!("SELECT description FROM test WHERE name = '{name}' ORDER BY id LIMIT 1"),
        );
        let fields = json!({"name": name, "description": description, "is_automated": true});
        let id = self.test(suite, fields).await;
        self.step(id, 1).await;
        id
    }

    async fn step(&self, test: i64, sequence: i64) -> i64 {
        let body = json!({"step": "Run the automated test", "expected_result": "It passes", "sequence": sequence,
            "project_id": self.project(), "test_id": test});
        self.post("step", &body).await["id"].as_i64().unwrap()
    }

    async fn duplicate_folder(&self, name: &str) -> i64 {
        let description = text(
            self.env,
            &format!("SELECT description FROM suite WHERE name = '{name}' ORDER BY id LIMIT 1"),
        );
        let root = self.number("SELECT id FROM suite WHERE is_root");
        let plan = self.number("SELECT id FROM plan WHERE is_root");
        let body = json!({"name": name, "description": description, "plan_id": plan,
            "project_id": self.project(), "plan_suite": {"parent_id": root}});
        self.post("suite", &body).await["id"].as_i64().unwrap()
    }

    fn is_live(&self, table: &str, id: i64) -> bool {
        self.number(&format!("SELECT deleted_at IS NULL FROM {table} WHERE id = {id}")) == 1
    }
}

fn actions(summary: &Value) -> Vec<String> {
    let changes = summary["changes"].as_array().unwrap().iter();
    let word = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
    changes
        .map(|change| {
            format!("{} {} {}", word(change, "action"), word(change, "kind"), word(change, "name"))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_test_is_deleted_with_its_step() {
    let env = imported().await;
    let person = Person::at(&env);
    let duplicate = person.duplicate_test("adds", person.id("suite", "cart")).await;
    let planned = env.import_json(0, &["--dry-run", "a.xml"]).await;
    assert_eq!(actions(&planned), ["delete test adds"]);
    assert!(person.is_live("test", duplicate), "a dry run deletes nothing");
    env.import_json(5, &["--check", "a.xml"]).await;
    let shown = env.import(&["--dry-run", "a.xml"]).await.expect(0).stdout;
    assert!(shown.contains("cleanup   1 duplicate test to delete"), "{shown}");
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(actions(&summary), ["delete test adds"]);
    assert_eq!(summary["complete"], true);
    assert!(!person.is_live("test", duplicate));
    env.assert_exactly_once(3);
    let again = env.import_json(0, &["a.xml"]).await;
    assert_eq!(again["requests"]["delete"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_that_may_be_a_persons_work_are_kept_with_a_warning() {
    type Change = fn(&TestEnv, i64);
    let changes: [(&str, Change); 4] = [
        ("created much later", |env, duplicate| {
            by_hand(
                env,
                &format!(
                    "UPDATE test SET created_at = '2031-01-01T00:00:00.000000+00:00' WHERE id = {duplicate}"
                ),
            );
        }),
        ("edited", |env, duplicate| {
            by_hand(env, &format!("UPDATE test SET epoch = 1 WHERE id = {duplicate}"));
        }),
        ("renamed", |env, duplicate| {
            by_hand(env, &format!("UPDATE test SET name = 'adds (copy)' WHERE id = {duplicate}"));
        }),
        ("described", |env, duplicate| {
            by_hand(
                env,
                &format!(
                    "UPDATE test SET description = 'See the wiki. ' || description WHERE id = {duplicate}"
                ),
            );
        }),
    ];
    for (how, change) in changes {
        let env = imported().await;
        let person = Person::at(&env);
        let duplicate = person.duplicate_test("adds", person.id("suite", "cart")).await;
        change(&env, duplicate);
        let summary = env.import_json(0, &["a.xml"]).await;
        assert!(person.is_live("test", duplicate), "{how}");
        assert_eq!(summary["complete"], true, "{how}");
        assert_eq!(summary["requests"]["delete"], 0, "{how}");
        let warnings = summary["warnings"].to_string();
        assert!(warnings.contains("exists 2 times in the project"), "{how}: {warnings}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_in_a_run_or_in_another_folder_is_kept() {
    let env = imported().await;
    let person = Person::at(&env);
    let used = person.duplicate_test("adds", person.id("suite", "cart")).await;
    let plan = person.number("SELECT id FROM plan WHERE is_root");
    let run = json!({"name": "nightly", "plan_id": plan, "project_id": person.project()});
    let run = person.post("run", &run).await["id"].as_i64().unwrap();
    if person.number(&format!("SELECT count(*) FROM run_result WHERE test_id = {used}")) == 0 {
        let result = json!({"run_id": run, "test_id": used, "project_id": person.project(),
            "suite_id": person.id("suite", "cart")});
        person.post("run_result", &result).await;
    }
    // Created after the run: its folder is the only reason to keep it.
    let elsewhere = person.duplicate_test("removes", person.folder("By hand").await).await;
    let summary = env.import_json(0, &["a.xml"]).await;
    assert!(person.is_live("test", used) && person.is_live("test", elsewhere));
    assert_eq!(summary["requests"]["delete"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_folder_is_deleted_after_its_tests_were_moved() {
    let env = imported().await;
    let person = Person::at(&env);
    let (cart, duplicate) = (person.id("suite", "cart"), person.duplicate_folder("cart").await);
    // One test is in the duplicate folder, another in both.
    let removes = person.id("test", "removes");
    let place = person.number(&format!("SELECT id FROM suite_test WHERE test_id = {removes}"));
    person.put(&format!("suite_test/{place}"), &json!({"suite_id": duplicate})).await;
    person.duplicate_test("adds", duplicate).await;
    let planned = env.import_json(0, &["--dry-run", "a.xml"]).await;
    assert_eq!(actions(&planned), ["delete test adds", "move test removes", "delete folder cart"]);
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["complete"], true, "{summary}");
    assert!(!person.is_live("suite", duplicate) && person.is_live("suite", cart));
    assert_eq!(env.tree(), ["cart: adds", "cart: removes", "login: greets"]);
    env.assert_exactly_once(3);
    assert_eq!(env.import_json(0, &["a.xml"]).await["changes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nested_duplicate_folders_are_deleted_from_the_inside_out() {
    let env = TestEnv::new().await;
    let xml = "<testsuites><testsuite name='web'><testsuite name='cart'><testcase name='adds'/></testsuite></testsuite></testsuites>";
    env.write("a.xml", xml);
    env.import(&["a.xml"]).await.expect(0);
    let person = Person::at(&env);
    let web = person.duplicate_folder("web").await;
    // The inner folder with its test is below the duplicate.
    let cart = person.id("suite", "cart");
    let place = person.number(&format!("SELECT id FROM plan_suite WHERE suite_id = {cart}"));
    person.put(&format!("plan_suite/{place}"), &json!({"parent_id": web})).await;
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(actions(&summary), ["move folder cart", "delete folder web"]);
    assert_eq!(env.tree(), ["web/cart: adds"]);
    env.assert_exactly_once(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_folder_that_somebody_uses_is_kept() {
    let env = imported().await;
    let person = Person::at(&env);
    let duplicate = person.duplicate_folder("cart").await;
    person.test(duplicate, json!({"name": "by hand"})).await;
    let summary = env.import_json(0, &["a.xml"]).await;
    assert!(person.is_live("suite", duplicate));
    assert_eq!(summary["requests"]["delete"], 0);
    let warnings = summary["warnings"].to_string();
    assert!(warnings.contains("folder \\\"cart\\\" exists 2 times"), "{warnings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_step_is_deleted_unless_it_was_edited() {
    let env = imported().await;
    let person = Person::at(&env);
    let (spare, edited) = (
        person.step(person.id("test", "adds"), 1).await,
        person.step(person.id("test", "removes"), 1).await,
    );
    person.put(&format!("step/{edited}"), &json!({"expected_result": "It is blue"})).await;
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(actions(&summary), ["delete step adds"]);
    assert!(!person.is_live("step", spare) && person.is_live("step", edited));
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_of_an_editor_around_our_line_does_not_keep_a_duplicate() {
    let env = imported().await;
    let person = Person::at(&env);
    let duplicate = person.duplicate_test("adds", person.id("suite", "cart")).await;
    by_hand(
        &env,
        &format!(
            "UPDATE test SET description = '<p>' || description || '</p>' WHERE id = {duplicate}"
        ),
    );
    env.import_json(0, &["a.xml"]).await;
    assert!(!person.is_live("test", duplicate));
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_imports_end_in_one_project() {
    for round in 0..6 {
        let env = TestEnv::new().await;
        env.write(
            "a.xml",
            &report(&[("cart", &["adds", "removes", "pays"]), ("login", &["greets"])]),
        );
        env.write(
            "b.xml",
            &report(&[("cart", &["removes", "pays", "ships"]), ("admin", &["logs in"])]),
        );
        let imports = ["a.xml", "b.xml", "a.xml"].map(|file| {
            let mut command = env.command(&["--format", "json"]);
            command.args([file]);
            tokio::spawn(run(command))
        });
        for import in imports {
            let run = import.await.unwrap();
            assert!([0, 1].contains(&run.code), "round {round}: {run}");
        }
        env.import_json(0, &["a.xml", "b.xml"]).await;
        env.assert_exactly_once(6);
        assert_eq!(env.count("suite"), 4, "round {round}: {:?}", env.tree());
        assert_eq!(env.import_json(0, &["a.xml", "b.xml"]).await["changes"], json!([]));
    }
}
