//! What a request can be refused for, and how the service words it.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::http::header::ALLOW;
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

/// The longest answer in bytes, where a short request can ask for any length.
pub(crate) const MAX_ANSWER: usize = 128 * 1024 * 1024;

/// Messages by field, as they stand in `validation_errors`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Faults(BTreeMap<String, Vec<String>>);

impl Faults {
    pub(crate) fn add(&mut self, field: &str, message: String) {
        self.0.entry(field.to_owned()).or_default().push(message);
    }

    /// `Err` if there is any.
    pub(crate) fn into_result(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self)) }
    }

    /// The same faults, each field renamed.
    pub(crate) fn renamed(self, rename: impl Fn(String) -> String) -> Self {
        Self(self.0.into_iter().map(|(field, messages)| (rename(field), messages)).collect())
    }

    /// `field` must be given.
    pub(crate) fn required(&mut self, field: &str) {
        self.add(field, format!("The {} field is required.", spoken(field)));
    }

    /// `field` must be something else, as `an integer`.
    pub(crate) fn must_be(&mut self, field: &str, what: &str) {
        self.add(field, format!("The {} must be {what}.", spoken(field)));
    }

    /// `field` names no live row, or one that does not fit.
    pub(crate) fn selected_is_invalid(&mut self, field: &str) {
        self.add(field, format!("The selected {} is invalid.", spoken(field)));
    }
}

fn spoken(field: &str) -> String {
    field.replace('_', " ")
}

/// A request that is refused or failed.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// No token, or a wrong one: 401 with the service's body (CLI).
    Unauthenticated,
    /// A foreign `Host` or `Origin`.
    Forbidden(&'static str),
    /// No such route or row.
    NotFound(String),
    /// The route takes only these methods.
    MethodNotAllowed(&'static str),
    /// The request cannot be understood.
    BadRequest(String),
    /// Fields are wrong: 400 with `validation_errors` (SDK).
    Invalid(Faults),
    /// The body is too long.
    TooLarge,
    /// The request line is too long.
    TargetTooLong,
    /// The body is not declared as JSON.
    NotJson,
    /// Too many elements (the status is our choice; the limit is the SDK's).
    TooMany,
    /// The database failed.
    Database(rusqlite::Error),
    /// The sandbox failed.
    Internal(String),
}

impl ApiError {
    /// There is no live row with this id.
    pub(crate) fn no_row(model: &str, id: i64) -> Self {
        Self::NotFound(format!("{model} {id} not found."))
    }

    /// There is no such route.
    pub(crate) fn no_route() -> Self {
        Self::NotFound("There is no such route.".to_owned())
    }

    /// A short request asked for more than anybody reads.
    pub(crate) fn answer_too_long() -> Self {
        Self::BadRequest("The answer would be too long: ask for less.".to_owned())
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest(_) | Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TargetTooLong => StatusCode::URI_TOO_LONG,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Database(error) if is_busy(error) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Another process held the database for longer than anyone should.
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

impl ApiError {
    /// What the client is told.
    pub(crate) fn into_response_parts(self) -> (StatusCode, Json) {
        let status = self.status();
        let body = match self {
            Self::Unauthenticated => json!({"message": "Unauthenticated."}),
            Self::Forbidden(message) => json!({"message": message}),
            Self::NotFound(message) | Self::BadRequest(message) => json!({"message": message}),
            Self::MethodNotAllowed(_) => json!({"message": "The method is not supported here."}),
            Self::Invalid(Faults(fields)) => {
                json!({"message": "The given data was invalid.", "validation_errors": fields})
            }
            Self::TooLarge => json!({"message": "The request body is too large."}),
            Self::TargetTooLong => json!({"message": "The request line is too long."}),
            Self::NotJson => json!({"message": "The request body must be application/json."}),
            Self::TooMany => {
                json!({"message": format!("At most {} elements in one request.", super::store::MAX_ELEMENTS)})
            }
            Self::Database(error) => {
                tracing::error!(%error, "the sandbox database failed");
                json!({"message": "The sandbox database failed."})
            }
            Self::Internal(what) => {
                tracing::error!(what, "the sandbox failed");
                json!({"message": "The sandbox failed."})
            }
        };
        (status, body)
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
