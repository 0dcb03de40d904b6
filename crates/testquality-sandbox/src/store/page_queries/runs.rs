//! Runs and their results.

use rusqlite::{Row, params};

use super::{PageQueries, Window};
use crate::error::ApiError;
use crate::store::{query_all, query_one, query_value};

/// A run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) id: i64,
    pub(crate) project_id: i64,
    pub(crate) name: String,
    pub(crate) plan: String,
    pub(crate) is_complete: bool,
    pub(crate) is_running: bool,
    pub(crate) created_at: String,
    pub(crate) start_time: Option<String>,
    pub(crate) end_time: Option<String>,
}

/// The number of results with one status.
#[derive(Debug)]
pub(crate) struct StatusCount {
    pub(crate) status_id: Option<i64>,
    pub(crate) name: String,
    /// 1 pending, 2 pass, 3 fail, 4 block, 5 skip, 6 retest; 0 without a status.
    pub(crate) status_type: i64,
    pub(crate) results: i64,
}

/// A result of a run.
#[derive(Debug)]
pub(crate) struct RunResult {
    pub(crate) test_id: i64,
    pub(crate) test_name: String,
    /// Whether the test still exists.
    pub(crate) is_live: bool,
    pub(crate) folder: String,
    pub(crate) status: String,
    pub(crate) status_type: i64,
    /// The sum of the steps in seconds, if at least one step has a time.
    pub(crate) elapsed: Option<f64>,
    /// The message of the last step that has one.
    pub(crate) message: String,
    /// The version that was tested, of the last step.
    pub(crate) version: String,
}

/// A result of a test.
#[derive(Debug)]
pub(crate) struct TestResult {
    pub(crate) run_id: i64,
    pub(crate) run_name: String,
    pub(crate) status: String,
    pub(crate) status_type: i64,
    pub(crate) updated_at: String,
    /// As in a [`RunResult`].
    pub(crate) elapsed: Option<f64>,
    pub(crate) message: String,
    pub(crate) version: String,
}

/// Time, message and version of a result, as in a [`RunResult`].
const STEP_COLUMNS: &str = "(SELECT SUM(elapsed) FROM run_result_step
     WHERE run_result_id = run_result.id AND deleted_at IS NULL),
    COALESCE((SELECT result FROM run_result_step
     WHERE run_result_id = run_result.id AND deleted_at IS NULL
         AND COALESCE(TRIM(result), '') <> ''
     ORDER BY sequence DESC, id DESC LIMIT 1), ''),
    COALESCE((SELECT version FROM run_result_step
     WHERE run_result_id = run_result.id AND deleted_at IS NULL
     ORDER BY sequence DESC, id DESC LIMIT 1), '')";

const RUN_COLUMNS: &str = "run.id, run.project_id, run.name, plan.name, run.is_complete,
    run.is_running, run.created_at, run.start_time, run.end_time";

impl Run {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            project_id: row.get(1)?,
            name: row.get(2)?,
            plan: row.get(3)?,
            is_complete: row.get(4)?,
            is_running: row.get(5)?,
            created_at: row.get(6)?,
            start_time: row.get(7)?,
            end_time: row.get(8)?,
        })
    }
}

