//! `tq-import run` with real commands and a real cargo.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

#[cfg(unix)]
use crate::support::TestEnv;
use crate::support::npm::Packages;
use crate::support::{Run, binary, copy_files, report, run};

/// `tq-import run` with `options` and a shell command.
#[cfg(unix)]
async fn run_shell(directory: &Path, options: &[&str], line: &str) -> Run {
    let mut command = binary(directory);
    command.arg("run").args(options).args(["--", "sh", "-c", line]);
    run(command).await
}

/// A copy of the crate whose cargo-nextest report is in testdata.
fn shop() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/nextest/project");
    copy_files(&project, directory.path());
    directory
}

/// Makes cargo build below `directory`, without the environment of this test run.
fn with_cargo(mut command: Command, directory: &Path) -> Command {
    for (name, _) in std::env::vars_os() {
        let shown = name.to_string_lossy();
        let builds = ["CARGO_BUILD", "CARGO_TARGET", "CARGO_PKG", "CARGO_MANIFEST", "RUST_"];
        if builds.iter().any(|prefix| shown.starts_with(prefix)) || shown == "RUSTFLAGS" {
            command.env_remove(name);
        }
    }
    command.env("CARGO_TARGET_DIR", directory.join("target")).env("CARGO_NET_OFFLINE", "true");
    command
}

/// The identities in an inspection, by container and name.
fn identities(inspection: &Value) -> BTreeMap<(String, String), String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let tests = inspection["tests"].as_array().unwrap();
    let known = tests.iter().map(|test| {
        let container = test["container"].as_array().unwrap();
        let container: Vec<&str> = container.iter().map(|part| part.as_str().unwrap()).collect();
        ((container.join(" > "), text(&test["name"])), text(&test["identity"]))
    });
    known.collect()
}

async fn inspected(directory: &Path, report: &Path) -> BTreeMap<(String, String), String> {
    let mut command = with_cargo(binary(directory), directory);
    command.args(["inspect", "--format", "json"]).arg(report);
    identities(&run(command).await.expect(0).json())
}

#[tokio::test]
async fn cargo_test_gives_the_same_identities_as_nextest() {
    let shop = shop();
    let at = shop.path();
    let mut command = with_cargo(binary(at), at);
    command.args(["run", "--sandbox", "--output", "json=summary.json", "--"]);
    command.args(["cargo", "test", "--no-fail-fast"]);
    // The exit code is cargo's, and both streams are passed through.
    let ended = run(command).await.expect(101);
    assert!(ended.stdout.contains("test tests::invoice::total ... FAILED\n"), "{ended}");
    assert!(ended.stderr.contains("     Running tests/checkout.rs (target"), "{ended}");
    let summary = std::fs::read_to_string(at.join("summary.json")).unwrap();
    let summary: Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["complete"], json!(true), "{summary:#}");
    assert_eq!(summary["command"]["program"], json!("cargo test"));
    assert_eq!(summary["command"]["exit_code"], json!(101));
    assert_eq!(summary["exit_code"], json!(101));
    assert_eq!(summary["warnings"], json!([]));
    let created = summary["tests"]["created"].as_u64().unwrap();

    // The same output from a pipe, with both streams merged: nothing new.
    let mut cargo = with_cargo(Command::new("sh"), at);
    cargo.current_dir(at).args(["-c", "cargo test --no-fail-fast > both.txt 2>&1"]);
    assert!(!cargo.status().unwrap().success());
    let both = at.join("both.txt");
    let mut command = with_cargo(binary(at), at);
    command.args(["--sandbox", "--format", "json", "-"]);
    command.stdin(std::fs::File::open(&both).unwrap());
    let again = run(command).await.expect(0).json();
    assert_eq!(again["tests"]["unchanged"], json!(created));
    assert_eq!(again["tests"]["created"], json!(0));

    let ours = inspected(at, &both).await;
    assert_eq!(u64::try_from(ours.len()).unwrap(), created);
    let nextest = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/nextest/junit.xml");
    let theirs = inspected(at, &nextest).await;
    assert!(theirs.len() > 10);
    for (test, identity) in &theirs {
        assert_eq!(ours.get(test), Some(identity), "{test:?}");
    }
    // nextest does not report ignored tests, and does not run documentation tests.
    let more: Vec<&str> = ours
        .keys()
        .filter(|test| !theirs.contains_key(test))
        .map(|(container, _)| container.as_str())
        .collect();
    assert!(more.contains(&"shop::doc") && more.len() < ours.len() / 2, "{more:?}");

    // Outside of the workspace, the packages are unknown.
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = binary(elsewhere.path());
    command.args(["inspect"]).arg(&both);
    let alone = run(command).await.expect(0);
    assert!(alone.stdout.contains("the packages of test binaries are unknown"), "{alone}");
}

