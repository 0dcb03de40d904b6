//! Folder by folder: what was changed, what is stale, what reports hold.

use std::collections::BTreeMap;

use super::escape::code;
use super::page::{List, Page, TABLE_END, path, table_head, table_row};
use super::{cut, left_out};
use crate::summary::layout::count;
use crate::summary::{ChangeAction, ChangeKind, StaleTest, Summary};
use test_reports::formats::model::Outcome;
use test_reports::record::{FileCounts, TestRecord};

/// What happens to the tests of one folder, and to itself.
#[derive(Default)]
struct Changed {
    own: Option<ChangeAction>,
    tests: [usize; ACTIONS.len()],
    steps: usize,
}

const ACTIONS: [(ChangeAction, &str); 5] = [
    (ChangeAction::Create, "create"),
    (ChangeAction::Adopt, "adopt"),
    (ChangeAction::Place, "place"),
    (ChangeAction::Move, "move"),
    (ChangeAction::Delete, "delete"),
];

pub(super) fn changes(page: &mut Page, summary: &Summary) {
    let mut folders: BTreeMap<&[String], Changed> = BTreeMap::new();
    for change in &summary.changes {
        let folder = folders.entry(&change.path).or_default();
        match change.kind {
            ChangeKind::Folder => folder.own = Some(change.action),
            ChangeKind::Step | ChangeKind::Place => folder.steps += 1,
            ChangeKind::Test => {
                let action = ACTIONS.iter().position(|(action, _)| *action == change.action);
                folder.tests[action.unwrap_or_default()] += 1;
            }
        }
    }
    if folders.is_empty() {
        return;
    }
    let folders: Vec<(&[String], Changed)> = folders.into_iter().collect();
    let occurs = |action: usize| folders.iter().any(|(_, changed)| changed.tests[action] > 0);
    let actions: Vec<usize> = (0..ACTIONS.len()).filter(|&action| occurs(action)).collect();
    let with_steps = folders.iter().any(|(_, changed)| changed.steps > 0);
    let mut columns = vec!["folder"];
    columns.extend(actions.iter().map(|&action| ACTIONS[action].1));
    if with_steps {
        columns.push("steps, places");
    }
    let title = if summary.dry_run { "Planned changes" } else { "Changes" };
    let changes = count(summary.changes.len(), "change");
    let before = format!(
        "<details>\n<summary>{title}: {changes} in {}</summary>\n{}",
        count(folders.len(), "folder"),
        table_head(&columns)
    );
    let after = format!("{TABLE_END}\n</details>");
    let list = List { before: &before, after: &after, share: 10, most: 500 };
    let row = |(folder, changed): &(&[String], Changed)| {
        let mut cells = vec![folder_cell(folder, changed.own)];
        cells.extend(actions.iter().map(|&action| number(changed.tests[action])));
        if with_steps {
            cells.push(number(changed.steps));
        }
        table_row(&cells)
    };
    page.list(&folders, &list, row, |rest| left_out(rest, "folder"));
}

fn folder_cell(folder: &[String], own: Option<ChangeAction>) -> String {
    let own = match own {
        None => "",
        Some(ChangeAction::Create) => " (new)",
        Some(ChangeAction::Adopt) => " (adopted)",
        Some(ChangeAction::Place | ChangeAction::Move) => " (moved)",
        Some(ChangeAction::Delete) => " (stood twice)",
    };
    format!("{}{own}", path(folder.iter().map(String::as_str)))
}

/// Nothing for 0: a table of changes is read faster so.
fn number(number: usize) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}

/// Tests of the namespace that no report names.
pub(super) fn stale(page: &mut Page, stale: &[StaleTest]) {
    if stale.is_empty() {
        return;
    }
    let before = format!(
        "<details>\n<summary>{} of this namespace in no report</summary>\n<ul>\n",
        count(stale.len(), "test")
    );
    let list = List { before: &before, after: "</ul>\n</details>", share: 5, most: 500 };
    let item = |StaleTest { identity: _, folder, name }: &StaleTest| {
        let path = path(folder.iter().map(String::as_str));
        format!("<li>{path} / {}</li>\n", code(&cut(name)))
    };
    page.list(stale, &list, item, |rest| left_out(rest, "test"));
}

/// The folders that an import would place new tests in.
pub(super) fn inspected(page: &mut Page, tests: &[TestRecord]) {
    let mut folders: BTreeMap<&[String], [usize; 5]> = BTreeMap::new();
    for test in tests {
        let counts = folders.entry(&test.folder).or_default();
        counts[0] += 1;
        let outcome = match test.outcome {
            Outcome::Failed => 1,
            Outcome::Errored => 2,
            Outcome::Passed => 3,
            Outcome::Skipped => 4,
        };
        counts[outcome] += 1;
    }
    if folders.is_empty() {
        return;
    }
    let folders: Vec<(&[String], [usize; 5])> = folders.into_iter().collect();
    let before = format!(
        "<details>\n<summary>Folders: {} in {}</summary>\n{}",
        count(tests.len(), "test"),
        count(folders.len(), "folder"),
        table_head(&["folder", "tests", "failed", "errored", "passed", "skipped"])
    );
    let after = format!("{TABLE_END}\n</details>");
    let list = List { before: &before, after: &after, share: 10, most: 1000 };
    let row = |(folder, counts): &(&[String], [usize; 5])| {
        let mut cells = vec![folder_cell(folder, None)];
        cells.extend(counts.iter().map(|&count| number(count)));
        table_row(&cells)
    };
    page.list(&folders, &list, row, |rest| left_out(rest, "folder"));
}

/// The report files.
pub(super) fn files(page: &mut Page, files: &[FileCounts]) {
    if files.is_empty() {
        return;
    }
    let before = format!(
        "<details>\n<summary>{}</summary>\n{}",
        count(files.len(), "report"),
        table_head(&["report", "cases", "failures", "errors", "skipped"])
    );
    let after = format!("{TABLE_END}\n</details>");
    let list = List { before: &before, after: &after, share: 5, most: 500 };
    let row = |file: &FileCounts| {
        let tool = match file.tool {
            "unknown" => String::new(),
            tool => format!(" of {tool}"),
        };
        table_row(&[
            format!("{}{tool}", code(&cut(&file.shown_path()))),
            number(file.tests),
            number(file.failures),
            number(file.errors + file.suite_errors),
            number(file.skipped),
        ])
    };
    page.list(files, &list, row, |rest| left_out(rest, "report"));
}
