//! What is searched: everything must hold. `cargo test convergence -- --nocapture` prints the number of states.

use super::search::{Budget, PersonAct, Search};
use super::world::{Deletion, FolderMembership, ROOT, Row, Step, Suite, Test, World};

/// One test in one folder, with one step.
pub(super) const ONE: &[(u8, usize)] = &[(0, 1)];

/// The same with two steps.
pub(super) const TWO_STEPS: &[(u8, usize)] = &[(0, 2)];

/// One test in a folder, and one in the folder below.
pub(super) const NESTED: &[(u8, usize)] = &[(0, 1), (1, 1)];

pub(super) const DELETIONS: [Deletion; 2] = [Deletion::Cascades, Deletion::Leaves];

/// Nothing goes wrong.
pub(super) fn calm() -> Budget {
    Budget::default()
}

/// What two imports of the same time can leave if both are killed: the folder twice (suites 1 and 2), the test twice
/// (0 in the first, 1 in the second), its step twice.
pub(super) fn twinned() -> World {
    let mut world = World::empty();
    let first = world.add_suite(Suite { path: Some(0), ..World::plain_suite() });
    let second = world.add_suite(Suite { path: Some(0), ..World::plain_suite() });
    for suite in [first, second] {
        world.add_test(Test { record: Some(0), ..World::plain_test() }, suite);
    }
    world.steps = vec![World::plain_step(), World::plain_step()];
    world
}

/// The folder of a person beside ours: suite 3 of [`twinned`].
pub(super) fn with_folder_of_theirs(world: &mut World) -> Row {
    world.add_suite(Suite { parent: ROOT, theirs: true, ..World::plain_suite() })
}

/// A test of ours in a folder that was deleted, on a server that deletes places with folders, or not.
pub(super) fn lost() -> World {
    let mut world = World::empty();
    let gone = Suite { path: Some(0), deleted: true, ..World::plain_suite() };
    let suite = world.add_suite(gone);
    world.add_suite(Suite { path: Some(0), ..World::plain_suite() });
    world.add_test(Test { record: Some(0), ..World::plain_test() }, suite);
    world.steps = vec![World::plain_step()];
    world
}

/// A test of ours that stands twice in its folder.
pub(super) fn placed_twice() -> World {
    let mut world = twinned();
    world.suites.pop();
    world.tests.pop();
    world.places = vec![FolderMembership { suite: 1, test: 0, deleted: false }; 2];
    world.steps.pop();
    world
}

fn hold(what: &str, records: &[(u8, usize)], reports: &[&[u8]], budget: &Budget) {
    for deletion in DELETIONS {
        hold_from(what, &World::empty(), records, reports, budget, deletion);
    }
}

fn hold_from(
    what: &str,
    world: &World,
    records: &[(u8, usize)],
    reports: &[&[u8]],
    budget: &Budget,
    deletion: Deletion,
) {
    let states = Search::new(records, deletion).holds(world, reports, budget.clone());
    assert!(states > 1, "{what}: nothing happened");
    println!("{states:>9} states: {what}, deletion {deletion:?}, {budget:?}");
}

#[test]
fn two_imports_of_the_same_report() {
    let two: &[&[u8]] = &[&[0], &[0]];
    hold("two imports", ONE, two, &calm());
    let unlucky = Budget { lost: 1, late: 1, lagging: 1, kills: 1, ..calm() };
    hold("two imports", ONE, two, &unlucky);
    hold("two imports", ONE, two, &Budget { lagging: 2, kills: 2, ..calm() });
    hold("two imports of two steps", TWO_STEPS, two, &Budget { lost: 1, kills: 1, ..calm() });
}

#[test]
fn two_imports_that_read_list_by_list() {
    let by_list = Budget { list_by_list: true, ..calm() };
    let two: &[&[u8]] = &[&[0], &[0]];
    hold("two imports", ONE, two, &Budget { kills: 1, ..by_list.clone() });
    hold("two imports", ONE, two, &Budget { lagging: 1, ..by_list.clone() });
    hold("overlapping imports", NESTED, &[&[0], &[0, 1]], &by_list);
}

#[test]
fn two_imports_of_nested_folders() {
    let unlucky = Budget { lost: 1, lagging: 1, kills: 1, ..calm() };
    hold("two imports of nested folders", NESTED, &[&[0, 1], &[0, 1]], &unlucky);
    hold("imports of a folder and the one below", NESTED, &[&[0], &[1]], &unlucky);
}

/// The service may hide what stands in deleted folders or not: with three importers each fault is searched for one of both.
#[test]
fn three_imports_in_which_one_is_killed() {
    let budget = Budget { kills: 1, ..calm() };
    hold_from("three", &World::empty(), ONE, &[&[0], &[0], &[0]], &budget, Deletion::Leaves);
}

#[test]
fn three_imports_in_which_an_answer_is_lost() {
    let budget = Budget { lost: 1, ..calm() };
    hold_from("three", &World::empty(), ONE, &[&[0], &[0], &[0]], &budget, Deletion::Cascades);
}

#[test]
fn three_imports_in_which_a_read_lags() {
    let budget = Budget { lagging: 1, ..calm() };
    hold_from("three", &World::empty(), ONE, &[&[0], &[0], &[0]], &budget, Deletion::Leaves);
}

#[test]
fn what_killed_imports_left() {
    let unlucky = Budget { lagging: 1, kills: 1, ..calm() };
    for deletion in DELETIONS {
        for (what, world) in
            [("twins", twinned()), ("a lost test", lost()), ("two places", placed_twice())]
        {
            hold_from(what, &world, ONE, &[&[0], &[0]], &unlucky, deletion);
        }
    }
}

#[test]
fn a_person_who_edits_while_twins_are_healed() {
    let edits = Budget { person: vec![PersonAct::EditTest], ..calm() };
    let fills = Budget { person: vec![PersonAct::FillFolder], ..calm() };
    for deletion in DELETIONS {
        hold_from("an edit", &twinned(), ONE, &[&[0], &[0]], &edits, deletion);
        hold_from("a test of theirs", &twinned(), ONE, &[&[0], &[0]], &fills, deletion);
    }
}

/// What a person made of the rows of [`twinned`] stays.
#[test]
fn what_a_person_made_of_duplicates() {
    for (what, _, world) in super::rules::theirs() {
        for deletion in DELETIONS {
            hold_from(what, &world, ONE, &[&[0], &[0]], &calm(), deletion);
        }
    }
}

/// So that a world of the tests is what it says.
#[test]
fn worlds_are_as_they_are_called() {
    let world = twinned();
    assert_eq!((world.suites.len(), world.tests.len(), world.steps.len()), (3, 2, 2));
    assert!(lost().folders_of(0).next().is_none());
    let step: &Step = &placed_twice().steps[0];
    assert_eq!((step.test, placed_twice().folders_of(0).count()), (0, 2));
}
