//! What the packages of a release contain, on which no installed program depends.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{TARGETS, VERSION, can_pack, has, pack, packed, succeed, write_programs};

/// All files below a directory.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(directory).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let name = |path: &Path| path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
    files.map(|file| (name(file.path()), std::fs::read(file.path()).unwrap())).collect()
}

/// The checksums of a release, by file.
fn sums(dist: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(dist.join("sums.txt")).unwrap();
    let lines = text.lines().map(|line| line.split_once("  ").unwrap());
    lines.map(|(sum, name)| (name.to_owned(), sum.to_owned())).collect()
}

#[test]
fn packing_twice_gives_the_same_bytes() {
    if !can_pack() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let mut results = ["first", "second"].map(|name| {
        let programs = directory.path().join(name).join("programs");
        write_programs(&programs, b"#!/bin/sh\necho \"$@\"\n");
        // Another second for the second one, and a directory that is packed over.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let out = directory.path().join(name).join("packages");
        std::fs::create_dir_all(&out).unwrap();
        std::fs::write(out.join("left over"), "").unwrap();
        pack(&programs, &out);
        files(&out)
    });
    assert!(results[0].len() > 20 && !results[0].contains_key("left over"));
    for (name, content) in &results[0] {
        assert!(results[1][name] == *content, "{name}");
    }
    // Other programs give other packages.
    let programs = directory.path().join("first/programs");
    write_programs(&programs, b"#!/bin/sh\necho other \"$@\"\n");
    pack(&programs, &directory.path().join("third"));
    results[1] = files(&directory.path().join("third"));
    assert!(results[0]["sums.txt"] != results[1]["sums.txt"]);
}

#[test]
fn formula_and_manifest_name_every_archive_with_its_checksum() {
    let Some(dist) = packed() else { return };
    let sums = sums(dist);
    let formula = std::fs::read_to_string(dist.join("tq-import.rb")).unwrap();
    let scoop = std::fs::read_to_string(dist.join("tq-import.json")).unwrap();
    let manifest = std::fs::read_to_string(super::root().join("Cargo.toml")).unwrap();
    let (_, repository) = manifest.split_once("\nrepository = \"").unwrap();
    let repository = repository.split('"').next().unwrap();
    for target in TARGETS {
        let (text, ending) =
            if target.contains("windows") { (&scoop, "zip") } else { (&formula, "tar.gz") };
        let archive = format!("tq-import-{VERSION}-{target}.{ending}");
        let url = format!("\"{repository}/releases/download/v{VERSION}/{archive}\"");
        let (_, after) = text.split_once(&url).unwrap_or_else(|| panic!("{url}: {text}"));
        assert_eq!(
            after.split('"').nth(if ending == "zip" { 3 } else { 1 }),
            Some(&*sums[&archive])
        );
    }
    let scoop: Value = serde_json::from_str(&scoop).unwrap();
    assert_eq!(scoop["version"], VERSION);
    let windows = dist.join(format!("tq-import-{VERSION}-x86_64-pc-windows-msvc.zip"));
    let list = ["-c", "import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist())"];
    let listed = succeed(Command::new("python3").args(list).arg(windows)).stdout;
    let directory = scoop["architecture"]["64bit"]["extract_dir"].as_str().unwrap();
    let program = format!("{directory}/{}", scoop["bin"].as_str().unwrap());
    assert!(String::from_utf8(listed).unwrap().contains(&program), "{program}");
    if has("ruby", "the syntax of the formula") {
        succeed(Command::new("ruby").arg("-c").arg(dist.join("tq-import.rb")));
    }
}

#[test]
fn every_file_of_the_release_has_a_checksum() {
    let Some(dist) = packed() else { return };
    let sums = sums(dist);
    let entries = std::fs::read_dir(dist).unwrap().map(|entry| entry.unwrap());
    for file in entries.filter(|entry| entry.file_type().unwrap().is_file()) {
        let name = file.file_name().into_string().unwrap();
        assert!(name == "sums.txt" || sums.contains_key(&name), "{name}");
    }
    if has("sha256sum", "the checksums") {
        let mut check = Command::new("sha256sum");
        succeed(check.args(["--check", "--strict", "sums.txt"]).current_dir(dist));
    }
}

/// What the maintainer publishes from a downloaded release is what was packed.
#[test]
fn the_packages_for_registries_travel_with_the_release() {
    let Some(dist) = packed() else { return };
    let unpacked = tempfile::tempdir().unwrap();
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(dist.join("registries.tar.gz")).arg("-C").arg(unpacked.path());
    succeed(&mut tar);
    let packed: BTreeMap<String, Vec<u8>> =
        files(dist).into_iter().filter(|(name, _)| name.contains('/')).collect();
    assert!(packed.len() >= 15, "{:?}", packed.keys());
    assert!(files(unpacked.path()) == packed, "{:?}", packed.keys());
    let program = unpacked.path().join("image/amd64/tq-import");
    assert!(program.metadata().unwrap().permissions().mode() & 0o111 == 0o111);
}

#[test]
fn the_bill_of_materials_lists_what_is_linked() {
    let Some(dist) = packed() else { return };
    let bill = std::fs::read(dist.join(format!("tq-import-{VERSION}.cdx.json"))).unwrap();
    let bill: Value = serde_json::from_slice(&bill).unwrap();
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
    assert_eq!(bill["metadata"]["component"]["version"], VERSION);
    let components = bill["components"].as_array().unwrap();
    let named = |name: &str| components.iter().find(|component| component["name"] == name);
    // One of every platform, and our own crates; but nothing that only tests use.
    for name in ["rustls", "libsqlite3-sys", "rustix", "windows-sys", "test-reports"] {
        assert!(named(name).is_some(), "{name}");
    }
    for name in ["insta", "criterion", "assert_cmd", "cc"] {
        assert!(named(name).is_none(), "{name}");
    }
    let known: Vec<&Value> = components.iter().map(|component| &component["bom-ref"]).collect();
    for link in bill["dependencies"].as_array().unwrap() {
        for target in link["dependsOn"].as_array().unwrap() {
            assert!(known.contains(&target), "{target}");
        }
    }
    let own = ["test-reports", "testquality-sandbox"];
    for component in components {
        let is_own = own.contains(&component["name"].as_str().unwrap());
        assert_eq!(component["hashes"][0]["content"].is_string(), !is_own, "{component}");
        assert!(component["licenses"][0]["expression"].is_string(), "{component}");
    }
}
