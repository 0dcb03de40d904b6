//! The CI build and commit: from the variables of the CI system, else from git.
//!
//! Sources of the variables: GitHub Actions ("Default environment variables"),
//! GitLab ("Predefined CI/CD variables"), Jenkins ("Using environment variables", and the Branch API's `CHANGE_*`),
//! Azure Pipelines ("Use predefined variables"), CircleCI ("Project values and variables"), Buildkite
//! ("Environment variables"), Bitbucket ("Variables and secrets").

use std::path::Path;
use std::process::{Command, Stdio};

use url::Url;

use super::settings::{Environment, repository_root};
use crate::results::BuildKey;
use crate::summary::Build;

/// The build that this process is part of, if known.
pub(super) fn build(environment: &Environment) -> Option<Build> {
    let in_ci = SYSTEMS.iter().find(|(is_here, _)| is_here(environment));
    let build = in_ci.map(|(_, read)| read(environment));
    build.or_else(|| of_git(&environment.directory))
}

type System = (fn(&Environment) -> bool, fn(&Environment) -> Build);

/// Several may match, for example a Buildkite agent on a Jenkins machine: the more specific ones come first.
const SYSTEMS: &[System] = &[
    (|env| env.is_github_actions(), github),
    (|env| env.get("GITLAB_CI").is_some(), gitlab),
    (|env| env.get("TF_BUILD").is_some(), azure),
    (|env| env.get("CIRCLECI").is_some(), circle),
    (|env| env.get("BUILDKITE").is_some(), buildkite),
    (|env| env.get("BITBUCKET_BUILD_NUMBER").is_some(), bitbucket),
    (|env| env.get("JENKINS_URL").is_some(), jenkins),
];

fn github(env: &Environment) -> Build {
    let event = env.get("GITHUB_EVENT_PATH").and_then(|path| pull_request_head(Path::new(path)));
    let number = env.get("GITHUB_REF").and_then(|name| number_in(name, "refs/pull/"));
    let page = env.get("GITHUB_SERVER_URL").zip(env.get("GITHUB_REPOSITORY"));
    let url = page.zip(env.get("GITHUB_RUN_ID")).map(|((server, repository), run)| {
        let attempt = env.get("GITHUB_RUN_ATTEMPT").filter(|attempt| *attempt != "1");
        let attempt = attempt.map(|attempt| format!("/attempts/{attempt}")).unwrap_or_default();
        format!("{server}/{repository}/actions/runs/{run}{attempt}")
    });
    // In a job for a pull request, GITHUB_SHA is a merge commit that only CI knows.
    let commit = event.or_else(|| first(env, &["GITHUB_SHA"]));
    Build {
        provider: "GitHub Actions",
        branch: first(env, &["GITHUB_HEAD_REF", "GITHUB_REF_NAME"]),
        pull_request: number,
        source: source(
            page.map(|(server, repository)| format!("{server}/{repository}/blob")),
            &commit,
            "#L{line}",
        ),
        commit,
        url: url.as_deref().and_then(page_of),
    }
}

fn gitlab(env: &Environment) -> Build {
    // In a merged-results pipeline, CI_COMMIT_SHA is the merge commit.
    let commit = first(env, &["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA"]);
    let files = env.get("CI_PROJECT_URL").map(|project| format!("{project}/-/blob"));
    Build {
        provider: "GitLab CI",
        branch: first(env, &["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"]),
        source: source(files, &commit, "#L{line}"),
        commit,
        pull_request: env.get("CI_MERGE_REQUEST_IID").and_then(|number| number.parse().ok()),
        url: first(env, &["CI_JOB_URL", "CI_PIPELINE_URL"]).as_deref().and_then(page_of),
    }
}

fn azure(env: &Environment) -> Build {
    let branch = first(env, &["SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"]);
    let number = ["SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID"]
        .into_iter()
        .find_map(|name| env.get(name)?.parse().ok());
    let place = env.get("SYSTEM_COLLECTIONURI").zip(env.get("SYSTEM_TEAMPROJECT"));
    let url = place.zip(env.get("BUILD_BUILDID")).and_then(|((collection, project), id)| {
        let mut url = Url::parse(collection).ok()?;
        url.path_segments_mut().ok()?.pop_if_empty().extend([project, "_build", "results"]);
        url.query_pairs_mut().append_pair("buildId", id);
        Some(url)
    });
    Build {
        provider: "Azure Pipelines",
        branch: branch.map(|branch| short(&branch).to_owned()),
        commit: first(env, &["SYSTEM_PULLREQUEST_SOURCECOMMITID", "BUILD_SOURCEVERSION"]),
        pull_request: number,
        url: url.as_ref().and_then(|url| page_of(url.as_str())),
        source: None,
    }
}

