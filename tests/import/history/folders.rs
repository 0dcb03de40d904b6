//! A folder that a person made keeps its tests when it is renamed: it gets the identities of those who use it.

use serde_json::{Value, json};

use super::{AFTER, BEFORE, run, writes_nothing};
use crate::support::person::Person;
use crate::support::{TestEnv, report};

const TESTS: &[(&str, &[&str])] = &[("Cart", &["adds", "removes"])];
const LINE: &str = "Automated tests are imported into this folder (tqi-";
const UNDO: &[&str] = &["undo", "summary.json", "--format", "json"];

/// A project with a person's folder `cart`, which has a description.
async fn with_folder() -> (TestEnv, i64) {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(TESTS));
    let person = Person::at(&env);
    let folder = person.folder("cart").await;
    person.put(&format!("suite/{folder}"), &json!({"description": "Mine & <b>yours</b>."})).await;
    (env, folder)
}

fn described(env: &TestEnv, folder: i64) -> String {
    let sql = format!("SELECT coalesce(description, '') FROM suite WHERE id = {folder}");
    env.db().query_row(&sql, [], |row| row.get(0)).unwrap()
}

fn ids(env: &TestEnv, folder: i64) -> usize {
    described(env, folder).matches("tqi-").count()
}

fn writes_of_suites(env: &TestEnv) -> Vec<String> {
    let entries = env.journal.take();
    let of_suites =
        entries.iter().filter(|entry| entry.is_write() && entry.path().contains("/suite/"));
    of_suites.map(|entry| entry.path().to_owned()).collect()
}

