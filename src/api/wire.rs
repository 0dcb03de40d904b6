//! Rows and lists as the API writes them.
//!
//! Only the fields that the importer reads; others are ignored, because the API may add fields. Ids and
//! counts are read from numbers or strings.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ids::{
    CasePriorityId, DefectId, DefectRunResultId, IncludeId, LabelAssignedId, LabelId, MilestoneId,
    PlanId, PlanSuiteId, ProjectId, ProjectStatusId, RunId, RunResultId, RunResultStepId, StatusId,
    StepId, SuiteId, SuiteTestId, TestId,
};
use super::lenient::{Element, RowList, flag, length, list, moment, optional_number, text};

/// One page of a list (source: the vendor's guide).
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"), try_from = "WrittenPage<T>")]
pub struct Page<T> {
    /// The number of this page, from 1.
    pub current_page: u64,
    /// The elements of the list.
    rows: Vec<Element<T>>,
    /// The number of the last page, at least 1.
    pub last_page: u64,
    /// The number of rows on all pages.
    pub total: u64,
}

/// The numbers of a page: beside the rows as in the guide, or in `meta`, as web frameworks also write them.
#[derive(Default, Deserialize)]
struct PageNumbers {
    #[serde(default, deserialize_with = "optional_number")]
    current_page: Option<u64>,
    #[serde(default, deserialize_with = "optional_number")]
    last_page: Option<u64>,
    #[serde(default, deserialize_with = "optional_number")]
    total: Option<u64>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
struct WrittenPage<T> {
    #[serde(default, deserialize_with = "optional_number")]
    current_page: Option<u64>,
    /// `null` is read as none.
    #[serde(default, deserialize_with = "list")]
    data: Vec<Element<T>>,
    #[serde(default, deserialize_with = "optional_number")]
    last_page: Option<u64>,
    #[serde(default, deserialize_with = "optional_number")]
    total: Option<u64>,
    #[serde(default)]
    meta: Option<PageNumbers>,
}

impl<T> TryFrom<WrittenPage<T>> for Page<T> {
    type Error = String;

    fn try_from(written: WrittenPage<T>) -> Result<Self, String> {
        let meta = written.meta.unwrap_or_default();
        let needed = |beside: Option<u64>, inside: Option<u64>, name: &str| {
            beside.or(inside).ok_or_else(|| {
                format!("not a page of a list: `{name}` is missing, or is not a number")
            })
        };
        Ok(Self {
            current_page: needed(written.current_page, meta.current_page, "current_page")?,
            last_page: needed(written.last_page, meta.last_page, "last_page")?,
            total: needed(written.total, meta.total, "total")?,
            rows: written.data,
        })
    }
}

impl<T: DeserializeOwned> RowList<T> for Page<T> {
    fn take_elements(&mut self) -> Vec<Element<T>> {
        std::mem::take(&mut self.rows)
    }
}

/// A resource of the API: its name in paths, and the id of its rows.
pub trait Resource: DeserializeOwned + Send + 'static {
    /// The name in `/api/{name}`.
    const NAME: &'static str;

    /// Whether the rows have a `project_id`.
    const IN_PROJECT: bool;

    /// The row's id as a number, unique within the resource.
    fn row_id(&self) -> u64;

    /// The value of a field that lists are filtered by; none if the row does not have the field.
    fn number(&self, field: &str) -> Option<u64>;
}

/// A field that lists are filtered by, which a row may lack.
trait FilterField {
    fn value(&self) -> Option<u64>;
}

impl FilterField for u64 {
    fn value(&self) -> Option<u64> {
        Some(*self)
    }
}

impl<T: FilterField> FilterField for Option<T> {
    fn value(&self) -> Option<u64> {
        self.as_ref().and_then(FilterField::value)
    }
}

macro_rules! filter_fields {
    ($($id:ident)*) => {$(
        impl FilterField for $id {
            fn value(&self) -> Option<u64> {
                Some(self.number())
            }
        }
    )*};
}

filter_fields! { ProjectId PlanId SuiteId TestId RunId RunResultId LabelId }

macro_rules! resources {
    ($($row:ident = $name:literal, in project: $in_project:literal, by: [$($field:ident),*];)*) => {$(
        impl Resource for $row {
            const NAME: &'static str = $name;
            const IN_PROJECT: bool = $in_project;

            fn row_id(&self) -> u64 {
                self.id.number()
            }

            fn number(&self, field: &str) -> Option<u64> {
                match field {
                    "id" => Some(self.id.number()),
                    $(stringify!($field) => self.$field.value(),)*
                    _ => None,
                }
            }
        }
    )*};
}

