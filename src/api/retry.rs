//! Which errors are retried, and how long to wait: a pure table and a policy.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::error::RequestError;

/// What a request does, as far as retries are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// A GET.
    Read,
    /// A PUT or DELETE that ends in the same state when it is sent twice.
    Idempotent,
    /// A POST that creates rows: a second one would create them twice.
    Create,
}

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// Not applied, or idempotent: wait and send it again.
    Repeat,
    /// It may have been applied: read back before anything else. Only for [`RequestKind::Create`].
    Unknown,
    /// The server refused it, and would refuse it again.
    Refused,
    /// Stop the whole import.
    Stop,
}

/// What to do about `error` (source: the measured cases of the project's fault catalogue).
#[must_use]
pub fn classify(kind: RequestKind, error: &RequestError) -> RetryDecision {
    use RequestKind::{Create, Read};
    match error {
        RequestError::Status { status: 401, .. } => RetryDecision::Stop,
        // These codes are defined as: not processed.
        RequestError::Status { status: 425 | 429, .. } | RequestError::NotSent(_) => {
            RetryDecision::Repeat
        }
        RequestError::Status { status: 408 | 500.., .. } if kind == Create => {
            RetryDecision::Unknown
        }
        RequestError::Status { status: 408 | 500 | 502 | 503 | 504 | 520..=524, .. } => {
            RetryDecision::Repeat
        }
        RequestError::NoAnswer(_)
        | RequestError::Unreadable { .. }
        | RequestError::TooLarge { .. }
            if kind == Create =>
        {
            RetryDecision::Unknown
        }
        RequestError::NoAnswer(_) | RequestError::Unreadable { .. } => RetryDecision::Repeat,
        RequestError::Status { status: 500.., .. } => RetryDecision::Stop,
        RequestError::Status { .. } if kind == Read => RetryDecision::Stop,
        RequestError::Status { .. } => RetryDecision::Refused,
        RequestError::Redirect { .. }
        | RequestError::Certificate(_)
        | RequestError::TooLarge { .. }
        | RequestError::Unstable(_)
        | RequestError::Filter(_)
        | RequestError::Interrupted
        | RequestError::Deadline(_) => RetryDecision::Stop,
    }
}

/// The longest pause that a rate limit causes by itself: limits are counted by the minute.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How often and how long apart a request is retried.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// The number of attempts after the first one.
    pub retries: u32,
    /// The longest wait before the first retry; doubles with each further one.
    pub base: Duration,
    /// The longest wait, unless the server asks for a longer one.
    pub cap: Duration,
}

impl RetryPolicy {
    /// `retries` retries with waits that start below half a second and stay below 20 s: long enough
    /// for a restart behind a load balancer, short enough for a CI job.
    #[must_use]
    pub fn new(retries: u32) -> Self {
        Self { retries, base: Duration::from_millis(500), cap: Duration::from_secs(20) }
    }

    /// The same policy with another first wait.
    #[must_use]
    pub fn starting_with(self, base: Duration) -> Self {
        Self { base, ..self }
    }

    /// The pause of all requests after a rate limit without `Retry-After`: doubles with `level`, from [`RetryPolicy::base`] up
    /// to a minute. `fraction`, from 0 to 1, takes away up to a half, so that many clients do not return together.
    #[must_use]
    pub fn rate_limit_pause(&self, level: u32, fraction: f64) -> Duration {
        let doubled = self.base.saturating_mul(2_u32.saturating_pow(level.min(16)));
        doubled.min(LONGEST_PAUSE).mul_f64(1.0 - fraction.clamp(0.0, 1.0) / 2.0)
    }

    /// The wait before retry number `retry` (from 1): "full jitter", anything between zero and the
    /// doubled bound, so that many clients do not return together. `fraction` is from 0 to 1.
    #[must_use]
    pub fn wait(&self, retry: u32, fraction: f64) -> Duration {
        let doubled =
            self.base.saturating_mul(2_u32.saturating_pow(retry.saturating_sub(1).min(16)));
        doubled.min(self.cap).mul_f64(fraction.clamp(0.0, 1.0))
    }
}

/// The retries that all requests of an import have together, so that an outage does not multiply the requests. Each
/// success gives half a retry back.
#[derive(Debug)]
pub struct Budget {
    half_retries: AtomicU32,
}

impl Budget {
    /// Retries without a success in between: five for each of eight concurrent requests, several times over.
    const FULL: u32 = 200;

