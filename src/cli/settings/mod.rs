//! Arguments, environment and files, put together into validated settings.
//!
//! A value comes from the option, else the environment, else `tq-import.toml`, else `.testquality`,
//! else it is the built-in default. All errors are reported at once. Only this module reads the environment (through
//! [`Environment`], which tests make up) and tokens.

pub mod connection;
mod environment;
mod host;
mod mapping;
mod project_file;
mod resolver;
mod results;
mod sandbox;
mod tables;
mod terminal;
mod tracked;
mod vendor_file;

pub use super::args::values::Color;
#[cfg(unix)]
pub(in crate::cli) use connection::ACCESS_TOKEN_WARNING;
pub use connection::{Connection, Remote};
pub use environment::{Environment, GithubJob};
pub(in crate::cli) use environment::{TOKEN_PIPE_VARIABLE, TOKEN_VARIABLE};
pub use host::DEFAULT_HOST;
pub(super) use mapping::folder_path;
pub use project_file::FILE_NAME as PROJECT_FILE;
pub(super) use resolver::repository_root;
pub use resolver::{ConfigError, Provenance, Source};
pub use sandbox::{SandboxAction, SandboxSettings};
pub use tables::ImportTable;
pub use terminal::{ProgressForm, Terminal, Verbosity};

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use glob::Pattern;

use crate::plan::{Adopt, Linking, Others, PlanOptions};
use crate::results::RecordOptions;
use crate::summary::Work;
use resolver::Resolver;
use results::WithoutBuild;
use test_reports::formats::{Limits, Size};
use test_reports::options::IdentityOptions;

use super::args::values::{CreateLimit, MovedArg, WithoutTokenArg};
use super::args::words::hint_for;
use super::args::{DoctorArgs, ImportArgs, InspectArgs, NetworkArgs, ReadingArgs};
use super::exit::ExitCode;

/// The least age at which a duplicate counts as a person's copy. A younger one may come from a concurrent import.
const SHORTEST_WINDOW: Duration = Duration::from_secs(15 * 60);

/// The largest value of `--max-value-size`: lengths of values are 32-bit numbers.
const LARGEST_VALUE: Size = Size(1 << 30);

/// The settings of all commands that read reports or talk to a project. What a command has no options for is at its
/// default, or as `tq-import.toml` has it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which reports are read.
    pub reading: Reading,
    /// How cases become tests; with tables, where they do not say it.
    pub identity: IdentityOptions,
    /// The `[[import]]` tables of `tq-import.toml`.
    pub tables: Vec<ImportTable>,
    /// Options of the planner.
    pub planning: PlanOptions,
    /// Whether changes are written.
    pub mode: Mode,
    /// Whether tests of the namespace that are in no report are listed.
    pub lists_stale: bool,
    /// What the command does with the reports.
    pub work: Work,
    /// What `retire` moves; none with other commands.
    pub retiring: Option<Retiring>,
    /// The number or share of apparently renamed tests that stops an import.
    pub create_limit: CreateLimit,
    /// Whether failing tests cause exit code 4.
    pub fail_on_test_failure: bool,
    /// Exit codes that become 0.
    pub soft_fail: Vec<ExitCode>,
    /// Where results are recorded; none if they are not.
    pub results: Option<RecordOptions>,
    /// How requests are sent.
    pub limits: RequestLimits,
    /// What is shown, and how.
    pub terminal: Terminal,
    /// The GitHub Actions job, if this is one.
    pub github: Option<GithubJob>,
    /// The `tq-import.toml` in force, relative to the working directory.
    pub project_file: Option<PathBuf>,
    /// Warnings about the settings.
    pub warnings: Vec<String>,
    /// The host, and every setting that is not at its default.
    pub provenance: Vec<Provenance>,
}

/// What `retire` moves, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retiring {
    /// The path of the folder; empty: one below the folder of the import.
    pub to: Vec<String>,
    /// Whether tests lose the mark that they are automated.
    pub unmarks: bool,
    /// How many tests may be moved.
    pub limit: CreateLimit,
}

