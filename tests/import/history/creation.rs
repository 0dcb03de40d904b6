//! What reports say about new tests: description, precondition, priority, labels. Only new tests get it.

use serde_json::{Value, json};
use testquality_sandbox::FaultRules;

use super::super::faults::HASTY;
use crate::support::person::Person;
use crate::support::{Run, TestEnv};

/// A report with one test, whose case has these properties.
fn case(name: &str, properties: &[(&str, &str)]) -> String {
    let properties: String = properties
        .iter()
        .map(|(name, value)| format!("<property name=\"{name}\">{value}</property>"))
        .collect();
    format!("<testcase name=\"{name}\"><properties>{properties}</properties></testcase>")
}

fn suite(cases: &[String]) -> String {
    format!("<testsuites><testsuite name=\"cart\">{}</testsuite></testsuites>", cases.concat())
}

const ADDS: &[(&str, &str)] = &[
    ("description", "Adds an item.\n\nSee <![CDATA[<b>the wiki</b>]]>."),
    ("precondition", "A cart."),
    ("priority", "high"),
    ("tag", "smoke"),
    ("label", "Web"),
    ("Category", "SMOKE"),
];

async fn env() -> TestEnv {
    let env = TestEnv::new().await;
    env.write("a.xml", &suite(&[case("adds", ADDS), case("removes", &[("tag", "smoke")])]));
    env
}

async fn run(env: &TestEnv, arguments: &[&str]) -> Run {
    let all = [arguments, &HASTY[..], &["--format", "json"]].concat();
    env.import(&all).await
}

fn text(env: &TestEnv, sql: &str) -> String {
    env.db().query_row(sql, [], |row| row.get(0)).unwrap()
}

