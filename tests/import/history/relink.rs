//! `relink`: rows are carried over to the tests that replaced theirs.

use serde_json::json;

use super::{AFTER, BEFORE, field, imported, rows, run, warnings, writes_nothing};
use crate::support::person::Person;
use crate::support::{TestEnv, report};

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_package_keeps_its_rows() {
    let env = imported().await;
    let before = rows(&env);
    let planned = writes_nothing(&env, &["relink", "--dry-run", "after.xml"]).await;
    assert_eq!(
        (&planned["tests"]["relinked"], &planned["tests"]["unchanged"]),
        (&json!(3), &json!(1))
    );
    assert_eq!(planned["changes"][0]["action"], "relink", "{planned}");
    run(&env, &["relink", "--check", "after.xml"]).await.expect(5);
    let summary = run(&env, &["relink", "after.xml"]).await.expect(0).json();
    assert_eq!((&summary["tests"]["relinked"], &summary["complete"]), (&json!(3), &json!(true)));
    assert_eq!(
        (&summary["moved"][0]["linked"], &summary["moved"][0]["tests"]),
        (&json!(true), &json!(3))
    );
    let after = rows(&env);
    assert_eq!(after.len(), before.len());
    for (before, after) in before.iter().zip(&after).take(3) {
        let identity = before.split(['(', ' ']).find(|word| word.starts_with("tqi-")).unwrap();
        assert!(after.contains(&format!(" {identity} tqn-")), "{after}");
        assert!(after.contains("): acme.basket :: "), "{after}");
    }
    assert_eq!(before[3], after[3], "what did not move");
    let again = writes_nothing(&env, &["relink", "after.xml"]).await;
    assert_eq!((&again["tests"]["relinked"], &again["moved"]), (&json!(0), &json!([])));
    writes_nothing(&env, &["after.xml"]).await;
    run(&env, &["relink", "--check", "after.xml"]).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_carries_rows_over_by_itself_on_demand() {
    let env = imported().await;
    env.write("more.xml", &report(&[AFTER[0], AFTER[1], ("acme.new", &["starts"])]));
    let summary = run(&env, &["--moved", "link", "more.xml"]).await.expect(0).json();
    let tests = &summary["tests"];
    assert_eq!(
        (&tests["relinked"], &tests["updated"], &tests["created"], &tests["unchanged"]),
        (&json!(3), &json!(3), &json!(1), &json!(1))
    );
    assert_eq!(env.count("test"), 5);
    writes_nothing(&env, &["--moved", "link", "more.xml"]).await;
    writes_nothing(&env, &["more.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_carried_over_if_reports_may_be_incomplete() {
    let env = imported().await;
    env.write("cut.xml", "<testsuite name='acme.basket'><testcase name='adds'/>");
    env.write(
        "broken.xml",
        "<testsuite name='acme.basket'><error message='no database'/><testcase name='adds'/></testsuite>",
    );
    let before = rows(&env);
    for file in ["cut.xml", "broken.xml"] {
        for command in [&["relink"][..], &["--moved", "link"]] {
            let arguments = [command, &[file]].concat();
            let run = run(&env, &arguments).await.expect(1);
            assert!(run.stderr.contains("none is carried over, and nothing was written"), "{run}");
            assert_eq!(rows(&env), before, "{arguments:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_several_tests_have_are_told_apart_by_their_containers() {
    let env = TestEnv::new().await;
    env.write(
        "a.xml",
        &report(&[("acme.cart.CartTest", &["works", "adds"]), ("acme.cart.PriceTest", &["works"])]),
    );
    run(&env, &["a.xml"]).await.expect(0);
    env.write(
        "a.xml",
        &report(&[
            ("acme.basket.CartTest", &["works", "adds"]),
            ("acme.basket.PriceTest", &["works"]),
        ]),
    );
    run(&env, &["relink", "a.xml"]).await.expect(0);
    let rows = rows(&env);
    for (row, class) in rows.iter().zip(["CartTest", "CartTest", "PriceTest"]) {
        assert!(row.contains(&format!("acme.basket.{class} :: ")), "{rows:?}");
    }
    writes_nothing(&env, &["a.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_told_is_listed_and_not_linked() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("one", &["works"]), ("two", &["works"])]));
    run(&env, &["a.xml"]).await.expect(0);
    env.write("a.xml", &report(&[("red", &["works"]), ("six", &["works"])]));
    let summary = writes_nothing(&env, &["relink", "a.xml"]).await;
    assert_eq!(summary["tests"]["left"], 2);
    assert_eq!(summary["left"][0]["name"], "works");
    assert!(
        summary["left"][0]["reason"].as_str().unwrap().contains("2 new tests and 2 tests"),
        "{summary}"
    );
    let text = env.import(&["relink", "--namespace", "shop", "a.xml"]).await.expect(0).stdout;
    assert!(text.contains("Not carried over: 1 name"), "{text}");
    // The user knows.
    let key = env
        .db()
        .query_row("SELECT key FROM test WHERE description LIKE '%two :: works'", [], |row| {
            row.get::<_, i64>(0)
        })
        .unwrap();
    let pair = format!("TC-{key}=red :: works");
    run(&env, &["relink", "--pair", &pair, "--map", "one=six", "a.xml"]).await.expect(0);
    let rows = rows(&env);
    assert!(rows[0].contains("six :: works") && rows[1].contains("red :: works"), "{rows:?}");
    writes_nothing(&env, &["relink", "--pair", &pair, "--map", "one=six", "a.xml"]).await;
    writes_nothing(&env, &["a.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn similar_names_are_suggested_and_never_linked() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds two articles", "opens"])]));
    run(&env, &["a.xml"]).await.expect(0);
    env.write("a.xml", &report(&[("cart", &["adds two items", "opens"])]));
    let summary = writes_nothing(&env, &["relink", "a.xml"]).await;
    let suggestion = summary["left"][0]["suggestion"].as_str().unwrap().to_owned();
    assert!(
        suggestion.starts_with("--pair TC-") && suggestion.ends_with("=\"adds two items\""),
        "{summary}"
    );
    let key = suggestion.strip_prefix("--pair TC-").unwrap().split('=').next().unwrap();
    let pair = format!("TC-{key}=adds two items");
    run(&env, &["relink", "--rename", "--pair", &pair, "a.xml"]).await.expect(0);
    assert!(env.tree().contains(&"cart: adds two items".to_owned()), "{:?}", env.tree());
    assert_eq!(env.count("test"), 2);
    writes_nothing(&env, &["a.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_that_cannot_be_linked_says_why() {
    let env = imported().await;
    let key = |name: &str| {
        let sql = format!("SELECT key FROM test WHERE name = '{name}'");
        env.db().query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let kept = format!("TC-{}=adds", key("signs in"));
    let own = format!("TC-{}=signs in", key("adds"));
    for (pair, why) in [
        ("TC-999999=adds", "is not in this project"),
        (kept.as_str(), "belongs to another test in these reports"),
        (own.as_str(), "the test is in the project already"),
        (&format!("TC-{}=nothing", key("adds")), "no test in these reports has this name"),
    ] {
        let summary =
            writes_nothing(&env, &["relink", "--dry-run", "--pair", pair, "after.xml"]).await;
        assert!(summary["left"].to_string().contains(why), "{pair}: {summary}");
    }
    run(&env, &["relink", "--pair", "nonsense", "after.xml"]).await.expect(2);
    run(&env, &["relink", "--map", "nonsense", "after.xml"]).await.expect(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_renamed_and_moved_only_where_nobody_else_did() {
    let env = imported().await;
    let person = Person::at(&env);
    let (adds, removes, clears) =
        (person.id("test", "adds"), person.id("test", "removes"), person.id("test", "clears"));
    person.put(&format!("test/{removes}"), &json!({"name": "Removes (by Ann)"})).await;
    let smoke = person.folder("Smoke tests").await;
    let place = person.number(&format!("SELECT id FROM suite_test WHERE test_id = {clears}"));
    person.put(&format!("suite_test/{place}"), &json!({"suite_id": smoke})).await;
    let keys = |id: i64| field(&env, id, "key");
    let pairs = [
        format!("TC-{}=adds an item", keys(adds)),
        format!("TC-{}=removes an item", keys(removes)),
    ];
    env.write(
        "after.xml",
        &report(&[("acme.basket", &["adds an item", "removes an item", "clears"]), BEFORE[1]]),
    );
    let arguments =
        ["relink", "--rename", "--move", "--pair", &pairs[0], "--pair", &pairs[1], "after.xml"];
    let summary = run(&env, &arguments).await.expect(0).json();
    assert_eq!(summary["tests"]["relinked"], 3, "{summary}");
    assert!(
        warnings(&summary).contains(&format!("test {clears} (\\\"clears\\\") stays in its folder")),
        "{summary}"
    );
    let tree = env.tree();
    for row in ["acme/basket: adds an item", "acme/basket: Removes (by Ann)", "Smoke tests: clears"]
    {
        assert!(tree.contains(&row.to_owned()), "{tree:?}");
    }
    let second = writes_nothing(&env, &arguments).await;
    assert_eq!(second["tests"]["relinked"], 0);
    writes_nothing(&env, &["after.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_edited_stays() {
    let env = imported().await;
    let person = Person::at(&env);
    let adds = person.id("test", "adds");
    let line = field(&env, adds, "description");
    let edited = format!("<h1>Why</h1><p>Because.</p><p>{line}</p><p>See the wiki.</p>");
    person
        .put(&format!("test/{adds}"), &json!({"name": "Adds", "description": edited, "is_automated": false, "precondition": "a cart"}))
        .await;
    let noted = person.id("test", "removes");
    let note = format!("{} (ask Ann)", field(&env, noted, "description"));
    person.put(&format!("test/{noted}"), &json!({"description": note})).await;
    let step = person.number(&format!("SELECT id FROM step WHERE test_id = {adds}"));
    person.put(&format!("step/{step}"), &json!({"step": "Mine."})).await;
    let (steps, places) = (live(&env, "step"), live(&env, "suite_test"));
    run(&env, &["relink", "--rename", "after.xml"]).await.expect(0);
    let description = field(&env, adds, "description");
    assert!(
        description.starts_with("<h1>Why</h1><p>Because.</p><p>Automated test (tqi-"),
        "{description}"
    );
    assert!(
        description.ends_with("): acme.basket :: adds</p><p>See the wiki.</p>"),
        "{description}"
    );
    assert_eq!(
        (
            field(&env, adds, "name"),
            field(&env, adds, "is_automated"),
            field(&env, adds, "precondition")
        ),
        ("Adds".to_owned(), "0".to_owned(), "a cart".to_owned())
    );
    assert!(field(&env, noted, "description").ends_with("acme.cart :: removes (ask Ann)"));
    assert_eq!((live(&env, "step"), live(&env, "suite_test")), (steps, places));
    let summary = writes_nothing(&env, &["after.xml"]).await;
    assert_eq!(
        (&summary["tests"]["unchanged"], &summary["tests"]["overridden"]),
        (&json!(4), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_edits_while_a_row_is_carried_over_is_told() {
    let env = imported().await.with_faults(&["edited PUT test 1"]).await;
    let run = run(&env, &["relink", "after.xml"]).await.expect(1);
    assert!(
        run.stderr.contains("somebody changed test")
            && run.stderr.contains("Somebody else wrote this."),
        "{run}"
    );
    assert_eq!(
        super::run(&env, &["relink", "after.xml"]).await.expect(0).json()["changes"],
        json!([])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_changes_descriptions_keeps_its_rows() {
    let env = imported().await.with_faults(&["stores=description:escape test"]).await;
    let before = rows(&env);
    let run = run(&env, &["relink", "after.xml"]).await.expect(1);
    assert!(warnings(&run.json()).contains("does not keep descriptions as they are sent"), "{run}");
    assert_eq!(rows(&env), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_namespace_is_taken_back() {
    let env = imported().await;
    run(&env, &["--namespace", "shpo", "--new-namespace", "after.xml"]).await.expect(0);
    assert_eq!(env.count("test"), 8);
    // The tests that exist under the right name keep their rows: only those that moved are carried over.
    let summary =
        run(&env, &["relink", "--from-namespace", "shpo", "after.xml"]).await.expect(0).json();
    assert_eq!(summary["tests"]["relinked"], 3, "{summary}");
    writes_nothing(&env, &["after.xml"]).await;
    writes_nothing(&env, &["relink", "--from-namespace", "shpo", "after.xml"]).await;
}

/// Id and epoch of each row that is not deleted.
fn live(env: &TestEnv, table: &str) -> Vec<String> {
    let db = env.db();
    let sql =
        format!("SELECT id || ' ' || epoch FROM {table} WHERE deleted_at IS NULL ORDER BY id");
    let mut statement = db.prepare(&sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}
