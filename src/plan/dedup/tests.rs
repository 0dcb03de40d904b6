use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::api::ids::{PlanId, ProjectId, SuiteTestId};
use crate::api::wire::{PlanSuite, Suite, SuiteTest, Test};
use crate::plan::tests::{NAMESPACE, line_of, record};
use crate::plan::{ChangePlan, next_read};
use crate::snapshot::folders::FolderTree;
use crate::snapshot::{ReadRequest, ReadStage};

const WINDOW: Duration = Duration::from_secs(900);

/// Seconds after the creation of the first row.
fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds))
}

/// A project with the folder `a` twice (suites 2 and 3), the test `one` twice (10 in the first, 11 in the second) and its
/// step twice, as concurrent imports may leave it. Each test changes one thing.
struct Duplicated {
    suites: Vec<Suite>,
    places: Vec<PlanSuite>,
    tests: Vec<Test>,
    placements: Vec<SuiteTest>,
    steps: Vec<Step>,
    used: Vec<TestId>,
    records: Vec<TestRecord>,
}

fn suite(id: u64, name: &str, description: String, made: i64) -> Suite {
    Suite {
        id: SuiteId::new(id),
        name: name.to_owned(),
        description: Some(description),
        project_id: ProjectId::new(1),
        is_root: Some(id == 1),
        epoch: Some(0),
        created_at: at(made),
    }
}

fn place(suite: u64, parent: u64) -> PlanSuite {
    PlanSuite {
        id: PlanSuiteId::new(100 + suite),
        plan_id: PlanId::new(1),
        suite_id: SuiteId::new(suite),
        parent_id: Some(SuiteId::new(parent)),
    }
}

fn placed(test: u64, suite: u64) -> SuiteTest {
    SuiteTest {
        id: SuiteTestId::new(1000 + test),
        suite_id: SuiteId::new(suite),
        test_id: TestId::new(test),
        epoch: Some(0),
        created_at: Some(Timestamp::UNIX_EPOCH),
    }
}

fn step(id: u64, test: u64, made: i64) -> Step {
    Step {
        id: StepId::new(id),
        test_id: TestId::new(test),
        sequence: Some(1),
        step: Some("Run the automated test".to_owned()),
        expected_result: Some("It passes".to_owned()),
        epoch: Some(0),
        created_at: at(made),
    }
}

fn duplicates_to_read(
    records: &[TestRecord],
    snapshot: &mut Snapshot,
) -> (Vec<TestId>, Vec<SuiteId>) {
    snapshot.stage = ReadStage::Placements;
    match next_read(records, snapshot, NAMESPACE) {
        Some(ReadRequest::Details { duplicate_tests, duplicate_folders, .. }) => {
            (duplicate_tests, duplicate_folders)
        }
        request => panic!("{request:?}"),
    }
}

impl Duplicated {
    fn new() -> Self {
        let record = record(&["a"], "one");
        let mark = NamespaceMark::of(NAMESPACE);
        let identity = Identity::of_folder(NAMESPACE, &["a"]);
        let folder = || IdentityLine::of_folder(&["a"], identity, mark).to_string();
        let test = |id: u64, made: i64| Test {
            id: TestId::new(id),
            name: "one".to_owned(),
            description: Some(line_of(&record)),
            project_id: ProjectId::new(1),
            is_automated: Some(true),
            to_automate: None,
            key: None,
            epoch: Some(0),
            precondition: Some(String::new()),
            case_priority_id: None,
            created_at: at(made),
            updated_at: at(made),
            run_result: None,
        };
        Self {
            suites: vec![
                suite(1, "Default", String::new(), 0),
                suite(2, "a", folder(), 0),
                suite(3, "a", folder(), 5),
            ],
            places: vec![place(2, 1), place(3, 1)],
            tests: vec![test(10, 0), test(11, 5)],
            placements: vec![placed(10, 2), placed(11, 3)],
            steps: vec![step(20, 10, 0), step(21, 10, 5)],
            used: Vec::new(),
            records: vec![record],
        }
    }

