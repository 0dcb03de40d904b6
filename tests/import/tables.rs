//! `[[import]]` tables: several packages of one repository in one import.

use serde_json::{Value, json};

use super::faults::HASTY;
use super::history::kills::killed_at_every_request_of;
use super::results::rows as results;
use crate::support::person::Person;
use crate::support::{Run, TestEnv, report, run};

const TABLES: &str = r#"
[[import]]
files = ["packages/web/reports/**/*.xml"]
namespace = "shop-web"
folder = "Web"

[[import]]
files = ["services/api/*.xml"]
namespace = "shop-api"
folder = "API"
"#;

const WEB: &[(&str, &[&str])] = &[("cart", &["adds", "!removes"]), ("menu", &["opens"])];
const API: &[(&str, &[&str])] = &[("cart", &["adds", "removes", "pays"])];

/// Two packages, whose tests partly have the same containers and names, and the tables for them.
async fn two_packages() -> TestEnv {
    let env = TestEnv::new().await;
    packages(&env);
    env
}

fn packages(env: &TestEnv) {
    env.write("tq-import.toml", TABLES);
    env.write("packages/web/reports/unit/a.xml", &report(WEB));
    env.write("services/api/a.xml", &report(API));
}

/// Runs the binary with short waits; JSON on standard output.
async fn json(env: &TestEnv, code: i32, arguments: &[&str]) -> Value {
    let mut command = env.command(arguments);
    command.args(HASTY).args(["--format", "json"]);
    run(command).await.expect(code).json()
}

async fn text(env: &TestEnv, arguments: &[&str]) -> Run {
    let mut command = env.command(arguments);
    command.args(HASTY);
    run(command).await
}

/// Runs the binary, which must write nothing.
async fn writes_nothing(env: &TestEnv, arguments: &[&str]) -> Value {
    let _ = env.journal.take();
    let summary = json(env, 0, arguments).await;
    assert_eq!(env.journal.writes(), 0, "{arguments:?}");
    summary
}

const TREE: [&str; 6] = [
    "API/cart: adds",
    "API/cart: pays",
    "API/cart: removes",
    "Web/cart: adds",
    "Web/cart: removes",
    "Web/menu: opens",
];

