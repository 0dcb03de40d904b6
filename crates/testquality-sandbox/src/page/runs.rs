//! `/project/7/runs` and `/run/7`: runs, and their results.

use askama::Template;

use super::display::{self, DisplayText, DisplayTime, count, number};
use super::paging::{PER_PAGE, Paging};
use super::params::PageParams;
use super::project::{ProjectHeader, Section};
use crate::error::ApiError;
use crate::store::{PageQueries, Run, RunResult, StatusCount};

/// The maximum number of runs on a page. It is small, because the results of each run are counted.
const RUNS_PER_PAGE: i64 = 20;

/// A status, as a coloured tag.
#[derive(Debug)]
pub(super) struct StatusTag {
    pub(super) name: String,
    pub(super) css_class: &'static str,
}

impl StatusTag {
    pub(super) fn new(name: &str, status_type: i64) -> Self {
        let css_class = match status_type {
            2 => "pass",
            3 => "fail",
            4 => "block",
            5 => "skip",
            6 => "retest",
            _ => "pending",
        };
        Self { name: display::name(name), css_class }
    }
}

/// A status, and the number of results with it; a filter of the results.
struct StatusFilter {
    /// `None` for results without a status, which cannot be filtered.
    id: Option<i64>,
    status: StatusTag,
    results: i64,
    is_selected: bool,
}

/// A run without its results.
struct RunDetails {
    id: i64,
    name: String,
    plan: String,
    state: &'static str,
    started: DisplayTime,
    ended: Option<DisplayTime>,
}

impl RunDetails {
    fn new(run: &Run) -> Self {
        let state = match (run.is_complete, run.is_running) {
            (true, _) => "Complete",
            (false, true) => "Running",
            (false, false) => "Open",
        };
        Self {
            id: run.id,
            name: display::name(&run.name),
            plan: display::name(&run.plan),
            state,
            started: DisplayTime::new(run.start_time.as_deref().unwrap_or(&run.created_at)),
            ended: run.end_time.as_deref().map(DisplayTime::new),
        }
    }
}

#[derive(Template)]
#[template(path = "page/runs.html")]
pub(super) struct RunsPage {
    header: ProjectHeader,
    runs: Vec<(RunDetails, Vec<StatusFilter>)>,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "page/run.html")]
pub(super) struct RunPage {
    header: ProjectHeader,
    run: RunDetails,
    filters: Vec<StatusFilter>,
    total: i64,
    /// Whether only results with one status are listed.
    is_filtered: bool,
    results: Vec<ResultItem>,
    paging: Paging,
}

/// A result in the list of a run.
struct ResultItem {
    test: i64,
    name: String,
    /// Whether the test still exists.
    is_live: bool,
    folder: String,
    status: StatusTag,
    elapsed: String,
    message: DisplayText,
}

pub(super) fn read_list(
    queries: &PageQueries<'_>,
    id: i64,
    params: PageParams,
) -> Result<RunsPage, ApiError> {
    let project = queries.project(id)?;
    let address = format!("/project/{id}/runs");
    let paging = Paging::new(params.page, queries.run_count(id)?, RUNS_PER_PAGE, address);
    let runs = queries.runs(id, paging.window())?.into_iter().map(|run| {
        let statuses = queries.status_counts(run.id)?;
        Ok((RunDetails::new(&run), status_filters(&statuses, None)))
    });
    let runs = runs.collect::<Result<_, ApiError>>()?;
    Ok(RunsPage { header: ProjectHeader::new(&project, Section::Runs), runs, paging })
}

pub(super) fn read(
    queries: &PageQueries<'_>,
    id: i64,
    params: PageParams,
) -> Result<RunPage, ApiError> {
    let run = queries.run(id)?;
    let project = queries.project(run.project_id)?;
    let filters = status_filters(&queries.status_counts(id)?, params.status);
    let total = filters.iter().map(|filter| filter.results).sum();
    let (listed, address) = match params.status {
        Some(status) => (
            filters.iter().filter(|filter| filter.is_selected).map(|filter| filter.results).sum(),
            format!("/run/{id}?status={status}"),
        ),
        None => (total, format!("/run/{id}")),
    };
    let paging = Paging::new(params.page, listed, PER_PAGE, address);
    let results = queries.results_of_run(id, params.status, paging.window())?;
    Ok(RunPage {
        header: ProjectHeader::new(&project, Section::Runs),
        run: RunDetails::new(&run),
        filters,
        total,
        is_filtered: params.status.is_some(),
        results: results.iter().map(ResultItem::new).collect(),
        paging,
    })
}

fn status_filters(counts: &[StatusCount], selected: Option<i64>) -> Vec<StatusFilter> {
    let filter = |count: &StatusCount| StatusFilter {
        id: count.status_id,
        status: StatusTag::new(&count.name, count.status_type),
        results: count.results,
        is_selected: selected.is_some() && selected == count.status_id,
    };
    counts.iter().map(filter).collect()
}

impl ResultItem {
    fn new(result: &RunResult) -> Self {
        Self {
            test: result.test_id,
            name: display::name(&result.test_name),
            is_live: result.is_live,
            folder: display::name(&result.folder),
            status: StatusTag::new(&result.status, result.status_type),
            elapsed: result.elapsed.map(seconds).unwrap_or_default(),
            message: DisplayText::new(&result.message),
        }
    }
}

fn seconds(time: f64) -> String {
    if time < 0.01 && time > 0.0 {
        format!("{:.1} ms", time * 1000.0)
    } else {
        format!("{time:.2} s")
    }
}
