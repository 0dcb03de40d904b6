//! Which faults are repeated, and how long to wait: a pure table and a policy.

use std::time::Duration;

use super::error::Fault;

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
pub enum Verdict {
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
pub fn classify(kind: RequestKind, fault: &Fault) -> Verdict {
    use RequestKind::{Create, Read};
    match fault {
        Fault::Status { status: 401, .. } => Verdict::Stop,
        Fault::Status { status: 403, .. } if kind == Read => Verdict::Stop,
        // Refused before it was looked at, by definition of these codes.
        Fault::Status { status: 425 | 429, .. } | Fault::NotSent(_) => Verdict::Repeat,
        Fault::Status { status: 408 | 500.., .. } if kind == Create => Verdict::Unknown,
        Fault::Status { status: 408 | 500 | 502 | 503 | 504 | 520..=524, .. } => Verdict::Repeat,
        Fault::NoAnswer(_) | Fault::Unreadable { .. } | Fault::TooLarge { .. }
            if kind == Create =>
        {
            Verdict::Unknown
        }
        Fault::NoAnswer(_) | Fault::Unreadable { .. } => Verdict::Repeat,
        Fault::Status { status: 500.., .. } => Verdict::Stop,
        Fault::Status { .. } if kind == Read => Verdict::Stop,
        Fault::Status { .. } => Verdict::Refused,
        Fault::Redirect { .. }
        | Fault::Certificate(_)
        | Fault::TooLarge { .. }
        | Fault::Unstable(_)
        | Fault::Interrupted
        | Fault::Deadline(_) => Verdict::Stop,
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

    /// The wait before repetition `repetition` (from 1): "full jitter", anything from nothing to the
    /// doubled bound, so that many clients do not return together. `fraction` is from 0 to 1.
    #[must_use]
    pub fn wait(&self, repetition: u32, fraction: f64) -> Duration {
        let doubled =
            self.base.saturating_mul(2_u32.saturating_pow(repetition.saturating_sub(1).min(16)));
        doubled.min(self.cap).mul_f64(fraction.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Fault {
        Fault::Status { status, message: None, code: None, retry_after: None }
    }

    #[test]
    fn no_create_is_repeated_after_its_bytes_have_left() {
        for code in 100..600 {
            if classify(RequestKind::Create, &status(code)) == Verdict::Repeat {
                assert!(matches!(code, 425 | 429), "{code}");
            }
        }
        for fault in [
            Fault::NoAnswer(String::new()),
            Fault::Unreadable { status: 200, detail: String::new() },
            Fault::TooLarge { limit: 1 },
            status(408),
            status(500),
            status(599),
        ] {
            assert_eq!(classify(RequestKind::Create, &fault), Verdict::Unknown, "{fault}");
        }
        assert_eq!(classify(RequestKind::Create, &Fault::NotSent(String::new())), Verdict::Repeat);
    }

    #[test]
    fn reads_are_repeated_when_the_server_is_unwell_and_never_for_other_refusals() {
        let repeated: Vec<u16> = (100..600)
            .filter(|&code| classify(RequestKind::Read, &status(code)) == Verdict::Repeat)
            .collect();
        assert_eq!(repeated, [408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);
        let refused: Vec<u16> = (100..600)
            .filter(|&code| classify(RequestKind::Read, &status(code)) == Verdict::Refused)
            .collect();
        assert!(refused.is_empty());
    }

    #[test]
    fn rejections_stop_the_import_only_where_every_request_would_fail() {
        for kind in [RequestKind::Read, RequestKind::Idempotent, RequestKind::Create] {
            assert_eq!(classify(kind, &status(401)), Verdict::Stop);
        }
        assert_eq!(classify(RequestKind::Read, &status(403)), Verdict::Stop);
        assert_eq!(classify(RequestKind::Create, &status(403)), Verdict::Refused);
        assert_eq!(classify(RequestKind::Create, &status(422)), Verdict::Refused);
        assert_eq!(classify(RequestKind::Idempotent, &status(404)), Verdict::Refused);
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