    /// Takes a retry, if one is left.
    #[must_use]
    pub fn take(&self) -> bool {
        self.half_retries.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(2)).is_ok()
    }

    /// Gives half a retry back.
    pub fn give_back(&self) {
        let _ = self
            .half_retries
            .fetch_update(Relaxed, Relaxed, |left| Some((left + 1).min(2 * Self::FULL)));
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self { half_retries: AtomicU32::new(2 * Self::FULL) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> RequestError {
        RequestError::Status { status, message: None, code: None, retry_after: None }
    }

    #[test]
    fn the_first_wait_scales_all_waits() {
        let policy = RetryPolicy::new(5).starting_with(Duration::from_millis(10));
        assert_eq!(policy.wait(1, 1.0), Duration::from_millis(10));
        assert_eq!(policy.wait(3, 1.0), Duration::from_millis(40));
        assert_eq!(policy.retries, 5);
    }

    #[test]
    fn an_outage_uses_up_the_budget_and_successes_refill_it() {
        let budget = Budget::default();
        let taken = (0..1000).take_while(|_| budget.take()).count();
        assert_eq!(taken, 200);
        budget.give_back();
        assert!(!budget.take());
        budget.give_back();
        assert!(budget.take() && !budget.take());
        (0..1000).for_each(|_| budget.give_back());
        assert_eq!(
            (0..1000).take_while(|_| budget.take()).count(),
            200,
            "the budget is never more than full"
        );
    }

    /// What every status and every transport error means, for each kind of request.
    #[test]
    fn the_whole_table() {
        let errors = (100..600).map(|code| (code.to_string(), status(code))).chain([
            ("not sent".to_owned(), RequestError::NotSent(String::new())),
            ("no answer".to_owned(), RequestError::NoAnswer(String::new())),
            (
                "unreadable".to_owned(),
                RequestError::Unreadable { status: 201, detail: String::new() },
            ),
            ("certificate".to_owned(), RequestError::Certificate(String::new())),
            (
                "redirect".to_owned(),
                RequestError::Redirect { status: 302, location: String::new() },
            ),
            ("too large".to_owned(), RequestError::TooLarge { limit: 1 }),
            ("unstable".to_owned(), RequestError::Unstable(String::new())),
            ("interrupted".to_owned(), RequestError::Interrupted),
            (
                "deadline".to_owned(),
                RequestError::Deadline(Box::new(RequestError::NoAnswer(String::new()))),
            ),
        ]);
        let kinds = [RequestKind::Read, RequestKind::Idempotent, RequestKind::Create];
        let rows: Vec<(String, String)> = errors
            .map(|(name, error)| {
                let decisions = kinds.map(|kind| format!("{:?}", classify(kind, &error)));
                (name, decisions.join(" "))
            })
            .collect();
        // Runs of equal rows are one line.
        let lines: Vec<String> = rows
            .chunk_by(|a, b| a.1 == b.1)
            .map(|run| match run {
                [only] => format!("{}: {}", only.0, only.1),
                [first, .., last] => format!("{} to {}: {}", first.0, last.0, first.1),
                [] => String::new(),
            })
            .collect();
        insta::assert_snapshot!(format!("fault: read, idempotent, create\n{}", lines.join("\n")));
    }

    #[test]
    fn a_create_is_not_retried_after_bytes_were_sent() {
        for code in 100..600 {
            if classify(RequestKind::Create, &status(code)) == RetryDecision::Repeat {
                assert!(matches!(code, 425 | 429), "{code}");
            }
        }
        for error in [
            RequestError::NoAnswer(String::new()),
            RequestError::Unreadable { status: 200, detail: String::new() },
            RequestError::TooLarge { limit: 1 },
            status(408),
            status(500),
            status(599),
        ] {
            assert_eq!(classify(RequestKind::Create, &error), RetryDecision::Unknown, "{error}");
        }
        assert_eq!(
            classify(RequestKind::Create, &RequestError::NotSent(String::new())),
            RetryDecision::Repeat
        );
    }

    #[test]
    fn reads_are_retried_only_when_the_server_is_unavailable() {
        let retried: Vec<u16> = (100..600)
            .filter(|&code| classify(RequestKind::Read, &status(code)) == RetryDecision::Repeat)
            .collect();
        assert_eq!(retried, [408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);
        let refused: Vec<u16> = (100..600)
            .filter(|&code| classify(RequestKind::Read, &status(code)) == RetryDecision::Refused)
            .collect();
        assert!(refused.is_empty());
    }

    #[test]
    fn a_refusal_stops_the_import_only_if_every_request_would_fail() {
        for kind in [RequestKind::Read, RequestKind::Idempotent, RequestKind::Create] {
            assert_eq!(classify(kind, &status(401)), RetryDecision::Stop);
        }
        assert_eq!(classify(RequestKind::Read, &status(403)), RetryDecision::Stop);
        assert_eq!(classify(RequestKind::Create, &status(403)), RetryDecision::Refused);
        assert_eq!(classify(RequestKind::Create, &status(422)), RetryDecision::Refused);
        assert_eq!(classify(RequestKind::Idempotent, &status(404)), RetryDecision::Refused);
    }

    #[test]
    fn pauses_double_up_to_a_minute() {
        let policy = RetryPolicy::new(5);
        let pause = |level, fraction| policy.rate_limit_pause(level, fraction);
        assert_eq!(pause(0, 0.0), Duration::from_millis(500));
        assert_eq!(pause(3, 0.0), Duration::from_secs(4));
        assert_eq!(pause(3, 1.0), Duration::from_secs(2));
        assert_eq!(pause(7, 0.0), Duration::from_secs(60));
        assert_eq!(pause(u32::MAX, 0.0), Duration::from_secs(60));
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let policy = RetryPolicy::new(5);
        assert_eq!(policy.wait(1, 1.0), Duration::from_millis(500));
        assert_eq!(policy.wait(3, 1.0), Duration::from_secs(2));
        assert_eq!(policy.wait(60, 1.0), Duration::from_secs(20));
        assert_eq!(policy.wait(60, 0.0), Duration::ZERO);
    }
}
