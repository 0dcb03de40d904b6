//! Output for a job of GitHub Actions: annotations, outputs, the job's summary page.
//!
//! A file that cannot be written causes a warning and does not change the exit code.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;

use super::exit::ExitCode;
use super::settings::{Environment, GithubJob};
use super::streams::Streams;
use crate::api::redact::redact;
use crate::summary::Summary;
use crate::summary::github::{self, Annotations, Conclusion, Outputs};
use crate::summary::markdown::{self, Markdown};
use crate::summary::text::TextOptions;
use crate::summary::writers::Writer;

/// GitHub drops the whole page of a step that is longer than this, in bytes.
const STEP_SUMMARY_BYTES: u64 = 1024 * 1024;

/// How an import or an inspection ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Why, after `--soft-fail`.
    pub(super) exit: ExitCode,
    /// The exit code before `--soft-fail`.
    pub(super) code: u8,
    /// Whether the command of `run` failed.
    pub(super) command_failed: bool,
    /// Whether reports were inspected, and nothing was to be imported.
    pub(super) parse_only: bool,
}

/// Reports an import or an inspection to the `job`.
pub(super) fn report(job: &GithubJob, summary: &Summary, end: End, streams: &Streams) {
    let End { exit, code, command_failed, parse_only } = end;
    let conclusion = match exit {
        _ if command_failed => Conclusion::Failure,
        ExitCode::Done if parse_only => Conclusion::ParseOnly,
        ExitCode::Done => Conclusion::Success,
        ExitCode::Interrupted | ExitCode::Terminated => Conclusion::Cancelled,
        _ => Conclusion::Failure,
    };
    let options = TextOptions::default();
    let render = |writer: &dyn Writer| match parse_only {
        true => writer.inspection(summary, &options),
        false => writer.import(summary, &options),
    };
    write(job, Outputs { conclusion, exit_code: code }, render, streams);
}

/// Reports that nothing was imported, because there is no token. `code` is the exit code of the command of `run`, else 0.
pub(super) fn report_skipped(environment: &Environment, code: u8, streams: &Streams) {
    let conclusion = if code == 0 { Conclusion::Skipped } else { Conclusion::Failure };
    report_end(environment, conclusion, code, streams);
}

/// Reports that a command ended with `exit` before it had a result. Does nothing outside of a job.
pub(super) fn report_failure(environment: &Environment, exit: ExitCode, streams: &Streams) {
    report_end(environment, Conclusion::Failure, exit.code(), streams);
}

fn report_end(environment: &Environment, conclusion: Conclusion, code: u8, streams: &Streams) {
    let output = environment.github_job().and_then(|job| job.output);
    let outputs = github::outputs_without_summary(conclusion, code);
    warn(output.map(|file| append_outputs(&file, Ok(outputs))), streams);
}

fn write(
    job: &GithubJob,
    step: Outputs,
    render: impl Fn(&dyn Writer) -> serde_json::Result<String>,
    streams: &Streams,
) {
    let GithubJob { output, step_summary } = job;
    match render(&Annotations) {
        Ok(commands) => streams.workflow_commands(&commands),
        Err(error) => streams.warning(&format!("cannot write annotations: {error}")),
    }
    let outputs = || render(&step);
    let page = |limit| render(&Markdown { limit });
    warn(output.as_deref().map(|file| append_outputs(file, outputs())), streams);
    warn(step_summary.as_deref().map(|file| append_page(file, page)), streams);
}

fn warn(written: Option<anyhow::Result<()>>, streams: &Streams) {
    if let Some(Err(error)) = written {
        streams.warning(&format!("{error:#}"));
    }
}

fn append_outputs(file: &Path, outputs: serde_json::Result<String>) -> anyhow::Result<()> {
    outputs
        .map_err(anyhow::Error::new)
        .and_then(|outputs| Ok(append(file, &outputs)?))
        .with_context(|| format!("cannot write the outputs of this step to {}", file.display()))
}

fn append_page(
    file: &Path,
    page: impl Fn(usize) -> serde_json::Result<String>,
) -> anyhow::Result<()> {
    let append = || {
        let used = std::fs::metadata(file).map(|metadata| metadata.len()).unwrap_or_default();
        // Two bytes for the blank line.
        let room = STEP_SUMMARY_BYTES.saturating_sub(used.saturating_add(2));
        let room = usize::try_from(room)?.min(markdown::LIMIT);
        if room < markdown::LEAST {
            anyhow::bail!("other commands have written {used} bytes of at most 1 MiB");
        }
        let blank = if used > 0 { "\n\n" } else { "" };
        Ok(append(file, &format!("{blank}{}", page(room)?))?)
    };
    append().with_context(|| format!("cannot write the summary of this job to {}", file.display()))
}

/// Appends in one write, because other processes of the step may append as well.
fn append(file: &Path, text: &str) -> io::Result<()> {
    File::options().append(true).create(true).open(file)?.write_all(redact(text).as_bytes())
}
