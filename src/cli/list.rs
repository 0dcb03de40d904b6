//! `tq-import list`: finds the names that a configuration needs. Reads only.

use std::collections::HashMap;

use anyhow::Context as _;
use serde::Serialize;

use crate::api::client::Client;
use crate::api::ids::{PlanId, TestId};
use crate::api::pages::list;
use crate::api::wire::{Plan, Project, Run};
use crate::progress::Progress;
use crate::snapshot::{Snapshot, Target, TargetError};
use crate::summary::escape;
use test_reports::identity::Identity;
use test_reports::text;

use super::args::values::{ListWhat, ReadyFormat};
use super::args::{ImportArgs, ListArgs};
use super::connect;
use super::exit::ExitCode;
use super::import::prepare;
use super::settings::{Environment, Remote, Settings};

/// A row of the list. Fields that a kind of row does not have are left out.
#[derive(Debug, Default, Serialize)]
struct Row {
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    name: String,
    /// The folder path; of a folder, its own. For a test in several folders, the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<Vec<String>>,
    /// The number of tests in a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    tests: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_automated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Identity>,
    /// The cycle of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    cycle: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_complete: Option<bool>,
}

/// The list in JSON.
#[derive(Serialize)]
struct Listing<'a> {
    schema_version: u32,
    what: &'static str,
    rows: &'a [Row],
}

/// Prints a list.
pub(super) fn run(args: &ListArgs, environment: &Environment) -> ExitCode {
    let ListArgs { what, filter, format, mut connection, terminal, network } = args.clone();
    if what == ListWhat::Projects && connection.project.is_none() && connection.sandbox.is_none() {
        // All of them are listed, so none has to be set.
        connection.project = Some("0".to_owned());
    }
    let args = ImportArgs { connection, terminal, network, ..ImportArgs::default() };
    let (settings, connection, streams) = match prepare(&args, environment, Settings::for_project) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let work = async |client: &Client, remote: &Remote| rows(client, remote, what).await;
    let rows = match connect::with_client(&connection, &settings.limits, &Progress::default(), work)
    {
        Ok(Ok(rows)) => rows,
        Ok(Err(error)) => {
            let (exit, hint) = connect::exit_code_for_target(&error);
            streams.error(&anyhow::Error::new(error), Some(hint));
            return exit;
        }
        Err(error) => {
            streams.error(&error, None);
            return connect::exit_code_for_connection(&error);
        }
    };
    let wanted = filter.as_deref().map(text::fold);
    let rows: Vec<Row> = rows
        .into_iter()
        .filter(|row| wanted.as_deref().is_none_or(|text| has(row, text)))
        .collect();
    let shown = match format {
        ReadyFormat::Text => rows.iter().map(line).collect::<String>(),
        ReadyFormat::Json => {
            let listing = Listing { schema_version: 1, what: word(what), rows: &rows };
            match serde_json::to_string_pretty(&listing).context("the list cannot be written") {
                Ok(json) => json + "\n",
                Err(error) => {
                    streams.error(&error, None);
                    return ExitCode::Incomplete;
                }
            }
        }
    };
    if rows.is_empty() && format == ReadyFormat::Text {
        streams.message(&format!("no {} found", word(what)));
    }
    streams.print(&shown)
}

fn word(what: ListWhat) -> &'static str {
    match what {
        ListWhat::Projects => "projects",
        ListWhat::Folders => "folders",
        ListWhat::Tests => "tests",
        ListWhat::Runs => "runs",
    }
}

/// Whether a row has `wanted`, which is folded, in what identifies it.
fn has(row: &Row, wanted: &str) -> bool {
    let path = row.path.as_ref().map(|path| path.join("/"));
    let identity = row.identity.map(|identity| identity.to_string());
    let texts = [Some(row.name.clone()), path, row.key.clone(), row.cycle.clone(), identity];
    let id = row.id.to_string();
    id == wanted || texts.into_iter().flatten().any(|text| text::fold(&text).contains(wanted))
}

