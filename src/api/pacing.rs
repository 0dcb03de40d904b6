//! When a request may start: back-off, rate limits, `Retry-After`, the deadline, and the stop on a signal.
//!
//! A rate limit (429) is not an error of one request: all requests pause together, and the pauses are measured against the
//! deadline, not against a number of attempts. After a pause one request goes first. The others follow if it succeeds;
//! if not, the next pause is longer.

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
    pause: watch::Sender<Pause>,
    /// Set once: no further request starts.
    stopping: watch::Sender<bool>,
}

/// A pause of all requests.
#[derive(Clone, Copy, Debug, Default)]
struct Pause {
    /// No request starts before this moment.
    until: Option<Instant>,
    /// When a rate limit last caused a pause, until a request succeeds after it.
    limited_since: Option<Instant>,
    /// How many pauses a rate limit has caused, less those that it could have done without.
    level: u32,
    /// Whether the request that goes first after a pause is under way.
    is_probing: bool,
}

/// Permission to send a request.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    /// Set if the request goes first after a rate limit.
    probes: Option<&'a Pacing>,
    /// When the request may be sent.
    pub(super) since: Instant,
}

impl Turn<'_> {
    /// The request had another answer than 429: the others may follow.
    pub(super) fn passed(self) {
        if let Some(pacing) = self.probes {
            pacing.pause.send_modify(|pause| {
                pause.limited_since = None;
                // The next pause begins with a quarter of the last one.
                pause.level = pause.level.saturating_sub(2);
            });
        }
    }
}

impl Drop for Turn<'_> {
    /// Another request may go first.
    fn drop(&mut self) {
        if let Some(pacing) = self.probes {
            pacing.pause.send_modify(|pause| pause.is_probing = false);
        }
    }
}

