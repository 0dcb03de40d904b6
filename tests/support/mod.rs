//! Runs the real binary against the real sandbox.

pub(crate) mod forge;
pub(crate) mod npm;
pub(crate) mod person;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use rusqlite::{Connection, OpenFlags};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tempfile::TempDir;
use testquality_sandbox::{self as sandbox, Journal, RunningSandbox, Settings, Store};

/// Exit code and output of a run of the binary.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {}\n-- stdout\n{}\n-- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

/// The binary in `directory`, without the variables of this machine's CI, tokens and user.
/// `PROGRAM_UNDER_TEST` names another build of it, such as one for Windows that wine runs.
pub(crate) fn binary(directory: &Path) -> Command {
    let other = std::env::var_os("PROGRAM_UNDER_TEST");
    let program = other.unwrap_or_else(|| env!("CARGO_BIN_EXE_tq-import").into());
    scrubbed(Command::new(program), directory)
}

/// A command in `directory`, without the variables of this machine's CI, tokens and user.
pub(crate) fn scrubbed(mut command: Command, directory: &Path) -> Command {
    for (name, _) in std::env::vars_os() {
        let known = name.to_string_lossy();
        let scrubbed = ["GITHUB_", "TQ_", "RUNNER_"].iter().any(|prefix| known.starts_with(prefix))
            || [
                "CI",
                "NO_COLOR",
                "CLICOLOR_FORCE",
                "HTTP_PROXY",
                "HTTPS_PROXY",
                "NO_PROXY",
                "COLUMNS",
                "RUST_LOG",
            ]
            .contains(&known.to_uppercase().as_str());
        if scrubbed {
            command.env_remove(name);
        }
    }
    command
        .current_dir(directory)
        .env("XDG_DATA_HOME", directory.join("user-data"))
        .stdin(Stdio::null());
    command
}

/// Runs the binary without blocking the sandbox in this process.
pub(crate) async fn run(mut command: Command) -> Run {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    Run::of(&output)
}

/// A database with the project "Demo", created once. Its rows are old, so that no lag of a test hides the project itself.
fn new_database() -> &'static [u8] {
    static DATABASE: OnceLock<Vec<u8>> = OnceLock::new();
    DATABASE.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sandbox.db");
        drop(Store::open(&path, "Demo").unwrap());
        let db = Connection::open(&path).unwrap();
        let mut statement = db
            .prepare("SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'created_at' WHERE m.type = 'table'")
            .unwrap();
        let tables: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        drop(statement);
        for table in tables {
            let sql = format!("UPDATE {table} SET created_at = '2025-01-01T00:00:00.000000+00:00'");
            db.execute(&sql, []).unwrap();
        }
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        db.close().unwrap();
        std::fs::read(&path).unwrap()
    })
}

/// A sandbox in this process, a working directory, and a file with the token in it.
pub(crate) struct TestEnv {
    pub(crate) running: RunningSandbox,
    pub(crate) journal: Journal,
    directory: TempDir,
}

