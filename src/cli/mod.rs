//! The command line: arguments, settings, exit codes, output, and one module for each command.

pub mod args;
mod cargo;
mod connect;
mod doctor;
pub mod exit;
mod explain;
mod github;
mod import;
mod init;
mod inspect;
mod log;
mod manual;
pub mod output;
mod outputs;
mod progress;
mod reports;
mod run;
#[cfg(feature = "sandbox")]
mod sandbox;
pub mod settings;
mod signals;

use std::ffi::OsString;

use args::Command;
use exit::{ExitCode, ProcessExit};
use output::Streams;
use settings::Environment;

/// Does what the command line says; the environment is read here and nowhere below.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> ProcessExit {
    let cli = match args::parse(args) {
        Ok(cli) => cli,
        Err(message) => {
            // `--help` and `--version` come this way too, and are no errors. A closed standard output is none either.
            let _ = message.print();
            if !message.use_stderr() {
                return ExitCode::Done.into();
            }
            if let Ok(environment) = Environment::of_process() {
                github::tell_failure(&environment, ExitCode::Usage, &Streams::default());
            }
            return ExitCode::Usage.into();
        }
    };
    let environment = match Environment::of_process() {
        Ok(environment) => environment,
        Err(error) => {
            let error = anyhow::Error::new(error).context("cannot tell the working directory");
            Streams::default().error(&error, None);
            return ExitCode::Usage.into();
        }
    };
    match &cli.command {
        None => import::run(&cli.import, &environment),
        Some(Command::Inspect(args)) => inspect::run(args, &environment).into(),
        Some(Command::Run(args)) => run::run(args, &environment),
        Some(Command::Explain(args)) => explain::run(args, &environment).into(),
        Some(Command::Doctor(args)) => doctor::run(args, &environment).into(),
        Some(Command::Init(args)) => init::run(args, &environment).into(),
        Some(Command::Completions(args)) => manual::completions(*args).into(),
        Some(Command::Man(args)) => manual::page(args).into(),
        #[cfg(feature = "sandbox")]
        Some(Command::Sandbox(args)) => sandbox::run(args, &environment).into(),
        #[cfg(not(feature = "sandbox"))]
        Some(Command::Sandbox(_)) => {
            Streams::default()
                .error(&anyhow::anyhow!("this build has no sandbox"), Some(NO_SANDBOX));
            ExitCode::Usage.into()
        }
    }
}

#[cfg(not(feature = "sandbox"))]
const NO_SANDBOX: &str = "build with the cargo feature `sandbox`, which is on by default";
