//! From a connection to a client, and from what went wrong there to an exit code.

use crate::api::client::{Client, ClientError, ClientOptions};
use crate::api::error::{ApiError, Severity};
use crate::api::retry::RetryPolicy;
use crate::progress::Progress;
use crate::snapshot::TargetError;

use super::exit::ExitCode;
use super::settings::{Connection, Limits, Remote};

/// A client for `remote`, which tells `progress` of what it does.
///
/// # Errors
/// When a certificate authority cannot be used.
pub(super) fn client(
    remote: &Remote,
    limits: &Limits,
    progress: &Progress,
) -> Result<Client, ClientError> {
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
}

/// Does `work` with a client for `connection`, on a runtime of its own; the embedded sandbox runs as long as that takes.
///
/// # Errors
/// When there is no runtime, no sandbox, or no client.
pub(super) fn with_client<T>(
    connection: &Connection,
    limits: &Limits,
    work: impl AsyncFnOnce(&Client, &Remote) -> T,
) -> anyhow::Result<T> {
    // The sandbox answers while the client waits.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        match connection {
            Connection::Remote(remote) => {
                let client = client(remote, limits, &Progress::default())?;
                Ok(work(&client, remote).await)
            }
            #[cfg(feature = "sandbox")]
            Connection::Sandbox { db, project, .. } => {
                let (running, remote) = super::sandbox::embedded(db, project).await?;
                let client = client(&remote, limits, &Progress::default())?;
                let done = work(&client, &remote).await;
                running.stop().await?;
                Ok(done)
            }
            #[cfg(not(feature = "sandbox"))]
            Connection::Sandbox { .. } => anyhow::bail!("this build has no sandbox"),
        }
    })
}

/// How an import ends that found no target, and what to do about it.
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

/// How an import ends that a request ended.
pub(super) fn exit_code_for(error: &ApiError) -> ExitCode {
    match error.severity() {
        Severity::NotAuthorised => ExitCode::NotAuthorised,
        Severity::Unavailable => ExitCode::Unavailable,
        Severity::Unexpected => ExitCode::Incomplete,
    }
}
