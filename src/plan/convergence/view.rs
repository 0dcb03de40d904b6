//! What an importer has read, and the plan for it, made by the planner of real imports.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Rule;
use super::world::{
    Cache, Deletion, FolderMembership, OwnRow, Path, ROOT, Record, Row, Step, Suite, Test, cached,
};
use crate::api::ids::{PlanId, PlanSuiteId, ProjectId, StepId, SuiteId, SuiteTestId, TestId};
use crate::api::wire;
use crate::description::IdentityLine;
use crate::plan::dedup::{DedupAction, KeepReason, RowKind};
use crate::plan::folders::FolderPlan;
use crate::plan::tests::{NAMESPACE, line_with, record};
use crate::plan::{ChangePlan, PlanOptions, TestPlan, next_read, steps_of};
use crate::snapshot::folders::FolderTree;
use crate::snapshot::{ReadRequest, ReadStage, Snapshot, StepTexts};
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::record::{StepText, TestRecord};

/// The folders of the reports, by [`Path`].
const PATHS: [&[&str]; 2] = [&["a"], &["a", "b"]];

const WINDOW: Duration = Duration::from_secs(900);

/// The lists, each as it was when it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct ClientView {
    pub(super) suites: Vec<Suite>,
    /// By suite: its parent. Suites that were created after this list was read have none.
    pub(super) parents: Vec<Row>,
    pub(super) tests: Vec<Test>,
    /// By row; none if the list does not show it.
    pub(super) places: Vec<Option<FolderMembership>>,
    pub(super) steps: Vec<Step>,
    /// What was read about duplicates: all placements, and the tests that are in runs.
    pub(super) duplicates: Option<(Vec<Option<FolderMembership>>, Vec<Row>)>,
}

/// One write of a deduplication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum DedupWrite {
    DeleteTest(Row),
    MoveTest { place: Row, from: Row, to: Row },
    DeletePlace(Row),
    MoveSuite { suite: Row, from: Row, to: Row },
    DeleteSuite(Row),
    DeleteStep(Row),
}

impl DedupWrite {
    /// The row whose creator goes first.
    pub(super) fn row(self) -> OwnRow {
        match self {
            Self::DeleteTest(test) => OwnRow::Test(test),
            Self::MoveTest { from: suite, .. }
            | Self::MoveSuite { from: suite, .. }
            | Self::DeleteSuite(suite) => OwnRow::Suite(suite),
            Self::DeletePlace(place) => OwnRow::Place(place),
            Self::DeleteStep(step) => OwnRow::Step(step),
        }
    }
}

/// What has to be written for one record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum PendingAction {
    Create,
    Matched { test: Row, place: bool, steps: Vec<u8> },
}

impl PendingAction {
    pub(super) fn is_done(&self) -> bool {
        matches!(self, Self::Matched { place: false, steps, .. } if steps.is_empty())
    }
}

/// A change plan, as far as the search is concerned.
#[derive(Debug)]
pub(super) struct PlanSummary {
    pub(super) dedups: Vec<DedupWrite>,
    pub(super) actions: Vec<PendingAction>,
    /// Whether something is missing on a row that exists.
    pub(super) lacks_something: bool,
}

impl PlanSummary {
    pub(super) fn is_empty(&self) -> bool {
        self.dedups.is_empty() && self.actions.iter().all(PendingAction::is_done)
    }
}

/// The folder of each report, and the folders to create next.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    pub(super) of_reports: Vec<Option<Row>>,
    pub(super) next: Vec<(Path, Row)>,
}

/// What the importers of a search share: the planner with a cache, and the rules.
pub(super) struct Model {
    records: Vec<TestRecord>,
    /// By record: its folder.
    pub(super) paths: Vec<Path>,
    pub(super) deletion: Deletion,
    /// The disabled rule.
    without: Option<Rule>,
    plans: Cache<Rc<PlanSummary>>,
    requests: Cache<Option<ReadRequest>>,
}

