//! Routes, and the layers around them.
//!
//! A request passes, from the outside in: the mark that this is not TestQuality and the journal;
//! the guard (host, origin, length of the request line). Below `/api` there follow the faults that
//! were asked for, the token, and its route; everything else is the page, which has a door of its
//! own. Neither the token nor the page's cookie opens the other's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::any;

use crate::auth::TokenCheck;
use crate::calls;
use crate::error::ApiError;
use crate::faults::{Faults, misbehave};
use crate::guard::{self, Reach};
use crate::journal::Journal;
use crate::page;
use crate::store::Store;

/// On every answer, so that nobody takes the sandbox for the service.
const MARK: HeaderName = HeaderName::from_static("x-tq-sandbox");
const MARK_TEXT: HeaderValue = HeaderValue::from_static(concat!(
    "not TestQuality; tq-import sandbox ",
    env!("CARGO_PKG_VERSION")
));

/// What the handlers share.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) token: TokenCheck,
    pub(crate) reach: Reach,
    pub(crate) journal: Option<Journal>,
    pub(crate) max_per_page: Option<u32>,
    pub(crate) max_body_bytes: usize,
    pub(crate) faults: Arc<Faults>,
    pub(crate) entry: page::Entry,
    pub(crate) serial: AtomicU64,
}

/// The `Host` of a request, after it was checked.
#[derive(Clone)]
pub(crate) struct OwnHost(pub(crate) String);

type Shares = State<Arc<Shared>>;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let api = Router::new()
        .route("/api/{*path}", any(calls::handle))
        .route("/api", any(async || ApiError::no_route()))
        .route("/api/", any(async || ApiError::no_route()))
        .layer(from_fn_with_state(Arc::clone(&shared), authenticate))
        // What this does before the inner service runs is before the commit, what it does to the response after it.
        .layer(from_fn_with_state(Arc::clone(&shared), misbehave));
    page::routes(&shared)
        .merge(api)
        .layer(from_fn_with_state(Arc::clone(&shared), guard))
        .layer(from_fn_with_state(Arc::clone(&shared), mark_and_record))
        .with_state(shared)
}

async fn mark_and_record(State(shared): Shares, request: Request, next: Next) -> Response {
    let serial = shared.serial.fetch_add(1, Ordering::Relaxed);
    if let Some(journal) = &shared.journal {
        journal.arrival(serial, request.method().as_str(), &recorded(request.uri()));
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

/// What the journal keeps of a target: the page's code is nobody's business.
fn recorded(uri: &Uri) -> String {
    match uri.path() {
        "/" => "/".to_owned(),
        _ => uri.to_string(),
    }
}

/// The token comes before everything below `/api`: without it nobody learns which routes there are.
async fn authenticate(
    State(shared): Shares,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if !shared.token.admits(request.headers()) {
        return Err(ApiError::Unauthenticated);
    }
    Ok(next.run(request).await)
}
