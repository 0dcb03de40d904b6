//! GitHub Actions: the variables of the job, and the file that describes its event.
//!
//! A workflow that `workflow_run` starts runs on the default branch, whatever the finished workflow tested. Its event names
//! the run that was tested (GitHub: "Webhook events and payloads", `workflow_run`).

use std::path::Path;

use serde_json::Value;

use super::{first, number_in, page_of, source};
use crate::cli::settings::Environment;
use crate::results::BuildKey;
use crate::summary::Build;

pub(super) fn build(env: &Environment) -> Build {
    let page = env.get("GITHUB_SERVER_URL").zip(env.get("GITHUB_REPOSITORY"));
    let files = page.map(|(server, repository)| format!("{server}/{repository}/blob"));
    let provider = "GitHub Actions";
    if let Some(Tested { branch, commit, pull_request, url, .. }) = tested(env) {
        let source = source(files, &commit, "#L{line}");
        return Build { provider, branch, commit, pull_request, url, source };
    }
    let run = page.zip(env.get("GITHUB_RUN_ID"));
    let url = run.map(|((server, repository), run)| {
        let run = format!("{server}/{repository}/actions/runs/{run}");
        attempt_of(run, env.get("GITHUB_RUN_ATTEMPT").unwrap_or_default())
    });
    // In a job for a pull request, GITHUB_SHA is a merge commit that only CI knows.
    let head = event(env).as_ref().and_then(|event| text(event, "/pull_request/head/sha"));
    let commit = head.or_else(|| first(env, &["GITHUB_SHA"]));
    Build {
        provider,
        branch: first(env, &["GITHUB_HEAD_REF", "GITHUB_REF_NAME"]),
        pull_request: env.get("GITHUB_REF").and_then(|name| number_in(name, "refs/pull/")),
        source: source(files, &commit, "#L{line}"),
        commit,
        url: url.as_deref().and_then(page_of),
    }
}

/// The run of another workflow that tested what this job imports.
pub(super) struct Tested {
    /// The key that an import within that run has, so that both record into the same run.
    pub(super) key: BuildKey,
    branch: Option<String>,
    commit: Option<String>,
    /// The first pull request of this repository. GitHub lists none for a branch of a fork.
    pull_request: Option<u64>,
    url: Option<String>,
}

/// The run that started this job through `workflow_run`; none for other events.
pub(super) fn tested(env: &Environment) -> Option<Tested> {
    if !env.is_github_actions() || env.get("GITHUB_EVENT_NAME") != Some("workflow_run") {
        return None;
    }
    let event = event(env)?;
    let run = event.get("workflow_run")?;
    let number = |name: &str| run.get(name).and_then(Value::as_u64);
    let id = number("id")?;
    let repository = event.pointer("/repository/id").and_then(Value::as_u64);
    // A pull request within a fork has a number of the fork.
    let is_ours = |request: &&Value| {
        let base = request.pointer("/base/repo/id").and_then(Value::as_u64);
        base.is_none() || repository.is_none() || base == repository
    };
    let requests = run.get("pull_requests").and_then(Value::as_array);
    let request = requests.and_then(|requests| requests.iter().find(is_ours));
    let attempt = number("run_attempt").unwrap_or(1).max(1);
    let url = text(run, "/html_url").map(|url| attempt_of(url, &attempt.to_string()));
    Some(Tested {
        key: BuildKey {
            key: format!("{}/{id}", env.get("GITHUB_REPOSITORY")?),
            number: number("run_number").map(|number| number.to_string()),
            attempt,
            url: None,
        },
        branch: text(run, "/head_branch"),
        commit: text(run, "/head_sha"),
        pull_request: request.and_then(|request| request.get("number")?.as_u64()),
        url: url.as_deref().and_then(page_of),
    })
}

/// The event that started the workflow; none without a file that can be read.
fn event(env: &Environment) -> Option<Value> {
    let path = env.get("GITHUB_EVENT_PATH")?;
    serde_json::from_slice(&std::fs::read(Path::new(path)).ok()?).ok()
}

/// The text at `pointer`; none if it is empty.
fn text(value: &Value, pointer: &str) -> Option<String> {
    let text = value.pointer(pointer)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// The page of an attempt of a run; the first one has the page of the run.
fn attempt_of(run: String, attempt: &str) -> String {
    if matches!(attempt, "" | "1") { run } else { format!("{run}/attempts/{attempt}") }
}
