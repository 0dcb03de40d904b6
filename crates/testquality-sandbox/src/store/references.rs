//! What rows refer to must be there, in the same project, and make a tree.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params};

use super::validate::Values;
use super::writing::Writing;
use crate::error::{ApiError, Faults};
use crate::resources::Resource;

/// What is known of a row that others refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Referred {
    project: Option<i64>,
    live: bool,
}

impl Writing<'_> {
    /// What a live row refers to now.
    pub(super) fn references_of(
        &self,
        resource: &'static Resource,
        id: i64,
    ) -> Result<Option<Values>, ApiError> {
        let fields: Vec<_> =
            resource.fields.iter().filter(|field| field.references.is_some()).collect();
        let mut columns = String::new();
        for field in &fields {
            columns.push_str(field.name);
            columns.push_str(", ");
        }
        let sql = format!(
            "SELECT {columns}id FROM {} WHERE id = ?1 AND deleted_at IS NULL",
            resource.name
        );
        let row = self
            .transaction
            .prepare_cached(&sql)?
            .query_row([id], |row| {
                fields
                    .iter()
                    .enumerate()
                    .map(|(index, field)| Ok((*field, row.get(index)?)))
                    .collect()
            })
            .optional()?;
        Ok(row)
    }

    /// Every row that is named must be there, and all of one project.
    pub(super) fn check_references(
        &mut self,
        named: &Values,
        all: &Values,
    ) -> Result<(), ApiError> {
        let mut faults = Faults::default();
        // The row's own project comes first, so that the fault is the other field's.
        let mut project = all.iter().find_map(|(field, value)| match value {
            Value::Integer(id) if field.name == "project_id" => Some(*id),
            _ => None,
        });
        for (field, value) in all {
            let (Some(target), Value::Integer(id)) = (field.references, value) else {
                continue;
            };
            let referred = self.referred(target, *id)?;
            let is_named = named.iter().any(|(named, _)| named.name == field.name);
            // A row may go on naming what was deleted meanwhile; it cannot be named anew.
            let Some(referred) = referred.filter(|referred| referred.live || !is_named) else {
                faults.selected_is_invalid(field.name);
                continue;
            };
            match (project, referred.project) {
                (Some(project), Some(other)) if project != other => {
                    faults.selected_is_invalid(field.name);
                }
                (None, Some(first)) => project = Some(first),
                _ => {}
            }
        }
        faults.into_result()
    }

    fn referred(&mut self, target: &'static str, id: i64) -> Result<Option<Referred>, ApiError> {
        if let Some(known) = self.referred.get(&(target, id)) {
            return Ok(Some(*known));
        }
        let resource = named(target)?;
        let project = if resource.field("project_id").is_some() {
            "project_id"
        } else if target == "project" {
            "id"
        } else {
            "NULL"
        };
        let referred = self
            .transaction
            .prepare_cached(&format!(
                "SELECT {project}, deleted_at IS NULL FROM {target} WHERE id = ?1"
            ))?
            .query_row([id], |row| Ok(Referred { project: row.get(0)?, live: row.get(1)? }))
            .optional()?;
        // A row that does not exist may be created by a later element.
        if let Some(referred) = referred {
            self.referred.insert((target, id), referred);
        }
        Ok(referred)
    }

    /// The parent of a suite must stand in the same plan, and not below the suite itself.
    pub(super) fn check_place(
        &self,
        resource: &Resource,
        values: &Values,
        id: Option<i64>,
    ) -> Result<(), ApiError> {
        if resource.name != "plan_suite" {
            return Ok(());
        }
        let integer = |name: &str| {
            values.iter().find_map(|(field, value)| match value {
                Value::Integer(integer) if field.name == name => Some(*integer),
                _ => None,
            })
        };
        let (Some(plan_id), Some(suite_id), Some(parent_id)) =
            (integer("plan_id"), integer("suite_id"), integer("parent_id"))
        else {
            return Ok(());
        };
        // `CROSS JOIN` makes SQLite go up from row to row; else it reads the whole plan each time.
        // `UNION` drops what was seen, so that a circle of old cannot keep this busy.
        let sql = "WITH RECURSIVE above (suite_id, parent_id) AS (
                SELECT suite_id, parent_id FROM plan_suite
                WHERE plan_id = ?1 AND suite_id = ?2 AND deleted_at IS NULL AND id IS NOT ?4
                UNION
                SELECT plan_suite.suite_id, plan_suite.parent_id FROM above
                CROSS JOIN plan_suite ON plan_suite.suite_id = above.parent_id
                WHERE plan_suite.plan_id = ?1 AND plan_suite.deleted_at IS NULL
            ) SELECT COUNT(*) > 0, COALESCE(MAX(suite_id = ?3), 0) FROM above";
        let (in_plan, is_below): (bool, bool) = self
            .transaction
            .prepare_cached(sql)?
            .query_row(params![plan_id, parent_id, suite_id, id], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let mut faults = Faults::default();
        if !in_plan || is_below {
            faults.selected_is_invalid("parent_id");
        }
        faults.into_result()
    }
}

pub(super) fn named(resource: &str) -> Result<&'static Resource, ApiError> {
    Resource::named(resource)
        .ok_or_else(|| ApiError::Internal(format!("there is no resource {resource}")))
}
