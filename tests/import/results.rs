//! Recording results: one build, one run.

use serde_json::{Value, json};
use testquality_sandbox::FaultRules;

use super::faults::HASTY;
use crate::support::person::Person;
use crate::support::{Run, TestEnv, report, run};

pub(super) const SHOP: &[(&str, &[&str])] =
    &[("cart", &["adds", "!removes", "~clears"]), ("login", &["greets"])];

/// What every result of every run says: run, test, status, version without its hash and without the version of the row that
/// it was written over, first line of the text.
pub(super) fn rows(env: &TestEnv) -> Vec<String> {
    let db = env.db();
    let mut statement = db
        .prepare(
            "SELECT run.name, test.name, status.name, coalesce(step.version, ''), coalesce(step.result, '')
             FROM run_result
             JOIN run ON run.id = run_id AND run.deleted_at IS NULL
             JOIN test ON test.id = run_result.test_id
             JOIN status ON status.id = run_result.status_id
             LEFT JOIN run_result_step AS step ON step.run_result_id = run_result.id AND step.deleted_at IS NULL
             WHERE run_result.deleted_at IS NULL ORDER BY run.id, test.name, step.sequence, step.id",
        )
        .unwrap();
    let text = |row: &rusqlite::Row<'_>| -> rusqlite::Result<String> {
        let [run, test, status, version, result]: [String; 5] =
            [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
        let run = run.split(" (tqr-").next().unwrap_or_default().to_owned();
        let version = version.split(" tqa-").next().unwrap_or_default();
        let version = match (version.split_once('@'), version.split_once(' ')) {
            (Some((label, _)), Some((_, attempts))) => format!("{label} {attempts}"),
            _ => version.to_owned(),
        };
        let result = result.lines().next().unwrap_or_default();
        Ok(format!("{run} | {test} | {status} | {version} | {result}"))
    };
    statement.query_map([], text).unwrap().map(Result::unwrap).collect()
}

pub(super) async fn record(env: &TestEnv, file: &str, arguments: &[&str]) -> Run {
    let mut all = vec!["--format", "json", "--cycle", "web", "--build", "7", "--run-name", "main"];
    all.extend(HASTY);
    all.extend(arguments);
    all.push(file);
    env.import(&all).await
}

pub(super) async fn with_rules(rules: &[&str]) -> TestEnv {
    let faults = FaultRules::parse(rules).unwrap();
    let env = TestEnv::with(|options| options.faults = faults).await;
    env.write("a.xml", &report(SHOP));
    env
}

const RECORDED: [&str; 4] = [
    "main | adds | Pass | #7 1:P | ",
    "main | clears | Skip | #7 1:S | Skipped",
    "main | greets | Pass | #7 1:P | ",
    "main | removes | Fail | #7 1:F | Failed: expected 1, got 2",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_build_is_recorded_once() {
    let env = with_rules(&[]).await;
    let planned = record(&env, "a.xml", &["--dry-run"]).await.expect(0).json();
    assert_eq!(planned["run"]["created"], true);
    assert_eq!((&planned["run"]["id"], &planned["results"]["recorded"]), (&Value::Null, &json!(4)));
    assert_eq!(env.journal.writes(), 0);
    record(&env, "a.xml", &["--check"]).await.expect(5);

    let first = record(&env, "a.xml", &[]).await.expect(0).json();
    assert_eq!(rows(&env), RECORDED);
    let (run, results) = (&first["run"], &first["results"]);
    let name = run["name"].as_str().unwrap();
    assert_eq!(name, format!("main ({})", run["marker"].as_str().unwrap()));
    assert_eq!(
        (&run["created"], &run["closed"], &run["build"], &run["cycle"]["name"]),
        (&json!(true), &json!(false), &json!("7"), &json!("web"))
    );
    assert_eq!((&results["seen"], &results["recorded"]), (&json!(4), &json!(4)));
    assert_eq!(first["complete"], true);
    assert_eq!(env.count("plan"), 2);
    assert_eq!(env.count("plan_suite_test_include"), 4);

    let _ = env.journal.take();
    let again = record(&env, "a.xml", &[]).await.expect(0).json();
    assert_eq!(env.journal.writes(), 0);
    assert_eq!(again["results"]["unchanged"], 4);
    assert_eq!((&again["run"]["id"], &again["run"]["created"]), (&run["id"], &json!(false)));
    record(&env, "a.xml", &["--check"]).await.expect(0);
    assert_eq!(rows(&env), RECORDED);

    // Another build has another run in the same cycle.
    let mut next = env.command(&["--cycle", "web", "--build", "8", "a.xml"]);
    next.args(HASTY);
    let next = run_text(next).await;
    assert!(next.contains("created") && next.contains("4 recorded"), "{next}");
    assert_eq!((env.count("run"), env.count("plan"), rows(&env).len()), (2, 2, 8));
}

async fn run_text(command: std::process::Command) -> String {
    run(command).await.expect(0).stdout
}

/// Suites with the names of their tests.
type Suites = &'static [(&'static str, &'static [&'static str])];