fn circle(env: &Environment) -> Build {
    let page = env.get("CIRCLE_PULL_REQUEST").and_then(|url| url.rsplit('/').next());
    Build {
        provider: "CircleCI",
        branch: first(env, &["CIRCLE_BRANCH", "CIRCLE_TAG"]),
        commit: first(env, &["CIRCLE_SHA1"]),
        pull_request: env.get("CIRCLE_PR_NUMBER").or(page).and_then(|number| number.parse().ok()),
        url: env.get("CIRCLE_BUILD_URL").and_then(page_of),
        source: None,
    }
}

fn buildkite(env: &Environment) -> Build {
    let url = env.get("BUILDKITE_BUILD_URL");
    let job = url.zip(env.get("BUILDKITE_JOB_ID")).map(|(url, job)| format!("{url}#{job}"));
    Build {
        provider: "Buildkite",
        branch: first(env, &["BUILDKITE_BRANCH"]),
        commit: first(env, &["BUILDKITE_COMMIT"]),
        // "false" where there is none.
        pull_request: env.get("BUILDKITE_PULL_REQUEST").and_then(|number| number.parse().ok()),
        url: job.as_deref().or(url).and_then(page_of),
        source: None,
    }
}

fn bitbucket(env: &Environment) -> Build {
    let page = env.get("BITBUCKET_GIT_HTTP_ORIGIN").zip(env.get("BITBUCKET_BUILD_NUMBER"));
    let url = page.map(|(repository, number)| format!("{repository}/pipelines/results/{number}"));
    let commit = first(env, &["BITBUCKET_COMMIT"]);
    let files = env.get("BITBUCKET_GIT_HTTP_ORIGIN").map(|origin| format!("{origin}/src"));
    Build {
        provider: "Bitbucket Pipelines",
        branch: first(env, &["BITBUCKET_BRANCH", "BITBUCKET_TAG"]),
        source: source(files, &commit, "#lines-{line}"),
        commit,
        pull_request: env.get("BITBUCKET_PR_ID").and_then(|number| number.parse().ok()),
        url: url.as_deref().and_then(page_of),
    }
}

fn jenkins(env: &Environment) -> Build {
    let branch = first(env, &["CHANGE_BRANCH", "BRANCH_NAME", "GIT_BRANCH"]);
    Build {
        provider: "Jenkins",
        branch: branch.map(|branch| branch.strip_prefix("origin/").unwrap_or(&branch).to_owned()),
        commit: first(env, &["GIT_COMMIT"]),
        pull_request: env.get("CHANGE_ID").and_then(|number| number.parse().ok()),
        url: env.get("BUILD_URL").and_then(page_of),
        source: None,
    }
}

/// Branch and commit of the working tree, if there is one and git is installed.
fn of_git(directory: &Path) -> Option<Build> {
    repository_root(directory)?;
    let output = Command::new("git")
        .args(["rev-parse", "HEAD", "--abbrev-ref", "HEAD"])
        .current_dir(directory)
        .env_remove("TQ_ACCESS_TOKEN")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let mut lines = text.lines();
    let commit = lines.next().filter(|line| line.chars().all(|c| c.is_ascii_hexdigit()))?;
    let branch = lines.next().filter(|line| *line != "HEAD");
    Some(Build {
        provider: "git",
        branch: branch.map(str::to_owned),
        commit: Some(commit.to_owned()),
        pull_request: None,
        url: None,
        source: None,
    })
}

/// Why nothing says which build this is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum MissingKey {
    /// No CI system that is known here runs this process.
    #[error("nothing says which build these results belong to: this is no known CI system")]
    NoCi,
    /// The CI system's variable is not set.
    #[error("nothing says which build these results belong to: {0} is not set")]
    Variable(&'static str),
}

/// How a CI system names builds: its condition, the variables that together are the key, the build's number, the attempt,
/// and what to add to the attempt so that the first is 1.
type KeySource = (
    fn(&Environment) -> bool,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
    u64,
);

