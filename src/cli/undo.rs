//! `tq-import undo`: undoes one import, except for what somebody has changed since.

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;

use crate::api::client::Client;
use crate::apply::{Stop, read_undo, undo};
use crate::plan::undo::PastImport;
use crate::progress::{Progress, Stage};
use crate::snapshot::{ProjectRef, Target, TargetError};
use crate::summary::{Summary, Work};

use super::args::{ImportArgs, UndoArgs, WritingArgs};
use super::exit::ExitCode;
use super::import::{prepare, render};
use super::outputs::Outputs;
use super::progress::ProgressDisplay;
use super::settings::{Environment, Mode, Settings};
use super::streams::Streams;
use super::{connect, signals};

/// The largest summary that is read, in bytes.
const SIZE_LIMIT: u64 = 1 << 30;

/// Takes an import back. Returns the exit code of the process.
pub(super) fn run(args: &UndoArgs, environment: &Environment) -> u8 {
    let UndoArgs { summary: path, dry_run, check, connection, output, terminal, network } =
        args.clone();
    let directory = &environment.directory;
    let past = match read(&directory.join(&path)) {
        Ok(past) => past,
        Err(error) => {
            let error = error.context(format!("cannot undo the import of {}", path.display()));
            let hint =
                "name the file that the import wrote with --output json=FILE; nothing was done";
            Streams::default().error(&error, Some(hint));
            return ExitCode::Usage.code();
        }
    };
    let mut connection = connection;
    if connection.project.is_none() && connection.sandbox.is_none() {
        connection.project = past.project.as_ref().map(|project| project.id.to_string());
    }
    let args = ImportArgs {
        connection,
        writing: WritingArgs { dry_run, check, ..WritingArgs::default() },
        output,
        terminal,
        network,
        ..ImportArgs::default()
    };
    let (settings, connection, streams) = match prepare(&args, environment, Settings::for_project) {
        Ok(prepared) => prepared,
        Err(exit) => return exit.code(),
    };
    let (format, files) = (args.output.format, &args.output.output);
    let outputs = match Outputs::open(format, files, directory, &[], &streams) {
        Ok(outputs) => outputs,
        Err(exit) => return exit.code(),
    };
    let started = Instant::now();
    let progress = Progress::default();
    let display = ProgressDisplay::new(&progress, &settings.terminal, streams);
    let mut work = UndoWork {
        settings: &settings,
        summary: Summary::of_command(Work::Undo, past.namespace.as_deref().unwrap_or_default()),
        exit: ExitCode::Done,
    };
    let early = signals::EarlyEnd::new(streams);
    let done =
        connect::with_client(&connection, &settings.limits, &progress, async |client, remote| {
            client.progress().begin(Stage::Project, 0);
            let undo = work.undo(client, &remote.project, &past);
            let (ended, signal) = signals::until_signal(client, early, undo).await;
            if let Some(signal) = signal {
                work.summary.interrupted = true;
                work.exit.add(signal);
            }
            if let Some(Err(error)) = ended {
                let (exit, hint) = connect::exit_code_for_target(&error);
                work.exit.add(exit);
                work.summary.add_error(error.to_string(), Some(hint.to_owned()));
            }
            work.summary.requests = client.requests();
        });
    let UndoWork { mut summary, mut exit, .. } = work;
    if let Err(error) = done {
        exit.add(connect::exit_code_for_connection(&error));
        summary.add_error(format!("{error:#}"), None);
    }
    drop(display);
    signals::end_at_once();
    summary.elapsed_s = started.elapsed().as_secs_f64();
    for error in &summary.errors {
        streams.error_text(&error.message, error.hint.as_deref());
    }
    let added = outputs.write(
        |format, target, added| {
            let mut all = exit;
            all.add(added);
            summary.exit_code = all.code();
            render(&summary, &settings, format, target)
        },
        &streams,
    );
    exit.add(added);
    exit.code()
}

/// Reads the summary of an import.
fn read(path: &Path) -> anyhow::Result<PastImport> {
    let size = std::fs::metadata(path)?.len();
    anyhow::ensure!(size <= SIZE_LIMIT, "it is larger than 1 GiB");
    let text = std::fs::read(path)?;
    let past: PastImport =
        serde_json::from_slice(&text).context("it is not the JSON summary of an import")?;
    anyhow::ensure!(past.schema_version == 1, "it has schema version {}", past.schema_version);
    anyhow::ensure!(!past.dry_run, "it is the summary of a dry run, which wrote nothing");
    anyhow::ensure!(past.project.is_some(), "the import ended before it found its project");
    Ok(past)
}

struct UndoWork<'a> {
    settings: &'a Settings,
    summary: Summary,
    exit: ExitCode,
}

impl UndoWork<'_> {
    async fn undo(
        &mut self,
        client: &Client,
        project: &ProjectRef,
        past: &PastImport,
    ) -> Result<(), TargetError> {
        let target = Target::find(client, project).await?;
        self.summary.set_target(&target);
        let id = past.project.as_ref().map(|project| project.id);
        if id != Some(target.project.id.number()) {
            self.exit.add(ExitCode::Usage);
            let message = format!(
                "the import was into project {}, not into project {}",
                id.unwrap_or_default(),
                target.project.id
            );
            self.summary
                .add_error(message, Some("omit --project: the summary names it".to_owned()));
            return Ok(());
        }
        let plan = read_undo(client, &target, past).await?;
        if self.settings.mode != Mode::Apply {
            self.summary.dry_run = true;
            self.summary.complete = None;
            self.summary.set_undone(&plan);
            if self.settings.mode == Mode::Check && !plan.is_empty() {
                self.exit.add(ExitCode::Changes);
            }
            return Ok(());
        }
        if plan.is_empty() {
            self.summary.set_undone(&plan);
            self.summary.complete = Some(true);
            return Ok(());
        }
        let undone = undo(client, &target, past, plan).await;
        self.summary.set_undone(&undone.done);
        self.summary.complete = Some(undone.verified && undone.stop.is_none());
        match &undone.stop {
            Some(Stop::Api(error)) => self.exit.add(connect::exit_code_for(error)),
            None if undone.verified && undone.written_over.is_empty() => {}
            _ => self.exit.add(ExitCode::Incomplete),
        }
        for what in undone.written_over {
            self.summary.complete = Some(false);
            self.summary.add_error(what, None);
        }
        if let Some(stop) = &undone.stop {
            self.summary.add_stop(stop);
        }
        Ok(())
    }
}
