//! `install.sh`: from a directory and over HTTP, with curl or wget, and what it says when something is wrong.

use std::path::{Path, PathBuf};
use std::process::Command;

use axum::Router;
use axum::extract::Path as Segment;
use axum::http::StatusCode;
use axum::routing::get;

use super::{VERSION, assert_works, has, packed, serve, skip, succeed, target};
use crate::support::{Run, run};

/// What the installer needs, besides something that downloads.
const TOOLS: [&str; 13] = [
    "awk",
    "cat",
    "chmod",
    "cp",
    "gzip",
    "mkdir",
    "mktemp",
    "mv",
    "rm",
    "sh",
    "sha256sum",
    "tar",
    "uname",
];

fn find(tool: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|directory| directory.join(tool)).find(|tool| tool.is_file())
}

/// A directory for `PATH` that holds only these tools.
fn path_of(tools: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for tool in tools {
        std::os::unix::fs::symlink(find(tool).unwrap(), directory.path().join(tool)).unwrap();
    }
    directory
}

/// The installer of `dist` with these arguments, in a directory of its own.
fn installer(dist: &Path, home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.arg(dist.join("install.sh")).args(arguments).current_dir(home).env("HOME", home);
    command
}

/// A server of the files of a release.
async fn mirror(dist: &'static Path) -> String {
    let file = move |Segment(name): Segment<String>| async move {
        std::fs::read(dist.join(name)).map_err(|_| StatusCode::NOT_FOUND)
    };
    serve(Router::new().route("/{name}", get(file))).await
}

