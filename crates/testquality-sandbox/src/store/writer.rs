//! Writes within one transaction.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Transaction, params_from_iter};
use serde_json::{Map, Value as Json};

use super::references::{ReferencedRow, find_resource};
use super::revisions::{self, Change};
use super::validate::{self, Purpose, Values, value_of};
use super::variants::{CompleteRuns, FillRuns, NewResults, Variants};
use super::{execute, query_value};
use crate::error::{ApiError, ValidationErrors};
use crate::resources::{CLIENT_ID, Field, IfAbsent, OnCreate, Resource, USER_ID};

/// A created row, and an additional key of the response.
#[derive(Debug)]
pub(super) struct Created {
    pub(super) id: i64,
    pub(super) extra: Option<(&'static str, i64)>,
}

/// Writes rows in one transaction, all with the same time.
pub(super) struct Writer<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) now: String,
    pub(super) variants: Variants,
    /// New runs that are filled after the response.
    pub(super) late_runs: Vec<i64>,
    /// Caches rows of lookup resources.
    lookups: HashMap<&'static str, Value>,
    /// Caches rows that others refer to: the 1,000 tests of an array refer to a few suites.
    pub(super) referenced: HashMap<(&'static str, i64), ReferencedRow>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(transaction: &'a Transaction<'a>, variants: Variants) -> Self {
        // Milliseconds, written as microseconds as in the guide.
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3f000+00:00").to_string();
        Self {
            transaction,
            now,
            variants,
            late_runs: Vec::new(),
            lookups: HashMap::new(),
            referenced: HashMap::new(),
        }
    }

    /// Creates a row and the rows that go with it.
    pub(super) fn create(
        &mut self,
        resource: &'static Resource,
        element: &Map<String, Json>,
    ) -> Result<Created, ApiError> {
        let mut errors = ValidationErrors::default();
        let mut values = validate::values(resource, element, Purpose::Create, &mut errors);
        // The plan or suite to place the row in is required, but not a field of the row (guide, SDK).
        let target_id = match resource.on_create {
            OnCreate::PlaceSuite => validate::extra_integer(element, "plan_id", &mut errors),
            OnCreate::PlaceTest => validate::extra_integer(element, "suite_id", &mut errors),
            OnCreate::Nothing | OnCreate::AddRoots | OnCreate::FillRun | OnCreate::AddSteps => None,
        };
        errors.into_result()?;
        if resource.on_create == OnCreate::AddSteps
            && self.variants.new_results == NewResults::Refused
        {
            return Err(ApiError::BadRequest("Results cannot be created.".to_owned()));
        }
        self.check_references(&values, &values)?;
        self.check_parent(resource, &values, None)?;
        if resource.on_create == OnCreate::FillRun {
            self.name_run(resource, &mut values)?;
        }
        self.variants.change_values(self.transaction, resource, &mut values)?;
        let id = self.insert(resource, &values, false)?;
        // A new run may be complete; rows cannot be added to a complete run.
        if resource.on_create != OnCreate::FillRun {
            self.check_run_is_open(resource, id)?;
        }
        let extra = match (resource.on_create, target_id) {
            (OnCreate::PlaceSuite, Some(plan_id)) => {
                let sequence = self.place_suite(id, plan_id, element.get("plan_suite"))?;
                Some(("sequence_plan", sequence))
            }
            (OnCreate::PlaceTest, Some(suite_id)) => {
                Some(("sequence_suite", self.place_test(id, suite_id)?))
            }
            (OnCreate::AddRoots, _) => {
                self.add_roots(id)?;
                None
            }
            (OnCreate::FillRun, _) => {
                match self.variants.fill {
                    FillRuns::Late => self.late_runs.push(id),
                    _ => self.fill_run(id)?,
                }
                None
            }
            (OnCreate::AddSteps, _) if self.variants.new_results == NewResults::WithSteps => {
                self.add_result_steps("run_result.id = ?1", id)?;
                None
            }
            _ => None,
        };
        self.after_write(resource, id)?;
        Ok(Created { id, extra })
    }

    /// Adds the root plan of a project and the root suite in it.
    fn add_roots(&mut self, project_id: i64) -> Result<(), ApiError> {
        let plan = self.add_root("plan", project_id, "All tests")?;
        let suite = self.add_root("suite", project_id, "Default")?;
        self.place_suite(suite, plan, None)?;
        Ok(())
    }

    fn add_root(
        &mut self,
        resource: &'static str,
        project_id: i64,
        name: &str,
    ) -> Result<i64, ApiError> {
        let resource = find_resource(resource)?;
        let row = Map::from_iter([
            ("project_id".to_owned(), project_id.into()),
            ("name".to_owned(), name.into()),
        ]);
        let mut errors = ValidationErrors::default();
        let values = validate::values(resource, &row, Purpose::Create, &mut errors);
        errors.into_result()?;
        self.insert(resource, &values, true)
    }

    /// Places a suite in a plan, and returns its sequence number. Without a parent, it is placed beside
    /// the root suite, not below it: what the service does is unknown, and clients should be explicit.
    fn place_suite(
        &mut self,
        suite_id: i64,
        plan_id: i64,
        plan_suite: Option<&Json>,
    ) -> Result<i64, ApiError> {
        let mut row = match plan_suite {
            None | Some(Json::Null) => Map::new(),
            Some(Json::Object(row)) => row.clone(),
            Some(_) => return Err(ApiError::must_be("plan_suite", "an object")),
        };
        row.insert("plan_id".to_owned(), plan_id.into());
        row.insert("suite_id".to_owned(), suite_id.into());
        let created = self.create(find_resource("plan_suite")?, &row).map_err(
            with_client_fields(|field| {
                match field.as_str() {
                    // The suite exists, so if both do not fit, the plan is wrong.
                    "plan_id" | "suite_id" => "plan_id".to_owned(),
                    _ => format!("plan_suite.{field}"),
                }
            }),
        )?;
        self.sequence("SELECT sequence_plan FROM plan_suite WHERE id = ?1", created.id)
    }

    /// Places a test in a suite, and returns its sequence number.
    fn place_test(&mut self, test_id: i64, suite_id: i64) -> Result<i64, ApiError> {
        let row = Map::from_iter([
            ("suite_id".to_owned(), suite_id.into()),
            ("test_id".to_owned(), test_id.into()),
        ]);
        let created = self
            .create(find_resource("suite_test")?, &row)
            .map_err(with_client_fields(|_| "suite_id".to_owned()))?;
        self.sequence("SELECT sequence_suite FROM suite_test WHERE id = ?1", created.id)
    }

    /// Places a suite in a plan or a test in a suite, if it is not there.
    pub(super) fn place_if_absent(
        &mut self,
        resource: &Resource,
        id: i64,
        target_id: i64,
    ) -> Result<(), ApiError> {
        let sql = match resource.on_create {
            OnCreate::Nothing | OnCreate::AddRoots | OnCreate::FillRun | OnCreate::AddSteps => {
                return Ok(());
            }
            OnCreate::PlaceSuite => {
                "SELECT COUNT(*) FROM plan_suite
                 WHERE suite_id = ?1 AND plan_id = ?2 AND deleted_at IS NULL"
            }
            OnCreate::PlaceTest => {
                "SELECT COUNT(*) FROM suite_test
                 WHERE test_id = ?1 AND suite_id = ?2 AND deleted_at IS NULL"
            }
        };
        let count: i64 = query_value(self.transaction, sql, [id, target_id])?;
        if count == 0 {
            match resource.on_create {
                OnCreate::PlaceSuite => self.place_suite(id, target_id, None)?,
                _ => self.place_test(id, target_id)?,
            };
        }
        Ok(())
    }

    fn sequence(&self, sql: &str, id: i64) -> Result<i64, ApiError> {
        let sequence: Option<i64> = query_value(self.transaction, sql, [id])?;
        Ok(sequence.unwrap_or_default())
    }

    fn insert(
        &mut self,
        resource: &'static Resource,
        values: &Values,
        is_root: bool,
    ) -> Result<i64, ApiError> {
        let table = resource.name;
        // Rows are never removed, so ids are never reused.
        let last: Option<i64> =
            query_value(self.transaction, &format!("SELECT MAX(id) FROM {table}"), [])?;
        let id = last.map_or(resource.first_id, |last| last + 1);
        let mut row = Vec::with_capacity(resource.fields.len());
        for field in resource.fields {
            row.push(match (value_of(values, field.name), field.name) {
                (Some(value), _) => value.clone(),
                (None, "id") => id.into(),
                // The number of the row within its resource, from 1.
                (None, "key") => (id - resource.first_id + 1).into(),
                (None, "created_by" | "updated_by") => USER_ID.into(),
                (None, "client_id") => CLIENT_ID.into(),
                (None, "epoch") => 0.into(),
                (None, "created_at" | "updated_at") => self.now.clone().into(),
                (None, "is_root") => is_root.into(),
                (None, _) => self.default_value(resource, field, values)?,
            });
        }
        let names: Vec<_> = resource.fields.iter().map(|field| field.name).collect();
        let placeholders = vec!["?"; names.len()].join(", ");
        let sql = format!("INSERT INTO {table} ({}) VALUES ({placeholders})", names.join(", "));
        execute(self.transaction, &sql, params_from_iter(row))?;
        Ok(id)
    }

    fn default_value(
        &mut self,
        resource: &Resource,
        field: &Field,
        values: &Values,
    ) -> Result<Value, ApiError> {
        match field.if_absent {
            IfAbsent::Required | IfAbsent::Null => Ok(Value::Null),
            IfAbsent::Integer(integer) => Ok(integer.into()),
            IfAbsent::Boolean(value) => Ok(value.into()),
            IfAbsent::NextWithin(parent) => {
                let sql = format!(
                    "SELECT COALESCE(MAX({}), 0) + 1 FROM {} WHERE {parent} = ?1 AND deleted_at IS NULL",
                    field.name, resource.name
                );
                let parent_id = value_of(values, parent).unwrap_or(&Value::Null);
                query_value(self.transaction, &sql, [parent_id])
            }
            IfAbsent::FirstOf(table) => self.lookup(table, "status_type_id = 1"),
            IfAbsent::DefaultOf(table) => self.lookup(table, "is_default"),
        }
    }

    /// The id of the first live row of a lookup resource that meets the condition.
    fn lookup(&mut self, table: &'static str, condition: &str) -> Result<Value, ApiError> {
        if let Some(known) = self.lookups.get(table) {
            return Ok(known.clone());
        }
        let sql = format!("SELECT MIN(id) FROM {table} WHERE {condition} AND deleted_at IS NULL");
        let id: Value = query_value(self.transaction, &sql, [])?;
        self.lookups.insert(table, id.clone());
        Ok(id)
    }

    /// Updates the fields in `element`. The epoch increases even if no value changes.
    pub(super) fn update(
        &mut self,
        resource: &'static Resource,
        id: i64,
        element: &Map<String, Json>,
    ) -> Result<(), ApiError> {
        let mut errors = ValidationErrors::default();
        let mut values = validate::values(resource, element, Purpose::Update, &mut errors);
        let Some(mut references) = self.references_of(resource, id)? else {
            return Err(ApiError::no_row(resource.model, id));
        };
        errors.into_result()?;
        for (field, reference) in &mut references {
            if let Some(changed) = value_of(&values, field.name) {
                *reference = changed.clone();
            }
        }
        self.check_references(&values, &references)?;
        if value_of(&values, "parent_id").is_some() {
            self.check_parent(resource, &references, Some(id))?;
        }
        let reopens = resource.name == "run"
            && self.variants.complete == CompleteRuns::Reopenable
            && value_of(&values, "is_complete") == Some(&Value::Integer(0));
        if !reopens {
            self.check_run_is_open(resource, id)?;
        }
        self.check_epoch(resource, id, element)?;
        self.variants.change_values(self.transaction, resource, &mut values)?;
        revisions::store_version(self.transaction, resource, id, Change::Update)?;
        let assignments: String =
            values.iter().map(|(field, _)| format!("{} = ?, ", field.name)).collect();
        let sql = format!(
            "UPDATE {} SET {assignments}epoch = epoch + 1, updated_at = ?, updated_by = ? WHERE id = ?",
            resource.name
        );
        let params = values.into_iter().map(|(_, value)| value).chain([
            self.now.clone().into(),
            USER_ID.into(),
            id.into(),
        ]);
        execute(self.transaction, &sql, params_from_iter(params))?;
        self.after_write(resource, id)
    }

    /// With `checks_epoch`, rejects an update that was made from an older version of the row.
    fn check_epoch(
        &self,
        resource: &Resource,
        id: i64,
        element: &Map<String, Json>,
    ) -> Result<(), ApiError> {
        let Some(from) = element.get("epoch").and_then(Json::as_i64) else { return Ok(()) };
        let sql = format!("SELECT epoch FROM {} WHERE id = ?1", resource.name);
        if self.variants.checks_epoch && from != query_value::<i64>(self.transaction, &sql, [id])? {
            return Err(ApiError::Conflict("The row was changed in the meantime.", None));
        }
        Ok(())
    }

    /// Updates rows that depend on a created, changed, deleted or restored row.
    pub(super) fn after_write(&mut self, resource: &Resource, id: i64) -> Result<(), ApiError> {
        if resource.name == "run_result_step" { self.update_result_status(id) } else { Ok(()) }
    }
}

/// Renames the fields in the errors of a row that the sandbox adds to those that the client sent.
fn with_client_fields(rename: impl Fn(String) -> String) -> impl FnOnce(ApiError) -> ApiError {
    |error| match error {
        ApiError::Invalid(errors) => ApiError::Invalid(errors.rename_fields(rename)),
        other => other,
    }
}
