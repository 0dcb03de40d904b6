//! The first import, and the same one again.

use crate::support::{TestEnv, binary, report, run};

const CART: (&str, &[&str]) = ("cart", &["adds an article", "removes an article", "~ships abroad"]);

#[tokio::test(flavor = "multi_thread")]
async fn every_test_exists_once_in_its_folder_and_is_automated() {
    let env = TestEnv::new().await;
    env.write("reports/a.xml", &report(&[CART, ("login", &["greets", "!refuses"])]));
    let summary = env.import_json(0, &["reports"]).await;
    assert_eq!(summary["complete"], true);
    assert_eq!(summary["tests"]["created"], 5);
    assert_eq!(summary["tests"]["seen"], 5);
    assert_eq!(summary["suites"]["created"], 2);
    assert_eq!(summary["steps"]["created"], 5);
    assert_eq!(summary["reports"]["failed"], 1);
    assert_eq!(summary["reports"]["skipped"], 1);
    assert_eq!(summary["failures"][0]["name"], "refuses");
    assert_eq!(summary["project"]["name"], "Demo");
    env.assert_exactly_once(5);
    assert_eq!(
        env.tree(),
        [
            "cart: adds an article",
            "cart: removes an article",
            "cart: ships abroad",
            "login: greets",
            "login: refuses"
        ]
    );
    let manual: i64 = env
        .db()
        .query_row("SELECT count(*) FROM test WHERE NOT is_automated", [], |row| row.get(0))
        .unwrap();
    assert_eq!(manual, 0);
    let description: String = env
        .db()
        .query_row("SELECT description FROM test WHERE name = 'greets'", [], |row| row.get(0))
        .unwrap();
    assert!(description.starts_with("Automated test (tqi-"), "{description}");
    assert!(description.ends_with("): login :: greets"), "{description}");
    let step: (String, String) = env
        .db()
        .query_row("SELECT step, expected_result FROM step LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(step, ("Run the automated test".to_owned(), "It passes".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_import_again_sends_no_write() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[CART, ("login", &["greets"])]));
    env.import(&["a.xml"]).await.expect(0);
    let tables = ["suite", "plan_suite", "test", "suite_test", "step"];
    let before: Vec<_> = tables.iter().map(|table| env.rows(table)).collect();
    let _ = env.journal.take();
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["complete"], true);
    assert_eq!(summary["tests"]["unchanged"], 4);
    assert_eq!(summary["changes"].as_array().unwrap().len(), 0);
    assert_eq!(env.journal.writes(), 0, "{:?}", env.journal.entries());
    let after: Vec<_> = tables.iter().map(|table| env.rows(table)).collect();
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_further_report_adds_new_tests() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[CART]));
    env.import(&["a.xml"]).await.expect(0);
    env.write(
        "b.xml",
        &report(&[("cart", &["adds an article", "clears"]), ("login", &["greets"])]),
    );
    let summary = env.import_json(0, &["a.xml", "b.xml"]).await;
    assert_eq!(summary["tests"]["created"], 2);
    assert_eq!(summary["tests"]["unchanged"], 3);
    assert_eq!(summary["tests"]["merged"], 1, "one case is in both reports");
    env.assert_exactly_once(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_prints_the_plan_and_writes_nothing() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[CART]));
    let summary = env.import_json(0, &["a.xml", "--dry-run"]).await;
    assert_eq!(summary["dry_run"], true);
    assert_eq!(summary["complete"], serde_json::Value::Null);
    assert_eq!(summary["tests"]["created"], 3);
    let changes = summary["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 4);
    assert_eq!(changes[0]["kind"], "folder");
    assert_eq!(env.journal.writes(), 0);
    env.assert_exactly_once(0);
    let text = env.import(&["a.xml", "--dry-run"]).await.expect(0).stdout;
    assert!(text.contains("adds an article"), "{text}");
    assert!(text.contains("nothing was written"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn namespaces_separate_repositories_and_folders_do_not() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[CART]));
    env.import(&["a.xml", "--namespace", "shop", "--folder", "Web/Shop"]).await.expect(0);
    env.import(&["a.xml", "--namespace", "till", "--new-namespace"]).await.expect(0);
    env.assert_exactly_once(6);
    // The folder of a new test is not part of its identity.
    let summary =
        env.import_json(0, &["a.xml", "--namespace", "shop", "--folder", "Elsewhere"]).await;
    assert_eq!(summary["tests"]["unchanged"], 3);
    assert_eq!(summary["namespace"], "shop");
    assert_eq!(env.tree().iter().filter(|path| path.starts_with("Web/Shop/cart: ")).count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_read_if_the_server_limits_their_size() {
    let env = TestEnv::with(|options| options.max_per_page = Some(7)).await;
    let names: Vec<String> = (0..40).map(|number| format!("case {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    env.write("a.xml", &report(&[("many", &names)]));
    env.import(&["a.xml"]).await.expect(0);
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["tests"]["unchanged"], 40);
    env.assert_exactly_once(40);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_names_are_shortened() {
    let env = TestEnv::new().await;
    let long = "x".repeat(400);
    env.write("a.xml", &report(&[("cart", &[&long, "adds", "removes"])]));
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["tests"]["created"], 3, "long names are shortened, not refused");
    let cut = env.tree().into_iter().find(|name| name.contains("xxx")).unwrap();
    assert!(cut.contains("… #"), "{cut}");
}

#[test]
fn the_embedded_sandbox_needs_no_account_and_remembers() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), report(&[CART])).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let import = || {
        let mut command = binary(directory.path());
        command.args(["--sandbox", "a.xml", "--format", "json"]);
        // Settings of a real account must not matter.
        command.env("TQ_ACCESS_TOKEN", "tqp-canary").env("TQ_HOST", "https://api.testquality.com");
        runtime.block_on(run(command)).expect(0)
    };
    let first = import();
    assert_eq!(first.json()["tests"]["created"], 3);
    assert_eq!(first.json()["project"]["name"], "Demo");
    let second = import();
    assert_eq!(second.json()["tests"]["unchanged"], 3);
    assert_eq!(second.json()["requests"]["post"], 0);
    assert!(!first.stdout.contains("canary") && !first.stderr.contains("canary"));
}

#[test]
fn the_embedded_sandbox_can_use_a_given_file() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), report(&[CART])).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut command = binary(directory.path());
    command.args(["--sandbox=mine.db", "a.xml"]);
    runtime.block_on(run(command)).expect(0);
    let db = rusqlite::Connection::open(directory.path().join("mine.db")).unwrap();
    let tests: i64 = db.query_row("SELECT count(*) FROM test", [], |row| row.get(0)).unwrap();
    assert_eq!(tests, 3);
    assert!(!directory.path().join("user-data").exists());
}
