//! Summaries for tests.

use std::sync::Arc;

use super::comparison::{ComparedTest, Comparison};
use super::{
    Build, Change, ChangeAction, ChangeKind, ChangedRow, CommandEnd, FileFlaw, ImportedTable,
    Ledger, LeftOver, Moved, MovedTest, Named, OutcomeCounts, RecordedCycle, RecordedRun, Reports,
    Requests, ResultLedger, SandboxPlace, Steps, Suites, Summary, SummaryError,
};
use crate::api::ids::TestId;
use test_reports::formats::model::{Flaw, Format, Outcome, Position, Seconds};
use test_reports::identity::Identity;
use test_reports::record::{
    Attempt, Details, FileCounts, Records, RunError, TestClass, TestRecord,
};

pub(super) fn flaw(path: &str, line: u32, column: u32, message: &str) -> FileFlaw {
    FileFlaw {
        path: Arc::from(path),
        shard: None,
        flaw: Flaw::new(Position { line, column }, message),
    }
}

/// A failed test.
pub(super) fn failure(
    folder: &[&str],
    name: &str,
    message: &str,
    file: &str,
    line: u32,
) -> TestRecord {
    let mut test = record(folder, name, Outcome::Failed);
    std::sync::Arc::make_mut(&mut test.details).message = Some(message.to_owned());
    Arc::make_mut(&mut test.class).file = Some(Arc::from(file));
    TestRecord { line: Some(line), ..test }
}

/// The records of `summary`, to be changed.
pub(super) fn records_of(summary: &mut Summary) -> &mut Records {
    Arc::make_mut(&mut summary.records)
}

pub(super) fn change(action: ChangeAction, kind: ChangeKind, path: &[&str], name: &str) -> Change {
    Change {
        action,
        kind,
        path: path.iter().map(|&name| name.to_owned()).collect(),
        name: name.to_owned(),
        identity: Some(Identity::of_test("", path, name)),
        reason: match action {
            ChangeAction::Adopt => "the only test of that name in its folder".into(),
            _ => "no test has its identity, or its name in its folder".into(),
        },
        row: ChangedRow::default(),
    }
}

/// A complete import of three reports into a project that held most of the tests.
pub(super) fn done() -> Summary {
    Summary {
        schema_version: 1,
        complete: Some(true),
        namespace: Some("shop".to_owned()),
        reports: Reports {
            files: 3,
            counts: OutcomeCounts {
                tests: 1204,
                passed: 1193,
                skipped: 11,
                flaky: 2,
                duration_s: 92.3,
                ..OutcomeCounts::default()
            },
            ..Reports::default()
        },
        project: Some(Named { id: 12080, name: "Demo".to_owned() }),
        root_plan: Some(Named { id: 7, name: "All tests".to_owned() }),
        suites: Suites { created: 1, matched: 33, linked: 0 },
        tests: Ledger {
            seen: 1210,
            created: 12,
            adopted: 3,
            updated: 1,
            unchanged: 1188,
            merged: 4,
            excluded: 2,
            overridden: 2,
            ..Ledger::default()
        },
        steps: Steps { created: 12 },
        requests: Requests { get: 14, post: 5, put: 3, delete: 0, retries: 1 },
        elapsed_s: 3.21,
        changes: vec![
            change(ChangeAction::Create, ChangeKind::Folder, &["shop", "cart"], "cart"),
            change(ChangeAction::Create, ChangeKind::Test, &["shop", "cart"], "adds two items"),
            change(ChangeAction::Adopt, ChangeKind::Test, &["shop", "checkout"], "pays by card"),
            change(ChangeAction::Place, ChangeKind::Test, &["shop"], "opens"),
        ],
        ..Summary::default()
    }
}

