//! Query strings of lists and rows: filters, sorting, paging, relations.

use rusqlite::types::Value;
use url::form_urlencoded;

use crate::error::{ApiError, ValidationErrors};
use crate::relations::{self, Relation};
use crate::resources::{Field, FieldType, IfAbsent, Resource};
use crate::router::DeletedRows;

/// Rows of a page when `per_page` is absent (guide; the SDK says 25).
const DEFAULT_PER_PAGE: i64 = 15;

/// The query of a list.
#[derive(Debug)]
pub(crate) struct ListQuery {
    pub(crate) filters: Vec<Filter>,
    pub(crate) sort: Vec<(&'static Field, Direction)>,
    pub(crate) page: i64,
    pub(crate) per_page: PerPage,
    pub(crate) relations: Vec<Relation>,
    /// `revision_log=true`: the versions of the rows instead of the rows (SDK, CLI).
    pub(crate) revision_log: bool,
    /// The query string without `page`, for the URLs in the response.
    pub(crate) without_page: String,
    pub(crate) deleted: DeletedRows,
}

/// A condition on one field.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) field: &'static Field,
    pub(crate) condition: Condition,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Condition {
    IsNull,
    Equals(Value),
    /// One of the values in a JSON array: a single parameter, so that one prepared statement fits any number.
    In(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PerPage {
    /// `per_page=-1` (CLI).
    All,
    Rows(i64),
}

impl ListQuery {
    /// Parses the query string of a list.
    ///
    /// Unknown filters and values of the wrong type are errors (our choice; what the service does is
    /// unknown): if they were ignored, the list would contain rows that were not requested. Unknown
    /// parameters that start with `_` are ignored.
    pub(crate) fn parse(
        resource: &'static Resource,
        query: &str,
        max_per_page: Option<u32>,
    ) -> Result<Self, ApiError> {
        let mut parsed = Self {
            filters: Vec::new(),
            sort: Vec::new(),
            page: 1,
            per_page: PerPage::Rows(DEFAULT_PER_PAGE),
            relations: Vec::new(),
            revision_log: false,
            without_page: String::new(),
            deleted: DeletedRows::default(),
        };
        let mut errors = ValidationErrors::default();
        let mut per_page = None;
        let mut without_page = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "page" => match value.parse() {
                    Ok(page) if page >= 1 => parsed.page = page,
                    _ => errors.must_be("page", "a number from 1"),
                },
                "per_page" => match value.parse() {
                    Ok(-1) => per_page = Some(PerPage::All),
                    Ok(rows) if rows >= 1 => per_page = Some(PerPage::Rows(rows)),
                    _ => errors.must_be("per_page", "a number from 1, or -1"),
                },
                "_sort" => parsed.parse_sort(resource, &value, &mut errors),
                "_with" => parsed.relations = relations::parse(resource, &value, &mut errors),
                "revision_log" => parsed.revision_log = parse_revision_log(&value, &mut errors),
                ignored if ignored.starts_with('_') => {}
                filter => parsed.parse_filter(resource, filter, &value, &mut errors),
            }
            if name != "page" {
                without_page.append_pair(&name, &value);
            }
        }
        errors.into_result()?;
        parsed.without_page = without_page.finish();
        parsed.per_page = match per_page {
            Some(per_page) => per_page,
            // An array of versions cannot say that there are more pages.
            None if parsed.revision_log => PerPage::All,
            None => PerPage::Rows(DEFAULT_PER_PAGE),
        };
        if let Some(max) = max_per_page.map(i64::from) {
            parsed.per_page = match parsed.per_page {
                PerPage::Rows(rows) => PerPage::Rows(rows.min(max)),
                PerPage::All => PerPage::Rows(max),
            };
        }
        Ok(parsed)
    }

    fn parse_sort(
        &mut self,
        resource: &'static Resource,
        value: &str,
        errors: &mut ValidationErrors,
    ) {
        for part in value.split(',').filter(|part| !part.is_empty()) {
            let (name, direction) = match part.strip_prefix('-') {
                Some(name) => (name, Direction::Descending),
                None => (part, Direction::Ascending),
            };
            match resource.field(name) {
                Some(field) => self.sort.push((field, direction)),
                None => errors.add("_sort", format!("Unknown field {name}.")),
            }
        }
    }

    fn parse_filter(
        &mut self,
        resource: &'static Resource,
        name: &str,
        value: &str,
        errors: &mut ValidationErrors,
    ) {
        let (field_name, is_set) = match name.strip_suffix("-in") {
            Some(field_name) => (field_name, true),
            None => (name, false),
        };
        let Some(field) = resource.field(field_name) else {
            errors.add(name, format!("Unknown field {field_name}."));
            return;
        };
        let condition = if is_set {
            parse_set(field.field_type, value).map(Condition::In)
        } else if value == "null" && field.if_absent != IfAbsent::Required {
            Some(Condition::IsNull)
        } else {
            parse_value(field.field_type, value).map(Condition::Equals)
        };
        match condition {
            Some(condition) => self.filters.push(Filter { field, condition }),
            None => errors.must_be(name, field.field_type.in_words()),
        }
    }
}

/// The query of a single row; all other parameters are ignored.
#[derive(Debug)]
pub(crate) struct RowQuery {
    pub(crate) relations: Vec<Relation>,
    pub(crate) revision_log: bool,
    pub(crate) deleted: DeletedRows,
}

impl RowQuery {
    pub(crate) fn parse(resource: &'static Resource, query: &str) -> Result<Self, ApiError> {
        let mut parsed =
            Self { relations: Vec::new(), revision_log: false, deleted: DeletedRows::default() };
        let mut errors = ValidationErrors::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "_with" => parsed.relations = relations::parse(resource, &value, &mut errors),
                "revision_log" => parsed.revision_log = parse_revision_log(&value, &mut errors),
                _ => {}
            }
        }
        errors.into_result()?;
        Ok(parsed)
    }
}

