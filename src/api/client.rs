//! The one choke point through which every request passes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::answer::{chain, decode, read_body, status_error, transport_error};
use super::error::{ApiError, RequestError};
use super::retry::{Budget, RequestKind, RetryDecision, RetryPolicy, classify};
use super::token::Token;
use crate::progress::Progress;

/// A connect that takes longer will not come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A request as a whole may take this many times the read timeout: a page of 1,000 rows that keeps
/// coming is fine, one byte a second for ever is not.
const TOTAL_TIMEOUTS: u32 = 4;

/// The largest body that is read, unpacked. A page of 1,000 tests with descriptions of 16 KiB fits.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// How to reach a server.
#[derive(Debug)]
pub struct ClientOptions {
    /// Scheme, host, port; a path is kept as a prefix.
    pub host: Url,
    /// The personal access token.
    pub token: Token,
    /// Requests under way at once.
    pub concurrency: usize,
    /// How long the server may be silent.
    pub timeout: Duration,
    /// Repetitions and waits.
    pub retry: RetryPolicy,
    /// Time for everything, from now.
    pub deadline: Duration,
    /// A further certificate authority, PEM.
    pub ca_cert: Option<Vec<u8>>,
    /// Who is told of requests and of what they wrote.
    pub progress: Progress,
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The token holds characters that no header can carry.
    #[error(transparent)]
    Token(#[from] super::token::TokenError),
    /// `--ca-cert` holds no certificate.
    #[error("the file of --ca-cert holds no PEM certificate: {0}")]
    CaCert(String),
    /// The TLS set-up failed, for example in a container without CA certificates.
    #[error("cannot set up the HTTP client: {0}")]
    Setup(String),
}

/// A client for one server, cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    http: reqwest::Client,
    base: Url,
    timeout: Duration,
    permits: Semaphore,
    retry: RetryPolicy,
    budget: Budget,
    deadline: Instant,
    /// No request starts before this moment: a `Retry-After` holds everybody.
    pause_until: Mutex<Option<Instant>>,
    sent: Sent,
    progress: Progress,
    /// How many permits there are in all.
    concurrency: u32,
    /// Set once: nothing new is sent.
    stopping: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Sent {
    get: AtomicU64,
    post: AtomicU64,
    put: AtomicU64,
    delete: AtomicU64,
    retries: AtomicU64,
}

/// What went over the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// GET requests, repeated ones included.
    pub get: u64,
    /// POST requests, repeated ones included.
    pub post: u64,
    /// PUT requests, repeated ones included.
    pub put: u64,
    /// DELETE requests, repeated ones included.
    pub delete: u64,
    /// How many of them were repetitions.
    pub retries: u64,
}

impl Requests {
    /// Requests that could have changed something.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.post + self.put + self.delete
    }
}

/// What became of a create.
#[derive(Debug)]
pub enum WriteOutcome<T> {
    /// The server says that it was done.
    Applied(T),
    /// The server will not do it.
    Refused(ApiError),
    /// It may have been done: read back before anything else.
    Unknown(ApiError),
}

