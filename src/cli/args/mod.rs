//! The command line as it is written: clap's structs, nothing decided yet.
//!
//! The environment is not read here, nor by clap: [`crate::cli::settings`] puts flags, environment
//! and files together. The help texts name the variables. A token is taken as plain text because
//! clap repeats a typed value in its error messages.

mod commands;
mod help;
pub mod values;
mod vendor;
pub mod words;

pub use commands::{
    CompletionsArgs, DoctorArgs, ExplainArgs, InitArgs, InspectArgs, InspectOutputArgs, ManArgs,
    RunArgs, SandboxArgs, SandboxCommand,
};
pub use vendor::VendorArgs;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use test_reports::formats::Size;

use values::{
    AdoptArg, ColorArg, CreateLimit, GroupByArg, OutputSpec, SoftExitCode, StaleArg, SummaryFormat,
    TokenText, duration,
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
    /// A command word; none: import.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What an import takes.
    #[command(flatten)]
    pub import: ImportArgs,
}

/// What stands in the place of importing.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read the reports and show what they hold: no network, no token
    ///
    /// Shows the tests as an import would understand them: their folders, names and outcomes.
    /// Needs no token and sends nothing anywhere. The result is printed even when a report is
    /// damaged (exit code 3).
    #[command(display_order = 1)]
    Inspect(InspectArgs),
    /// Run the tests, then import what they wrote
    ///
    /// The command's input and output are left as they are. Of the reports only those are imported that
    /// it wrote: what was there before is left out. With `cargo test` no report is needed, as what it prints is
    /// read; `-` in place of a report says the same of any other command.
    ///
    /// The exit code is the command's if that is not 0, else that of the import. The command does not see
    /// TQ_ACCESS_TOKEN.
    #[command(after_help = help::RUN_EXAMPLES)]
    #[command(display_order = 2)]
    Run(Box<RunArgs>),
    /// Serve a local TestQuality API with its own database
    ///
    /// What `--sandbox` imports into, as a server on the loopback interface. It prints a link, which
    /// works once, to a page that shows what was imported: projects with their folders and tests,
    /// each test with its identity, steps and history, runs with their results, and a search.
    /// Scripts of your own can be tested against it. It is not TestQuality, and says so.
    #[command(display_order = 3)]
    Sandbox(SandboxArgs),
    /// Say why a test would be matched, adopted or created, and where it would go
    ///
    /// Shows how a test of the reports is understood: what was written, by which tool, and what of that makes
    /// its identity. With a project, or with --sandbox, it says what an import would do about it, and why; it
    /// writes nothing.
    #[command(after_help = help::EXPLAIN_EXAMPLES)]
    #[command(display_order = 4)]
    Explain(Box<ExplainArgs>),
    /// Check settings, token, server and project: one line each
    ///
    /// Asks the server for nothing but the list of projects and the root of the one that is named. The exit
    /// code is that of an import which would end for the same reason: 0, 2, 6 or 7.
    #[command(display_order = 5)]
    Doctor(Box<DoctorArgs>),
    /// Write a tq-import.toml: project, namespace, folder
    #[command(display_order = 6)]
    Init(InitArgs),
    /// Print a script that completes command lines
    ///
    /// For example: tq-import completions bash > ~/.local/share/bash-completion/completions/tq-import
    #[command(display_order = 7)]
    Completions(CompletionsArgs),
    /// Print the manual page
    ///
    /// For example: tq-import man > ~/.local/share/man/man1/tq-import.1
    #[command(display_order = 8)]
    Man(ManArgs),
}

/// Arguments of an import.
#[derive(Args, Clone, Debug, Default)]
pub struct ImportArgs {
    /// Which reports.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Into which project.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How cases become tests.
    #[command(flatten)]
    pub mapping: MappingArgs,
    /// What is written.
    #[command(flatten)]
    pub writing: WritingArgs,
    /// Exit codes.
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
    /// In directories, every *.xml, *.trx, *.jsonl and *.gz is taken, but nothing below .git, node_modules,
    /// .venv and vendor. What is no test report is skipped there, and an error when it is named.
    #[arg(value_name = "REPORT", required = true, help_heading = None)]
    pub reports: Vec<String>,