resources! {
    Project = "project", in project: false, by: [];
    Plan = "plan", in project: true, by: [project_id];
    Suite = "suite", in project: true, by: [project_id];
    PlanSuite = "plan_suite", in project: false, by: [plan_id, suite_id];
    Test = "test", in project: true, by: [project_id];
    SuiteTest = "suite_test", in project: false, by: [suite_id, test_id];
    Step = "step", in project: true, by: [test_id];
    RunResult = "run_result", in project: true, by: [test_id, run_id];
    RunResultStep = "run_result_step", in project: true, by: [run_result_id];
    Run = "run", in project: true, by: [project_id, plan_id];
    Status = "status", in project: false, by: [];
    Milestone = "milestone", in project: true, by: [project_id];
    ProjectStatus = "project_status", in project: true, by: [project_id];
    PlanSuiteTestInclude = "plan_suite_test_include", in project: true, by: [plan_id, suite_id];
    Defect = "defect", in project: true, by: [project_id];
    DefectRunResult = "defect_run_result", in project: true, by: [run_result_id];
    CasePriority = "case_priority", in project: false, by: [];
    Label = "label", in project: false, by: [];
    LabelAssigned = "label_assigned", in project: false, by: [related_id, label_id];
}

/// A project.
#[derive(Clone, Debug, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    #[serde(default, deserialize_with = "text")]
    pub name: String,
}

/// A plan; the one with `is_root` holds the folder tree. The web application calls the others cycles.
#[derive(Clone, Debug, Deserialize)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// Its name.
    #[serde(default, deserialize_with = "text")]
    pub name: String,
    /// Its description, which holds our mark of a cycle.
    #[serde(default)]
    pub description: Option<String>,
    /// How often it was updated.
    #[serde(default, deserialize_with = "optional_number")]
    pub epoch: Option<u64>,
    /// Its project.
    pub project_id: ProjectId,
    /// Whether it is the project's root plan.
    #[serde(default, deserialize_with = "flag")]
    pub is_root: Option<bool>,
}

/// A suite; the web application calls it a folder.
#[derive(Clone, Debug, Deserialize)]
pub struct Suite {
    /// Its id.
    pub id: SuiteId,
    /// Its name.
    #[serde(default, deserialize_with = "text")]
    pub name: String,
    /// Its description.
    #[serde(default)]
    pub description: Option<String>,
    /// Its project.
    pub project_id: ProjectId,
    /// Whether it is the project's root folder.
    #[serde(default, deserialize_with = "flag")]
    pub is_root: Option<bool>,
    /// How often it was updated.
    #[serde(default, deserialize_with = "optional_number")]
    pub epoch: Option<u64>,
    /// When it was created, by the server's clock.
    #[serde(default, deserialize_with = "moment")]
    pub created_at: Option<Timestamp>,
}

/// The place of a suite in the tree of a plan.
#[derive(Clone, Debug, Deserialize)]
pub struct PlanSuite {
    /// Its id.
    pub id: PlanSuiteId,
    /// The plan.
    pub plan_id: PlanId,
    /// The placed suite.
    pub suite_id: SuiteId,
    /// The parent suite; none at the top, and for anything that is no id.
    #[serde(default, deserialize_with = "optional_suite")]
    pub parent_id: Option<SuiteId>,
}

fn optional_suite<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SuiteId>, D::Error> {
    Ok(optional_number(deserializer)?.map(SuiteId::new))
}

