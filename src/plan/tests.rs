use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::api::ids::{PlanId, PlanSuiteId, ProjectId, SuiteId, SuiteTestId, TestId};
use crate::api::wire::{PlanSuite, Suite, SuiteTest, Test};
use crate::description::IdentityLine;
use crate::snapshot::folders::FolderTree;
use crate::snapshot::{ReadRequest, ReadStage, Snapshot};
use test_reports::formats::model::Outcome;
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::record::{Pin, Records, StepText, TestClass, TestRecord};

pub(super) const NAMESPACE: &str = "shop";

pub(super) fn record(folder: &[&str], name: &str) -> TestRecord {
    let container = vec!["c".to_owned()];
    TestRecord {
        identity: Identity::of_test(NAMESPACE, &container, name),
        name: name.into(),
        class: Arc::new(TestClass {
            container: container.into(),
            folder: folder.iter().map(|&name| name.to_owned()).collect(),
            ..TestClass::default()
        }),
        duration: None,
        line: None,
        cases: 1,
        group: 0,
        outcome: Outcome::Passed,
        flaky: false,
        details: Arc::default(),
    }
}

pub(super) fn line_of(record: &TestRecord) -> String {
    line_with(record, None)
}

pub(super) fn line_with(
    record: &TestRecord,
    aliases: impl IntoIterator<Item = Identity>,
) -> String {
    let mark = NamespaceMark::of(NAMESPACE);
    let line = IdentityLine::of_test(&record.class.container, &record.name, record.identity, mark);
    line.with_aliases(aliases).to_string()
}

/// A project built row by row. Suite 1 is the root folder.
struct Project {
    suites: Vec<Suite>,
    places: Vec<PlanSuite>,
    tests: Vec<Test>,
    placements: Vec<SuiteTest>,
    steps: HashMap<TestId, Vec<u64>>,
}

impl Project {
    fn new() -> Self {
        let mut project = Self {
            suites: vec![],
            places: vec![],
            tests: vec![],
            placements: vec![],
            steps: HashMap::new(),
        };
        project.folder(1, 0, "Default", "");
        project
    }

    fn folder(&mut self, id: u64, parent: u64, name: &str, description: &str) -> &mut Self {
        self.suites.push(Suite {
            id: SuiteId::new(id),
            name: name.to_owned(),
            description: Some(description.to_owned()),
            project_id: ProjectId::new(1),
            is_root: Some(id == 1),
            epoch: Some(0),
            created_at: Some(Timestamp::UNIX_EPOCH),
        });
        self.places.push(PlanSuite {
            id: PlanSuiteId::new(id),
            plan_id: PlanId::new(1),
            suite_id: SuiteId::new(id),
            parent_id: (parent > 0).then(|| SuiteId::new(parent)),
        });
        self
    }

    fn test(&mut self, id: u64, suite: u64, name: &str, description: &str) -> &mut Test {
        if suite > 0 {
            self.placements.push(SuiteTest {
                id: SuiteTestId::new(id),
                suite_id: SuiteId::new(suite),
                test_id: TestId::new(id),
                epoch: Some(0),
                created_at: Some(Timestamp::UNIX_EPOCH),
            });
        }
        self.tests.push(Test {
            id: TestId::new(id),
            name: name.to_owned(),
            description: Some(description.to_owned()),
            project_id: ProjectId::new(1),
            is_automated: Some(true),
            to_automate: None,
            key: Some(id + 5000),
            epoch: Some(0),
            precondition: None,
            case_priority_id: None,
            created_at: Some(Timestamp::UNIX_EPOCH),
            updated_at: Some(Timestamp::UNIX_EPOCH),
            run_result: None,
        });
        self.steps.insert(TestId::new(id), vec![1]);
        self.tests.last_mut().unwrap()
    }

