//! What can go wrong with a request, told so that a person knows what to do next.

use std::time::Duration;

use reqwest::Method;
use test_reports::text;

/// Of a list of a thousand ids nobody reads more.
const PATH_CHARS: usize = 160;

/// A request that did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("{method} {}: {error}{}", text::cut(path, PATH_CHARS), tries(*.attempts, *.elapsed))]
pub struct ApiError {
    /// The method.
    pub method: Method,
    /// Path and query; never the host, never a token.
    pub path: String,
    /// What went wrong the last time.
    pub error: RequestError,
    /// How often it was sent, at least once.
    pub attempts: u32,
    /// From the first attempt to the last answer.
    pub elapsed: Duration,
}

fn tries(attempts: u32, elapsed: Duration) -> String {
    match attempts {
        0 | 1 => String::new(),
        _ => format!(" (gave up after {attempts} attempts in {:.1} s)", elapsed.as_secs_f64()),
    }
}

/// The fault of one attempt.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The server answered with a status that is no success.
    #[error("{}{}", status_line(*.status), message_part(.message.as_deref()))]
    Status {
        /// The HTTP status.
        status: u16,
        /// The server's own words, cleaned and cut.
        message: Option<String>,
        /// The body's `code`, such as `23505`.
        code: Option<String>,
        /// What the server asked to wait, if it did.
        retry_after: Option<Duration>,
    },
    /// The server wants the client elsewhere. Redirects are never followed with a token.
    #[error("{} redirects to {location}, which is not followed", status_line(*.status))]
    Redirect {
        /// The HTTP status.
        status: u16,
        /// The target, without its query.
        location: String,
    },
    /// No byte of the request has left: name resolution, connect, TLS handshake.
    #[error("cannot connect: {0}")]
    NotSent(String),
    /// The server's certificate is not trusted.
    #[error("the server's certificate is not trusted: {0}")]
    Certificate(String),
    /// The connection broke, or time ran out, after bytes have left.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// A success whose body is not what was expected.
    #[error("{}, but the answer cannot be read: {detail}", status_line(*.status))]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// JSON path and reason.
        detail: String,
    },
    /// A body beyond the cap.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The cap in bytes.
        limit: usize,
    },
    /// A list that did not hold still while it was read.
    #[error("the list changed each time it was read: {0}")]
    Unstable(String),
    /// A signal stopped the import before this was sent.
    #[error("interrupted before it was sent")]
    Interrupted,
    /// The time for the whole import is over.
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
    /// Unreachable or unwell; running again is safe: exit 7.
    Unavailable,
    /// Anything else: exit 1.
    Unexpected,
}

impl ApiError {
    /// Which exit code this leads to.
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
            | RequestError::Interrupted
            | RequestError::Deadline(_) => Severity::Unavailable,
            RequestError::Status { .. }
            | RequestError::Redirect { .. }
            | RequestError::TooLarge { .. } => Severity::Unexpected,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match &self.error {
            RequestError::Status { status: 401, .. } => {
                "the token is not accepted; make a new one on the Integrations page, and check that --host is the server it belongs to"
            }
            RequestError::Status { status: 403, .. } => {
                "the token's owner may not do this; ask for access to the project"
            }
            RequestError::Status { status: 404, .. } => {
                "the server does not know this address; check --host and --project"
            }
            RequestError::Redirect { .. } => {
                "set --host to the server itself, not to an address that redirects"
            }
            RequestError::Certificate(_) => {
                "if a company's proxy signs certificates, name its CA with --ca-cert FILE; else check --host and the clock"
            }
            RequestError::NotSent(_) => {
                "check --host, the network and HTTPS_PROXY/NO_PROXY; nothing was sent by this request, running again is safe"
            }
            RequestError::TooLarge { .. } => "check that --host is a TestQuality server",
            RequestError::Unreadable { .. } => {
                "something between here and the server may answer in its place; running again is safe"
            }
            _ => "running the same import again is safe: it goes on where this one stopped",
        }
    }
}
