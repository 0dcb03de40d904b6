//! Sources of settings, and which token is sent to which host.

use crate::support::{TestEnv, binary, report, restrict, run};

const CART: &[(&str, &[&str])] = &[("cart", &["adds"])];

#[tokio::test(flavor = "multi_thread")]
async fn a_project_on_a_later_page_is_found_in_any_case() {
    let env = TestEnv::with(|options| options.max_per_page = Some(4)).await;
    use secrecy::ExposeSecret as _;
    let client = crate::sandbox::client();
    for number in 1..=21 {
        let response = client
            .post(format!("{}/api/project", env.running.url))
            .bearer_auth(env.running.token.expose_secret())
            .json(&serde_json::json!({"name": format!("Web Shop {number}")}))
            .send()
            .await
            .unwrap();
        assert!(response.status().is_success());
    }
    env.write("a.xml", &report(CART));
    let mut command = binary(env.path());
    command.args([
        "--host",
        &env.running.url,
        "--token-file",
        "token",
        "--project",
        "web shop 20",
        "a.xml",
    ]);
    command.args(["--format", "json"]);
    let summary = run(command).await.expect(0).json();
    assert_eq!(summary["project"]["name"], "Web Shop 20");
    assert_eq!(summary["tests"]["created"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_to_another_host_is_refused_before_a_byte_is_sent() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(CART));
    // 192.0.2.0/24 is reserved for documentation.
    let mut command = binary(env.path());
    command.args([
        "--host",
        "http://192.0.2.1",
        "--token-file",
        "token",
        "--project",
        "demo",
        "a.xml",
    ]);
    let started = std::time::Instant::now();
    let refused = run(command).await.expect(2);
    assert!(refused.stderr.contains("http://"), "{refused}");
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_from_the_environment_is_never_sent_to_a_host_from_a_file() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(CART));
    env.write("tq-import.toml", "host = \"https://collector.example\"\nproject = \"demo\"\n");
    let mut command = binary(env.path());
    command.env("TQ_ACCESS_TOKEN", "tqp-canary").arg("a.xml");
    let refused = run(command).await.expect(2);
    assert!(refused.stderr.contains("collector.example"), "{refused}");
    assert!(!format!("{refused}").contains("canary"), "{refused}");

    std::fs::remove_file(env.path().join("tq-import.toml")).unwrap();
    restrict(&env.write(".testquality", "TQ_HOST=https://collector.example\n"));
    let mut command = binary(env.path());
    command.env("TQ_ACCESS_TOKEN", "tqp-canary").args(["--project", "demo", "a.xml"]);
    let refused = run(command).await.expect(2);
    assert!(refused.stderr.contains("collector.example"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_environment_combine_where_that_is_safe() {
    use secrecy::ExposeSecret as _;
    let env = TestEnv::new().await;
    env.write("reports/a.xml", &report(CART));
    env.write(
        "tq-import.toml",
        &format!(
            "host = \"{}\"\nproject = \"DEMO\"\nnamespace = \"shop\"\nfolder = \"Web\"\n",
            env.running.url
        ),
    );
    let command = |more: &[&str]| {
        let mut command = binary(env.path());
        command
            .env("TQ_ACCESS_TOKEN", env.running.token.expose_secret())
            .args(["reports", "--format", "json"])
            .args(more);
        command
    };
    // The tests of the branch that wrote the file may listen there.
    let refused = run(command(&[])).await.expect(2);
    assert!(refused.stderr.contains("is not used"), "{refused}");
    assert!(env.journal.entries().is_empty(), "no request was sent");
    let summary = run(command(&["--host", &env.running.url])).await.expect(0).json();
    assert_eq!(summary["namespace"], "shop");
    assert_eq!(env.tree(), ["Web/cart: adds"]);
    // The vendor's file has its own token.
    std::fs::remove_file(env.path().join("tq-import.toml")).unwrap();
    let token = env.running.token.expose_secret();
    restrict(&env.write(
        ".testquality",
        &format!(
            "TQ_HOST={}\nTQ_ACCESS_TOKEN={token}\nTQ_PROJECT_ID={}\n",
            env.running.url, env.running.project_id
        ),
    ));
    let mut command = binary(env.path());
    command.args(["reports", "--namespace", "shop", "--format", "json"]);
    let summary = run(command).await.expect(0).json();
    assert_eq!(summary["tests"]["unchanged"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ignored_tests_are_counted_and_left_out() {
    let env = TestEnv::new().await;
    env.write(
        "a.xml",
        &report(&[
            ("cart", &["adds", "flickers"]),
            ("load", &["a thousand users", "ten thousand users"]),
        ]),
    );
    env.write("tq-import.toml", "ignore = [\"cart/flickers\", \"load/*\"]\n");
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["tests"]["ignored"], 3);
    assert_eq!(summary["tests"]["created"], 1);
    assert_eq!(summary["tests"]["seen"], 4);
    assert_eq!(env.tree(), ["cart: adds"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_create_limit_stops_an_import_after_a_mass_rename() {
    let env = TestEnv::new().await;
    let names: Vec<String> = (0..150).map(|number| format!("case {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    env.write("a.xml", &report(&[("old suite", &names)]));
    env.import(&["a.xml"]).await.expect(0);
    env.write("a.xml", &report(&[("new suite", &names)]));
    let _ = env.journal.take();
    let stopped = env.import(&["a.xml"]).await.expect(1);
    assert!(stopped.stderr.contains("--create-limit"), "{stopped}");
    assert_eq!(env.journal.writes(), 0);
    env.import(&["a.xml", "--create-limit", "100%"]).await.expect(0);
    env.assert_exactly_once(300);
}

#[tokio::test]
async fn a_sandbox_with_several_projects_needs_the_name() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds"])]));
    let import = async |arguments: &[&str]| {
        let mut command = binary(env.path());
        command.args(["--sandbox=several.db", "--format", "json", "a.xml"]).args(arguments);
        run(command).await
    };
    // A single project is used whatever its name, so that any command works with `--sandbox` added.
    let first = import(&["--project", "Shop"]).await.expect(0);
    assert_eq!(first.json()["project"]["name"], "Demo");
    let database = rusqlite::Connection::open(env.path().join("several.db")).unwrap();
    database.execute("UPDATE project SET name = 'Shop'", []).unwrap();
    drop(database);
    second_project(&env.path().join("several.db")).await;
    let named = import(&["--project", "shop"]).await.expect(0);
    assert_eq!(named.json()["project"]["name"], "Shop");
    let none = import(&[]).await.expect(2);
    assert!(none.stderr.contains("2 projects"), "{none}");
    let unknown = import(&["--project", "Sop"]).await.expect(2);
    assert!(unknown.stderr.contains("\"Shop\""), "{unknown}");
}

/// Adds a project to a database over HTTP.
async fn second_project(db: &std::path::Path) {
    use secrecy::ExposeSecret as _;
    use testquality_sandbox::{self as sandbox, Settings, Store};
    let store = Store::open(db, "Demo").unwrap();
    let running =
        sandbox::spawn(Settings::new(store, sandbox::Token::generate().unwrap())).await.unwrap();
    let client = crate::sandbox::client();
    let request = client.post(format!("{}/api/project", running.url));
    let request = request.bearer_auth(running.token.expose_secret());
    let response = request.json(&serde_json::json!({"name": "Second"})).send().await.unwrap();
    assert_eq!(response.status(), 201);
    running.stop().await.unwrap();
}
