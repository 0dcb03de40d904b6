//! What is searched: importers, servers, faults; and that each rule is needed.

use std::cell::Cell;

use super::Rule;
use super::importer::Outcome;
use super::search::{Budget, Search};
use super::world::{Fill, Server};

/// Fills runs and keeps versions, as the sandbox does.
const SERVER: Server =
    Server { fills: Fill::AtOnce, checks_epochs: false, keeps_versions: true, brings_steps: true };

/// Each has another way to fill runs, and to guard rows.
const SERVERS: [Server; 4] = [
    SERVER,
    Server { fills: Fill::Later, ..SERVER },
    Server { fills: Fill::Never, brings_steps: false, ..SERVER },
    Server { checks_epochs: true, keeps_versions: false, ..SERVER },
];

/// Two jobs that saw the same.
const EQUAL: &[&[Outcome]] = &[&[(0, 1, true)], &[(0, 1, true)]];

/// Two shards that both ran a test, with different outcomes.
const SHARDS: &[&[Outcome]] = &[&[(0, 1, true), (1, 1, true)], &[(1, 1, false)]];

/// A failure, and the attempt after it.
const ATTEMPTS: &[&[Outcome]] = &[&[(0, 1, false)], &[(0, 2, true)]];

fn search(
    server: Server,
    reports: &'static [&'static [Outcome]],
    budget: Budget,
) -> Search<'static> {
    let tests = reports.iter().flat_map(|report| *report).map(|outcome| outcome.0 + 1).max();
    Search {
        server,
        tests: tests.unwrap_or(0),
        reports,
        closes: false,
        budget,
        without: None,
        tells: Cell::new(false),
    }
}

fn on_every_server(reports: &'static [&'static [Outcome]], budget: &Budget) -> usize {
    SERVERS.iter().map(|server| search(*server, reports, budget.clone()).holds()).sum()
}

fn calm() -> Budget {
    Budget::default()
}

#[test]
fn two_jobs_record_into_one_run() {
    for reports in [EQUAL, SHARDS, ATTEMPTS] {
        println!("calm: {} states", on_every_server(reports, &calm()));
    }
}

#[test]
fn jobs_are_killed_and_answers_lost() {
    for reports in [EQUAL, SHARDS, ATTEMPTS] {
        let budget = Budget { lost: 1, kills: 1, ..calm() };
        println!("lost and killed: {} states", on_every_server(reports, &budget));
    }
}

#[test]
fn requests_are_executed_late() {
    let budget = Budget { late: 1, ..calm() };
    let search = |server: &Server| search(*server, ATTEMPTS, budget.clone()).holds();
    println!("late: {} states", [SERVER, SERVERS[3]].iter().map(search).sum::<usize>());
}

#[test]
fn three_jobs_record_into_one_run() {
    let reports: &[&[Outcome]] = &[&[(0, 1, true)], &[(0, 1, true)], &[(0, 2, false)]];
    println!("three: {} states", search(SERVER, reports, calm()).holds());
}

#[test]
fn a_list_does_not_show_a_run_yet() {
    let budget = Budget { hidden: 1, ..calm() };
    println!("hidden: {} states", on_every_server(EQUAL, &budget));
}

#[test]
fn a_person_fails_a_test_or_completes_the_run() {
    for budget in [Budget { edits: 1, ..calm() }, Budget { completes: 1, ..calm() }] {
        println!("person: {} states", on_every_server(ATTEMPTS, &budget));
    }
}

#[test]
fn one_job_completes_the_run_while_another_records() {
    let states = SERVERS.iter().map(|server| {
        let budget = Budget { lost: 1, ..calm() };
        Search { closes: true, ..search(*server, ATTEMPTS, budget) }.holds()
    });
    println!("completed: {} states", states.sum::<usize>());
}

/// The first fault without `rule`; with it, there is none.
fn fault_without(
    rule: Rule,
    server: Server,
    reports: &'static [&'static [Outcome]],
    budget: Budget,
) -> String {
    search(server, reports, budget.clone()).holds();
    let search = Search { without: Some(rule), ..search(server, reports, budget) };
    let (fault, way) = search.run().fault.unwrap_or_else(|| panic!("no fault without {rule:?}"));
    println!("without {rule:?}: {fault}, after {} requests", way.len());
    fault
}

#[test]
fn results_are_read_once_more_after_the_run_was_completed() {
    let without = Some(Rule::ReadAfterClosing);
    let search = Search { closes: true, without, ..search(SERVER, ATTEMPTS, calm()) };
    let (fault, _) = search.run().fault.unwrap();
    assert!(fault.contains("reported success"), "{fault}");
}

#[test]
fn the_run_with_the_lowest_id_wins() {
    let fault = fault_without(Rule::LowestWins, SERVER, EQUAL, calm());
    assert!(fault.contains("open runs"), "{fault}");
}

#[test]
fn nothing_is_recorded_in_a_run_that_was_not_read_back() {
    let fault = fault_without(Rule::ReadBackRun, SERVER, EQUAL, calm());
    assert!(fault.contains("open runs"), "{fault}");
}

#[test]
fn the_runs_are_read_again_after_recording() {
    let budget = Budget { hidden: 1, ..calm() };
    let fault = fault_without(Rule::ElectAgain, SERVER, ATTEMPTS, budget);
    assert!(fault.contains("reported success"), "{fault}");
}

#[test]
fn what_was_overwritten_is_joined() {
    let fault = fault_without(Rule::JoinOverwritten, SERVER, ATTEMPTS, calm());
    assert!(fault.contains("reported success"), "{fault}");
}

#[test]
fn rows_are_read_after_they_were_written() {
    let budget = Budget { late: 1, ..calm() };
    let fault = fault_without(Rule::Verify, SERVER, ATTEMPTS, budget);
    assert!(fault.contains("reported success"), "{fault}");
}

#[test]
fn a_run_with_results_is_kept() {
    let budget = Budget { hidden: 1, edits: 1, ..calm() };
    let fault = fault_without(Rule::KeepRecorded, SERVER, EQUAL, budget);
    assert!(fault.contains("is gone"), "{fault}");
}

#[test]
fn results_that_exist_twice_are_deleted() {
    let fault = fault_without(Rule::RemoveDuplicates, SERVERS[2], EQUAL, calm());
    assert!(fault.contains("has 2 results"), "{fault}");
}
