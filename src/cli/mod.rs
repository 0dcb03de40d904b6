//! The command line: arguments, settings, exit codes, output, and one module per command.

pub mod args;
mod build;
mod cargo;
mod compare;
mod connect;
mod doctor;
pub mod exit;
mod explain;
mod github;
mod import;
mod init;
mod inspect;
mod list;
mod log;
mod manual;
mod outputs;
mod parts;
mod progress;
mod relink;
mod reports;
mod retire;
mod run;
#[cfg(feature = "sandbox")]
mod sandbox;
pub mod settings;
mod signals;
mod streams;
mod tables;
mod undo;

use std::ffi::OsString;

use crate::reading::without_huge_pages;
use args::Command;
use exit::ExitCode;
use settings::Environment;
use streams::Streams;

/// What to do about a `run` without a command.
const NO_COMMAND: &str =
    "\nhint: write the command after `--`, for example `tq-import run --sandbox -- pytest`";

/// Runs the command line `args`, program name first. Returns the exit code of the process. Only this function reads the
/// environment.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = args.into_iter().collect();
    if !arguments.iter().any(|argument| argument == "run") {
        // The command of `run` would inherit it.
        without_huge_pages();
    }
    if arguments.len() <= 1 {
        // Still an error: a job whose variable for the reports is empty must not pass.
        Streams::default().message(args::FIRST_CONTACT);
        if let Ok(environment) = Environment::of_process() {
            github::report_failure(&environment, ExitCode::Usage, &Streams::default());
        }
        return ExitCode::Usage.code();
    }
    let cli = match args::parse(arguments.clone()) {
        Ok(cli) => cli,
        Err(message) => {
            // Also `--help` and `--version`. A closed stream is not an error.
            let _ = message.print();
            if !message.use_stderr() {
                return ExitCode::Done.code();
            }
            if args::lacks_command(&message) {
                Streams::default().message(NO_COMMAND);
            }
            if let Ok(environment) = Environment::of_process() {
                github::report_failure(&environment, ExitCode::Usage, &Streams::default());
                let arguments = arguments.get(1..).unwrap_or_default();
                outputs::delete_old_of(arguments, &environment.directory);
            }
            return ExitCode::Usage.code();
        }
    };
    if let Some(Command::Run(args)) = &cli.command
        && let Err(error) = run::start_without_token(&arguments, args)
    {
        let error = anyhow::Error::new(error).context("cannot hide the token from the command");
        let hint = "put the token into a file that tests cannot read, and name it with --token-file; nothing was done";
        Streams::default().error(&error, Some(hint));
        return ExitCode::Usage.code();
    }
    let environment = match Environment::of_process() {
        Ok(environment) => environment,
        Err(error) => {
            let error = anyhow::Error::new(error).context("cannot find the working directory");
            Streams::default().error(&error, None);
            return ExitCode::Usage.code();
        }
    };
    let exit = match &cli.command {
        None => return import::run(&cli.import, &environment),
        Some(Command::Run(args)) => return run::run(args, &environment),
        Some(Command::Relink(args)) => return relink::run(args, &environment),
        Some(Command::Retire(args)) => return retire::run(args, &environment),
        Some(Command::Undo(args)) => return undo::run(args, &environment),
        Some(Command::List(args)) => list::run(args, &environment),
        Some(Command::Inspect(args)) => inspect::run(args, &environment),
        Some(Command::Convert(args)) => inspect::convert(args, &environment),
        Some(Command::Explain(args)) => explain::run(args, &environment),
        Some(Command::Doctor(args)) => doctor::run(args, &environment),
        Some(Command::Init(args)) => init::run(args, &environment),
        Some(Command::Completions(args)) => manual::completions(*args),
        Some(Command::Man(args)) => manual::page(args),
        #[cfg(feature = "sandbox")]
        Some(Command::Sandbox(args)) => sandbox::run(args, &environment),
        #[cfg(not(feature = "sandbox"))]
        Some(Command::Sandbox(_)) => {
            let hint = "build with the cargo feature `sandbox`, which is on by default";
            Streams::default().error_text("this build has no sandbox", Some(hint));
            ExitCode::Usage
        }
    };
    exit.code()
}