/// A test.
#[derive(Clone, Debug, Deserialize)]
pub struct Test {
    /// Its id.
    pub id: TestId,
    /// Its name.
    #[serde(default, deserialize_with = "text")]
    pub name: String,
    /// Its description, which holds our identity line.
    #[serde(default)]
    pub description: Option<String>,
    /// Its project.
    pub project_id: ProjectId,
    /// Whether it is automated.
    #[serde(default, deserialize_with = "flag")]
    pub is_automated: Option<bool>,
    /// Whether people plan to automate it.
    #[serde(default, deserialize_with = "flag")]
    pub to_automate: Option<bool>,
    /// The number in `TC-<key>`.
    #[serde(default, deserialize_with = "optional_number")]
    pub key: Option<u64>,
    /// How often it was updated.
    #[serde(default, deserialize_with = "optional_number")]
    pub epoch: Option<u64>,
    /// The precondition; empty in tests that we create, unless the report names one.
    #[serde(default)]
    pub precondition: Option<String>,
    /// The priority.
    #[serde(default, deserialize_with = "optional_number")]
    pub case_priority_id: Option<u64>,
    /// When it was created, by the server's clock.
    #[serde(default, deserialize_with = "moment")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "moment")]
    pub updated_at: Option<Timestamp>,
    /// How many results runs have of it; only if they were asked for (`_with=run_result`), and the server knows them.
    #[serde(default, deserialize_with = "length")]
    pub run_result: Option<usize>,
}

/// What a test or folder once was: an element of the answer to `?revision_log=true` (source: the SDK).
#[derive(Clone, Debug, Deserialize)]
pub struct Version {
    /// How often the row had been updated by then.
    #[serde(default, deserialize_with = "optional_number")]
    pub epoch: Option<u64>,
    /// The name.
    #[serde(default, deserialize_with = "text")]
    pub name: String,
    /// The description.
    #[serde(default)]
    pub description: Option<String>,
}

/// The placement of a test in a suite.
#[derive(Clone, Debug, Deserialize)]
pub struct SuiteTest {
    /// Its id.
    pub id: SuiteTestId,
    /// The suite.
    pub suite_id: SuiteId,
    /// The test.
    pub test_id: TestId,
    /// How often it was updated: a test that is moved in the web application keeps its placement.
    #[serde(default, deserialize_with = "optional_number")]
    pub epoch: Option<u64>,
    /// When it was created.
    #[serde(default, deserialize_with = "moment")]
    pub created_at: Option<Timestamp>,
}

/// A step of a test.
#[derive(Clone, Debug, Deserialize)]
pub struct Step {
    /// Its id.
    pub id: StepId,
    /// Its test.
    pub test_id: TestId,
    /// Its position among the steps of the test, from 1.
    #[serde(default, deserialize_with = "optional_number")]
    pub sequence: Option<u64>,
    /// What to do.
    #[serde(default)]
    pub step: Option<String>,
    /// The expected result.
    #[serde(default)]
    pub expected_result: Option<String>,
    /// How often it was updated.
    #[serde(default, deserialize_with = "optional_number")]
    pub epoch: Option<u64>,
    /// When it was created, by the server's clock.
    #[serde(default, deserialize_with = "moment")]
    pub created_at: Option<Timestamp>,
}

/// A run: an execution of a cycle (source of this and the following rows: the SDK).
#[derive(Clone, Debug, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Its project.
    pub project_id: ProjectId,
    /// Its cycle.
    pub plan_id: PlanId,
    /// Its name, which holds our mark of the build.
    #[serde(default, deserialize_with = "text")]
    pub name: String,
    /// Whether it is complete. Complete runs may be locked.
    #[serde(default, deserialize_with = "flag")]
    pub is_complete: Option<bool>,
    /// How often it was updated.
    #[serde(default, deserialize_with = "optional_number")]
    pub epoch: Option<u64>,
}

/// The result of a test in a run. Its status is that of its last step; clients cannot set it.
#[derive(Clone, Debug, Deserialize)]
pub struct RunResult {
    /// Its id.
    pub id: RunResultId,
    /// The run.
    #[serde(default)]
    pub run_id: Option<RunId>,
    /// The test.
    pub test_id: TestId,
    /// The folder.
    #[serde(default)]
    pub suite_id: Option<SuiteId>,
    /// The status.
    #[serde(default)]
    pub status_id: Option<StatusId>,
    /// The environment, in a cycle that has several.
    #[serde(default, deserialize_with = "optional_number")]
    pub environment_id: Option<u64>,
    /// The row of the test's data set.
    #[serde(default, deserialize_with = "optional_number")]
    pub data_set_row: Option<u64>,
    /// How often it was updated.
    #[serde(default, deserialize_with = "optional_number")]
    pub epoch: Option<u64>,
}