#[tokio::test(flavor = "multi_thread")]
async fn one_command_imports_all_tables_with_one_summary() {
    let env = two_packages().await;
    let planned = json(&env, 5, &["--check"]).await;
    assert_eq!(planned["tests"]["created"], 6);
    assert_eq!(env.count("test"), 0);

    let summary = json(&env, 4, &["--fail-on-test-failure"]).await;
    assert_eq!(env.tree(), TREE);
    env.assert_exactly_once(6);
    assert_eq!((&summary["complete"], &summary["namespace"]), (&json!(true), &Value::Null));
    let tests = &summary["tests"];
    assert_eq!((&tests["seen"], &tests["created"]), (&json!(6), &json!(6)), "{summary}");
    assert_eq!(
        (&summary["reports"]["files"], &summary["reports"]["failed"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(summary["suites"]["created"], 5);
    let of = |index: usize, key: &str| summary["imports"][index][key].clone();
    assert_eq!([of(0, "namespace"), of(1, "namespace")], ["shop-web", "shop-api"]);
    assert_eq!([of(0, "tests"), of(1, "tests"), of(0, "failed")], [3, 3, 1]);
    assert_eq!([of(0, "folder"), of(1, "folder")], [json!(["Web"]), json!(["API"])]);
    // Folders and tests of both namespaces.
    let marks: i64 = Person::at(&env).number(
        "SELECT count(DISTINCT substr(description, instr(description, 'tqn-'), 12)) FROM test",
    );
    assert_eq!(marks, 2);

    // The project is read once for all tables.
    let again = writes_nothing(&env, &[]).await;
    assert!(again["requests"]["get"].as_u64().unwrap() <= 8, "{again}");
    // A single import of one package finds its tests.
    json(&env, 0, &["--check"]).await;
    std::fs::remove_file(env.path().join("tq-import.toml")).unwrap();
    let api = ["--namespace", "shop-api", "--folder", "API", "services/api/a.xml"];
    assert_eq!(writes_nothing(&env, &api).await["tests"]["unchanged"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_output_has_all_tables() {
    let env = two_packages().await;
    let outputs = ["text", "markdown", "html", "junit", "ctrf"];
    let mut command = env.command(&HASTY);
    for format in outputs {
        command.args(["--output", &format!("{format}=out.{format}")]);
    }
    let step = env.path().join("step");
    let page = env.path().join("page.md");
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_OUTPUT", &step);
    command.env("GITHUB_STEP_SUMMARY", &page);
    run(command).await.expect(0);
    let read = |name: &str| std::fs::read_to_string(env.path().join(name)).unwrap();
    for file in ["out.text", "out.markdown", "out.html", "page.md"] {
        let text = read(file);
        assert!(text.contains("shop-web") && text.contains("shop-api"), "{file}: {text}");
    }
    assert!(read("out.text").contains(
        "tables    shop-web: 1 file, 3 tests: 1 failed, 2 passed\n          shop-api: 1 file, 3 tests: 3 passed\n"
    ), "{}", read("out.text"));
    // The folder of a table is not part of what its reports say.
    let junit = read("out.junit");
    assert_eq!(junit.matches("<testcase ").count(), 6);
    assert!(!junit.contains("Web") && !junit.contains("API"), "{junit}");
    let ctrf: Value = serde_json::from_str(&read("out.ctrf")).unwrap();
    assert_eq!(ctrf["results"]["summary"]["tests"], 6);
    assert!(read("step").contains("created"), "{}", read("step"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_are_found_from_a_directory_below() {
    let env = two_packages().await;
    env.write("packages/web/reports/old/b.xml", "<broken");
    env.write(
        "tq-import.toml",
        &format!("exclude = [\"reports/old/*\", \"*/web/reports/old/*\"]\n{TABLES}"),
    );
    let mut command = env.command_without_project(&["--project", "demo", "--format", "json"]);
    command.current_dir(env.path().join("packages/web")).args(["--token-file", "../../token"]);
    let summary = run(command).await.expect(0).json();
    assert_eq!(summary["tests"]["created"], 6, "{summary}");
    let report = summary["failures"][0]["name"].as_str();
    assert_eq!(report, Some("removes"));
    writes_nothing(&env, &[]).await;
    // Arguments choose, relative to the working directory.
    let mut command = env.command_without_project(&["--project", "demo", "--format", "json"]);
    command.current_dir(env.path().join("packages/web")).args(["--token-file", "../../token"]);
    command.arg("reports/unit");
    let summary = run(command).await.expect(0).json();
    assert_eq!(summary["tests"]["unchanged"], 3, "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_with_one_namespace_are_one_namespace() {
    let env = two_packages().await;
    env.write("tq-import.toml", &TABLES.replace("shop-api", "shop-web"));
    // Nobody knows whether equal names of different packages are one test: a warning names the remedy.
    let summary = json(&env, 0, &[]).await;
    let warnings = summary["warnings"].to_string();
    assert!(warnings.contains("[[import]] table"), "{warnings}");
    assert!(
        warnings.contains("packages/web/reports/unit/a.xml and services/api/a.xml"),
        "{warnings}"
    );
    assert!(warnings.contains("tqi-"), "{warnings}");
    assert_eq!((env.count("test"), &summary["namespace"]), (4, &json!("shop-web")));

    // No test of a table is missing from the reports because it is in another table.
    let stale = json(&env, 0, &["--stale", "report"]).await;
    assert_eq!(stale["stale"], json!([]));
    let retired = writes_nothing(&env, &["retire", "--limit", "100%"]).await;
    assert_eq!(retired["changes"], json!([]));
    // Nor because the arguments leave its table out.
    let refused = json(&env, 1, &["retire", "--limit", "100%", "services/api"]).await;
    assert!(refused["errors"].to_string().contains("another [[import]] table"), "{refused}");
    let refused = json(&env, 1, &["--stale", "report", "packages/web"]).await;
    assert!(refused["errors"].to_string().contains("no stale tests are listed"), "{refused}");
    // A test that moved from one package to the other keeps its row.
    env.write("packages/web/reports/unit/a.xml", &report(&[WEB[0]]));
    env.write("services/api/a.xml", &report(&[API[0], ("bill", &["opens"])]));
    let before = Person::at(&env).id("test", "opens");
    let stale = json(&env, 0, &["--stale", "report", "--dry-run"]).await;
    assert_eq!(stale["stale"][0]["name"], "opens", "{stale}");
    assert!(stale["warnings"].to_string().contains("menu → bill (1)"), "{stale}");
    let relinked = json(&env, 0, &["relink"]).await;
    assert_eq!(relinked["tests"]["relinked"], 1, "{relinked}");
    assert_eq!(Person::at(&env).id("test", "opens"), before);
    writes_nothing(&env, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn detection_retirement_and_undo_see_each_namespace() {
    let env = two_packages().await;
    let first = json(&env, 0, &["--output", "json=first.json"]).await;
    assert_eq!(first["tests"]["created"], 6);
    // One package lost a test, in the other one a suite was renamed.
    env.write("packages/web/reports/unit/a.xml", &report(&[WEB[0]]));
    env.write("services/api/a.xml", &report(&[("basket", API[0].1)]));
    let planned = json(&env, 0, &["--dry-run", "--stale", "report"]).await;
    let stale: Vec<&str> = planned["stale"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|test| test["name"].as_str())
        .collect();
    assert_eq!(stale, ["opens", "adds", "pays", "removes"]);
    assert_eq!(
        (&planned["moved"][0]["to"], &planned["moved"][0]["tests"]),
        (&json!("basket"), &json!(3))
    );
    let shown = text(&env, &["--dry-run", "--stale", "report"]).await.expect(0);
    assert!(shown.stdout.contains("4 tests in these namespaces"), "{shown}");
    assert_eq!(env.count("test"), 6);

    let linked = json(&env, 0, &["--moved", "link", "--dry-run"]).await;
    assert_eq!((&linked["tests"]["relinked"], &linked["tests"]["created"]), (&json!(3), &json!(0)));
    // No test of the other package has the same name in this namespace: it must not take its row.
    let relinked = json(&env, 0, &["relink", "--move"]).await;
    assert_eq!(
        (&relinked["tests"]["relinked"], &relinked["complete"]),
        (&json!(3), &json!(true)),
        "{relinked}"
    );
    writes_nothing(&env, &["relink", "--move"]).await;
    // Of a namespace that the arguments leave out, nothing is retired or listed.
    let one = ["retire", "--limit", "100%", "services/api"];
    let retired = json(&env, 0, &one).await;
    let actions: Vec<&Value> =
        retired["changes"].as_array().unwrap().iter().map(|change| &change["name"]).collect();
    assert_eq!(actions, ["cart"], "the folder that relink emptied: {retired}");
    writes_nothing(&env, &one).await;
    let stale = json(&env, 0, &["--stale", "report", "services/api"]).await;
    assert_eq!(stale["stale"], json!([]));
    let retired = json(&env, 0, &["retire", "--limit", "100%"]).await;
    assert_eq!(retired["complete"], true, "{retired}");
    assert_eq!(
        env.tree(),
        [
            "API/basket: adds",
            "API/basket: pays",
            "API/basket: removes",
            "Web/Retired: opens",
            "Web/cart: adds",
            "Web/cart: removes",
        ]
    );
    writes_nothing(&env, &["retire", "--limit", "100%"]).await;
    writes_nothing(&env, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_several_tables_is_taken_back() {
    let env = two_packages().await;
    let person = Person::at(&env);
    let folder = person.folder("Web").await;
    let body = json!({"name": "cart", "project_id": person.project(), "plan_id": person.number("SELECT id FROM plan WHERE is_root"),
        "plan_suite": {"parent_id": folder, "sequence_plan": 1}});
    let cart = person.post("suite", &body).await["id"].as_i64().unwrap();
    person.test(cart, json!({"name": "adds", "description": "Mine."})).await;
    let first = json(&env, 0, &["--output", "json=first.json"]).await;
    assert_eq!((&first["tests"]["adopted"], &first["tests"]["created"]), (&json!(1), &json!(5)));
    let undone = json(&env, 0, &["undo", "first.json"]).await;
    assert_eq!(undone["complete"], true, "{undone}");
    assert_eq!(env.tree(), ["Web/cart: adds"]);
    let left: String = env
        .db()
        .query_row("SELECT description FROM test WHERE deleted_at IS NULL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left.trim(), "Mine.");
    let folders = person.number("SELECT count(*) FROM suite WHERE deleted_at IS NULL");
    assert_eq!(folders, 3, "the root folder and those of the person");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_a_person_made_is_shared() {
    let env = two_packages().await;
    env.write(
        "tq-import.toml",
        &TABLES.replace("\"Web\"", "\"Shop/Web\"").replace("\"API\"", "\"Shop/API\""),
    );
    Person::at(&env).folder("Shop").await;
    let summary = json(&env, 0, &[]).await;
    assert_eq!(summary["complete"], true, "{summary}");
    let shops = "SELECT count(*) FROM suite WHERE name = 'Shop' AND deleted_at IS NULL";
    assert_eq!(Person::at(&env).number(shops), 1);
    assert_eq!(env.tree(), TREE.map(|test| format!("Shop/{test}")));
    writes_nothing(&env, &[]).await;
}

/// Two jobs that import all tables at once, and one that imports a package: whoever is first, every test exists once.
#[tokio::test(flavor = "multi_thread")]
async fn imports_of_tables_beside_each_other() {
    for _ in 0..4 {
        let env = two_packages().await;
        let runs = [text(&env, &[]), text(&env, &[]), text(&env, &["services/api"])];
        // Lists that lag may leave a duplicate for the next import.
        for run in futures_util::future::join_all(runs).await {
            assert!([0, 1].contains(&run.code), "{run}");
        }
        json(&env, 0, &[]).await;
        assert_eq!(env.tree(), TREE);
        env.assert_exactly_once(6);
        writes_nothing(&env, &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_import_of_tables_continues() {
    killed_at_every_request_of(two_packages, &[], false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relink_of_tables_continues_after_a_kill() {
    let prepare = async || {
        let env = two_packages().await;
        json(&env, 0, &[]).await;
        env.write("packages/web/reports/unit/a.xml", &report(&[("bag", WEB[0].1), WEB[1]]));
        env.write("services/api/a.xml", &report(&[("basket", API[0].1)]));
        env
    };
    killed_at_every_request_of(prepare, &["relink", "--move", "--rename"], false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_ends_within_a_table_says_which_were_not_begun() {
    let env = two_packages().await.with_faults(&["401 POST test"]).await;
    let summary = json(&env, 6, &[]).await;
    let errors = summary["errors"].to_string();
    assert!(
        errors.contains("namespace shop-api: not started, because the import ended (3 tests)"),
        "{errors}"
    );
    assert_eq!((&summary["complete"], &summary["tests"]["refused"]), (&json!(false), &json!(6)));
    let env = env.without_faults().await;
    json(&env, 0, &[]).await;
    assert_eq!(env.tree(), TREE);
    env.assert_exactly_once(6);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_of_all_tables_are_one_run() {
    let env = two_packages().await;
    let build = ["--build", "7", "--run-name", "main"];
    let failed = text(&env, &build).await.expect(2);
    assert!(failed.stderr.contains("no cycle is set"), "{failed}");
    let arguments = [&build[..], &["--cycle", "shop"]].concat();
    let planned = json(&env, 0, &[&arguments[..], &["--dry-run"]].concat()).await;
    assert_eq!(planned["results"]["recorded"], 6);
    let summary = json(&env, 0, &arguments).await;
    assert_eq!(summary["results"]["recorded"], 6, "{summary}");
    assert_eq!(env.count("run"), 1);
    assert_eq!(
        results(&env),
        [
            "main | adds | Pass | #7 1:P | ",
            "main | adds | Pass | #7 1:P | ",
            "main | opens | Pass | #7 1:P | ",
            "main | pays | Pass | #7 1:P | ",
            "main | removes | Fail | #7 1:F | Failed: expected 1, got 2",
            "main | removes | Pass | #7 1:P | ",
        ]
    );
    writes_nothing(&env, &arguments).await;
    // A job for one package records into the same run.
    let one = [&arguments[..], &["services/api"]].concat();
    writes_nothing(&env, &one).await;
    assert_eq!(env.count("run"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_belongs_to_one_table() {
    let env = two_packages().await;
    env.write("tq-import.toml", &TABLES.replace("services/api/*.xml", "**/a.xml"));
    let ended = text(&env, &["--output", "junit=services/api/a.xml"]).await.expect(2);
    assert!(
        ended.stderr.contains(
            "packages/web/reports/unit/a.xml belongs to two tables: [[import]] 1 (namespace shop-web) and [[import]] 2 (namespace shop-api)"
        ),
        "{ended}"
    );
    assert!(
        env.path().join("services/api/a.xml").exists(),
        "reports are not outputs of an earlier run"
    );
    assert_eq!(env.journal.writes(), 0);
    // `exclude` of the other table says whose it is.
    let tables = TABLES.replace("services/api/*.xml\"]", "**/a.xml\"]\nexclude = [\"packages/*\"]");
    env.write("tq-import.toml", &tables);
    json(&env, 0, &[]).await;
    assert_eq!(env.tree(), TREE);
}

#[tokio::test(flavor = "multi_thread")]
async fn report_arguments_choose_among_the_reports_of_the_tables() {
    let env = two_packages().await;
    env.write("other.xml", &report(&[("other", &["works"])]));
    let ended = text(&env, &["other.xml", "services/api"]).await.expect(2);
    assert!(ended.stderr.contains("other.xml belongs to no [[import]] table"), "{ended}");
    assert_eq!(env.count("test"), 0);
    // A pattern may find anything.
    let summary = json(&env, 0, &["services/*", "other.*"]).await;
    let warning = "left out 1 file that no [[import]] table names (first: other.xml)";
    assert!(summary["warnings"].to_string().contains(warning), "{summary}");
    assert_eq!(
        (&summary["tests"]["created"], &summary["imports"][1]["tests"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(env.tree(), &TREE[..3]);
    let summary = json(&env, 0, &["!services/api/a.xml", "--allow-empty"]).await;
    assert_eq!(summary["tests"]["created"], 3);
    // One value for all tables would make one package of them.
    for option in [["--namespace", "x"], ["--folder", "X"]] {
        let ended = text(&env, &option).await.expect(2);
        let what = format!(
            "{} cannot be combined with `{}` of an [[import]] table (tq-import.toml:",
            option[0],
            &option[0][2..]
        );
        assert!(ended.stderr.contains(&what), "{ended}");
    }
    let mut command = env.command(&[]);
    command.env("TQ_NAMESPACE", "x");
    let ended = run(command).await.expect(2);
    assert!(ended.stderr.contains("TQ_NAMESPACE cannot be combined with `namespace`"), "{ended}");
    writes_nothing(&env, &["--group-by", "flat"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_tests_is_an_error_and_the_others_are_imported() {
    let env = two_packages().await;
    std::fs::remove_file(env.path().join("services/api/a.xml")).unwrap();
    let summary = json(&env, 3, &[]).await;
    assert_eq!(
        summary["errors"][0]["message"],
        "[[import]] 2 (namespace shop-api): no reports found"
    );
    assert_eq!(env.tree(), &TREE[3..]);
    // It may have tests that are not in these reports.
    let summary = json(&env, 1, &["--stale", "report"]).await;
    assert!(summary["errors"].to_string().contains("no stale tests are listed"), "{summary}");
    let strict = json(&env, 3, &["--strict"]).await;
    assert!(strict["errors"].to_string().contains("nothing is imported"), "{strict}");
    writes_nothing(&env, &["--allow-empty"]).await;
    env.write("services/api/a.xml", &report(&[]));
    let summary = json(&env, 3, &[]).await;
    assert_eq!(
        summary["errors"][0]["message"],
        "[[import]] 2 (namespace shop-api): no tests found in 1 report"
    );
    // Errors about what the table names say whose they are.
    env.write("tq-import.toml", &TABLES.replace("services/api/*.xml", "services/api/b.xml"));
    let summary = json(&env, 3, &[]).await;
    assert_eq!(
        summary["errors"][0]["message"],
        "[[import]] 2 (namespace shop-api): no such file or directory: services/api/b.xml"
    );
    assert_eq!(summary["errors"].as_array().unwrap().len(), 1);
    env.write("tq-import.toml", TABLES);
    // A table whose report breaks off has an error already.
    env.write("services/api/a.xml", "<testsuites><testsuite name='a'>");
    let summary = json(&env, 3, &[]).await;
    assert_eq!(summary["errors"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_names_in_several_packages_are_no_other_namespace() {
    let env = TestEnv::new().await;
    env.write("tq-import.toml", TABLES);
    let same = report(&[("cart", &["one", "two", "three", "four"])]);
    env.write("packages/web/reports/a.xml", &same);
    env.write("services/api/a.xml", &same);
    json(&env, 0, &["packages/web"]).await;
    // A namespace that no table has is another one: it was changed.
    let tables = TABLES.replace("shop-api", "shop-app").replace("shop-web", "shop-net");
    env.write("tq-import.toml", &tables);
    for arguments in [&["services/api"][..], &["packages/web"], &[]] {
        let stopped = json(&env, 1, arguments).await;
        let errors = stopped["errors"].to_string();
        assert!(errors.contains(": 4 of the 4 new tests exist"), "{stopped}");
        assert!(errors.contains("namespace shop-"), "{stopped}");
    }
    assert_eq!(env.count("test"), 4);
    // Alone or with the other table.
    env.write("tq-import.toml", TABLES);
    let planned = json(&env, 0, &["--dry-run"]).await;
    assert_eq!(planned["tests"]["created"], 4);
    let summary = json(&env, 0, &["services/api"]).await;
    assert_eq!(summary["tests"]["created"], 4);
    assert!(!summary["warnings"].to_string().contains("namespace"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manual_test_goes_to_one_table() {
    let env = TestEnv::new().await;
    let person = Person::at(&env);
    let folder = person.folder("cart").await;
    let test = person.test(folder, json!({"name": "adds", "description": "Mine."})).await;
    let other = person.test(folder, json!({"name": "pays"})).await;
    env.write("tq-import.toml", &TABLES.replace("folder", "# folder"));
    env.write("packages/web/reports/a.xml", &report(&[("cart", &["adds"])]));
    env.write("services/api/a.xml", &report(&[("cart", &["adds", "pays"])]));
    let planned = json(&env, 0, &["--dry-run"]).await;
    assert_eq!(
        (&planned["tests"]["adopted"], &planned["tests"]["created"]),
        (&json!(1), &json!(2)),
        "{planned}"
    );
    let summary = json(&env, 0, &[]).await;
    // Two tests want the first one, so that neither gets it; one wants the other.
    assert_eq!(
        (&summary["tests"]["adopted"], &summary["tests"]["created"]),
        (&json!(1), &json!(2)),
        "{summary}"
    );
    let description = |id: i64| -> String {
        let sql = "SELECT coalesce(description, '') FROM test WHERE id = ?1";
        env.db().query_row(sql, [id], |row| row.get(0)).unwrap()
    };
    assert_eq!(description(test), "Mine.");
    assert!(description(other).contains("tqi-"));
    writes_nothing(&env, &[]).await;
}

/// A report with one case, which is pinned to a test.
fn pinned(suite: &str, name: &str, test: i64, fails: bool) -> String {
    let failure = if fails { "<failure message='no'/>" } else { "" };
    format!(
        "<testsuite name='{suite}'><testcase name='{name}'><properties><property name='testquality_test' value='{test}'/></properties>{failure}</testcase></testsuite>"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_of_two_tables_that_are_pinned_to_one_row_share_it() {
    for (web_fails, api_fails) in [(true, false), (false, true)] {
        let env = TestEnv::new().await;
        let person = Person::at(&env);
        let folder = person.folder("By hand").await;
        let test = person.test(folder, json!({"name": "Sums", "description": "Mine."})).await;
        env.write("tq-import.toml", TABLES);
        env.write("packages/web/reports/a.xml", &pinned("web", "sums", test, web_fails));
        env.write("services/api/a.xml", &pinned("api", "sums", test, api_fails));
        let arguments = ["--cycle", "web", "--build", "7", "--run-name", "main"];
        let planned = json(&env, 0, &[&arguments[..], &["--dry-run"]].concat()).await;
        assert_eq!(
            (&planned["tests"]["adopted"], &planned["tests"]["created"]),
            (&json!(1), &json!(0)),
            "{planned}"
        );
        let summary = json(&env, 0, &arguments).await;
        assert_eq!(
            (&summary["tests"]["adopted"], &summary["tests"]["created"]),
            (&json!(1), &json!(0)),
            "{summary}"
        );
        assert_eq!(env.count("test"), 1);
        // The worst outcome counts.
        assert_eq!(results(&env), ["main | Sums | Fail | #7 1:F | Failed: no"]);
        writes_nothing(&env, &arguments).await;
        // Also when jobs record one after the other. Alone, the second one is taken for a renamed test of the row.
        let jobs = ["packages/web/reports/a.xml", "services/api/a.xml"];
        for files in jobs {
            json(&env, 0, &[&arguments[..], &[files]].concat()).await;
        }
        assert_eq!(env.count("test"), 1);
        assert_eq!(results(&env), ["main | Sums | Fail | #7 1:F | Failed: no"]);
        for files in jobs {
            writes_nothing(&env, &[&arguments[..], &[files]].concat()).await;
        }
        writes_nothing(&env, &arguments).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_is_split_into_several_by_relink() {
    let env = two_packages().await;
    // The packages were imported as one namespace before.
    env.write("tq-import.toml", &TABLES.replace("shop-api", "shop").replace("shop-web", "shop"));
    json(&env, 0, &[]).await;
    assert_eq!(env.count("test"), 4);
    env.write("tq-import.toml", TABLES);
    let planned = json(&env, 0, &["relink", "--from-namespace", "shop", "--dry-run"]).await;
    let relinked = json(&env, 0, &["relink", "--from-namespace", "shop"]).await;
    // Of two tests with the same container and name, the first table gets the row.
    assert_eq!(relinked["tests"]["relinked"], 4, "{relinked}");
    assert_eq!(planned["tests"]["relinked"], relinked["tests"]["relinked"]);
    writes_nothing(&env, &["relink", "--from-namespace", "shop"]).await;
    let summary = json(&env, 0, &["--new-namespace"]).await;
    assert_eq!((&summary["tests"]["created"], env.count("test")), (&json!(2), 6));
    writes_nothing(&env, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_is_for_the_table_that_has_its_test() {
    let env = two_packages().await;
    json(&env, 0, &[]).await;
    env.write("services/api/a.xml", &report(&[("cart", &["adds", "removes", "settles"])]));
    let pays = Person::at(&env).id("test", "pays");
    let pair = format!("{pays}=settles");
    let relinked = json(&env, 0, &["relink", "--pair", &pair]).await;
    assert_eq!(
        (&relinked["tests"]["relinked"], &relinked["left"]),
        (&json!(1), &json!([])),
        "{relinked}"
    );
    env.write("services/api/a.xml", &report(&[("cart", &["adds", "removes", "settles", "new"])]));
    let unknown = format!("{pays}=nothing");
    let relinked = json(&env, 0, &["relink", "--pair", &unknown]).await;
    assert_eq!(relinked["left"].as_array().unwrap().len(), 1, "{relinked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_without_a_project_read_the_tables_too() {
    let env = two_packages().await;
    env.write(
        "tq-import.toml",
        &format!("ignore = [\"menu/*\"]\n{TABLES}ignore = [\"cart/pays\"]\n"),
    );
    let at = |arguments: &[&str]| {
        let mut command = crate::support::binary(env.path());
        command.args(arguments);
        run(command)
    };
    let inspected = at(&["inspect", "--format", "json"]).await.expect(0).json();
    let names: Vec<&Value> =
        inspected["tests"].as_array().unwrap().iter().map(|test| &test["name"]).collect();
    // `ignore` of a table is about its own tests, without its folder.
    assert_eq!(names, ["adds", "removes", "adds", "removes"]);
    assert_eq!(inspected["imports"][1]["namespace"], "shop-api");
    let shown = at(&["inspect"]).await.expect(0);
    assert!(shown.stdout.contains("shop-api: 1 file"), "{shown}");
    let explained = at(&["explain", "adds"]).await.expect(0);
    assert!(explained.stdout.contains("namespace shop-web, container"), "{explained}");
    assert!(explained.stdout.contains("namespace shop-api, container"), "{explained}");
    let converted = at(&["convert", "--to", "junit"]).await.expect(0);
    assert_eq!(converted.stdout.matches("<testcase ").count(), 4, "{converted}");
    assert!(converted.stderr.contains("namespace"), "{converted}");

    json(&env, 0, &[]).await;
    let explained = text(&env, &["explain", "adds"]).await.expect(0);
    assert_eq!(explained.stdout.matches("this test has its identity").count(), 2, "{explained}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tables_are_compared_with_an_earlier_run() {
    let env = two_packages().await;
    json(&env, 0, &["--output", "ctrf=last.json"]).await;
    env.write("packages/web/reports/unit/a.xml", &report(&[("cart", &["!adds", "removes"])]));
    let summary = json(&env, 0, &["--compare", "last.json"]).await;
    let comparison = &summary["comparison"];
    assert_eq!(comparison["tests_before"], 6);
    let names = |kind: &str| -> Vec<String> {
        let tests = comparison[kind].as_array().unwrap().iter();
        tests.map(|test| test["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (names("newly_failing"), names("fixed")),
        (vec!["adds".to_owned()], vec!["removes".to_owned()])
    );
    assert_eq!((names("gone"), names("new")), (vec!["opens".to_owned()], vec![]));
    let ended = text(&env, &["--compare", "services/api/a.xml"]).await.expect(2);
    assert!(ended.stderr.contains("does not say which [[import]] table"), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn run_imports_what_its_command_wrote_for_the_tables() {
    let env = two_packages().await;
    let mut command = env.command(&["run"]);
    command.args(HASTY).args([
        "--format",
        "json",
        "--",
        "sh",
        "-c",
        "touch packages/web/reports/unit/a.xml services/api/a.xml",
    ]);
    assert_eq!(run(command).await.expect(0).json()["tests"]["created"], 6);
    let ended = run(env.command(&["run", "-", "--", "true"])).await.expect(2);
    assert!(
        ended.stderr.contains("the output of the command is in no [[import]] table"),
        "{ended}"
    );
    // A command for one package: the arguments name its reports.
    let mut command = env.command(&["run", "services/api"]);
    command.args(HASTY).args(["--format", "json", "--", "sh", "-c", "touch services/api/a.xml"]);
    assert_eq!(run(command).await.expect(0).json()["tests"]["unchanged"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_moved_to_another_table_is_named() {
    let env = two_packages().await;
    json(&env, 0, &[]).await;
    env.write("packages/web/reports/unit/a.xml", &report(&WEB[..1]));
    let menu = [API, &WEB[1..]].concat();
    env.write("services/api/a.xml", &report(&menu));
    let summary = json(&env, 0, &["--dry-run"]).await;
    let warnings = summary["warnings"].to_string();
    assert!(warnings.contains("opens") && warnings.contains("namespace"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_files_of_a_table_is_named() {
    let env = two_packages().await;
    env.write("other/b.xml", &report(API));
    let named = text(&env, &["other"]).await.expect(2);
    assert!(
        named.stderr.contains(
            "1 report found, but none that belongs to an [[import]] table (first: other/b.xml)"
        ),
        "{named}"
    );
    env.write("tq-import.toml", &TABLES.replace("services/api/*.xml", "services/***/a[.xml"));
    let broken = text(&env, &[]).await.expect(2);
    assert!(broken.stderr.contains("`files`") || broken.stderr.contains("files"), "{broken}");
    assert!(broken.stderr.contains("services/***/a[.xml"), "{broken}");
}
