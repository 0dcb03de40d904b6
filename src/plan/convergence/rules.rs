//! Each rule is necessary: without it, the search finds a fault.

use super::Rule;
use super::scenarios::{ONE, TWO_STEPS, calm, lost, placed_twice, theirs, with_duplicates};
use super::search::{Budget, PersonAct, Search, Watch};
use super::world::{Deletion, PARENTS, PLACES, STEPS, SUITES, TESTS, World};
use test_reports::text;

const TWO: &[&[u8]] = &[&[0], &[0]];

const ALONE: &[&[u8]] = &[&[0]];

/// The first fault without `rule`; with it, there is none.
fn fault_without(
    rule: Rule,
    world: &World,
    records: &[(u8, usize)],
    reports: &[&[u8]],
    budget: Budget,
    deletion: Deletion,
) -> String {
    Search::new(records, deletion).holds(world, reports, budget.clone());
    let found = Search::without(Some(rule), records, deletion).run(world, reports, budget);
    let (fault, way) = found.fault.unwrap_or_else(|| panic!("no fault without {rule:?}"));
    println!("without {rule:?}: {}, after {} requests", text::cut(&fault, 80), way.len());
    fault
}

fn empty(rule: Rule, reports: &[&[u8]], budget: Budget) -> String {
    fault_without(rule, &World::empty(), ONE, reports, budget, Deletion::Cascades)
}

#[test]
fn the_lowest_id_wins() {
    let fault = empty(Rule::LowestWins, TWO, calm());
    assert!(fault.contains("is in no folder"), "{fault}");
}

#[test]
fn nothing_is_put_into_a_folder_that_was_not_read_back() {
    let fault = empty(Rule::ElectBeforeFilling, TWO, calm());
    assert!(fault.contains("reports success, but"), "{fault}");
}

#[test]
fn a_create_without_an_answer_is_read_back() {
    // The duplicate is deleted later, but a single import must not create one.
    let budget = Budget { lost: 1, ..calm() };
    let reaches = |rule| {
        let search = Search::without(rule, ONE, Deletion::Cascades);
        search.reaches(Watch::Duplicates, ALONE, budget.clone())
    };
    assert!(reaches(Some(Rule::ReadBackUnknown)));
    assert!(!reaches(None));
}

#[test]
fn a_test_in_no_folder_is_looked_up_again() {
    // The second placement is deleted later, but must not be created.
    let budget = Budget { list_by_list: true, ..calm() };
    let reaches = |rule| {
        let search = Search::without(rule, ONE, Deletion::Cascades);
        search.reaches(Watch::PlacedTwice, TWO, budget.clone())
    };
    assert!(reaches(Some(Rule::LookUpLost)));
    assert!(!reaches(None));
}

#[test]
fn what_is_missing_on_an_existing_row_is_looked_for_again() {
    // The second row is deleted later, but must not be created.
    for (list, watch) in [(STEPS, Watch::StepTwice), (PLACES, Watch::PlacedTwice)] {
        let budget = Budget { late_lists: list, sequential: true, kills: 1, ..calm() };
        let reaches = |rule| {
            let search = Search::without(rule, ONE, Deletion::Leaves);
            search.reaches(watch, TWO, budget.clone())
        };
        assert!(reaches(Some(Rule::LookTwice)), "{watch:?}");
        assert!(!reaches(None), "{watch:?}");
    }
}

#[test]
fn the_verification_waits_for_own_rows() {
    for list in [SUITES, PARENTS, TESTS, PLACES, STEPS] {
        let budget =
            Budget { late_lists: list, is_mild: true, sequential: true, kills: 1, ..calm() };
        Search::new(ONE, Deletion::Leaves).holds(&World::empty(), TWO, budget);
    }
    // The interrupted import wrote a test and its step, which the lists did not show yet.
    let budget =
        Budget { late_lists: TESTS | STEPS, is_mild: true, sequential: true, kills: 1, ..calm() };
    let fault = empty(Rule::WaitForOwnRows, TWO, budget);
    assert!(fault.contains("reports success, but"), "{fault}");
}

/// It saves writes, and is no condition of the result.
#[test]
fn imports_need_not_delete_their_own_duplicates_first() {
    for deletion in [Deletion::Cascades, Deletion::Leaves] {
        let budget = Budget { lost: 1, kills: 1, ..calm() };
        Search::without(Some(Rule::OwnFirst), ONE, deletion).holds(&World::empty(), TWO, budget);
    }
}

#[test]
fn a_test_in_no_folder_is_placed() {
    let rule = Rule::PlaceLost;
    let fault = fault_without(rule, &lost(), ONE, ALONE, calm(), Deletion::Leaves);
    assert!(fault.contains("does not report success"), "{fault}");
}

#[test]
fn of_two_placements_one_is_deleted() {
    let rule = Rule::OnePlacement;
    let fault = fault_without(rule, &placed_twice(), ONE, ALONE, calm(), Deletion::Leaves);
    assert!(fault.contains("does not report success"), "{fault}");
}

#[test]
fn the_first_step_comes_last() {
    let rule = Rule::FirstStepLast;
    let budget = Budget { kills: 1, ..calm() };
    let world = World::empty();
    let fault = fault_without(rule, &world, TWO_STEPS, ALONE, budget, Deletion::Cascades);
    assert!(fault.contains("step 2 of test 0 exists 0 times"), "{fault}");
}

#[test]
fn the_contents_of_a_duplicate_folder_are_moved() {
    // The winning test is in the losing folder: its creator did not see the winning one yet.
    let mut world = with_duplicates();
    (world.places[0].suite, world.places[1].suite) = (2, 1);
    let fault = fault_without(Rule::MoveContents, &world, ONE, ALONE, calm(), Deletion::Leaves);
    assert!(fault.contains("does not report success"), "{fault}");
}

#[test]
fn a_test_is_checked_before_its_deletion() {
    let rule = Rule::CheckBeforeDeletingTest;
    let budget = Budget { person: vec![PersonAct::EditTest], ..calm() };
    let fault = fault_without(rule, &with_duplicates(), ONE, ALONE, budget, Deletion::Cascades);
    assert!(fault.contains("a person's test is gone"), "{fault}");
}

#[test]
fn a_folder_is_checked_before_its_deletion() {
    let rule = Rule::CheckBeforeDeletingFolder;
    let budget = Budget { person: vec![PersonAct::FillFolder], ..calm() };
    let fault = fault_without(rule, &with_duplicates(), ONE, ALONE, budget, Deletion::Cascades);
    assert!(fault.contains("a person's folder is gone"), "{fault}");
}

#[test]
fn a_folder_is_checked_after_its_deletion() {
    let rule = Rule::CheckAfterDeletingFolder;
    let budget = Budget { person: vec![PersonAct::FillFolder], ..calm() };
    let fault = fault_without(rule, &with_duplicates(), ONE, ALONE, budget, Deletion::Leaves);
    assert!(fault.contains("a person's folder is gone"), "{fault}");
}

#[test]
fn duplicates_are_deleted_before_success_is_reported() {
    let fault = empty(Rule::DedupBeforeSuccess, TWO, calm());
    assert!(fault.contains("reports success, but"), "{fault}");
}

#[test]
fn each_reason_keeps_a_persons_row() {
    for (what, rule, world) in theirs() {
        let fault = fault_without(rule, &world, ONE, ALONE, calm(), Deletion::Leaves);
        // If another rule still keeps the row, the import never succeeds.
        let expected = ["a person's", "does not report success"];
        assert!(expected.iter().any(|part| fault.contains(part)), "{what}: {fault}");
    }
}
