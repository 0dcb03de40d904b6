//! `/project/7/runs` and `/run/7`: runs, and their results.

use askama::Template;

use super::display::{self, DisplayText, DisplayTime, count, number, parts};
use super::paging::{PER_PAGE, Paging};
use super::params::PageParams;
use super::project::{ProjectHeader, Section};
use super::tree::NO_FOLDERS;
use crate::error::ApiError;
use crate::store::{PageQueries, Run, RunResult, StatusCount};

/// The maximum number of comments that are shown.
const MAX_COMMENTS: i64 = 20;

/// The maximum number of runs on a page. It is small, because the results of each run are counted.
const RUNS_PER_PAGE: i64 = 20;

/// A status, as a coloured tag.
#[derive(Debug, Clone)]
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
    /// The time of all tests together.
    elapsed: String,
    comments: Vec<DisplayText>,
    filters: Vec<StatusFilter>,
    bar: Vec<BarPart>,
    total: i64,
    /// Whether only results with one status are listed.
    is_filtered: bool,
    results: Vec<ResultItem>,
    paging: Paging,
}

/// A part of the bar of all results, in thousandths of its length.
pub(super) struct BarPart {
    pub(super) css_class: &'static str,
    pub(super) from: i64,
    pub(super) length: i64,
}

/// A result in the list of a run.
struct ResultItem {
    /// Whether it passed after an earlier attempt had failed.
    is_flaky: bool,
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
    let bar = bar(filters.iter().map(|filter| (filter.status.css_class, filter.results)));
    let comments = queries.comments_on_run(id, MAX_COMMENTS)?;
    let results = queries.results_of_run(id, params.status, paging.window())?;
    Ok(RunPage {
        header: ProjectHeader::new(&project, Section::Runs),
        run: RunDetails::new(&run),
        elapsed: queries.elapsed_in_run(id)?.map(seconds).unwrap_or_default(),
        comments: comments.iter().map(|comment| DisplayText::new(comment)).collect(),
        filters,
        bar,
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

/// The parts of a bar from classes and numbers: passed first, then the others in their order.
pub(super) fn bar(counts: impl IntoIterator<Item = (&'static str, i64)>) -> Vec<BarPart> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(css_class, _)| *css_class != "pass");
    let total = counts.iter().map(|(_, number)| number).sum::<i64>().max(1);
    let (mut parts, mut before) = (Vec::new(), 0_i64);
    for (css_class, number) in counts {
        let at = |number: i64| number.saturating_mul(1000) / total;
        let (from, to) = (at(before), at(before + number));
        before += number;
        parts.push(BarPart { css_class, from, length: to - from });
    }
    parts
}

/// Whether `version`, as tq-import writes it, says that an attempt failed: `#812 1:F 2:P tqa-5f3c9a1e`.
pub(super) fn has_failed_attempt(version: &str) -> bool {
    let is_failure = |word: &str| {
        word.split_once(':').is_some_and(|(attempt, outcome)| {
            attempt.parse::<u64>().is_ok() && matches!(outcome, "F" | "E" | "R")
        })
    };
    version.split_whitespace().any(is_failure)
}

impl ResultItem {
    fn new(result: &RunResult) -> Self {
        Self {
            is_flaky: result.status_type == 2 && has_failed_attempt(&result.version),
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

/// A time in seconds, for people: `12 ms`, `3.4 s`, `2 min 5 s`, `12 h 30 min`.
pub(super) fn seconds(time: f64) -> String {
    if time < 0.9995 {
        return format!("{:.0} ms", time * 1000.0);
    }
    if time < 59.95 {
        return format!("{time:.1} s");
    }
    let rounded = time.round();
    let (minutes, rest) = ((rounded / 60.0).floor(), rounded % 60.0);
    if minutes < 60.0 {
        format!("{minutes:.0} min {rest:.0} s")
    } else {
        format!("{:.0} h {:.0} min", (minutes / 60.0).floor(), minutes % 60.0)
    }
}