    fn snapshot(&self) -> Snapshot {
        let project = ProjectId::new(1);
        let tree =
            FolderTree::new(self.suites.clone(), self.places.clone(), project, PlanId::new(1))
                .unwrap();
        let mut snapshot = Snapshot::of_rows(tree, &self.tests, &self.placements);
        snapshot.steps = self.tests.iter().map(|test| (test.id, vec![1])).collect();
        let (tests, folders) = duplicates_to_read(&self.records, &mut snapshot);
        // As `Snapshot::read_more` would have read it.
        let duplicates = &mut snapshot.duplicates;
        duplicates.steps =
            self.steps.iter().filter(|step| step.test_id == TestId::new(10)).cloned().collect();
        for step in self.steps.iter().filter(|step| tests.contains(&step.test_id)) {
            duplicates.steps_of.entry(step.test_id).or_default().push(step.clone());
        }
        duplicates.used = self.used.iter().copied().collect();
        for placement in &self.placements {
            if tests.contains(&placement.test_id) {
                duplicates.placements.entry(placement.test_id).or_default().push(placement.clone());
            }
            if folders.contains(&placement.suite_id) {
                duplicates.contents.entry(placement.suite_id).or_default().push(placement.clone());
            }
        }
        for place in self.places.iter().filter(|place| folders.contains(&place.suite_id)) {
            duplicates.places.entry(place.suite_id).or_default().push(place.clone());
        }
        snapshot
    }

    /// Action and id of each deduplication, in its order.
    fn deduplicated(&self) -> Vec<String> {
        let options = PlanOptions {
            namespace: NAMESPACE.to_owned(),
            window: WINDOW,
            ..PlanOptions::default()
        };
        let plan = ChangePlan::new(&self.records, &self.snapshot(), &options);
        assert_eq!(plan.is_empty(), plan.dedup.is_empty(), "a deduplication is a change");
        plan.dedup
            .iter()
            .map(|dedup| match &dedup.action {
                DedupAction::DeleteTest { id, .. } => format!("delete test {id}"),
                DedupAction::MoveTest { place, to, .. } => format!("move place {place} to {to}"),
                DedupAction::DeletePlace { place } => format!("delete place {place}"),
                DedupAction::MoveFolder { place, to, .. } => format!("move folder {place} to {to}"),
                DedupAction::DeleteFolder { id } => format!("delete folder {id}"),
                DedupAction::DeleteStep { id } => format!("delete step {id}"),
            })
            .collect()
    }

    /// The deduplications after `change`.
    fn after(change: impl FnOnce(&mut Self)) -> Vec<String> {
        let mut project = Self::new();
        change(&mut project);
        project.deduplicated()
    }
}

#[test]
fn duplicates_of_concurrent_imports_are_deleted() {
    assert_eq!(
        Duplicated::new().deduplicated(),
        ["delete test 11", "delete folder 3", "delete step 21"]
    );
}

#[test]
fn a_test_is_deleted_only_if_nothing_about_it_can_be_a_persons() {
    type Change = fn(&mut Duplicated);
    let changes: [(&str, Change); 13] = [
        ("another name", |project| project.tests[1].name = "one (copy)".to_owned()),
        ("an edit", |project| project.tests[1].epoch = Some(1)),
        ("an unknown epoch", |project| project.tests[1].epoch = None),
        ("switched off", |project| project.tests[1].is_automated = Some(false)),
        ("to be automated", |project| project.tests[1].to_automate = Some(true)),
        ("a precondition", |project| project.tests[1].precondition = Some("a cart".to_owned())),
        ("text of a person", |project| {
            let line = project.tests[1].description.take().unwrap();
            project.tests[1].description = Some(format!("Mine. {line}"));
        }),
        ("no time", |project| project.tests[1].created_at = None),
        ("no time of the winner", |project| project.tests[0].created_at = None),
        ("created too late", |project| project.tests[1].created_at = at(901)),
        ("a run", |project| project.used.push(TestId::new(11))),
        ("two places", |project| project.placements.push(placed(11, 2))),
        ("another folder", |project| {
            project.suites.push(suite(4, "mine", String::new(), 0));
            project.places.push(place(4, 1));
            project.placements[1].suite_id = SuiteId::new(4);
        }),
    ];
    for (what, change) in changes {
        let deduplicated = Duplicated::after(change);
        assert!(
            !deduplicated.iter().any(|dedup| dedup.starts_with("delete test")),
            "{what}: {deduplicated:?}"
        );
    }
    assert!(
        Duplicated::after(|project| project.tests[1].created_at = at(900))[0] == "delete test 11"
    );
    assert!(
        Duplicated::after(|project| project.tests[1].precondition = None)[0] == "delete test 11"
    );
    // In the folder of the winner itself.
    let beside = Duplicated::after(|project| project.placements[1].suite_id = SuiteId::new(2));
    assert_eq!(beside[0], "delete test 11");
}

