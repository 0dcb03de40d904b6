//! The queries of the web page: live rows, with names and counts of related rows.

mod folders;
mod outcomes;
mod projects;
mod runs;
mod tests;
mod versions;

pub(crate) use folders::FolderRow;
pub(crate) use outcomes::LatestResult;
pub(crate) use projects::{Project, ProjectSummary};
pub(crate) use runs::{Run, RunResult, StatusCount};
pub(crate) use tests::{FoundTest, PLACEHOLDER_STEP, TestDetails, TestSummary};
pub(crate) use versions::Version;

use rusqlite::Transaction;

use super::Store;
use crate::error::ApiError;

/// Queries within one transaction, so that a page shows the database at one moment.
pub(crate) struct PageQueries<'a> {
    transaction: &'a Transaction<'a>,
}

/// A part of a list, as in SQL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) limit: i64,
    pub(crate) offset: i64,
}

impl Store {
    /// Runs the queries of a page in one transaction.
    pub(crate) fn read_page<T>(
        &self,
        work: impl FnOnce(&PageQueries<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.read(|transaction| work(&PageQueries { transaction }))
    }
}
