//! Tests the sandbox with the vendor's own clients: the SDK in a session that uses every resource, and
//! the CLI with the commands that its users type.
//!
//! Both come from npm (see [`crate::support::npm`]).

use std::path::Path;
use std::process::Output;

use super::*;
use crate::support::npm::{self, Packages, shown};
use crate::support::{TestEnv, report};

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
async fn the_vendors_sdk_works_with_every_resource() {
    let Some(packages) = VENDOR.installed() else { return };
    let site = Site::new().await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/vendor/session.cjs");
    let output = node(&site, packages, &[script.to_str().unwrap()]).await;
    assert!(output.status.success(), "{}", shown(&output));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.trim(), "session done");
    // The SDK talked to this sandbox, and no request failed in the server.
    let entries = site.journal.take();
    assert!(entries.len() > 60, "{} requests", entries.len());
    assert!(entries.iter().all(|entry| entry.status.is_some_and(|status| status < 500)));
}

/// What is recorded with `--results` is for the vendor's clients what their own would have written.
#[tokio::test(flavor = "multi_thread")]
async fn the_vendors_sdk_reads_a_recorded_run() {
    let Some(packages) = VENDOR.installed() else { return };
    let env = TestEnv::new().await;
    env.write(
        "a.xml",
        &report(&[("cart", &["adds", "!removes", "~clears"]), ("login", &["greets"])]),
    );
    let record = ["--cycle", "web", "--build", "7", "--run-name", "main", "--close-run", "a.xml"];
    env.import(&record).await.expect(0);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/vendor/recorded.cjs");
    let token = env.running.token.expose_secret();
    let variables = [("TQ_HOST", &*env.running.url), ("TQ_ACCESS_TOKEN", token)];
    let output = npm::node(packages, &[script.to_str().unwrap()], &variables).await;
    assert!(output.status.success(), "{}", shown(&output));
    let runs: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = json!([{
        "name": "main",
        "cycle": "web",
        "complete": true,
        "totals": {"Pass": 2, "Fail": 1, "Skip": 1},
        "results": {
            "adds": ["Pass", ""],
            "removes": ["Fail", "Failed: expected 1, got 2"],
            "clears": ["Skip", "Skipped"],
            "greets": ["Pass", ""],
        },
    }]);
    assert_eq!(runs, expected);
}

/// The output of a CLI command. The CLI always exits with 0, so the output decides.
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

    let output = run("projects").await;
    assert!(
        output.contains("name: 'Demo'") && output.contains(&roots.project.to_string()),
        "{output}"
    );
    let output = run("plans --project_name=demo").await;
    assert!(
        output.contains("name: 'All tests'") && output.contains(&roots.plan.to_string()),
        "{output}"
    );
    for line in ["suites".to_owned(), format!("suites --plan_id={}", roots.plan)] {
        let output = run(&line).await;
        assert!(
            output.contains("'the folder'") && output.contains("'Default'"),
            "{line}: {output}"
        );
    }
    let output = run("plan_suite").await;
    assert!(output.contains(&format!("parent_id: {}", roots.suite)), "{output}");
    let output = run(&format!("suite_test --params suite_id={folder}")).await;
    assert!(output.contains(&format!("test_id: {test}")), "{output}");
    assert!(!output.contains(&format!("test_id: {beside}")), "{output}");
    let nested = format!("tests --plan_id={} --suite_id={folder}", roots.plan);
    for line in ["tests --params name=the\u{a0}test", "tests", &nested, "tests --verbose"] {
        let words: Vec<String> = line.split(' ').map(|word| word.replace('\u{a0}', " ")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = cli(&site, packages, &words).await;
        assert!(output.contains("name: 'the test'"), "{line}: {output}");
        assert_eq!(
            output.contains("'another'"),
            words.len() != 3 && !line.contains("params"),
            "{line}: {output}"
        );
    }
    let output = run("tests --revision_log").await;
    assert!(output.contains("operation: 'create'") && output.contains("_id: '"), "{output}");

    let output = run(&format!("tests --delete --test_id={test}")).await;
    assert!(output.contains("Delete Success"), "{output}");
    assert_eq!(total("test").await, 1);
    let output = run(&format!("restore --test_id={test} --suite_id={}", roots.suite)).await;
    assert!(output.contains("name: 'the test'"), "{output}");
    assert_eq!(total(&format!("suite_test?test_id={test}")).await, 2);

    let output =
        run(&format!("suites --delete --suite_id={folder} --plan_id={}", roots.plan)).await;
    assert!(output.contains("Delete Success"), "{output}");
    assert_eq!(total("suite").await, 1);
    let output = run(&format!("restore --suite_id={folder} --plan_id={}", roots.plan)).await;
    assert!(output.contains("name: 'the folder'"), "{output}");
    assert_eq!(total(&format!("plan_suite?suite_id={folder}")).await, 1);

    let output = run("create_plan cycle --project_name=Demo").await;
    assert!(output.contains("name: 'cycle'"), "{output}");
    let cycle = id(&site.list("plan?name=cycle").await[0]);
    let manual = "create_manual_run --project_name=Demo --plan_name=cycle --run_name=by-hand";
    let output = run(manual).await;
    assert!(output.contains("name: 'by-hand'"), "{output}");
    let output = run("runs").await;
    assert!(output.contains("name: 'by-hand'"), "{output}");
    // `plan_delete` sends its token only after a login with a password, so the API is used instead.
    site.delete(&format!("plan/{cycle}"), StatusCode::OK).await;
    assert_eq!(total("plan").await, 1);
    let output = run(&format!("restore --plan_id={cycle}")).await;
    assert!(output.contains("name: 'cycle'"), "{output}");
    assert_eq!(total("plan").await, 2);
}

/// The comparison in the README: failed uploads, and the exit codes of both programs.
#[tokio::test]
async fn failed_uploads_exit_with_0_only_in_the_vendors_cli() {
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
    assert_eq!(site.get("test").await["total"], 0, "neither uploads anything");
}
