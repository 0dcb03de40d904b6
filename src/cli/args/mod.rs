//! The command line as written: clap's structs.
//!
//! Neither clap nor this module reads the environment: [`crate::cli::settings`] combines options, environment and files.
//! The help texts name the variables. A token is parsed as plain text because clap repeats invalid values in its error
//! messages.

mod commands;
mod help;
pub mod results;
pub mod values;
mod vendor;
pub mod words;

pub use commands::{
    CompletionsArgs, ConvertArgs, DoctorArgs, ExplainArgs, InitArgs, InspectArgs,
    InspectOutputArgs, LinkArgs, ListArgs, ManArgs, RelinkArgs, RetireArgs, RetireOptions, RunArgs,
    SandboxArgs, SandboxCommand, UndoArgs,
};
pub(super) use help::FIRST_CONTACT;
pub use results::ResultsArgs;
pub use vendor::VendorArgs;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use test_reports::formats::Size;

use values::{
    AdoptArg, Color, CreateLimit, GroupByArg, MovedArg, OutputSpec, SoftExitCode, StaleArg,
    SummaryFormat, TokenText, WithoutTokenArg, duration,
};

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "tq-import",
    version,
    about = help::ABOUT,
    long_about = help::LONG_ABOUT,
    after_help = help::after_help(),
    after_long_help = help::after_long_help(),
    args_conflicts_with_subcommands = true,
    args_override_self = true,
    subcommand_negates_reqs = true,
    max_term_width = 100,
)]
pub struct Cli {
    /// The command; none: import.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Arguments of an import.
    #[command(flatten)]
    pub import: ImportArgs,
}

/// The commands besides importing.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read the reports and show what they contain: no network, no token
    ///
    /// Shows the tests as an import would see them: their folders, names and outcomes. Needs no
    /// token and sends nothing. The result is printed even if a report is damaged (exit code 3).
    #[command(display_order = 1)]
    Inspect(InspectArgs),
    /// Convert reports into one file: JUnit XML, CTRF or JSON lines
    ///
    /// Reads every format that an import reads, and merges retries and shards. An import of the written report
    /// finds the same tests. Needs no token and sends nothing. The report is written even if one that was read is
    /// damaged (exit code 3).
    #[command(after_help = help::CONVERT_EXAMPLES)]
    #[command(display_order = 2)]
    Convert(Box<ConvertArgs>),
    /// Run a test command, then import the reports that it wrote
    ///
    /// The command's input and output are passed through unchanged. Only reports written by the command are
    /// imported; older files are left out. `cargo test` needs no report, because its output is read. For any
    /// other command that prints a report, such as TAP, write `-` in place of a report.
    ///
    /// These need no report either: pytest, jest, vitest, playwright test, cargo nextest run and go test get the
    /// option that writes a report into a temporary directory, and the reports of Maven, Gradle, sbt, Bazel and
    /// Robot Framework are found. If the command or the tool's configuration file sets a report or reporters, name
    /// the report. For more than 30 other tools, the error message says what to type.
    ///
    /// The exit code is the command's if that is not 0, else that of the import. The command does not see
    /// TQ_ACCESS_TOKEN.
    #[command(after_help = help::RUN_EXAMPLES)]
    #[command(display_order = 3)]
    Run(Box<RunArgs>),
    /// Serve a local TestQuality API with its own database
    ///
    /// Serves the database that `--sandbox` imports into, on the loopback interface. Prints a link, which
    /// works once, to a page that shows the imported data: projects with their folders and tests,
    /// each test with its identity, steps and history, runs with their results, and a search.
    /// You can test your own scripts against it. It mimics the documented API; it is not TestQuality.
    #[command(display_order = 4)]
    Sandbox(SandboxArgs),
    /// Explain why a test would be matched, adopted or created, and where it would go
    ///
    /// Shows what the report says about a test, which tool wrote the report, and which parts make up the
    /// test's identity. With a project or --sandbox, also shows what an import would do with the test, and
    /// why. Nothing is written.
    #[command(after_help = help::EXPLAIN_EXAMPLES)]
    #[command(display_order = 5)]
    Explain(Box<ExplainArgs>),
    /// Carry existing tests over to their new names, classes or namespace
    ///
    /// After a class is renamed, a package is moved or a namespace changes, the reports have new tests, and the
    /// project has tests that are no longer reported. relink links them where names show which test is which, and
    /// lists the others. The reports must cover the whole namespace. Run it before an import creates the tests
    /// again; --dry-run shows the plan. Imports of older branches still find the tests.
    #[command(after_help = help::RELINK_EXAMPLES)]
    #[command(display_order = 6)]
    Relink(Box<RelinkArgs>),
    /// Move tests that are no longer reported into a separate folder
    ///
    /// The reports must cover the whole namespace. Only tests that are still where an import put them are
    /// moved. If such a test is reported again, the next import moves it back. No test is deleted; folders that
    /// imports created are, once they are empty.
    #[command(display_order = 7)]
    Retire(Box<RetireArgs>),
    /// Undo one import: delete what it created and unlink what it linked, unless somebody changed it since
    ///
    /// Reads the JSON summary that the import wrote with --output json=FILE. A created test is deleted only if
    /// it is as the import left it and no run has results for it. A linked test loses the link, and its automated
    /// flag is reset. Folders are deleted when they are empty. Everything that is kept is listed with the reason.
    #[command(display_order = 8)]
    Undo(Box<UndoArgs>),
    /// List projects, folders, tests or runs, to find the names that a configuration needs
    #[command(after_help = help::LIST_EXAMPLES)]
    #[command(display_order = 9)]
    List(Box<ListArgs>),
    /// Check settings, token, server and project
    ///
    /// Requests only the list of projects and the root of the selected project. The exit code is that of an
    /// import that fails for the same reason: 0, 2, 6 or 7.
    #[command(display_order = 10)]
    Doctor(Box<DoctorArgs>),
    /// Write a tq-import.toml with project, namespace and folder
    #[command(display_order = 11)]
    Init(InitArgs),
    /// Print a shell completion script
    ///
    /// For example: tq-import completions bash > ~/.local/share/bash-completion/completions/tq-import
    #[command(display_order = 12)]
    Completions(CompletionsArgs),
    /// Print the manual page
    ///
    /// For example: tq-import man > ~/.local/share/man/man1/tq-import.1
    #[command(display_order = 13)]
    Man(ManArgs),
}

