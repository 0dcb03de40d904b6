//! The comment on a pull request: written once, replaced later, and never a reason to fail.

use serde_json::{Value, json};

use super::{Job, Step, has_bash};
use crate::support::forge::{BOT, Forge, TOKEN};
use crate::support::{TestEnv, report};

/// Whether the tools of the comment step are installed; prints a note if not.
fn has_tools() -> bool {
    let has = |tool| std::process::Command::new(tool).arg("--version").output().is_ok();
    let has_all = has_bash() && has("curl") && has("jq");
    if !has_all {
        println!("skipped: bash, curl or jq is not installed");
    }
    has_all
}

/// A job of the workflow `CI` that an event of the repository `me/shop` started.
fn job(env: &TestEnv, forge: &Forge, event: &str, content: &Value) -> Job {
    let job = Job::of(env)
        .with("files", "a.xml")
        .with("comment", "true")
        .with_variable("GITHUB_API_URL", &forge.url)
        .with_variable("GITHUB_SERVER_URL", "https://github.com")
        .with_variable("GITHUB_REPOSITORY", "me/shop")
        .with_variable("GITHUB_RUN_ID", "99")
        .with_variable("GITHUB_SHA", "default")
        .with_variable("GITHUB_REF_NAME", "main")
        .with_variable("GITHUB_EVENT_NAME", event)
        .with_variable("GITHUB_WORKFLOW", "CI")
        .with_variable("GITHUB_JOB", "test");
    job.write("event.json", &content.to_string());
    let path = job.path().join("event.json");
    job.with_variable("GITHUB_EVENT_PATH", path.to_str().unwrap())
}

fn pull_request(env: &TestEnv, forge: &Forge) -> Job {
    let event =
        json!({"repository": {"id": 5}, "pull_request": {"number": 12, "head": {"sha": "feed"}}});
    job(env, forge, "pull_request", &event)
}

/// Imports a report with these cases, then comments. The import must exit with `code`, and the comment step with 0.
async fn comments(job: &Job, cases: &[&str], code: i32) -> Step {
    job.write("a.xml", &report(&[("cart", cases)]));
    let step = job.step("import").await;
    assert_eq!(step.run.code, code, "{}", step.run);
    let step = job.step("comment").await;
    assert_eq!(step.run.code, 0, "{}", step.run);
    let printed = format!("{}{}", step.run.stdout, step.run.stderr);
    assert!(!printed.contains(TOKEN), "{printed}");
    step
}

#[tokio::test]
async fn a_comment_is_written_once_and_replaced() {
    if !has_tools() {
        return;
    }
    let (env, forge) = (TestEnv::new().await, Forge::start().await);
    let job = pull_request(&env, &forge);
    let step = comments(&job, &["adds", "!takes"], 0).await;
    assert_eq!(step.run.stdout, "", "{}", step.run);
    let [comment] = &forge.ours(12)[..] else { panic!("{:?}", forge.ours(12)) };
    assert!(
        comment
            .body
            .starts_with("<!-- tq-import: shop (CI / test) -->\n\n## TestQuality: 1 test failed\n"),
        "{}",
        comment.body
    );
    // Another job of the same pull request, a name, a namespace: a comment each.
    let others = [
        pull_request(&env, &forge).with_variable("GITHUB_JOB", "browser"),
        pull_request(&env, &forge).with("comment-name", "Ünïx -->"),
        pull_request(&env, &forge).with("namespace", "api").with("args", "--new-namespace"),
    ];
    for other in &others {
        comments(other, &["adds"], 0).await;
    }
    assert_eq!(forge.ours(12).len(), 4);
    let marker = "<!-- tq-import: shop (CI / test / __n__x --_) -->\n";
    assert!(forge.ours(12)[2].body.starts_with(marker), "{}", forge.ours(12)[2].body);
    // Later runs replace their own, also if the import failed.
    comments(&job, &["adds", "takes"], 0).await;
    assert!(forge.body(comment.id).contains("## TestQuality: 2 tests passed"));
    let failing = pull_request(&env, &forge).with("fail-on-test-failure", "true");
    comments(&failing, &["!adds", "!takes"], 4).await;
    assert!(forge.body(comment.id).contains("## TestQuality: 2 tests failed"));
    for other in &others {
        comments(other, &["!adds"], 0).await;
    }
    assert_eq!(forge.ours(12).len(), 4);
    assert!(forge.ours(12)[1..].iter().all(|comment| comment.body.contains("1 test failed")));
}

