//! The responses of the page, and their headers.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};

use super::params::PageParams;
use crate::error::ApiError;
use crate::router::{AppState, SharedState};
use crate::store::{PageQueries, Store};

/// Only the style sheet loads; no scripts, no frames, no requests to other sites.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";

/// The headers of every response.
const HEADERS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

pub(super) async fn with_headers(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The style sheet. It needs no cookie, because the page that asks for the link uses it too.
pub(super) async fn style_sheet() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page.css")).into_response()
}

/// A route whose page `read` makes from the id in the path and the query string.
pub(super) fn page_route<T: Template + 'static>(
    read: fn(&PageQueries<'_>, i64, PageParams) -> Result<T, ApiError>,
) -> MethodRouter<Arc<AppState>> {
    get(
        move |State(state): SharedState, Path(id): Path<String>, RawQuery(query): RawQuery| async move {
            let Ok(id) = id.parse() else { return not_found() };
            let params = PageParams::parse(query.as_deref());
            page(&state.store, move |queries| read(queries, id, params)).await
        },
    )
}

/// Reads a page in one transaction and renders it, on a thread for blocking work.
pub(super) async fn page<T: Template>(
    store: &Store,
    read: impl FnOnce(&PageQueries<'_>) -> Result<T, ApiError> + Send + 'static,
) -> Response {
    let work = move |store: &Store| {
        let page = store.read_page(read)?;
        page.render().map_err(|error| ApiError::Internal(error.to_string()))
    };
    match store.run(work).await {
        Ok(html) => ([(CONTENT_TYPE, HTML)], html).into_response(),
        Err(error) => {
            let (status, body) = error.into_response_parts();
            error_page(status, body["message"].as_str().unwrap_or_default())
        }
    }
}

/// Redirects to `/`, and sets a cookie if there is one.
pub(super) fn redirect_home(cookie: Option<&str>) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, "/")]).into_response();
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

#[derive(Template)]
#[template(path = "page/link_required.html")]
struct LinkRequiredPage;

#[derive(Template)]
#[template(path = "page/error.html")]
struct ErrorPage<'a> {
    message: &'a str,
}

/// Tells a browser without a cookie how to get access.
pub(super) fn link_required() -> Response {
    render(StatusCode::UNAUTHORIZED, &LinkRequiredPage)
}

pub(super) fn not_found() -> Response {
    error_page(StatusCode::NOT_FOUND, "Page not found.")
}

pub(super) fn error_page(status: StatusCode, message: &str) -> Response {
    render(status, &ErrorPage { message })
}

fn render(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(CONTENT_TYPE, HTML)], html).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page cannot be rendered");
            status.into_response()
        }
    }
}
