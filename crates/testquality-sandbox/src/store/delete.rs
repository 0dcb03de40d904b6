//! Deletes and restores. Deleting a row hides it; rows are never removed.

use rusqlite::{ToSql, params};

use super::references::find_resource;
use super::revisions::{self, Change};
use super::writer::Writer;
use super::{execute, query_all, query_one};
use crate::error::ApiError;
use crate::resources::{Resource, USER_ID};

impl Writer<'_> {
    /// Deletes a row and the rows that cascade; `false` if there is no live row.
    pub(super) fn delete(
        &mut self,
        resource: &'static Resource,
        id: i64,
    ) -> Result<bool, ApiError> {
        let is_root = if resource.field("is_root").is_some() { "is_root" } else { "0" };
        let sql =
            format!("SELECT {is_root} FROM {} WHERE id = ?1 AND deleted_at IS NULL", resource.name);
        let Some(is_root) = query_one(self.transaction, &sql, [id], |row| row.get(0))? else {
            return Ok(false);
        };
        if is_root {
            // Our choice: a project is useless without its roots.
            let message = format!("The root {} cannot be deleted.", resource.name);
            return Err(ApiError::BadRequest(message));
        }
        self.check_run_is_open(resource, id)?;
        revisions::store_version(self.transaction, resource, id, Change::Delete)?;
        execute(
            self.transaction,
            &format!(
                "UPDATE {} SET deleted_at = ?1, deleted_with = NULL WHERE id = ?2",
                resource.name
            ),
            params![self.now, id],
        )?;
        for (table, column) in resource.cascades {
            let condition = format!("{column} = ?1 AND deleted_at IS NULL");
            self.store_versions(table, &condition, params![id], Change::Delete)?;
            execute(
                self.transaction,
                &format!("UPDATE {table} SET deleted_at = ?2, deleted_with = ?3 WHERE {condition}"),
                params![id, self.now, deleted_with(resource, id)],
            )?;
        }
        self.referenced.remove(&(resource.name, id));
        self.after_write(resource, id)?;
        Ok(true)
    }

    /// Restores a deleted row and the rows that were deleted with it. Counts as an update, so the
    /// epoch increases (our choice).
    pub(super) fn restore(&mut self, resource: &'static Resource, id: i64) -> Result<(), ApiError> {
        let sql = format!("SELECT deleted_at IS NOT NULL FROM {} WHERE id = ?1", resource.name);
        if query_one(self.transaction, &sql, [id], |row| row.get(0))? != Some(true) {
            return Ok(());
        }
        revisions::store_version(self.transaction, resource, id, Change::Update)?;
        execute(
            self.transaction,
            &format!(
                "UPDATE {} SET deleted_at = NULL, deleted_with = NULL, epoch = epoch + 1,
                     updated_at = ?1, updated_by = ?2
                 WHERE id = ?3",
                resource.name
            ),
            params![self.now, USER_ID, id],
        )?;
        for (table, column) in resource.cascades {
            let condition = format!("{column} = ?1 AND deleted_with = ?2");
            let deleted_with = deleted_with(resource, id);
            self.store_versions(table, &condition, params![id, deleted_with], Change::Update)?;
            execute(
                self.transaction,
                &format!(
                    "UPDATE {table} SET deleted_at = NULL, deleted_with = NULL WHERE {condition}"
                ),
                params![id, deleted_with],
            )?;
        }
        self.after_write(resource, id)
    }

    /// Stores the current versions of all rows that meet the condition.
    fn store_versions(
        &self,
        table: &'static str,
        condition: &str,
        params: &[&dyn ToSql],
        change: Change,
    ) -> Result<(), ApiError> {
        let resource = find_resource(table)?;
        let sql = format!("SELECT id FROM {table} WHERE {condition}");
        query_all(self.transaction, &sql, params, |row| row.get(0))?
            .into_iter()
            .try_for_each(|id| revisions::store_version(self.transaction, resource, id, change))
    }
}

/// The value of `deleted_with` for rows that are deleted with this row.
fn deleted_with(resource: &Resource, id: i64) -> String {
    format!("{}:{id}", resource.name)
}
