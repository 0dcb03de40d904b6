//! `tq-import relink`: carries rows over to the tests that replaced theirs, and creates nothing.

use crate::api::client::Client;
use crate::apply::{ApplyOptions, apply};
use crate::plan::{ChangePlan, Linking};
use crate::snapshot::{Snapshot, Target};
use crate::summary::Work;
use test_reports::text;

use super::args::values::{ContainerMap, TestPair};
use super::args::{ImportArgs, LinkArgs, RelinkArgs, WritingArgs};
use super::exit::ExitCode;
use super::import::{self, Import, prepare};
use super::settings::{Environment, Mode, Settings};

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
    import::run_prepared(&args, settings, &connection, environment, streams)
}

impl Import<'_> {
    /// Carries rows over, and does nothing else.
    pub(super) async fn relink(
        &mut self,
        client: &Client,
        target: &Target,
        snapshot: Snapshot,
        plan: &ChangePlan,
    ) {
        self.summary.set_relinked(plan);
        let settings = self.settings;
        let records = self.summary.to_import();
        let (tests, links) = plan.links_only(records, &snapshot, &settings.identity.namespace);
        if settings.mode != Mode::Apply {
            if settings.mode == Mode::Check && !links.is_empty() {
                self.exit.add(ExitCode::Changes);
            }
            self.summary.set_plan(&tests, &links);
            return;
        }
        let mut planning = self.planning();
        planning.also_reported.extend(records.iter().map(|test| test.identity));
        let options =
            ApplyOptions { batch_size: settings.limits.batch_size, creates: false, plan: planning };
        let applied = apply(client, target, &tests, snapshot, &links, &options).await;
        self.set_applied(&tests, &links, &applied);
    }
}
