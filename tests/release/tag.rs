//! The procedure of CONTRIBUTING.md, rehearsed in local repositories: two releases, and who gets which program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{can_pack, has, pack, root, succeed, target, write_programs};
use crate::support::Run;

/// A repository with the files that a release needs, cloned from a bare one.
struct Repository {
    directory: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let origin = directory.path().join("origin.git");
        succeed(Command::new("git").args(["init", "--quiet", "--bare"]).arg(&origin));
        let it = Self { directory };
        let checkout = it.checkout();
        std::fs::create_dir(&checkout).unwrap();
        it.git(&["init", "--quiet", "--initial-branch=main"]);
        it.git(&["remote", "add", "origin", origin.to_str().unwrap()]);
        let files =
            "README.md LICENSE CHANGELOG.md Cargo.toml Cargo.lock action.yml .github src crates";
        for file in files.split(' ') {
            let copy = Command::new("cp").arg("-R").arg(root().join(file)).arg(&checkout).status();
            assert!(copy.unwrap().success());
        }
        // What `cargo metadata` wants to see.
        for file in ["benches", "tests"] {
            std::fs::create_dir_all(checkout.join(file)).unwrap();
            std::fs::write(checkout.join(file).join("main.rs"), "").unwrap();
            for name in ["import", "read", "sandbox"] {
                std::fs::write(checkout.join(file).join(format!("{name}.rs")), "").unwrap();
            }
        }
        it
    }

    fn checkout(&self) -> PathBuf {
        self.directory.path().join("checkout")
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(&self.checkout(), arguments)
    }

    /// Sets the version in `Cargo.toml` and `Cargo.lock`, and commits everything.
    fn set_version(&self, old: &str, new: &str) {
        for file in ["Cargo.toml", "Cargo.lock"] {
            let path = self.checkout().join(file);
            let text = std::fs::read_to_string(&path).unwrap();
            let changed = text.replace(
                &format!("[workspace.package]\nversion = \"{old}\""),
                &format!("[workspace.package]\nversion = \"{new}\""),
            );
            let changed = ["tq-import", "test-reports", "testquality-sandbox"].iter().fold(
                changed,
                |text, name| {
                    text.replace(
                        &format!("name = \"{name}\"\nversion = \"{old}\""),
                        &format!("name = \"{name}\"\nversion = \"{new}\""),
                    )
                    .replace(
                        &format!("{name} = {{ version = \"{old}\""),
                        &format!("{name} = {{ version = \"{new}\""),
                    )
                },
            );
            std::fs::write(&path, changed).unwrap();
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", &format!("Version {new}")]);
    }

    fn release(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new("bash");
        command.arg(".github/release/release.sh").args(arguments).current_dir(self.checkout());
        command.env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null());
        Run::of(&with_author(&mut command).output().unwrap())
    }

    /// Releases the version that is checked out; its program prints the version. Returns the archive.
    fn publish(&self, version: &str) -> PathBuf {
        let candidate = format!("candidate/v{version}");
        self.git(&["tag", &candidate]);
        self.git(&["push", "--quiet", "origin", "main", &candidate]);
        // What the workflow does on that tag.
        self.release(&["check", &candidate]).expect(0);
        let programs = self.directory.path().join(format!("programs {version}"));
        let text = format!("#!/bin/sh\necho tq-import {version}\n");
        write_programs(&programs, text.as_bytes());
        let dist = self.directory.path().join(format!("dist {version}"));
        let paths = [programs.to_str().unwrap(), dist.to_str().unwrap()];
        self.release(&["pack", paths[0], paths[1]]).expect(0);
        // And what the maintainer does with the draft.
        self.release(&["tag", paths[1]]).expect(0);
        self.git(&["push", "--quiet", "--atomic", "origin", "main", &format!("v{version}")]);
        dist.join(format!("tq-import-{version}-{}.tar.gz", target()))
    }

    /// What the install steps print for a workflow that names this tag or commit, given a release's archive.
    fn install(&self, reference: &str, archive: &Path) -> (Run, String) {
        let job = tempfile::tempdir().unwrap();
        let action = job.path().join("action");
        let origin = self.directory.path().join("origin.git");
        succeed(Command::new("git").args(["clone", "--quiet"]).arg(&origin).arg(&action));
        git(&action, &["checkout", "--quiet", "--detach", reference]);
        let output = job.path().join("output");
        let step = |arguments: &[&str]| {
            let mut command = Command::new("bash");
            command.arg(action.join(".github/action/install.sh")).args(arguments);
            command
                .env("GITHUB_ACTION_PATH", &action)
                .env("GITHUB_OUTPUT", &output)
                .env("RUNNER_TEMP", job.path())
                .env("RUNNER_TOOL_CACHE", job.path().join("tools"))
                .env("RUNNER_OS", "Linux")
                .env("RUNNER_ARCH", if cfg!(target_arch = "aarch64") { "ARM64" } else { "X64" })
                .env("TQ_IMPORT_ARCHIVE", archive)
                .env_remove("INPUT_VERSION")
                .env_remove("TQ_IMPORT_SUMS");
            Run::of(&command.output().unwrap())
        };
        let found = step(&["find"]);
        let outputs = std::fs::read_to_string(&output).unwrap_or_default();
        (if outputs.is_empty() { step(&[]) } else { found }, outputs)
    }
}

