//! `retire`: tests that no report names move into a folder of their own.

use serde_json::{Value, json};

use super::{BEFORE, field, imported, rows, run, warnings, writes_nothing};
use crate::support::person::Person;
use crate::support::{TestEnv, report};

/// The reports no longer have the package `cart`.
async fn shrunk() -> TestEnv {
    let env = imported().await;
    env.write("less.xml", &report(&[BEFORE[1]]));
    env
}

const RETIRE: &[&str] = &["retire", "--limit", "100%", "less.xml"];

#[tokio::test(flavor = "multi_thread")]
async fn tests_in_no_report_are_moved_and_empty_folders_removed() {
    let env = shrunk().await;
    let before = rows(&env);
    let planned =
        writes_nothing(&env, &["retire", "--dry-run", "--limit", "100%", "less.xml"]).await;
    assert_eq!(planned["changes"].as_array().unwrap().len(), 3 + 1, "{planned}");
    assert_eq!(
        (&planned["changes"][0]["action"], &planned["changes"][0]["kind"]),
        (&json!("retire"), &json!("test"))
    );
    run(&env, &["retire", "--check", "--limit", "100%", "less.xml"]).await.expect(5);
    let summary = run(&env, RETIRE).await.expect(0).json();
    assert_eq!(summary["complete"], true, "{summary}");
    assert_eq!(
        env.tree(),
        ["Retired: adds", "Retired: clears", "Retired: removes", "acme/user: signs in"]
    );
    assert_eq!(rows(&env), before, "the tests themselves are not written");
    let removed =
        summary["changes"].as_array().unwrap().iter().filter(|change| change["action"] == "delete");
    assert_eq!(
        removed.map(|change| change["path"].to_string()).collect::<Vec<_>>(),
        ["[\"acme\",\"cart\"]"]
    );
    writes_nothing(&env, RETIRE).await;
    // They are not stale any more.
    let stale = writes_nothing(&env, &["--stale", "report", "less.xml"]).await;
    assert_eq!(stale["tests"]["stale"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_is_reported_again_is_placed_back_and_can_be_retired_again() {
    let env = shrunk().await;
    let tree = env.tree();
    for _ in 0..2 {
        run(&env, RETIRE).await.expect(0);
        assert!(env.tree().contains(&"Retired: adds".to_owned()), "{:?}", env.tree());
        let planned = writes_nothing(&env, &["--dry-run", "before.xml"]).await;
        assert_eq!(planned["changes"][1]["action"], "restore", "{planned}");
        let summary = run(&env, &["before.xml"]).await.expect(0).json();
        assert_eq!(
            (&summary["tests"]["updated"], &summary["tests"]["created"]),
            (&json!(3), &json!(0))
        );
        assert_eq!(env.tree(), tree);
        env.assert_exactly_once(4);
        writes_nothing(&env, &["before.xml"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_test_is_carried_over() {
    let env = shrunk().await;
    run(&env, RETIRE).await.expect(0);
    let summary = run(&env, &["relink", "after.xml"]).await.expect(0).json();
    assert_eq!(summary["tests"]["relinked"], 3, "{summary}");
    assert!(env.tree().contains(&"acme/basket: adds".to_owned()), "{:?}", env.tree());
    env.assert_exactly_once(4);
    writes_nothing(&env, &["after.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_placed_or_put_into_the_folder_stays() {
    let env = shrunk().await;
    let person = Person::at(&env);
    let (adds, removes) = (person.id("test", "adds"), person.id("test", "removes"));
    let smoke = person.folder("Smoke tests").await;
    let place = person.number(&format!("SELECT id FROM suite_test WHERE test_id = {adds}"));
    person.put(&format!("suite_test/{place}"), &json!({"suite_id": smoke})).await;
    person.post("suite_test", &json!({"suite_id": smoke, "test_id": removes})).await;
    person.test(person.id("suite", "cart"), json!({"name": "by hand"})).await;
    let summary = run(&env, RETIRE).await.expect(0).json();
    assert_eq!(
        env.tree(),
        [
            "Retired: clears",
            "Smoke tests: adds",
            "Smoke tests: removes",
            "acme/cart: by hand",
            "acme/cart: removes",
            "acme/user: signs in"
        ]
    );
    assert_eq!(summary["left"].as_array().unwrap().len(), 2, "{summary}");
    let second = writes_nothing(&env, RETIRE).await;
    assert_eq!(second["left"], summary["left"]);
    // A person takes one out of the folder: it stays where it was put.
    let clears = person.id("test", "clears");
    let place = person.number(&format!(
        "SELECT id FROM suite_test WHERE test_id = {clears} AND deleted_at IS NULL"
    ));
    person.put(&format!("suite_test/{place}"), &json!({"suite_id": smoke})).await;
    writes_nothing(&env, RETIRE).await;
    writes_nothing(&env, &["before.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_fifth_of_the_namespace_needs_a_limit() {
    let env = shrunk().await;
    let before = env.tree();
    let run = run(&env, &["retire", "less.xml"]).await.expect(1);
    assert!(
        run.stderr.contains(
            "3 of the 4 tests of this namespace are in no report, more than the limit of 20%"
        ),
        "{run}"
    );
    assert_eq!(env.tree(), before);
    super::run(&env, &["retire", "--limit", "3", "--to", "Old/Web", "less.xml"]).await.expect(0);
    assert!(env.tree().contains(&"Old/Web: adds".to_owned()), "{:?}", env.tree());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_retired_if_reports_may_be_incomplete() {
    let env = shrunk().await;
    env.write("cut.xml", "<testsuite name='acme.user'><testcase name='signs in'/>");
    let before = env.tree();
    let run = run(&env, &["retire", "--limit", "100%", "cut.xml"]).await.expect(1);
    assert!(run.stderr.contains("none is retired, and nothing was written"), "{run}");
    assert_eq!(env.tree(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flag_is_cleared_on_demand_only() {
    let env = shrunk().await;
    let adds = Person::at(&env).id("test", "adds");
    run(&env, RETIRE).await.expect(0);
    assert_eq!(field(&env, adds, "is_automated"), "1");
    run(&env, &["before.xml"]).await.expect(0);
    let unmark = ["retire", "--unmark", "--limit", "100%", "less.xml"];
    run(&env, &unmark).await.expect(0);
    assert_eq!(field(&env, adds, "is_automated"), "0");
    let summary = writes_nothing(&env, &unmark).await;
    assert!(!warnings(&summary).contains("refused"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn retire_continues_after_a_kill() {
    let arguments = ["retire", "--unmark", "--limit", "100%", "less.xml"];
    super::kills::killed_at_every_request(shrunk, &arguments).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn placing_back_continues_after_a_kill() {
    let prepare = async || {
        let env = shrunk().await;
        run(&env, RETIRE).await.expect(0);
        env
    };
    super::kills::killed_at_every_request(prepare, &["before.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_that_relink_moved_can_be_moved_again_and_retired() {
    let env = imported().await;
    env.write("less.xml", &report(&[BEFORE[1]]));
    let moved = |package: &'static str| [(package, BEFORE[0].1), BEFORE[1]];
    for (package, folder) in [("acme.basket", "acme/basket"), ("acme.shop", "acme/shop")] {
        env.write("moved.xml", &report(&moved(package)));
        run(&env, &["relink", "--move", "moved.xml"]).await.expect(0);
        assert!(env.tree().contains(&format!("{folder}: adds")), "{:?}", env.tree());
        writes_nothing(&env, &["moved.xml"]).await;
    }
    let planned =
        writes_nothing(&env, &["retire", "--dry-run", "--limit", "100%", "less.xml"]).await;
    assert_eq!(planned["left"], json!([]), "{planned}");
    let summary = run(&env, RETIRE).await.expect(0).json();
    assert_eq!(summary["left"], json!([]), "{summary}");
    assert!(env.tree().contains(&"Retired: adds".to_owned()), "{:?}", env.tree());
    let of_plan = |change: &&Value| change["action"] != "create";
    let done = summary["changes"].as_array().unwrap().iter().filter(of_plan);
    assert!(done.eq(planned["changes"].as_array().unwrap()), "{planned} {summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_leaves_out_what_people_placed_and_makes_no_folder_for_nothing() {
    let env = shrunk().await;
    let person = Person::at(&env);
    let smoke = person.folder("Smoke tests").await;
    for name in ["adds", "removes", "clears"] {
        let test = person.id("test", name);
        let place = person.number(&format!("SELECT id FROM suite_test WHERE test_id = {test}"));
        person.put(&format!("suite_test/{place}"), &json!({"suite_id": smoke})).await;
    }
    let folders = env.count("suite");
    let check = ["retire", "--check", "--limit", "100%", "less.xml"];
    let planned = run(&env, &check).await.expect(5).json();
    assert_eq!(
        (planned["left"].as_array().unwrap().len(), &planned["changes"][0]["action"]),
        (3, &json!("delete")),
        "{planned}"
    );
    let summary = run(&env, RETIRE).await.expect(0).json();
    assert_eq!(summary["left"], planned["left"]);
    assert_eq!(env.count("suite"), folders - 1, "the folder is gone that is empty");
    run(&env, &check).await.expect(0);
}
