//! `list`: what a configuration needs to name.

use serde_json::{Value, json};

use super::imported;
use crate::support::person::Person;

async fn list(env: &crate::support::TestEnv, arguments: &[&str]) -> Value {
    let mut all = vec!["list"];
    all.extend(arguments);
    all.extend(["--format", "json"]);
    let _ = env.journal.take();
    let listed = crate::support::run(env.command(&all)).await.expect(0).json();
    assert_eq!(env.journal.writes(), 0);
    listed["rows"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_row_is_listed_and_filtered() {
    let env = imported().await;
    let person = Person::at(&env);
    person.test(person.folder("By hand").await, json!({"name": "Adds a voucher"})).await;
    super::run(&env, &["--cycle", "web", "--build", "7", "before.xml"]).await.expect(0);
    let names = |rows: &Value, key: &str| -> Vec<String> {
        rows.as_array().unwrap().iter().map(|row| row[key].to_string()).collect()
    };
    let tests = list(&env, &["tests"]).await;
    assert_eq!(tests.as_array().unwrap().len(), 5);
    let found = list(&env, &["tests", "ADDS"]).await;
    assert_eq!(names(&found, "name"), ["\"Adds a voucher\"", "\"adds\""]);
    assert_eq!(
        (&found[0]["is_automated"], &found[0]["path"]),
        (&json!(false), &json!(["By hand"]))
    );
    let identity = found[1]["identity"].as_str().unwrap();
    assert_eq!(list(&env, &["tests", identity]).await.as_array().unwrap().len(), 1);
    let folders = list(&env, &["folders"]).await;
    assert_eq!(
        names(&folders, "path"),
        ["[\"By hand\"]", "[\"acme\"]", "[\"acme\",\"cart\"]", "[\"acme\",\"user\"]"]
    );
    assert_eq!(folders[2]["tests"], 3);
    let runs = list(&env, &["runs"]).await;
    assert_eq!((runs.as_array().unwrap().len(), &runs[0]["cycle"]), (1, &json!("web")));
    assert_eq!(names(&list(&env, &["projects"]).await, "name"), ["\"Demo\""]);
    let mut command = env.command_without_project(&["list", "projects"]);
    command.env("NO_COLOR", "1");
    let text = crate::support::run(command).await.expect(0).stdout;
    assert!(text.ends_with("  Demo\n"), "{text}");
    let key = found[1]["key"].as_str().unwrap();
    let text =
        crate::support::run(env.command(&["list", "tests", "acme/cart"])).await.expect(0).stdout;
    assert!(text.contains(&format!("{key}  acme/cart: adds  ({identity})")), "{text}");
    crate::support::run(env.command(&["list", "nonsense"])).await.expect(2);
}
