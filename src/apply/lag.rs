//! Lists that lag: how long to wait for rows that exist, or may, and that a list does not show yet.

use std::time::Duration;

use crate::api::client::Client;

/// The first wait between two readings; it doubles with each.
const FIRST: Duration = Duration::from_millis(100);

/// The longest wait between two readings.
const LONGEST: Duration = Duration::from_secs(2);

/// How long to look for a row that may not exist, because nobody acknowledged it.
const UNCLEAR: Duration = Duration::from_secs(4);

/// What one import knows about the lag of lists.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lag {
    /// The longest wait for a row that exists: `--lag-wait`.
    pub(super) limit: Duration,
    /// The longest lag that was seen so far.
    pub(super) seen: Duration,
}

impl Lag {
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, seen: Duration::ZERO }
    }

    /// Keeps the longest lag.
    pub(super) fn note(&mut self, seen: Duration) {
        self.seen = self.seen.max(seen);
    }

    /// A wait that outlasts what was seen, with a reserve.
    pub(super) fn outlast(&self) -> Duration {
        (self.seen * 2).min(self.limit)
    }

    /// How long to look for rows without a clear outcome. Shorter if the waits between attempts were made shorter.
    pub(super) fn unclear(&self, client: &Client) -> Duration {
        UNCLEAR.mul_f64(share_of_waits(client)).min(self.limit).max(self.outlast())
    }

    /// Waits until rows that were applied twice would be visible.
    pub(super) async fn wait_for_replication(&self, client: &Client) {
        client.sleep(self.unclear(client)).await;
    }
}

/// How long waits are, from 0 to 1: shorter if the waits between attempts were made shorter.
pub(crate) fn share_of_waits(client: &Client) -> f64 {
    (client.retry_policy().base.as_secs_f64() / 0.5).clamp(0.0, 1.0)
}

/// Waits between readings.
#[derive(Debug, Default)]
pub(super) struct Waits {
    /// The sum of all waits so far.
    pub(super) waited: Duration,
    next: Duration,
}

impl Waits {
    /// Waits before the next reading. False, without a wait, after `limit` in total.
    pub(super) async fn wait(&mut self, client: &Client, limit: Duration) -> bool {
        let left = limit.saturating_sub(self.waited);
        if left.is_zero() {
            return false;
        }
        let wait = self.next.clamp(FIRST, LONGEST).min(left);
        client.sleep(wait).await;
        self.waited += wait;
        self.next = wait * 2;
        true
    }
}
