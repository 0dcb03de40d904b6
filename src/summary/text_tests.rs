use proptest::prelude::*;

use super::*;
use crate::summary::samples::{self, change, failure, flaw};
use crate::summary::{ChangeAction, ChangeKind, Ledger, Named, Reports, Requests, SummaryError};
use test_reports::identity::Identity;

fn plain(summary: &Summary, columns: Option<usize>, detail: Detail) -> String {
    let options = TextOptions { columns, detail, in_ci: false, errors_apart: false };
    anstream::adapter::strip_str(&render(summary, &options)).to_string()
}

fn verdict_of(summary: &Summary) -> String {
    let elsewhere = Summary { sandbox: None, ..summary.clone() };
    let text = plain(&elsewhere, None, Detail::Normal);
    text.lines().last().unwrap().to_owned()
}

#[test]
fn what_is_in_a_sandbox_can_be_looked_at() {
    let mut summary = samples::done();
    summary.sandbox = samples::everything().sandbox;
    let sandbox = summary.sandbox.as_mut().unwrap();
    // One line, however long: it is copied.
    sandbox.command = format!("tq-import sandbox --db '{} sandbox.db'", "long ".repeat(20));
    let last = |summary: &Summary, detail| {
        plain(summary, Some(80), detail).lines().last().unwrap().to_owned()
    };
    let command = summary.sandbox.clone().unwrap().command;
    assert_eq!(last(&summary, Detail::Normal), format!("look at it: {command}"));
    assert!(last(&summary, Detail::Brief).starts_with("complete:"));
    let dry = Summary { dry_run: true, complete: None, ..summary.clone() };
    assert!(last(&dry, Detail::Normal).starts_with("dry run:"));
    let nothing = Summary { project: None, ..summary };
    assert!(!plain(&nothing, None, Detail::Normal).contains("look at it"));
}

/// A dry run of what [`samples::done`] did.
fn dry_run() -> Summary {
    let mut summary = samples::done();
    summary.dry_run = true;
    summary.complete = None;
    summary.requests = Requests { get: 14, ..Requests::default() };
    summary
}

