//! What can go wrong with a request, and what the user can do about it.

use std::time::Duration;

use reqwest::Method;
use test_reports::text;

/// The longest path in a message, in characters: a filter may hold a thousand ids.
const PATH_CHARS: usize = 160;

/// A failed request.
#[derive(Debug, thiserror::Error)]
#[error("{method} {}: {error}{}", text::cut(path, PATH_CHARS), after_attempts(*.attempts, *.elapsed))]
pub struct ApiError {
    /// The method.
    pub method: Method,
    /// Path and query; never the host, never a token.
    pub path: String,
    /// The error of the last attempt.
    pub error: RequestError,
    /// The number of attempts, at least 1.
    pub attempts: u32,
    /// The time from the first attempt to the last answer.
    pub elapsed: Duration,
}

fn after_attempts(count: u32, elapsed: Duration) -> String {
    match count {
        0 | 1 => String::new(),
        _ => format!(" (gave up after {count} attempts in {:.1} s)", elapsed.as_secs_f64()),
    }
}

/// The error of one attempt.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The server answered with a status other than success.
    #[error("{}{}", status_line(*.status), message_part(.message.as_deref()))]
    Status {
        /// The HTTP status.
        status: u16,
        /// The server's message, cleaned and cut.
        message: Option<String>,
        /// The body's `code`, such as `23505`.
        code: Option<String>,
        /// The header `Retry-After`, if the server sent one.
        retry_after: Option<Duration>,
    },
    /// The server redirects. Redirects are never followed, because the token would go with them.
    #[error("{} redirects to {location}, which is not followed", status_line(*.status))]
    Redirect {
        /// The HTTP status.
        status: u16,
        /// The target, without its query.
        location: String,
    },
    /// The connection failed before any byte was sent: name resolution, connect, TLS handshake.
    #[error("cannot connect: {0}")]
    NotSent(String),
    /// The server's certificate is not trusted.
    #[error("the server's certificate is not trusted: {0}")]
    Certificate(String),
    /// The connection broke, or the time ran out, after bytes were sent.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// A success with an unexpected body.
    #[error("{}, but the answer cannot be read: {detail}", status_line(*.status))]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// JSON path and reason.
        detail: String,
    },
    /// The body is larger than the limit.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A filter does not find what is there, and the list without it cannot be read.
    #[error("{0}")]
    Filter(String),
    /// A list that changed during each reading.
    #[error("the list changed each time it was read: {0}")]
    Unstable(String),
    /// A signal stopped the import before the request was sent.
    #[error("interrupted before it was sent")]
    Interrupted,
    /// The time for the whole import has run out.
    #[error("the deadline has passed; before that: {0}")]
    Deadline(Box<RequestError>),
}

fn status_line(status: u16) -> String {
    match reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()) {
        Some(reason) => format!("{status} {reason}"),
        None => status.to_string(),
    }
}

fn message_part(message: Option<&str>) -> String {
    message.map(|message| format!(": {message}")).unwrap_or_default()
}

/// What an error means for the import as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// 401, or a read that is forbidden: exit 6.
    NotAuthorised,
    /// The server is unavailable; it is safe to run again: exit 7.
    Unavailable,
    /// Anything else: exit 1.
    Unexpected,
}

impl RequestError {
    /// Whether the server has answered too many requests: all requests have to pause.
    #[must_use]
    pub fn is_rate_limit(&self) -> bool {
        matches!(self, Self::Status { status: 429, .. })
    }

    /// The time that the server asked to wait, in its header `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl ApiError {
    /// The HTTP status, if the server answered with one other than success.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.error {
            RequestError::Status { status, .. } => Some(status),
            _ => None,
        }
    }

    /// Whether the row does not exist, or not any more.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.status(), Some(404 | 410))
    }

    /// What the error means for the exit code.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match &self.error {
            RequestError::Status { status: 401 | 403, .. } => Severity::NotAuthorised,
            RequestError::Status { status: 408 | 425 | 429 | 500.., .. } => Severity::Unavailable,
            RequestError::NotSent(_)
            | RequestError::Certificate(_)
            | RequestError::NoAnswer(_)
            | RequestError::Unreadable { .. }
            | RequestError::Unstable(_)
            | RequestError::Filter(_)
            | RequestError::Interrupted
            | RequestError::Deadline(_) => Severity::Unavailable,
            RequestError::Status { .. }
            | RequestError::Redirect { .. }
            | RequestError::TooLarge { .. } => Severity::Unexpected,
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match &self.error {
            RequestError::Status { status: 401, .. } => {
                "the server does not accept the token; create a new one on the Integrations page, and check that --host is the server it belongs to"
            }
            RequestError::Status { status: 403, .. } => {
                "the owner of the token may not do this; ask for access to the project"
            }
            RequestError::Status { status: 404, .. } => {
                "the server does not know this path; check --host and --project"
            }
            RequestError::Redirect { .. } => {
                "set --host to the server itself, not to an address that redirects to it"
            }
            RequestError::Certificate(_) => {
                "if a company proxy signs certificates, name its CA with --ca-cert FILE; otherwise check --host and the clock"
            }
            RequestError::NotSent(_) => {
                "check --host, the network and HTTPS_PROXY/NO_PROXY; this request sent nothing, so it is safe to run again"
            }
            RequestError::Filter(_) => {
                "nothing was written on the strength of this list; ask for access to whole lists"
            }
            RequestError::Deadline(error) if error.is_rate_limit() => {
                "the server limits requests: raise --deadline, or start fewer imports at the same time; it is safe to run again"
            }
            RequestError::TooLarge { .. } => "check that --host is a TestQuality server",
            RequestError::Unreadable { .. } => {
                "a proxy may have answered instead of the server; it is safe to run again"
            }
            _ => "it is safe to run the import again: it continues where this one stopped",
        }
    }
}
