//! What a server does to every request and response that a rule matches: all behaviours of a request apply together.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::Uri;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value as Json;
use url::form_urlencoded;

use super::inject::{MAX_BODY_BYTES, read_all};
use super::shape::Shape;

/// A lasting peculiarity of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Behaviour {
    /// Omits younger rows from lists.
    Lag(Duration),
    /// Sends ids as strings.
    StringIds,
    /// Ignores this parameter of a query.
    Ignores(Parameter),
    /// Finds nothing if a query has this parameter.
    Nothing(Parameter),
    /// Reads only the first of the values of this parameter.
    FirstOf(Parameter),
    /// Changes a field before it stores it.
    Stores(String, FieldChange),
    /// Changes a field whenever it sends it.
    Serves(String, FieldChange),
    /// Sends successful responses in this shape.
    Answers(Shape),
}

/// A parameter of a query by its name, or `-in`: every parameter with that ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter(pub(super) String);

impl Parameter {
    fn is(&self, name: &str) -> bool {
        if self.0 == "-in" { name.ends_with("-in") } else { self.0 == name }
    }

    fn is_in(&self, query: &str) -> bool {
        form_urlencoded::parse(query.as_bytes()).any(|(name, _)| self.is(&name))
    }
}

/// What becomes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldChange {
    /// It is left out.
    Drop,
    /// It is null.
    Null,
    /// It is 0.
    Zero,
    /// Text is wrapped in a paragraph of HTML.
    Wrap,
    /// Text loses the white space around it.
    Trim,
    /// Text becomes lower case.
    Lower,
    /// HTML characters in text are escaped.
    Escape,
    /// Text is rendered as Markdown is: line breaks and emphasis become tags.
    Render,
    /// Characters beyond ASCII become `?`.
    Ascii,
    /// Text is cut after this number of characters.
    Cut(usize),
}

impl FieldChange {
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "drop" => Self::Drop,
            "null" => Self::Null,
            "zero" => Self::Zero,
            "wrap" => Self::Wrap,
            "trim" => Self::Trim,
            "lower" => Self::Lower,
            "escape" => Self::Escape,
            "render" => Self::Render,
            "ascii" => Self::Ascii,
            cut => Self::Cut(cut.strip_prefix("cut")?.parse().ok()?),
        })
    }

    /// The changed value; none if the field is left out. Only texts have a text to change.
    fn apply(self, value: &Json) -> Option<Json> {
        let text = match (self, value) {
            (Self::Drop, _) => return None,
            (Self::Null, _) => return Some(Json::Null),
            (Self::Zero, _) => return Some(0.into()),
            (_, Json::String(text)) => text,
            _ => return Some(value.clone()),
        };
        Some(Json::String(match self {
            Self::Trim => text.trim().to_owned(),
            Self::Lower => text.to_lowercase(),
            Self::Wrap => format!("<p>{text}</p>\r\n"),
            Self::Escape => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
            Self::Render => text.replace("**", "<b>").replace('\n', "<br>"),
            Self::Ascii => text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect(),
            Self::Cut(most) => text.chars().take(most).collect(),
            Self::Drop | Self::Null | Self::Zero => return None,
        }))
    }
}

/// Executes a request as a server with these behaviours does.
pub(super) async fn run(behaviours: &[Behaviour], request: Request, next: Next) -> Response {
    if behaviours.is_empty() {
        return next.run(request).await;
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    let response = next.run(change_request(behaviours, request, &query).await).await;
    let changes_response = |behaviour: &Behaviour| {
        use Behaviour::{FirstOf, Ignores, Stores};
        !matches!(behaviour, Ignores(_) | FirstOf(_) | Stores(..))
    };
    if !behaviours.iter().any(changes_response) {
        return response;
    }
    let (status, mut headers, body) = read_all(response).await;
    let changed = serde_json::from_slice::<Json>(&body).ok().filter(|_| status.is_success());
    let Some(mut json) = changed else { return (status, headers, body).into_response() };
    for behaviour in behaviours {
        // None if it is not a list.
        let _ = change_response(behaviour, &mut json, &query);
    }
    let mut prefix = "";
    for behaviour in behaviours {
        if let Behaviour::Answers(shape) = behaviour {
            shape.change_headers(&mut headers);
            prefix = shape.prefix();
        }
    }
    (status, headers, Bytes::from(format!("{prefix}{json}"))).into_response()
}

async fn change_request(behaviours: &[Behaviour], request: Request, query: &str) -> Request {
    let (mut parts, mut body) = request.into_parts();
    let changed = changed_query(behaviours, query);
    if changed != query
        && let Ok(uri) = format!("{}?{changed}", parts.uri.path()).parse::<Uri>()
    {
        parts.uri = uri;
    }
    if behaviours.iter().any(|behaviour| matches!(behaviour, Behaviour::Stores(..))) {
        let bytes = to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_default();
        let bytes = match serde_json::from_slice::<Json>(&bytes) {
            Ok(mut json) => {
                for behaviour in behaviours {
                    if let Behaviour::Stores(field, change) = behaviour {
                        change_field(&mut json, field, *change);
                    }
                }
                Bytes::from(json.to_string())
            }
            Err(_) => bytes,
        };
        parts.headers.insert(CONTENT_LENGTH, bytes.len().into());
        body = Body::from(bytes);
    }
    Request::from_parts(parts, body)
}

fn changed_query(behaviours: &[Behaviour], query: &str) -> String {
    let mut changed = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let mut value = &*value;
        let mut is_ignored = false;
        for behaviour in behaviours {
            match behaviour {
                Behaviour::Ignores(parameter) => is_ignored |= parameter.is(&name),
                Behaviour::FirstOf(parameter) if parameter.is(&name) => {
                    value = value.split(',').next().unwrap_or_default();
                }
                _ => {}
            }
        }
        if !is_ignored {
            changed.append_pair(&name, value);
        }
    }
    changed.finish()
}

