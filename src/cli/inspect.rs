//! `tq-import inspect`: what the reports say and where new tests would go. No network, no token.

use crate::progress::Progress;
use crate::summary::{Summary, SummaryError, inspection, markdown};
use test_reports::formats::lines;
use test_reports::formats::model::Report;
use test_reports::record::Records;
use test_reports::tools;

use super::args::InspectArgs;
use super::args::values::InspectFormat;
use super::cargo::Cargo;
use super::exit::{ExitCode, ExitReasons};
use super::output::Streams;
use super::outputs::OutputTarget;
use super::settings::{Environment, InspectSettings};
use super::{github, outputs, reports};

/// Prints what was read, at exit code 3 too.
pub(super) fn run(args: &InspectArgs, environment: &Environment) -> ExitCode {
    let settings = match InspectSettings::resolve(args, environment) {
        Ok(settings) => settings,
        Err(invalid) => {
            Streams::default().invalid_settings(&invalid);
            github::tell_failure(environment, ExitCode::Usage, &Streams::default());
            return ExitCode::Usage;
        }
    };
    let streams = Streams::new(&settings.terminal);
    let found = reports::find(&environment.directory, &settings.reading, &settings.mapping);
    let outputs = match outputs::open(&settings.outputs, &found, &streams) {
        Ok(outputs) => outputs,
        Err(exit) => return exit,
    };
    let (reports, mut records) = reports::read(
        found,
        None,
        &settings.reading.limits,
        &settings.mapping,
        &Cargo::of_environment(environment),
        &environment.directory,
        &Progress::default(),
    );
    records.warnings.splice(0..0, settings.notes.warnings.iter().cloned());
    let mut ending = ExitReasons::default();
    let too_few = reports::judge(&records, &settings.reading, &mut ending);
    let render = |format, place| render(&reports, &records, &settings, format, place);
    outputs::write(render, settings.format, outputs, &streams, &mut ending);
    if let Some(too_few) = &too_few {
        streams.error(&anyhow::Error::msg(too_few.message()), Some(too_few.hint()));
    }
    let exit = ending.exit();
    if let Some(job) = &settings.github {
        let mut summary = Summary::of_reports(&records, &settings.mapping);
        summary.errors.extend(too_few.map(|too_few| SummaryError {
            message: too_few.message(),
            hint: Some(too_few.hint().to_owned()),
        }));
        github::tell_inspection(job, &summary, &records, exit, &streams);
    }
    // The process ends: the system takes their memory back at once, and not test by test.
    std::mem::forget((reports, records));
    exit
}

fn render(
    reports: &[Report],
    records: &Records,
    settings: &InspectSettings,
    format: InspectFormat,
    place: OutputTarget,
) -> anyhow::Result<String> {
    Ok(match (format, place) {
        (InspectFormat::Json, _) => inspection::render_json(records)?,
        (InspectFormat::Markdown, _) => markdown::render_inspection(records, markdown::LIMIT),
        (InspectFormat::Jsonl, _) => {
            let reports: Vec<(&Report, &str)> =
                reports.iter().map(|report| (report, tools::detect(report).name)).collect();
            let mut lines = Vec::new();
            lines::write(&reports, &settings.mapping.root, &mut lines)?;
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
