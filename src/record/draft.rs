//! A test while its cases are gathered.

use crate::formats::model::Outcome;
use crate::identity::Identity;

/// A test while its cases are gathered.
pub(super) struct Draft {
    pub(super) identity: Identity,
    pub(super) container: Vec<String>,
    pub(super) name: String,
    pub(super) folder: Vec<String>,
    /// The first case.
    pub(super) first: Sighting,
    /// The others, in the order of files and in files.
    pub(super) more: Vec<Sighting>,
}

impl Draft {
    /// All its cases.
    pub(super) fn sightings(&self) -> impl Iterator<Item = &Sighting> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

/// A case of a test.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting {
    /// Index of the report.
    pub(super) file: usize,
    /// Index into its cases.
    pub(super) case: usize,
    /// How it ended.
    pub(super) outcome: Outcome,
    /// It is a part of the test.
    pub(super) is_subtest: bool,
}
