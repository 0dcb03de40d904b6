//! Reads lists and single rows, and writes them as JSON.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Row, Transaction, params_from_iter};

use super::runs::run_analysis;
use super::{Store, links, query_one, query_value, revisions};
use crate::error::{ApiError, MAX_RESPONSE_BYTES};
use crate::path::ResourcePath;
use crate::query::{Condition, Direction, ListQuery, PerPage, RowQuery};
use crate::relations::Relation;
use crate::resources::{Analysis, FieldType, Resource};
use crate::router::DeletedRows;

impl Store {
    /// One page of a list in its envelope. `url` is the URL of the list.
    pub(crate) fn list(
        &self,
        path: &ResourcePath,
        query: &ListQuery,
        url: &str,
    ) -> Result<Vec<u8>, ApiError> {
        self.read(|transaction| {
            let resource = path.resource;
            let (scope, params) = links::scope(transaction, path)?;
            if query.revision_log {
                return revisions::of_list(transaction, resource, (scope, params), query);
            }
            let (condition, params) = where_clause(query, scope, params);
            let (limit, offset) = limit_and_offset(query);
            // The inner query reads only indexes; the outer one reads and sorts only the rows of the page.
            let order = order_by(query);
            let mut statement = transaction.prepare_cached(&format!(
                "SELECT {} FROM {name} WHERE id IN (
                     SELECT id FROM {name} WHERE {condition} ORDER BY {order} LIMIT {limit} OFFSET {offset}
                 ) ORDER BY {order}",
                listed_columns(resource, query.deleted),
                name = resource.name,
            ))?;
            let mut rows = statement.query(params_from_iter(&params))?;
            let mut data = Vec::new();
            let mut count = 0;
            while let Some(row) = rows.next()? {
                if count > 0 {
                    data.push(b',');
                }
                write_row(transaction, &mut data, resource, row, None, &query.relations)?;
                count += 1;
            }
            // The last page tells the total; only other pages require counting.
            let is_last = limit < 0 || (count < limit && (count > 0 || offset == 0));
            let total = if is_last {
                offset + count
            } else {
                let sql = format!("SELECT COUNT(*) FROM {} WHERE {condition}", resource.name);
                query_value(transaction, &sql, params_from_iter(&params))?
            };
            Ok(envelope(query, url, total, offset, count, &data))
        })
    }

    /// One live row.
    pub(crate) fn get(
        &self,
        path: &ResourcePath,
        id: i64,
        query: &RowQuery,
    ) -> Result<Vec<u8>, ApiError> {
        self.read(|transaction| {
            let mut json = Vec::new();
            links::check(transaction, path, id)?;
            if query.revision_log {
                return revisions::of_row(transaction, path.resource, id);
            }
            if query.deleted == DeletedRows::Shown {
                let columns = listed_columns(path.resource, query.deleted);
                let sql = format!("SELECT {columns} FROM {} WHERE id = ?1", path.resource.name);
                let out = &mut json;
                let written = query_one(transaction, &sql, [id], |row| {
                    Ok(write_row(transaction, out, path.resource, row, None, &query.relations))
                })?;
                written.unwrap_or_else(|| Err(ApiError::no_row(path.resource.model, id)))?;
            } else {
                append_row(transaction, &mut json, path.resource, id, None, &query.relations)?;
            }
            Ok(json)
        })
    }
}

/// Appends the live row with this id to `out`. `extra` is an additional key of this response.
pub(super) fn append_row(
    transaction: &Transaction<'_>,
    out: &mut Vec<u8>,
    resource: &Resource,
    id: i64,
    extra: Option<(&str, i64)>,
    relations: &[Relation],
) -> Result<(), ApiError> {
    let sql = format!(
        "SELECT {} FROM {} WHERE id = ?1 AND deleted_at IS NULL",
        columns(resource),
        resource.name
    );
    let written = query_one(transaction, &sql, [id], |row| {
        Ok(write_row(transaction, out, resource, row, extra, relations))
    })?;
    written.unwrap_or_else(|| Err(ApiError::no_row(resource.model, id)))
}

/// The columns of a row, for [`write_row`].
pub(super) fn columns(resource: &Resource) -> String {
    let names: Vec<_> = resource.fields.iter().map(|field| field.name).collect();
    names.join(", ")
}