#[tokio::test]
async fn the_comment_is_found_among_many_and_those_of_people_stay() {
    if !has_tools() {
        return;
    }
    let (env, forge) = (TestEnv::new().await, Forge::start().await);
    let job = pull_request(&env, &forge);
    let marker = "<!-- tq-import: shop (CI / test) -->\n";
    let stranger = forge.add(12, "somebody", &format!("{marker}mine"));
    for number in 0..240 {
        forge.add(12, if number % 2 == 0 { "somebody" } else { BOT }, "looks good");
    }
    let other = forge.add(13, BOT, &format!("{marker}another pull request"));
    comments(&job, &["adds"], 0).await;
    let ours = forge.ours(12).pop().unwrap();
    assert!(ours.body.contains("1 test passed"), "{ours:?}");
    forge.take_requests();
    comments(&job, &["!adds"], 0).await;
    assert!(forge.body(ours.id).contains("1 test failed"));
    assert_eq!(
        forge.take_requests(),
        ["GET 12", "GET 12", "GET 12", &format!("PATCH {}", ours.id)]
    );
    assert_eq!(forge.body(stranger), format!("{marker}mine"));
    assert_eq!(forge.body(other), format!("{marker}another pull request"));
    // Runs at the same time left one each.
    let late = forge.add(12, BOT, &format!("{marker}of another run"));
    comments(&job, &["adds"], 0).await;
    let of_job: Vec<u64> = forge
        .ours(12)
        .iter()
        .filter(|comment| comment.body.starts_with(marker))
        .map(|comment| comment.id)
        .collect();
    assert_eq!(of_job, [ours.id]);
    assert!(forge.take_requests().contains(&format!("DELETE {late}")));
    // Somebody deletes the comment while it is replaced.
    forge.set_forgets(true);
    comments(&job, &["adds", "takes"], 0).await;
    assert!(forge.ours(12).pop().unwrap().body.contains("2 tests passed"));
}

#[tokio::test]
async fn a_comment_that_cannot_be_written_is_a_warning() {
    if !has_tools() {
        return;
    }
    let (env, forge) = (TestEnv::new().await, Forge::start().await);
    let job = pull_request(&env, &forge);
    forge.set_read_only(true);
    let step = comments(&job, &["adds"], 0).await;
    let warning = "::warning title=tq-import::cannot write the comment on pull request 12: Resource not accessible by integration (HTTP 403). The job needs the permission pull-requests: write\n";
    assert_eq!(step.run.stdout, warning, "{}", step.run);
    forge.set_read_only(false);
    let nowhere = pull_request(&env, &forge).with_variable("GITHUB_API_URL", "http://127.0.0.1:1");
    let step = comments(&nowhere, &["adds"], 0).await;
    assert!(
        step.run.stdout.starts_with("::warning title=tq-import::cannot find the comment"),
        "{}",
        step.run
    );
    // A fork's job, whose token can only read; a push; an import without a result.
    forge.take_requests();
    let fork = Job { is_fork: true, ..pull_request(&env, &forge).with("token", "") };
    let step = comments(&fork, &["adds"], 0).await;
    assert!(
        step.run.stdout.starts_with("::notice title=tq-import::no comment: the token of a fork"),
        "{}",
        step.run
    );
    let push = self::job(&env, &forge, "push", &json!({"repository": {"id": 5}}));
    let step = comments(&push, &["adds"], 0).await;
    assert!(
        step.run.stdout.starts_with("::notice title=tq-import::no comment: this is no job for"),
        "{}",
        step.run
    );
    comments(&pull_request(&env, &forge).with("host", "nowhere"), &["adds"], 2).await;
    // The page of an earlier use of the action is not shown again.
    let job = pull_request(&env, &forge);
    job.write("temp dir/tq-import-comment.md", "old");
    comments(&job.with("project", "none such"), &["adds"], 2).await;
    let old = |comment: &crate::support::forge::Comment| comment.body.contains("old");
    assert!(!forge.ours(12).iter().any(old));
    // Without the input, there is no page.
    let off = pull_request(&env, &forge).with("comment", "false");
    off.write("a.xml", &report(&[("cart", &["adds"])]));
    off.step("import").await.run.expect(0);
    assert!(!off.path().join("temp dir/tq-import-comment.md").exists());
    let wrong = pull_request(&env, &forge).with("comment", "perhaps");
    wrong.step("import").await.run.expect(2);
}

