//! References between rows: they must lead to live rows of the same project, and folders must form a tree.

use rusqlite::params;
use rusqlite::types::Value;

use super::validate::{Values, integer_of};
use super::writer::Writer;
use super::{query_one, query_value, validate};
use crate::error::{ApiError, ValidationErrors};
use crate::resources::Resource;

/// A row that others refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReferencedRow {
    /// `None` if rows of this resource belong to no project.
    project: Option<i64>,
    is_live: bool,
}

impl Writer<'_> {
    /// The current references of a live row.
    pub(super) fn references_of(
        &self,
        resource: &'static Resource,
        id: i64,
    ) -> Result<Option<Values>, ApiError> {
        let fields: Vec<_> =
            resource.fields.iter().filter(|field| field.references.is_some()).collect();
        let columns: String = fields.iter().map(|field| format!("{}, ", field.name)).collect();
        let sql = format!(
            "SELECT {columns}id FROM {} WHERE id = ?1 AND deleted_at IS NULL",
            resource.name
        );
        query_one(self.transaction, &sql, [id], |row| {
            let fields = fields.iter().enumerate();
            fields.map(|(index, field)| Ok((*field, row.get(index)?))).collect()
        })
    }

    /// Checks that all references in `all` lead to rows of one project, and those in `changed` to live rows.
    pub(super) fn check_references(
        &mut self,
        changed: &Values,
        all: &Values,
    ) -> Result<(), ApiError> {
        let mut errors = ValidationErrors::default();
        // The project of the row decides, so that the error names the other field.
        let mut project = integer_of(all, "project_id");
        for (field, value) in all {
            let (Some(target), Value::Integer(id)) = (field.references, value) else {
                continue;
            };
            let is_changed = validate::value_of(changed, field.name).is_some();
            // A row may keep a reference to a row that was deleted since.
            let referenced =
                self.referenced_row(target, *id)?.filter(|row| row.is_live || !is_changed);
            match (project, referenced) {
                (_, None) => errors.invalid_reference(field.name),
                (Some(project), Some(ReferencedRow { project: Some(other), .. }))
                    if project != other =>
                {
                    errors.invalid_reference(field.name);
                }
                (None, Some(ReferencedRow { project: first, .. })) => project = first,
                _ => {}
            }
        }
        errors.into_result()
    }

    fn referenced_row(
        &mut self,
        target: &'static str,
        id: i64,
    ) -> Result<Option<ReferencedRow>, ApiError> {
        if let Some(known) = self.referenced.get(&(target, id)) {
            return Ok(Some(*known));
        }
        let project = match target {
            "project" => "id",
            _ if find_resource(target)?.field("project_id").is_some() => "project_id",
            _ => "NULL",
        };
        let sql = format!("SELECT {project}, deleted_at IS NULL FROM {target} WHERE id = ?1");
        let referenced = query_one(self.transaction, &sql, [id], |row| {
            Ok(ReferencedRow { project: row.get(0)?, is_live: row.get(1)? })
        })?;
        // Missing rows are not cached, because a later element may create them.
        if let Some(referenced) = referenced {
            self.referenced.insert((target, id), referenced);
        }
        Ok(referenced)
    }

    /// Checks that the parent of a suite is in the same plan, and not below the suite itself.
    pub(super) fn check_parent(
        &self,
        resource: &Resource,
        values: &Values,
        id: Option<i64>,
    ) -> Result<(), ApiError> {
        if resource.name != "plan_suite" {
            return Ok(());
        }
        let (Some(plan_id), Some(suite_id), Some(parent_id)) = (
            integer_of(values, "plan_id"),
            integer_of(values, "suite_id"),
            integer_of(values, "parent_id"),
        ) else {
            return Ok(());
        };
        // `CROSS JOIN` makes SQLite climb from row to row instead of reading the whole plan each time.
        // `UNION` drops known rows, so that the query ends even if the database has a cycle.
        let sql = "WITH RECURSIVE above (suite_id, parent_id) AS (
                SELECT suite_id, parent_id FROM plan_suite
                WHERE plan_id = ?1 AND suite_id = ?2 AND deleted_at IS NULL AND id IS NOT ?4
                UNION
                SELECT plan_suite.suite_id, plan_suite.parent_id FROM above
                CROSS JOIN plan_suite ON plan_suite.suite_id = above.parent_id
                WHERE plan_suite.plan_id = ?1 AND plan_suite.deleted_at IS NULL
            ) SELECT COUNT(*) > 0 AND NOT COALESCE(MAX(suite_id = ?3), 0) FROM above";
        let params = params![plan_id, parent_id, suite_id, id];
        let is_valid: bool = query_value(self.transaction, sql, params)?;
        let mut errors = ValidationErrors::default();
        if !is_valid {
            errors.invalid_reference("parent_id");
        }
        errors.into_result()
    }
}

/// A resource that the code names.
pub(super) fn find_resource(name: &str) -> Result<&'static Resource, ApiError> {
    Resource::find(name).ok_or_else(|| ApiError::Internal(format!("unknown resource {name}")))
}
