//! The import step: outputs, job summary and exit code for each way in which it can end.

use super::{Job, Step, definition, has_bash};
use crate::support::{TestEnv, report};

/// Runs the step, which must exit with `code` and set the outputs `conclusion` and `exit-code`.
async fn ends(job: &Job, code: i32, conclusion: &str) -> Step {
    let step = job.step("import").await;
    assert_eq!(step.run.code, code, "{}", step.run);
    assert_eq!(step.outputs["conclusion"], conclusion, "{}", step.run);
    assert_eq!(step.outputs["exit-code"], code.to_string(), "{}", step.run);
    step
}

#[tokio::test]
async fn an_import_sets_every_output_and_writes_the_job_summary() {
    if !has_bash() {
        return;
    }
    let env = TestEnv::new().await;
    let job = Job::of(&env)
        .with("files", "  reports/**/*.xml\r\n\n!reports/old.xml\n")
        .with("folder", "Auto/Web")
        .with("results", "true")
        .with("cycle", "Web")
        .with_variable("GITHUB_REPOSITORY", "me/shop")
        .with_variable("GITHUB_RUN_ID", "7");
    job.write("reports/a b.xml", &report(&[("cart", &["adds", "~waits"])]));
    job.write("reports/old.xml", "not a report");
    let step = ends(&job, 0, "success").await;
    let outputs = definition();
    for name in outputs["outputs"].as_hash().unwrap().keys() {
        let name = name.as_str().unwrap();
        assert!(!step.outputs[name].is_empty(), "{name}: {}", step.run);
    }
    assert_eq!((&*step.outputs["created"], &*step.outputs["skipped"]), ("2", "1"));
    assert_eq!(step.outputs["complete"], "true");
    let json: serde_json::Value = serde_json::from_str(&step.outputs["json"]).unwrap();
    assert_eq!(json["changes"][0]["path"], serde_json::json!(["Auto"]));
    assert_eq!(json["build"]["provider"], "GitHub Actions");
    assert!(step.page.contains("## TestQuality: 1 test passed"), "{}", step.page);
    let again = ends(&job, 0, "success").await;
    assert_eq!((&*again.outputs["created"], &*again.outputs["unchanged"]), ("0", "2"));
}

#[tokio::test]
async fn errors_fail_the_step_with_the_right_exit_code() {
    if !has_bash() {
        return;
    }
    let env = TestEnv::new().await;
    let good = report(&[("cart", &["adds", "!takes"])]);
    let with = |files: &str| {
        let job = Job::of(&env).with("files", files);
        job.write("good.xml", &good);
        job.write("cut.xml", &good[..good.len() - 40]);
        job
    };
    // Failed tests fail the step only on request.
    let step = ends(&with("good.xml"), 0, "success").await;
    assert_eq!(step.outputs["failed"], "1");
    ends(&with("good.xml").with("fail-on-test-failure", "true"), 4, "failure").await;
    // The readable part of a damaged report is imported, and the damage is an error.
    let step = ends(&with("cut.xml"), 3, "failure").await;
    assert!(step.run.stderr.contains("::error"), "{}", step.run);
    ends(&with("cut.xml").with("strict", "true"), 3, "failure").await;
    // No report.
    ends(&with("nowhere/*.xml"), 3, "failure").await;
    ends(&with("nowhere/*.xml").with("fail-on-empty", "false"), 0, "success").await;
    // An invalid token.
    let step = ends(&with("good.xml").with("token", "wrong"), 6, "failure").await;
    assert!(!step.run.stdout.contains("wrong") && step.run.stderr.contains("401"), "{}", step.run);
    // A dry run.
    let step =
        ends(&with("good.xml").with("dry-run", "True").with("namespace", "new"), 0, "success")
            .await;
    assert_eq!((&*step.outputs["created"], &*step.outputs["complete"]), ("2", ""));
    let dry = with("good.xml").with("args", "--check\n--namespace=new");
    ends(&dry, 5, "failure").await;
    // Invalid inputs.
    for (input, value) in [
        ("files", " \n"),
        ("dry-run", "perhaps"),
        ("working-directory", "no such place"),
        ("host", "not a host"),
        ("args", "--no-such-option"),
    ] {
        let step = ends(&with("good.xml").with(input, value), 2, "failure").await;
        let printed = format!("{}{}", step.run.stdout, step.run.stderr);
        assert!(printed.contains("error"), "{input}: {}", step.run);
    }
}

#[tokio::test]
async fn moved_tests_are_counted_and_carried_over_on_demand() {
    if !has_bash() {
        return;
    }
    let env = TestEnv::new().await;
    let job = |namespace: &str| Job::of(&env).with("files", "a.xml").with("namespace", namespace);
    let first = job("shop");
    first.write("a.xml", &report(&[("cart", &["adds", "removes", "clears"])]));
    assert_eq!(ends(&first, 0, "success").await.outputs["moved"], "0");
    let stopped = job("web");
    stopped.write("a.xml", &report(&[("cart", &["adds", "removes", "clears"])]));
    ends(&stopped, 1, "failure").await;
    let step = ends(&stopped.with("new-namespace", "true"), 0, "success").await;
    assert_eq!(step.outputs["created"], "3");
    let later = job("shop").with("dry-run", "true");
    later.write("a.xml", &report(&[("basket", &["adds", "removes", "clears"])]));
    let step = ends(&later, 0, "success").await;
    assert_eq!((&*step.outputs["moved"], &*step.outputs["created"]), ("3", "3"));
    let linked = job("shop").with("moved", "link");
    linked.write("a.xml", &report(&[("basket", &["adds", "removes", "clears"])]));
    let step = ends(&linked, 0, "success").await;
    assert_eq!((&*step.outputs["moved"], &*step.outputs["created"]), ("3", "0"));
    assert_eq!(env.count("test"), 6);
    ends(&job("shop").with("moved", "perhaps"), 2, "failure").await;
}

