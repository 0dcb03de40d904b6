//! The arguments of each command.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::values::{
    ContainerMap, CreateLimit, InspectFormat, ListWhat, OutputSpec, ReadyFormat, ReportFile,
    ReportFormat, TestPair,
};
use super::{
    ConnectionArgs, ImportArgs, MappingArgs, NetworkArgs, OutputArgs, ReadingArgs, TerminalArgs,
};

/// Arguments of `run`.
#[derive(Args, Clone, Debug, Default)]
pub struct RunArgs {
    /// Arguments of the import.
    #[command(flatten)]
    pub import: ImportArgs,

    /// The command that runs the tests, and its arguments
    #[arg(value_name = "COMMAND", last = true, required = true, help_heading = None)]
    pub command: Vec<OsString>,
}

/// Arguments of `inspect`.
#[derive(Args, Clone, Debug, Default)]
pub struct InspectArgs {
    /// Which reports to read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How cases become tests.
    #[command(flatten)]
    pub mapping: MappingArgs,
    /// Where the result goes.
    #[command(flatten)]
    pub output: InspectOutputArgs,
    /// The terminal.
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

/// Where the result of `inspect` goes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct InspectOutputArgs {
    /// The format of the result on standard output
    ///
    /// jsonl is the content of the reports, one line per case. An import reads such files like the reports
    /// themselves: inspect in every shard, import once.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: InspectFormat,

    /// Show what changed since the run in this file: an earlier report, or the JSON of inspect
    ///
    /// Lists tests that newly fail, are fixed, new, gone or slower. Any report that can be imported will do, such as
    /// that of --output ctrf=FILE. If the file does not exist, nothing is compared, so that the first run of a branch passes.
    #[arg(long, value_name = "FILE")]
    pub compare: Option<PathBuf>,

    /// Also write the result to a file, such as jsonl=shard-1.jsonl (repeatable)
    ///
    /// The file is written completely or not at all.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<OutputSpec<InspectFormat>>,
}

/// Arguments of `convert`.
#[derive(Args, Clone, Debug)]
pub struct ConvertArgs {
    /// The format to write [default: junit for a FILE in .xml, ctrf in .json, jsonl in .jsonl]
    #[arg(long, value_name = "FORMAT", value_enum, required_unless_present = "output")]
    pub to: Option<ReportFormat>,

    /// Write the report to this file, completely or not at all [default: `-`, standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<ReportFile>,

    /// Which reports to read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How cases become tests.
    #[command(flatten)]
    pub mapping: MappingArgs,
    /// The terminal.
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

/// Arguments of `sandbox`.
#[derive(Args, Clone, Debug)]
pub struct SandboxArgs {
    /// The subcommand; none: serve.
    #[command(subcommand)]
    pub command: Option<SandboxCommand>,

    /// The address to listen on; port 0 selects a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,

    /// The database [default: the one that --sandbox imports into]
    #[arg(long, value_name = "FILE", global = true)]
    pub db: Option<PathBuf>,

    /// The name of the project in a new database [default: Demo]
    #[arg(long, value_name = "NAME")]
    pub project: Option<String>,

    /// Read the token that clients must send from this file [env: TQ_SANDBOX_TOKEN] [default:
    /// generated and printed]
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// Simulate a fault, to test how clients handle it (repeatable): see docs/sandbox.md
    ///
    /// The rule names the fault and the requests: `503 20% seed=7`, `lost POST test 1`,
    /// `hang-up=after POST`, `429=30 GET 2`, `lag=2s GET`.
    #[arg(long, value_name = "RULE")]
    pub fault: Vec<String>,

    /// The format of the message that the server is ready
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: ReadyFormat,

    /// The terminal.
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

/// The subcommands of `sandbox`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum SandboxCommand {
    /// Delete the database
    Reset,
}

/// Arguments of `explain`.
#[derive(Args, Clone, Debug, Default)]
pub struct ExplainArgs {
    /// Part of the test's name or classname in any case, or its identity: tqi-9f86d081884c7d65
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The reports, and the project that an import would use.
    #[command(flatten)]
    pub import: ImportArgs,
}

/// Arguments of `relink`.
#[derive(Args, Clone, Debug, Default)]
pub struct RelinkArgs {
    /// Which reports to read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// What is carried over.
    #[command(flatten)]
    pub links: LinkArgs,
    /// Which project to change.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How cases become tests.
    #[command(flatten)]
    pub mapping: MappingArgs,
    /// Summaries.
    #[command(flatten)]
    pub output: OutputArgs,
    /// The terminal.
    #[command(flatten)]
    pub terminal: TerminalArgs,
    /// Requests.
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// What `relink` carries over.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Changes")]
pub struct LinkArgs {
    /// Print the planned changes and write nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Like --dry-run, and exit with 5 if anything would change
    #[arg(long)]
    pub check: bool,

