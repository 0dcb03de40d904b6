//! `/`: the projects.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::answer;
use super::asked::Asked;
use super::paging::{PER_PAGE, Paging};
use super::shown::{name, number};
use crate::router::Shared;
use crate::store::{ProjectRow, Window};

#[derive(Template)]
#[template(path = "page/projects.html")]
struct Projects {
    database: String,
    rows: Vec<ProjectRow>,
    paging: Paging,
}

pub(super) async fn show(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let asked = Asked::read(query.as_deref());
    let database = name(&shared.store.path().display().to_string());
    answer::page(&shared, move |browse| {
        let paging = Paging::new(asked.page, browse.project_count()?, PER_PAGE, "/".to_owned());
        let rows = browse.projects(Window { rows: PER_PAGE, offset: paging.offset() })?;
        Ok(Projects { database, rows, paging })
    })
    .await
}
