use proptest::prelude::*;

use super::*;
use crate::summary::samples::{self, change, failure, flaw, records_of};
use crate::summary::{
    ChangeAction, ChangeKind, Ledger, Named, OutcomeCounts, Reports, Requests, SummaryError,
};
use test_reports::identity::Identity;
use test_reports::record::{IdentityOptions, Records};

fn plain(summary: &Summary, columns: Option<usize>, detail: Detail) -> String {
    let options = TextOptions { columns, detail, in_ci: false, errors_apart: false };
    anstream::adapter::strip_str(&render(summary, &options)).to_string()
}

fn last_line_of(summary: &Summary) -> String {
    let elsewhere = Summary { sandbox: None, ..summary.clone() };
    let text = plain(&elsewhere, None, Detail::Normal);
    text.lines().last().unwrap().to_owned()
}

#[test]
fn after_a_sandbox_import_the_last_line_shows_how_to_look_at_it() {
    let mut summary = samples::done();
    summary.sandbox = samples::everything().sandbox;
    let sandbox = summary.sandbox.as_mut().unwrap();
    // Not wrapped, because people copy it.
    sandbox.command = format!("tq-import sandbox --db '{} sandbox.db'", "long ".repeat(20));
    let last = |summary: &Summary, detail| {
        plain(summary, Some(80), detail).lines().last().unwrap().to_owned()
    };
    let command = summary.sandbox.clone().unwrap().command;
    assert_eq!(last(&summary, Detail::Normal), format!("view it: {command}"));
    assert!(last(&summary, Detail::Brief).starts_with("complete:"));
    let dry = Summary { dry_run: true, complete: None, ..summary.clone() };
    assert!(last(&dry, Detail::Normal).starts_with("dry run:"));
    let nothing = Summary { project: None, ..summary.clone() };
    assert!(!plain(&nothing, None, Detail::Normal).contains("view it"));
    // Nobody can look at the machine of a CI job afterwards.
    let in_ci = Summary { build: samples::everything().build, ..summary };
    assert!(!plain(&in_ci, None, Detail::Normal).contains("view it"));
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
fn a_complete_import() {
    insta::assert_snapshot!(plain(&samples::done(), Some(80), Detail::Normal), @r"
    reports   3 files
    tests     1,204: 1,193 passed (2 flaky), 11 skipped, in 1 min 32 s
    cases     1,210: 1,204 tests, 4 merged (same test), 2 excluded (not a test)
    project   Demo: 12 created, 3 adopted, 1 updated, 1,188 unchanged (2 no longer
              automated)
    folders   1 created, 33 found
    steps     12 created
    requests  22 (14 GET, 5 POST, 3 PUT), 1 retried, in 3.2 s

    complete: every test in the reports is in project Demo
    ");
    insta::assert_snapshot!(plain(&samples::done(), Some(80), Detail::Brief), @"complete: every test in the reports is in project Demo");
}

#[test]
fn an_unchanged_import() {
    let mut summary = samples::done();
    summary.tests = Ledger { seen: 1, unchanged: 1, ..Ledger::default() };
    summary.reports = Reports {
        files: 1,
        counts: OutcomeCounts { tests: 1, passed: 1, ..OutcomeCounts::default() },
        ..Reports::default()
    };
    summary.suites.created = 0;
    summary.suites.matched = 1;
    summary.suites.linked = 1;
    summary.steps.created = 0;
    summary.changes.clear();
    summary.requests = Requests { get: 6, ..Requests::default() };
    assert!(
        plain(&summary, Some(80), Detail::Normal).contains("folders   1 found, 1 adopted\n"),
        "people made it"
    );
    summary.suites.linked = 0;
    insta::assert_snapshot!(plain(&summary, Some(80), Detail::Normal), @r"
    reports   1 file
    tests     1: 1 passed
    project   Demo: 1 unchanged
    folders   1 found
    requests  6 GET, in 3.2 s

    complete: every test in the reports is in project Demo
    ");
}

#[test]
fn an_import_with_many_problems() {
    let summary = samples::everything();
    insta::assert_snapshot!("many_problems_80", plain(&summary, Some(80), Detail::Normal));
    insta::assert_snapshot!("many_problems_160", plain(&summary, Some(160), Detail::Normal));
    insta::assert_snapshot!("many_problems_full", plain(&summary, Some(80), Detail::Full));
    insta::assert_snapshot!("many_problems_brief", plain(&summary, Some(80), Detail::Brief));
}

#[test]
fn a_dry_run_shows_the_planned_changes() {
    insta::assert_snapshot!(plain(&dry_run(), Some(80), Detail::Normal), @r"
    Planned changes to project Demo

    + create   1 folder, 1 test
    ~ adopt    1 test
    > place    1 test

      shop/
    >   opens  (no test has its identity, or its name in its folder)
    +   cart/
    +     adds two items
        checkout/
    ~     pays by card  (the only test of that name in its folder)

    reports   3 files
    tests     1,204: 1,193 passed (2 flaky), 11 skipped, in 1 min 32 s
    cases     1,210: 1,204 tests, 4 merged (same test), 2 excluded (not a test)
    project   Demo: 12 to create, 3 to adopt, 1 to update, 1,188 unchanged (2 no
              longer automated)
    folders   1 to create, 33 found
    steps     12 to create
    requests  14 GET, in 3.2 s

    next: run the same command without --dry-run or --check to make these changes

    dry run: nothing was written; 4 changes planned for project Demo
    ");
}

#[test]
fn a_long_change_tree_is_shortened() {
    let mut summary = dry_run();
    summary.changes = (0..100)
        .map(|number| {
            let name = format!("test {number:03}");
            change(ChangeAction::Create, ChangeKind::Test, &["shop"], &name)
        })
        .collect();
    let text = plain(&summary, Some(80), Detail::Normal);
    assert!(text.contains("… and 41 more changes (-v shows all)"), "{text}");
    assert!(text.contains("100 changes planned for project Demo"), "{text}");
    assert!(!plain(&summary, Some(80), Detail::Full).contains('…'));
}

#[test]
fn long_lists_are_shortened() {
    let mut summary = samples::done();
    records_of(&mut summary).tests = (10..31)
        .map(|number| failure(&["shop"], &format!("test {number}"), "no", "a.js", number))
        .collect();
    let text = plain(&summary, Some(80), Detail::Normal);
    assert!(text.contains("21 tests failed\n"), "{text}");
    assert!(text.contains("… and 11 more (-v shows all)"), "{text}");
    assert!(plain(&summary, Some(80), Detail::Full).contains("test 30"));
}

#[test]
fn the_last_line_is_the_result() {
    let decisions: Vec<String> = [
        samples::done(),
        Summary {
            exit_code: 4,
            reports: Reports {
                counts: OutcomeCounts { failed: 1, ..samples::done().reports.counts },
                ..samples::done().reports
            },
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
    .map(last_line_of)
    .collect();
    insta::assert_snapshot!(decisions.join("\n"), @r"
    complete: every test in the reports is in project Demo
    complete: every test in the reports is in project Demo; exit code 4 because 1 test failed
    incomplete: 1 damaged report; every test that could be read is in project Demo; exit code 3
    complete: every test in the reports is in project Demo, except 3 that tq-import.toml ignores
    incomplete: could not verify 1 of 1,204 tests in project Demo; exit code 1
    incomplete: project Demo does not match the reports; exit code 1
    interrupted: could not verify 700 of 1,204 tests in project Demo; exit code 130
    incomplete: nothing was written; exit code 7
    interrupted: nothing was written; exit code 143
    complete: the reports contain no tests
    complete: the reports contain no tests
    dry run: nothing was written; 4 changes planned for project Demo
    dry run: nothing was written; 1 change planned for project Demo; exit code 5
    dry run: nothing was written; no changes planned for project Demo
    dry run: nothing was written; exit code 6
    ");
}

#[test]
fn a_test_cannot_forge_a_workflow_command() {
    let mut summary = samples::everything();
    let test = &mut records_of(&mut summary).tests[0];
    test.name = "::add-mask::x".into();
    std::sync::Arc::make_mut(&mut test.details).message =
        Some("##[error]gone\n::error::x".to_owned());
    summary.warnings = vec!["x ::error::y".to_owned()];
    for columns in [None, Some(40)] {
        let options =
            TextOptions { columns, detail: Detail::Full, in_ci: true, errors_apart: false };
        let text = anstream::adapter::strip_str(&render(&summary, &options)).to_string();
        assert!(!text.contains("##["), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
    }
}

fn inspected(records: Records, detail: Detail) -> String {
    let summary = Summary::of_reports(records, [&IdentityOptions::default()]);
    let options = TextOptions { columns: Some(80), detail, in_ci: false, errors_apart: false };
    anstream::adapter::strip_str(&inspection::render(&summary, &options)).to_string()
}

#[test]
fn an_inspection_shows_folders_counts_and_failures() {
    insta::assert_snapshot!(inspected(samples::records(), Detail::Normal), @r"
             shop/  4: 1 failed, 2 passed (1 flaky), 1 skipped
               cart/  2: 1 failed, 1 skipped
    failed       adds two items
                   expected 2 to equal 3
               checkout/  1: 1 passed (1 flaky)

    1 error outside tests (setup, collection, build)

      error    global set-up
               reports/b.xml
               no database

    1 damaged report: test cases may be missing

      damaged  reports/b.xml:12:1: the file ends inside <testsuite>

    1 flaky test

      shop / checkout
      flaky    pays by card

    reports   reports/a.xml  3 cases of vitest
              reports/b.xml  3 cases of vitest
    tests     4: 1 failed, 2 passed (1 flaky), 1 skipped, in 1.0 s
    cases     6: 4 tests, 2 merged (same test)

    warning: something to know

    inspected: 4 tests in 2 reports (1 damaged); nothing was sent
    ");
}

#[test]
fn a_full_inspection_shows_every_test() {
    insta::assert_snapshot!(inspected(samples::records(), Detail::Full), @r"
             shop/  4: 1 failed, 2 passed (1 flaky), 1 skipped
    passed     opens  250 ms  tqi-9898586b67afcbf9
               cart/  2: 1 failed, 1 skipped
    failed       adds two items  250 ms  tqi-fa9a232fb91cf4b9
                   expected 2 to equal 3
    skipped      removes an item  250 ms  tqi-752f544d1457df26
               checkout/  1: 1 passed (1 flaky)
    flaky        pays by card  250 ms  tqi-87f3a6d72349aee8

    1 error outside tests (setup, collection, build)

      error    global set-up
               reports/b.xml
               no database

    1 damaged report: test cases may be missing

      damaged  reports/b.xml:12:1: the file ends inside <testsuite>

    1 flaky test

      shop / checkout
      flaky    pays by card

    reports   reports/a.xml  3 cases of vitest
              reports/b.xml  3 cases of vitest
    tests     4: 1 failed, 2 passed (1 flaky), 1 skipped, in 1.0 s
    cases     6: 4 tests, 2 merged (same test)

    warning: something to know

    inspected: 4 tests in 2 reports (1 damaged); nothing was sent
    ");
}

#[test]
fn an_inspection_without_reports() {
    insta::assert_snapshot!(inspected(Records::default(), Detail::Normal), @r"
    reports   none
    tests     0

    inspected: 0 tests in 0 reports; nothing was sent
    ");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_data_acts_on_a_terminal(text in any::<String>(), full in any::<bool>()) {
        let mut summary = samples::everything();
        let records = records_of(&mut summary);
        records.tests.push(failure(&[&text], &text, &text, &text, 1));
        records.run_errors[0].name = text.clone();
        records.run_errors[0].message = Some(text.clone());
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
