//! `tq-import <REPORT>...`: the whole way from reports to a verified project.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::api::client::Client;
use crate::apply::{ApplyOptions, RecordOutcome, Stop, apply, dedup, read_and_plan};
use crate::discover::Discovered;
use crate::plan::stale::stale;
use crate::progress::{Progress, Stage};
use crate::snapshot::{Target, TargetError};
#[cfg(feature = "sandbox")]
use crate::summary::SandboxPlace;
use crate::summary::{CommandEnd, Summary, SummaryError, escape, json, markdown, text};
use test_reports::formats::model::{Outcome, Report};
use test_reports::identity::Identity;
use test_reports::record::{Records, TestRecord};

use super::args::ImportArgs;
use super::args::values::SummaryFormat;
use super::cargo::Cargo;
use super::exit::{ExitCode, ExitReasons, ProcessExit};
use super::output::{OutputFile, Streams};
use super::outputs::OutputTarget;
use super::progress::Shown;
use super::settings::{Connection, Environment, Mode, Remote, Settings, Verbosity};
use super::{connect, github, log, outputs, reports, signals};

/// Errors on standard error, unless all are asked for: a server that refuses everything must not flood a log.
const ERRORS_SHOWN: usize = 20;

/// How long requests that are under way may take to end after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// Runs an import and says how it ended.
pub(super) fn run(args: &ImportArgs, environment: &Environment) -> ProcessExit {
    let (settings, streams) = match prepare(args, environment) {
        Ok(prepared) => prepared,
        Err(exit) => return exit.into(),
    };
    let found = reports::find(&environment.directory, &settings.reading, &settings.mapping);
    let outputs = match outputs::open(&settings.outputs, &found, &streams) {
        Ok(outputs) => outputs,
        Err(exit) => {
            github::tell_failure(environment, exit, &streams);
            return exit.into();
        }
    };
    let cargo = Cargo::of_environment(environment);
    let input = ImportInput { found, printed: None, cargo, warnings: Vec::new(), command: None };
    import(&settings, environment, &streams, input, outputs)
}

/// Settings that are in order, and streams as they want them; where there are none, all that is wrong was told.
pub(super) fn prepare(
    args: &ImportArgs,
    environment: &Environment,
) -> Result<(Settings, Streams), ExitCode> {
    let settings = Settings::resolve(args, environment).map_err(|invalid| {
        Streams::default().invalid_settings(&invalid);
        github::tell_failure(environment, ExitCode::Usage, &Streams::default());
        ExitCode::Usage
    })?;
    let streams = Streams::new(&settings.terminal);
    log::start(&settings.terminal);
    if settings.terminal.verbosity >= Verbosity::Verbose {
        for setting in &settings.notes.provenance {
            streams.message(&escape::terminal(&setting.to_string()));
        }
    }
    Ok((settings, streams))
}

/// What is to be imported.
pub(super) struct ImportInput {
    /// The report files.
    pub(super) found: Discovered,
    /// What a command printed.
    pub(super) printed: Option<Report>,
    /// Who knows what test binaries are called.
    pub(super) cargo: Cargo,
    /// What is to be said about the choice of the reports.
    pub(super) warnings: Vec<String>,
    /// The command that wrote them, if it was run for this.
    pub(super) command: Option<CommandEnd>,
}

/// Imports what was `input` and says how that ended.
pub(super) fn import(
    settings: &Settings,
    environment: &Environment,
    streams: &Streams,
    input: ImportInput,
    outputs: Vec<OutputFile<SummaryFormat>>,
) -> ProcessExit {
    let started = Instant::now();
    let ImportInput { found, printed, cargo, warnings, command } = input;
    let progress = Progress::default();
    let shown = Shown::new(&progress, &settings.terminal, *streams);
    let (_, mut records) = reports::read(
        found,
        printed,
        &settings.reading.limits,
        &settings.mapping,
        &cargo,
        &environment.directory,
        &progress,
    );
    records.warnings.splice(0..0, settings.notes.warnings.iter().cloned().chain(warnings));
    let mut summary = Summary::of_reports(&records, &settings.mapping);
    summary.command = command;
    summary.build.clone_from(&settings.build);
    let mut import = Import {
        ignored: 0,
        named: HashSet::new(),
        summary,
        settings,
        progress,
        records,
        ending: ExitReasons::default(),
    };
    import.judge_reports();
    import.named = import.records.tests.iter().map(|test| test.identity).collect();
    import.leave_out_ignored();
    if import.may_write() {
        import.reach_and_apply();
    }
    drop(shown);
    import.finish(started, streams, outputs)
}