/// The labels of each test: `adds: smoke, Web`.
fn labels(env: &TestEnv) -> Vec<String> {
    let db = env.db();
    let mut statement = db
        .prepare(
            "SELECT test.name || ': ' || group_concat(label.label, ', ' ORDER BY label.id) FROM label_assigned
             JOIN label ON label.id = label_id AND label.deleted_at IS NULL
             JOIN test ON test.id = related_id AND related_type = 'Test' AND test.deleted_at IS NULL
             WHERE label_assigned.deleted_at IS NULL GROUP BY test.id ORDER BY 1",
        )
        .unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn all_rows(env: &TestEnv) -> Vec<Vec<String>> {
    ["test", "step", "suite_test", "label", "label_assigned"].map(|table| env.rows(table)).to_vec()
}

#[track_caller]
fn warnings(summary: &Value) -> Vec<String> {
    let warnings = summary["warnings"].as_array().unwrap().iter();
    let texts = warnings.map(|warning| warning.as_str().unwrap().to_owned());
    texts.filter(|text| !text.starts_with("unrecognised tool")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_test_gets_what_the_report_says_once() {
    let env = env().await;
    let summary = run(&env, &["a.xml"]).await.expect(0).json();
    assert_eq!(warnings(&summary), [""; 0], "{summary}");
    let described = text(&env, "SELECT description FROM test WHERE name = 'adds'");
    assert!(
        described.starts_with("Adds an item.\n\nSee <b>the wiki</b>.\n\nAutomated test (tqi-"),
        "{described}"
    );
    assert_eq!(text(&env, "SELECT precondition FROM test WHERE name = 'adds'"), "A cart.");
    let sql = "SELECT case_priority.name FROM test JOIN case_priority ON case_priority.id = case_priority_id WHERE test.name = 'adds'";
    assert_eq!(text(&env, sql), "High");
    assert_eq!(labels(&env), ["adds: smoke, Web", "removes: smoke"]);
    assert_eq!(env.count("label"), 2);
    let before = run(&env, &["a.xml"]).await.expect(0).json();
    // Later changes in the report write nothing, and nothing more is read.
    let rows = all_rows(&env);
    let _ = env.journal.take();
    env.write(
        "a.xml",
        &suite(&[
            case("adds", &[("tag", "slow"), ("description", "Other.")]),
            case("removes", &[]),
        ]),
    );
    let again = run(&env, &["a.xml"]).await.expect(0).json();
    assert_eq!(env.journal.writes(), 0);
    assert_eq!(again["requests"], before["requests"]);
    assert_eq!(all_rows(&env), rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_what_a_new_test_would_get() {
    let env = env().await;
    let said = env.import(&["explain", "adds", "a.xml"]).await.expect(0).stdout;
    let words: Vec<&str> = said.split_whitespace().collect();
    let expected = "it would get the description of the report, its precondition, the priority \"high\", the labels smoke, Web";
    assert!(words.join(" ").contains(expected), "{said}");
    let without = env.import(&["explain", "--no-fields", "adds", "a.xml"]).await.expect(0).stdout;
    assert!(!without.contains("it would get"), "{without}");
}

#[tokio::test(flavor = "multi_thread")]
async fn later_edits_are_peoples() {
    let env = env().await;
    run(&env, &["a.xml"]).await.expect(0);
    let person = Person::at(&env);
    let adds = person.id("test", "adds");
    let described = text(&env, "SELECT description FROM test WHERE name = 'adds'");
    let edited = described.replace("Adds an item.", "Adds two items.");
    person
        .put(
            &format!("test/{adds}"),
            &json!({"description": edited, "precondition": "", "case_priority_id": 701}),
        )
        .await;
    let one = person.number("SELECT min(id) FROM label_assigned");
    person.delete(&format!("label_assigned/{one}")).await;
    let rows = all_rows(&env);
    let _ = env.journal.take();
    run(&env, &["a.xml"]).await.expect(0);
    assert_eq!(env.journal.writes(), 0);
    assert_eq!(all_rows(&env), rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fields_switches_it_off() {
    for arguments in [&["--no-fields", "a.xml"][..], &["a.xml"]] {
        let env = env().await;
        if arguments.len() == 1 {
            env.write("tq-import.toml", "no_fields = true\n");
        }
        run(&env, arguments).await.expect(0);
        let described = text(&env, "SELECT description FROM test WHERE name = 'adds'");
        assert!(described.starts_with("Automated test (tqi-"), "{described}");
        assert_eq!(text(&env, "SELECT precondition FROM test WHERE name = 'adds'"), "");
        assert_eq!((env.count("label"), labels(&env)), (0, Vec::<String>::new()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_priority_is_a_warning_that_names_the_known_ones() {
    let env = TestEnv::new().await;
    env.write(
        "a.xml",
        &suite(&[
            case("a", &[("priority", "urgent")]),
            case("b", &[("priority", "urgent")]),
            case("c", &[("severity", "blocker")]),
            case("d", &[("severity", "critical")]),
        ]),
    );
    let summary = run(&env, &["a.xml"]).await.expect(0).json();
    assert_eq!(
        warnings(&summary),
        [
            "the project has no priority \"urgent\", which 2 new tests named: it has Medium, Low, High, Critical"
        ]
    );
    let sql = "SELECT group_concat(case_priority.name, ' ' ORDER BY test.name) FROM test JOIN case_priority ON case_priority.id = case_priority_id";
    assert_eq!(text(&env, sql), "Medium Medium Medium Critical");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_and_not_used_is_said_once() {
    let env = TestEnv::new().await;
    let unused = [("owner", "Ada"), ("requirement", "SHOP-1"), ("attachment", "a.png")];
    env.write("a.xml", &suite(&[case("a", &unused), case("b", &[("author", "Bo")])]));
    let planned = run(&env, &["--dry-run", "a.xml"]).await.expect(0).json();
    let said = warnings(&planned);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].starts_with("owners of 2 new tests are not imported"), "{said:?}");
    assert!(said[1].starts_with("requirements of 1 new test are not imported"), "{said:?}");
    assert!(said[2].contains("with --results"), "{said:?}");
    assert_eq!(warnings(&run(&env, &["a.xml"]).await.expect(0).json()), said);
    assert_eq!(warnings(&run(&env, &["a.xml"]).await.expect(0).json()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_a_server_drops_are_a_warning() {
    for (rule, warning) in [
        ("stores=precondition:drop POST test", "dropped the precondition of 1 row"),
        ("serves=case_priority_id:null GET test", "dropped the priority of 1 row"),
        ("stores=description:lower POST test", "the description of 1 row"),
        ("stores=related_type:lower POST label_assigned", ""),
    ] {
        let env = env().await.with_faults(&[rule]).await;
        let first = run(&env, &["a.xml"]).await;
        if rule.contains("description:lower") && first.code != 0 {
            // The line itself is changed as well.
            continue;
        }
        assert_eq!(first.code, 0, "{rule}: {first}");
        let said = first.json()["warnings"].to_string();
        assert!(said.contains(warning), "{rule}: {said}");
        let rows = all_rows(&env);
        let again = run(&env, &["a.xml"]).await.expect(0);
        assert_eq!(again.json()["changes"], json!([]), "{rule}");
        assert_eq!(all_rows(&env), rows, "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_labels_or_priorities_gets_the_tests() {
    for rules in [
        &["404 GET label"][..],
        &["403 POST label"],
        &["404 POST label_assigned"],
        &["403 GET case_priority"],
        &["404 POST test with=label"],
    ] {
        let faults = FaultRules::parse(rules).unwrap();
        let env = TestEnv::with(|options| options.faults = faults).await;
        env.write("a.xml", &suite(&[case("adds", ADDS), case("removes", &[])]));
        let first = run(&env, &["a.xml"]).await;
        assert_eq!(first.code, 0, "{rules:?}: {first}");
        let said = first.json()["warnings"].to_string();
        assert!(said.contains("new tests got no") || said.contains("refused"), "{rules:?}: {said}");
        env.assert_exactly_once(2);
        let again = run(&env, &["a.xml"]).await.expect(0);
        assert_eq!(again.json()["changes"], json!([]), "{rules:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_that_exist_are_used_whatever_their_case() {
    let env = env().await;
    let person = Person::at(&env);
    for label in ["Smoke", "smoke"] {
        person.post("label", &json!({"label": label})).await;
    }
    run(&env, &["a.xml"]).await.expect(0);
    assert_eq!(labels(&env), ["adds: Smoke, Web", "removes: Smoke"]);
    assert_eq!(env.count("label"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_imports_create_a_label_once() {
    for _ in 0..6 {
        let env = env().await;
        env.write("b.xml", &suite(&[case("clears", &[("tag", "smoke"), ("tag", "Web")])]));
        let import = async |file| run(&env, &["--folder", "Shop", file]).await;
        let runs = ["a.xml", "b.xml", "a.xml"].map(import);
        for run in futures_util::future::join_all(runs).await {
            assert_eq!(run.code, 0, "{run}");
        }
        run(&env, &["--folder", "Shop", "a.xml"]).await.expect(0);
        env.assert_exactly_once(3);
        assert_eq!(env.count("label"), 2, "{:?}", env.rows("label"));
        assert_eq!(labels(&env), ["adds: smoke, Web", "clears: smoke, Web", "removes: smoke"]);
        let assigned = Person::at(&env).number(
            "SELECT count(*) FROM label_assigned JOIN test ON test.id = related_id
             WHERE label_assigned.deleted_at IS NULL AND test.deleted_at IS NULL",
        );
        assert_eq!(assigned, 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_labels_go_in_arrays() {
    let env = TestEnv::new().await;
    let cases: Vec<String> = (0..200)
        .map(|number| case(&format!("case {number}"), &[("tags", "smoke,web,api")]))
        .collect();
    env.write("a.xml", &suite(&cases));
    let _ = env.journal.take();
    run(&env, &["a.xml"]).await.expect(0);
    let writes = env.journal.take();
    let writes = writes.iter().filter(|entry| entry.is_write() && entry.path().contains("label"));
    assert_eq!(writes.count(), 1 + 1 + 2, "the labels, the first one of a test, the others");
    assert_eq!(env.count("label_assigned"), 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn creation_with_fields_continues_after_a_kill() {
    super::kills::killed_at_every_request(env, &["a.xml"]).await;
}
