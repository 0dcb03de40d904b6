//! Whole lists, page by page, and consistent.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};

use super::client::Client;
use super::error::{ApiError, RequestError};
use super::wire::{Page, Resource};

/// Rows asked for per page; the server may give fewer.
pub const PER_PAGE: u64 = 1000;

/// Rows per page where those of [`PER_PAGE`] are more than an answer may hold: people paste pictures into descriptions.
const PER_SMALL_PAGE: u64 = 50;

/// No list has more pages than this: beyond, the server counts wrongly and would keep us for ever.
const MAX_PAGES: u64 = 100_000;

/// How often a list is read that other writers keep moving.
const READINGS: u32 = 12;

/// The longest wait between two readings.
const LONGEST_REST: Duration = Duration::from_secs(5);

/// The longest filter, in bytes: a request line of 7,500 bytes stays below the 8 KiB that servers allow.
const LINE_BYTES: usize = 7_400;

/// Every row of `T` that the filter allows, in the order of their ids.
///
/// `filter` is a query such as `project_id=12`. The first page tells the total, the others are read in
/// parallel. The reading is repeated when totals differ between pages, or when the distinct ids are not
/// as many as the total: only a list that held still can say that a row is absent. Of more than one page even that is no
/// proof: a row may have gone at its front, and another come at its end, in between.
///
/// # Errors
/// The fault of a page, or [`RequestError::Unstable`] when the list never held still.
pub async fn list<T: Resource>(client: &Client, filter: &str) -> Result<Vec<T>, ApiError> {
    let mut per_page = PER_PAGE;
    let mut reading = 1;
    loop {
        match read_once(client, filter, per_page).await {
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
                    "the list moved while it was read"
                );
                let rest = Duration::from_millis(50).saturating_mul(1 << reading.min(10));
                client.rest(rest.min(LONGEST_REST)).await;
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

/// The rows, or why this reading cannot be trusted.
async fn read_once<T: Resource>(
    client: &Client,
    filter: &str,
    per_page: u64,
) -> Result<Result<Vec<T>, String>, ApiError> {
    let path = |page: u64| {
        let and = if filter.is_empty() { "" } else { "&" };
        format!("{}?{filter}{and}_sort=id&per_page={per_page}&page={page}", T::NAME)
    };
    let first: Page<T> = client.get(&path(1)).await?;
    if first.last_page > MAX_PAGES.min(first.total.max(1)) {
        let (pages, rows) = (first.last_page, first.total);
        return Ok(Err(format!("the server speaks of {pages} pages for {rows} rows")));
    }
    let paths: Vec<String> = (2..=first.last_page).map(path).collect();
    let rest: Vec<Page<T>> = try_join_all(paths.iter().map(|path| client.get(path))).await?;
    let total = first.total;
    let mut rows = first.data;
    for page in rest {
        if page.total != total {
            return Ok(Err(format!(
                "{total} rows on page 1, {} on page {}",
                page.total, page.current_page
            )));
        }
        rows.extend(page.data);
    }
    let mut seen = HashSet::with_capacity(rows.len());
    rows.retain(|row| seen.insert(row.row_id()));
    if rows.len() as u64 != total {
        return Ok(Err(format!("{} rows of {total}", rows.len())));
    }
    rows.sort_unstable_by_key(Resource::row_id);
    Ok(Ok(rows))
}

/// Every row whose `field` is one of `ids`, once, in lots that fit into a request line. Lots are read in parallel; one whose line
/// is too long for the server is read in halves.
///
/// # Errors
/// As [`list`].
pub async fn list_in<T: Resource>(
    client: &Client,
    field: &str,
    ids: impl Iterator<Item = u64>,
    most: usize,
) -> Result<Vec<T>, ApiError> {
    let mut filters = lots(field, ids, most, LINE_BYTES);
    let mut rows: Vec<T> = Vec::new();
    while !filters.is_empty() {
        let lists = join_all(filters.iter().map(|filter| list(client, filter))).await;
        let mut shorter = Vec::new();
        for (filter, list) in filters.iter().zip(lists) {
            match (list, halves(filter)) {
                (Ok(list), _) => rows.extend(list),
                (Err(error), Some(halves)) if is_line_too_long(&error) => shorter.extend(halves),
                (Err(error), _) => return Err(error),
            }
        }
        filters = shorter;
    }
    rows.sort_unstable_by_key(Resource::row_id);
    rows.dedup_by_key(|row| row.row_id());
    Ok(rows)
}

/// As [`list_in`]; but where the ids are so long that lots of `most` do not fit into a line, and `all` is a filter that takes
/// fewer pages than the lots, the rows are picked from its list.
///
/// # Errors
/// As [`list`].
pub async fn list_in_or_all<T: Resource>(
    client: &Client,
    field: &str,
    ids: &[u64],
    most: usize,
    all: &str,
    id_of: impl Fn(&T) -> u64,
) -> Result<Vec<T>, ApiError> {
    let lots = lots(field, ids.iter().copied(), most, LINE_BYTES).len();
    if lots > ids.len().div_ceil(most) {
        let path = format!("{}?{all}&_sort=id&per_page={PER_PAGE}&page=1", T::NAME);
        // What is too large for one page is read in lots.
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

fn is_line_too_long(error: &ApiError) -> bool {
    matches!(error.error, RequestError::Status { status: 414 | 431, .. })
}

/// `field-in=1,2,3` as `field-in=1` and `field-in=2,3`; none for a single id.
fn halves(filter: &str) -> Option<[String; 2]> {
    let (field, ids) = filter.split_once('=')?;
    let commas: Vec<usize> = ids.match_indices(',').map(|(at, _)| at).collect();
    let (one, other) = ids.split_at_checked(*commas.get(commas.len() / 2)?)?;
    Some([format!("{field}={one}"), format!("{field}={}", other.trim_start_matches(','))])
}

/// Filters `field-in=1,2,3` of at most `most` ids and `bytes` bytes. Commas stay commas: escaped, they
/// would take three bytes each.
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
    fn lots_keep_both_limits() {
        assert!(lots("test_id", std::iter::empty(), 3, 100).is_empty());
        assert_eq!(lots("test_id", 1..=5, 3, 100), ["test_id-in=1,2,3", "test_id-in=4,5"]);
        assert_eq!(lots("a", [100, 200, 300].into_iter(), 9, 12), ["a-in=100,200", "a-in=300"]);
        let thousand = lots("test_id", 100_000..101_000, 1000, LINE_BYTES);
        assert_eq!(thousand.len(), 1);
        assert!(thousand[0].len() <= LINE_BYTES);
    }
}