/// Arguments of an import.
#[derive(Args, Clone, Debug, Default)]
pub struct ImportArgs {
    /// Which reports to read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Which project to import into.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How cases become tests.
    #[command(flatten)]
    pub mapping: MappingArgs,
    /// Which changes to make.
    #[command(flatten)]
    pub writing: WritingArgs,
    /// Whether results are recorded.
    #[command(flatten)]
    pub results: ResultsArgs,
    /// Exit code options.
    #[command(flatten)]
    pub ending: ExitArgs,
    /// Summaries.
    #[command(flatten)]
    pub output: OutputArgs,
    /// The terminal.
    #[command(flatten)]
    pub terminal: TerminalArgs,
    /// Requests.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// Options of the vendor's CLI.
    #[command(flatten)]
    pub vendor: VendorArgs,
}

/// Which reports are read.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Reports")]
pub struct ReadingArgs {
    /// Report files, directories, quoted glob patterns, `-` for standard input; `!pattern` excludes
    ///
    /// Under `run`, `-` is what the command prints. In directories, every *.xml, *.trx, *.jsonl, *.gz and
    /// archive is read, and reports in *.json, *.ndjson and *.tap, except below .git, node_modules, .venv and
    /// vendor. A file that is not a test report is skipped there, and is an error if you name it. If you
    /// name none, those of the `[[import]]` tables in tq-import.toml are read. Reports that belong to a table are
    /// imported with its settings.
    #[arg(value_name = "REPORT", help_heading = None)]
    pub reports: Vec<String>,

    /// Leave out reports that match this glob pattern (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Do not fail when there are no reports or no tests
    #[arg(long)]
    pub allow_empty: bool,

    /// Fail (exit code 3) when the reports contain fewer than N tests
    #[arg(long, value_name = "N")]
    pub min_tests: Option<usize>,

    /// Stop before writing anything if any report is damaged
    ///
    /// Without it, the readable part is imported, and the exit code is 3.
    #[arg(long)]
    pub strict: bool,

    /// Read at most this much of each report file [default: 4GiB]
    ///
    /// A longer file counts as damaged (exit code 3); the tests before the limit are imported.
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    pub max_file_size: Option<Size>,

    /// The longest attribute to read, such as a message [default: 1MiB]
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    pub max_value_size: Option<Size>,

    /// Read at most this many test cases from a report file [default: 5000000]
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub max_cases: Option<usize>,
}