#[tokio::test]
async fn a_failed_build_exits_with_cargos_code() {
    let shop = shop();
    let at = shop.path();
    std::fs::write(at.join("src/lib.rs"), "this is no Rust").unwrap();
    let mut command = with_cargo(binary(at), at);
    command.args(["run", "--sandbox", "--", "cargo", "test"]);
    let ended = run(command).await.expect(101);
    assert!(ended.stderr.contains("error: "), "{ended}");
    assert!(ended.stdout.contains("exit code 101 of the command"), "{ended}");
}

#[cfg(unix)]
#[tokio::test]
async fn input_and_output_of_the_command_are_unchanged() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), "").unwrap();
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    std::fs::write(directory.path().join("in"), &bytes).unwrap();
    // Inherited streams, and the reader for `cargo test`.
    for report in ["a.xml", "-"] {
        let mut command = binary(directory.path());
        command.args(["run", "--sandbox", "--quiet", "--allow-empty", report, "--"]);
        command.args(["sh", "-c", "cat in; cat >&2; exit 9"]);
        command.stdin(std::fs::File::open(directory.path().join("in")).unwrap());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert_eq!(output.status.code(), Some(9), "{report}");
        assert!(output.stdout.starts_with(&bytes), "{report}");
        assert!(output.stderr.starts_with(&bytes), "{report}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_reports_that_the_command_wrote_are_imported() {
    let env = TestEnv::new().await;
    env.write("reports/old.xml", &report(&[("old", &["stays out"])]));
    env.write("reports/again.xml", &report(&[("again", &["one"])]));
    env.write("new.txt", &report(&[("new", &["is in"])]));
    let mut command = env.command(&["run", "--format", "json", "reports/", "--"]);
    command.args([
        "sh",
        "-c",
        "cp new.txt reports/new.xml; cp reports/again.xml x; cp x reports/again.xml",
    ]);
    let ended = run(command).await.expect(0);
    let summary = ended.json();
    assert_eq!(summary["tests"]["created"], json!(2), "{ended}");
    assert_eq!(summary["command"]["exit_code"], json!(0));
    let warnings = summary["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 2, "{ended}");
    assert!(warnings[0].as_str().unwrap().contains("reports/old.xml"), "{ended}");

    // If the command writes no report, existing reports are not imported.
    let mut command = env.command(&["run", "--format", "json", "reports/", "--"]);
    command.arg("true");
    let ended = run(command).await.expect(3);
    assert_eq!(ended.json()["tests"]["seen"], json!(0), "{ended}");
    assert_eq!(ended.json()["command"]["exit_code"], json!(0));
}

#[cfg(unix)]
#[tokio::test]
async fn the_commands_exit_code_takes_precedence() {
    let directory = tempfile::tempdir().unwrap();
    let good = report(&[("cart", &["adds"])]);
    std::fs::write(directory.path().join("good.txt"), good).unwrap();
    for (line, code) in [
        ("cp good.txt a.xml", 0),
        ("cp good.txt a.xml; exit 7", 7),
        ("true", 3),
        ("exit 2", 2),
        ("kill -KILL $$", 137),
        ("echo '<testsuite><testcase name=\"x\">' > a.xml", 3),
        ("echo '<testsuite><testcase name=\"x\">' > a.xml; exit 1", 1),
    ] {
        let _ = std::fs::remove_file(directory.path().join("a.xml"));
        let options = ["--sandbox", "a.xml", "--output", "json=summary.json"];
        let ended = run_shell(directory.path(), &options, line).await.expect(code);
        let summary = std::fs::read_to_string(directory.path().join("summary.json")).unwrap();
        let summary: Value = serde_json::from_str(&summary).unwrap();
        assert_eq!(summary["exit_code"], json!(code), "{line}: {ended}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn errors_are_reported_before_the_command_starts() {
    let directory = tempfile::tempdir().unwrap();
    for (options, words) in [
        (&["a.xml"][..], "--sandbox"),
        (&["--sandbox"][..], "no reports named"),
        // The shell is not a tool that is known.
        (&["--sandbox"][..], "name the reports that the command writes"),
        (&["--sandbox", "--output", "json=no/where.json", "a.xml"][..], "no/where.json"),
    ] {
        let ended = run_shell(directory.path(), options, "touch started").await.expect(2);
        assert!(ended.stderr.contains(words), "{ended}");
        assert!(!directory.path().join("started").exists(), "{ended}");
    }
    let mut command = binary(directory.path());
    command.args(["run", "--sandbox", "a.xml", "--", "no-such-program"]);
    let ended = run(command).await.expect(2);
    assert!(ended.stderr.contains("cannot start no-such-program"), "{ended}");
    // Without `--`, the command would be a report.
    let mut command = binary(directory.path());
    command.args(["run", "--sandbox", "cargo", "test"]);
    let ended = run(command).await.expect(2);
    assert!(ended.stderr.contains("-- <COMMAND>"), "{ended}");
    assert!(ended.stderr.contains("hint: write the command after `--`"), "{ended}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_fails_before_it_writes_a_report_is_named_as_the_reason() {
    let directory = tempfile::tempdir().unwrap();
    let failed = run_shell(directory.path(), &["--sandbox", "a.xml"], "exit 9").await.expect(9);
    assert!(failed.stderr.contains("no such file or directory: a.xml"), "{failed}");
    let failed = run_shell(directory.path(), &["--sandbox", "*.xml"], "exit 9").await.expect(9);
    assert!(failed.stderr.contains("the command failed before it wrote one"), "{failed}");
    let passed = run_shell(directory.path(), &["--sandbox", "*.xml"], "exit 0").await.expect(3);
    assert!(passed.stderr.contains("where they write their reports"), "{passed}");
}

#[cfg(unix)]
#[tokio::test]
async fn tests_do_not_see_the_token() {
    let env = TestEnv::new().await;
    let token = std::fs::read_to_string(env.path().join("token")).unwrap();
    env.write("new.txt", &report(&[("new", &["is in"])]));
    let mut command = binary(env.path());
    command.env("TQ_ACCESS_TOKEN", token.trim()).env("TQ_HOST", &env.running.url);
    command.args(["run", "--project", "demo", "a.xml", "--"]);
    command.args(["sh", "-c", "env; cp new.txt a.xml"]);
    let ended = run(command).await.expect(0);
    assert!(ended.stdout.contains("TQ_HOST=") && !ended.stdout.contains(token.trim()), "{ended}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_reaches_the_command() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = binary(directory.path());
    command.args(["run", "--sandbox", "a.xml", "--", "sh", "-c"]);
    command.arg(
        "trap 'echo told > told; exit 0' TERM; echo ready > ready; while :; do sleep 0.05; done",
    );
    let mut child = command.spawn().unwrap();
    let pid: std::ffi::OsString = child.id().to_string().into();
    let wait_for = |name: &str| {
        let path = directory.path().join(name);
        for _ in 0..400 {
            if path.exists() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("{name} did not come");
    };
    wait_for("ready");
    assert!(Command::new("kill").arg("-TERM").arg(&pid).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    wait_for("told");
}

/// Whether `program` is installed. Without it a test shows nothing, and says so.
fn is_installed(program: &str) -> bool {
    let runs = Command::new(program).arg("--version").output().is_ok();
    // `go --version` fails, but it starts.
    if !runs {
        println!("skipped: {program} is not installed");
    }
    runs
}

/// Runs `line` in `directory` without naming reports. Returns the summary.
async fn run_unnamed(directory: &Path, line: &str, code: i32) -> (Run, Value) {
    run_words(directory, line.split(' '), code).await
}

/// Like [`run_unnamed`], for words that may hold spaces.
async fn run_words<'a>(
    directory: &Path,
    words: impl IntoIterator<Item = &'a str>,
    code: i32,
) -> (Run, Value) {
    let mut command = with_cargo(binary(directory), directory);
    command.env("GOCACHE", directory.join("gocache"));
    command.args(["run", "--sandbox", "--output", "json=summary.json", "--"]);
    command.args(words);
    let ended = run(command).await.expect(code);
    let summary = std::fs::read_to_string(directory.join("summary.json")).unwrap();
    let summary: Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["complete"], json!(true), "{ended}");
    assert_eq!(summary["warnings"], json!([]), "{ended}");
    assert_eq!(summary["reports"]["files"], json!(1), "{ended}");
    (ended, summary)
}

#[tokio::test]
async fn pytest_needs_no_report() {
    if !is_installed("pytest") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    std::fs::write(
        at.join("test_cart.py"),
        "def test_adds():\n    assert 1\ndef test_fails():\n    assert 0\n",
    )
    .unwrap();
    let (ended, summary) = run_unnamed(at, "pytest -q -p no:cacheprovider", 1).await;
    assert!(ended.stdout.contains("1 failed, 1 passed"), "{ended}");
    assert_eq!(summary["tests"]["created"], json!(2), "{ended}");
    assert_eq!(summary["reports"]["failed"], json!(1), "{ended}");
    // The same tests as in a report that is named.
    let mut command = binary(at);
    command.args(["run", "--sandbox", "--output", "json=summary.json", "own.xml", "--"]);
    command.args(["pytest", "-p", "no:cacheprovider", "--junitxml=own.xml"]);
    run(command).await.expect(1);
    let text = std::fs::read_to_string(at.join("summary.json")).unwrap();
    let again: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(again["tests"]["unchanged"], json!(2), "{again:#}");
}

#[tokio::test]
async fn go_test_needs_no_report_and_prints_what_it_prints_alone() {
    if !is_installed("go") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    std::fs::write(at.join("go.mod"), "module shop\n\ngo 1.19\n").unwrap();
    let source = "package shop\n\nimport \"testing\"\n\nfunc TestAdds(t *testing.T) { t.Log(\"quiet\") }\n\
                  func TestFails(t *testing.T) { t.Error(\"loud\") }\n";
    std::fs::write(at.join("shop_test.go"), source).unwrap();
    let (ended, summary) = run_unnamed(at, "go test ./...", 1).await;
    assert_eq!(summary["tests"]["created"], json!(2), "{ended}");
    assert_eq!(summary["reports"]["failed"], json!(1), "{ended}");
    assert!(
        ended.stdout.contains("--- FAIL: TestFails") && ended.stdout.contains(": loud"),
        "{ended}"
    );
    assert!(!ended.stdout.contains("quiet") && !ended.stdout.contains("\"Action\""), "{ended}");
    let (ended, _) = run_unnamed(at, "go test -v ./...", 1).await;
    assert!(ended.stdout.contains(": quiet") && ended.stdout.contains("=== RUN"), "{ended}");
}

#[tokio::test]
async fn cargo_nextest_needs_no_report() {
    if !is_installed("cargo-nextest") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    std::fs::create_dir(at.join("src")).unwrap();
    let manifest = "[package]\nname = \"shop\"\nedition = \"2021\"\n\n[workspace]\n";
    std::fs::write(at.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(
        at.join("src/lib.rs"),
        "#[test]\nfn adds() {}\n#[test]\nfn fails() { panic!() }\n",
    )
    .unwrap();
    let (ended, summary) = run_unnamed(at, "cargo nextest run --no-fail-fast", 100).await;
    assert!(ended.stderr.contains("2 tests run: 1 passed, 1 failed"), "{ended}");
    assert!(!ended.stdout.contains("\"type\""), "{ended}");
    assert_eq!(summary["tests"]["created"], json!(2), "{ended}");
    assert_eq!(summary["reports"]["failed"], json!(1), "{ended}");
}

static RUNNERS: Packages =
    Packages::new("runners", &["jest@29.7.0", "vitest@2.1.9", "@playwright/test@1.49.1"]);

#[cfg(unix)]
#[tokio::test]
async fn jest_vitest_and_playwright_need_no_report() {
    let Some(installed) = RUNNERS.installed() else { return };
    let body = "test('adds', () => {}); test('fails', () => { expect(1).toBe(2) });";
    for (program, arguments, file, import) in [
        ("jest", &[][..], "a.test.js", ""),
        ("vitest", &["run"][..], "a.test.mjs", "import { test, expect } from 'vitest';"),
        (
            "playwright",
            &["test"][..],
            "a.spec.js",
            "const { test, expect } = require('@playwright/test');",
        ),
    ] {
        // Below the packages, so that Node.js finds them.
        let directory = tempfile::Builder::new().prefix("run-").tempdir_in(installed).unwrap();
        std::fs::write(directory.path().join("package.json"), "{\"private\":true}").unwrap();
        std::fs::write(directory.path().join(file), format!("{import}\n{body}\n")).unwrap();
        let program_path = installed.join("node_modules/.bin").join(program);
        let words =
            std::iter::once(program_path.to_str().unwrap()).chain(arguments.iter().copied());
        let (ended, summary) = run_words(directory.path(), words, 1).await;
        assert_eq!(summary["tests"]["created"], json!(2), "{ended}");
        assert_eq!(summary["reports"]["failed"], json!(1), "{ended}");
        // People still see what the tool prints.
        let printed = format!("{}{}", ended.stdout, ended.stderr);
        assert!(printed.contains("1 failed") && printed.contains("1 passed"), "{ended}");
    }
}

#[tokio::test]
async fn a_known_tool_without_a_report_gets_the_command_to_type() {
    let directory = tempfile::tempdir().unwrap();
    for (line, words) in [
        ("dotnet test", "tq-import run '**/TestResults/*.trx' -- dotnet test --logger trx"),
        ("npx mocha", "--reporter-option output=mocha.json"),
        ("node --test", "tq-import run node.xml -- node --test"),
        ("bundle exec rspec", "--format json --out rspec.json"),
        ("pytest --junitxml=a.xml", "tq-import run junit.xml -- pytest --junitxml=junit.xml"),
    ] {
        let mut command = binary(directory.path());
        command.args(["run", "--sandbox", "--"]).args(line.split(' '));
        let ended = run(command).await.expect(2);
        assert!(ended.stderr.contains("no reports named"), "{ended}");
        assert!(ended.stderr.contains(words), "{ended}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_report_that_the_command_prints_is_read_in_any_format() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    std::fs::write(at.join("a.tap"), "\n> shop@1.0.0 test\n\n1..2\nok 1 - adds\nnot ok 2 - pays\n")
        .unwrap();
    std::fs::write(at.join("a.xml"), report(&[("shop", &["adds", "pays"])])).unwrap();
    let summary = async |line: &str, code: i32| {
        let options = ["--sandbox", "--quiet", "--output", "json=summary.json", "-"];
        let ended = run_shell(at, &options, line).await.expect(code);
        let text = std::fs::read_to_string(at.join("summary.json")).unwrap();
        (ended, serde_json::from_str::<Value>(&text).unwrap())
    };
    let (ended, tap) = summary("cat a.tap; echo from the tests >&2; exit 1", 1).await;
    assert!(ended.stdout.contains("not ok 2 - pays\n"), "{ended}");
    assert!(ended.stderr.contains("from the tests\n"), "{ended}");
    assert_eq!(tap["tests"]["created"], json!(2), "{tap:#}");
    assert_eq!(tap["complete"], json!(true), "{tap:#}");
    let (_, junit) = summary("cat a.xml", 0).await;
    assert_eq!(junit["tests"]["created"], json!(2), "{junit:#}");
    // An end that is missing is damage, as in a file.
    let (_, cut) = summary("head -n 5 a.tap", 3).await;
    assert_eq!(cut["reports"]["damaged"].as_array().map(Vec::len), Some(1), "{cut:#}");
    // A last line without its end is whole, because the command has ended.
    let (_, whole) = summary("printf '1..2\\nok 1 - adds\\nok 2 - pays'", 0).await;
    assert_eq!(whole["reports"]["damaged"], json!([]), "{whole:#}");
    // Behind more output than is looked at in a file.
    let (_, late) = summary("yes building | head -n 20000; cat a.tap", 0).await;
    assert_eq!(late["tests"]["unchanged"], json!(2), "{late:#}");
    // What a test printed is no output of `cargo test`.
    let printed = "running 1 test\ntest a ... FAILED\ntest result: FAILED. 0 passed; 1 failed\nerror: could not compile `x` (lib) due to 1 previous error\n";
    let noisy = report(&[("shop", &["adds"])])
        .replace("/>\n", &format!("><system-out>{printed}</system-out></testcase>\n"));
    std::fs::write(at.join("noisy.xml"), noisy).unwrap();
    let (_, noisy) = summary("cat noisy.xml", 0).await;
    assert_eq!(noisy["tests"]["unchanged"], json!(1), "{noisy:#}");
    // Output of a tool that can write a report, of no tool, and none at all.
    let (ended, _) =
        summary("echo 'PHPUnit 9.6.20 by Sebastian Bergmann and contributors.'", 3).await;
    assert!(ended.stdout.contains("pass `--log-junit FILE`"), "{ended}");
    for line in ["echo hello", "true"] {
        let (ended, _) = summary(line, 3).await;
        assert!(ended.stderr.contains("no tests found"), "{line}: {ended}");
    }
    // Without a place for a copy nothing is known, which is no success.
    let mut command = binary(at);
    command.env("TMPDIR", at.join("missing"));
    command.args(["run", "--sandbox", "--allow-empty", "-", "--", "cat", "a.tap"]);
    let ended = run(command).await.expect(3);
    assert!(ended.stdout.contains("cat: its output could not be kept"), "{ended}");
}

#[tokio::test]
async fn without_arguments_the_most_used_commands_are_shown() {
    let directory = tempfile::tempdir().unwrap();
    let ended = run(binary(directory.path())).await.expect(2);
    assert!(ended.stdout.is_empty(), "{ended}");
    assert_eq!(ended.stderr.matches("\n  tq-import ").count(), 3, "{ended}");
    assert!(!ended.stderr.contains("error"), "{ended}");
}
