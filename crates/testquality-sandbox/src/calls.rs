//! Everything below `/api`: a path, a method and a body become an operation of the store.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value as Json;

use crate::batch;
use crate::error::ApiError;
use crate::query::{ListQuery, RowQuery};
use crate::router::{OwnHost, Shared};
use crate::store::{Saved, Store};
use crate::target::{Operation, Target};

/// How much of a body that is too long is still read, so that its sender gets to see the answer.
const DRAINED: usize = 64 * 1024 * 1024;

/// The status and the JSON of an answer.
pub(crate) type Answer = (StatusCode, Vec<u8>);

/// What is asked, and of whom.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Shared,
    /// The checked `Host`, for the URLs in lists.
    pub(crate) host: &'a str,
    /// The path without its `/api/`.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
}

/// Answers a request below `/api`.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    Extension(OwnHost(host)): Extension<OwnHost>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let path = uri.path().strip_prefix("/api/").unwrap_or_default();
    let call = Call { shared: &shared, host: &host, path, query: uri.query().unwrap_or_default() };
    let (status, json) = if path == batch::PATH {
        if method != Method::POST {
            return Err(ApiError::MethodNotAllowed("POST"));
        }
        let body = read_json(&headers, body, shared.max_body_bytes).await?;
        batch::answer(&call, &body).await?
    } else {
        let target = Target::parse(path)?;
        let operation = target.operation(&method)?;
        let body = match operation {
            Operation::List | Operation::Get(_) | Operation::Delete(_) => Json::Null,
            Operation::Restore(_) => {
                // A restore need not say anything (CLI).
                let body = read_body(&headers, body, shared.max_body_bytes).await?;
                if body.is_empty() { Json::Null } else { parse_json(&headers, &body)? }
            }
            _ => read_json(&headers, body, shared.max_body_bytes).await?,
        };
        call.carry_out(target, operation, body).await?
    };
    Ok((status, [(CONTENT_TYPE, "application/json")], json).into_response())
}

impl Call<'_> {
    /// Does to the target what was asked.
    pub(crate) async fn carry_out(
        &self,
        target: Target,
        operation: Operation,
        body: Json,
    ) -> Result<Answer, ApiError> {
        let Target { within, resource, .. } = target;
        match operation {
            Operation::List => {
                let query = ListQuery::read(resource, self.query, self.shared.max_per_page)?;
                let path = format!("http://{}/api/{}", self.host, self.path);
                self.run(move |store| store.list(resource, &within, &query, &path)).await
            }
            Operation::Get(id) => {
                let query = RowQuery::read(resource, self.query)?;
                self.run(move |store| store.get(resource, &within, id, &query)).await
            }
            Operation::Save => {
                let Saved { created, json } =
                    self.shared.store.run(move |store| store.save(resource, &within, body)).await?;
                // Which 2xx the service answers is not known; its SDK takes 200 and 201.
                let status = if created { StatusCode::CREATED } else { StatusCode::OK };
                Ok((status, json))
            }
            Operation::UpdateMany => {
                self.run(move |store| Ok(store.update_many(resource, &within, &body)?.json)).await
            }
            Operation::DeleteMany => {
                self.run(move |store| store.delete_many(resource, &within, &body)).await
            }
            Operation::Update(id) => {
                self.run(move |store| store.update(resource, &within, id, &body)).await
            }
            Operation::Delete(id) => {
                self.run(move |store| store.delete(resource, &within, id)).await
            }
            Operation::Restore(id) => {
                if !within.is_empty() {
                    // What is deleted stands nowhere.
                    return Err(ApiError::no_route());
                }
                self.run(move |store| store.restore(resource, id, &body)).await
            }
        }
    }

    async fn run(
        &self,
        work: impl FnOnce(&Store) -> Result<Vec<u8>, ApiError> + Send + 'static,
    ) -> Result<Answer, ApiError> {
        Ok((StatusCode::OK, self.shared.store.run(work).await?))
    }
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
