//! Programs that come from npm and run on node.
//!
//! They are fetched once, into a directory below `target/`. Where there is no node or npm, or npm
//! cannot fetch them, the tests that need them say so and pass; with `NODE_TESTS=required`, as in
//! CI, they fail then.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// What one test needs of npm.
pub(crate) struct Packages {
    /// Of the directory: what is in it, with its versions.
    name: &'static str,
    /// As npm takes them, each with its exact version.
    wanted: &'static [&'static str],
    place: OnceLock<Option<PathBuf>>,
}

impl Packages {
    pub(crate) const fn new(name: &'static str, wanted: &'static [&'static str]) -> Self {
        Self { name, wanted, place: OnceLock::new() }
    }

    /// The directory that has them below `node_modules`; none where they cannot be had.
    pub(crate) fn installed(&self) -> Option<&Path> {
        self.place
            .get_or_init(|| self.install().map_err(|why| skip(self.name, &why)).ok())
            .as_deref()
    }

    fn install(&self) -> Result<PathBuf, String> {
        for tool in ["node", "npm"] {
            let found = Command::new(tool).arg("--version").output();
            found.map_err(|_| format!("there is no {tool}"))?;
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let place = target.join(self.name);
        if place.join("node_modules").exists() {
            return Ok(place);
        }
        // Made aside and moved, so that what is there is whole.
        let aside = tempfile::tempdir_in(target).map_err(|error| error.to_string())?;
        std::fs::write(aside.path().join("package.json"), "{\"private\":true}").unwrap();
        let mut npm = Command::new("npm");
        npm.current_dir(aside.path())
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact"])
            .args(self.wanted);
        let output = npm.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            return Err(format!("npm cannot install them: {why}"));
        }
        let aside = aside.keep();
        if std::fs::rename(&aside, &place).is_err() && !place.exists() {
            return Err(format!("{} cannot be made", place.display()));
        }
        Ok(place)
    }
}

/// Says that something was not tested, or fails where it must be.
fn skip(what: &str, why: &str) {
    let is_required = std::env::var("NODE_TESTS").is_ok_and(|wish| wish == "required");
    assert!(!is_required, "{what} is required: {why}");
    println!("skipped, nothing was run with {what}: {why}");
}

/// Runs node with packages, without blocking the sandbox that this process serves.
pub(crate) async fn node(
    packages: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Output {
    // An empty directory: programs read and write settings where they stand.
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

/// What a program printed, for messages.
pub(crate) fn shown(output: &Output) -> String {
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{}\n{out}\n{err}", output.status)
}
