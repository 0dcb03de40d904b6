//! What the process says about itself: exit codes in the JSON, old outputs, interruptions, ignored tests.

#[cfg(unix)]
use std::process::Stdio;
#[cfg(unix)]
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

#[cfg(unix)]
use super::proxy::{Fault, serve_proxy};
#[cfg(unix)]
use crate::support::Run;
use crate::support::{TestEnv, binary, report, run};

const SHOP: &[(&str, &[&str])] = &[("cart", &["adds", "!removes"]), ("login", &["greets"])];

async fn env() -> TestEnv {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    env
}

fn json_of(env: &TestEnv, name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(env.path().join(name)).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_in_the_json_is_that_of_the_process() {
    let env = env().await;
    env.import(&["a.xml"]).await.expect(0);
    let failing = ["a.xml", "--fail-on-test-failure", "--output", "json=summary.json"];
    for (more, code) in [(&[][..], 4), (&["--soft-fail", "4"], 0), (&["--soft-fail", "1"], 4)] {
        let arguments: Vec<&str> = failing.iter().chain(more).copied().collect();
        env.import(&arguments).await.expect(code);
        assert_eq!(json_of(&env, "summary.json")["exit_code"], code, "{more:?}");
    }
    // Of `run`, the command's comes first.
    let mut command = env.command(&["run", "--soft-fail", "3", "--output", "json=s.json", "b.xml"]);
    command.args(["--", "sh", "-c", "exit 3"]);
    run(command).await.expect(3);
    assert_eq!(json_of(&env, "s.json")["exit_code"], 3);
    let mut command = env.command(&["run", "--soft-fail", "3", "--output", "json=s.json", "b.xml"]);
    command.args(["--", "true"]);
    let soft = run(command).await.expect(0);
    let summary = json_of(&env, "s.json");
    assert_eq!((&summary["exit_code"], &summary["complete"]), (&json!(0), &json!(false)), "{soft}");
    assert!(soft.stdout.contains("incomplete: nothing was written"), "{soft}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_cannot_be_written_changes_the_exit_code_in_the_others() {
    let env = env().await;
    let mut command = env.command(&["a.xml", "--output", "json=summary.json"]);
    command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
    run(command).await.expect(1);
    assert_eq!(json_of(&env, "summary.json")["exit_code"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_output_does_not_survive_a_failed_start() {
    let env = env().await;
    for arguments in [
        &["a.xml", "--output", "json=old.json", "--no-such-option"][..],
        &["a.xml", "--output=json=old.json", "--host", "nonsense"],
        &["a.xml", "--output", "json=old.json", "--output", "text=no/where.txt"],
        &["inspect", "a.xml", "--output", "json=old.json", "--min-tests", "x"],
        &["run", "--output", "json=old.json", "--", "true"],
        &["run", "--output", "json=old.json", "a.xml", "--", "no-such-program"],
        &["a.xml", "--output", "json=old.json", "--output", "json=a.xml"],
    ] {
        let old = env.write("old.json", "{\"exit_code\":0}");
        let mut command = env.command_without_project(&[]);
        command.args(["--project", "demo"]).args(arguments);
        run(command).await.expect(2);
        assert!(!old.exists(), "{arguments:?}");
    }
    let report = std::fs::read_to_string(env.path().join("a.xml")).unwrap();
    assert!(report.contains("<testcase"), "a report is never deleted");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_interrupted_before_its_first_write_says_so() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let env = env().await;
        let (host, importer) = serve_proxy(&env, move |_, path, _, _| {
            (path == "/api/suite").then_some(Fault::Signal(signal))
        })
        .await;
        let mut command = binary(env.path());
        command.args(["--host", &host, "--token-file", "token", "--project", "demo", "a.xml"]);
        let ended = tokio::task::spawn_blocking(move || {
            let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            importer.store(child.id() as usize, Ordering::SeqCst);
            Run::of(&child.wait_with_output().unwrap())
        })
        .await
        .unwrap()
        .expect(code);
        assert!(ended.stdout.contains("interrupted: nothing was written"), "{ended}");
        assert_eq!(env.count("test"), 0);
        // While reports are read, there is no server yet.
        let mut command = env.command(&["-"]);
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let ended = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            let open = child.stdin.take();
            std::thread::sleep(std::time::Duration::from_millis(500));
            let pid = child.id().to_string();
            let sent = std::process::Command::new("kill").args(["-s", signal, &pid]).status();
            assert!(sent.unwrap().success());
            let ended = Run::of(&child.wait_with_output().unwrap());
            drop(open);
            ended
        })
        .await
        .unwrap()
        .expect(code);
        assert!(ended.stderr.contains("interrupted: nothing was written"), "{ended}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inspect_leaves_out_ignored_tests_like_an_import() {
    let env = env().await;
    env.write("tq-import.toml", "ignore = [\"cart/*\"]\n");
    let mut command = binary(env.path());
    command.args(["inspect", "a.xml", "--format", "json"]);
    let inspection = run(command).await.expect(0).json();
    let names: Vec<&str> = inspection["tests"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|test| test["name"].as_str())
        .collect();
    assert_eq!(names, ["greets"]);
    assert_eq!(inspection["totals"]["ignored"], 2);
    assert_eq!(inspection["totals"]["failed"], 1, "their outcomes still count");
    let mut command = binary(env.path());
    command.args(["inspect", "a.xml", "-v"]);
    let shown = run(command).await.expect(0).stdout;
    assert!(!shown.contains("adds") && shown.contains("greets"), "{shown}");
    assert!(shown.contains("3 tests in 1 report, 2 of them ignored by tq-import.toml"), "{shown}");
}

/// A run whose state is not what it should be has the same exit code each time.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_state_gives_the_same_exit_code() {
    let rules = ["422 POST test 2+", "422 POST step"];
    let faults = testquality_sandbox::FaultRules::parse(&rules).unwrap();
    let env = TestEnv::with(|options| options.faults = faults).await;
    env.write("a.xml", &report(SHOP));
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(env.import(&["a.xml", "--batch-size", "1", "--retry-wait", "5ms"]).await.code);
    }
    assert_eq!(codes, [1, 1, 1]);
}
