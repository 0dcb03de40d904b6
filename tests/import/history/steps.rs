//! Steps follow the report, unless somebody edited them.

use serde_json::{Value, json};

use super::super::faults::HASTY;
use crate::support::person::Person;
use crate::support::{Run, TestEnv};

/// A report with the test `adds`, which has these steps, and `removes`, which has one.
fn report(steps: &[&str]) -> String {
    let steps: String =
        steps.iter().map(|step| format!("<property name=\"step\" value=\"{step}\"/>")).collect();
    format!(
        "<testsuites><testsuite name=\"cart\"><testcase name=\"adds\"><properties>{steps}</properties></testcase>\
         <testcase name=\"removes\"><properties><property name=\"step\" value=\"remove\"/></properties></testcase></testsuite></testsuites>"
    )
}

async fn imported(steps: &[&str]) -> TestEnv {
    let env = TestEnv::new().await;
    import(&env, steps).await.expect(0);
    env
}

async fn import(env: &TestEnv, steps: &[&str]) -> Run {
    env.write("a.xml", &report(steps));
    run(env, &["a.xml"]).await
}

async fn run(env: &TestEnv, arguments: &[&str]) -> Run {
    let all = [arguments, &HASTY[..], &["--format", "json"]].concat();
    env.import(&all).await
}

