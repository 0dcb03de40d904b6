//! `tq-import relink`: carries rows over to the tests that replaced theirs, and creates nothing.

use crate::plan::Linking;
use crate::summary::Work;
use test_reports::text;

use super::args::values::{ContainerMap, TestPair};
use super::args::{ImportArgs, LinkArgs, RelinkArgs, WritingArgs};
use super::import::{self, prepare};
use super::settings::{Environment, Settings};

/// Carries rows over. Returns the exit code of the process.
pub(super) fn run(args: &RelinkArgs, environment: &Environment) -> u8 {
    let RelinkArgs { reading, links, connection, mapping, output, terminal, network } =
        args.clone();
    let LinkArgs { dry_run, check, map, pair, from_namespace, rename, moves } = links;
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
    settings.work = Work::Relink;
    settings.planning.linking = Some(Linking {
        maps: map.into_iter().map(|ContainerMap(old, new)| (old, new)).collect(),
        pairs: pair.into_iter().map(|TestPair(pin, name)| (pin, name)).collect(),
        from_namespace: from_namespace.map(|namespace| text::clean(&namespace)),
        renames: rename,
        moves,
    });
    import::run_prepared(&args, &settings, &connection, environment, streams)
}
