//! What a row was before.

use rusqlite::params;
use serde_json::{Map, Value as Json};

use super::Browse;
use crate::error::ApiError;
use crate::resources::Resource;
use crate::store::history;

/// One version of a row.
#[derive(Debug)]
pub(crate) struct Version {
    /// Its fields, as the API answers them.
    pub(crate) fields: Map<String, Json>,
    /// What ended it, `update` or `delete`; none for the row as it is.
    pub(crate) followed_by: Option<String>,
}

impl Browse<'_> {
    /// The last versions of a row, the latest one first, and how many older ones there are.
    pub(crate) fn versions(
        &self,
        resource: &'static Resource,
        id: i64,
        most: i64,
    ) -> Result<(Vec<Version>, i64), ApiError> {
        let Some(now) = history::row_now(self.transaction, resource, id)? else {
            return Err(ApiError::no_row(resource.model, id));
        };
        let mut versions = vec![Version { fields: fields(&now), followed_by: None }];
        versions.extend(self.all(
            "SELECT row, followed_by FROM revision WHERE resource = ?1 AND row_id = ?2
             ORDER BY id DESC LIMIT ?3",
            params![resource.name, id, most - 1],
            |row| {
                let json: String = row.get(0)?;
                Ok(Version { fields: fields(&json), followed_by: row.get(1)? })
            },
        )?);
        let kept = self.number(
            "SELECT COUNT(*) FROM revision WHERE resource = ?1 AND row_id = ?2",
            params![resource.name, id],
        )?;
        let shown = i64::try_from(versions.len()).unwrap_or(i64::MAX);
        Ok((versions, kept + 1 - shown))
    }
}

fn fields(json: &str) -> Map<String, Json> {
    serde_json::from_str(json).unwrap_or_default()
}
