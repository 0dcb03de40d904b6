//! What a pipeline includes from this repository: a component, a library step, an orb, a template, a plugin.

use std::process::Command;

use secrecy::ExposeSecret as _;
use yaml_rust2::Yaml;

use super::systems::*;
use super::*;
use crate::support::forge::{BOT, Forge, TOKEN};

/// The scripts of the GitLab component with the inputs that the page shows, and the tests before it.
fn gitlab_component() -> (Vec<(String, String)>, String) {
    let jobs = recipe("GitLab CI", 2);
    let include = &jobs["include"][0];
    assert_eq!(
        include["component"].as_str(),
        Some("$CI_SERVER_FQDN/OWNER/tq-import/import@0.1.0"),
        "templates/import.yml is the component `import`"
    );
    let given = texts(&include["inputs"]);
    let template = file("templates/import.yml");
    let (spec, body) = template.split_once("\n---\n").unwrap();
    let spec = yaml(spec);
    let known = spec["spec"]["inputs"].as_hash().unwrap();
    let mut body = body.to_owned();
    for (name, input) in known {
        let name = name.as_str().unwrap();
        let value = given.get(name).cloned().unwrap_or_else(|| match &input["default"] {
            Yaml::String(text) => text.clone(),
            Yaml::Boolean(value) => value.to_string(),
            _ => panic!("the input {name} is required"),
        });
        let reference = format!("$[[ inputs.{name} ]]");
        assert!(body.contains(&reference), "{name} is not used");
        body = body.replace(&reference, &value);
    }
    assert!(given.keys().all(|name| known.contains_key(&Yaml::String(name.clone()))), "{given:?}");
    assert!(!body.contains("$[["), "{body}");
    let jobs = yaml(&body);
    let job = &jobs["testquality-import"];
    assert_eq!(job["when"].as_str(), Some("always"));
    (texts(&job["variables"]).into_iter().collect(), lines(&job["script"]))
}

#[tokio::test]
async fn gitlab_component_imports() {
    let (variables, lines) = gitlab_component();
    let import = Script { shell: SH, lines, variables, always: true };
    let Some(job) = Job::new(&GITLAB).await else { return };
    job.imports(&[tests(SH, "npm test"), import], "main #12 1a2b3c4").await.expect(0);
    // The exit code of the import is that of the job.
    let (variables, lines) = gitlab_component();
    let import = Script { shell: SH, lines, variables, always: true };
    let run = job.with("TQ_ACCESS_TOKEN", "").runs(&[import]).await.expect(2);
    assert!(run.stderr.contains("no token is set"), "{run}");
}

