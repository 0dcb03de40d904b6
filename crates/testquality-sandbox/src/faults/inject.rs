//! Applies the fault rules around the routes: a fault strikes before or after the commit.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde_json::Value as Json;

use super::{FaultKind, echo};
use crate::router::{DeletedRows, SharedState};

/// Longer than every response of the sandbox.
const MAX_BODY_BYTES: usize = 256 * 1024 * 1024;

/// Executes a request with the fault that the rules select, if any.
pub(crate) async fn inject_faults(
    State(state): SharedState,
    mut request: Request,
    next: Next,
) -> Response {
    let resource = request.uri().path().strip_prefix("/api/").unwrap_or_default();
    let resource = resource.split('/').next().unwrap_or_default();
    let Some(fault) = state.faults.fault_for(request.method(), resource) else {
        return next.run(request).await;
    };
    tracing::debug!(method = %request.method(), resource, ?fault, "fault injected");
    match fault {
        FaultKind::Reject { status, retry_after } => {
            let mut response = proxy_page(*status);
            if let Some(after) = retry_after.as_deref().and_then(|after| after.parse().ok()) {
                response.headers_mut().insert(RETRY_AFTER, after);
            }
            response
        }
        FaultKind::HangUpBefore => hang_up(),
        FaultKind::HangUpAfter => {
            drop(read_all(next.run(request).await).await);
            hang_up()
        }
        FaultKind::Lost(status) => {
            drop(read_all(next.run(request).await).await);
            proxy_page(*status)
        }
        FaultKind::Delay(time) => {
            tokio::time::sleep(*time).await;
            next.run(request).await
        }
        FaultKind::RejectArrays(_)
        | FaultKind::HalfArray(_)
        | FaultKind::WrapDescriptions
        | FaultKind::DropDescriptions
        | FaultKind::ShortenDescriptions(_) => {
            change_request(fault, request, next, state.bodies.max_bytes).await
        }
        FaultKind::ShowDeleted => {
            request.extensions_mut().insert(DeletedRows::Shown);
            next.run(request).await
        }
        FaultKind::Limit { .. } => proxy_page(StatusCode::TOO_MANY_REQUESTS),
        FaultKind::Echo(Some(status)) => echo::response(*status, request.headers()),
        FaultKind::Echo(None) => {
            let token = echo::token(request.headers());
            let (status, headers, body) = read_all(next.run(request).await).await;
            let body = echo::in_names(&token, &body).unwrap_or(body);
            (status, headers, body).into_response()
        }
        FaultKind::Cut => {
            let (status, headers, body) = read_all(next.run(request).await).await;
            let half = body.slice(..body.len() / 2);
            send_in_pieces(status, headers, vec![half], true)
        }
        FaultKind::Drip => {
            let (status, headers, body) = read_all(next.run(request).await).await;
            let bytes = (0..body.len()).map(|at| body.slice(at..=at)).collect();
            send_in_pieces(status, headers, bytes, false)
        }
        FaultKind::Empty => next.run(request).await.status().into_response(),
        FaultKind::Html => proxy_page(next.run(request).await.status()),
        FaultKind::Reverse | FaultKind::Shift | FaultKind::Lag(_) | FaultKind::StringIds => {
            let (status, headers, body) = read_all(next.run(request).await).await;
            let body = change_response(fault, &body).unwrap_or(body);
            (status, headers, body).into_response()
        }
    }
}

