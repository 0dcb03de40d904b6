//! The latest result of every test of a project.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use super::PageQueries;
use crate::error::ApiError;
use crate::store::{query_all, query_value};

/// How many results are read at most, latest run first; older runs are left out.
const MAX_RESULTS: usize = 200_000;

/// The latest result of a test that is not pending; of several in one run, the worst.
#[derive(Debug)]
pub(crate) struct LatestResult {
    /// The id of the result.
    pub(crate) id: i64,
    pub(crate) status: Rc<str>,
    /// As in [`super::StatusCount`].
    pub(crate) status_type: i64,
    /// The sum of the steps in seconds, if at least one step has a time.
    pub(crate) elapsed: Option<f64>,
    /// The version that was tested, of the last step.
    pub(crate) version: String,
}

/// The worst status type comes first.
const WORST_FIRST: [i64; 4] = [3, 4, 6, 5];

fn severity(status_type: i64) -> usize {
    WORST_FIRST.iter().position(|one| *one == status_type).unwrap_or(WORST_FIRST.len())
}

impl PageQueries<'_> {
    /// The latest results of the live tests of a project, by test.
    pub(crate) fn latest_results(
        &self,
        project_id: i64,
    ) -> Result<HashMap<i64, LatestResult>, ApiError> {
        let runs: Vec<i64> = query_all(
            self.transaction,
            "SELECT id FROM run WHERE project_id = ?1 AND deleted_at IS NULL ORDER BY id DESC",
            [project_id],
            |row| row.get(0),
        )?;
        if runs.is_empty() {
            return Ok(HashMap::new());
        }
        let statuses: HashMap<i64, (Rc<str>, i64)> = query_all(
            self.transaction,
            "SELECT id, name, status_type_id FROM status",
            [],
            |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))),
        )?
        .into_iter()
        .collect();
        let tests: i64 = query_value(
            self.transaction,
            "SELECT COUNT(*) FROM test WHERE project_id = ?1 AND deleted_at IS NULL",
            [project_id],
        )?;
        let mut latest: HashMap<i64, LatestResult> = HashMap::new();
        let mut read = 0;
        for run in runs {
            if i64::try_from(latest.len()).is_ok_and(|found| found >= tests) || read >= MAX_RESULTS
            {
                break;
            }
            let mut of_run: HashMap<i64, LatestResult> = HashMap::new();
            for (id, test, status) in self.results_with_status(run)? {
                read += 1;
                let Some((name, status_type)) = statuses.get(&status) else { continue };
                // Nobody has executed a pending result yet.
                if *status_type == 1 || latest.contains_key(&test) {
                    continue;
                }
                let result = LatestResult {
                    id,
                    status: Rc::clone(name),
                    status_type: *status_type,
                    elapsed: None,
                    version: String::new(),
                };
                match of_run.entry(test) {
                    Entry::Vacant(free) => {
                        free.insert(result);
                    }
                    Entry::Occupied(mut known) => {
                        if severity(*status_type) < severity(known.get().status_type) {
                            known.insert(result);
                        }
                    }
                }
            }
            latest.extend(of_run);
        }
        self.read_steps(&mut latest)?;
        Ok(latest)
    }

    /// Result, test and status of the results of a run whose tests exist.
    fn results_with_status(&self, run: i64) -> Result<Vec<(i64, i64, i64)>, ApiError> {
        query_all(
            self.transaction,
            "SELECT run_result.id, run_result.test_id, run_result.status_id FROM run_result
             JOIN test ON test.id = run_result.test_id AND test.deleted_at IS NULL
             WHERE run_result.run_id = ?1 AND run_result.deleted_at IS NULL
                 AND run_result.status_id IS NOT NULL
             ORDER BY run_result.id",
            [run],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
    }

    /// Adds what the steps of the results say.
    fn read_steps(&self, latest: &mut HashMap<i64, LatestResult>) -> Result<(), ApiError> {
        let mut by_id: HashMap<i64, &mut LatestResult> =
            latest.values_mut().map(|result| (result.id, result)).collect();
        let ids: Vec<i64> = by_id.keys().copied().collect();
        let steps: Vec<(i64, Option<f64>, Option<String>)> = query_all(
            self.transaction,
            "SELECT step.run_result_id, step.elapsed, step.version FROM json_each(?1) AS wanted
             JOIN run_result_step AS step ON step.run_result_id = wanted.value
                 AND step.deleted_at IS NULL
             ORDER BY step.run_result_id, step.sequence, step.id",
            [serde_json::Value::from(ids).to_string()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        for (id, elapsed, version) in steps {
            let Some(result) = by_id.get_mut(&id) else { continue };
            if let Some(seconds) = elapsed {
                *result.elapsed.get_or_insert(0.0) += seconds;
            }
            result.version = version.unwrap_or_default();
        }
        Ok(())
    }

    /// The texts of results, by result: those of the last step that has one.
    pub(crate) fn result_texts(&self, results: &[i64]) -> Result<HashMap<i64, String>, ApiError> {
        let texts = query_all(
            self.transaction,
            "SELECT step.run_result_id, step.result FROM json_each(?1) AS wanted
             JOIN run_result_step AS step ON step.run_result_id = wanted.value
                 AND step.deleted_at IS NULL
             WHERE COALESCE(TRIM(step.result), '') <> ''
             ORDER BY step.run_result_id, step.sequence, step.id",
            [serde_json::Value::from(results).to_string()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(texts.into_iter().collect())
    }

    /// Folder and test of every live test in a folder of the root plan.
    pub(crate) fn placements(&self, project_id: i64) -> Result<Vec<(i64, i64)>, ApiError> {
        query_all(
            self.transaction,
            "SELECT suite_test.suite_id, suite_test.test_id FROM suite_test
             JOIN test ON test.id = suite_test.test_id AND test.deleted_at IS NULL
             WHERE suite_test.deleted_at IS NULL AND suite_test.suite_id IN (
                 SELECT plan_suite.suite_id FROM plan
                 JOIN plan_suite ON plan_suite.plan_id = plan.id AND plan_suite.deleted_at IS NULL
                 JOIN suite ON suite.id = plan_suite.suite_id AND suite.deleted_at IS NULL
                 WHERE plan.project_id = ?1 AND plan.is_root AND plan.deleted_at IS NULL)",
            [project_id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}
