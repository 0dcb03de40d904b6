//! Packages of Linux distributions.

use std::path::Path;
use std::process::Command;

use super::{VERSION, assert_works, has, packed, succeed};

/// Whether this process may install into another root.
fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}

/// What both packages place below a root.
fn assert_complete(root: &Path, zsh: &str) {
    let zsh = format!("usr/share/zsh/{zsh}/_tq-import");
    for file in [
        "usr/share/man/man1/tq-import.1.gz",
        "usr/share/bash-completion/completions/tq-import",
        "usr/share/fish/vendor_completions.d/tq-import.fish",
        "usr/share/doc/tq-import/copyright",
        &zsh,
    ] {
        assert!(root.join(file).metadata().unwrap().len() > 100, "{file}");
    }
}

#[tokio::test]
async fn the_debian_package_is_installed_and_works() {
    let Some(dist) = packed() else { return };
    if !has("dpkg-deb", "the Debian package") {
        return;
    }
    let processor = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let package = dist.join(format!("tq-import_{VERSION}_{processor}.deb"));
    let field = |name: &str| {
        let output = succeed(Command::new("dpkg-deb").arg("--field").arg(&package).arg(name));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    };
    assert_eq!((field("Package"), field("Version")), ("tq-import".into(), VERSION.into()));
    assert_eq!(field("Architecture"), processor);
    assert_eq!(field("Depends"), "", "the program is static");
    let root = tempfile::tempdir().unwrap();
    if is_root() {
        let database = root.path().join("var/lib/dpkg");
        for directory in ["info", "updates", "triggers"] {
            std::fs::create_dir_all(database.join(directory)).unwrap();
        }
        for file in ["status", "available"] {
            std::fs::write(database.join(file), "").unwrap();
        }
        let mut command = Command::new("dpkg");
        command.arg("--root").arg(root.path()).args(["--log=/dev/null", "--force-architecture"]);
        succeed(command.arg("--install").arg(&package));
    } else {
        succeed(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(root.path()));
    }
    assert_complete(root.path(), "vendor-completions");
    assert_works(|| Command::new(root.path().join("usr/bin/tq-import"))).await;
    for package in ["amd64", "arm64"].map(|name| format!("tq-import_{VERSION}_{name}.deb")) {
        succeed(Command::new("dpkg-deb").arg("--contents").arg(dist.join(package)));
    }
}

#[tokio::test]
async fn the_rpm_package_is_installed_and_works() {
    let Some(dist) = packed() else { return };
    if !has("rpmbuild", "the rpm package") || !has("rpm", "the rpm package") {
        return;
    }
    let package = |processor: &str| dist.join(format!("tq-import-{VERSION}-1.{processor}.rpm"));
    for processor in ["x86_64", "aarch64"] {
        let query = "%{name} %{version} %{arch} %{buildhost} %{license}";
        let mut command = Command::new("rpm");
        command.args(["-qp", "--queryformat", query]).arg(package(processor));
        let told = String::from_utf8(succeed(&mut command).stdout).unwrap();
        assert_eq!(told, format!("tq-import {VERSION} {processor} reproducible MIT"));
        let mut command = Command::new("rpm");
        command.args(["-qp", "--requires"]).arg(package(processor));
        let requires = String::from_utf8(succeed(&mut command).stdout).unwrap();
        assert!(requires.lines().all(|line| line.starts_with("rpmlib(")), "{requires}");
    }
    if !is_root() {
        println!("skipped: rpm installs into another root only as root");
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let mut command = Command::new("rpm");
    command.arg("--root").arg(root.path()).args(["--install", "--nodeps", "--ignorearch"]);
    succeed(command.arg(package(std::env::consts::ARCH)));
    assert_complete(root.path(), "site-functions");
    assert_works(|| Command::new(root.path().join("usr/bin/tq-import"))).await;
}
