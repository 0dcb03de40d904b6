//! `/projects`: the projects. `/` shows them too, unless there is only one: then it opens.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

use super::display::{name, number};
use super::paging::{PER_PAGE, Paging};
use super::params::PageParams;
use super::response;
use crate::router::SharedState;
use crate::store::{ProjectSummary, Window};

#[derive(Template)]
#[template(path = "page/projects.html")]
struct ProjectsPage {
    database: String,
    projects: Vec<ProjectSummary>,
    paging: Paging,
}

/// The only project, or the projects.
pub(super) async fn show_start(state: SharedState, query: RawQuery) -> Response {
    let projects = state.0.store.run(|store| {
        let first_two = Window { limit: 2, offset: 0 };
        store.read_page(|queries| queries.projects(first_two))
    });
    match projects.await.as_deref() {
        Ok([only]) => {
            let address = format!("/project/{}", only.id);
            (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response()
        }
        // If they cannot be read, their page says so.
        _ => show(state, query).await,
    }
}

pub(super) async fn show(State(state): SharedState, RawQuery(query): RawQuery) -> Response {
    let params = PageParams::parse(query.as_deref());
    let database = name(&state.store.path().display().to_string());
    response::page(&state.store, move |queries| {
        let paging =
            Paging::new(params.page, queries.project_count()?, PER_PAGE, "/projects".to_owned());
        Ok(ProjectsPage { database, projects: queries.projects(paging.window())?, paging })
    })
    .await
}
