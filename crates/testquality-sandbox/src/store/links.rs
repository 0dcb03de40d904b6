//! How rows of one resource lead to those of another: nested routes and `_with`.
//!
//! That there are such routes and relations is known (SDK, CLI). Only rows that are live and placed
//! in a live way are found; a row that is placed twice comes once (our choice).

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction};

use crate::error::ApiError;
use crate::resources::{Field, Resource};
use crate::target::Within;

/// The way from a row to rows of another resource.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Link {
    /// The row names the one other row in this field.
    Names(&'static Field),
    /// The other rows name this one in this field.
    NamedIn(&'static Field),
    /// Rows that stand between name both. Selects the ids of the others; `?1` is this one's.
    MappedTest(&'static str),
}

/// Folders in plans and tests in folders are placed by rows of their own.
const PLACED: &[(&str, &str, &str)] = &[
    ("plan", "suite", "SELECT suite_id FROM plan_suite WHERE plan_id = ?1 AND deleted_at IS NULL"),
    ("suite", "plan", "SELECT plan_id FROM plan_suite WHERE suite_id = ?1 AND deleted_at IS NULL"),
    ("suite", "test", "SELECT test_id FROM suite_test WHERE suite_id = ?1 AND deleted_at IS NULL"),
    ("test", "suite", "SELECT suite_id FROM suite_test WHERE test_id = ?1 AND deleted_at IS NULL"),
    (
        "plan",
        "test",
        "SELECT test_id FROM suite_test WHERE deleted_at IS NULL AND suite_id IN (
             SELECT suite_id FROM plan_suite WHERE plan_id = ?1 AND deleted_at IS NULL)",
    ),
];

impl Link {
    /// The way from rows of `from` to rows of `to`, if there is one.
    pub(crate) fn between(from: &Resource, to: &Resource) -> Option<Self> {
        if let Some((.., ids)) = PLACED.iter().find(|(a, b, _)| *a == from.name && *b == to.name) {
            return Some(Self::MappedTest(ids));
        }
        if let Some(field) = reference(from, to) {
            return Some(Self::Names(field));
        }
        // Rows that only place others are no relation of those (SDK).
        let is_placing = matches!(to.name, "plan_suite" | "suite_test");
        reference(to, from).filter(|_| !is_placing).map(Self::NamedIn)
    }

    /// The condition on the others, `?1` being the value that [`Link::start`] names.
    pub(crate) fn condition(self) -> String {
        match self {
            Self::Names(_) => "id = ?1".to_owned(),
            Self::NamedIn(field) => format!("{} = ?1", field.name),
            Self::MappedTest(ids) => format!("id IN ({ids})"),
        }
    }

    /// The field of the row that `?1` stands for.
    pub(crate) fn start(self) -> &'static str {
        match self {
            Self::Names(field) => field.name,
            Self::NamedIn(_) | Self::MappedTest(_) => "id",
        }
    }

    /// Whether there can be one other row at most.
    pub(crate) fn is_single(self) -> bool {
        matches!(self, Self::Names(_))
    }
}

/// The field of `from` that names a row of `to`, as `suite_id`.
fn reference(from: &Resource, to: &Resource) -> Option<&'static Field> {
    from.fields.iter().find(|field| {
        field.references == Some(to.name) && field.name.strip_suffix("_id") == Some(to.name)
    })
}

/// The condition on rows of `resource` that stand within the rows of a path, and what it binds.
///
/// Each row of the path must be live and stand within the one before.
pub(super) fn scope(
    transaction: &Transaction<'_>,
    within: &Within,
    resource: &Resource,
) -> Result<(String, Vec<Value>), ApiError> {
    let mut condition = String::from("deleted_at IS NULL");
    let mut bound = Vec::new();
    let steps = within.iter().map(|(parent, id)| (*parent, Some(*id)));
    let mut outer: Option<(&Resource, i64)> = None;
    for (inner, id) in steps.chain([(resource, None)]) {
        if let Some((parent, parent_id)) = outer {
            // A row names its own parent in the SDK's routes, never the other way round.
            let link = Link::between(parent, inner)
                .filter(|link| !link.is_single())
                .ok_or_else(ApiError::no_route)?;
            condition = format!("{} AND deleted_at IS NULL", link.condition());
            bound = vec![Value::Integer(parent_id)];
        }
        let Some(id) = id else { break };
        if !exists(transaction, inner, id, &condition, &bound)? {
            return Err(ApiError::no_row(inner.model, id));
        }
        outer = Some((inner, id));
    }
    Ok((condition, bound))
}

/// Makes sure that the row stands within the rows of the path.
pub(super) fn check(
    transaction: &Transaction<'_>,
    within: &Within,
    resource: &Resource,
    id: i64,
) -> Result<(), ApiError> {
    if within.is_empty() {
        return Ok(());
    }
    let (condition, bound) = scope(transaction, within, resource)?;
    if exists(transaction, resource, id, &condition, &bound)? {
        Ok(())
    } else {
        Err(ApiError::no_row(resource.model, id))
    }
}

fn exists(
    transaction: &Transaction<'_>,
    resource: &Resource,
    id: i64,
    condition: &str,
    bound: &[Value],
) -> Result<bool, ApiError> {
    let sql =
        format!("SELECT 1 FROM {} WHERE id = ?{} AND {condition}", resource.name, bound.len() + 1);
    let mut values = bound.to_vec();
    values.push(Value::Integer(id));
    let found = transaction
        .prepare_cached(&sql)?
        .query_row(rusqlite::params_from_iter(values), |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}