    fn snapshot(&self) -> Snapshot {
        let project = ProjectId::new(1);
        let tree =
            FolderTree::new(self.suites.clone(), self.places.clone(), project, PlanId::new(1))
                .unwrap();
        let mut snapshot = Snapshot::of_rows(tree, &self.tests, &self.placements);
        snapshot.steps.clone_from(&self.steps);
        snapshot
    }

    fn plan(&self, records: &[TestRecord]) -> ChangePlan {
        self.plan_adopting(records, Adopt::Any)
    }

    fn plan_adopting(&self, records: &[TestRecord], adopt: Adopt) -> ChangePlan {
        let options =
            PlanOptions { namespace: NAMESPACE.to_owned(), adopt, ..PlanOptions::default() };
        ChangePlan::new(records, &self.snapshot(), &options)
    }
}

fn ours(id: u64) -> TestPlan {
    TestPlan::Matched {
        id: TestId::new(id),
        place: None,
        steps: vec![],
        follows: RareChanges::default(),
        retired: None,
        overridden: false,
    }
}

fn adopted(plan: &TestPlan) -> Option<u64> {
    match plan {
        TestPlan::Adopt { id, .. } => Some(id.number()),
        _ => None,
    }
}

fn relinked(plan: &TestPlan) -> Option<u64> {
    match plan {
        TestPlan::Relink { id, .. } => Some(id.number()),
        _ => None,
    }
}

fn created(plan: &TestPlan) -> bool {
    matches!(plan, TestPlan::Create { .. })
}

#[test]
fn an_empty_project_gets_folders_parents_first_and_every_test() {
    let records = [record(&["a", "b"], "one"), record(&["a"], "two"), record(&[], "three")];
    let plan = Project::new().plan(&records);
    let folders: Vec<String> =
        plan.folders.to_create().map(|folder| folder.path.join("/")).collect();
    assert_eq!(folders, ["a", "a/b"]);
    let level: Vec<&str> =
        plan.folders.next_level().map(|(folder, _)| folder.name.as_str()).collect();
    assert_eq!(level, ["a"]);
    assert!(plan.tests.iter().all(created));
    assert!(!plan.is_empty());
}

#[test]
fn a_renamed_and_moved_test_is_found_by_its_identity() {
    let records = [record(&["a"], "one")];
    let mut project = Project::new();
    project.folder(2, 1, "elsewhere", "");
    project
        .test(10, 2, "another name", &format!("<p>Mine.</p><p>{}</p>", line_of(&records[0])))
        .epoch = Some(3);
    let plan = project.plan(&records);
    assert_eq!(plan.tests, [ours(10)]);
    assert!(plan.is_empty(), "no folder is created that no test goes into");
}

#[test]
fn a_renamed_folder_is_found_by_identity_and_a_persons_folder_by_name() {
    let records = [record(&["a", "b"], "one")];
    let mut project = Project::new();
    let path = ["a".to_owned(), "b".to_owned()];
    let identity = Identity::of_folder(NAMESPACE, &path);
    let line = IdentityLine::of_folder(&path, identity, NamespaceMark::of(NAMESPACE)).to_string();
    project.folder(2, 1, " A ", "made by hand").folder(3, 1, "moved and renamed", &line);
    let plan = project.plan(&records);
    assert_eq!(plan.folders.to_create().count(), 0);
    assert_eq!(plan.folders.suite(plan.folders.of_record(0)), Some(SuiteId::new(3)));
    // Without the identity the name below the same parent counts.
    let mut project = Project::new();
    project.folder(2, 1, "A", "").folder(3, 2, "b", "").folder(4, 2, "b", "");
    let plan = project.plan(&records);
    assert_eq!(
        plan.folders.suite(plan.folders.of_record(0)),
        Some(SuiteId::new(3)),
        "the lowest id"
    );
}

