//! Programs that come from npm and run on node.
//!
//! They are installed once, into a directory below `target/`. Without node or npm, or if npm cannot install them, the
//! tests that need them print a note and pass; with `NODE_TESTS=required`, as in CI, they fail.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// Packages from npm that a test needs.
pub(crate) struct Packages {
    /// The name of the directory, with the versions in it.
    name: &'static str,
    /// Arguments for `npm install`, each with an exact version.
    specifiers: &'static [&'static str],
    directory: OnceLock<Option<PathBuf>>,
}

impl Packages {
    pub(crate) const fn new(name: &'static str, specifiers: &'static [&'static str]) -> Self {
        Self { name, specifiers, directory: OnceLock::new() }
    }

    /// The directory whose `node_modules` holds them; none if they cannot be installed.
    pub(crate) fn installed(&self) -> Option<&Path> {
        self.directory
            .get_or_init(|| self.install().map_err(|why| skip(self.name, &why)).ok())
            .as_deref()
    }

    fn install(&self) -> Result<PathBuf, String> {
        for tool in ["node", "npm"] {
            let found = Command::new(tool).arg("--version").output();
            found.map_err(|_| format!("{tool} is not installed"))?;
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let directory = target.join(self.name);
        if directory.join("node_modules").exists() {
            return Ok(directory);
        }
        // Renamed when complete, so that the directory never holds half of them.
        let unfinished = tempfile::tempdir_in(target).map_err(|error| error.to_string())?;
        std::fs::write(unfinished.path().join("package.json"), "{\"private\":true}").unwrap();
        let mut npm = Command::new("npm");
        npm.current_dir(unfinished.path())
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact"])
            // A registry that never answers.
            .args(["--fetch-timeout=60000", "--fetch-retries=1"])
            .args(self.specifiers);
        let output = npm.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            return Err(format!("npm cannot install them: {why}"));
        }
        let unfinished = unfinished.keep();
        if std::fs::rename(&unfinished, &directory).is_err() && !directory.exists() {
            return Err(format!("cannot create {}", directory.display()));
        }
        Ok(directory)
    }
}

/// Prints that something was not tested, or fails if it is required.
fn skip(what: &str, why: &str) {
    let is_required = std::env::var("NODE_TESTS").is_ok_and(|value| value == "required");
    assert!(!is_required, "{what} is required: {why}");
    println!("skipped, {what} did not run: {why}");
}

/// Runs node with packages, without blocking the sandbox in this process.
pub(crate) async fn node(
    packages: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Output {
    // An empty directory, because programs read and write settings in it.
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new("node");
    for (name, _) in std::env::vars_os() {
        let shown = name.to_string_lossy();
        if shown.starts_with("TQ_") || shown.to_uppercase().ends_with("_PROXY") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(directory.path())
        .args(arguments)
        .env("NODE_PATH", packages.join("node_modules"))
        .env("NO_COLOR", "1")
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// The output of a program, for messages.
pub(crate) fn shown(output: &Output) -> String {
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{}\n{out}\n{err}", output.status)
}
