//! Complete and consistent lists, page by page.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};

use super::client::{Client, KeptPage};
use super::error::{ApiError, RequestError};
use super::wire::Resource;

/// Rows requested per page; the server may send fewer.
pub const PER_PAGE: u64 = 1000;

/// Rows per page when a page of [`PER_PAGE`] exceeds the size limit: people paste pictures into descriptions.
const PER_SMALL_PAGE: u64 = 50;

/// A server that reports more pages than this is wrong, and reading them would never end.
const MAX_PAGES: u64 = 100_000;

/// How often a list is read while other writers change it.
const READINGS: u32 = 12;

/// The longest wait between two readings.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// All rows of `T` that match `filter`, such as `project_id=12`, in the order of their ids.
///
/// The first page tells the total; the others are read in parallel. The list is read again when the totals
/// of its pages differ, or when the number of distinct ids is not the total: only a list that did not change
/// proves that a row is absent. With several pages even that is no proof: one row may have been
/// deleted from the front and another appended in between.
///
/// # Errors
/// The error of a page, or [`RequestError::Unstable`] when the list changed during each reading.
pub async fn list<T: Resource>(client: &Client, filter: &str) -> Result<Vec<T>, ApiError> {
    list_expecting(client, filter, 0).await
}

/// As [`list`], for a list that has about `expected` rows: its pages are requested together, without waiting for the total. If
/// there are fewer, the pages behind the last one do not matter.
///
/// # Errors
/// As [`list`].
pub async fn list_expecting<T: Resource>(
    client: &Client,
    filter: &str,
    expected: usize,
) -> Result<Vec<T>, ApiError> {
    let rows = list_keeping(client, filter, expected, |row: T| row).await?;
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// As [`list_expecting`], with what `keep` returns for each row, behind the row's id. Rows are dropped while the pages arrive, so that
/// memory depends on what is kept.
///
/// # Errors
/// As [`list`].
pub async fn list_keeping<T: Resource, R>(
    client: &Client,
    filter: &str,
    expected: usize,
    keep: impl Fn(T) -> R,
) -> Result<Vec<(u64, R)>, ApiError> {
    Ok(list_if(client, filter, expected, None, keep).await?.unwrap_or_default())
}

/// As [`list_keeping`]; none if the list has no rows, or more than `most` pages, which the first one tells. That it has no rows is
/// not checked.
///
/// # Errors
/// As [`list`].
pub async fn list_up_to<T: Resource, R>(
    client: &Client,
    filter: &str,
    expected: usize,
    most: u64,
    keep: impl Fn(T) -> R,
) -> Result<Option<Vec<(u64, R)>>, ApiError> {
    let rows = list_if(client, filter, expected, Some(most), keep).await?;
    Ok(rows.filter(|rows| !rows.is_empty()))
}

async fn list_if<T: Resource, R>(
    client: &Client,
    filter: &str,
    expected: usize,
    most: Option<u64>,
    keep: impl Fn(T) -> R,
) -> Result<Option<Vec<(u64, R)>>, ApiError> {
    let keep = |row: T| (row.row_id(), keep(row));
    let mut per_page = PER_PAGE;
    let mut reading = 1;
    loop {
        let (expected, at_most) = (expected as u64, most.unwrap_or(u64::MAX));
        let read = read_once(client, filter, per_page, expected, at_most, &keep).await;
        // Before a sorted list had any rows, nothing found may mean that the server knows no order.
        if !client.filters().is_known_to_sort::<T>() && client.filters().is_sorted::<T>() {
            match &read {
                Ok(Ok(rows)) if rows.as_ref().is_none_or(|rows| !rows.is_empty()) => {
                    client.filters().sorts::<T>();
                }
                Ok(Ok(_)) if most.is_none() && has_rows::<T>(client, filter).await? => {
                    client.filters().do_not_sort::<T>();
                    continue;
                }
                Err(error) if is_refused(error) && has_rows::<T>(client, filter).await? => {
                    client.filters().do_not_sort::<T>();
                    continue;
                }
                _ => {}
            }
        }
        match read {
            Ok(Ok(rows)) => return Ok(rows),
            Err(error)
                if matches!(error.error, RequestError::TooLarge { .. })
                    && per_page > PER_SMALL_PAGE =>
            {
                per_page = PER_SMALL_PAGE;
            }
            Err(error) => return Err(error),
            Ok(Err(reason)) if reading < READINGS => {
                tracing::debug!(
                    resource = T::NAME,
                    reason,
                    reading,
                    "the list changed while it was read"
                );
                let wait = (client.retry_policy().base / 10).saturating_mul(1 << reading.min(10));
                client.sleep(wait.min(LONGEST_WAIT)).await;
                reading += 1;
            }
            Ok(Err(reason)) => {
                let path = format!("{}?{filter}", T::NAME);
                let error = RequestError::Unstable(reason);
                return Err(client.error(
                    reqwest::Method::GET,
                    &path,
                    error,
                    reading,
                    Duration::ZERO,
                ));
            }
        }
    }
}

/// Whether the list has rows if it is not sorted. A list that the server refuses has none.
async fn has_rows<T: Resource>(client: &Client, filter: &str) -> Result<bool, ApiError> {
    let and = if filter.is_empty() { "" } else { "&" };
    let path = format!("{}?{filter}{and}per_page=1&page=1", T::NAME);
    match client.get_page(&path, &|_: T| ()).await {
        Ok(page) => Ok(!page.rows.is_empty()),
        Err(error) if is_refused(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The rows, or why this reading is not consistent. No rows if there are more than `most` pages.
async fn read_once<T: Resource, R>(
    client: &Client,
    filter: &str,
    per_page: u64,
    expected: u64,
    most: u64,
    keep: &impl Fn(T) -> (u64, R),
) -> Result<Result<Option<Vec<(u64, R)>>, String>, ApiError> {
    let path = |page: u64| {
        let and = if filter.is_empty() { "" } else { "&" };
        let sort = if client.filters().is_sorted::<T>() { "_sort=id&" } else { "" };
        format!("{}?{filter}{and}{sort}per_page={per_page}&page={page}", T::NAME)
    };
    let read = async |page: u64| client.get_page(&path(page), keep).await;
    let early = 2..=expected.div_ceil(per_page).min(MAX_PAGES);
    let next = 2.max(early.end() + 1);
    let (first, early) = tokio::join!(read(1), join_all(early.map(read)));
    let first = first?;
    if first.last_page > MAX_PAGES.min(first.total.max(1)) {
        let (pages, rows) = (first.last_page, first.total);
        return Ok(Err(format!("the server reports {pages} pages for {rows} rows")));
    }
    if first.last_page > most {
        return Ok(Ok(None));
    }
    let further = usize::try_from(first.last_page.saturating_sub(1)).unwrap_or(usize::MAX);
    let early: Result<Vec<KeptPage<(u64, R)>>, ApiError> =
        early.into_iter().take(further).collect();
    let mut rest = early?;
    rest.extend(try_join_all((next..=first.last_page).map(read)).await?);
    let total = first.total;
    let (mut rows, mut deleted) = (first.rows, first.deleted);
    rows.reserve_exact(rest.iter().map(|page| page.rows.len()).sum());
    for page in rest {
        if page.total != total {
            return Ok(Err(format!(
                "{total} rows on page 1, {} on page {}",
                page.total, page.current_page
            )));
        }
        rows.extend(page.rows);
        deleted += page.deleted;
    }
    rows.sort_unstable_by_key(|(id, _)| *id);
    rows.dedup_by_key(|(id, _)| *id);
    // It is not known whether a server that lists deleted rows counts them.
    if ![rows.len(), rows.len() + deleted].iter().any(|count| *count as u64 == total) {
        return Ok(Err(format!("{} rows of {total}", rows.len() + deleted)));
    }
    Ok(Ok(Some(rows)))
}

/// Whether `error` says that the server does not accept a filter.
pub(crate) fn is_refused(error: &ApiError) -> bool {
    matches!(error.status(), Some(400 | 404 | 405 | 422 | 501))
}