/// In the order of [`SYSTEMS`]. A rerun of failed jobs keeps the key and raises the attempt.
///
/// GitLab and CircleCI number every job, and a rerun is a new job: of two jobs with one test, the later one decides. Jenkins
/// numbers a rerun as a new build.
const KEYS: &[KeySource] = &[
    (
        |env| env.is_github_actions(),
        &["GITHUB_REPOSITORY", "GITHUB_RUN_ID"],
        &["GITHUB_RUN_NUMBER"],
        &["GITHUB_RUN_ATTEMPT"],
        0,
    ),
    (
        |env| env.get("GITLAB_CI").is_some(),
        &["CI_PROJECT_ID", "CI_PIPELINE_ID"],
        &["CI_PIPELINE_IID"],
        &["CI_JOB_ID"],
        0,
    ),
    (
        |env| env.get("TF_BUILD").is_some(),
        &["BUILD_BUILDID"],
        &["BUILD_BUILDNUMBER"],
        &["SYSTEM_JOBATTEMPT"],
        0,
    ),
    (|env| env.get("CIRCLECI").is_some(), &["CIRCLE_PIPELINE_ID"], &[], &["CIRCLE_BUILD_NUM"], 0),
    (
        |env| env.get("BUILDKITE").is_some(),
        &["BUILDKITE_BUILD_ID"],
        &["BUILDKITE_BUILD_NUMBER"],
        &["BUILDKITE_RETRY_COUNT"],
        1,
    ),
    (
        |env| env.get("BITBUCKET_BUILD_NUMBER").is_some(),
        &["BITBUCKET_REPO_FULL_NAME", "BITBUCKET_BUILD_NUMBER"],
        &["BITBUCKET_BUILD_NUMBER"],
        &["BITBUCKET_STEP_RUN_NUMBER"],
        0,
    ),
    (|env| env.get("JENKINS_URL").is_some(), &["BUILD_URL"], &["BUILD_NUMBER"], &[], 0),
];

/// Which build this is, as the CI system knows it. Never a commit, because two executions of one commit are two builds.
///
/// # Errors
/// Without a CI system, and where its variable is empty.
pub(super) fn build_key(environment: &Environment) -> Result<BuildKey, MissingKey> {
    let here = KEYS.iter().find(|(is_here, ..)| is_here(environment));
    let (_, variables, number, attempt, offset) = here.ok_or(MissingKey::NoCi)?;
    let mut parts = Vec::new();
    for name in *variables {
        parts.push(environment.get(name).ok_or(MissingKey::Variable(name))?.trim());
    }
    let attempt = first(environment, attempt).and_then(|attempt| attempt.trim().parse().ok());
    Ok(BuildKey {
        key: parts.join("/"),
        number: first(environment, number),
        attempt: attempt.map_or(1, |attempt: u64| attempt.saturating_add(*offset)),
        url: None,
    })
}

/// The head commit of a pull request, from the file that describes the event.
fn pull_request_head(event: &Path) -> Option<String> {
    let event: serde_json::Value = serde_json::from_slice(&std::fs::read(event).ok()?).ok()?;
    Some(event.pointer("/pull_request/head/sha")?.as_str()?.to_owned())
}

/// The URL of a line at `commit`, below the address of the repository's `files`, for [`Build::source`].
fn source(files: Option<String>, commit: &Option<String>, line: &str) -> Option<String> {
    let files = files.as_deref().and_then(page_of)?;
    Some(format!("{files}/{}/{{path}}{line}", commit.as_deref()?))
}

/// The first of these variables that is set.
fn first(env: &Environment, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| env.get(name)).map(str::to_owned)
}

/// A branch without `refs/heads/`.
fn short(reference: &str) -> &str {
    reference.strip_prefix("refs/heads/").unwrap_or(reference)
}

/// The number between `prefix` and the next slash.
fn number_in(reference: &str, prefix: &str) -> Option<u64> {
    reference.strip_prefix(prefix)?.split('/').next()?.parse().ok()
}

/// A web address without user name and password.
fn page_of(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    let is_page = matches!(url.scheme(), "http" | "https");
    url.set_username("").ok().filter(|()| is_page)?;
    url.set_password(None).ok()?;
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Option<Build> {
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path().to_owned();
        build(&Environment { variables: variables.collect(), directory, ..Environment::default() })
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
}
