//! What the service may do where its behaviour is unknown. The default of each is the hardest on a client.

use std::time::Duration;

use rusqlite::Transaction;
use rusqlite::types::Value;

use super::validate::Values;
use super::{execute, query_one};
use crate::error::{ApiError, ValidationErrors};
use crate::resources::Resource;

/// When the results of a new run appear with [`FillRuns::Late`].
pub(super) const LATE: Duration = Duration::from_millis(300);

/// The length of a run's name with [`RunNames::Cut`], in characters.
const CUT_NAME_CHARS: usize = 20;

/// Which of the behaviours a server shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Variants {
    pub(crate) fill: FillRuns,
    pub(crate) new_results: NewResults,
    pub(crate) status_of: StatusOf,
    pub(crate) complete: CompleteRuns,
    /// Whether an update with an old `epoch` is rejected with 409.
    pub(crate) checks_epoch: bool,
    /// Whether the `version` of a result step is dropped.
    pub(crate) drops_version: bool,
    pub(crate) run_names: RunNames,
    /// Whether the names of tests are unique within a project.
    pub(crate) has_unique_tests: bool,
    /// Whether `elapsed` is rounded to whole seconds.
    pub(crate) whole_seconds: bool,
    pub(crate) statuses: Statuses,
}

/// Which results a new run of a cycle gets. Runs of the root plan get those of its folders, except with [`FillRuns::None`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FillRuns {
    /// Those of the tests that `plan_suite_test_include` names, in folders of the cycle.
    #[default]
    Includes,
    /// Those of all tests in the folders of the cycle.
    Folders,
    /// None.
    None,
    /// As [`FillRuns::Includes`], some time after the response.
    Late,
    /// Those of all tests of the project.
    Superset,
}

/// What happens when a client creates a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum NewResults {
    /// It is created without steps.
    #[default]
    Bare,
    /// It is rejected.
    Refused,
    /// It is created with its steps.
    WithSteps,
}

/// The step that a result has its status from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum StatusOf {
    /// The last one in sequence (SDK).
    #[default]
    Last,
    /// The first one in sequence.
    First,
    /// The worst one: Fail, Block, Retest, Pending, Skip, Pass.
    Worst,
}

/// What a client may do to a complete run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum CompleteRuns {
    /// Nothing.
    #[default]
    Locked,
    /// Everything.
    Writable,
    /// Make it incomplete again.
    Reopenable,
}

/// What happens to the name of a new run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RunNames {
    /// Nothing.
    #[default]
    Kept,
    /// It is cut without a word.
    Cut,
    /// It is rejected with 409 if another run of the cycle has it.
    Unique,
}

/// The statuses of the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Statuses {
    /// Pending, Pass, Fail, Block, Skip, Retest.
    #[default]
    Default,
    /// A team calls them Passed, Failed and Skipped.
    Renamed,
    /// Their ids are in another order.
    Reordered,
    /// There is no Skip.
    WithoutSkip,
}

impl Variants {
    /// The words of `--fault` that select a behaviour, for messages.
    pub(crate) const WORDS: &'static str = "fill=none|folders|includes|late|superset, results=refused|with-steps, status=first|worst, complete=writable|reopenable, epoch=checked, version=drop, names=cut|unique, tests=unique, elapsed=whole, statuses=renamed|reordered|no-skip";

