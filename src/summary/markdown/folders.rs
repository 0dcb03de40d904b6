//! Tables by folder and by report: changes, stale tests, tests.

use super::cut;
use super::escape::code;
use super::page::{List, Page, path, table};
use crate::summary::layout::count;
use crate::summary::tree::Tree;
use crate::summary::{
    Change, ChangeAction, ChangeKind, ImportedTable, OutcomeCounts, Stale, Summary, headline,
};
use test_reports::record::{FileCounts, TestRecord};

/// The actions on tests, as columns.
const ACTIONS: [(ChangeAction, &str); 10] = [
    (ChangeAction::Create, "create"),
    (ChangeAction::Adopt, "adopt"),
    (ChangeAction::Relink, "carry over"),
    (ChangeAction::Unlink, "separate"),
    (ChangeAction::Update, "update"),
    (ChangeAction::Place, "place"),
    (ChangeAction::Retire, "retire"),
    (ChangeAction::Restore, "restore"),
    (ChangeAction::Move, "move"),
    (ChangeAction::Delete, "delete"),
];

pub(super) fn changes(page: &mut Page, summary: &Summary) {
    let changes = &summary.changes;
    let tree = Tree::new(changes, |change| &change.path);
    let folders = tree.flat();
    let on_tests =
        |change: &Change, action| change.kind == ChangeKind::Test && change.action == action;
    let others = |change: &Change| matches!(change.kind, ChangeKind::Step | ChangeKind::Place);
    let actions: Vec<(ChangeAction, &str)> = ACTIONS
        .into_iter()
        .filter(|(action, _)| changes.iter().any(|change| on_tests(change, *action)))
        .collect();
    let mut columns = vec!["folder"];
    columns.extend(actions.iter().map(|(_, name)| name));
    let with_others = changes.iter().any(others);
    if with_others {
        columns.push("steps, placements");
    }
    let title = format!(
        "{}: {} in {}",
        if summary.dry_run { "Planned changes" } else { "Changes" },
        count(changes.len(), "change"),
        count(folders.len(), "folder"),
    );
    let list = List { title: Some(title), share: 10, noun: "folder", ..List::BULLETS };
    table(page, list, &columns, &folders, |(folder, changes)| {
        let own = changes.iter().rfind(|change| change.kind == ChangeKind::Folder);
        let own = match own.map(|change| change.action) {
            None => "",
            Some(ChangeAction::Create) => " (new)",
            Some(ChangeAction::Adopt) => " (adopted)",
            Some(ChangeAction::Relink) => " (carried over)",
            Some(ChangeAction::Update) => " (updated)",
            Some(ChangeAction::Unlink) => " (separated)",
            Some(ChangeAction::Retire) => " (retired)",
            Some(ChangeAction::Restore) => " (restored)",
            Some(ChangeAction::Place | ChangeAction::Move) => " (moved)",
            Some(ChangeAction::Delete) => " (duplicate)",
        };
        let number = |counts: &dyn Fn(&Change) -> bool| {
            changes.iter().filter(|change| counts(change)).count()
        };
        let mut numbers: Vec<usize> =
            actions.iter().map(|(action, _)| number(&|change| on_tests(change, *action))).collect();
        if with_others {
            numbers.push(number(&others));
        }
        (format!("{}{own}", path(folder)), numbers)
    });
}

pub(super) fn stale(page: &mut Page, summary: &Summary) {
    let stale = &summary.stale;
    let tests = count(stale.len(), "test");
    let title = format!("Not in any report: {tests} in {}", summary.which_namespace());
    let list = List { title: Some(title), noun: "test", ..List::BULLETS };
    page.list(stale, &list, |Stale { identity: _, folder, name }| {
        format!("<li>{} / {}</li>\n", path(folder), code(&cut(name)))
    });
}

/// The folders in which an import would create the tests.
pub(super) fn inspected(page: &mut Page, tests: &[TestRecord]) {
    let tree = Tree::new(tests, |test| &test.class.folder);
    let folders = tree.flat();
    let title =
        format!("Folders: {} in {}", count(tests.len(), "test"), count(folders.len(), "folder"));
    let list = List { title: Some(title), share: 10, most: 1000, noun: "folder", ..List::BULLETS };
    let columns = ["folder", "tests", "failed", "errored", "passed", "skipped"];
    table(page, list, &columns, &folders, |(folder, items)| {
        let OutcomeCounts { tests, passed, failed, errored, skipped, flaky: _, duration_s: _ } =
            OutcomeCounts::of(items.iter().copied());
        (path(folder), vec![tests, failed, errored, passed, skipped])
    });
}

/// The `[[import]]` tables.
pub(super) fn tables(page: &mut Page, tables: &[ImportedTable]) {
    let title = format!("<code>[[import]]</code> tables: {}", tables.len());
    let list = List { title: Some(title), noun: "table", ..List::BULLETS };
    let columns = ["namespace", "reports", "tests", "failed", "errored", "passed", "skipped"];
    table(page, list, &columns, tables, |table| {
        let OutcomeCounts { tests, passed, failed, errored, skipped, flaky: _, duration_s: _ } =
            table.counts;
        let name = code(&cut(headline::table_name(table)));
        (name, vec![table.files, tests, failed, errored, passed, skipped])
    });
}

/// The report files.
pub(super) fn files(page: &mut Page, files: &[FileCounts]) {
    let list = List { title: Some(count(files.len(), "report")), noun: "report", ..List::BULLETS };
    let columns = ["report", "cases", "failures", "errors", "skipped"];
    table(page, list, &columns, files, |file| {
        let tool = match file.tool {
            "unknown" => String::new(),
            tool => format!(" of {tool}"),
        };
        let errors = file.errors + file.suite_errors;
        let path = format!("{}{tool}", code(&cut(&file.shown_path())));
        (path, vec![file.tests, file.failures, errors, file.skipped])
    });
}
