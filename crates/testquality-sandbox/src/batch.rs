//! Several requests in one (SDK): `{"requests":[{"method","endpoint","body"}]}` is answered by
//! `{"responses":[[{"method","endpoint","status","data"}]]}`.
//!
//! Each is carried out by itself, one after the other; one that is refused does not undo those
//! before it and does not stop those after it (our choice).

use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::calls::{Answer, Call};
use crate::error::{ApiError, Faults, MAX_ANSWER};
use crate::store::MAX_ELEMENTS;
use crate::target::{Operation, Target};

/// The path below `/api`.
pub(crate) const PATH: &str = "batch";

/// Carries out the requests in `body`.
pub(crate) async fn answer(call: &Call<'_>, body: &Json) -> Result<Answer, ApiError> {
    let requests = requests(body)?;
    let mut out = Vec::from(b"{\"responses\":[[");
    for (index, request) in requests.into_iter().enumerate() {
        let Request { method, endpoint, body } = request;
        let answered = if out.len() > MAX_ANSWER {
            Err(ApiError::answer_too_long())
        } else {
            one(call, method, endpoint, body).await
        };
        let (status, data) = match answered {
            Ok(answer) => answer,
            Err(error) => {
                let (status, into_response_parts) = error.into_response_parts();
                (status, into_response_parts.to_string().into_bytes())
            }
        };
        if index > 0 {
            out.push(b',');
        }
        // The client finds its answer by method and endpoint, as it wrote them (SDK).
        let (method, endpoint) = (json!(method), json!(endpoint));
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

struct Request<'a> {
    method: &'a str,
    endpoint: &'a str,
    body: Json,
}

fn requests(body: &Json) -> Result<Vec<Request<'_>>, ApiError> {
    let Some(requests) = body.get("requests").and_then(Json::as_array) else {
        let mut faults = Faults::default();
        faults.must_be("requests", "an array");
        return Err(ApiError::Invalid(faults));
    };
    if requests.len() > MAX_ELEMENTS {
        return Err(ApiError::TooMany);
    }
    let mut faults = Faults::default();
    let mut read = Vec::with_capacity(requests.len());
    for (index, request) in requests.iter().enumerate() {
        let text = |name: &str| request.get(name).and_then(Json::as_str);
        match (text("method"), text("endpoint")) {
            (Some(method), Some(endpoint)) => {
                let body = request.get("body").cloned().unwrap_or_default();
                read.push(Request { method, endpoint, body });
            }
            (None, _) => faults.must_be(&format!("requests.{index}.method"), "a string"),
            (_, None) => faults.must_be(&format!("requests.{index}.endpoint"), "a string"),
        }
    }
    faults.into_result()?;
    Ok(read)
}

async fn one(
    call: &Call<'_>,
    method: &str,
    endpoint: &str,
    body: Json,
) -> Result<Answer, ApiError> {
    let path = endpoint.strip_prefix("/api/").ok_or_else(ApiError::no_route)?;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let target = Target::parse(path)?;
    let method: Method = method
        .to_ascii_uppercase()
        .parse()
        .map_err(|_| ApiError::BadRequest(format!("There is no method {method}.")))?;
    let operation = target.operation(&method)?;
    let body = match operation {
        Operation::List | Operation::Get(_) | Operation::Delete(_) => Json::Null,
        _ => body,
    };
    Call { path, query, ..*call }.carry_out(target, operation, body).await
}
