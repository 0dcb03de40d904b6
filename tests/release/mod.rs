//! What a release offers, made by the release script from this build, installed as users install it, and used.
//!
//! The programs of other platforms are placeholders here: `.ci/platforms` compiles and runs some of them. Without
//! python3 and bash, or without the tool that a test needs, the tests say so and pass; with
//! `RELEASE_TESTS=required`, as in CI, they fail.

mod contents;
mod installers;
mod packages;
mod registries;
mod tag;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use crate::support::{Run, TestEnv, report, run, scrubbed};

const VERSION: &str = env!("CARGO_PKG_VERSION");

const TARGETS: [&str; 6] = [
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "aarch64-pc-windows-msvc",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The release target of this machine.
pub(crate) fn target() -> &'static str {
    if cfg!(target_arch = "aarch64") { TARGETS[1] } else { TARGETS[0] }
}

/// Prints that something was not tested, or fails if it is required.
fn skip(what: &str, why: &str) {
    let is_required = std::env::var("RELEASE_TESTS").is_ok_and(|value| value == "required");
    assert!(!is_required, "{what} is required: {why}");
    println!("skipped, {what} was not tested: {why}");
}

/// Whether a tool is installed; says so if it is not.
fn has(tool: &str, what: &str) -> bool {
    let is_installed = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|directory| directory.join(tool).is_file());
    if !is_installed {
        skip(what, &format!("{tool} is not installed"));
    }
    is_installed
}

/// Runs a command that must succeed.
#[track_caller]
fn succeed(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", Run::of(&output));
    output
}

/// Whether this machine can make packages.
fn can_pack() -> bool {
    let check = ["-c", "import sys, tomllib"];
    let has_python = Command::new("python3").args(check).output();
    if !has_python.is_ok_and(|output| output.status.success()) {
        skip("the release", "python3 is older than 3.11 or not installed");
        return false;
    }
    has("bash", "the release")
}

/// Makes all packages of `programs` in `out`.
fn pack(programs: &Path, out: &Path) {
    let script = root().join(".github/release/release.sh");
    let mut command = Command::new("bash");
    command.arg(script).arg("pack").arg(programs).arg(out).current_dir(programs);
    succeed(command.env("PYTHONDONTWRITEBYTECODE", "1"));
}

/// Writes a program for each target; those of other platforms are not run.
fn write_programs(directory: &Path, own: &[u8]) {
    for name in TARGETS {
        let ending = if name.contains("windows") { ".exe" } else { "" };
        let path = directory.join(name).join(format!("tq-import{ending}"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let other = format!("a program for {name}\n");
        std::fs::write(&path, if name == target() { own } else { other.as_bytes() }).unwrap();
        make_executable(&path);
    }
}

pub(crate) fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// The directory with every package of this build, made once; none if this machine cannot pack.
pub(crate) fn packed() -> Option<&'static Path> {
    static PACKED: OnceLock<Option<PathBuf>> = OnceLock::new();
    PACKED
        .get_or_init(|| {
            can_pack().then(|| {
                let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("release");
                let programs = directory.join("programs");
                let own = programs.join(target()).join("tq-import");
                write_programs(&programs, b"");
                std::fs::copy(env!("CARGO_BIN_EXE_tq-import"), &own).unwrap();
                // Packing debug information takes long.
                let _ = Command::new("strip").arg(&own).status();
                let out = directory.join("dist");
                pack(&programs, &out);
                out
            })
        })
        .as_deref()
}

/// Asserts that an installed program prints its version and imports into the sandbox. `command` starts it, so that
/// only its arguments are missing.
async fn assert_works(command: impl Fn() -> Command) {
    let env = TestEnv::new().await;
    let start = |arguments: &[&str]| {
        let mut command = scrubbed(command(), env.path());
        command.args(arguments);
        run(command)
    };
    let version = start(&["--version"]).await.expect(0);
    assert_eq!(version.stdout.trim_end(), format!("tq-import {VERSION}"), "{version}");
    env.write("a.xml", &report(&[("cart", &["adds", "!takes"])]));
    let import = ["--host", &env.running.url, "--token-file", "token", "--project", "demo"];
    start(&[&import[..], &["a.xml"]].concat()).await.expect(0);
    env.assert_exactly_once(2);
    // Its exit code arrives too.
    start(&[&import[..], &["--fail-on-test-failure", "a.xml"]].concat()).await.expect(4);
    env.assert_exactly_once(2);
}

/// Serves the files of a directory on this machine; returns its address.
async fn serve(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}
