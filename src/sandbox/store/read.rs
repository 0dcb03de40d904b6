//! Lists and single rows, written as JSON straight from the rows of the database.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{OptionalExtension, Row, Transaction, params_from_iter};

use super::Store;
use crate::sandbox::error::ApiError;
use crate::sandbox::query::{Direction, ListQuery, PerPage, Test};
use crate::sandbox::resources::{Analysis, Kind, Resource};

impl Store {
    /// One page of a list in its envelope. `path` is the list's own URL.
    pub(crate) fn list(
        &self,
        resource: &'static Resource,
        query: &ListQuery,
        path: &str,
    ) -> Result<Vec<u8>, ApiError> {
        let (condition, values) = condition(query);
        self.read(|transaction| {
            let total: i64 = transaction
                .prepare_cached(&format!(
                    "SELECT COUNT(*) FROM {} WHERE {condition}",
                    resource.name
                ))?
                .query_row(params_from_iter(&values), |row| row.get(0))?;
            let (rows, offset) = match query.per_page {
                PerPage::All => (-1, 0),
                PerPage::Rows(rows) => (rows, rows.saturating_mul(query.page - 1)),
            };
            // The page is found by ids, which indexes give; only its rows are read and sorted.
            let order = order(query);
            let mut statement = transaction.prepare_cached(&format!(
                "SELECT {} FROM {name} WHERE id IN (
                     SELECT id FROM {name} WHERE {condition} ORDER BY {order} LIMIT {rows} OFFSET {offset}
                 ) ORDER BY {order}",
                columns(resource),
                name = resource.name,
            ))?;
            let mut found = statement.query(params_from_iter(&values))?;
            let mut data = Vec::new();
            let mut count = 0;
            while let Some(row) = found.next()? {
                if count > 0 {
                    data.push(b',');
                }
                write_row(&mut data, resource, row, None)?;
                count += 1;
            }
            Ok(envelope(query, path, total, offset, count, &data))
        })
    }

    /// One live row.
    pub(crate) fn get(&self, resource: &'static Resource, id: i64) -> Result<Vec<u8>, ApiError> {
        self.read(|transaction| {
            let mut answer = Vec::new();
            append_row(transaction, &mut answer, resource, id, None)?;
            Ok(answer)
        })
    }
}

/// Appends the live row with this id to `answer`; `extra` is a key that only this answer has.
pub(super) fn append_row(
    transaction: &Transaction<'_>,
    answer: &mut Vec<u8>,
    resource: &Resource,
    id: i64,
    extra: Option<(&str, i64)>,
) -> Result<(), ApiError> {
    let written = transaction
        .prepare_cached(&format!(
            "SELECT {} FROM {} WHERE id = ?1 AND deleted_at IS NULL",
            columns(resource),
            resource.name
        ))?
        .query_row([id], |row| Ok(write_row(answer, resource, row, extra)))
        .optional()?;
    written.unwrap_or_else(|| Err(ApiError::no_row(resource.model, id)))
}

fn columns(resource: &Resource) -> String {
    let names: Vec<_> = resource.fields.iter().map(|field| field.name).collect();
    names.join(", ")
}

/// The SQL of the filters and what it binds. Names come from the table of resources.
fn condition(query: &ListQuery) -> (String, Vec<Value>) {
    let mut sql = String::from("deleted_at IS NULL");
    let mut values = Vec::new();
    for filter in &query.filters {
        let name = filter.field.name;
        // Writing to a string cannot fail.
        let _ = match &filter.test {
            Test::Null => write!(sql, " AND {name} IS NULL"),
            Test::Is(value) => {
                values.push(value.clone());
                write!(sql, " AND {name} = ?{}", values.len())
            }
            Test::In(set) => {
                values.push(Value::Text(set.clone()));
                write!(sql, " AND {name} IN (SELECT value FROM json_each(?{}))", values.len())
            }
        };
    }
    (sql, values)
}

/// Unless asked, rows come as a heap of the service's kind of database would give them: updated
/// ones last. Nobody knows; whoever pages without `_sort` must not get away with it here.
fn order(query: &ListQuery) -> String {
    if query.sort.is_empty() {
        return "updated_at, id".to_owned();
    }
    let mut order = String::new();
    for (field, direction) in &query.sort {
        let direction = match direction {
            Direction::Up => "",
            Direction::Down => " DESC",
        };
        let _ = write!(order, "{}{direction}, ", field.name);
    }
    // Equal rows keep one order through all pages.
    order.push_str("id");
    order
}

