//! `tq-import explain`: why a test would be matched, adopted or created, and where it would go. Writes nothing.

use std::sync::Arc;

use crate::api::client::Client;
use crate::api::ids::TestId;
use crate::apply::read_and_plan_all;
use crate::plan::fields::Fields;
use crate::plan::{ChangePlan, TestPlan};
use crate::progress::Progress;
use crate::snapshot::{Snapshot, Target, TargetError};
use crate::summary::escape;
use crate::summary::explanation::{ExplainedAction, Explanation, render};
use test_reports::identity::Identity;
use test_reports::record::{Records, TestRecord};
use test_reports::text;

use super::args::ExplainArgs;
use super::cargo::Cargo;
use super::exit::ExitCode;
use super::parts::{parts, planned};
use super::reports::{self, ReportSet};
use super::settings::{Environment, Remote, Settings, Verbosity};
use super::streams::Streams;
use super::tables::Unassigned;
use super::{connect, log};

/// The number of tests that are explained without `-v`.
const MAX_TESTS: usize = 10;

/// The number of similar names in an error.
const SIMILAR_NAMES: usize = 5;

/// Explains the tests that match the name.
pub(super) fn run(args: &ExplainArgs, environment: &Environment) -> ExitCode {
    let (settings, connection) = match Settings::for_explain(&args.import, environment) {
        Ok(resolved) => resolved,
        Err(errors) => return Streams::default().invalid_settings(&errors),
    };
    let streams = Streams::new(&settings.terminal);
    log::start(&settings.terminal);
    let directory = &environment.directory;
    let found = match reports::find(directory, &settings) {
        Ok(found) => found,
        Err(Unassigned { errors, .. }) => return streams.invalid_settings(&errors),
    };
    let cargo = Cargo::of_environment(environment);
    let progress = Progress::default();
    let ReportSet { records, errors, mut exit, .. } =
        reports::read(found, Vec::new(), None, &settings, &cargo, directory, &progress);
    let records = Arc::new(records);
    for warning in settings.warnings.iter().chain(&records.warnings) {
        streams.warning(warning);
    }
    for error in &errors {
        streams.error_text(&error.message, error.hint.as_deref());
    }
    let matching = matching(&records, &args.name);
    if matching.is_empty() {
        if !records.tests.is_empty() {
            let error = format!("these reports have no test called {:?}", args.name);
            streams.error_text(&error, similar_names(&records, &args.name).as_deref());
            exit.add(ExitCode::Usage);
        }
        return exit;
    }
    let actions = connection.as_ref().and_then(|connection| {
        let work = async |client: &Client, remote: &Remote| {
            actions(client, remote, &records, &settings).await
        };
        match connect::with_client(connection, &settings.limits, &progress, work) {
            Ok(Ok(actions)) => Some(actions),
            Ok(Err(error)) => {
                let (code, hint) = connect::exit_code_for_target(&error);
                exit.add(code);
                streams.error(&anyhow::Error::new(error), Some(hint));
                None
            }
            Err(error) => {
                exit.add(connect::exit_code_for_connection(&error));
                streams.error(&error, None);
                None
            }
        }
    });
    let shows_all = settings.terminal.verbosity >= Verbosity::Verbose;
    let shown = if shows_all { usize::MAX } else { MAX_TESTS };
    let explanations: Vec<Explanation<'_>> = matching
        .iter()
        .take(shown)
        .map(|&index| Explanation {
            test: &records.tests[index],
            namespace: settings.namespace_of(&records.tests[index]),
            action: actions.as_ref().and_then(|actions| actions.get(index).cloned()),
        })
        .collect();
    let mut text = render(&explanations, &settings.terminal.text_options());
    if let Some(more @ 1..) = matching.len().checked_sub(shown) {
        let more = text::grouped(more);
        text += &format!("\n… and {more} more: give more of the name, or -v for all\n");
    }
    if connection.is_none() {
        text += "\nthe project was not read, because there is no token: set TQ_ACCESS_TOKEN, or use --sandbox\n";
    }
    exit.add(streams.print(&text));
    exit
}

