//! Tests the sandbox over HTTP.

#![cfg(feature = "sandbox")]
#![allow(
    clippy::unwrap_used,
    reason = "test helpers may panic, but clippy exempts only functions marked as tests"
)]

mod access;
mod batch;
mod browser;
mod database;
mod guide;
mod lists;
mod load;
mod nested;
mod page;
mod page_outcomes;
mod process;
mod revisions;
mod runs;
mod vendor;
mod writes;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use testquality_sandbox::{self as sandbox, Journal, RunningSandbox, Settings, Store};

/// A sandbox of its own for one test, and a client with its token.
pub(crate) struct Site {
    pub(crate) running: RunningSandbox,
    pub(crate) client: Client,
    pub(crate) journal: Journal,
    /// Declared last, so that it is removed last.
    _directory: TempDir,
}

/// The rows that every new database has.
pub(crate) struct Roots {
    pub(crate) project: i64,
    pub(crate) plan: i64,
    pub(crate) suite: i64,
}

pub(crate) fn client() -> Client {
    // Another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Without TLS, no certificates need be read.
    Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path().join("sandbox.db"), "Demo").unwrap();
        let journal = Journal::new();
        let mut settings = Settings::new(store, sandbox::Token::generate().unwrap());
        settings.journal = Some(journal.clone());
        change(&mut settings);
        Self {
            running: sandbox::spawn(settings).await.unwrap(),
            client: client(),
            journal,
            _directory: directory,
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}/api/{path}", self.running.url))
            .bearer_auth(self.running.token.expose_secret())
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let response = self.request(Method::GET, path).send().await.unwrap();
        json_of(response, StatusCode::OK).await
    }

    /// The `data` of a list.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        let list = self.get(path).await;
        list["data"].as_array().unwrap().clone()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value, expected: StatusCode) -> Value {
        let request = self.request(Method::POST, path).json(body);
        json_of(request.send().await.unwrap(), expected).await
    }

    pub(crate) async fn create(&self, path: &str, body: &Value) -> Value {
        self.post(path, body, StatusCode::CREATED).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value, expected: StatusCode) -> Value {
        let request = self.request(Method::PUT, path).json(body);
        json_of(request.send().await.unwrap(), expected).await
    }

    pub(crate) async fn delete(&self, path: &str, expected: StatusCode) -> Value {
        let request = self.request(Method::DELETE, path);
        json_of(request.send().await.unwrap(), expected).await
    }

    pub(crate) async fn roots(&self) -> Roots {
        let project = self.running.project_id;
        let plan = self.list(&format!("plan?project_id={project}&is_root=true")).await;
        let suite = self.list(&format!("suite?project_id={project}&is_root=true")).await;
        assert_eq!((plan.len(), suite.len()), (1, 1));
        Roots { project, plan: id(&plan[0]), suite: id(&suite[0]) }
    }

    /// A folder below `parent`.
    pub(crate) async fn folder(&self, roots: &Roots, name: &str, parent: i64) -> i64 {
        let body = json!({"name": name, "project_id": roots.project, "plan_id": roots.plan,
                          "plan_suite": {"parent_id": parent}});
        id(&self.create("suite", &body).await)
    }

    /// A test in `suite`.
    pub(crate) async fn test(&self, roots: &Roots, name: &str, suite: i64) -> i64 {
        id(&self.create("test", &new_test(roots, name, suite)).await)
    }
}

pub(crate) fn new_test(roots: &Roots, name: &str, suite: i64) -> Value {
    json!({"name": name, "project_id": roots.project, "suite_id": suite, "is_automated": true})
}

pub(crate) fn id(row: &Value) -> i64 {
    row["id"].as_i64().unwrap()
}

pub(crate) fn ids(rows: &[Value]) -> Vec<i64> {
    rows.iter().map(id).collect()
}

/// The JSON body. Checks the status, and the header that every response has.
pub(crate) async fn json_of(response: Response, expected: StatusCode) -> Value {
    let status = response.status();
    let mark = response.headers()["x-tq-sandbox"].to_str().unwrap();
    assert!(mark.starts_with("not TestQuality; tq-import sandbox "));
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = response.text().await.unwrap();
    assert_eq!(status, expected, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// The keys of a JSON object in the order of the text; a parsed object has them sorted.
pub(crate) fn keys_in_order(json: &str) -> Vec<String> {
    struct Keys(Vec<String>);
    impl<'de> serde::Deserialize<'de> for Keys {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Keys;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<Keys, A::Error> {
                    let mut keys = Vec::new();
                    while let Some((key, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                        keys.push(key);
                    }
                    Ok(Keys(keys))
                }
            }
            deserializer.deserialize_map(Visitor)
        }
    }
    serde_json::from_str::<Keys>(json).unwrap().0
}