    /// Selects the behaviour that `word` names; `false` if it names none.
    pub(crate) fn select(&mut self, word: &str) -> bool {
        match word {
            "fill=none" => self.fill = FillRuns::None,
            "fill=folders" => self.fill = FillRuns::Folders,
            "fill=includes" => self.fill = FillRuns::Includes,
            "fill=late" => self.fill = FillRuns::Late,
            "fill=superset" => self.fill = FillRuns::Superset,
            "results=refused" => self.new_results = NewResults::Refused,
            "results=with-steps" => self.new_results = NewResults::WithSteps,
            "status=first" => self.status_of = StatusOf::First,
            "status=worst" => self.status_of = StatusOf::Worst,
            "complete=writable" => self.complete = CompleteRuns::Writable,
            "complete=reopenable" => self.complete = CompleteRuns::Reopenable,
            "epoch=checked" => self.checks_epoch = true,
            "version=drop" => self.drops_version = true,
            "names=cut" => self.run_names = RunNames::Cut,
            "names=unique" => self.run_names = RunNames::Unique,
            "tests=unique" => self.has_unique_tests = true,
            "elapsed=whole" => self.whole_seconds = true,
            "statuses=renamed" => self.statuses = Statuses::Renamed,
            "statuses=reordered" => self.statuses = Statuses::Reordered,
            "statuses=no-skip" => self.statuses = Statuses::WithoutSkip,
            _ => return false,
        }
        true
    }

    /// Changes the values of a row that a client creates or updates.
    pub(super) fn change_values(
        self,
        transaction: &Transaction<'_>,
        resource: &Resource,
        values: &mut Values,
    ) -> Result<(), ApiError> {
        if resource.name == "run_result_step" {
            for (field, value) in values.iter_mut() {
                match (field.name, &*value) {
                    ("version", _) if self.drops_version => *value = Value::Null,
                    ("elapsed", Value::Real(seconds)) if self.whole_seconds => {
                        *value = Value::Real(seconds.round());
                    }
                    _ => {}
                }
            }
        }
        if resource.name == "test" && self.has_unique_tests {
            let project = super::validate::integer_of(values, "project_id");
            for (_, value) in values.iter().filter(|(field, _)| field.name == "name") {
                let sql =
                    "SELECT 1 FROM test WHERE project_id = ?1 AND name = ?2 AND deleted_at IS NULL";
                if query_one(transaction, sql, (project, value), |_| Ok(()))?.is_some() {
                    let mut errors = ValidationErrors::default();
                    errors.add("name", "The name has already been taken.".to_owned());
                    return errors.into_result();
                }
            }
        }
        if resource.name == "run" && self.run_names != RunNames::Kept {
            let plan = super::validate::integer_of(values, "plan_id");
            for (_, value) in values.iter_mut().filter(|(field, _)| field.name == "name") {
                let Value::Text(name) = value else { continue };
                if self.run_names == RunNames::Cut {
                    *name = name.chars().take(CUT_NAME_CHARS).collect();
                    continue;
                }
                let sql =
                    "SELECT 1 FROM run WHERE plan_id = ?1 AND name = ?2 AND deleted_at IS NULL";
                if query_one(transaction, sql, (plan, &*name), |_| Ok(()))?.is_some() {
                    return Err(ApiError::Conflict("Name already exists.", Some("23505")));
                }
            }
        }
        Ok(())
    }

    /// Makes the statuses of the site those of the variant. Does nothing if they are.
    pub(super) fn set_statuses(self, transaction: &Transaction<'_>) -> Result<(), ApiError> {
        let changes: &[&str] = match self.statuses {
            Statuses::Default => &[],
            Statuses::Renamed => &[
                "UPDATE status SET name = 'Passed' WHERE name = 'Pass'",
                "UPDATE status SET name = 'Failed' WHERE name = 'Fail'",
                "UPDATE status SET name = 'Skipped' WHERE name = 'Skip'",
            ],
            Statuses::Reordered => &["UPDATE status
                 SET (name, status_type_id) = (SELECT value ->> 0, value ->> 1
                     FROM json_each('[[\"Skip\",5],[\"Fail\",3],[\"Pending\",1],[\"Retest\",6],[\"Pass\",2],[\"Block\",4]]')
                     WHERE key = status.id - (SELECT MIN(id) FROM status))
                 WHERE is_system"],
            Statuses::WithoutSkip => &["UPDATE status SET deleted_at = created_at WHERE name = 'Skip'"],
        };
        changes.iter().try_for_each(|sql| execute(transaction, sql, []).map(drop))
    }
}