/// None if the behaviour does not apply to the response.
fn change_response(behaviour: &Behaviour, json: &mut Json, query: &str) -> Option<()> {
    match behaviour {
        Behaviour::Lag(time) => {
            let visible_until = jiff::Timestamp::now().checked_sub(*time).ok()?;
            let created_at = |row: &Json| -> Option<jiff::Timestamp> {
                row.get("created_at")?.as_str()?.parse().ok()
            };
            retain(json, |row| created_at(row).is_none_or(|created| created <= visible_until))?;
        }
        Behaviour::Nothing(parameter) if parameter.is_in(query) => retain(json, |_| false)?,
        Behaviour::StringIds => ids_as_strings(json),
        Behaviour::Serves(field, change) => change_field(json, field, *change),
        Behaviour::Answers(shape) => shape.change_json(json),
        _ => {}
    }
    Some(())
}

/// Keeps these rows of a list.
fn retain(json: &mut Json, keeps: impl Fn(&Json) -> bool) -> Option<()> {
    let rows = json.get_mut("data")?.as_array_mut()?;
    let before = rows.len();
    rows.retain(keeps);
    let omitted = (before - rows.len()) as u64;
    let total = json.get("total")?.as_u64()?;
    json["total"] = total.saturating_sub(omitted).into();
    Some(())
}

/// Changes the field wherever it is.
fn change_field(json: &mut Json, field: &str, change: FieldChange) {
    match json {
        Json::Array(rows) => rows.iter_mut().for_each(|row| change_field(row, field, change)),
        Json::Object(fields) => {
            if let Some(value) = fields.get(field) {
                match change.apply(value) {
                    Some(changed) => drop(fields.insert(field.to_owned(), changed)),
                    None => drop(fields.remove(field)),
                }
            }
            for (_, value) in fields.iter_mut().filter(|(name, _)| *name != field) {
                change_field(value, field, change);
            }
        }
        _ => {}
    }
}

fn ids_as_strings(json: &mut Json) {
    match json {
        Json::Array(rows) => rows.iter_mut().for_each(ids_as_strings),
        Json::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if value.is_u64() && (name == "id" || name.ends_with("_id")) {
                    *value = Json::String(value.to_string());
                } else {
                    ids_as_strings(value);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_ignored_or_read_in_part() {
        let query = "test_id-in=1,2&plan_id=3&_sort=id";
        let parameter = |name: &str| Parameter(name.to_owned());
        assert_eq!(
            changed_query(&[Behaviour::Ignores(parameter("-in"))], query),
            "plan_id=3&_sort=id"
        );
        assert_eq!(
            changed_query(
                &[
                    Behaviour::FirstOf(parameter("-in")),
                    Behaviour::Ignores(parameter("_sort")),
                    Behaviour::Nothing(parameter("plan_id")),
                ],
                query
            ),
            "test_id-in=1&plan_id=3"
        );
        assert!(parameter("plan_id").is_in(query) && !parameter("id").is_in(query));
    }

    #[test]
    fn fields_change_wherever_they_are() {
        let changed = |change: &str, mut json: Json| {
            change_field(&mut json, "name", FieldChange::parse(change).unwrap());
            json.to_string()
        };
        let row = || serde_json::json!([{"name": " Ünd <b> "}, {"of": {"name": 7}}]);
        assert_eq!(changed("trim", row()), r#"[{"name":"Ünd <b>"},{"of":{"name":7}}]"#);
        assert_eq!(changed("cut2", row()), r#"[{"name":" Ü"},{"of":{"name":7}}]"#);
        assert_eq!(changed("ascii", row()), r#"[{"name":" ?nd <b> "},{"of":{"name":7}}]"#);
        assert_eq!(changed("zero", row()), r#"[{"name":0},{"of":{"name":0}}]"#);
        assert_eq!(changed("drop", row()), r#"[{},{"of":{}}]"#);
        assert_eq!(changed("escape", row()), r#"[{"name":" Ünd &lt;b&gt; "},{"of":{"name":7}}]"#);
    }
}
