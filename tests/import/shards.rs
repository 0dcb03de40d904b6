//! Many machines run the tests, each writes its reports as JSON lines, and one import reads all of them.

use std::path::Path;

use serde_json::Value;

use crate::support::{Run, binary, report};

fn inspect(directory: &Path, arguments: &[&str]) -> Run {
    Run::of(&binary(directory).arg("inspect").args(arguments).output().unwrap())
}

fn import(directory: &Path, arguments: &[&str]) -> Run {
    let mut command = binary(directory);
    command.args(["--sandbox=shop.db", "--format", "json"]).args(arguments);
    Run::of(&command.output().unwrap())
}

#[test]
fn shards_are_inspected_where_they_ran_and_imported_once() {
    let world = tempfile::tempdir().unwrap();
    let shards = world.path().join("shards");
    std::fs::create_dir(&shards).unwrap();
    for shard in 1..=3 {
        // Each on its own machine, all with the same file name.
        let machine = world.path().join(format!("machine-{shard}"));
        std::fs::create_dir(&machine).unwrap();
        let cases = [format!("only here {shard}"), "everywhere".to_owned()];
        let cases: Vec<&str> = cases.iter().map(String::as_str).collect();
        std::fs::write(machine.join("junit.xml"), report(&[("cart", &cases)])).unwrap();
        let file = format!("jsonl={}", shards.join(format!("{shard}.jsonl")).display());
        inspect(&machine, &["--output", &file, "junit.xml"]).expect(0);
    }
    let first = import(world.path(), &["shards"]).expect(0).json();
    assert_eq!(first["tests"]["seen"], 6);
    assert_eq!(first["tests"]["created"], 4);
    assert_eq!(first["reports"]["files"], 3);
    // The reports themselves contain the same tests.
    let again = import(world.path(), &["machine-*/junit.xml"]).expect(0).json();
    assert_eq!(again["tests"]["unchanged"], 4, "{again}");
    assert_eq!(again["requests"]["post"], 0);
}

/// As a matrix of 500 jobs leaves them: equal file names, tests of one shard, and tests of all shards.
#[test]
fn five_hundred_shards_fan_into_one_import() {
    let world = tempfile::tempdir().unwrap();
    let shards = world.path().join("shards");
    let machine = world.path().join("machine");
    std::fs::create_dir(&machine).unwrap();
    // Written by the binary once; the others differ only in the names of their tests.
    std::fs::write(machine.join("junit.xml"), report(&[("cart", &["case of 000", "everywhere"])]))
        .unwrap();
    let lines = inspect(&machine, &["--format", "jsonl", "junit.xml"]).expect(0).stdout;
    for shard in 0..500 {
        let folder = shards.join(format!("shard-{shard}"));
        std::fs::create_dir_all(&folder).unwrap();
        let lines = lines.replace("case of 000", &format!("case of {shard:03}"));
        std::fs::write(folder.join("tests.jsonl"), lines).unwrap();
    }
    let first = import(world.path(), &["shards"]).expect(0).json();
    assert_eq!(first["reports"]["files"], 500);
    assert_eq!(first["tests"]["seen"], 1000);
    assert_eq!(first["tests"]["created"], 501);
    // The test that all shards have: further executions, or exact copies of one.
    assert_eq!(first["tests"]["merged"], 499);
    assert_eq!(first["complete"], true);
    let writes = first["requests"]["post"].as_u64().unwrap();
    assert_eq!(writes, 1 + 2 + 2, "as few as for one report: {first}");
    let again = import(world.path(), &["shards"]).expect(0).json();
    assert_eq!(again["tests"]["unchanged"], 501);
    assert_eq!(again["requests"]["post"], 0);
}

