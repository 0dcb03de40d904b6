//! `/test/7`: one test.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::answer;
use super::history::{self, Change};
use super::project::{Described, Head, Kind, Section, read_id, unknown};
use super::runs::{Status, status};
use super::shown::{self, Text, Time, count};
use super::tree::Tree;
use crate::error::ApiError;
use crate::resources::Resource;
use crate::router::Shared;
use crate::store::{Browse, Test};

/// The most steps, folders and results that are shown.
const MOST: i64 = 200;

#[derive(Template)]
#[template(path = "page/test.html")]
struct Page {
    head: Head,
    name: String,
    key: i64,
    id: i64,
    epoch: i64,
    kind: Kind,
    case_type: String,
    case_priority: String,
    created: Time,
    updated: Time,
    described: Described,
    precondition: Text,
    steps: Vec<Step>,
    places: Vec<FolderMembership>,
    results: Vec<Outcome>,
    changes: Vec<Change>,
    older_changes: i64,
}

struct Step {
    sequence: String,
    step: Text,
    expected_result: Text,
}

struct FolderMembership {
    folder: i64,
    path: String,
    /// In the tree of the project.
    is_reached: bool,
}

struct Outcome {
    run: i64,
    run_name: String,
    status: Status,
    time: Time,
}

pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let Some(id) = read_id(&id) else { return unknown() };
    answer::page(&shared, move |browse| read(browse, id)).await
}

fn read(browse: &Browse<'_>, id: i64) -> Result<Page, ApiError> {
    let test = browse.test(id)?;
    let project = browse.project(test.project_id)?;
    let tree = Tree::new(browse.folders(test.project_id)?);
    let steps = browse.steps(id, MOST)?.into_iter().map(|step| Step {
        sequence: step.sequence.map(|sequence| sequence.to_string()).unwrap_or_default(),
        step: shown::text(&step.step),
        expected_result: shown::text(&step.expected_result),
    });
    let places = browse.places(id, MOST)?.into_iter().map(|place| {
        let is_reached = tree.folder(place.folder).is_some();
        let path = if is_reached { tree.path(place.folder) } else { shown::name(&place.name) };
        FolderMembership { folder: place.folder, path, is_reached }
    });
    let results = browse.results_of_test(id, MOST)?.into_iter().map(|result| Outcome {
        run: result.run,
        run_name: shown::name(&result.run_name),
        status: status(&result.status, result.kind),
        time: shown::time(&result.updated_at),
    });
    let resource = Resource::named("test").ok_or_else(ApiError::no_route)?;
    let (versions, older_changes) = browse.versions(resource, id, history::MOST)?;
    let Test {
        project_id: _,
        name,
        description,
        precondition,
        is_automated,
        to_automate,
        key,
        epoch,
        case_type,
        case_priority,
        created_at,
        updated_at,
    } = test;
    let described = Described::new(&description);
    let word = |name: Option<String>| name.map(|name| shown::name(&name)).unwrap_or_default();
    Ok(Page {
        head: Head::new(&project, Section::Tests),
        name: shown::name(&name),
        key,
        id,
        epoch,
        kind: Kind::new(is_automated, to_automate, !described.identity.is_empty()),
        case_type: word(case_type),
        case_priority: word(case_priority),
        created: shown::time(&created_at),
        updated: shown::time(&updated_at),
        described,
        precondition: shown::text(&precondition),
        steps: steps.collect(),
        places: places.collect(),
        results: results.collect(),
        changes: history::changes(&versions, older_changes == 0),
        older_changes,
    })
}
