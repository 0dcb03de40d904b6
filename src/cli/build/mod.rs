//! The CI build and commit: from the variables of the CI system, else from git.
//!
//! Sources of the variables: GitHub Actions ("Default environment variables"),
//! GitLab ("Predefined CI/CD variables"), Jenkins ("Using environment variables", and the Branch API's `CHANGE_*`),
//! Azure Pipelines ("Use predefined variables"), CircleCI ("Project values and variables"), Buildkite
//! ("Environment variables"), Bitbucket ("Variables and secrets"), Drone ("Environment reference"), Woodpecker ("Built-in
//! environment variables"), TeamCity ("List of predefined build parameters").

mod github;
mod key;

use std::path::Path;
use std::process::{Command, Stdio};

use url::Url;

use super::settings::{Environment, repository_root};
use crate::summary::Build;
pub(super) use key::{MissingKey, build_key};

/// The number of the pull request, where the CI system does not say it.
const PULL_REQUEST_VARIABLE: &str = "TQ_PULL_REQUEST";

/// The build that this process is part of, if known.
pub(super) fn build(environment: &Environment) -> Option<Build> {
    let in_ci = SYSTEMS.iter().find(|(is_here, _)| is_here(environment));
    let build = in_ci.map(|(_, read)| read(environment));
    let mut build = build.or_else(|| of_git(&environment.directory))?;
    let given =
        environment.get(PULL_REQUEST_VARIABLE).and_then(|number| number.trim().parse().ok());
    build.pull_request = given.or(build.pull_request);
    Some(build)
}

type System = (fn(&Environment) -> bool, fn(&Environment) -> Build);

/// Several may match, for example a Buildkite agent on a Jenkins machine: the more specific ones come first.
const SYSTEMS: &[System] = &[
    (|env| env.is_github_actions(), github::build),
    (|env| env.get("GITLAB_CI").is_some(), gitlab),
    (|env| env.get("TF_BUILD").is_some(), azure),
    (|env| env.get("CIRCLECI").is_some(), circle),
    (|env| env.get("BUILDKITE").is_some(), buildkite),
    (|env| env.get("BITBUCKET_BUILD_NUMBER").is_some(), bitbucket),
    (|env| env.get("DRONE").is_some(), drone),
    (|env| env.get("CI") == Some("woodpecker"), woodpecker),
    (|env| env.get("TEAMCITY_VERSION").is_some(), teamcity),
    (|env| env.get("JENKINS_URL").is_some(), jenkins),
];

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

fn drone(env: &Environment) -> Build {
    Build {
        provider: "Drone",
        // DRONE_BRANCH is the target of a pull request.
        branch: first(env, &["DRONE_SOURCE_BRANCH", "DRONE_BRANCH", "DRONE_TAG"]),
        commit: first(env, &["DRONE_COMMIT_SHA"]),
        pull_request: env.get("DRONE_PULL_REQUEST").and_then(|number| number.parse().ok()),
        url: env.get("DRONE_BUILD_LINK").and_then(page_of),
        source: None,
    }
}

fn woodpecker(env: &Environment) -> Build {
    Build {
        provider: "Woodpecker",
        branch: first(env, &["CI_COMMIT_SOURCE_BRANCH", "CI_COMMIT_BRANCH", "CI_COMMIT_TAG"]),
        commit: first(env, &["CI_COMMIT_SHA"]),
        pull_request: env.get("CI_COMMIT_PULL_REQUEST").and_then(|number| number.parse().ok()),
        url: env.get("CI_PIPELINE_URL").and_then(page_of),
        source: None,
    }
}

/// TeamCity passes no branch to the environment.
fn teamcity(env: &Environment) -> Build {
    Build {
        provider: "TeamCity",
        branch: None,
        commit: first(env, &["BUILD_VCS_NUMBER"]),
        pull_request: None,
        url: env.get("BUILD_URL").and_then(page_of),
        source: None,
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
        provider: Build::LOCAL,
        branch: branch.map(str::to_owned),
        commit: Some(commit.to_owned()),
        pull_request: None,
        url: None,
        source: None,
    })
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
mod tests;
