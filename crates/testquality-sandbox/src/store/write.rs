//! Creates, updates, deletes and restores rows.
//!
//! A request is one transaction, so an array with an invalid element changes nothing. What the service
//! does is unknown; for an importer, this is harder than a response that tells which elements were saved.

use serde_json::{Map, Value as Json, json};

use super::read::append_row;
use super::variants::LATE;
use super::writer::Writer;
use super::{MAX_ELEMENTS, Store, links};
use crate::error::ApiError;
use crate::path::ResourcePath;
use crate::resources::{OnCreate, Resource};

/// The response to a create or update.
#[derive(Debug)]
pub(crate) struct Saved {
    /// Whether at least one row was created.
    pub(crate) created: bool,
    /// The row, or an array of the rows in the order of the request.
    pub(crate) json: Vec<u8>,
}

impl Store {
    /// Creates a row from an object, or from every object of an array. Objects with an `id` update
    /// their row instead.
    pub(crate) fn save(&self, path: &ResourcePath, mut body: Json) -> Result<Saved, ApiError> {
        set_parents(&mut body, path);
        let mut late_runs = Vec::new();
        let saved = self.write(|transaction| {
            links::scope(transaction, path)?;
            let mut writer = Writer::new(transaction, self.variants);
            let saved = for_each_element(&body, |element, json| {
                if element.get("id").is_some_and(|id| !id.is_null()) {
                    update_row(&mut writer, path, id_of(element)?, element, json)?;
                    return Ok(false);
                }
                let row = writer.create(path.resource, element)?;
                // For example, a plan that is created within a suite would not contain it.
                links::check(transaction, path, row.id).map_err(|error| match error {
                    ApiError::NotFound(_) => {
                        ApiError::BadRequest("The row would not belong there.".to_owned())
                    }
                    other => other,
                })?;
                append_row(transaction, json, path.resource, row.id, row.extra, &[])?;
                Ok(true)
            });
            late_runs = std::mem::take(&mut writer.late_runs);
            saved
        })?;
        self.fill_later(late_runs);
        Ok(saved)
    }

    /// Fills runs after the response. If the process ends before, they stay empty.
    fn fill_later(&self, runs: Vec<i64>) {
        if runs.is_empty() {
            return;
        }
        let store = self.clone();
        std::thread::spawn(move || {
            std::thread::sleep(LATE);
            let filled = store.write(|transaction| {
                let writer = Writer::new(transaction, store.variants);
                runs.iter().try_for_each(|run| writer.fill_run(*run))
            });
            if let Err(error) = filled {
                tracing::warn!(?error, "cannot fill a run");
            }
        });
    }

    /// Updates the rows that the `id`s in an array name.
    pub(crate) fn update_many(
        &self,
        path: &ResourcePath,
        body: &Json,
    ) -> Result<Vec<u8>, ApiError> {
        check_is_array(body)?;
        self.write(|transaction| {
            let mut writer = Writer::new(transaction, self.variants);
            let saved = for_each_element(body, |element, json| {
                update_row(&mut writer, path, id_of(element)?, element, json)?;
                Ok(false)
            })?;
            Ok(saved.json)
        })
    }

    /// Updates one row.
    pub(crate) fn update(
        &self,
        path: &ResourcePath,
        id: i64,
        body: &Json,
    ) -> Result<Vec<u8>, ApiError> {
        let Json::Object(element) = body else {
            return Err(ApiError::BadRequest("An object is expected.".to_owned()));
        };
        self.write(|transaction| {
            let mut json = Vec::new();
            update_row(&mut Writer::new(transaction, self.variants), path, id, element, &mut json)?;
            Ok(json)
        })
    }

    /// Deletes one live row.
    pub(crate) fn delete(&self, path: &ResourcePath, id: i64) -> Result<Vec<u8>, ApiError> {
        self.write(|transaction| {
            links::check(transaction, path, id)?;
            if !Writer::new(transaction, self.variants).delete(path.resource, id)? {
                return Err(ApiError::no_row(path.resource.model, id));
            }
            // The SDK expects a message; its text is our choice.
            let message = format!("{} deleted.", path.resource.model);
            Ok(json!({"message": message}).to_string().into_bytes())
        })
    }

