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

use super::behaviour::{self, Behaviour};
use super::{FaultKind, RuleKind, echo};
use crate::router::{DeletedRows, SharedState};

/// Longer than every response of the sandbox.
pub(super) const MAX_BODY_BYTES: usize = 256 * 1024 * 1024;

/// The description that somebody else writes with `edited`.
const EDIT: &str = "Somebody else wrote this.";

/// Executes a request with the behaviours and the fault that the rules select, if any.
pub(crate) async fn inject_faults(
    State(state): SharedState,
    mut request: Request,
    next: Next,
) -> Response {
    let mut body = Bytes::new();
    if state.faults.read_bodies() {
        let (parts, unread) = request.into_parts();
        body = to_bytes(unread, state.bodies.max_bytes).await.unwrap_or_default();
        request = Request::from_parts(parts, Body::from(body.clone()));
    }
    let resource = request.uri().path().strip_prefix("/api/").unwrap_or_default();
    let resource = resource.split('/').next().unwrap_or_default();
    let (mut fault, mut behaviours) = (None, Vec::new());
    let query = request.uri().query().unwrap_or_default();
    for kind in state.faults.matching(request.method(), resource, query, &body) {
        match kind {
            RuleKind::Behaviour(behaviour) => behaviours.push(behaviour.clone()),
            RuleKind::Fault(kind) => fault = fault.or(Some(kind)),
        }
    }
    let next = Handler { behaviours, next };
    let Some(fault) = fault else {
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
        FaultKind::Failed => {
            let said = serde_json::json!({"error": "The request failed.", "code": 1});
            (StatusCode::OK, axum::Json(said)).into_response()
        }
        FaultKind::Queued(time) => {
            let time = *time;
            tokio::spawn(async move {
                tokio::time::sleep(time).await;
                drop(read_all(next.run(request).await).await);
            });
            let said = serde_json::json!({"status": "queued"});
            (StatusCode::ACCEPTED, axum::Json(said)).into_response()
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
        | FaultKind::FirstOfArray
        | FaultKind::EditBefore => {
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
        FaultKind::Reverse | FaultKind::Shift => {
            let (status, headers, body) = read_all(next.run(request).await).await;
            let body = change_response(fault, &body).unwrap_or(body);
            (status, headers, body).into_response()
        }
    }
}

/// The rest of the server, with its behaviours.
#[derive(Clone)]
struct Handler {
    behaviours: Vec<Behaviour>,
    next: Next,
}

impl Handler {
    async fn run(self, request: Request) -> Response {
        behaviour::run(&self.behaviours, request, self.next).await
    }
}

/// Applies a fault that depends on the body of the request.
async fn change_request(
    fault: &FaultKind,
    request: Request,
    next: Handler,
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
        (FaultKind::FirstOfArray, Json::Array(rows)) if !rows.is_empty() => forward(&rows[0]).await,
        (FaultKind::EditBefore, json) => {
            drop(forward(&serde_json::json!({"description": EDIT})).await);
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
        _ => return None,
    }
    Some(Bytes::from(json.to_string()))
}

/// The status, headers and whole body of a response. The headers lack the length, which a fault may change.
pub(super) async fn read_all(response: Response) -> (StatusCode, HeaderMap, Bytes) {
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
