//! `tq-import <REPORT>...`: from reports to a verified project.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;

use crate::api::client::Client;
use crate::api::ids::{SuiteId, TestId};
use crate::apply::{Applied, RecordOutcome, Stop, dedup, locate, read_and_plan_all};
use crate::discover::discover;
use crate::plan::ChangePlan;
use crate::plan::stale::stale;
use crate::progress::{Progress, Stage};
use crate::reading::in_own_threads;
use crate::results::{self, Observations, PrepareError, Prepared, RecordOptions};
use crate::snapshot::{Expected, Lists, ProjectRef, Snapshot, Target, TargetError};
use crate::summary::comparison::Earlier;
use crate::summary::{CommandEnd, SandboxPlace, Summary, Work, escape};
use test_reports::formats::model::{Outcome, Report};
use test_reports::record::TestRecord;
use test_reports::text::count;

use super::args::ImportArgs;
use super::args::values::{ResultFormat as _, SummaryFormat};
use super::cargo::Cargo;
use super::exit::ExitCode;
use super::outputs::{OutputTarget, Outputs};
use super::parts::{Part, parts, planned, unknown_pairs};
use super::progress::ProgressDisplay;
use super::reports::{self, ReportSet};
use super::settings::{ConfigError, Connection, Environment, Mode, Settings, Verbosity};
use super::streams::Streams;
use super::tables::{self, Found, Unassigned};
use super::{build, compare, connect, github, log, outputs, signals};

/// The number of errors on standard error without `-v`. A server that refuses everything must not flood a log.
const MAX_ERRORS: usize = 20;

/// Runs an import. Returns the exit code of the process.
pub(super) fn run(args: &ImportArgs, environment: &Environment) -> u8 {
    let (settings, connection, streams) = match prepare(args, environment, Settings::for_import) {
        Ok(prepared) => prepared,
        Err(exit) => return exit.code(),
    };
    run_prepared(args, settings, &connection, environment, streams)
}

/// Runs an import with these settings. Returns the exit code of the process.
pub(super) fn run_prepared(
    args: &ImportArgs,
    mut settings: Settings,
    connection: &Connection,
    environment: &Environment,
    streams: Streams,
) -> u8 {
    let directory = &environment.directory;
    if settings.mode == Mode::Skip {
        return skip(args, environment, &streams, 0);
    }
    let cargo = Cargo::of_environment(environment);
    let found = match reports::find(directory, &settings) {
        Ok(found) => found,
        Err(Unassigned { errors, found }) => {
            let exit = streams.invalid_settings(&errors);
            github::report_failure(environment, exit, &streams);
            outputs::delete_old(&args.output.output, directory, &found);
            return exit.code();
        }
    };
    let compared = args.output.compare.as_deref();
    let earlier = match compare::read(compared, &mut settings, directory, &cargo, &streams) {
        Ok(earlier) => earlier,
        Err(exit) => {
            github::report_failure(environment, exit, &streams);
            outputs::delete_old(&args.output.output, directory, &found.groups);
            return exit.code();
        }
    };
    let (format, files) = (args.output.format, &args.output.output);
    let outputs = match Outputs::open(format, files, directory, &found.groups, &streams) {
        Ok(outputs) => outputs,
        Err(exit) => {
            github::report_failure(environment, exit, &streams);
            return exit.code();
        }
    };
    let early = signals::EarlyEnd::new(streams);
    let warnings = Vec::new();
    let input =
        ImportInput { found, printed: Vec::new(), cargo, warnings, command: None, early, earlier };
    import(&settings, connection, environment, &streams, input, outputs)
}

/// Ends an import that `--without-token skip` leaves out, after a command that exited with `code`. Returns that code.
pub(super) fn skip(
    args: &ImportArgs,
    environment: &Environment,
    streams: &Streams,
    code: u8,
) -> u8 {
    streams.message("no token is set: nothing is imported (--without-token skip)");
    let directory = &environment.directory;
    let found = discover(directory, &args.reading.reports, &args.reading.exclude);
    outputs::delete_old(&args.output.output, directory, &[found]);
    github::report_skipped(environment, code, streams);
    code
}

