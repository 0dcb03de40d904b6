//! Links to manual tests on servers, and beside people, that change descriptions.

use serde_json::json;

use super::lag::{all_rows, import};
use crate::support::person::Person;
use crate::support::{TestEnv, report};

const WRITTEN: &str = "<p>See the <b>wiki</b> & ask **Ann**.</p>\nThen go.";

/// A project with a manual test, and reports of it and of two other tests.
async fn env(description: &str, rules: &[&str]) -> (TestEnv, i64) {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds", "removes"]), ("login", &["greets"])]));
    let person = Person::at(&env);
    let folder = person.folder("cart").await;
    let test = person.test(folder, json!({"name": "adds", "description": description})).await;
    (env.with_faults(rules).await, test)
}

fn row(env: &TestEnv, test: i64) -> String {
    env.rows("test").into_iter().find(|row| row.contains(&test.to_string())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_writes_between_reading_and_linking() {
    let (env, test) = env(WRITTEN, &["edited PUT test 1"]).await;
    let run = import(&env, &[]).await.expect(1);
    let said = format!("somebody changed test {test} while it was linked");
    assert!(run.stderr.contains(&said), "{run}");
    assert!(run.stderr.contains("Somebody else wrote this."), "{run}");
    assert_eq!(run.json()["complete"], false);
    for _ in 0..2 {
        let again = import(&env, &[]).await.expect(0);
        assert_eq!(again.json()["changes"], json!([]), "{again}");
    }
    env.assert_exactly_once_but(3, 2);
}

impl TestEnv {
    /// `tests` tests, of which `with_steps` have a step: linked tests keep the steps that they have.
    #[track_caller]
    fn assert_exactly_once_but(&self, tests: i64, with_steps: i64) {
        assert_eq!((self.count("test"), self.count("step")), (tests, with_steps));
        assert_eq!(self.count("suite_test"), tests);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_history_the_link_still_says_that_it_wrote_over_something() {
    let rules = [
        "ignores=revision_log GET test",
        "404 GET test with=revision_log",
        "422 GET test with=revision_log",
        "500 GET test with=revision_log",
        "html GET test with=revision_log",
        "empty GET test with=revision_log",
    ];
    let checks = rules.map(async |rule| {
        let (env, test) = env(WRITTEN, &[rule, "edited PUT test 1"]).await;
        let run = import(&env, &[]).await;
        assert_eq!(run.code, 1, "{rule}: {run}");
        let said = format!("somebody changed test {test} while it was linked");
        assert!(run.stderr.contains(&said), "{rule}: {run}");
        assert!(run.stderr.contains("the server has no history"), "{rule}: {run}");
        assert_eq!(run.json()["complete"], false, "{rule}: {run}");
        let asked = env.journal.take();
        let asked = asked.iter().filter(|entry| entry.target.contains("revision_log")).count();
        // Only an answer that may be different the next time is asked for again.
        let is_lasting =
            ["ignores", "404", "422", "empty"].iter().any(|word| rule.starts_with(word));
        assert!(asked == 1 || !is_lasting, "{rule}: {asked} requests");
        let rows = all_rows(&env);
        for _ in 0..2 {
            let again = import(&env, &[]).await;
            assert_eq!((again.code, &again.json()["changes"]), (0, &json!([])), "{rule}: {again}");
            assert_eq!(all_rows(&env), rows, "{rule}");
        }
    });
    futures_util::future::join_all(checks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_server_that_changes_descriptions_nothing_of_people_is_written() {
    let rules = [
        "stores=description:escape test",
        "serves=description:escape GET test",
        "stores=description:render test",
        "serves=description:render GET test",
        "stores=description:cut150 test",
        "serves=description:cut150 GET test",
        "stores=description:wrap test",
    ];
    let checks = rules.iter().enumerate().map(async |(index, rule)| {
        // A third import of each kind, and a test without a description, take long to say nothing new.
        let descriptions: &[&str] = if index == 0 { &[WRITTEN, ""] } else { &[WRITTEN] };
        for description in descriptions {
            let (env, test) = env(description, &[rule]).await;
            let before = row(&env, test);
            for number in 1..if index < 2 { 4 } else { 3 } {
                let run = import(&env, &[]).await;
                assert_eq!(run.code, 1, "import {number}, {rule}: {run}");
                let warnings = run.json()["warnings"].to_string();
                assert!(
                    warnings.contains("does not keep descriptions as they are sent"),
                    "{rule}: {run}"
                );
                assert_eq!(row(&env, test), before, "{rule}: {run}");
                assert_eq!(run.json()["tests"]["refused"], 1, "{rule}: {run}");
                env.assert_exactly_once_but(3, 2);
            }
        }
    });
    futures_util::future::join_all(checks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_keeps_descriptions_is_trusted_and_the_temporary_test_is_gone() {
    let (env, test) = env(WRITTEN, &[]).await;
    let run = import(&env, &[]).await.expect(0);
    assert_eq!(run.json()["tests"]["adopted"], 1, "{run}");
    let sql = format!("SELECT description FROM test WHERE id = {test}");
    let description: String = env.db().query_row(&sql, [], |row| row.get(0)).unwrap();
    assert!(description.starts_with(&format!("{WRITTEN}\n\nAutomated test")), "{description}");
    env.assert_exactly_once_but(3, 2);
    let rows = all_rows(&env);
    assert_eq!(import(&env, &[]).await.expect(0).json()["changes"], json!([]));
    assert_eq!(all_rows(&env), rows);
}
