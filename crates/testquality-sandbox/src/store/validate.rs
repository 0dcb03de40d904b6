//! What a client may put into a field.

use rusqlite::types::Value;
use serde_json::{Map, Value as Json};

use crate::error::Faults;
use crate::query::kind_in_words;
use crate::resources::{Absent, Access, Field, Kind, NAME_CHARS, Resource};

/// Fields and their values, in the order of the resource.
pub(super) type Values = Vec<(&'static Field, Value)>;

/// Which fields an element may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Create,
    Update,
}

/// The values in `element` that the client may set. Fields of the server and unknown ones are
/// ignored. What is missing in a create is reported only for required fields; the defaults of the
/// others are the writer's business.
pub(super) fn values(
    resource: &'static Resource,
    element: &Map<String, Json>,
    purpose: Purpose,
    faults: &mut Faults,
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
            None | Some(Json::Null) if field.if_absent == Absent::Required => {
                faults.required(field.name);
            }
            None => {}
            // A name may be made up at first, but not taken away.
            Some(Json::Null) if field.kind == Kind::Name && purpose == Purpose::Update => {
                faults.required(field.name);
            }
            Some(Json::Null) => match field.if_absent {
                // A column with a default takes it for null too.
                Absent::Null => values.push((field, Value::Null)),
                _ if purpose == Purpose::Update && field.kind == Kind::Boolean => {
                    faults.must_be(field.name, kind_in_words(field.kind));
                }
                _ if purpose == Purpose::Update => values.push((field, Value::Null)),
                _ => {}
            },
            Some(json) => {
                if let Some(value) = value(field, json, faults) {
                    values.push((field, value));
                }
            }
        }
    }
    values
}

/// A required integer that is no column, as `plan_id` of a new suite.
pub(super) fn extra_integer(
    element: &Map<String, Json>,
    name: &str,
    faults: &mut Faults,
) -> Option<i64> {
    match element.get(name) {
        None | Some(Json::Null) => {
            faults.required(name);
            None
        }
        Some(json) => {
            let integer = json.as_i64();
            if integer.is_none() {
                faults.must_be(name, kind_in_words(Kind::Integer));
            }
            integer
        }
    }
}

/// Texts are not converted: nobody knows whether the service takes `"1"` for 1, so a client must not
/// count on it. That 0 and 1 stand for false and true is known (CLI).
fn value(field: &Field, json: &Json, faults: &mut Faults) -> Option<Value> {
    let value = match (field.kind, json) {
        (Kind::Integer, Json::Number(number)) => number.as_i64().map(Value::Integer),
        (Kind::Number, Json::Number(number)) => number.as_f64().map(Value::Real),
        (Kind::Boolean, Json::Bool(value)) => Some(Value::Integer(i64::from(*value))),
        (Kind::Boolean, Json::Number(number)) => {
            number.as_i64().filter(|number| matches!(number, 0 | 1)).map(Value::Integer)
        }
        (Kind::Text, Json::String(text)) => {
            if text.contains('\0') {
                faults.add(field.name, holds_nul(field.name));
                return None;
            }
            Some(Value::Text(text.clone()))
        }
        (Kind::Name, Json::String(text)) => {
            if let Some(fault) = name_fault(text) {
                faults.add(field.name, fault);
                return None;
            }
            Some(Value::Text(text.clone()))
        }
        _ => None,
    };
    if value.is_none() {
        faults.must_be(field.name, kind_in_words(field.kind));
    }
    value
}

/// Why `text` cannot be a name.
pub(super) fn name_fault(text: &str) -> Option<String> {
    if text.contains('\0') {
        Some(holds_nul("name"))
    } else if text.trim().is_empty() {
        Some("The name field is required.".to_owned())
    } else if text.chars().count() > NAME_CHARS {
        Some(format!("The name may not be greater than {NAME_CHARS} characters."))
    } else {
        None
    }
}

/// PostgreSQL, which the service uses (its error codes say so), cannot store U+0000.
fn holds_nul(field: &str) -> String {
    format!("The {field} may not hold a NUL character.")
}
