//! Arguments, environment and files, put together into settings that are in order.
//!
//! A value comes from the option, else the environment, else `tq-import.toml`, else `.testquality`,
//! else it is the built-in one. Everything that is wrong is told at once. This is the only place
//! that looks at the environment (through [`Environment`], which tests make up), and the only place
//! that reads tokens.

mod build;
pub mod connection;
mod doctor;
mod environment;
mod explain;
mod github;
mod limits;
mod locations;
mod mapping;
mod project_file;
mod resolution;
mod sandbox;
mod shell;
mod source;
mod terminal;
mod vendor_file;

pub use connection::{Connection, DEFAULT_HOST, Remote};
pub use doctor::DoctorSettings;
pub use environment::Environment;
pub use explain::ExplainSettings;
pub use github::GithubJob;
pub use limits::Limits;
pub use mapping::Reading;
pub use project_file::FILE_NAME as PROJECT_FILE;
pub use resolution::Notes;
pub use sandbox::{SandboxAction, SandboxSettings};
pub use source::{ConfigError, InvalidSettings, Provenance, Source};
pub use terminal::{Color, ProgressForm, Terminal, Verbosity};

use std::path::Path;
use std::time::Duration;

use crate::plan::PlanOptions;
use crate::summary::Build;
use resolution::Resolution;
use test_reports::record::IdentityOptions;

use super::args::values::{
    AdoptArg, CreateLimit, InspectFormat, OutputSpec, ResultFormat, SummaryFormat,
};
use super::args::{ExitArgs, ImportArgs, InspectArgs, VendorArgs, WritingArgs};
use super::exit::ExitCode;

/// Imports that ran at the same time may have created what this one finds; later than this, a person copied it.
const SHORTEST_WINDOW: Duration = Duration::from_secs(15 * 60);

/// Settings of an import.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to.
    pub connection: Connection,
    /// What is read.
    pub reading: Reading,
    /// How cases become tests.
    pub mapping: IdentityOptions,
    /// What planning needs.
    pub planning: PlanOptions,
    /// Whether anything is written.
    pub mode: Mode,
    /// Tests of the namespace that are in no report are listed.
    pub lists_stale: bool,
    /// When a plan looks too much like something renamed.
    pub create_limit: CreateLimit,
    /// Failing tests are exit code 4.
    pub fail_on_test_failure: bool,
    /// Exit codes that become 0.
    pub soft_fail: Vec<ExitCode>,
    /// The form of the summary on standard output.
    pub format: SummaryFormat,
    /// More copies of it.
    pub outputs: Vec<OutputSpec>,
    /// Bounds of requests.
    pub limits: Limits,
    /// What is shown.
    pub terminal: Terminal,
    /// The job of GitHub Actions that is to be told.
    pub github: Option<GithubJob>,
    /// The build that this is part of.
    pub build: Option<Build>,
    /// Warnings, and where values come from.
    pub notes: Notes,
}

/// Settings of `inspect`.
#[derive(Clone, Debug)]
pub struct InspectSettings {
    /// What is read.
    pub reading: Reading,
    /// How cases become tests.
    pub mapping: IdentityOptions,
    /// The form on standard output.
    pub format: InspectFormat,
    /// More copies of it.
    pub outputs: Vec<OutputSpec<InspectFormat>>,
    /// What is shown.
    pub terminal: Terminal,
    /// The job of GitHub Actions that is to be told.
    pub github: Option<GithubJob>,
    /// Warnings, and where values come from.
    pub notes: Notes,
}

/// Whether anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Carry the plan out.
    Apply,
    /// `--dry-run`: print it.
    DryRun,
    /// `--check`: print it, and exit with 5 if it holds a change.
    Check,
}

