//! Creates, updates, deletes, restores. A request is one transaction: an array with a bad element
//! leaves nothing. Nobody knows what the service does with one; for an importer this is harder than
//! being told which elements went in.

use serde_json::{Map, Value as Json, json};

use super::read::append_row;
use super::writing::Writing;
use super::{MAX_ELEMENTS, Store, links};
use crate::error::{ApiError, Faults};
use crate::resources::{Creation, Resource};
use crate::target::Within;

/// The answer to a create or update.
#[derive(Debug)]
pub(crate) struct Saved {
    /// Whether a row was created.
    pub(crate) created: bool,
    /// The row, or the array of rows in the order of the request.
    pub(crate) json: Vec<u8>,
}

impl Store {
    /// Creates from an object or from every object of an array; those with an `id` are updated.
    pub(crate) fn save(
        &self,
        resource: &'static Resource,
        within: &Within,
        mut body: Json,
    ) -> Result<Saved, ApiError> {
        name_parents(&mut body, within);
        self.write(|transaction| {
            links::scope(transaction, within, resource)?;
            let mut writing = Writing::begin(transaction);
            each(&body, |element, json| match element.get("id") {
                None | Some(Json::Null) => {
                    let row = writing.create(resource, element)?;
                    // A plan that is created within a suite would not hold it, for example.
                    links::check(transaction, within, resource, row.id).map_err(
                        |error| match error {
                            ApiError::NotFound(_) => {
                                ApiError::BadRequest("The row would not stand there.".to_owned())
                            }
                            other => other,
                        },
                    )?;
                    append_row(transaction, json, resource, row.id, row.extra, &[])?;
                    Ok(true)
                }
                Some(id) => {
                    let id = integer_id(id)?;
                    links::check(transaction, within, resource, id)?;
                    writing.update(resource, id, element)?;
                    append_row(transaction, json, resource, id, None, &[])?;
                    Ok(false)
                }
            })
        })
    }

    /// Updates every object of an array by its `id`.
    pub(crate) fn update_many(
        &self,
        resource: &'static Resource,
        within: &Within,
        body: &Json,
    ) -> Result<Saved, ApiError> {
        if !body.is_array() {
            return Err(ApiError::BadRequest("An array is expected.".to_owned()));
        }
        self.write(|transaction| {
            let mut writing = Writing::begin(transaction);
            each(body, |element, json| {
                let id = integer_id(element.get("id").unwrap_or(&Json::Null))?;
                links::check(transaction, within, resource, id)?;
                writing.update(resource, id, element)?;
                append_row(transaction, json, resource, id, None, &[])?;
                Ok(false)
            })
        })
    }

    /// Updates one row.
    pub(crate) fn update(
        &self,
        resource: &'static Resource,
        within: &Within,
        id: i64,
        body: &Json,
    ) -> Result<Vec<u8>, ApiError> {
        let Json::Object(element) = body else {
            return Err(ApiError::BadRequest("An object is expected.".to_owned()));
        };
        self.write(|transaction| {
            links::check(transaction, within, resource, id)?;
            Writing::begin(transaction).update(resource, id, element)?;
            let mut json = Vec::new();
            append_row(transaction, &mut json, resource, id, None, &[])?;
            Ok(json)
        })
    }

    /// Hides one live row.
    pub(crate) fn delete(
        &self,
        resource: &'static Resource,
        within: &Within,
        id: i64,
    ) -> Result<Vec<u8>, ApiError> {
        self.write(|transaction| {
            links::check(transaction, within, resource, id)?;
            if Writing::begin(transaction).delete(resource, id)? {
                // That there is a message is known (SDK); its words are ours.
                Ok(json!({"message": format!("{} deleted.", resource.model)})
                    .to_string()
                    .into_bytes())
            } else {
                Err(ApiError::no_row(resource.model, id))
            }
        })
    }

    /// Hides the rows whose ids an array names, and says how many there were: rows that are gone
    /// already are not counted and no error (our choice).
    pub(crate) fn delete_many(
        &self,
        resource: &'static Resource,
        within: &Within,
        body: &Json,
    ) -> Result<Vec<u8>, ApiError> {
        if !body.is_array() {
            return Err(ApiError::BadRequest("An array is expected.".to_owned()));
        }
        self.write(|transaction| {
            let mut writing = Writing::begin(transaction);
            let mut count = 0;
            each(body, |element, _| {
                let id = integer_id(element.get("id").unwrap_or(&Json::Null))?;
                links::check(transaction, within, resource, id)?;
                count += i64::from(writing.delete(resource, id)?);
                Ok(false)
            })?;
            Ok(json!({ "count": count }).to_string().into_bytes())
        })
    }

    /// Shows a deleted row again, and the rows that went with it. A live row stays as it is.
    ///
    /// The body may say where to: `suite_id` for a test, `plan_id` for a suite, as numbers or as
    /// texts (CLI). The row is placed there too, unless it is there already.
    pub(crate) fn restore(
        &self,
        resource: &'static Resource,
        id: i64,
        body: &Json,
    ) -> Result<Vec<u8>, ApiError> {
        self.write(|transaction| {
            let mut writing = Writing::begin(transaction);
            writing.restore(resource, id)?;
            let mut json = Vec::new();
            append_row(transaction, &mut json, resource, id, None, &[])?;
            let place = match resource.creation {
                Creation::Test => "suite_id",
                Creation::Suite => "plan_id",
                Creation::Plain | Creation::Project | Creation::Run => return Ok(json),
            };
            if let Some(named) = body.get(place).filter(|named| !named.is_null()) {
                let place_id = match named {
                    Json::String(text) => text.parse().ok(),
                    number => number.as_i64(),
                };
                let place_id = place_id.ok_or_else(|| {
                    let mut faults = Faults::default();
                    faults.must_be(place, "an integer");
                    ApiError::Invalid(faults)
                })?;
                writing.place(resource, id, place_id)?;
            }
            Ok(json)
        })
    }
}

/// Runs `save` on an object or on each object of an array, and collects what it writes.
fn each(
    body: &Json,
    mut save: impl FnMut(&Map<String, Json>, &mut Vec<u8>) -> Result<bool, ApiError>,
) -> Result<Saved, ApiError> {
    let mut json = Vec::new();
    let created = match body {
        Json::Object(element) => save(element, &mut json)?,
        Json::Array(elements) if elements.len() > MAX_ELEMENTS => return Err(ApiError::TooMany),
        Json::Array(elements) => {
            let mut created = false;
            json.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                let Json::Object(element) = element else {
                    return Err(ApiError::BadRequest(
                        "Every element must be an object.".to_owned(),
                    ));
                };
                if index > 0 {
                    json.push(b',');
                }
                created |= save(element, &mut json)?;
            }
            json.push(b']');
            created
        }
        _ => {
            return Err(ApiError::BadRequest("An object or an array is expected.".to_owned()));
        }
    };
    Ok(Saved { created, json })
}

/// A row that is created within others belongs to them, unless it says otherwise (our choice).
fn name_parents(body: &mut Json, within: &Within) {
    let elements = match body {
        Json::Array(elements) => elements.as_mut_slice(),
        element => std::slice::from_mut(element),
    };
    for element in elements.iter_mut().filter_map(Json::as_object_mut) {
        for (parent, id) in within {
            element.entry(format!("{}_id", parent.name)).or_insert_with(|| (*id).into());
        }
    }
}

fn integer_id(id: &Json) -> Result<i64, ApiError> {
    id.as_i64().ok_or_else(|| {
        let mut faults = Faults::default();
        faults.must_be("id", "an integer");
        ApiError::Invalid(faults)
    })
}