#[test]
fn all_went_well() {
    insta::assert_snapshot!(plain(&samples::done(), Some(80), Detail::Normal), @r"
    reports   3 files
    tests     1204: 1193 passed (2 flaky), 11 skipped, in 1 min 32 s
    cases     1210: 1204 tests, 4 merged (same test), 2 excluded (no test)
    project   Demo: 12 created, 3 adopted, 1 updated, 1188 unchanged (2 switched
              off)
    folders   1 created, 33 found
    steps     12 created
    requests  22 (14 GET, 5 POST, 3 PUT), 1 of them repeated, in 3.2 s

    complete: every test of these reports is in project Demo
    ");
    insta::assert_snapshot!(plain(&samples::done(), Some(80), Detail::Brief), @"complete: every test of these reports is in project Demo");
}

#[test]
fn nothing_to_do() {
    let mut summary = samples::done();
    summary.tests = Ledger { seen: 1, unchanged: 1, ..Ledger::default() };
    summary.reports = Reports { files: 1, tests: 1, passed: 1, ..Reports::default() };
    summary.suites.created = 0;
    summary.suites.matched = 1;
    summary.steps.created = 0;
    summary.changes.clear();
    summary.requests = Requests { get: 6, ..Requests::default() };
    insta::assert_snapshot!(plain(&summary, Some(80), Detail::Normal), @r"
    reports   1 file
    tests     1: 1 passed
    project   Demo: 1 unchanged
    folders   1 found
    requests  6 GET, in 3.2 s

    complete: every test of these reports is in project Demo
    ");
}

#[test]
fn much_went_wrong() {
    let summary = samples::everything();
    insta::assert_snapshot!("much_went_wrong_80", plain(&summary, Some(80), Detail::Normal));
    insta::assert_snapshot!("much_went_wrong_160", plain(&summary, Some(160), Detail::Normal));
    insta::assert_snapshot!("much_went_wrong_full", plain(&summary, Some(80), Detail::Full));
    insta::assert_snapshot!("much_went_wrong_brief", plain(&summary, Some(80), Detail::Brief));
}

#[test]
fn a_dry_run_shows_the_plan() {
    insta::assert_snapshot!(plain(&dry_run(), Some(80), Detail::Normal), @r"
    Planned changes to project Demo

    + create   1 folder, 1 test
    ~ adopt    1 test
    > place    1 test

      shop/
    >   opens  (no test bears its identity or stands in its folder under its name)
    +   cart/
    +     adds two items
        checkout/
    ~     pays by card  (the only test of that name in its folder)

    reports   3 files
    tests     1204: 1193 passed (2 flaky), 11 skipped, in 1 min 32 s
    cases     1210: 1204 tests, 4 merged (same test), 2 excluded (no test)
    project   Demo: 12 to create, 3 to adopt, 1 to update, 1188 unchanged (2
              switched off)
    folders   1 to create, 33 found
    steps     12 to create
    requests  14 GET, in 3.2 s

    next: the same command without --dry-run or --check makes these changes

    dry run: nothing was written; 4 changes to project Demo are planned
    ");
}

#[test]
fn a_long_plan_is_cut_and_says_so() {
    let mut summary = dry_run();
    summary.changes = (0..100)
        .map(|number| {
            let name = format!("test {number:03}");
            change(ChangeAction::Create, ChangeKind::Test, &["shop"], &name)
        })
        .collect();
    let text = plain(&summary, Some(80), Detail::Normal);
    assert!(text.contains("… and 41 more changes (-v shows all)"), "{text}");
    assert!(text.contains("100 changes to project Demo are planned"), "{text}");
    assert!(!plain(&summary, Some(80), Detail::Full).contains('…'));
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let mut summary = samples::done();
    summary.failures = (0..21)
        .map(|number| failure(&["shop"], &format!("test {number}"), "no", "a.js", number))
        .collect();
    let text = plain(&summary, Some(80), Detail::Normal);
    assert!(text.contains("21 tests failed\n"), "{text}");
    assert!(text.contains("… and 11 more (-v shows all)"), "{text}");
    assert!(plain(&summary, Some(80), Detail::Full).contains("test 20"));
}

#[test]
fn the_last_line_is_the_verdict() {
    let decisions: Vec<String> = [
        samples::done(),
        Summary {
            exit_code: 4,
            reports: Reports { failed: 1, ..samples::done().reports },
            ..samples::done()
        },
        Summary {
            exit_code: 3,
            reports: Reports {
                damaged: vec![flaw("a.xml", 1, 1, "cut")],
                ..samples::done().reports
            },
            ..samples::done()
        },
        Summary { tests: Ledger { ignored: 3, ..Ledger::default() }, ..samples::done() },
        samples::everything(),
        Summary { complete: Some(false), exit_code: 1, ..samples::done() },
        Summary {
            interrupted: true,
            complete: Some(false),
            exit_code: 130,
            tests: Ledger { refused: 700, ..Ledger::default() },
            ..samples::done()
        },
        Summary { project: None, complete: Some(false), exit_code: 7, ..samples::done() },
        Summary {
            project: None,
            interrupted: true,
            complete: Some(false),
            exit_code: 143,
            ..samples::done()
        },
        Summary { reports: Reports::default(), ..samples::done() },
        Summary {
            reports: Reports::default(),
            project: None,
            complete: Some(true),
            ..samples::done()
        },
        dry_run(),
        Summary {
            exit_code: 5,
            changes: vec![change(ChangeAction::Create, ChangeKind::Test, &[], "a")],
            ..dry_run()
        },
        Summary { changes: Vec::new(), ..dry_run() },
        Summary { project: None, exit_code: 6, ..dry_run() },
    ]
    .iter()
    .map(verdict_of)
    .collect();
    insta::assert_snapshot!(decisions.join("\n"), @r"
    complete: every test of these reports is in project Demo
    complete: every test of these reports is in project Demo; exit code 4, because 1 test failed
    incomplete: 1 report is damaged; every test that could be read is in project Demo; exit code 3
    complete: every test of these reports is in project Demo, but for 3 that tq-import.toml ignores
    incomplete: 1 of 1204 tests is not confirmed in project Demo; exit code 1
    incomplete: what was read back from project Demo is not what the reports hold; exit code 1
    interrupted: 700 of 1204 tests are not confirmed in project Demo; exit code 130
    incomplete: nothing was written; exit code 7
    interrupted: nothing was written; exit code 143
    complete: the reports hold no test
    complete: the reports hold no test
    dry run: nothing was written; 4 changes to project Demo are planned
    dry run: nothing was written; 1 change to project Demo is planned; exit code 5
    dry run: nothing was written, and nothing would be written to project Demo
    dry run: nothing was written; exit code 6
    ");
}

#[test]
fn a_test_cannot_forge_a_workflow_command() {
    let mut summary = samples::everything();
    summary.failures[0].name = "::add-mask::x".to_owned();
    summary.failures[0].message = Some("##[error]gone\n::error::x".to_owned());
    summary.warnings = vec!["x ::error::y".to_owned()];
    for columns in [None, Some(40)] {
        let options =
            TextOptions { columns, detail: Detail::Full, in_ci: true, errors_apart: false };
        let text = anstream::adapter::strip_str(&render(&summary, &options)).to_string();
        assert!(!text.contains("##["), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_in_it_acts_on_a_terminal(text in any::<String>(), full in any::<bool>()) {
        let mut summary = samples::everything();
        summary.failures.push(failure(&[&text], &text, &text, &text, 1));
        summary.run_errors[0].name = text.clone();
        summary.run_errors[0].message = Some(text.clone());
        summary.reports.damaged.push(flaw(&text, 1, 1, &text));
        summary.reports.recovered.push(flaw(&text, 1, 1, &text));
        summary.project = Some(Named { id: 1, name: text.clone() });
        summary.warnings.push(text.clone());
        summary.errors.push(SummaryError { message: text.clone(), hint: Some(text.clone()) });
        summary.changes.push(change(ChangeAction::Create, ChangeKind::Test, &[&text], &text));
        summary.changes[0].identity = Some(Identity::of_test("", &[&text], &text));
        let detail = if full { Detail::Full } else { Detail::Normal };
        let shown = plain(&summary, Some(80), detail);
        prop_assert!(!shown.chars().any(|c| c != '\n' && test_reports::text::is_unprintable(c)), "{shown:?}");
    }
}