#[tokio::test]
async fn without_a_token_forks_and_dependabot_only_parse_and_others_fail() {
    if !has_bash() {
        return;
    }
    let env = TestEnv::new().await;
    let sent = env.journal.entries().len();
    let job = || {
        let job = Job::of(&env).with("token", "").with("files", "a.xml").with("stale", "true");
        let job = job.with("results", "true").with("args", "--output=markdown=page.md");
        job.write("a.xml", &report(&[("cart", &["adds", "!takes"])]));
        job
    };
    let fork = Job { is_fork: true, ..job() };
    let bot = job().with_variable("GITHUB_ACTOR", "dependabot[bot]");
    let asked = job().with("without-token", "parse-only");
    for job in [&fork, &bot, &asked] {
        let step = ends(job, 0, "parse-only").await;
        assert_eq!((&*step.outputs["seen"], &*step.outputs["failed"]), ("2", "1"));
        let json: serde_json::Value = serde_json::from_str(&step.outputs["json"]).unwrap();
        assert_eq!(json["totals"]["failed"], 1);
        assert!(step.page.contains("nothing was sent"), "{}", step.page);
        let page = std::fs::read_to_string(job.path().join("page.md")).unwrap();
        assert!(page.contains("nothing was sent"), "{page}");
    }
    for job in [&fork, &bot] {
        let step = ends(job, 0, "parse-only").await;
        assert!(step.run.stdout.contains("get no secrets"), "{}", step.run);
    }
    // Failed tests and damaged reports fail the step there too.
    let failing = Job { is_fork: true, ..job() }.with("fail-on-test-failure", "true");
    ends(&failing, 4, "failure").await;
    let soft = failing.with("args", "--soft-fail=4");
    let step = soft.step("import").await.run.expect(0);
    assert!(step.stderr.contains("exit code 4 became 0"), "{step}");
    fork.write("a.xml", "<testsuite><testcase name=\"x\">");
    ends(&fork, 3, "failure").await;
    // Other jobs fail, unless they say otherwise; forks, too.
    for job in [job(), Job { is_fork: true, ..job() }.with("without-token", "error")] {
        let step = ends(&job, 2, "failure").await;
        let printed = format!("{}{}", step.run.stdout, step.run.stderr);
        assert!(printed.contains("no token"), "{printed}");
    }
    let step = ends(&job(), 2, "failure").await;
    assert!(step.run.stdout.contains("::error title=tq-import::no token"), "{}", step.run);
    let skipped = job().with("without-token", "skip");
    skipped.write("page.md", "of an earlier run");
    let step = ends(&skipped, 0, "skipped").await;
    assert!(step.run.stderr.contains("nothing is imported"), "{}", step.run);
    assert!(!skipped.path().join("page.md").exists());
    ends(&job().with("without-token", "perhaps"), 2, "failure").await;
    // A wrong token is never none.
    let wrong = job().with("without-token", "skip").with("token", "two words");
    ends(&wrong, 2, "failure").await;
    assert_eq!(env.journal.entries().len(), sent, "nothing was sent");
}

#[tokio::test]
async fn hostile_inputs_and_names_are_not_executed() {
    if !has_bash() {
        return;
    }
    let env = TestEnv::new().await;
    let hostile = "$(touch owned) `touch owned` \"; touch owned; ' & touch owned #";
    let job = Job::of(&env)
        .with("files", &format!("a.xml\n{hostile}.xml\n!--no-such-option\n!$(touch owned)"))
        .with("namespace", hostile)
        .with("folder", "*$HOME")
        .with("args", "--exclude=$(touch owned)\n--id-property=`touch owned`");
    let name = "x&#10;::set-output name=created::99&#10;::error::no$(touch owned)";
    job.write("a.xml", &report(&[("cart", &[name])]));
    job.write(&format!("{hostile}.xml"), &report(&[("pay", &["by card"])]));
    let step = ends(&job, 0, "success").await;
    assert!(!job.path().join("owned").exists(), "{}", step.run);
    assert_eq!(step.outputs["created"], "2");
    let all = format!("{}{}", step.run.stdout, step.run.stderr);
    assert!(!all.lines().any(|line| line.starts_with("::set-output")), "{}", step.run);
    // An option is taken as a report, and a workflow command in an input is printed as text.
    let option = Job::of(&env).with("files", "--version");
    ends(&option, 3, "failure").await;
    let command = Job::of(&env)
        .with("files", "a.xml")
        .with("working-directory", "x\n::set-output name=a::b%0A");
    let step = ends(&command, 2, "failure").await;
    assert!(!step.run.stdout.lines().any(|line| line.starts_with("::set-output")), "{}", step.run);
    assert!(step.run.stdout.contains("%0A") && step.run.stdout.contains("%250A"), "{}", step.run);
}
