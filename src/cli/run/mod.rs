//! `tq-import run <REPORT>... -- <COMMAND>...`: runs the tests, then imports what they wrote.
//!
//! Settings and the files of `--output` are checked before the command starts: nobody waits for tests to learn of a
//! typing error. What the command prints is passed through as it comes; if it is what `cargo test` prints, it is
//! read at the same time.

mod command;
mod fresh;

use std::sync::Arc;
use std::time::Instant;

use crate::summary::CommandEnd;
use test_reports::formats::model::Report;

use super::args::RunArgs;
use super::cargo::{Cargo, is_cargo_test};
use super::exit::{ExitCode, ProcessExit};
use super::import::{self, ImportInput};
use super::settings::{Environment, Settings};
use super::{outputs, reports};
use command::{Finished, Output};
use fresh::Stamps;

/// The variable with the token, which is nothing to the tests of a branch.
pub(super) const TOKEN_VARIABLE: &str = "TQ_ACCESS_TOKEN";

/// The report that stands for what the command prints.
const PRINTED: &str = "-";

/// Runs the command, imports, and ends with the command's code if that is not 0.
pub(super) fn run(args: &RunArgs, environment: &Environment) -> ProcessExit {
    let RunArgs { import, command } = args;
    let (mut settings, streams) = match import::prepare(import, environment) {
        Ok(prepared) => prepared,
        Err(exit) => return exit.into(),
    };
    let named = &mut settings.reading.reports;
    let names_any = named.iter().any(|report| !report.starts_with('!'));
    let is_cargo_test = is_cargo_test(command);
    let prints =
        if names_any { named.iter().any(|report| report == PRINTED) } else { is_cargo_test };
    named.retain(|report| report != PRINTED);
    if !names_any && !prints {
        let error = anyhow::anyhow!("which reports the command writes is not said");
        streams.error(&error, Some(NO_REPORTS));
        return ExitCode::Usage.into();
    }
    let find = |settings: &Settings| {
        reports::find(&environment.directory, &settings.reading, &settings.mapping)
    };
    let before = find(&settings);
    let outputs = match outputs::open(&settings.outputs, &before, &streams) {
        Ok(outputs) => outputs,
        Err(exit) => return exit.into(),
    };
    let stamps = Stamps::of(&before);
    let shown = shown(command);
    let output = if prints {
        Output::Read(Arc::from(shown.as_str()), settings.reading.limits)
    } else {
        Output::Inherited
    };
    let started = Instant::now();
    let finished = match command::run(command, environment, output, is_cargo_test) {
        Ok(finished) => finished,
        Err(error) => {
            let error = anyhow::Error::new(error).context(format!("cannot start {shown}"));
            streams.error(&error, Some("check the command behind `--`; nothing was done"));
            return ExitCode::Usage.into();
        }
    };
    let Finished { code, signal, asked, printed, left_open } = finished;
    if let Some(exit) = asked {
        streams.message(&format!("interrupted while {shown} ran: nothing was imported"));
        return exit.into();
    }
    let mut found = find(&settings);
    let mut warnings = stamps.leave_out_old(&mut found);
    if left_open {
        warnings.push(format!(
            "{shown} has ended, and something that it started still holds its output open: what that prints is not read"
        ));
    }
    let cargo = Cargo::of_command(command).unwrap_or_else(|| Cargo::of_environment(environment));
    let command = CommandEnd {
        program: shown,
        exit_code: code,
        signal,
        elapsed_s: started.elapsed().as_secs_f64(),
    };
    let input = ImportInput { found, printed, cargo, warnings, command: Some(command) };
    import::import(&settings, environment, &streams, input, outputs)
}

const NO_REPORTS: &str = "name them in front of `--`, such as `tq-import run 'reports/**/*.xml' -- make test`; `-` stands \
     for what the command prints, if that is what `cargo test` prints";

/// The command in messages: its arguments may hold what is nobody's business.
fn shown(command: &[std::ffi::OsString]) -> String {
    let program = command.first().map(std::path::Path::new).and_then(std::path::Path::file_name);
    let program = program.unwrap_or_default().to_string_lossy();
    if is_cargo_test(command) { format!("{program} test") } else { program.into_owned() }
}

/// A report that was read while the command ran.
type Printed = Option<Report>;