/// The result of a step in a run.
#[derive(Clone, Debug, Deserialize)]
pub struct RunResultStep {
    /// Its id.
    pub id: RunResultStepId,
    /// The result of the test.
    pub run_result_id: RunResultId,
    /// The step of the test.
    #[serde(default)]
    pub step_id: Option<StepId>,
    /// Its status.
    #[serde(default)]
    pub status_id: Option<StatusId>,
    /// Its position among the steps, from 1.
    #[serde(default, deserialize_with = "optional_number")]
    pub sequence: Option<u64>,
    /// *Actual result*, Markdown.
    #[serde(default, deserialize_with = "text")]
    pub result: String,
    /// The version that was tested; holds our provenance.
    #[serde(default, deserialize_with = "text")]
    pub version: String,
    /// How often it was updated.
    #[serde(default, deserialize_with = "optional_number")]
    pub epoch: Option<u64>,
}

/// A status of results, such as Pass.
#[derive(Clone, Debug, Deserialize)]
pub struct Status {
    /// Its id.
    pub id: StatusId,
    /// Its name.
    #[serde(default, deserialize_with = "text")]
    pub name: String,
    /// Whether every project may use it.
    #[serde(default, deserialize_with = "flag")]
    pub all_projects: Option<bool>,
}

/// A project that may use a status that is not for all projects.
#[derive(Clone, Debug, Deserialize)]
pub struct ProjectStatus {
    /// Its id.
    pub id: ProjectStatusId,
    /// The project.
    pub project_id: ProjectId,
    /// The status.
    pub status_id: StatusId,
}

/// A milestone.
#[derive(Clone, Debug, Deserialize)]
pub struct Milestone {
    /// Its id.
    pub id: MilestoneId,
    /// Its project.
    #[serde(default)]
    pub project_id: Option<ProjectId>,
    /// Its name.
    #[serde(default, deserialize_with = "text")]
    pub name: String,
}

/// A test that a cycle includes.
#[derive(Clone, Debug, Deserialize)]
pub struct PlanSuiteTestInclude {
    /// Its id.
    pub id: IncludeId,
    /// The cycle.
    #[serde(default)]
    pub plan_id: Option<PlanId>,
    /// The folder.
    pub suite_id: SuiteId,
    /// The test.
    #[serde(default)]
    pub test_id: Option<TestId>,
}

/// A defect of an issue tracker.
#[derive(Clone, Debug, Deserialize)]
pub struct Defect {
    /// Its id.
    pub id: DefectId,
    /// Its project.
    #[serde(default)]
    pub project_id: Option<ProjectId>,
    /// Its key in the issue tracker, such as `SHOP-7`.
    #[serde(default, deserialize_with = "text")]
    pub external_reference_id: String,
}

/// A defect of a result.
#[derive(Clone, Debug, Deserialize)]
pub struct DefectRunResult {
    /// Its id.
    pub id: DefectRunResultId,
    /// The defect.
    #[serde(default)]
    pub defect_id: Option<DefectId>,
    /// The result.
    #[serde(default)]
    pub run_result_id: Option<RunResultId>,
}

/// A priority of tests, such as High (source of this and the following rows: the SDK).
#[derive(Clone, Debug, Deserialize)]
pub struct CasePriority {
    /// Its id.
    pub id: CasePriorityId,
    /// Its name.
    #[serde(default, deserialize_with = "text")]
    pub name: String,
}

/// A label, for all projects.
#[derive(Clone, Debug, Deserialize)]
pub struct Label {
    /// Its id.
    pub id: LabelId,
    /// Its text.
    #[serde(default, deserialize_with = "text")]
    pub label: String,
}

/// A label of a row.
#[derive(Clone, Debug, Deserialize)]
pub struct LabelAssigned {
    /// Its id.
    pub id: LabelAssignedId,
    /// The label.
    pub label_id: LabelId,
    /// The id of the row.
    #[serde(default, deserialize_with = "optional_number")]
    pub related_id: Option<u64>,
    /// The kind of the row. Its words are not documented.
    #[serde(default, deserialize_with = "text")]
    pub related_type: String,
}

/// `PUT /api/suite_test/{id}` (source: the SDK).
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct MovedTest {
    pub(crate) suite_id: SuiteId,
}

/// `PUT /api/plan_suite/{id}` (source: the SDK).
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct MovedFolder {
    pub(crate) parent_id: SuiteId,
}

/// `POST /api/plan_suite` (source: the SDK), for a folder that has no place.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NewFolderPlace {
    pub(crate) plan_id: PlanId,
    pub(crate) suite_id: SuiteId,
    pub(crate) parent_id: SuiteId,
}

