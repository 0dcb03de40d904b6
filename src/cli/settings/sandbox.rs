//! Settings of the server that `sandbox` starts.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::connection;
use super::environment::Environment;
use super::resolution::{Notes, Resolution};
use super::source::{ConfigError, InvalidSettings};
use super::terminal::{self, Terminal};
use crate::api::token::Token;
use crate::cli::args::values::ReadyFormat;
use crate::cli::args::{SandboxArgs, SandboxCommand};

/// Settings of `sandbox`.
#[derive(Clone, Debug)]
pub struct SandboxSettings {
    /// The database file.
    pub db: PathBuf,
    /// What is done.
    pub action: SandboxAction,
    /// What is shown.
    pub terminal: Terminal,
    /// Warnings, and where values come from.
    pub notes: Notes,
}

/// What `sandbox` does.
#[derive(Clone, Debug)]
pub enum SandboxAction {
    /// Serve the API.
    Serve {
        /// Where.
        listen: SocketAddr,
        /// The token to expect; none: make one up and print it.
        token: Option<Token>,
        /// The name of the project in a new database, if one was given.
        project: Option<String>,
        /// How it misbehaves, as rules of the fault switch.
        faults: Vec<String>,
        /// The form of the line that says that the server is ready.
        format: ReadyFormat,
    },
    /// Delete the database.
    Reset,
}

impl SandboxSettings {
    /// The settings of `sandbox`. Of the environment only `TQ_SANDBOX_TOKEN` matters, and no file.
    ///
    /// # Errors
    /// Everything that is wrong, each with what to do about it.
    pub fn resolve(args: &SandboxArgs, environment: &Environment) -> Result<Self, InvalidSettings> {
        let SandboxArgs { command, listen, db, project, token_file, fault, format, terminal } =
            args;
        let mut resolution = Resolution::without_files(environment);
        let db = connection::database(&mut resolution, db.as_deref());
        let action = match command {
            Some(SandboxCommand::Reset) => SandboxAction::Reset,
            None => SandboxAction::Serve {
                listen: *listen,
                token: sandbox_token(&mut resolution, token_file.as_deref()),
                project: project.clone(),
                faults: fault.clone(),
                format: *format,
            },
        };
        let terminal = terminal::terminal(&mut resolution, *terminal);
        let settings = db.map(|db| Self { db, action, terminal, notes: Notes::default() });
        let (settings, notes) = resolution.finish(settings)?;
        Ok(Self { notes, ..settings })
    }
}

fn sandbox_token(resolution: &mut Resolution<'_>, token_file: Option<&Path>) -> Option<Token> {
    let text = match token_file {
        Some(path) => Some(connection::token_file(resolution, path)?),
        None => resolution.environment.get("TQ_SANDBOX_TOKEN").map(str::to_owned),
    };
    match Token::new(text?) {
        Ok(token) => Some(token),
        Err(error) => {
            resolution.error(ConfigError::new(error.to_string()));
            None
        }
    }
}
