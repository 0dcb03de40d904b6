//! What a list is asked for: filters, sorting, pages. Read from the query string, checked against
//! the table of resources, nothing else.

use rusqlite::types::Value;
use url::form_urlencoded;

use crate::error::{ApiError, Faults};
use crate::relations::{self, With};
use crate::resources::{Absent, Field, Kind, Resource};

/// Rows of a page when `per_page` is absent (guide; the SDK has 25).
const DEFAULT_PER_PAGE: i64 = 15;

/// A list, as asked for.
#[derive(Debug)]
pub(crate) struct ListQuery {
    pub(crate) filters: Vec<Filter>,
    pub(crate) sort: Vec<(&'static Field, Direction)>,
    pub(crate) page: i64,
    pub(crate) per_page: PerPage,
    pub(crate) with: Vec<With>,
    /// `revision_log=true`: the versions of the rows instead of the rows (SDK, CLI).
    pub(crate) revision_log: bool,
    /// The query string without `page`, for the URLs in the answer.
    pub(crate) rest: String,
}

/// One condition on a field.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) field: &'static Field,
    pub(crate) test: Test,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Test {
    Null,
    Is(Value),
    /// One of these: a JSON array, so that one prepared statement serves any number.
    In(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PerPage {
    /// `per_page=-1` (CLI).
    All,
    Rows(i64),
}

impl ListQuery {
    /// Reads the query string of a list.
    ///
    /// That an unknown filter or a value of the wrong kind is refused is our choice (nobody knows
    /// what the service does): ignoring it would answer rows that nobody asked for.
    /// Parameters that start with `_` and are not known are ignored.
    pub(crate) fn read(
        resource: &'static Resource,
        query: &str,
        max_per_page: Option<u32>,
    ) -> Result<Self, ApiError> {
        let mut read = Self {
            filters: Vec::new(),
            sort: Vec::new(),
            page: 1,
            per_page: PerPage::Rows(DEFAULT_PER_PAGE),
            with: Vec::new(),
            revision_log: false,
            rest: String::new(),
        };
        let mut faults = Faults::default();
        let mut per_page = None;
        let mut rest = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "page" => match value.parse() {
                    Ok(page) if page >= 1 => read.page = page,
                    _ => faults.must_be("page", "a number from 1"),
                },
                "per_page" => match value.parse() {
                    Ok(-1) => per_page = Some(PerPage::All),
                    Ok(rows) if rows >= 1 => per_page = Some(PerPage::Rows(rows)),
                    _ => faults.must_be("per_page", "a number from 1, or -1"),
                },
                "_sort" => read.read_sort(resource, &value, &mut faults),
                "_with" => read.with = relations::read(resource, &value, &mut faults),
                "revision_log" => read.revision_log = is_revision_log(&value, &mut faults),
                ignored if ignored.starts_with('_') => {}
                filter => read.read_filter(resource, filter, &value, &mut faults),
            }
            if name != "page" {
                rest.append_pair(&name, &value);
            }
        }
        faults.into_result()?;
        read.rest = rest.finish();
        read.per_page = match per_page {
            Some(asked) => asked,
            // An array of versions does not say that there is more.
            None if read.revision_log => PerPage::All,
            None => PerPage::Rows(DEFAULT_PER_PAGE),
        };
        if let Some(most) = max_per_page.map(i64::from) {
            read.per_page = match read.per_page {
                PerPage::Rows(rows) if rows <= most => PerPage::Rows(rows),
                PerPage::Rows(_) | PerPage::All => PerPage::Rows(most),
            };
        }
        Ok(read)
    }

    fn read_sort(&mut self, resource: &'static Resource, value: &str, faults: &mut Faults) {
        for part in value.split(',').filter(|part| !part.is_empty()) {
            let (name, direction) = match part.strip_prefix('-') {
                Some(name) => (name, Direction::Down),
                None => (part, Direction::Up),
            };
            match resource.field(name) {
                Some(field) => self.sort.push((field, direction)),
                None => faults.add("_sort", format!("There is no field {name}.")),
            }
        }
    }

    fn read_filter(
        &mut self,
        resource: &'static Resource,
        name: &str,
        value: &str,
        faults: &mut Faults,
    ) {
        let (field_name, is_set) = match name.strip_suffix("-in") {
            Some(field_name) => (field_name, true),
            None => (name, false),
        };
        let Some(field) = resource.field(field_name) else {
            faults.add(name, format!("There is no field {field_name}."));
            return;
        };
        let test = if is_set {
            read_set(field.kind, value).map(Test::In)
        } else if value == "null" && field.if_absent != Absent::Required {
            Some(Test::Null)
        } else {
            read_value(field.kind, value).map(Test::Is)
        };
        match test {
            Some(test) => self.filters.push(Filter { field, test }),
            None => faults.must_be(name, kind_in_words(field.kind)),
        }
    }
}

/// One row, as asked for. Everything else in the query string means nothing here.
#[derive(Debug)]
pub(crate) struct RowQuery {
    pub(crate) with: Vec<With>,
    pub(crate) revision_log: bool,
}

impl RowQuery {
    pub(crate) fn read(resource: &'static Resource, query: &str) -> Result<Self, ApiError> {
        let mut read = Self { with: Vec::new(), revision_log: false };
        let mut faults = Faults::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "_with" => read.with = relations::read(resource, &value, &mut faults),
                "revision_log" => read.revision_log = is_revision_log(&value, &mut faults),
                _ => {}
            }
        }
        faults.into_result()?;
        Ok(read)
    }
}

