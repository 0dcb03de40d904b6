//! The scenarios of the search. `cargo test convergence -- --nocapture` prints the number of states.

use super::Rule;
use super::search::{Budget, PersonAct, Search};
use super::world::{ALL_LISTS, Deletion, FolderMembership, ROOT, Row, Step, Suite, Test, World};
use crate::plan::dedup::{KeepReason, RowKind};

/// One test in one folder, with one step.
pub(super) const ONE: &[(u8, usize)] = &[(0, 1)];

/// One test with two steps.
pub(super) const TWO_STEPS: &[(u8, usize)] = &[(0, 2)];

/// One test in a folder, and one in a subfolder.
pub(super) const NESTED: &[(u8, usize)] = &[(0, 1), (1, 1)];

pub(super) const DELETIONS: [Deletion; 2] = [Deletion::Cascades, Deletion::Leaves];

/// Without faults.
pub(super) fn calm() -> Budget {
    Budget::default()
}

/// What two concurrent imports can leave behind if both are killed: the folder twice (suites 1 and 2), the test twice
/// (0 in the first, 1 in the second), its step twice.
pub(super) fn with_duplicates() -> World {
    let mut world = World::empty();
    let first = world.add_suite(Suite { path: Some(0), ..Suite::default() });
    let second = world.add_suite(Suite { path: Some(0), ..Suite::default() });
    for suite in [first, second] {
        world.add_test(Test { record: Some(0), ..Test::default() }, suite);
    }
    world.steps = vec![Step { sequence: 1, ..Step::default() }; 2];
    world
}

/// Adds a person's folder: suite 3 of [`with_duplicates`].
pub(super) fn add_folder_of_theirs(world: &mut World) -> Row {
    world.add_suite(Suite { parent: ROOT, theirs: true, ..Suite::default() })
}

/// A test of ours in a deleted folder.
pub(super) fn lost() -> World {
    let mut world = World::empty();
    let gone = Suite { path: Some(0), deleted: true, ..Suite::default() };
    let suite = world.add_suite(gone);
    world.add_suite(Suite { path: Some(0), ..Suite::default() });
    world.add_test(Test { record: Some(0), ..Test::default() }, suite);
    world.steps = vec![Step { sequence: 1, ..Step::default() }];
    world
}

/// A test of ours with two placements in its folder.
pub(super) fn placed_twice() -> World {
    let mut world = with_duplicates();
    world.suites.pop();
    world.tests.pop();
    world.places = vec![FolderMembership { suite: 1, test: 0, late: false, deleted: false }; 2];
    world.steps.pop();
    world
}

/// A test of ours that concurrent imports placed in a folder and in a duplicate of it.
pub(super) fn placed_in_both() -> World {
    let mut world = with_duplicates();
    world.tests.pop();
    world.places =
        [1, 2].map(|suite| FolderMembership { suite, test: 0, late: false, deleted: false }).into();
    world.steps.pop();
    world
}

