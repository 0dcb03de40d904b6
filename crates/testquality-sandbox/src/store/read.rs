//! Lists and single rows, written as JSON straight from the rows of the database.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{OptionalExtension, Row, Transaction, params_from_iter};

use super::{Store, history, links};
use crate::error::{ApiError, MAX_ANSWER};
use crate::query::{Direction, ListQuery, PerPage, RowQuery, Test};
use crate::relations::With;
use crate::resources::{Analysis, Kind, Resource};
use crate::target::Within;

impl Store {
    /// One page of a list in its envelope. `path` is the list's own URL.
    pub(crate) fn list(
        &self,
        resource: &'static Resource,
        within: &Within,
        query: &ListQuery,
        path: &str,
    ) -> Result<Vec<u8>, ApiError> {
        self.read(|transaction| {
            let (scope, bound) = links::scope(transaction, within, resource)?;
            if query.revision_log {
                return history::of_list(transaction, resource, (scope, bound), query);
            }
            let (condition, values) = condition(query, scope, bound);
            let (rows, offset) = limit(query);
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
                write_row(transaction, &mut data, resource, row, None, &query.with)?;
                count += 1;
            }
            // A last page tells how many there are; only others need counting.
            let is_last = rows < 0 || (count < rows && (count > 0 || offset == 0));
            let total = if is_last {
                offset + count
            } else {
                let sql = format!("SELECT COUNT(*) FROM {} WHERE {condition}", resource.name);
                transaction
                    .prepare_cached(&sql)?
                    .query_row(params_from_iter(&values), |row| row.get(0))?
            };
            Ok(envelope(query, path, total, offset, count, &data))
        })
    }

    /// One live row.
    pub(crate) fn get(
        &self,
        resource: &'static Resource,
        within: &Within,
        id: i64,
        query: &RowQuery,
    ) -> Result<Vec<u8>, ApiError> {
        self.read(|transaction| {
            let mut answer = Vec::new();
            links::check(transaction, within, resource, id)?;
            if query.revision_log {
                return history::of_row(transaction, resource, id);
            }
            append_row(transaction, &mut answer, resource, id, None, &query.with)?;
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
    with: &[With],
) -> Result<(), ApiError> {
    let written = transaction
        .prepare_cached(&format!(
            "SELECT {} FROM {} WHERE id = ?1 AND deleted_at IS NULL",
            columns(resource),
            resource.name
        ))?
        .query_row([id], |row| Ok(write_row(transaction, answer, resource, row, extra, with)))
        .optional()?;
    written.unwrap_or_else(|| Err(ApiError::no_row(resource.model, id)))
}

/// The columns of a row, as [`write_row`] expects them.
pub(super) fn columns(resource: &Resource) -> String {
    let names: Vec<_> = resource.fields.iter().map(|field| field.name).collect();
    names.join(", ")
}

/// How many rows a page has at most (-1: any number), and how many stand before it.
pub(super) fn limit(query: &ListQuery) -> (i64, i64) {
    match query.per_page {
        PerPage::All => (-1, 0),
        PerPage::Rows(rows) => (rows, rows.saturating_mul(query.page - 1)),
    }
}

/// The SQL of the filters and what it binds, after what the scope binds. Names come from the table
/// of resources.
pub(super) fn condition(
    query: &ListQuery,
    scope: String,
    bound: Vec<Value>,
) -> (String, Vec<Value>) {
    let (mut sql, mut values) = (scope, bound);
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

/// Writes a row with its relations. `extra` is a key that only this answer has.
pub(super) fn write_row(
    transaction: &Transaction<'_>,
    out: &mut Vec<u8>,
    resource: &Resource,
    row: &Row<'_>,
    extra: Option<(&str, i64)>,
    with: &[With],
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
    for relation in with {
        write_relation(transaction, out, row, relation)?;
    }
    out.push(b'}');
    Ok(())
}

/// Writes the rows that a relation leads to: an object or null where the row names one, else an
/// array (SDK).
fn write_relation(
    transaction: &Transaction<'_>,
    out: &mut Vec<u8>,
    row: &Row<'_>,
    relation: &With,
) -> Result<(), ApiError> {
    let With { resource, link, with } = relation;
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT {} FROM {} WHERE {} AND deleted_at IS NULL ORDER BY id",
        columns(resource),
        resource.name,
        link.condition()
    ))?;
    let start: Value = row.get(link.start())?;
    let mut found = statement.query([start])?;
    let _ = write!(out, ",\"{}\":", resource.name);
    let mut count = 0;
    if !link.is_single() {
        out.push(b'[');
    }
    while let Some(row) = found.next()? {
        // Relations of relations multiply.
        if out.len() > MAX_ANSWER {
            return Err(ApiError::answer_too_long());
        }
        if count > 0 {
            out.push(b',');
        }
        write_row(transaction, out, resource, row, None, with)?;
        count += 1;
    }
    if !link.is_single() {
        out.push(b']');
    } else if count == 0 {
        out.extend_from_slice(b"null");
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MAX_ELEMENTS;

    /// How SQLite finds the rows of a list.
    fn plan(store: &Store, resource: &'static Resource, query: &str) -> Vec<String> {
        let query = ListQuery::read(resource, query, None).unwrap();
        store
            .read(|transaction| {
                let (scope, bound) = links::scope(transaction, &Within::new(), resource)?;
                let (condition, values) = condition(&query, scope, bound);
                let sql = format!(
                    "EXPLAIN QUERY PLAN SELECT id FROM {} WHERE {condition} ORDER BY {} LIMIT 1000",
                    resource.name,
                    order(&query)
                );
                let mut statement = transaction.prepare(&sql)?;
                let rows = statement.query_map(params_from_iter(values), |row| row.get(3))?;
                Ok(rows.collect::<rusqlite::Result<_>>()?)
            })
            .unwrap()
    }

    #[test]
    fn what_the_importer_filters_by_is_indexed() {
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
            let resource = Resource::named(resource).unwrap();
            let query = format!("{}&_sort=id", filter.replace("IDS", &ids.join(",")));
            let steps = plan(&store, resource, &query);
            let search = format!("SEARCH {} USING", resource.name);
            assert!(steps.iter().any(|step| step.starts_with(&search)), "{filter}: {steps:?}");
            let is_sorted = !steps.iter().any(|step| step.contains("ORDER BY"));
            assert!(is_sorted || filter.contains("IDS"), "{filter}: {steps:?}");
        }
    }
}