#[test]
fn a_manual_test_with_the_same_folder_and_name_is_adopted_if_the_option_allows_it() {
    let records = [record(&["a"], "one")];
    let mut project = Project::new();
    project.folder(2, 1, "a", "");
    project.test(10, 2, " one ", "by hand").is_automated = Some(false);
    assert_eq!(adopted(&project.plan(&records).tests[0]), Some(10));
    assert!(created(&project.plan_adopting(&records, Adopt::Automated).tests[0]));
    assert!(created(&project.plan_adopting(&records, Adopt::None).tests[0]));
    project.tests[0].to_automate = Some(true);
    assert_eq!(adopted(&project.plan_adopting(&records, Adopt::Automated).tests[0]), Some(10));
}

#[test]
fn nothing_is_adopted_if_several_tests_match() {
    let mut project = Project::new();
    project.folder(2, 1, "a", "");
    project.test(10, 2, "one", "");
    let mut duplicate = record(&["a"], "one");
    duplicate.identity = Identity::of_test(NAMESPACE, &["other"], "one");
    let plan = project.plan(&[record(&["a"], "one"), duplicate]);
    assert!(plan.tests.iter().all(created));
    assert_eq!(plan.warnings.len(), 2);
    project.test(11, 2, "one", "");
    let plan = project.plan(&[record(&["a"], "one")]);
    assert!(created(&plan.tests[0]));
    assert_eq!(plan.warnings.len(), 1, "{:?}", plan.warnings);
}

#[test]
fn a_test_of_another_folder_or_another_case_is_not_adopted() {
    let mut project = Project::new();
    project.folder(2, 1, "a", "");
    project.test(10, 1, "one", "");
    project.test(11, 2, "ONE", "");
    assert!(created(&project.plan(&[record(&["a"], "one")]).tests[0]));
}

#[test]
fn a_pinned_test_is_adopted_and_keeps_its_test_after_a_rename() {
    let mut pinned = record(&["new"], "one");
    Arc::make_mut(&mut pinned.details).pinned = Some(Pin::Key(5010));
    let mut project = Project::new();
    project.test(10, 1, "whatever", "by hand");
    let plan = project.plan(std::slice::from_ref(&pinned));
    assert_eq!(adopted(&plan.tests[0]), Some(10));
    assert_eq!(plan.folders.to_create().count(), 0);
    project.tests[0].description = Some("tqi-0123456789abcdef".to_owned());
    let plan = project.plan(std::slice::from_ref(&pinned));
    assert_eq!((relinked(&plan.tests[0]), plan.warnings.len()), (Some(10), 0));
    // Not if the test with that identity is in the reports.
    let other = record(&["new"], "two");
    project.tests[0].description = Some(line_of(&other));
    let plan = project.plan(&[pinned.clone(), other]);
    assert!(created(&plan.tests[0]));
    assert_eq!(plan.tests[1], ours(10));
    assert_eq!(plan.warnings.len(), 1);
    Arc::make_mut(&mut pinned.details).pinned = Some(Pin::Id(77));
    let plan = project.plan(&[pinned]);
    assert!(created(&plan.tests[0]));
    assert!(plan.warnings[0].contains("test 77"), "{:?}", plan.warnings);
}

#[test]
fn several_records_that_are_pinned_to_one_test_are_one_row() {
    let mut one = record(&["a"], "one");
    Arc::make_mut(&mut one.details).pinned = Some(Pin::Id(10));
    let mut two = record(&["a"], "two");
    Arc::make_mut(&mut two.details).pinned = Some(Pin::Id(10));
    let mut project = Project::new();
    project.test(10, 1, "whatever", "");
    let records = [one, two];
    let plan = project.plan(&records);
    assert_eq!(adopted(&plan.tests[0]), Some(10));
    assert_eq!((&plan.tests[1], plan.warnings.len()), (&ours(10), 0));
    // Whichever of them it has.
    for linked in &records {
        project.tests[0].description = Some(line_of(linked));
        let plan = project.plan(&records);
        assert_eq!((plan.tests, plan.warnings), (vec![ours(10), ours(10)], vec![]));
    }
}

