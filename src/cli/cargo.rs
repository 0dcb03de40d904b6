//! Reads the packages of a workspace from `cargo metadata`, to name test binaries.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::binaries::{self, Workspace};
use test_reports::formats::model::Report;

use super::settings::Environment;

/// How to call cargo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cargo {
    /// The program, and `+toolchain` if given.
    call: Vec<OsString>,
    /// `--manifest-path`, if given.
    manifest: Option<OsString>,
}

const ARGUMENTS: [&str; 4] = ["metadata", "--no-deps", "--format-version", "1"];

impl Cargo {
    /// The cargo of the environment, else the one in the path.
    pub(super) fn of_environment(environment: &Environment) -> Self {
        let program = environment.get("CARGO").unwrap_or("cargo");
        Self { call: vec![program.into()], manifest: None }
    }

    /// The cargo that `command` calls, if it calls cargo.
    pub(super) fn of_command(command: &[OsString]) -> Option<Self> {
        let (program, arguments) = command.split_first()?;
        if Path::new(program).file_stem() != Some(OsStr::new("cargo")) {
            return None;
        }
        let mut call = vec![program.clone()];
        call.extend(arguments.first().filter(|first| is_toolchain(first)).cloned());
        let mut manifest = None;
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next().filter(|argument| *argument != "--") {
            let text = argument.to_string_lossy();
            if text == "--manifest-path" {
                manifest = rest.next().cloned();
            } else if let Some(path) = text.strip_prefix("--manifest-path=") {
                manifest = Some(path.into());
            }
        }
        Some(Self { call, manifest })
    }

    /// The workspace of `directory`; the error says why there is none.
    fn workspace(&self, directory: &Path) -> Result<Workspace, String> {
        let has_manifest = directory.ancestors().any(|up| up.join("Cargo.toml").is_file());
        let Some((program, arguments)) = self.call.split_first() else {
            return Err("no cargo".to_owned());
        };
        if self.manifest.is_none() && !has_manifest {
            return Err(format!("no Cargo.toml in {}", directory.display()));
        }
        let mut command = Command::new(program);
        command.args(arguments).args(ARGUMENTS).current_dir(directory).stdin(Stdio::null());
        command.env_remove(super::settings::TOKEN_VARIABLE);
        if let Some(manifest) = &self.manifest {
            command.arg("--manifest-path").arg(manifest);
        }
        let output = command.output().map_err(|error| format!("cannot run cargo: {error}"))?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            let first = errors.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            return Err(format!("`cargo metadata` failed: {first}"));
        }
        Workspace::parse(&output.stdout)
            .map_err(|error| format!("cannot parse the output of `cargo metadata`: {error}"))
    }

    /// Names the test binaries in the output of `cargo test`. Returns warnings.
    pub(super) fn name_binaries(&self, reports: &mut [Report], directory: &Path) -> Vec<String> {
        let mut reports: Vec<&mut Report> =
            reports.iter_mut().filter(|report| binaries::are_wanted(report)).collect();
        if reports.iter().all(|report| report.suites.is_empty()) {
            return Vec::new();
        }
        let workspace = self.workspace(directory);
        let mut warnings = Vec::new();
        for report in &mut reports {
            let unknown = binaries::name(report, workspace.as_ref().ok(), directory);
            if !unknown.is_empty() {
                let why = match &workspace {
                    Ok(_) => "no package of this workspace has them, or several do".to_owned(),
                    Err(why) => why.clone(),
                };
                warnings.push(format!(
                    "{}: the packages of test binaries are unknown, so their tests differ from those in cargo-nextest's \
                     reports ({}): {why}; run this where `cargo test` ran",
                    report.path,
                    unknown.join(", "),
                ));
            }
        }
        warnings
    }
}

/// Whether `command` is `cargo test`, which prints libtest's format.
pub(super) fn is_cargo_test(command: &[OsString]) -> bool {
    let Some((program, arguments)) = command.split_first() else {
        return false;
    };
    let mut words = arguments.iter().map(|argument| argument.to_string_lossy());
    Path::new(program).file_stem() == Some(OsStr::new("cargo"))
        && words
            .find(|word| !word.starts_with(['+', '-']))
            .is_some_and(|word| word == "test" || word == "t" || word == "bench")
}

fn is_toolchain(argument: &OsStr) -> bool {
    argument.to_string_lossy().starts_with('+')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn cargo_test_is_recognised_in_all_spellings() {
        for line in [
            "cargo test",
            "/opt/cargo t",
            "cargo.exe +nightly test -p x",
            "cargo -q test",
            "cargo bench",
        ] {
            assert!(is_cargo_test(&words(line)), "{line}");
        }
        for line in ["cargo nextest run", "cargo", "make test", "cargo build test"] {
            assert!(!is_cargo_test(&words(line)), "{line}");
        }
    }

    #[test]
    fn metadata_comes_from_the_cargo_and_manifest_of_the_command() {
        let of = |line: &str| Cargo::of_command(&words(line));
        assert_eq!(of("make test"), None);
        let cargo =
            of("cargo +1.80 test --manifest-path a/Cargo.toml -- --manifest-path no").unwrap();
        assert_eq!(cargo.call, words("cargo +1.80"));
        assert_eq!(cargo.manifest.as_deref(), Some(OsStr::new("a/Cargo.toml")));
        let cargo = of("cargo test --manifest-path=b/Cargo.toml").unwrap();
        assert_eq!(cargo.manifest.as_deref(), Some(OsStr::new("b/Cargo.toml")));
        assert_eq!(of("cargo test -- --manifest-path no").unwrap().manifest, None);
    }
}