impl Model {
    /// For records in the folders `paths` with this number of steps.
    pub(super) fn new(
        records: &[(Path, usize)],
        deletion: Deletion,
        without: Option<Rule>,
    ) -> Self {
        let of = |(index, &(path, steps)): (usize, &(Path, usize))| {
            let mut record = record(PATHS[usize::from(path)], &format!("t{index}"));
            if steps > 1 {
                let step =
                    |step| StepText { step: format!("step {step}"), ..StepText::placeholder() };
                Arc::make_mut(&mut record.details).steps = (1..=steps).map(step).collect();
            }
            record
        };
        Self {
            records: records.iter().enumerate().map(of).collect(),
            paths: records.iter().map(|(path, _)| *path).collect(),
            deletion,
            without,
            plans: Cache::default(),
            requests: Cache::default(),
        }
    }

    pub(super) fn is_without(&self, rule: Rule) -> bool {
        self.without == Some(rule)
    }

    pub(super) fn steps(&self, record: Record) -> u8 {
        u8::try_from(steps_of(&self.records[usize::from(record)]).len()).unwrap()
    }

    /// The plan; `reversed`: the rows that were created last have the lowest ids.
    pub(super) fn plan(
        &self,
        view: &ClientView,
        reports: &[Record],
        reversed: bool,
    ) -> Rc<PlanSummary> {
        cached(&self.plans, &(view, reports, reversed), || {
            let records = self.of(reports);
            let ids = Ids { reversed };
            let snapshot = self.snapshot(view, &records, ids);
            let options = PlanOptions {
                namespace: NAMESPACE.to_owned(),
                window: WINDOW,
                ..PlanOptions::default()
            };
            let policy = |kind: RowKind, reasons: &[KeepReason]| {
                reasons.iter().all(|reason| self.is_without(Rule::KeepReason(kind, *reason)))
            };
            let plan = ChangePlan::with_policy(&records, &snapshot, &options, &policy);
            Rc::new(PlanSummary {
                dedups: plan.dedup.iter().map(|dedup| ids.write(&dedup.action)).collect(),
                actions: plan.tests.iter().map(|test| ids.action(test)).collect(),
                lacks_something: plan.lacks_something(&snapshot),
            })
        })
    }

    /// What has to be read next; `looked_up`: tests that were in no folder were looked up already.
    pub(super) fn next_read(
        &self,
        view: &ClientView,
        reports: &[Record],
        reversed: bool,
        looked_up: bool,
    ) -> Option<ReadRequest> {
        cached(&self.requests, &(view, reports, reversed, looked_up), || {
            let records = self.of(reports);
            let mut snapshot = self.snapshot(view, &records, Ids { reversed });
            if looked_up {
                snapshot.stage = ReadStage::Placements;
            }
            next_read(&records, &snapshot, NAMESPACE)
        })
    }

    /// Whether the importer has seen a folder of the reports.
    pub(super) fn exists(&self, view: &ClientView, path: Path) -> bool {
        let identity = Identity::of_folder(NAMESPACE, PATHS[usize::from(path)]);
        !tree(view, Ids { reversed: false }).with_identity(identity).is_empty()
    }

    /// Whether the importer has seen a folder of the reports, and not its place.
    pub(super) fn is_unplaced(&self, view: &ClientView, path: Path) -> bool {
        let identity = Identity::of_folder(NAMESPACE, PATHS[usize::from(path)]);
        tree(view, Ids { reversed: false }).unplaced(identity).is_some()
    }

    /// The folders of `reports`, of which `needed` have to exist.
    pub(super) fn folders(
        &self,
        view: &ClientView,
        reports: &[Record],
        needed: &[bool],
        reversed: bool,
    ) -> Level {
        let records = self.of(reports);
        let ids = Ids { reversed };
        let tree = tree(view, ids);
        let mut plan = FolderPlan::new(&records, &tree, NAMESPACE);
        for (index, _) in needed.iter().enumerate().filter(|(_, needed)| **needed) {
            plan.need(plan.of_record(index));
        }
        let row = |id: SuiteId| ids.row(id.number());
        Level {
            of_reports: (0..records.len())
                .map(|index| plan.suite_of_record(index).map(row))
                .collect(),
            next: plan
                .next_level()
                .map(|(folder, parent)| {
                    let path = PATHS.iter().position(|path| *path == folder.path).unwrap();
                    (Path::try_from(path).unwrap(), row(parent))
                })
                .collect(),
        }
    }

    fn of(&self, reports: &[Record]) -> Vec<TestRecord> {
        reports.iter().map(|&record| self.records[usize::from(record)].clone()).collect()
    }

