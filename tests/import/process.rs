//! Imports into a separate `tq-import sandbox` process.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use serde_json::Value;

use crate::support::{binary, report, restrict, run};

/// A sandbox process, killed on drop.
struct Served {
    child: Child,
    ready: Value,
    /// Kept open, so that the process can write to it.
    _stdout: BufReader<ChildStdout>,
}

impl Served {
    fn start(directory: &Path, arguments: &[&str]) -> Self {
        let mut command = binary(directory);
        command.args(["sandbox", "--format", "json", "--db", "served.db"]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { child, ready, _stdout: stdout }
    }

    fn text(&self, key: &str) -> &str {
        self.ready[key].as_str().unwrap_or_else(|| panic!("{key} in {}", self.ready))
    }

    /// Sends SIGTERM. Returns the exit code.
    #[cfg(unix)]
    fn end(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(
            std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended if `end` was called.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_import_into_a_served_sandbox_persists() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), report(&[("cart", &["adds", "removes"])]))
        .unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let import = |served: &Served| {
        let token = directory.path().join("token");
        std::fs::write(&token, format!("{}\n", served.text("token"))).unwrap();
        restrict(&token);
        let mut command = binary(directory.path());
        command.args(["--host", served.text("url"), "--token-file", "token", "--project", "demo"]);
        command.args(["--format", "json", "a.xml"]);
        runtime.block_on(run(command)).expect(0).json()
    };
    let served = Served::start(directory.path(), &[]);
    assert!(
        served.ready["project_id"].is_number()
            && served.text("page").starts_with(served.text("url"))
    );
    assert_eq!(import(&served)["tests"]["created"], 2);
    #[cfg(unix)]
    assert_eq!(served.end(), Some(0), "SIGTERM ends it cleanly");
    #[cfg(not(unix))]
    drop(served);
    let served = Served::start(directory.path(), &[]);
    let again = import(&served);
    assert_eq!(again["tests"]["unchanged"], 2);
    assert_eq!(again["requests"]["post"], 0);
}

#[test]
fn a_given_token_is_not_printed() {
    let directory = tempfile::tempdir().unwrap();
    let token = directory.path().join("token");
    std::fs::write(&token, "canary-0815").unwrap();
    restrict(&token);
    let served = Served::start(directory.path(), &["--token-file", "token", "--project", "Shop"]);
    assert_eq!(served.ready["token"], Value::Null, "{}", served.ready);
    std::fs::write(directory.path().join("a.xml"), report(&[("cart", &["adds"])])).unwrap();
    let mut command = binary(directory.path());
    command.args([
        "--host",
        served.text("url"),
        "--token-file",
        "token",
        "--project",
        "shop",
        "a.xml",
    ]);
    let run = tokio::runtime::Runtime::new().unwrap().block_on(run(command)).expect(0);
    assert!(!format!("{run}").contains("canary"), "{run}");
}
