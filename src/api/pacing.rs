//! When a request may start: back-off, `Retry-After`, the deadline, and the stop on a signal.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::error::RequestError;
use super::retry::{Budget, RetryPolicy};

/// The clock that all requests of one client share.
#[derive(Debug)]
pub(super) struct Pacing {
    pub(super) retry: RetryPolicy,
    budget: Budget,
    deadline: Instant,
    /// No request starts before this moment.
    paused_until: Mutex<Option<Instant>>,
    /// Set once: no further request starts.
    stopping: watch::Sender<bool>,
}

impl Pacing {
    /// The deadline is `limit` from now.
    pub(super) fn new(retry: RetryPolicy, limit: Duration) -> Self {
        Self {
            retry,
            budget: Budget::default(),
            deadline: Instant::now() + limit,
            paused_until: Mutex::new(None),
            stopping: watch::Sender::new(false),
        }
    }

    pub(super) fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    pub(super) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    pub(super) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// A success refills the retry budget.
    pub(super) fn succeeded(&self) {
        self.budget.give_back();
    }

    /// Takes one retry from the budget, if `attempts` have not used up the request's own.
    pub(super) fn may_retry(&self, attempts: u32) -> bool {
        attempts <= self.retry.retries && self.budget.take()
    }

    /// Waits for the back-off, or as long as the server asked in `Retry-After`.
    ///
    /// # Errors
    /// [`RequestError::Deadline`] around `error` when the wait would pass the deadline.
    pub(super) async fn wait_before_retry(
        &self,
        retry: u32,
        error: RequestError,
    ) -> Result<(), RequestError> {
        let wait = self.retry.wait(retry, fastrand::f64());
        // A server may ask for more time than the clock can represent.
        let until =
            Instant::now().checked_add(error.retry_after().map_or(wait, |asked| asked.max(wait)));
        let Some(until) = until.filter(|until| *until < self.deadline) else {
            return Err(RequestError::Deadline(Box::new(error)));
        };
        if error.retry_after().is_some() {
            self.pause_all_requests(until);
        }
        self.sleep_until(until).await;
        Ok(())
    }

    /// Honours the `Retry-After` of a request that is not retried: whatever the caller sends next waits.
    pub(super) fn pause_as_asked(&self, error: &RequestError) {
        let until = error.retry_after().and_then(|asked| Instant::now().checked_add(asked));
        if let Some(until) = until {
            self.pause_all_requests(until.min(self.deadline));
        }
    }

    fn pause_all_requests(&self, until: Instant) {
        let mut pause = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *pause = (*pause).max(Some(until));
    }

    /// Waits until no `Retry-After` is pending, at most until the deadline or [`Pacing::stop`].
    pub(super) async fn wait_for_pause(&self) {
        while !self.is_stopping() && !self.time_left().is_zero() {
            let until = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
            match until {
                Some(until) if until > Instant::now() => {
                    self.sleep_until(until.min(self.deadline)).await;
                }
                _ => return,
            }
        }
    }

    /// Waits, at most until the deadline or [`Pacing::stop`].
    pub(super) async fn sleep(&self, wait: Duration) {
        let until = Instant::now().checked_add(wait).unwrap_or(self.deadline);
        self.sleep_until(until.min(self.deadline)).await;
    }

    async fn sleep_until(&self, moment: Instant) {
        let mut stopping = self.stopping.subscribe();
        tokio::select! {
            () = sleep_until(moment) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    //! On a paused clock, which advances as soon as all tasks sleep.

    use std::sync::Arc;

    use super::*;

    fn pacing(deadline: u64) -> Pacing {
        Pacing::new(RetryPolicy::new(5), Duration::from_secs(deadline))
    }

    fn busy(retry_after: Option<Duration>) -> RequestError {
        RequestError::Status { status: 429, message: None, code: None, retry_after }
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_pauses_every_request() {
        let pacing = Arc::new(pacing(900));
        let started = Instant::now();
        let worker = Arc::clone(&pacing);
        let asked = tokio::spawn(async move {
            worker.wait_before_retry(1, busy(Some(Duration::from_secs(30)))).await
        });
        tokio::task::yield_now().await;
        // Another worker, which was about to send a request.
        pacing.wait_for_pause().await;
        assert!(started.elapsed() >= Duration::from_secs(30), "{:?}", started.elapsed());
        assert!(asked.await.unwrap().is_ok());
        assert!(started.elapsed() < Duration::from_secs(31));
    }

    #[tokio::test(start_paused = true)]
    async fn retries_wait_longer_each_time_up_to_the_cap() {
        let pacing = pacing(9000);
        for (retry, longest) in [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 20.0), (50, 20.0)] {
            let started = Instant::now();
            pacing.wait_before_retry(retry, busy(None)).await.unwrap();
            let waited = started.elapsed().as_secs_f64();
            assert!(waited <= longest + 0.01, "retry {retry} waited {waited} s");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_deadline_fails_at_once() {
        let pacing = pacing(10);
        let started = Instant::now();
        // A day, and more than the clock can represent.
        for seconds in [86_400, u64::MAX] {
            let asked = busy(Some(Duration::from_secs(seconds)));
            let error = pacing.wait_before_retry(1, asked).await.unwrap_err();
            assert!(matches!(error, RequestError::Deadline(_)), "{error:?}");
        }
        assert_eq!(started.elapsed(), Duration::ZERO);
        pacing.sleep(Duration::MAX).await;
        assert_eq!(started.elapsed(), Duration::from_secs(10), "no sleep passes the deadline");
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_ends_a_wait() {
        let pacing = pacing(900);
        let started = Instant::now();
        pacing.stop();
        let waited = pacing.wait_before_retry(1, busy(Some(Duration::from_secs(30)))).await;
        assert!(waited.is_ok());
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    }
}