/// Which reports are read, and how many tests they must hold.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Files, directories, patterns, `-`, and `!pattern`, as written.
    pub reports: Vec<String>,
    /// Patterns of reports to leave out (`--exclude` and `exclude`), checked.
    pub exclude: Vec<String>,
    /// Patterns of tests to leave out (`ignore`).
    pub ignore: Vec<Pattern>,
    /// Whether no report, or no test, is fine.
    pub allow_empty: bool,
    /// Fewer tests than this cause exit code 3.
    pub min_tests: usize,
    /// Whether a damaged report stops the import before anything is written.
    pub strict: bool,
    /// How much of a file is read.
    pub limits: Limits,
}

/// Whether changes are written, and whether a project is read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Carry the plan out.
    Apply,
    /// `--dry-run`: print it.
    DryRun,
    /// `--check`: print it, and exit with 5 if it holds a change.
    Check,
    /// `--without-token parse-only`, and there is none: print what the reports contain.
    ParseOnly,
    /// `--without-token skip`, and there is none: do nothing.
    Skip,
}

/// How requests are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// Concurrent requests.
    pub concurrency: usize,
    /// Rows in one array.
    pub batch_size: usize,
    /// How long the server may be silent.
    pub timeout: Duration,
    /// Repetitions of one request.
    pub retries: u32,
    /// The longest wait before the first repetition.
    pub retry_wait: Duration,
    /// The longest wait for rows that lists do not show yet.
    pub lag_wait: Duration,
    /// Time for the whole import.
    pub deadline: Duration,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            concurrency: 32,
            batch_size: 500,
            timeout: Duration::from_secs(30),
            retries: 5,
            retry_wait: Duration::from_millis(500),
            lag_wait: Duration::from_secs(10),
            deadline: Duration::from_secs(15 * 60),
        }
    }
}