#[test]
fn a_test_in_no_live_folder_is_placed_again() {
    let records = [record(&["a"], "one")];
    let mut project = Project::new();
    project.test(10, 0, "one", &line_of(&records[0]));
    let plan = project.plan(&records);
    assert!(matches!(plan.tests[0], TestPlan::Matched { place: Some(_), .. }));
    assert_eq!(plan.folders.to_create().count(), 1);
}

#[test]
fn a_test_that_was_switched_off_stays_off() {
    let records = [record(&[], "one")];
    let mut project = Project::new();
    let test = project.test(10, 1, "one", &line_of(&records[0]));
    (test.is_automated, test.epoch) = (Some(false), Some(1));
    let plan = project.plan(&records);
    assert_eq!(
        plan.tests,
        [TestPlan::Matched {
            id: TestId::new(10),
            place: None,
            steps: vec![],
            follows: RareChanges::default(),
            retired: None,
            overridden: true
        }]
    );
    assert!(plan.is_empty());
    assert!(plan.unflagged(&project.snapshot()).is_empty());
}

#[test]
fn a_test_that_nobody_edited_was_not_switched_off() {
    let records = [record(&[], "one")];
    let mut project = Project::new();
    project.test(10, 1, "one", &line_of(&records[0])).is_automated = Some(false);
    let plan = project.plan(&records);
    assert_eq!(
        plan.tests,
        [TestPlan::Matched {
            id: TestId::new(10),
            place: None,
            steps: vec![],
            follows: RareChanges::default(),
            retired: None,
            overridden: false
        }]
    );
    assert_eq!(plan.unflagged(&project.snapshot()), [0]);
}