/// The columns of a row in a list or alone. With `deleted_at` if deleted rows are shown, too.
fn listed_columns(resource: &Resource, deleted: DeletedRows) -> String {
    match deleted {
        DeletedRows::Hidden => columns(resource),
        DeletedRows::Shown => format!("{}, deleted_at", columns(resource)),
    }
}

/// The `LIMIT` (-1 for none) and `OFFSET` of a page.
pub(super) fn limit_and_offset(query: &ListQuery) -> (i64, i64) {
    match query.per_page {
        PerPage::All => (-1, 0),
        PerPage::Rows(rows) => (rows, rows.saturating_mul(query.page - 1)),
    }
}

/// The SQL condition of the scope and the filters, and its parameters. Names in it come from the
/// table of resources, not from the request.
pub(super) fn where_clause(
    query: &ListQuery,
    scope: String,
    params: Vec<Value>,
) -> (String, Vec<Value>) {
    let (mut sql, mut params) = (scope, params);
    if query.deleted == DeletedRows::Shown {
        sql = sql.replace("deleted_at IS NULL", "TRUE");
    }
    for filter in &query.filters {
        let name = filter.field.name;
        // Writing to a string cannot fail.
        let _ = match &filter.condition {
            Condition::IsNull => write!(sql, " AND {name} IS NULL"),
            Condition::Equals(value) => {
                params.push(value.clone());
                write!(sql, " AND {name} = ?{}", params.len())
            }
            Condition::In(set) => {
                params.push(Value::Text(set.clone()));
                write!(sql, " AND {name} IN (SELECT value FROM json_each(?{}))", params.len())
            }
        };
    }
    (sql, params)
}

/// The default order puts updated rows last, as a heap table of the service's database would. The
/// real order is unknown, so clients that page without `_sort` must fail here.
fn order_by(query: &ListQuery) -> String {
    if query.sort.is_empty() {
        return "updated_at, id".to_owned();
    }
    let mut order = String::new();
    for (field, direction) in &query.sort {
        let direction = match direction {
            Direction::Ascending => "",
            Direction::Descending => " DESC",
        };
        let _ = write!(order, "{}{direction}, ", field.name);
    }
    // Gives equal rows the same order on all pages.
    order.push_str("id");
    order
}

/// Writes a row with its relations. `extra` is an additional key of this response.
pub(super) fn write_row(
    transaction: &Transaction<'_>,
    out: &mut Vec<u8>,
    resource: &Resource,
    row: &Row<'_>,
    extra: Option<(&str, i64)>,
    relations: &[Relation],
) -> Result<(), ApiError> {
    let mut id = 0;
    out.push(b'{');
    for (index, field) in resource.fields.iter().enumerate() {
        // Field names need no escaping, and writing to a vector cannot fail.
        let _ = write!(out, "\"{}\":", field.name);
        let _ = match (row.get_ref(index)?, field.field_type) {
            (ValueRef::Null | ValueRef::Blob(_), _) => write!(out, "null"),
            (ValueRef::Integer(value), FieldType::Boolean) => write!(out, "{}", value != 0),
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
    if let Ok(deleted_at) = row.get_ref(resource.fields.len()) {
        let deleted_at = deleted_at.as_str_or_null().ok().flatten();
        let _ = write!(out, "\"deleted_at\":{},", serde_json::json!(deleted_at));
    }
    let _ = write!(out, "\"metadata_model\":\"{}\"", resource.model);
    let _ = match resource.analysis {
        Analysis::None => Ok(()),
        Analysis::Project => write!(out, ",\"analysis\":{{\"todo\":null}}"),
        Analysis::Plan => write!(
            out,
            ",\"analysis\":{{\"plan_id\":{id},\"requirement_count\":0,\"defect_count\":0}}"
        ),
        Analysis::Run => write!(out, ",\"analysis\":{}", run_analysis(transaction, id)?),
    };
    if let Some((key, value)) = extra {
        let _ = write!(out, ",\"{key}\":{value}");
    }
    for relation in relations {
        write_relation(transaction, out, row, relation)?;
    }
    out.push(b'}');
    Ok(())
}

/// Writes the related rows: an object or null if the row refers to them, otherwise an array (SDK).
fn write_relation(
    transaction: &Transaction<'_>,
    out: &mut Vec<u8>,
    row: &Row<'_>,
    relation: &Relation,
) -> Result<(), ApiError> {
    let Relation { resource, link, nested } = relation;
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT {} FROM {} WHERE {} AND deleted_at IS NULL ORDER BY id",
        columns(resource),
        resource.name,
        link.condition()
    ))?;
    let key: Value = row.get(link.key_field())?;
    let mut rows = statement.query([key])?;
    let _ = write!(out, ",\"{}\":", resource.name);
    let mut count = 0;
    if !link.is_to_one() {
        out.push(b'[');
    }
    while let Some(row) = rows.next()? {
        // Nested relations multiply.
        if out.len() > MAX_RESPONSE_BYTES {
            return Err(ApiError::response_too_long());
        }
        if count > 0 {
            out.push(b',');
        }
        write_row(transaction, out, resource, row, None, nested)?;
        count += 1;
    }
    if !link.is_to_one() {
        out.push(b']');
    } else if count == 0 {
        out.extend_from_slice(b"null");
    }
    Ok(())
}