#[test]
fn a_truncated_shard_is_reported_as_damaged() {
    let world = tempfile::tempdir().unwrap();
    std::fs::write(world.path().join("a.xml"), report(&[("cart", &["adds", "removes"])])).unwrap();
    let lines = inspect(world.path(), &["--format", "jsonl", "a.xml"]).expect(0).stdout;
    let cut = &lines[..lines.rfind("{\"end\"").unwrap()];
    std::fs::write(world.path().join("cut.jsonl"), cut).unwrap();
    let run = import(world.path(), &["cut.jsonl"]).expect(3);
    let summary = run.json();
    assert_eq!(summary["tests"]["created"], 2, "what was readable is imported: {run}");
    assert_eq!(summary["reports"]["damaged"][0]["path"], "cut.jsonl");
    assert_eq!(summary["reports"]["damaged"][0]["line"], 4);
    import(world.path(), &["--strict", "cut.jsonl"]).expect(3);
}

#[test]
fn inspecting_lines_equals_inspecting_the_reports() {
    let world = tempfile::tempdir().unwrap();
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let testdata = testdata.to_str().unwrap();
    let directly = inspect(world.path(), &["--format", "json", testdata]).expect(0).json();
    let lines = inspect(world.path(), &["--format", "jsonl", testdata]).expect(0).stdout;
    let mut reading = binary(world.path());
    reading.args(["inspect", "--format", "json", "-"]).stdin(std::process::Stdio::piped());
    let mut child = reading.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        use std::io::Write as _;
        stdin.write_all(lines.as_bytes())
    });
    let carried = Run::of(&child.wait_with_output().unwrap()).expect(0).json();
    writer.join().unwrap().unwrap();
    assert_eq!(carried["tests"], directly["tests"]);
    assert_eq!(carried["totals"], directly["totals"]);
    let without_shard = |files: &Value| {
        let mut files = files.clone();
        for file in files.as_array_mut().unwrap() {
            file.as_object_mut().unwrap().remove("shard");
        }
        files
    };
    assert_eq!(without_shard(&carried["files"]), directly["files"]);
}

#[test]
fn a_file_that_is_not_a_report_is_skipped_in_a_directory_and_an_error_if_named() {
    let world = tempfile::tempdir().unwrap();
    std::fs::create_dir(world.path().join("out")).unwrap();
    std::fs::write(world.path().join("out/a.xml"), report(&[("cart", &["adds"])])).unwrap();
    std::fs::write(world.path().join("out/log.jsonl"), "{\"level\":\"info\"}\n").unwrap();
    std::fs::write(world.path().join("out/dump.gz"), "no gzip at all").unwrap();
    let run = inspect(world.path(), &["--format", "json", "out"]).expect(0);
    let said = run.json()["warnings"].to_string();
    assert!(said.contains("skipped 2 files that are not test reports"), "{said}");
    let named = inspect(world.path(), &["out/log.jsonl"]).expect(3);
    assert!(named.stdout.contains("JSON, but not a test report: not CTRF, not"), "{named}");
}

#[test]
fn with_reruns_the_order_of_the_arguments_is_the_order_of_the_runs() {
    let world = tempfile::tempdir().unwrap();
    let case = |inside: &str| {
        format!(
            "<testsuite name='s'><testcase classname='c' name='a'>{inside}</testcase></testsuite>"
        )
    };
    std::fs::write(world.path().join("z-first.xml"), case("<failure/>")).unwrap();
    std::fs::write(world.path().join("a-second.xml"), case("")).unwrap();
    let arguments = ["--reruns", "--format", "json", "z-first.xml", "a-second.xml"];
    let test = inspect(world.path(), &arguments).expect(0).json()["tests"][0].clone();
    assert_eq!((test["outcome"].as_str(), &test["flaky"]), (Some("passed"), &Value::Bool(true)));
    let back = ["--reruns", "--format", "json", "a-second.xml", "z-first.xml"];
    let test = inspect(world.path(), &back).expect(0).json()["tests"][0].clone();
    assert_eq!(test["outcome"].as_str(), Some("failed"));
}
