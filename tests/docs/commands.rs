//! The README's commands, run in a shell exactly as printed.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use secrecy::ExposeSecret as _;

use super::root;
use crate::support::{TestEnv, binary, report, run};

/// The `tq-import` commands of `page`, in order.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let lines = blocks.flat_map(str::lines).filter(|line| line.starts_with("tq-import "));
    lines.map(|line| line.split(" #").next().unwrap().trim().to_owned()).collect()
}

fn program(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn every_command_of_the_readme_works_as_printed() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let commands = commands(&readme);
    assert!(commands.len() >= 6, "{commands:?}");
    let env = TestEnv::new().await;
    // The project named in the README, a crate, and reports that `npm test` writes.
    let token = env.running.token.expose_secret();
    let created = crate::sandbox::client()
        .post(format!("{}/api/project", env.running.url))
        .bearer_auth(token)
        .json(&serde_json::json!({"name": "Shop"}))
        .send()
        .await
        .unwrap();
    assert_eq!(created.status(), 201);
    env.write("Cargo.toml", "[package]\nname = \"shop\"\nedition = \"2021\"\n[workspace]\n");
    env.write("src/lib.rs", "#[test]\nfn adds() {}\n");
    env.write("reports/web/a.xml", &report(&[("cart", &["adds", "removes"])]));
    env.write("written.txt", &report(&[("pay", &["by card"])]));
    let programs = env.path().join("programs");
    std::fs::create_dir(&programs).unwrap();
    program(&programs.join("npm"), "#!/bin/sh\ncp written.txt reports/web/b.xml\n");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tq-import"), programs.join("tq-import"))
        .unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    for line in commands {
        // This command serves until it is stopped; other tests cover it.
        if line.trim() == "tq-import sandbox" {
            continue;
        }
        let mut command = Command::new("sh");
        for (name, value) in binary(env.path()).get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .args(["-c", &line])
            .current_dir(env.path())
            .env("PATH", format!("{}:{path}", programs.display()))
            .env("TQ_ACCESS_TOKEN", token)
            .env("TQ_HOST", &env.running.url)
            .env("CARGO_TARGET_DIR", env.path().join("target"))
            .env("CARGO_NET_OFFLINE", "true")
            .env_remove("RUSTFLAGS");
        println!("{line}");
        run(command).await.expect(0);
    }
}
