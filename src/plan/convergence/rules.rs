//! Each rule is needed: without it the search finds what goes wrong.

use super::Rule;
use super::scenarios::{ONE, TWO_STEPS, calm, lost, placed_twice, twinned, with_folder_of_theirs};
use super::search::{Budget, PersonAct, Search, Watch};
use super::world::{Deletion, FolderMembership, Step, Test, World};
use crate::plan::dedup::{KeepReason, RowKind};
use test_reports::text;

const TWO: &[&[u8]] = &[&[0], &[0]];

const ALONE: &[&[u8]] = &[&[0]];

/// Says what went wrong first without `rule`.
fn fault_without(
    rule: Rule,
    world: &World,
    records: &[(u8, usize)],
    reports: &[&[u8]],
    budget: Budget,
    deletion: Deletion,
) -> String {
    // With the rule nothing goes wrong.
    Search::new(records, deletion).holds(world, reports, budget.clone());
    let found = Search::without(Some(rule), records, deletion).run(world, reports, budget);
    let (fault, way) = found.fault.unwrap_or_else(|| panic!("nothing goes wrong without {rule:?}"));
    println!("without {rule:?}: {}, after {} requests", text::cut(&fault, 80), way.len());
    fault
}

fn empty(rule: Rule, reports: &[&[u8]], budget: Budget) -> String {
    fault_without(rule, &World::empty(), ONE, reports, budget, Deletion::Cascades)
}

#[test]
fn the_lowest_id_stands() {
    let fault = empty(Rule::LowestStands, TWO, calm());
    assert!(fault.contains("stands in no folder"), "{fault}");
}

#[test]
fn nothing_is_put_into_a_folder_that_was_not_read_back() {
    let fault = empty(Rule::ElectBeforeFilling, TWO, calm());
    assert!(fault.contains("says that all is there, but"), "{fault}");
}

#[test]
fn a_create_without_an_answer_is_read_back() {
    // Healing makes the twin go later; but a lone import makes none in the first place.
    let budget = Budget { lost: 1, ..calm() };
    let comes_to = |rule| {
        let search = Search::without(rule, ONE, Deletion::Cascades);
        search.comes_to(Watch::Duplicates, ALONE, budget.clone())
    };
    assert!(comes_to(Some(Rule::ReadBackUnknown)));
    assert!(!comes_to(None));
}

#[test]
fn a_test_in_no_folder_is_looked_for_again() {
    // The second place goes later; but nobody makes it in the first place.
    let budget = Budget { list_by_list: true, ..calm() };
    let comes_to = |rule| {
        let search = Search::without(rule, ONE, Deletion::Cascades);
        search.comes_to(Watch::PlacedTwice, TWO, budget.clone())
    };
    assert!(comes_to(Some(Rule::LookForLost)));
    assert!(!comes_to(None));
}

#[test]
fn a_test_in_no_folder_is_placed() {
    let rule = Rule::PlaceWhatStandsNowhere;
    let fault = fault_without(rule, &lost(), ONE, ALONE, calm(), Deletion::Leaves);
    assert!(fault.contains("does not say that all is there"), "{fault}");
}

#[test]
fn of_two_places_one_goes() {
    let rule = Rule::OnePlace;
    let fault = fault_without(rule, &placed_twice(), ONE, ALONE, calm(), Deletion::Leaves);
    assert!(fault.contains("does not say that all is there"), "{fault}");
}

#[test]
fn the_first_step_comes_last() {
    let rule = Rule::FirstStepLast;
    let budget = Budget { kills: 1, ..calm() };
    let world = World::empty();
    let fault = fault_without(rule, &world, TWO_STEPS, ALONE, budget, Deletion::Cascades);
    assert!(fault.contains("step 2 of test 0 stands 0 times"), "{fault}");
}

#[test]
fn what_stands_in_a_folder_that_goes_moves() {
    // The test that stays came into the folder that goes: its creator did not see the other one yet.
    let mut world = twinned();
    (world.places[0].suite, world.places[1].suite) = (2, 1);
    let fault = fault_without(Rule::MoveOut, &world, ONE, ALONE, calm(), Deletion::Leaves);
    assert!(fault.contains("does not say that all is there"), "{fault}");
}

#[test]
fn a_test_is_looked_at_before_it_is_deleted() {
    let rule = Rule::LookBeforeDeletingTest;
    let budget = Budget { person: vec![PersonAct::EditTest], ..calm() };
    let fault = fault_without(rule, &twinned(), ONE, ALONE, budget, Deletion::Cascades);
    assert!(fault.contains("a person's test is gone"), "{fault}");
}

