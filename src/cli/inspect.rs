//! `tq-import inspect`: what the reports contain and where new tests would go. No network, no token.

use crate::progress::Progress;
use crate::summary::{Summary, inspection, markdown};
use test_reports::formats::lines;
use test_reports::formats::model::Report;
use test_reports::record::Records;
use test_reports::tools;

use super::args::InspectArgs;
use super::args::values::InspectFormat;
use super::cargo::Cargo;
use super::exit::ExitCode;
use super::github;
use super::outputs::{OutputTarget, Outputs};
use super::reports::{self, ReportSet};
use super::settings::{Environment, Settings};
use super::streams::Streams;

/// Prints the result, even if a report is damaged.
pub(super) fn run(args: &InspectArgs, environment: &Environment) -> ExitCode {
    let settings = match Settings::for_inspect(args, environment) {
        Ok(settings) => settings,
        Err(errors) => {
            let exit = Streams::default().invalid_settings(&errors);
            github::report_failure(environment, exit, &Streams::default());
            return exit;
        }
    };
    let streams = Streams::new(&settings.terminal);
    let directory = &environment.directory;
    let found = reports::find(directory, &settings);
    let (format, files) = (args.output.format, &args.output.output);
    let outputs = match Outputs::open(format, files, directory, &found, &streams) {
        Ok(outputs) => outputs,
        Err(exit) => return exit,
    };
    let cargo = Cargo::of_environment(environment);
    let ReportSet { reports, mut records, errors, mut exit, .. } =
        reports::read(found, None, &settings, &cargo, directory, &Progress::default());
    records.warnings.splice(0..0, settings.warnings.iter().cloned());
    let render = |format, target| render(&reports, &records, &settings, format, target);
    exit.add(outputs.write(render, &streams));
    for error in &errors {
        streams.error_text(&error.message, error.hint.as_deref());
    }
    if let Some(job) = &settings.github {
        let mut summary = Summary::of_reports(&records, &settings.identity);
        summary.errors.extend(errors);
        github::report_inspection(job, &summary, &records, exit, &streams);
    }
    // The process ends: the system frees the memory at once, faster than value by value.
    std::mem::forget((reports, records));
    exit
}

fn render(
    reports: &[Report],
    records: &Records,
    settings: &Settings,
    format: InspectFormat,
    target: OutputTarget,
) -> anyhow::Result<String> {
    Ok(match (format, target) {
        (InspectFormat::Json, _) => inspection::render_json(records)?,
        (InspectFormat::Markdown, _) => markdown::render_inspection(records, markdown::LIMIT),
        (InspectFormat::Jsonl, _) => {
            let reports: Vec<(&Report, &str)> =
                reports.iter().map(|report| (report, tools::detect(report).name)).collect();
            let mut lines = Vec::new();
            lines::write(&reports, &settings.identity.root, &mut lines)?;
            String::from_utf8(lines)?
        }
        (InspectFormat::Text, OutputTarget::File) => {
            inspection::render(records, &settings.terminal.file_text_options())
        }
        (InspectFormat::Text, OutputTarget::StandardOutput) => {
            inspection::render(records, &settings.terminal.text_options())
        }
    })
}
