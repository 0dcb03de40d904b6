//! The routes, and the middleware around them.
//!
//! From the outside in, a request passes the sandbox header and the journal, then the checks of
//! [`guard`]. Below `/api` follow the fault rules, the token and the route. All other
//! paths are the page, which has its own access check: the token does not open the page, and the
//! page's cookie does not open the API.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::any;

use crate::api;
use crate::auth::SecretDigest;
use crate::bodies::Bodies;
use crate::error::ApiError;
use crate::faults::{FaultRules, inject_faults};
use crate::guard::{self, Exposure};
use crate::journal::Journal;
use crate::page::{self, PageAccess};
use crate::store::Store;

/// On every response, so that nobody mistakes the sandbox for the service.
const SANDBOX_HEADER: HeaderName = HeaderName::from_static("x-tq-sandbox");
const SANDBOX_HEADER_VALUE: HeaderValue = HeaderValue::from_static(concat!(
    "not TestQuality; tq-import sandbox ",
    env!("CARGO_PKG_VERSION")
));

/// What the handlers share.
pub(crate) struct AppState {
    pub(crate) store: Store,
    pub(crate) token: SecretDigest,
    pub(crate) exposure: Exposure,
    pub(crate) journal: Option<Journal>,
    pub(crate) max_per_page: Option<u32>,
    pub(crate) bodies: Bodies,
    pub(crate) faults: FaultRules,
    pub(crate) page_access: PageAccess,
}

/// The extractor of [`AppState`].
pub(crate) type SharedState = State<Arc<AppState>>;

/// Whether a request sees deleted rows: only if a fault rule says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DeletedRows {
    #[default]
    Hidden,
    /// With a `deleted_at`.
    Shown,
}

/// The `Host` of a request that passed the guard.
#[derive(Clone)]
pub(crate) struct CheckedHost(pub(crate) String);

pub(crate) fn router(state: Arc<AppState>) -> Router {
    let api = Router::new()
        .route("/api/{*path}", any(api::handle))
        .route("/api", any(async || ApiError::no_route()))
        .route("/api/", any(async || ApiError::no_route()))
        .layer(from_fn_with_state(Arc::clone(&state), authenticate))
        // Outside of the routes, so that a fault can strike before or after the commit.
        .layer(from_fn_with_state(Arc::clone(&state), inject_faults));
    page::routes(&state)
        .merge(api)
        .layer(from_fn_with_state(Arc::clone(&state), check_request))
        .layer(from_fn_with_state(Arc::clone(&state), label_and_record))
        .with_state(state)
}

async fn label_and_record(State(state): SharedState, request: Request, next: Next) -> Response {
    let recorded = state.journal.as_ref().map(|journal| {
        let target = target_for_journal(request.uri());
        (journal, journal.record_request(request.method().as_str(), target))
    });
    let mut response = next.run(request).await;
    response.headers_mut().insert(SANDBOX_HEADER, SANDBOX_HEADER_VALUE);
    if let Some((journal, serial)) = recorded {
        journal.record_status(serial, response.status().as_u16());
    }
    response
}

/// The journal must not hold the code of the page, which is in the query of `/`.
fn target_for_journal(uri: &Uri) -> String {
    match uri.path() {
        "/" => "/".to_owned(),
        _ => uri.to_string(),
    }
}

async fn check_request(
    State(state): SharedState,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let host = state.exposure.check(request.uri(), request.headers())?;
    guard::check_length(request.method().as_str(), request.uri())?;
    request.extensions_mut().insert(CheckedHost(host));
    Ok(next.run(request).await)
}

/// Checks the token before the route, so that a request without one does not learn which routes exist.
async fn authenticate(
    State(state): SharedState,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if !state.token.matches_bearer(request.headers()) {
        return Err(ApiError::Unauthenticated);
    }
    Ok(next.run(request).await)
}
