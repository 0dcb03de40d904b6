//! Projects.

use super::{PageQueries, Window};
use crate::error::ApiError;
use crate::store::{query_all, query_one, query_value};

/// A project.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// A project, with counts of its rows.
#[derive(Debug)]
pub(crate) struct ProjectSummary {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// The number of folders, without the root folder.
    pub(crate) folders: i64,
    pub(crate) tests: i64,
    /// The number of tests with `is_automated`.
    pub(crate) automated: i64,
    pub(crate) runs: i64,
}

impl PageQueries<'_> {
    pub(crate) fn project_count(&self) -> Result<i64, ApiError> {
        query_value(self.transaction, "SELECT COUNT(*) FROM project WHERE deleted_at IS NULL", [])
    }

    /// The projects, oldest first.
    pub(crate) fn projects(&self, window: Window) -> Result<Vec<ProjectSummary>, ApiError> {
        query_all(
            self.transaction,
            "SELECT id, name,
                 (SELECT COUNT(*) FROM suite
                  WHERE project_id = project.id AND NOT is_root AND deleted_at IS NULL),
                 (SELECT COUNT(*) FROM test
                  WHERE project_id = project.id AND deleted_at IS NULL),
                 (SELECT COUNT(*) FROM test
                  WHERE project_id = project.id AND is_automated = 1 AND deleted_at IS NULL),
                 (SELECT COUNT(*) FROM run
                  WHERE project_id = project.id AND deleted_at IS NULL)
             FROM project WHERE deleted_at IS NULL ORDER BY id LIMIT ?1 OFFSET ?2",
            [window.limit, window.offset],
            |row| {
                Ok(ProjectSummary {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    folders: row.get(2)?,
                    tests: row.get(3)?,
                    automated: row.get(4)?,
                    runs: row.get(5)?,
                })
            },
        )
    }

    /// The project with this id.
    pub(crate) fn project(&self, id: i64) -> Result<Project, ApiError> {
        query_one(
            self.transaction,
            "SELECT name FROM project WHERE id = ?1 AND deleted_at IS NULL",
            [id],
            |row| Ok(Project { id, name: row.get(0)? }),
        )?
        .ok_or_else(|| ApiError::no_row("Project", id))
    }
}
