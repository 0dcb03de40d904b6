//! `undo`: takes one import back, and nothing that anybody touched.

use serde_json::{Value, json};

use super::{AFTER, BEFORE, field, imported, rows, run, writes_nothing};
use crate::support::person::Person;
use crate::support::{TestEnv, report};

const UNDO: &[&str] = &["undo", "summary.json"];

/// An import whose summary is kept. Returns the summary.
async fn import(env: &TestEnv, arguments: &[&str]) -> Value {
    let mut all = vec!["--output", "json=summary.json"];
    all.extend(arguments);
    run(env, &all).await.expect(0).json()
}

/// Runs `undo`, which takes no namespace.
async fn undo(env: &TestEnv, arguments: &[&str]) -> crate::support::Run {
    let mut all = arguments.to_vec();
    all.extend(super::HASTY);
    all.extend(["--format", "json"]);
    crate::support::run(env.command(&all)).await
}

async fn undo_writes_nothing(env: &TestEnv, arguments: &[&str]) -> Value {
    let _ = env.journal.take();
    let summary = undo(env, arguments).await.expect(0).json();
    assert_eq!(env.journal.writes(), 0);
    summary
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_have_ids_and_epochs() {
    let env = imported().await;
    let summary = import(&env, &["after.xml"]).await;
    for change in summary["changes"].as_array().unwrap() {
        let id = change["id"].as_i64().unwrap();
        let table = if change["kind"] == "folder" { "suite" } else { "test" };
        let name: String = env
            .db()
            .query_row(&format!("SELECT name FROM {table} WHERE id = {id}"), [], |row| row.get(0))
            .unwrap();
        assert_eq!(change["name"], name, "{change}");
        if table == "test" {
            assert_eq!((&change["epoch"], &change["steps"]), (&json!(0), &json!(1)), "{change}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_import_is_taken_back() {
    let env = imported().await;
    let (before, tree) = (rows(&env), env.tree());
    import(&env, &["--namespace", "shpo", "--new-namespace", "after.xml"]).await;
    assert_eq!(env.count("test"), 8);
    let planned = undo_writes_nothing(&env, &["undo", "--dry-run", "summary.json"]).await;
    assert_eq!(planned["changes"].as_array().unwrap().len(), 4 + 3, "{planned}");
    undo(&env, &["undo", "--check", "summary.json"]).await.expect(5);
    let summary = undo(&env, UNDO).await.expect(0).json();
    assert_eq!((&summary["complete"], &summary["left"]), (&json!(true), &json!([])), "{summary}");
    assert_eq!((rows(&env), env.tree()), (before, tree));
    assert_eq!(env.count("suite"), 4, "root, acme, cart, user");
    let again = undo_writes_nothing(&env, UNDO).await;
    assert_eq!(again["changes"], json!([]));
    // And the relink that was meant.
    run(&env, &["relink", "after.xml"]).await.expect(0);
    writes_nothing(&env, &["after.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linked_test_loses_the_line_and_gets_its_flag_back() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(BEFORE));
    let person = Person::at(&env);
    let acme = person.folder("By hand").await;
    let written = "<p>See the <b>wiki</b>.</p>";
    let one = person.test(acme, json!({"name": "adds", "description": written})).await;
    let two = person.test(acme, json!({"name": "removes", "description": written})).await;
    let summary = import(&env, &["--adopt", "anywhere", "a.xml"]).await;
    assert_eq!(summary["tests"]["adopted"], 2);
    let adopted = summary["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|change| change["action"] == "adopt")
        .unwrap();
    assert_eq!(
        adopted["before"],
        json!({"is_automated": false, "identity": null, "label": null, "name": null})
    );
    assert_eq!(adopted["epoch"], 1);
    // Somebody wrote one of them since.
    person.put(&format!("test/{two}"), &json!({"precondition": "a cart"})).await;
    undo(&env, UNDO).await.expect(0);
    assert_eq!(
        (field(&env, one, "description"), field(&env, one, "is_automated")),
        (written.to_owned(), "0".to_owned())
    );
    assert_eq!(
        (field(&env, two, "description"), field(&env, two, "is_automated")),
        (written.to_owned(), "1".to_owned())
    );
    assert_eq!(field(&env, two, "precondition"), "a cart");
    assert_eq!(env.tree(), ["By hand: adds", "By hand: removes"]);
    undo_writes_nothing(&env, UNDO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_carried_over_is_the_former_test_again() {
    let env = imported().await;
    let before: Vec<String> =
        rows(&env).iter().map(|row| row.rsplit_once(" | ").unwrap().0.to_owned()).collect();
    import(&env, &["--moved", "link", "after.xml"]).await;
    let summary = undo(&env, UNDO).await.expect(0).json();
    assert_eq!(summary["left"], json!([]), "{summary}");
    let after: Vec<String> =
        rows(&env).iter().map(|row| row.rsplit_once(" | ").unwrap().0.to_owned()).collect();
    assert_eq!(after, before);
    undo_writes_nothing(&env, UNDO).await;
    writes_nothing(&env, &["before.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_anybody_touched_stays_and_is_listed() {
    type Touch = fn(&Person<'_>, i64) -> (String, Value);
    let touches: [(&str, Touch); 4] = [
        ("it was edited", |_, test| {
            (format!("PUT test/{test}"), json!({"precondition": "a cart"}))
        }),
        ("its steps were edited", |person, test| {
            let step = person.number(&format!("SELECT id FROM step WHERE test_id = {test}"));
            (format!("PUT step/{step}"), json!({"step": "Mine."}))
        }),
        ("its steps were edited", |person, test| {
            let step = json!({"step": "Mine.", "expected_result": "", "sequence": 2, "project_id": person.project(), "test_id": test});
            ("POST step".to_owned(), step)
        }),
        ("it was moved", |person, test| {
            let place = person.number(&format!("SELECT id FROM suite_test WHERE test_id = {test}"));
            let root = person.number("SELECT id FROM suite WHERE is_root");
            (format!("PUT suite_test/{place}"), json!({"suite_id": root}))
        }),
    ];
    for (why, touch) in touches {
        let env = TestEnv::new().await;
        env.write("a.xml", &report(BEFORE));
        import(&env, &["a.xml"]).await;
        let person = Person::at(&env);
        let adds = person.id("test", "adds");
        let (request, body) = touch(&person, adds);
        let (method, path) = request.split_once(' ').unwrap();
        person.send(method.parse().unwrap(), path, &body).await;
        let row = field(&env, adds, "description");
        let summary = undo(&env, UNDO).await.expect(0).json();
        assert!(summary["left"][0]["reason"].as_str().unwrap().contains(why), "{why}: {summary}");
        assert_eq!((env.count("test"), field(&env, adds, "description")), (1, row), "{why}");
        undo_writes_nothing(&env, UNDO).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_with_results_and_a_folder_with_a_persons_test_stay() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(AFTER));
    import(&env, &["--cycle", "web", "--build", "7", "a.xml"]).await;
    let summary = undo(&env, UNDO).await.expect(0).json();
    assert_eq!(env.count("test"), 4, "{summary}");
    assert!(summary["left"].to_string().contains("a run has results for it"), "{summary}");
    let env = TestEnv::new().await;
    env.write("a.xml", &report(AFTER));
    import(&env, &["a.xml"]).await;
    let person = Person::at(&env);
    person.test(person.id("suite", "user"), json!({"name": "by hand"})).await;
    let summary = undo(&env, UNDO).await.expect(0).json();
    assert_eq!(env.tree(), ["acme/user: by hand"], "{summary}");
    assert!(summary["left"].to_string().contains("it is not empty"), "{summary}");
    undo_writes_nothing(&env, UNDO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_summary_of_an_import_is_refused() {
    let env = imported().await;
    run(&env, &["--dry-run", "--output", "json=dry.json", "after.xml"]).await.expect(0);
    env.write("other.json", "{\"tests\": 4}");
    let before = rows(&env);
    for (file, said) in [
        ("dry.json", "it is the summary of a dry run"),
        ("other.json", "it is not the JSON summary of an import"),
        ("missing.json", "cannot undo the import of missing.json"),
    ] {
        let run = undo(&env, &["undo", file]).await.expect(2);
        assert!(run.stderr.contains(said), "{file}: {run}");
    }
    assert_eq!(rows(&env), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_continues_after_a_kill() {
    let prepare = async || {
        let env = imported().await;
        let person = Person::at(&env);
        let folder = person.folder("By hand").await;
        person.test(folder, json!({"name": "starts", "description": "Mine."})).await;
        env.write("more.xml", &report(&[AFTER[0], AFTER[1], ("acme.new", &["starts", "ends"])]));
        let arguments = ["--moved", "link", "--adopt", "anywhere", "more.xml"];
        import(&env, &arguments).await;
        env
    };
    super::kills::killed_at_every_request_of(prepare, UNDO, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_edits_while_a_test_is_unlinked_is_told() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds"])]));
    let person = Person::at(&env);
    let folder = person.folder("cart").await;
    let test = person.test(folder, json!({"name": "adds", "description": "Mine."})).await;
    import(&env, &["a.xml"]).await;
    assert!(field(&env, test, "description").contains("Automated test"));
    let env = env.with_faults(&["edited PUT test 1"]).await;
    let run = undo(&env, UNDO).await.expect(1);
    assert!(run.stderr.contains(&format!("somebody changed test {test}")), "{run}");
    assert!(run.stderr.contains("Somebody else wrote this."), "{run}");
    undo_writes_nothing(&env, UNDO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_somebody_edited_stays() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds"])]));
    let person = Person::at(&env);
    let folder = person.folder("cart").await;
    let test = person.test(folder, json!({"name": "adds", "description": "Mine."})).await;
    import(&env, &["a.xml"]).await;
    let edited = field(&env, test, "description") + " (ask Ann)";
    person.put(&format!("test/{test}"), &json!({"description": edited})).await;
    let run = undo(&env, UNDO).await;
    assert_eq!(field(&env, test, "description"), edited);
    assert!(run.json()["left"].to_string().contains("somebody edited the line"), "{run}");
}
