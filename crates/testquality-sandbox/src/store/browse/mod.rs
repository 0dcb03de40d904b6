//! What the page shows, read for people: rows with the names of what they belong to, counted and
//! cut into pages. Deleted rows are never among them.

mod folders;
mod projects;
mod runs;
mod tests;
mod versions;

pub(crate) use folders::FolderRow;
pub(crate) use projects::{Project, ProjectRow};
pub(crate) use runs::{ResultRow, Run, Share};
pub(crate) use tests::{Test, TestRow};
pub(crate) use versions::Version;

use rusqlite::{OptionalExtension, Params, Row, Transaction};

use super::Store;
use crate::error::ApiError;

/// The database as of one moment.
pub(crate) struct Browse<'a> {
    transaction: &'a Transaction<'a>,
}

/// Rows of a list: how many at most, and how many stand before them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) rows: i64,
    pub(crate) offset: i64,
}

impl Store {
    /// Reads everything that `work` reads as of one moment.
    pub(crate) fn browse<T>(
        &self,
        work: impl FnOnce(&Browse<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.read(|transaction| work(&Browse { transaction }))
    }
}

impl Browse<'_> {
    fn all<T>(
        &self,
        sql: &str,
        bound: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, ApiError> {
        let mut statement = self.transaction.prepare_cached(sql)?;
        let rows = statement.query_map(bound, read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn one<T>(
        &self,
        sql: &str,
        bound: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, ApiError> {
        Ok(self.transaction.prepare_cached(sql)?.query_row(bound, read).optional()?)
    }

    fn number(&self, sql: &str, bound: impl Params) -> Result<i64, ApiError> {
        Ok(self.transaction.prepare_cached(sql)?.query_row(bound, |row| row.get(0))?)
    }
}