fn with_author(command: &mut Command) -> &mut Command {
    for name in ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"] {
        command.env(name, "Maintainer");
    }
    for name in ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"] {
        command.env(name, "maintainer@example.com");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env_remove("SOURCE_DATE_EPOCH")
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    let output = succeed(with_author(command.args(arguments).current_dir(directory)));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn a_tag_or_a_pinned_commit_gets_the_program_of_its_release() {
    if !can_pack() || !has("git", "the procedure of a release") {
        return;
    }
    let repository = Repository::new();
    let version = super::VERSION;
    repository.set_version(version, "1.0.0");
    let before = repository.git(&["rev-parse", "HEAD"]);
    let first = repository.publish("1.0.0");
    // The commit that is tagged differs from the commit that was built by its checksums alone.
    let changed = repository.git(&["diff", "--name-only", "candidate/v1.0.0", "v1.0.0"]);
    assert_eq!(changed, ".github/action/sums.txt");
    let pinned = repository.git(&["rev-parse", "v1.0.0^{commit}"]);

    repository.set_version("1.0.0", "1.1.0");
    let between = repository.git(&["rev-parse", "HEAD"]);
    let second = repository.publish("1.1.0");
    let sums = std::fs::read_to_string(repository.checkout().join(".github/action/sums.txt"));
    let sums = sums.unwrap();
    let archives: Vec<&str> = sums.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(archives.len(), 12, "{sums}");
    assert!(archives[..6].iter().all(|line| line.contains("-1.0.0-")), "{sums}");

    for (reference, archive, version) in [
        ("v1.0.0", &first, "1.0.0"),
        (&*pinned, &first, "1.0.0"),
        ("v1.1.0", &second, "1.1.0"),
        ("origin/main", &second, "1.1.0"),
    ] {
        let (run, _) = repository.install(reference, archive);
        assert_eq!((run.code, &*run.stdout), (0, &*format!("tq-import: tq-import {version}\n")));
    }
    // A program of another release is not what this commit's checksums say.
    let (run, _) = repository.install("v1.0.0", &second);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stdout.contains("checksum mismatch"), "{run}");
    // Commits that belong to no release are built, as they are.
    let keys: Vec<String> = [before, between]
        .iter()
        .map(|commit| {
            let (run, outputs) = repository.install(commit, &first);
            assert_eq!(run.code, 0, "{run}");
            assert!(outputs.starts_with("build=true\n"), "{outputs}");
            outputs.lines().last().unwrap().to_owned()
        })
        .collect();
    assert!(keys[0].starts_with("key=tq-import-Linux-") && keys[0].contains("-1.0.0-"), "{keys:?}");
    assert!(keys[1].contains("-1.1.0-"), "{keys:?}");
}

#[test]
fn nothing_is_tagged_unless_everything_agrees() {
    if !can_pack() || !has("git", "the procedure of a release") {
        return;
    }
    let repository = Repository::new();
    let version = super::VERSION;
    repository.set_version(version, version);
    let (programs, dist) =
        (repository.directory.path().join("programs"), repository.directory.path().join("dist"));
    write_programs(&programs, b"#!/bin/sh\necho \"$@\"\n");
    pack(&programs, &dist);
    let dist = dist.to_str().unwrap();
    let refused = |words: &str| {
        let run = repository.release(&["tag", dist]).expect(1);
        assert!(run.stderr.contains(words), "{words}: {run}");
        assert_eq!(repository.git(&["tag", "--list", "v*"]), "");
    };
    repository.release(&["check", "v9.9.9"]).expect(1);
    repository.release(&["check", &format!("candidate/v{version}")]).expect(0);
    repository.release(&["publish"]).expect(2);
    refused("check out candidate/v");
    repository.git(&["tag", &format!("candidate/v{version}")]);
    std::fs::write(repository.checkout().join("README.md"), "changed").unwrap();
    refused("uncommitted changes");
    repository.git(&["checkout", "--quiet", "README.md"]);
    // A file that is not the one that was packed.
    let changed = Path::new(dist).join("tq-import.rb");
    let text = std::fs::read(&changed).unwrap();
    std::fs::write(&changed, "changed").unwrap();
    refused("are not those that were packed");
    std::fs::write(&changed, text).unwrap();
    repository.release(&["tag", dist]).expect(0);
    // A tag is never moved.
    let again = repository.release(&["tag", dist]).expect(1);
    assert!(again.stderr.contains("exists already"), "{again}");
}
