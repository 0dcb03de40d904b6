//! npm and PyPI: a registry on this machine serves the packages, and npm, pip and uv install them from it.

use std::path::Path;
use std::process::Command;

use axum::extract::Path as Segment;
use axum::http::{StatusCode, header};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{VERSION, assert_works, has, packed, serve, skip, succeed};
use crate::support::{run, scrubbed};

/// The manifest inside a package.
fn manifest(package: &Path) -> Value {
    let mut tar = Command::new("tar");
    tar.arg("-xzOf").arg(package).arg("package/package.json");
    serde_json::from_slice(&succeed(&mut tar).stdout).unwrap()
}

/// A registry that knows our packages and nothing else.
async fn npm_registry(packages: &'static Path) -> String {
    let about = move |Segment(name): Segment<String>, headers: axum::http::HeaderMap| async move {
        let file = format!("{name}-{VERSION}.tgz");
        if !packages.join(&file).is_file() {
            return Err(StatusCode::NOT_FOUND);
        }
        let mut version = manifest(&packages.join(&file));
        let host = headers[header::HOST].to_str().unwrap();
        version["dist"] = json!({ "tarball": format!("http://{host}/-/{file}") });
        let latest = json!({ "latest": VERSION });
        Ok(Json(json!({ "name": name, "dist-tags": latest, "versions": { VERSION: version } })))
    };
    let file = move |Segment(name): Segment<String>| async move {
        std::fs::read(packages.join(name)).map_err(|_| StatusCode::NOT_FOUND)
    };
    serve(Router::new().route("/{name}", get(about)).route("/-/{name}", get(file))).await
}

/// npm or npx with settings of its own.
fn npm(tool: &str, home: &Path, registry: &str) -> Command {
    let mut command = Command::new(tool);
    command
        .env("npm_config_cache", home.join("cache"))
        .env("npm_config_userconfig", home.join("npmrc"))
        .env("npm_config_registry", registry)
        .env("npm_config_update_notifier", "false")
        .env("npm_config_yes", "true");
    command
}

#[tokio::test]
async fn npx_runs_the_program_of_this_platform() {
    let Some(dist) = packed() else { return };
    if !has("npx", "npx") || !has("node", "npx") {
        return;
    }
    let registry = npm_registry(Box::leak(dist.join("npm").into_boxed_path())).await;
    let home = tempfile::tempdir().unwrap();
    assert_works(|| {
        let mut npx = npm("npx", home.path(), &registry);
        npx.arg("tq-import");
        npx
    })
    .await;
    // Installed in a project: one of the six programs.
    let project = home.path().join("shop");
    std::fs::create_dir(&project).unwrap();
    let mut install = npm("npm", home.path(), &registry);
    install.args(["install", "--ignore-scripts", "tq-import"]).current_dir(&project);
    run(install).await.expect(0);
    let mut installed: Vec<_> = std::fs::read_dir(project.join("node_modules"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect();
    installed.sort();
    assert_eq!(installed.len(), 2, "{installed:?}");
    // Without the optional package, the launcher says what is missing.
    std::fs::remove_dir_all(project.join("node_modules").join(&installed[1])).unwrap();
    let mut alone = Command::new("node");
    alone.arg(project.join("node_modules/tq-import/bin/tq-import.cjs")).arg("--version");
    let missing = run(scrubbed(alone, &project)).await.expect(2);
    assert!(missing.stderr.contains("is not installed"), "{missing}");
    // `npm pack` accepts the packages as they are.
    for package in std::fs::read_dir(dist.join("npm")).unwrap() {
        let package = package.unwrap().path();
        let mut check = npm("npm", home.path(), &registry);
        check.args(["pack", "--dry-run", "--json"]).arg(&package).current_dir(&project);
        let told = run(check).await.expect(0).json();
        assert_eq!(told[0]["version"], VERSION, "{package:?}");
        assert!(told[0]["files"].as_array().unwrap().len() >= 3, "{told}");
    }
}

#[tokio::test]
async fn the_launcher_passes_signals_on() {
    use std::io::Read as _;

    let Some(dist) = packed() else { return };
    if !has("node", "the launcher of npm") {
        return;
    }
    // In place of the program, a script that says when it is ready and which signal it got.
    let directory = tempfile::tempdir().unwrap();
    let modules = directory.path().join("node_modules");
    let platform = if cfg!(target_arch = "aarch64") { "linux-arm64" } else { "linux-x64" };
    let program = modules.join(format!("tq-import-{platform}/bin/tq-import"));
    std::fs::create_dir_all(program.parent().unwrap()).unwrap();
    let script = "#!/bin/sh\ntrap 'echo int; exit 130' INT\ntrap 'echo term; exit 143' TERM\n\
                  echo ready\nfor i in $(seq 600); do sleep 0.05; done\n";
    std::fs::write(&program, script).unwrap();
    super::make_executable(&program);
    let launcher = directory.path().join("launcher.cjs");
    let mut tar = Command::new("tar");
    tar.arg("-xzOf").arg(dist.join(format!("npm/tq-import-{VERSION}.tgz")));
    let text = succeed(tar.arg("package/bin/tq-import.cjs")).stdout;
    std::fs::write(&launcher, text).unwrap();
    for (signal, word, code) in [("INT", "int\n", 130), ("TERM", "term\n", 143)] {
        let mut command = Command::new("node");
        command.arg(&launcher).stdin(std::process::Stdio::null());
        let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let mut ready = [0; 6];
        out.read_exact(&mut ready).unwrap();
        succeed(Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()));
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!((rest.as_str(), child.wait().unwrap().code()), (word, Some(code)));
    }
}

#[tokio::test]
async fn the_wheel_is_installed_by_pip_and_run_by_uv() {
    let Some(dist) = packed() else { return };
    let wheels = dist.join("pypi");
    let home = tempfile::tempdir().unwrap();
    let environment = home.path().join("environment");
    let made = Command::new("python3").args(["-m", "venv"]).arg(&environment).output();
    if !made.is_ok_and(|output| output.status.success()) {
        skip("the wheel", "python3 cannot make a virtual environment");
        return;
    }
    let mut pip = Command::new(environment.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]);
    pip.arg("--find-links").arg(&wheels).arg("tq-import").env("PIP_CONFIG_FILE", "/dev/null");
    run(pip).await.expect(0);
    assert_works(|| Command::new(environment.join("bin/tq-import"))).await;
    let mut check = Command::new(environment.join("bin/python"));
    check.args(["-m", "pip", "--disable-pip-version-check", "show", "--files", "tq-import"]);
    let shown = run(check).await.expect(0);
    assert!(shown.stdout.contains("bin/tq-import"), "{shown}");
    if !has("uvx", "uvx") {
        return;
    }
    assert_works(|| {
        let mut uvx = Command::new("uvx");
        uvx.args(["--offline", "--no-index", "--no-config", "--find-links"]).arg(&wheels);
        uvx.env("UV_CACHE_DIR", home.path().join("uv")).arg("tq-import");
        uvx
    })
    .await;
}
