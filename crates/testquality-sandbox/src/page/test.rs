//! `/test/7`: one test.

use askama::Template;

use super::description::Description;
use super::display::{self, DisplayText, DisplayTime, count, parts};
use super::history::{self, HistoryEntry};
use super::outcome::source_in;
use super::params::PageParams;
use super::project::{ProjectHeader, Section, TestKind};
use super::runs::{StatusTag, has_failed_attempt, seconds};
use super::tree::{FolderLink, Tree};
use crate::error::ApiError;
use crate::resources::Resource;
use crate::store::{PLACEHOLDER_STEP, PageQueries, TestDetails};

/// The number of results in the strip.
const STRIP: usize = 20;

/// The maximum number of displayed steps, folders and results.
const MAX_ROWS: i64 = 200;

#[derive(Template)]
#[template(path = "page/test.html")]
pub(super) struct TestPage {
    header: ProjectHeader,
    name: String,
    key: i64,
    id: i64,
    kind: TestKind,
    case_type: String,
    case_priority: String,
    created: DisplayTime,
    updated: DisplayTime,
    description: Description,
    precondition: DisplayText,
    steps: Vec<StepItem>,
    /// Whether its only step is the one that imports give to tests without steps.
    has_placeholder: bool,
    folders: Vec<TestFolder>,
    /// The way from the project to the first folder.
    path: Vec<FolderLink>,
    /// File and line, as the latest result that has them says.
    source: String,
    results: Vec<TestResultItem>,
    history: Vec<HistoryEntry>,
    older_changes: i64,
}

struct StepItem {
    sequence: String,
    step: DisplayText,
    expected_result: DisplayText,
}

/// A folder that contains the test.
struct TestFolder {
    id: i64,
    path: String,
    /// Whether the folder is in the tree of the project.
    is_in_tree: bool,
}

struct TestResultItem {
    /// The first letter of the status.
    initial: char,
    run: i64,
    run_name: String,
    status: StatusTag,
    is_pending: bool,
    /// Whether it passed after an earlier attempt had failed.
    is_flaky: bool,
    elapsed: String,
    message: DisplayText,
    time: DisplayTime,
}

impl TestPage {
    /// The latest result that is not pending.
    fn latest(&self) -> Option<&TestResultItem> {
        self.results.iter().find(|result| !result.is_pending)
    }

    /// The latest results, oldest first.
    fn strip(&self) -> impl Iterator<Item = &TestResultItem> {
        self.results.iter().take(STRIP).rev()
    }
}

pub(super) fn read(
    queries: &PageQueries<'_>,
    id: i64,
    _: PageParams,
) -> Result<TestPage, ApiError> {
    let test = queries.test(id)?;
    let project = queries.project(test.project_id)?;
    let tree = Tree::new(queries.folders(test.project_id)?);
    let steps = queries.steps(id, MAX_ROWS)?;
    let has_placeholder = matches!(steps.as_slice(), [only] if only.step == PLACEHOLDER_STEP);
    let steps = steps.into_iter().map(|step| StepItem {
        sequence: step.sequence.map(|sequence| sequence.to_string()).unwrap_or_default(),
        step: DisplayText::new(&step.step),
        expected_result: DisplayText::new(&step.expected_result),
    });
    let folders = queries.folders_of_test(id, MAX_ROWS)?.into_iter().map(|(id, name)| {
        let is_in_tree = tree.folder(id).is_some();
        let path = if is_in_tree { tree.path(id) } else { display::name(&name) };
        TestFolder { id, path, is_in_tree }
    });
    let folders: Vec<TestFolder> = folders.collect();
    let mut path = Vec::new();
    if let Some(folder) = folders.iter().find(|folder| folder.is_in_tree) {
        path = tree.ancestor_links(folder.id);
        path.extend(tree.folder(folder.id).map(|(link, _)| link));
    }
    let results = queries.results_of_test(id, MAX_ROWS)?;
    let sources = results.iter().map(|result| source_in(&result.message));
    let source = sources.into_iter().find(|source| !source.is_empty()).unwrap_or_default();
    let results = results.into_iter().map(|result| TestResultItem {
        initial: result.status.chars().next().unwrap_or('?'),
        run: result.run_id,
        run_name: display::name(&result.run_name),
        status: StatusTag::new(&result.status, result.status_type),
        is_pending: result.status_type <= 1,
        is_flaky: result.status_type == 2 && has_failed_attempt(&result.version),
        elapsed: result.elapsed.map(seconds).unwrap_or_default(),
        message: DisplayText::new(&result.message),
        time: DisplayTime::new(&result.updated_at),
    });
    let resource = Resource::find("test").ok_or_else(ApiError::no_route)?;
    let (versions, older_changes) = queries.versions(resource, id, history::MAX_VERSIONS)?;
    let TestDetails {
        project_id: _,
        name,
        description,
        precondition,
        is_automated,
        to_automate,
        key,
        case_type,
        case_priority,
        created_at,
        updated_at,
    } = test;
    let description = Description::new(&description);
    let optional = |name: Option<String>| name.as_deref().map(display::name).unwrap_or_default();
    Ok(TestPage {
        header: ProjectHeader::new(&project, Section::Tests),
        name: display::name(&name),
        key,
        id,
        kind: TestKind::new(is_automated, to_automate, !description.identity.is_empty()),
        case_type: optional(case_type),
        case_priority: optional(case_priority),
        created: DisplayTime::new(&created_at),
        updated: DisplayTime::new(&updated_at),
        description,
        precondition: DisplayText::new(&precondition),
        steps: steps.collect(),
        has_placeholder,
        folders,
        path,
        source,
        results: results.collect(),
        history: history::entries(&versions, older_changes == 0),
        older_changes,
    })
}
