//! Earlier versions of a row.

use rusqlite::params;
use serde_json::{Map, Value as Json};

use super::PageQueries;
use crate::error::ApiError;
use crate::resources::Resource;
use crate::store::{query_all, query_value, revisions};

/// One version of a row.
#[derive(Debug)]
pub(crate) struct Version {
    /// Its fields, as in the API.
    pub(crate) fields: Map<String, Json>,
    /// The write that replaced it, `update` or `delete`; `None` for the current version.
    pub(crate) followed_by: Option<String>,
}

impl PageQueries<'_> {
    /// The latest versions of a row, newest first, and the number of older ones.
    pub(crate) fn versions(
        &self,
        resource: &'static Resource,
        id: i64,
        max: i64,
    ) -> Result<(Vec<Version>, i64), ApiError> {
        let Some(current) = revisions::current_json(self.transaction, resource, id)? else {
            return Err(ApiError::no_row(resource.model, id));
        };
        let mut versions = vec![Version { fields: parse(&current), followed_by: None }];
        versions.extend(query_all(
            self.transaction,
            "SELECT row, followed_by FROM revision WHERE resource = ?1 AND row_id = ?2
             ORDER BY id DESC LIMIT ?3",
            params![resource.name, id, max - 1],
            |row| {
                let json: String = row.get(0)?;
                Ok(Version { fields: parse(&json), followed_by: row.get(1)? })
            },
        )?);
        let revisions: i64 = query_value(
            self.transaction,
            "SELECT COUNT(*) FROM revision WHERE resource = ?1 AND row_id = ?2",
            params![resource.name, id],
        )?;
        let returned = i64::try_from(versions.len()).unwrap_or(i64::MAX);
        Ok((versions, revisions + 1 - returned))
    }
}

fn parse(json: &str) -> Map<String, Json> {
    serde_json::from_str(json).unwrap_or_default()
}
