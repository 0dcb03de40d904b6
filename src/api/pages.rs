//! Complete and consistent lists, page by page.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};

use super::client::Client;
use super::error::{ApiError, RequestError};
use super::filters::{finds_known_row, is_refused, whole_list};
use super::wire::{Page, Resource};

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

/// The longest filter, in bytes: the request line stays below the 8 KiB that servers allow.
const FILTER_BYTES: usize = 7_400;

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
    let mut per_page = PER_PAGE;
    let mut reading = 1;
    loop {
        let read = read_once(client, filter, per_page).await;
        // Before a sorted list had any rows, nothing found may mean that the server knows no order.
        if !client.filters().is_known_to_sort::<T>() && client.filters().is_sorted::<T>() {
            match &read {
                Ok(Ok(rows)) if !rows.is_empty() => client.filters().sorts::<T>(),
                Ok(Ok(_)) if has_rows::<T>(client, filter).await? => {
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
                return Err(ApiError {
                    method: reqwest::Method::GET,
                    path: format!("/api/{}?{filter}", T::NAME),
                    error: RequestError::Unstable(reason),
                    attempts: reading,
                    elapsed: Duration::ZERO,
                });
            }
        }
    }
}

/// Whether the list has rows if it is not sorted. A list that the server refuses has none.
async fn has_rows<T: Resource>(client: &Client, filter: &str) -> Result<bool, ApiError> {
    let and = if filter.is_empty() { "" } else { "&" };
    let path = format!("{}?{filter}{and}per_page=1&page=1", T::NAME);
    match client.get::<Page<T>>(&path).await {
        Ok(page) => Ok(!page.into_rows().0.is_empty()),
        Err(error) if is_refused(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// All rows of `T` whose `field` is `value`. If there is none although `is_expected`, or the server refuses the filter, they are picked
/// from the whole list.
///
/// # Errors
/// As [`list`].
pub async fn list_of<T: Resource>(
    client: &Client,
    field: &'static str,
    value: u64,
    is_expected: bool,
) -> Result<Vec<T>, ApiError> {
    let is_of = |row: &T| row.number(field).is_none_or(|number| number == value);
    if !client.filters().is_broken_alone::<T>(field) {
        match list(client, &format!("{field}={value}")).await {
            Ok(mut rows) => {
                rows.retain(is_of);
                if !rows.is_empty() || !is_expected {
                    return Ok(rows);
                }
            }
            Err(error) if is_refused(&error) => {}
            Err(error) => return Err(error),
        }
    }
    let mut rows: Vec<T> = whole_list(client, field).await?;
    rows.retain(is_of);
    if !rows.is_empty() {
        client.filters().breaks::<T>(field);
    }
    Ok(rows)
}

/// The rows, or why this reading is not consistent.
async fn read_once<T: Resource>(
    client: &Client,
    filter: &str,
    per_page: u64,
) -> Result<Result<Vec<T>, String>, ApiError> {
    let path = |page: u64| {
        let and = if filter.is_empty() { "" } else { "&" };
        let sort = if client.filters().is_sorted::<T>() { "_sort=id&" } else { "" };
        format!("{}?{filter}{and}{sort}per_page={per_page}&page={page}", T::NAME)
    };
    let first: Page<T> = client.get(&path(1)).await?;
    if first.last_page > MAX_PAGES.min(first.total.max(1)) {
        let (pages, rows) = (first.last_page, first.total);
        return Ok(Err(format!("the server reports {pages} pages for {rows} rows")));
    }
    let paths: Vec<String> = (2..=first.last_page).map(path).collect();
    let rest: Vec<Page<T>> = try_join_all(paths.iter().map(|path| client.get(path))).await?;
    let total = first.total;
    let (mut rows, mut deleted) = first.into_rows();
    for page in rest {
        if page.total != total {
            return Ok(Err(format!(
                "{total} rows on page 1, {} on page {}",
                page.total, page.current_page
            )));
        }
        let (more, also_deleted) = page.into_rows();
        rows.extend(more);
        deleted += also_deleted;
    }
    let mut seen = HashSet::with_capacity(rows.len());
    rows.retain(|row| seen.insert(row.row_id()));
    // It is not known whether a server that lists deleted rows counts them.
    if ![rows.len(), rows.len() + deleted].iter().any(|count| *count as u64 == total) {
        return Ok(Err(format!("{} rows of {total}", rows.len() + deleted)));
    }
    rows.sort_unstable_by_key(Resource::row_id);
    Ok(Ok(rows))
}

/// All rows whose `field` is one of `ids`, each once, in lots of at most `most` ids that fit into a request line. Lots are read
/// in parallel; a lot that is too long for the server is halved.
///
/// A server may know no sets of values, or read only the first of them. Until rows of other ids were found, a list without them is
/// checked on a known row; if the filter does not find that, the rows are picked from the whole list.
///
/// # Errors
/// As [`list`].
pub async fn list_in<T: Resource>(
    client: &Client,
    field: &'static str,
    ids: impl Iterator<Item = u64>,
    most: usize,
) -> Result<Vec<T>, ApiError> {
    let ids: Vec<u64> = ids.collect();
    let wanted: HashSet<u64> = ids.iter().copied().collect();
    let is_wanted = |row: &T| row.number(field).is_none_or(|number| wanted.contains(&number));
    if !ids.is_empty() && !client.filters().is_broken::<T>(field) {
        // The oldest rows come last: a lot whose first id is the root folder would prove little.
        let lots = lots(field, ids.iter().rev().copied(), most, FILTER_BYTES);
        match list_lots::<T>(client, lots.clone()).await {
            Ok(mut rows) => {
                rows.retain(is_wanted);
                let firsts: HashSet<u64> = lots.iter().filter_map(|lot| first_id(lot)).collect();
                let is_telling =
                    |row: &T| row.number(field).is_none_or(|number| !firsts.contains(&number));
                let is_found = ids.len() == 1 && !rows.is_empty();
                if is_found || client.filters().is_proven::<T>(field) {
                    return Ok(rows);
                }
                if rows.iter().any(is_telling) || finds_known_row::<T>(client, field).await? {
                    client.filters().proves::<T>(field);
                    return Ok(rows);
                }
                client.filters().breaks::<T>(field);
            }
            Err(error) if is_refused(&error) => client.filters().breaks::<T>(field),
            Err(error) => return Err(error),
        }
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: Vec<T> = whole_list(client, field).await?;
    rows.retain(is_wanted);
    Ok(rows)
}

/// The first id of `field-in=1,2,3`.
fn first_id(lot: &str) -> Option<u64> {
    lot.split(['=', ',']).nth(1)?.parse().ok()
}

/// The rows of all lots, each once.
async fn list_lots<T: Resource>(
    client: &Client,
    mut filters: Vec<String>,
) -> Result<Vec<T>, ApiError> {
    let mut rows: Vec<T> = Vec::new();
    while !filters.is_empty() {
        let lists = join_all(filters.iter().map(|filter| list(client, filter))).await;
        let mut shorter = Vec::new();
        for (filter, list) in filters.iter().zip(lists) {
            match (list, halves(filter)) {
                (Ok(list), _) => rows.extend(list),
                (Err(error), Some(halves)) if matches!(error.status(), Some(414 | 431)) => {
                    shorter.extend(halves)
                }
                (Err(error), _) => return Err(error),
            }
        }
        filters = shorter;
    }
    rows.sort_unstable_by_key(Resource::row_id);
    rows.dedup_by_key(|row| row.row_id());
    Ok(rows)
}

/// As [`list_in`]. If the ids are so long that a lot of `most` does not fit into a request line, and the list with the filter `all`
/// has fewer pages than there are lots, the rows are picked from that list.
///
/// # Errors
/// As [`list`].
pub async fn list_in_or_all<T: Resource>(
    client: &Client,
    field: &'static str,
    ids: &[u64],
    most: usize,
    all: &str,
    id_of: impl Fn(&T) -> u64,
) -> Result<Vec<T>, ApiError> {
    let lots = lots(field, ids.iter().copied(), most, FILTER_BYTES).len();
    if lots > ids.len().div_ceil(most) && !client.filters().is_broken::<T>(field) {
        let path = format!("{}?{all}&_sort=id&per_page={PER_PAGE}&page=1", T::NAME);
        // On an error, such as a page that is too large, read in lots.
        let pages = client.get::<Page<T>>(&path).await.map_or(u64::MAX, |page| page.last_page);
        if pages < lots as u64 {
            let wanted: HashSet<u64> = ids.iter().copied().collect();
            let mut rows: Vec<T> = list(client, all).await?;
            rows.retain(|row| wanted.contains(&id_of(row)));
            return Ok(rows);
        }
    }
    list_in(client, field, ids.iter().copied(), most).await
}

/// Splits `field-in=1,2,3` into `field-in=1` and `field-in=2,3`; none for a single id.
fn halves(filter: &str) -> Option<[String; 2]> {
    let (field, ids) = filter.split_once('=')?;
    let commas: Vec<usize> = ids.match_indices(',').map(|(at, _)| at).collect();
    let (one, other) = ids.split_at_checked(*commas.get(commas.len() / 2)?)?;
    Some([format!("{field}={one}"), format!("{field}={}", other.trim_start_matches(','))])
}

/// Filters `field-in=1,2,3` of at most `most` ids and `bytes` bytes. The commas are not escaped, because
/// that would take three bytes each.
fn lots(field: &str, ids: impl Iterator<Item = u64>, most: usize, bytes: usize) -> Vec<String> {
    let mut filters: Vec<String> = Vec::new();
    let mut count = 0;
    for id in ids {
        let digits = id.to_string();
        match filters.last_mut() {
            Some(filter) if count < most && filter.len() + 1 + digits.len() <= bytes => {
                filter.push(',');
                filter.push_str(&digits);
                count += 1;
            }
            _ => {
                filters.push(format!("{field}-in={digits}"));
                count = 1;
            }
        }
    }
    filters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lot_is_halved_until_one_is_left() {
        let halved = |filter: &str| halves(filter).map(|halves| halves.join(" "));
        assert_eq!(halved("id-in=1,2,3,4").as_deref(), Some("id-in=1,2 id-in=3,4"));
        assert_eq!(halved("id-in=1,2").as_deref(), Some("id-in=1 id-in=2"));
        assert_eq!(halved("id-in=1"), None);
    }

    #[test]
    fn lots_respect_both_limits() {
        assert!(lots("test_id", std::iter::empty(), 3, 100).is_empty());
        assert_eq!(lots("test_id", 1..=5, 3, 100), ["test_id-in=1,2,3", "test_id-in=4,5"]);
        assert_eq!(lots("a", [100, 200, 300].into_iter(), 9, 12), ["a-in=100,200", "a-in=300"]);
        let thousand = lots("test_id", 100_000..101_000, 1000, FILTER_BYTES);
        assert_eq!(thousand.len(), 1);
        assert!(thousand[0].len() <= FILTER_BYTES);
    }
}