    /// Leave out reports that match this glob pattern (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Finding no report, or no test in them, is fine
    #[arg(long)]
    pub allow_empty: bool,

    /// Fail (exit code 3) when the reports hold fewer than N tests
    #[arg(long, value_name = "N")]
    pub min_tests: Option<usize>,

    /// Stop before writing anything if any report is damaged
    ///
    /// Without it, what is readable is imported, and the exit code is 3.
    #[arg(long)]
    pub strict: bool,

    /// Read no more of a report file than this [default: 4GiB]
    ///
    /// What is behind it is damage (exit code 3); all that stands before it is imported.
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    pub max_file_size: Option<Size>,

    /// Read no attribute of a report that is longer than this, such as a message [default: 1MiB]
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    pub max_value_size: Option<Size>,

    /// Read no more cases than this in one report file [default: 5000000]
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

    /// The personal access token. Every process of the machine can see it: better use
    /// TQ_ACCESS_TOKEN or --token-file
    #[arg(long, value_name = "TOKEN", alias = "access_token", hide = true)]
    pub access_token: Option<TokenText>,

    /// The server.
    #[arg(long, value_name = "URL", help = help::HOST, long_help = help::long_host())]
    pub host: Option<String>,

    /// Allow http:// to a host that is not this machine: the token travels unencrypted
    #[arg(long)]
    pub insecure_http: bool,

    /// Import into a local sandbox: no account, no token; TQ_* variables are ignored
    ///
    /// The database is one per working tree, below the user's data directory, unless named after
    /// an equals sign. `tq-import sandbox` shows what is in it.
    #[arg(long, value_name = "DB", num_args = 0..=1, require_equals = true)]
    pub sandbox: Option<Option<PathBuf>>,
}

/// How cases become tests and folders.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Identity and folders")]
pub struct MappingArgs {
    /// Keeps repositories apart that share a project: enters every test's identity [env: TQ_NAMESPACE]
    ///
    /// Choose it once, for example the repository's name. With another namespace, the same tests are
    /// other tests.
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,

    /// Where new folders and tests are placed, such as `Automated/Web` [env: TQ_FOLDER]
    ///
    /// Tests that exist stay where they are. Never enters an identity.
    #[arg(long, value_name = "A/B")]
    pub folder: Option<String>,

    /// What the folders of new tests are made from [default: auto]
    ///
    /// Tests that exist stay where they are. Never enters an identity.
    #[arg(long, value_name = "WHAT", value_enum)]
    pub group_by: Option<GroupByArg>,

    /// Cut classnames into folder levels at this text [default: as fits the test runner]
    #[arg(long, value_name = "TEXT", alias = "delimiter", allow_hyphen_values = true)]
    pub split: Option<String>,

    /// Never cut a classname into folder levels
    #[arg(long)]
    pub no_split: bool,

    /// `test[a]`, `test(1, 2)` and the like become one test (changes identities)
    #[arg(long)]
    pub merge_parameters: bool,

    /// Browser, project or device joins the name: `adds [firefox]` (changes identities)
    #[arg(long)]
    pub by_configuration: bool,

    /// The property by which a report names a test of the project [default: testquality_test]
    #[arg(long, value_name = "PROPERTY")]
    pub id_property: Option<String>,

    /// Later reports are re-executions of earlier ones: the last outcome decides
    #[arg(long)]
    pub reruns: bool,
}

/// What is written to the project.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Changes")]
pub struct WritingArgs {
    /// Print the planned changes and write nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Like --dry-run, and exit with 5 if there is anything to change
    #[arg(long)]
    pub check: bool,

