//! Several requests in one (SDK): `{"requests":[{"method","endpoint","body"}]}` is answered by
//! `{"responses":[[{"method","endpoint","status","data"}]]}`.
//!
//! The requests run one after the other. A rejected one neither undoes those before it nor stops
//! those after it (our choice).

use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::api::{ApiRequest, JsonResponse};
use crate::error::{ApiError, MAX_RESPONSE_BYTES, ValidationErrors};
use crate::path::ResourcePath;
use crate::store::MAX_ELEMENTS;

/// The path below `/api/`.
pub(crate) const PATH: &str = "batch";

/// Executes the requests in `body`.
pub(crate) async fn execute(batch: &ApiRequest<'_>, body: &Json) -> Result<JsonResponse, ApiError> {
    let requests = parse_requests(body)?;
    let mut out = Vec::from(b"{\"responses\":[[");
    for (index, request) in requests.into_iter().enumerate() {
        let (method, endpoint) = (json!(request.method), json!(request.endpoint));
        let response = if out.len() > MAX_RESPONSE_BYTES {
            Err(ApiError::response_too_long())
        } else {
            execute_one(batch, request).await
        };
        let (status, data) = response.unwrap_or_else(|error| {
            let (status, body) = error.into_response_parts();
            (status, body.to_string().into_bytes())
        });
        if index > 0 {
            out.push(b',');
        }
        // The SDK finds a response by its method and endpoint, written as in the request.
        let head = format!(
            "{{\"method\":{method},\"endpoint\":{endpoint},\"status\":{},\"data\":",
            status.as_u16()
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&data);
        out.push(b'}');
    }
    out.extend_from_slice(b"]]}");
    Ok((StatusCode::OK, out))
}

struct BatchedRequest<'a> {
    method: &'a str,
    endpoint: &'a str,
    body: Json,
}

fn parse_requests(body: &Json) -> Result<Vec<BatchedRequest<'_>>, ApiError> {
    let requests = body
        .get("requests")
        .and_then(Json::as_array)
        .ok_or_else(|| ApiError::must_be("requests", "an array"))?;
    if requests.len() > MAX_ELEMENTS {
        return Err(ApiError::TooManyElements);
    }
    let mut errors = ValidationErrors::default();
    let mut parsed = Vec::with_capacity(requests.len());
    for (index, request) in requests.iter().enumerate() {
        let text = |name: &str| request.get(name).and_then(Json::as_str);
        match (text("method"), text("endpoint")) {
            (Some(method), Some(endpoint)) => {
                let body = request.get("body").cloned().unwrap_or_default();
                parsed.push(BatchedRequest { method, endpoint, body });
            }
            (None, _) => errors.must_be(&format!("requests.{index}.method"), "a string"),
            (_, None) => errors.must_be(&format!("requests.{index}.endpoint"), "a string"),
        }
    }
    errors.into_result()?;
    Ok(parsed)
}

async fn execute_one(
    batch: &ApiRequest<'_>,
    BatchedRequest { method, endpoint, body }: BatchedRequest<'_>,
) -> Result<JsonResponse, ApiError> {
    let path = endpoint.strip_prefix("/api/").ok_or_else(ApiError::no_route)?;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let resource_path = ResourcePath::parse(path)?;
    let method: Method = method
        .to_ascii_uppercase()
        .parse()
        .map_err(|_| ApiError::BadRequest(format!("Unknown method {method}.")))?;
    let operation = resource_path.operation(&method)?;
    ApiRequest { path, query, ..*batch }.execute(resource_path, operation, body).await
}
