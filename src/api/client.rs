//! The client: the one place through which every request passes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Response, redirect};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use url::Url;

use super::answer::{chain, decode, read_body, status_error, transport_error};
use super::error::{ApiError, RequestError};
use super::filters::Filters;
use super::ids::ProjectId;
use super::lenient::{Element, Listed, is_deleted_row};
use super::pacing::Pacing;
pub use super::requests::Requests;
use super::retry::{RequestKind, RetryDecision, RetryPolicy, classify};
use super::rows::read_rows;
use super::token::{Token, TokenError};
use super::wire::Page;
use crate::progress::Progress;

/// A connection that takes longer to open will not open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A request may take this many read timeouts in total: a page of 1,000 rows that keeps coming is
/// fine, one byte a second forever is not.
const TOTAL_TIMEOUTS: u32 = 4;

/// The largest body that is read, in bytes, unpacked. A page of 1,000 tests with descriptions of 16 KiB fits.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// How to reach a server.
#[derive(Debug)]
pub struct ClientOptions {
    /// Scheme, host, port; a path is kept as a prefix.
    pub host: Url,
    /// The personal access token.
    pub token: Token,
    /// The maximum number of concurrent requests.
    pub concurrency: usize,
    /// How long the server may be silent.
    pub timeout: Duration,
    /// How often and how long apart requests are retried.
    pub retry: RetryPolicy,
    /// The time for all requests together, from now.
    pub deadline: Duration,
    /// An additional certificate authority, PEM.
    pub ca_cert: Option<Vec<u8>>,
    /// Counts the requests and the rows that they write.
    pub progress: Progress,
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The token holds characters that a header cannot carry.
    #[error(transparent)]
    Token(#[from] TokenError),
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
    token_source: Arc<str>,
    timeout: Duration,
    permits: Semaphore,
    /// The number of permits.
    concurrency: u32,
    pacing: Pacing,
    requests: Mutex<Requests>,
    progress: Progress,
    filters: Filters,
}

/// The outcome of a write.
#[derive(Debug)]
pub enum WriteOutcome<T> {
    /// The server confirmed it.
    Applied(T),
    /// The server refused it.
    Refused(ApiError),
    /// It may have been applied: read back before anything else.
    Unknown(ApiError),
}

impl<T> WriteOutcome<T> {
    /// Converts the server's answer.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> WriteOutcome<U> {
        match self {
            Self::Applied(answer) => WriteOutcome::Applied(convert(answer)),
            Self::Refused(error) => WriteOutcome::Refused(error),
            Self::Unknown(error) => WriteOutcome::Unknown(error),
        }
    }
}

