//! `--compare FILE`: what changed since an earlier run.

use serde_json::Value;

use crate::support::{Run, TestEnv, binary, report, run};

fn names(comparison: &Value, kind: &str) -> Vec<String> {
    let tests = comparison[kind].as_array().unwrap();
    tests.iter().map(|test| test["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_format_of_an_earlier_run_gives_the_same_comparison() {
    let env = TestEnv::new().await;
    env.write("before.xml", &report(&[("cart", &["adds", "!takes", "!waits", "leaves"])]));
    let mut before = env.command(&["before.xml"]);
    before.args(["--output", "ctrf=before.ctrf.json", "--output", "junit=before.junit.xml"]);
    run(before).await.expect(0);
    let mut inspect = binary(env.path());
    inspect.args(["inspect", "before.xml", "--output", "json=before.json"]);
    inspect.args(["--output", "jsonl=before.jsonl"]);
    run(inspect).await.expect(0);
    env.write("now.xml", &report(&[("cart", &["!adds", "takes", "!waits", "!is new"])]));
    for file in
        ["before.xml", "before.json", "before.jsonl", "before.ctrf.json", "before.junit.xml"]
    {
        let summary = env.import_json(0, &["now.xml", "--compare", file]).await;
        let comparison = &summary["comparison"];
        assert_eq!(comparison["file"], file);
        assert_eq!(comparison["tests_before"], 4, "{file}");
        assert_eq!(names(comparison, "newly_failing"), ["adds", "is new"], "{file}");
        assert_eq!(names(comparison, "fixed"), ["takes"], "{file}");
        assert_eq!(names(comparison, "still_failing"), ["waits"], "{file}");
        assert_eq!(names(comparison, "new"), ["is new"], "{file}");
        assert_eq!(names(comparison, "gone"), ["leaves"], "{file}");
    }
    let text = run(env.command(&["now.xml", "--compare", "before.json"])).await.expect(0);
    let title = "Compared with before.json: 2 newly failing, 1 still failing, 1 fixed, 1 gone, 1 new (4 tests before)";
    assert!(text.stdout.contains(title), "{text}");
}

#[tokio::test]
async fn a_first_run_has_nothing_to_compare_with_and_a_wrong_file_is_an_error() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds"])]));
    let first =
        run(env.command(&["a.xml", "--compare", "last.json", "--output", "ctrf=last.json"]));
    let first = first.await.expect(0);
    assert!(first.stdout.contains("there is no file last.json"), "{first}");
    // The same command compares with what the last one wrote.
    let again =
        env.import_json(0, &["a.xml", "--compare", "last.json", "--output", "ctrf=last.json"]);
    assert_eq!(again.await["comparison"]["tests_before"], 1);
    let mut import = env.command(&["a.xml", "--output", "json=import.json"]);
    import.args(["--compare", "last.json"]);
    run(import).await.expect(0);

    env.write("empty.json", "");
    env.write("text.json", "no report");
    env.write("cut.json", "{\n  \"schema_version\": 1,\n  \"files\": [");
    let requests = env.journal.entries().len();
    for (file, why) in [
        ("empty.json", "cannot read empty.json"),
        ("text.json", "cannot read text.json"),
        ("cut.json", "it is not the JSON of inspect"),
        ("import.json", "--output ctrf=FILE"),
        (".", "cannot read ."),
    ] {
        let failed = run(env.command(&["a.xml", "--compare", file])).await.expect(2);
        assert!(failed.stderr.contains(why), "{failed}");
        let mut inspect = binary(env.path());
        inspect.args(["inspect", "a.xml", "--compare", file]);
        Run::of(&inspect.output().unwrap()).expect(2);
    }
    assert_eq!(env.journal.entries().len(), requests, "nothing is sent");
}

#[test]
fn run_reads_the_earlier_report_before_its_command_replaces_it() {
    let world = tempfile::tempdir().unwrap();
    std::fs::write(world.path().join("a.xml"), report(&[("cart", &["adds", "!takes"])])).unwrap();
    std::fs::write(world.path().join("new"), report(&[("cart", &["!adds", "takes"])])).unwrap();
    let mut command = binary(world.path());
    command.args(["run", "--sandbox", "--format", "json", "--compare", "a.xml", "a.xml", "--"]);
    command.args(["cp", "new", "a.xml"]);
    let summary = Run::of(&command.output().unwrap()).expect(0).json();
    assert_eq!(names(&summary["comparison"], "newly_failing"), ["adds"]);
    assert_eq!(names(&summary["comparison"], "fixed"), ["takes"]);
}