/// An import with an example of everything.
pub(super) fn everything() -> Summary {
    let mut summary = done();
    summary.build = Some(Build {
        provider: "GitHub Actions",
        branch: Some("fix/<cart>".to_owned()),
        commit: Some("1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d".to_owned()),
        pull_request: Some(12),
        url: Some("https://github.com/me/shop/actions/runs/7".to_owned()),
        source: Some("https://github.com/me/shop/blob/1a2b3c4/{path}#L{line}".to_owned()),
    });
    summary.command = Some(CommandEnd {
        program: "make".to_owned(),
        exit_code: 0,
        signal: None,
        elapsed_s: 12.5,
    });
    summary.imports = vec![ImportedTable {
        namespace: Some("shop".to_owned()),
        folder: vec!["Web".to_owned()],
        files: 3,
        counts: summary.reports.counts,
    }];
    summary.moved = vec![Moved {
        from: "shop.cart".to_owned(),
        to: "shop.basket".to_owned(),
        tests: 1,
        linked: true,
        pairs: vec![MovedTest {
            id: TestId::new(30_001),
            key: Some(12),
            name: "adds two items".to_owned(),
            identity: Identity::of_test("", &["shop.basket"], "adds two items"),
            former: Identity::of_test("", &["shop.cart"], "adds two items"),
        }],
    }];
    summary.left = vec![LeftOver {
        name: "works".to_owned(),
        reason: "2 new tests and 1 test no longer reported have this name".to_owned(),
        suggestion: None,
    }];
    summary.sandbox = Some(SandboxPlace {
        db: "/home/me/my sandbox.db".to_owned(),
        command: "tq-import sandbox --db 'my sandbox.db'".to_owned(),
    });
    summary.run = Some(RecordedRun {
        id: Some(40_001),
        name: "main #812 1a2b3c4 (tqr-9f86d081884c)".to_owned(),
        marker: "tqr-9f86d081884c".to_owned(),
        build: "me/shop/7".to_owned(),
        created: true,
        closed: true,
        cycle: RecordedCycle {
            id: Some(20_002),
            name: "shop".to_owned(),
            created: false,
            extended: 12,
        },
        ..RecordedRun::default()
    });
    summary.results = Some(ResultLedger {
        seen: 1204,
        recorded: 1190,
        updated: 3,
        kept: 1,
        unchanged: 9,
        refused: 1,
        not_executed: 40,
        statuses: vec![("Pass".to_owned(), 1190), ("Skip".to_owned(), 11), ("Fail".to_owned(), 3)],
        ..ResultLedger::default()
    });
    summary.comparison = Some(comparison());
    summary.exit_code = 1;
    summary.complete = Some(false);
    summary.reports.counts.passed = 1190;
    summary.reports.counts.failed = 2;
    summary.reports.counts.errored = 1;
    summary.tests.unchanged = 1187;
    summary.tests.refused = 1;
    summary.reports.recovered = vec![
        flaw("reports/jest.xml", 12, 40, "control character U+0008 removed"),
        flaw("reports/jest.xml", 13, 40, "control character U+0008 removed"),
    ];
    summary.reports.damaged = vec![flaw(
        "reports/TEST-shop.xml",
        1042,
        7,
        "the file ends inside <testcase>, cases after it are lost",
    )];
    records_of(&mut summary).tests = vec![
        failure(
            &["shop", "cart"],
            "adds two items to the cart",
            "\n  \u{1b}[31mexpected 2 to equal 3\u{1b}[39m\n  at cart.test.js:17",
            "tests/cart.test.js",
            17,
        ),
        failure(
            &["shop", "checkout", "payment by card, by bank transfer and by voucher"],
            "refuses a card that has expired, and says so in the language of the customer [de-AT]",
            "Timed out 5000 ms waiting for expect(locator).toHaveText(expected): Locator: getByRole('alert') Expected string: \"Die Karte ist abgelaufen\"",
            "tests/checkout.test.js",
            203,
        ),
        record(&["shop", "search"], "opens", Outcome::Errored),
        flaky(&["shop", "search"], "finds a word"),
    ];
    let trace =
        "AssertionError: expected 2 to equal 3\n  at cart.test.js:17\n\tat run (node:internal)\n";
    Arc::make_mut(&mut records_of(&mut summary).tests[0].details).trace = Some(trace.into());
    records_of(&mut summary).run_errors = vec![RunError {
        report: Arc::from("reports/jest.xml"),
        name: "\"before all\" hook".to_owned(),
        message: Some("connect ECONNREFUSED 127.0.0.1:5432".to_owned()),
        file: Some("tests/db.test.js".to_owned()),
        line: Some(3),
        is_case: true,
    }];
    summary.warnings = vec![
        "2 projects are called \"Demo\": the one with the lowest id, 12080, was taken".to_owned(),
    ];
    summary.errors = vec![SummaryError {
        message: "test \"a\" in folder \"shop\": POST /api/test: 422 Unprocessable Content: The name is too long."
            .to_owned(),
        hint: None,
    }];
    summary
}

