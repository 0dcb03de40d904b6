//! Tests: in lists, and each by itself.

use rusqlite::{Row, params};

use super::{Browse, Window};
use crate::error::ApiError;

/// A test in a list.
#[derive(Debug)]
pub(crate) struct TestRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) has_precondition: bool,
    pub(crate) is_automated: bool,
    pub(crate) to_automate: bool,
    pub(crate) steps: i64,
    /// The first live folder that it stands in.
    pub(crate) folder: Option<i64>,
}

/// One test.
#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) project_id: i64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) precondition: String,
    pub(crate) is_automated: bool,
    pub(crate) to_automate: bool,
    pub(crate) key: i64,
    pub(crate) epoch: i64,
    pub(crate) case_type: Option<String>,
    pub(crate) case_priority: Option<String>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

/// A step of a test.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) sequence: Option<i64>,
    pub(crate) step: String,
    pub(crate) expected_result: String,
}

/// A folder that a test stands in.
#[derive(Debug)]
pub(crate) struct FolderMembership {
    pub(crate) folder: i64,
    pub(crate) name: String,
}

/// The columns of a [`TestRow`]; a description is only read as far as an identity may stand in it
/// at its end.
const COLUMNS: &str = "test.id, test.name, SUBSTR(COALESCE(test.description, ''), -2000),
    COALESCE(TRIM(test.precondition), '') <> '', test.is_automated, test.to_automate,
    (SELECT COUNT(*) FROM step WHERE test_id = test.id AND deleted_at IS NULL)";

/// The first live folder of a test.
const FOLDER: &str = "(SELECT suite_test.suite_id FROM suite_test
    JOIN suite ON suite.id = suite_test.suite_id AND suite.deleted_at IS NULL
    WHERE suite_test.test_id = test.id AND suite_test.deleted_at IS NULL
    ORDER BY suite_test.id LIMIT 1)";

/// The condition that a test of project ?1 stands in no folder of its root plan.
const IN_NO_FOLDER: &str = "test.project_id = ?1 AND test.deleted_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM suite_test
    JOIN suite ON suite.id = suite_test.suite_id AND suite.deleted_at IS NULL
    JOIN plan_suite ON plan_suite.suite_id = suite.id AND plan_suite.deleted_at IS NULL
    JOIN plan ON plan.id = plan_suite.plan_id AND plan.is_root AND plan.deleted_at IS NULL
    WHERE suite_test.test_id = test.id AND suite_test.deleted_at IS NULL)";

impl TestRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            description: row.get(2)?,
            has_precondition: row.get(3)?,
            is_automated: row.get(4)?,
            to_automate: row.get(5)?,
            steps: row.get(6)?,
            folder: row.get(7)?,
        })
    }
}