/// A row for people.
fn line(row: &Row) -> String {
    let Row { id, key, name, path, tests, is_automated, identity, cycle, is_complete } = row;
    let mut parts = vec![key.clone().unwrap_or_else(|| id.to_string())];
    let path = path.as_ref().map(|path| path.join("/"));
    parts.push(match (path, tests) {
        (Some(path), Some(_)) => path,
        (Some(path), None) if !path.is_empty() => format!("{path}: {name}"),
        _ => name.clone(),
    });
    let facts = [
        tests.map(|tests| text::count(tests, "test")),
        cycle.as_ref().map(|cycle| format!("cycle {cycle}")),
        is_automated.filter(|is_automated| !is_automated).map(|_| "manual".to_owned()),
        identity.map(|identity| identity.to_string()),
        is_complete.filter(|is_complete| *is_complete).map(|_| "complete".to_owned()),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if !facts.is_empty() {
        parts.push(format!("({})", facts.join(", ")));
    }
    format!("{}\n", escape::terminal(&parts.join("  ")))
}

async fn rows(client: &Client, remote: &Remote, what: ListWhat) -> Result<Vec<Row>, TargetError> {
    if what == ListWhat::Projects {
        let projects: Vec<Project> = list(client, "").await?;
        let row = |project: Project| Row {
            id: project.id.number(),
            name: project.name,
            ..Row::default()
        };
        return Ok(projects.into_iter().map(row).collect());
    }
    let target = Target::find(client, &remote.project).await?;
    if what == ListWhat::Runs {
        return runs(client, &target).await;
    }
    let snapshot = Snapshot::read(client, &target).await?;
    Ok(if what == ListWhat::Folders { folders(&snapshot) } else { tests(&snapshot) })
}

async fn runs(client: &Client, target: &Target) -> Result<Vec<Row>, TargetError> {
    let filter = format!("project_id={}", target.project.id);
    let (runs, plans): (Vec<Run>, Vec<Plan>) =
        tokio::try_join!(list(client, &filter), list(client, &filter))?;
    let cycles: HashMap<PlanId, String> =
        plans.into_iter().map(|plan| (plan.id, plan.name)).collect();
    let of_project = runs.into_iter().filter(|run| run.project_id == target.project.id);
    let row = |run: Run| Row {
        id: run.id.number(),
        cycle: cycles.get(&run.plan_id).cloned(),
        name: run.name,
        is_complete: run.is_complete,
        ..Row::default()
    };
    Ok(of_project.map(row).collect())
}

fn folders(snapshot: &Snapshot) -> Vec<Row> {
    let tree = &snapshot.folders;
    let below_root = tree.live().filter(|(id, _)| *id != tree.root());
    let mut rows: Vec<Row> = below_root
        .map(|(id, folder)| Row {
            id: id.number(),
            name: folder.name.to_string(),
            path: Some(tree.path(id)),
            tests: Some(snapshot.tests_in_folder.get(&id).map_or(0, Vec::len)),
            identity: folder.identity,
            ..Row::default()
        })
        .collect();
    rows.sort_by(|a, b| (&a.path, a.id).cmp(&(&b.path, b.id)));
    rows
}

fn tests(snapshot: &Snapshot) -> Vec<Row> {
    let mut paths: HashMap<TestId, Vec<String>> = HashMap::new();
    for (folder, tests) in &snapshot.tests_in_folder {
        let path = snapshot.folders.path(*folder);
        for test in tests {
            let first = paths.entry(*test).or_insert_with(|| path.clone());
            if path < *first {
                first.clone_from(&path);
            }
        }
    }
    let mut rows: Vec<Row> = snapshot
        .tests
        .iter()
        .map(|(id, row)| Row {
            id: id.number(),
            key: row.key.map(|key| format!("TC-{key}")),
            name: row.name.to_string(),
            path: paths.remove(id),
            is_automated: row.is_automated,
            identity: row.identity,
            ..Row::default()
        })
        .collect();
    rows.sort_by(|a, b| (&a.path, &a.name, a.id).cmp(&(&b.path, &b.name, b.id)));
    rows
}
