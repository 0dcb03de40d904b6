//! The sandbox: TestQuality's REST API on this machine, in one SQLite file.
//!
//! A newcomer imports into it without an account, our tests stand on it, and other people's scripts
//! can be tested against it. Nothing is shared with the importer's client but the vendor's
//! documentation; the importer talks to it over HTTP only.
//!
//! What the service does is known in part (the vendor's guide, its SDK, its CLI). Where it is not,
//! the sandbox does what is hardest on a client and still sane, and the code says that it is our
//! choice. It enforces no uniqueness: two creates with one name give two rows.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use testquality_sandbox::{self as sandbox, Options, Store};
//!
//! let store = Store::open("sandbox.db", "Demo")?;
//! let sandbox = sandbox::spawn(Options::new(store, sandbox::generate_token()?)).await?;
//! // … requests to sandbox.url …
//! sandbox.stop().await?;
//! # Ok(())
//! # }
//! ```

mod auth;
mod batch;
mod calls;
mod error;
mod faults;
mod guard;
mod journal;
mod page;
mod query;
mod relations;
mod resources;
mod router;
mod store;
mod target;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use auth::{NoRandomness, Token, generate_token};
pub use faults::{FaultError, Faults};
pub use guard::Reach;
pub use journal::{Entry, Journal};
pub use page::{PageCode, generate_page_code};
pub use store::{Store, StoreError, reset};

/// How long requests may go on after the end was asked for.
const GRACE: Duration = Duration::from_secs(3);

/// What a sandbox serves, and to whom.
#[derive(Debug, Clone)]
pub struct Options {
    /// The database.
    pub store: Store,
    /// The token that requests must carry.
    pub token: Token,
    /// Where it may be reached from.
    pub reach: Reach,
    /// Where requests are recorded.
    pub journal: Option<Journal>,
    /// The most rows of a page, whatever `per_page` asks for.
    pub max_per_page: Option<u32>,
    /// The longest request body.
    pub max_body_bytes: usize,
    /// How it misbehaves.
    pub faults: Arc<Faults>,
    /// What lets a browser see the page, once; none: nobody gets to see it.
    pub page_code: Option<PageCode>,
}

impl Options {
    /// Loopback only, no journal, no cap on pages, bodies of 8 MiB, no way to see the page.
    #[must_use]
    pub fn new(store: Store, token: Token) -> Self {
        Self {
            store,
            token,
            reach: Reach::Loopback,
            journal: None,
            max_per_page: None,
            max_body_bytes: 8 * 1024 * 1024,
            faults: Arc::default(),
            page_code: None,
        }
    }
}

/// Why a sandbox cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be bound or read.
    #[error("cannot listen for sandbox requests")]
    Listen(#[source] std::io::Error),
    /// The address can be reached from other machines, and nobody said that it should be.
    #[error("{0} can be reached from other machines")]
    NotLoopback(SocketAddr),
    /// The address can be reached from other machines, and the token was made up.
    #[error("{0} can be reached from other machines, which takes a token of your own")]
    NeedsOwnToken(SocketAddr),
    /// The system gave no random numbers for the code of the page.
    #[error("cannot make a link to the page")]
    NoCode(#[source] NoRandomness),
    /// Serving ended by itself.
    #[error("the sandbox stopped")]
    Stopped(#[source] std::io::Error),
    /// The task that served is gone.
    #[error("the sandbox broke off")]
    BrokeOff(#[source] tokio::task::JoinError),
}

/// Serves until `shutdown` is done; requests that run then have a few seconds to end.
///
/// # Errors
///
/// When the listener can be reached from other machines and `options` does not allow it, and when
/// serving fails.
pub async fn serve(
    listener: TcpListener,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::Listen)?;
    let Options { store, token, reach, journal, max_per_page, max_body_bytes, faults, page_code } =
        options;
    if !address.ip().is_loopback() {
        match reach {
            Reach::Loopback => return Err(ServeError::NotLoopback(address)),
            Reach::Network { .. } if token.is_made_up() => {
                return Err(ServeError::NeedsOwnToken(address));
            }
            Reach::Network { .. } => {}
        }
    }
    let router = router::router(Arc::new(router::Shared {
        store,
        token: auth::TokenCheck::new(&token),
        reach,
        journal,
        max_per_page,
        max_body_bytes,
        faults,
        entry: page::Entry::new(page_code.as_ref()),
        serial: 0.into(),
    }));
    // Answers are small and clients wait for them: no collecting of packets.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
    });
    let (ending, ended) = oneshot::channel();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        let _ = ending.send(());
    });
    let overtime = async {
        let _ = ended.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = serving => result.map_err(ServeError::Stopped),
        () = overtime => Ok(()),
    }
}

/// A sandbox that runs in this process. It ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    /// Where it is, as `http://127.0.0.1:41234`, without `/api`.
    pub url: String,
    /// The token that requests must carry.
    pub token: SecretString,
    /// The id of the first project.
    pub project_id: i64,
    /// The database file.
    pub db: PathBuf,
    /// The link to the page: it holds a code that works once.
    pub page: SecretString,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
}

impl Running {
    /// Ends it, and waits until it has ended.
    ///
    /// # Errors
    ///
    /// When serving failed before.
    pub async fn stop(self) -> Result<(), ServeError> {
        drop(self.shutdown);
        self.task.await.map_err(ServeError::BrokeOff)?
    }
}

/// Serves on a free loopback port of this machine, in the background. A code for the page is made
/// up unless `options` has one.
///
/// # Errors
///
/// When there is no such port, and when the system gives no random numbers.
pub async fn spawn(mut options: Options) -> Result<Running, ServeError> {
    let code = match options.page_code.take() {
        Some(code) => code,
        None => generate_page_code().map_err(ServeError::NoCode)?,
    };
    options.page_code = Some(code.clone());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(ServeError::Listen)?;
    let address = listener.local_addr().map_err(ServeError::Listen)?;
    let token = options.token.secret().clone();
    let project_id = options.store.project_id();
    let db = options.store.path().to_owned();
    let (shutdown, asked) = oneshot::channel();
    let task = tokio::spawn(serve(listener, options, async {
        // Sent or dropped: either way it shall end.
        let _: Result<(), _> = asked.await;
    }));
    let url = format!("http://{address}");
    Ok(Running { page: code.link(&url).into(), url, token, project_id, db, shutdown, task })
}