/// Which server and which project.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Project")]
pub struct ConnectionArgs {
    /// The project, by name or id [env: TQ_PROJECT, TQ_PROJECT_ID]
    #[arg(long, value_name = "PROJECT", alias = "project_name", alias = "project_id")]
    pub project: Option<String>,

    /// Read the personal access token from this file [env: TQ_ACCESS_TOKEN holds the token itself]
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// The personal access token. Every process on the machine can see it: prefer TQ_ACCESS_TOKEN
    /// or --token-file
    #[arg(long, value_name = "TOKEN", alias = "access_token", hide = true)]
    pub access_token: Option<TokenText>,

    /// The server.
    #[arg(long, value_name = "URL", help = help::HOST, long_help = help::long_host())]
    pub host: Option<String>,

    /// Allow http:// to a host other than this machine: the token is sent unencrypted
    #[arg(long)]
    pub insecure_http: bool,

    /// Import into a local sandbox: no account, no token; TQ_* variables are ignored
    ///
    /// Each working tree has its own database in the user's data directory. To use another file, name
    /// it after an equals sign. `tq-import sandbox` shows the contents.
    #[arg(long, value_name = "DB", num_args = 0..=1, require_equals = true)]
    pub sandbox: Option<Option<PathBuf>>,
}

/// How cases become tests and folders.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Identity and folders")]
pub struct MappingArgs {
    /// Part of every test's identity: separates repositories that share a project [env: TQ_NAMESPACE]
    ///
    /// Choose it once, for example the repository's name. If it changes, every test is imported again
    /// as a new test.
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,

    /// The folder for new folders and tests, such as `Automated/Web` [env: TQ_FOLDER]
    ///
    /// Existing tests are not moved. Does not change identities.
    #[arg(long, value_name = "A/B")]
    pub folder: Option<String>,

    /// What the folders of new tests are named after [default: auto]
    ///
    /// Existing tests are not moved. Does not change identities.
    #[arg(long, value_name = "WHAT", value_enum)]
    pub group_by: Option<GroupByArg>,

    /// Split classnames into folder levels at this text [default: depends on the test runner]
    #[arg(long, value_name = "TEXT", alias = "delimiter", allow_hyphen_values = true)]
    pub split: Option<String>,

    /// Never split a classname into folder levels
    #[arg(long)]
    pub no_split: bool,

    /// Merge `test[a]`, `test(1, 2)` and the like into one test (changes identities)
    #[arg(long)]
    pub merge_parameters: bool,

    /// Add browser, project or device to the name: `adds [firefox]` (changes identities)
    #[arg(long)]
    pub by_configuration: bool,

    /// A directory to remove from absolute paths in reports, such as /app (repeatable)
    ///
    /// Paths below it become relative, so that tests have the same identities in a container as on another
    /// machine. The root of the repository is always removed. Changes identities.
    #[arg(long, value_name = "DIR")]
    pub root: Vec<String>,

    /// The report property that names an existing test of the project [default: testquality_test]
    #[arg(long, value_name = "PROPERTY")]
    pub id_property: Option<String>,

    /// Treat later reports as reruns of earlier ones: the last outcome wins
    ///
    /// The time stamps of the suites decide which report is later; without them, the order of the reports does.
    #[arg(long)]
    pub reruns: bool,
}

/// Which changes to make to the project.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Changes")]
pub struct WritingArgs {
    /// Print the planned changes and write nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Like --dry-run, and exit with 5 if anything would change
    #[arg(long)]
    pub check: bool,

    /// Which existing tests may be adopted, that is linked by folder and name [default: any]
    ///
    /// With `none`, folders that people made get no identity either.
    #[arg(long, value_name = "WHICH", value_enum)]
    pub adopt: Option<AdoptArg>,

    /// List the namespace's tests that are in no report; the reports must cover the whole namespace
    ///
    /// Nothing is deleted or unmarked. Refused if a report is damaged or the test run itself failed, because
    /// tests may then be missing without being stale.
    #[arg(long, value_name = "WHAT", value_enum)]
    pub stale: Option<StaleArg>,

    /// Carry existing tests over to tests that were renamed or moved, as `tq-import relink` does [default: report]
    ///
    /// `link` requires that these reports cover the whole namespace: a test that is no longer reported is taken for
    /// the new test with the same name. Refused if tests may be missing from the reports.
    #[arg(long, value_name = "WHAT", value_enum)]
    pub moved: Option<MovedArg>,