impl Settings {
    /// The settings of an import.
    ///
    /// # Errors
    /// Everything that is wrong, each with what to do about it.
    pub fn resolve(args: &ImportArgs, environment: &Environment) -> Result<Self, InvalidSettings> {
        let ImportArgs {
            reading,
            connection,
            mapping,
            writing,
            ending,
            output,
            terminal,
            network,
            vendor,
        } = args;
        let WritingArgs { dry_run, check, adopt, stale, no_steps, create_limit } = writing;
        let ExitArgs { fail_on_test_failure, soft_fail } = ending;
        let mut resolution = Resolution::new(environment, connection.sandbox.is_some());
        refuse_vendor_options(&mut resolution, vendor);
        if mapping::reject_subcommand_typos(&mut resolution, &reading.reports) {
            // Something else was meant than an import: what an import lacks does not matter.
            return Err(InvalidSettings(resolution.errors));
        }
        let reading = mapping::reading(&mut resolution, reading);
        let ca_cert = network.ca_cert.as_ref().map(|path| environment.directory.join(path));
        let connection = connection::connection(
            &mut resolution,
            connection,
            ca_cert.as_deref(),
            &reading.reports,
        );
        let mapping = mapping::mapping(&mut resolution, mapping);
        let planning = planning(&mut resolution, &mapping, *adopt, *no_steps);
        let file = resolution.file.clone();
        let mode = match (check, dry_run) {
            (true, _) => Mode::Check,
            (false, true) => Mode::DryRun,
            (false, false) => Mode::Apply,
        };
        let create_limit = resolution
            .value("--create-limit", create_limit.as_ref(), file.create_limit, ToString::to_string)
            .unwrap_or_default();
        let fail_on_test_failure = resolution.switch(
            "--fail-on-test-failure",
            *fail_on_test_failure,
            file.fail_on_test_failure,
        );
        let limits = limits::limits(&mut resolution, network);
        let planning = PlanOptions { window: SHORTEST_WINDOW.max(limits.deadline), ..planning };
        let outputs = outputs(&mut resolution, &output.output);
        let terminal = terminal::terminal(&mut resolution, *terminal);
        let soft_fail: Vec<ExitCode> = soft_fail.iter().map(|code| code.0).collect();
        let format = output.format;
        let settings = connection.map(|connection| Self {
            connection,
            reading,
            mapping,
            planning,
            mode,
            lists_stale: stale.is_some(),
            create_limit,
            fail_on_test_failure,
            soft_fail,
            format,
            outputs,
            limits,
            terminal,
            github: GithubJob::of(environment),
            build: build::build(environment),
            notes: Notes::default(),
        });
        let (settings, notes) = resolution.finish(settings)?;
        Ok(Self { notes, ..settings })
    }
}

impl InspectSettings {
    /// The settings of `inspect`. Connections play no part: a token is not even looked for.
    ///
    /// # Errors
    /// Everything that is wrong, each with what to do about it.
    pub fn resolve(args: &InspectArgs, environment: &Environment) -> Result<Self, InvalidSettings> {
        let InspectArgs { reading, mapping, output, terminal } = args;
        let mut resolution = Resolution::new(environment, false);
        mapping::reject_subcommand_typos(&mut resolution, &reading.reports);
        let settings = Self {
            reading: mapping::reading(&mut resolution, reading),
            mapping: mapping::mapping(&mut resolution, mapping),
            format: output.format,
            outputs: outputs(&mut resolution, &output.output),
            terminal: terminal::terminal(&mut resolution, *terminal),
            github: GithubJob::of(environment),
            notes: Notes::default(),
        };
        let (settings, notes) = resolution.finish(Some(settings))?;
        Ok(Self { notes, ..settings })
    }
}

/// What planning needs, without the window, which the deadline decides.
fn planning(
    resolution: &mut Resolution<'_>,
    mapping: &IdentityOptions,
    adopt: Option<AdoptArg>,
    no_steps: bool,
) -> PlanOptions {
    let file = resolution.file.clone();
    let adopt = resolution
        .value("--adopt", adopt.as_ref(), file.adopt, |adopt| format!("{adopt:?}").to_lowercase());
    PlanOptions {
        namespace: mapping.namespace.clone(),
        adopt: adopt.map(Into::into).unwrap_or_default(),
        no_steps: resolution.switch("--no-steps", no_steps, file.no_steps),
        window: SHORTEST_WINDOW,
    }
}

fn refuse_vendor_options(resolution: &mut Resolution<'_>, vendor: &VendorArgs) {
    let given = vendor.given();
    if !given.is_empty() {
        resolution.error(
            ConfigError::new(format!(
                "{}: recording results is not supported yet",
                given.join(", ")
            ))
            .hint("without it, the tests themselves are imported; --folder A/B says where new ones are placed"),
        );
    }
}

fn outputs<F: ResultFormat>(
    resolution: &mut Resolution<'_>,
    specs: &[OutputSpec<F>],
) -> Vec<OutputSpec<F>> {
    let mut outputs: Vec<OutputSpec<F>> = Vec::new();
    for spec in specs {
        let path = resolution.environment.directory.join(&spec.path);
        if spec.path.as_os_str() == "-" {
            resolution.error(
                ConfigError::new("--output takes a file, not -")
                    .hint("--format says what is written to standard output"),
            );
        } else if outputs.iter().any(|other| is_same_file(&other.path, &path)) {
            resolution.error(ConfigError::new(format!(
                "two summaries would go to {}",
                spec.path.display()
            )));
        }
        outputs.push(OutputSpec { format: spec.format, path });
    }
    outputs
}

/// Whether two paths lead to one file, there or not. Devices may be written twice.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| {
        path.canonicalize()
            .ok()
            .or_else(|| Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?)))
    };
    match (real(one), real(other)) {
        (Some(one), Some(other)) => one == other && (one.is_file() || !one.exists()),
        _ => one == other,
    }
}

#[cfg(test)]
mod tests;
