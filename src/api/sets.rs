//! Rows by the values of a field: in sets, or picked from whole lists where the server does not filter.

use std::collections::HashSet;

use futures_util::future::join_all;

use super::client::Client;
use super::error::{ApiError, RequestError};
use super::pages::{is_refused, list, list_expecting};
use super::wire::{Resource, Step, SuiteTest};

/// The longest filter, in bytes: the request line stays below the 8 KiB that servers allow, and 1,000 ids of seven digits fit.
const FILTER_BYTES: usize = 8_012;

/// All rows of `T` whose `field` is `value`. If there is none although `is_expected`, and the filter does not find a known row either,
/// or if the server refuses the filter, they are picked from the whole list.
///
/// # Errors
/// As [`list`].
pub async fn list_of<T: Resource>(
    client: &Client,
    field: &'static str,
    value: u64,
    is_expected: bool,
) -> Result<Vec<T>, ApiError> {
    list_of_about(client, field, value, is_expected, 0).await
}

/// As [`list_of`], for about `rows` rows.
///
/// # Errors
/// As [`list`].
pub async fn list_of_about<T: Resource>(
    client: &Client,
    field: &'static str,
    value: u64,
    is_expected: bool,
    rows: usize,
) -> Result<Vec<T>, ApiError> {
    let is_of = |row: &T| row.number(field).is_none_or(|number| number == value);
    let mut refusal = None;
    if !client.filters().is_broken_alone::<T>(field) {
        match list_expecting(client, &format!("{field}={value}"), rows).await {
            Ok(mut rows) => {
                rows.retain(is_of);
                if !rows.is_empty() || !is_expected || finds_alone::<T>(client, field).await? {
                    return Ok(rows);
                }
            }
            Err(error) if is_refused(&error) => refusal = Some(error),
            Err(error) => return Err(error),
        }
    }
    let mut rows: Vec<T> = match (whole_list(client, field).await, refusal) {
        // The server has no such resource, filtered or not.
        (Err(_), Some(refusal)) if matches!(refusal.status(), Some(404 | 405)) => {
            return Err(refusal);
        }
        (rows, _) => rows?,
    };
    rows.retain(is_of);
    if !rows.is_empty() {
        client.filters().breaks::<T>(field);
    }
    Ok(rows)
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
    list_in_with(client, field, ids, most, "", 0).await
}

/// As [`list_in`], for about `expected` rows in all.
///
/// # Errors
/// As [`list`].
pub async fn list_in_expecting<T: Resource>(
    client: &Client,
    field: &'static str,
    ids: impl Iterator<Item = u64>,
    most: usize,
    expected: usize,
) -> Result<Vec<T>, ApiError> {
    list_in_with(client, field, ids, most, "", expected).await
}

