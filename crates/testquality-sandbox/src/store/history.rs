//! What rows were before: `revision_log=true` answers every version of them (SDK, CLI).
//!
//! Only what a write replaces is kept; the row itself is its last version. So creates cost nothing.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction, params, params_from_iter};

use super::read::{columns, condition, limit, write_row};
use crate::error::ApiError;
use crate::query::ListQuery;
use crate::resources::Resource;

/// What made a version (SDK; a restore is an update there, our choice).
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Update,
    Delete,
}

impl Change {
    const fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// Keeps a row as it is now, before `change` replaces it. There being none is fine.
pub(super) fn keep(
    transaction: &Transaction<'_>,
    resource: &Resource,
    id: i64,
    change: Change,
) -> Result<(), ApiError> {
    if let Some(json) = row_now(transaction, resource, id)? {
        transaction
            .prepare_cached(
                "INSERT INTO revision (resource, row_id, row, followed_by) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![resource.name, id, json, change.name()])?;
    }
    Ok(())
}

/// Every version of a row, the first one first, in an array (SDK). Deleted rows have them too.
pub(super) fn of_row(
    transaction: &Transaction<'_>,
    resource: &Resource,
    id: i64,
) -> Result<Vec<u8>, ApiError> {
    let mut out = vec![b'['];
    if !append_versions(transaction, &mut out, resource, id)? {
        return Err(ApiError::no_row(resource.model, id));
    }
    out.push(b']');
    Ok(out)
}

/// Every version of the rows that a list has or had, row by row: `per_page` and `page` count rows,
/// and what is sorted is rows (our choice). Filters look at the rows as they are, deleted ones
/// included.
pub(super) fn of_list(
    transaction: &Transaction<'_>,
    resource: &'static Resource,
    (scope, bound): (String, Vec<Value>),
    query: &ListQuery,
) -> Result<Vec<u8>, ApiError> {
    // Rows within a path must still stand there; others may be gone.
    let scope = if bound.is_empty() { "1".to_owned() } else { scope };
    let (condition, values) = condition(query, scope, bound);
    let (rows, offset) = limit(query);
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT id FROM {} WHERE {condition} ORDER BY id LIMIT {rows} OFFSET {offset}",
        resource.name
    ))?;
    let ids = statement.query_map(params_from_iter(values), |row| row.get(0))?.collect::<Vec<_>>();
    let mut out = vec![b'['];
    for id in ids {
        append_versions(transaction, &mut out, resource, id?)?;
    }
    out.push(b']');
    Ok(out)
}

/// Appends the versions to the array that `out` holds so far; `false` if there is no such row.
fn append_versions(
    transaction: &Transaction<'_>,
    out: &mut Vec<u8>,
    resource: &Resource,
    id: i64,
) -> Result<bool, ApiError> {
    let Some(now) = row_now(transaction, resource, id)? else { return Ok(false) };
    let mut statement = transaction.prepare_cached(
        "SELECT row, followed_by FROM revision WHERE resource = ?1 AND row_id = ?2 ORDER BY id",
    )?;
    let mut kept = statement.query(params![resource.name, id])?;
    let mut operation = "create".to_owned();
    let mut version = 1;
    while let Some(row) = kept.next()? {
        let json: String = row.get(0)?;
        append_version(out, &json, (id, version), &operation);
        operation = row.get(1)?;
        version += 1;
    }
    append_version(out, &now, (id, version), &operation);
    Ok(true)
}

/// `_id` and `operation` stand before the fields of the row (SDK: it is a text; what it looks like
/// is our choice).
fn append_version(out: &mut Vec<u8>, json: &str, (id, version): (i64, u32), operation: &str) {
    if out.last() != Some(&b'[') {
        out.push(b',');
    }
    let fields = json.strip_prefix('{').unwrap_or(json);
    let head = format!("{{\"_id\":\"{id}-{version}\",\"operation\":\"{operation}\",");
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(fields.as_bytes());
}

/// The row as JSON, deleted or not.
pub(super) fn row_now(
    transaction: &Transaction<'_>,
    resource: &Resource,
    id: i64,
) -> Result<Option<String>, ApiError> {
    let mut json = Vec::new();
    let written = transaction
        .prepare_cached(&format!(
            "SELECT {} FROM {} WHERE id = ?1",
            columns(resource),
            resource.name
        ))?
        .query_row([id], |row| Ok(write_row(transaction, &mut json, resource, row, None, &[])))
        .optional()?;
    match written {
        Some(written) => written.map(|()| Some(String::from_utf8_lossy(&json).into_owned())),
        None => Ok(None),
    }
}