#[test]
fn a_folder_is_looked_into_before_it_is_deleted() {
    let rule = Rule::LookBeforeDeletingFolder;
    let budget = Budget { person: vec![PersonAct::FillFolder], ..calm() };
    let fault = fault_without(rule, &twinned(), ONE, ALONE, budget, Deletion::Cascades);
    assert!(fault.contains("a person's folder is gone"), "{fault}");
}

#[test]
fn a_folder_is_looked_into_after_it_was_deleted() {
    let rule = Rule::LookAfterDeletingFolder;
    let budget = Budget { person: vec![PersonAct::FillFolder], ..calm() };
    let fault = fault_without(rule, &twinned(), ONE, ALONE, budget, Deletion::Leaves);
    assert!(fault.contains("a person's folder is gone"), "{fault}");
}

#[test]
fn an_import_heals_before_it_says_that_all_is_there() {
    let fault = empty(Rule::HealAtTheEnd, TWO, calm());
    assert!(fault.contains("says that all is there, but"), "{fault}");
}

/// What a person may have made of the rows of [`twinned`], and the only doubt that keeps it.
pub(super) fn theirs() -> Vec<(&'static str, Rule, World)> {
    let keep = |kind, reason| Rule::KeepReason(kind, reason);
    let test = |what, reason, change: fn(&mut World)| {
        let mut world = twinned();
        world.tests[1].theirs = true;
        change(&mut world);
        (what, keep(RowKind::Test, reason), world)
    };
    let folder = |what, reason, change: fn(&mut World)| {
        let mut world = twinned();
        // Its test is no twin, so that the folder is all that this is about.
        world.tests.pop();
        world.places.pop();
        world.suites[2].theirs = true;
        change(&mut world);
        (what, keep(RowKind::Folder, reason), world)
    };
    let step = |what, reason, change: fn(&mut World)| {
        let mut world = twinned();
        world.steps[1].theirs = true;
        change(&mut world);
        (what, keep(RowKind::Step, reason), world)
    };
    vec![
        test("a test renamed", KeepReason::NotAsWritten, |world| world.tests[1].renamed = true),
        test("a test edited", KeepReason::Edited, |world| world.tests[1].edited = true),
        test("a test described", KeepReason::Described, |world| world.tests[1].described = true),
        test("a test cloned later", KeepReason::Late, |world| world.tests[1].late = true),
        test("a test in a run", KeepReason::InUse, |world| world.tests[1].used = true),
        test("a test with a step of theirs", KeepReason::Steps, |world| {
            world.steps.push(Step { test: 1, sequence: 2, ..World::plain_step() });
        }),
        test("a test in two folders", KeepReason::SeveralPlaces, |world| {
            // Beside the one that stays, twice: only the number speaks for a person.
            world.places.push(FolderMembership { suite: 1, test: 1, deleted: false });
            // A folder keeps what was put into two on purpose.
            world.suites[2].theirs = true;
        }),
        test("a test cloned into another folder", KeepReason::Elsewhere, |world| {
            world.places[1].suite = with_folder_of_theirs(world);
        }),
        folder("a folder renamed", KeepReason::NotAsWritten, |world| {
            world.suites[2].renamed = true
        }),
        folder("a folder described", KeepReason::Described, |world| {
            world.suites[2].described = true
        }),
        folder("a folder cloned later", KeepReason::Late, |world| world.suites[2].late = true),
        folder("a folder in another plan", KeepReason::SeveralPlaces, |world| {
            world.suites[2].elsewhere = true;
        }),
        folder("a folder cloned into another", KeepReason::Elsewhere, |world| {
            world.suites[2].parent = with_folder_of_theirs(world);
        }),
        folder("a test of ours beside a test of theirs", KeepReason::InUse, |world| {
            world.places[0].suite = 2;
            world.add_test(Test { theirs: true, ..World::plain_test() }, 2);
        }),
        step("a step reworded", KeepReason::NotAsWritten, |world| world.steps[1].reworded = true),
        step("a step edited", KeepReason::Edited, |world| world.steps[1].edited = true),
        step("a step cloned later", KeepReason::Late, |world| world.steps[1].late = true),
    ]
}

#[test]
fn each_doubt_keeps_a_persons_row() {
    for (what, rule, world) in theirs() {
        let fault = fault_without(rule, &world, ONE, ALONE, calm(), Deletion::Leaves);
        // Where a second rule still keeps the row, the import never comes to an end with it.
        let is_told = ["a person's", "does not say that all is there"];
        assert!(is_told.iter().any(|told| fault.contains(told)), "{what}: {fault}");
    }
}
