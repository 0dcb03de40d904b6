//! Answers: bodies read up to a limit, JSON errors with their path, and the classification of errors.

use std::error::Error as _;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::StatusCode;
use reqwest::header::{LOCATION, RETRY_AFTER};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::RequestError;
use super::redact::redact;
use super::wire::ErrorBody;
use test_reports::text;

/// The largest error body that is read, in bytes.
const ERROR_BODY_LIMIT: usize = 256 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The longest part of an answer that a message repeats, in characters: at most 2 KiB.
const DETAIL_CHARS: usize = 500;

/// What a server said, for a message: without control sequences and the token, then cut.
fn detail(said: &str) -> String {
    text::cut(&redact(&text::clean(said)), DETAIL_CHARS).into_owned()
}

/// A row or rows in `data`, as some frameworks send them.
#[derive(Deserialize)]
struct Wrapped<T> {
    data: T,
}

/// The value of a successful answer.
pub(super) fn decode<T: DeserializeOwned>(
    status: StatusCode,
    body: &[u8],
) -> Result<T, RequestError> {
    let error = match decode_plain(status, body) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if let Ok(Wrapped { data }) = serde_json::from_slice(body) {
        return Ok(data);
    }
    let said = serde_json::from_slice::<ErrorBody>(body).ok();
    match (said.and_then(|said| words_of(said.message, said.error, None)), error) {
        (Some(words), RequestError::Unreadable { status, detail: why }) => {
            Err(RequestError::Unreadable {
                status,
                detail: detail(&format!("{why}; it says: {words}")),
            })
        }
        (_, error) => Err(error),
    }
}

fn decode_plain<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, RequestError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let said = if path == "." {
            error.inner().to_string()
        } else {
            format!("at {path}: {}", error.inner())
        };
        unreadable(status, &said)
    })?;
    deserializer.end().map_err(|error| unreadable(status, &error.to_string()))?;
    Ok(value)
}

/// The error for an answer that is not what it should be.
pub(super) fn unreadable(status: StatusCode, said: &str) -> RequestError {
    RequestError::Unreadable { status: status.as_u16(), detail: detail(said) }
}

/// What the JSON reader says without ` at line 1 column 7`, which is not a position in the whole answer.
pub(super) fn without_position(said: &str) -> String {
    let Some((before, after)) = said.rsplit_once(" at line ") else { return said.to_owned() };
    let is_position = |c: char| c.is_ascii_digit() || " column".contains(c);
    format!("{before}{}", after.trim_start_matches(is_position))
}

/// JSON without the byte order mark with which some servers begin it.
pub(super) fn without_mark(json: &[u8]) -> &[u8] {
    json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json)
}

pub(super) async fn read_body(
    mut response: reqwest::Response,
    limit: usize,
) -> Result<Bytes, RequestError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| transport_error(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(RequestError::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    let body = body.freeze();
    Ok(body.slice_ref(without_mark(&body)))
}

pub(super) async fn status_error(response: reqwest::Response) -> RequestError {
    let status = response.status().as_u16();
    if response.status().is_redirection() {
        let location = response
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("nowhere");
        let location = location.split(['?', '#']).next().unwrap_or_default();
        return RequestError::Redirect { status, location: detail(location) };
    }
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(parse_retry_after);
    let body = read_body(response, ERROR_BODY_LIMIT).await.unwrap_or_default();
    let parsed: ErrorBody = serde_json::from_slice(&body).unwrap_or_default();
    let ErrorBody { message, error, validation_errors, errors, code } = parsed;
    let message = words_of(message, error, validation_errors.or(errors));
    RequestError::Status {
        status,
        message: message.map(|words| detail(&words)),
        code: code.and_then(flatten).map(|code| detail(&code)),
        retry_after,
    }
}

/// What an error body says; none if it says nothing.
fn words_of(
    message: Option<serde_json::Value>,
    error: Option<serde_json::Value>,
    fields: Option<serde_json::Value>,
) -> Option<String> {
    let said =
        [message.and_then(flatten).or_else(|| error.and_then(flatten)), fields.and_then(flatten)];
    let words: Vec<String> = said.into_iter().flatten().collect();
    Some(words.join(": ")).filter(|words| !words.is_empty())
}

/// A message as text: a string as it is, `{"name": ["too long"]}` as `name: too long`.
fn flatten(value: serde_json::Value) -> Option<String> {
    use serde_json::Value;
    let words = match value {
        Value::Null => return None,
        Value::String(words) => words,
        Value::Array(items) => items.into_iter().filter_map(flatten).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields
            .into_iter()
            .filter_map(|(field, value)| flatten(value).map(|words| format!("{field}: {words}")))
            .collect::<Vec<_>>()
            .join("; "),
        other => other.to_string(),
    };
    Some(words).filter(|words| !words.is_empty())
}

/// `Retry-After` in seconds or as an HTTP date; a date in the past and invalid text count as absent.
fn parse_retry_after(value: &str) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = httpdate::parse_http_date(value.trim()).ok()?;
    moment.duration_since(std::time::SystemTime::now()).ok()
}

