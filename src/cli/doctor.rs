//! `tq-import doctor`: checks settings, token, server and project, and prints one line for each.

use std::time::{Duration, Instant};

use crate::api::client::{Client, is_loopback};
use crate::api::error::{ApiError, RequestError, Severity};
use crate::progress::Progress;
use crate::snapshot::{ProjectRef, Target, TargetError};
use crate::summary::Severity as State;
use crate::summary::checkup::{Check, render};

use super::args::DoctorArgs;
use super::exit::ExitCode;
use super::settings::{ConfigError, Connection, Environment, Remote, RequestLimits, Settings};
use super::streams::Streams;
use super::{connect, log};

/// The time for all requests together.
const DEADLINE: Duration = Duration::from_secs(60);

/// Checks everything that an import needs.
pub(super) fn run(args: &DoctorArgs, environment: &Environment) -> ExitCode {
    let (settings, connection, errors) = Settings::for_doctor(args, environment);
    let streams = Streams::new(&settings.terminal);
    log::start(&settings.terminal);
    let mut checkup = Checkup { checks: Vec::new(), exit: ExitCode::Done };
    checkup.check_settings(&settings, connection.is_some(), errors);
    if let Some(connection) = &connection {
        // No import waits for this server, so one repetition is enough, and a rate limit is not waited for long.
        let limits = RequestLimits {
            retries: settings.limits.retries.min(1),
            deadline: settings.limits.deadline.min(DEADLINE),
            ..settings.limits
        };
        let is_sandbox = matches!(connection, Connection::Sandbox { .. });
        let work = async |client: &Client, remote: &Remote| {
            checkup.check_server(client, remote, is_sandbox).await;
        };
        if let Err(error) = connect::with_client(connection, &limits, &Progress::default(), work) {
            checkup.exit.add(connect::exit_code_for_connection(&error));
            checkup.add("server", State::Error, format!("{error:#}"), None);
        }
    }
    checkup.exit.add(streams.print(&render(&checkup.checks, &settings.terminal.text_options())));
    checkup.exit
}

struct Checkup {
    checks: Vec<Check>,
    exit: ExitCode,
}

impl Checkup {
    fn add(
        &mut self,
        subject: &'static str,
        state: State,
        found: impl Into<String>,
        hint: Option<&str>,
    ) {
        let (found, mut hint) = (found.into(), hint.map(str::to_owned));
        // The server's answer says more than the settings did.
        if subject == "project"
            && let Some(before) = self.checks.iter().position(|check| check.subject == subject)
        {
            hint = self.checks.remove(before).hint.or(hint);
        }
        self.checks.push(Check { subject, severity: Some(state), found, hint });
    }

    /// The checks that need no request.
    fn check_settings(
        &mut self,
        settings: &Settings,
        is_connected: bool,
        errors: Vec<ConfigError>,
    ) {
        let has_file = settings.project_file.is_some();
        let file = if has_file { "tq-import.toml" } else { "no tq-import.toml" };
        self.add("settings", State::Ok, file, None);
        for namespace in settings.namespaces() {
            match namespace {
                "" => self.add(
                    "namespace",
                    State::Warn,
                    "none: repositories that share a project must not have tests with the same name",
                    Some("set one before the first import, with --namespace or `tq-import init`"),
                ),
                namespace => self.add("namespace", State::Ok, namespace, None),
            }
        }
        // The check of the server names its host, and that of the token its source.
        let names: &[_] =
            if is_connected { &["proxy", "sandbox"] } else { &["token", "host", "proxy"] };
        for &name in names {
            for known in settings.provenance.iter().filter(|known| known.name == name) {
                let found = match name {
                    "token" => format!("from {}", known.source),
                    _ => format!("{} (from {})", known.value, known.source),
                };
                self.add(name, State::Ok, found, None);
            }
        }
        for warning in &settings.warnings {
            self.add("settings", State::Warn, warning, None);
        }
        for ConfigError { message, hint } in errors {
            self.exit.add(ExitCode::Usage);
            let subjects = ["token", "project", "host"];
            let subject = subjects.into_iter().find(|subject| message.contains(subject));
            self.add(subject.unwrap_or("settings"), State::Error, message, hint.as_deref());
        }
    }

    /// The checks that need requests.
    async fn check_server(&mut self, client: &Client, remote: &Remote, is_sandbox: bool) {
        let started = Instant::now();
        let found = Target::find(client, &remote.project).await;
        let elapsed = started.elapsed().as_millis();
        let tls = match remote.host.scheme() {
            "https" => (State::Ok, "the server's certificate is trusted"),
            _ if is_sandbox => (State::Ok, "none: the sandbox is on this machine"),
            _ if is_loopback(&remote.host) => (State::Ok, "none: the server is on this machine"),
            _ => (State::Warn, "none: the token is sent unencrypted"),
        };
        if let Err(TargetError::Api(error)) = &found {
            return self.add_failure(error, remote, tls);
        }
        let host = shown_host(remote);
        self.add("server", State::Ok, format!("{host} responded in {elapsed} ms"), None);
        self.add("TLS", tls.0, tls.1, None);
        self.add("token", State::Ok, format!("accepted: {}", remote.token.source()), None);
        match found {
            Ok(target) => {
                let project = format!("{} (id {})", target.project.name, target.project.id);
                if !is_sandbox && remote.project == ProjectRef::Only {
                    // The settings check reports that no project is set.
                    let only = format!("not set; the only project is {project}");
                    self.add("project", State::Error, only, None);
                } else {
                    self.add("project", State::Ok, project, None);
                }
                let plan = format!("{} (id {})", target.plan.name, target.plan.id);
                self.add("root plan", State::Ok, plan, None);
            }
            Err(error) => {
                let (exit, hint) = connect::exit_code_for_target(&error);
                self.exit.add(exit);
                let is_root = matches!(error, TargetError::NoRoot { .. });
                let subject = if is_root { "root plan" } else { "project" };
                self.add(subject, State::Error, error.to_string(), Some(hint));
            }
        }
    }

    /// The first request failed with `error`.
    fn add_failure(&mut self, error: &ApiError, remote: &Remote, tls: (State, &'static str)) {
        self.exit.add(connect::exit_code_for(error));
        let (message, hint) = (error.to_string(), Some(error.hint()));
        match (&error.error, error.severity()) {
            (RequestError::Certificate(_), _) => {
                self.add("server", State::Ok, format!("{} is reachable", shown_host(remote)), None);
                self.add("TLS", State::Error, message, hint);
            }
            (_, Severity::NotAuthorised) => {
                self.add("server", State::Ok, format!("{} responded", shown_host(remote)), None);
                self.add("TLS", tls.0, tls.1, None);
                self.add("token", State::Error, message, hint);
            }
            _ => self.add("server", State::Error, message, hint),
        }
        // Unless the settings have an error there.
        if self.checks.iter().all(|check| check.subject != "project") {
            let found = "not checked".to_owned();
            self.checks.push(Check { subject: "project", severity: None, found, hint: None });
        }
    }
}

/// The server's address without the slash at its end.
fn shown_host(remote: &Remote) -> &str {
    remote.host.as_str().trim_end_matches('/')
}
