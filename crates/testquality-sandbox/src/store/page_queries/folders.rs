//! Folders: the suites in the root plan of a project.

use super::PageQueries;
use crate::error::ApiError;
use crate::store::{query_all, query_one};

/// A folder in the root plan.
#[derive(Debug)]
pub(crate) struct FolderRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// The parent folder; `None` beside the root folder.
    pub(crate) parent: Option<i64>,
    pub(crate) is_root: bool,
    /// The number of tests in it, without those in subfolders.
    pub(crate) tests: i64,
}

impl PageQueries<'_> {
    /// The folders of a project, in the order of the plan. A folder that is in the plan twice appears twice.
    pub(crate) fn folders(&self, project_id: i64) -> Result<Vec<FolderRow>, ApiError> {
        query_all(
            self.transaction,
            "SELECT suite.id, suite.name, plan_suite.parent_id, suite.is_root,
                 (SELECT COUNT(*) FROM suite_test
                  WHERE suite_id = suite.id AND deleted_at IS NULL)
             FROM plan
             JOIN plan_suite ON plan_suite.plan_id = plan.id AND plan_suite.deleted_at IS NULL
             JOIN suite ON suite.id = plan_suite.suite_id AND suite.deleted_at IS NULL
             WHERE plan.project_id = ?1 AND plan.is_root AND plan.deleted_at IS NULL
             ORDER BY plan_suite.sequence_plan, plan_suite.id",
            [project_id],
            |row| {
                Ok(FolderRow {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    parent: row.get(2)?,
                    is_root: row.get(3)?,
                    tests: row.get(4)?,
                })
            },
        )
    }

    pub(crate) fn folder_description(&self, id: i64) -> Result<String, ApiError> {
        let description = query_one(
            self.transaction,
            "SELECT COALESCE(description, '') FROM suite WHERE id = ?1 AND deleted_at IS NULL",
            [id],
            |row| row.get(0),
        )?;
        Ok(description.unwrap_or_default())
    }
}