fn write_string(out: &mut Vec<u8>, text: &str) {
    // Serialising a string and writing to a vector cannot fail.
    let _ = serde_json::to_writer(out, text);
}

/// The envelope of a list, with the keys in the order of the guide.
fn envelope(
    query: &ListQuery,
    list_url: &str,
    total: i64,
    offset: i64,
    count: i64,
    data: &[u8],
) -> Vec<u8> {
    let (per_page, page, last_page) = match query.per_page {
        // `page` has no meaning then, and `per_page` is returned as requested (our choice).
        PerPage::All => (-1, 1, 1),
        PerPage::Rows(rows) => (rows, query.page, ((total + rows - 1) / rows).max(1)),
    };
    let url = |page: i64| -> String {
        let separator = if query.without_page.is_empty() { "" } else { "&" };
        format!("{list_url}?{}{separator}page={page}", query.without_page)
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
    link(&mut out, "path", Some(list_url));
    let _ = write!(out, ",\"per_page\":{per_page}");
    link(&mut out, "prev_page_url", previous.as_deref());
    let _ = write!(out, ",\"to\":{},\"total\":{total}}}", number(to));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MAX_ELEMENTS;

    /// The query plan of a list.
    fn plan(store: &Store, path: &ResourcePath, query: &str) -> Vec<String> {
        let query = ListQuery::parse(path.resource, query, None).unwrap();
        store
            .read(|transaction| {
                let (scope, params) = links::scope(transaction, path)?;
                let (condition, params) = where_clause(&query, scope, params);
                let sql = format!(
                    "EXPLAIN QUERY PLAN SELECT id FROM {} WHERE {condition} ORDER BY {} LIMIT 1000",
                    path.resource.name,
                    order_by(&query)
                );
                let mut statement = transaction.prepare(&sql)?;
                let rows = statement.query_map(params_from_iter(params), |row| row.get(3))?;
                Ok(rows.collect::<rusqlite::Result<_>>()?)
            })
            .unwrap()
    }

    #[test]
    fn filters_of_importers_use_indexes() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path().join("sandbox.db"), "Demo").unwrap();
        let ids: Vec<_> = (1..=MAX_ELEMENTS).map(|id| id.to_string()).collect();
        for (resource, filter) in [
            ("plan", "project_id=1&is_root=true"),
            ("suite", "project_id=1"),
            ("plan_suite", "plan_id=1"),
            ("plan_suite", "plan_id=1&parent_id=2"),
            ("plan_suite", "suite_id-in=IDS"),
            ("test", "project_id=1"),
            ("suite_test", "suite_id=1"),
            ("suite_test", "suite_id-in=IDS"),
            ("suite_test", "test_id-in=IDS"),
            ("step", "test_id-in=IDS"),
            ("run_result", "test_id-in=IDS"),
        ] {
            let path = ResourcePath::parse(resource).unwrap();
            let query = format!("{}&_sort=id", filter.replace("IDS", &ids.join(",")));
            let steps = plan(&store, &path, &query);
            let search = format!("SEARCH {resource} USING");
            assert!(steps.iter().any(|step| step.starts_with(&search)), "{filter}: {steps:?}");
            let is_sorted = !steps.iter().any(|step| step.contains("ORDER BY"));
            assert!(is_sorted || filter.contains("IDS"), "{filter}: {steps:?}");
        }
    }
}
