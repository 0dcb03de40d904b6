//! The signals that cancel a job.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::signal;

use crate::api::client::Client;

use super::exit::ExitCode;
use super::streams::Streams;

/// From now on, a signal ends the process at once: only output is left to write.
///
/// Installed handlers cannot be removed. Without this, a signal could not end a process that waits for a slow reader.
pub(super) fn end_at_once() {
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime {
            let signal = runtime.block_on(wait_for_signal());
            #[expect(clippy::exit, reason = "the main thread may wait for a reader for ever")]
            std::process::exit(i32::from(signal.code()));
        }
    });
}

/// Ends the process on a signal, until requests are sent: until then, nothing was written.
#[derive(Debug)]
pub(super) struct EarlyEnd {
    streams: Streams,
    is_armed: Arc<Mutex<bool>>,
}

impl EarlyEnd {
    /// Starts to listen in a thread of its own.
    pub(super) fn new(streams: Streams) -> Self {
        let early = Self { streams, is_armed: Arc::new(Mutex::new(true)) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let signals = runtime.and_then(|runtime| {
            let signals = {
                let _entered = runtime.enter();
                Signals::listen()?
            };
            Ok((runtime, signals))
        });
        // If there is no handler, a signal ends the process, too.
        if let Ok((runtime, mut signals)) = signals {
            let early = Self { streams, is_armed: Arc::clone(&early.is_armed) };
            std::thread::spawn(move || early.end(runtime.block_on(signals.next())));
        }
        early
    }

    /// From now on, others handle signals.
    pub(super) fn disarm(&self) {
        *self.is_armed.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Ends the process because of `signal`, unless others handle it.
    pub(super) fn end(&self, signal: ExitCode) {
        let is_armed = self.is_armed.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_armed {
            self.streams.message("interrupted: nothing was written");
            // The main thread reads reports.
            std::process::exit(i32::from(signal.code()));
        }
    }
}

/// How long running requests may take after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// Does `work` with `client` until it is done or a signal comes; then running requests may complete. Returns what it returned, if it
/// ended, and the exit code of the signal.
pub(super) async fn until_signal<T>(
    client: &Client,
    early: EarlyEnd,
    work: impl Future<Output = T>,
) -> (Option<T>, Option<ExitCode>) {
    let received = wait_for_signal();
    tokio::pin!(received);
    // Listens from here on.
    if let Some(signal) = received.as_mut().now_or_never() {
        early.end(signal);
    }
    early.disarm();
    tokio::pin!(work);
    tokio::select! {
        ended = &mut work => (Some(ended), None),
        signal = &mut received => {
            client.stop();
            (tokio::time::timeout(GRACE, work).await.ok(), Some(signal))
        }
    }
}

/// Waits for SIGINT or SIGTERM. Returns its exit code.
pub(super) async fn wait_for_signal() -> ExitCode {
    match Signals::listen() {
        Ok(mut signals) => signals.next().await,
        // Without a handler, the signal ends the process.
        Err(_) => std::future::pending().await,
    }
}

/// The SIGINT and SIGTERM signals since its creation.
#[derive(Debug)]
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: signal::unix::Signal,
    #[cfg(unix)]
    terminate: signal::unix::Signal,
}

impl Signals {
    /// Starts to listen; must be called on a runtime.
    ///
    /// # Errors
    /// If the handlers cannot be installed.
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            interrupt: signal::unix::signal(signal::unix::SignalKind::interrupt())?,
            #[cfg(unix)]
            terminate: signal::unix::signal(signal::unix::SignalKind::terminate())?,
        })
    }

    /// Waits for the next signal. Returns its exit code.
    pub(super) async fn next(&mut self) -> ExitCode {
        #[cfg(unix)]
        {
            tokio::select! {
                _ = self.terminate.recv() => ExitCode::Terminated,
                _ = self.interrupt.recv() => ExitCode::Interrupted,
            }
        }
        #[cfg(not(unix))]
        {
            let _ = signal::ctrl_c().await;
            ExitCode::Interrupted
        }
    }
}