/// A person's changes to the rows of [`with_duplicates`], and the only rule that keeps each.
pub(super) fn theirs() -> Vec<(&'static str, Rule, World)> {
    let keep = |kind, reason| Rule::KeepReason(kind, reason);
    let test = |what, reason, change: fn(&mut World)| {
        let mut world = with_duplicates();
        world.tests[1].theirs = true;
        change(&mut world);
        (what, keep(RowKind::Test, reason), world)
    };
    let folder = |what, reason, change: fn(&mut World)| {
        let mut world = with_duplicates();
        // The test is not a duplicate: only the folder matters.
        world.tests.pop();
        world.places.pop();
        world.suites[2].theirs = true;
        change(&mut world);
        (what, keep(RowKind::Folder, reason), world)
    };
    let step = |what, reason, change: fn(&mut World)| {
        let mut world = with_duplicates();
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
            world.steps.push(Step { test: 1, sequence: 2, ..Step::default() });
        }),
        test("a test in two folders", KeepReason::SeveralPlaces, |world| {
            // Both placements are beside the winner: only their number is a reason.
            let late = FolderMembership { suite: 1, test: 1, late: true, deleted: false };
            world.places.push(late);
            // Its second folder must be kept.
            world.suites[2].theirs = true;
        }),
        test("a test cloned into another folder", KeepReason::Elsewhere, |world| {
            world.places[1].suite = add_folder_of_theirs(world);
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
            world.suites[2].parent = add_folder_of_theirs(world);
        }),
        folder("a test of ours beside a test of theirs", KeepReason::InUse, |world| {
            world.places[0].suite = 2;
            world.add_test(Test { theirs: true, ..Test::default() }, 2);
        }),
        step("a step reworded", KeepReason::NotAsWritten, |world| world.steps[1].reworded = true),
        step("a step edited", KeepReason::Edited, |world| world.steps[1].edited = true),
        step("a step cloned later", KeepReason::Late, |world| world.steps[1].late = true),
    ]
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
    hold_from("two imports", &World::empty(), ONE, two, &unlucky, Deletion::Leaves);
    hold("two imports", ONE, two, &Budget { lagging: 0, ..unlucky });
    hold("two imports", ONE, two, &Budget { lagging: 2, kills: 2, ..calm() });
    hold("two imports of two steps", TWO_STEPS, two, &Budget { lost: 1, kills: 1, ..calm() });
}

#[test]
fn two_imports_that_read_list_by_list() {
    let by_list = Budget { list_by_list: true, ..calm() };
    let two: &[&[u8]] = &[&[0], &[0]];
    hold("two imports", ONE, two, &Budget { kills: 1, ..by_list.clone() });
    let world = World::empty();
    let lagging = Budget { lagging: 1, ..by_list.clone() };
    hold_from("two imports", &world, ONE, two, &lagging, Deletion::Cascades);
    let overlapping: &[&[u8]] = &[&[0], &[0, 1]];
    hold_from("overlapping imports", &world, NESTED, overlapping, &by_list, Deletion::Leaves);
}

#[test]
fn two_imports_of_nested_folders() {
    let unlucky = Budget { lost: 1, lagging: 1, kills: 1, ..calm() };
    let (nested, both): (_, &[&[u8]]) = (NESTED, &[&[0, 1], &[0, 1]]);
    hold_from("nested folders", &World::empty(), nested, both, &unlucky, Deletion::Cascades);
    hold("imports of a folder and the one below", NESTED, &[&[0], &[1]], &unlucky);
}

/// Three importers of which each deletes any duplicate at once: there are fewer states, and more conflicts. Each fault is searched for
/// one of the two kinds of deletion.
fn three_without_own_first(budget: &Budget, deletion: Deletion) {
    let search = Search::without(Some(Rule::OwnFirst), ONE, deletion);
    let states = search.holds(&World::empty(), &[&[0], &[0], &[0]], budget.clone());
    println!("{states:>9} states: three, deletion {deletion:?}, {budget:?}");
}

#[test]
fn three_imports_in_which_one_is_killed() {
    three_without_own_first(&Budget { kills: 1, ..calm() }, Deletion::Leaves);
}

#[test]
fn three_imports_in_which_an_answer_is_lost() {
    three_without_own_first(&Budget { lost: 1, ..calm() }, Deletion::Cascades);
}

#[test]
fn three_imports_in_which_a_read_lags() {
    three_without_own_first(&Budget { lagging: 1, ..calm() }, Deletion::Leaves);
}

/// Each list by itself shows rows late, while two imports run.
#[test]
fn two_imports_while_a_list_lags() {
    for list in (0..5).map(|list| 1 << list) {
        for deletion in DELETIONS {
            let budget = Budget { late_lists: list, kills: 1, ..calm() };
            hold_from("a list lags", &World::empty(), ONE, &[&[0], &[0]], &budget, deletion);
        }
    }
}

/// Every list shows rows late, each at its own pace.
#[test]
fn two_imports_while_all_lists_lag() {
    let budget = Budget { late_lists: ALL_LISTS, is_mild: true, ..calm() };
    hold_from("all lists lag", &World::empty(), ONE, &[&[0], &[0]], &budget, Deletion::Leaves);
}

