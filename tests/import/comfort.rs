//! The commands explain, doctor, init, completions and man.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::{Run, TestEnv, binary, report, run};

async fn at(directory: &Path, arguments: &[&str]) -> Run {
    let mut command = binary(directory);
    command.args(arguments);
    run(command).await
}

/// The line of `doctor` about `subject`.
fn line<'a>(run: &'a Run, subject: &str) -> &'a str {
    let about = |line: &&str| line.get(7..).is_some_and(|rest| rest.starts_with(subject));
    run.stdout.lines().find(about).unwrap_or_else(|| panic!("no {subject}: {run}"))
}

#[tokio::test]
async fn doctor_finds_no_errors_where_an_import_works() {
    let env = TestEnv::new().await;
    let report = run(env.command(&["doctor", "--namespace", "shop"])).await.expect(0);
    for subject in ["settings", "namespace", "server", "TLS", "token", "project", "root plan"] {
        assert!(line(&report, subject).starts_with("OK "), "{report}");
        let about = |line: &&str| line.get(7..).is_some_and(|rest| rest.starts_with(subject));
        assert_eq!(report.stdout.lines().filter(about).count(), 1, "{report}");
    }
    assert!(line(&report, "token").contains("accepted: the file token"), "{report}");
    assert!(line(&report, "server").contains(&env.running.url), "{report}");
    assert!(line(&report, "project").contains("Demo (id 12001)"), "{report}");
    // It only reads.
    assert!(env.journal.entries().iter().all(|entry| entry.method == "GET"));
    at(env.path(), &["doctor", "--sandbox"]).await.expect(0);
}

#[tokio::test]
async fn doctor_names_the_part_that_fails() {
    let env = TestEnv::new().await;
    let failed = run(env.command(&["doctor", "--project", "Dmo"])).await.expect(2);
    assert!(line(&failed, "project").starts_with("ERROR"), "{failed}");
    assert!(failed.stdout.contains("\"Demo\" (id 12001)"), "{failed}");
    assert!(line(&failed, "server").starts_with("OK "), "{failed}");

    let failed = run(env.command_without_project(&["doctor"])).await.expect(2);
    assert!(line(&failed, "project").contains("not set; the only project is Demo"), "{failed}");
    assert_eq!(failed.stdout.matches("  project").count(), 1, "{failed}");
    assert!(failed.stdout.contains("name it with --project"), "{failed}");

    env.write("wrong", "no-such-token");
    let failed = run(env.command(&["doctor", "--token-file", "wrong"])).await.expect(6);
    let lines: Vec<&str> = failed.stdout.lines().filter(|line| line.contains("token")).collect();
    assert!(lines.iter().any(|line| line.starts_with("ERROR") && line.contains("401")), "{failed}");
    assert!(lines.iter().any(|line| line.contains("the token from the file wrong")), "{failed}");
    assert_eq!(lines.iter().filter(|line| line.contains("  token")).count(), 1, "{failed}");
    assert!(!failed.stdout.contains("no-such-token"), "{failed}");

    let nowhere = ["doctor", "--host", "http://127.0.0.1:1", "--retry-wait", "1ms"];
    let failed = run(env.command(&nowhere)).await.expect(7);
    assert!(line(&failed, "server").starts_with("ERROR"), "{failed}");
    let reason = "cannot reach http://127.0.0.1:1: connection refused (";
    assert!(line(&failed, "server").contains(reason), "{failed}");
    assert!(line(&failed, "project").starts_with("- "), "{failed}");

    let directory = tempfile::tempdir().unwrap();
    let failed = at(directory.path(), &["doctor"]).await.expect(2);
    assert!(line(&failed, "token").starts_with("ERROR"), "{failed}");
    assert!(failed.stdout.contains("--sandbox imports into a local database"), "{failed}");
}

