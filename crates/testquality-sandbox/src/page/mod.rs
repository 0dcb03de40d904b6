//! The page: what a person sees of the database in a browser.
//!
//! It is made here and sent whole, without a script, and it only reads. A browser is let in by a
//! link with a code that works once, and known by a cookie afterwards; neither opens the API, and
//! the API's token does not open the page.
//!
//! Names come from reports and other people: the templates escape all of them for HTML
//! ([`askama`] does, by itself), and [`shown`] makes visible what would act on the reader.

mod answer;
mod asked;
mod entry;
mod history;
mod paging;
mod project;
mod projects;
mod runs;
mod search;
mod shown;
mod test;
mod tree;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;

use super::router::Shared;
use asked::Asked;

pub(crate) use entry::Entry;
pub use entry::{PageCode, generate_page_code};

/// Everything outside of `/api`.
pub(crate) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(projects::show))
        .route("/project/{id}", get(project::show))
        .route("/project/{id}/search", get(search::show))
        .route("/project/{id}/runs", get(runs::list))
        .route("/run/{id}", get(runs::show))
        .route("/test/{id}", get(test::show))
        .fallback(async || answer::failure(StatusCode::NOT_FOUND, "There is no such page."))
        .method_not_allowed_fallback(async || {
            answer::failure(StatusCode::METHOD_NOT_ALLOWED, "This page can only be looked at.")
        })
        .layer(from_fn_with_state(Arc::clone(shared), enter))
        .route("/page.css", get(answer::style))
        .layer(map_response(answer::with_headers))
}

/// The door: a code becomes a cookie, and nobody comes in without one.
async fn enter(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let is_known = shared.entry.admits(request.headers());
    let code = match request.uri().path() {
        "/" => Asked::read(request.uri().query()).code,
        _ => None,
    };
    match code {
        // Whoever opens the link again is let in; the code leaves the address bar.
        Some(_) if is_known => answer::go_home(None),
        // Only what a person opens uses the code up, not a browser that loads ahead.
        Some(code) if request.method() == Method::GET && !is_ahead(&request) => {
            match shared.entry.exchange(&code) {
                Ok(Some(cookie)) => answer::go_home(Some(&cookie)),
                Ok(None) => answer::closed(),
                Err(error) => {
                    tracing::error!(%error, "the page cannot be opened");
                    answer::failure(StatusCode::INTERNAL_SERVER_ERROR, "The sandbox failed.")
                }
            }
        }
        _ if is_known => next.run(request).await,
        _ => answer::closed(),
    }
}

/// Whether a browser asks before anybody wants to see the answer.
fn is_ahead(request: &Request) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        let values = request.headers().get_all(*name);
        values.iter().any(|value| value.to_str().is_ok_and(|value| value.contains("prefetch")))
    })
}
