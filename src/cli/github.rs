//! Tells a job of GitHub Actions what happened: annotations, outputs, the page of the job.
//!
//! None of it can hide how the import ended: what cannot be written is a warning.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;

use super::exit::{ExitCode, ProcessExit};
use super::output::Streams;
use super::settings::{Environment, GithubJob};
use crate::summary::Summary;
use crate::summary::github::{self, Annotations, Conclusion, Outputs};
use crate::summary::markdown::{self, Markdown};
use crate::summary::text::TextOptions;
use crate::summary::writers::Writer;

/// GitHub drops what a step has written for the page of the job if it is longer than this, whole.
const STEP_SUMMARY_BYTES: u64 = 1024 * 1024;

/// Tells `job` of an import that ends so.
pub(super) fn tell_import(
    job: &GithubJob,
    summary: &Summary,
    ended: ProcessExit,
    streams: &Streams,
) {
    let conclusion = match ended {
        ProcessExit::Here(ExitCode::Done) => Conclusion::Success,
        ProcessExit::Here(ExitCode::Interrupted | ExitCode::Terminated) => Conclusion::Cancelled,
        _ => Conclusion::Failure,
    };
    let render = |writer: &dyn Writer| writer.import(summary, &TextOptions::default());
    write(job, conclusion, render, streams);
}

/// Tells `job` of an inspection that ends with `exit`.
pub(super) fn tell_inspection(
    job: &GithubJob,
    summary: &Summary,
    exit: ExitCode,
    streams: &Streams,
) {
    let conclusion =
        if exit == ExitCode::Done { Conclusion::ParseOnly } else { Conclusion::Failure };
    let render = |writer: &dyn Writer| writer.inspection(summary, &TextOptions::default());
    write(job, conclusion, render, streams);
}

/// Tells the job, if this is one, that a command ended with `exit` before it had a result.
pub(super) fn tell_failure(environment: &Environment, exit: ExitCode, streams: &Streams) {
    let Some(file) = GithubJob::of(environment).and_then(|job| job.output) else {
        return;
    };
    let outputs = github::failure_outputs(exit.code());
    if let Err(error) =
        append(&file, &outputs).with_context(|| told("the outputs of this step", &file))
    {
        streams.warning(&format!("{error:#}"));
    }
}

fn write(
    job: &GithubJob,
    conclusion: Conclusion,
    render: impl Fn(&dyn Writer) -> serde_json::Result<String>,
    streams: &Streams,
) {
    let GithubJob { output, step_summary } = job;
    let annotated = render(&Annotations).context("cannot write annotations");
    let annotated = annotated.map(|commands| streams.workflow_commands(&commands));
    let written = output.as_deref().map(|file| {
        let append = || -> anyhow::Result<()> { Ok(append(file, &render(&Outputs(conclusion))?)?) };
        append().with_context(|| told("the outputs of this step", file))
    });
    let page = |limit| render(&Markdown { limit });
    let shown = step_summary
        .as_deref()
        .map(|file| append_page(file, page).with_context(|| told("the summary of this job", file)));
    let results = [Some(annotated), written, shown];
    for error in results.into_iter().flatten().filter_map(Result::err) {
        streams.warning(&format!("{error:#}"));
    }
}

fn told(what: &str, file: &Path) -> String {
    format!("cannot write {what} to {}", file.display())
}

fn append_page(
    file: &Path,
    page: impl Fn(usize) -> serde_json::Result<String>,
) -> anyhow::Result<()> {
    let there = std::fs::metadata(file).map(|metadata| metadata.len()).unwrap_or_default();
    // Two bytes for the blank line.
    let room = STEP_SUMMARY_BYTES.saturating_sub(there.saturating_add(2));
    let room = usize::try_from(room)?.min(markdown::LIMIT);
    if room < markdown::LEAST {
        anyhow::bail!("{there} bytes of other commands are there already, and 1 MiB is all");
    }
    let page = page(room)?;
    let blank = if there > 0 { "\n\n" } else { "" };
    Ok(append(file, &format!("{blank}{page}"))?)
}

/// Appends in one write: other processes of the same step may do so too.
fn append(file: &Path, text: &str) -> io::Result<()> {
    File::options().append(true).create(true).open(file)?.write_all(text.as_bytes())
}
