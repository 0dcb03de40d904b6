//! A person who works in the project while imports run.

use serde_json::{Value, json};

use super::TestEnv;

/// Sends requests as the browser of a person would.
pub(crate) struct Person<'a> {
    pub(crate) env: &'a TestEnv,
    client: reqwest::Client,
}

impl<'a> Person<'a> {
    pub(crate) fn at(env: &'a TestEnv) -> Self {
        Self { env, client: crate::sandbox::client() }
    }

    pub(crate) async fn send(&self, method: reqwest::Method, path: &str, body: &Value) -> Value {
        use secrecy::ExposeSecret as _;
        let request = self
            .client
            .request(method, format!("{}/api/{path}", self.env.running.url))
            .bearer_auth(self.env.running.token.expose_secret());
        let request = if body.is_null() { request } else { request.json(body) };
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Value {
        self.send(reqwest::Method::PUT, path, body).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        self.send(reqwest::Method::POST, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) {
        self.send(reqwest::Method::DELETE, path, &Value::Null).await;
    }

    /// The id of a row by its name.
    pub(crate) fn id(&self, table: &str, name: &str) -> i64 {
        self.env
            .db()
            .query_row(
                &format!("SELECT id FROM {table} WHERE name = ?1 AND deleted_at IS NULL"),
                [name],
                |row| row.get(0),
            )
            .unwrap()
    }

    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.env.db().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub(crate) fn project(&self) -> i64 {
        self.env.running.project_id
    }

    pub(crate) async fn folder(&self, name: &str) -> i64 {
        let root = self.number("SELECT id FROM suite WHERE is_root");
        let plan = self.number("SELECT id FROM plan WHERE is_root");
        let body = json!({"name": name, "plan_id": plan, "project_id": self.project(), "plan_suite": {"parent_id": root, "sequence_plan": 1}});
        self.post("suite", &body).await["id"].as_i64().unwrap()
    }

    pub(crate) async fn test(&self, suite: i64, fields: Value) -> i64 {
        let mut body = json!({"project_id": self.project(), "suite_id": suite, "precondition": "", "is_automated": false});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.post("test", &body).await["id"].as_i64().unwrap()
    }
}
