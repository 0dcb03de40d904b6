//! The endpoints of GitHub and GitLab for comments, as far as our scripts use them, over HTTP.
//!
//! They answer as the real ones do: pages of at most 100, 30 or 20 by default; 401 without the token; GitHub refuses empty and long
//! comments and lists pull requests by `owner:branch`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, patch, put};
use axum::{Json, Router};
use serde_json::{Value, json};

/// The token of a job of GitHub, and the one of the project on GitLab.
pub(crate) const TOKEN: &str = "job-token-canary";

/// GitHub's limit, in characters.
const LONGEST: usize = 65_536;

/// A comment on a pull or merge request.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) request: u64,
    /// A login on GitHub.
    pub(crate) author: String,
    pub(crate) body: String,
}

#[derive(Debug, Default)]
struct Content {
    comments: Vec<Comment>,
    last: u64,
    /// Each has `number`, `state`, `head.ref`, `head.sha` and `head.user.login`.
    pulls: Vec<Value>,
    requests: Vec<String>,
    read_only: bool,
    /// Comments vanish as soon as they are to be changed.
    forgets: bool,
}

/// A server and what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Forge {
    pub(crate) url: String,
    content: Arc<Mutex<Content>>,
}

/// The account of a job's token on GitHub.
pub(crate) const BOT: &str = "github-actions[bot]";

impl Forge {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let forge = Self { url, content: Arc::default() };
        let notes = "/api/v4/projects/{project}/merge_requests/{number}/notes";
        let router = Router::new()
            .route("/repos/me/shop/issues/{number}/comments", get(list).post(create))
            .route("/repos/me/shop/issues/comments/{id}", patch(change).delete(remove))
            .route("/repos/me/shop/pulls", get(pulls))
            .route("/api/v4/user", get(user))
            .route(notes, get(list_notes).post(create_note))
            .route(&format!("{notes}/{{id}}"), put(change_note).delete(remove_note))
            .with_state(forge.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        forge
    }

    pub(crate) fn add(&self, request: u64, author: &str, body: &str) -> u64 {
        let mut content = self.content.lock().unwrap();
        content.last += 1;
        let id = 1000 + content.last;
        let (author, body) = (author.to_owned(), body.to_owned());
        content.comments.push(Comment { id, request, author, body });
        id
    }

    pub(crate) fn add_pull(&self, pull: Value) {
        self.content.lock().unwrap().pulls.push(pull);
    }

    pub(crate) fn set_read_only(&self, read_only: bool) {
        self.content.lock().unwrap().read_only = read_only;
    }

    pub(crate) fn set_forgets(&self, forgets: bool) {
        self.content.lock().unwrap().forgets = forgets;
    }

    /// The comments of the account of our token on a request.
    pub(crate) fn ours(&self, request: u64) -> Vec<Comment> {
        let content = self.content.lock().unwrap();
        let is_ours = |comment: &&Comment| comment.request == request && comment.author == BOT;
        content.comments.iter().filter(is_ours).cloned().collect()
    }

    /// The comment with this id.
    pub(crate) fn body(&self, id: u64) -> String {
        let content = self.content.lock().unwrap();
        content.comments.iter().find(|comment| comment.id == id).unwrap().body.clone()
    }

    /// Method and path of every request so far; forgets them.
    pub(crate) fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.content.lock().unwrap().requests)
    }

    /// Notes a request; an answer if the header does not hold the token.
    fn admit(&self, what: String, headers: &HeaderMap) -> Result<(), Refusal> {
        self.content.lock().unwrap().requests.push(what);
        let has = |name: &str, value: &str| headers.get(name).is_some_and(|given| given == value);
        if has("authorization", &format!("Bearer {TOKEN}")) || has("private-token", TOKEN) {
            Ok(())
        } else {
            Err(message(StatusCode::UNAUTHORIZED, "Bad credentials"))
        }
    }

    fn write(&self, request: u64, id: Option<u64>, body: &str) -> Response {
        let mut content = self.content.lock().unwrap();
        if content.read_only {
            return message(StatusCode::FORBIDDEN, "Resource not accessible by integration")
                .into_response();
        }
        if body.trim().is_empty() || body.chars().count() > LONGEST {
            return message(StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed").into_response();
        }
        if content.forgets && id.is_some() {
            content.comments.retain(|comment| Some(comment.id) != id);
        }
        match id {
            Some(id) => match content.comments.iter_mut().find(|comment| comment.id == id) {
                Some(comment) => {
                    comment.body = body.to_owned();
                    (StatusCode::OK, Json(json!({"id": id}))).into_response()
                }
                None => message(StatusCode::NOT_FOUND, "Not Found").into_response(),
            },
            None => {
                drop(content);
                let id = self.add(request, BOT, body);
                (StatusCode::CREATED, Json(json!({"id": id}))).into_response()
            }
        }
    }

    fn remove(&self, id: u64) -> StatusCode {
        let mut content = self.content.lock().unwrap();
        let before = content.comments.len();
        content.comments.retain(|comment| comment.id != id);
        match content.comments.len() {
            after if after == before => StatusCode::NOT_FOUND,
            _ => StatusCode::NO_CONTENT,
        }
    }

    fn page(&self, request: u64, query: &BTreeMap<String, String>, default: usize) -> Vec<Comment> {
        let number = |name: &str, default| query.get(name).map_or(default, |n| n.parse().unwrap());
        let size = number("per_page", default).min(100);
        let content = self.content.lock().unwrap();
        let all = content.comments.iter().filter(|comment| comment.request == request);
        all.skip((number("page", 1) - 1) * size).take(size).cloned().collect()
    }
}

