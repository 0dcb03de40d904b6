//! Links between resources, for nested routes and `_with`.
//!
//! The SDK and CLI show that these routes and relations exist. Only live rows that are linked by live
//! rows are found; a row that is linked twice is found once (our choice).

use rusqlite::types::Value;
use rusqlite::{Transaction, params_from_iter};

use super::query_one;
use crate::error::ApiError;
use crate::path::ResourcePath;
use crate::resources::{Field, Resource};

/// How the rows of one resource refer to rows of another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Link {
    /// A row refers to one other row, by this field.
    ToOne(&'static Field),
    /// The other rows refer to the row, by this field.
    ToMany(&'static Field),
    /// Rows of a third resource link both. The SQL selects the ids of the other rows; `?1` is the id
    /// of the row.
    ManyToMany(&'static str),
    /// The other rows are about rows of any resource, such as comments: those about rows of this `metadata_model`.
    About(&'static str),
}

/// From, to, and the SQL of [`Link::ManyToMany`].
const MANY_TO_MANY: &[(&str, &str, &str)] = &[
    ("plan", "suite", "SELECT suite_id FROM plan_suite WHERE plan_id = ?1 AND deleted_at IS NULL"),
    ("suite", "plan", "SELECT plan_id FROM plan_suite WHERE suite_id = ?1 AND deleted_at IS NULL"),
    ("suite", "test", "SELECT test_id FROM suite_test WHERE suite_id = ?1 AND deleted_at IS NULL"),
    ("test", "suite", "SELECT suite_id FROM suite_test WHERE test_id = ?1 AND deleted_at IS NULL"),
    (
        "plan",
        "environment",
        "SELECT environment_id FROM environment_plan WHERE plan_id = ?1 AND deleted_at IS NULL",
    ),
    (
        "project",
        "status",
        "SELECT status_id FROM project_status WHERE project_id = ?1 AND deleted_at IS NULL",
    ),
    (
        "run_result",
        "defect",
        "SELECT defect_id FROM defect_run_result WHERE run_result_id = ?1 AND deleted_at IS NULL",
    ),
    (
        "plan",
        "test",
        "SELECT test_id FROM suite_test WHERE deleted_at IS NULL AND suite_id IN (
             SELECT suite_id FROM plan_suite WHERE plan_id = ?1 AND deleted_at IS NULL)",
    ),
];

impl Link {
    /// The link from rows of `from` to rows of `to`, if any.
    pub(crate) fn between(from: &Resource, to: &Resource) -> Option<Self> {
        let many = MANY_TO_MANY.iter().find(|(a, b, _)| *a == from.name && *b == to.name);
        if let Some((.., ids)) = many {
            return Some(Self::ManyToMany(ids));
        }
        if to.is_about_any_row() && reference(to, from).is_none() {
            return Some(Self::About(from.model));
        }
        if let Some(field) = reference(from, to) {
            return Some(Self::ToOne(field));
        }
        // Rows that only link others are not relations (SDK).
        let only_links = matches!(
            to.name,
            "plan_suite"
                | "suite_test"
                | "environment_plan"
                | "project_status"
                | "defect_run_result"
        );
        reference(to, from).filter(|_| !only_links).map(Self::ToMany)
    }

    /// The SQL condition on the other rows. `?1` is the row's value of [`Link::key_field`].
    pub(crate) fn condition(self) -> String {
        match self {
            Self::ToOne(_) => "id = ?1".to_owned(),
            Self::ToMany(field) => format!("{} = ?1", field.name),
            Self::ManyToMany(ids) => format!("id IN ({ids})"),
            Self::About(model) => format!("related_type = '{model}' AND related_id = ?1"),
        }
    }

    /// The field of the row whose value is `?1`.
    pub(crate) fn key_field(self) -> &'static str {
        match self {
            Self::ToOne(field) => field.name,
            Self::ToMany(_) | Self::ManyToMany(_) | Self::About(_) => "id",
        }
    }

    pub(crate) fn is_to_one(self) -> bool {
        matches!(self, Self::ToOne(_))
    }
}

/// The field of `from` that refers to a row of `to`, for example `suite_id`.
fn reference(from: &Resource, to: &Resource) -> Option<&'static Field> {
    from.fields.iter().find(|field| {
        field.references == Some(to.name) && field.name.strip_suffix("_id") == Some(to.name)
    })
}

/// The SQL condition on the rows within the parents of a path, and its parameters.
///
/// Each parent must be live and within the one before it.
pub(super) fn scope(
    transaction: &Transaction<'_>,
    path: &ResourcePath,
) -> Result<(String, Vec<Value>), ApiError> {
    let mut condition = String::from("deleted_at IS NULL");
    let mut params = Vec::new();
    let mut inner = path.parents.iter().map(|(parent, _)| *parent).skip(1).chain([path.resource]);
    for (parent, id) in &path.parents {
        if !exists(transaction, parent, *id, &condition, &params)? {
            return Err(ApiError::no_row(parent.model, *id));
        }
        // The SDK's routes never lead from a row to the one that it refers to.
        let link = inner
            .next()
            .and_then(|inner| Link::between(parent, inner))
            .filter(|link| !link.is_to_one())
            .ok_or_else(ApiError::no_route)?;
        condition = format!("{} AND deleted_at IS NULL", link.condition());
        params = vec![Value::Integer(*id)];
    }
    Ok((condition, params))
}

/// Checks that a row is within the parents of the path.
pub(super) fn check(
    transaction: &Transaction<'_>,
    path: &ResourcePath,
    id: i64,
) -> Result<(), ApiError> {
    if path.parents.is_empty() {
        return Ok(());
    }
    let (condition, params) = scope(transaction, path)?;
    if exists(transaction, path.resource, id, &condition, &params)? {
        Ok(())
    } else {
        Err(ApiError::no_row(path.resource.model, id))
    }
}

fn exists(
    transaction: &Transaction<'_>,
    resource: &Resource,
    id: i64,
    condition: &str,
    params: &[Value],
) -> Result<bool, ApiError> {
    let sql =
        format!("SELECT 1 FROM {} WHERE id = ?{} AND {condition}", resource.name, params.len() + 1);
    let id = Value::Integer(id);
    let params = params_from_iter(params.iter().chain([&id]));
    Ok(query_one(transaction, &sql, params, |_| Ok(()))?.is_some())
}
