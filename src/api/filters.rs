//! What is known about the filters of a server.
//!
//! It is not documented which filters the server knows, and a filter that it does not know may be ignored or find nothing.
//! Nothing found must not be mistaken for nothing there, so a filter is believed once it has found a known row.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::client::Client;
use super::error::{ApiError, RequestError};
use super::ids::ProjectId;
use super::pages::list;
use super::wire::{Page, Resource, Step, SuiteTest};

/// A field of a resource.
type Field = (&'static str, &'static str);

/// The filters of one server.
#[derive(Debug, Default)]
pub(super) struct Filters(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    project: Option<ProjectId>,
    /// `field-in` finds all of its values.
    proven: HashSet<Field>,
    /// `field-in` does not find what is there.
    broken: HashSet<Field>,
    /// Whether no `field-in` works.
    no_sets: bool,
    /// Resources whose lists have rows although they are sorted.
    sorted: HashSet<&'static str>,
    /// Resources whose lists are empty if they are sorted.
    unsorted: HashSet<&'static str>,
}

impl Filters {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_sorted<T: Resource>(&self) -> bool {
        !self.known().unsorted.contains(T::NAME)
    }

    /// Notes a list with rows.
    pub(super) fn sorts<T: Resource>(&self) {
        self.known().sorted.insert(T::NAME);
    }

    /// Whether a sorted list was seen to have rows.
    pub(super) fn is_known_to_sort<T: Resource>(&self) -> bool {
        self.known().sorted.contains(T::NAME)
    }

    pub(super) fn do_not_sort<T: Resource>(&self) {
        tracing::debug!(resource = T::NAME, "a sorted list is empty: lists are not sorted");
        self.known().unsorted.insert(T::NAME);
    }

    pub(super) fn is_broken<T: Resource>(&self, field: &'static str) -> bool {
        let known = self.known();
        known.no_sets || known.broken.contains(&(T::NAME, field))
    }

    /// Whether `field=value` misses rows.
    pub(super) fn is_broken_alone<T: Resource>(&self, field: &'static str) -> bool {
        self.known().broken.contains(&(T::NAME, field))
    }

    pub(super) fn breaks<T: Resource>(&self, field: &'static str) {
        tracing::debug!(resource = T::NAME, field, "the filter misses rows: whole lists are read");
        self.known().broken.insert((T::NAME, field));
    }

    pub(super) fn is_proven<T: Resource>(&self, field: &'static str) -> bool {
        self.known().proven.contains(&(T::NAME, field))
    }

    pub(super) fn proves<T: Resource>(&self, field: &'static str) {
        self.known().proven.insert((T::NAME, field));
    }
}

impl Client {
    /// The project of this import: whole lists are those of the project.
    pub fn set_project(&self, project: ProjectId) {
        self.filters().known().project = Some(project);
    }
}

/// Whether `error` says that the server does not accept a filter.
pub(super) fn is_refused(error: &ApiError) -> bool {
    matches!(error.status(), Some(400 | 404 | 405 | 422 | 501))
}

/// Every row of `T` in the project, or, for resources without the field, in the account.
///
/// # Errors
/// [`RequestError::Filter`] if the server refuses the list, otherwise as [`list`].
pub(super) async fn whole_list<T: Resource>(
    client: &Client,
    field: &'static str,
) -> Result<Vec<T>, ApiError> {
    let project = client.filters().known().project.filter(|_| T::IN_PROJECT);
    let filter = project.map(|project| format!("project_id={project}")).unwrap_or_default();
    list(client, &filter).await.map_err(|error| {
        if !is_refused(&error) {
            return error;
        }
        let reason = format!("the filter {field} misses rows, and the whole list is refused");
        ApiError { error: RequestError::Filter(format!("{reason}: {}", error.error)), ..error }
    })
}

/// Whether `field-in` finds a known row of `T`. True also if there is no row that it could find.
///
/// # Errors
/// When a list cannot be read.
pub(super) async fn finds_known_row<T: Resource>(
    client: &Client,
    field: &'static str,
) -> Result<bool, ApiError> {
    let known: Result<Page<T>, ApiError> =
        client.get(&format!("{}?per_page=2&page=1", T::NAME)).await;
    let known = match known {
        Ok(page) => page.into_rows().0.iter().find_map(|row| row.number(field)),
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
    match client.get::<Page<T>>(&path).await {
        // An ignored filter finds other rows first, and more than there are of this value.
        Ok(page) => {
            let (rows, _) = page.into_rows();
            Ok(rows.iter().any(|row| row.number(field) == Some(value))
                || rows.iter().any(|row| row.number(field) != Some(other)))
        }
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
        tracing::debug!("the server knows no sets of values: whole lists are read");
        client.filters().known().no_sets = true;
        return Ok(None);
    }
    Ok(Some(rows))
}

/// Before the first write: if the server knows no sets of values, whether the whole lists can be read that are needed instead.
///
/// # Errors
/// [`RequestError::Filter`] if the server refuses one, and when one cannot be read.
pub async fn check_whole_lists(client: &Client) -> Result<(), ApiError> {
    if client.filters().known().no_sets {
        whole_list::<SuiteTest>(client, "suite_id").await?;
        whole_list::<Step>(client, "test_id").await?;
    }
    Ok(())
}

/// Another id.
fn other_than(value: u64) -> u64 {
    if value == 1 { 2 } else { 1 }
}
