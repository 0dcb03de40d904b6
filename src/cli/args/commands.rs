//! What each command takes beside what they share.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::values::{InspectFormat, OutputSpec, ReadyFormat};
use super::{ConnectionArgs, ImportArgs, MappingArgs, NetworkArgs, ReadingArgs, TerminalArgs};

/// Arguments of `run`.
#[derive(Args, Clone, Debug, Default)]
pub struct RunArgs {
    /// What is imported, and how.
    #[command(flatten)]
    pub import: ImportArgs,

    /// The command that runs the tests, and its arguments
    #[arg(value_name = "COMMAND", last = true, required = true, help_heading = None)]
    pub command: Vec<OsString>,
}

/// Arguments of `inspect`.
#[derive(Args, Clone, Debug, Default)]
pub struct InspectArgs {
    /// Which reports.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How cases become tests.
    #[command(flatten)]
    pub mapping: MappingArgs,
    /// Copies and format.
    #[command(flatten)]
    pub output: InspectOutputArgs,
    /// The terminal.
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

/// Where the results of `inspect` go.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct InspectOutputArgs {
    /// The form of the result on standard output
    ///
    /// jsonl holds the reports as they were written, one line a case. An import reads such files like the
    /// reports themselves: inspect in every shard, import once.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: InspectFormat,

    /// One more copy of the result in a file, such as jsonl=shard-1.jsonl (repeatable)
    ///
    /// The file is written whole or not at all.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<OutputSpec<InspectFormat>>,
}

/// Arguments of `sandbox`.
#[derive(Args, Clone, Debug)]
pub struct SandboxArgs {
    /// What else than serving.
    #[command(subcommand)]
    pub command: Option<SandboxCommand>,

    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,

    /// The database [default: the one that --sandbox imports into]
    #[arg(long, value_name = "FILE", global = true)]
    pub db: Option<PathBuf>,

    /// The name of the project in a new database [default: Demo]
    #[arg(long, value_name = "NAME")]
    pub project: Option<String>,

    /// Read the token that clients must send from this file [env: TQ_SANDBOX_TOKEN] [default: made
    /// up and printed]
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// Misbehave, to rehearse what a client makes of it (repeatable): see docs/sandbox.md
    ///
    /// Words that say what happens and to which requests: `503 20% seed=7`, `lost POST test 1`,
    /// `hang-up=after POST`, `429=30 GET 2`, `lag=2s GET`.
    #[arg(long, value_name = "RULE")]
    pub fault: Vec<String>,

    /// The form of the line that says that the server is ready
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: ReadyFormat,

    /// The terminal.
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

/// What `sandbox` does beside serving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum SandboxCommand {
    /// Delete the database
    Reset,
}

/// Arguments of `explain`.
#[derive(Args, Clone, Debug, Default)]
pub struct ExplainArgs {
    /// A part of the test's name or classname, case ignored, or its identity: tqi-9f86d081884c7d65
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The reports, and the project that they would go to.
    #[command(flatten)]
    pub import: ImportArgs,
}

/// Arguments of `doctor`.
#[derive(Args, Clone, Debug, Default)]
pub struct DoctorArgs {
    /// Which server and which project.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// The namespace, as an import would have it.
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
    /// Where new folders and tests are placed, such as `Automated/Web` [env: TQ_FOLDER]
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
    /// The page of this command [default: the page of tq-import itself]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}
