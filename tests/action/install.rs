//! The install step: archives packed by the release script, checksums, the tool cache.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Job, has_bash, root};

/// The `RUNNER_OS`, `RUNNER_ARCH` and release target of this machine; none if it has no release.
fn machine() -> Option<(&'static str, &'static str, &'static str)> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some(("Linux", "X64", "x86_64-unknown-linux-musl")),
        ("linux", "aarch64") => Some(("Linux", "ARM64", "aarch64-unknown-linux-musl")),
        ("macos", "x86_64") => Some(("macOS", "X64", "x86_64-apple-darwin")),
        ("macos", "aarch64") => Some(("macOS", "ARM64", "aarch64-apple-darwin")),
        _ => None,
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The archive of this build and the line of its checksum, made by the release script.
fn archive(directory: &Path, target: &str) -> (PathBuf, String) {
    let binary = directory.join("binary");
    std::fs::copy(env!("CARGO_BIN_EXE_tq-import"), &binary).unwrap();
    // Packing debug information takes long.
    let _ = Command::new("strip").arg(&binary).status();
    let mut build = Command::new("bash");
    build.arg(root().join(".github/release/build.sh")).args([target, "dist"]);
    build.current_dir(directory).env("TQ_IMPORT_BINARY", &binary);
    let output = build.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let archive = directory.join(format!("dist/tq-import-{VERSION}-{target}.tar.gz"));
    let sum = std::fs::read_to_string(archive.with_extension("gz.sha256")).unwrap();
    (archive, sum)
}

#[tokio::test]
async fn a_release_is_installed_only_if_its_checksum_matches() {
    let Some((system, processor, target)) = machine().filter(|_| has_bash()) else { return };
    let directory = tempfile::tempdir().unwrap();
    let (archive, sum) = archive(directory.path(), target);
    let name = archive.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(sum.trim_end().ends_with(&name) && sum.split(' ').next().unwrap().len() == 64, "{sum}");
    let sums = directory.path().join("sums.txt");
    let job = || {
        Job::new()
            .with_variable("RUNNER_OS", system)
            .with_variable("RUNNER_ARCH", processor)
            .with_variable("TQ_IMPORT_SUMS", sums.to_str().unwrap())
            .with_variable("TQ_IMPORT_ARCHIVE", archive.to_str().unwrap())
    };
    // A wrong checksum: nothing is run or kept.
    std::fs::write(&sums, format!("{}  {name}\n", "0".repeat(64))).unwrap();
    let wrong = job();
    let step = wrong.step("install").await;
    assert_eq!(step.run.code, 2, "{}", step.run);
    assert!(step.run.stdout.contains("checksum mismatch"), "{}", step.run);
    assert!(!wrong.path().join("tool cache").exists());

    // The last line for the target is the default version.
    let older = format!("{}  tq-import-0.0.1-{target}.tar.gz\n", "1".repeat(64));
    std::fs::write(&sums, format!("# sums\n{older}{sum}")).unwrap();
    let job = job();
    let step = job.step("install").await;
    assert_eq!(step.run.code, 0, "{}", step.run);
    let program = PathBuf::from(&step.outputs["program"]);
    assert!(
        program.starts_with(job.path().join("tool cache/tq-import").join(VERSION)),
        "{program:?}"
    );
    assert!(step.run.stdout.contains(&format!("tq-import {VERSION}")), "{}", step.run);
    // The second time it comes from the cache, without the archive.
    std::fs::remove_file(&archive).unwrap();
    let step = job.step("install").await;
    assert_eq!((step.run.code, PathBuf::from(&step.outputs["program"])), (0, program.clone()));
    // A changed program in the cache is not run, and neither is a changed archive.
    let genuine = std::fs::read(&program).unwrap();
    std::fs::write(&program, "#!/bin/sh\necho foreign\n").unwrap();
    let step = job.step("install").await;
    assert!(step.run.stdout.contains(&format!("tq-import {VERSION}")), "{}", step.run);
    assert!(std::fs::read(&program).unwrap() == genuine);
    let kept = program.with_file_name(&name);
    let cached = std::fs::read(&kept).unwrap();
    std::fs::write(&kept, "foreign").unwrap();
    let step = job.step("install").await;
    assert_ne!(step.run.code, 0, "there is nothing to replace it: {}", step.run);
    assert!(step.run.stdout.contains("does not match its checksum"), "{}", step.run);
    std::fs::write(&archive, cached).unwrap();
    let step = job.step("install").await;
    assert_eq!((step.run.code, PathBuf::from(&step.outputs["program"])), (0, program.clone()));
    // The installed program works.
    let job = Job { program, is_fork: true, ..job }.with("files", "a.xml");
    job.write("a.xml", &crate::support::report(&[("cart", &["adds"])]));
    assert_eq!(job.step("import").await.outputs["conclusion"], "parse-only");
}

#[tokio::test]
async fn unknown_versions_are_not_downloaded() {
    if !has_bash() {
        return;
    }
    let job = |version: &str| {
        Job::new()
            .with("version", version)
            .with_variable("RUNNER_OS", "Linux")
            .with_variable("RUNNER_ARCH", "X64")
    };
    for (version, words) in [
        ("9.9.9", "does not know tq-import 9.9.9"),
        ("v9.9.9", "does not know tq-import 9.9.9"),
        ("latest", "a release such as 1.2.3"),
        ("../../x", "a release such as 1.2.3"),
        ("1.2.3\n::warning::x", "a release such as 1.2.3"),
    ] {
        let step = job(version).step("install").await;
        assert_eq!(step.run.code, 2, "{version}: {}", step.run);
        assert!(step.run.stdout.contains(words), "{version}: {}", step.run);
        assert!(!step.run.stdout.contains("\n::warning"), "{version}: {}", step.run);
    }
    let step = Job::new()
        .with("version", "1.2.3")
        .with_variable("RUNNER_OS", "Plan9")
        .step("install")
        .await;
    assert!(step.run.stdout.contains("set the input version to source"), "{}", step.run);
}