    /// Containers that started with OLD now start with NEW: com.acme.cart=com.acme.basket (repeatable)
    ///
    /// A container is what holds a test, such as its class or file; `tq-import explain` shows it.
    #[arg(long, value_name = "OLD=NEW")]
    pub map: Vec<ContainerMap>,

    /// This test of the project now has this name in the reports: TC-12=NAME (repeatable)
    ///
    /// NAME is the test's name, its container and name as `CONTAINER :: NAME`, or its identity.
    #[arg(long, value_name = "TC-12=NAME")]
    pub pair: Vec<TestPair>,

    /// Carry the tests of this namespace over to the one of the import; '' for tests without a namespace
    #[arg(long, value_name = "NAME")]
    pub from_namespace: Option<String>,

    /// Also rename the tests, unless somebody renamed them
    #[arg(long)]
    pub rename: bool,

    /// Also move the tests to their new folders, unless somebody moved them
    #[arg(long = "move")]
    pub moves: bool,
}

/// Arguments of `retire`.
#[derive(Args, Clone, Debug, Default)]
pub struct RetireArgs {
    /// Which reports to read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// What is moved, and where.
    #[command(flatten)]
    pub moves: RetireOptions,
    /// Which project to change.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How cases become tests.
    #[command(flatten)]
    pub mapping: MappingArgs,
    /// Summaries.
    #[command(flatten)]
    pub output: OutputArgs,
    /// The terminal.
    #[command(flatten)]
    pub terminal: TerminalArgs,
    /// Requests.
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// What `retire` moves, and where.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Changes")]
pub struct RetireOptions {
    /// Print the planned changes and write nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Like --dry-run, and exit with 5 if anything would change
    #[arg(long)]
    pub check: bool,

    /// The folder to move the tests to [default: Retired, below --folder]
    #[arg(long, value_name = "A/B")]
    pub to: Option<String>,

    /// Also clear the automated flag of the tests
    #[arg(long)]
    pub unmark: bool,

    /// Retire at most this many tests of the namespace: N or P% [default: 20%]
    #[arg(long, value_name = "N|P%")]
    pub limit: Option<CreateLimit>,
}

/// Arguments of `undo`.
#[derive(Args, Clone, Debug, Default)]
pub struct UndoArgs {
    /// The JSON summary of the import
    #[arg(value_name = "SUMMARY.json")]
    pub summary: PathBuf,
    /// Print the planned changes and write nothing
    #[arg(long, help_heading = "Changes")]
    pub dry_run: bool,
    /// Like --dry-run, and exit with 5 if anything would change
    #[arg(long, help_heading = "Changes")]
    pub check: bool,
    /// Which server the project is on.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Summaries.
    #[command(flatten)]
    pub output: OutputArgs,
    /// The terminal.
    #[command(flatten)]
    pub terminal: TerminalArgs,
    /// Requests.
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// Arguments of `list`.
#[derive(Args, Clone, Debug)]
pub struct ListArgs {
    /// What to list
    #[arg(value_name = "WHAT", value_enum)]
    pub what: ListWhat,
    /// List only what contains this text in its name, path, number or identity, in any case
    #[arg(value_name = "TEXT")]
    pub filter: Option<String>,
    /// The format of the list on standard output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    pub format: ReadyFormat,
    /// Which server and project.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// The terminal.
    #[command(flatten)]
    pub terminal: TerminalArgs,
    /// Requests.
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// Arguments of `doctor`.
#[derive(Args, Clone, Debug, Default)]
pub struct DoctorArgs {
    /// Which server and project to check.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// The namespace.
    #[command(flatten)]
    pub mapping: MappingArgs,
    /// Requests.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// The terminal.
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

/// Arguments of `init`.
#[derive(Args, Clone, Debug, Default)]
pub struct InitArgs {
    /// The project, by name or id [env: TQ_PROJECT, TQ_PROJECT_ID]
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// The namespace [env: TQ_NAMESPACE] [default: the repository's name]
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// The folder for new folders and tests, such as `Automated/Web` [env: TQ_FOLDER]
    #[arg(long, value_name = "A/B")]
    pub folder: Option<String>,
}

/// Arguments of `completions`.
#[derive(Args, Clone, Copy, Debug)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Args, Clone, Debug, Default)]
pub struct ManArgs {
    /// The command to describe [default: tq-import itself]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}