/// An answer that is an error.
type Refusal = (StatusCode, Json<Value>);

fn message(status: StatusCode, text: &str) -> Refusal {
    (status, Json(json!({"message": text})))
}

type Parameters = Query<BTreeMap<String, String>>;

async fn list(
    State(forge): State<Forge>,
    Path(number): Path<u64>,
    Query(query): Parameters,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    forge.admit(format!("GET {number}"), &headers)?;
    let comment = |comment: Comment| {
        let Comment { id, author, body, .. } = comment;
        json!({"id": id, "user": {"login": author}, "body": body})
    };
    Ok(Json(forge.page(number, &query, 30).into_iter().map(comment).collect()))
}

async fn create(
    State(forge): State<Forge>,
    Path(number): Path<u64>,
    headers: HeaderMap,
    Json(comment): Json<Value>,
) -> Result<Response, Refusal> {
    forge.admit(format!("POST {number}"), &headers)?;
    Ok(forge.write(number, None, comment["body"].as_str().unwrap_or_default()))
}

async fn change(
    State(forge): State<Forge>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    Json(comment): Json<Value>,
) -> Result<Response, Refusal> {
    forge.admit(format!("PATCH {id}"), &headers)?;
    Ok(forge.write(0, Some(id), comment["body"].as_str().unwrap_or_default()))
}

async fn remove(
    State(forge): State<Forge>,
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    forge.admit(format!("DELETE {id}"), &headers)?;
    Ok(forge.remove(id))
}

async fn remove_note(
    State(forge): State<Forge>,
    Path((_, _, id)): Path<(String, u64, u64)>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    forge.admit(format!("DELETE {id}"), &headers)?;
    Ok(forge.remove(id))
}

async fn pulls(
    State(forge): State<Forge>,
    Query(query): Parameters,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    forge.admit(format!("GET pulls {}", query["head"]), &headers)?;
    let content = forge.content.lock().unwrap();
    let text =
        |pull: &Value, pointer: &str| pull.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let is_asked = |pull: &&Value| {
        let head = format!("{}:{}", text(pull, "/head/user/login"), text(pull, "/head/ref"));
        head == query["head"] && (query["state"] == "all" || query["state"] == text(pull, "/state"))
    };
    Ok(Json(content.pulls.iter().filter(is_asked).cloned().collect()))
}

async fn user(State(forge): State<Forge>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    forge.admit("GET user".to_owned(), &headers)?;
    Ok(Json(json!({"id": 9, "username": "project_5_bot"})))
}

async fn list_notes(
    State(forge): State<Forge>,
    Path((_, number)): Path<(String, u64)>,
    Query(query): Parameters,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    forge.admit(format!("GET {number}"), &headers)?;
    let note = |comment: Comment| {
        let Comment { id, author, body, .. } = comment;
        json!({"id": id, "author": {"id": if author == BOT { 9 } else { 1 }}, "body": body})
    };
    Ok(Json(forge.page(number, &query, 20).into_iter().map(note).collect()))
}

/// The field `body` of a form.
fn body_of(form: &str) -> String {
    let fields = url::form_urlencoded::parse(form.as_bytes());
    fields.filter(|(name, _)| name == "body").map(|(_, value)| value.into_owned()).collect()
}

async fn create_note(
    State(forge): State<Forge>,
    Path((_, number)): Path<(String, u64)>,
    headers: HeaderMap,
    form: String,
) -> Result<Response, Refusal> {
    forge.admit(format!("POST {number}"), &headers)?;
    Ok(forge.write(number, None, &body_of(&form)))
}

async fn change_note(
    State(forge): State<Forge>,
    Path((_, number, id)): Path<(String, u64, u64)>,
    headers: HeaderMap,
    form: String,
) -> Result<Response, Refusal> {
    forge.admit(format!("PUT {id}"), &headers)?;
    Ok(forge.write(number, Some(id), &body_of(&form)))
}