#[tokio::test]
async fn the_shell_installer_installs_from_a_directory_and_over_http() {
    let Some(dist) = packed() else { return };
    let home = tempfile::tempdir().unwrap();
    // By default into the user's own directory.
    let from = format!("file://{}", dist.display());
    let run = run(installer(dist, home.path(), &["--from", &from])).await.expect(0);
    let program = home.path().join(".local/bin/tq-import");
    assert!(run.stdout.contains(&format!("installed tq-import {VERSION} as")), "{run}");
    assert!(run.stdout.contains("to PATH"), "{run}");
    assert_works(|| Command::new(&program)).await;
    // Piped into a shell, with curl or wget and nothing else; an installed program is replaced.
    let address = mirror(dist).await;
    for downloader in ["curl", "wget"] {
        if !has(downloader, &format!("the installer with {downloader}")) {
            continue;
        }
        let path = path_of(&[&TOOLS[..], &[downloader]].concat());
        let to = home.path().join("my programs");
        std::fs::create_dir_all(&to).unwrap();
        std::fs::write(to.join("tq-import"), "an older program").unwrap();
        let script = "cat install.sh | sh -s -- --to \"$TO\" --from \"$FROM\"";
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(dist).env("PATH", path.path());
        command.env("HOME", home.path()).env("TO", &to).env("FROM", format!("{address}/"));
        let run = crate::support::run(command).await.expect(0);
        assert!(run.stdout.contains(&format!("installed tq-import {VERSION} as")), "{run}");
        let left: Vec<_> = std::fs::read_dir(&to).unwrap().map(|entry| entry.unwrap()).collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
    assert_works(|| Command::new(home.path().join("my programs/tq-import"))).await;
}

#[tokio::test]
async fn the_shell_installer_says_what_is_wrong_and_installs_nothing() {
    let Some(dist) = packed() else { return };
    let home = tempfile::tempdir().unwrap();
    let address = mirror(dist).await;
    let fails = async |code: i32, arguments: &[&str], words: &str| {
        let run = run(installer(dist, home.path(), arguments)).await.expect(code);
        assert!(run.stderr.contains(words), "{words}: {run}");
        assert!(!home.path().join(".local").exists(), "{run}");
    };
    fails(2, &["--two"], "unknown argument --two").await;
    fails(2, &["--to"], "--to needs a value").await;
    fails(2, &["--version", "latest/../x"], "a release such as 1.2.3").await;
    fails(1, &["--from", &address, "--version", "9.9.9"], "does not list tq-import-9.9.9-").await;
    fails(1, &["--from", &format!("{address}/none")], "cannot download").await;
    fails(1, &["--from", "no such directory"], "cannot read no such directory/sums.txt").await;
    fails(1, &["--from", &address, "--to", "/proc/no/such"], "cannot create /proc/no/such").await;
    // An archive that was changed, or cut, on its way.
    let changed = tempfile::tempdir().unwrap();
    let name = format!("tq-import-{VERSION}-{}.tar.gz", target());
    std::fs::copy(dist.join("sums.txt"), changed.path().join("sums.txt")).unwrap();
    let archive = std::fs::read(dist.join(&name)).unwrap();
    std::fs::write(changed.path().join(&name), &archive[..archive.len() - 1]).unwrap();
    let from = changed.path().to_str().unwrap();
    fails(1, &["--from", from], "checksum mismatch").await;
    // A program for another machine replaces nothing.
    let foreign = tempfile::tempdir().unwrap();
    let other = if cfg!(target_arch = "aarch64") { super::TARGETS[0] } else { super::TARGETS[1] };
    let directory = format!("tq-import-{VERSION}-{other}");
    let mut unpack = Command::new("tar");
    unpack.arg("-xzf").arg(dist.join(format!("{directory}.tar.gz"))).current_dir(foreign.path());
    succeed(&mut unpack);
    std::fs::rename(
        foreign.path().join(&directory),
        foreign.path().join(name.trim_end_matches(".tar.gz")),
    )
    .unwrap();
    let script = "tar -czf \"$1\" tq-import-*/ && sha256sum \"$1\" >sums.txt";
    let mut packing = Command::new("sh");
    succeed(packing.args(["-c", script, "sh", &name]).current_dir(foreign.path()));
    let to = foreign.path().join("programs");
    std::fs::create_dir(&to).unwrap();
    std::fs::write(to.join("tq-import"), "an older program").unwrap();
    let arguments = ["--from", foreign.path().to_str().unwrap(), "--to", to.to_str().unwrap()];
    fails(1, &arguments, "does not run on this machine. Nothing was installed").await;
    assert_eq!(std::fs::read(to.join("tq-import")).unwrap(), b"an older program");
    assert_eq!(std::fs::read_dir(&to).unwrap().count(), 1, "nothing else is left");
    // No downloader, no checksums, another machine.
    let without = async |left_out: &str, from: &str, words: &str| {
        let tools: Vec<&str> = TOOLS.into_iter().filter(|tool| *tool != left_out).collect();
        let path = path_of(&tools);
        let mut command = installer(dist, home.path(), &["--from", from]);
        command.env("PATH", path.path());
        let run = run(command).await.expect(1);
        assert!(run.stderr.contains(words), "{words}: {run}");
    };
    without("", &address, "neither curl nor wget").await;
    without("sha256sum", dist.to_str().unwrap(), "no sha256sum, shasum or openssl").await;
    let path = path_of(&TOOLS.into_iter().filter(|tool| *tool != "uname").collect::<Vec<_>>());
    for (system, processor) in [("Plan9", "x86_64"), ("Linux", "sparc64")] {
        let uname =
            format!("#!/bin/sh\nif [ $1 = -s ]; then echo {system}; else echo {processor}; fi\n");
        std::fs::write(path.path().join("uname"), uname).unwrap();
        super::make_executable(&path.path().join("uname"));
        let mut command = installer(dist, home.path(), &["--from", &address]);
        command.env("PATH", path.path());
        let run = run(command).await.expect(1);
        assert!(run.stderr.contains(&format!("no release for {system} on {processor}")), "{run}");
    }
    assert!(!home.path().join(".local").exists());
}

/// The commands of docs/install.md for a shell, typed where the files of a release are; a stand-in for curl answers as
/// the address of the release would.
#[tokio::test]
async fn the_commands_of_the_page_install_and_verify() {
    let Some(dist) = packed() else { return };
    let page = std::fs::read_to_string(super::root().join("docs/install.md")).unwrap();
    let (_, row) = page.split_once("| a shell on Linux, macOS or Git Bash | `").unwrap();
    let mut commands = vec![row.split('`').next().unwrap().replace("\\|", "|")];
    for block in page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
        let lines = block.lines().map(|line| line.split(" #").next().unwrap().trim());
        commands.extend(lines.map(str::to_owned));
    }
    // It asks GitHub who built a file.
    commands.retain(|line| !line.starts_with("gh attestation"));
    assert!(commands.len() >= 5, "{commands:?}");
    let home = tempfile::tempdir().unwrap();
    let programs = home.path().join("programs");
    std::fs::create_dir(&programs).unwrap();
    let curl = "#!/bin/sh\noutput=/dev/stdout before=\nfor last; do\n\
                [ \"$before\" != --output ] || output=$last\nbefore=$last\ndone\n\
                case $last in\nhttps://github.com/OWNER/tq-import/releases/*) ;;\n*) exit 6 ;;\nesac\n\
                cat \"$RELEASE/${last##*/}\" >\"$output\"\n";
    std::fs::write(programs.join("curl"), curl).unwrap();
    super::make_executable(&programs.join("curl"));
    let downloads = home.path().join("downloads");
    std::os::unix::fs::symlink(dist, downloads).unwrap();
    let archive = format!("tq-import-{VERSION}-{}.tar.gz", target());
    for file in ["install.sh", "sums.txt", &archive] {
        std::fs::copy(dist.join(file), home.path().join(file)).unwrap();
    }
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    for line in &commands {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(home.path()).env("PATH", &path);
        command.env("HOME", home.path()).env("RELEASE", dist);
        let run = run(command).await.expect(0);
        let shown = if line.starts_with("sha256sum") { ": OK" } else { "installed tq-import" };
        assert!(run.stdout.contains(shown), "{line}: {run}");
    }
    assert!(home.path().join("bin/tq-import").is_file());
    assert_works(|| Command::new(home.path().join(".local/bin/tq-import"))).await;
}

