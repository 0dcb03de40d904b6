//! What an import says about tests that moved. It reads only.

use serde_json::json;

use super::{imported, run, warnings, writes_nothing};
use crate::support::person::Person;
use crate::support::{TestEnv, report};

#[tokio::test(flavor = "multi_thread")]
async fn moved_tests_are_named_by_container() {
    let env = imported().await;
    let planned = writes_nothing(&env, &["--dry-run", "after.xml"]).await;
    let said = "3 new tests have the names of tests that are no longer reported: acme.cart → acme.basket (3); `tq-import relink`";
    assert!(warnings(&planned).contains(said), "{planned}");
    let moved = &planned["moved"];
    assert_eq!(moved.as_array().unwrap().len(), 1, "{moved}");
    assert_eq!(
        (&moved[0]["from"], &moved[0]["to"], &moved[0]["tests"], &moved[0]["linked"]),
        (&json!("acme.cart"), &json!("acme.basket"), &json!(3), &json!(false))
    );
    assert_eq!(moved[0]["pairs"][0]["name"], "adds");
    let shown =
        env.import(&["--dry-run", "--namespace", "shop", "after.xml"]).await.expect(0).stdout;
    assert!(shown.contains("acme.cart → acme.basket (3)"), "{shown}");
    // Nothing else changes: the tests are created.
    let summary = run(&env, &["after.xml"]).await.expect(0).json();
    assert_eq!(summary["tests"]["created"], 3);
    assert!(warnings(&summary).contains(said), "{summary}");
    let again = writes_nothing(&env, &["after.xml"]).await;
    assert_eq!((&again["moved"], &again["warnings"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_with_further_tests_says_nothing() {
    let env = imported().await;
    env.write("more.xml", &report(&[("acme.search", &["finds", "sorts"])]));
    let summary = run(&env, &["more.xml"]).await.expect(0).json();
    assert_eq!((&summary["moved"], &summary["warnings"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_under_a_new_namespace_stops_before_the_first_write() {
    let env = imported().await;
    for (known, wrong) in [("shop", ""), ("shop", "shpo")] {
        let run = run(&env, &["--namespace", wrong, "before.xml"]).await.expect(1);
        assert!(
            run.stderr
                .contains("4 of the 4 new tests exist in this project under another namespace"),
            "{run}"
        );
        assert!(
            run.stderr.contains("--new-namespace")
                && run.stderr.contains("relink --from-namespace"),
            "{run}"
        );
        assert_eq!(env.count("test"), 4, "{known} {wrong}");
        assert_eq!(run.json()["complete"], false);
    }
    let planned =
        run(&env, &["--namespace", "shpo", "--dry-run", "before.xml"]).await.expect(0).json();
    assert!(
        warnings(&planned).contains("4 new tests exist in this project under another namespace"),
        "{planned}"
    );
    let meant = ["--namespace", "web", "--new-namespace", "before.xml"];
    let summary = run(&env, &meant).await.expect(0).json();
    assert_eq!((&summary["tests"]["created"], &summary["warnings"]), (&json!(4), &json!([])));
    // It has tests now.
    writes_nothing(&env, &["--namespace", "web", "before.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_is_set_late_is_told_from_none() {
    let env = TestEnv::new().await;
    env.write("before.xml", &report(super::BEFORE));
    run(&env, &["--namespace", "", "before.xml"]).await.expect(0);
    let stopped = run(&env, &["before.xml"]).await.expect(1);
    assert!(stopped.stderr.contains("under no namespace"), "{stopped}");
    assert_eq!(env.count("test"), 4);
    run(&env, &["relink", "--from-namespace", "", "before.xml"]).await.expect(0);
    for namespace in ["", "shop"] {
        writes_nothing(&env, &["--namespace", namespace, "before.xml"]).await;
    }
    env.assert_exactly_once(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tests_of_another_namespace_are_no_reason_to_stop() {
    let env = imported().await;
    env.write("few.xml", &report(&[("acme.cart", &["adds", "removes"])]));
    let summary = run(&env, &["--namespace", "web", "few.xml"]).await.expect(0).json();
    assert_eq!(summary["tests"]["created"], 2);
    assert!(
        warnings(&summary).contains("2 new tests exist in this project under another namespace"),
        "{summary}"
    );
    // Nor is a minority.
    env.write(
        "many.xml",
        &report(&[("acme.cart", super::BEFORE[0].1), ("new", &["a", "b", "c", "d"])]),
    );
    let summary = run(&env, &["--namespace", "api", "many.xml"]).await.expect(0).json();
    assert_eq!(summary["tests"]["created"], 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unlinked_test_in_another_folder_is_named_and_linked_on_demand() {
    let env = TestEnv::new().await;
    let person = Person::at(&env);
    let folder = person.folder("By hand").await;
    let test = person.test(folder, json!({"name": "adds", "description": "<p>Mine.</p>"})).await;
    let twice = [
        person.test(folder, json!({"name": "removes"})).await,
        person.test(folder, json!({"name": "removes"})).await,
    ];
    env.write("a.xml", &report(super::BEFORE));
    let planned = writes_nothing(&env, &["--dry-run", "a.xml"]).await;
    assert!(
        warnings(&planned)
            .contains(&format!("unlinked test in another folder (first: test {test})")),
        "{planned}"
    );
    let mut explain = env.command(&["explain", "adds", "a.xml"]);
    explain.args(["--namespace", "shop"]);
    let explained = crate::support::run(explain).await.expect(0).stdout;
    assert!(
        explained.contains(&format!("test {test}")) && explained.contains("--adopt anywhere"),
        "{explained}"
    );
    let summary = run(&env, &["--adopt", "anywhere", "a.xml"]).await.expect(0).json();
    assert_eq!(
        (&summary["tests"]["adopted"], &summary["tests"]["created"]),
        (&json!(1), &json!(3))
    );
    assert!(
        super::field(&env, test, "description").starts_with("<p>Mine.</p>\n\nAutomated test (")
    );
    for id in twice {
        assert_eq!(super::field(&env, id, "description"), "");
    }
    assert!(env.tree().contains(&"By hand: adds".to_owned()), "{:?}", env.tree());
    writes_nothing(&env, &["--adopt", "anywhere", "a.xml"]).await;
    writes_nothing(&env, &["a.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_change_with_every_run_are_named() {
    let env = TestEnv::new().await;
    env.write(
        "a.xml",
        &report(&[("orders", &["pays order 0b6a1f36-5d5e-4b0a-9d2c-0f4b8e1c2d3e", "opens"])]),
    );
    run(&env, &["a.xml"]).await.expect(0);
    env.write(
        "a.xml",
        &report(&[("orders", &["pays order 77aa1f36-5d5e-4b0a-9d2c-0f4b8e1c2d3e", "opens"])]),
    );
    let summary = run(&env, &["a.xml"]).await.expect(0).json();
    let said = warnings(&summary);
    assert!(
        said.contains(
            "1 new test differs from a test that is no longer reported only in a part that changes"
        ),
        "{said}"
    );
    assert!(said.contains("77aa1f36") && said.contains("0b6a1f36"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_names_the_row_of_a_test_that_moved() {
    let env = imported().await;
    let adds = Person::at(&env).id("test", "adds");
    let mut command = env.command(&["explain", "adds", "after.xml"]);
    command.args(["--namespace", "shop"]);
    let explained = crate::support::run(command).await.expect(0).stdout;
    let line = explained.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = format!("a test that is no longer reported has its name (test {adds}, TC-");
    assert!(line.contains(&said) && line.contains("relink"), "{explained}");
    run(&env, &["relink", "after.xml"]).await.expect(0);
    let mut command = env.command(&["explain", "adds", "after.xml"]);
    command.args(["--namespace", "shop"]);
    let explained = crate::support::run(command).await.expect(0).stdout;
    assert!(explained.contains("would not change it"), "{explained}");
}