#[test]
fn the_window_begins_with_the_adoption_of_a_persons_test() {
    let adopted = |epoch: u64, updated: i64| {
        Duplicated::after(|project| {
            project.tests[0].epoch = Some(epoch);
            let line = project.tests[0].description.take().unwrap();
            project.tests[0].description = Some(format!("A person's words.\n\n{line}"));
            project.tests[0].updated_at = at(updated);
            project.tests[1].created_at = at(5000);
        })
    };
    assert_eq!(adopted(1, 4500)[0], "delete test 11");
    assert!(!adopted(1, 1000).contains(&"delete test 11".to_owned()));
    // Editing a test that an import created is not an adoption.
    let edited = Duplicated::after(|project| {
        project.tests[0].epoch = Some(1);
        project.tests[0].updated_at = at(4500);
        project.tests[1].created_at = at(5000);
    });
    assert!(!edited.contains(&"delete test 11".to_owned()));
    // It was edited since, so the time of the adoption is unknown.
    assert!(!adopted(2, 4500).contains(&"delete test 11".to_owned()));
}

#[test]
fn a_folder_is_deleted_only_if_nothing_about_it_can_be_a_persons() {
    type Change = fn(&mut Duplicated);
    let changes: [(&str, Change); 8] = [
        ("another name", |project| project.suites[2].name = "b".to_owned()),
        ("text of a person", |project| {
            let line = project.suites[2].description.take().unwrap();
            project.suites[2].description = Some(format!("{line} Mine."));
            // It still has its identity.
        }),
        ("created too late", |project| project.suites[2].created_at = at(901)),
        ("no time", |project| project.suites[2].created_at = None),
        ("another parent", |project| {
            project.suites.push(suite(4, "mine", String::new(), 0));
            project.places.push(place(4, 1));
            project.places[1].parent_id = Some(SuiteId::new(4));
        }),
        ("another plan", |project| {
            let mut elsewhere = place(3, 1);
            elsewhere.id = PlanSuiteId::new(999);
            elsewhere.plan_id = PlanId::new(7);
            project.places.push(elsewhere);
        }),
        ("a test of a person", |project| {
            let mut theirs = project.tests[0].clone();
            (theirs.id, theirs.description) = (TestId::new(12), None);
            project.tests.push(theirs);
            project.placements.push(placed(12, 3));
        }),
        ("a folder of a person", |project| {
            project.suites.push(suite(4, "mine", String::new(), 0));
            project.places.push(place(4, 3));
        }),
    ];
    for (what, change) in changes {
        let deduplicated = Duplicated::after(change);
        assert!(!deduplicated.contains(&"delete folder 3".to_owned()), "{what}: {deduplicated:?}");
        assert!(
            !deduplicated.iter().any(|dedup| dedup.starts_with("move")),
            "{what}: {deduplicated:?}"
        );
    }
    let last = Duplicated::after(|project| project.suites[2].created_at = at(900));
    assert!(last.contains(&"delete folder 3".to_owned()));
}

