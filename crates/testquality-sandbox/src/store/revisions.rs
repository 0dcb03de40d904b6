//! Earlier versions of rows: `revision_log=true` returns every version (SDK, CLI).
//!
//! Only replaced versions are stored; the current one is the row itself. So creating rows costs nothing.

use rusqlite::types::Value;
use rusqlite::{Transaction, params, params_from_iter};

use super::read::{columns, limit_and_offset, where_clause, write_row};
use super::{execute, query_all, query_one};
use crate::error::ApiError;
use crate::query::ListQuery;
use crate::resources::Resource;

/// The write that replaces a version (SDK; that a restore is an update is our choice).
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Update,
    Delete,
}

/// Stores the current version of a row before `change` replaces it. Does nothing if there is no such row.
pub(super) fn store_version(
    transaction: &Transaction<'_>,
    resource: &Resource,
    id: i64,
    change: Change,
) -> Result<(), ApiError> {
    if let Some(json) = current_json(transaction, resource, id)? {
        let change = match change {
            Change::Update => "update",
            Change::Delete => "delete",
        };
        execute(
            transaction,
            "INSERT INTO revision (resource, row_id, row, followed_by) VALUES (?1, ?2, ?3, ?4)",
            params![resource.name, id, json, change],
        )?;
    }
    Ok(())
}

/// An array of every version of a row, oldest first (SDK), also of a deleted row.
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

/// An array of every version of the rows that are or were in a list, row by row. Paging and sorting
/// apply to rows, and filters to their current versions, deleted rows included (our choice).
pub(super) fn of_list(
    transaction: &Transaction<'_>,
    resource: &'static Resource,
    (scope, params): (String, Vec<Value>),
    query: &ListQuery,
) -> Result<Vec<u8>, ApiError> {
    // Within a path, only rows that are still there; otherwise deleted rows too.
    let scope = if params.is_empty() { "1".to_owned() } else { scope };
    let (condition, params) = where_clause(query, scope, params);
    let (limit, offset) = limit_and_offset(query);
    let sql = format!(
        "SELECT id FROM {} WHERE {condition} ORDER BY id LIMIT {limit} OFFSET {offset}",
        resource.name
    );
    let mut out = vec![b'['];
    for id in query_all(transaction, &sql, params_from_iter(params), |row| row.get(0))? {
        append_versions(transaction, &mut out, resource, id)?;
    }
    out.push(b']');
    Ok(out)
}

/// Appends the versions to the unfinished array in `out`; `false` if there is no such row.
fn append_versions(
    transaction: &Transaction<'_>,
    out: &mut Vec<u8>,
    resource: &Resource,
    id: i64,
) -> Result<bool, ApiError> {
    let Some(current) = current_json(transaction, resource, id)? else { return Ok(false) };
    let mut statement = transaction.prepare_cached(
        "SELECT row, followed_by FROM revision WHERE resource = ?1 AND row_id = ?2 ORDER BY id",
    )?;
    let mut rows = statement.query(params![resource.name, id])?;
    let mut operation = "create".to_owned();
    let mut version = 1;
    while let Some(row) = rows.next()? {
        let json: String = row.get(0)?;
        append_version(out, &json, (id, version), &operation);
        operation = row.get(1)?;
        version += 1;
    }
    append_version(out, &current, (id, version), &operation);
    Ok(true)
}

/// Adds `_id` and `operation` before the fields of the row. `_id` is a text in the SDK; its form is
/// our choice.
fn append_version(out: &mut Vec<u8>, json: &str, (id, version): (i64, u32), operation: &str) {
    if out.last() != Some(&b'[') {
        out.push(b',');
    }
    let fields = json.strip_prefix('{').unwrap_or(json);
    let head = format!("{{\"_id\":\"{id}-{version}\",\"operation\":\"{operation}\",");
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(fields.as_bytes());
}

/// The current version of a row as JSON, also of a deleted row.
pub(super) fn current_json(
    transaction: &Transaction<'_>,
    resource: &Resource,
    id: i64,
) -> Result<Option<String>, ApiError> {
    let mut json = Vec::new();
    let sql = format!("SELECT {} FROM {} WHERE id = ?1", columns(resource), resource.name);
    let written = query_one(transaction, &sql, [id], |row| {
        Ok(write_row(transaction, &mut json, resource, row, None, &[]))
    })?;
    let written: Option<()> = written.transpose()?;
    Ok(written.map(|()| String::from_utf8_lossy(&json).into_owned()))
}