fn folder_changes(summary: &Value) -> Vec<Value> {
    let changes = summary["changes"].as_array().unwrap().iter();
    changes.filter(|change| change["kind"] == "folder").cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_folder_gets_its_identity_once_and_keeps_what_people_wrote() {
    let (env, folder) = with_folder().await;
    let _ = env.journal.take();
    let planned = writes_nothing(&env, &["--dry-run", "a.xml"]).await;
    assert_eq!(planned["suites"], json!({"created": 0, "matched": 1, "linked": 1}), "{planned}");
    let change = &folder_changes(&planned)[0];
    assert_eq!(
        (&change["action"], &change["id"], &change["path"]),
        (&json!("adopt"), &json!(folder), &json!(["Cart"]))
    );
    run(&env, &["--check", "a.xml"]).await.expect(5);
    let summary = run(&env, &["a.xml"]).await.expect(0).json();
    assert_eq!(writes_of_suites(&env), [format!("/api/suite/{folder}")]);
    assert_eq!(summary["suites"], json!({"created": 0, "matched": 1, "linked": 1}));
    let change = &folder_changes(&summary)[0];
    assert_eq!((&change["id"], &change["epoch"]), (&json!(folder), &json!(2)), "{change}");
    let text = described(&env, folder);
    assert!(text.starts_with(&format!("Mine & <b>yours</b>.\n\n{LINE}")), "{text}");
    assert!(text.contains(change["identity"].as_str().unwrap()), "{text}");
    let again = writes_nothing(&env, &["a.xml"]).await;
    assert_eq!(again["suites"]["linked"], 0);
    run(&env, &["--check", "a.xml"]).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_only_read_links_its_folders_and_reads_no_more_afterwards() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(TESTS));
    run(&env, &["a.xml"]).await.expect(0);
    let before = writes_nothing(&env, &["a.xml"]).await;
    // As if a person had made the folder: somebody removed our line.
    let person = Person::at(&env);
    let folder = person.id("suite", "Cart");
    person.put(&format!("suite/{folder}"), &json!({"description": null})).await;
    let summary = run(&env, &["a.xml"]).await.expect(0).json();
    assert_eq!(
        (&summary["tests"]["unchanged"], &summary["suites"]["linked"]),
        (&json!(2), &json!(1))
    );
    let unchanged = writes_nothing(&env, &["a.xml"]).await;
    assert_eq!(unchanged["requests"], before["requests"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_or_moved_folder_of_a_person_is_found_again() {
    let (env, folder) = with_folder().await;
    run(&env, &["a.xml"]).await.expect(0);
    let person = Person::at(&env);
    person.put(&format!("suite/{folder}"), &json!({"name": "Shopping"})).await;
    let area = person.folder("Area").await;
    let place = person.number(&format!("SELECT id FROM plan_suite WHERE suite_id = {folder}"));
    person.put(&format!("plan_suite/{place}"), &json!({"parent_id": area})).await;
    env.write("b.xml", &report(&[("Cart", &["adds", "removes", "clears"])]));
    let summary = run(&env, &["b.xml"]).await.expect(0).json();
    assert_eq!(
        (&summary["suites"]["created"], &summary["tests"]["created"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(
        env.tree(),
        ["Area/Shopping: adds", "Area/Shopping: clears", "Area/Shopping: removes"]
    );
    writes_nothing(&env, &["b.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_namespaces_share_a_persons_folder_and_not_one_of_an_import() {
    let (env, folder) = with_folder().await;
    for (number, namespace) in ["shop", "web", "api"].into_iter().enumerate() {
        let arguments = ["--namespace", namespace, "--new-namespace", "a.xml"];
        run(&env, &arguments).await.expect(0);
        assert_eq!(ids(&env, folder), number + 1);
        writes_nothing(&env, &arguments).await;
    }
    assert_eq!(env.count("suite"), 2, "{:?}", env.tree());
    // Renamed, each of them finds it.
    let person = Person::at(&env);
    person.put(&format!("suite/{folder}"), &json!({"name": "Shopping"})).await;
    for namespace in ["shop", "web", "api"] {
        writes_nothing(&env, &["--namespace", namespace, "a.xml"]).await;
    }
    // The folder that an import creates belongs to its namespace.
    env.write("c.xml", &report(&[("Login", &["greets"])]));
    for namespace in ["shop", "web"] {
        run(&env, &["--namespace", namespace, "--new-namespace", "c.xml"]).await.expect(0);
    }
    assert_eq!(env.count("suite"), 4, "{:?}", env.tree());
    for namespace in ["shop", "web"] {
        writes_nothing(&env, &["--namespace", namespace, "c.xml"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_has_at_most_eight_identities() {
    let (env, folder) = with_folder().await;
    for number in 0..9 {
        let namespace = format!("space {number}");
        let arguments = ["--namespace", &namespace, "--new-namespace", "a.xml"];
        run(&env, &arguments).await.expect(0);
        writes_nothing(&env, &arguments).await;
    }
    assert_eq!(ids(&env, folder), 8);
    assert_eq!(env.count("suite"), 2, "the ninth finds it by its name");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_whose_name_reports_write_in_two_cases_has_both_identities() {
    let (env, folder) = with_folder().await;
    env.write("a.xml", &report(&[("Cart", &["adds"]), ("CART", &["removes"])]));
    let _ = env.journal.take();
    run(&env, &["a.xml"]).await.expect(0);
    assert_eq!(writes_of_suites(&env).len(), 1);
    assert_eq!(ids(&env, folder), 2);
    writes_nothing(&env, &["a.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_folder_that_everything_goes_into_may_be_a_persons() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(TESTS));
    let web = Person::at(&env).folder("Web").await;
    run(&env, &["--folder", "Web", "a.xml"]).await.expect(0);
    assert_eq!(ids(&env, web), 1);
    Person::at(&env).put(&format!("suite/{web}"), &json!({"name": "Frontend"})).await;
    writes_nothing(&env, &["--folder", "Web", "a.xml"]).await;
    let root = Person::at(&env).number("SELECT id FROM suite WHERE is_root");
    assert_eq!(described(&env, root), "", "the root folder has no identity");
}

#[tokio::test(flavor = "multi_thread")]
async fn adopt_none_writes_nothing_of_people() {
    let (env, folder) = with_folder().await;
    let summary = run(&env, &["--adopt", "none", "a.xml"]).await.expect(0).json();
    assert_eq!(
        (described(&env, folder).as_str(), &summary["suites"]["linked"]),
        ("Mine & <b>yours</b>.", &json!(0))
    );
    assert_eq!(env.count("suite"), 2);
    writes_nothing(&env, &["--adopt", "none", "a.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_changes_descriptions_gets_no_such_write() {
    for rule in [
        "serves=description:render GET test",
        "wrap POST",
        "stores=description:escape POST test",
        "shorten=255 POST",
    ] {
        let (env, folder) = with_folder().await;
        let env = env.with_faults(&[rule]).await;
        for _ in 0..2 {
            let _ = env.journal.take();
            let run = run(&env, &["a.xml"]).await;
            assert_eq!(run.code, 0, "{rule}: {run}");
            let summary = run.json();
            let warnings = summary["warnings"].to_string();
            assert!(
                warnings.contains("1 folder that people made did not get its identity"),
                "{rule}: {warnings}"
            );
            assert_eq!(writes_of_suites(&env), [""; 0], "{rule}");
            assert_eq!(described(&env, folder), "Mine & <b>yours</b>.", "{rule}");
            assert_eq!((env.count("suite"), env.count("test")), (2, 2), "{rule}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_changes_descriptions_of_folders_only_is_reported_once() {
    let (env, folder) = with_folder().await;
    let other = Person::at(&env).folder("login").await;
    env.write("a.xml", &report(&[("Cart", &["adds"]), ("Login", &["greets"])]));
    let env = env.with_faults(&["stores=description:escape PUT suite"]).await;
    let run = run(&env, &["a.xml"]).await.expect(1);
    assert!(run.stderr.contains("changed the description of folder"), "{run}");
    let texts = [described(&env, folder), described(&env, other)];
    assert_eq!(texts.iter().filter(|text| text.contains("tqi-")).count(), 1, "{texts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_edits_while_a_folder_is_linked_is_told() {
    let (env, folder) = with_folder().await;
    let env = env.with_faults(&["edited PUT suite 1"]).await;
    let run1 = run(&env, &["a.xml"]).await.expect(1);
    assert!(run1.stderr.contains(&format!("somebody changed folder {folder}")), "{run1}");
    assert!(run1.stderr.contains("Somebody else wrote this."), "{run1}");
    assert_eq!(run1.json()["complete"], false);
    writes_nothing(&env, &["a.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_of_two_namespaces_that_link_a_folder_at_once_both_keep_it() {
    for _ in 0..8 {
        let (env, folder) = with_folder().await;
        let spaces = ["shop", "web", "shop"];
        let runs = spaces.map(|namespace| {
            let env = &env;
            async move { run(env, &["--namespace", namespace, "--new-namespace", "a.xml"]).await }
        });
        for run in futures_util::future::join_all(runs).await {
            assert_eq!(run.code, 0, "{run}");
        }
        for namespace in ["shop", "web"] {
            run(&env, &["--namespace", namespace, "a.xml"]).await.expect(0);
        }
        assert_eq!(ids(&env, folder), 2, "{}", described(&env, folder));
        assert_eq!(env.count("suite"), 2);
        env.assert_exactly_once(4);
        for namespace in ["shop", "web"] {
            writes_nothing(&env, &["--namespace", namespace, "a.xml"]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_link_a_folder_once() {
    for rule in [
        "lost PUT suite 1",
        "503 PUT suite 1",
        "hang-up=after PUT suite 1",
        "empty PUT suite 1",
        "429=0 PUT suite 1",
    ] {
        let (env, folder) = with_folder().await;
        let env = env.with_faults(&[rule]).await;
        let run = run(&env, &["a.xml"]).await;
        assert_eq!(run.code, 0, "{rule}: {run}");
        assert_eq!(described(&env, folder).matches(LINE).count(), 1, "{rule}");
        assert_eq!(run.json()["suites"]["linked"], 1, "{rule}");
        writes_nothing(&env, &["a.xml"]).await;
    }
    let (env, folder) = with_folder().await;
    let env = env.with_faults(&["403 PUT suite"]).await;
    let refused = run(&env, &["a.xml"]).await;
    let warnings = refused.json()["warnings"].to_string();
    assert_eq!(refused.code, 0, "{refused}");
    assert!(warnings.contains("did not get its identity and is found by its name"), "{warnings}");
    assert_eq!((ids(&env, folder), env.count("test")), (0, 2));
}

/// An import whose summary is kept.
async fn import(env: &TestEnv, arguments: &[&str]) -> Value {
    let mut all = vec!["--output", "json=summary.json"];
    all.extend(arguments);
    run(env, &all).await.expect(0).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_takes_the_identity_away_and_keeps_what_people_wrote() {
    for touched in [false, true] {
        let (env, folder) = with_folder().await;
        import(&env, &["a.xml"]).await;
        if touched {
            let wrote = format!("{}\n\nMore.", described(&env, folder));
            let body = json!({"name": "Shopping", "description": wrote});
            Person::at(&env).put(&format!("suite/{folder}"), &body).await;
        }
        let planned = env.import(&[UNDO, &["--dry-run"]].concat()).await.expect(0).json();
        assert_eq!(folder_changes(&planned).len(), 1, "{planned}");
        let summary = env.import(UNDO).await.expect(0).json();
        assert_eq!((env.count("test"), env.count("suite")), (0, 2), "{summary}");
        assert_eq!(summary["left"], json!([]), "{summary}");
        assert_eq!(folder_changes(&summary)[0]["action"], "unlink", "{summary}");
        let kept = if touched { "Mine & <b>yours</b>.\n\nMore." } else { "Mine & <b>yours</b>." };
        assert_eq!(described(&env, folder), kept);
        let _ = env.journal.take();
        env.import(UNDO).await.expect(0);
        assert_eq!(env.journal.writes(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_leaves_the_identity_of_another_namespace() {
    let (env, folder) = with_folder().await;
    run(&env, &["--namespace", "web", "a.xml"]).await.expect(0);
    let of_web = described(&env, folder);
    import(&env, &["--new-namespace", "a.xml"]).await;
    assert_eq!(ids(&env, folder), 2);
    env.import(UNDO).await.expect(0);
    assert_eq!(described(&env, folder), of_web);
    writes_nothing(&env, &["--namespace", "web", "a.xml"]).await;
}

/// Two imports use a folder that a person renamed since: the first one's identity stays while the second one's tests need it.
#[tokio::test(flavor = "multi_thread")]
async fn undo_leaves_an_identity_that_tests_of_other_imports_need() {
    let (env, folder) = with_folder().await;
    import(&env, &["a.xml"]).await;
    let first = std::fs::read(env.path().join("summary.json")).unwrap();
    Person::at(&env).put(&format!("suite/{folder}"), &json!({"name": "Shopping"})).await;
    env.write("b.xml", &report(&[("Cart", &["adds", "removes", "clears"])]));
    import(&env, &["b.xml"]).await;
    let second = std::fs::read(env.path().join("summary.json")).unwrap();
    env.write("summary.json", std::str::from_utf8(&first).unwrap());
    let summary = env.import(UNDO).await.expect(0).json();
    let left = summary["left"].to_string();
    assert!(left.contains("keeps its identity, because imported tests are still in it"), "{left}");
    assert_eq!((ids(&env, folder), env.count("test")), (1, 1));
    writes_nothing(&env, &["b.xml", "--stale", "report", "--dry-run"]).await;
    env.write("summary.json", std::str::from_utf8(&second).unwrap());
    env.import(UNDO).await.expect(0);
    env.write("summary.json", std::str::from_utf8(&first).unwrap());
    env.import(UNDO).await.expect(0);
    assert_eq!((ids(&env, folder), env.count("test"), env.count("suite")), (0, 0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn linking_folders_continues_after_a_kill() {
    let prepare = async || {
        let (env, _) = with_folder().await;
        Person::at(&env).folder("login").await;
        env.write(
            "a.xml",
            &report(&[("Cart", &["adds"]), ("Login", &["greets"]), ("New", &["is"])]),
        );
        env
    };
    super::kills::killed_at_every_request(prepare, &["a.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_of_linked_folders_continues_after_a_kill() {
    let prepare = async || {
        let (env, _) = with_folder().await;
        import(&env, &["a.xml"]).await;
        env
    };
    super::kills::killed_at_every_request_of(prepare, &["undo", "summary.json"], false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_of_a_linked_folder_is_kept_and_an_empty_one_is_not_removed() {
    let (env, folder) = with_folder().await;
    run(&env, &["a.xml"]).await.expect(0);
    let person = Person::at(&env);
    let clone = person.folder("cart (2)").await;
    person.put(&format!("suite/{clone}"), &json!({"description": described(&env, folder)})).await;
    let summary = writes_nothing(&env, &["a.xml"]).await;
    let warnings = summary["warnings"].to_string();
    assert!(warnings.contains("exists 2 times") && warnings.contains("is kept"), "{warnings}");
    person.delete(&format!("suite/{clone}")).await;
    env.write("none.xml", &report(&[("Other", &["is"])]));
    run(&env, &["none.xml"]).await.expect(0);
    run(&env, &["retire", "--limit", "100%", "none.xml"]).await.expect(0);
    assert_eq!(
        person.number(&format!(
            "SELECT count(*) FROM suite WHERE id = {folder} AND deleted_at IS NULL"
        )),
        1
    );
    assert!(env.tree().contains(&"Retired: adds".to_owned()), "{:?}", env.tree());
}

/// A package moved, and a person had made the folders of both names.
#[tokio::test(flavor = "multi_thread")]
async fn relink_moves_tests_between_folders_of_people() {
    let env = TestEnv::new().await;
    env.write("before.xml", &report(BEFORE));
    env.write("after.xml", &report(AFTER));
    let person = Person::at(&env);
    let acme = person.folder("acme").await;
    run(&env, &["before.xml"]).await.expect(0);
    let linked = described(&env, acme);
    assert!(linked.starts_with(LINE), "{linked}");
    run(&env, &["relink", "--move", "after.xml"]).await.expect(0);
    assert_eq!(
        env.tree(),
        ["acme/basket: adds", "acme/basket: clears", "acme/basket: removes", "acme/user: signs in"]
    );
    for file in ["after.xml", "before.xml", "after.xml"] {
        writes_nothing(&env, &[file]).await;
    }
    assert_eq!(described(&env, acme), linked);
}

/// Renamed in the web application and in the code: the folder serves both names, and branches take no turns.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_was_renamed_like_its_package_has_both_identities() {
    let (env, folder) = with_folder().await;
    run(&env, &["a.xml"]).await.expect(0);
    Person::at(&env).put(&format!("suite/{folder}"), &json!({"name": "Basket"})).await;
    env.write("b.xml", &report(&[("Basket", &["adds", "removes"])]));
    run(&env, &["--moved", "link", "b.xml"]).await.expect(0);
    assert_eq!((ids(&env, folder), env.count("suite"), env.count("test")), (2, 2, 2));
    for file in ["a.xml", "b.xml", "a.xml"] {
        writes_nothing(&env, &[file]).await;
    }
}
