//! Imports through a proxy that injects faults.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use secrecy::ExposeSecret as _;

#[cfg(unix)]
use super::proxy::serve_proxy;
use super::proxy::{Fault, env, import_through, import_through_reading};
#[cfg(unix)]
use super::schedules::for_each_kill;
#[cfg(unix)]
use crate::support::Run;
use crate::support::{TestEnv, binary, report, run};

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_retried() {
    let env = env().await;
    let statuses =
        [StatusCode::SERVICE_UNAVAILABLE, StatusCode::BAD_GATEWAY, StatusCode::TOO_MANY_REQUESTS];
    let run = import_through(&env, move |method, _, number| {
        (method == "GET" && number % 5 == 0).then(|| Fault::Before(statuses[number / 5 % 3]))
    })
    .await
    .expect(0);
    assert!(run.json()["requests"]["retries"].as_u64().unwrap() > 0);
    env.assert_exactly_once(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_answer_to_a_read_is_read_again() {
    let env = env().await;
    import_through(&env, |method, _, number| {
        (method == "GET" && number % 4 == 1).then_some(Fault::Cut)
    })
    .await
    .expect(0);
    env.assert_exactly_once(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_without_an_answer_is_read_back_and_not_sent_twice() {
    for fault in [Fault::After(StatusCode::BAD_GATEWAY), Fault::Cut] {
        for lost in ["/api/suite", "/api/test", "/api/step"] {
            let env = env().await;
            let once = AtomicUsize::new(0);
            import_through(&env, move |method, path, _| {
                (method == "POST" && path == lost && once.fetch_add(1, Ordering::SeqCst) == 0)
                    .then_some(fault)
            })
            .await
            .expect(0);
            env.assert_exactly_once(3);
            assert_eq!(env.count("suite"), 3, "{lost}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_failed_before_it_was_applied_is_sent_again() {
    for lost in ["/api/suite", "/api/test", "/api/step"] {
        let env = env().await;
        let once = AtomicUsize::new(0);
        import_through(&env, move |method, path, _| {
            (method == "POST" && path == lost && once.fetch_add(1, Ordering::SeqCst) == 0)
                .then_some(Fault::Before(StatusCode::INTERNAL_SERVER_ERROR))
        })
        .await
        .expect(0);
        env.assert_exactly_once(3);
        assert_eq!(env.count("suite"), 3, "{lost}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_arrays_become_single_creates() {
    for status in [StatusCode::METHOD_NOT_ALLOWED, StatusCode::UNPROCESSABLE_ENTITY] {
        let env = env().await;
        let refused = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&refused);
        // The first array of each resource is refused.
        let seen = std::sync::Mutex::new(std::collections::HashSet::new());
        let run = import_through(&env, move |method, path, _| {
            let first = method == "POST" && seen.lock().unwrap().insert(path.to_owned());
            first.then(|| {
                counted.fetch_add(1, Ordering::SeqCst);
                Fault::Before(status)
            })
        })
        .await
        .expect(0);
        assert_eq!(refused.load(Ordering::SeqCst), 3, "{}", run);
        env.assert_exactly_once(3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let env = env().await;
    let elsewhere = Router::new().fallback(|| async {
        (StatusCode::TEMPORARY_REDIRECT, [("location", "https://collector.example/api?token=1")])
            .into_response()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, elsewhere).await });
    let mut command = binary(env.path());
    command.args(["--host", &host, "--token-file", "token", "--project", "demo", "a.xml"]);
    let run = run(command).await.expect(1);
    assert!(run.stderr.contains("redirects to https://collector.example/api"), "{run}");
    assert!(!format!("{run}").contains(env.running.token.expose_secret()), "{run}");
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_row_is_named_and_the_others_are_created() {
    let env = env().await;
    let run = import_through_reading(&env, |method, path, _, body| {
        let disliked = method == "POST" && path == "/api/test" && body.contains("removes");
        disliked.then_some(Fault::Before(StatusCode::UNPROCESSABLE_ENTITY))
    })
    .await
    .expect(1);
    let summary = run.json();
    assert_eq!(summary["complete"], false);
    assert_eq!(summary["tests"]["refused"], 1);
    assert_eq!(summary["tests"]["created"], 2);
    assert_eq!(summary["tests"]["seen"], 3);
    let error = summary["errors"][0]["message"].as_str().unwrap();
    assert!(error.contains("removes") && error.contains("422"), "{error}");
    assert!(run.stderr.contains("removes"), "{run}");
    env.assert_exactly_once(2);
    // When the server accepts the row, the same import completes.
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["tests"]["created"], 1);
    env.assert_exactly_once(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tests_of_a_refused_folder_are_refused() {
    let env = env().await;
    let run = import_through_reading(&env, |method, path, _, body| {
        let disliked = method == "POST" && path == "/api/suite" && body.contains("login");
        disliked.then_some(Fault::Before(StatusCode::BAD_REQUEST))
    })
    .await
    .expect(1);
    let summary = run.json();
    assert_eq!(summary["tests"]["refused"], 1);
    assert_eq!(summary["tests"]["created"], 2);
    env.assert_exactly_once(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_everything_is_not_flooded() {
    let env = TestEnv::new().await;
    let names: Vec<String> = (0..600).map(|number| format!("case {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    env.write("a.xml", &report(&[("many", &names)]));
    for status in [StatusCode::FORBIDDEN, StatusCode::UNPROCESSABLE_ENTITY] {
        let run = import_through(&env, move |method, path, _| {
            (method == "POST" && path == "/api/test").then_some(Fault::Before(status))
        })
        .await
        .expect(1);
        let summary = run.json();
        assert_eq!(summary["tests"]["refused"], 600);
        assert_eq!(summary["tests"]["created"], 0);
        assert_eq!(summary["errors"].as_array().unwrap().len(), 600, "each test is accounted for");
        let sent = summary["requests"]["post"].as_u64().unwrap();
        assert!(sent < 200, "{sent} writes");
        assert!(run.stderr.lines().count() < 100, "the log stays short");
    }
}

/// The content of the project, without ids and times.
fn content(env: &TestEnv) -> (Vec<String>, Vec<String>) {
    let db = env.db();
    let read = |sql: &str| -> Vec<String> {
        let mut statement = db.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let mut rows = read(
        "SELECT name || '|' || coalesce(description, '') || '|' || epoch FROM suite WHERE deleted_at IS NULL ORDER BY 1",
    );
    rows.extend(read("SELECT name || '|' || description || '|' || is_automated || '|' || epoch FROM test WHERE deleted_at IS NULL ORDER BY 1"));
    rows.extend(read("SELECT test.name || '|' || step.step || '|' || step.sequence FROM step JOIN test ON test.id = step.test_id WHERE step.deleted_at IS NULL ORDER BY 1"));
    rows.extend(read("SELECT 'place|' || count(*) FROM suite_test WHERE deleted_at IS NULL"));
    rows.extend(read("SELECT 'plan|' || count(*) FROM plan_suite WHERE deleted_at IS NULL"));
    (env.tree(), rows)
}

/// An importer that sends each row in its own request, one after the other.
#[cfg(unix)]
fn small_steps(env: &TestEnv, host: &str) -> std::process::Command {
    let mut command = binary(env.path());
    command.args([
        "--host",
        host,
        "--token-file",
        "token",
        "--project",
        "demo",
        "--format",
        "json",
        "a.xml",
    ]);
    command.args([
        "--batch-size",
        "1",
        "--concurrency",
        "1",
        "--folder",
        "Web/Shop",
        "--lag-wait",
        "200ms",
    ]);
    command
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_at_any_request_the_next_import_completes() {
    let suites: &[(&str, &[&str])] = &[
        ("cart", &["adds", "removes", "clears", "counts", "ships"]),
        ("login", &["greets", "refuses", "locks", "forgets"]),
        ("search", &["finds", "sorts", "filters"]),
    ];
    let new_env = || async {
        let env = TestEnv::new().await;
        env.write("a.xml", &report(suites));
        env
    };
    let undisturbed = new_env().await;
    run(small_steps(&undisturbed, &undisturbed.running.url)).await.expect(0);
    let expected = content(&undisturbed);
    let requests = undisturbed.journal.entries().len();
    assert!(requests >= 40, "{requests} requests");

    for_each_kill(requests, async |number, kill| {
        let env = new_env().await;
        let (host, importer) =
            serve_proxy(&env, move |_, _, request, _| (request == number).then_some(kill)).await;
        let mut command = small_steps(&env, &host);
        let ended = tokio::task::spawn_blocking(move || {
            let silent = std::process::Stdio::null;
            let mut child = command.stdout(silent()).stderr(silent()).spawn().unwrap();
            importer.store(child.id() as usize, Ordering::SeqCst);
            child.wait().unwrap()
        })
        .await
        .unwrap();
        assert!(ended.code().is_none(), "killed at request {number}: {ended}");
        run(small_steps(&env, &env.running.url)).await.expect(0);
        assert!(content(&env) == expected, "killed at request {number}: {:#?}", content(&env));
    })
    .await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_lets_requests_in_flight_complete_and_reports_what_was_done() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let env = env().await;
        // While the tests are sent.
        let (host, importer) = serve_proxy(&env, move |method, path, _, body| {
            (method == "POST" && path == "/api/test" && body.contains("adds"))
                .then_some(Fault::Signal(signal))
        })
        .await;
        let mut command = small_steps(&env, &host);
        let ended = tokio::task::spawn_blocking(move || {
            let child = command
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            importer.store(child.id() as usize, Ordering::SeqCst);
            Run::of(&child.wait_with_output().unwrap())
        })
        .await
        .unwrap()
        .expect(code);
        let summary = ended.json();
        assert_eq!(summary["interrupted"], true);
        assert_eq!(summary["complete"], false);
        assert_eq!(summary["exit_code"], code);
        assert_eq!(summary["tests"]["created"], 1, "what was done is reported");
        assert_eq!(summary["tests"]["refused"], 2);
        assert_eq!(env.count("test"), 1, "the request in flight completed, and no other was sent");
        run(small_steps(&env, &env.running.url)).await.expect(0);
        env.assert_exactly_once(3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrapped_description_is_recognised() {
    let env = env().await;
    let wrap = |written: &str| {
        format!("<p>{}</p>\r\n<p><br></p>", written.replace("::", "&#58;&#58;")).into()
    };
    import_through(&env, move |_, _, _| Some(Fault::Rewrite(wrap))).await.expect(0);
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["tests"]["unchanged"], 3);
    env.assert_exactly_once(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_drops_identities_stops_the_import_before_anything_exists_twice() {
    for resource in ["/api/suite", "/api/test"] {
        let env = env().await;
        let forget = |_: &str| serde_json::Value::Null;
        let run = import_through(&env, move |_, path, _| {
            (path == resource).then_some(Fault::Rewrite(forget))
        })
        .await
        .expect(1);
        let summary = run.json();
        assert_eq!(summary["complete"], false);
        assert!(run.stderr.contains("was created, but not found"), "{run}");
        let created =
            if resource == "/api/suite" { env.count("suite") - 1 } else { env.count("test") };
        assert!(created <= 3, "each was created once: {created}");
    }
}
