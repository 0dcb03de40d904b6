//! `tq-import inspect`: what the reports say and where new tests would go. No network, no token.

use crate::progress::Progress;
use crate::summary::Summary;
use test_reports::formats::lines;
use test_reports::formats::model::Report;
use test_reports::tools;

use super::args::InspectArgs;
use super::args::values::{InspectFormat, ResultFormat as _};
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
        &settings.reading.caps,
        &settings.mapping,
        &Cargo::of_environment(environment),
        &environment.directory,
        &Progress::default(),
    );
    records.warnings.splice(0..0, settings.notes.warnings.iter().cloned());
    let mut summary = Summary::of_reports(records, &settings.mapping);
    let mut ending = ExitReasons::default();
    let too_few = reports::judge(&summary.records, &settings.reading, &mut ending);
    let render = |format, place| render(&reports, &summary, &settings, format, place);
    outputs::write(render, settings.format, outputs, &streams, &mut ending);
    if let Some(too_few) = &too_few {
        streams.error(&anyhow::Error::msg(too_few.message()), Some(too_few.hint()));
    }
    let exit = ending.exit();
    if let Some(job) = &settings.github {
        if let Some(too_few) = too_few {
            summary.add_error(too_few.message(), Some(too_few.hint().to_owned()));
        }
        summary.exit_code = exit.code();
        github::tell_inspection(job, &summary, exit, &streams);
    }
    // The process ends: the system takes their memory back at once, and not test by test.
    std::mem::forget((reports, summary));
    exit
}

fn render(
    reports: &[Report],
    summary: &Summary,
    settings: &InspectSettings,
    format: InspectFormat,
    place: OutputTarget,
) -> anyhow::Result<String> {
    if let Some(writer) = format.writer() {
        let options = match place {
            OutputTarget::File => settings.terminal.file_text_options(),
            OutputTarget::StandardOutput => settings.terminal.text_options(),
        };
        return Ok(writer.inspection(summary, &options)?);
    }
    let reports: Vec<(&Report, &str)> =
        reports.iter().map(|report| (report, tools::detect(report).name)).collect();
    let mut lines = Vec::new();
    lines::write(&reports, &settings.mapping.root, &mut lines)?;
    Ok(String::from_utf8(lines)?)
}