/// Reads the settings of a command.
type ReadSettings =
    fn(&ImportArgs, &Environment) -> Result<(Settings, Connection), Vec<ConfigError>>;

/// Validates the settings and starts logging. Errors are reported.
pub(super) fn prepare(
    args: &ImportArgs,
    environment: &Environment,
    read: ReadSettings,
) -> Result<(Settings, Connection, Streams), ExitCode> {
    let (settings, connection) = read(args, environment).map_err(|errors| {
        let exit = Streams::default().invalid_settings(&errors);
        github::report_failure(environment, exit, &Streams::default());
        let directory = &environment.directory;
        let found = discover(directory, &args.reading.reports, &args.reading.exclude);
        outputs::delete_old(&args.output.output, directory, &[found]);
        exit
    })?;
    let streams = Streams::new(&settings.terminal);
    log::start(&settings.terminal);
    if settings.terminal.verbosity >= Verbosity::Verbose {
        for setting in &settings.provenance {
            let line = format!("{} = {} (from {})", setting.name, setting.value, setting.source);
            streams.message(&escape::terminal(&line));
        }
    }
    Ok((settings, connection, streams))
}

/// What is imported.
pub(super) struct ImportInput {
    /// The report files.
    pub(super) found: Found,
    /// The reports in the output of the command.
    pub(super) printed: Vec<Report>,
    /// The cargo that knows the names of test binaries.
    pub(super) cargo: Cargo,
    /// Warnings about the choice of reports.
    pub(super) warnings: Vec<String>,
    /// The command that `run` ran.
    pub(super) command: Option<CommandEnd>,
    /// Handles signals until requests are sent.
    pub(super) early: signals::EarlyEnd,
    /// The tests of the run to compare with (`--compare`).
    pub(super) earlier: Option<Earlier>,
}

/// Imports `input`. Returns the exit code of the process.
pub(super) fn import(
    settings: &Settings,
    connection: &Connection,
    environment: &Environment,
    streams: &Streams,
    input: ImportInput,
    outputs: Outputs<SummaryFormat>,
) -> u8 {
    let started = Instant::now();
    let ImportInput { found, printed, cargo, warnings, command, early, earlier } = input;
    let progress = Progress::default();
    let display = ProgressDisplay::new(&progress, &settings.terminal, *streams);
    let directory = &environment.directory;
    // The cases are dropped when the records are made.
    let read = || ReportSet {
        reports: Vec::new(),
        ..reports::read(found, printed, command.as_ref(), settings, &cargo, directory, &progress)
    };
    let ReportSet { mut records, errors, is_missing, has_too_few, exit, .. } = in_own_threads(read);
    records.warnings.splice(0..0, settings.warnings.iter().cloned().chain(warnings));
    let mut summary = Summary::of_reports(records, settings.identities());
    summary.set_tables(settings.tables.iter().map(|table| &table.identity));
    summary.command = command;
    summary.build = build::build(environment);
    summary.errors = errors;
    let mut import = Import { summary, settings, progress, is_missing, exit };
    import.check_outcomes();
    // Failures were counted before: a file of the repository must not be able to hide them.
    reports::remove_ignored(&mut import.summary, settings);
    if let Some(earlier) = earlier {
        import.summary.compare(earlier);
    }
    let may_write = import.may_write(has_too_few);
    if settings.mode == Mode::ParseOnly {
        streams.message(
            "no token is set: the reports are parsed, and nothing is imported (--without-token parse-only)",
        );
    } else if may_write {
        import.connect(connection, early);
    }
    drop(display);
    import.finish(started, streams, outputs)
}

/// An import in progress.
pub(super) struct Import<'a> {
    pub(super) settings: &'a Settings,
    progress: Progress,
    /// Whether a report that was named does not exist.
    is_missing: bool,
    pub(super) summary: Summary,
    pub(super) exit: ExitCode,
}