/// As [`list_in_expecting`], with a parameter that only adds to the rows, such as `&_with=run_result`. A server may ignore it, or
/// refuse it and be asked without it.
///
/// # Errors
/// As [`list`].
pub async fn list_in_with<T: Resource>(
    client: &Client,
    field: &'static str,
    ids: impl Iterator<Item = u64>,
    most: usize,
    with: &str,
    expected: usize,
) -> Result<Vec<T>, ApiError> {
    let ids: Vec<u64> = ids.collect();
    let wanted: HashSet<u64> = ids.iter().copied().collect();
    let is_wanted = |row: &T| row.number(field).is_none_or(|number| wanted.contains(&number));
    if !ids.is_empty() && !client.filters().is_broken::<T>(field) {
        // The oldest rows come last: a lot whose first id is the root folder would prove little.
        let lots = lots(field, ids.iter().rev().copied(), most, FILTER_BYTES);
        let mut listed = list_lots::<T>(client, lots.clone(), with, expected).await;
        if !with.is_empty() && listed.as_ref().is_err_and(is_refused) {
            listed = list_lots::<T>(client, lots.clone(), "", expected).await;
        }
        match listed {
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
    with: &str,
    expected: usize,
) -> Result<Vec<T>, ApiError> {
    let mut rows: Vec<T> = Vec::new();
    while !filters.is_empty() {
        let ids = |filter: &String| filter.matches(',').count() + 1;
        let all: usize = filters.iter().map(ids).sum();
        let read = async |filter: &String| {
            let share = expected.saturating_mul(ids(filter)) / all;
            list_expecting(client, &format!("{filter}{with}"), share).await
        };
        let lists = join_all(filters.iter().map(read)).await;
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

/// Every row of `T` in the project, or, for resources without the field, in the account.
///
/// # Errors
/// [`RequestError::Filter`] if the server refuses the list, otherwise as [`list`].
pub(super) async fn whole_list<T: Resource>(
    client: &Client,
    field: &'static str,
) -> Result<Vec<T>, ApiError> {
    let project = client.filters().project().filter(|_| T::IN_PROJECT);
    let filter = project.map(|project| format!("project_id={project}")).unwrap_or_default();
    list(client, &filter).await.map_err(|error| {
        if !is_refused(&error) {
            return error;
        }
        let reason = format!("the filter {field} misses rows, and the whole list is refused");
        ApiError { error: RequestError::Filter(format!("{reason}: {}", error.error)), ..error }
    })
}

/// Whether `field=value` finds a known row of `T`, asked once. True also if there is no row that it could find.
async fn finds_alone<T: Resource>(client: &Client, field: &'static str) -> Result<bool, ApiError> {
    // The whole list is that of the project, and costs no more than the question.
    if field == "project_id" {
        return Ok(false);
    }
    if client.filters().is_proven_alone::<T>(field) {
        return Ok(true);
    }
    let known = match first_rows::<T>(client, "").await {
        Ok(rows) => rows.iter().find_map(|row| row.number(field)),
        Err(error) if is_refused(&error) => None,
        Err(error) => return Err(error),
    };
    // A filter that is ignored finds all rows, of which the caller takes its own.
    let finds = match known {
        Some(known) => !first_rows::<T>(client, &format!("{field}={known}&")).await?.is_empty(),
        None => return Ok(true),
    };
    if finds {
        client.filters().proves_alone::<T>(field);
    }
    Ok(finds)
}

/// The first rows of a list.
async fn first_rows<T: Resource>(client: &Client, filter: &str) -> Result<Vec<T>, ApiError> {
    let path = format!("{}?{filter}per_page=2&page=1", T::NAME);
    Ok(client.get_page(&path, &|row: T| row).await?.rows)
}

/// Whether `field-in` finds a known row of `T`. True also if there is no row that it could find.
///
/// # Errors
/// When a list cannot be read.
pub(super) async fn finds_known_row<T: Resource>(
    client: &Client,
    field: &'static str,
) -> Result<bool, ApiError> {
    let known = match first_rows::<T>(client, "").await {
        Ok(rows) => rows.iter().find_map(|row| row.number(field)),
        // Nothing is known then.
        Err(error) if is_refused(&error) => None,
        Err(error) => return Err(error),
    };
    let Some(known) = known else { return Ok(true) };
    finds::<T>(client, field, known).await
}

/// Whether `field-in` finds `value`, which is not its first value.
async fn finds<T: Resource>(
    client: &Client,
    field: &'static str,
    value: u64,
) -> Result<bool, ApiError> {
    let other = other_than(value);
    let path = format!("{}?{field}-in={other},{value}&per_page=50&page=1", T::NAME);
    match client.get_page(&path, &|row: T| row.number(field)).await {
        // An ignored filter finds other rows first, and more than there are of this value.
        Ok(page) => Ok(page.rows.contains(&Some(value))
            || page.rows.iter().any(|number| *number != Some(other))),
        Err(error) if is_refused(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The rows of `T` whose `field` is `value`, and that match the filters of `and`, read by a set of two values: that proves sets on rows that are known to exist. None if
/// the server finds no row so; whole lists are read from then on.
///
/// # Errors
/// When the list cannot be read.
pub async fn prove_sets<T: Resource>(
    client: &Client,
    field: &'static str,
    value: u64,
    and: &str,
) -> Result<Option<Vec<T>>, ApiError> {
    let filter = format!("{field}-in={},{value}{and}", other_than(value));
    let rows = match list::<T>(client, &filter).await {
        Ok(mut rows) => {
            rows.retain(|row| row.number(field) == Some(value));
            rows
        }
        Err(error) if is_refused(&error) => Vec::new(),
        Err(error) => return Err(error),
    };
    if rows.is_empty() {
        client.filters().has_no_sets();
        return Ok(None);
    }
    Ok(Some(rows))
}

/// Before the first write: if the server knows no sets of values, whether the whole lists can be read that are needed instead.
///
/// # Errors
/// [`RequestError::Filter`] if the server refuses one, and when one cannot be read.
pub async fn check_whole_lists(client: &Client) -> Result<(), ApiError> {
    if client.filters().knows_no_sets() {
        whole_list::<SuiteTest>(client, "suite_id").await?;
        whole_list::<Step>(client, "test_id").await?;
    }
    Ok(())
}

/// Another id.
fn other_than(value: u64) -> u64 {
    if value == 1 { 2 } else { 1 }
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
