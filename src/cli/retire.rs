//! `tq-import retire`: moves tests that no report names into a folder of their own.

use std::collections::HashSet;
use std::sync::Arc;

use crate::api::client::Client;
use crate::apply::{ApplyOptions, Retired, Stop, read_and_plan, read_retire, retire};
use crate::plan::retire::{DEFAULT_LIMIT, RetirePlan};
use crate::snapshot::{Snapshot, Target, TargetError};
use crate::summary::{ChangeAction, Work};

use super::args::{ImportArgs, RetireArgs, RetireOptions, WritingArgs};
use super::connect;
use super::exit::ExitCode;
use super::import::{self, Import, prepare};
use super::parts::{Part, SharedSnapshot};
use super::settings::{Environment, Mode, Retiring, Settings, folder_path};

/// The folder for retired tests, below that of the import.
const FOLDER: &str = "Retired";

/// Why `retire` removes a folder.
const REMOVED_FOLDER: &str = "an import created it, and it is empty";

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
    let to = folder_path(to.as_deref().unwrap_or_default());
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    settings.work = Work::Retire;
    settings.retiring = Some(Retiring { to, unmarks: unmark, limit });
    import::run_prepared(&args, settings, &connection, environment, streams)
}

impl Import<'_> {
    /// Moves the tests that no report names, and does nothing else.
    pub(super) async fn retire(
        &mut self,
        client: &Client,
        target: &Target,
        snapshot: Snapshot,
        parts: &[Part],
        retiring: &Retiring,
    ) -> Result<(), TargetError> {
        let settings = self.settings;
        self.summary.work = Work::Retire;
        self.summary.tests.unchanged = self.summary.to_import().len();
        let records = Arc::clone(&self.summary.records);
        let reported: HashSet<_> = records.tests.iter().map(|test| test.identity).collect();
        let planned = async |part: &Part, snapshot: &Snapshot| {
            let to = folder(retiring, part);
            let namespace = &part.planning.namespace;
            let unmarks = retiring.unmarks;
            let plan = read_retire(client, snapshot, namespace, &reported, &to, unmarks).await?;
            Ok::<_, TargetError>((to, plan))
        };
        let mut plans: Vec<(Vec<String>, RetirePlan)> = Vec::new();
        for part in parts {
            plans.push(planned(part, &snapshot).await?);
        }
        if settings.mode != Mode::Apply {
            self.summary.dry_run = true;
            self.summary.complete = None;
            for (_, plan) in &plans {
                self.summary.add_retired(&plan.tests);
                self.summary.add_folders(ChangeAction::Delete, &plan.folders, REMOVED_FOLDER);
                self.summary.left.extend_from_slice(&plan.left);
            }
            if settings.mode == Mode::Check && plans.iter().any(|(_, plan)| !plan.is_empty()) {
                self.exit.add(ExitCode::Changes);
            }
        }
        let mut is_exceeded = false;
        for (part, (_, plan)) in parts.iter().zip(&plans) {
            if !plan.exceeds(retiring.limit) {
                continue;
            }
            is_exceeded = true;
            let message = part.about(&format!(
                "{} of the {} tests of this namespace are in no report, more than the limit of {}",
                plan.tests.len(),
                plan.held,
                retiring.limit,
            ));
            let hint = "check that the reports are complete, and see --dry-run; if so many tests were really removed, raise --limit, for example to 100%";
            if settings.mode == Mode::Apply {
                self.stop(ExitCode::Incomplete, &message, Some(hint));
            } else {
                self.summary.warnings.push(message);
            }
        }
        if is_exceeded || settings.mode != Mode::Apply {
            return Ok(());
        }
        let mut shared = SharedSnapshot::new(snapshot, parts);
        let (mut has_written, mut has_stopped) = (false, false);
        self.summary.complete = Some(true);
        for (part, (to, plan)) in parts.iter().zip(plans) {
            let Some(mut snapshot) = shared.next() else { continue };
            if plan.is_empty() {
                self.summary.left.extend(plan.left);
                continue;
            }
            if has_stopped {
                self.skip(part, 0);
                continue;
            }
            let mut plan = plan;
            if has_written {
                (snapshot, _) =
                    read_and_plan(client, target, part.of(&records), &part.planning).await?;
                (_, plan) = planned(part, &snapshot).await?;
            }
            has_written = true;
            let options = ApplyOptions {
                batch_size: settings.limits.batch_size,
                creates: false,
                plan: part.planning.clone(),
            };
            let retired = retire(client, target, snapshot, &plan, &to, &options).await;
            has_stopped = retired.stop.is_some();
            self.add_retired(retired);
        }
        Ok(())
    }

    /// Adds what was done to the summary and to the exit code.
    fn add_retired(&mut self, retired: Retired) {
        let created = "the retired tests are in it";
        self.summary.add_folders(ChangeAction::Create, &retired.folders_created, created);
        self.summary.add_retired(&retired.tests);
        self.summary.add_folders(ChangeAction::Delete, &retired.folders_removed, REMOVED_FOLDER);
        self.summary.left.extend(retired.left);
        if !retired.verified || retired.stop.is_some() {
            self.summary.complete = Some(false);
        }
        match &retired.stop {
            Some(Stop::Api(error)) => self.exit.add(connect::exit_code_for(error)),
            None if retired.verified => {}
            _ => self.exit.add(ExitCode::Incomplete),
        }
        if let Some(stop) = &retired.stop {
            self.summary.add_stop(stop);
        }
    }
}

/// The folder for the retired tests of a part: the one that is named, else one below its own.
fn folder(retiring: &Retiring, part: &Part) -> Vec<String> {
    match retiring.to.is_empty() {
        true => [&part.folder[..], &[FOLDER.to_owned()]].concat(),
        false => retiring.to.clone(),
    }
}