fn write_row(
    out: &mut Vec<u8>,
    resource: &Resource,
    row: &Row<'_>,
    extra: Option<(&str, i64)>,
) -> Result<(), ApiError> {
    let mut id = 0;
    out.push(b'{');
    for (index, field) in resource.fields.iter().enumerate() {
        // Names of fields need no escaping. Writing to a vector cannot fail.
        let _ = write!(out, "\"{}\":", field.name);
        let _ = match (row.get_ref(index)?, field.kind) {
            (ValueRef::Null | ValueRef::Blob(_), _) => write!(out, "null"),
            (ValueRef::Integer(value), Kind::Boolean) => write!(out, "{}", value != 0),
            (ValueRef::Integer(value), _) => {
                if field.name == "id" {
                    id = value;
                }
                write!(out, "{value}")
            }
            (ValueRef::Real(value), _) => write!(out, "{value}"),
            (ValueRef::Text(text), _) => {
                write_string(out, &String::from_utf8_lossy(text));
                Ok(())
            }
        };
        out.push(b',');
    }
    let _ = write!(out, "\"metadata_model\":\"{}\"", resource.model);
    let _ = match resource.analysis {
        Analysis::None => Ok(()),
        Analysis::Project => write!(out, ",\"analysis\":{{\"todo\":null}}"),
        Analysis::Plan => write!(
            out,
            ",\"analysis\":{{\"plan_id\":{id},\"requirement_count\":0,\"defect_count\":0}}"
        ),
    };
    if let Some((key, value)) = extra {
        let _ = write!(out, ",\"{key}\":{value}");
    }
    out.push(b'}');
    Ok(())
}

fn write_string(out: &mut Vec<u8>, text: &str) {
    // A string always serialises, and a vector takes everything.
    let _ = serde_json::to_writer(out, text);
}

/// The envelope, its keys in the guide's order. Its URLs begin with `http://`, as in the guide.
fn envelope(
    query: &ListQuery,
    path: &str,
    total: i64,
    offset: i64,
    count: i64,
    data: &[u8],
) -> Vec<u8> {
    let (per_page, page, last_page) = match query.per_page {
        // `page` has no meaning then; `-1` comes back as it went (our choice).
        PerPage::All => (-1, 1, 1),
        PerPage::Rows(rows) => (rows, query.page, ((total + rows - 1) / rows).max(1)),
    };
    let url = |page: i64| -> String {
        let separator = if query.rest.is_empty() { "" } else { "&" };
        format!("{path}?{}{separator}page={page}", query.rest)
    };
    let (from, to) =
        if count == 0 { (None, None) } else { (Some(offset + 1), Some(offset + count)) };
    let number = |number: Option<i64>| match number {
        Some(number) => Cow::Owned(number.to_string()),
        None => Cow::Borrowed("null"),
    };
    let next = (page < last_page).then(|| url(page + 1));
    let previous = (page > 1).then(|| url(page - 1));
    let mut out = Vec::with_capacity(data.len() + 512);
    let link = |out: &mut Vec<u8>, key: &str, url: Option<&str>| {
        let _ = write!(out, ",\"{key}\":");
        match url {
            Some(url) => write_string(out, url),
            None => out.extend_from_slice(b"null"),
        }
    };
    let _ = write!(out, "{{\"current_page\":{page},\"data\":[");
    out.extend_from_slice(data);
    out.push(b']');
    link(&mut out, "first_page_url", Some(&url(1)));
    let _ = write!(out, ",\"from\":{},\"last_page\":{last_page}", number(from));
    link(&mut out, "last_page_url", Some(&url(last_page)));
    link(&mut out, "next_page_url", next.as_deref());
    link(&mut out, "path", Some(path));
    let _ = write!(out, ",\"per_page\":{per_page}");
    link(&mut out, "prev_page_url", previous.as_deref());
    let _ = write!(out, ",\"to\":{},\"total\":{total}}}", number(to));
    out
}
