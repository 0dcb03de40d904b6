//! Which build results belong to.

use super::{first, github};
use crate::cli::settings::Environment;
use crate::results::BuildKey;

/// Why nothing says which build this is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::cli) enum MissingKey {
    /// No CI system that is known here runs this process.
    #[error("cannot tell which build these results belong to: no known CI system was detected")]
    NoCi,
    /// The CI system's variable is not set.
    #[error("cannot tell which build these results belong to: {0} is not set")]
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

/// In the order of [`super::SYSTEMS`]. A rerun of failed jobs keeps the key and raises the attempt.
///
/// GitLab and CircleCI number every job, and a rerun is a new job: of two jobs with one test, the later one decides. Jenkins,
/// Drone, Woodpecker and TeamCity number a rerun as a new build.
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
    (
        |env| env.get("DRONE").is_some(),
        &["DRONE_REPO", "DRONE_BUILD_NUMBER"],
        &["DRONE_BUILD_NUMBER"],
        &[],
        0,
    ),
    (
        |env| env.get("CI") == Some("woodpecker"),
        &["CI_REPO", "CI_PIPELINE_NUMBER"],
        &["CI_PIPELINE_NUMBER"],
        &[],
        0,
    ),
    (|env| env.get("TEAMCITY_VERSION").is_some(), &["BUILD_URL"], &["BUILD_NUMBER"], &[], 0),
    (|env| env.get("JENKINS_URL").is_some(), &["BUILD_URL"], &["BUILD_NUMBER"], &[], 0),
];

/// Which build this is, as the CI system knows it. Never a commit, because two executions of one commit are two builds.
///
/// # Errors
/// Without a CI system, and where its variable is empty.
pub(in crate::cli) fn build_key(environment: &Environment) -> Result<BuildKey, MissingKey> {
    if let Some(key) = github::tested(environment).map(|run| run.key) {
        return Ok(key);
    }
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