#[test]
fn an_unfinished_test_gets_its_steps_and_an_edited_one_does_not() {
    let mut with_steps = record(&[], "one");
    Arc::make_mut(&mut with_steps.details).steps =
        (1..=3).map(|n| StepText { step: n.to_string(), expected_result: String::new() }).collect();
    let records = [with_steps];
    let mut project = Project::new();
    project.test(10, 1, "one", &line_of(&records[0]));
    let mut missing = |present: &[u64], epoch: u64| {
        project.tests[0].epoch = Some(epoch);
        project.steps.insert(TestId::new(10), present.to_vec());
        match &project.plan(&records).tests[0] {
            TestPlan::Matched { steps, .. } => steps.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(missing(&[], 0), [1, 2, 3]);
    assert_eq!(missing(&[3], 0), [1, 2]);
    assert_eq!(missing(&[3, 2, 1], 0), [0; 0]);
    assert_eq!(missing(&[1], 0), [0; 0], "a person deleted the others");
    assert_eq!(missing(&[9], 0), [0; 0], "not ours");
    assert_eq!(missing(&[], 1), [0; 0]);
}

#[test]
fn duplicates_cause_a_warning_and_the_lowest_id_is_used() {
    let records = [record(&[], "one")];
    let mut project = Project::new();
    project.test(12, 1, "one", &line_of(&records[0]));
    project.test(11, 1, "one", &line_of(&records[0]));
    let plan = project.plan(&records);
    assert_eq!(plan.tests, [ours(11)]);
    assert_eq!(plan.warnings.len(), 1);
}

#[test]
fn the_same_input_gives_the_same_changes_and_a_finished_project_none() {
    let records = [record(&["a"], "one"), record(&["a", "b"], "two")];
    let project = Project::new();
    let changes = |project: &Project| {
        serde_json::to_string(&project.plan(&records).changes(&records)).unwrap()
    };
    assert_eq!(changes(&project), changes(&project));
    assert_eq!(project.plan(&records).changes(&records).len(), 4);
    let mut done = Project::new();
    let line = |path: &[&str]| {
        let mark = NamespaceMark::of(NAMESPACE);
        IdentityLine::of_folder(path, Identity::of_folder(NAMESPACE, path), mark).to_string()
    };
    done.folder(2, 1, "a", &line(&["a"])).folder(3, 2, "b", &line(&["a", "b"]));
    done.test(10, 2, "one", &line_of(&records[0]));
    done.test(11, 3, "two", &line_of(&records[1]));
    assert!(done.plan(&records).is_empty());
    assert_eq!(changes(&done), "[]");
}

#[test]
fn folders_of_people_get_their_identities() {
    let records = [record(&["a"], "one"), record(&["A"], "two"), record(&["b"], "three")];
    let mut project = Project::new();
    project.folder(2, 1, "a", "Mine.").folder(3, 1, "b", "Mine.");
    for (id, suite) in [(10, 2), (11, 2), (12, 3)] {
        let record = &records[usize::try_from(id).unwrap() - 10];
        project.test(id, suite, &record.name, &line_of(record));
    }
    let rows = |plan: &ChangePlan| -> Vec<u64> {
        plan.folders.to_link().map(|(_, suite)| suite.number()).collect()
    };
    let plan = project.plan(&records);
    assert_eq!(rows(&plan), [2, 2, 3]);
    assert!(!plan.is_empty());
    let adopts = plan.changes(&records);
    assert!(adopts.iter().all(|change| change.action == change::ChangeAction::Adopt), "{adopts:?}");
    // With them, nothing is left to do; nor if nothing of people may be written.
    assert!(project.plan_adopting(&records, Adopt::None).is_empty());
    let ids = |paths: &[&str]| -> Vec<Identity> {
        paths.iter().map(|path| Identity::of_folder(NAMESPACE, &[*path])).collect()
    };
    for (suite, paths) in [(1, &["a", "A"][..]), (2, &["b"])] {
        let text = crate::description::link_folder("Mine.", &ids(paths)).unwrap();
        project.suites[suite].description = Some(text);
    }
    assert!(project.plan(&records).is_empty());
}

#[test]
fn the_limit_stops_a_changed_template_and_not_a_resumed_import() {
    let mut project = Project::new();
    let held: Vec<TestRecord> = (0..120).map(|n| record(&[], &format!("t{n}"))).collect();
    for (id, record) in (10..).zip(&held) {
        project.test(id, 1, &record.name, &line_of(record));
    }
    // The container changed, so every identity did, and the names stayed.
    let renamed: Vec<TestRecord> = held
        .iter()
        .map(|old| TestRecord {
            identity: Identity::of_test(NAMESPACE, &["new"], &old.name),
            ..old.clone()
        })
        .collect();
    let check = |limit: CreateLimit, records: &[TestRecord]| {
        limit.check(&project.plan(records), records, &project.snapshot(), NAMESPACE)
    };
    assert_eq!(
        check(CreateLimit::Percent(50), &renamed),
        Err(CreateLimitExceeded { suspicious: 120, held: 120 })
    );
    assert_eq!(check(CreateLimit::Percent(100), &renamed), Ok(()));
    assert!(check(CreateLimit::Tests(119), &renamed).is_err());
    assert_eq!(check(CreateLimit::Percent(50), &renamed[..60]), Ok(()), "exactly half");
    let fresh: Vec<TestRecord> = (500..900).map(|n| record(&[], &format!("t{n}"))).collect();
    assert_eq!(check(CreateLimit::Tests(0), &fresh), Ok(()));
}

#[test]
fn a_record_is_done_if_nothing_has_to_be_written() {
    let folder = Project::new().plan(&[record(&["a"], "one")]).folders.of_record(0);
    let matched = |place, steps: &[usize]| TestPlan::Matched {
        id: TestId::new(1),
        place,
        steps: steps.to_vec(),
        follows: RareChanges::default(),
        retired: None,
        overridden: false,
    };
    assert!(matched(None, &[]).is_done());
    assert!(!matched(None, &[1]).is_done());
    assert!(!matched(Some(folder), &[]).is_done());
    assert!(!TestPlan::Create { folder, reason: "", steps: 1 }.is_done());
    assert!(!Project::new().plan(&[record(&[], "one")]).is_empty());
}

#[test]
fn the_steps_of_matched_tests_that_nobody_edited_are_read_once() {
    let records = ["one", "two", "three"].map(|name| record(&[], name));
    let mut project = Project::new();
    project.test(10, 1, "one", &line_of(&records[0]));
    project.test(11, 1, "two", &line_of(&records[1])).epoch = Some(1);
    project.test(12, 1, "somebody's", "");
    let mut snapshot = project.snapshot();
    let request = ReadRequest::Details {
        steps_of: vec![TestId::new(10)],
        duplicate_tests: vec![],
        duplicate_folders: vec![],
    };
    assert_eq!(next_read(&records, &snapshot, NAMESPACE), Some(request));
    snapshot.stage = ReadStage::Details;
    assert_eq!(next_read(&records, &snapshot, NAMESPACE), None);
}

#[test]
fn tests_in_no_live_folder_are_looked_up_once() {
    let records = [record(&[], "one"), record(&[], "two"), record(&[], "one")];
    let mut project = Project::new();
    project.test(11, 0, "one", &line_of(&records[0])).epoch = Some(1);
    project.test(10, 1, "two", &line_of(&records[1])).epoch = Some(1);
    project.test(12, 0, "somebody's", "");
    let mut snapshot = project.snapshot();
    assert_eq!(
        next_read(&records, &snapshot, NAMESPACE),
        Some(ReadRequest::Placements(vec![TestId::new(11)]))
    );
    snapshot.stage = ReadStage::Placements;
    assert_eq!(next_read(&records, &snapshot, NAMESPACE), None, "nothing else is needed");
}

#[test]
fn a_limit_prints_as_it_is_parsed() {
    for limit in ["0", "200", "50%", "100%"] {
        assert_eq!(limit.parse::<CreateLimit>().unwrap().to_string(), limit);
    }
    for wrong in ["", "-1", "101%", "half", "%"] {
        assert!(wrong.parse::<CreateLimit>().is_err(), "{wrong}");
    }
}

#[test]
fn each_unmatched_test_explains_one_creation() {
    let mut project = Project::new();
    for id in 10..110 {
        let old = record(&["old"], &format!("old {id}"));
        project.test(id, 1, "same name", &line_of(&old));
    }
    // The reports lack two tests of this name, and three of this name would be created.
    let records: Vec<TestRecord> = (10..108)
        .map(|id| record(&["old"], &format!("old {id}")))
        .chain((0..3).map(|n| TestRecord {
            identity: Identity::of_test(NAMESPACE, &["new"], &n.to_string()),
            ..record(&["old"], "same name")
        }))
        .collect();
    let check = |limit: CreateLimit| {
        limit.check(&project.plan(&records), &records, &project.snapshot(), NAMESPACE)
    };
    assert_eq!(check(CreateLimit::Tests(1)), Err(CreateLimitExceeded { suspicious: 2, held: 100 }));
    assert_eq!(check(CreateLimit::Tests(2)), Ok(()));
}

#[test]
fn a_pin_to_the_test_with_the_identity_changes_nothing() {
    let mut pinned = record(&[], "one");
    Arc::make_mut(&mut pinned.details).pinned = Some(Pin::Id(10));
    let mut project = Project::new();
    project.test(10, 1, "one", &line_of(&pinned));
    let plan = project.plan(std::slice::from_ref(&pinned));
    assert_eq!((plan.tests.as_slice(), plan.warnings.as_slice()), (&[ours(10)][..], &[][..]));
    // The pinned test has an older identity, another test the current one.
    let older = record(&[], "before");
    Arc::make_mut(&mut pinned.details).older = vec![older.identity];
    project.test(9, 1, "one", &line_of(&older));
    Arc::make_mut(&mut pinned.details).pinned = Some(Pin::Id(9));
    let plan = project.plan(std::slice::from_ref(&pinned));
    assert_eq!((plan.tests.as_slice(), plan.warnings.as_slice()), (&[ours(9)][..], &[][..]));
}

#[test]
fn a_pin_is_ignored_if_another_test_has_the_identity() {
    let mut pinned = record(&[], "one");
    Arc::make_mut(&mut pinned.details).pinned = Some(Pin::Id(11));
    let mut project = Project::new();
    project.test(10, 1, "one", &line_of(&pinned));
    project.test(11, 1, "by hand", "");
    let plan = project.plan(&[pinned]);
    assert_eq!(plan.tests, [ours(10)]);
    assert_eq!(
        plan.warnings,
        [
            "\"one\" is pinned to test 11, but another test already has its identity; the pin is ignored"
        ]
    );
}

#[test]
fn the_warning_about_ambiguous_tests_has_their_numbers() {
    let records = [record(&["a"], "one")];
    let mut project = Project::new();
    project.folder(2, 1, "a", "");
    project.test(10, 2, "one", "");
    project.test(11, 2, "one", "");
    assert_eq!(
        project.plan(&records).warnings,
        [
            "\"one\" in folder \"a\": 1 test in the reports and 2 tests in the project have this name; none is adopted"
        ]
    );
}

#[test]
fn existing_folders_are_counted() {
    let records = [record(&["a"], "one"), record(&["a", "b"], "two"), record(&["c"], "three")];
    let mut project = Project::new();
    assert_eq!(project.plan(&records).folders.matched(), 0);
    project.folder(2, 1, "a", "").folder(3, 1, "C", "").folder(4, 1, "other", "");
    assert_eq!(project.plan(&records).folders.matched(), 2);
}

#[test]
fn tests_of_the_namespace_in_no_report_are_stale() {
    let records = ["one", "two", "gone", "nowhere"].map(|name| record(&["a"], name));
    let mut project = Project::new();
    project.folder(2, 1, "a", "").folder(3, 1, "b", "");
    project.test(10, 2, "one", &line_of(&records[0]));
    project.test(11, 2, "renamed", &line_of(&records[2]));
    project.placements.push(SuiteTest {
        id: SuiteTestId::new(99),
        suite_id: SuiteId::new(3),
        test_id: TestId::new(11),
        epoch: Some(0),
        created_at: Some(Timestamp::UNIX_EPOCH),
    });
    project.test(12, 0, "nowhere", &line_of(&records[3]));
    project.test(13, 2, "by hand", "");
    let line = line_of(&record(&["a"], "other")).replace(
        &NamespaceMark::of(NAMESPACE).to_string(),
        &NamespaceMark::of("elsewhere").to_string(),
    );
    project.test(14, 2, "of another namespace", &line);
    let named = records[..2].iter().map(|record| record.identity).collect();
    let found = stale::stale(&project.snapshot(), NAMESPACE, &named);
    assert_eq!(
        found,
        [stale::Stale {
            identity: records[2].identity,
            name: "renamed".to_owned(),
            folder: vec!["a".to_owned()]
        }]
    );
}

/// The plan for `own` of an import that also has `others`, in another namespace, whose plans take `rows`.
fn plan_beside(
    project: &Project,
    own: &TestRecord,
    others: &[TestRecord],
    rows: &[u64],
) -> ChangePlan {
    let tests = std::iter::once(own).chain(others).cloned().collect();
    let records = Arc::new(Records { tests, ..Records::default() });
    let mut beside = Others::new(Arc::clone(&records), &(0..1), records.tests.len());
    beside.rows = rows.iter().map(|id| TestId::new(*id)).collect();
    let options =
        PlanOptions { namespace: NAMESPACE.to_owned(), others: beside, ..PlanOptions::default() };
    ChangePlan::new(&records.tests[..1], &project.snapshot(), &options)
}

/// A record of another namespace.
fn of_other(folder: &[&str], name: &str) -> TestRecord {
    let record = record(folder, name);
    TestRecord { identity: Identity::of_test("other", &record.class.container, name), ..record }
}

#[test]
fn a_row_belongs_to_one_namespace_of_an_import() {
    let own = record(&["a"], "one");
    let mut project = Project::new();
    project.folder(2, 1, "a", "");
    project.test(10, 2, "one", "by hand");
    assert_eq!(adopted(&plan_beside(&project, &own, &[], &[]).tests[0]), Some(10));
    // Another plan adopts it.
    assert!(created(&plan_beside(&project, &own, &[], &[10]).tests[0]));
    // Both namespaces want it.
    let plan = plan_beside(&project, &own, &[of_other(&["a"], "one")], &[]);
    assert!(created(&plan.tests[0]) && plan.warnings[0].contains("2 tests in the reports"));
    for other in [of_other(&["a"], "two"), of_other(&["b"], "one")] {
        assert_eq!(adopted(&plan_beside(&project, &own, &[other], &[]).tests[0]), Some(10));
    }
    // A test of another namespace is pinned to it.
    let mut pinned = of_other(&["b"], "two");
    Arc::make_mut(&mut pinned.details).pinned = Some(Pin::Id(10));
    assert!(created(&plan_beside(&project, &own, &[pinned], &[]).tests[0]));
    // It has the identity of another namespace's test, and that of `own` is an alias.
    let other = of_other(&["a"], "one");
    let line = line_with(&other, [own.identity]);
    project.tests[0].description = Some(line);
    assert_eq!(plan_beside(&project, &own, &[], &[]).tests, [ours(10)]);
    assert!(created(&plan_beside(&project, &own, &[other], &[]).tests[0]));
}

#[test]
fn tests_of_several_namespaces_that_are_pinned_to_one_row_share_it() {
    let pin = |mut record: TestRecord, pin| {
        Arc::make_mut(&mut record.details).pinned = Some(pin);
        record
    };
    let own = pin(record(&["a"], "one"), Pin::Id(10));
    let other = pin(of_other(&["b"], "two"), Pin::Key(5010));
    let mut project = Project::new();
    project.test(10, 1, "whatever", "").is_automated = Some(false);
    assert_eq!(
        adopted(&plan_beside(&project, &own, std::slice::from_ref(&other), &[]).tests[0]),
        Some(10)
    );
    // The other plan adopts it, which is no server that drops the flag.
    let plan = plan_beside(&project, &own, std::slice::from_ref(&other), &[10]);
    assert_eq!((&plan.tests[..], plan.warnings.len()), (&[ours(10)][..], 0));
    assert!(plan.unflagged(&project.snapshot()).is_empty());
    // It has adopted it.
    project.tests[0].description = Some(line_of(&other));
    let plan = plan_beside(&project, &own, std::slice::from_ref(&other), &[]);
    assert_eq!((&plan.tests[..], plan.warnings.len()), (&[ours(10)][..], 0));
    // Not if the other test is not pinned to it.
    let unpinned = TestRecord { details: Arc::default(), ..other };
    let plan = plan_beside(&project, &own, &[unpinned], &[]);
    assert!(created(&plan.tests[0]) && plan.warnings.len() == 1);
}

#[test]
fn rows_of_other_namespaces_of_an_import_are_no_reason_to_stop() {
    let records: Vec<TestRecord> = ["one", "two", "three"].map(|name| record(&["a"], name)).into();
    let mut project = Project::new();
    for (record, id) in records.iter().zip(10..) {
        let other = of_other(&["a"], &record.name);
        let mark = NamespaceMark::of("other");
        let line = IdentityLine::of_test(&other.class.container, &other.name, other.identity, mark);
        project.test(id, 1, &other.name, &line.to_string());
    }
    let stops = |namespaces: &[&str]| {
        let mut options = PlanOptions { namespace: NAMESPACE.to_owned(), ..PlanOptions::default() };
        options.others.namespaces = namespaces.iter().map(|name| NamespaceMark::of(name)).collect();
        let plan = ChangePlan::new(&records, &project.snapshot(), &options);
        plan.findings.other_namespace.is_some_and(|other| other.stops())
    };
    assert!(stops(&[]) && stops(&["third"]));
    assert!(!stops(&["third", "other"]));
}
