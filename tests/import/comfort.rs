//! The commands beside importing: explain, doctor, init, completions, man.

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
async fn the_doctor_finds_nothing_where_an_import_works() {
    let env = TestEnv::new().await;
    let well = run(env.command(&["doctor", "--namespace", "shop"])).await.expect(0);
    for subject in
        ["settings", "namespace", "token", "host", "server", "TLS", "project", "root plan"]
    {
        assert!(line(&well, subject).starts_with("ok "), "{well}");
    }
    assert!(line(&well, "project").contains("Demo (id 12001)"), "{well}");
    // It only read.
    assert!(env.journal.entries().iter().all(|entry| entry.method == "GET"));
    at(env.path(), &["doctor", "--sandbox"]).await.expect(0);
}

#[tokio::test]
async fn the_doctor_says_which_part_is_ill() {
    let env = TestEnv::new().await;
    let ill = run(env.command(&["doctor", "--project", "Dmo"])).await.expect(2);
    assert!(line(&ill, "project").starts_with("ERROR"), "{ill}");
    assert!(ill.stdout.contains("\"Demo\" (id 12001)"), "{ill}");
    assert!(line(&ill, "server").starts_with("ok "), "{ill}");

    let ill = run(env.command_without_project(&["doctor"])).await.expect(2);
    assert!(line(&ill, "project").contains("no project is named"), "{ill}");
    assert!(ill.stdout.contains("the only one there is: Demo"), "{ill}");

    env.write("wrong", "no-such-token");
    let ill = run(env.command(&["doctor", "--token-file", "wrong"])).await.expect(6);
    let lines: Vec<&str> = ill.stdout.lines().filter(|line| line.contains("token")).collect();
    assert!(lines.iter().any(|line| line.starts_with("ERROR") && line.contains("401")), "{ill}");
    assert!(!ill.stdout.contains("no-such-token"), "{ill}");

    let nowhere = ["doctor", "--host", "http://127.0.0.1:1", "--retry-wait", "1ms"];
    let ill = run(env.command(&nowhere)).await.expect(7);
    assert!(line(&ill, "server").starts_with("ERROR"), "{ill}");
    assert!(line(&ill, "project").starts_with("- "), "{ill}");

    let directory = tempfile::tempdir().unwrap();
    let ill = at(directory.path(), &["doctor"]).await.expect(2);
    assert!(line(&ill, "token").starts_with("ERROR"), "{ill}");
    assert!(ill.stdout.contains("--sandbox imports without an account"), "{ill}");
}

#[tokio::test]
async fn what_an_import_would_do_about_a_test_is_explained_and_not_done() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds", "removes"])]));
    let before = env.journal.entries().len();
    let explain = async |arguments: &[&str]| {
        let all: Vec<&str> = ["explain"].iter().chain(arguments).copied().collect();
        run(env.command(&all)).await
    };
    let new = explain(&["adds", "a.xml"]).await.expect(0);
    assert!(new.stdout.contains("import     would create it: no test has its identity"), "{new}");
    assert!(new.stdout.contains("its folder would be created as well"), "{new}");
    assert!(!new.stdout.contains("removes"), "{new}");
    let sent: Vec<String> =
        env.journal.entries()[before..].iter().map(|entry| entry.method.clone()).collect();
    assert!(!sent.is_empty() && sent.iter().all(|method| method == "GET"), "{sent:?}");

    env.import_json(0, &["a.xml"]).await;
    let known = explain(&["adds", "a.xml"]).await.expect(0);
    assert!(known.stdout.contains("would leave it as it is: this test bears its"), "{known}");
    let identity = known.stdout.split("tqi-").nth(1).unwrap();
    let identity = format!("tqi-{}", &identity[..16]);
    let same = explain(&[&identity, "a.xml"]).await.expect(0);
    assert_eq!(same.stdout, known.stdout);
    // With another namespace it is another test, which stands in the way of nobody.
    let other = explain(&["adds", "a.xml", "--namespace", "other"]).await.expect(0);
    assert!(other.stdout.contains("would create it"), "{other}");

    // A part of what it is called will do, whole names come first.
    let parts = explain(&["cart", "a.xml"]).await.expect(0);
    assert!(parts.stdout.contains("adds") && parts.stdout.contains("removes"), "{parts}");
    let none = explain(&["add a thing", "a.xml"]).await.expect(2);
    assert!(none.stderr.contains("there is \"adds\""), "{none}");
    explain(&["adds", "missing.xml"]).await.expect(3);

    // Without a token the report alone is explained; with half a connection it is an error.
    let offline = at(env.path(), &["explain", "adds", "a.xml"]).await.expect(0);
    assert!(offline.stdout.contains("the project was not looked at"), "{offline}");
    assert!(offline.stdout.contains(&identity), "{offline}");
    let half = run(env.command_without_project(&["explain", "adds", "a.xml"])).await.expect(2);
    assert!(half.stderr.contains("no project is named"), "{half}");
}

#[tokio::test]
async fn a_test_of_people_would_be_adopted_and_why() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds"])]));
    env.import_json(0, &["a.xml"]).await;
    // Somebody takes the marks out: a test and a folder as people make them.
    let database = rusqlite::Connection::open(env.path().join("sandbox.db")).unwrap();
    database.execute("UPDATE test SET description = NULL", []).unwrap();
    let adopted = run(env.command(&["explain", "adds", "a.xml"])).await.expect(0);
    assert!(
        adopted
            .stdout
            .contains("would adopt a test that people made: it has the same folder and name"),
        "{adopted}"
    );
    let left = run(env.command(&["explain", "adds", "a.xml", "--adopt", "none"])).await.expect(0);
    assert!(left.stdout.contains("may not be adopted (--adopt)"), "{left}");
}

#[tokio::test]
async fn init_writes_what_an_import_reads() {
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
    assert!(again.stderr.contains("tq-import.toml is there already"), "{again}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
    }
    // Below another file it says whose turn it was.
    std::fs::create_dir(env.path().join("web")).unwrap();
    let below = at(&env.path().join("web"), &["init"]).await.expect(0);
    assert!(below.stderr.contains("is no longer read from here"), "{below}");
    assert!(below.stdout.contains("no project yet"), "{below}");
}

#[tokio::test]
async fn completions_and_manual_know_every_command_and_option() {
    let directory = tempfile::tempdir().unwrap();
    for (shell, program) in [("bash", Some("bash")), ("zsh", Some("zsh")), ("fish", Some("fish"))]
        .into_iter()
        .chain([("powershell", None), ("elvish", None)])
    {
        let script = at(directory.path(), &["completions", shell]).await.expect(0).stdout;
        for word in ["explain", "fail-on-test-failure", "sandbox"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        assert!(!script.contains("access_token"), "{shell}: what is hidden stays so");
        // The shell itself finds it well-formed, where it is here.
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