#[tokio::test]
async fn explain_shows_what_an_import_would_do_and_writes_nothing() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds", "removes"])]));
    let before = env.journal.entries().len();
    let explain = async |arguments: &[&str]| {
        let all: Vec<&str> = ["explain"].iter().chain(arguments).copied().collect();
        run(env.command(&all)).await
    };
    let new = explain(&["adds", "a.xml"]).await.expect(0);
    assert!(new.stdout.contains("import     would create it: no test"), "{new}");
    assert!(new.stdout.contains("its folder would be created as well"), "{new}");
    assert!(!new.stdout.contains("removes"), "{new}");
    let sent: Vec<String> =
        env.journal.entries()[before..].iter().map(|entry| entry.method.clone()).collect();
    assert!(!sent.is_empty() && sent.iter().all(|method| method == "GET"), "{sent:?}");

    env.import_json(0, &["a.xml"]).await;
    let known = explain(&["adds", "a.xml"]).await.expect(0);
    assert!(known.stdout.contains("would not change it: this test has its identity"), "{known}");
    let identity = known.stdout.split("tqi-").nth(1).unwrap();
    let identity = format!("tqi-{}", &identity[..16]);
    let same = explain(&[&identity, "a.xml"]).await.expect(0);
    assert_eq!(same.stdout, known.stdout);
    // With another namespace it is a different test.
    let other = explain(&["adds", "a.xml", "--namespace", "other"]).await.expect(0);
    assert!(other.stdout.contains("would create it"), "{other}");

    // A part of the name is enough.
    let parts = explain(&["cart", "a.xml"]).await.expect(0);
    assert!(parts.stdout.contains("adds") && parts.stdout.contains("removes"), "{parts}");
    let none = explain(&["add a thing", "a.xml"]).await.expect(2);
    assert!(none.stderr.contains("similar names: \"adds\""), "{none}");
    explain(&["adds", "missing.xml"]).await.expect(3);

    // Without a token, only the report is explained. With a token, a missing project is an error.
    let offline = at(env.path(), &["explain", "adds", "a.xml"]).await.expect(0);
    assert!(offline.stdout.contains("the project was not read"), "{offline}");
    assert!(offline.stdout.contains(&identity), "{offline}");
    let incomplete =
        run(env.command_without_project(&["explain", "adds", "a.xml"])).await.expect(2);
    assert!(incomplete.stderr.contains("no project is set"), "{incomplete}");
}

#[tokio::test]
async fn explain_says_why_an_existing_test_would_be_adopted() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds"])]));
    env.import_json(0, &["a.xml"]).await;
    // Without identities, test and folder look like manual ones.
    let database = rusqlite::Connection::open(env.path().join("sandbox.db")).unwrap();
    database.execute("UPDATE test SET description = NULL", []).unwrap();
    let adopted = run(env.command(&["explain", "adds", "a.xml"])).await.expect(0);
    assert!(adopted.stdout.contains("would adopt an existing test"), "{adopted}");
    let left = run(env.command(&["explain", "adds", "a.xml", "--adopt", "none"])).await.expect(0);
    assert!(left.stdout.contains("may not be adopted (--adopt)"), "{left}");
}

#[tokio::test]
async fn init_writes_a_file_that_an_import_reads() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds"])]));
    let options =
        ["init", "--project", "Demo", "--namespace", "the \"shop\"", "--folder", "Auto/Web"];
    let written = at(env.path(), &options).await.expect(0);
    assert!(written.stdout.starts_with("wrote tq-import.toml: project Demo"), "{written}");
    let summary = run(env.command_without_project(&["--format", "json", "a.xml"])).await.expect(0);
    let summary = summary.json();
    assert_eq!(summary["namespace"], json!("the \"shop\""));
    assert_eq!(summary["project"]["name"], json!("Demo"));
    assert_eq!(summary["changes"][0]["path"], json!(["Auto"]));

    let file = env.path().join("tq-import.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let again = at(env.path(), &["init", "--project", "Other"]).await.expect(2);
    assert!(again.stderr.contains("tq-import.toml exists already"), "{again}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
    }
    // In a subdirectory, it warns that the other file is no longer read.
    std::fs::create_dir(env.path().join("web")).unwrap();
    let below = at(&env.path().join("web"), &["init"]).await.expect(0);
    assert!(below.stderr.contains("no longer applies here"), "{below}");
    assert!(below.stdout.contains("no project yet"), "{below}");
}

#[tokio::test]
async fn completions_and_manual_have_every_command_and_option() {
    let directory = tempfile::tempdir().unwrap();
    for (shell, program) in [("bash", Some("bash")), ("zsh", Some("zsh")), ("fish", Some("fish"))]
        .into_iter()
        .chain([("powershell", None), ("elvish", None)])
    {
        let script = at(directory.path(), &["completions", shell]).await.expect(0).stdout;
        for word in ["explain", "fail-on-test-failure", "sandbox"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        assert!(!script.contains("access_token"), "{shell}: hidden options stay hidden");
        // The shell checks the syntax, if it is installed.
        let path = directory.path().join(shell);
        std::fs::write(&path, script).unwrap();
        if let Some(Ok(output)) =
            program.map(|program| Command::new(program).arg("-n").arg(&path).output())
        {
            assert!(output.status.success(), "{shell}: {output:?}");
        }
    }
    at(directory.path(), &["completions", "cmd"]).await.expect(2);

    let page = at(directory.path(), &["man"]).await.expect(0).stdout;
    assert!(page.contains(".TH tq-import 1"), "{page}");
    for option in ["fail\\-on\\-test\\-failure", "token\\-file", "create\\-limit"] {
        assert!(page.contains(option), "{option}");
    }
    let page = at(directory.path(), &["man", "explain"]).await.expect(0).stdout;
    assert!(page.contains("explain"), "{page}");
    let none = at(directory.path(), &["man", "nothing"]).await.expect(2);
    assert!(none.stderr.contains("inspect"), "{none}");
}