/// Takes tests out that match one of the `patterns`; gives back how many. `prefix`: how many of a test's folders are
/// those of `--folder`, which says where things are put, not what they are.
fn remove_reports_left_out(
    tests: &mut Vec<TestRecord>,
    patterns: &[glob::Pattern],
    prefix: usize,
) -> usize {
    if patterns.is_empty() {
        return 0;
    }
    let before = tests.len();
    tests.retain(|test| {
        let path = test
            .folder
            .iter()
            .skip(prefix)
            .map(String::as_str)
            .chain([&*test.name])
            .collect::<Vec<_>>()
            .join("/");
        !patterns.iter().any(|pattern| pattern.matches(&path))
    });
    before - tests.len()
}

/// One import, and what is known of it so far.
struct Import<'a> {
    settings: &'a Settings,
    progress: Progress,
    records: Records,
    ignored: usize,
    /// What the reports name, ignored tests included.
    named: HashSet<Identity>,
    summary: Summary,
    ending: ExitReasons,
}

impl Import<'_> {
    /// Takes out what is not to be imported. Whether it failed was told before: a file in the repository must not be able
    /// to hide that.
    fn leave_out_ignored(&mut self) {
        let patterns = &self.settings.reading.ignore;
        let prefix = self.settings.mapping.folder.len();
        self.ignored = remove_reports_left_out(&mut self.records.tests, patterns, prefix);
        self.summary.tests.ignored = self.ignored;
    }

    fn judge_reports(&mut self) {
        if let Some(too_few) =
            reports::judge(&self.records, &self.settings.reading, &mut self.ending)
        {
            self.error(too_few.message(), Some(too_few.hint().to_owned()));
        }
        let failed = |test: &TestRecord| matches!(test.outcome, Outcome::Failed | Outcome::Errored);
        let failed = self.records.tests.iter().any(failed) || !self.records.run_errors.is_empty();
        self.ending.add_if(self.settings.fail_on_test_failure && failed, ExitCode::TestFailure);
    }

    /// Too few tests, and damage with `--strict`, stop before anything is written.
    fn may_write(&mut self) -> bool {
        let damaged = self.summary.reports.damaged.len();
        if damaged > 0 && self.settings.reading.strict {
            self.error(
                "a report is damaged, and --strict forbids to import the rest".to_owned(),
                None,
            );
        } else if self.summary.errors.is_empty() {
            return true;
        }
        self.summary.set_not_reached(&self.records.tests);
        false
    }

    fn reach_and_apply(&mut self) {
        // Enough for requests; reading is over.
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(self.connect()),
            Err(error) => self.unexpected(format!("cannot start the network: {error}")),
        }
    }

    async fn connect(&mut self) {
        let settings = self.settings;
        match &settings.connection {
            Connection::Remote(remote) => self.import_into(remote).await,
            #[cfg(feature = "sandbox")]
            Connection::Sandbox { db, look, project } => {
                match super::sandbox::embedded(db, project).await {
                    Ok((running, remote)) => {
                        self.summary.sandbox = Some(SandboxPlace {
                            db: db.display().to_string(),
                            command: look.clone(),
                        });
                        self.import_into(&remote).await;
                        if let Err(error) = running.stop().await {
                            self.summary
                                .warnings
                                .push(format!("the sandbox did not end well: {error}"));
                        }
                    }
                    Err(error) => self.unexpected(format!("{error:#}")),
                }
            }
            #[cfg(not(feature = "sandbox"))]
            Connection::Sandbox { .. } => self.unexpected("this build has no sandbox".to_owned()),
        }
    }

    async fn import_into(&mut self, remote: &Remote) {
        let client = connect::client(remote, &self.settings.limits, &self.progress);
        let client = match client {
            Ok(client) => client,
            Err(error) => {
                self.ending.add(ExitCode::Usage);
                self.error(error.to_string(), None);
                return self.summary.set_not_reached(&self.records.tests);
            }
        };
        let mut signal = None;
        let ended = {
            let work = self.import_with(&client, remote);
            tokio::pin!(work);
            tokio::select! {
                ended = &mut work => Some(ended),
                asked = signals::asked_to_end() => {
                    signal = Some(asked);
                    client.stop();
                    tokio::time::timeout(GRACE, work).await.ok()
                }
            }
        };
        if let Some(asked) = signal {
            self.summary.interrupted = true;
            self.ending.add(asked);
        }
        match ended {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                self.target_error(&error);
                self.summary.set_not_reached(&self.records.tests);
            }
            None => {
                self.error(
                    "interrupted, and the server kept requests under way open".to_owned(),
                    None,
                );
                self.summary.set_not_reached(&self.records.tests);
            }
        }
        self.summary.requests = client.requests();
    }

    async fn import_with(&mut self, client: &Client, remote: &Remote) -> Result<(), TargetError> {
        let settings = self.settings;
        let lists_stale = self.may_list_stale();
        let tests = &self.records.tests;
        self.progress.begin(Stage::Project, 0);
        let target = Target::find(client, &remote.project).await?;
        self.summary.set_target(&target);
        let (mut snapshot, mut plan) =
            read_and_plan(client, &target, tests, &settings.planning).await?;
        if lists_stale {
            self.summary.set_stale(stale(&snapshot, &settings.mapping.namespace, &self.named));
        }
        if settings.mode != Mode::Apply {
            self.summary.set_plan(tests, &plan);
            self.ending.add_if(settings.mode == Mode::Check && !plan.is_empty(), ExitCode::Changes);
            return Ok(());
        }
        if let Err(exceeded) =
            settings.create_limit.check(&plan, tests, &snapshot, &settings.mapping.namespace)
        {
            self.ending.add(ExitCode::Incomplete);
            self.error(
                exceeded.to_string(),
                Some("see with --dry-run what would be created; if the tests really were renamed, raise --create-limit, such as to 100%".to_owned()),
            );
            self.summary.set_not_reached(&self.records.tests);
            return Ok(());
        }
        if !plan.dedup.is_empty() {
            match dedup(client, target.plan.id, &plan.dedup).await {
                Ok(deduplicated) => {
                    self.summary.add_healed(&deduplicated.done, deduplicated.warnings)
                }
                Err(Stop::Api(error)) => return Err(TargetError::Api(error)),
                Err(stop) => {
                    self.unexpected(stop.to_string());
                    return Ok(());
                }
            }
            (snapshot, plan) = read_and_plan(client, &target, tests, &settings.planning).await?;
        }
        let options = ApplyOptions {
            batch_size: settings.limits.batch_size,
            plan: settings.planning.clone(),
        };
        let applied = apply(client, &target, tests, snapshot, &plan, &options).await;
        self.summary.set_applied(tests, &plan, &applied);
        match &applied.stop {
            Some(Stop::Api(error)) => self.ending.add(connect::exit_code_for(error)),
            Some(_) => self.ending.add(ExitCode::Incomplete),
            None => {
                let refused = applied.fates.iter().any(|fate| {
                    matches!(fate, RecordOutcome::Refused { .. } | RecordOutcome::NotReached)
                });
                self.ending.add_if(refused || !applied.verified, ExitCode::Incomplete);
            }
        }
        Ok(())
    }

    /// Whether what is in no report is stale: not when something of the reports may be missing.
    fn may_list_stale(&mut self) -> bool {
        if !self.settings.lists_stale {
            return false;
        }
        let missing = if !self.summary.reports.damaged.is_empty() {
            "a report is damaged"
        } else if !self.summary.run_errors.is_empty() {
            "the test run itself had errors"
        } else {
            return true;
        };
        self.ending.add(ExitCode::Incomplete);
        self.error(
            format!("{missing}, so that tests may be missing that are not stale: none is listed"),
            Some("run all tests again, or leave --stale out".to_owned()),
        );
        false
    }

    fn target_error(&mut self, error: &TargetError) {
        let (exit, hint) = connect::exit_code_for_target(error);
        self.ending.add(exit);
        self.error(error.to_string(), Some(hint.to_owned()));
    }

    fn unexpected(&mut self, message: String) {
        self.ending.add(ExitCode::Incomplete);
        self.error(message, None);
        self.summary.set_not_reached(&self.records.tests);
    }

    fn error(&mut self, message: String, hint: Option<String>) {
        self.summary.errors.push(SummaryError { message, hint });
    }

    /// Writes the summary everywhere and settles the exit code.
    fn finish(
        mut self,
        started: Instant,
        streams: &Streams,
        outputs: Vec<OutputFile<SummaryFormat>>,
    ) -> ProcessExit {
        signals::end_at_once();
        if !self.summary.tests.balances() {
            // A fault of ours, and the one thing a summary must not hide.
            self.ending.add(ExitCode::Incomplete);
            self.summary.complete = Some(false);
            self.error(
                format!("the ledger does not add up: {:?}", self.summary.tests),
                Some("please report this".to_owned()),
            );
        }
        self.summary.elapsed_s = started.elapsed().as_secs_f64();
        let exit = self.ending.exit();
        self.summary.exit_code = self.ended(exit).code();
        self.write(exit, streams, outputs)
    }

    /// The code of the command that was run, if that is not 0; else `exit`.
    fn ended(&self, exit: ExitCode) -> ProcessExit {
        match self.summary.command.as_ref().map(|command| command.exit_code) {
            None | Some(0) => exit.into(),
            Some(code) => ProcessExit::Command(code),
        }
    }

    fn write(
        &self,
        exit: ExitCode,
        streams: &Streams,
        outputs: Vec<OutputFile<SummaryFormat>>,
    ) -> ProcessExit {
        let summary = &self.summary;
        if self.settings.format != SummaryFormat::Text {
            // The text holds them; beside other formats a person reads them here.
            for warning in &summary.warnings {
                streams.warning(warning);
            }
        }
        let all = self.settings.terminal.verbosity >= Verbosity::Verbose;
        let shown = if all { summary.errors.len() } else { ERRORS_SHOWN.min(summary.errors.len()) };
        for error in &summary.errors[..shown] {
            streams.error(&anyhow::Error::msg(error.message.clone()), error.hint.as_deref());
        }
        if shown < summary.errors.len() {
            streams.message(&format!(
                "… and {} more errors (-v shows all)",
                summary.errors.len() - shown
            ));
        }
        let mut ending = ExitReasons::default();
        ending.add(exit);
        let render = |format, place| render(summary, self.settings, format, place);
        outputs::write(render, self.settings.format, outputs, streams, &mut ending);
        let (exit, loud) = ending.exit().soften(&self.settings.soft_fail);
        let ended = self.ended(exit);
        if let (Some(loud), ProcessExit::Here(_)) = (loud, ended) {
            streams.message(&loud);
        }
        if let Some(job) = &self.settings.github {
            github::tell_import(job, summary, ended, streams);
        }
        ended
    }
}

fn render(
    summary: &Summary,
    settings: &Settings,
    format: SummaryFormat,
    place: OutputTarget,
) -> anyhow::Result<String> {
    Ok(match (format, place) {
        (SummaryFormat::Json, _) => json::render(summary)?,
        (SummaryFormat::Markdown, _) => markdown::render(summary, markdown::LIMIT),
        (SummaryFormat::Text, OutputTarget::File) => {
            text::render(summary, &settings.terminal.file_text_options())
        }
        (SummaryFormat::Text, OutputTarget::StandardOutput) => {
            text::render(summary, &settings.terminal.text_options())
        }
    })
}