/// The steps of `adds`, by position.
fn steps(env: &TestEnv) -> Vec<String> {
    let db = env.db();
    let mut statement = db
        .prepare(
            "SELECT step FROM step JOIN test ON test.id = test_id WHERE test.name = 'adds' AND step.deleted_at IS NULL ORDER BY sequence",
        )
        .unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn step(env: &TestEnv, sequence: i64) -> i64 {
    Person::at(env).number(&format!(
        "SELECT step.id FROM step JOIN test ON test.id = test_id WHERE test.name = 'adds' AND sequence = {sequence} AND step.deleted_at IS NULL"
    ))
}

async fn writes_nothing(env: &TestEnv, steps: &[&str]) -> Value {
    let before = env.rows("step");
    let _ = env.journal.take();
    let summary = import(env, steps).await.expect(0).json();
    assert_eq!(env.journal.writes(), 0, "{steps:?}");
    assert_eq!(env.rows("step"), before);
    summary
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_steps_are_updated_new_ones_appended_and_others_deleted() {
    let env = imported(&["open", "pay"]).await;
    let first = step(&env, 1);
    let former: [&[&str]; 7] = [
        &["open", "pay by card"],
        &["open", "pay by card", "confirm", "leave"],
        &["start", "pay by card", "leave"],
        &["start"],
        &["start", "pay"],
        &["open", "pay", "leave"],
        &["open", "pay"],
    ];
    for now in former {
        env.write("a.xml", &report(now));
        let planned = run(&env, &["--dry-run", "a.xml"]).await.expect(0).json();
        let summary = run(&env, &["a.xml"]).await.expect(0).json();
        assert_eq!(steps(&env), now);
        assert_eq!(step(&env, 1), first, "it keeps its row");
        assert_eq!(summary["tests"]["updated"], 1, "{summary}");
        let of = |summary: &Value| -> Vec<String> {
            let changes = summary["changes"].as_array().unwrap().iter();
            changes
                .map(|change| format!("{} {} {}", change["action"], change["kind"], change["name"]))
                .collect()
        };
        assert_eq!(of(&planned), of(&summary));
        assert!(!of(&summary).is_empty());
        writes_nothing(&env, now).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_are_those_that_the_steps_need() {
    let env = imported(&["open", "pay", "leave"]).await;
    let _ = env.journal.take();
    import(&env, &["open", "pay by card"]).await.expect(0);
    let writes: Vec<String> = env
        .journal
        .take()
        .iter()
        .filter(|entry| entry.is_write())
        .map(|entry| format!("{} {}", entry.method, entry.path()))
        .collect();
    let id = |sequence| step(&env, sequence);
    let (one, two) = (id(1), id(2));
    assert_eq!(writes.len(), 3, "{writes:?}");
    assert_eq!(writes[0], format!("PUT /api/step/{two}"));
    assert!(writes[1].starts_with("DELETE /api/step/"), "{writes:?}");
    assert_eq!(writes[2], format!("PUT /api/step/{one}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn edited_steps_are_left_with_a_warning() {
    type Edit = fn(&Person<'_>) -> (String, Value);
    let edits: [(&str, Edit); 4] = [
        ("a text", |person| {
            (format!("PUT step/{}", step(person.env, 2)), json!({"step": "Mine."}))
        }),
        ("a result", |person| {
            (format!("PUT step/{}", step(person.env, 2)), json!({"expected_result": "It works."}))
        }),
        ("an addition", |person| {
            let test = person.id("test", "adds");
            let body = json!({"step": "Mine.", "expected_result": "", "sequence": 3, "project_id": person.project(), "test_id": test});
            ("POST step".to_owned(), body)
        }),
        ("a deletion", |person| (format!("DELETE step/{}", step(person.env, 2)), Value::Null)),
    ];
    for (what, edit) in edits {
        // As they were created, and as an import updated them.
        for before in [&["open", "pay"][..], &["open", "give"]] {
            let env = imported(&["open", "pay"]).await;
            import(&env, before).await.expect(0);
            let person = Person::at(&env);
            let (request, body) = edit(&person);
            let (method, path) = request.split_once(' ').unwrap();
            person.send(method.parse().unwrap(), path, &body).await;
            for now in [before, &["go", "back", "home"], &["go"]] {
                if what == "a deletion" && now.len() == 1 {
                    // The report no longer has it, either.
                    continue;
                }
                let summary = writes_nothing(&env, now).await;
                let warnings = summary["warnings"].to_string();
                let is_named = warnings.contains("the steps of \\\"adds\\\" (test ");
                // If the report did not change, only a step that it has otherwise is worth a word.
                assert!(is_named || now == before || what == "a deletion", "{what}: {warnings}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_somebody_edited_or_whose_report_names_no_steps_keeps_its_steps() {
    let env = imported(&["open", "pay"]).await;
    writes_nothing(&env, &[]).await;
    let person = Person::at(&env);
    let test = person.id("test", "adds");
    person.put(&format!("test/{test}"), &json!({"precondition": "a cart"})).await;
    writes_nothing(&env, &["go"]).await;
    let env = imported(&["open", "pay"]).await;
    env.write("a.xml", &report(&["go"]));
    let _ = env.journal.take();
    run(&env, &["--no-steps", "a.xml"]).await.expect(0);
    assert_eq!(env.journal.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn branches_with_different_steps_write_theirs_in_turns() {
    let env = imported(&["open", "pay"]).await;
    for _ in 0..3 {
        for branch in [&["open", "pay", "leave"][..], &["start", "pay"]] {
            let summary = import(&env, branch).await.expect(0).json();
            assert_eq!(steps(&env), branch);
            assert!(!summary["warnings"].to_string().contains("edited"), "{summary}");
            writes_nothing(&env, branch).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_edits_while_a_step_is_updated_is_told() {
    let env = imported(&["open", "pay"]).await;
    let env = env.with_faults(&["edited PUT step 1"]).await;
    let run = import(&env, &["open", "give"]).await;
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("its steps do not follow the report"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_and_failures_change_nothing() {
    for rule in [
        "lost PUT step 1",
        "503 PUT step 1",
        "hang-up=after PUT step 1",
        "empty PUT step 1",
        "lost DELETE step 1",
        "lost POST step 1",
        "429=0 PUT step 1",
    ] {
        for now in [&["go", "give", "leave", "see"][..], &["go"]] {
            let env = imported(&["open", "pay", "leave"]).await;
            let env = env.with_faults(&[rule]).await;
            let run = import(&env, now).await;
            assert_eq!(run.code, 0, "{rule}: {run}");
            assert_eq!(steps(&env), now, "{rule}");
            writes_nothing(&env, now).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_changes_texts_is_written_once() {
    for rule in [
        "stores=step:lower POST step",
        "stores=step:escape POST step",
        "stores=expected_result:drop POST step",
    ] {
        let env = TestEnv::new().await.with_faults(&[rule]).await;
        import(
            &env,
            &["Open <b>", "Pay & go"]
                .map(|text| text.replace('&', "&amp;").replace('<', "&lt;"))
                .each_ref()
                .map(String::as_str),
        )
        .await
        .expect(0);
        let before = env.rows("step");
        let _ = env.journal.take();
        let again = run(&env, &["a.xml"]).await.expect(0).json();
        assert_eq!(env.journal.writes(), 0, "{rule}: {again}");
        assert_eq!(env.rows("step"), before);
        assert!(!again["warnings"].to_string().contains("edited"), "{rule}: {again}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn following_continues_after_a_kill() {
    for now in [&["go", "pay", "confirm", "leave"][..], &["go"]] {
        let prepare = async || {
            let env = imported(&["open", "pay", "see"]).await;
            env.write("a.xml", &report(now));
            env
        };
        super::kills::killed_at_every_request_of(prepare, &["a.xml"], false).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_imports_end_in_the_steps_of_the_report() {
    for _ in 0..6 {
        let env = imported(&["open", "pay"]).await;
        env.write("a.xml", &report(&["go", "pay", "confirm"]));
        let runs = [(); 3].map(|()| run(&env, &["a.xml"]));
        for run in futures_util::future::join_all(runs).await {
            assert!([0, 1].contains(&run.code), "{run}");
        }
        run(&env, &["a.xml"]).await.expect(0);
        assert_eq!(steps(&env), ["go", "pay", "confirm"]);
        writes_nothing(&env, &["go", "pay", "confirm"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_case_is_another_text_and_repeated_steps_are_kept() {
    let env = imported(&["next", "Pay", "next"]).await;
    assert_eq!(steps(&env), ["next", "Pay", "next"]);
    for now in [&["Next", "Pay", "next"], &["next", "pay", "next"], &["NEXT", "Pay", "next"]] {
        import(&env, now).await.expect(0);
        assert_eq!(steps(&env), *now);
        writes_nothing(&env, now).await;
    }
}

/// The first step is created last: without it, an import looks interrupted.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_step_that_somebody_deleted_comes_back_in_one_import() {
    for deleted in [&[1][..], &[1, 2]] {
        for now in
            [&["open", "pay"][..], &["open", "pay by card"], &["start", "pay", "leave"], &["go"]]
        {
            let env = imported(&["open", "pay"]).await;
            for sequence in deleted {
                Person::at(&env).delete(&format!("step/{}", step(&env, *sequence))).await;
            }
            let summary = import(&env, now).await.expect(0).json();
            assert_eq!(summary["complete"], true, "{deleted:?} {now:?} {summary}");
            if now.len() > 1 {
                assert_eq!(steps(&env), now, "{deleted:?}");
            }
            writes_nothing(&env, now).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_that_a_report_no_longer_has_are_no_duplicates() {
    let env = imported(&["open", "pay", "leave"]).await;
    env.write("a.xml", &report(&["go"]));
    let text = env.import(&[&["a.xml"], &HASTY[..]].concat()).await.expect(0).stdout;
    assert!(text.contains("steps     1 updated, 2 deleted") && !text.contains("cleanup"), "{text}");
}