/// `POST /api/suite` (source: the vendor's guide; `description` by the SDK).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewSuite {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) plan_id: PlanId,
    pub(crate) plan_suite: NewPlanSuite,
    pub(crate) project_id: ProjectId,
}

/// The place of a new suite.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NewPlanSuite {
    pub(crate) parent_id: SuiteId,
}

/// `POST /api/test` (source: the vendor's guide; `description` by the SDK).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewTest {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) precondition: String,
    pub(crate) project_id: ProjectId,
    pub(crate) suite_id: SuiteId,
    pub(crate) is_automated: bool,
    /// Absent: the server chooses (source: the SDK).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) case_priority_id: Option<CasePriorityId>,
}

/// `POST /api/label` (source: the SDK).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewLabel {
    pub(crate) label: String,
}

/// `POST /api/test/{id}/label_assigned`, whose path names the row, or `POST /api/label_assigned` (source: the SDK).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewLabelAssigned {
    pub(crate) label_id: LabelId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) related_id: Option<TestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) related_type: Option<String>,
}

/// `POST /api/step` (source: the vendor's guide).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewStep {
    pub(crate) step: String,
    pub(crate) expected_result: String,
    pub(crate) sequence: u64,
    pub(crate) project_id: ProjectId,
    pub(crate) test_id: TestId,
}

/// `PUT /api/step/{id}` (source: the vendor's guide).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct UpdatedStep {
    pub(crate) step: String,
    pub(crate) expected_result: String,
}

/// `POST /api/suite_test` (source: the SDK).
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NewSuiteTest {
    pub(crate) suite_id: SuiteId,
    pub(crate) test_id: TestId,
}

/// `PUT /api/test/{id}` that links a test: a person's gets the flag, too; one whose test was renamed may get the new name.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Link {
    pub(crate) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_automated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

/// `PUT /api/suite/{id}` that links a folder (source: the vendor's guide; `description` by the SDK).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FolderLink {
    pub(crate) description: String,
}

/// `PUT /api/test/{id}` that sets the flag.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Flag {
    pub(crate) is_automated: bool,
}

/// `POST /api/plan` (source: the SDK).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewPlan {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) project_id: ProjectId,
    pub(crate) is_automated: bool,
}

/// `POST /api/plan_suite` (source: the SDK).
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NewPlace {
    pub(crate) plan_id: PlanId,
    pub(crate) suite_id: SuiteId,
}

/// `POST /api/plan_suite_test_include` (source: the SDK).
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NewInclude {
    pub(crate) plan_id: PlanId,
    pub(crate) suite_id: SuiteId,
    pub(crate) test_id: TestId,
    pub(crate) project_id: ProjectId,
}

/// `POST /api/run` (source: the CLI, which sends the flags as numbers).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewRun {
    pub(crate) project_id: ProjectId,
    pub(crate) plan_id: PlanId,
    pub(crate) name: String,
    pub(crate) start_time: String,
    pub(crate) is_running: u8,
    pub(crate) is_complete: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) milestone_id: Option<MilestoneId>,
}

/// `PUT /api/run/{id}` that completes a run (source: the SDK).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CompletedRun {
    pub(crate) is_complete: bool,
    pub(crate) is_running: bool,
    pub(crate) end_time: String,
}

/// `POST /api/run_result` (source: the SDK).
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NewRunResult {
    pub(crate) project_id: ProjectId,
    pub(crate) run_id: RunId,
    pub(crate) test_id: TestId,
    pub(crate) suite_id: SuiteId,
}

/// `POST /api/run_result_step` that creates a row (source: the SDK).
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NewRunResultStep {
    pub(crate) project_id: ProjectId,
    pub(crate) run_result_id: RunResultId,
    pub(crate) step_id: StepId,
    pub(crate) sequence: u64,
}

/// `POST /api/comment` (source: the SDK).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewComment {
    pub(crate) body: String,
}

/// `POST /api/defect_run_result` (source: the SDK).
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NewDefectRunResult {
    pub(crate) defect_id: DefectId,
    pub(crate) run_result_id: RunResultId,
}

