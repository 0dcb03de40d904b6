//! Deletes and restores: rows are hidden and shown, never removed.

use rusqlite::{OptionalExtension, ToSql, params};

use super::history::{self, Change};
use super::references::named;
use super::writing::Writing;
use crate::error::ApiError;
use crate::resources::{Resource, USER_ID};

impl Writing<'_> {
    /// Hides a row and what goes with it; `false` if there is no live one.
    pub(super) fn delete(
        &mut self,
        resource: &'static Resource,
        id: i64,
    ) -> Result<bool, ApiError> {
        let is_root = if resource.field("is_root").is_some() { "is_root" } else { "0" };
        let is_root: Option<bool> = self
            .transaction
            .prepare_cached(&format!(
                "SELECT {is_root} FROM {} WHERE id = ?1 AND deleted_at IS NULL",
                resource.name
            ))?
            .query_row([id], |row| row.get(0))
            .optional()?;
        match is_root {
            None => return Ok(false),
            // Our choice: a project without its roots is none.
            Some(true) => {
                return Err(ApiError::BadRequest(format!(
                    "The root {} cannot be deleted.",
                    resource.name
                )));
            }
            Some(false) => {}
        }
        self.check_open(resource, id)?;
        history::keep(self.transaction, resource, id, Change::Delete)?;
        self.transaction
            .prepare_cached(&format!(
                "UPDATE {} SET deleted_at = ?1, deleted_with = NULL WHERE id = ?2",
                resource.name
            ))?
            .execute(params![self.now, id])?;
        for (table, column) in resource.takes_along {
            let going = format!("{column} = ?1 AND deleted_at IS NULL");
            self.keep_all(table, &going, params![id], Change::Delete)?;
            self.transaction
                .prepare_cached(&format!(
                    "UPDATE {table} SET deleted_at = ?1, deleted_with = ?2
                     WHERE {column} = ?3 AND deleted_at IS NULL"
                ))?
                .execute(params![self.now, deleted_with(resource, id), id])?;
        }
        self.referred.remove(&(resource.name, id));
        self.after_write(resource, id)?;
        Ok(true)
    }

    /// Shows a row again. It counts as an update (our choice): the epoch rises.
    pub(super) fn restore(&mut self, resource: &'static Resource, id: i64) -> Result<(), ApiError> {
        let is_deleted: Option<bool> = self
            .transaction
            .prepare_cached(&format!(
                "SELECT deleted_at IS NOT NULL FROM {} WHERE id = ?1",
                resource.name
            ))?
            .query_row([id], |row| row.get(0))
            .optional()?;
        if is_deleted != Some(true) {
            return Ok(());
        }
        history::keep(self.transaction, resource, id, Change::Update)?;
        self.transaction
            .prepare_cached(&format!(
                "UPDATE {} SET deleted_at = NULL, deleted_with = NULL, epoch = epoch + 1,
                     updated_at = ?1, updated_by = ?2
                 WHERE id = ?3",
                resource.name
            ))?
            .execute(params![self.now, USER_ID, id])?;
        for (table, column) in resource.takes_along {
            let coming = format!("{column} = ?1 AND deleted_with = ?2");
            let mark = deleted_with(resource, id);
            self.keep_all(table, &coming, params![id, mark], Change::Update)?;
            self.transaction
                .prepare_cached(&format!(
                    "UPDATE {table} SET deleted_at = NULL, deleted_with = NULL
                     WHERE {column} = ?1 AND deleted_with = ?2"
                ))?
                .execute(params![id, mark])?;
        }
        self.after_write(resource, id)
    }

    /// Keeps every row that meets the condition as it is now.
    fn keep_all(
        &self,
        table: &'static str,
        condition: &str,
        bound: &[&dyn ToSql],
        change: Change,
    ) -> Result<(), ApiError> {
        let resource = named(table)?;
        let ids = self
            .transaction
            .prepare_cached(&format!("SELECT id FROM {table} WHERE {condition}"))?
            .query_map(bound, |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        ids.into_iter().try_for_each(|id| history::keep(self.transaction, resource, id, change))
    }
}

/// The mark on rows that went with row `id`.
fn deleted_with(resource: &Resource, id: i64) -> String {
    format!("{}:{id}", resource.name)
}
