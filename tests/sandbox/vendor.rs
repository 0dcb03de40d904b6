//! The vendor's own clients, which must not notice where they are: the SDK through a session of all
//! that the sandbox has, the CLI through the commands that its users type.
//!
//! Both come from npm (see [`crate::support::npm`]).

use std::path::Path;
use std::process::Output;

use super::*;
use crate::support::npm::{self, Packages, shown};

static VENDOR: Packages = Packages::new(
    "vendor-clients-1.16.19-1.2.8",
    &["@testquality/sdk@1.16.19", "@testquality/cli@1.2.8"],
);

async fn node(site: &Site, packages: &Path, arguments: &[&str]) -> Output {
    let token = site.running.token.expose_secret();
    let variables = [("TQ_HOST", &*site.running.url), ("TQ_ACCESS_TOKEN", token)];
    npm::node(packages, arguments, &variables).await
}

#[tokio::test]
async fn the_vendors_sdk_runs_a_session_over_everything() {
    let Some(packages) = VENDOR.installed() else { return };
    let site = Site::new().await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/vendor/session.cjs");
    let output = node(&site, packages, &[script.to_str().unwrap()]).await;
    assert!(output.status.success(), "{}", shown(&output));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.trim(), "session done");
    // It was this sandbox that it talked to, and nothing in it broke.
    let entries = site.journal.take();
    assert!(entries.len() > 60, "{} requests", entries.len());
    assert!(entries.iter().all(|entry| entry.status.is_some_and(|status| status < 500)));
}

/// What a command of the CLI prints. It exits with 0 whatever happens, so its words decide.
async fn cli(site: &Site, packages: &Path, arguments: &[&str]) -> String {
    let index = packages.join("node_modules/@testquality/cli/dist/index.js");
    let arguments: Vec<_> = [index.to_str().unwrap()].iter().chain(arguments).copied().collect();
    let output = node(site, packages, &arguments).await;
    let shown = shown(&output);
    assert!(output.status.success() && output.stderr.is_empty(), "{shown}");
    assert!(!shown.contains("ERROR"), "{shown}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn the_vendors_cli_lists_deletes_and_restores() {
    let Some(packages) = VENDOR.installed() else { return };
    let site = Site::new().await;
    let roots = site.roots().await;
    let folder = site.folder(&roots, "the folder", roots.suite).await;
    let test = site.test(&roots, "the test", folder).await;
    let beside = site.test(&roots, "another", roots.suite).await;
    let run = async |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        cli(&site, packages, &words).await
    };
    let total = async |path: &str| site.get(path).await["total"].as_i64().unwrap();

    let said = run("projects").await;
    assert!(said.contains("name: 'Demo'") && said.contains(&roots.project.to_string()), "{said}");
    let said = run("plans --project_name=demo").await;
    assert!(said.contains("name: 'All tests'") && said.contains(&roots.plan.to_string()), "{said}");
    for line in ["suites".to_owned(), format!("suites --plan_id={}", roots.plan)] {
        let said = run(&line).await;
        assert!(said.contains("'the folder'") && said.contains("'Default'"), "{line}: {said}");
    }
    let said = run("plan_suite").await;
    assert!(said.contains(&format!("parent_id: {}", roots.suite)), "{said}");
    let said = run(&format!("suite_test --params suite_id={folder}")).await;
    assert!(said.contains(&format!("test_id: {test}")), "{said}");
    assert!(!said.contains(&format!("test_id: {beside}")), "{said}");
    let nested = format!("tests --plan_id={} --suite_id={folder}", roots.plan);
    for line in ["tests --params name=the\u{a0}test", "tests", &nested, "tests --verbose"] {
        let words: Vec<String> = line.split(' ').map(|word| word.replace('\u{a0}', " ")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = cli(&site, packages, &words).await;
        assert!(said.contains("name: 'the test'"), "{line}: {said}");
        assert_eq!(
            said.contains("'another'"),
            words.len() != 3 && !line.contains("params"),
            "{line}: {said}"
        );
    }
    let said = run("tests --revision_log").await;
    assert!(said.contains("operation: 'create'") && said.contains("_id: '"), "{said}");

    let said = run(&format!("tests --delete --test_id={test}")).await;
    assert!(said.contains("Delete Success"), "{said}");
    assert_eq!(total("test").await, 1);
    let said = run(&format!("restore --test_id={test} --suite_id={}", roots.suite)).await;
    assert!(said.contains("name: 'the test'"), "{said}");
    assert_eq!(total(&format!("suite_test?test_id={test}")).await, 2);

    let said = run(&format!("suites --delete --suite_id={folder} --plan_id={}", roots.plan)).await;
    assert!(said.contains("Delete Success"), "{said}");
    assert_eq!(total("suite").await, 1);
    let said = run(&format!("restore --suite_id={folder} --plan_id={}", roots.plan)).await;
    assert!(said.contains("name: 'the folder'"), "{said}");
    assert_eq!(total(&format!("plan_suite?suite_id={folder}")).await, 1);

    let said = run("create_plan cycle --project_name=Demo").await;
    assert!(said.contains("name: 'cycle'"), "{said}");
    let cycle = id(&site.list("plan?name=cycle").await[0]);
    let manual = "create_manual_run --project_name=Demo --plan_name=cycle --run_name=by-hand";
    let said = run(manual).await;
    assert!(said.contains("name: 'by-hand'"), "{said}");
    let said = run("runs").await;
    assert!(said.contains("name: 'by-hand'"), "{said}");
    // `plan_delete` sends its token only after a login with a password, so it is refused here too.
    site.delete(&format!("plan/{cycle}"), StatusCode::OK).await;
    assert_eq!(total("plan").await, 1);
    let said = run(&format!("restore --plan_id={cycle}")).await;
    assert!(said.contains("name: 'cycle'"), "{said}");
    assert_eq!(total("plan").await, 2);
}

/// What the README compares: nothing is uploaded, and who says so.
#[tokio::test]
async fn where_the_vendors_cli_ends_with_0_this_does_not() {
    let Some(packages) = VENDOR.installed() else { return };
    let site = Site::new().await;
    let directory = tempfile::tempdir().unwrap();
    let report = directory.path().join("a.xml");
    std::fs::write(&report, crate::support::report(&[("cart", &["adds"])])).unwrap();
    let report = report.to_str().unwrap();
    let nothing = directory.path().join("nothing/*.xml");
    let nothing = nothing.to_str().unwrap();
    let down = "http://127.0.0.1:1";
    let up = &*site.running.url;
    for (host, project, file, code) in
        [(up, "no such project", report, 2), (up, "Demo", nothing, 3), (down, "Demo", report, 7)]
    {
        let index = packages.join("node_modules/@testquality/cli/dist/index.js");
        let project_option = format!("--project_name={project}");
        let arguments = [
            index.to_str().unwrap(),
            "upload_test_run",
            file,
            &project_option,
            "--run_result_output_dir=out",
        ];
        let token = site.running.token.expose_secret();
        let variables = [("TQ_HOST", host), ("TQ_ACCESS_TOKEN", token)];
        let theirs = npm::node(packages, &arguments, &variables).await;
        assert_eq!(theirs.status.code(), Some(0), "{}", shown(&theirs));

        let mut command = crate::support::binary(directory.path());
        command.args(["--host", host, "--project", project, "--retry-wait", "1ms", file]);
        command.env("TQ_ACCESS_TOKEN", token);
        crate::support::run(command).await.expect(code);
    }
    assert_eq!(site.get("test").await["total"], 0, "nothing was uploaded by either");
}
