//! Servers that limit requests, shorten descriptions, list deleted rows; and what deleting many duplicates costs.

use serde_json::{Value, json};
use testquality_sandbox::{FaultRules, JournalEntry};

use super::faults::HASTY;
use crate::support::person::Person;
use crate::support::{Run, TestEnv, report};

async fn env(rules: &[&str]) -> TestEnv {
    let faults = FaultRules::parse(rules).unwrap();
    TestEnv::with(|options| options.faults = faults).await
}

async fn import(env: &TestEnv, arguments: &[&str]) -> Run {
    let mut all = vec!["--format", "json", "a.xml"];
    all.extend(HASTY);
    all.extend(arguments);
    env.import(&all).await
}

/// Two more imports change nothing.
async fn assert_stable(env: &TestEnv) {
    for _ in 0..2 {
        let again = import(env, &[]).await.expect(0).json();
        assert_eq!((&again["complete"], &again["changes"]), (&json!(true), &json!([])), "{again}");
    }
}

/// A report of `folders` folders with ten tests each.
fn tens(folders: usize) -> String {
    let names: Vec<String> = (0..10).map(|number| format!("case {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folders: Vec<String> = (0..folders).map(|number| format!("folder {number}")).collect();
    let suites: Vec<(&str, &[&str])> =
        folders.iter().map(|folder| (folder.as_str(), &names[..])).collect();
    report(&suites)
}

#[tokio::test(flavor = "multi_thread")]
async fn s60_a_rate_limit_without_retry_after_is_waited_for() {
    let env = env(&["limit=10/600ms"]).await;
    env.write("a.xml", &tens(12));
    // Attempts do not matter, only the deadline.
    let first = import(&env, &["--retries", "0"]).await.expect(0);
    let summary = first.json();
    assert_eq!(summary["tests"]["created"], 120, "{first}");
    env.assert_exactly_once(120);
    let refused = env.journal.entries().iter().filter(|entry| entry.status == Some(429)).count();
    let sent = env.journal.entries().len();
    assert!(refused > 0 && refused < sent, "{refused} of {sent}");
    assert_stable(&env).await;
    // An endless limit ends at the deadline, after few requests.
    let env = self::env(&["429"]).await;
    env.write("a.xml", &tens(1));
    let started = std::time::Instant::now();
    let ended = import(&env, &["--deadline", "2s"]).await.expect(7);
    assert!(ended.stderr.contains("raise --deadline"), "{ended}");
    assert!(started.elapsed().as_secs() < 6 && env.journal.entries().len() < 30, "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s61_importers_that_share_a_rate_limit_converge_and_count_their_own_rows() {
    let env = env(&["limit=20/500ms"]).await;
    env.write("a.xml", &tens(6));
    let (one, other) = tokio::join!(import(&env, &[]), import(&env, &[]));
    let mut created = [0, 0];
    for run in [&one, &other] {
        assert!([0, 1].contains(&run.code), "{run}");
        let summary = run.json();
        created[0] += summary["tests"]["created"].as_i64().unwrap();
        created[1] += summary["suites"]["created"].as_i64().unwrap();
    }
    if one.code + other.code == 0 {
        assert_eq!(created, [60, 6], "each row was created by one of them: {one} {other}");
    }
    import(&env, &[]).await.expect(0);
    env.assert_exactly_once(60);
    assert_stable(&env).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s62_descriptions_that_the_server_cuts_keep_the_identity() {
    let path = "com/acme/billing/invoices/".repeat(20);
    for chars in [100, 191, 255] {
        let env = env(&[&format!("shorten={chars} POST")]).await;
        env.write("a.xml", &report(&[(&path, &["adds", &path]), ("cart", &["adds"])]));
        let first = import(&env, &[]).await;
        assert!([0, 1].contains(&first.code), "{chars}: {first}");
        assert_eq!(first.json()["tests"]["created"], 3, "{chars}: {first}");
        env.assert_exactly_once(3);
        for _ in 0..2 {
            let again = import(&env, &[]).await;
            assert_eq!(again.code, first.code, "{chars}: {again}");
            assert_eq!(again.json()["requests"]["post"], 0, "{chars}: {again}");
        }
        env.assert_exactly_once(3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s63_deleted_rows_that_are_still_listed_are_absent() {
    let env = env(&["deleted GET"]).await;
    env.write("a.xml", &report(&[("cart", &["adds", "removes"]), ("login", &["greets"])]));
    import(&env, &[]).await.expect(0);
    let tree = env.tree();
    let person = Person::at(&env);
    let step = person
        .number("SELECT step.id FROM step JOIN test ON test.id = test_id AND name = 'removes'");
    for path in [
        format!("test/{}", person.id("test", "adds")),
        format!("suite/{}", person.id("suite", "login")),
        format!("step/{step}"),
    ] {
        person.delete(&path).await;
    }
    let again = import(&env, &[]).await.expect(0).json();
    assert_eq!(again["tests"]["created"], 1, "{again}");
    assert_eq!((env.tree(), env.count("test")), (tree, 3));
    let steps = "SELECT count(*) FROM step JOIN test ON test.id = test_id AND test.deleted_at IS NULL WHERE step.deleted_at IS NULL";
    assert_eq!(person.number(steps), 3);
    assert_stable(&env).await;
}

/// Creates every test of the project again, as a concurrent import would have.
async fn duplicate_all(env: &TestEnv) {
    let person = Person::at(env);
    let (project, suite) = (person.project(), person.id("suite", "many"));
    let tests: Vec<Value> = {
        let db = env.db();
        let mut statement = db.prepare("SELECT name, description FROM test").unwrap();
        let test = |row: &rusqlite::Row<'_>| {
            let (name, description): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(json!({"name": name, "description": description, "precondition": "",
                "is_automated": true, "project_id": project, "suite_id": suite}))
        };
        statement.query_map([], test).unwrap().map(Result::unwrap).collect()
    };
    for tests in tests.chunks(1000) {
        let created = person.post("test", &json!(tests)).await;
        let step = |test: &Value| {
            json!({"step": "Run the automated test", "expected_result": "It passes",
                "sequence": 1, "project_id": project, "test_id": test["id"]})
        };
        let steps: Vec<Value> = created.as_array().unwrap().iter().map(step).collect();
        person.post("step", &json!(steps)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s64_many_duplicates_are_deleted_with_few_requests() {
    // The server may know no arrays of deletions, or no relations.
    let cases: [(i64, &[&str]); 5] = [
        (600, &[]),
        (5000, &[]),
        (600, &["405 POST test 4"]),
        (600, &["ignores=_with GET"]),
        (600, &["422 GET test with=_with=run_result"]),
    ];
    for (tests, rules) in cases {
        let env = env(rules).await;
        let names: Vec<String> = (0..tests).map(|number| format!("case {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        env.write("a.xml", &report(&[("many", &names)]));
        import(&env, &[]).await.expect(0);
        duplicate_all(&env).await;
        assert_eq!(env.count("test"), 2 * tests);
        let _ = env.journal.take();
        let summary = import(&env, &[]).await.expect(0).json();
        assert_eq!(summary["complete"], true, "{summary}");
        env.assert_exactly_once(tests);
        let entries = env.journal.take();
        if rules.is_empty() {
            let is_check = |entry: &JournalEntry| entry.target.starts_with("/api/test?id-in");
            let is_deletion = |entry: &JournalEntry| entry.target == "/api/test/delete";
            let deletion = entries.iter().position(is_deletion).unwrap();
            // The rows were also read to decide.
            let first = entries[..deletion].iter().rposition(is_check).unwrap();
            let last = entries.iter().rposition(is_deletion).unwrap();
            let cost = i64::try_from(last + 1 - first).unwrap();
            assert!(cost <= 3 + tests / 500, "{cost} requests for {tests} duplicates");
            assert!(tests > 600 || entries.len() <= 32, "{}: {entries:#?}", entries.len());
        } else if rules[0].starts_with("405") {
            let singles = entries.iter().filter(|entry| entry.method == "DELETE").count();
            assert_eq!(singles, 600, "a server without arrays of deletions");
        }
        assert_stable(&env).await;
    }
}
