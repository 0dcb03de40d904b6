#![doc = include_str!("../README.md")]

mod accept;
mod api;
mod auth;
mod batch;
mod bodies;
mod error;
mod faults;
mod guard;
mod journal;
mod page;
mod path;
mod query;
mod relations;
mod resources;
mod router;
mod store;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use auth::{RandomnessError, Token};
pub use faults::{FaultRuleError, FaultRules};
pub use guard::Exposure;
pub use journal::{Journal, JournalEntry};
pub use page::PageCode;
pub use store::{Store, StoreError, delete_database};

/// What a sandbox serves, and to whom.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The database.
    pub store: Store,
    /// The bearer token that API requests must carry.
    pub token: Token,
    /// Which machines may connect. Default: this machine only.
    pub exposure: Exposure,
    /// Records the requests. Default: none.
    pub journal: Option<Journal>,
    /// Caps the rows of a list page, whatever `per_page` requests. Default: no cap.
    pub max_per_page: Option<u32>,
    /// The maximum length of a request body, in bytes. Default: 8 MiB.
    pub max_body_bytes: usize,
    /// The maximum length of all request bodies that are read and executed at the same time, in bytes; further requests wait.
    /// Default: 64 MiB.
    pub max_total_body_bytes: usize,
    /// How long a client may take for the head of a request, and how long it may be silent in the body. Default: 30 seconds.
    pub read_timeout: Duration,
    /// How the sandbox misbehaves. Default: not at all.
    pub faults: FaultRules,
    /// The one-time code that lets a browser see the page. Default: none, which keeps the page closed.
    pub page_code: Option<PageCode>,
}

impl Settings {
    /// Settings with the defaults that the fields document.
    #[must_use]
    pub fn new(store: Store, token: Token) -> Self {
        Self {
            store,
            token,
            exposure: Exposure::Loopback,
            journal: None,
            max_per_page: None,
            max_body_bytes: 8 * 1024 * 1024,
            max_total_body_bytes: 64 * 1024 * 1024,
            read_timeout: Duration::from_secs(30),
            faults: FaultRules::default(),
            page_code: None,
        }
    }
}

/// Why a sandbox does not start, or stopped serving.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address cannot be bound or read.
    #[error("cannot listen for sandbox requests")]
    Listen(#[source] std::io::Error),
    /// Other machines can reach the address, but the settings allow this machine only.
    #[error("{0} can be reached from other machines")]
    NotLoopback(SocketAddr),
    /// Other machines can reach the address, but the token is a generated one.
    #[error("{0} can be reached from other machines, which requires a token of your own")]
    OwnTokenRequired(SocketAddr),
    /// The code for the page cannot be generated.
    #[error("cannot make a link to the page")]
    PageCode(#[source] RandomnessError),
    /// A rule about the whole server cannot be applied to the database.
    #[error("cannot apply a fault rule to the database: {0}")]
    Variants(String),
    /// The background task panicked or was cancelled.
    #[error("the sandbox crashed")]
    Crashed(#[source] tokio::task::JoinError),
}

/// Serves on `listener` until `shutdown` completes; running requests then have 3 seconds to finish.
///
/// # Errors
///
/// When other machines can reach the listener and `settings` do not allow that, and when serving fails.
pub async fn serve(
    settings: Settings,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::Listen)?;
    if !address.ip().is_loopback() {
        if settings.exposure == Exposure::Loopback {
            return Err(ServeError::NotLoopback(address));
        }
        if settings.token.is_generated() {
            return Err(ServeError::OwnTokenRequired(address));
        }
    }
    let Settings {
        store,
        token,
        exposure,
        journal,
        max_per_page,
        max_body_bytes,
        max_total_body_bytes,
        read_timeout,
        faults,
        page_code,
    } = settings;
    let store = store.with_variants(faults.variants()).map_err(|error| {
        let (_, message) = error.into_response_parts();
        ServeError::Variants(message.to_string())
    })?;
    let router = router::router(Arc::new(router::AppState {
        store,
        token: auth::SecretDigest::new(token.secret().expose_secret()),
        exposure,
        journal,
        max_per_page,
        bodies: bodies::Bodies::new(max_body_bytes, max_total_body_bytes, read_timeout),
        faults,
        page_access: page::PageAccess::new(page_code.as_ref()),
    }));
    accept::serve(listener, router, read_timeout, shutdown).await;
    Ok(())
}

/// A sandbox that runs in this process. Dropping it shuts it down.
#[derive(Debug)]
pub struct RunningSandbox {
    /// Its address, for example `http://127.0.0.1:41234`, without `/api`.
    pub url: String,
    /// The bearer token that API requests must carry.
    pub token: SecretString,
    /// The id of the first project.
    pub project_id: i64,
    /// The database file.
    pub db: PathBuf,
    /// The link to the page; its code works once.
    pub page_link: SecretString,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
}

impl RunningSandbox {
    /// Shuts the sandbox down and waits until it has stopped.
    ///
    /// # Errors
    ///
    /// When serving failed before.
    pub async fn stop(self) -> Result<(), ServeError> {
        drop(self.shutdown);
        self.task.await.map_err(ServeError::Crashed)?
    }
}

/// Serves in the background on a free loopback port. Generates a code for the page unless `settings`
/// have one.
///
/// # Errors
///
/// When no port can be bound, and when the system provides no random numbers.
pub async fn spawn(mut settings: Settings) -> Result<RunningSandbox, ServeError> {
    let code = match settings.page_code.take() {
        Some(code) => code,
        None => PageCode::generate().map_err(ServeError::PageCode)?,
    };
    settings.page_code = Some(code.clone());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(ServeError::Listen)?;
    let address = listener.local_addr().map_err(ServeError::Listen)?;
    let url = format!("http://{address}");
    let token = settings.token.secret().clone();
    let project_id = settings.store.project_id();
    let db = settings.store.path().to_owned();
    let (shutdown, stop_requested) = oneshot::channel();
    let task = tokio::spawn(serve(settings, listener, async {
        // The channel closes when the handle is dropped or stopped.
        let _: Result<(), _> = stop_requested.await;
    }));
    let page_link = code.link(&url).into();
    Ok(RunningSandbox { url, token, project_id, db, page_link, shutdown, task })
}