impl Import<'_> {
    fn check_outcomes(&mut self) {
        let failed = |test: &TestRecord| matches!(test.outcome, Outcome::Failed | Outcome::Errored);
        let records = &self.summary.records;
        let failed = records.tests.iter().any(failed) || !records.run_errors.is_empty();
        if self.settings.fail_on_test_failure && failed {
            self.exit.add(ExitCode::TestFailure);
        }
    }

    /// Too few tests, and with `--strict` damaged or missing reports, stop the import before anything is written.
    fn may_write(&mut self, has_too_few: bool) -> bool {
        match self.incomplete_reports() {
            Some(reason) if self.settings.reading.strict => {
                self.error(&format!("{reason}; because of --strict, nothing is imported"), None);
            }
            _ if has_too_few => {}
            _ => return true,
        }
        self.summary.set_not_reached();
        false
    }

    fn connect(&mut self, connection: &Connection, early: signals::EarlyEnd) {
        let progress = self.progress.clone();
        let limits = &self.settings.limits;
        let done = connect::with_client(connection, limits, &progress, async |client, remote| {
            if let Connection::Sandbox { db, look, .. } = connection {
                let (db, command) = (db.display().to_string(), look.clone());
                self.summary.sandbox = Some(SandboxPlace { db, command });
            }
            self.run_until_signal(client, &remote.project, early).await;
        });
        if let Err(error) = done {
            self.stop(connect::exit_code_for_connection(&error), &format!("{error:#}"), None);
        }
    }

    async fn run_until_signal(
        &mut self,
        client: &Client,
        project: &ProjectRef,
        early: signals::EarlyEnd,
    ) {
        let work = self.write_changes(client, project);
        let (ended, signal) = signals::until_signal(client, early, work).await;
        if let Some(signal) = signal {
            self.summary.interrupted = true;
            self.exit.add(signal);
        }
        match ended {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                let (exit, hint) = connect::exit_code_for_target(&error);
                self.stop(exit, &error.to_string(), Some(hint));
            }
            None => {
                self.error("interrupted, and the server did not finish running requests", None);
                self.summary.set_not_reached();
            }
        }
        self.summary.requests = client.requests();
    }

    async fn write_changes(
        &mut self,
        client: &Client,
        project: &ProjectRef,
    ) -> Result<(), TargetError> {
        let settings = self.settings;
        let lists_stale = self.may_list_stale();
        if !self.may_change_rows() {
            return Ok(());
        }
        let parts = self.parts();
        let records = Arc::clone(&self.summary.records);
        self.progress.begin(Stage::Project, 0);
        let expected = Expected { records: self.summary.to_import().len(), ..Expected::default() };
        let project = Target::find_project(client, project).await?;
        let prepared = async {
            let options = settings.results.as_ref()?;
            Some((options, results::prepare(client, &project, options).await))
        };
        let (found, prepared) =
            tokio::join!(Lists::find(client, project.clone(), &expected), prepared);
        let (target, lists) = found?;
        self.summary.set_target(&target);
        // Before the first write: a status or a milestone that is missing must not leave half an import.
        let recording = match prepared {
            None => None,
            Some((options, prepared)) => match prepared {
                Ok(prepared) => Some((options, prepared)),
                Err(PrepareError::Api(error)) => return Err(TargetError::Api(error)),
                Err(error) => {
                    self.stop(ExitCode::Usage, &error.to_string(), Some(error.hint()));
                    return Ok(());
                }
            },
        };
        let planned = planned(&parts, &records);
        let (mut snapshot, mut plans) =
            read_and_plan_all(client, &target, &planned, Some(lists)).await?;
        for plan in &plans {
            self.summary.add_findings(&plan.findings, settings.planning.linking.is_some());
        }
        self.summary.left.extend(unknown_pairs(settings, &parts, &records));
        match (settings.work, &settings.retiring) {
            (Work::Relink, _) => {
                return self.relink(client, &target, snapshot, &parts, &plans).await;
            }
            (Work::Retire, Some(retiring)) => {
                return self.retire(client, &target, snapshot, &parts, retiring).await;
            }
            _ => {}
        }
        if lists_stale {
            let reported = records.tests.iter().map(|test| test.identity).collect();
            let of_part = |part: &Part| stale(&snapshot, &part.planning.namespace, &reported);
            self.summary.set_stale(parts.iter().flat_map(of_part).collect());
        }
        if settings.mode != Mode::Apply {
            return self.preview(client, &target, &snapshot, &parts, &plans, recording).await;
        }
        if parts.iter().zip(&plans).any(|(part, plan)| self.exceeds_limits(part, plan, &snapshot)) {
            return Ok(());
        }
        if plans.iter().any(|plan| !plan.dedup.is_empty()) {
            for plan in plans.iter().filter(|plan| !plan.dedup.is_empty()) {
                match dedup(client, target.plan.id, &plan.dedup).await {
                    Ok(deduplicated) => {
                        self.summary.add_healed(&deduplicated.done, deduplicated.warnings);
                    }
                    Err(Stop::Api(error)) => return Err(TargetError::Api(error)),
                    Err(stop) => {
                        self.stop(ExitCode::Incomplete, &stop.to_string(), None);
                        return Ok(());
                    }
                }
            }
            (snapshot, plans) = read_and_plan_all(client, &target, &planned, None).await?;
        }
        let located = self.apply_parts(client, &target, snapshot, &parts, plans).await?;
        if let Some((options, prepared)) = &recording {
            self.record_results(client, &target, options, prepared, &located).await;
        }
        Ok(())
    }

    /// The parts of the import, one for each namespace.
    pub(super) fn parts(&self) -> Vec<Part> {
        parts(self.settings, &self.summary.records, self.summary.to_import().len())
    }

    /// Shows what would be written.
    async fn preview(
        &mut self,
        client: &Client,
        target: &Target,
        snapshot: &Snapshot,
        parts: &[Part],
        plans: &[ChangePlan],
        recording: Option<(&RecordOptions, Prepared)>,
    ) -> Result<(), TargetError> {
        let records = Arc::clone(&self.summary.records);
        let mut located = Vec::new();
        for (part, plan) in parts.iter().zip(plans) {
            self.summary.set_plan(part.of(&records), plan);
            located.append(&mut locate(plan, snapshot));
        }
        let mut is_changed = plans.iter().any(|plan| !plan.is_empty());
        if let Some((options, prepared)) = &recording {
            is_changed |= self.preview_results(client, target, options, prepared, &located).await?;
        }
        let unflagged: usize = plans.iter().map(|plan| plan.unflagged(snapshot).len()).sum();
        if unflagged > 0 {
            self.summary.warnings.push(format!(
                "the server did not keep the automated flag of {}: is_automated is false, although nobody edited the tests; an import would report them as refused",
                match unflagged {
                    1 => "1 test".to_owned(),
                    tests => format!("{tests} tests"),
                }
            ));
        }
        if self.settings.mode == Mode::Check && is_changed {
            self.exit.add(ExitCode::Changes);
        }
        Ok(())
    }

    /// Adds what was done with the `tests` to the summary and to the exit code.
    pub(super) fn set_applied(
        &mut self,
        tests: &[TestRecord],
        plan: &ChangePlan,
        applied: &Applied,
    ) {
        self.summary.set_applied(tests, plan, applied);
        let is_missing = |outcome: &RecordOutcome| {
            matches!(outcome, RecordOutcome::Refused { .. } | RecordOutcome::NotReached)
        };
        match &applied.stop {
            Some(Stop::Api(error)) => self.exit.add(connect::exit_code_for(error)),
            None if applied.verified && !applied.outcomes.iter().any(is_missing) => {}
            _ => self.exit.add(ExitCode::Incomplete),
        }
    }

    /// Shows what recording would do. Returns whether it would write anything.
    async fn preview_results(
        &mut self,
        client: &Client,
        target: &Target,
        options: &RecordOptions,
        prepared: &Prepared,
        located: &[Option<(TestId, SuiteId)>],
    ) -> Result<bool, TargetError> {
        let observed = Observations::new(self.summary.to_import(), located, options);
        let new = observed.new_tests(self.summary.to_import(), options);
        let Observations { tests, of_records } = observed;
        let previewed =
            results::preview(client, &target.project, prepared, options, tests, &new).await;
        match previewed {
            Ok(recorded) => {
                let is_changed = recorded.changes_anything();
                self.summary.set_recorded(recorded, &of_records, true);
                Ok(is_changed)
            }
            Err(Stop::Api(error)) => Err(TargetError::Api(error)),
            Err(stop) => {
                self.stop(ExitCode::Incomplete, &stop.to_string(), None);
                Ok(false)
            }
        }
    }

    /// Records the results of the tests that the project has now.
    async fn record_results(
        &mut self,
        client: &Client,
        target: &Target,
        options: &RecordOptions,
        prepared: &Prepared,
        located: &[Option<(TestId, SuiteId)>],
    ) {
        let Observations { tests, of_records } =
            Observations::new(self.summary.to_import(), located, options);
        self.progress.begin(Stage::Writing, tests.len() as u64);
        let (recorded, stop) =
            results::record(client, &target.project, prepared, options, tests).await;
        let has_attachments = |record: &TestRecord| !record.details.attachments.is_empty();
        if self.summary.to_import().iter().any(has_attachments) {
            self.summary.warnings.push(
                "attachments are listed in the texts of results, and not uploaded".to_owned(),
            );
        }
        self.summary.set_recorded(recorded, &of_records, false);
        match &stop {
            Some(Stop::Api(error)) => self.exit.add(connect::exit_code_for(error)),
            None if self.summary.results_are_complete() => {}
            _ => self.exit.add(ExitCode::Incomplete),
        }
        if let Some(stop) = &stop {
            self.summary.complete = Some(false);
            self.summary.add_stop(stop);
        }
    }

    /// Why tests may be missing from the reports, if they may.
    fn incomplete_reports(&self) -> Option<&'static str> {
        if !self.summary.reports.damaged.is_empty() {
            Some("a report is damaged")
        } else {
            self.is_missing.then_some("a report is missing")
        }
    }

    /// Why the reports may not be the whole namespace, if they may not, and what to do.
    fn incomplete_namespace(&self) -> Option<(&'static str, &'static str)> {
        let records = &self.summary.records;
        let again = "run all tests again";
        if !records.stopped_early.is_empty() {
            let advice =
                if records.failed_fast { "run all tests with --no-fail-fast" } else { again };
            Some(("a test run ended before all tests had run", advice))
        } else if let Some(reason) = self.incomplete_reports() {
            Some((reason, again))
        } else if tables::leaves_some_out(self.settings, records) {
            let reason = "the reports of another [[import]] table of the namespace are left out";
            Some((reason, "omit the report arguments"))
        } else {
            (!records.run_errors.is_empty()).then_some(("the test run itself had errors", again))
        }
    }

    /// Whether rows may be carried over or retired, if they are to be. Otherwise nothing is written: a test that is missing from the
    /// reports would lose its row to another one, or be created again.
    fn may_change_rows(&mut self) -> bool {
        let verb = match self.settings.work {
            Work::Retire => "retired",
            _ if self.settings.planning.linking.is_some() => "carried over",
            _ => return true,
        };
        let Some((reason, hint)) = self.incomplete_namespace() else { return true };
        let message = format!(
            "{reason}: tests may be missing from the reports, so none is {verb}, and nothing was written"
        );
        let hint = match self.settings.work {
            Work::Import => format!("{hint}, or omit --moved link"),
            _ => hint.to_owned(),
        };
        self.stop(ExitCode::Incomplete, &message, Some(&hint));
        false
    }

    /// Whether to list stale tests. Refused if tests may be missing from the reports.
    fn may_list_stale(&mut self) -> bool {
        if !self.settings.lists_stale {
            return false;
        }
        let Some((reason, hint)) = self.incomplete_namespace() else { return true };
        let hint = &format!("{hint}, or omit --stale");
        self.exit.add(ExitCode::Incomplete);
        self.error(
            &format!(
                "{reason}: tests may be missing from the reports, so no stale tests are listed"
            ),
            Some(hint),
        );
        false
    }

    /// Ends the import with an error before anything is written.
    pub(super) fn stop(&mut self, exit: ExitCode, message: &str, hint: Option<&str>) {
        self.exit.add(exit);
        self.error(message, hint);
        self.summary.set_not_reached();
    }

    pub(super) fn error(&mut self, message: &str, hint: Option<&str>) {
        self.summary.add_error(message.to_owned(), hint.map(str::to_owned));
    }

    /// Writes the summary. Returns the exit code of the process.
    fn finish(
        mut self,
        started: Instant,
        streams: &Streams,
        outputs: Outputs<SummaryFormat>,
    ) -> u8 {
        signals::end_at_once();
        let parse_only = self.settings.mode == Mode::ParseOnly;
        if !parse_only && !self.summary.tests.balances() {
            // A bug, and a summary must not hide it.
            self.exit.add(ExitCode::Incomplete);
            self.summary.complete = Some(false);
            self.error(
                &format!("internal error: the counts do not add up: {:?}", self.summary.tests),
                Some("please report this"),
            );
        }
        let command = self.summary.command.as_ref().map(|command| command.exit_code);
        self.summary.elapsed_s = started.elapsed().as_secs_f64();
        let Self { mut summary, settings, exit, .. } = self;
        // The exit code of the process, and what `--soft-fail` says about it, if writing adds a reason.
        let with = |added: ExitCode| {
            let mut exit = exit;
            exit.add(added);
            exit
        };
        let process_exit = |added: ExitCode| with(added).soften(&settings.soft_fail);
        if outputs.format != SummaryFormat::Text {
            // The text contains them.
            for warning in &summary.warnings {
                streams.warning(warning);
            }
        }
        let shows_all = settings.terminal.verbosity >= Verbosity::Verbose;
        let shown = if shows_all { usize::MAX } else { MAX_ERRORS };
        for error in summary.errors.iter().take(shown) {
            streams.error_text(&error.message, error.hint.as_deref());
        }
        if let Some(more @ 1..) = summary.errors.len().checked_sub(shown) {
            streams.message(&format!("… and {} (-v shows all)", count(more, "more error")));
        }
        let added = outputs.write(
            |format, target, added| {
                summary.exit_code = process_exit(added).0.after_command(command);
                render(&summary, settings, format, target)
            },
            streams,
        );
        let (exit, softened) = process_exit(added);
        let code = exit.after_command(command);
        summary.exit_code = code;
        let command_failed = command.is_some_and(|code| code != 0);
        if let Some(warning) = softened.filter(|_| !command_failed) {
            streams.warning(&warning);
        }
        if let Some(job) = &settings.github {
            let end = github::End {
                exit,
                code: with(added).after_command(command),
                command_failed,
                parse_only,
            };
            github::report(job, &summary, end, streams);
        }
        code
    }
}

pub(super) fn render(
    summary: &Summary,
    settings: &Settings,
    format: SummaryFormat,
    target: OutputTarget,
) -> anyhow::Result<String> {
    let writer = format.writer().context("this format has no writer")?;
    let options = settings.terminal.text_options_for(target);
    match settings.mode {
        Mode::ParseOnly => Ok(writer.inspection(summary, &options)?),
        _ => Ok(writer.import(summary, &options)?),
    }
}
