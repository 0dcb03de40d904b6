use super::*;
use crate::results::BuildKey;

fn of(variables: &[(&str, &str)]) -> Option<Build> {
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path().to_owned();
    build(&Environment { variables: variables.collect(), directory, ..Environment::default() })
}

fn key(variables: &[(&str, &str)]) -> Result<BuildKey, MissingKey> {
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    build_key(&Environment { variables: variables.collect(), ..Environment::default() })
}

/// The build without the addresses of files.
fn named(variables: &[(&str, &str)]) -> Option<Build> {
    Some(Build { source: None, ..of(variables)? })
}

fn built(
    provider: &'static str,
    [branch, commit, url]: [&str; 3],
    pull_request: Option<u64>,
) -> Option<Build> {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (branch, commit, url) = (some(branch), some(commit), some(url));
    let source = None;
    Some(Build { provider, branch, commit, pull_request, url, source })
}

#[test]
fn each_ci_system_has_its_own_variables() {
    let directory = tempfile::tempdir().unwrap();
    let event = directory.path().join("event.json");
    std::fs::write(&event, r#"{"pull_request":{"head":{"sha":"feed"}}}"#).unwrap();
    let github = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REF", "refs/heads/main"),
        ("GITHUB_REF_NAME", "main"),
        ("GITHUB_SHA", "beef"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "me/shop"),
        ("GITHUB_RUN_ID", "7"),
        ("GITHUB_RUN_ATTEMPT", "1"),
    ];
    let url = "https://github.com/me/shop/actions/runs/7";
    assert_eq!(named(&github), built("GitHub Actions", ["main", "beef", url], None));
    let mut request = github.to_vec();
    request.extend([
        ("GITHUB_REF", "refs/pull/12/merge"),
        ("GITHUB_HEAD_REF", "fix"),
        ("GITHUB_RUN_ATTEMPT", "2"),
        ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
    ]);
    let url = format!("{url}/attempts/2");
    assert_eq!(named(&request), built("GitHub Actions", ["fix", "feed", &url], Some(12)));

    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_COMMIT_REF_NAME", "main"),
        ("CI_COMMIT_SHA", "beef"),
        ("CI_JOB_URL", "https://gitlab.example/me/shop/-/jobs/1"),
    ];
    let url = "https://gitlab.example/me/shop/-/jobs/1";
    assert_eq!(named(&gitlab), built("GitLab CI", ["main", "beef", url], None));
    let mut request = gitlab.to_vec();
    request.extend([
        ("CI_MERGE_REQUEST_IID", "4"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "fix"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", ""),
    ]);
    assert_eq!(named(&request), built("GitLab CI", ["fix", "beef", url], Some(4)));

    let azure = [
        ("TF_BUILD", "True"),
        ("BUILD_SOURCEBRANCH", "refs/heads/a/b"),
        ("BUILD_SOURCEVERSION", "beef"),
        ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/me/"),
        ("SYSTEM_TEAMPROJECT", "The Shop"),
        ("BUILD_BUILDID", "9"),
    ];
    let url = "https://dev.azure.com/me/The%20Shop/_build/results?buildId=9";
    assert_eq!(named(&azure), built("Azure Pipelines", ["a/b", "beef", url], None));

    let circle = [
        ("CIRCLECI", "true"),
        ("CIRCLE_BRANCH", "fix"),
        ("CIRCLE_SHA1", "beef"),
        ("CIRCLE_PULL_REQUEST", "https://github.com/me/shop/pull/5"),
        ("CIRCLE_BUILD_URL", "https://circleci.com/gh/me/shop/3"),
    ];
    let url = "https://circleci.com/gh/me/shop/3";
    assert_eq!(named(&circle), built("CircleCI", ["fix", "beef", url], Some(5)));

    let buildkite = [
        ("BUILDKITE", "true"),
        ("BUILDKITE_BRANCH", "main"),
        ("BUILDKITE_COMMIT", "beef"),
        ("BUILDKITE_PULL_REQUEST", "false"),
        ("BUILDKITE_BUILD_URL", "https://buildkite.com/me/shop/builds/1"),
        ("JENKINS_URL", "https://ci.example"),
    ];
    let url = "https://buildkite.com/me/shop/builds/1";
    assert_eq!(named(&buildkite), built("Buildkite", ["main", "beef", url], None));

    let jenkins = [
        ("JENKINS_URL", "https://ci.example/"),
        ("GIT_BRANCH", "origin/main"),
        ("GIT_COMMIT", "beef"),
        ("CHANGE_ID", "8"),
        ("BUILD_URL", "https://me:secret@ci.example/job/shop/1/"),
    ];
    let url = "https://ci.example/job/shop/1/";
    assert_eq!(named(&jenkins), built("Jenkins", ["main", "beef", url], Some(8)));
}

