//! The recipes that stand on the page alone.

use yaml_rust2::Yaml;

use super::*;

pub(super) const GITLAB: [(&str, &str); 8] = [
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
    let Some(job) = Job::new(&GITLAB).await else { return };
    job.imports(&scripts, "main #12 1a2b3c4").await.expect(0);
}

/// In the image, the program is on the path and nothing is installed.
#[tokio::test]
async fn gitlab_with_the_image() {
    let jobs = recipe("GitLab CI", 1);
    let image = format!("ghcr.io/owner/tq-import:{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(jobs["import"]["image"].as_str(), Some(&*image));
    assert_eq!(jobs["import"]["when"].as_str(), Some("always"));
    let scripts = [
        tests(SH, &lines(&jobs["test"]["script"])),
        Script::new(SH, &lines(&jobs["import"]["script"]), true),
    ];
    let Some(job) = Job::new(&GITLAB).await else { return };
    let processor = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let program = job.release.join("image").join(processor).join("tq-import");
    std::os::unix::fs::symlink(program, job.env.path().join("programs/tq-import")).unwrap();
    job.imports(&scripts, "main #12 1a2b3c4").await.expect(0);
}

pub(super) const JENKINS: [(&str, &str); 5] = [
    ("JENKINS_URL", "https://ci.example/"),
    ("BUILD_URL", "https://ci.example/job/shop/12/"),
    ("BUILD_NUMBER", "12"),
    ("GIT_COMMIT", "1a2b3c4d5e6f"),
    ("GIT_BRANCH", "origin/main"),
];

/// The scripts of the `sh` steps of a pipeline, in order.
pub(super) fn groovy_scripts(pipeline: &str) -> Vec<String> {
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
    let Some(job) = Job::new(&JENKINS).await else { return };
    let temporary = job.env.path().join("shop@tmp");
    let job = job.with("WORKSPACE_TMP", temporary.to_str().unwrap());
    job.imports(&scripts, "main #12 1a2b3c4").await.expect(0);
}

pub(super) const CIRCLECI: [(&str, &str); 5] = [
    ("CIRCLECI", "true"),
    ("CIRCLE_PIPELINE_ID", "5034460f-c7c4"),
    ("CIRCLE_BUILD_NUM", "12"),
    ("CIRCLE_BRANCH", "main"),
    ("CIRCLE_SHA1", "1a2b3c4d5e6f"),
];

/// The runs of a job of CircleCI.
pub(super) fn circle_steps(steps: &Yaml) -> Vec<Script> {
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
    let Some(job) = Job::new(&CIRCLECI).await else { return };
    job.imports(&scripts, "main 5034460f-c7c4 1a2b3c4").await.expect(0);
}

pub(super) const AZURE: [(&str, &str); 5] = [
    ("TF_BUILD", "True"),
    ("BUILD_BUILDID", "812"),
    ("BUILD_BUILDNUMBER", "20250101.1"),
    ("BUILD_SOURCEBRANCH", "refs/heads/main"),
    ("BUILD_SOURCEVERSION", "1a2b3c4d5e6f"),
];

/// The steps of a pipeline of Azure. A macro becomes the value of its variable; without one, it stays.
pub(super) fn azure_steps(steps: &Yaml, token: Option<&str>) -> Vec<Script> {
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
    let Some(job) = Job::new(&AZURE).await else { return };
    let token = job.env.running.token.expose_secret().to_owned();
    let scripts = azure_steps(steps, Some(&token));
    job.imports(&scripts, "main #20250101.1 1a2b3c4").await.expect(0);
    // A fork's pipeline has no such variable.
    let run = job.runs(&azure_steps(steps, None)).await.expect(2);
    assert!(run.stderr.contains("names a variable that this pipeline does not have"), "{run}");
}

pub(super) const BUILDKITE: [(&str, &str); 5] = [
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
    let Some(job) = Job::new(&BUILDKITE).await else { return };
    job.imports(&[script], "main #12 1a2b3c4").await.expect(1);
}

#[tokio::test]
async fn bitbucket() {
    let step = &recipe("Bitbucket Pipelines", 0)["pipelines"]["default"][0]["step"];
    let scripts = [
        tests(BASH, &lines(&step["script"])),
        Script::new(BASH, &lines(&step["after-script"]), true),
    ];
    let variables = [
        ("CI", "true"),
        ("BITBUCKET_BUILD_NUMBER", "12"),
        ("BITBUCKET_REPO_FULL_NAME", "me/shop"),
        ("BITBUCKET_BRANCH", "main"),
        ("BITBUCKET_COMMIT", "1a2b3c4d5e6f"),
    ];
    let Some(job) = Job::new(&variables).await else { return };
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
    let variables = [
        ("TEAMCITY_VERSION", "2024.12"),
        ("BUILD_NUMBER", "12"),
        ("BUILD_VCS_NUMBER", "1a2b3c4d5e6f"),
    ];
    let Some(job) = Job::new(&variables).await else { return };
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
    let Some(job) = Job::new(variables).await else { return };
    job.imports(&scripts, "main #12 1a2b3c4").await.expect(0);
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
    let Some(job) = Job::new(&[("BUILD_ID", "nightly 7")]).await else { return };
    // The exit code is that of `npm test`.
    job.imports(&[Script::new(&["sh"], script, false)], "nightly 7").await.expect(1);
}
