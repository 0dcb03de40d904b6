//! Clients for connections, and exit codes for their errors.

use anyhow::Context as _;

use crate::api::client::{Client, ClientError, ClientOptions};
use crate::api::error::{ApiError, Severity};
use crate::api::retry::RetryPolicy;
use crate::progress::Progress;
use crate::snapshot::TargetError;

use super::exit::ExitCode;
use super::settings::{Connection, Remote, RequestLimits};

/// Runs `work` with a client for `connection`, on a new runtime. An embedded sandbox runs until the work is done.
///
/// # Errors
/// If there is no runtime, no sandbox, or no client; [`exit_code_for_connection`] is the exit code.
pub(super) fn with_client<T>(
    connection: &Connection,
    limits: &RequestLimits,
    progress: &Progress,
    work: impl AsyncFnOnce(&Client, &Remote) -> T,
) -> anyhow::Result<T> {
    let client = |remote: &Remote| {
        // Whatever a server says from now on, no writer repeats the token.
        remote.token.hide();
        Client::new(ClientOptions {
            host: remote.host.clone(),
            token: remote.token.clone(),
            concurrency: limits.concurrency,
            timeout: limits.timeout,
            retry: RetryPolicy::new(limits.retries).starting_with(limits.retry_wait),
            deadline: limits.deadline,
            ca_cert: remote.ca_cert.clone(),
            progress: progress.clone(),
        })
    };
    let mut builder = match connection {
        // One thread reads answers and decodes them, so that few of them are in memory.
        Connection::Remote(_) | Connection::Missing => {
            tokio::runtime::Builder::new_current_thread()
        }
        // The sandbox must answer while the client waits.
        Connection::Sandbox { .. } => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder.worker_threads(2).enable_all().build();
    let runtime = runtime.context("cannot start the network")?;
    runtime.block_on(async {
        match connection {
            Connection::Remote(remote) => Ok(work(&client(remote)?, remote).await),
            #[cfg(feature = "sandbox")]
            Connection::Sandbox { db, project, .. } => {
                let (running, remote) = super::sandbox::embedded(db, project).await?;
                let done = work(&client(&remote)?, &remote).await;
                // If it failed, so did the requests.
                let _ = running.stop().await;
                Ok(done)
            }
            #[cfg(not(feature = "sandbox"))]
            Connection::Sandbox { .. } => anyhow::bail!("this build has no sandbox"),
            Connection::Missing => anyhow::bail!("no token is set"),
        }
    })
}

/// The exit code for an error of [`with_client`].
pub(super) fn exit_code_for_connection(error: &anyhow::Error) -> ExitCode {
    if error.is::<ClientError>() { ExitCode::Usage } else { ExitCode::Incomplete }
}

/// The exit code and the hint for an import without a target.
pub(super) fn exit_code_for_target(error: &TargetError) -> (ExitCode, &'static str) {
    match error {
        TargetError::Api(error) => (exit_code_for(error), error.hint()),
        TargetError::UnknownProject { .. } => (
            ExitCode::Usage,
            "set --project to the name or id of a project that the token's owner can see",
        ),
        TargetError::AmbiguousProject { .. } => {
            (ExitCode::Usage, "set --project to one of the ids")
        }
        TargetError::NotOnlyOne(_) => (ExitCode::Usage, "set --project to a name or id"),
        TargetError::NoRoot { .. } => (ExitCode::Incomplete, "ask for access to the whole project"),
    }
}

/// The exit code for a failed request.
pub(super) fn exit_code_for(error: &ApiError) -> ExitCode {
    match error.severity() {
        Severity::NotAuthorised => ExitCode::NotAuthorised,
        Severity::Unavailable => ExitCode::Unavailable,
        Severity::Unexpected => ExitCode::Incomplete,
    }
}