#[test]
fn missing_values_and_invalid_addresses_are_left_out() {
    assert_eq!(
        named(&[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_PATH", "/no/such/file")]),
        built("GitHub Actions", ["", "", ""], None)
    );
    assert_eq!(
        named(&[("JENKINS_URL", "x"), ("BUILD_URL", "javascript:alert(1)")]),
        built("Jenkins", ["", "", ""], None)
    );
    assert_eq!(named(&[]), None);
}

#[test]
fn a_line_of_a_file_has_an_address_at_the_commit() {
    let github = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_SHA", "beef"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "me/shop"),
    ];
    let build = of(&github).unwrap();
    let link = |path: &str, line| build.source_url(path, line);
    let address = "https://github.com/me/shop/blob/beef/src/a%20%23%25b/c.rs";
    assert_eq!(link("src/a #%b/c.rs", Some(7)).unwrap(), format!("{address}#L7"));
    assert_eq!(link("src\\a #%b\\c.rs", None).unwrap(), address);
    for elsewhere in ["/usr/lib/a.py", "../a.py", "./a.py", "C:\\a.py", "node:internal", ""] {
        assert_eq!(link(elsewhere, Some(1)), None, "{elsewhere}");
    }
    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_COMMIT_SHA", "beef"),
        ("CI_PROJECT_URL", "https://me:secret@gitlab.example/me/shop"),
    ];
    assert_eq!(
        of(&gitlab).unwrap().source_url("a.go", Some(3)).unwrap(),
        "https://gitlab.example/me/shop/-/blob/beef/a.go#L3"
    );
    assert_eq!(of(&gitlab[..2]).unwrap().source_url("a.go", Some(3)), None);
    let bitbucket = [
        ("BITBUCKET_BUILD_NUMBER", "7"),
        ("BITBUCKET_COMMIT", "beef"),
        ("BITBUCKET_GIT_HTTP_ORIGIN", "https://bitbucket.org/me/shop"),
    ];
    assert_eq!(
        of(&bitbucket).unwrap().source_url("a.go", Some(3)).unwrap(),
        "https://bitbucket.org/me/shop/src/beef/a.go#lines-3"
    );
}

#[test]
fn git_is_used_without_a_ci_system() {
    let directory = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(directory.path()).args(arguments);
        for who in ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"] {
            git.env(who, "me");
        }
        for who in ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"] {
            git.env(who, "me@example.com");
        }
        git.output().is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q", "-b", "trunk"]) {
        println!("skipped: there is no git here");
        return;
    }
    // No commit yet.
    assert_eq!(of_git(directory.path()), None);
    assert!(git(&["commit", "-q", "--allow-empty", "-m", "first"]));
    let build = of_git(directory.path()).unwrap();
    assert_eq!((build.provider, build.branch.as_deref()), ("git", Some("trunk")));
    assert_eq!(build.commit.as_ref().map(String::len), Some(40));
    assert!(git(&["checkout", "-q", "--detach"]));
    assert_eq!(of_git(directory.path()).unwrap().branch, None);
}

#[test]
fn drone_woodpecker_and_teamcity_have_their_own_variables() {
    let drone = [
        ("DRONE", "true"),
        ("DRONE_BRANCH", "main"),
        ("DRONE_SOURCE_BRANCH", "fix"),
        ("DRONE_COMMIT_SHA", "beef"),
        ("DRONE_PULL_REQUEST", "3"),
        ("DRONE_BUILD_LINK", "https://drone.example/me/shop/42"),
        ("DRONE_REPO", "me/shop"),
        ("DRONE_BUILD_NUMBER", "42"),
    ];
    let url = "https://drone.example/me/shop/42";
    assert_eq!(named(&drone), built("Drone", ["fix", "beef", url], Some(3)));
    assert_eq!(key(&drone).unwrap().key, "me/shop/42");
    let woodpecker = [
        ("CI", "woodpecker"),
        ("CI_COMMIT_BRANCH", "main"),
        ("CI_COMMIT_SOURCE_BRANCH", ""),
        ("CI_COMMIT_SHA", "beef"),
        ("CI_COMMIT_PULL_REQUEST", ""),
        ("CI_PIPELINE_URL", "https://ci.example/repos/7/pipeline/8"),
        ("CI_REPO", "me/shop"),
        ("CI_PIPELINE_NUMBER", "8"),
    ];
    let url = "https://ci.example/repos/7/pipeline/8";
    assert_eq!(named(&woodpecker), built("Woodpecker", ["main", "beef", url], None));
    assert_eq!(key(&woodpecker).unwrap().key, "me/shop/8");
    let teamcity = [
        ("TEAMCITY_VERSION", "2025.07"),
        ("BUILD_VCS_NUMBER", "beef"),
        ("BUILD_NUMBER", "12"),
        ("BUILD_URL", "https://teamcity.example/buildConfiguration/Shop/12"),
    ];
    let url = "https://teamcity.example/buildConfiguration/Shop/12";
    assert_eq!(named(&teamcity), built("TeamCity", ["", "beef", url], None));
    assert_eq!(key(&teamcity).unwrap().number.as_deref(), Some("12"));
    assert_eq!(key(&teamcity[..1]), Err(MissingKey::Variable("BUILD_URL")));
    let other = [("CI", "true")];
    assert_eq!((named(&other), key(&other)), (None, Err(MissingKey::NoCi)));
}