impl Client {
    /// A client for `options.host`.
    ///
    /// # Errors
    /// When the token does not fit into a header, the CA file holds no certificate, or TLS cannot be set up.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        // Fails when a provider is installed already, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, options.token.header()?);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            // The default policy turns a redirected POST into a GET that "succeeds", and sends bodies to other hosts.
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT.min(options.timeout))
            .read_timeout(options.timeout)
            .pool_max_idle_per_host(options.concurrency);
        if is_loopback(&options.host) {
            builder = builder.no_proxy();
            if options.host.scheme() == "http" {
                // No request uses TLS: reading the certificates of the system would take longer than all requests of a small import.
                builder = builder.tls_certs_only([]);
            }
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
                token_source: options.token.source(),
                timeout: options.timeout,
                permits: Semaphore::new(options.concurrency.max(1)),
                concurrency: u32::try_from(options.concurrency.max(1)).unwrap_or(u32::MAX),
                pacing: Pacing::new(options.retry, options.deadline),
                requests: Mutex::default(),
                progress: options.progress,
                filters: Filters::default(),
            }),
        })
    }

    /// `GET /api/{path_and_query}`, retried with back-off.
    ///
    /// # Errors
    /// The error of the last attempt.
    pub async fn get<T: DeserializeOwned>(&self, path_and_query: &str) -> Result<T, ApiError> {
        let is_list = path_and_query.contains('?');
        let read = async |response| read_value(response, !is_list).await;
        self.read(path_and_query, read).await
    }

    /// As [`Client::get`], a page of a list. `keep` gets each row while the page arrives, and returns what is kept of it. Each attempt
    /// starts over.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(super) async fn get_page<T: DeserializeOwned, R>(
        &self,
        path_and_query: &str,
        keep: &impl Fn(T) -> R,
    ) -> Result<KeptPage<R>, ApiError> {
        let keep = |listed: Listed<T>| (!listed.is_deleted).then(|| keep(listed.row));
        let read = async |response| {
            let (page, rows, deleted) =
                read_rows::<T, R, Page<T>>(response, BODY_LIMIT, &keep).await?;
            let Page { current_page, last_page, total, .. } = page;
            Ok(KeptPage { current_page, last_page, total, rows, deleted })
        };
        self.read(path_and_query, read).await
    }

    /// `POST /api/{path}`, which creates rows. Retried only if it cannot have been applied.
    ///
    /// # Errors
    /// Errors that end the whole import: not authorised, unreachable, the deadline.
    pub async fn create<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<WriteOutcome<T>, ApiError> {
        self.send(RequestKind::Create, Method::POST, path, Some(json(body)), read_answer).await
    }

    /// As [`Client::create`], with an array. `keep` gets each row of the answer while it arrives, and returns what is kept of it.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn create_array<T: DeserializeOwned, R>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
        keep: impl Fn(T) -> R,
    ) -> Result<WriteOutcome<Vec<R>>, ApiError> {
        let keep = |listed: Listed<T>| Some(keep(listed.row));
        let read = async |response| {
            let (_, rows, _) =
                read_rows::<T, R, Vec<Element<T>>>(response, BODY_LIMIT, &keep).await?;
            Ok(rows)
        };
        self.send(RequestKind::Create, Method::POST, path, Some(json(body)), read).await
    }

    /// `PUT /api/{path}`, retried only if it cannot have been applied: before each attempt to change a
    /// person's row, the caller reads it again.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn update_once<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<WriteOutcome<T>, ApiError> {
        self.send(RequestKind::Create, Method::PUT, path, Some(json(body)), read_answer).await
    }

    /// `PUT /api/{path}` with an idempotent body, retried with back-off.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn update<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<WriteOutcome<T>, ApiError> {
        self.send(RequestKind::Idempotent, Method::PUT, path, Some(json(body)), read_answer).await
    }

    /// `DELETE /api/{path}`, retried with back-off. A row that does not exist counts as deleted.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn delete(&self, path: &str) -> Result<WriteOutcome<()>, ApiError> {
        let deleted =
            self.send(RequestKind::Idempotent, Method::DELETE, path, None, read_nothing).await?;
        match deleted {
            WriteOutcome::Refused(error) if error.is_not_found() => Ok(WriteOutcome::Applied(())),
            deleted => Ok(deleted.map(drop)),
        }
    }

    /// `POST /api/{path}/delete`, which deletes the rows with these `ids`, at most 1,000 (source: the SDK); retried with back-off.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn delete_many(&self, path: &str, ids: &[u64]) -> Result<WriteOutcome<()>, ApiError> {
        #[derive(Serialize)]
        struct Row {
            id: u64,
        }
        let rows: Vec<Row> = ids.iter().map(|&id| Row { id }).collect();
        let (path, body) = (format!("{path}/delete"), json(&rows));
        let (kind, method) = (RequestKind::Idempotent, Method::POST);
        Ok(self.send(kind, method, &path, Some(body), read_nothing).await?.map(drop))
    }

    /// `POST /api/{path}/restore`, which restores a deleted row; retried with back-off.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn restore(&self, path: &str) -> Result<WriteOutcome<()>, ApiError> {
        let path = format!("{path}/restore");
        let (kind, method) = (RequestKind::Idempotent, Method::POST);
        Ok(self.send(kind, method, &path, None, read_nothing).await?.map(drop))
    }

    /// What is known about the server's filters.
    pub(super) fn filters(&self) -> &Filters {
        &self.shared.filters
    }

    /// The project of this import: whole lists are those of the project.
    pub fn set_project(&self, project: ProjectId) {
        self.filters().set_project(project);
    }

    /// The progress of the import that uses this client.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.shared.progress
    }

    /// The maximum number of concurrent requests.
    #[must_use]
    pub fn concurrency(&self) -> usize {
        self.shared.concurrency as usize
    }

    /// How often and how long apart requests are retried.
    #[must_use]
    pub fn retry_policy(&self) -> RetryPolicy {
        self.shared.pacing.retry
    }

    /// Waits, at most until the deadline or [`Client::stop`].
    pub async fn sleep(&self, wait: Duration) {
        self.shared.pacing.sleep(wait).await;
    }

    /// From now on no request starts; those in flight complete. Requests that wait for their turn fail
    /// with [`RequestError::Interrupted`].
    pub fn stop(&self) {
        self.shared.pacing.stop();
    }

    /// The requests sent so far.
    #[must_use]
    pub fn requests(&self) -> Requests {
        *self.lock_requests()
    }

    fn lock_requests(&self) -> MutexGuard<'_, Requests> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request that only reads. `read` reads the answer.
    async fn read<T>(
        &self,
        path_and_query: &str,
        read: impl AsyncFn(Response) -> Result<T, RequestError>,
    ) -> Result<T, ApiError> {
        match self.send(RequestKind::Read, Method::GET, path_and_query, None, read).await? {
            WriteOutcome::Applied(answer) => Ok(answer),
            WriteOutcome::Refused(error) | WriteOutcome::Unknown(error) => Err(error),
        }
    }

    /// Sends a request until it succeeds or [`classify`] says not to retry it. `read` reads the answer.
    async fn send<T>(
        &self,
        kind: RequestKind,
        method: Method,
        path_and_query: &str,
        body: Option<Bytes>,
        read: impl AsyncFn(Response) -> Result<T, RequestError>,
    ) -> Result<WriteOutcome<T>, ApiError> {
        let pacing = &self.shared.pacing;
        let started = Instant::now();
        let mut attempts = 0;
        let mut sent = started;
        let mut limited = None;
        let (error, decision) = loop {
            let attempt =
                self.attempt(&method, path_and_query, body.clone(), &mut attempts, &mut sent);
            let answer = match attempt.await {
                Ok((response, _permit)) => read(response).await,
                Err(error) => Err(error),
            };
            let error = match answer {
                Ok(value) => {
                    pacing.succeeded();
                    return Ok(WriteOutcome::Applied(value));
                }
                // The deadline passed during the pause.
                Err(RequestError::Deadline(error)) => {
                    RequestError::Deadline(limited.take().map_or(error, Box::new))
                }
                Err(error) => error,
            };
            match classify(kind, &error) {
                RetryDecision::Repeat if error.is_rate_limit() => {
                    match pacing.pause_for_rate_limit(sent, error) {
                        Ok(error) => limited = Some(error),
                        Err(error) => break (error, RetryDecision::Stop),
                    }
                }
                RetryDecision::Repeat if pacing.may_retry(attempts) => {
                    if let Err(error) = pacing.wait_before_retry(attempts, error).await {
                        break (error, RetryDecision::Stop);
                    }
                }
                decision => break (error, decision),
            }
        };
        if decision == RetryDecision::Unknown {
            pacing.pause_as_asked(&error);
        }
        let (attempts, elapsed) = (attempts.max(1), started.elapsed());
        let error = self.error(method, path_and_query, error, attempts, elapsed);
        tracing::debug!(%error, ?decision, "request failed");
        match decision {
            RetryDecision::Refused => Ok(WriteOutcome::Refused(error)),
            RetryDecision::Unknown => Ok(WriteOutcome::Unknown(error)),
            RetryDecision::Repeat | RetryDecision::Stop => Err(error),
        }
    }

    /// One attempt, up to the head of a successful answer, which is to be read with its permit. If a request was sent, `attempts` grows
    /// and `sent` is the moment.
    async fn attempt(
        &self,
        method: &Method,
        path_and_query: &str,
        body: Option<Bytes>,
        attempts: &mut u32,
        sent: &mut Instant,
    ) -> Result<(Response, SemaphorePermit<'_>), RequestError> {
        let shared = &*self.shared;
        let permit = shared.permits.acquire().await.map_err(|_| RequestError::Interrupted)?;
        let turn = shared.pacing.turn().await;
        if shared.pacing.is_stopping() {
            drop(permit);
            // The caller gives up and may cancel other requests: wait until those in flight complete.
            let _all = shared.permits.acquire_many(shared.concurrency).await;
            return Err(RequestError::Interrupted);
        }
        let left = shared.pacing.time_left();
        if left.is_zero() {
            let error = RequestError::NoAnswer("nothing was sent".to_owned());
            return Err(RequestError::Deadline(Box::new(error)));
        }
        self.lock_requests().count(method, *attempts > 0);
        shared.progress.sent();
        *attempts += 1;
        *sent = turn.since;
        let mut request = shared
            .http
            .request(method.clone(), self.url(path_and_query))
            .timeout(left.min(shared.timeout.saturating_mul(TOTAL_TIMEOUTS)));
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let started = Instant::now();
        let response = request.send().await.map_err(|error| transport_error(&error))?;
        let status = response.status();
        tracing::debug!(%method, path = path_and_query, status = status.as_u16(), ms = started.elapsed().as_millis(), "request");
        if !status.is_success() {
            let error = status_error(response).await;
            if !error.is_rate_limit() {
                turn.passed();
            }
            return Err(error);
        }
        turn.passed();
        Ok((response, permit))
    }

    /// The failure of a request to this server.
    pub(super) fn error(
        &self,
        method: Method,
        path_and_query: &str,
        error: RequestError,
        attempts: u32,
        elapsed: Duration,
    ) -> ApiError {
        ApiError {
            host: Arc::from(self.shared.base.as_str().trim_end_matches('/')),
            token_source: Arc::clone(&self.shared.token_source),
            method,
            path: format!("/api/{path_and_query}"),
            error,
            attempts,
            elapsed,
        }
    }

    fn url(&self, path_and_query: &str) -> Url {
        let mut url = self.shared.base.clone();
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        url.set_path(&format!("{}api/{path}", self.shared.base.path()));
        url.set_query(query);
        url
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

/// A page of a list, with what was kept of its rows.
pub(super) struct KeptPage<R> {
    /// The number of this page, from 1.
    pub(super) current_page: u64,
    /// The number of the last page, at least 1.
    pub(super) last_page: u64,
    /// The number of rows on all pages.
    pub(super) total: u64,
    pub(super) rows: Vec<R>,
    /// The number of deleted rows that the server listed among them.
    pub(super) deleted: usize,
}

/// Reads a whole answer. A row that was deleted is as absent as one that is not there.
async fn read_value<T: DeserializeOwned>(
    response: Response,
    is_row: bool,
) -> Result<T, RequestError> {
    let status = response.status();
    let body = read_body(response, BODY_LIMIT).await?;
    if is_row && is_deleted_row(&body) {
        let message = Some("the row was deleted".to_owned());
        return Err(RequestError::Status { status: 404, message, code: None, retry_after: None });
    }
    // A DELETE may have an empty answer.
    decode(status, if body.is_empty() { b"null" } else { &body })
}

/// Reads the whole answer to a write.
async fn read_answer<T: DeserializeOwned>(response: Response) -> Result<T, RequestError> {
    read_value(response, false).await
}

async fn read_nothing(response: Response) -> Result<IgnoredAny, RequestError> {
    read_answer(response).await
}

fn json(body: &(impl Serialize + ?Sized)) -> Bytes {
    // Our own plain structs always serialise; the server would refuse an empty body with a message.
    serde_json::to_vec(body).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        let yes = ["http://localhost:1", "http://127.8.9.1", "http://[::1]:5"];
        let no =
            ["https://api.testquality.com", "http://10.0.0.1", "http://localhost.evil.example"];
        assert!(yes.iter().all(|url| is_loopback(&Url::parse(url).unwrap())));
        assert!(!no.iter().any(|url| is_loopback(&Url::parse(url).unwrap())));
    }
}