/// Each installer names exactly the targets that are packed.
#[test]
fn installers_know_every_target() {
    let read = |name: &str| std::fs::read_to_string(super::root().join(name)).unwrap();
    let workflow = read(".github/workflows/release.yml");
    let action = read(".github/action/install.sh");
    let packing = read(".github/release/packing/project.py");
    for target in super::TARGETS {
        for (name, text) in [("workflow", &workflow), ("action", &action), ("packing", &packing)] {
            assert!(text.contains(target), "{name}: {target}");
        }
        let (_, system) = target.split_once('-').unwrap();
        for name in ["install.sh", "install.ps1"] {
            assert!(read(&format!(".github/release/{name}")).contains(system), "{name}: {system}");
        }
    }
}

#[tokio::test]
async fn the_powershell_installer_installs_and_refuses_what_was_changed() {
    let Some(dist) = packed() else { return };
    if find("pwsh").is_none() {
        println!("skipped: PowerShell is not installed");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let to = home.path().join("my programs");
    let install = |from: &Path| {
        let mut command = Command::new("pwsh");
        command.args(["-NoProfile", "-File"]).arg(dist.join("install.ps1"));
        command.arg("-To").arg(&to).arg("-From").arg(from).current_dir(home.path());
        command
    };
    let changed = tempfile::tempdir().unwrap();
    std::fs::copy(dist.join("sums.txt"), changed.path().join("sums.txt")).unwrap();
    let name = format!("tq-import-{VERSION}-{}.tar.gz", target());
    std::fs::write(changed.path().join(name), "changed").unwrap();
    let output = install(changed.path()).output().unwrap();
    assert!(!output.status.success() && !to.exists(), "{}", Run::of(&output));
    succeed(&mut install(dist));
    assert_works(|| Command::new(to.join("tq-import"))).await;
}

#[test]
fn shells_without_extensions_run_the_installer() {
    let Some(dist) = packed() else { return };
    for shell in [&["dash"][..], &["busybox", "sh"], &["bash", "--posix"]] {
        if find(shell[0]).is_none() {
            if shell[0] == "dash" {
                skip("the installer with dash", "dash is not installed");
            }
            continue;
        }
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).arg(dist.join("install.sh")).arg("--from").arg(dist);
        succeed(command.env("HOME", home.path()).current_dir(home.path()));
        assert!(home.path().join(".local/bin/tq-import").is_file(), "{shell:?}");
    }
}