#[test]
fn our_rows_are_moved_out_of_a_folder_before_its_deletion() {
    let deduplicated = Duplicated::after(|project| {
        // The winning test is in the losing folder, and so is a folder of ours.
        project.placements[0].suite_id = SuiteId::new(3);
        let identity = Identity::of_folder(NAMESPACE, &["a", "b"]);
        let mark = NamespaceMark::of(NAMESPACE);
        let line = IdentityLine::of_folder(&["a", "b"], identity, mark).to_string();
        project.suites.push(suite(4, "b", line, 6));
        project.places.push(place(4, 3));
        project.placements.push(placed(12, 4));
        let record = record(&["a", "b"], "two");
        let mut two = project.tests[0].clone();
        two.id = TestId::new(12);
        two.name = "two".to_owned();
        two.description = Some(line_of(&record));
        project.tests.push(two);
        project.records.push(record);
    });
    assert_eq!(
        deduplicated,
        [
            "delete test 11",
            "move place 1010 to 2",
            "move folder 104 to 2",
            "delete folder 3",
            "delete step 21"
        ]
    );
}

#[test]
fn a_folder_that_contains_the_winner_is_kept() {
    let deduplicated = Duplicated::after(|project| {
        // A person moved one into the other.
        project.places[0].parent_id = Some(SuiteId::new(3));
    });
    assert!(!deduplicated.iter().any(|dedup| dedup.contains("folder")), "{deduplicated:?}");
}

#[test]
fn a_duplicate_test_is_deleted_from_a_duplicate_folder_that_a_person_uses() {
    let deduplicated = Duplicated::after(|project| {
        let mut theirs = project.tests[0].clone();
        (theirs.id, theirs.description) = (TestId::new(12), None);
        project.tests.push(theirs);
        project.placements.push(placed(12, 3));
    });
    assert_eq!(
        deduplicated,
        ["delete test 11", "delete step 21"],
        "the folder and the person's test in it are kept"
    );
}

#[test]
fn tests_of_a_cloned_folder_are_kept() {
    let deduplicated = Duplicated::after(|project| project.suites[2].name = "a (copy)".to_owned());
    assert_eq!(deduplicated, ["delete step 21"]);
}

#[test]
fn a_test_with_steps_of_its_own_is_kept() {
    let own = |change: fn(&mut Step)| {
        Duplicated::after(|project| {
            let mut step = step(22, 11, 6);
            change(&mut step);
            project.steps.push(step);
        })
    };
    assert!(own(|_| ()).contains(&"delete test 11".to_owned()));
    let changes: [fn(&mut Step); 4] = [
        |step| step.sequence = Some(2),
        |step| step.sequence = None,
        |step| step.epoch = Some(1),
        |step| step.step = Some("Pay.".to_owned()),
    ];
    for change in changes {
        assert!(!own(change).contains(&"delete test 11".to_owned()));
    }
}

#[test]
fn the_steps_of_a_test_in_a_run_are_kept() {
    let deduplicated = Duplicated::after(|project| project.used.push(TestId::new(10)));
    assert!(!deduplicated.contains(&"delete step 21".to_owned()), "{deduplicated:?}");
    assert!(deduplicated.contains(&"delete test 11".to_owned()));
}

#[test]
fn of_two_placements_in_one_folder_the_first_is_kept() {
    let deduplicated = Duplicated::after(|project| {
        project.placements.push(SuiteTest { id: SuiteTestId::new(2000), ..placed(10, 2) });
    });
    assert!(deduplicated.contains(&"delete place 2000".to_owned()), "{deduplicated:?}");
    // Placements of tests that are not in the reports are kept.
    let other = Duplicated::after(|project| {
        let mut theirs = project.tests[0].clone();
        (theirs.id, theirs.description) = (TestId::new(12), None);
        project.tests.push(theirs);
        project
            .placements
            .extend([placed(12, 2), SuiteTest { id: SuiteTestId::new(2000), ..placed(12, 2) }]);
    });
    assert!(!other.iter().any(|dedup| dedup.starts_with("delete place")), "{other:?}");
}