fn parse_revision_log(value: &str, errors: &mut ValidationErrors) -> bool {
    let value = parse_value(FieldType::Boolean, value);
    if value.is_none() {
        errors.must_be("revision_log", FieldType::Boolean.in_words());
    }
    value == Some(Value::Integer(1))
}

fn parse_value(field_type: FieldType, text: &str) -> Option<Value> {
    match field_type {
        FieldType::Integer => text.parse().ok().map(Value::Integer),
        FieldType::Number => {
            text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Real)
        }
        FieldType::Boolean => match text {
            "true" | "1" => Some(Value::Integer(1)),
            "false" | "0" => Some(Value::Integer(0)),
            _ => None,
        },
        FieldType::Text | FieldType::Name => Some(Value::Text(text.to_owned())),
    }
}

fn parse_set(field_type: FieldType, text: &str) -> Option<String> {
    let values = text
        .split(',')
        .filter(|part| !part.is_empty())
        .map(|part| {
            Some(match parse_value(field_type, part)? {
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

    fn parse(query: &str) -> Result<ListQuery, ApiError> {
        let test = Resource::find("test").unwrap();
        ListQuery::parse(test, query, None)
    }

    #[test]
    fn fields_and_sets_of_values_are_filters() {
        let query = parse("project_id=7&id-in=3,1&is_automated=true&description=null").unwrap();
        let conditions: Vec<_> = query.filters.iter().map(|filter| &filter.condition).collect();
        assert_eq!(
            conditions,
            [
                &Condition::Equals(Value::Integer(7)),
                &Condition::In("[3,1]".into()),
                &Condition::Equals(Value::Integer(1)),
                &Condition::IsNull
            ]
        );
    }

    #[test]
    fn invalid_parameters_are_rejected() {
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
            assert!(matches!(parse(query), Err(ApiError::Invalid(_))), "{query} was accepted");
        }
    }

    #[test]
    fn pages_are_capped_and_page_is_removed_from_the_query() {
        let test = Resource::find("test").unwrap();
        let query = ListQuery::parse(test, "page=2&per_page=-1&name=a%20b", Some(50)).unwrap();
        assert_eq!(query.per_page, PerPage::Rows(50));
        assert_eq!(query.without_page, "per_page=-1&name=a+b");
    }
}