pub(super) fn transport_error(error: &reqwest::Error) -> RequestError {
    let reason = chain(error);
    if let Some(certificate) = certificate_error(error) {
        return RequestError::Certificate(certificate);
    }
    if error.is_connect() || error.is_builder() {
        return RequestError::NotSent(plain(&reason));
    }
    if error.is_timeout() {
        return RequestError::NoAnswer("timed out".to_owned());
    }
    RequestError::NoAnswer(reason)
}

fn certificate_error(error: &reqwest::Error) -> Option<String> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(cause) = next {
        // `source` of an `io::Error` skips the error that it wraps, and one may wrap another.
        let mut inner = Some(cause);
        while let Some(error) = inner {
            if let Some(rustls::Error::InvalidCertificate(reason)) = error.downcast_ref() {
                return Some(reason.to_string());
            }
            let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
            inner = wrapped.map(|wrapped| wrapped as &(dyn std::error::Error + 'static));
        }
        next = cause.source();
    }
    None
}

/// The layers of the HTTP client between its error and the cause.
const LAYERS: [&str; 4] =
    ["client error (Connect): ", "tcp connect error: ", "dns error: ", "error resolving DNS: "];

/// The reason that a connection failed without the layers that passed it on: `connection refused`.
fn plain(reason: &str) -> String {
    let mut plain = reason;
    while let Some(rest) = LAYERS.iter().find_map(|layer| plain.strip_prefix(layer)) {
        plain = rest;
    }
    let cut = plain.rfind(" (os error ").filter(|_| plain.ends_with(')'));
    plain = cut.and_then(|end| plain.get(..end)).unwrap_or(plain);
    let mut characters = plain.chars();
    match characters.next() {
        // Not an abbreviation such as `TLS`.
        Some(first) if !characters.clone().next().is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => plain.to_owned(),
    }
}

/// The causes of `error` in one line, without the outermost: it names the URL, which the caller reports itself.
pub(super) fn chain(error: &reqwest::Error) -> String {
    let mut words = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if words.last() != Some(&said) {
            words.push(said);
        }
        next = cause.source();
    }
    if words.is_empty() {
        let mut bare = error.to_string();
        if let Some(url) = error.url() {
            bare = bare.replace(&format!(" for url ({url})"), "");
        }
        return bare;
    }
    words.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_a_failed_connection_is_in_plain_words() {
        for (reason, said) in [
            (
                "client error (Connect): tcp connect error: Connection refused (os error 111)",
                "connection refused",
            ),
            (
                "client error (Connect): dns error: error resolving DNS: failed to lookup address information: Name or service not known",
                "failed to lookup address information: Name or service not known",
            ),
            ("client error (Connect): TLS handshake (1)", "TLS handshake (1)"),
            ("", ""),
        ] {
            assert_eq!(plain(reason), said);
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(parse_retry_after("30"), Some(Duration::from_secs(30)));
        assert_eq!(parse_retry_after("-1"), None);
        assert_eq!(parse_retry_after("soon"), None);
        assert_eq!(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), None);
        let later = std::time::SystemTime::now() + Duration::from_secs(90);
        let asked = parse_retry_after(&httpdate::fmt_http_date(later)).unwrap();
        assert!(asked > Duration::from_secs(80) && asked <= Duration::from_secs(90));
    }

    #[test]
    fn messages_of_every_shape_become_text() {
        let words = |json: &str| flatten(serde_json::from_str(json).unwrap());
        assert_eq!(words(r#""Unauthenticated.""#).as_deref(), Some("Unauthenticated."));
        assert_eq!(
            words(r#"{"name":["too long","odd"],"x":null}"#).as_deref(),
            Some("name: too long, odd")
        );
        assert_eq!(words("null"), None);
        assert_eq!(words("[]"), None);
    }

    #[test]
    fn decode_errors_name_the_json_path() {
        #[derive(Debug, serde::Deserialize)]
        struct Row {
            #[expect(dead_code, reason = "only decoded")]
            id: u64,
        }
        let error = decode::<Vec<Row>>(StatusCode::OK, br#"[{"id":1},{"id":"x"}]"#).unwrap_err();
        assert!(error.to_string().contains("at [1].id"), "{error}");
        let error = decode::<Vec<Row>>(StatusCode::OK, b"[{\"id\":1}").unwrap_err();
        assert!(error.to_string().contains("200 OK, but the response cannot be read"), "{error}");
        assert!(decode::<Vec<Row>>(StatusCode::OK, b"[] junk").is_err());
        let long = format!("[{{\"id\":\"\\u001b[31m{}\"}}]", "x".repeat(5_000_000));
        let error = decode::<Vec<Row>>(StatusCode::OK, long.as_bytes()).unwrap_err().to_string();
        assert!(error.len() < 2048 && !error.contains('\u{1b}'), "{error}");
    }
}
