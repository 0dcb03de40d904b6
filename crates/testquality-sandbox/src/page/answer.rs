//! Answers of the page: their headers, and what is said when there is nothing to see.

use askama::Template;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::router::Shared;
use crate::store::{Browse, Store};

/// Nothing is loaded but the style sheet, nothing runs, nothing is sent elsewhere, nobody frames it.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";

/// On every answer of the page.
const HEADERS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Puts the headers on that every answer has.
pub(super) async fn with_headers(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The style sheet. It needs no cookie: whoever is not let in shall be able to read why.
pub(super) async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page.css")).into_response()
}

/// Reads and renders away from the threads that serve requests, everything as of one moment.
pub(super) async fn page<T: Template>(
    shared: &Shared,
    work: impl FnOnce(&Browse<'_>) -> Result<T, ApiError> + Send + 'static,
) -> Response {
    let work = move |store: &Store| {
        let view = store.browse(work)?;
        view.render().map_err(|error| ApiError::Internal(error.to_string()))
    };
    match shared.store.run(work).await {
        Ok(html) => ([(CONTENT_TYPE, HTML)], html).into_response(),
        Err(error) => {
            let (status, into_response_parts) = error.into_response_parts();
            failure(status, into_response_parts["message"].as_str().unwrap_or_default())
        }
    }
}

/// To the first page, with a cookie if one is given.
pub(super) fn go_home(cookie: Option<&str>) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, "/")]).into_response();
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

#[derive(Template)]
#[template(path = "page/closed.html")]
struct Closed;

#[derive(Template)]
#[template(path = "page/failure.html")]
struct Failure<'a> {
    what: &'a str,
}

/// To somebody without a cookie: how to get in.
pub(super) fn closed() -> Response {
    said(StatusCode::UNAUTHORIZED, &Closed)
}

/// There is nothing to see, because of `what`.
pub(super) fn failure(status: StatusCode, what: &str) -> Response {
    said(status, &Failure { what })
}

fn said(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(CONTENT_TYPE, HTML)], html).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page cannot be rendered");
            status.into_response()
        }
    }
}