/// The tests that match `name`: the identity, else the whole name, else a part of name, classname or folder.
fn matching(records: &Records, name: &str) -> Vec<usize> {
    let all = |matches: &dyn Fn(&TestRecord) -> bool| -> Vec<usize> {
        let tests = records.tests.iter().enumerate();
        tests.filter(|(_, test)| matches(test)).map(|(index, _)| index).collect()
    };
    if let Some(identity) = Identity::in_description(name) {
        return all(&|test| test.identity == identity);
    }
    let wanted = text::fold(name);
    let whole = all(&|test| text::fold(&test.name) == wanted);
    if !whole.is_empty() {
        return whole;
    }
    all(&|test| {
        let classname = test.class.classname.as_deref().unwrap_or_default();
        let prefixes =
            [test.class.container.join("/"), test.class.folder.join("/"), classname.to_owned()];
        text::fold(&test.name).contains(&wanted)
            || prefixes.iter().any(|prefix| {
                text::fold(prefix).contains(&wanted)
                    || ["/", ".", "::", " > ", " "].iter().any(|separator| {
                        text::fold(&format!("{prefix}{separator}{}", test.name)).contains(&wanted)
                    })
            })
    })
}

/// A hint with the names that are most similar to `name`.
fn similar_names(records: &Records, name: &str) -> Option<String> {
    let wanted = text::fold(name);
    let mut scored: Vec<(f64, &str)> = records
        .tests
        .iter()
        .map(|test| (strsim::jaro_winkler(&wanted, &text::fold(&test.name)), &*test.name))
        .collect();
    // Equal names stand together.
    scored.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
    scored.dedup_by_key(|(_, name)| *name);
    let names: Vec<String> = scored
        .iter()
        .take(SIMILAR_NAMES)
        .map(|(_, name)| format!("{:?}", text::cut(name, 100)))
        .collect();
    (!names.is_empty()).then(|| {
        let names = escape::terminal(&names.join(", ")).into_owned();
        format!("similar names: {names}; `tq-import inspect -v` lists all")
    })
}

/// What an import would do with each of the `tests`.
async fn actions(
    client: &Client,
    remote: &Remote,
    records: &Arc<Records>,
    settings: &Settings,
) -> Result<Vec<ExplainedAction>, TargetError> {
    let target = Target::find(client, &remote.project).await?;
    let parts = parts(settings, records, records.tests.len());
    let planned = planned(&parts, records);
    let (snapshot, plans) = read_and_plan_all(client, &target, &planned, None).await?;
    let mut all = Vec::new();
    for (plan, (tests, options)) in plans.iter().zip(&planned) {
        let mut actions: Vec<ExplainedAction> =
            plan.tests.iter().map(|test| action(test, plan, &snapshot)).collect();
        if !options.no_fields {
            add_fields(&mut actions, tests, plan);
        }
        add_findings(&mut actions, plan, &snapshot);
        all.append(&mut actions);
    }
    Ok(all)
}

/// Adds what new tests would get from their reports.
fn add_fields(actions: &mut [ExplainedAction], tests: &[TestRecord], plan: &ChangePlan) {
    let all = actions.iter_mut().zip(tests).zip(&plan.tests);
    for ((action, record), _) in all.filter(|(_, test)| test.row().is_none()) {
        let Fields { description, precondition, priority, labels, .. } = Fields::of(record);
        let fields = [
            (!description.is_empty()).then(|| "the description of the report".to_owned()),
            (!precondition.is_empty()).then(|| "its precondition".to_owned()),
            priority.map(|priority| format!("the priority {priority:?}")),
            (!labels.is_empty()).then(|| format!("the labels {}", labels.join(", "))),
        ];
        let fields: Vec<String> = fields.into_iter().flatten().collect();
        if !fields.is_empty() {
            action.also.push(format!("it would get {}", fields.join(", ")));
        }
    }
}

