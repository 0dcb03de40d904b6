//! The recipes of docs/ci.md, run in a shell with the variables that each CI system sets.
//!
//! A test runs the tests and the import as the system would: the lines of a job in one shell, and after a failure only the steps
//! that are for that case. What is included from this repository (a component, an orb, a template, a plugin, a shared library) is run
//! with the inputs that the page shows.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use secrecy::ExposeSecret as _;
use yaml_rust2::{Yaml, YamlLoader};

use super::root;
use crate::support::{Run, TestEnv, report, run};

/// The line that installs the program, up to the directory.
const INSTALLER: &str = "curl -fsSL https://github.com/OWNER/tq-import/releases/download/v0.1.0/install.sh | sh -s -- --to ";

/// Stands in for the network: answers the address of the installer with one that installs the binary under test.
const CURL: &str = r#"#!/bin/sh
for last; do :; done
if [ "$last" != "https://github.com/OWNER/tq-import/releases/download/v0.1.0/install.sh" ]; then
    exec "$REAL_CURL" "$@"
fi
cat <<'INSTALL'
set -eu
[ "$1" = --to ] && [ -n "$2" ]
mkdir -p "$2"
ln -sf "$TQ_TEST_BINARY" "$2/tq-import"
INSTALL
"#;

/// A shell as a CI system starts it.
const SH: &[&str] = &["sh", "-e"];
const BASH: &[&str] = &["bash", "-e"];
const PIPEFAIL: &[&str] = &["bash", "-eo", "pipefail"];

/// Lines that run in one shell.
struct Script {
    shell: &'static [&'static str],
    lines: String,
    variables: Vec<(String, String)>,
    /// Whether it also runs after a failure.
    always: bool,
}

impl Script {
    fn new(shell: &'static [&'static str], lines: &str, always: bool) -> Self {
        Self { shell, lines: lines.to_owned(), variables: Vec::new(), always }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// The text below a heading of the page, with the blocks of code in it: language and text.
fn blocks(heading: &str) -> Vec<(String, String)> {
    let page = std::fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let start = page.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("{heading}"));
    let section = page[start + 4..].split("\n## ").next().unwrap().to_owned();
    let mut blocks = Vec::new();
    for (index, part) in section.split("```").enumerate() {
        if index % 2 == 1 {
            let (language, text) = part.split_once('\n').unwrap();
            blocks.push((language.to_owned(), text.to_owned()));
        }
    }
    blocks
}

fn yaml(text: &str) -> Yaml {
    YamlLoader::load_from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")).remove(0)
}

/// The YAML of the recipe at `index` below a heading.
fn recipe(heading: &str, index: usize) -> Yaml {
    yaml(&blocks(heading)[index].1)
}

