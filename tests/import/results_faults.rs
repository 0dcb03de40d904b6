//! Recording results while the server, the network and other importers get in the way.

use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::Ordering;

use serde_json::json;
use testquality_sandbox::FaultRules;

use super::faults::HASTY;
use super::proxy::{Fault, serve_proxy};
use super::results::{record, rows, with_rules};
#[cfg(unix)]
use super::schedules::for_each_kill;
use super::schedules::{for_each_seed, schedule, seeds};
use crate::support::{TestEnv, binary, report, run};

/// Every variant ends with all results recorded, or with an exit code that says that one is missing.
#[tokio::test(flavor = "multi_thread")]
async fn every_variant_ends_recorded_or_said() {
    let expected = rows_of(&[]).await.1;
    // The run's rows, and what is said.
    for (rule, code, said) in [
        ("fill=none", 0, ""),
        ("fill=folders", 0, ""),
        ("fill=superset", 0, ""),
        ("fill=late", 0, ""),
        ("results=with-steps", 0, ""),
        ("results=refused", 0, ""),
        ("status=first", 0, ""),
        ("status=worst", 0, ""),
        ("complete=writable", 0, ""),
        ("complete=reopenable", 0, ""),
        ("epoch=checked", 0, ""),
        ("names=unique", 0, ""),
        ("elapsed=whole", 0, ""),
        ("nothing=run_id GET", 0, ""),
        ("ignores=run_id GET", 0, ""),
        ("nothing=plan_id GET", 0, ""),
        ("ignores=plan_id GET", 0, ""),
        ("ignores=project_id GET", 0, ""),
        ("statuses=reordered", 0, ""),
        ("names=cut", 1, "was created, but not found with its mark"),
        ("statuses=renamed", 2, "no status Pass for passed tests"),
    ] {
        let (run, rows) = rows_of(&[rule]).await;
        assert_eq!(run.code, code, "{rule}: {run}");
        assert!(run.stderr.contains(said), "{rule}: {run}");
        if code == 0 {
            assert_eq!(rows, expected, "{rule}: {run}");
        } else {
            assert!(rows.is_empty(), "{rule}: {rows:?}");
        }
    }
}

