//! The signals by which a job is cancelled.

use tokio::signal;

use super::exit::Exit;

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
