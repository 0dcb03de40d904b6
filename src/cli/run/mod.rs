//! `tq-import run <REPORT>... -- <COMMAND>...`: runs a test command, then imports the reports that it wrote.
//!
//! Settings and the files of `--output` are checked before the command starts, so that typing errors show at once. The
//! output of the command is passed through; the output of `cargo test` is read at the same time. Without a report argument, a
//! tool that is known gets the option that writes a report.

mod command;
mod fresh;
mod go;
mod known;
mod launch;
mod secrecy;
mod tools;

use std::sync::Arc;
use std::time::Instant;

use crate::summary::CommandEnd;

use super::args::RunArgs;
use super::cargo::{Cargo, is_cargo_test};
use super::compare;
use super::exit::ExitCode;
use super::github;
use super::import::{self, ImportInput};
use super::outputs::{Outputs, delete_old};
use super::reports;
use super::settings::{Environment, Mode, Settings};
use super::signals::EarlyEnd;
use super::streams::Streams;
use super::tables::Unassigned;
use command::{Finished, Output};
use fresh::Stamps;
pub(super) use secrecy::start_without_token;
use tools::Reporting;

/// The report argument for the output of the command.
const PRINTED: &str = "-";

/// Runs the command, then imports. Returns the exit code of the process: the command's if that is not 0.
pub(super) fn run(args: &RunArgs, environment: &Environment) -> u8 {
    let RunArgs { import: args, command } = args;
    secrecy::protect_memory();
    let (mut settings, connection, streams) =
        match import::prepare(args, environment, Settings::for_run) {
            Ok(prepared) => prepared,
            Err(exit) => return exit.code(),
        };
    if settings.mode == Mode::Skip {
        let finished = command::run(command, &[], environment, Output::Inherited, false);
        return match finished {
            Ok(Finished { interrupted: Some(exit), .. }) => exit.code(),
            Ok(Finished { code, .. }) => import::skip(args, environment, &streams, code),
            Err(error) => not_started(error, &shown(command), &streams),
        };
    }
    let names_any = settings.chooses_reports() || !settings.tables.is_empty();
    let named = &mut settings.reading.reports;
    let is_cargo_test = is_cargo_test(command);
    let reads_output =
        if names_any { named.iter().any(|report| report == PRINTED) } else { is_cargo_test };
    named.retain(|report| report != PRINTED);
    if reads_output && !settings.tables.is_empty() {
        let message = "the output of the command is in no [[import]] table of tq-import.toml";
        streams.error_text(message, Some(OUTPUT_WITH_TABLES));
        delete_old(&args.output.output, &environment.directory, &[]);
        return ExitCode::Usage.code();
    }
    let directory = &environment.directory;
    let mut added = None;
    let pytest_options = environment.get("PYTEST_ADDOPTS");
    if !names_any && !reads_output {
        let hint = match tools::reporting(command, directory, pytest_options) {
            Ok(Some(Reporting::Added(report))) => {
                added = Some(report);
                None
            }
            Ok(Some(Reporting::Patterns(patterns))) => {
                named.extend(patterns.iter().map(|&pattern| pattern.to_owned()));
                None
            }
            Ok(Some(Reporting::Advice(what))) => Some(what),
            Ok(None) => Some(NO_REPORTS.to_owned()),
            Err(error) => Some(format!("{NO_REPORTS} (no temporary directory: {error})")),
        };
        if let Some(hint) = hint {
            streams.error_text("no reports named", Some(&hint));
            delete_old(&args.output.output, directory, &[]);
            return ExitCode::Usage.code();
        }
    }
    let cargo = Cargo::of_command(command).unwrap_or_else(|| Cargo::of_environment(environment));
    let find = |settings: &Settings| {
        reports::find(directory, settings).map_err(|Unassigned { errors, found }| {
            let exit = streams.invalid_settings(&errors);
            github::report_failure(environment, exit, &streams);
            delete_old(&args.output.output, directory, &found);
            exit
        })
    };
    let before = match find(&settings) {
        Ok(found) => found,
        Err(exit) => return exit.code(),
    };
    let compared = args.output.compare.as_deref();
    let earlier = match compare::read(compared, &mut settings, directory, &cargo, &streams) {
        Ok(earlier) => earlier,
        Err(exit) => {
            github::report_failure(environment, exit, &streams);
            delete_old(&args.output.output, directory, &before.groups);
            return exit.code();
        }
    };
    let (format, files) = (args.output.format, &args.output.output);
    let outputs = match Outputs::open(format, files, directory, &before.groups, &streams) {
        Ok(outputs) => outputs,
        Err(exit) => return exit.code(),
    };
    let stamps = Stamps::of(&before.groups);
    let shown = shown(command);
    let output = match added.as_ref().and_then(|report| Some((&report.path, report.output?))) {
        Some((path, shown)) => std::fs::File::create(path).map(|file| Output::Saved(file, shown)),
        None if reads_output => Ok(Output::Read {
            name: Arc::from(shown.as_str()),
            limits: settings.reading.limits,
            // It prints a report, if somebody says so.
            is_copied: names_any,
        }),
        None => Ok(Output::Inherited),
    };
    let (command, variables) = match &added {
        Some(report) => (&report.command, report.variables.as_slice()),
        None => (command, &[][..]),
    };
    let started = Instant::now();
    let finished = output
        .and_then(|output| command::run(command, variables, environment, output, is_cargo_test));
    let finished = match finished {
        Ok(finished) => finished,
        Err(error) => return not_started(error, &shown, &streams),
    };
    let Finished { code, signal, interrupted, printed, left_open } = finished;
    let early = EarlyEnd::new(streams);
    if let Some(exit) = interrupted {
        streams.message(&format!("interrupted while {shown} ran: nothing was imported"));
        return exit.code();
    }
    let mut found = match find(&settings) {
        Ok(found) => found,
        Err(_) if code != 0 => return code,
        Err(exit) => return exit.code(),
    };
    let mut warnings = stamps.remove_old(&mut found.groups);
    // Without tables, there is one list.
    if let (Some(report), Some(found)) = (&added, found.groups.first_mut()) {
        warnings.extend(report.add_to(found));
    }
    if left_open {
        warnings.push(format!(
            "{shown} has ended, but a process that it started keeps its output open: further output is not read"
        ));
    }
    let command = CommandEnd {
        program: shown,
        exit_code: code,
        signal,
        elapsed_s: started.elapsed().as_secs_f64(),
    };
    let input =
        ImportInput { found, printed, cargo, warnings, command: Some(command), early, earlier };
    import::import(&settings, &connection, environment, &streams, input, outputs)
}

/// Reports that the command was not started. Returns the exit code of the process.
fn not_started(error: std::io::Error, shown: &str, streams: &Streams) -> u8 {
    let hint = "check the command after `--`; nothing was done";
    if error.kind() == std::io::ErrorKind::NotFound {
        streams.error_text(&format!("cannot start {shown}: no such program"), Some(hint));
    } else {
        let error = anyhow::Error::new(error).context(format!("cannot start {shown}"));
        streams.error(&error, Some(hint));
    }
    ExitCode::Usage.code()
}

const OUTPUT_WITH_TABLES: &str =
    "let the command write reports, and name them in a table; nothing was done";

const NO_REPORTS: &str = "name the reports that the command writes before `--`, for example `tq-import run 'reports/**/*.xml' -- make \
     test`; if it prints a report, such as TAP or the output of `cargo test`, write `-`";

/// The name of the command in messages, without arguments, which may be secret.
fn shown(command: &[std::ffi::OsString]) -> String {
    let program = command.first().map(std::path::Path::new).and_then(std::path::Path::file_name);
    let program = program.unwrap_or_default().to_string_lossy();
    if is_cargo_test(command) { format!("{program} test") } else { program.into_owned() }
}
