//! The install step: archives packed by the release script, checksums, the tool cache.

use std::path::PathBuf;

use super::{Job, has_bash};
use crate::release::{packed, target};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The `RUNNER_ARCH` of this machine.
const PROCESSOR: &str = if cfg!(target_arch = "aarch64") { "ARM64" } else { "X64" };

#[tokio::test]
async fn a_release_is_installed_only_if_its_checksum_matches() {
    let Some(dist) = packed() else { return };
    let directory = tempfile::tempdir().unwrap();
    let name = format!("tq-import-{VERSION}-{}.tar.gz", target());
    let archive = directory.path().join(&name);
    std::fs::copy(dist.join(&name), &archive).unwrap();
    let listed = std::fs::read_to_string(dist.join("sums.txt")).unwrap();
    let sum = listed.lines().find(|line| line.ends_with(&name)).unwrap();
    let sums = directory.path().join("sums.txt");
    let job = || {
        Job::new()
            .with_variable("RUNNER_OS", "Linux")
            .with_variable("RUNNER_ARCH", PROCESSOR)
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

    // The default is the version of the action itself.
    let other =
        |version: &str| format!("{}  tq-import-{version}-{}.tar.gz\n", "1".repeat(64), target());
    let text = format!("# sums\n{}{sum}\n{}", other("0.0.1"), other("99.0.0"));
    std::fs::write(&sums, text).unwrap();
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

#[tokio::test]
async fn a_program_is_built_once_and_found_by_the_next_job() {
    if !has_bash() {
        return;
    }
    let job = || {
        Job::new()
            .with("version", "source")
            .with_variable("RUNNER_OS", "Linux")
            .with_variable("RUNNER_ARCH", PROCESSOR)
    };
    // In place of cargo, a program that installs this build: compiling it here would take minutes.
    let tools = tempfile::tempdir().unwrap();
    let cargo = tools.path().join("cargo");
    let script = format!(
        "#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in --root) root=$2 ;; esac; shift; done\n\
         mkdir -p \"$root/bin\" && cp '{}' \"$root/bin/\"\n",
        env!("CARGO_BIN_EXE_tq-import")
    );
    std::fs::write(&cargo, script).unwrap();
    crate::release::make_executable(&cargo);
    let path = std::env::var_os("PATH").unwrap();
    let paths = std::iter::once(tools.path().to_owned()).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(paths).unwrap().into_string().unwrap();

    let first = job().with_variable("PATH", &path);
    let found = first.step("find").await;
    assert_eq!((found.run.code, &*found.outputs["build"]), (0, "true"), "{}", found.run);
    let (directory, key) = (&found.outputs["directory"], &found.outputs["key"]);
    assert!(key.starts_with(&format!("tq-import-Linux-{PROCESSOR}-{VERSION}-")), "{key}");
    let step = first.step("install").await;
    assert_eq!((step.run.code, &*step.outputs["built"]), (0, "true"), "{}", step.run);
    assert!(step.run.stdout.contains("::notice") && step.run.stdout.contains("from source"));
    assert!(step.outputs["program"].starts_with(directory.as_str()), "{}", step.run);
    // The next job, to which the cache gives that directory, builds nothing and says so.
    let next = job();
    let found = next.step("find").await;
    assert_eq!(&found.outputs["key"], key);
    std::fs::create_dir_all(PathBuf::from(&found.outputs["directory"]).parent().unwrap()).unwrap();
    std::fs::rename(directory, &found.outputs["directory"]).unwrap();
    let step = next.step("install").await;
    assert_eq!(step.run.code, 0, "{}", step.run);
    assert!(step.run.stdout.contains("an earlier job built this program"), "{}", step.run);
    assert!(!step.outputs.contains_key("built"), "nothing new to keep: {}", step.run);
    // A program in the cache that is not this version is not used.
    std::fs::write(&step.outputs["program"], "#!/bin/sh\necho tq-import 0.0.0\n").unwrap();
    let next = Job { directory: next.directory, ..job().with_variable("PATH", &path) };
    assert_eq!(next.step("install").await.outputs["built"], "true");
    // Without a release and without cargo.
    let empty = tempfile::tempdir().unwrap();
    for tool in ["bash", "sed", "head", "find", "sort", "xargs", "cat", "sha256sum"] {
        let found =
            std::env::split_paths(&path).map(|path| path.join(tool)).find(|path| path.is_file());
        std::os::unix::fs::symlink(found.unwrap(), empty.path().join(tool)).unwrap();
    }
    let step = job().with_variable("PATH", empty.path().to_str().unwrap()).step("install").await;
    assert_eq!(step.run.code, 2, "{}", step.run);
    assert!(step.run.stdout.contains("add a step that installs Rust"), "{}", step.run);
}

/// The steps around the installation keep what it built, under the key that it gave.
#[test]
fn the_action_restores_and_keeps_what_it_builds() {
    let action = super::definition();
    let steps = action["runs"]["steps"].as_vec().unwrap();
    let uses = |name: &str| {
        let is_it = |step: &&yaml_rust2::Yaml| {
            step["uses"].as_str().is_some_and(|uses| uses.starts_with(name))
        };
        steps.iter().position(|step| is_it(&step)).unwrap()
    };
    let has_id = |id: &str| steps.iter().position(|step| step["id"].as_str() == Some(id)).unwrap();
    let (restore, save) = (uses("actions/cache/restore@"), uses("actions/cache/save@"));
    let order = [has_id("find"), restore, has_id("install"), save, has_id("import")];
    assert!(order.is_sorted(), "{order:?}");
    assert_eq!(steps[restore]["if"].as_str(), Some("steps.find.outputs.build == 'true'"));
    assert_eq!(steps[save]["if"].as_str(), Some("steps.install.outputs.built == 'true'"));
    for step in [restore, save] {
        let with = &steps[step]["with"];
        assert_eq!(with["path"].as_str(), Some("${{ steps.find.outputs.directory }}"));
        assert_eq!(with["key"].as_str(), Some("${{ steps.find.outputs.key }}"));
    }
}
