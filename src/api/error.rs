//! What can go wrong with a request, and what the user can do about it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use test_reports::text;

/// The longest path in a message, in characters: a filter may hold a thousand ids.
const PATH_CHARS: usize = 160;

/// A failed request. Its text says what failed on which server and why, then how often it was sent, and the request itself.
#[derive(Debug, thiserror::Error)]
pub struct ApiError {
    /// The server, such as `https://api.testquality.com`; no user, password or query.
    pub host: Arc<str>,
    /// Where the token comes from; empty if that is not known. Never the token.
    pub token_source: Arc<str>,
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

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, token_source, method, path, error, attempts, elapsed } = self;
        let token = match &**token_source {
            "" => "the token".to_owned(),
            source => format!("the token from {source}"),
        };
        match error {
            RequestError::NotSent(reason) => write!(f, "cannot reach {host}: {reason}")?,
            RequestError::Status { status: 401, .. } => {
                write!(f, "{host} does not accept {token}: {error}")?;
            }
            RequestError::Status { status: 403, .. } => {
                let (verb, rows) = task(method, path);
                write!(f, "{host} does not let the owner of {token} {verb} {rows}: {error}")?;
            }
            _ => {
                let (verb, rows) = task(method, path);
                let side = if matches!(verb, "read" | "delete") { "from" } else { "on" };
                write!(f, "cannot {verb} {rows} {side} {host}: {error}")?;
            }
        }
        f.write_str(" (")?;
        if *attempts > 1 {
            write!(f, "gave up after {attempts} attempts in {:.1} s; ", elapsed.as_secs_f64())?;
        }
        write!(f, "{method} {})", text::cut(path, PATH_CHARS))
    }
}

/// What a request does, in words: a verb and the rows, such as `create` and `tests`.
fn task<'a>(method: &Method, path: &'a str) -> (&'static str, Cow<'a, str>) {
    let path = path.split('?').next().unwrap_or_default();
    let mut parts = path.trim_start_matches("/api/").split('/');
    let resource = parts.next().unwrap_or_default();
    let verb = match (method.as_str(), parts.next_back()) {
        ("DELETE", _) | ("POST", Some("delete")) => "delete",
        ("POST", Some("restore")) => "restore",
        ("POST", _) => "create",
        ("PUT" | "PATCH", _) => "change",
        _ => "read",
    };
    let rows = match resource {
        "suite" => Cow::Borrowed("folders"),
        "suite_test" | "plan_suite" => Cow::Borrowed("placements"),
        "plan" => Cow::Borrowed("plans and cycles"),
        "run_result" => Cow::Borrowed("results"),
        "status" => Cow::Borrowed("statuses"),
        resource => Cow::Owned(format!("{}s", resource.replace('_', " "))),
    };
    (verb, rows)
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
    #[error("no response: {0}")]
    NoAnswer(String),
    /// A success with an unexpected body.
    #[error("{}, but the response cannot be read: {detail}", status_line(*.status))]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// JSON path and reason.
        detail: String,
    },
    /// The body is larger than the limit.
    #[error("the response is larger than {limit} bytes")]
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
                "create a new token on the Integrations page, and check that --host is the server it belongs to"
            }
            RequestError::Status { status: 403, .. } => "ask for access to the project",
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
                "nothing was written based on this list; ask for access to whole lists"
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

#[cfg(test)]
mod tests {
    use super::*;

    fn text(method: Method, path: &str, error: RequestError, attempts: u32) -> String {
        let error = ApiError {
            host: Arc::from("https://tq.example"),
            token_source: Arc::from("the environment variable TQ_ACCESS_TOKEN"),
            method,
            path: path.to_owned(),
            error,
            attempts,
            elapsed: Duration::from_millis(3_100),
        };
        error.to_string()
    }

    #[test]
    fn an_error_leads_with_what_failed_and_the_server() {
        let status =
            |status| RequestError::Status { status, message: None, code: None, retry_after: None };
        let refused = RequestError::NotSent("connection refused".to_owned());
        for (text, expected) in [
            (
                text(Method::GET, "/api/project?page=1", refused, 6),
                "cannot reach https://tq.example: connection refused (gave up after 6 attempts in 3.1 s; GET /api/project?page=1)",
            ),
            (
                text(Method::GET, "/api/project", status(401), 1),
                "https://tq.example does not accept the token from the environment variable TQ_ACCESS_TOKEN: 401 Unauthorized (GET /api/project)",
            ),
            (
                text(Method::PUT, "/api/test/7", status(403), 1),
                "https://tq.example does not let the owner of the token from the environment variable TQ_ACCESS_TOKEN change tests: 403 Forbidden (PUT /api/test/7)",
            ),
            (
                text(Method::POST, "/api/suite", status(500), 1),
                "cannot create folders on https://tq.example: 500 Internal Server Error (POST /api/suite)",
            ),
            (
                text(Method::POST, "/api/run_result/delete", status(500), 1),
                "cannot delete results from https://tq.example: 500 Internal Server Error (POST /api/run_result/delete)",
            ),
            (
                text(Method::POST, "/api/test/7/restore", status(409), 1),
                "cannot restore tests on https://tq.example: 409 Conflict (POST /api/test/7/restore)",
            ),
            (
                text(
                    Method::GET,
                    "/api/plan_suite?a=b",
                    RequestError::NoAnswer("timed out".to_owned()),
                    1,
                ),
                "cannot read placements from https://tq.example: no response: timed out (GET /api/plan_suite?a=b)",
            ),
        ] {
            assert_eq!(text, expected);
        }
    }
}