pub(super) fn record(folder: &[&str], name: &str, outcome: Outcome) -> TestRecord {
    let message = (outcome == Outcome::Failed).then(|| "expected 2 to equal 3".to_owned());
    let details = Arc::new(Details { message, ..Details::default() });
    TestRecord {
        identity: Identity::of_test("", folder, name),
        name: name.into(),
        class: Arc::new(TestClass {
            container: folder.iter().map(|&part| part.to_owned()).collect(),
            folder: folder.iter().map(|&part| part.to_owned()).collect(),
            ..TestClass::default()
        }),
        duration: Seconds::new(0.25),
        line: None,
        cases: 1,
        group: 0,
        outcome,
        flaky: false,
        details,
    }
}

fn comparison() -> Comparison {
    let compared =
        |folder: &[&str], name: &str, outcomes: [Option<Outcome>; 2], times: [f64; 2]| {
            let [outcome_before, outcome] = outcomes;
            ComparedTest {
                identity: Identity::of_test("", folder, name).to_string(),
                folder: folder.iter().map(|&name| name.to_owned()).collect(),
                name: name.to_owned(),
                outcome_before,
                outcome,
                duration_before_s: Some(times[0]),
                duration_s: Some(times[1]),
            }
        };
    let [passed, failed] = [Some(Outcome::Passed), Some(Outcome::Failed)];
    let cart = ["shop", "cart"];
    Comparison {
        file: "main/tests.json".to_owned(),
        tests_before: 1203,
        newly_failing: vec![compared(
            &cart,
            "adds two items to the cart",
            [passed, failed],
            [0.2, 0.25],
        )],
        fixed: vec![compared(&cart, "empties the cart", [failed, passed], [0.2, 0.25])],
        still_failing: Vec::new(),
        new: vec![compared(&["shop"], "opens in dark mode", [None, passed], [0.0, 0.25])],
        gone: vec![compared(&["shop"], "opens in a frame", [passed, None], [0.25, 0.0])],
        slower: vec![compared(&["shop", "search"], "finds a word", [passed; 2], [0.4, 2.5])],
    }
}

/// A test that passed on its third attempt.
fn flaky(folder: &[&str], name: &str) -> TestRecord {
    let attempt = |outcome, message: Option<&str>| Attempt {
        outcome,
        duration_s: None,
        message: message.map(str::to_owned),
    };
    let attempts = vec![
        attempt(Outcome::Failed, Some("\n timed out\nafter 5 s")),
        attempt(Outcome::Errored, None),
        attempt(Outcome::Passed, None),
    ];
    let details = Arc::new(Details { attempts, ..Details::default() });
    TestRecord { flaky: true, details, ..record(folder, name, Outcome::Passed) }
}

/// The records of two reports, one of them damaged.
pub(super) fn records() -> Records {
    let file = |path: &str, damaged: Option<Flaw>| FileCounts {
        path: Arc::from(path),
        shard: None,
        group: 0,
        format: Format::Junit,
        tool: "vitest",
        tests: 3,
        failures: 1,
        errors: 0,
        skipped: 1,
        suite_errors: 0,
        recovered: Vec::new(),
        damaged,
    };
    Records {
        tests: vec![
            record(&["shop"], "opens", Outcome::Passed),
            record(&["shop", "cart"], "adds two items", Outcome::Failed),
            record(&["shop", "cart"], "removes an item", Outcome::Skipped),
            TestRecord {
                flaky: true,
                ..record(&["shop", "checkout"], "pays by card", Outcome::Passed)
            },
        ],
        run_errors: vec![RunError {
            report: Arc::from("reports/b.xml"),
            name: "global set-up".to_owned(),
            message: Some("no database".to_owned()),
            file: None,
            line: None,
            is_case: false,
        }],
        files: vec![
            file("reports/a.xml", None),
            file(
                "reports/b.xml",
                Some(Flaw::new(
                    Position { line: 12, column: 1 },
                    "the file ends inside <testsuite>",
                )),
            ),
        ],
        seen: 6,
        merged: 2,
        excluded: 0,
        stopped_early: Vec::new(),
        failed_fast: false,
        warnings: vec!["something to know".to_owned()],
    }
}
