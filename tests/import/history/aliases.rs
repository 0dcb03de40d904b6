//! Rows with several identities.

use serde_json::json;

use super::{AFTER, BEFORE, field, identities, imported, rows, run, warnings, writes_nothing};
use crate::support::person::Person;
use crate::support::report;

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_the_old_branch_finds_the_row_by_its_alias() {
    let env = imported().await;
    run(&env, &["relink", "after.xml"]).await.expect(0);
    assert_eq!(identities(&env), [2, 2, 2, 1]);
    for file in ["before.xml", "after.xml"] {
        let summary = writes_nothing(&env, &[file]).await;
        assert_eq!(summary["tests"]["unchanged"], 4, "{file}");
        assert_eq!(summary["warnings"], json!([]), "{file}");
    }
    env.assert_exactly_once(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_branches_take_turns_without_a_write() {
    let env = imported().await;
    run(&env, &["relink", "after.xml"]).await.expect(0);
    for _ in 0..10 {
        writes_nothing(&env, &["before.xml"]).await;
        writes_nothing(&env, &["after.xml"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_records_that_meet_in_one_row_are_two_tests_again() {
    let env = imported().await;
    run(&env, &["relink", "after.xml"]).await.expect(0);
    let before = rows(&env);
    env.write("both.xml", &report(&[BEFORE[0], AFTER[0], AFTER[1]]));
    let planned = run(&env, &["--dry-run", "both.xml"]).await.expect(0).json();
    assert_eq!(planned["tests"]["created"], 3);
    assert_eq!(rows(&env), before, "a dry run");
    let summary = run(&env, &["both.xml"]).await.expect(0).json();
    assert_eq!((&summary["tests"]["created"], &summary["complete"]), (&json!(3), &json!(true)));
    assert!(warnings(&summary).contains("separate tests again"), "{summary}");
    assert_eq!(identities(&env), [1, 1, 1, 1, 1, 1, 1]);
    env.assert_exactly_once(7);
    // The rows keep what they are now.
    let again = rows(&env);
    assert!(again[0].contains("acme.basket :: adds"), "{again:?}");
    for file in ["both.xml", "before.xml", "after.xml"] {
        writes_nothing(&env, &[file]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_eight_identities_are_kept() {
    let env = imported().await;
    for number in 0..9 {
        let suite = format!("acme.basket{number}");
        env.write("after.xml", &report(&[(&suite, BEFORE[0].1), BEFORE[1]]));
        run(&env, &["relink", "after.xml"]).await.expect(0);
    }
    assert_eq!(identities(&env), [8, 8, 8, 1]);
    writes_nothing(&env, &["after.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_was_created_while_its_row_was_carried_over_is_deleted_and_a_copy_is_not() {
    let env = imported().await;
    run(&env, &["relink", "after.xml"]).await.expect(0);
    env.write("more.xml", &report(&[("acme.basket", &["starts"])]));
    run(&env, &["more.xml"]).await.expect(0);
    let person = Person::at(&env);
    let (adds, basket) = (person.id("test", "adds"), person.id("suite", "basket"));
    let line = field(&env, adds, "description");
    let alias = line.split(' ').filter(|word| word.contains("tqi-")).nth(1).unwrap();
    // As an import wrote it that had read the project before.
    let created = line.replace(&format!(" {alias}"), "");
    let fields = |line: &str| json!({"name": "adds", "description": line, "is_automated": true});
    let late = person.test(basket, fields(&created)).await;
    let copy = person.test(basket, fields(&line)).await;
    let summary = run(&env, &["after.xml"]).await.expect(0).json();
    assert!(warnings(&summary).contains(&format!("{copy} is kept")), "{summary}");
    let live = |id: i64| {
        let sql = format!("SELECT deleted_at IS NULL FROM test WHERE id = {id}");
        person.number(&sql) == 1
    };
    assert_eq!((live(adds), live(late), live(copy)), (true, false, true), "{summary}");
}