impl TestEnv {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join(".git")).unwrap();
        std::fs::write(directory.path().join("sandbox.db"), new_database()).unwrap();
        Self::served(directory, change).await
    }

    /// A copy of the project and of the files, served by a sandbox of its own without fault rules.
    pub(crate) async fn copy(&self) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(self.path()).unwrap() {
            let entry = entry.unwrap();
            if !entry.file_name().to_str().unwrap().starts_with("sandbox.db") {
                copy_files(&entry.path(), &directory.path().join(entry.file_name()));
            }
        }
        let database = directory.path().join("sandbox.db");
        self.db().execute("VACUUM INTO ?1", [database.to_str().unwrap()]).unwrap();
        Self::served(directory, |_| {}).await
    }

    /// The database in `directory`, served by a sandbox with a new token.
    async fn served(directory: TempDir, change: impl FnOnce(&mut Settings)) -> Self {
        let database = directory.path().join("sandbox.db");
        let store = Store::open(&database, "Demo").unwrap();
        let journal = Journal::new();
        let mut options = Settings::new(store, sandbox::Token::generate().unwrap());
        options.journal = Some(journal.clone());
        change(&mut options);
        let running = sandbox::spawn(options).await.unwrap();
        let env = Self { running, journal, directory };
        let token_file = env.write("token", env.running.token.expose_secret());
        restrict(&token_file);
        env
    }

    /// The same database and token, served by a sandbox without fault rules.
    pub(crate) async fn without_faults(self) -> Self {
        self.with_faults(&[]).await
    }

    /// The same database and token, served by a sandbox with these fault rules.
    pub(crate) async fn with_faults(mut self, rules: &[&str]) -> Self {
        let store = Store::open(self.path().join("sandbox.db"), "Demo").unwrap();
        let token = sandbox::Token::new(self.running.token.clone());
        let mut options = Settings::new(store, token);
        options.journal = Some(self.journal.clone());
        options.faults = sandbox::FaultRules::parse(rules).unwrap();
        self.running = sandbox::spawn(options).await.unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file below the directory.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The binary with host, token and project.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.command_without_project(&["--project", "demo"]);
        command.args(arguments);
        command
    }

    /// The binary with host and token.
    pub(crate) fn command_without_project(&self, arguments: &[&str]) -> Command {
        let mut command = binary(self.path());
        command.args(["--host", &self.running.url, "--token-file", "token"]).args(arguments);
        command
    }

    pub(crate) async fn import(&self, arguments: &[&str]) -> Run {
        run(self.command(arguments)).await
    }

    /// The JSON summary of an import that must exit with `code`.
    #[track_caller]
    pub(crate) fn import_json(&self, code: i32, arguments: &[&str]) -> impl Future<Output = Value> {
        let mut command = self.command(arguments);
        command.args(["--format", "json"]);
        async move { run(command).await.expect(code).json() }
    }

    /// A read-only connection to the database.
    pub(crate) fn db(&self) -> Connection {
        Connection::open_with_flags(&self.running.db, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    /// The number of rows in a table that are not deleted.
    pub(crate) fn count(&self, table: &str) -> i64 {
        self.db()
            .query_row(
                &format!("SELECT count(*) FROM {table} WHERE deleted_at IS NULL"),
                [],
                |row| row.get(0),
            )
            .unwrap()
    }

    /// Asserts that there are `tests` tests, each with one folder, one step and a description of its own.
    #[track_caller]
    pub(crate) fn assert_exactly_once(&self, tests: i64) {
        assert_eq!(self.count("test"), tests, "tests");
        assert_eq!(self.count("suite_test"), tests, "placements");
        let steps: i64 = self
            .db()
            .query_row(
                "SELECT count(*) FROM step JOIN test ON test.id = step.test_id
                 WHERE step.deleted_at IS NULL AND test.deleted_at IS NULL",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(steps, tests, "steps of tests that are not deleted");
        let duplicates: i64 = self
            .db()
            .query_row(
                "SELECT count(*) FROM (SELECT description FROM test WHERE deleted_at IS NULL GROUP BY description HAVING count(*) > 1)",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(duplicates, 0, "tests with the same description");
    }

    /// Folder path and name of each test that is not deleted, as `a/b: name`, sorted.
    pub(crate) fn tree(&self) -> Vec<String> {
        let db = self.db();
        let mut statement = db
            .prepare(
                "WITH RECURSIVE folder(id, path) AS (
                    SELECT id, '' FROM suite WHERE is_root AND deleted_at IS NULL
                    UNION ALL
                    SELECT suite.id, folder.path || '/' || suite.name FROM folder
                    JOIN plan_suite ON plan_suite.parent_id = folder.id AND plan_suite.deleted_at IS NULL
                    JOIN suite ON suite.id = plan_suite.suite_id AND suite.deleted_at IS NULL)
                 SELECT ltrim(folder.path, '/') || ': ' || test.name FROM folder
                 JOIN suite_test ON suite_test.suite_id = folder.id AND suite_test.deleted_at IS NULL
                 JOIN test ON test.id = suite_test.test_id AND test.deleted_at IS NULL ORDER BY 1",
            )
            .unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// Every row of a table as text, with all columns.
    pub(crate) fn rows(&self, table: &str) -> Vec<String> {
        let db = self.db();
        let mut statement = db.prepare(&format!("SELECT * FROM {table} ORDER BY id")).unwrap();
        let columns = statement.column_count();
        let text = |row: &rusqlite::Row<'_>| -> rusqlite::Result<String> {
            (0..columns)
                .map(|column| row.get_ref(column).map(|value| format!("{value:?} ")))
                .collect()
        };
        statement.query_map([], text).unwrap().map(Result::unwrap).collect()
    }
}

/// Copies a file, or a directory with what is in it.
pub(crate) fn copy_files(from: &Path, to: &Path) {
    if !from.is_dir() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        copy_files(&from.join(&name), &to.join(&name));
    }
}

/// Makes a token file readable by its owner only; others get a warning.
pub(crate) fn restrict(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// A report: suites with the names of their cases. `!` before a name makes the case fail, `~` skips it.
pub(crate) fn report(suites: &[(&str, &[&str])]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (suite, cases) in suites {
        writeln!(xml, "  <testsuite name=\"{suite}\">").unwrap();
        for case in *cases {
            let (name, child) = match case.split_at(1) {
                ("!", name) => {
                    (name, "<failure message=\"expected 1, got 2\">at cart.js:3</failure>")
                }
                ("~", name) => (name, "<skipped/>"),
                _ => (*case, ""),
            };
            writeln!(xml, "    <testcase name=\"{name}\" time=\"0.01\">{child}</testcase>")
                .unwrap();
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}