impl Settings {
    /// The settings of an import, and where it goes.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn for_import(
        args: &ImportArgs,
        environment: &Environment,
    ) -> Result<(Self, Connection), Vec<ConfigError>> {
        Self::for_writing(args, environment, Some(WithoutBuild::Fail))
    }

    /// The settings of `relink` and `retire`, which record no results and create no tests.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn for_rows(
        args: &ImportArgs,
        environment: &Environment,
    ) -> Result<(Self, Connection), Vec<ConfigError>> {
        let (mut settings, connection) = Self::for_writing(args, environment, None)?;
        settings.planning.adopt = Adopt::None;
        // The outcomes of the tests are the business of the import.
        settings.fail_on_test_failure = false;
        settings.github = None;
        Ok((settings, connection))
    }

    /// The settings of `undo` and `list`, and where they go.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn for_project(
        args: &ImportArgs,
        environment: &Environment,
    ) -> Result<(Self, Connection), Vec<ConfigError>> {
        let mut from = Resolver::new(environment, args.connection.sandbox.is_some());
        let connection = connection::connection(&mut from, args);
        let (mut settings, errors) = Self::resolve(from, args, None);
        settings.github = None;
        match connection {
            Some(connection) if errors.is_empty() => Ok((settings, connection)),
            _ => Err(errors),
        }
    }

    /// The settings of the import after the command of `run`.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn for_run(
        args: &ImportArgs,
        environment: &Environment,
    ) -> Result<(Self, Connection), Vec<ConfigError>> {
        Self::for_writing(args, environment, Some(WithoutBuild::OwnBuild))
    }

    fn for_writing(
        args: &ImportArgs,
        environment: &Environment,
        without_build: Option<WithoutBuild>,
    ) -> Result<(Self, Connection), Vec<ConfigError>> {
        let mut from = Resolver::new(environment, args.connection.sandbox.is_some());
        let vendor = &args.vendor.given;
        if !vendor.is_empty() {
            let message = format!("{}: not supported", vendor.join(", "));
            from.error(ConfigError::new(message).hint(
                "leave it out; --folder A/B says where new tests are placed, --results records the results",
            ));
        }
        reject_subcommand_typos(&mut from, args)?;
        // `run` may read the output of its command.
        if without_build != Some(WithoutBuild::OwnBuild) {
            require_reports(&mut from, args)?;
        }
        let before = from.errors.len();
        let mut connection = connection::connection(&mut from, args);
        let mode = match args.ending.without_token.unwrap_or_default() {
            WithoutTokenArg::ParseOnly if from.lacks_token => Some(Mode::ParseOnly),
            WithoutTokenArg::Skip if from.lacks_token => Some(Mode::Skip),
            _ => None,
        };
        if mode.is_some() {
            // Without a token, the rest of the connection does not matter either.
            from.errors.truncate(before);
            connection = Some(Connection::Missing);
        }
        let without_build = without_build.filter(|_| mode.is_none());
        let (mut settings, errors) = Self::resolve(from, args, without_build);
        settings.mode = mode.unwrap_or(settings.mode);
        match connection {
            Some(connection) if errors.is_empty() => Ok((settings, connection)),
            _ => Err(errors),
        }
    }

    /// The settings of `inspect`. No token is read.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn for_inspect(
        args: &InspectArgs,
        environment: &Environment,
    ) -> Result<Self, Vec<ConfigError>> {
        let InspectArgs { reading, mapping, terminal, output: _ } = args.clone();
        let args = ImportArgs { reading, mapping, terminal, ..ImportArgs::default() };
        let mut from = Resolver::new(environment, false);
        reject_subcommand_typos(&mut from, &args)?;
        require_reports(&mut from, &args)?;
        let (settings, errors) = Self::resolve(from, &args, None);
        if errors.is_empty() { Ok(settings) } else { Err(errors) }
    }

    /// The settings of `explain`, and where an import would go; none without token and sandbox.
    ///
    /// # Errors
    /// Everything that is wrong. A missing token is not.
    pub fn for_explain(
        args: &ImportArgs,
        environment: &Environment,
    ) -> Result<(Self, Option<Connection>), Vec<ConfigError>> {
        let mut from = Resolver::new(environment, args.connection.sandbox.is_some());
        reject_subcommand_typos(&mut from, args)?;
        require_reports(&mut from, args)?;
        let before = from.errors.len();
        let connection = connection::connection(&mut from, args);
        if from.lacks_token {
            // Without a token, the rest of the connection does not matter either.
            from.errors.truncate(before);
        }
        let (settings, errors) = Self::resolve(from, args, None);
        if errors.is_empty() { Ok((settings, connection)) } else { Err(errors) }
    }

    /// The settings of `doctor`, where an import would go, and everything that is wrong. Without a project the connection
    /// is to the only one that the server has.
    #[must_use]
    pub fn for_doctor(
        args: &DoctorArgs,
        environment: &Environment,
    ) -> (Self, Option<Connection>, Vec<ConfigError>) {
        let DoctorArgs { connection, mapping, network, terminal } = args.clone();
        let args = ImportArgs { connection, mapping, network, terminal, ..ImportArgs::default() };
        let mut from = Resolver::new(environment, args.connection.sandbox.is_some());
        let connection = connection::connection(&mut from, &args);
        let (settings, errors) = Self::resolve(from, &args, None);
        (settings, connection, errors)
    }

    /// Reads everything but the connection. This is the place for a new option. Results are only recorded by commands that
    /// say what happens without a build.
    fn resolve(
        mut from: Resolver<'_>,
        args: &ImportArgs,
        without_build: Option<WithoutBuild>,
    ) -> (Self, Vec<ConfigError>) {
        let writing = &args.writing;
        let reading = reading(&mut from, &args.reading);
        let identity = mapping::identity(&mut from, &args.mapping);
        let tables = tables::tables(&mut from, &args.mapping, &reading, &identity);
        let limits = limits(&mut from, &args.network);
        let mut settings = Self {
            reading,
            planning: PlanOptions {
                namespace: identity.namespace.clone(),
                adopt: from.option("adopt", writing.adopt).map(Into::into).unwrap_or_default(),
                linking: (writing.moved == Some(MovedArg::Link)).then(Linking::default),
                new_namespace: writing.new_namespace,
                also_reported: HashSet::new(),
                others: Others::default(),
                no_steps: from.switch("no-steps", writing.no_steps),
                no_fields: from.switch("no-fields", writing.no_fields),
                records_results: false,
                window: SHORTEST_WINDOW.max(limits.deadline),
                lag_wait: limits.lag_wait,
            },
            identity,
            tables,
            mode: match (writing.check, writing.dry_run) {
                (true, _) => Mode::Check,
                (false, true) => Mode::DryRun,
                (false, false) => Mode::Apply,
            },
            lists_stale: writing.stale.is_some(),
            work: Work::Import,
            retiring: None,
            create_limit: from.option("create-limit", writing.create_limit).unwrap_or_default(),
            fail_on_test_failure: from
                .switch("fail-on-test-failure", args.ending.fail_on_test_failure),
            soft_fail: args.ending.soft_fail.iter().map(|code| code.0).collect(),
            results: None,
            limits,
            terminal: terminal::terminal(&mut from, args.terminal),
            github: from.environment.github_job(),
            project_file: from.file.path.clone(),
            warnings: Vec::new(),
            provenance: Vec::new(),
        };
        let recording = results::read(&mut from, &args.results);
        settings.results = without_build.and_then(|without_build| {
            let no_steps = settings.planning.no_steps;
            // One run for all tables: it is that of their namespace, if they have one in common.
            let namespaces: Vec<&str> = settings.namespaces();
            let namespace = match namespaces[..] {
                [only] => only,
                _ => settings.identity.namespace.as_str(),
            };
            let limits = &settings.limits;
            results::complete(&mut from, recording, without_build, namespace, no_steps, limits)
        });
        settings.planning.records_results = settings.results.is_some();
        connection::check_file(&mut from);
        settings.warnings = from.warnings;
        settings.provenance = from.provenance;
        let mut errors = from.file.into_errors();
        errors.extend(from.errors);
        (settings, errors)
    }
}