/// Adds what was found out about tests that would be created.
fn add_findings(actions: &mut [ExplainedAction], plan: &ChangePlan, snapshot: &Snapshot) {
    let shown = |id: TestId| {
        let row = snapshot.tests.get(&id);
        let key = row.and_then(|row| row.key).map(|key| format!(", TC-{key}"));
        let folders = snapshot.tests_in_folder.iter().filter(|(_, tests)| tests.contains(&id));
        let path = folders.map(|(folder, _)| snapshot.folders.path(*folder).join(" / ")).min();
        let path = path.filter(|path| !path.is_empty()).map(|path| format!(", in {path}"));
        format!("test {id}{}{}", key.unwrap_or_default(), path.unwrap_or_default())
    };
    let mut add = |record: usize, line: String| {
        if let Some(action) = actions.get_mut(record) {
            action.also.push(line);
        }
    };
    for (record, id) in plan.findings.replaced() {
        if matches!(plan.tests.get(record), Some(TestPlan::Create { .. })) {
            let line = format!(
                "a test that is no longer reported has its name ({}): `tq-import relink` carries it over",
                shown(id)
            );
            add(record, line);
        }
    }
    for found in &plan.findings.elsewhere {
        if matches!(plan.tests.get(found.record), Some(TestPlan::Create { .. })) {
            let line = format!(
                "an unlinked test in another folder has its name ({}): --adopt anywhere links it",
                shown(found.id)
            );
            add(found.record, line);
        }
    }
}

fn action(test: &TestPlan, plan: &ChangePlan, snapshot: &Snapshot) -> ExplainedAction {
    let row = |id: &TestId| {
        let row = snapshot.tests.get(id)?;
        let of_folder = snapshot.tests_in_folder.iter().filter(|(_, tests)| tests.contains(id));
        let folder = of_folder.map(|(folder, _)| *folder).min();
        let path = folder.map(|folder| snapshot.folders.path(folder)).unwrap_or_default();
        Some((id.number(), row.name.to_string(), path))
    };
    let placed = |folder| {
        let path = plan.folders.get(folder).path.join(" / ");
        format!("it is in no folder, and would be placed in {path}")
    };
    match test {
        TestPlan::Create { folder, reason, steps } => {
            let mut also = Vec::new();
            if plan.folders.suite(*folder).is_none() {
                also.push("its folder would be created as well".to_owned());
            }
            if *steps == 0 {
                also.push("it would have no steps (--no-steps)".to_owned());
            }
            ExplainedAction { what: "would create it", why: (*reason).to_owned(), row: None, also }
        }
        TestPlan::Adopt { id, reason, place } => ExplainedAction {
            what: "would adopt an existing test",
            why: (*reason).to_owned(),
            row: row(id),
            also: place.map(placed).into_iter().collect(),
        },
        TestPlan::Relink { id, former, reason, moves: _, retired: _, place } => ExplainedAction {
            what: "would carry an existing test over",
            why: (*reason).to_owned(),
            row: row(id),
            also: std::iter::once(format!("its former identity {former} would become an alias"))
                .chain(place.map(placed))
                .collect(),
        },
        TestPlan::Matched { id, place, steps, follows, retired, overridden } => {
            let is_placed = place.filter(|_| retired.is_none());
            let mut also: Vec<String> = is_placed.map(placed).into_iter().collect();
            if retired.is_some() {
                also.push(
                    "it is among the retired tests, and would be placed in its folder again"
                        .to_owned(),
                );
            }
            if !steps.is_empty() {
                also.push(format!("{} of its steps are missing and would be created", steps.len()));
            }
            if !follows.is_empty() {
                also.push("its steps would follow the report, which changed".to_owned());
            }
            if *overridden {
                also.push("somebody marked it as no longer automated; it stays so".to_owned());
            }
            let what = if also.is_empty() { "would not change it" } else { "matches it" };
            ExplainedAction {
                what,
                why: "this test has its identity".to_owned(),
                row: row(id),
                also,
            }
        }
    }
}