    /// Which tests without identity may be adopted by folder and name [default: any]
    #[arg(long, value_name = "WHICH", value_enum)]
    pub adopt: Option<AdoptArg>,

    /// List the namespace's tests that no report names: says that these reports are the whole namespace
    ///
    /// Nothing is deleted or unmarked. Not done when a report is damaged or the test run itself failed: then
    /// tests may be missing that are not stale.
    #[arg(long, value_name = "WHAT", value_enum)]
    pub stale: Option<StaleArg>,

    /// Do not give new tests a placeholder step
    #[arg(long)]
    pub no_steps: bool,

    /// Stop, with nothing written, if more tests than this look renamed: N or P% [default: 50%]
    ///
    /// Counts tests that would be created although an unmatched test of the namespace bears the same
    /// name. Applies once the namespace holds 100 tests.
    #[arg(long, value_name = "N|P%")]
    pub create_limit: Option<CreateLimit>,
}

/// Which exit code.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Failing")]
pub struct ExitArgs {
    /// Exit with 4 when a test failed or errored, or the test run itself did
    #[arg(long)]
    pub fail_on_test_failure: bool,

    /// These exit codes become 0, with a loud line: such as 4,7
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub soft_fail: Vec<SoftExitCode>,
}

/// Where summaries go.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// The form of the summary on standard output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: SummaryFormat,

    /// One more copy of the summary in a file, such as json=summary.json (repeatable)
    ///
    /// The file is written whole or not at all.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<OutputSpec>,
}

/// What is shown on the terminal.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct TerminalArgs {
    /// Show more: every change and where settings come from; twice: every request
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,

    /// Show only what went wrong and the last line
    #[arg(short, long)]
    pub quiet: bool,

    /// Colours [env: NO_COLOR, CLICOLOR_FORCE]
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = true)]
    pub color: ColorArg,

    /// No progress on standard error (there is none unless it is a terminal)
    #[arg(long)]
    pub no_progress: bool,
}

/// How requests are sent.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// Requests under way at once [default: 8]
    #[arg(long, value_name = "N")]
    pub concurrency: Option<usize>,

    /// Rows created by one request, 1 to 1000 [default: 500]
    #[arg(long, value_name = "N")]
    pub batch_size: Option<usize>,

    /// How long the server may be silent [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,

    /// How often a request is repeated [default: 5]
    #[arg(long, value_name = "N")]
    pub retries: Option<u32>,

    /// The longest wait before the first repetition; it doubles with each [default: 500ms]
    #[arg(long, value_name = "TIME", value_parser = duration, hide = true)]
    pub retry_wait: Option<Duration>,

    /// Time for everything [default: 15m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub deadline: Option<Duration>,

    /// Trust this certificate authority too, for proxies that inspect TLS
    #[arg(long, value_name = "PEM")]
    pub ca_cert: Option<PathBuf>,
}

/// The whole command line as clap knows it: for parsing, help, completions and the manual page.
#[must_use]
pub fn definition() -> clap::Command {
    // What `cargo test` prints needs no report. An argument that is changed moves behind the others, so it is given its place.
    Cli::command().mut_subcommand("run", |run| {
        run.mut_arg("reports", |reports| reports.required(false).index(1))
            .mut_arg("command", |command| command.index(2))
    })
}

/// Parses a command line, program name first. Options may stand before or after the command word.
///
/// # Errors
/// clap's error, which is also how `--help` and `--version` come back: print it, and end with
/// its exit code.
pub fn parse<I>(args: I) -> Result<Cli, clap::Error>
where
    I: IntoIterator<Item = OsString>,
{
    let mut command = definition();
    command.build();
    let args = words::command_word_first(&command, args.into_iter().collect());
    let matches = definition().try_get_matches_from(args)?;
    Cli::from_arg_matches(&matches)
}

#[cfg(test)]
mod tests;
