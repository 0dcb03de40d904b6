//! The writes of one transaction.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Transaction, params_from_iter};
use serde_json::{Map, Value as Json};

use super::history::{self, Change};
use super::references::{Referred, named};
use super::validate::{self, Purpose, Values};
use crate::error::{ApiError, Faults};
use crate::resources::{Absent, CLIENT_ID, Creation, Field, Resource, USER_ID};

/// A row that was created, and the key that only the answer to its creation has.
#[derive(Debug)]
pub(super) struct Created {
    pub(super) id: i64,
    pub(super) extra: Option<(&'static str, i64)>,
}

/// The writes of one transaction, all at one moment.
pub(super) struct Writing<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) now: String,
    /// The default rows of lookup resources, which an array asks for again and again.
    defaults: HashMap<&'static str, Value>,
    /// An array of 1,000 tests refers to a few suites.
    pub(super) referred: HashMap<(&'static str, i64), Referred>,
}

impl<'a> Writing<'a> {
    pub(super) fn begin(transaction: &'a Transaction<'a>) -> Self {
        // Milliseconds, written as microseconds, as in the guide.
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3f000+00:00");
        let (defaults, referred) = (HashMap::new(), HashMap::new());
        Self { transaction, now: now.to_string(), defaults, referred }
    }

    /// Creates a row and what belongs to it.
    pub(super) fn create(
        &mut self,
        resource: &'static Resource,
        element: &Map<String, Json>,
    ) -> Result<Created, ApiError> {
        let mut faults = Faults::default();
        let mut values = validate::values(resource, element, Purpose::Create, &mut faults);
        // What places the row is no field of it, but required (guide, SDK).
        let placed_in = match resource.creation {
            Creation::Suite => validate::extra_integer(element, "plan_id", &mut faults),
            Creation::Test => validate::extra_integer(element, "suite_id", &mut faults),
            Creation::Plain | Creation::Project | Creation::Run => None,
        };
        faults.into_result()?;
        self.check_references(&values, &values)?;
        self.check_place(resource, &values, None)?;
        if resource.creation == Creation::Run {
            self.name_run(resource, &mut values)?;
        }
        let id = self.insert(resource, &values, false)?;
        // A run may be complete from the start; what is added to one may not.
        if resource.creation != Creation::Run {
            self.check_open(resource, id)?;
        }
        let extra = match (resource.creation, placed_in) {
            (Creation::Suite, Some(plan_id)) => {
                let sequence = self.place_suite(id, plan_id, element.get("plan_suite"))?;
                Some(("sequence_plan", sequence))
            }
            (Creation::Test, Some(suite_id)) => {
                let sequence = self.place_test(id, suite_id)?;
                Some(("sequence_suite", sequence))
            }
            (Creation::Project, _) => {
                self.add_roots(id)?;
                None
            }
            (Creation::Run, _) => {
                self.fill_run(id)?;
                None
            }
            _ => None,
        };
        self.after_write(resource, id)?;
        Ok(Created { id, extra })
    }