/// Applies a fault that depends on the body of the request.
async fn change_request(
    fault: &FaultKind,
    request: Request,
    next: Next,
    max_bytes: usize,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, max_bytes).await else {
        return hang_up();
    };
    let Ok(mut json) = serde_json::from_slice::<Json>(&bytes) else {
        return next.run(Request::from_parts(parts, Body::from(bytes))).await;
    };
    let mut forward = async |json: &Json| {
        let bytes = json.to_string();
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        next.clone().run(Request::from_parts(parts.clone(), Body::from(bytes))).await
    };
    match (fault, &mut json) {
        (FaultKind::RejectArrays(status), Json::Array(_)) => proxy_page(*status),
        (FaultKind::HalfArray(status), Json::Array(rows)) if rows.len() > 1 => {
            rows.truncate(rows.len() / 2);
            drop(forward(&json).await);
            proxy_page(*status)
        }
        (
            FaultKind::WrapDescriptions
            | FaultKind::DropDescriptions
            | FaultKind::ShortenDescriptions(_),
            json,
        ) => {
            let rows = match &mut *json {
                Json::Array(rows) => rows.as_mut_slice(),
                row => std::slice::from_mut(row),
            };
            for description in rows.iter_mut().filter_map(|row| row.get_mut("description")) {
                *description = match (fault, description.as_str()) {
                    (FaultKind::WrapDescriptions, Some(text)) => {
                        Json::from(format!("<p>{text}</p>\r\n"))
                    }
                    (FaultKind::ShortenDescriptions(chars), Some(text)) => {
                        Json::from(text.chars().take(*chars).collect::<String>())
                    }
                    _ => Json::Null,
                };
            }
            forward(json).await
        }
        (_, json) => forward(json).await,
    }
}

/// The changed body of a response; `None` if the fault does not apply to it.
fn change_response(fault: &FaultKind, body: &[u8]) -> Option<Bytes> {
    let mut json: Json = serde_json::from_slice(body).ok()?;
    match fault {
        FaultKind::Reverse => json.as_array_mut()?.reverse(),
        FaultKind::Shift => {
            json.get_mut("data")?.as_array_mut()?.pop()?;
        }
        FaultKind::Lag(time) => {
            let visible_until = jiff::Timestamp::now().checked_sub(*time).ok()?;
            let rows = json.get_mut("data")?.as_array_mut()?;
            let before = rows.len();
            let created_at = |row: &Json| -> Option<jiff::Timestamp> {
                row.get("created_at")?.as_str()?.parse().ok()
            };
            rows.retain(|row| created_at(row).is_none_or(|created| created <= visible_until));
            let omitted = (before - rows.len()) as u64;
            let total = json.get("total")?.as_u64()?;
            json["total"] = total.saturating_sub(omitted).into();
        }
        _ => ids_as_strings(&mut json),
    }
    Some(Bytes::from(json.to_string()))
}

fn ids_as_strings(json: &mut Json) {
    match json {
        Json::Array(rows) => rows.iter_mut().for_each(ids_as_strings),
        Json::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if value.is_u64() && (name == "id" || name.ends_with("_id")) {
                    *value = Json::String(value.to_string());
                } else {
                    ids_as_strings(value);
                }
            }
        }
        _ => {}
    }
}

/// The status, headers and whole body of a response. The headers lack the length, which a fault may change.
async fn read_all(response: Response) -> (StatusCode, HeaderMap, Bytes) {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let bytes = to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_default();
    (parts.status, parts.headers, bytes)
}

/// Sends a body in pieces, and optionally breaks the connection after the last one.
fn send_in_pieces(
    status: StatusCode,
    headers: HeaderMap,
    pieces: Vec<Bytes>,
    breaks_off: bool,
) -> Response {
    let end = breaks_off.then(|| Err(io::Error::other("cut")));
    let pieces = stream::unfold(pieces.into_iter().map(Ok).chain(end), |mut pieces| async {
        let piece = pieces.next()?;
        // Without a pause, the pieces would arrive together.
        tokio::time::sleep(Duration::from_millis(5)).await;
        Some((piece, pieces))
    });
    (status, headers, Body::from_stream(pieces)).into_response()
}

/// A body that fails before its first byte, so that the connection closes before anything is sent.
fn hang_up() -> Response {
    let error = stream::once(async { Err::<Bytes, io::Error>(io::Error::other("hung up")) });
    Body::from_stream(error).into_response()
}

/// A page of HTML, as proxies answer with.
fn proxy_page(status: StatusCode) -> Response {
    let html = format!("<html><body><h1>{status}</h1></body></html>");
    (status, [(CONTENT_TYPE, "text/html")], html).into_response()
}