impl Browse<'_> {
    /// The tests of a folder, in its order.
    pub(crate) fn tests_of_folder(
        &self,
        folder: i64,
        window: Window,
    ) -> Result<Vec<TestRow>, ApiError> {
        let sql = format!(
            "SELECT {COLUMNS}, suite_test.suite_id FROM suite_test
             JOIN test ON test.id = suite_test.test_id AND test.deleted_at IS NULL
             WHERE suite_test.suite_id = ?1 AND suite_test.deleted_at IS NULL
             ORDER BY suite_test.sequence_suite, suite_test.id LIMIT ?2 OFFSET ?3"
        );
        self.all(&sql, [folder, window.rows, window.offset], TestRow::read)
    }

    pub(crate) fn count_in_no_folder(&self, project_id: i64) -> Result<i64, ApiError> {
        self.number(&format!("SELECT COUNT(*) FROM test WHERE {IN_NO_FOLDER}"), [project_id])
    }

    /// The tests of a project that nobody finds by its folders.
    pub(crate) fn tests_in_no_folder(
        &self,
        project_id: i64,
        window: Window,
    ) -> Result<Vec<TestRow>, ApiError> {
        let sql = format!(
            "SELECT {COLUMNS}, NULL FROM test WHERE {IN_NO_FOLDER}
             ORDER BY test.id LIMIT ?2 OFFSET ?3"
        );
        self.all(&sql, [project_id, window.rows, window.offset], TestRow::read)
    }

    /// The tests with these ids, in this order.
    pub(crate) fn tests_by_id(&self, ids: &[i64]) -> Result<Vec<TestRow>, ApiError> {
        let sql = format!(
            "SELECT {COLUMNS}, {FOLDER} FROM json_each(?1) AS wanted
             JOIN test ON test.id = wanted.value AND test.deleted_at IS NULL
             ORDER BY wanted.key"
        );
        let ids = serde_json::Value::from(ids).to_string();
        self.all(&sql, [ids], TestRow::read)
    }

    /// The ids of a project's tests for which `fits` holds, by their names and the ends of their
    /// descriptions; those are empty unless `with_descriptions`.
    pub(crate) fn find_tests(
        &self,
        project_id: i64,
        with_descriptions: bool,
        mut fits: impl FnMut(&str, &str) -> bool,
    ) -> Result<Vec<i64>, ApiError> {
        let description =
            if with_descriptions { "SUBSTR(COALESCE(description, ''), -2000)" } else { "''" };
        let sql = format!(
            "SELECT id, name, {description} FROM test
             WHERE project_id = ?1 AND deleted_at IS NULL ORDER BY id"
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let mut rows = statement.query([project_id])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |index| -> rusqlite::Result<&str> { Ok(row.get_ref(index)?.as_str()?) };
            if fits(text(1)?, text(2)?) {
                found.push(row.get(0)?);
            }
        }
        Ok(found)
    }

    /// The test with this id, or nothing to see.
    pub(crate) fn test(&self, id: i64) -> Result<Test, ApiError> {
        self.one(
            "SELECT test.project_id, test.name, COALESCE(test.description, ''),
                 COALESCE(test.precondition, ''), test.is_automated, test.to_automate, test.key,
                 test.epoch, case_type.name, case_priority.name, test.created_at, test.updated_at
             FROM test
             JOIN project ON project.id = test.project_id AND project.deleted_at IS NULL
             LEFT JOIN case_type ON case_type.id = test.case_type_id
             LEFT JOIN case_priority ON case_priority.id = test.case_priority_id
             WHERE test.id = ?1 AND test.deleted_at IS NULL",
            [id],
            |row| {
                Ok(Test {
                    project_id: row.get(0)?,
                    name: row.get(1)?,
                    description: row.get(2)?,
                    precondition: row.get(3)?,
                    is_automated: row.get(4)?,
                    to_automate: row.get(5)?,
                    key: row.get(6)?,
                    epoch: row.get(7)?,
                    case_type: row.get(8)?,
                    case_priority: row.get(9)?,
                    created_at: row.get(10)?,
                    updated_at: row.get(11)?,
                })
            },
        )?
        .ok_or_else(|| ApiError::no_row("Test", id))
    }

    /// The first steps of a test.
    pub(crate) fn steps(&self, test: i64, most: i64) -> Result<Vec<Step>, ApiError> {
        self.all(
            "SELECT sequence, COALESCE(step, ''), COALESCE(expected_result, '') FROM step
             WHERE test_id = ?1 AND deleted_at IS NULL ORDER BY sequence, id LIMIT ?2",
            params![test, most],
            |row| {
                Ok(Step { sequence: row.get(0)?, step: row.get(1)?, expected_result: row.get(2)? })
            },
        )
    }

    /// The live folders that a test stands in.
    pub(crate) fn places(&self, test: i64, most: i64) -> Result<Vec<FolderMembership>, ApiError> {
        self.all(
            "SELECT suite.id, suite.name FROM suite_test
             JOIN suite ON suite.id = suite_test.suite_id AND suite.deleted_at IS NULL
             WHERE suite_test.test_id = ?1 AND suite_test.deleted_at IS NULL
             ORDER BY suite_test.id LIMIT ?2",
            [test, most],
            |row| Ok(FolderMembership { folder: row.get(0)?, name: row.get(1)? }),
        )
    }
}