    /// Every project has a root plan and, in it, a root suite.
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
        let resource = named(resource)?;
        let row = Map::from_iter([
            ("project_id".to_owned(), project_id.into()),
            ("name".to_owned(), name.into()),
        ]);
        let mut faults = Faults::default();
        let values = validate::values(resource, &row, Purpose::Create, &mut faults);
        faults.into_result()?;
        self.insert(resource, &values, true)
    }

    /// Puts a suite into a plan. Without a parent it stands beside the root suite, not below
    /// it: what the service does is not known, and a client should say what it means.
    fn place_suite(
        &mut self,
        suite_id: i64,
        plan_id: i64,
        place: Option<&Json>,
    ) -> Result<i64, ApiError> {
        let mut row = match place {
            None | Some(Json::Null) => Map::new(),
            Some(Json::Object(place)) => place.clone(),
            Some(_) => {
                let mut faults = Faults::default();
                faults.must_be("plan_suite", "an object");
                return Err(ApiError::Invalid(faults));
            }
        };
        row.insert("plan_id".to_owned(), plan_id.into());
        row.insert("suite_id".to_owned(), suite_id.into());
        let created =
            self.create(named("plan_suite")?, &row).map_err(in_words_of_the_client(|field| {
                match field.as_str() {
                    // The suite is there: if it does not fit the plan, the plan is wrong.
                    "plan_id" | "suite_id" => "plan_id".to_owned(),
                    _ => format!("plan_suite.{field}"),
                }
            }))?;
        self.number("SELECT sequence_plan FROM plan_suite WHERE id = ?1", created.id)
    }

    /// Puts a restored suite into a plan, or a restored test into a suite, if it is not there.
    pub(super) fn place(
        &mut self,
        resource: &Resource,
        id: i64,
        place_id: i64,
    ) -> Result<(), ApiError> {
        let sql = match resource.creation {
            Creation::Plain | Creation::Project | Creation::Run => return Ok(()),
            Creation::Suite => {
                "SELECT COUNT(*) FROM plan_suite
                 WHERE suite_id = ?1 AND plan_id = ?2 AND deleted_at IS NULL"
            }
            Creation::Test => {
                "SELECT COUNT(*) FROM suite_test
                 WHERE test_id = ?1 AND suite_id = ?2 AND deleted_at IS NULL"
            }
        };
        let places: i64 =
            self.transaction.prepare_cached(sql)?.query_row([id, place_id], |row| row.get(0))?;
        if places == 0 {
            match resource.creation {
                Creation::Suite => self.place_suite(id, place_id, None)?,
                _ => self.place_test(id, place_id)?,
            };
        }
        Ok(())
    }

    /// Puts a test into a suite.
    fn place_test(&mut self, test_id: i64, suite_id: i64) -> Result<i64, ApiError> {
        let row = Map::from_iter([
            ("suite_id".to_owned(), suite_id.into()),
            ("test_id".to_owned(), test_id.into()),
        ]);
        let created = self
            .create(named("suite_test")?, &row)
            .map_err(in_words_of_the_client(|_| "suite_id".to_owned()))?;
        self.number("SELECT sequence_suite FROM suite_test WHERE id = ?1", created.id)
    }

    fn number(&self, sql: &str, id: i64) -> Result<i64, ApiError> {
        let number = self
            .transaction
            .prepare_cached(sql)?
            .query_row([id], |row| row.get::<_, Option<i64>>(0))?;
        Ok(number.unwrap_or_default())
    }

    fn insert(
        &mut self,
        resource: &'static Resource,
        values: &Values,
        is_root: bool,
    ) -> Result<i64, ApiError> {
        let table = resource.name;
        // Rows are never removed, so no id is ever used twice.
        let last: Option<i64> = self
            .transaction
            .prepare_cached(&format!("SELECT MAX(id) FROM {table}"))?
            .query_row([], |row| row.get(0))?;
        let id = last.map_or(resource.first_id, |last| last + 1);
        let mut row = Vec::with_capacity(resource.fields.len());
        for field in resource.fields {
            let given = values.iter().find(|(given, _)| given.name == field.name);
            row.push(match (given, field.name) {
                (Some((_, value)), _) => value.clone(),
                (None, "id") => id.into(),
                // A running number of the site, for each resource apart.
                (None, "key") => (id - resource.first_id + 1).into(),
                (None, "created_by" | "updated_by") => USER_ID.into(),
                (None, "client_id") => CLIENT_ID.into(),
                (None, "epoch") => 0.into(),
                (None, "created_at" | "updated_at") => self.now.clone().into(),
                (None, "is_root") => is_root.into(),
                (None, _) => self.default(resource, field, values)?,
            });
        }
        let names: Vec<_> = resource.fields.iter().map(|field| field.name).collect();
        let marks = vec!["?"; names.len()].join(", ");
        let sql = format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", "));
        self.transaction.prepare_cached(&sql)?.execute(params_from_iter(row))?;
        Ok(id)
    }

    fn default(
        &mut self,
        resource: &Resource,
        field: &Field,
        values: &Values,
    ) -> Result<Value, ApiError> {
        Ok(match field.if_absent {
            Absent::Required | Absent::Null => Value::Null,
            Absent::Integer(integer) => integer.into(),
            Absent::Boolean(value) => value.into(),
            Absent::NextBelow(above) => {
                let above_id = values.iter().find(|(given, _)| given.name == above);
                let sql = format!(
                    "SELECT COALESCE(MAX({}), 0) + 1 FROM {} WHERE {above} = ?1 AND deleted_at IS NULL",
                    field.name, resource.name
                );
                let above_id = above_id.map_or(&Value::Null, |(_, value)| value);
                self.transaction.prepare_cached(&sql)?.query_row([above_id], |row| row.get(0))?
            }
            Absent::FirstOf(table) => self.looked_up(table, "1")?,
            Absent::DefaultOf(table) => self.looked_up(table, "is_default")?,
        })
    }

    /// The first live row of a lookup resource that meets the condition.
    fn looked_up(&mut self, table: &'static str, condition: &str) -> Result<Value, ApiError> {
        if let Some(known) = self.defaults.get(table) {
            return Ok(known.clone());
        }
        let sql = format!("SELECT MIN(id) FROM {table} WHERE {condition} AND deleted_at IS NULL");
        let found: Value =
            self.transaction.prepare_cached(&sql)?.query_row([], |row| row.get(0))?;
        self.defaults.insert(table, found.clone());
        Ok(found)
    }

    /// Writes the fields that `element` names. The epoch rises even if they stay the same.
    pub(super) fn update(
        &mut self,
        resource: &'static Resource,
        id: i64,
        element: &Map<String, Json>,
    ) -> Result<(), ApiError> {
        let mut faults = Faults::default();
        let values = validate::values(resource, element, Purpose::Update, &mut faults);
        let Some(mut after) = self.references_of(resource, id)? else {
            return Err(ApiError::no_row(resource.model, id));
        };
        faults.into_result()?;
        for (field, value) in &values {
            if let Some(changed) = after.iter_mut().find(|(now, _)| now.name == field.name) {
                changed.1 = value.clone();
            }
        }
        self.check_references(&values, &after)?;
        if values.iter().any(|(field, _)| field.name == "parent_id") {
            self.check_place(resource, &after, Some(id))?;
        }
        let mut assignments = String::new();
        for (field, _) in &values {
            assignments.push_str(field.name);
            assignments.push_str(" = ?, ");
        }
        self.check_open(resource, id)?;
        history::keep(self.transaction, resource, id, Change::Update)?;
        let sql = format!(
            "UPDATE {} SET {assignments}epoch = epoch + 1, updated_at = ?, updated_by = ? WHERE id = ?",
            resource.name
        );
        let bound = values.into_iter().map(|(_, value)| value).chain([
            self.now.clone().into(),
            USER_ID.into(),
            id.into(),
        ]);
        self.transaction.prepare_cached(&sql)?.execute(params_from_iter(bound))?;
        self.after_write(resource, id)
    }

    /// What follows from a row that was created, changed, hidden or shown.
    pub(super) fn after_write(&mut self, resource: &Resource, id: i64) -> Result<(), ApiError> {
        if resource.name == "run_result_step" { self.follow_last_step(id) } else { Ok(()) }
    }
}

/// Faults of a row that was made for the client, told as faults of what it sent.
fn in_words_of_the_client(rename: impl Fn(String) -> String) -> impl FnOnce(ApiError) -> ApiError {
    |error| match error {
        ApiError::Invalid(faults) => ApiError::Invalid(faults.renamed(rename)),
        other => other,
    }
}