#[tokio::test(flavor = "multi_thread")]
async fn shards_join_and_reruns_decide_in_any_order() {
    let shards: [(&str, Suites, &str); 4] = [
        ("1.xml", &[("cart", &["adds", "!removes"])], "1"),
        ("2.xml", &[("login", &["greets"]), ("cart", &["~removes"])], "1"),
        ("3.xml", &[("cart", &["removes", "~adds"])], "2"),
        ("4.xml", &[("login", &["!greets"])], "3"),
    ];
    let expected = [
        "main | adds | Pass | #7 1:P 2:S | ",
        "main | greets | Fail | #7 1:P 3:F | Attempt 3: Failed: expected 1, got 2",
        "main | removes | Pass | #7 1:F 2:P | Attempt 2: Passed",
    ];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let env = with_rules(&[]).await;
        for (name, suites, _) in &shards {
            env.write(name, &report(suites));
        }
        for index in order {
            let (name, _, attempt) = shards[index];
            record(&env, name, &["--attempt", attempt]).await.expect(0);
        }
        assert_eq!(rows(&env), expected, "{order:?}");
        for (name, _, attempt) in &shards {
            let again = record(&env, name, &["--attempt", attempt]).await.expect(0).json();
            assert_eq!(again["results"]["updated"], 0);
        }
        assert_eq!(env.count("run"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn results_of_people_are_kept_and_reported() {
    let env = with_rules(&[]).await;
    record(&env, "a.xml", &[]).await.expect(0);
    let person = Person::at(&env);
    let step = person.number(
        "SELECT step.id FROM run_result_step AS step JOIN run_result ON run_result.id = run_result_id
         JOIN test ON test.id = test_id WHERE test.name = 'removes'",
    );
    let body = json!({"status_id": person.id("status", "Block"), "result": "SHOP-7 blocks it"});
    person.put(&format!("run_result_step/{step}"), &body).await;
    env.write(
        "a.xml",
        &report(&[("cart", &["adds", "removes", "clears"]), ("login", &["greets"])]),
    );
    let summary = record(&env, "a.xml", &["--attempt", "2"]).await.expect(0).json();
    assert_eq!(
        (&summary["results"]["kept"], &summary["results"]["updated"]),
        (&json!(1), &json!(3))
    );
    let warnings = summary["warnings"].to_string();
    assert!(
        warnings.contains("1 result") && warnings.contains("was written by a person and was kept"),
        "{warnings}"
    );
    assert_eq!(rows(&env)[3], "main | removes | Block | #7 1:F | SHOP-7 blocks it");
    assert_eq!(rows(&env)[1], "main | clears | Pass | #7 1:S 2:P | ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_run_is_continued_by_another_one() {
    let env = with_rules(&[]).await;
    let closed = record(&env, "a.xml", &["--close-run"]).await.expect(0).json();
    assert_eq!(closed["run"]["closed"], true);
    let first = closed["run"]["id"].clone();
    let _ = env.journal.take();
    let again = record(&env, "a.xml", &["--close-run"]).await.expect(0).json();
    assert_eq!((&again["run"]["id"], env.journal.writes()), (&first, 0));
    assert_eq!(again["results"]["unchanged"], 4);

    env.write("b.xml", &report(&[("cart", &["removes"])]));
    let later = record(&env, "b.xml", &["--attempt", "2"]).await.expect(0).json();
    assert_eq!(later["run"]["continuation_of"], first);
    let all = rows(&env);
    assert_eq!(all[..4], RECORDED);
    assert_eq!(all[7], "main, continued | removes | Pass | #7 1:F 2:P | Attempt 2: Passed");
    assert_eq!(later["results"]["not_executed"], 3);
    record(&env, "b.xml", &["--attempt", "2"]).await.expect(0);
    assert_eq!((env.count("run"), rows(&env)), (2, all));
}

/// Each shard completes the run; repeating them makes no further one.
#[tokio::test(flavor = "multi_thread")]
async fn what_some_complete_run_of_the_build_says_is_no_news() {
    for rules in [&[][..], &["version=drop"]] {
        let env = with_rules(rules).await;
        let steps = |name: &str| {
            let steps = "<property name='step' value='open'/><property name='step' value='pay'/>";
            format!(
                "<testsuite name='s'><testcase name='{name}'><properties>{steps}</properties></testcase></testsuite>"
            )
        };
        env.write("first.xml", &steps("a"));
        env.write("second.xml", &steps("b"));
        for file in ["first.xml", "second.xml", "first.xml", "second.xml", "first.xml"] {
            let summary = record(&env, file, &["--close-run"]).await.expect(0).json();
            assert_eq!(summary["results"]["kept"], 0, "{rules:?} {file}");
        }
        assert_eq!(env.count("run"), 2, "{rules:?}");
        let _ = env.journal.take();
        record(&env, "first.xml", &["--close-run"]).await.expect(0);
        record(&env, "first.xml", &["--check"]).await.expect(0);
        assert_eq!(env.journal.writes(), 0);
    }
}

/// The provenance of every step moves into its text, not only that of the last one.
#[tokio::test(flavor = "multi_thread")]
async fn a_test_of_several_steps_is_recorded_where_versions_are_dropped() {
    let env = with_rules(&["version=drop"]).await;
    let report = |failure: &str| {
        let steps = "<property name='step' value='open'/><property name='step' value='pay'/>";
        format!(
            "<testsuite name='s'><testcase name='a'><properties>{steps}</properties>{failure}</testcase></testsuite>"
        )
    };
    env.write("steps.xml", &report(""));
    let first = record(&env, "steps.xml", &[]).await.expect(0).json();
    assert_eq!(first["results"]["recorded"], 1, "{first}");
    env.write("steps.xml", &report("<failure message='broken'/>"));
    let second = record(&env, "steps.xml", &["--attempt", "2"]).await.expect(0).json();
    assert_eq!(second["results"]["updated"], 1, "{second}");
    let rows = rows(&env);
    assert!(rows.iter().any(|row| row.contains("Fail") && row.contains("Attempt 2")), "{rows:?}");
}

/// An importer that was killed between its write and the reading after it could not join what it overwrote.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_importer_overwrote_is_joined_by_the_next_import() {
    const STEP: &str = "SELECT step.id, step.status_id, step.version, coalesce(step.result, '') FROM run_result_step AS step
         JOIN run_result ON run_result.id = run_result_id JOIN test ON test.id = test_id WHERE test.name = 'adds'";
    let step = |env: &TestEnv| -> (i64, Value) {
        let row = |row: &rusqlite::Row<'_>| {
            let [version, result]: [String; 2] = [row.get(2)?, row.get(3)?];
            let status: i64 = row.get(1)?;
            Ok((row.get(0)?, json!({"status_id": status, "version": version, "result": result})))
        };
        env.db().query_row(STEP, [], row).unwrap()
    };
    // What the second attempt writes into a result that nobody has written yet.
    let env = with_rules(&[]).await;
    env.write("second.xml", &report(&[("cart", &["adds"])]));
    record(&env, "second.xml", &["--attempt", "2"]).await.expect(0);
    let (_, written) = step(&env);

    for complete in [false, true] {
        let env = with_rules(&[]).await;
        env.write("first.xml", &report(&[("cart", &["!adds"])]));
        env.write("second.xml", &report(&[("cart", &["adds"])]));
        record(&env, "first.xml", &["--attempt", "1"]).await.expect(0);
        // It read the result before the first attempt wrote it.
        let person = Person::at(&env);
        person.put(&format!("run_result_step/{}", step(&env).0), &written).await;
        assert_eq!(rows(&env), ["main | adds | Pass | #7 2:P | "]);
        if complete {
            let run = person.number("SELECT id FROM run");
            person.put(&format!("run/{run}"), &json!({"is_complete": true})).await;
        }
        let checked = record(&env, "second.xml", &["--attempt", "2", "--check"]).await;
        checked.expect(5);
        record(&env, "second.xml", &["--attempt", "2"]).await.expect(0);
        let joined = "adds | Pass | #7 1:F 2:P | Attempt 2: Passed";
        assert!(rows(&env).last().unwrap().ends_with(joined), "{:?}", rows(&env));
        let _ = env.journal.take();
        record(&env, "second.xml", &["--attempt", "2"]).await.expect(0);
        assert_eq!(env.journal.writes(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_a_person_is_recorded_into_and_never_renamed() {
    let env = with_rules(&[]).await;
    env.import(&["a.xml"]).await.expect(0);
    let person = Person::at(&env);
    let plan = person.number("SELECT id FROM plan WHERE is_root");
    let body = json!({"project_id": person.project(), "plan_id": plan, "name": "by hand"});
    let id = person.post("run", &body).await["id"].to_string();
    let mut command = env.command(&["--run-id", &id, "--format", "json", "a.xml"]);
    command.args(HASTY);
    let summary = run(command).await.expect(0).json();
    assert_eq!(
        (&summary["run"]["name"], &summary["results"]["recorded"]),
        (&json!("by hand"), &json!(4))
    );
    assert_eq!(env.count("run"), 1);
    person.put(&format!("run/{id}"), &json!({"is_complete": true})).await;
    env.import(&["--run-id", &id, "a.xml"]).await.expect(0);
    env.write("a.xml", &report(&[("cart", &["removes"])]));
    let refused = env.import(&["--run-id", &id, "--attempt", "2", "a.xml"]).await.expect(1);
    assert!(
        refused.stderr.contains("is complete, and complete runs are not written to"),
        "{refused}"
    );
    let unknown = env.import(&["--run-id", "1", "a.xml"]).await.expect(2);
    assert!(unknown.stderr.contains("no run with id 1 in project Demo"), "{unknown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_reported_before_anything_is_written() {
    let env = with_rules(&[]).await;
    let before = env.rows("test");
    for (arguments, expected) in [
        (&["--cycle", "All tests"][..], "is the root plan of the project"),
        (&["--cycle", "4711"], "no cycle with id 4711 in project Demo"),
        (&["--milestone", "1.0"], "no milestone \"1.0\" in project Demo"),
        (&["--status", "skipped=Ignored"], "no status Ignored for skipped tests"),
    ] {
        let mut all = vec!["--build", "7", "--namespace", "shop"];
        all.extend(arguments);
        all.push("a.xml");
        let run = env.import(&all).await.expect(2);
        assert!(run.stderr.contains(expected), "{run}");
        assert!(run.stderr.contains("hint:"), "{run}");
    }
    let person = Person::at(&env);
    for _ in 0..2 {
        person.post("plan", &json!({"project_id": person.project(), "name": "Twice"})).await;
    }
    let run = env.import(&["--build", "7", "--cycle", "twice", "a.xml"]).await.expect(2);
    assert!(
        run.stderr.contains("2 cycles of project Demo are called \"twice\": ids 2000"),
        "{run}"
    );
    let run = env.import(&["--results", "--build", "7", "a.xml"]).await.expect(2);
    assert!(run.stderr.contains("no cycle is set, and results are recorded into a cycle"), "{run}");
    let run = env.import(&["--results", "--cycle", "web", "a.xml"]).await.expect(2);
    assert!(
        run.stderr.contains("cannot tell which build") && run.stderr.contains("--build"),
        "{run}"
    );
    assert_eq!((env.rows("test"), env.count("run")), (before, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_of_a_person_is_extended_and_a_milestone_is_set() {
    let env = with_rules(&[]).await;
    let person = Person::at(&env);
    let project = person.project();
    let cycle = person.post("plan", &json!({"project_id": project, "name": "Web"})).await;
    let milestone = person.post("milestone", &json!({"project_id": project, "name": "1.0"})).await;
    let summary = record(&env, "a.xml", &["--milestone", "1.0"]).await.expect(0).json();
    assert_eq!(summary["run"]["cycle"]["id"], cycle["id"]);
    assert_eq!(summary["run"]["cycle"]["extended"], 4);
    assert_eq!(person.number("SELECT milestone_id FROM run"), milestone["id"].as_i64().unwrap());
    let plan =
        person.send(reqwest::Method::GET, &format!("plan/{}", cycle["id"]), &Value::Null).await;
    assert_eq!((&plan["epoch"], &plan["name"]), (&json!(0), &json!("Web")));
}

#[tokio::test(flavor = "multi_thread")]
async fn run_records_a_build_of_its_own() {
    let env = TestEnv::new().await;
    env.write("out.xml", &report(SHOP));
    let copy = env.path().join("copy.xml");
    let mut command = env.command_without_project(&[
        "run",
        "--project",
        "demo",
        "--cycle",
        "web",
        "--format",
        "json",
    ]);
    command.args(HASTY).args(["copy.xml", "--", "cp", "out.xml"]).arg(&copy);
    let summary = run(command).await.expect(0).json();
    assert_eq!(summary["results"]["recorded"], 4);
    assert!(summary["run"]["build"].as_str().unwrap().starts_with("20"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_without_a_step_gets_one_or_is_reported() {
    let env = with_rules(&[]).await;
    env.import(&["--no-steps", "a.xml"]).await.expect(0);
    let refused = record(&env, "a.xml", &["--no-steps"]).await.expect(1).json();
    assert_eq!(
        (&refused["results"]["unrecordable"], &refused["complete"]),
        (&json!(4), &json!(false))
    );
    let env = with_rules(&[]).await;
    env.import(&["a.xml"]).await.expect(0);
    let person = Person::at(&env);
    let step = person.number("SELECT min(id) FROM step");
    person.delete(&format!("step/{step}")).await;
    let test = person.number(&format!("SELECT test_id FROM step WHERE id = {step}"));
    // Edited by a person, so that the import leaves its steps alone.
    person.put(&format!("test/{test}"), &json!({"precondition": "a cart"})).await;
    record(&env, "a.xml", &[]).await.expect(0);
    assert_eq!(rows(&env), RECORDED);
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_are_listed_and_known_defects_linked() {
    let env = with_rules(&[]).await;
    let person = Person::at(&env);
    let defect = json!({"project_id": person.project(), "external_reference_id": "SHOP-7"});
    let defect = person.post("defect", &defect).await["id"].clone();
    let case = "<testsuite name=\"cart\"><testcase name=\"pays\"><properties>
        <property name=\"defect\" value=\"SHOP-7\"/><property name=\"defect\" value=\"SHOP-8\"/>
        <property name=\"attachment\" value=\"shots/pay.png\"/></properties>
        <failure message=\"no\"/></testcase></testsuite>";
    env.write("a.xml", case);
    record(&env, "a.xml", &[]).await.expect(0);
    let text = "SELECT result FROM run_result_step";
    let text: String = env.db().query_row(text, [], |row| row.get(0)).unwrap();
    assert_eq!(text, "Failed: no\n\nAttachments: shots/pay.png\n\nDefects: SHOP-7, SHOP-8");
    assert_eq!(person.number("SELECT defect_id FROM defect_run_result"), defect);
    let _ = env.journal.take();
    record(&env, "a.xml", &[]).await.expect(0);
    assert_eq!((env.count("defect_run_result"), env.journal.writes()), (1, 0));
}
