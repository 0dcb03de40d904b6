//! A test keeps its row when its class, package or namespace changes.

mod aliases;
mod creation;
mod detection;
mod folders;
pub(super) mod kills;
mod list;
mod pins;
mod relink;
mod retire;
mod steps;
mod undo;

use serde_json::Value;

use super::faults::HASTY;
use crate::support::{Run, TestEnv, report};

/// The tests before and after the package `cart` became `basket`.
pub(super) const BEFORE: &[(&str, &[&str])] =
    &[("acme.cart", &["adds", "removes", "clears"]), ("acme.user", &["signs in"])];
pub(super) const AFTER: &[(&str, &[&str])] =
    &[("acme.basket", &["adds", "removes", "clears"]), ("acme.user", &["signs in"])];

/// A project after an import of `before.xml`; `after.xml` has the tests after the move.
pub(super) async fn imported() -> TestEnv {
    let env = TestEnv::new().await;
    env.write("before.xml", &report(BEFORE));
    env.write("after.xml", &report(AFTER));
    run(&env, &["before.xml"]).await.expect(0);
    env
}

/// Runs the binary with the namespace `shop` and short waits; JSON on standard output.
pub(super) async fn run(env: &TestEnv, arguments: &[&str]) -> Run {
    let mut all = arguments.to_vec();
    all.extend(HASTY);
    all.extend(["--format", "json"]);
    if !arguments.contains(&"--namespace") {
        all.extend(["--namespace", "shop"]);
    }
    let mut command = env.command(&[]);
    command.args(all);
    crate::support::run(command).await
}

/// As [`run`], which must end with 0 and write nothing.
pub(super) async fn writes_nothing(env: &TestEnv, arguments: &[&str]) -> Value {
    let before = rows(env);
    let _ = env.journal.take();
    let summary = run(env, arguments).await.expect(0).json();
    assert_eq!(env.journal.writes(), 0, "{arguments:?}");
    assert_eq!(rows(env), before, "{arguments:?}");
    summary
}

/// `name | description | epoch` of each test that is not deleted, by id.
pub(super) fn rows(env: &TestEnv) -> Vec<String> {
    let db = env.db();
    let mut statement = db
        .prepare(
            "SELECT id || ' | ' || name || ' | ' || coalesce(description, '') || ' | ' || epoch FROM test
             WHERE deleted_at IS NULL ORDER BY id",
        )
        .unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// One field of the test `id`.
pub(super) fn field(env: &TestEnv, id: i64, field: &str) -> String {
    let sql = format!("SELECT coalesce(cast({field} AS text), '') FROM test WHERE id = {id}");
    env.db().query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// The number of identities in the description of each test.
pub(super) fn identities(env: &TestEnv) -> Vec<usize> {
    rows(env).iter().map(|row| row.matches("tqi-").count()).collect()
}

pub(super) fn warnings(summary: &Value) -> String {
    summary["warnings"].to_string()
}
