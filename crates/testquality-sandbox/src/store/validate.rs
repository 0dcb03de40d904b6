//! Checks the values that clients send.

use rusqlite::types::Value;
use serde_json::{Map, Value as Json};

use crate::error::ValidationErrors;
use crate::resources::{Access, Field, FieldType, IfAbsent, NAME_CHARS, Resource};

/// Fields and their values, in the order of the resource.
pub(super) type Values = Vec<(&'static Field, Value)>;

/// The value of the field with this name.
pub(super) fn value_of<'a>(values: &'a Values, name: &str) -> Option<&'a Value> {
    values.iter().find(|(field, _)| field.name == name).map(|(_, value)| value)
}

/// The value of the field with this name, if it is an integer.
pub(super) fn integer_of(values: &Values, name: &str) -> Option<i64> {
    match value_of(values, name) {
        Some(Value::Integer(integer)) => Some(*integer),
        _ => None,
    }
}

/// What an element is for, which decides the fields that it may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Create,
    Update,
}

/// The values in `element` that clients may set; all others are ignored. The writer adds the values
/// of absent fields.
pub(super) fn values(
    resource: &'static Resource,
    element: &Map<String, Json>,
    purpose: Purpose,
    errors: &mut ValidationErrors,
) -> Values {
    let mut values = Vec::new();
    for field in resource.fields {
        let may_set = match field.access {
            Access::Server => false,
            Access::Creation => purpose == Purpose::Create,
            Access::Client => true,
        };
        if !may_set {
            continue;
        }
        match element.get(field.name) {
            None if purpose == Purpose::Update => {}
            None | Some(Json::Null) if field.if_absent == IfAbsent::Required => {
                errors.required(field.name);
            }
            None => {}
            // The server may generate the name of a new row, but an update cannot remove it.
            Some(Json::Null)
                if field.field_type == FieldType::Name && purpose == Purpose::Update =>
            {
                errors.required(field.name);
            }
            Some(Json::Null) => match field.if_absent {
                IfAbsent::Null => values.push((field, Value::Null)),
                // On creation, null selects the default too.
                _ if purpose == Purpose::Create => {}
                _ if field.field_type == FieldType::Boolean => {
                    errors.must_be(field.name, field.field_type.in_words());
                }
                _ => values.push((field, Value::Null)),
            },
            Some(json) => {
                if let Some(value) = value(field, json, errors) {
                    values.push((field, value));
                }
            }
        }
    }
    values
}

/// A required integer that is not a field of the resource, for example `plan_id` of a new suite.
pub(super) fn extra_integer(
    element: &Map<String, Json>,
    name: &str,
    errors: &mut ValidationErrors,
) -> Option<i64> {
    match element.get(name) {
        None | Some(Json::Null) => {
            errors.required(name);
            None
        }
        Some(json) => {
            let integer = json.as_i64();
            if integer.is_none() {
                errors.must_be(name, FieldType::Integer.in_words());
            }
            integer
        }
    }
}

/// Strings are not converted: it is unknown whether the service accepts `"1"` for 1, so clients must
/// not rely on it. The service accepts 0 and 1 for false and true (CLI).
fn value(field: &Field, json: &Json, errors: &mut ValidationErrors) -> Option<Value> {
    let value = match (field.field_type, json) {
        (FieldType::Integer, Json::Number(number)) => number.as_i64().map(Value::Integer),
        (FieldType::Number, Json::Number(number)) => number.as_f64().map(Value::Real),
        (FieldType::Boolean, Json::Bool(value)) => Some(Value::Integer(i64::from(*value))),
        (FieldType::Boolean, Json::Number(number)) => {
            number.as_i64().filter(|number| matches!(number, 0 | 1)).map(Value::Integer)
        }
        (FieldType::Text | FieldType::Name, Json::String(text)) => {
            let error = match field.field_type {
                FieldType::Name => name_error(text),
                _ => text.contains('\0').then(|| nul_error(field.name)),
            };
            if let Some(error) = error {
                errors.add(field.name, error);
                return None;
            }
            Some(Value::Text(text.clone()))
        }
        _ => None,
    };
    if value.is_none() {
        errors.must_be(field.name, field.field_type.in_words());
    }
    value
}

/// Why `text` is not a valid name.
pub(super) fn name_error(text: &str) -> Option<String> {
    if text.contains('\0') {
        Some(nul_error("name"))
    } else if text.trim().is_empty() {
        Some("The name field is required.".to_owned())
    } else if text.chars().count() > NAME_CHARS {
        Some(format!("The name may not be greater than {NAME_CHARS} characters."))
    } else {
        None
    }
}

/// The service uses PostgreSQL, as its error codes show, which cannot store U+0000.
fn nul_error(field: &str) -> String {
    format!("The {field} may not contain a NUL character.")
}
