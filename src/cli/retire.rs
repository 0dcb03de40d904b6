//! `tq-import retire`: moves tests that no report names into a folder of their own.

use crate::api::client::Client;
use crate::apply::{ApplyOptions, Stop, retire};
use crate::plan::retire::{DEFAULT_LIMIT, RetirePlan};
use crate::snapshot::{Snapshot, Target};
use crate::summary::{ChangeAction, Work};
use test_reports::text;

use super::args::{ImportArgs, RetireArgs, RetireOptions, WritingArgs};
use super::connect;
use super::exit::ExitCode;
use super::import::{self, Import, prepare};
use super::settings::{Environment, Mode, Retiring, Settings};

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
    import::run_prepared(&args, settings, &connection, environment, streams)
}

impl Import<'_> {
    /// Moves the tests that no report names, and does nothing else.
    pub(super) async fn retire(
        &mut self,
        client: &Client,
        target: &Target,
        snapshot: Snapshot,
        retiring: &Retiring,
    ) {
        let settings = self.settings;
        let namespace = &settings.identity.namespace;
        self.summary.work = Work::Retire;
        self.summary.tests.unchanged = self.summary.to_import().len();
        let reported = self.summary.records.tests.iter().map(|test| test.identity).collect();
        let plan = RetirePlan::new(&snapshot, namespace, &reported, &retiring.to, retiring.unmarks);
        if settings.mode != Mode::Apply {
            self.summary.dry_run = true;
            self.summary.complete = None;
            self.summary.add_retired(&plan.tests);
            self.summary.add_folders(ChangeAction::Delete, &plan.folders, REMOVED_FOLDER);
            if settings.mode == Mode::Check && !plan.is_empty() {
                self.exit.add(ExitCode::Changes);
            }
        }
        if plan.exceeds(retiring.limit) {
            let message = format!(
                "{} of the {} tests of this namespace are in no report, more than the limit of {}",
                plan.tests.len(),
                plan.held,
                retiring.limit,
            );
            let hint = "check that the reports are complete, and see --dry-run; if so many tests were really removed, raise --limit, for example to 100%";
            if settings.mode == Mode::Apply {
                self.stop(ExitCode::Incomplete, &message, Some(hint));
            } else {
                self.summary.warnings.push(message);
            }
            return;
        }
        if settings.mode != Mode::Apply {
            return;
        }
        if plan.is_empty() {
            self.summary.complete = Some(true);
            return;
        }
        let options = ApplyOptions {
            batch_size: settings.limits.batch_size,
            creates: false,
            plan: self.planning(),
        };
        let retired = retire(client, target, snapshot, &plan, &retiring.to, &options).await;
        let created = "the retired tests are in it";
        self.summary.add_folders(ChangeAction::Create, &retired.folders_created, created);
        self.summary.add_retired(&retired.tests);
        self.summary.add_folders(ChangeAction::Delete, &retired.folders_removed, REMOVED_FOLDER);
        self.summary.left.clone_from(&retired.left);
        self.summary.complete = Some(retired.verified && retired.stop.is_none());
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