fn file(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// A text, or a list of texts that run one after the other.
fn lines(node: &Yaml) -> String {
    match node {
        Yaml::String(line) => line.clone(),
        Yaml::Array(lines) => {
            lines.iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
        }
        other => panic!("no script: {other:?}"),
    }
}

/// A mapping as texts.
fn texts(node: &Yaml) -> BTreeMap<String, String> {
    let text = |value: &Yaml| match value {
        Yaml::String(text) => text.clone(),
        Yaml::Boolean(value) => value.to_string(),
        other => panic!("no text: {other:?}"),
    };
    let nodes = node.as_hash().unwrap().iter();
    nodes.map(|(key, value)| (key.as_str().unwrap().to_owned(), text(value))).collect()
}

/// A job that imports into a sandbox.
struct Job {
    env: TestEnv,
    home: PathBuf,
    variables: Vec<(&'static str, String)>,
}

impl Job {
    /// A job in which `npm test` writes a report of two tests, one of which fails.
    async fn new(variables: &[(&'static str, &str)]) -> Self {
        let env = TestEnv::new().await;
        let created = crate::sandbox::client()
            .post(format!("{}/api/project", env.running.url))
            .bearer_auth(env.running.token.expose_secret())
            .json(&serde_json::json!({"name": "Shop"}))
            .send()
            .await
            .unwrap();
        assert_eq!(created.status(), 201);
        env.write("report.txt", &report(&[("cart", &["adds", "!removes"])]));
        let npm = "#!/bin/sh\ntest \"$*\" = test || exit 99\nmkdir -p reports/web\ncp report.txt reports/web/a.xml\nexit 1\n";
        for (name, text) in [("npm", npm), ("curl", CURL), ("apk", "#!/bin/sh\n")] {
            let path = env.write(&format!("programs/{name}"), text);
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        // A home without anything in it, as in a fresh container.
        let home = env.path().join("home of this job");
        std::fs::create_dir(&home).unwrap();
        let variables =
            variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { env, home, variables }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    async fn script(&self, script: &Script) -> Run {
        let file = self.env.write("script.sh", &script.lines);
        let (shell, options) = script.shell.split_first().unwrap();
        let mut command = Command::new(shell);
        let path = std::env::var("PATH").unwrap_or_default();
        let programs = self.env.path().join("programs");
        command
            .args(options)
            .arg(file)
            .current_dir(self.env.path())
            .env_clear()
            .stdin(Stdio::null())
            .env("PATH", format!("{}:{path}", programs.display()))
            .env("HOME", &self.home)
            .env("REAL_CURL", real_curl())
            .env("TQ_TEST_BINARY", env!("CARGO_BIN_EXE_tq-import"))
            .env("TQ_HOST", &self.env.running.url)
            .env("TQ_ACCESS_TOKEN", self.env.running.token.expose_secret())
            .envs(self.variables.iter().map(|(name, value)| (*name, value.as_str())))
            .envs(script.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        run(command).await
    }

    /// Runs the scripts of a job as CI does. Returns the last run.
    async fn runs(&self, scripts: &[Script]) -> Run {
        let mut last = None;
        let mut has_failed = false;
        for script in scripts.iter() {
            if has_failed && !script.always {
                continue;
            }
            let run = self.script(script).await;
            has_failed |= run.code != 0;
            last = Some(run);
        }
        last.unwrap()
    }

    /// Runs a recipe: the tests fail, both are imported, and their results are in the run `name`.
    async fn imports(&self, scripts: &[Script], name: &str) -> Run {
        let last = self.runs(scripts).await;
        let db = self.env.db();
        let runs: Vec<String> = db
            .prepare("SELECT name FROM run WHERE deleted_at IS NULL")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(runs.len() == 1 && runs[0].starts_with(name), "{runs:?} is not {name}: {last}");
        assert_eq!(self.env.count("test"), 2, "{last}");
        let results: i64 = db
            .query_row("SELECT count(*) FROM run_result WHERE deleted_at IS NULL", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(results, 2, "{last}");
        last
    }
}

/// The path of curl, for scripts that talk to more than the installer.
fn real_curl() -> String {
    let found = Command::new("sh").args(["-c", "command -v curl"]).output().unwrap();
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
}

/// The `npm test` step of every recipe.
fn tests(shell: &'static [&'static str], line: &str) -> Script {
    assert_eq!(line, "npm test");
    Script::new(shell, line, false)
}

#[test]
fn every_recipe_is_run_by_a_test_and_installs_the_program_in_the_same_way() {
    let page = file("docs/ci.md");
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    // The first is run by the tests of the action; those after "Any shell" are no recipes of a CI system.
    assert_eq!(
        sections,
        [
            "GitHub Actions",
            "GitLab CI",
            "Jenkins",
            "CircleCI",
            "Azure Pipelines",
            "Buildkite",
            "Bitbucket Pipelines",
            "TeamCity",
            "Drone",
            "Woodpecker",
            "Any shell",
            "Jobs without a token",
            "Comments with other scripts",
            "Keep a report for people",
            "Compare with an earlier run",
            "Troubleshooting",
        ]
    );
    for path in [
        "docs/ci.md",
        "templates/import.yml",
        "ci/azure/import.yml",
        "ci/circleci/orb.yml",
        "ci/jenkins/vars/tqImport.groovy",
        "ci/buildkite/tq-import/hooks/post-command",
    ] {
        let text = file(path);
        let installers: Vec<&str> =
            text.lines().filter(|line| line.contains("install.sh |")).collect();
        assert!(!installers.is_empty(), "{path}");
        for line in installers {
            let line = line.trim_start().trim_start_matches("- ");
            let to = line.strip_prefix(INSTALLER).unwrap_or_else(|| panic!("{path}: {line}"));
            assert!(["~/.local/bin", "\"$WORKSPACE_TMP\""].contains(&to), "{path}: {to}");
        }
    }
    // Every block with an import is in a section that is run.
    for section in &sections[1..11] {
        for (language, text) in blocks(section) {
            assert!(
                text.contains("install.sh |")
                    || text.contains("OWNER/tq-import")
                    || text.contains("/tq-import@"),
                "{section}: {language} {text}"
            );
        }
    }
}

const GITLAB: [(&str, &str); 8] = [
    ("CI", "true"),
    ("GITLAB_CI", "true"),
    ("CI_PROJECT_ID", "5"),
    ("CI_PIPELINE_ID", "900"),
    ("CI_PIPELINE_IID", "12"),
    ("CI_JOB_ID", "77"),
    ("CI_COMMIT_REF_NAME", "main"),
    ("CI_COMMIT_SHA", "1a2b3c4d5e6f"),
];

#[tokio::test]
async fn gitlab() {
    let jobs = recipe("GitLab CI", 0);
    assert_eq!(jobs["import"]["when"].as_str(), Some("always"));
    let scripts = [
        tests(SH, &lines(&jobs["test"]["script"])),
        Script::new(SH, &lines(&jobs["import"]["script"]), true),
    ];
    Job::new(&GITLAB).await.imports(&scripts, "main #12 1a2b3c4").await.expect(0);
}

/// The scripts of the GitLab component with the inputs that the page shows, and the tests before it.
pub(crate) fn gitlab_component() -> (Vec<(String, String)>, String) {
    let jobs = recipe("GitLab CI", 1);
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
    let job = Job::new(&GITLAB).await;
    job.imports(&[tests(SH, "npm test"), import], "main #12 1a2b3c4").await.expect(0);
    // The exit code of the import is that of the job.
    let (variables, lines) = gitlab_component();
    let import = Script { shell: SH, lines, variables, always: true };
    let run = job.with("TQ_ACCESS_TOKEN", "").runs(&[import]).await.expect(2);
    assert!(run.stderr.contains("no token is set"), "{run}");
}

const JENKINS: [(&str, &str); 5] = [
    ("JENKINS_URL", "https://ci.example/"),
    ("BUILD_URL", "https://ci.example/job/shop/12/"),
    ("BUILD_NUMBER", "12"),
    ("GIT_COMMIT", "1a2b3c4d5e6f"),
    ("GIT_BRANCH", "origin/main"),
];

/// The scripts of the `sh` steps of a pipeline, in order.
fn groovy_scripts(pipeline: &str) -> Vec<String> {
    let mut scripts = Vec::new();
    let mut rest = pipeline;
    while let Some(at) = rest.find("sh '") {
        let quoted = &rest[at + 3..];
        let quote = if quoted.starts_with("'''") { "'''" } else { "'" };
        let (script, after) = quoted[quote.len()..].split_once(quote).unwrap();
        scripts.push(script.to_owned());
        rest = after;
    }
    scripts
}

#[tokio::test]
async fn jenkins() {
    let pipeline = &blocks("Jenkins")[0].1;
    let scripts = groovy_scripts(pipeline);
    let [test, import] = scripts.as_slice() else { panic!("{scripts:?}") };
    assert!(pipeline.find("post {") < pipeline.find("install.sh"), "the import is always run");
    let scripts = [tests(SH, test), Script::new(SH, import, true)];
    let job = Job::new(&JENKINS).await;
    let temporary = job.env.path().join("shop@tmp");
    let job = job.with("WORKSPACE_TMP", temporary.to_str().unwrap());
    job.imports(&scripts, "main #12 1a2b3c4").await.expect(0);
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
    let job = Job::new(&JENKINS).await;
    let temporary = job.env.path().join("shop@tmp");
    let job = job.with("WORKSPACE_TMP", temporary.to_str().unwrap());
    job.imports(&[tests(SH, "npm test"), import], "main #12 1a2b3c4").await.expect(0);
}

const CIRCLECI: [(&str, &str); 5] = [
    ("CIRCLECI", "true"),
    ("CIRCLE_PIPELINE_ID", "5034460f-c7c4"),
    ("CIRCLE_BUILD_NUM", "12"),
    ("CIRCLE_BRANCH", "main"),
    ("CIRCLE_SHA1", "1a2b3c4d5e6f"),
];

/// The runs of a job of CircleCI.
fn circle_steps(steps: &Yaml) -> Vec<Script> {
    let mut scripts = Vec::new();
    for step in steps.as_vec().unwrap().iter().filter(|step| step.as_str() != Some("checkout")) {
        match &step["run"] {
            Yaml::String(line) => scripts.push(tests(PIPEFAIL, line)),
            run => {
                let always = run["when"].as_str() == Some("always");
                let script = Script::new(PIPEFAIL, run["command"].as_str().unwrap(), always);
                let variables = match &run["environment"] {
                    Yaml::BadValue => Vec::new(),
                    variables => texts(variables).into_iter().collect(),
                };
                scripts.push(Script { variables, ..script });
            }
        }
    }
    scripts
}

#[tokio::test]
async fn circleci() {
    let steps = &recipe("CircleCI", 0)["jobs"]["test"]["steps"];
    let scripts = circle_steps(steps);
    Job::new(&CIRCLECI).await.imports(&scripts, "main 5034460f-c7c4 1a2b3c4").await.expect(0);
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
    Job::new(&CIRCLECI).await.imports(&scripts, "main 5034460f-c7c4 1a2b3c4").await.expect(0);
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

const AZURE: [(&str, &str); 5] = [
    ("TF_BUILD", "True"),
    ("BUILD_BUILDID", "812"),
    ("BUILD_BUILDNUMBER", "20250101.1"),
    ("BUILD_SOURCEBRANCH", "refs/heads/main"),
    ("BUILD_SOURCEVERSION", "1a2b3c4d5e6f"),
];

/// The steps of a pipeline of Azure. A macro becomes the value of its variable; without one, it stays.
fn azure_steps(steps: &Yaml, token: Option<&str>) -> Vec<Script> {
    let mut scripts = Vec::new();
    for step in steps.as_vec().unwrap() {
        if let Some(line) = step["script"].as_str() {
            scripts.push(tests(BASH, line));
        } else if let Some(text) = step["bash"].as_str() {
            let always = step["condition"].as_str() == Some("succeededOrFailed()");
            let mut script = Script::new(&["bash", "--noprofile", "--norc"], text, always);
            for (name, value) in texts(&step["env"]) {
                let macro_ = "$(TESTQUALITY_TOKEN)";
                script =
                    script.with(&name, &token.map_or(value.clone(), |t| value.replace(macro_, t)));
            }
            scripts.push(script);
        }
    }
    scripts
}

#[tokio::test]
async fn azure() {
    let steps = &recipe("Azure Pipelines", 0)["steps"];
    let job = Job::new(&AZURE).await;
    let token = job.env.running.token.expose_secret().to_owned();
    let scripts = azure_steps(steps, Some(&token));
    job.imports(&scripts, "main #20250101.1 1a2b3c4").await.expect(0);
    // A fork's pipeline has no such variable.
    let run = job.runs(&azure_steps(steps, None)).await.expect(2);
    assert!(run.stderr.contains("names a variable that this pipeline does not have"), "{run}");
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
    let job = Job::new(&AZURE).await;
    let token = job.env.running.token.expose_secret().to_owned();
    let mut scripts = vec![tests(BASH, steps[0]["script"].as_str().unwrap())];
    scripts.extend(azure_steps(&yaml(&with)["steps"], Some(&token)));
    job.imports(&scripts, "main #20250101.1 1a2b3c4").await.expect(0);
}

const BUILDKITE: [(&str, &str); 5] = [
    ("BUILDKITE", "true"),
    ("BUILDKITE_BUILD_ID", "0190-beef"),
    ("BUILDKITE_BUILD_NUMBER", "12"),
    ("BUILDKITE_BRANCH", "main"),
    ("BUILDKITE_COMMIT", "1a2b3c4d5e6f"),
];

#[tokio::test]
async fn buildkite() {
    let steps = &recipe("Buildkite", 0)["steps"];
    let script = Script::new(BASH, steps[0]["command"].as_str().unwrap(), false);
    // The exit code is that of `npm test`.
    Job::new(&BUILDKITE).await.imports(&[script], "main #12 1a2b3c4").await.expect(1);
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
    let job = Job::new(&BUILDKITE).await;
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

#[tokio::test]
async fn bitbucket() {
    let step = &recipe("Bitbucket Pipelines", 0)["pipelines"]["default"][0]["step"];
    let scripts = [
        tests(BASH, &lines(&step["script"])),
        Script::new(BASH, &lines(&step["after-script"]), true),
    ];
    let job = Job::new(&[
        ("CI", "true"),
        ("BITBUCKET_BUILD_NUMBER", "12"),
        ("BITBUCKET_REPO_FULL_NAME", "me/shop"),
        ("BITBUCKET_BRANCH", "main"),
        ("BITBUCKET_COMMIT", "1a2b3c4d5e6f"),
    ])
    .await;
    job.imports(&scripts, "main #12 1a2b3c4").await.expect(0);
}

#[tokio::test]
async fn teamcity() {
    let settings = &blocks("TeamCity")[0].1;
    // In these strings, a dollar sign would begin a template.
    let import = settings.split("\"\"\"").nth(1).unwrap();
    assert!(!import.contains('$'), "{import}");
    assert!(settings.contains("executionMode = BuildStep.ExecutionMode.ALWAYS"), "{settings}");
    let test = settings.split("scriptContent = \"").nth(1).unwrap().split('"').next().unwrap();
    let build = settings.split_once("param(\"env.TQ_BUILD\", \"").unwrap().1;
    assert!(build.starts_with("%teamcity.build.id%\")"), "{build}");
    let import = Script::new(SH, import, true).with("TQ_BUILD", "4711");
    let job = Job::new(&[
        ("TEAMCITY_VERSION", "2024.12"),
        ("BUILD_NUMBER", "12"),
        ("BUILD_VCS_NUMBER", "1a2b3c4d5e6f"),
    ])
    .await;
    job.imports(&[tests(SH, test), import], "4711 1a2b3c4").await.expect(0);
}

/// The steps of Drone and Woodpecker.
async fn drone_like(heading: &str, variables: &[(&'static str, &str)]) {
    let pipeline = recipe(heading, 0);
    let steps = pipeline["steps"].as_vec().unwrap();
    let after_failure = |step: &Yaml| {
        let status = &step["when"]["status"];
        let status = if status.is_badvalue() { &step["when"][0]["status"] } else { status };
        status.as_vec().is_some_and(|status| status.contains(&Yaml::String("failure".to_owned())))
    };
    assert!(after_failure(&steps[1]));
    let scripts = [
        tests(SH, &lines(&steps[0]["commands"])),
        Script::new(SH, &lines(&steps[1]["commands"]), after_failure(&steps[1])),
    ];
    Job::new(variables).await.imports(&scripts, "main #12 1a2b3c4").await.expect(0);
}

#[tokio::test]
async fn drone() {
    let variables = [
        ("CI", "true"),
        ("DRONE", "true"),
        ("DRONE_REPO", "me/shop"),
        ("DRONE_BUILD_NUMBER", "12"),
        ("DRONE_BRANCH", "main"),
        ("DRONE_COMMIT_SHA", "1a2b3c4d5e6f"),
    ];
    drone_like("Drone", &variables).await;
}

#[tokio::test]
async fn woodpecker() {
    let variables = [
        ("CI", "woodpecker"),
        ("CI_REPO", "me/shop"),
        ("CI_PIPELINE_NUMBER", "12"),
        ("CI_COMMIT_BRANCH", "main"),
        ("CI_COMMIT_SHA", "1a2b3c4d5e6f"),
    ];
    drone_like("Woodpecker", &variables).await;
}

#[tokio::test]
async fn any_shell() {
    let (_, script) = &blocks("Any shell")[0];
    let job = Job::new(&[("BUILD_ID", "nightly 7")]).await;
    // The exit code is that of `npm test`.
    job.imports(&[Script::new(&["sh"], script, false)], "nightly 7").await.expect(1);
}

/// Whether the file that `path` names is in the repository; links of the page point to such files.
#[test]
fn files_that_the_page_links_to_exist() {
    let page = file("docs/ci.md");
    let links = page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
    for link in links.filter(|link| !link.contains("://")) {
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = if path.is_empty() {
            root().join("docs/ci.md")
        } else {
            root().join("docs").join(Path::new(path))
        };
        let text = std::fs::read_to_string(&target).unwrap_or_else(|_| panic!("{link}"));
        let slug = |heading: &str| {
            let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
            let heading: String =
                heading.trim_start_matches('#').trim().chars().filter(kept).collect();
            heading.to_lowercase().replace(' ', "-")
        };
        let mut headings = text.lines().filter(|line| line.starts_with('#')).map(slug);
        assert!(anchor.is_empty() || headings.any(|slug| slug == anchor), "{link}");
    }
}

/// The scripts of the component write a note on the merge request, and replace it later.
#[tokio::test]
async fn gitlab_component_writes_a_note() {
    use crate::support::forge::{Forge, TOKEN};
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
    let job = Job::new(&GITLAB)
        .await
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
    forge.take_requests();
    job.runs(&import()).await.expect(0);
    assert_eq!(forge.ours(4).len(), 1);
    assert!(forge.body(note.id).contains("2 tests passed"));
    assert_eq!(forge.take_requests(), ["GET user", "GET 4", "GET 4", &format!("PUT {}", note.id)]);
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
