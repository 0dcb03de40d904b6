//! The signals by which a job is cancelled.

use tokio::signal;

use super::exit::Exit;

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
pub(super) async fn asked_to_end() -> Exit {
    #[cfg(unix)]
    {
        let terminate = async {
            match signal::unix::signal(signal::unix::SignalKind::terminate()) {
                Ok(mut terminate) => {
                    terminate.recv().await;
                }
                // Without a handler the signal ends the process by itself.
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = terminate => Exit::Terminated,
            _ = signal::ctrl_c() => Exit::Interrupted,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = signal::ctrl_c().await;
        Exit::Interrupted
    }
}