#[test]
fn a_duplicate_folder_with_a_test_that_a_person_placed_in_both_is_kept() {
    let after = |change: fn(&mut SuiteTest)| {
        Duplicated::after(|project| {
            let mut place = SuiteTest { id: SuiteTestId::new(2000), ..placed(10, 3) };
            change(&mut place);
            project.placements.push(place);
        })
    };
    let is_kept = |change| !after(change).contains(&"delete folder 3".to_owned());
    assert!(is_kept(|place| place.created_at = None));
    assert!(is_kept(|place| place.epoch = Some(1)));
    assert!(is_kept(|place| {
        place.created_at = Some(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24));
    }));
    // A concurrent import placed it when it created the folder.
    let deduplicated = after(|_| {});
    assert!(deduplicated.contains(&"delete place 2000".to_owned()), "{deduplicated:?}");
    assert!(deduplicated.contains(&"delete folder 3".to_owned()), "{deduplicated:?}");
}

#[test]
fn nested_duplicate_folders_are_deleted_from_the_inside_out() {
    let deduplicated = Duplicated::after(|project| {
        let identity = Identity::of_folder(NAMESPACE, &["a", "b"]);
        let mark = NamespaceMark::of(NAMESPACE);
        let line = IdentityLine::of_folder(&["a", "b"], identity, mark).to_string();
        for (id, parent) in [(4, 2), (5, 3)] {
            project.suites.push(suite(id, "b", line.clone(), 6));
            project.places.push(place(id, parent));
        }
        Arc::make_mut(&mut project.records[0].class).folder =
            project.records[0].class.folder.iter().cloned().chain(["b".to_owned()]).collect();
        project.placements = vec![placed(10, 4), placed(11, 5)];
    });
    assert_eq!(
        deduplicated,
        ["delete test 11", "delete folder 5", "delete folder 3", "delete step 21"]
    );
}

#[test]
fn a_step_is_deleted_only_as_we_wrote_it() {
    type Change = fn(&mut Duplicated);
    let changes: [(&str, Change); 6] = [
        ("an edit", |project| project.steps[1].epoch = Some(1)),
        ("another text", |project| project.steps[1].step = Some("Look".to_owned())),
        ("another result", |project| project.steps[1].expected_result = None),
        ("created too late", |project| project.steps[1].created_at = at(901)),
        ("another sequence", |project| project.steps[1].sequence = Some(2)),
        ("another test", |project| project.steps[1].test_id = TestId::new(77)),
    ];
    for (what, change) in changes {
        let deduplicated = Duplicated::after(change);
        assert!(!deduplicated.contains(&"delete step 21".to_owned()), "{what}: {deduplicated:?}");
    }
}

#[test]
fn rows_without_duplicates_are_not_read() {
    let mut project = Duplicated::new();
    assert_eq!(
        duplicates_to_read(&project.records, &mut project.snapshot()),
        (vec![TestId::new(10), TestId::new(11)], vec![SuiteId::new(2), SuiteId::new(3)])
    );
    project.tests.pop();
    project.placements.pop();
    project.suites.pop();
    project.places.pop();
    project.steps.pop();
    assert_eq!(duplicates_to_read(&project.records, &mut project.snapshot()), (vec![], vec![]));
    assert_eq!(project.deduplicated(), Vec::<String>::new());
}

#[test]
fn only_duplicates_that_are_kept_cause_warnings() {
    let warnings = |project: &Duplicated| {
        let options = PlanOptions {
            namespace: NAMESPACE.to_owned(),
            window: WINDOW,
            ..PlanOptions::default()
        };
        ChangePlan::new(&project.records, &project.snapshot(), &options).warnings
    };
    let mut project = Duplicated::new();
    assert_eq!(warnings(&project), Vec::<String>::new());
    project.suites[2].created_at = None;
    project.tests[1].created_at = None;
    assert_eq!(
        warnings(&project),
        [
            "folder \"a\" exists 2 times (suites 2, 3); the first is used; 3 is kept, because the server does not report enough about it",
            "\"one\" exists 2 times in the project (tests 10, 11); the first is used; 11 is kept, because it is in another folder"
        ]
    );
}
