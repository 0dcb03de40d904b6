//! A proxy in front of the sandbox that injects faults and signals the importer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::faults::HASTY;
use crate::support::{Run, TestEnv, binary, report, run};

/// What the proxy does to a request.
#[derive(Clone, Copy)]
pub(super) enum Fault {
    /// It does not reach the sandbox.
    Before(StatusCode),
    /// It is executed, and its answer is lost.
    After(StatusCode),
    /// It is executed, and half of its answer arrives.
    Cut,
    /// The importer is killed before it is executed.
    KillBefore,
    /// The importer is killed after it was executed.
    KillAfter,
    /// The importer gets this signal; the request is executed slowly.
    Signal(&'static str),
    /// The function replaces each description before the request reaches the sandbox.
    Rewrite(fn(&str) -> serde_json::Value),
    /// The function changes each row before the request reaches the sandbox.
    Edit(fn(&mut serde_json::Value)),
    /// Only the first half of an array reaches the sandbox.
    FirstHalf,
}

/// Chooses a fault by the method, path, number and body of a request.
type Rule = Arc<dyn Fn(&str, &str, usize, &str) -> Option<Fault> + Send + Sync>;

#[derive(Clone)]
struct Proxy {
    client: reqwest::Client,
    upstream: String,
    rule: Rule,
    count: Arc<AtomicUsize>,
    /// The importer's process id, once it runs.
    importer: Arc<AtomicUsize>,
}

impl Proxy {
    fn signal_importer(&self, signal: &str) {
        let importer = self.importer.load(Ordering::SeqCst).to_string();
        assert_ne!(importer, "0");
        assert!(
            std::process::Command::new("kill")
                .args(["-s", signal, &importer])
                .status()
                .unwrap()
                .success()
        );
    }
}

async fn pass(State(proxy): State<Proxy>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let number = proxy.count.fetch_add(1, Ordering::SeqCst);
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&body);
    let fault = (proxy.rule)(parts.method.as_str(), parts.uri.path(), number, &text);
    if matches!(fault, Some(Fault::KillBefore)) {
        proxy.signal_importer("KILL");
        return StatusCode::GONE.into_response();
    }
    if let Some(Fault::Signal(signal)) = fault {
        proxy.signal_importer(signal);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    if let Some(Fault::Before(status)) = fault {
        return (status, "<html>not now</html>").into_response();
    }
    let body = match fault {
        Some(Fault::Rewrite(rewrite)) => rewritten(&body, |rows| {
            for row in rows {
                if let Some(written) = row["description"].as_str() {
                    row["description"] = rewrite(written);
                }
            }
        }),
        Some(Fault::Edit(edit)) => rewritten(&body, |rows| rows.iter_mut().for_each(edit)),
        Some(Fault::FirstHalf) => rewritten(&body, |rows| rows.truncate(rows.len().div_ceil(2))),
        _ => body,
    };
    let mut request =
        proxy.client.request(parts.method, format!("{}{}", proxy.upstream, parts.uri)).body(body);
    for name in ["authorization", "content-type", "accept"] {
        if let Some(value) = parts.headers.get(name) {
            request = request.header(name, value);
        }
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    let bytes = response.bytes().await.unwrap();
    match fault {
        Some(Fault::KillAfter) => {
            proxy.signal_importer("KILL");
            StatusCode::GONE.into_response()
        }
        Some(Fault::After(status)) => (status, "<html>lost</html>").into_response(),
        Some(Fault::Cut) => (status, Body::from(bytes.slice(..bytes.len() / 2))).into_response(),
        _ => (status, bytes).into_response(),
    }
}

/// A body whose rows `rewrite` changed.
fn rewritten(body: &[u8], rewrite: impl FnOnce(&mut Vec<serde_json::Value>)) -> axum::body::Bytes {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(body) else {
        return axum::body::Bytes::copy_from_slice(body);
    };
    let is_array = json.is_array();
    let mut rows = match json {
        serde_json::Value::Array(rows) => rows,
        row => vec![row],
    };
    rewrite(&mut rows);
    let json = if is_array { rows.into() } else { rows.remove(0) };
    serde_json::to_vec(&json).unwrap().into()
}

/// Imports `a.xml` through a proxy that applies `rule` to the method, path and number of each request.
pub(super) async fn import_through(
    env: &TestEnv,
    rule: impl Fn(&str, &str, usize) -> Option<Fault> + Send + Sync + 'static,
) -> Run {
    import_through_reading(env, move |method, path, number, _| rule(method, path, number)).await
}

/// As [`import_through`], with the body as well.
pub(super) async fn import_through_reading(
    env: &TestEnv,
    rule: impl Fn(&str, &str, usize, &str) -> Option<Fault> + Send + Sync + 'static,
) -> Run {
    import_with(env, &[], rule).await
}

/// As [`import_through_reading`], with more arguments.
pub(super) async fn import_with(
    env: &TestEnv,
    arguments: &[&str],
    rule: impl Fn(&str, &str, usize, &str) -> Option<Fault> + Send + Sync + 'static,
) -> Run {
    let (host, importer) = serve_proxy(env, rule).await;
    let mut command = binary(env.path());
    command.args(arguments).args(HASTY).args([
        "--host",
        &host,
        "--token-file",
        "token",
        "--project",
        "demo",
        "--format",
        "json",
        "a.xml",
    ]);
    drop(importer);
    run(command).await
}

/// Serves a proxy in front of the sandbox. Returns its address, and the place for the importer's process id.
pub(super) async fn serve_proxy(
    env: &TestEnv,
    rule: impl Fn(&str, &str, usize, &str) -> Option<Fault> + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let importer = Arc::new(AtomicUsize::new(0));
    let proxy = Proxy {
        client: crate::sandbox::client(),
        upstream: env.running.url.clone(),
        rule: Arc::new(rule),
        count: Arc::default(),
        importer: Arc::clone(&importer),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(pass).with_state(proxy);
    // Ends with the test's runtime.
    tokio::spawn(async move { axum::serve(listener, router).await });
    (host, importer)
}

pub(super) async fn env() -> TestEnv {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(&[("cart", &["adds", "removes"]), ("login", &["greets"])]));
    env
}
