//! The signals by which a job is cancelled.

use tokio::signal;

use super::exit::ExitCode;

/// From now on a signal ends the process at once: the work is over, and only what it gave is written.
///
/// Handlers that were once installed stay; without this, whoever reads our output slowly could not be left.
pub(super) fn end_at_once() {
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime {
            let asked = runtime.block_on(asked_to_end());
            #[expect(
                clippy::exit,
                reason = "the main thread may wait for ever for somebody to read"
            )]
            std::process::exit(i32::from(asked.code()));
        }
    });
}

/// Until SIGINT or SIGTERM; says which.
pub(super) async fn asked_to_end() -> ExitCode {
    match Signals::listen() {
        Ok(mut signals) => signals.next().await,
        // Without a handler the signal ends the process by itself.
        Err(_) => std::future::pending().await,
    }
}

/// Every SIGINT and SIGTERM from its creation on.
#[derive(Debug)]
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: signal::unix::Signal,
    #[cfg(unix)]
    terminate: signal::unix::Signal,
}

impl Signals {
    /// Begins to listen; a runtime must be there.
    ///
    /// # Errors
    /// If the system allows no handler.
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            interrupt: signal::unix::signal(signal::unix::SignalKind::interrupt())?,
            #[cfg(unix)]
            terminate: signal::unix::signal(signal::unix::SignalKind::terminate())?,
        })
    }

    /// Until the next one; says which.
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
