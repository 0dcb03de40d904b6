//! `docs/summary.schema.json` describes what is written: every field of it, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::root;
use crate::support::{Run, TestEnv, binary, report};

fn schema() -> Value {
    let text = std::fs::read_to_string(root().join("docs/summary.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The schema as it is for writers: no field may be written that is not described.
fn strict() -> Validator {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(object) => {
                if object.contains_key("properties") {
                    object.insert("additionalProperties".to_owned(), false.into());
                }
                object.values_mut().for_each(close);
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    let mut schema = schema();
    close(&mut schema);
    jsonschema::draft202012::new(&schema).unwrap()
}

#[track_caller]
fn assert_valid(value: &Value, kind: &str) {
    // Of one kind only, so that what is wrong is named.
    let mut schema = schema();
    schema["oneOf"] = json!([{"$ref": format!("#/$defs/{kind}")}]);
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let faults: Vec<String> = validator
        .iter_errors(value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(strict().is_valid(value), "a field is not described: {value:#}");
}

fn inspect(directory: &Path, arguments: &[&str]) -> Value {
    let mut command = binary(directory);
    command.args(["inspect", "--format", "json"]).args(arguments);
    Run::of(&command.output().unwrap()).json()
}

#[test]
fn it_is_a_schema() {
    assert!(jsonschema::draft202012::meta::is_valid(&schema()));
}

#[test]
fn inspections_are_as_described() {
    assert_valid(
        &inspect(root(), &["testdata", "crates/test-reports/tests/damaged"]),
        "inspection",
    );
    let world = tempfile::tempdir().unwrap();
    std::fs::write(world.path().join("a.xml"), report(&[("cart", &["adds", "!takes"])])).unwrap();
    let mut command = binary(world.path());
    command.args(["inspect", "--format", "jsonl", "--output", "jsonl=shard.jsonl", "a.xml"]);
    Run::of(&command.output().unwrap()).expect(0);
    assert_valid(&inspect(world.path(), &["shard.jsonl"]), "inspection");
    let compared = inspect(world.path(), &["shard.jsonl", "--compare", "a.xml"]);
    assert_eq!(compared["comparison"]["tests_before"], 2);
    assert_valid(&compared, "inspection");
}

#[tokio::test]
async fn imports_are_as_described() {
    let env = TestEnv::new().await;
    let whole = report(&[("cart", &["adds", "!takes", "~waits"]), ("pay", &["by card"])]);
    env.write("a.xml", &whole);
    env.write("cut/b.xml", &whole[..whole.len() - 60]);
    let mut seen = BTreeSet::new();
    for (code, arguments) in [
        (5, &["--check", "a.xml"][..]),
        (3, &["a.xml", "cut"]),
        (0, &["--namespace", "shop", "--new-namespace", "--stale", "report", "a.xml"]),
        (0, &["a.xml"]),
        (0, &["--compare", "cut/b.xml", "a.xml"]),
        (4, &["--fail-on-test-failure", "a.xml"]),
        (2, &["--project", "no such project", "a.xml"]),
        (3, &["missing.xml"]),
    ] {
        let summary = env.import_json(code, arguments).await;
        assert_valid(&summary, "import");
        for list in ["failures", "changes", "errors", "warnings", "stale", "run_errors"] {
            if !summary[list].as_array().unwrap().is_empty() {
                seen.insert(list);
            }
        }
    }
    for list in ["failures", "changes", "errors"] {
        assert!(seen.contains(list), "no {list} in any of these");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_as_described() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds", "!takes"])]));
    env.write("b.xml", &report(&[("cart", &["adds"])]));
    let tables =
        "[[import]]\nfiles = [\"a.xml\"]\nnamespace = \"a\"\n[[import]]\nfiles = [\"b.xml\"]\n";
    env.write("tq-import.toml", tables);
    for value in [env.import_json(0, &[]).await, inspect(env.path(), &[])] {
        assert_eq!(
            (&value["imports"][0]["namespace"], &value["imports"][0]["failed"]),
            (&json!("a"), &json!(1))
        );
        assert!(value["imports"][1]["namespace"].is_null());
        assert_valid(&value, if value["totals"].is_null() { "import" } else { "inspection" });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_carries_retires_and_takes_back_is_as_described() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds", "removes"]), ("one", &["works"])]));
    env.import(&["a.xml"]).await.expect(0);
    env.write("a.xml", &report(&[("basket", &["adds", "removes"]), ("one", &["work"])]));
    for arguments in [
        &["relink", "--dry-run", "a.xml"][..],
        &["--dry-run", "a.xml"],
        &["relink", "a.xml"],
        &["retire", "--limit", "100%", "--dry-run", "a.xml"],
        &["retire", "--limit", "100%", "a.xml"],
        &["--output", "json=summary.json", "a.xml"],
        &["undo", "--dry-run", "summary.json"],
        &["undo", "summary.json"],
    ] {
        let summary = env.import_json(0, arguments).await;
        assert_valid(&summary, "import");
        let has = |list: &str| !summary[list].as_array().unwrap().is_empty();
        assert!(has("changes"), "{arguments:?}: {summary}");
    }
}

#[test]
fn the_command_of_a_run_is_as_described() {
    let world = tempfile::tempdir().unwrap();
    std::fs::write(world.path().join("new.txt"), report(&[("cart", &["adds"])])).unwrap();
    for (line, code) in [("cp new.txt a.xml", 0), ("exit 77", 77), ("kill -KILL $$", 137)] {
        let mut command = binary(world.path());
        command.args(["run", "--sandbox", "--format", "json", "a.xml", "--", "sh", "-c", line]);
        let summary = Run::of(&command.output().unwrap()).expect(code).json();
        assert_eq!(summary["exit_code"], code);
        assert_valid(&summary, "import");
    }
}

#[test]
fn what_is_cut_for_an_output_is_as_described() {
    let world = tempfile::tempdir().unwrap();
    std::fs::write(world.path().join("a.xml"), report(&[("cart", &["adds", "!takes"])])).unwrap();
    for (arguments, kind) in
        [(&["inspect", "a.xml"][..], "inspection"), (&["--sandbox=x.db", "a.xml"], "import")]
    {
        let output = world.path().join(kind);
        let mut command = binary(world.path());
        command.args(arguments).env("GITHUB_ACTIONS", "true").env("GITHUB_OUTPUT", &output);
        Run::of(&command.output().unwrap()).expect(0);
        let written = std::fs::read_to_string(&output).unwrap();
        let json = written.lines().find(|line| line.starts_with('{')).unwrap();
        assert_valid(&serde_json::from_str(json).unwrap(), kind);
    }
}

#[test]
fn what_lacks_a_field_is_not_as_described() {
    let mut value = inspect(root(), &["testdata/jest"]);
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    assert!(validator.is_valid(&value));
    // Readers of version 1 are told that fields are added.
    value["something_new"] = true.into();
    assert!(validator.is_valid(&value) && !strict().is_valid(&value));
    value.as_object_mut().unwrap().remove("totals");
    assert!(!validator.is_valid(&value));
}
