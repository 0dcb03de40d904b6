//! Tests, in lists and single.

use rusqlite::{Row, params};

use super::PageQueries;
use crate::error::ApiError;
use crate::store::{query_all, query_one};

/// A test in a list.
#[derive(Debug)]
pub(crate) struct TestSummary {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// Only the end of the description, where the identity is.
    pub(crate) description: String,
    pub(crate) has_precondition: bool,
    pub(crate) is_automated: bool,
    pub(crate) to_automate: bool,
    /// The number of steps, without the placeholder that imports write.
    pub(crate) steps: i64,
    /// The first live folder that contains the test.
    pub(crate) folder: Option<i64>,
}

/// A test that is looked at in search of tests.
#[derive(Debug)]
pub(crate) struct FoundTest<'a> {
    pub(crate) id: i64,
    pub(crate) name: &'a str,
    /// Only the end of the description; empty unless it was asked for.
    pub(crate) description: &'a str,
    pub(crate) is_automated: bool,
    pub(crate) to_automate: bool,
}

/// The step that imports give to tests without steps.
pub(crate) const PLACEHOLDER_STEP: &str = "Run the automated test";

/// A test with everything that its page shows.
#[derive(Debug)]
pub(crate) struct TestDetails {
    pub(crate) project_id: i64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) precondition: String,
    pub(crate) is_automated: bool,
    pub(crate) to_automate: bool,
    pub(crate) key: i64,
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

/// The columns of a [`TestSummary`] except the folder. Of a description, only the end is read.
fn columns() -> String {
    format!(
        "test.id, test.name, SUBSTR(COALESCE(test.description, ''), -2000),
         COALESCE(TRIM(test.precondition), '') <> '', test.is_automated, test.to_automate,
         (SELECT COUNT(*) FROM step WHERE test_id = test.id AND deleted_at IS NULL
             AND COALESCE(step, '') <> '{PLACEHOLDER_STEP}')"
    )
}

/// The first live folder of a test, a column of a [`TestSummary`].
const FOLDER: &str = "(SELECT suite_test.suite_id FROM suite_test
    JOIN suite ON suite.id = suite_test.suite_id AND suite.deleted_at IS NULL
    WHERE suite_test.test_id = test.id AND suite_test.deleted_at IS NULL
    ORDER BY suite_test.id LIMIT 1)";

/// The condition that a test of project `?1` is in no folder of the root plan.
const WITHOUT_FOLDER: &str = "test.project_id = ?1 AND test.deleted_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM suite_test
    JOIN suite ON suite.id = suite_test.suite_id AND suite.deleted_at IS NULL
    JOIN plan_suite ON plan_suite.suite_id = suite.id AND plan_suite.deleted_at IS NULL
    JOIN plan ON plan.id = plan_suite.plan_id AND plan.is_root AND plan.deleted_at IS NULL
    WHERE suite_test.test_id = test.id AND suite_test.deleted_at IS NULL)";