    /// Deletes the rows that the `id`s in an array name, and returns their number. Rows that are
    /// already deleted are neither counted nor an error (our choice).
    pub(crate) fn delete_many(
        &self,
        path: &ResourcePath,
        body: &Json,
    ) -> Result<Vec<u8>, ApiError> {
        check_is_array(body)?;
        self.write(|transaction| {
            let mut writer = Writer::new(transaction, self.variants);
            let mut count = 0;
            for_each_element(body, |element, _| {
                let id = id_of(element)?;
                links::check(transaction, path, id)?;
                count += i64::from(writer.delete(path.resource, id)?);
                Ok(false)
            })?;
            Ok(json!({ "count": count }).to_string().into_bytes())
        })
    }

    /// Restores a deleted row and the rows that were deleted with it. A live row does not change.
    ///
    /// The body may name where to place the row, unless it is there already: a `suite_id` for a test,
    /// a `plan_id` for a suite, as a number or text (CLI).
    pub(crate) fn restore(
        &self,
        resource: &'static Resource,
        id: i64,
        body: &Json,
    ) -> Result<Vec<u8>, ApiError> {
        self.write(|transaction| {
            let mut writer = Writer::new(transaction, self.variants);
            writer.restore(resource, id)?;
            let mut json = Vec::new();
            append_row(transaction, &mut json, resource, id, None, &[])?;
            let field = match resource.on_create {
                OnCreate::PlaceTest => "suite_id",
                OnCreate::PlaceSuite => "plan_id",
                OnCreate::Nothing | OnCreate::AddRoots | OnCreate::FillRun | OnCreate::AddSteps => {
                    return Ok(json);
                }
            };
            if let Some(target) = body.get(field).filter(|target| !target.is_null()) {
                let target_id = match target {
                    Json::String(text) => text.parse().ok(),
                    number => number.as_i64(),
                };
                let target_id = target_id.ok_or_else(|| ApiError::must_be(field, "an integer"))?;
                writer.place_if_absent(resource, id, target_id)?;
            }
            Ok(json)
        })
    }
}

/// Updates a row, and appends it to `json`.
fn update_row(
    writer: &mut Writer<'_>,
    path: &ResourcePath,
    id: i64,
    element: &Map<String, Json>,
    json: &mut Vec<u8>,
) -> Result<(), ApiError> {
    links::check(writer.transaction, path, id)?;
    writer.update(path.resource, id, element)?;
    append_row(writer.transaction, json, path.resource, id, None, &[])
}

/// Calls `save` with an object or each object of an array. It appends its row to the response and
/// returns whether it created the row.
fn for_each_element(
    body: &Json,
    mut save: impl FnMut(&Map<String, Json>, &mut Vec<u8>) -> Result<bool, ApiError>,
) -> Result<Saved, ApiError> {
    let mut json = Vec::new();
    let mut created = false;
    match body {
        Json::Object(element) => created = save(element, &mut json)?,
        Json::Array(elements) if elements.len() > MAX_ELEMENTS => {
            return Err(ApiError::TooManyElements);
        }
        Json::Array(elements) => {
            json.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                let Json::Object(element) = element else {
                    let message = "Every element must be an object.";
                    return Err(ApiError::BadRequest(message.to_owned()));
                };
                if index > 0 {
                    json.push(b',');
                }
                created |= save(element, &mut json)?;
            }
            json.push(b']');
        }
        _ => {
            return Err(ApiError::BadRequest("An object or an array is expected.".to_owned()));
        }
    }
    Ok(Saved { created, json })
}

/// Makes new rows belong to the parents in the path, unless they name others (our choice).
fn set_parents(body: &mut Json, path: &ResourcePath) {
    let elements = match body {
        Json::Array(elements) => elements.as_mut_slice(),
        element => std::slice::from_mut(element),
    };
    for element in elements.iter_mut().filter_map(Json::as_object_mut) {
        for (parent, id) in &path.parents {
            element.entry(format!("{}_id", parent.name)).or_insert_with(|| (*id).into());
        }
        if let Some((parent, id)) = path.parents.last()
            && path.resource.is_about_any_row()
            && path.resource.field(&format!("{}_id", parent.name)).is_none()
        {
            element.entry("related_id").or_insert_with(|| (*id).into());
            element.entry("related_type").or_insert_with(|| parent.model.into());
        }
    }
}

fn check_is_array(body: &Json) -> Result<(), ApiError> {
    if body.is_array() {
        Ok(())
    } else {
        Err(ApiError::BadRequest("An array is expected.".to_owned()))
    }
}

fn id_of(element: &Map<String, Json>) -> Result<i64, ApiError> {
    let id = element.get("id").and_then(Json::as_i64);
    id.ok_or_else(|| ApiError::must_be("id", "an integer"))
}