fn is_revision_log(value: &str, faults: &mut Faults) -> bool {
    match read_value(Kind::Boolean, value) {
        Some(value) => value == Value::Integer(1),
        None => {
            faults.must_be("revision_log", kind_in_words(Kind::Boolean));
            false
        }
    }
}

pub(crate) const fn kind_in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "an integer",
        Kind::Number => "a number",
        Kind::Boolean => "true or false",
        Kind::Text | Kind::Name => "a string",
    }
}

fn read_value(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Integer => text.parse().ok().map(Value::Integer),
        Kind::Number => {
            text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Real)
        }
        Kind::Boolean => match text {
            "true" | "1" => Some(Value::Integer(1)),
            "false" | "0" => Some(Value::Integer(0)),
            _ => None,
        },
        Kind::Text | Kind::Name => Some(Value::Text(text.to_owned())),
    }
}

fn read_set(kind: Kind, text: &str) -> Option<String> {
    let values = text
        .split(',')
        .filter(|part| !part.is_empty())
        .map(|part| {
            Some(match read_value(kind, part)? {
                Value::Integer(integer) => integer.into(),
                Value::Real(real) => real.into(),
                Value::Text(text) => text.into(),
                Value::Null | Value::Blob(_) => return None,
            })
        })
        .collect::<Option<Vec<serde_json::Value>>>()?;
    Some(serde_json::Value::Array(values).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<ListQuery, ApiError> {
        let test = Resource::named("test").unwrap();
        ListQuery::read(test, query, None)
    }

    #[test]
    fn filters_are_fields_and_sets_of_them() {
        let query = read("project_id=7&id-in=3,1&is_automated=true&description=null").unwrap();
        let tests: Vec<_> = query.filters.iter().map(|filter| &filter.test).collect();
        assert_eq!(
            tests,
            [
                &Test::Is(Value::Integer(7)),
                &Test::In("[3,1]".into()),
                &Test::Is(Value::Integer(1)),
                &Test::Null
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for query in [
            "projekt_id=7",
            "project_id=x",
            "is_automated=yes",
            "id-in=1,x",
            "name-like=x",
            "page=0",
            "per_page=0",
            "per_page=-2",
            "_sort=nothing",
        ] {
            assert!(matches!(read(query), Err(ApiError::Invalid(_))), "{query} was taken");
        }
    }

    #[test]
    fn pages_are_capped_and_left_out_of_the_rest() {
        let test = Resource::named("test").unwrap();
        let query = ListQuery::read(test, "page=2&per_page=-1&name=a%20b", Some(50)).unwrap();
        assert_eq!(query.per_page, PerPage::Rows(50));
        assert_eq!(query.rest, "per_page=-1&name=a+b");
    }
}
