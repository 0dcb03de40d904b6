//! `tq-import inspect`: what the reports contain and where new tests would go. No network, no token.

use crate::discover::discover;
use crate::progress::Progress;
use crate::summary::Summary;
use test_reports::formats::lines;
use test_reports::formats::model::Report;
use test_reports::tools;

use super::args::values::{InspectFormat, OutputSpec, ReportFile, ResultFormat as _};
use super::args::{ConvertArgs, InspectArgs, InspectOutputArgs, TerminalArgs};
use super::build;
use super::cargo::Cargo;
use super::compare;
use super::exit::ExitCode;
use super::github;
use super::outputs::{self, OutputTarget, Outputs};
use super::reports::{self, ReportSet};
use super::settings::{Environment, Settings};
use super::streams::Streams;
use super::tables::Unassigned;

/// What a report of several tables cannot say.
const NO_NAMESPACES: &str = "the written report does not contain the namespaces of the [[import]] tables: import the original reports, or convert the reports of one table at a time";

/// Whether an import can read the format.
fn is_report(format: InspectFormat) -> bool {
    matches!(format, InspectFormat::Junit | InspectFormat::Ctrf | InspectFormat::Jsonl)
}

/// Prints the result, even if a report is damaged.
pub(super) fn run(args: &InspectArgs, environment: &Environment) -> ExitCode {
    let mut settings = match Settings::for_inspect(args, environment) {
        Ok(settings) => settings,
        Err(errors) => {
            let exit = Streams::default().invalid_settings(&errors);
            github::report_failure(environment, exit, &Streams::default());
            let directory = &environment.directory;
            let found = discover(directory, &args.reading.reports, &args.reading.exclude);
            outputs::delete_old(&args.output.output, directory, &[found]);
            return exit;
        }
    };
    let streams = Streams::new(&settings.terminal);
    let directory = &environment.directory;
    let cargo = Cargo::of_environment(environment);
    let found = match reports::find(directory, &settings) {
        Ok(found) => found,
        Err(Unassigned { errors, found }) => {
            let exit = streams.invalid_settings(&errors);
            github::report_failure(environment, exit, &streams);
            outputs::delete_old(&args.output.output, directory, &found);
            return exit;
        }
    };
    let compared = args.output.compare.as_deref();
    let earlier = match compare::read(compared, &mut settings, directory, &cargo, &streams) {
        Ok(earlier) => earlier,
        Err(exit) => {
            github::report_failure(environment, exit, &streams);
            outputs::delete_old(&args.output.output, directory, &found.groups);
            return exit;
        }
    };
    let (format, files) = (args.output.format, &args.output.output);
    let outputs = match Outputs::open(format, files, directory, &found.groups, &streams) {
        Ok(outputs) => outputs,
        Err(exit) => return exit,
    };
    let mut formats = files.iter().map(|file| file.format).chain([format]);
    if settings.namespaces().len() > 1 && formats.any(is_report) {
        streams.warning(NO_NAMESPACES);
    }
    let ReportSet { reports, mut records, errors, mut exit, .. } =
        reports::read(found, Vec::new(), None, &settings, &cargo, directory, &Progress::default());
    records.warnings.splice(0..0, settings.warnings.iter().cloned());
    let mut summary = Summary::of_reports(records, settings.identities());
    summary.set_tables(settings.tables.iter().map(|table| &table.identity));
    if settings.github.is_some() {
        // The job's page links to source lines.
        summary.build = build::build(environment);
    }
    reports::remove_ignored(&mut summary, &settings);
    if let Some(earlier) = earlier {
        summary.compare(earlier);
    }
    let render = |format, target, _| render(&reports, &summary, &settings, format, target);
    exit.add(outputs.write(render, &streams));
    if is_report(format) {
        // Standard output is a report, which cannot say this.
        for warning in &summary.warnings {
            streams.warning(warning);
        }
        for flaw in &summary.reports.damaged {
            let flaw = format!("damaged report: {flaw}");
            streams.error_text(&flaw, Some("everything that could be read was written"));
        }
    }
    for error in &errors {
        streams.error_text(&error.message, error.hint.as_deref());
    }
    if let Some(job) = &settings.github {
        summary.errors = errors;
        summary.exit_code = exit.code();
        let end = github::End { exit, code: exit.code(), command_failed: false, parse_only: true };
        github::report(job, &summary, end, &streams);
    }
    // The process ends: the system frees the memory at once, faster than value by value.
    std::mem::forget((reports, summary));
    exit
}

/// `tq-import convert`: an inspection that prints the report alone, or writes it to a file and prints the last line.
pub(super) fn convert(args: &ConvertArgs, environment: &Environment) -> ExitCode {
    let ConvertArgs { to, output, reading, mapping, terminal } = args.clone();
    let Some(to) = to.or_else(|| output.as_ref().and_then(ReportFile::format)) else {
        Streams::default().error_text(
            "no format to convert the reports to",
            Some("use --to junit, --to ctrf or --to jsonl, or give the file an extension, as in report.xml"),
        );
        return ExitCode::Usage;
    };
    let format = to.into();
    let (output, terminal) = match output {
        None | Some(ReportFile::StandardOutput) => {
            (InspectOutputArgs { format, ..Default::default() }, terminal)
        }
        Some(ReportFile::File(path)) => (
            InspectOutputArgs { output: vec![OutputSpec { format, path }], ..Default::default() },
            TerminalArgs { quiet: terminal.verbose == 0, ..terminal },
        ),
    };
    run(&InspectArgs { reading, mapping, output, terminal }, environment)
}

fn render(
    reports: &[Vec<Report>],
    summary: &Summary,
    settings: &Settings,
    format: InspectFormat,
    target: OutputTarget,
) -> anyhow::Result<String> {
    if let Some(writer) = format.writer() {
        return Ok(writer.inspection(summary, &settings.terminal.text_options_for(target))?);
    }
    let reports: Vec<(&Report, &str)> =
        reports.iter().flatten().map(|report| (report, tools::detect(report).name)).collect();
    let mut lines = Vec::new();
    let program =
        lines::Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    lines::write(&reports, &settings.identity.root, program, &mut lines)?;
    Ok(String::from_utf8(lines)?)
}