    /// Create tests even if they exist under another namespace
    ///
    /// Without it, an import stops before it writes if its namespace has no test in the project, and at least
    /// half of the new tests exist under another one.
    #[arg(long)]
    pub new_namespace: bool,

    /// Do not give new tests a placeholder step
    ///
    /// Steps in the reports are not written either, and steps of existing tests are not updated.
    #[arg(long)]
    pub no_steps: bool,

    /// Do not give new tests the description, precondition, priority and labels from the reports
    #[arg(long)]
    pub no_fields: bool,

    /// Stop before writing anything if more tests than this look renamed: N or P% [default: 50%]
    ///
    /// Counts tests that would be created although an unmatched test of the namespace has the same
    /// name. Applies once the namespace has 100 tests.
    #[arg(long, value_name = "N|P%")]
    pub create_limit: Option<CreateLimit>,
}

/// Exit code options.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Failing")]
pub struct ExitArgs {
    /// Exit with 4 if a test or the test run itself failed or errored
    #[arg(long)]
    pub fail_on_test_failure: bool,

    /// Exit with 0 instead of these codes, such as 4,7; prints a warning
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub soft_fail: Vec<SoftExitCode>,

    /// What to do if no token is set [default: error]
    ///
    /// For jobs that get no secrets, such as those for pull requests from forks.
    #[arg(long, value_name = "WHAT", value_enum)]
    pub without_token: Option<WithoutTokenArg>,
}

/// Where the summary goes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// The format of the summary on standard output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: SummaryFormat,

    /// Show what changed since the run in this file: an earlier report, or the JSON of inspect
    ///
    /// Lists tests that newly fail, are fixed, new, gone or slower. Any report that can be imported will do, such as
    /// that of --output ctrf=FILE. If the file does not exist, nothing is compared, so that the first run of a branch passes.
    #[arg(long, value_name = "FILE")]
    pub compare: Option<PathBuf>,

    /// Also write the summary to a file, such as json=summary.json (repeatable)
    ///
    /// The file is written completely or not at all.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<OutputSpec>,
}

/// What is shown on the terminal.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct TerminalArgs {
    /// Also show every change and where settings come from; -vv also shows every request
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,

    /// Show only errors and the last line
    #[arg(short, long)]
    pub quiet: bool,

    /// When to use colours [env: NO_COLOR, CLICOLOR_FORCE]
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = true)]
    pub color: Color,

    /// Do not show progress on standard error
    #[arg(long)]
    pub no_progress: bool,
}

/// How requests are sent.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// Concurrent requests, 1 to 64 [default: 32]
    #[arg(long, value_name = "N")]
    pub concurrency: Option<usize>,

    /// Rows per request that creates them, 1 to 1000 [default: 500]
    #[arg(long, value_name = "N")]
    pub batch_size: Option<usize>,

    /// How long to wait for the server to respond [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,

    /// How often to repeat a failed request, 0 to 100 [default: 5]
    #[arg(long, value_name = "N")]
    pub retries: Option<u32>,

    /// The longest wait before the first repetition; doubles with each [default: 500ms]
    #[arg(long, value_name = "TIME", value_parser = duration, hide = true)]
    pub retry_wait: Option<Duration>,

    /// How long to wait until the server lists the rows that it acknowledged [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub lag_wait: Option<Duration>,

    /// Time limit for all requests together [default: 15m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub deadline: Option<Duration>,

    /// Also trust this certificate authority, for proxies that inspect TLS
    #[arg(long, value_name = "PEM")]
    pub ca_cert: Option<PathBuf>,
}

/// The definition of the command line, for parsing, help, completions and the manual page.
#[must_use]
pub fn definition() -> clap::Command {
    Cli::command()
}

/// Parses a command line, program name first. Options may precede or follow the command.
///
/// # Errors
/// clap's error, which also carries the text of `--help` and `--version`.
pub fn parse<I>(args: I) -> Result<Cli, clap::Error>
where
    I: IntoIterator<Item = OsString>,
{
    let mut command = definition();
    let args = words::command_first(&command, args.into_iter().collect());
    let matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches(&matches)
}

/// Whether `error` says that the command of `run` is missing.
#[must_use]
pub fn lacks_command(error: &clap::Error) -> bool {
    use clap::error::{ContextKind, ContextValue};
    let missing = error.get(ContextKind::InvalidArg);
    matches!(missing, Some(ContextValue::Strings(names)) if names.iter().any(|name| name == "<COMMAND>..."))
}

#[cfg(test)]
mod tests;
