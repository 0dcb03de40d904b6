//! Handles requests below `/api`: turns path, method and body into an operation of the store.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value as Json;

use crate::batch;
use crate::error::ApiError;
use crate::path::{Operation, ResourcePath};
use crate::query::{ListQuery, RowQuery};
use crate::router::{AppState, CheckedHost, DeletedRows, SharedState};
use crate::store::{Saved, Store};

/// The status and JSON of a response.
pub(crate) type JsonResponse = (StatusCode, Vec<u8>);

/// A request without its method and body.
pub(crate) struct ApiRequest<'a> {
    pub(crate) state: &'a AppState,
    /// The checked `Host`, for the URLs in lists.
    pub(crate) host: &'a str,
    /// The path without `/api/`.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) deleted: DeletedRows,
}

/// Handles every request below `/api/`.
pub(crate) async fn handle(
    State(state): SharedState,
    Extension(CheckedHost(host)): Extension<CheckedHost>,
    deleted: Option<Extension<DeletedRows>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let path = uri.path().strip_prefix("/api/").unwrap_or_default();
    let query = uri.query().unwrap_or_default();
    let deleted = deleted.map(|Extension(deleted)| deleted).unwrap_or_default();
    let request = ApiRequest { state: &state, host: &host, path, query, deleted };
    let (status, json) = if path == batch::PATH {
        if method != Method::POST {
            return Err(ApiError::MethodNotAllowed("POST"));
        }
        let body = state.bodies.read(&headers, body).await?;
        batch::execute(&request, &parse_json(&headers, &body.bytes)?).await?
    } else {
        let path = ResourcePath::parse(path)?;
        let operation = path.operation(&method)?;
        // Takes room among the bodies until the request was executed.
        let body = match operation {
            Operation::List | Operation::Get(_) | Operation::Delete(_) => None,
            _ => Some(state.bodies.read(&headers, body).await?),
        };
        let json = match &body {
            None => Json::Null,
            // The CLI restores without a body.
            Some(body) if body.bytes.is_empty() && matches!(operation, Operation::Restore(_)) => {
                Json::Null
            }
            Some(body) => parse_json(&headers, &body.bytes)?,
        };
        request.execute(path, operation, json).await?
    };
    Ok((status, [(CONTENT_TYPE, "application/json")], json).into_response())
}

impl ApiRequest<'_> {
    /// Executes the operation. Operations without a body ignore `body`.
    pub(crate) async fn execute(
        &self,
        path: ResourcePath,
        operation: Operation,
        body: Json,
    ) -> Result<JsonResponse, ApiError> {
        match operation {
            Operation::List => {
                let max_per_page = self.state.max_per_page;
                let mut query = ListQuery::parse(path.resource, self.query, max_per_page)?;
                query.deleted = self.deleted;
                let url = format!("http://{}/api/{}", self.host, self.path);
                self.run(move |store| store.list(&path, &query, &url)).await
            }
            Operation::Get(id) => {
                let mut query = RowQuery::parse(path.resource, self.query)?;
                query.deleted = self.deleted;
                self.run(move |store| store.get(&path, id, &query)).await
            }
            Operation::Save => {
                let Saved { created, json } =
                    self.state.store.run(move |store| store.save(&path, body)).await?;
                // The SDK accepts 200 and 201; which of them the service answers is unknown.
                let status = if created { StatusCode::CREATED } else { StatusCode::OK };
                Ok((status, json))
            }
            Operation::UpdateMany => self.run(move |store| store.update_many(&path, &body)).await,
            Operation::DeleteMany => self.run(move |store| store.delete_many(&path, &body)).await,
            Operation::Update(id) => self.run(move |store| store.update(&path, id, &body)).await,
            Operation::Delete(id) => self.run(move |store| store.delete(&path, id)).await,
            Operation::Restore(id) => {
                if !path.parents.is_empty() {
                    // A deleted row has no parents.
                    return Err(ApiError::no_route());
                }
                self.run(move |store| store.restore(path.resource, id, &body)).await
            }
        }
    }

    async fn run(
        &self,
        work: impl FnOnce(&Store) -> Result<Vec<u8>, ApiError> + Send + 'static,
    ) -> Result<JsonResponse, ApiError> {
        Ok((StatusCode::OK, self.state.store.run(work).await?))
    }
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
