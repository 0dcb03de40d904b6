//! `tq-import doctor`: settings, token, server and project, one line each.

use std::time::Instant;

use crate::api::client::Client;
use crate::api::error::{ApiError, RequestError, Severity};
use crate::snapshot::{ProjectRef, Target, TargetError};
use crate::summary::Severity as State;
use crate::summary::checkup::{Check, render};

use super::args::DoctorArgs;
use super::exit::{ExitCode, ExitReasons};
use super::output::Streams;
use super::settings::{Connection, DoctorSettings, Environment, Limits, Remote};
use super::{connect, log};

/// Looks at everything that an import needs, and says how it is.
pub(super) fn run(args: &DoctorArgs, environment: &Environment) -> ExitCode {
    let settings = DoctorSettings::resolve(args, environment);
    let streams = Streams::new(&settings.terminal);
    log::start(&settings.terminal);
    let mut checkup = Checkup { checks: Vec::new(), ending: ExitReasons::default() };
    checkup.settings(&settings);
    if let Some(connection) = &settings.connection {
        // Nobody waits here for a server that is overloaded.
        let limits = Limits { retries: settings.limits.retries.min(1), ..settings.limits };
        let is_sandbox = matches!(connection, Connection::Sandbox { .. });
        let asked = connect::with_client(connection, &limits, async |client, remote| {
            checkup.server(client, remote, is_sandbox).await;
        });
        if let Err(error) = asked {
            checkup.ending.add(ExitCode::Incomplete);
            checkup.add("server", State::Error, format!("{error:#}"), None);
        }
    }
    if let Err(error) = streams.result(&render(&checkup.checks, &settings.terminal.text_options()))
    {
        let error = anyhow::Error::new(error).context("cannot write to standard output");
        streams.error(&error, None);
        checkup.ending.add(ExitCode::Incomplete);
    }
    checkup.ending.exit()
}

struct Checkup {
    checks: Vec<Check>,
    ending: ExitReasons,
}

impl Checkup {
    fn add(&mut self, subject: &'static str, state: State, found: String, hint: Option<String>) {
        self.checks.push(Check { subject, severity: Some(state), found, hint });
    }

    /// What can be known without a request.
    fn settings(&mut self, settings: &DoctorSettings) {
        let file = if settings.has_file { "tq-import.toml" } else { "no tq-import.toml" };
        self.add("settings", State::Ok, file.to_owned(), None);
        match settings.namespace.as_str() {
            "" => self.add(
                "namespace",
                State::Warn,
                "none: repositories that share a project must not have tests of the same names"
                    .to_owned(),
                Some(
                    "set one before the first import, with --namespace or `tq-import init`"
                        .to_owned(),
                ),
            ),
            namespace => self.add("namespace", State::Ok, namespace.to_owned(), None),
        }
        for name in ["token", "host", "proxy", "sandbox"] {
            let known = settings.notes.provenance.iter().find(|known| known.name == name);
            if let Some(known) = known {
                let found = match name {
                    "token" => format!("from {}", known.source),
                    _ => format!("{} (from {})", known.value, known.source),
                };
                self.add(known.name, State::Ok, found, None);
            }
        }
        for warning in &settings.notes.warnings {
            self.add("settings", State::Warn, warning.clone(), None);
        }
        for error in &settings.errors {
            self.ending.add(ExitCode::Usage);
            let about = |word: &str| error.message.contains(word);
            let subject = ["token", "project", "host"].into_iter().find(|word| about(word));
            let subject = subject.unwrap_or("settings");
            self.add(subject, State::Error, error.message.clone(), error.hint.clone());
        }
    }

    /// What the server says.
    async fn server(&mut self, client: &Client, remote: &Remote, is_sandbox: bool) {
        let started = Instant::now();
        let found = Target::find(client, &remote.project).await;
        let elapsed = started.elapsed().as_millis();
        let secured = match remote.host.scheme() {
            "https" => (State::Ok, "the server's certificate is trusted"),
            _ if is_sandbox => (State::Ok, "none: the sandbox is on this machine"),
            _ if crate::api::client::is_loopback(&remote.host) => {
                (State::Ok, "none: the server is on this machine")
            }
            _ => (State::Warn, "none: the token travels unencrypted"),
        };
        if let Err(TargetError::Api(error)) = &found {
            return self.no_answer(error, secured);
        }
        self.add("server", State::Ok, format!("answers, in {elapsed} ms"), None);
        self.add("TLS", secured.0, secured.1.to_owned(), None);
        self.add("token", State::Ok, "is accepted".to_owned(), None);
        match found {
            Ok(target) => {
                let project = format!("{} (id {})", target.project.name, target.project.id);
                if !is_sandbox && remote.project == ProjectRef::Only {
                    // That none is named was said above.
                    let only = format!("not named; the only one there is: {project}");
                    self.add("project", State::Error, only, None);
                } else {
                    self.add("project", State::Ok, project, None);
                }
                let plan = format!("{} (id {})", target.plan.name, target.plan.id);
                self.add("root plan", State::Ok, plan, None);
            }
            Err(error) => {
                let (exit, hint) = connect::exit_code_for_target(&error);
                self.ending.add(exit);
                let is_root = matches!(error, TargetError::NoRoot { .. });
                let subject = if is_root { "root plan" } else { "project" };
                self.add(subject, State::Error, error.to_string(), Some(hint.to_owned()));
            }
        }
    }

    /// The first request failed.
    fn no_answer(&mut self, error: &ApiError, secured: (State, &'static str)) {
        self.ending.add(connect::exit_code_for(error));
        let told = error.to_string();
        let hint = Some(error.hint().to_owned());
        match (&error.error, error.severity()) {
            (RequestError::Certificate(_), _) => {
                self.add("server", State::Ok, "can be reached".to_owned(), None);
                self.add("TLS", State::Error, told, hint);
            }
            (_, Severity::NotAuthorised) => {
                self.add("server", State::Ok, "answers".to_owned(), None);
                self.add("TLS", secured.0, secured.1.to_owned(), None);
                self.add("token", State::Error, told, hint);
            }
            _ => self.add("server", State::Error, told, hint),
        }
        let found = "not checked".to_owned();
        self.checks.push(Check { subject: "project", severity: None, found, hint: None });
    }
}
