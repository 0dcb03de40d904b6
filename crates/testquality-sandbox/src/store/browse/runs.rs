//! Runs and their results.

use rusqlite::{Row, params};

use super::{Browse, Window};
use crate::error::ApiError;

/// A run in a list.
#[derive(Debug)]
pub(crate) struct RunRow {
    pub(crate) id: i64,
    pub(crate) run: Run,
    pub(crate) shares: Vec<Share>,
}

/// One run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) project_id: i64,
    pub(crate) name: String,
    pub(crate) plan: String,
    pub(crate) is_complete: bool,
    pub(crate) is_running: bool,
    pub(crate) created_at: String,
    pub(crate) start_time: Option<String>,
    pub(crate) end_time: Option<String>,
}

/// How many results of a run have a status.
#[derive(Debug)]
pub(crate) struct Share {
    pub(crate) status: Option<i64>,
    pub(crate) name: String,
    /// What kind of status it is: 1 pending, 2 pass, 3 fail, 4 block, 5 skip, 6 retest.
    pub(crate) kind: i64,
    pub(crate) results: i64,
}

/// A result of a run.
#[derive(Debug)]
pub(crate) struct ResultRow {
    pub(crate) test: i64,
    pub(crate) test_name: String,
    /// The test is still there.
    pub(crate) is_live: bool,
    pub(crate) folder: String,
    pub(crate) status: String,
    pub(crate) kind: i64,
    /// Seconds, if a step has them.
    pub(crate) elapsed: Option<f64>,
    /// What the last step that says something says.
    pub(crate) said: String,
}

/// A result of a test.
#[derive(Debug)]
pub(crate) struct TestResult {
    pub(crate) run: i64,
    pub(crate) run_name: String,
    pub(crate) status: String,
    pub(crate) kind: i64,
    pub(crate) updated_at: String,
}

const RUN_COLUMNS: &str = "run.project_id, run.name, plan.name, run.is_complete, run.is_running,
    run.created_at, run.start_time, run.end_time";

impl Run {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            project_id: row.get(0)?,
            name: row.get(1)?,
            plan: row.get(2)?,
            is_complete: row.get(3)?,
            is_running: row.get(4)?,
            created_at: row.get(5)?,
            start_time: row.get(6)?,
            end_time: row.get(7)?,
        })
    }
}

impl Browse<'_> {
    pub(crate) fn run_count(&self, project_id: i64) -> Result<i64, ApiError> {
        self.number(
            "SELECT COUNT(*) FROM run WHERE project_id = ?1 AND deleted_at IS NULL",
            [project_id],
        )
    }

    /// The runs of a project, the latest first.
    pub(crate) fn runs(&self, project_id: i64, window: Window) -> Result<Vec<RunRow>, ApiError> {
        let sql = format!(
            "SELECT {RUN_COLUMNS}, run.id FROM run JOIN plan ON plan.id = run.plan_id
             WHERE run.project_id = ?1 AND run.deleted_at IS NULL
             ORDER BY run.id DESC LIMIT ?2 OFFSET ?3"
        );
        let runs = self.all(&sql, [project_id, window.rows, window.offset], |row| {
            Ok((row.get(8)?, Run::read(row)?))
        })?;
        runs.into_iter().map(|(id, run)| Ok(RunRow { id, run, shares: self.shares(id)? })).collect()
    }

    /// The run with this id, or nothing to see.
    pub(crate) fn run(&self, id: i64) -> Result<Run, ApiError> {
        let sql = format!(
            "SELECT {RUN_COLUMNS} FROM run JOIN plan ON plan.id = run.plan_id
             JOIN project ON project.id = run.project_id AND project.deleted_at IS NULL
             WHERE run.id = ?1 AND run.deleted_at IS NULL"
        );
        self.one(&sql, [id], Run::read)?.ok_or_else(|| ApiError::no_row("Run", id))
    }

    /// How the results of a run ended.
    pub(crate) fn shares(&self, run: i64) -> Result<Vec<Share>, ApiError> {
        self.all(
            "SELECT share.status_id, COALESCE(status.name, 'None'),
                 COALESCE(status.status_type_id, 0), share.results
             FROM (SELECT status_id, COUNT(*) AS results FROM run_result
                   WHERE run_id = ?1 AND deleted_at IS NULL GROUP BY status_id) AS share
             LEFT JOIN status ON status.id = share.status_id
             ORDER BY share.status_id",
            [run],
            |row| {
                Ok(Share {
                    status: row.get(0)?,
                    name: row.get(1)?,
                    kind: row.get(2)?,
                    results: row.get(3)?,
                })
            },
        )
    }

    /// The results of a run in its order, all or those with one status.
    pub(crate) fn results_of_run(
        &self,
        run: i64,
        status: Option<i64>,
        window: Window,
    ) -> Result<Vec<ResultRow>, ApiError> {
        self.all(
            "SELECT run_result.test_id, test.name, test.deleted_at IS NULL, suite.name,
                 COALESCE(status.name, 'None'), COALESCE(status.status_type_id, 0),
                 (SELECT SUM(elapsed) FROM run_result_step
                  WHERE run_result_id = run_result.id AND deleted_at IS NULL),
                 COALESCE((SELECT result FROM run_result_step
                  WHERE run_result_id = run_result.id AND deleted_at IS NULL
                      AND COALESCE(TRIM(result), '') <> ''
                  ORDER BY sequence DESC, id DESC LIMIT 1), '')
             FROM run_result
             JOIN test ON test.id = run_result.test_id
             JOIN suite ON suite.id = run_result.suite_id
             LEFT JOIN status ON status.id = run_result.status_id
             WHERE run_result.run_id = ?1 AND run_result.deleted_at IS NULL
                 AND (?2 IS NULL OR run_result.status_id = ?2)
             ORDER BY run_result.sequence, run_result.id LIMIT ?3 OFFSET ?4",
            params![run, status, window.rows, window.offset],
            |row| {
                Ok(ResultRow {
                    test: row.get(0)?,
                    test_name: row.get(1)?,
                    is_live: row.get(2)?,
                    folder: row.get(3)?,
                    status: row.get(4)?,
                    kind: row.get(5)?,
                    elapsed: row.get(6)?,
                    said: row.get(7)?,
                })
            },
        )
    }

    /// The last results of a test, the latest run first.
    pub(crate) fn results_of_test(
        &self,
        test: i64,
        most: i64,
    ) -> Result<Vec<TestResult>, ApiError> {
        self.all(
            "SELECT run.id, run.name, COALESCE(status.name, 'None'),
                 COALESCE(status.status_type_id, 0), run_result.updated_at
             FROM run_result
             JOIN run ON run.id = run_result.run_id AND run.deleted_at IS NULL
             LEFT JOIN status ON status.id = run_result.status_id
             WHERE run_result.test_id = ?1 AND run_result.deleted_at IS NULL
             ORDER BY run.id DESC, run_result.id DESC LIMIT ?2",
            [test, most],
            |row| {
                Ok(TestResult {
                    run: row.get(0)?,
                    run_name: row.get(1)?,
                    status: row.get(2)?,
                    kind: row.get(3)?,
                    updated_at: row.get(4)?,
                })
            },
        )
    }
}