impl Client {
    /// A client for `options.host`.
    ///
    /// # Errors
    /// When the token cannot stand in a header, the CA file holds no certificate, or TLS cannot be set up.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        // Fails when a provider stands already, which is what we want.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, options.token.header()?);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            // The default policy turns a redirected POST into a GET that "succeeds", and repeats bodies to other hosts.
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT.min(options.timeout))
            .read_timeout(options.timeout)
            .pool_max_idle_per_host(options.concurrency);
        if is_loopback(&options.host) {
            builder = builder.no_proxy();
        }
        if let Some(pem) = &options.ca_cert {
            let certificates = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|error| ClientError::CaCert(chain(&error)))?;
            if certificates.is_empty() {
                return Err(ClientError::CaCert("no BEGIN CERTIFICATE line".to_owned()));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        let http = builder.build().map_err(|error| ClientError::Setup(chain(&error)))?;
        let mut base = options.host;
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Self {
            shared: Arc::new(Shared {
                http,
                base,
                timeout: options.timeout,
                permits: Semaphore::new(options.concurrency.max(1)),
                retry: options.retry,
                budget: Budget::new(),
                deadline: Instant::now() + options.deadline,
                pause_until: Mutex::new(None),
                sent: Sent::default(),
                progress: options.progress,
                concurrency: u32::try_from(options.concurrency.max(1)).unwrap_or(u32::MAX),
                stopping: watch::Sender::new(false),
            }),
        })
    }

    /// `GET /api/{path_and_query}`, repeated with back-off while that can help.
    ///
    /// # Errors
    /// The last fault, once repeating is over.
    pub async fn get<T: DeserializeOwned>(&self, path_and_query: &str) -> Result<T, ApiError> {
        match self.send(RequestKind::Read, Method::GET, path_and_query, None).await? {
            WriteOutcome::Applied(value) => Ok(value),
            WriteOutcome::Refused(error) | WriteOutcome::Unknown(error) => Err(error),
        }
    }

    /// `POST /api/{path}` that creates rows. It is repeated only where it cannot have been applied.
    ///
    /// # Errors
    /// Faults that end the whole import: not authorised, unreachable, the deadline.
    pub async fn create<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<WriteOutcome<T>, ApiError> {
        self.send(RequestKind::Create, Method::POST, path, Some(json(body))).await
    }

    /// `PUT /api/{path}`, once: a caller that changes a person's row looks again before every attempt.
    ///
    /// # Errors
    /// Faults that end the whole import.
    pub async fn update_once<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<WriteOutcome<T>, ApiError> {
        // As a create: what cannot be told apart from "applied" is handed back as unknown.
        self.send(RequestKind::Create, Method::PUT, path, Some(json(body))).await
    }

    /// `PUT /api/{path}` with what ends in the same state when it is sent twice: repeated while that can help.
    ///
    /// # Errors
    /// Faults that end the whole import.
    pub async fn update<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<WriteOutcome<T>, ApiError> {
        self.send(RequestKind::Idempotent, Method::PUT, path, Some(json(body))).await
    }

    /// `DELETE /api/{path}`, repeated while that can help. What is gone already is deleted.
    ///
    /// # Errors
    /// Faults that end the whole import.
    pub async fn delete(&self, path: &str) -> Result<WriteOutcome<()>, ApiError> {
        let deleted: WriteOutcome<serde::de::IgnoredAny> =
            self.send(RequestKind::Idempotent, Method::DELETE, path, None).await?;
        Ok(match deleted {
            WriteOutcome::Refused(ApiError {
                error: RequestError::Status { status: 404 | 410, .. },
                ..
            })
            | WriteOutcome::Applied(_) => WriteOutcome::Applied(()),
            WriteOutcome::Refused(error) => WriteOutcome::Refused(error),
            WriteOutcome::Unknown(error) => WriteOutcome::Unknown(error),
        })
    }

    /// `POST /api/{path}/restore`: shows a deleted row again.
    ///
    /// # Errors
    /// Faults that end the whole import.
    pub async fn restore(
        &self,
        path: &str,
    ) -> Result<WriteOutcome<serde::de::IgnoredAny>, ApiError> {
        let path = format!("{path}/restore");
        self.send(RequestKind::Idempotent, Method::POST, &path, None).await
    }

    /// How far the import is, as far as it is done through this client.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.shared.progress
    }

    /// How often and how long apart requests are repeated.
    #[must_use]
    pub fn retry_policy(&self) -> RetryPolicy {
        self.shared.retry
    }

    /// Waits, but neither beyond the deadline nor after [`Client::stop`].
    pub async fn rest(&self, wait: Duration) {
        let until = Instant::now().checked_add(wait).unwrap_or(self.shared.deadline);
        self.sleep_until(until.min(self.shared.deadline)).await;
    }

    /// From now on no request starts; those under way end. What waits for its turn then fails with
    /// [`RequestError::Interrupted`].
    pub fn stop(&self) {
        self.shared.stopping.send_replace(true);
    }

    /// What was sent so far.
    #[must_use]
    pub fn requests(&self) -> Requests {
        let Sent { get, post, put, delete, retries } = &self.shared.sent;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Requests {
            get: read(get),
            post: read(post),
            put: read(put),
            delete: read(delete),
            retries: read(retries),
        }
    }

    async fn send<T: DeserializeOwned>(
        &self,
        kind: RequestKind,
        method: Method,
        path_and_query: &str,
        body: Option<Bytes>,
    ) -> Result<WriteOutcome<T>, ApiError> {
        let started = Instant::now();
        let mut attempts = 0;
        loop {
            let (error, attempted) =
                match self.attempt(&method, path_and_query, body.clone(), attempts).await {
                    Ok(value) => {
                        self.shared.budget.give_back();
                        return Ok(WriteOutcome::Applied(value));
                    }
                    Err(attempted) => attempted,
                };
            attempts += u32::from(attempted);
            let decision = classify(kind, &error);
            let (error, decision) = match decision {
                RetryDecision::Repeat
                    if attempts <= self.shared.retry.retries && self.shared.budget.take() =>
                {
                    match self.wait_before_repetition(attempts, error).await {
                        Ok(()) => continue,
                        Err(error) => (error, RetryDecision::Stop),
                    }
                }
                RetryDecision::Repeat => (error, RetryDecision::Stop),
                RetryDecision::Unknown => {
                    // Whoever reads back and sends again waits as long as the server asked for.
                    if let RequestError::Status { retry_after: Some(asked), .. } = &error
                        && let Some(until) = Instant::now().checked_add(*asked)
                    {
                        self.pause_all_requests(until.min(self.shared.deadline));
                    }
                    (error, RetryDecision::Unknown)
                }
                other => (error, other),
            };
            let error = ApiError {
                method,
                path: format!("/api/{path_and_query}"),
                error,
                attempts: attempts.max(1),
                elapsed: started.elapsed(),
            };
            tracing::debug!(%error, ?decision, "request failed");
            return match decision {
                RetryDecision::Refused => Ok(WriteOutcome::Refused(error)),
                RetryDecision::Unknown => Ok(WriteOutcome::Unknown(error)),
                RetryDecision::Repeat | RetryDecision::Stop => Err(error),
            };
        }
    }

    /// One attempt. The second part of an error says whether anything was tried.
    async fn attempt<T: DeserializeOwned>(
        &self,
        method: &Method,
        path_and_query: &str,
        body: Option<Bytes>,
        attempts_before: u32,
    ) -> Result<T, (RequestError, bool)> {
        let shared = &*self.shared;
        let out_of_time = || RequestError::NoAnswer("the deadline has passed".to_owned());
        // The semaphore is never closed.
        let permit = shared.permits.acquire().await.map_err(|_| (out_of_time(), false))?;
        self.wait_for_pause().await;
        if *shared.stopping.borrow() {
            drop(permit);
            // Whoever hears of this gives up, and takes others along: first let what is under way end.
            let _all = shared.permits.acquire_many(shared.concurrency).await;
            return Err((RequestError::Interrupted, false));
        }
        let left = shared.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err((
                RequestError::Deadline(Box::new(RequestError::NoAnswer(
                    "nothing was sent".to_owned(),
                ))),
                false,
            ));
        }
        let url =
            self.url(path_and_query).map_err(|reason| (RequestError::NotSent(reason), false))?;
        self.count(method, attempts_before);
        let mut request = shared
            .http
            .request(method.clone(), url)
            .timeout(left.min(shared.timeout.saturating_mul(TOTAL_TIMEOUTS)));
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let started = Instant::now();
        let response = request.send().await.map_err(|error| (transport_error(&error), true))?;
        let status = response.status();
        tracing::debug!(%method, path = path_and_query, status = status.as_u16(), ms = started.elapsed().as_millis(), "request");
        if status.is_success() {
            let body = read_body(response, BODY_LIMIT).await.map_err(|error| (error, true))?;
            // Nothing is an answer to what asks for none, such as a DELETE.
            let body = if body.is_empty() { &b"null"[..] } else { &body };
            return decode(status, body).map_err(|error| (error, true));
        }
        Err((status_error(response).await, true))
    }

    fn url(&self, path_and_query: &str) -> Result<Url, String> {
        let mut url = self.shared.base.clone();
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        url.set_path(&format!("{}api/{path}", self.shared.base.path()));
        url.set_query(query);
        Ok(url)
    }

    fn count(&self, method: &Method, attempts_before: u32) {
        let Sent { get, post, put, delete, retries } = &self.shared.sent;
        let counter = match *method {
            Method::GET => get,
            Method::PUT => put,
            Method::DELETE => delete,
            _ => post,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.shared.progress.sent();
        if attempts_before > 0 {
            retries.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits as the server asked or as the policy says; gives the fault back when that would pass the deadline.
    async fn wait_before_repetition(
        &self,
        repetition: u32,
        error: RequestError,
    ) -> Result<(), RequestError> {
        let asked = match &error {
            RequestError::Status { retry_after, .. } => *retry_after,
            _ => None,
        };
        let wait = self.shared.retry.wait(repetition, fastrand::f64());
        // A server may ask for longer than clocks can say.
        let until = Instant::now().checked_add(asked.unwrap_or_default().max(wait));
        let Some(until) = until.filter(|until| *until < self.shared.deadline) else {
            return Err(RequestError::Deadline(Box::new(error)));
        };
        if asked.is_some() {
            self.pause_all_requests(until);
        }
        self.sleep_until(until).await;
        Ok(())
    }

    /// No request starts before `moment`.
    fn pause_all_requests(&self, moment: Instant) {
        let mut pause = self.shared.pause_until.lock().unwrap_or_else(PoisonError::into_inner);
        *pause = (*pause).max(Some(moment));
    }

    /// Until `moment`, or until nothing shall be sent any more.
    async fn sleep_until(&self, moment: Instant) {
        let mut stopping = self.shared.stopping.subscribe();
        tokio::select! {
            () = sleep_until(moment) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    }

    async fn wait_for_pause(&self) {
        loop {
            let until = *self.shared.pause_until.lock().unwrap_or_else(PoisonError::into_inner);
            match until {
                Some(until) if until > Instant::now() => {
                    self.sleep_until(until.min(self.shared.deadline)).await
                }
                _ => return,
            }
            if Instant::now() >= self.shared.deadline || *self.shared.stopping.borrow() {
                return;
            }
        }
    }
}

/// Whether `host` names this machine: `localhost`, 127.0.0.0/8 or `::1`.
#[must_use]
pub fn is_loopback(host: &Url) -> bool {
    match host.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn json(body: &(impl Serialize + ?Sized)) -> Bytes {
    // Our own plain structs always serialise; an empty body would be refused by the server, with a message.
    serde_json::to_vec(body).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_from_other_hosts() {
        let yes = ["http://localhost:1", "http://127.8.9.1", "http://[::1]:5"];
        let no =
            ["https://api.testquality.com", "http://10.0.0.1", "http://localhost.evil.example"];
        assert!(yes.iter().all(|url| is_loopback(&Url::parse(url).unwrap())));
        assert!(!no.iter().any(|url| is_loopback(&Url::parse(url).unwrap())));
    }
}

#[cfg(test)]
#[path = "waiting_tests.rs"]
mod waiting_tests;