/// An error body as the SDK expects it: `message` is a string or an object of field → messages.
#[derive(Debug, Default, Deserialize)]
pub struct ErrorBody {
    /// The message.
    #[serde(default)]
    pub message: Option<serde_json::Value>,
    /// The message, where other frameworks have it.
    #[serde(default)]
    pub error: Option<serde_json::Value>,
    /// Field → messages, with 400.
    #[serde(default)]
    pub validation_errors: Option<serde_json::Value>,
    /// Field → messages.
    #[serde(default)]
    pub errors: Option<serde_json::Value>,
    /// Such as `23505`.
    #[serde(default)]
    pub code: Option<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::super::lenient::is_deleted_row;
    use super::*;

    /// The rows of a page, and whether they were deleted.
    fn rows<T: DeserializeOwned>(mut page: Page<T>) -> Vec<(T, bool)> {
        let elements = page.take_elements().into_iter().map(|element| match element {
            Element::Row(listed) => (listed.row, listed.is_deleted),
            Element::Taken => panic!("no row"),
        });
        elements.collect()
    }

    #[test]
    fn ids_may_be_strings_and_lists_may_be_null() {
        let page: Page<SuiteTest> = serde_json::from_str(
            r#"{"current_page":"1","data":[{"id":"7","suite_id":8,"test_id":"9","new":{}}],"last_page":1,"total":1}"#,
        )
        .unwrap();
        assert_eq!(rows(page)[0].0.test_id, TestId::new(9));
        let page: Page<Test> =
            serde_json::from_str(r#"{"current_page":1,"data":null,"last_page":1,"total":"0"}"#)
                .unwrap();
        assert!(rows(page).is_empty());
        assert!(serde_json::from_str::<TestId>("-1").is_err());
        assert!(serde_json::from_str::<TestId>("\"x\"").is_err());
    }

    #[test]
    fn deleted_rows_are_absent() {
        let page = |deleted_at: &str| -> (Vec<u64>, usize) {
            let page: Page<SuiteTest> = serde_json::from_str(&format!(
                r#"{{"current_page":1,"data":[{{"id":7,"suite_id":8,"dele\u0074ed_at":{deleted_at},"test_id":9}},
                    {{"id":8,"suite_id":8,"test_id":9}}],"last_page":1,"total":2}}"#
            ))
            .unwrap();
            let (deleted, live): (Vec<_>, Vec<_>) =
                rows(page).into_iter().partition(|(_, is_deleted)| *is_deleted);
            (live.iter().map(|(row, _)| row.row_id()).collect(), deleted.len())
        };
        for live in ["null", "\"\"", "false"] {
            assert_eq!(page(live), (vec![7, 8], 0), "{live}");
        }
        for deleted in ["\"2026-01-01T00:00:00.000000+00:00\"", "1767225600", "true", "{}"] {
            assert_eq!(page(deleted), (vec![8], 1), "{deleted}");
        }
        assert!(is_deleted_row(br#"{"id":7,"deleted_at":"2026-01-01"}"#));
        for live in ["{\"id\":7}", "{\"id\":7,\"deleted_at\":null}", "[]", ""] {
            assert!(!is_deleted_row(live.as_bytes()), "{live}");
        }
    }

    #[test]
    fn an_optional_field_of_an_unexpected_shape_is_none() {
        let test = |field: &str, value: &str| -> Test {
            serde_json::from_str(&format!(r#"{{"id":1,"project_id":1,"{field}":{value}}}"#))
                .unwrap()
        };
        for odd in
            ["{\"date\":\"2026-01-01\",\"zone\":[3]}", "[1]", "true", "{}", "\"soon\"", "null"]
        {
            assert_eq!(test("created_at", odd).created_at, None, "{odd}");
        }
        for odd in ["\"TC-5\"", "-1", "1.5", "{}", "null"] {
            assert_eq!((test("key", odd).key, test("epoch", odd).epoch), (None, None), "{odd}");
        }
        assert_eq!(test("epoch", "3.0").epoch, Some(3));
        assert_eq!(test("key", "\"77\"").key, Some(77));
        assert!(serde_json::from_str::<Test>(r#"{"id":"x","project_id":1}"#).is_err());
    }

    #[test]
    fn flags_come_in_several_shapes() {
        let test = |flag: &str| -> Test {
            serde_json::from_str(&format!(
                r#"{{"id":1,"project_id":1,"name":null,"is_automated":{flag}}}"#
            ))
            .unwrap()
        };
        assert_eq!(test("true").is_automated, Some(true));
        assert_eq!(test("0").is_automated, Some(false));
        assert_eq!(test("\"1\"").is_automated, Some(true));
        assert_eq!(test("null").is_automated, None);
    }
}