/// The run of an import with `rules`, and the rows after it. A second import must not change them.
async fn rows_of(rules: &[&str]) -> (crate::support::Run, Vec<String>) {
    let env = with_rules(rules).await;
    let run = record(&env, "a.xml", &["--retry-wait", "200ms"]).await;
    let rows = rows(&env);
    let again = record(&env, "a.xml", &[]).await;
    assert_eq!(again.code, run.code, "{rules:?}: {again}");
    assert_eq!(super::results::rows(&env), rows, "{rules:?}: {again}");
    (run, rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_skip_tests_are_blocked() {
    let env = with_rules(&["statuses=no-skip"]).await;
    record(&env, "a.xml", &[]).await.expect(0);
    assert!(rows(&env)[1].starts_with("main | clears | Block | #7 1:S"), "{:?}", rows(&env));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_neither_fills_runs_nor_accepts_results_is_reported() {
    let env = with_rules(&["fill=none", "results=refused"]).await;
    let run = record(&env, "a.xml", &[]).await.expect(1);
    let summary = run.json();
    assert_eq!((&summary["results"]["refused"], &summary["complete"]), (&json!(4), &json!(false)));
    assert!(run.stderr.contains("the run has no result for it, and one was refused"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_versions_are_dropped_the_text_holds_the_provenance() {
    let env = with_rules(&["version=drop"]).await;
    record(&env, "a.xml", &[]).await.expect(0);
    let _ = env.journal.take();
    let again = record(&env, "a.xml", &[]).await.expect(0).json();
    assert_eq!((&again["results"]["unchanged"], env.journal.writes()), (&json!(4), 0));
    env.write("a.xml", &report(&[("cart", &["removes"])]));
    let later = record(&env, "a.xml", &["--attempt", "2"]).await.expect(0).json();
    assert_eq!(later["results"]["updated"], 1);
    let row = rows(&env).into_iter().find(|row| row.contains("removes")).unwrap();
    assert_eq!(row, "main | removes | Pass |  | Attempt 2: Passed");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_texts_are_changed_too_results_are_recorded_once_and_that_is_said() {
    let env = with_rules(&["version=drop"]).await;
    let host = serve_proxy(&env, |method, path, _, _| {
        let drops = |row: &mut serde_json::Value| {
            if row.get("result").is_some() {
                row["result"] = "sanitised".into();
            }
        };
        (method != "GET" && path.starts_with("/api/run_result_step")).then_some(Fault::Edit(drops))
    })
    .await
    .0;
    let mut command = binary(env.path());
    command.args([
        "--host",
        &host,
        "--token-file",
        "token",
        "--project",
        "demo",
        "--format",
        "json",
    ]);
    command.args(["--cycle", "web", "--build", "7", "--run-name", "main", "a.xml"]).args(HASTY);
    let run = run(command).await.expect(0);
    assert!(run.stderr.contains("keeps neither the version nor the text of results"), "{run}");
    assert_eq!(run.json()["results"]["recorded"], 4);
    let again = record(&env, "a.xml", &[]).await.expect(0).json();
    assert_eq!(again["results"]["kept"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn unclear_and_refused_writes_end_in_the_same_rows() {
    let expected = rows_of(&[]).await.1;
    for rules in [
        &["lost POST plan 1", "lost POST run 1", "lost POST run_result_step 1"][..],
        &["hang-up=after POST plan_suite 1", "cut POST run 1", "empty POST run_result_step 1"],
        &["500 POST run 1", "503 POST run_result_step 1", "html POST plan_suite_test_include 1"],
        &["half=500 POST run_result_step 1", "fill=none"],
        &["arrays=405 POST run_result_step", "arrays=405 POST run_result", "fill=none"],
        &["404 GET plan_suite_test_include", "fill=folders"],
        &["405 POST comment"],
        &["string-ids"],
        &["reverse POST run_result"],
        &["shift GET run_result 1", "shift GET run_result_step 1", "shift GET run 1"],
    ] {
        let env = with_rules(rules).await;
        record(&env, "a.xml", &[]).await.expect(0);
        assert_eq!(rows(&env), expected, "{rules:?}");
        assert_eq!((env.count("run"), env.count("plan")), (1, 2), "{rules:?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_at_any_request_of_recording_the_next_import_completes() {
    let imported = with_rules(&[]).await;
    imported.import(&["a.xml"]).await.expect(0);
    let command = |env: &TestEnv, host: &str| {
        let mut command = binary(env.path());
        command.args(["--host", host, "--token-file", "token", "--project", "demo"]);
        command.args(["--cycle", "web", "--build", "7", "--run-name", "main", "a.xml"]).args(HASTY);
        command.args(["--batch-size", "1", "--concurrency", "1", "--close-run"]);
        command
    };
    let content = |env: &TestEnv| (rows(env), env.count("run"), env.count("plan"));
    let undisturbed = imported.copy().await;
    run(command(&undisturbed, &undisturbed.running.url)).await.expect(0);
    let expected = content(&undisturbed);
    let requests = undisturbed.journal.entries().len();
    assert!(requests >= 30, "{requests} requests");
    for_each_kill(requests, async |number, kill| {
        let env = imported.copy().await;
        let (host, importer) =
            serve_proxy(&env, move |_, _, request, _| (request == number).then_some(kill)).await;
        let mut killed = command(&env, &host);
        tokio::task::spawn_blocking(move || {
            let silent = std::process::Stdio::null;
            let mut child = killed.stdout(silent()).stderr(silent()).spawn().unwrap();
            importer.store(child.id() as usize, Ordering::SeqCst);
            child.wait().unwrap()
        })
        .await
        .unwrap();
        run(command(&env, &env.running.url)).await.expect(0);
        assert!(content(&env) == expected, "killed at {number}: {:#?}", content(&env));
    })
    .await;
}

/// Several importers of one build, whose shards overlap and whose attempts come in any order.
async fn meeting(seed: u64) {
    let importers = [2, 8][usize::try_from(seed % 2).unwrap()];
    let rules = if seed % 4 < 2 { Vec::new() } else { schedule(seed) };
    let faults = FaultRules::parse(&rules).unwrap();
    let env = TestEnv::with(|options| options.faults = faults).await;
    let mut shards = Vec::new();
    for importer in 0..importers {
        // Attempt 2 before attempt 1; every other shard fails.
        let attempt = if importer % 3 == 0 { "2" } else { "1" };
        let shared = if (seed + importer).is_multiple_of(2) { "shared" } else { "!shared" };
        let own = format!("own {}", importer % 4);
        let name = format!("{importer}.xml");
        env.write(&name, &report(&[("cart", &[shared, &own]), ("login", &["~skipped"])]));
        shards.push((name, attempt));
    }
    let imports = shards
        .iter()
        .map(async |(name, attempt)| record(&env, name, &["--attempt", attempt]).await);
    let why = format!("seed {seed}, {importers} importers, {rules:?}");
    for run in futures_util::future::join_all(imports).await {
        assert!([0, 1, 7].contains(&run.code), "{why}: {run}");
    }
    let env = env.without_faults().await;
    for (name, attempt) in &shards {
        record(&env, name, &["--attempt", attempt]).await.expect(0);
    }
    let last = rows(&env);
    let tests: std::collections::BTreeSet<&str> =
        last.iter().map(|row| row.split(" | ").nth(1).unwrap()).collect();
    assert_eq!(tests.len(), last.len(), "every row once: {why}: {last:#?}");
    let expected = 2 + importers.min(4);
    assert_eq!(last.len() as u64, expected, "{why}: {last:#?}");
    assert_eq!((env.count("run"), env.count("plan")), (1, 2), "{why}");
    let shared = last.iter().find(|row| row.contains("| shared |")).unwrap();
    // Of the shards of attempt 2, the worst decides.
    let fails = (0..importers).step_by(3).any(|importer| (seed + importer) % 2 == 1);
    let status = if fails { "Fail" } else { "Pass" };
    assert!(shared.contains(&format!("| {status} | #7 1:")), "{why}: {shared}");
    assert!(shared.contains(" 2:"), "{why}: {shared}");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_recordings_end_in_one_run() {
    for_each_seed(seeds(5), 4, meeting).await;
}

/// How a server may record results, beside the faults: the rows are the same.
const VARIANTS: [&str; 8] = [
    "fill=superset",
    "fill=none",
    "fill=folders",
    "fill=late",
    "results=with-steps",
    "results=refused",
    "complete=writable",
    "statuses=reordered",
];

/// A recording with faults says the truth, and the next one without them ends like an undisturbed one.
async fn one_schedule(seed: u64, expected: &[String]) -> i32 {
    let variant = VARIANTS[usize::try_from(seed % 8).unwrap()];
    let mut rules = schedule(seed);
    rules.push(variant.to_owned());
    let faults = FaultRules::parse(&rules).unwrap();
    let env = TestEnv::with(|options| options.faults = faults).await;
    env.write("a.xml", &report(super::results::SHOP));
    let batch = ["1", "3", "500"][usize::try_from(seed / 8 % 3).unwrap()];
    let first = record(&env, "a.xml", &["--batch-size", batch]).await;
    let why = || format!("seed {seed}, {rules:?}, arrays of {batch}: {first}");
    assert!([0, 1, 7].contains(&first.code), "{}", why());
    assert_eq!(first.json()["complete"], first.code == 0, "{}", why());
    if first.code == 0 {
        assert_eq!(rows(&env), expected, "{}", why());
    }
    let env = env.with_faults(&[variant]).await;
    let again = record(&env, "a.xml", &[]).await;
    assert_eq!(again.code, 0, "{}\n-- again\n{again}", why());
    assert_eq!(rows(&env), expected, "{}\n-- again\n{again}", why());
    assert_eq!((env.count("run"), env.count("plan")), (1, 2), "{}", why());
    let _ = env.journal.take();
    record(&env, "a.xml", &[]).await.expect(0);
    assert_eq!(env.journal.writes(), 0, "{}", why());
    first.code
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_of_random_faults_record_like_an_undisturbed_recording() {
    let expected = Arc::new(rows_of(&[]).await.1);
    let codes = for_each_seed(seeds(100), 16, |seed| {
        let expected = Arc::clone(&expected);
        async move { one_schedule(seed, &expected).await }
    })
    .await;
    let through = codes.iter().filter(|code| **code == 0).count();
    assert!(through * 2 >= codes.len(), "{through} of {} recorded at once", codes.len());
}

/// Another project has a cycle, a run and a milestone of the same names, and the server ignores filters.
#[tokio::test(flavor = "multi_thread")]
async fn cycles_runs_and_milestones_of_another_project_are_left_alone() {
    use crate::support::person::Person;
    let env =
        with_rules(&["ignores=project_id GET", "ignores=plan_id GET", "ignores=run_id GET"]).await;
    let person = Person::at(&env);
    let other = person.post("project", &json!({"name": "Other"})).await["id"].clone();
    let cycle =
        person.post("plan", &json!({"name": "web", "project_id": other})).await["id"].clone();
    person.post("milestone", &json!({"name": "May", "project_id": other})).await;
    person.post("run", &json!({"name": "main", "project_id": other, "plan_id": cycle})).await;
    record(&env, "a.xml", &["--milestone", "May"]).await.expect(2);
    let first = record(&env, "a.xml", &[]).await.expect(0).json();
    assert_eq!(first["run"]["cycle"]["created"], true);
    assert_eq!(rows(&env).len(), 4);
    let runs =
        "SELECT count(*) FROM run WHERE project_id = (SELECT id FROM project WHERE name = 'Other')";
    assert_eq!(person.number(runs), 1);
}