/// The scripts of the component write a note on the merge request, and replace it later.
#[tokio::test]
async fn gitlab_component_writes_a_note() {
    let has = |tool| Command::new(tool).arg("--version").output().is_ok();
    if !has("curl") || !has("jq") {
        println!("skipped: curl or jq is not installed");
        return;
    }
    let forge = Forge::start().await;
    let marker = "<!-- tq-import: shop-web (import: [a_ 1]) -->\n".replace([':', '[', ']'], "_");
    let marker = marker.replacen("tq-import_", "tq-import:", 1);
    let stranger = forge.add(4, "somebody", &format!("{marker}mine"));
    for _ in 0..120 {
        forge.add(4, "somebody", "looks good");
    }
    let api = format!("{}/api/v4", forge.url);
    let Some(job) = Job::new(&GITLAB).await else { return };
    let job = job
        .with("CI_API_V4_URL", &api)
        .with("CI_MERGE_REQUEST_PROJECT_ID", "5")
        .with("CI_MERGE_REQUEST_IID", "4")
        .with("CI_JOB_NAME", "import: [a\" 1]")
        .with("TQ_GITLAB_TOKEN", TOKEN);
    let import = || {
        let (variables, lines) = gitlab_component();
        [Script { shell: SH, lines, variables, always: true }]
    };
    job.runs(&[tests(SH, "npm test")]).await;
    let run = job.runs(&import()).await.expect(0);
    assert!(!format!("{run}").contains(TOKEN), "{run}");
    let [note] = &forge.ours(4)[..] else { panic!("{:?}: {run}", forge.ours(4)) };
    assert!(
        note.body.starts_with(&format!("{marker}\n## TestQuality: 1 test failed")),
        "{}",
        note.body
    );
    assert!(!job.env.path().join("header.txt").exists());
    job.env.write("reports/web/a.xml", &report(&[("cart", &["adds", "removes"])]));
    // A pipeline at the same time left another one.
    let late = forge.add(4, BOT, &format!("{marker}of another pipeline"));
    forge.take_requests();
    job.runs(&import()).await.expect(0);
    assert_eq!(forge.ours(4).len(), 1);
    assert!(forge.body(note.id).contains("2 tests passed"));
    let (replace, delete) = (format!("PUT {}", note.id), format!("DELETE {late}"));
    assert_eq!(forge.take_requests(), ["GET user", "GET 4", "GET 4", &replace, &delete]);
    assert_eq!(forge.body(stranger), format!("{marker}mine"));
    // Another job has its own.
    let job = job.with("CI_JOB_NAME", "browser");
    job.runs(&import()).await.expect(0);
    assert_eq!(forge.ours(4).len(), 2);
    // A note that cannot be written does not fail the job; without its token, the job says so.
    forge.set_read_only(true);
    let run = job.runs(&import()).await.expect(0);
    assert!(run.stdout.contains("the note on the merge request could not be written"), "{run}");
    let job = job.with("TQ_GITLAB_TOKEN", "");
    let run = job.runs(&import()).await.expect(0);
    assert!(run.stdout.contains("TQ_GITLAB_TOKEN is not set"), "{run}");
}

#[tokio::test]
async fn jenkins_shared_library() {
    let pipeline = &blocks("Jenkins")[1].1;
    assert!(pipeline.contains("libraryPath: 'ci/jenkins'"), "{pipeline}");
    let call = pipeline.split_once("tqImport(").unwrap().1.split_once(")\n").unwrap().0;
    let text_of = |name: &str| {
        let value = call.split_once(&format!("{name}: ")).unwrap().1.trim_start_matches('[');
        value.split('\'').nth(1).unwrap().to_owned()
    };
    let library = file("ci/jenkins/vars/tqImport.groovy");
    // What the step puts into the environment, with the settings of the page.
    let variables = [
        ("TQ_PROJECT", "${settings.project}", text_of("project")),
        ("TQ_NAMESPACE", "${settings.namespace}", text_of("namespace")),
        ("IMPORT_FILES", "${settings.files.join('\\n')}", text_of("files")),
        ("IMPORT_OPTIONS", "${options.join('\\n')}", "--results".to_owned()),
    ];
    let scripts = groovy_scripts(&library);
    let [import] = scripts.as_slice() else { panic!("{scripts:?}") };
    let mut import = Script::new(SH, import, true);
    for (name, expression, value) in variables {
        assert!(library.contains(&format!("\"{name}={expression}\"")), "{name}");
        import = import.with(name, &value);
    }
    let Some(job) = Job::new(&JENKINS).await else { return };
    let temporary = job.env.path().join("shop@tmp");
    let job = job.with("WORKSPACE_TMP", temporary.to_str().unwrap());
    job.imports(&[tests(SH, "npm test"), import], "main #12 1a2b3c4").await.expect(0);
}

#[tokio::test]
async fn circleci_orb() {
    let config = recipe("CircleCI", 1);
    let steps = config["jobs"]["test"]["steps"].as_vec().unwrap();
    let given = texts(&steps[2]["tq-import/import"]);
    let source = file("ci/circleci/orb.yml");
    let orb = yaml(&source);
    let command = &orb["commands"]["import"];
    let with = with_parameters(
        &source,
        |name| format!("<< parameters.{name} >>"),
        |name| {
            let parameter = &command["parameters"][name];
            assert!(!parameter.is_badvalue(), "{name}");
            given.get(name).cloned().or_else(|| parameter["default"].as_str().map(str::to_owned))
        },
    );
    assert!(!with.contains("<<"), "{with}");
    let import = circle_steps(&yaml(&with)["commands"]["import"]["steps"]);
    let mut scripts = vec![tests(PIPEFAIL, steps[1]["run"].as_str().unwrap())];
    scripts.extend(import);
    let Some(job) = Job::new(&CIRCLECI).await else { return };
    job.imports(&scripts, "main 5034460f-c7c4 1a2b3c4").await.expect(0);
}