/// Ends with an error for every report that does not exist and looks like the name of a command. Nothing else is
/// reported then: the command line means something else.
fn reject_subcommand_typos(
    from: &mut Resolver<'_>,
    args: &ImportArgs,
) -> Result<(), Vec<ConfigError>> {
    let before = from.errors.len();
    for report in &args.reading.reports {
        let exists = from.environment.directory.join(report).exists();
        if let Some(hint) = hint_for(report).filter(|_| !exists) {
            from.error(ConfigError::new(format!("no such report: {report:?}")).hint(hint));
        }
    }
    if from.errors.len() == before { Ok(()) } else { Err(std::mem::take(&mut from.errors)) }
}

/// Ends with an error if nothing names reports. Nothing else is reported then: the command line is not finished.
fn require_reports(from: &mut Resolver<'_>, args: &ImportArgs) -> Result<(), Vec<ConfigError>> {
    if !args.reading.reports.is_empty() || from.file.may_have_tables() {
        return Ok(());
    }
    Err(vec![ConfigError::new("no reports named").hint(
        "name report files, directories or quoted patterns, such as 'reports/**/*.xml', or name them in [[import]] tables of tq-import.toml; `tq-import --help` shows the options",
    )])
}

fn reading(from: &mut Resolver<'_>, args: &ReadingArgs) -> Reading {
    if args.reports.iter().any(|report| report.trim().is_empty()) {
        // It would be the working directory and all below it.
        from.error(
            ConfigError::new("a report argument is empty")
                .hint("is a variable not set? write . for everything below this directory"),
        );
    }
    let exclude: Vec<String> = from.option("exclude", None).unwrap_or_default();
    let mut exclude = absolute(from, exclude);
    let mut given = args.exclude.clone();
    if from.file.tables() > 0 && from.file.above.is_some() {
        // The reports of the tables are not searched in the working directory.
        below(&from.environment.directory, &mut given);
    }
    exclude.append(&mut given);
    for written in &exclude {
        pattern(from, "exclude", written);
    }
    let ignore: Vec<String> = from.option("ignore", None).unwrap_or_default();
    let default = Limits::default();
    let value_size = from.option("max-value-size", args.max_value_size);
    if value_size.is_some_and(|size| size.0 > LARGEST_VALUE.0) {
        from.error(ConfigError::new(format!("max-value-size must be at most {LARGEST_VALUE}")));
    }
    let value_size = value_size.and_then(|size| usize::try_from(size.0).ok());
    let reading = Reading {
        reports: args.reports.clone(),
        exclude,
        ignore: ignore.iter().filter_map(|ignored| pattern(from, "ignore", ignored)).collect(),
        allow_empty: from.switch("allow-empty", args.allow_empty),
        min_tests: from.option("min-tests", args.min_tests).unwrap_or(0),
        strict: from.switch("strict", args.strict),
        limits: Limits {
            file_size: from
                .option("max-file-size", args.max_file_size)
                .map_or(default.file_size, |size| size.0),
            value_size: value_size.unwrap_or(default.value_size),
            cases: from.number(
                "max-cases",
                args.max_cases,
                default.cases,
                1..=u32::MAX as usize / 2,
            ),
        },
    };
    if reading.allow_empty && reading.min_tests > 0 {
        from.error(
            ConfigError::new(format!(
                "allow-empty cannot be combined with min-tests {}",
                reading.min_tests
            ))
            .hint("leave out one of them"),
        );
    }
    reading
}

