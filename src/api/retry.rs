//! Which faults are repeated, and how long to wait: a pure table and a policy.

use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::error::RequestError;

/// What a request does, as far as repeating it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// A GET.
    Read,
    /// A PUT or DELETE that ends in the same state when it is sent twice.
    Idempotent,
    /// A POST that creates rows: sent twice, it would create them twice.
    Create,
}

/// What to do about a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// Not applied, or harmless to repeat: wait and send it again.
    Repeat,
    /// It may have been applied: read back before anything else. Only for [`RequestKind::Create`].
    Unknown,
    /// The server will not do this, and would not the next time.
    Refused,
    /// Stop the whole import.
    Stop,
}

/// The table (source: the measured cases of the project's fault catalogue).
#[must_use]
pub fn classify(kind: RequestKind, error: &RequestError) -> RetryDecision {
    use RequestKind::{Create, Read};
    match error {
        RequestError::Status { status: 401, .. } => RetryDecision::Stop,
        // Refused before it was looked at, by definition of these codes.
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
        | RequestError::Interrupted
        | RequestError::Deadline(_) => RetryDecision::Stop,
    }
}

/// How often and how long apart a request is repeated.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Repetitions after the first attempt.
    pub retries: u32,
    /// The longest first wait; doubles with each repetition.
    pub base: Duration,
    /// No wait is longer, unless the server asks for it.
    pub cap: Duration,
}

impl RetryPolicy {
    /// `retries` repetitions with waits that start below half a second and stay below 20 s: long
    /// enough for a restart behind a load balancer, short enough for a CI job.
    #[must_use]
    pub fn new(retries: u32) -> Self {
        Self { retries, base: Duration::from_millis(500), cap: Duration::from_secs(20) }
    }

    /// The same with another first wait.
    #[must_use]
    pub fn starting_with(self, base: Duration) -> Self {
        Self { base, ..self }
    }

    /// The wait before repetition `repetition` (from 1): "full jitter", anything from nothing to the
    /// doubled bound, so that many clients do not return together. `fraction` is from 0 to 1.
    #[must_use]
    pub fn wait(&self, repetition: u32, fraction: f64) -> Duration {
        let doubled =
            self.base.saturating_mul(2_u32.saturating_pow(repetition.saturating_sub(1).min(16)));
        doubled.min(self.cap).mul_f64(fraction.clamp(0.0, 1.0))
    }
}

/// How many repetitions all requests of a run may have together: an outage must not be hammered by a client that
/// tries everything as often as it may. Whatever succeeds gives some of it back.
#[derive(Debug)]
pub struct Budget {
    /// In halves of a repetition.
    left: AtomicI64,
}

impl Budget {
    /// Repetitions that may follow each other without a success: for eight requests at once, five each, several times.
    const FULL: i64 = 200;

    /// A full one.
    #[must_use]
    pub fn new() -> Self {
        Self { left: AtomicI64::new(2 * Self::FULL) }
    }

    /// Takes a repetition, if one is left.
    #[must_use]
    pub fn take(&self) -> bool {
        self.left.fetch_update(Relaxed, Relaxed, |left| (left >= 2).then_some(left - 2)).is_ok()
    }

    /// A request succeeded.
    pub fn give_back(&self) {
        // It never fails: the closure always gives a value.
        let _ =
            self.left.fetch_update(Relaxed, Relaxed, |left| Some((left + 1).min(2 * Self::FULL)));
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> RequestError {
        RequestError::Status { status, message: None, code: None, retry_after: None }
    }

    #[test]
    fn another_first_wait_moves_all_waits() {
        let policy = RetryPolicy::new(5).starting_with(Duration::from_millis(10));
        assert_eq!(policy.wait(1, 1.0), Duration::from_millis(10));
        assert_eq!(policy.wait(3, 1.0), Duration::from_millis(40));
        assert_eq!(policy.retries, 5);
    }

    #[test]
    fn an_outage_uses_the_budget_up_and_successes_fill_it() {
        let budget = Budget::new();
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
            "it is never more than full"
        );
    }

    /// What every status and every fault of the transport means, for each kind of request.
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
    fn no_create_is_repeated_after_its_bytes_have_left() {
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
    fn reads_are_repeated_when_the_server_is_unwell_and_never_for_other_refusals() {
        let repeated: Vec<u16> = (100..600)
            .filter(|&code| classify(RequestKind::Read, &status(code)) == RetryDecision::Repeat)
            .collect();
        assert_eq!(repeated, [408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);
        let refused: Vec<u16> = (100..600)
            .filter(|&code| classify(RequestKind::Read, &status(code)) == RetryDecision::Refused)
            .collect();
        assert!(refused.is_empty());
    }

    #[test]
    fn rejections_stop_the_import_only_where_every_request_would_fail() {
        for kind in [RequestKind::Read, RequestKind::Idempotent, RequestKind::Create] {
            assert_eq!(classify(kind, &status(401)), RetryDecision::Stop);
        }
        assert_eq!(classify(RequestKind::Read, &status(403)), RetryDecision::Stop);
        assert_eq!(classify(RequestKind::Create, &status(403)), RetryDecision::Refused);
        assert_eq!(classify(RequestKind::Create, &status(422)), RetryDecision::Refused);
        assert_eq!(classify(RequestKind::Idempotent, &status(404)), RetryDecision::Refused);
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
