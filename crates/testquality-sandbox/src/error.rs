//! Why a request is rejected, in the service's status codes and words.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::http::header::ALLOW;
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

use crate::store::MAX_ELEMENTS;

/// The maximum length of a response in bytes, for short requests that ask for large responses.
pub(crate) const MAX_RESPONSE_BYTES: usize = 128 * 1024 * 1024;

/// Messages by field, the `validation_errors` of a response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ValidationErrors(BTreeMap<String, Vec<String>>);

impl ValidationErrors {
    pub(crate) fn add(&mut self, field: &str, message: String) {
        self.0.entry(field.to_owned()).or_default().push(message);
    }

    /// `Err` if there is at least one error.
    pub(crate) fn into_result(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self)) }
    }

    /// The same messages under other field names.
    pub(crate) fn rename_fields(self, rename: impl Fn(String) -> String) -> Self {
        Self(self.0.into_iter().map(|(field, messages)| (rename(field), messages)).collect())
    }

    /// `field` is missing.
    pub(crate) fn required(&mut self, field: &str) {
        self.add(field, format!("The {} field is required.", with_spaces(field)));
    }

    /// `field` has the wrong type; `expected` is for example `an integer`.
    pub(crate) fn must_be(&mut self, field: &str, expected: &str) {
        self.add(field, format!("The {} must be {expected}.", with_spaces(field)));
    }

    /// `field` refers to a row that does not exist or does not fit.
    pub(crate) fn invalid_reference(&mut self, field: &str) {
        self.add(field, format!("The selected {} is invalid.", with_spaces(field)));
    }
}

fn with_spaces(field: &str) -> String {
    field.replace('_', " ")
}

/// Why a request is rejected or failed.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// No token, or a wrong one: 401 with the service's body (CLI).
    Unauthenticated,
    /// A foreign `Host` or `Origin`.
    Forbidden(&'static str),
    /// No such route or row.
    NotFound(String),
    /// The route accepts only these methods.
    MethodNotAllowed(&'static str),
    /// The request is malformed.
    BadRequest(String),
    /// Fields have invalid values: 400 with `validation_errors` (SDK).
    Invalid(ValidationErrors),
    /// The row conflicts with another one, or with its own newer version; with the database's code, if any.
    Conflict(&'static str, Option<&'static str>),
    /// The body is too long.
    BodyTooLong,
    /// The body did not arrive in time.
    BodyTooSlow,
    /// There is no room for the body, because others are read or executed.
    TooManyBodies,
    /// The request line is too long.
    RequestLineTooLong,
    /// The content type is not JSON.
    NotJson,
    /// The array has too many elements (the limit is the SDK's, the status our choice).
    TooManyElements,
    /// The database failed.
    Database(rusqlite::Error),
    /// The sandbox failed.
    Internal(String),
}

impl ApiError {
    /// No live row has this id.
    pub(crate) fn no_row(model: &str, id: i64) -> Self {
        Self::NotFound(format!("{model} {id} not found."))
    }

    pub(crate) fn no_route() -> Self {
        Self::NotFound("Route not found.".to_owned())
    }

    pub(crate) fn response_too_long() -> Self {
        Self::BadRequest("The response would be too long: request less.".to_owned())
    }

    /// A validation error for one field; see [`ValidationErrors::must_be`].
    pub(crate) fn must_be(field: &str, expected: &str) -> Self {
        let mut errors = ValidationErrors::default();
        errors.must_be(field, expected);
        Self::Invalid(errors)
    }

    /// The status and JSON body for the client. Failures of the sandbox are logged.
    pub(crate) fn into_response_parts(self) -> (StatusCode, Json) {
        let (status, message) = match self {
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "Unauthenticated.".to_owned()),
            Self::Forbidden(message) => (StatusCode::FORBIDDEN, message.to_owned()),
            Self::NotFound(message) => (StatusCode::NOT_FOUND, message),
            Self::MethodNotAllowed(_) => {
                let message = "The method is not supported here.";
                (StatusCode::METHOD_NOT_ALLOWED, message.to_owned())
            }
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, message),
            Self::Invalid(ValidationErrors(fields)) => {
                let body =
                    json!({"message": "The given data was invalid.", "validation_errors": fields});
                return (StatusCode::BAD_REQUEST, body);
            }
            Self::Conflict(message, code) => {
                return (StatusCode::CONFLICT, json!({"message": message, "code": code}));
            }
            Self::BodyTooLong => {
                (StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large.".to_owned())
            }
            Self::BodyTooSlow => {
                (StatusCode::REQUEST_TIMEOUT, "The request body did not arrive in time.".to_owned())
            }
            Self::TooManyBodies => {
                let message = "Too many long requests at the same time.";
                (StatusCode::SERVICE_UNAVAILABLE, message.to_owned())
            }
            Self::RequestLineTooLong => {
                (StatusCode::URI_TOO_LONG, "The request line is too long.".to_owned())
            }
            Self::NotJson => {
                let message = "The request body must be application/json.";
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, message.to_owned())
            }
            Self::TooManyElements => {
                let message = format!("At most {MAX_ELEMENTS} elements in one request.");
                (StatusCode::UNPROCESSABLE_ENTITY, message)
            }
            Self::Database(error) => {
                tracing::error!(%error, "the sandbox database failed");
                let status = if is_busy(&error) {
                    StatusCode::SERVICE_UNAVAILABLE
                } else {
                    StatusCode::INTERNAL_SERVER_ERROR
                };
                (status, "The sandbox database failed.".to_owned())
            }
            Self::Internal(error) => {
                tracing::error!(error, "the sandbox failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "The sandbox failed.".to_owned())
            }
        };
        (status, json!({"message": message}))
    }
}

/// Whether another process locked the database for longer than [`Store`](crate::Store) waits.
fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
    )
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let allowed = match self {
            Self::MethodNotAllowed(methods) => Some([(ALLOW, methods)]),
            _ => None,
        };
        let (status, body) = self.into_response_parts();
        (status, allowed, axum::Json(body)).into_response()
    }
}
