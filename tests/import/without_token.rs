//! `--without-token`: jobs that have no token parse the reports, or do nothing.

use std::path::Path;
use std::process::Command;

use crate::support::{TestEnv, binary, report, run};

fn shop() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("a.xml", &report(&[("cart", &["adds", "!takes"])]));
    write("cut.xml", "<testsuite><testcase name=\"x\">");
    directory
}

fn import(directory: &Path, policy: &str, arguments: &[&str]) -> Command {
    let mut command = binary(directory);
    command.args(["--without-token", policy]).args(arguments);
    command
}

#[tokio::test]
async fn parse_only_shows_what_inspect_shows_and_keeps_the_exit_codes() {
    let directory = shop();
    let path = directory.path();
    let parsed = run(import(path, "parse-only", &["a.xml"])).await.expect(0);
    let mut inspect = binary(path);
    inspect.args(["inspect", "a.xml"]);
    assert_eq!(parsed.stdout, run(inspect).await.expect(0).stdout);
    assert!(
        parsed.stderr.contains("no token is set: the reports are parsed, and nothing is"),
        "{parsed}"
    );
    for (arguments, code) in [
        (&["--fail-on-test-failure", "a.xml"][..], 4),
        (&["--fail-on-test-failure", "--soft-fail=4", "a.xml"][..], 0),
        (&["--check", "--results", "--close-run", "a.xml"][..], 0),
        (&["--strict", "a.xml", "cut.xml"][..], 3),
        (&["cut.xml"][..], 3),
        (&["nowhere.xml"][..], 3),
        (&["--min-tests", "3", "a.xml"][..], 3),
        (&["--token-file", "nowhere", "a.xml"][..], 2),
    ] {
        run(import(path, "parse-only", arguments)).await.expect(code);
    }
    let json =
        run(import(path, "parse-only", &["--format", "json", "a.xml"])).await.expect(0).json();
    assert_eq!((&json["totals"]["failed"], &json["tests"][0]["name"]), (&1.into(), &"adds".into()));
    let outputs = ["--output", "comment=comment.md", "--output", "ctrf=tests.json", "a.xml"];
    run(import(path, "parse-only", &outputs)).await.expect(0);
    let comment = std::fs::read_to_string(path.join("comment.md")).unwrap();
    assert!(
        comment.starts_with("<!-- tq-import -->\n\n## TestQuality: 1 test failed"),
        "{comment}"
    );
    assert!(path.join("tests.json").exists());
}

#[tokio::test]
async fn skip_reads_nothing_and_leaves_no_old_output() {
    let directory = shop();
    let path = directory.path();
    std::fs::write(path.join("summary.json"), "old").unwrap();
    let arguments = ["--strict", "--output", "json=summary.json", "cut.xml"];
    let skipped = run(import(path, "skip", &arguments)).await.expect(0);
    assert!(
        skipped.stdout.is_empty() && skipped.stderr.contains("nothing is imported"),
        "{skipped}"
    );
    assert!(!path.join("summary.json").exists());
    // The default.
    run(import(path, "error", &["a.xml"])).await.expect(2);
    let mut command = binary(path);
    command.arg("a.xml");
    run(command).await.expect(2);
}

#[tokio::test]
async fn with_a_token_or_a_sandbox_the_option_has_no_effect() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds"])]));
    for policy in ["skip", "parse-only"] {
        env.import(&["--without-token", policy, "a.xml"]).await.expect(0);
    }
    assert_eq!(env.count("test"), 1);
    let json = run(import(env.path(), "skip", &["--sandbox=own.db", "--format=json", "a.xml"]));
    assert_eq!(json.await.expect(0).json()["tests"]["created"], 1);
}

#[cfg(unix)]
#[tokio::test]
async fn run_runs_its_command() {
    let directory = shop();
    let path = directory.path();
    std::fs::rename(path.join("a.xml"), path.join("a.txt")).unwrap();
    let under = |policy: &str, line: &str| {
        let mut command = binary(path);
        command.args(["run", "--without-token", policy, "b.xml", "--", "sh", "-c", line]);
        run(command)
    };
    let parsed = under("parse-only", "cp a.txt b.xml; exit 3").await.expect(3);
    assert!(parsed.stdout.contains("takes"), "{parsed}");
    under("parse-only", "cp a.txt b.xml").await.expect(0);
    under("parse-only", "true").await.expect(3);
    for code in [0, 5] {
        let line = format!("echo printed; touch ran; exit {code}");
        let skipped = under("skip", &line).await.expect(code);
        assert_eq!(skipped.stdout, "printed\n");
        std::fs::remove_file(path.join("ran")).unwrap();
    }
    let mut command = binary(path);
    command.args(["run", "--without-token=skip", "b.xml", "--", "no-such-program"]);
    run(command).await.expect(2);
    under("error", "touch ran").await.expect(2);
    assert!(!path.join("ran").exists());
}
