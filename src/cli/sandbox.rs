//! `tq-import sandbox`, and the embedded sandbox of `--sandbox`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use serde_json::json;
use tokio::net::TcpListener;

use crate::api::token::Token;
use crate::snapshot::ProjectRef;
use crate::summary::escape;
use testquality_sandbox::{
    self as sandbox, Exposure, FaultRuleError, FaultRules, PageCode, RunningSandbox, Settings,
    Store,
};

use super::args::SandboxArgs;
use super::args::values::ReadyFormat;
use super::exit::ExitCode;
use super::log;
use super::settings::{Environment, Remote, SandboxAction, SandboxSettings};
use super::streams::Streams;

/// The project of a new database.
const PROJECT: &str = "Demo";

/// Starts a sandbox in this process on a free port, with a token that nobody else knows.
pub(super) async fn embedded(
    db: &Path,
    project: &ProjectRef,
) -> anyhow::Result<(RunningSandbox, Remote)> {
    let store = open(db, PROJECT)?;
    let running = sandbox::spawn(Settings::new(store, sandbox::Token::generate()?)).await?;
    let remote = Remote {
        host: running.url.parse().context("the sandbox has no address")?,
        token: Token::new(running.token.expose_secret().to_owned())?
            .from_source("the sandbox itself"),
        project: project.clone(),
        ca_cert: None,
    };
    Ok((running, remote))
}

fn open(db: &Path, project: &str) -> anyhow::Result<Store> {
    Store::open(db, project)
        .with_context(|| format!("cannot open the sandbox's database {}", db.display()))
}

/// Serves a sandbox until a signal, or deletes its database.
pub(super) fn run(args: &SandboxArgs, environment: &Environment) -> ExitCode {
    let settings = match SandboxSettings::resolve(args, environment) {
        Ok(settings) => settings,
        Err(errors) => return Streams::default().invalid_settings(&errors),
    };
    let streams = Streams::new(&settings.terminal);
    log::start(&settings.terminal);
    for warning in &settings.warnings {
        streams.warning(warning);
    }
    let done = match &settings.action {
        SandboxAction::Reset => reset(&settings.db, &streams),
        SandboxAction::Serve { .. } => serve(&settings, &streams),
    };
    match done {
        Ok(exit) => exit,
        Err(error) => {
            let is_usage = error.is::<FaultRuleError>();
            streams.error(&error, is_usage.then_some("check --fault; nothing was done"));
            if is_usage { ExitCode::Usage } else { ExitCode::Incomplete }
        }
    }
}

fn reset(db: &Path, streams: &Streams) -> anyhow::Result<ExitCode> {
    let deleted =
        sandbox::delete_database(db).with_context(|| format!("cannot delete {}", db.display()))?;
    let result = if deleted { "deleted" } else { "there was no" };
    Ok(streams.print(&format!("{result} {}\n", db.display())))
}

fn serve(settings: &SandboxSettings, streams: &Streams) -> anyhow::Result<ExitCode> {
    let SandboxAction::Serve { listen, token, project, faults, format } = &settings.action else {
        return Ok(ExitCode::Done);
    };
    let faults = FaultRules::parse(faults)?;
    if project.is_some() && settings.db.exists() {
        streams.warning(&format!(
            "--project is ignored: {} already exists and has a project",
            settings.db.display()
        ));
    }
    let store = open(&settings.db, project.as_deref().unwrap_or(PROJECT))?;
    let given = token.as_ref().map(|token| sandbox::Token::new(token.secret().clone()));
    let is_generated = given.is_none();
    let token = match given {
        Some(token) => token,
        None => sandbox::Token::generate()?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}"))?;
        let address = listener.local_addr()?;
        let url = format!("http://{address}");
        let project_id = store.project_id();
        if !listen.ip().is_loopback() && is_generated {
            return Err(sandbox::ServeError::OwnTokenRequired(address).into());
        }
        let mut options = Settings::new(store, token.clone());
        options.faults = faults;
        if !listen.ip().is_loopback() {
            options.exposure = Exposure::Network { host_names: Vec::new() };
        }
        let code = PageCode::generate()?;
        let ready = Ready {
            url: &url,
            token: is_generated.then(|| token.secret().expose_secret()),
            project_id,
            db: &settings.db,
            page: &code.link(&format!("http://{}", local_address(address))),
        };
        options.page_code = Some(code);
        let exit = streams.print(&ready.text(*format));
        if exit != ExitCode::Done {
            return Ok(exit);
        }
        let shutdown = async {
            super::signals::wait_for_signal().await;
        };
        sandbox::serve(options, listener, shutdown).await.context("the sandbox failed")?;
        Ok(ExitCode::Done)
    })
}

/// The address for a browser on this machine of a server that listens at `address`.
fn local_address(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// The announcement of the server.
struct Ready<'a> {
    url: &'a str,
    /// Only if it was generated.
    token: Option<&'a str>,
    project_id: i64,
    db: &'a Path,
    /// The link to the page, which works once.
    page: &'a str,
}

impl Ready<'_> {
    fn text(&self, format: ReadyFormat) -> String {
        let Self { url, token, project_id, db, page } = self;
        match format {
            ReadyFormat::Json => {
                let mut line =
                    json!({"url": url, "project_id": project_id, "db": db, "page": page});
                if let Some(token) = token {
                    line["token"] = (*token).into();
                }
                format!("{line}\n")
            }
            ReadyFormat::Text => {
                let token = token.map(|token| format!(", token {token}")).unwrap_or_default();
                let db = escape::terminal(&db.display().to_string()).into_owned();
                // The link ends its line: terminals may take text after it for a part of it.
                format!("sandbox ready at {url}{token}, database {db}\nview it: {page}\n")
            }
        }
    }
}
