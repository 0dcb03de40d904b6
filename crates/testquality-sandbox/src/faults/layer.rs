//! The rules at work, around the routes: what is done before them is before the commit, the rest after it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde_json::Value as Json;

use super::Kind;
use crate::router::Shared;

/// No answer of the sandbox is longer.
const LONGEST: usize = 256 * 1024 * 1024;

/// Lets a request through, or not, as the rules say.
pub(crate) async fn misbehave(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let resource = request.uri().path().strip_prefix("/api/").unwrap_or_default();
    let resource = resource.split('/').next().unwrap_or_default();
    let Some(kind) = shared.faults.strike(request.method(), resource) else {
        return next.run(request).await;
    };
    tracing::debug!(method = %request.method(), resource, ?kind, "fault");
    strike(kind, request, next).await
}

async fn strike(kind: &Kind, request: Request, next: Next) -> Response {
    match kind {
        Kind::Refused { status, retry_after } => {
            let mut response = page(*status);
            if let Some(after) = retry_after.as_deref().and_then(|after| after.parse().ok()) {
                response.headers_mut().insert(RETRY_AFTER, after);
            }
            response
        }
        Kind::HangUp(false) => hang_up(),
        Kind::HangUp(true) => {
            drop(whole(next.run(request).await).await);
            hang_up()
        }
        Kind::Lost(status) => {
            drop(whole(next.run(request).await).await);
            page(*status)
        }
        Kind::Delay(time) => {
            tokio::time::sleep(*time).await;
            next.run(request).await
        }
        Kind::Arrays(_) | Kind::Half(_) | Kind::Wrap | Kind::Drop => {
            with_body(kind, request, next).await
        }
        Kind::Cut => {
            let (status, headers, body) = whole(next.run(request).await).await;
            let half = body.slice(..body.len() / 2);
            streamed(status, headers, vec![half], true)
        }
        Kind::Drip => {
            let (status, headers, body) = whole(next.run(request).await).await;
            let bytes = (0..body.len()).map(|at| body.slice(at..=at)).collect();
            streamed(status, headers, bytes, false)
        }
        Kind::Empty => next.run(request).await.status().into_response(),
        Kind::Html => page(next.run(request).await.status()),
        Kind::Reverse | Kind::Shift | Kind::Lag(_) | Kind::StringIds => {
            let (status, headers, body) = whole(next.run(request).await).await;
            answered(status, headers, changed(kind, &body).unwrap_or(body))
        }
    }
}

/// What is done to the body of a request.
async fn with_body(kind: &Kind, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LONGEST).await else {
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
    match (kind, &mut json) {
        (Kind::Arrays(status), Json::Array(_)) => page(*status),
        (Kind::Half(status), Json::Array(rows)) if rows.len() > 1 => {
            rows.truncate(rows.len() / 2);
            drop(forward(&json).await);
            page(*status)
        }
        (Kind::Wrap | Kind::Drop, json) => {
            let rows = match &mut *json {
                Json::Array(rows) => rows.as_mut_slice(),
                row => std::slice::from_mut(row),
            };
            for description in rows.iter_mut().filter_map(|row| row.get_mut("description")) {
                *description = match (kind, description.as_str()) {
                    (Kind::Wrap, Some(text)) => Json::from(format!("<p>{text}</p>\r\n")),
                    _ => Json::Null,
                };
            }
            forward(json).await
        }
        (_, json) => forward(json).await,
    }
}

/// An answer as the rule wants it; none where it has nothing of that kind.
fn changed(kind: &Kind, body: &[u8]) -> Option<Bytes> {
    let mut json: Json = serde_json::from_slice(body).ok()?;
    match kind {
        Kind::Reverse => json.as_array_mut()?.reverse(),
        Kind::Shift => {
            json.get_mut("data")?.as_array_mut()?.pop()?;
        }
        Kind::Lag(time) => {
            let young = jiff::Timestamp::now().checked_sub(*time).ok()?;
            let rows = json.get_mut("data")?.as_array_mut()?;
            let before = rows.len();
            let made = |row: &Json| -> Option<jiff::Timestamp> {
                row.get("created_at")?.as_str()?.parse().ok()
            };
            rows.retain(|row| made(row).is_none_or(|made| made <= young));
            let gone = (before - rows.len()) as u64;
            let total = json.get("total")?.as_u64()?;
            json["total"] = (total - gone.min(total)).into();
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

type Whole = (StatusCode, HeaderMap, Bytes);

async fn whole(response: Response) -> Whole {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, LONGEST).await.unwrap_or_default();
    (parts.status, parts.headers, bytes)
}

fn answered(status: StatusCode, mut headers: HeaderMap, body: Bytes) -> Response {
    headers.remove(CONTENT_LENGTH);
    (status, headers, body).into_response()
}

/// An answer in pieces, each a moment after the other; it may break off behind the last.
fn streamed(
    status: StatusCode,
    mut headers: HeaderMap,
    pieces: Vec<Bytes>,
    breaks_off: bool,
) -> Response {
    headers.remove(CONTENT_LENGTH);
    let end = breaks_off.then(|| Err(io::Error::other("cut")));
    let pieces = stream::unfold(pieces.into_iter().map(Ok).chain(end), |mut pieces| async {
        let piece = pieces.next()?;
        // What is sent at once arrives at once.
        tokio::time::sleep(Duration::from_millis(5)).await;
        Some((piece, pieces))
    });
    (status, headers, Body::from_stream(pieces)).into_response()
}

/// A body that fails before its first byte: the connection is closed, and nothing was sent.
fn hang_up() -> Response {
    let nothing = stream::once(async { Err::<Bytes, io::Error>(io::Error::other("hung up")) });
    Body::from_stream(nothing).into_response()
}

/// What proxies answer.
fn page(status: StatusCode) -> Response {
    let html = format!("<html><body><h1>{status}</h1></body></html>");
    (status, [(CONTENT_TYPE, "text/html")], html).into_response()
}