impl TestSummary {
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

impl PageQueries<'_> {
    /// Ids and names of the tests of a folder, in the order of the folder.
    pub(crate) fn tests_of_folder(&self, folder: i64) -> Result<Vec<(i64, String)>, ApiError> {
        query_all(
            self.transaction,
            "SELECT test.id, test.name FROM suite_test
             JOIN test ON test.id = suite_test.test_id AND test.deleted_at IS NULL
             WHERE suite_test.suite_id = ?1 AND suite_test.deleted_at IS NULL
             ORDER BY suite_test.sequence_suite, suite_test.id",
            [folder],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// Ids and names of the tests of a project that are in no folder of its root plan.
    pub(crate) fn tests_without_folder(
        &self,
        project_id: i64,
    ) -> Result<Vec<(i64, String)>, ApiError> {
        let sql = format!("SELECT test.id, test.name FROM test WHERE {WITHOUT_FOLDER}");
        query_all(self.transaction, &sql, [project_id], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The tests with these ids, in this order.
    pub(crate) fn tests_by_id(&self, ids: &[i64]) -> Result<Vec<TestSummary>, ApiError> {
        let sql = format!(
            "SELECT {}, {FOLDER} FROM json_each(?1) AS wanted
             JOIN test ON test.id = wanted.value AND test.deleted_at IS NULL
             ORDER BY wanted.key",
            columns()
        );
        let ids = serde_json::Value::from(ids).to_string();
        query_all(self.transaction, &sql, [ids], TestSummary::read)
    }

    /// Ids and names of the tests of a project for which `matches` is true. It receives the end of the
    /// description if `with_descriptions`.
    pub(crate) fn find_tests(
        &self,
        project_id: i64,
        with_descriptions: bool,
        mut matches: impl FnMut(&FoundTest<'_>) -> bool,
    ) -> Result<Vec<(i64, String)>, ApiError> {
        let description =
            if with_descriptions { "SUBSTR(COALESCE(description, ''), -2000)" } else { "''" };
        let sql = format!(
            "SELECT id, name, {description}, is_automated, to_automate FROM test
             WHERE project_id = ?1 AND deleted_at IS NULL ORDER BY id"
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let mut rows = statement.query([project_id])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |index| -> rusqlite::Result<&str> { Ok(row.get_ref(index)?.as_str()?) };
            let test = FoundTest {
                id: row.get(0)?,
                name: text(1)?,
                description: text(2)?,
                is_automated: row.get(3)?,
                to_automate: row.get(4)?,
            };
            if matches(&test) {
                found.push((test.id, test.name.to_owned()));
            }
        }
        Ok(found)
    }

    /// The test with this id.
    pub(crate) fn test(&self, id: i64) -> Result<TestDetails, ApiError> {
        query_one(
            self.transaction,
            "SELECT test.project_id, test.name, COALESCE(test.description, ''),
                 COALESCE(test.precondition, ''), test.is_automated, test.to_automate, test.key,
                 case_type.name, case_priority.name, test.created_at, test.updated_at
             FROM test
             JOIN project ON project.id = test.project_id AND project.deleted_at IS NULL
             LEFT JOIN case_type ON case_type.id = test.case_type_id
             LEFT JOIN case_priority ON case_priority.id = test.case_priority_id
             WHERE test.id = ?1 AND test.deleted_at IS NULL",
            [id],
            |row| {
                Ok(TestDetails {
                    project_id: row.get(0)?,
                    name: row.get(1)?,
                    description: row.get(2)?,
                    precondition: row.get(3)?,
                    is_automated: row.get(4)?,
                    to_automate: row.get(5)?,
                    key: row.get(6)?,
                    case_type: row.get(7)?,
                    case_priority: row.get(8)?,
                    created_at: row.get(9)?,
                    updated_at: row.get(10)?,
                })
            },
        )?
        .ok_or_else(|| ApiError::no_row("Test", id))
    }

    /// The first steps of a test.
    pub(crate) fn steps(&self, test_id: i64, max: i64) -> Result<Vec<Step>, ApiError> {
        query_all(
            self.transaction,
            "SELECT sequence, COALESCE(step, ''), COALESCE(expected_result, '') FROM step
             WHERE test_id = ?1 AND deleted_at IS NULL ORDER BY sequence, id LIMIT ?2",
            params![test_id, max],
            |row| {
                Ok(Step { sequence: row.get(0)?, step: row.get(1)?, expected_result: row.get(2)? })
            },
        )
    }

    /// The ids and names of the live folders that contain a test.
    pub(crate) fn folders_of_test(
        &self,
        test_id: i64,
        max: i64,
    ) -> Result<Vec<(i64, String)>, ApiError> {
        query_all(
            self.transaction,
            "SELECT suite.id, suite.name FROM suite_test
             JOIN suite ON suite.id = suite_test.suite_id AND suite.deleted_at IS NULL
             WHERE suite_test.test_id = ?1 AND suite_test.deleted_at IS NULL
             ORDER BY suite_test.id LIMIT ?2",
            [test_id, max],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}
