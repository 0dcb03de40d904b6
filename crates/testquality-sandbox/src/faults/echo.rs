//! Responses that repeat the token of the request, as debug pages of web frameworks do.

use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value as Json, json};
use url::form_urlencoded;

/// The bearer token of a request; empty without one.
pub(super) fn token(headers: &HeaderMap) -> String {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned()
}

/// A response with `status` that has the token wherever a client may look.
pub(super) fn response(status: StatusCode, headers: &HeaderMap) -> Response {
    let token = token(headers);
    let said = said(&token);
    let page = json!({
        "message": {&*token: [said]},
        "errors": {&*token: [said]},
        "validation_errors": {"name": [said]},
        "code": token, "title": said, "exception_class": token, "trace": [said],
        // Where a client expects a row or a list.
        "id": token, "project_id": token, "name": token,
        "current_page": token, "last_page": token, "total": token, "data": token,
    });
    let mut response = (status, axum::Json(page)).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (LOCATION, format!("https://{token}.example/{token}?token={token}")),
        (CONTENT_TYPE, format!("application/json; token={token}")),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// The token as it is, in the ways in which texts are escaped, and between control sequences.
fn said(token: &str) -> String {
    let url: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
    let html = token.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let json = Json::from(token).to_string().replace('/', "\\/");
    format!("\u{1b}[31m{token}\u{1b}[0m\r\n{url} {html} {json} Bearer {token}")
}

/// A JSON body with the token in all names.
pub(super) fn in_names(token: &str, body: &[u8]) -> Option<Bytes> {
    fn change(json: &mut Json, token: &str) {
        match json {
            Json::Array(rows) => rows.iter_mut().for_each(|row| change(row, token)),
            Json::Object(fields) => {
                for (name, value) in fields.iter_mut() {
                    match value {
                        Json::String(text) if name == "name" => text.push_str(&said(token)),
                        value => change(value, token),
                    }
                }
            }
            _ => {}
        }
    }
    let mut json: Json = serde_json::from_slice(body).ok()?;
    change(&mut json, token);
    Some(Bytes::from(json.to_string()))
}
