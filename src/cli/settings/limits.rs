//! Bounds of requests.

use std::time::Duration;

use super::resolution::Resolution;
use crate::cli::args::NetworkArgs;

/// Bounds of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests under way at once.
    pub concurrency: usize,
    /// Rows in one array.
    pub batch_size: usize,
    /// How long the server may be silent.
    pub timeout: Duration,
    /// Repetitions of one request.
    pub retries: u32,
    /// The longest wait before the first repetition.
    pub retry_wait: Duration,
    /// Time for everything.
    pub deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrency: 8,
            batch_size: 500,
            timeout: Duration::from_secs(30),
            retries: 5,
            retry_wait: Duration::from_millis(500),
            deadline: Duration::from_secs(15 * 60),
        }
    }
}

pub(super) fn limits(resolution: &mut Resolution<'_>, args: &NetworkArgs) -> Limits {
    let NetworkArgs { concurrency, batch_size, timeout, retries, retry_wait, deadline, ca_cert: _ } =
        args;
    let file = resolution.file.clone();
    let default = Limits::default();
    let show = |time: &Duration| format!("{time:?}");
    Limits {
        concurrency: resolution.number(
            "--concurrency",
            *concurrency,
            file.concurrency,
            default.concurrency,
            1..=64,
        ),
        batch_size: resolution.number(
            "--batch-size",
            *batch_size,
            file.batch_size,
            default.batch_size,
            1..=1000,
        ),
        timeout: resolution
            .value("--timeout", timeout.as_ref(), file.timeout, show)
            .unwrap_or(default.timeout),
        retries: resolution.number("--retries", *retries, file.retries, default.retries, 0..=100),
        retry_wait: retry_wait.unwrap_or(default.retry_wait),
        deadline: resolution
            .value("--deadline", deadline.as_ref(), file.deadline, show)
            .unwrap_or(default.deadline),
    }
}
