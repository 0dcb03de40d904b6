//! Runs: the results of a new run, and the status of a result.

use rusqlite::types::Value;
use rusqlite::{Transaction, params};

use super::references::find_resource;
use super::revisions::{self, Change};
use super::validate::{Values, value_of};
use super::variants::{CompleteRuns, FillRuns, StatusOf};
use super::writer::Writer;
use super::{execute, query_one, query_value};
use crate::error::ApiError;
use crate::resources::{CLIENT_ID, NAME_CHARS, Resource, USER_ID};

impl Writer<'_> {
    /// Names a run without a name after its plan and the time (SDK).
    pub(super) fn name_run(
        &self,
        run: &'static Resource,
        values: &mut Values,
    ) -> Result<(), ApiError> {
        let is_named = matches!(value_of(values, "name"), Some(Value::Text(_)));
        let plan_id = value_of(values, "plan_id");
        let (false, Some(plan_id), Some(name)) = (is_named, plan_id, run.field("name")) else {
            return Ok(());
        };
        let sql = "SELECT name FROM plan WHERE id = ?1";
        let plan: String = query_value(self.transaction, sql, [plan_id])?;
        let time = self.now.get(..19).unwrap_or(&self.now).replace('T', " ");
        let plan: String = plan.chars().take(NAME_CHARS - time.len() - 1).collect();
        values.retain(|(field, _)| field.name != "name");
        values.push((name, Value::Text(format!("{plan} {time}"))));
        Ok(())
    }

    /// Adds pending results for the tests of a new run, once for each folder and environment, and a
    /// pending step for every step of the test.
    pub(super) fn fill_run(&self, run_id: i64) -> Result<(), ApiError> {
        let sql =
            "SELECT plan.is_root FROM run JOIN plan ON plan.id = run.plan_id WHERE run.id = ?1";
        let is_root: bool = query_value(self.transaction, sql, [run_id])?;
        let folders = "SELECT plan_suite.suite_id, MIN(plan_suite.sequence_plan) AS place
             FROM run
             JOIN plan_suite ON plan_suite.plan_id = run.plan_id AND plan_suite.deleted_at IS NULL
             JOIN suite ON suite.id = plan_suite.suite_id AND suite.deleted_at IS NULL
             WHERE run.id = ?1
             GROUP BY plan_suite.suite_id";
        let (folders, included) = match self.variants.fill {
            FillRuns::None => return Ok(()),
            FillRuns::Superset => (
                "SELECT suite.id AS suite_id, suite.id AS place FROM run
                 JOIN suite ON suite.project_id = run.project_id AND suite.deleted_at IS NULL
                 WHERE run.id = ?1",
                "1",
            ),
            FillRuns::Includes | FillRuns::Late if !is_root => (
                folders,
                "(suite_test.suite_id, suite_test.test_id) IN (
                     SELECT suite_id, test_id FROM plan_suite_test_include
                     WHERE plan_id = (SELECT plan_id FROM run WHERE id = ?1) AND deleted_at IS NULL)",
            ),
            _ => (folders, "1"),
        };
        let results = find_resource("run_result")?;
        let new_results = execute(
            self.transaction,
            &format!(
                "WITH folder AS ({folders}), placed AS (
                     SELECT folder.suite_id, suite_test.test_id, site.environment_id,
                         row_number() OVER (
                             ORDER BY folder.place, folder.suite_id,
                                 MIN(suite_test.sequence_suite), suite_test.test_id,
                                 site.environment_id
                         ) AS number
                     FROM folder
                     JOIN suite_test ON suite_test.suite_id = folder.suite_id
                         AND suite_test.deleted_at IS NULL
                     JOIN test ON test.id = suite_test.test_id AND test.deleted_at IS NULL
                     LEFT JOIN environment_plan AS site
                         ON site.plan_id = (SELECT plan_id FROM run WHERE id = ?1)
                         AND site.deleted_at IS NULL
                     WHERE {included}
                     GROUP BY folder.suite_id, suite_test.test_id, site.environment_id
                 )
                 INSERT INTO run_result (id, key, created_by, updated_by, created_at, updated_at,
                     client_id, project_id, run_id, test_id, suite_id, environment_id, sequence,
                     status_id)
                 SELECT first.id + number, first.id + number - ?2 + 1, ?3, ?3, ?4, ?4, ?5,
                     run.project_id, run.id, placed.test_id, placed.suite_id,
                     placed.environment_id, number,
                     (SELECT MIN(id) FROM status WHERE status_type_id = 1 AND deleted_at IS NULL)
                 FROM placed, run,
                     (SELECT COALESCE(MAX(id), ?2 - 1) AS id FROM run_result) AS first
                 WHERE run.id = ?1
                 ORDER BY number"
            ),
            params![run_id, results.first_id, USER_ID, self.now, CLIENT_ID],
        )?;
        let new_steps = self.add_result_steps("run_result.run_id = ?1", run_id)?;
        let folders = find_resource("run_suite")?;
        execute(
            self.transaction,
            "INSERT INTO run_suite (id, key, created_by, updated_by, created_at, updated_at, client_id,
                 project_id, run_id, plan_suite_id, suite_id, parent_id, sequence_plan,
                 plan_suite_epoch, suite_epoch)
             SELECT first.id + number, first.id + number - ?2 + 1, ?3, ?3, ?4, ?4, ?5, project_id,
                 ?1, place_id, suite_id, parent_id, sequence_plan, place_epoch, suite_epoch
             FROM (SELECT run.project_id, place.id AS place_id, place.suite_id, place.parent_id,
                     place.sequence_plan, place.epoch AS place_epoch, suite.epoch AS suite_epoch,
                     row_number() OVER (ORDER BY place.sequence_plan, place.id) AS number
                 FROM run
                 JOIN plan_suite AS place ON place.plan_id = run.plan_id AND place.deleted_at IS NULL
                 JOIN suite ON suite.id = place.suite_id AND suite.deleted_at IS NULL
                 WHERE run.id = ?1),
                 (SELECT COALESCE(MAX(id), ?2 - 1) AS id FROM run_suite) AS first",
            params![run_id, folders.first_id, USER_ID, self.now, CLIENT_ID],
        )?;
        let counts = params![run_id, new_results, new_steps];
        execute(
            self.transaction,
            "UPDATE run SET run_result_rows = ?2, run_result_step_rows = ?3 WHERE id = ?1",
            counts,
        )?;
        Ok(())
    }

    /// Adds a pending step for every step of the test, to the results that meet `condition` on `?1`.
    pub(super) fn add_result_steps(&self, condition: &str, id: i64) -> Result<i64, ApiError> {
        let steps = find_resource("run_result_step")?;
        execute(
            self.transaction,
            &format!(
                "WITH taken AS (
                     SELECT run_result.id AS result_id, run_result.project_id,
                         run_result.status_id, step.id AS step_id, step.sequence,
                         row_number() OVER (
                             ORDER BY run_result.sequence, step.sequence, step.id
                         ) AS number
                     FROM run_result
                     JOIN step ON step.test_id = run_result.test_id AND step.deleted_at IS NULL
                     WHERE {condition} AND run_result.deleted_at IS NULL
                         AND NOT EXISTS (
                             SELECT 1 FROM run_result_step
                             WHERE run_result_id = run_result.id AND deleted_at IS NULL)
                 )
                 INSERT INTO run_result_step (id, key, created_by, updated_by, created_at,
                     updated_at, client_id, project_id, run_result_id, step_id, sequence, status_id)
                 SELECT first.id + number, first.id + number - ?2 + 1, ?3, ?3, ?4, ?4, ?5,
                     taken.project_id, taken.result_id, taken.step_id, taken.sequence,
                     taken.status_id
                 FROM taken,
                     (SELECT COALESCE(MAX(id), ?2 - 1) AS id FROM run_result_step) AS first
                 ORDER BY number"
            ),
            params![id, steps.first_id, USER_ID, self.now, CLIENT_ID],
        )
    }

    /// Rejects writes to a complete run, its results and their steps (SDK).
    pub(super) fn check_run_is_open(&self, resource: &Resource, id: i64) -> Result<(), ApiError> {
        if self.variants.complete == CompleteRuns::Writable {
            return Ok(());
        }
        let sql = match resource.name {
            "run" => "SELECT is_complete FROM run WHERE id = ?1",
            "run_result" => {
                "SELECT run.is_complete FROM run_result JOIN run ON run.id = run_result.run_id
                 WHERE run_result.id = ?1"
            }
            "run_result_step" => {
                "SELECT run.is_complete FROM run_result_step AS step
                 JOIN run_result ON run_result.id = step.run_result_id
                 JOIN run ON run.id = run_result.run_id
                 WHERE step.id = ?1"
            }
            _ => return Ok(()),
        };
        if query_one(self.transaction, sql, [id], |row| row.get(0))? == Some(true) {
            return Err(ApiError::BadRequest("The run is complete.".to_owned()));
        }
        Ok(())
    }

    /// Sets the status of a result to that of its last step (SDK), or of another one with [`StatusOf`], if
    /// it has steps.
    pub(super) fn update_result_status(&self, step_id: i64) -> Result<(), ApiError> {
        let order = match self.variants.status_of {
            StatusOf::Last => "decides.sequence DESC, decides.id DESC",
            StatusOf::First => "decides.sequence, decides.id",
            // Fail, Block, Retest, Pending, Skip, Pass.
            StatusOf::Worst => "instr('346152', status.status_type_id), decides.id",
        };
        let decides: Option<(i64, Option<i64>)> = query_one(
            self.transaction,
            &format!(
                "SELECT decides.run_result_id, decides.status_id
                 FROM run_result_step AS changed
                 JOIN run_result_step AS decides ON decides.run_result_id = changed.run_result_id
                     AND decides.deleted_at IS NULL
                 LEFT JOIN status ON status.id = decides.status_id
                 WHERE changed.id = ?1
                 ORDER BY {order} LIMIT 1"
            ),
            [step_id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let Some((result_id, status_id)) = decides else { return Ok(()) };
        let sql = "SELECT status_id IS ?2 FROM run_result WHERE id = ?1";
        if query_value(self.transaction, sql, params![result_id, status_id])? {
            return Ok(());
        }
        let result = find_resource("run_result")?;
        revisions::store_version(self.transaction, result, result_id, Change::Update)?;
        execute(
            self.transaction,
            "UPDATE run_result SET status_id = ?2, epoch = epoch + 1, updated_at = ?3,
                     updated_by = ?4
                 WHERE id = ?1",
            params![result_id, status_id, self.now, USER_ID],
        )?;
        Ok(())
    }
}

/// The `analysis` of a run as JSON: only complete runs have one (SDK).
pub(super) fn run_analysis(transaction: &Transaction<'_>, run_id: i64) -> Result<String, ApiError> {
    let sql = "SELECT is_complete FROM run WHERE id = ?1";
    if query_one(transaction, sql, [run_id], |row| row.get(0))? != Some(true) {
        return Ok("null".to_owned());
    }
    query_value(
        transaction,
        "SELECT json_object(
             'elapsed', (SELECT SUM(step.elapsed) FROM run_result_step AS step
                 JOIN run_result AS result ON result.id = step.run_result_id
                 WHERE result.run_id = ?1 AND result.deleted_at IS NULL
                     AND step.deleted_at IS NULL),
             'status', json((SELECT json_group_array(json_object('total', total,
                     'status_key', status_key, 'status_id', status_id, 'run_id', ?1))
                 FROM (SELECT status.id AS status_id, status.key AS status_key, COUNT(*) AS total
                     FROM run_result AS result JOIN status ON status.id = result.status_id
                     WHERE result.run_id = ?1 AND result.deleted_at IS NULL
                     GROUP BY status.id))),
             'defect_count', (SELECT COUNT(DISTINCT link.defect_id) FROM defect_run_result AS link
                 JOIN run_result AS result ON result.id = link.run_result_id
                 WHERE result.run_id = ?1 AND link.deleted_at IS NULL))",
        [run_id],
    )
}
