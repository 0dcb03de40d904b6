//! What is known about the filters of a server.
//!
//! It is not documented which filters the server knows, and a filter that it does not know may be ignored or find nothing.
//! Nothing found must not be mistaken for nothing there, so a filter is believed once it has found a known row.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ids::ProjectId;
use super::wire::Resource;

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
    /// `field=value` finds what is there.
    proven_alone: HashSet<Field>,
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

    /// The project of this import: whole lists are those of the project.
    pub(super) fn project(&self) -> Option<ProjectId> {
        self.known().project
    }

    pub(super) fn set_project(&self, project: ProjectId) {
        self.known().project = Some(project);
    }

    /// Whether no set of values works.
    pub(super) fn knows_no_sets(&self) -> bool {
        self.known().no_sets
    }

    pub(super) fn has_no_sets(&self) {
        tracing::debug!("the server knows no sets of values: whole lists are read");
        self.known().no_sets = true;
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

    pub(super) fn is_proven_alone<T: Resource>(&self, field: &'static str) -> bool {
        self.known().proven_alone.contains(&(T::NAME, field))
    }

    pub(super) fn proves_alone<T: Resource>(&self, field: &'static str) {
        self.known().proven_alone.insert((T::NAME, field));
    }

    pub(super) fn proves<T: Resource>(&self, field: &'static str) {
        self.known().proven.insert((T::NAME, field));
    }
}