/// A job that `workflow_run` started; `run` describes the run that was tested.
fn started_by(run: &str) -> (tempfile::TempDir, Vec<(&'static str, String)>) {
    let directory = tempfile::tempdir().unwrap();
    let event = directory.path().join("event.json");
    std::fs::write(&event, format!(r#"{{"repository":{{"id":5}},"workflow_run":{run}}}"#)).unwrap();
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "workflow_run"),
        ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
        ("GITHUB_REF", "refs/heads/main"),
        ("GITHUB_REF_NAME", "main"),
        ("GITHUB_SHA", "default"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "me/shop"),
        ("GITHUB_RUN_ID", "99"),
        ("GITHUB_RUN_NUMBER", "9"),
        ("GITHUB_RUN_ATTEMPT", "3"),
    ];
    let variables = variables.map(|(name, value)| (name, value.to_owned())).to_vec();
    (directory, variables)
}

fn borrowed<'v>(variables: &'v [(&'static str, String)]) -> Vec<(&'static str, &'v str)> {
    variables.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[test]
fn workflow_run_names_the_build_that_was_tested() {
    let (_directory, variables) = started_by(
        r#"{"id":7,"run_number":12,"run_attempt":2,"head_branch":"fix","head_sha":"feed",
            "html_url":"https://github.com/me/shop/actions/runs/7",
            "pull_requests":[{"number":1,"base":{"repo":{"id":6}}},{"number":4,"base":{"repo":{"id":5}}}]}"#,
    );
    let variables = borrowed(&variables);
    let url = "https://github.com/me/shop/actions/runs/7/attempts/2";
    assert_eq!(named(&variables), built("GitHub Actions", ["fix", "feed", url], Some(4)));
    assert_eq!(
        of(&variables).unwrap().source_url("a.go", Some(3)).unwrap(),
        "https://github.com/me/shop/blob/feed/a.go#L3"
    );
    // The same as that of an import within the tested run.
    let tested = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "me/shop"),
        ("GITHUB_RUN_ID", "7"),
        ("GITHUB_RUN_NUMBER", "12"),
        ("GITHUB_RUN_ATTEMPT", "2"),
    ];
    assert_eq!(key(&variables), key(&tested));
    assert_eq!(key(&variables).unwrap().key, "me/shop/7");
}

#[test]
fn of_a_fork_the_number_is_given() {
    let (_directory, variables) = started_by(
        r#"{"id":7,"head_branch":"main","head_sha":"feed","html_url":"https://github.com/me/shop/actions/runs/7","pull_requests":[]}"#,
    );
    let mut variables = borrowed(&variables);
    let url = "https://github.com/me/shop/actions/runs/7";
    assert_eq!(named(&variables), built("GitHub Actions", ["main", "feed", url], None));
    variables.push((PULL_REQUEST_VARIABLE, " 12 "));
    assert_eq!(named(&variables).unwrap().pull_request, Some(12));
    variables.push((PULL_REQUEST_VARIABLE, "x"));
    assert_eq!(named(&variables).unwrap().pull_request, None);
}

#[test]
fn an_event_without_a_run_leaves_the_variables_of_the_job() {
    let of_job = |variables: &[(&str, &str)]| {
        let url = "https://github.com/me/shop/actions/runs/99/attempts/3";
        assert_eq!(named(variables), built("GitHub Actions", ["main", "default", url], None));
        assert_eq!(key(variables).unwrap().key, "me/shop/99");
    };
    for run in ["null", "{}", "[]", r#"{"id":"7"}"#] {
        let (_directory, variables) = started_by(run);
        of_job(&borrowed(&variables));
    }
    let (directory, variables) = started_by(r#"{"id":7}"#);
    // Another event that mentions a run.
    let mut other = borrowed(&variables);
    other.push(("GITHUB_EVENT_NAME", "push"));
    of_job(&other);
    std::fs::write(directory.path().join("event.json"), "{").unwrap();
    of_job(&borrowed(&variables));
}

#[test]
fn the_schema_of_the_summary_knows_every_system() {
    let schema = include_str!("../../../docs/summary.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let mut open = vec![&schema];
    let mut found = None;
    while let Some(value) = open.pop() {
        found = found.or(value.pointer("/properties/provider/enum"));
        match value {
            serde_json::Value::Object(map) => open.extend(map.values()),
            serde_json::Value::Array(values) => open.extend(values),
            _ => {}
        }
    }
    let nowhere = Environment::default();
    let mut systems: Vec<_> = SYSTEMS.iter().map(|(_, read)| read(&nowhere).provider).collect();
    systems.push("git");
    assert_eq!(found, Some(&serde_json::json!(systems)));
}
