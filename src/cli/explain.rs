//! `tq-import explain`: why a test would be matched, adopted or created, and where it would go. Nothing is written.

use crate::api::client::Client;
use crate::apply::read_and_plan;
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
use super::exit::{ExitCode, ExitReasons};
use super::output::Streams;
use super::settings::{Environment, ExplainSettings, Remote, Verbosity};
use super::{connect, log, reports};

/// Tests that are explained at most, unless `-v` asks for all.
const SHOWN: usize = 10;

/// Names that are offered where none fits.
const OFFERED: usize = 5;

/// Explains the tests that answer to the name.
pub(super) fn run(args: &ExplainArgs, environment: &Environment) -> ExitCode {
    let settings = match ExplainSettings::resolve(&args.import, environment) {
        Ok(settings) => settings,
        Err(invalid) => {
            Streams::default().invalid_settings(&invalid);
            return ExitCode::Usage;
        }
    };
    let streams = Streams::new(&settings.terminal);
    log::start(&settings.terminal);
    let found = reports::find(&environment.directory, &settings.reading, &settings.mapping);
    let cargo = Cargo::of_environment(environment);
    let (_, records) = reports::read(
        found,
        None,
        &settings.reading.limits,
        &settings.mapping,
        &cargo,
        &environment.directory,
        &Progress::default(),
    );
    let mut ending = ExitReasons::default();
    for warning in settings.notes.warnings.iter().chain(&records.warnings) {
        streams.warning(warning);
    }
    if let Some(too_few) = reports::judge(&records, &settings.reading, &mut ending) {
        streams.error(&anyhow::Error::msg(too_few.message()), Some(too_few.hint()));
    }
    let chosen = chosen(&records, &args.name);
    if chosen.is_empty() {
        if !records.tests.is_empty() {
            let error = anyhow::anyhow!("no test of these reports is called {:?}", args.name);
            streams.error(&error, offer(&records, &args.name).as_deref());
            ending.add(ExitCode::Usage);
        }
        return ending.exit();
    }
    let actions = match &settings.connection {
        None => None,
        Some(connection) => {
            let judged =
                connect::with_client(connection, &settings.limits, async |client, remote| {
                    actions(client, remote, &records.tests, &settings).await
                });
            match judged {
                Ok(Ok(actions)) => Some(actions),
                Ok(Err(error)) => {
                    let (exit, hint) = connect::exit_code_for_target(&error);
                    ending.add(exit);
                    streams.error(&anyhow::Error::new(error), Some(hint));
                    None
                }
                Err(error) => {
                    ending.add(ExitCode::Incomplete);
                    streams.error(&error, None);
                    None
                }
            }
        }
    };
    let all = settings.terminal.verbosity >= Verbosity::Verbose;
    let shown = if all { chosen.len() } else { chosen.len().min(SHOWN) };
    let explanations: Vec<Explanation<'_>> = chosen[..shown]
        .iter()
        .map(|&index| Explanation {
            test: &records.tests[index],
            action: actions.as_ref().and_then(|actions| actions.get(index).cloned()),
        })
        .collect();
    let mut text =
        render(&explanations, &settings.mapping.namespace, &settings.terminal.text_options());
    if shown < chosen.len() {
        text += &format!(
            "\n… and {} more: say more of the name, or -v for all\n",
            chosen.len() - shown
        );
    }
    if settings.connection.is_none() {
        text += "\nthe project was not looked at, as there is no token: TQ_ACCESS_TOKEN or --sandbox lets it be\n";
    }
    if let Err(error) = streams.result(&text) {
        let error = anyhow::Error::new(error).context("cannot write to standard output");
        streams.error(&error, None);
        ending.add(ExitCode::Incomplete);
    }
    ending.exit()
}