    fn snapshot(&self, view: &ClientView, records: &[TestRecord], ids: Ids) -> Snapshot {
        let tests: Vec<wire::Test> = numbered(&view.tests)
            .filter(|(_, test)| !test.deleted)
            .map(|(row, test)| self.test(ids.id(row), test))
            .collect();
        let live: Vec<wire::SuiteTest> = places(&view.places, ids).collect();
        let mut snapshot = Snapshot::of_rows(tree(view, ids), &tests, &live);
        let texts = StepTexts::default();
        let steps = numbered(&view.steps)
            .filter(|(_, step)| !step.deleted)
            .map(|(row, step)| self.step(ids, row, step, &view.tests))
            .map(|step| texts.listed(step));
        snapshot.set_steps(steps.collect());
        let Some((all, used)) = &view.duplicates else { return snapshot };
        snapshot.stage = ReadStage::Placements;
        let Some(ReadRequest::Details { duplicate_tests, duplicate_folders, .. }) =
            next_read(records, &snapshot, NAMESPACE)
        else {
            return snapshot;
        };
        let duplicates = &mut snapshot.duplicates;
        duplicates.used = used.iter().map(|row| TestId::new(ids.id(*row))).collect();
        for place in places(all, ids) {
            if duplicate_tests.contains(&place.test_id) {
                duplicates.placements.entry(place.test_id).or_default().push(place.clone());
            }
            if duplicate_folders.contains(&place.suite_id) {
                duplicates.contents.entry(place.suite_id).or_default().push(place);
            }
        }
        for (row, step) in numbered(&view.steps).filter(|(_, step)| !step.deleted) {
            let step = self.step(ids, row, step, &view.tests);
            if duplicate_tests.contains(&step.test_id) {
                duplicates.steps_of.entry(step.test_id).or_default().push(step);
            }
        }
        for (row, suite) in numbered(&view.suites).take(view.parents.len()) {
            let id = SuiteId::new(ids.id(row));
            if duplicate_folders.contains(&id) {
                let place = plan_suite(ids, row, suite.parent);
                let elsewhere = wire::PlanSuite { plan_id: PlanId::new(2), ..place.clone() };
                let places = std::iter::once(place).chain(suite.elsewhere.then_some(elsewhere));
                duplicates.places.insert(id, places.collect());
            }
        }
        snapshot
    }

    fn test(&self, id: u64, test: &Test) -> wire::Test {
        let record = test.record.map(|record| &self.records[usize::from(record)]);
        let aliases = test.alias.map(|alias| self.records[usize::from(alias)].identity);
        let line = record.map(|record| line_with(record, aliases)).unwrap_or_default();
        let name = record.map_or("a person's", |record| record.name.as_str());
        wire::Test {
            id: TestId::new(id),
            name: if test.renamed { "renamed".to_owned() } else { name.to_owned() },
            description: Some(if test.described { format!("Mine.\n\n{line}") } else { line }),
            project_id: ProjectId::new(1),
            is_automated: Some(true),
            to_automate: None,
            key: None,
            epoch: Some(u64::from(test.edited)),
            precondition: None,
            case_priority_id: None,
            created_at: created(test.late),
            updated_at: created(test.late),
            run_result: None,
        }
    }

    fn step(&self, ids: Ids, row: Row, step: &Step, tests: &[Test]) -> wire::Step {
        let record = tests.get(usize::from(step.test)).and_then(|test| test.record);
        let texts = record.map(|record| steps_of(&self.records[usize::from(record)]));
        let text = texts
            .and_then(|texts| texts.into_iter().nth(usize::from(step.sequence) - 1))
            .unwrap_or_else(StepText::placeholder);
        wire::Step {
            id: StepId::new(ids.id(row)),
            test_id: TestId::new(ids.id(step.test)),
            sequence: Some(u64::from(step.sequence)),
            step: Some(if step.reworded { "Mine.".to_owned() } else { text.step }),
            expected_result: Some(text.expected_result),
            epoch: Some(u64::from(step.edited)),
            created_at: created(step.late),
        }
    }
}

/// Converts rows to ids and back.
#[derive(Clone, Copy)]
struct Ids {
    reversed: bool,
}

