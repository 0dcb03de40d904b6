//! `tq-import retire`: moves tests that no report names into a folder of their own.

use crate::plan::retire::DEFAULT_LIMIT;
use crate::summary::Work;
use test_reports::text;

use super::args::{ImportArgs, RetireArgs, RetireOptions, WritingArgs};
use super::import::{self, prepare};
use super::settings::{Environment, Retiring, Settings};

/// The folder for retired tests, below that of the import.
const FOLDER: &str = "Retired";

/// Moves tests. Returns the exit code of the process.
pub(super) fn run(args: &RetireArgs, environment: &Environment) -> u8 {
    let RetireArgs { reading, moves, connection, mapping, output, terminal, network } =
        args.clone();
    let RetireOptions { dry_run, check, to, unmark, limit } = moves;
    let args = ImportArgs {
        reading,
        connection,
        mapping,
        writing: WritingArgs { dry_run, check, ..WritingArgs::default() },
        output,
        terminal,
        network,
        ..ImportArgs::default()
    };
    let (mut settings, connection, streams) = match prepare(&args, environment, Settings::for_rows)
    {
        Ok(prepared) => prepared,
        Err(exit) => return exit.code(),
    };
    let named: Vec<String> = to
        .as_deref()
        .unwrap_or_default()
        .split('/')
        .map(text::clean)
        .filter(|name| !name.is_empty())
        .map(|name: String| text::fit_name(&name).into_owned())
        .collect();
    let default = || [&settings.identity.folder[..], &[FOLDER.to_owned()]].concat();
    let to = if named.is_empty() { default() } else { named };
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    settings.work = Work::Retire;
    settings.retiring = Some(Retiring { to, unmarks: unmark, limit });
    import::run_prepared(&args, &settings, &connection, environment, streams)
}
