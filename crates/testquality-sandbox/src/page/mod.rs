//! The web page that shows the database in a browser. It is read-only, and has no script.
//!
//! A link with a one-time code lets a browser in; a cookie identifies it afterwards. Neither opens
//! the API, and the API's token does not open the page.
//!
//! Names come from reports and other people. [`askama`] escapes all of them for HTML, and
//! [`display`] makes invisible and direction-changing characters visible.

mod access;
mod description;
mod display;
mod history;
mod natural;
mod outcome;
mod paging;
mod params;
mod project;
mod projects;
mod response;
mod runs;
mod search;
mod suggest;
mod test;
mod tree;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;

use crate::router::{AppState, SharedState};
use params::PageParams;

pub(crate) use access::PageAccess;
pub use access::PageCode;

/// All routes outside of `/api`.
pub(crate) fn routes(state: &Arc<AppState>) -> Router<Arc<AppState>> {
    Router::new()
        .route("/", get(projects::show_start))
        .route("/projects", get(projects::show))
        .route("/project/{id}", response::page_route(project::read))
        .route("/project/{id}/search", response::page_route(search::read))
        .route("/project/{id}/runs", response::page_route(runs::read_list))
        .route("/run/{id}", response::page_route(runs::read))
        .route("/test/{id}", response::page_route(test::read))
        .fallback(async || response::not_found())
        .method_not_allowed_fallback(async || {
            response::error_page(StatusCode::METHOD_NOT_ALLOWED, "This page is read-only.")
        })
        .layer(from_fn_with_state(Arc::clone(state), check_access))
        .route("/page.css", get(response::style_sheet))
        .layer(map_response(response::with_headers))
}

/// Exchanges a code for a cookie, and rejects requests without a cookie.
async fn check_access(State(state): SharedState, request: Request, next: Next) -> Response {
    let has_access = state.page_access.admits(request.headers());
    let code = match request.uri().path() {
        "/" => PageParams::parse(request.uri().query()).code,
        _ => None,
    };
    match code {
        // The same browser may open the link again. The redirect removes the code from the address bar.
        Some(_) if has_access => response::redirect_home(None),
        // Only a person's visit uses up the code, not a prefetch.
        Some(code) if request.method() == Method::GET && !is_prefetch(&request) => {
            match state.page_access.redeem(&code) {
                Ok(Some(cookie)) => response::redirect_home(Some(&cookie)),
                Ok(None) => response::link_required(),
                Err(error) => {
                    tracing::error!(%error, "the page cannot be opened");
                    response::error_page(StatusCode::INTERNAL_SERVER_ERROR, "The sandbox failed.")
                }
            }
        }
        _ if has_access => next.run(request).await,
        _ => response::link_required(),
    }
}

/// Whether a browser loads the page ahead of a visit.
fn is_prefetch(request: &Request) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        let values = request.headers().get_all(*name);
        values.iter().any(|value| value.to_str().is_ok_and(|value| value.contains("prefetch")))
    })
}
