//! Projects.

use super::{Browse, Window};
use crate::error::ApiError;

/// A project, by its name.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// A project, and how much is in it.
#[derive(Debug)]
pub(crate) struct ProjectRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) folders: i64,
    pub(crate) tests: i64,
    /// Tests with `is_automated`.
    pub(crate) automated: i64,
    pub(crate) runs: i64,
}

impl Browse<'_> {
    pub(crate) fn project_count(&self) -> Result<i64, ApiError> {
        self.number("SELECT COUNT(*) FROM project WHERE deleted_at IS NULL", [])
    }

    /// Projects in the order in which they were made.
    pub(crate) fn projects(&self, window: Window) -> Result<Vec<ProjectRow>, ApiError> {
        self.all(
            "SELECT id, name,
                 (SELECT COUNT(*) FROM suite
                  WHERE project_id = project.id AND deleted_at IS NULL),
                 (SELECT COUNT(*) FROM test
                  WHERE project_id = project.id AND deleted_at IS NULL),
                 (SELECT COUNT(*) FROM test
                  WHERE project_id = project.id AND is_automated = 1 AND deleted_at IS NULL),
                 (SELECT COUNT(*) FROM run
                  WHERE project_id = project.id AND deleted_at IS NULL)
             FROM project WHERE deleted_at IS NULL ORDER BY id LIMIT ?1 OFFSET ?2",
            [window.rows, window.offset],
            |row| {
                Ok(ProjectRow {
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

    /// The project with this id, or nothing to see.
    pub(crate) fn project(&self, id: i64) -> Result<Project, ApiError> {
        self.one("SELECT name FROM project WHERE id = ?1 AND deleted_at IS NULL", [id], |row| {
            Ok(Project { id, name: row.get(0)? })
        })?
        .ok_or_else(|| ApiError::no_row("Project", id))
    }
}
