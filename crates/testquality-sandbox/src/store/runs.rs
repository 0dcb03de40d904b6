//! Runs: what a new one is given, and how results follow their steps.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params};

use super::history::{self, Change};
use super::references::named;
use super::validate::Values;
use super::writing::Writing;
use crate::error::ApiError;
use crate::resources::{CLIENT_ID, NAME_CHARS, Resource, USER_ID};

impl Writing<'_> {
    /// A run without a name is named after its plan and the time (SDK).
    pub(super) fn name_run(
        &self,
        run: &'static Resource,
        values: &mut Values,
    ) -> Result<(), ApiError> {
        let is_named = values
            .iter()
            .any(|(field, value)| field.name == "name" && matches!(value, Value::Text(_)));
        let plan = values.iter().find(|(field, _)| field.name == "plan_id");
        let (false, Some((_, plan_id)), Some(name)) = (is_named, plan, run.field("name")) else {
            return Ok(());
        };
        let plan: String = self
            .transaction
            .prepare_cached("SELECT name FROM plan WHERE id = ?1")?
            .query_row([plan_id], |row| row.get(0))?;
        let time = self.now.get(..19).unwrap_or(&self.now).replace('T', " ");
        let plan: String = plan.chars().take(NAME_CHARS - time.len() - 1).collect();
        values.retain(|(field, _)| field.name != "name");
        values.push((name, Value::Text(format!("{plan} {time}"))));
        Ok(())
    }

    /// Gives a new run a result for every test that stands in its plan now, once for each folder,
    /// and each result a step for every step of its test; all of them pending.
    pub(super) fn fill_run(&self, run_id: i64) -> Result<(), ApiError> {
        let results = named("run_result")?;
        let steps = named("run_result_step")?;
        let new_results = self
            .transaction
            .prepare_cached(
                "WITH folder AS (
                     SELECT plan_suite.suite_id, MIN(plan_suite.sequence_plan) AS place
                     FROM run
                     JOIN plan_suite ON plan_suite.plan_id = run.plan_id
                         AND plan_suite.deleted_at IS NULL
                     JOIN suite ON suite.id = plan_suite.suite_id AND suite.deleted_at IS NULL
                     WHERE run.id = ?1
                     GROUP BY plan_suite.suite_id
                 ), placed AS (
                     SELECT folder.suite_id, suite_test.test_id,
                         row_number() OVER (
                             ORDER BY folder.place, folder.suite_id,
                                 MIN(suite_test.sequence_suite), suite_test.test_id
                         ) AS number
                     FROM folder
                     JOIN suite_test ON suite_test.suite_id = folder.suite_id
                         AND suite_test.deleted_at IS NULL
                     JOIN test ON test.id = suite_test.test_id AND test.deleted_at IS NULL
                     GROUP BY folder.suite_id, suite_test.test_id
                 )
                 INSERT INTO run_result (id, key, created_by, updated_by, created_at, updated_at,
                     client_id, project_id, run_id, test_id, suite_id, sequence, status_id)
                 SELECT first.id + number, first.id + number - ?2 + 1, ?3, ?3, ?4, ?4, ?5,
                     run.project_id, run.id, placed.test_id, placed.suite_id, number,
                     (SELECT MIN(id) FROM status WHERE deleted_at IS NULL)
                 FROM placed, run,
                     (SELECT COALESCE(MAX(id), ?2 - 1) AS id FROM run_result) AS first
                 WHERE run.id = ?1
                 ORDER BY number",
            )?
            .execute(params![run_id, results.first_id, USER_ID, self.now, CLIENT_ID])?;
        let new_steps = self
            .transaction
            .prepare_cached(
                "WITH taken AS (
                     SELECT run_result.id AS result_id, run_result.project_id,
                         run_result.status_id, step.id AS step_id, step.sequence,
                         row_number() OVER (
                             ORDER BY run_result.sequence, step.sequence, step.id
                         ) AS number
                     FROM run_result
                     JOIN step ON step.test_id = run_result.test_id AND step.deleted_at IS NULL
                     WHERE run_result.run_id = ?1 AND run_result.deleted_at IS NULL
                 )
                 INSERT INTO run_result_step (id, key, created_by, updated_by, created_at,
                     updated_at, client_id, project_id, run_result_id, step_id, sequence, status_id)
                 SELECT first.id + number, first.id + number - ?2 + 1, ?3, ?3, ?4, ?4, ?5,
                     taken.project_id, taken.result_id, taken.step_id, taken.sequence,
                     taken.status_id
                 FROM taken,
                     (SELECT COALESCE(MAX(id), ?2 - 1) AS id FROM run_result_step) AS first
                 ORDER BY number",
            )?
            .execute(params![run_id, steps.first_id, USER_ID, self.now, CLIENT_ID])?;
        self.transaction
            .prepare_cached(
                "UPDATE run SET run_result_rows = ?2, run_result_step_rows = ?3 WHERE id = ?1",
            )?
            .execute(params![run_id, count(new_results), count(new_steps)])?;
        Ok(())
    }

    /// A complete run is not changed or deleted any more, nor is what belongs to it (SDK).
    pub(super) fn check_open(&self, resource: &Resource, id: i64) -> Result<(), ApiError> {
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
        let is_complete: Option<bool> =
            self.transaction.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
        if is_complete == Some(true) {
            return Err(ApiError::BadRequest("The run is complete.".to_owned()));
        }
        Ok(())
    }

    /// The status of a result is that of its last step (SDK). Without steps it stays as it is.
    pub(super) fn follow_last_step(&self, step_id: i64) -> Result<(), ApiError> {
        let last: Option<(i64, Option<i64>)> = self
            .transaction
            .prepare_cached(
                "SELECT last.run_result_id, last.status_id
                 FROM run_result_step AS changed
                 JOIN run_result_step AS last ON last.run_result_id = changed.run_result_id
                     AND last.deleted_at IS NULL
                 WHERE changed.id = ?1
                 ORDER BY last.sequence DESC, last.id DESC LIMIT 1",
            )?
            .query_row([step_id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((result_id, status_id)) = last else { return Ok(()) };
        let differs: bool = self
            .transaction
            .prepare_cached("SELECT status_id IS NOT ?2 FROM run_result WHERE id = ?1")?
            .query_row(params![result_id, status_id], |row| row.get(0))?;
        if !differs {
            return Ok(());
        }
        history::keep(self.transaction, named("run_result")?, result_id, Change::Update)?;
        self.transaction
            .prepare_cached(
                "UPDATE run_result SET status_id = ?2, epoch = epoch + 1, updated_at = ?3,
                     updated_by = ?4
                 WHERE id = ?1",
            )?
            .execute(params![result_id, status_id, self.now, USER_ID])?;
        Ok(())
    }
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
