//! `/project/7/runs` and `/run/7`: runs, and how their results ended.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::answer;
use super::asked::Asked;
use super::paging::{PER_PAGE, Paging};
use super::project::{Head, Section, read_id, unknown};
use super::shown::{self, Text, Time, count, number};
use crate::error::ApiError;
use crate::router::Shared;
use crate::store::{Browse, ResultRow, Run, Share, Window};

/// The most runs of one page: their results are counted.
const RUNS_PER_PAGE: i64 = 20;

/// A status by its word and its colour.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) name: String,
    /// The style's class.
    pub(super) class: &'static str,
}

/// A status by its name and its kind.
pub(super) fn status(name: &str, kind: i64) -> Status {
    let class = match kind {
        2 => "pass",
        3 => "fail",
        4 => "block",
        5 => "skip",
        6 => "retest",
        _ => "pending",
    };
    Status { name: shown::name(name), class }
}

/// How many results have a status.
struct Count {
    /// For the filter; none where results have no status.
    id: Option<i64>,
    status: Status,
    results: i64,
    is_chosen: bool,
}

/// A run, without its results.
struct About {
    name: String,
    plan: String,
    state: &'static str,
    started: Time,
    ended: Option<Time>,
}

impl About {
    fn new(run: &Run) -> Self {
        let state = match (run.is_complete, run.is_running) {
            (true, _) => "Complete",
            (false, true) => "Running",
            (false, false) => "Open",
        };
        Self {
            name: shown::name(&run.name),
            plan: shown::name(&run.plan),
            state,
            started: shown::time(run.start_time.as_deref().unwrap_or(&run.created_at)),
            ended: run.end_time.as_deref().map(shown::time),
        }
    }
}

struct Line {
    id: i64,
    about: About,
    counts: Vec<Count>,
}

#[derive(Template)]
#[template(path = "page/runs.html")]
struct Runs {
    head: Head,
    lines: Vec<Line>,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "page/run.html")]
struct OneRun {
    head: Head,
    id: i64,
    about: About,
    counts: Vec<Count>,
    total: i64,
    /// Only results with one status are shown.
    is_filtered: bool,
    results: Vec<Outcome>,
    paging: Paging,
}

/// A result of a run.
struct Outcome {
    test: i64,
    name: String,
    is_live: bool,
    folder: String,
    status: Status,
    elapsed: String,
    said: Text,
}

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(id) = read_id(&id) else { return unknown() };
    let asked = Asked::read(query.as_deref());
    answer::page(&shared, move |browse| read_runs(browse, id, &asked)).await
}

fn read_runs(browse: &Browse<'_>, id: i64, asked: &Asked) -> Result<Runs, ApiError> {
    let project = browse.project(id)?;
    let address = format!("/project/{id}/runs");
    let paging = Paging::new(asked.page, browse.run_count(id)?, RUNS_PER_PAGE, address);
    let runs = browse.runs(id, Window { rows: RUNS_PER_PAGE, offset: paging.offset() })?;
    let lines = runs.into_iter().map(|row| Line {
        id: row.id,
        about: About::new(&row.run),
        counts: counts(&row.shares, None),
    });
    Ok(Runs { head: Head::new(&project, Section::Runs), lines: lines.collect(), paging })
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(id) = read_id(&id) else { return unknown() };
    let asked = Asked::read(query.as_deref());
    answer::page(&shared, move |browse| read_run(browse, id, &asked)).await
}

fn read_run(browse: &Browse<'_>, id: i64, asked: &Asked) -> Result<OneRun, ApiError> {
    let run = browse.run(id)?;
    let project = browse.project(run.project_id)?;
    let shares = browse.shares(id)?;
    let total = shares.iter().map(|share| share.results).sum();
    let counts = counts(&shares, asked.status);
    let (shown, address) = match asked.status {
        Some(status) => (
            counts.iter().filter(|count| count.is_chosen).map(|count| count.results).sum(),
            format!("/run/{id}?status={status}"),
        ),
        None => (total, format!("/run/{id}")),
    };
    let paging = Paging::new(asked.page, shown, PER_PAGE, address);
    let window = Window { rows: PER_PAGE, offset: paging.offset() };
    let results = browse.results_of_run(id, asked.status, window)?;
    Ok(OneRun {
        head: Head::new(&project, Section::Runs),
        id,
        about: About::new(&run),
        counts,
        total,
        is_filtered: asked.status.is_some(),
        results: results.iter().map(outcome).collect(),
        paging,
    })
}

fn counts(shares: &[Share], chosen: Option<i64>) -> Vec<Count> {
    let count = |share: &Share| Count {
        id: share.status,
        status: status(&share.name, share.kind),
        results: share.results,
        is_chosen: chosen.is_some() && chosen == share.status,
    };
    shares.iter().map(count).collect()
}

fn outcome(row: &ResultRow) -> Outcome {
    Outcome {
        test: row.test,
        name: shown::name(&row.test_name),
        is_live: row.is_live,
        folder: shown::name(&row.folder),
        status: status(&row.status, row.kind),
        elapsed: row.elapsed.map(seconds).unwrap_or_default(),
        said: shown::text(&row.said),
    }
}

/// A time in seconds.
fn seconds(time: f64) -> String {
    if time < 0.01 && time > 0.0 {
        format!("{:.1} ms", time * 1000.0)
    } else {
        format!("{time:.2} s")
    }
}
