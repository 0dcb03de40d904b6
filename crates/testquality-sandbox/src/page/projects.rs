//! `/`: the projects.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::display::{name, number};
use super::paging::{PER_PAGE, Paging};
use super::params::PageParams;
use super::response;
use crate::router::SharedState;
use crate::store::ProjectSummary;

#[derive(Template)]
#[template(path = "page/projects.html")]
struct ProjectsPage {
    database: String,
    projects: Vec<ProjectSummary>,
    paging: Paging,
}

pub(super) async fn show(State(state): SharedState, RawQuery(query): RawQuery) -> Response {
    let params = PageParams::parse(query.as_deref());
    let database = name(&state.store.path().display().to_string());
    response::page(&state.store, move |queries| {
        let paging = Paging::new(params.page, queries.project_count()?, PER_PAGE, "/".to_owned());
        Ok(ProjectsPage { database, projects: queries.projects(paging.window())?, paging })
    })
    .await
}