impl PageQueries<'_> {
    pub(crate) fn run_count(&self, project_id: i64) -> Result<i64, ApiError> {
        query_value(
            self.transaction,
            "SELECT COUNT(*) FROM run WHERE project_id = ?1 AND deleted_at IS NULL",
            [project_id],
        )
    }

    /// The runs of a project, latest first.
    pub(crate) fn runs(&self, project_id: i64, window: Window) -> Result<Vec<Run>, ApiError> {
        let sql = format!(
            "SELECT {RUN_COLUMNS} FROM run JOIN plan ON plan.id = run.plan_id
             WHERE run.project_id = ?1 AND run.deleted_at IS NULL
             ORDER BY run.id DESC LIMIT ?2 OFFSET ?3"
        );
        query_all(self.transaction, &sql, [project_id, window.limit, window.offset], Run::read)
    }

    /// The run with this id.
    pub(crate) fn run(&self, id: i64) -> Result<Run, ApiError> {
        let sql = format!(
            "SELECT {RUN_COLUMNS} FROM run JOIN plan ON plan.id = run.plan_id
             JOIN project ON project.id = run.project_id AND project.deleted_at IS NULL
             WHERE run.id = ?1 AND run.deleted_at IS NULL"
        );
        query_one(self.transaction, &sql, [id], Run::read)?
            .ok_or_else(|| ApiError::no_row("Run", id))
    }

    /// The numbers of results of a run by status.
    pub(crate) fn status_counts(&self, run_id: i64) -> Result<Vec<StatusCount>, ApiError> {
        query_all(
            self.transaction,
            "SELECT counts.status_id, COALESCE(status.name, 'None'),
                 COALESCE(status.status_type_id, 0), counts.results
             FROM (SELECT status_id, COUNT(*) AS results FROM run_result
                   WHERE run_id = ?1 AND deleted_at IS NULL GROUP BY status_id) AS counts
             LEFT JOIN status ON status.id = counts.status_id
             ORDER BY counts.status_id",
            [run_id],
            |row| {
                Ok(StatusCount {
                    status_id: row.get(0)?,
                    name: row.get(1)?,
                    status_type: row.get(2)?,
                    results: row.get(3)?,
                })
            },
        )
    }

    /// The results of a run, failures first, else in its order: all, or those with one status.
    pub(crate) fn results_of_run(
        &self,
        run_id: i64,
        status_id: Option<i64>,
        window: Window,
    ) -> Result<Vec<RunResult>, ApiError> {
        let sql = format!(
            "SELECT run_result.test_id, test.name, test.deleted_at IS NULL, suite.name,
                 COALESCE(status.name, 'None'), COALESCE(status.status_type_id, 0), {STEP_COLUMNS}
             FROM run_result
             JOIN test ON test.id = run_result.test_id
             JOIN suite ON suite.id = run_result.suite_id
             LEFT JOIN status ON status.id = run_result.status_id
             WHERE run_result.run_id = ?1 AND run_result.deleted_at IS NULL
                 AND (?2 IS NULL OR run_result.status_id = ?2)
             ORDER BY instr('346152', COALESCE(status.status_type_id, 0)), run_result.sequence,
                 run_result.id
             LIMIT ?3 OFFSET ?4"
        );
        query_all(
            self.transaction,
            &sql,
            params![run_id, status_id, window.limit, window.offset],
            |row| {
                Ok(RunResult {
                    test_id: row.get(0)?,
                    test_name: row.get(1)?,
                    is_live: row.get(2)?,
                    folder: row.get(3)?,
                    status: row.get(4)?,
                    status_type: row.get(5)?,
                    elapsed: row.get(6)?,
                    message: row.get(7)?,
                    version: row.get(8)?,
                })
            },
        )
    }

    /// The first comments on a run.
    pub(crate) fn comments_on_run(&self, run_id: i64, max: i64) -> Result<Vec<String>, ApiError> {
        query_all(
            self.transaction,
            "SELECT COALESCE(body, '') FROM comment
             WHERE related_type = 'Run' AND related_id = ?1 AND deleted_at IS NULL
             ORDER BY id LIMIT ?2",
            [run_id, max],
            |row| row.get(0),
        )
    }

    /// The time of all steps of a run in seconds, if at least one has a time.
    pub(crate) fn elapsed_in_run(&self, run_id: i64) -> Result<Option<f64>, ApiError> {
        query_value(
            self.transaction,
            "SELECT SUM(step.elapsed) FROM run_result
             JOIN run_result_step AS step ON step.run_result_id = run_result.id
             WHERE run_result.run_id = ?1 AND run_result.deleted_at IS NULL
                 AND step.deleted_at IS NULL",
            [run_id],
        )
    }

    /// The latest results of a test, latest run first.
    pub(crate) fn results_of_test(
        &self,
        test_id: i64,
        max: i64,
    ) -> Result<Vec<TestResult>, ApiError> {
        let sql = format!(
            "SELECT run.id, run.name, COALESCE(status.name, 'None'),
                 COALESCE(status.status_type_id, 0), run_result.updated_at, {STEP_COLUMNS}
             FROM run_result
             JOIN run ON run.id = run_result.run_id AND run.deleted_at IS NULL
             LEFT JOIN status ON status.id = run_result.status_id
             WHERE run_result.test_id = ?1 AND run_result.deleted_at IS NULL
             ORDER BY run.id DESC, run_result.id DESC LIMIT ?2"
        );
        query_all(self.transaction, &sql, [test_id, max], |row| {
            Ok(TestResult {
                run_id: row.get(0)?,
                run_name: row.get(1)?,
                status: row.get(2)?,
                status_type: row.get(3)?,
                updated_at: row.get(4)?,
                elapsed: row.get(5)?,
                message: row.get(6)?,
                version: row.get(7)?,
            })
        })
    }
}