/// Patterns of reports in the file, which are relative to its own directory.
fn absolute(from: &Resolver<'_>, mut patterns: Vec<String>) -> Vec<String> {
    if let Some(directory) = &from.file.above {
        below(directory, &mut patterns);
    }
    patterns
}

/// Makes relative patterns absolute. Those without `/` match in any directory.
fn below(directory: &Path, patterns: &mut [String]) {
    let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let directory = Pattern::escape(&directory.to_string_lossy());
    for pattern in patterns.iter_mut().filter(|pattern| pattern.contains('/')) {
        if !pattern.starts_with('/') {
            *pattern = format!("{directory}/{}", pattern.trim_start_matches("./"));
        }
    }
}

fn pattern(from: &mut Resolver<'_>, name: &str, written: &str) -> Option<Pattern> {
    let invalid =
        |error| ConfigError::new(format!("{name}: invalid glob pattern {written:?}: {error}"));
    Pattern::new(written).map_err(|error| from.error(invalid(error))).ok()
}

fn limits(from: &mut Resolver<'_>, args: &NetworkArgs) -> RequestLimits {
    let default = RequestLimits::default();
    let limits = RequestLimits {
        concurrency: from.number("concurrency", args.concurrency, default.concurrency, 1..=64),
        batch_size: from.number("batch-size", args.batch_size, default.batch_size, 1..=1000),
        timeout: from.option("timeout", args.timeout).unwrap_or(default.timeout),
        retries: from.number("retries", args.retries, default.retries, 0..=100),
        retry_wait: args.retry_wait.unwrap_or(default.retry_wait),
        lag_wait: from.option("lag-wait", args.lag_wait).unwrap_or(default.lag_wait),
        deadline: from.option("deadline", args.deadline).unwrap_or(default.deadline),
    };
    // The default is fine with any deadline: no wait passes it.
    if limits.lag_wait > limits.deadline && limits.lag_wait != default.lag_wait {
        from.error(
            ConfigError::new("lag-wait is longer than the deadline")
                .hint("shorten it, or set a longer --deadline"),
        );
    }
    limits
}

#[cfg(test)]
mod tests;