/// The event of a workflow that the run 7 of `Tests` started; of a branch `fix` of `owner`.
fn tested(owner: &str, pull_requests: &Value) -> Value {
    json!({"repository": {"id": 5}, "workflow_run": {
        "id": 7, "run_number": 3, "run_attempt": 1, "event": "pull_request",
        "head_branch": "a/fix & more", "head_sha": "feed", "pull_requests": pull_requests,
        "head_repository": {"owner": {"login": owner}},
        "html_url": "https://github.com/me/shop/actions/runs/7",
    }})
}

#[tokio::test]
async fn a_second_workflow_comments_on_the_pull_request_that_was_tested() {
    if !has_tools() {
        return;
    }
    let (env, forge) = (TestEnv::new().await, Forge::start().await);
    let pull = |number: u64, owner: &str, sha: &str, state: &str| {
        forge.add_pull(json!({"number": number, "state": state,
            "head": {"ref": "a/fix & more", "sha": sha, "user": {"login": owner}}}));
    };
    pull(20, "other", "feed", "open");
    pull(21, "fork", "beef", "closed");
    pull(22, "fork", "beef", "open");
    pull(23, "fork", "feed", "closed");
    let import = |event: &Value| job(&env, &forge, "workflow_run", event).with("results", "true");
    // GitHub names no pull request for a fork's branch: the one at the tested commit.
    let of_fork = import(&tested("fork", &json!([])));
    comments(&of_fork, &["adds"], 0).await;
    assert_eq!(forge.ours(23).len(), 1);
    let step = of_fork.step("import").await;
    let json: Value = serde_json::from_str(&step.outputs["json"]).unwrap();
    assert_eq!(
        json["build"],
        json!({"provider": "GitHub Actions", "branch": "a/fix & more", "commit": "feed", "pull_request": 23,
            "url": "https://github.com/me/shop/actions/runs/7"})
    );
    assert!(step.outputs["run-name"].starts_with("a/fix & more #3 feed"), "{}", step.run);
    // An import of the tested run itself has the same run.
    let first = Job::of(&env)
        .with("files", "a.xml")
        .with("results", "true")
        .with_variable("GITHUB_REPOSITORY", "me/shop")
        .with_variable("GITHUB_RUN_ID", "7");
    first.write("a.xml", &report(&[("cart", &["adds"])]));
    assert_eq!(first.step("import").await.outputs["run-id"], step.outputs["run-id"]);
    // The branch has moved on: the one that is open.
    let mut moved = tested("fork", &json!([]));
    moved["workflow_run"]["head_sha"] = json!("older");
    comments(&import(&moved), &["adds"], 0).await;
    assert_eq!(forge.ours(22).len(), 1);
    // A branch of the repository: the event names it, and nothing is asked.
    forge.take_requests();
    let own = json!([{"number": 1, "base": {"repo": {"id": 6}}}, {"number": 24, "base": {"repo": {"id": 5}}}]);
    comments(&import(&tested("me", &own)), &["adds"], 0).await;
    assert_eq!(forge.take_requests(), ["GET 24", "POST 24"]);
    // A push: no pull request, and none is asked for.
    let mut push = tested("me", &json!([]));
    push["workflow_run"]["event"] = json!("push");
    let step = comments(&import(&push), &["adds"], 0).await;
    assert!(step.run.stdout.contains("this is no job for a pull request"), "{}", step.run);
    assert!(forge.take_requests().is_empty());
}

/// Everything that another user of the machine could see.
#[cfg(unix)]
#[tokio::test]
async fn the_token_is_in_no_argument_and_no_address() {
    use std::os::unix::fs::PermissionsExt as _;
    if !has_tools() {
        return;
    }
    let (env, forge) = (TestEnv::new().await, Forge::start().await);
    let job = job(&env, &forge, "workflow_run", &tested("fork", &json!([])));
    forge.add_pull(json!({"number": 22, "state": "open",
        "head": {"ref": "a/fix & more", "sha": "feed", "user": {"login": "fork"}}}));
    // Programs that note their arguments, and whether the token is in their environment.
    let path = std::env::var("PATH").unwrap_or_default();
    for tool in ["curl", "jq"] {
        job.write(
            &format!("programs/{tool}"),
            &format!("#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\" >>calls\nPATH='{path}' exec {tool} \"$@\"\n"),
        );
        let file = job.path().join("programs").join(tool);
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let programs = job.path().join("programs");
    let job = job.with_variable("PATH", &format!("{}:{path}", programs.display()));
    comments(&job, &["adds"], 0).await;
    assert_eq!(forge.ours(22).len(), 1);
    let calls = std::fs::read_to_string(job.path().join("calls")).unwrap();
    assert!(calls.matches("/curl\n").count() >= 4 && !calls.contains(TOKEN), "{calls}");
}