/// An import is interrupted, and the next ones begin before lists show what it wrote.
#[test]
fn imports_within_the_lag_of_earlier_ones() {
    let after = Budget { late_lists: ALL_LISTS, sequential: true, ..calm() };
    let unlucky = Budget { kills: 1, lost: 1, ..after.clone() };
    let two: &[&[u8]] = &[&[0], &[0]];
    for deletion in DELETIONS {
        hold_from("a rerun", &World::empty(), ONE, two, &unlucky, deletion);
        hold_from("a rerun of two steps", &World::empty(), TWO_STEPS, two, &unlucky, deletion);
        let killed = Budget { kills: 2, ..after.clone() };
        hold_from("two reruns", &World::empty(), ONE, &[&[0], &[0], &[0]], &killed, deletion);
    }
    let killed = Budget { kills: 1, is_mild: true, ..after };
    hold("a rerun", ONE, two, &killed);
    hold("a rerun with nested folders", NESTED, &[&[0, 1], &[0, 1]], &killed);
}

#[test]
fn leftovers_of_killed_imports() {
    let unlucky = Budget { lagging: 1, kills: 1, ..calm() };
    for deletion in DELETIONS {
        for (what, world) in [
            ("duplicates", with_duplicates()),
            ("a lost test", lost()),
            ("two placements", placed_twice()),
            ("a test in two duplicate folders", placed_in_both()),
        ] {
            hold_from(what, &world, ONE, &[&[0], &[0]], &unlucky, deletion);
        }
    }
}

#[test]
fn a_person_who_edits_during_deduplication() {
    let edits = Budget { person: vec![PersonAct::EditTest], ..calm() };
    let fills = Budget { person: vec![PersonAct::FillFolder], ..calm() };
    for deletion in DELETIONS {
        hold_from("an edit", &with_duplicates(), ONE, &[&[0], &[0]], &edits, deletion);
        hold_from("a test of theirs", &with_duplicates(), ONE, &[&[0], &[0]], &fills, deletion);
    }
}

/// One branch reports the test under its former name, another one under the new one, and `relink` carries the row over at any
/// moment.
#[test]
fn imports_of_two_branches_beside_a_relink() {
    let mut world = World::empty();
    let suite = world.add_suite(Suite { path: Some(0), ..Suite::default() });
    world.add_test(Test { record: Some(1), ..Test::default() }, suite);
    world.steps = vec![Step { sequence: 1, ..Step::default() }];
    let renamed: &[(u8, usize)] = &[(0, 1), (0, 1)];
    let relink = Budget { person: vec![PersonAct::Relink], ..calm() };
    for deletion in DELETIONS {
        let hold = |reports: &[&[u8]], budget: &Budget| {
            hold_from("a relink", &world, renamed, reports, budget, deletion);
        };
        hold(&[&[1], &[1]], &Budget { lagging: 1, kills: 1, ..relink.clone() });
        hold(&[&[1], &[0]], &Budget { kills: 1, ..relink.clone() });
        hold(&[&[0], &[0]], &Budget { lost: 1, ..relink.clone() });
        hold(&[&[1], &[0]], &Budget { lagging: 1, ..relink.clone() });
    }
}

/// A person's change to the rows of [`with_duplicates`] is kept.
#[test]
fn duplicates_that_a_person_changed() {
    for (what, _, world) in theirs() {
        for deletion in DELETIONS {
            hold_from(what, &world, ONE, &[&[0], &[0]], &calm(), deletion);
        }
    }
}

#[test]
fn scenarios_are_what_their_names_say() {
    let world = with_duplicates();
    assert_eq!((world.suites.len(), world.tests.len(), world.steps.len()), (3, 2, 2));
    assert!(lost().folders_of(0).next().is_none());
    let step: &Step = &placed_twice().steps[0];
    assert_eq!((step.test, placed_twice().folders_of(0).count()), (0, 2));
    let both = placed_in_both();
    assert_eq!((both.suites.len(), both.folders_of(0).count()), (3, 2));
}
