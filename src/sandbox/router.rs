//! Routes, and the layers around them.
//!
//! A request passes, from the outside in: the mark that this is not TestQuality and the journal;
//! the guard (host, origin, length of the request line); the faults that were asked for; the token;
//! its route.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde_json::Value as Json;

use super::auth::TokenCheck;
use super::error::ApiError;
use super::faults::{Faults, misbehave};
use super::guard::{self, Reach};
use super::journal::Journal;
use super::page;
use super::query::ListQuery;
use super::resources::Resource;
use super::store::{Saved, Store};

/// On every answer, so that nobody takes the sandbox for the service.
const MARK: HeaderName = HeaderName::from_static("x-tq-sandbox");
const MARK_TEXT: HeaderValue = HeaderValue::from_static(concat!(
    "not TestQuality; tq-import sandbox ",
    env!("CARGO_PKG_VERSION")
));

/// How much of a body that is too long is still read, so that its sender gets to see the answer.
const DRAINED: usize = 64 * 1024 * 1024;

/// What the handlers share.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) token: TokenCheck,
    pub(crate) reach: Reach,
    pub(crate) journal: Option<Journal>,
    pub(crate) max_per_page: Option<u32>,
    pub(crate) max_body_bytes: usize,
    pub(crate) faults: Arc<Faults>,
    pub(crate) serial: AtomicU64,
}

/// The `Host` of a request, after it was checked.
#[derive(Clone)]
struct OwnHost(String);

type Shares = State<Arc<Shared>>;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    // Nested routes (`/plan/{id}/suite`, `/suite/{id}/test`) and `/batch` would stand here.
    Router::new()
        .route("/", get(index))
        .route("/api/{resource}", get(list).post(save).put(update_many))
        .route("/api/{resource}/delete", post(delete_many))
        .route("/api/{resource}/{id}", get(get_one).put(update).delete(delete))
        .route("/api/{resource}/{id}/restore", post(restore))
        .fallback(async || ApiError::NotFound("There is no such route.".to_owned()))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(from_fn_with_state(Arc::clone(&shared), authenticate))
        // What this does before the inner service runs is before the commit, what it does to the response after it.
        .layer(from_fn_with_state(Arc::clone(&shared), misbehave))
        .layer(from_fn_with_state(Arc::clone(&shared), guard))
        .layer(from_fn_with_state(Arc::clone(&shared), mark_and_record))
        .with_state(shared)
}

async fn mark_and_record(State(shared): Shares, request: Request, next: Next) -> Response {
    let serial = shared.serial.fetch_add(1, Ordering::Relaxed);
    if let Some(journal) = &shared.journal {
        journal.arrival(serial, request.method().as_str(), &request.uri().to_string());
    }
    let mut response = next.run(request).await;
    response.headers_mut().insert(MARK, MARK_TEXT);
    if let Some(journal) = &shared.journal {
        journal.answer(serial, response.status().as_u16());
    }
    response
}

async fn guard(
    State(shared): Shares,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let host = shared.reach.check(request.uri(), request.headers())?;
    guard::check_length(request.method().as_str(), request.uri())?;
    request.extensions_mut().insert(OwnHost(host));
    Ok(next.run(request).await)
}

/// The token comes before everything below `/api`: without it nobody learns which routes there are.
async fn authenticate(
    State(shared): Shares,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if request.uri().path() != "/" && !shared.token.admits(request.headers()) {
        return Err(ApiError::Unauthenticated);
    }
    Ok(next.run(request).await)
}

async fn index() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, page::HTML).into_response()
}

async fn list(
    State(shared): Shares,
    Extension(OwnHost(host)): Extension<OwnHost>,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let resource = resource(&name)?;
    let query = ListQuery::read(resource, uri.query().unwrap_or_default(), shared.max_per_page)?;
    let path = format!("http://{host}/api/{name}");
    let json = shared.store.run(move |store| store.list(resource, &query, &path)).await?;
    Ok(answer(StatusCode::OK, json))
}

async fn get_one(
    State(shared): Shares,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (resource, id) = row(&name, &id)?;
    let json = shared.store.run(move |store| store.get(resource, id)).await?;
    Ok(answer(StatusCode::OK, json))
}

async fn save(
    State(shared): Shares,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let resource = resource(&name)?;
    let body = read_json(&headers, body, shared.max_body_bytes).await?;
    let Saved { created, json } =
        shared.store.run(move |store| store.save(resource, &body)).await?;
    // Which 2xx the service answers is not known; its SDK takes 200 and 201.
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer(status, json))
}

async fn update_many(
    State(shared): Shares,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let resource = resource(&name)?;
    let body = read_json(&headers, body, shared.max_body_bytes).await?;
    let saved = shared.store.run(move |store| store.update_many(resource, &body)).await?;
    Ok(answer(StatusCode::OK, saved.json))
}

async fn update(
    State(shared): Shares,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let (resource, id) = row(&name, &id)?;
    let body = read_json(&headers, body, shared.max_body_bytes).await?;
    let json = shared.store.run(move |store| store.update(resource, id, &body)).await?;
    Ok(answer(StatusCode::OK, json))
}

async fn delete(
    State(shared): Shares,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (resource, id) = row(&name, &id)?;
    let json = shared.store.run(move |store| store.delete(resource, id)).await?;
    Ok(answer(StatusCode::OK, json))
}

async fn delete_many(
    State(shared): Shares,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let resource = resource(&name)?;
    let body = read_json(&headers, body, shared.max_body_bytes).await?;
    let json = shared.store.run(move |store| store.delete_many(resource, &body)).await?;
    Ok(answer(StatusCode::OK, json))
}

async fn restore(
    State(shared): Shares,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let (resource, id) = row(&name, &id)?;
    let body = read_body(&headers, body, shared.max_body_bytes).await?;
    // A restore need not say anything (CLI).
    let body = if body.is_empty() { Json::Null } else { parse_json(&headers, &body)? };
    let json = shared.store.run(move |store| store.restore(resource, id, &body)).await?;
    Ok(answer(StatusCode::OK, json))
}

fn resource(name: &str) -> Result<&'static Resource, ApiError> {
    Resource::named(name).ok_or_else(|| ApiError::NotFound("There is no such resource.".to_owned()))
}

fn row(name: &str, id: &str) -> Result<(&'static Resource, i64), ApiError> {
    let resource = resource(name)?;
    let id =
        id.parse().map_err(|_| ApiError::NotFound(format!("{} not found.", resource.model)))?;
    Ok((resource, id))
}

fn answer(status: StatusCode, json: Vec<u8>) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], json).into_response()
}

async fn read_json(headers: &HeaderMap, body: Body, max_bytes: usize) -> Result<Json, ApiError> {
    let body = read_body(headers, body, max_bytes).await?;
    parse_json(headers, &body)
}

async fn read_body(headers: &HeaderMap, body: Body, max_bytes: usize) -> Result<Bytes, ApiError> {
    let declared =
        headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > DRAINED) {
        return Err(ApiError::TooLarge);
    }
    let body =
        axum::body::to_bytes(body, DRAINED.max(max_bytes)).await.map_err(|_| ApiError::TooLarge)?;
    if body.len() > max_bytes {
        return Err(ApiError::TooLarge);
    }
    Ok(body)
}

fn parse_json(headers: &HeaderMap, body: &[u8]) -> Result<Json, ApiError> {
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/json") {
        return Err(ApiError::NotJson);
    }
    serde_json::from_slice(body)
        .map_err(|error| ApiError::BadRequest(format!("The body is not JSON: {error}.")))
}