impl Ids {
    fn id(self, row: Row) -> u64 {
        if self.reversed { 300 - u64::from(row) } else { 1 + u64::from(row) }
    }

    fn row(self, id: u64) -> Row {
        Row::try_from(if self.reversed { 300 - id } else { id - 1 }).unwrap()
    }

    fn write(self, action: &DedupAction) -> DedupWrite {
        let suite = |id: &SuiteId| self.row(id.number());
        match action {
            DedupAction::DeleteTest { id, .. } => DedupWrite::DeleteTest(self.row(id.number())),
            DedupAction::MoveTest { place, from, to } => DedupWrite::MoveTest {
                place: self.row(place.number()),
                from: suite(from),
                to: suite(to),
            },
            DedupAction::DeletePlace { place } => DedupWrite::DeletePlace(self.row(place.number())),
            DedupAction::MoveFolder { place, from, to } => DedupWrite::MoveSuite {
                suite: self.row(place.number()),
                from: suite(from),
                to: suite(to),
            },
            DedupAction::DeleteFolder { id } => DedupWrite::DeleteSuite(suite(id)),
            DedupAction::DeleteStep { id } => DedupWrite::DeleteStep(self.row(id.number())),
        }
    }

    fn action(self, plan: &TestPlan) -> PendingAction {
        match plan {
            TestPlan::Create { .. } => PendingAction::Create,
            TestPlan::Matched { id, place, steps, .. } => PendingAction::Matched {
                test: self.row(id.number()),
                place: place.is_some(),
                steps: steps.iter().map(|&step| u8::try_from(step).unwrap()).collect(),
            },
            TestPlan::Adopt { .. } | TestPlan::Relink { .. } => {
                unreachable!("no scenario has a test that could be adopted or carried over")
            }
        }
    }
}

fn numbered<T>(rows: &[T]) -> impl Iterator<Item = (Row, &T)> {
    rows.iter().enumerate().map(|(row, value)| (Row::try_from(row).unwrap(), value))
}

fn created(late: bool) -> Option<Timestamp> {
    Some(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(if late { 24 } else { 0 }))
}

fn places(rows: &[Option<FolderMembership>], ids: Ids) -> impl Iterator<Item = wire::SuiteTest> {
    numbered(rows).filter_map(move |(row, place)| {
        let place = place.as_ref()?;
        Some(wire::SuiteTest {
            id: SuiteTestId::new(ids.id(row)),
            suite_id: SuiteId::new(ids.id(place.suite)),
            test_id: TestId::new(ids.id(place.test)),
            epoch: Some(0),
            created_at: created(place.late),
        })
    })
}

fn plan_suite(ids: Ids, suite: Row, parent: Row) -> wire::PlanSuite {
    wire::PlanSuite {
        id: PlanSuiteId::new(ids.id(suite)),
        plan_id: PlanId::new(1),
        suite_id: SuiteId::new(ids.id(suite)),
        parent_id: (suite != ROOT).then(|| SuiteId::new(ids.id(parent))),
    }
}

fn tree(view: &ClientView, ids: Ids) -> FolderTree {
    let mark = NamespaceMark::of(NAMESPACE);
    let suites = numbered(&view.suites).filter(|(_, suite)| !suite.deleted).map(|(row, suite)| {
        let path = suite.path.map(|path| PATHS[usize::from(path)]);
        let line = path.map_or_else(String::new, |path| {
            let identity = Identity::of_folder(NAMESPACE, path);
            IdentityLine::of_folder(path, identity, mark).to_string()
        });
        let name = path.and_then(|path| path.last()).copied().unwrap_or("a person's");
        wire::Suite {
            id: SuiteId::new(ids.id(row)),
            name: if suite.renamed { "renamed".to_owned() } else { name.to_owned() },
            description: Some(if suite.described { format!("Mine.\n\n{line}") } else { line }),
            project_id: ProjectId::new(1),
            is_root: Some(row == ROOT),
            epoch: Some(0),
            created_at: created(suite.late),
        }
    });
    let places = numbered(&view.parents).map(|(row, parent)| plan_suite(ids, row, *parent));
    FolderTree::new(suites.collect(), places.collect(), ProjectId::new(1), PlanId::new(1)).unwrap()
}
