//! The workflows of docs/ci.md, with every step that they show.

use secrecy::ExposeSecret as _;
use serde_json::json;
use yaml_rust2::{Yaml, YamlLoader};

use super::{Job, has_bash, root};
use crate::support::forge::Forge;
use crate::support::{TestEnv, report};

/// The actions that the workflows use besides ours. In a test, the reports are where they put them.
const OTHERS: [&str; 3] =
    ["actions/checkout@", "actions/upload-artifact@", "actions/download-artifact@"];

/// The lists of steps in the page's workflows; a part of a workflow is a list of its own.
fn workflows() -> Vec<Vec<Yaml>> {
    let page = std::fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let mut lists = Vec::new();
    for block in page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
        if !block.contains("OWNER/tq-import@v0.1.0\n")
            && !block.contains("OWNER/tq-import@v0.1.0 #")
        {
            continue;
        }
        let yaml = YamlLoader::load_from_str(block).unwrap().remove(0);
        match &yaml["jobs"] {
            Yaml::Hash(jobs) => {
                lists.extend(jobs.values().map(|job| job["steps"].as_vec().unwrap().clone()));
            }
            _ => lists.push(yaml.as_vec().unwrap().clone()),
        }
    }
    lists
}

/// What the runner puts in place of an expression.
fn evaluated(text: &str, token: &str) -> String {
    match text.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")) {
        None => text.to_owned(),
        Some("secrets.TESTQUALITY_TOKEN") => token.to_owned(),
        Some("github.event_name == 'pull_request'") => "false".to_owned(),
        Some("github.repository == 'ACME/shop' && 'error' || 'parse-only'") => "error".to_owned(),
        Some(other) => panic!("unknown expression {other}"),
    }
}

#[tokio::test]
async fn every_workflow_of_the_page_imports() {
    if !has_bash() {
        return;
    }
    let forge = Forge::start().await;
    let workflows = workflows();
    let mut imports = 0;
    let mut comments = 0;
    for steps in &workflows {
        let env = TestEnv::new().await;
        let token = env.running.token.expose_secret().to_owned();
        let created = crate::sandbox::client()
            .post(format!("{}/api/project", env.running.url))
            .bearer_auth(&token)
            .json(&json!({"name": "Shop"}))
            .send()
            .await
            .unwrap();
        assert_eq!(created.status(), 201);
        let mut job = Job::new()
            .with_variable("TQ_HOST", &env.running.url)
            .with_variable("GITHUB_API_URL", &forge.url)
            .with_variable("GITHUB_REPOSITORY", "me/shop")
            .with_variable("GITHUB_RUN_ID", "7")
            .with_variable("GITHUB_WORKFLOW", "Tests")
            .with_variable("GITHUB_JOB", "test");
        job.write("event.json", r#"{"pull_request": {"number": 12}}"#);
        let event = job.path().join("event.json");
        job = job.with_variable("GITHUB_EVENT_PATH", event.to_str().unwrap());
        for step in steps {
            let Some(uses) = step["uses"].as_str() else {
                let line = step["run"].as_str().unwrap();
                assert!(
                    line.starts_with("npm test") || line.starts_with("gh run download"),
                    "{line}"
                );
                continue;
            };
            if OTHERS.iter().any(|other| uses.starts_with(other)) {
                continue;
            }
            assert!(uses.starts_with("OWNER/tq-import@v0.1.0"), "{uses}");
            for report_file in ["reports/a.xml", "services/api/build/test-results/a.xml"] {
                job.write(report_file, &report(&[("cart", &["adds", "!takes"])]));
            }
            let with = step["with"].as_hash().unwrap();
            for (name, value) in with {
                let value = match value {
                    Yaml::String(text) => evaluated(text, &token),
                    Yaml::Boolean(value) => value.to_string(),
                    other => panic!("{other:?}"),
                };
                job.inputs.insert(name.as_str().unwrap().to_owned(), value);
            }
            if !job.inputs.contains_key("files") {
                let table = "project = \"Shop\"\n[[import]]\nfiles = [\"services/**/*.xml\"]\nnamespace = \"api\"\n";
                job.write("tq-import.toml", table);
            }
            let step = job.step("import").await;
            assert_eq!(step.run.code, 0, "{with:?}: {}", step.run);
            assert_eq!((&*step.outputs["complete"], &*step.outputs["created"]), ("true", "2"));
            imports += 1;
            if job.inputs.get("comment").map(String::as_str) == Some("true") {
                let step = job.step("comment").await;
                assert_eq!((step.run.code, &*step.run.stdout), (0, ""), "{}", step.run);
                comments += 1;
            }
        }
    }
    assert!(imports >= 6 && comments >= 2, "{imports} {comments}");
    assert_eq!(forge.ours(12).len(), 1);
}
