//! Folders: suites, where they stand in the root plan of their project.

use rusqlite::Row;

use super::Browse;
use crate::error::ApiError;

/// A folder in the root plan.
#[derive(Debug)]
pub(crate) struct FolderRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// The folder around it; none beside the root folder.
    pub(crate) parent: Option<i64>,
    pub(crate) is_root: bool,
    /// Tests that stand in it, those of its subfolders apart.
    pub(crate) tests: i64,
}

impl FolderRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            parent: row.get(2)?,
            is_root: row.get(3)?,
            tests: row.get(4)?,
        })
    }
}

impl Browse<'_> {
    /// The folders of a project's root plan, in the order of the plan. One that stands there twice
    /// comes twice.
    pub(crate) fn folders(&self, project_id: i64) -> Result<Vec<FolderRow>, ApiError> {
        self.all(
            "SELECT suite.id, suite.name, plan_suite.parent_id, suite.is_root,
                 (SELECT COUNT(*) FROM suite_test
                  WHERE suite_id = suite.id AND deleted_at IS NULL)
             FROM plan
             JOIN plan_suite ON plan_suite.plan_id = plan.id AND plan_suite.deleted_at IS NULL
             JOIN suite ON suite.id = plan_suite.suite_id AND suite.deleted_at IS NULL
             WHERE plan.project_id = ?1 AND plan.is_root AND plan.deleted_at IS NULL
             ORDER BY plan_suite.sequence_plan, plan_suite.id",
            [project_id],
            FolderRow::read,
        )
    }

    /// The description of a folder.
    pub(crate) fn folder_description(&self, id: i64) -> Result<String, ApiError> {
        let text = self.one(
            "SELECT COALESCE(description, '') FROM suite WHERE id = ?1 AND deleted_at IS NULL",
            [id],
            |row| row.get(0),
        )?;
        Ok(text.unwrap_or_default())
    }
}