/// The tests that answer to `name`: by identity, else wholly by their names, else by a part of what they are called.
fn chosen(records: &Records, name: &str) -> Vec<usize> {
    let all = |fits: &dyn Fn(&TestRecord) -> bool| -> Vec<usize> {
        let tests = records.tests.iter().enumerate();
        tests.filter(|(_, test)| fits(test)).map(|(index, _)| index).collect()
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
        let classname = test.classname.as_deref().unwrap_or_default();
        let called = [test.container.join("/"), test.folder.join("/"), classname.to_owned()];
        text::fold(&test.name).contains(&wanted)
            || called.iter().any(|called| {
                text::fold(called).contains(&wanted)
                    || ["/", ".", "::", " > ", " "].iter().any(|between| {
                        text::fold(&format!("{called}{between}{}", test.name)).contains(&wanted)
                    })
            })
    })
}

/// Names that are most like `name`.
fn offer(records: &Records, name: &str) -> Option<String> {
    let wanted = text::fold(name);
    let mut scored: Vec<(f64, &str)> = records
        .tests
        .iter()
        .map(|test| (strsim::jaro_winkler(&wanted, &text::fold(&test.name)), &*test.name))
        .collect();
    scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    scored.dedup_by_key(|(_, name)| *name);
    let names: Vec<String> = scored
        .iter()
        .take(OFFERED)
        .map(|(_, name)| format!("{:?}", text::cut(name, 100)))
        .collect();
    (!names.is_empty()).then(|| {
        let names = escape::terminal(&names.join(", ")).into_owned();
        format!("there is {names}; `tq-import inspect -v` lists all")
    })
}

/// What an import would do about every one of the `tests`.
async fn actions(
    client: &Client,
    remote: &Remote,
    tests: &[TestRecord],
    settings: &ExplainSettings,
) -> Result<Vec<ExplainedAction>, TargetError> {
    let target = Target::find(client, &remote.project).await?;
    let (snapshot, plan) = read_and_plan(client, &target, tests, &settings.planning).await?;
    Ok(plan.tests.iter().map(|test| action(test, &plan, &snapshot)).collect())
}

fn action(test: &TestPlan, plan: &ChangePlan, snapshot: &Snapshot) -> ExplainedAction {
    let row = |id: &crate::api::ids::TestId| {
        let row = snapshot.tests.get(id)?;
        let of_folder = snapshot.tests_in_folder.iter().filter(|(_, tests)| tests.contains(id));
        let folder = of_folder.map(|(folder, _)| *folder).min();
        let path = folder.map(|folder| snapshot.folders.path(folder)).unwrap_or_default();
        Some((id.number(), row.name.to_string(), path))
    };
    let placed = |folder| {
        let path = plan.folders.get(folder).path.join(" / ");
        format!("it stands in no folder, and would be placed in {path}")
    };
    match test {
        TestPlan::Create { folder, reason, steps } => {
            let mut also = Vec::new();
            if plan.folders.suite(*folder).is_none() {
                also.push("its folder would be created as well".to_owned());
            }
            if *steps == 0 {
                also.push("it would have no step (--no-steps)".to_owned());
            }
            ExplainedAction { what: "would create it", why: (*reason).to_owned(), row: None, also }
        }
        TestPlan::Adopt { id, reason, place } => ExplainedAction {
            what: "would adopt a test that people made",
            why: (*reason).to_owned(),
            row: row(id),
            also: place.map(placed).into_iter().collect(),
        },
        TestPlan::Matched { id, place, steps, overridden } => {
            let mut also: Vec<String> = place.map(placed).into_iter().collect();
            if !steps.is_empty() {
                also.push(format!("it lacks {} of its steps, which would be created", steps.len()));
            }
            if *overridden {
                also.push(
                    "somebody switched it off (it is not automated any more): it stays so"
                        .to_owned(),
                );
            }
            let what = if also.is_empty() { "would leave it as it is" } else { "has matched it" };
            ExplainedAction {
                what,
                why: "this test bears its identity".to_owned(),
                row: row(id),
                also,
            }
        }
    }
}
