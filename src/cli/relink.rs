//! `tq-import relink`: carries rows over to the tests that replaced theirs, and creates nothing.

use std::sync::Arc;

use crate::api::client::Client;
use crate::apply::{ApplyOptions, apply, read_and_plan};
use crate::plan::{ChangePlan, Linking};
use crate::snapshot::{Snapshot, Target, TargetError};
use crate::summary::Work;
use test_reports::text;

use super::args::values::{ContainerMap, TestPair};
use super::args::{ImportArgs, LinkArgs, RelinkArgs, WritingArgs};
use super::exit::ExitCode;
use super::import::{self, Import, prepare};
use super::parts::{Part, SharedSnapshot};
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
        parts: &[Part],
        plans: &[ChangePlan],
    ) -> Result<(), TargetError> {
        let settings = self.settings;
        let records = Arc::clone(&self.summary.records);
        let links = |part: &Part, plan: &ChangePlan, snapshot: &Snapshot| {
            plan.links_only(part.of(&records), snapshot, &part.planning.namespace)
        };
        plans.iter().for_each(|plan| self.summary.set_relinked(plan));
        if settings.mode != Mode::Apply {
            for (part, plan) in parts.iter().zip(plans) {
                let (tests, links) = links(part, plan, &snapshot);
                if settings.mode == Mode::Check && !links.is_empty() {
                    self.exit.add(ExitCode::Changes);
                }
                self.summary.set_plan(&tests, &links);
            }
            return Ok(());
        }
        let mut shared = SharedSnapshot::new(snapshot, parts);
        let (mut has_written, mut has_stopped) = (false, false);
        self.summary.complete = Some(true);
        for (part, plan) in parts.iter().zip(plans) {
            let Some(mut snapshot) = shared.next() else { continue };
            let (mut tests, mut links_of_part) = links(part, plan, &snapshot);
            if has_stopped && !links_of_part.is_empty() {
                self.skip(part, tests.len());
                continue;
            }
            if has_written && !links_of_part.is_empty() {
                let plan;
                (snapshot, plan) =
                    read_and_plan(client, target, part.of(&records), &part.planning).await?;
                (tests, links_of_part) = links(part, &plan, &snapshot);
            }
            let mut planning = part.planning.clone();
            let reported = part.of(&records).iter().map(|test| test.identity);
            planning.also_reported.extend(reported);
            let batch_size = settings.limits.batch_size;
            let options = ApplyOptions { batch_size, creates: false, plan: planning };
            has_written |= !links_of_part.is_empty();
            let applied = apply(client, target, &tests, snapshot, &links_of_part, &options).await;
            self.set_applied(&tests, &links_of_part, &applied);
            has_stopped = applied.stop.is_some();
        }
        Ok(())
    }
}
