//! Shapes of responses that web frameworks produce, and that no documentation of the service excludes.

use axum::http::header::CONNECTION;
use axum::http::{HeaderMap, HeaderValue};
use serde_json::{Value as Json, json};

/// How a response looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The rows of a list are an object by their ids, as of a filtered PHP array.
    Keyed,
    /// Rows are in `data`, and the numbers of a list in `meta`, as of Laravel's API resources.
    Wrapped,
    /// Rows are without ids.
    Bare,
    /// Numbers and booleans are strings.
    Strings,
    /// Times are without a zone.
    LocalTimes,
    /// Times are seconds since 1970.
    UnixTimes,
    /// JSON begins with a byte order mark.
    Marked,
    /// The body says only that it went well.
    Message,
    /// The connection is closed after each response.
    Close,
    /// A list counts one row more than there are.
    Miscounted,
}

impl Shape {
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "keyed" => Self::Keyed,
            "wrapped" => Self::Wrapped,
            "bare" => Self::Bare,
            "strings" => Self::Strings,
            "local-times" => Self::LocalTimes,
            "unix-times" => Self::UnixTimes,
            "marked" => Self::Marked,
            "message" => Self::Message,
            "close" => Self::Close,
            "miscounted" => Self::Miscounted,
            _ => return None,
        })
    }

    pub(super) fn change_json(self, json: &mut Json) {
        match self {
            Self::Keyed => {
                if let Some(rows) = json.get_mut("data").filter(|rows| rows.is_array()) {
                    let by_id = |row: &Json| (row["id"].to_string(), row.clone());
                    *rows = rows.as_array().into_iter().flatten().map(by_id).collect();
                }
            }
            Self::Wrapped if json.get("current_page").is_some() => {
                let names = ["current_page", "last_page", "per_page", "total"];
                let meta: Json =
                    names.map(|name| (name.to_owned(), json[name].clone())).into_iter().collect();
                *json = json!({"data": json["data"].take(), "links": {}, "meta": meta});
            }
            Self::Wrapped => *json = json!({"data": json.take()}),
            Self::Bare => each_field(json, &mut |name, _| name != "id"),
            Self::Strings => each_field(json, &mut |_, value| {
                if value.is_number() || value.is_boolean() {
                    *value = Json::String(value.to_string());
                }
                true
            }),
            Self::LocalTimes | Self::UnixTimes => each_field(json, &mut |name, value| {
                let time = value.as_str().filter(|_| name.ends_with("_at"));
                if let Some(time) = time.and_then(|text| text.parse::<jiff::Timestamp>().ok()) {
                    *value = if self == Self::UnixTimes {
                        time.as_second().into()
                    } else {
                        time.strftime("%Y-%m-%d %H:%M:%S").to_string().into()
                    };
                }
                true
            }),
            Self::Message => *json = json!({"success": true, "message": "Done."}),
            Self::Miscounted => {
                if let Some(total) = json.get("total").and_then(Json::as_u64) {
                    json["total"] = (total + 1).into();
                }
            }
            Self::Marked | Self::Close => {}
        }
    }

    pub(super) fn change_headers(self, headers: &mut HeaderMap) {
        if self == Self::Close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }

    /// What comes before the body.
    pub(super) fn prefix(self) -> &'static str {
        if self == Self::Marked { "\u{feff}" } else { "" }
    }
}

/// Keeps the fields, at any depth, for which `change` is true.
fn each_field(json: &mut Json, change: &mut impl FnMut(&str, &mut Json) -> bool) {
    match json {
        Json::Array(rows) => rows.iter_mut().for_each(|row| each_field(row, change)),
        Json::Object(fields) => fields.retain(|name, value| {
            each_field(value, change);
            change(name, value)
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(shape: &str, mut json: Json) -> String {
        Shape::parse(shape).unwrap().change_json(&mut json);
        json.to_string()
    }

    #[test]
    fn responses_take_the_shapes_of_web_frameworks() {
        let row = || json!({"id": 7, "is_root": true, "created_at": "2026-01-02T03:04:05.678Z"});
        let list = || json!({"current_page": 1, "data": [row()], "last_page": 1, "per_page": 15, "total": 1});
        assert!(changed("keyed", list()).contains(r#""data":{"7":{"#));
        assert!(changed("wrapped", list()).contains(r#""meta":{"current_page":1"#));
        assert!(changed("wrapped", row()).starts_with(r#"{"data":{"#));
        assert!(!changed("bare", list()).contains(r#""id""#));
        let strings = changed("strings", list());
        assert!(strings.contains(r#""id":"7""#) && strings.contains(r#""total":"1""#), "{strings}");
        assert!(changed("local-times", row()).contains(r#""2026-01-02 03:04:05""#));
        assert!(changed("unix-times", row()).contains("1767323045"));
        assert!(changed("miscounted", list()).contains(r#""total":2"#));
        assert!(!changed("message", row()).contains("id"));
    }
}