impl Pacing {
    /// The deadline is `limit` from now.
    pub(super) fn new(retry: RetryPolicy, limit: Duration) -> Self {
        Self {
            retry,
            budget: Budget::default(),
            deadline: Instant::now() + limit,
            pause: watch::Sender::default(),
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

    /// Pauses all requests because one that was sent at `sent` was answered with 429: as long as the server asked, else longer
    /// after each pause that was too short. Requests that were under way together count once. Returns `error`.
    ///
    /// # Errors
    /// [`RequestError::Deadline`] around `error` when the wait would pass the deadline.
    pub(super) fn pause_for_rate_limit(
        &self,
        sent: Instant,
        error: RequestError,
    ) -> Result<RequestError, RequestError> {
        let (now, left) = (Instant::now(), self.time_left());
        let mut is_too_long = false;
        self.pause.send_modify(|pause| {
            let is_counted = pause.limited_since.is_some_and(|since| sent <= since);
            let own = if is_counted {
                Duration::ZERO
            } else {
                self.retry.rate_limit_pause(pause.level, fastrand::f64()).min(left / 2)
            };
            let wait = error.retry_after().unwrap_or_default().max(own);
            // The server may ask for more time than the clock can represent.
            match now.checked_add(wait).filter(|until| *until < self.deadline) {
                Some(until) if left > self.retry.base => {
                    pause.until = pause.until.max(Some(until));
                    tracing::debug!(seconds = wait.as_secs_f32(), "rate limit: requests pause");
                    if !is_counted {
                        pause.limited_since = Some(now);
                        pause.level = pause.level.saturating_add(1);
                    }
                }
                _ => is_too_long = true,
            }
        });
        if is_too_long { Err(RequestError::Deadline(Box::new(error))) } else { Ok(error) }
    }

    /// Honours the `Retry-After` of a request that is not retried: whatever the caller sends next waits.
    pub(super) fn pause_as_asked(&self, error: &RequestError) {
        let until = error.retry_after().and_then(|asked| Instant::now().checked_add(asked));
        if let Some(until) = until {
            self.pause_all_requests(until.min(self.deadline));
        }
    }

    fn pause_all_requests(&self, until: Instant) {
        self.pause.send_modify(|pause| pause.until = pause.until.max(Some(until)));
    }

    /// Waits until a request may be sent, at most until the deadline or [`Pacing::stop`].
    pub(super) async fn turn(&self) -> Turn<'_> {
        let mut changes = self.pause.subscribe();
        loop {
            let now = Instant::now();
            let pause = *changes.borrow_and_update();
            if self.is_stopping() || self.time_left().is_zero() {
                return Turn { probes: None, since: now };
            }
            let paused_until = pause.until.filter(|until| *until > now);
            if paused_until.is_none() && pause.limited_since.is_none() {
                return Turn { probes: None, since: now };
            }
            if paused_until.is_none() && !pause.is_probing {
                let claims = |pause: &mut Pause| !std::mem::replace(&mut pause.is_probing, true);
                if self.pause.send_if_modified(claims) {
                    return Turn { probes: Some(self), since: now };
                }
            }
            let wake = paused_until.unwrap_or(self.deadline).min(self.deadline);
            tokio::select! {
                () = self.sleep_until(wake) => {}
                _ = changes.changed() => {}
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
        pacing.turn().await.passed();
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

    /// The seconds that pass until a request may be sent after a 429.
    async fn pause_after(pacing: &Pacing, retry_after: Option<Duration>) -> f64 {
        let started = Instant::now();
        let turn = pacing.turn().await;
        let sent = turn.since;
        pacing.pause_for_rate_limit(sent, busy(retry_after)).unwrap();
        drop(turn);
        drop(pacing.turn().await);
        started.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_pauses_longer_each_time_up_to_a_minute_and_is_measured_by_the_deadline() {
        let pacing = pacing(900);
        let started = Instant::now();
        let mut longest = 0.5;
        for _ in 0..10 {
            let waited = pause_after(&pacing, None).await;
            assert!((longest / 2.0..=longest + 0.01).contains(&waited), "{waited} of {longest}");
            longest = f64::min(longest * 2.0, 60.0);
        }
        // More than the retries of a request, and it goes on until the deadline.
        let mut attempts = 0;
        while pacing.pause_for_rate_limit(pacing.turn().await.since, busy(None)).is_ok() {
            attempts += 1;
        }
        assert!((890..=900).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
        assert!(attempts < 60, "{attempts}");
        let error = pacing.pause_for_rate_limit(Instant::now(), busy(None)).unwrap_err();
        assert!(matches!(error, RequestError::Deadline(_)), "{error:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_were_under_way_together_pause_once() {
        let pacing = pacing(900);
        let sent = Instant::now();
        for _ in 0..8 {
            pacing.pause_for_rate_limit(sent, busy(None)).unwrap();
        }
        drop(pacing.turn().await);
        assert!(sent.elapsed() <= Duration::from_millis(510), "{:?}", sent.elapsed());
        // What the server asks for counts, whichever answer says so.
        pacing.pause_for_rate_limit(sent, busy(Some(Duration::from_secs(9)))).unwrap();
        drop(pacing.turn().await);
        assert!(sent.elapsed() >= Duration::from_secs(9), "{:?}", sent.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_pause_one_request_goes_first() {
        let pacing = pacing(900);
        pacing.pause_for_rate_limit(Instant::now(), busy(None)).unwrap();
        let first = pacing.turn().await;
        let second = tokio::time::timeout(Duration::from_secs(60), pacing.turn()).await;
        assert!(second.is_err(), "the others wait for its answer");
        // It was cancelled: another one goes first.
        drop(first);
        let first = pacing.turn().await;
        assert!(tokio::time::timeout(Duration::from_secs(60), pacing.turn()).await.is_err());
        first.passed();
        let all = [pacing.turn().await, pacing.turn().await];
        assert!(all.iter().all(|turn| turn.probes.is_none()));
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_ends_a_wait() {
        let pacing = pacing(900);
        let started = Instant::now();
        pacing.stop();
        let waited = pacing.wait_before_retry(1, busy(Some(Duration::from_secs(30)))).await;
        assert!(waited.is_ok());
        pacing.turn().await.passed();
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    }
}