/// `text` with the values of its parameters.
fn with_parameters(
    text: &str,
    reference: impl Fn(&str) -> String,
    value: impl Fn(&str) -> Option<String>,
) -> String {
    let mut text = text.to_owned();
    for name in ["project", "namespace", "files", "options", "token"] {
        let reference = reference(name);
        if text.contains(&reference) {
            let value = value(name).unwrap_or_else(|| panic!("{name} is required"));
            text = text.replace(&reference, &value);
        }
    }
    text
}

#[tokio::test]
async fn azure_template() {
    let pipeline = recipe("Azure Pipelines", 1);
    let steps = pipeline["steps"].as_vec().unwrap();
    assert_eq!(steps[1]["template"].as_str(), Some("ci/azure/import.yml@tq-import"));
    let given = texts(&steps[1]["parameters"]);
    let source = file("ci/azure/import.yml");
    let template = yaml(&source);
    let parameters = template["parameters"].as_vec().unwrap();
    let with = with_parameters(
        &source,
        |name| format!("${{{{ parameters.{name} }}}}"),
        |name| {
            let parameter =
                parameters.iter().find(|one| one["name"].as_str() == Some(name)).unwrap();
            given.get(name).cloned().or_else(|| parameter["default"].as_str().map(str::to_owned))
        },
    );
    assert!(!with.contains("${{"), "{with}");
    let Some(job) = Job::new(&AZURE).await else { return };
    let token = job.env.running.token.expose_secret().to_owned();
    let mut scripts = vec![tests(BASH, steps[0]["script"].as_str().unwrap())];
    scripts.extend(azure_steps(&yaml(&with)["steps"], Some(&token)));
    job.imports(&scripts, "main #20250101.1 1a2b3c4").await.expect(0);
}

#[tokio::test]
async fn buildkite_plugin() {
    let steps = &recipe("Buildkite", 1)["steps"];
    let plugins = steps[0]["plugins"][0].as_hash().unwrap();
    let (address, settings) = plugins.front().unwrap();
    // The agent takes what follows the repository as the directory of the plugin, and its last part as the name.
    assert_eq!(
        address.as_str(),
        Some("https://github.com/OWNER/tq-import/ci/buildkite/tq-import#v0.1.0")
    );
    let definition = yaml(&file("ci/buildkite/tq-import/plugin.yml"));
    let known = definition["configuration"]["properties"].as_hash().unwrap();
    let mut hook = Script::new(&["bash"], &file("ci/buildkite/tq-import/hooks/post-command"), true);
    for (name, value) in texts(settings) {
        assert!(known.contains_key(&Yaml::String(name.clone())), "{name}");
        hook = hook.with(&format!("BUILDKITE_PLUGIN_TQ_IMPORT_{}", name.to_uppercase()), &value);
    }
    let scripts = [tests(BASH, steps[0]["command"].as_str().unwrap()), hook];
    let Some(job) = Job::new(&BUILDKITE).await else { return };
    job.imports(&scripts, "main #12 1a2b3c4").await.expect(0);
    // Lists, and other options.
    let lists = Script::new(&["bash"], &scripts[1].lines, true)
        .with("BUILDKITE_PLUGIN_TQ_IMPORT_PROJECT", "Shop")
        .with("BUILDKITE_PLUGIN_TQ_IMPORT_NAMESPACE", "shop-web")
        .with("BUILDKITE_PLUGIN_TQ_IMPORT_FILES_0", "reports/web")
        .with("BUILDKITE_PLUGIN_TQ_IMPORT_FILES_1", "!reports/web/old *.xml")
        .with("BUILDKITE_PLUGIN_TQ_IMPORT_OPTIONS_0", "--fail-on-test-failure")
        .with("BUILDKITE_PLUGIN_TQ_IMPORT_OPTIONS_1", "--dry-run");
    job.runs(&[lists]).await.expect(4);
}
