//! `/project/7`: the folders of a project, and the tests of one of them.

use std::collections::HashMap;

use askama::Template;

use super::description::{Description, find_identity, namespace_after};
use super::display::{self, count, number, parts, to_i64};
use super::natural::sorted_ids;
use super::outcome::{LatestTag, Outcome, source_in};
use super::paging::{PER_PAGE, Paging};
use super::params::{FolderParam, PageParams};
use super::runs::{BarPart, bar};
use super::tree::{FolderLink, NO_FOLDERS, Tree, TreeLine};
use crate::error::ApiError;
use crate::store::{LatestResult, PageQueries, Project, TestSummary};

/// The top of every page of a project.
#[derive(Debug)]
pub(super) struct ProjectHeader {
    pub(super) id: i64,
    pub(super) name: String,
    /// The text in the search field.
    pub(super) search: String,
    pub(super) section: Section,
}

/// The sections of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Tests,
    Runs,
    Search,
}

impl ProjectHeader {
    pub(super) fn new(project: &Project, section: Section) -> Self {
        let name = display::name(&project.name);
        Self { id: project.id, name, search: String::new(), section }
    }

    pub(super) fn is_tests(&self) -> bool {
        self.section == Section::Tests
    }

    pub(super) fn is_runs(&self) -> bool {
        self.section == Section::Runs
    }
}

/// A test in a list.
#[derive(Debug)]
pub(super) struct TestItem {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) kind: TestKind,
    /// The number of steps that people wrote, and whether there is a precondition.
    pub(super) steps: String,
    /// The mark of the namespace, `tqn-…`, or nothing.
    pub(super) namespace: String,
    pub(super) folder: Option<i64>,
    /// The path of the folder, in lists of tests from several folders.
    pub(super) path: String,
    /// `None` if nobody executed the test yet.
    pub(super) latest: Option<LatestTag>,
    /// File and line, if the latest result names them.
    pub(super) source: String,
}

/// A list of tests, and what is worth a column.
#[derive(Debug)]
pub(super) struct TestList {
    pub(super) tests: Vec<TestItem>,
    /// The project has results.
    pub(super) has_results: bool,
    pub(super) has_steps: bool,
    /// The tests are of several namespaces.
    pub(super) has_namespaces: bool,
    /// The namespace of all tests, or nothing.
    pub(super) namespace: String,
}

/// The latest results of a project, by test.
pub(super) type Latest = HashMap<i64, LatestResult>;

impl TestList {
    /// The tests with these ids, in this order.
    pub(super) fn read(
        queries: &PageQueries<'_>,
        ids: &[i64],
        latest: &Latest,
    ) -> Result<Self, ApiError> {
        let results: Vec<i64> =
            ids.iter().filter_map(|id| latest.get(id)).map(|result| result.id).collect();
        let texts = queries.result_texts(&results)?;
        let rows = queries.tests_by_id(ids)?;
        let items = rows.iter().map(|row| {
            let result = latest.get(&row.id);
            let source = result.and_then(|result| texts.get(&result.id));
            TestItem {
                latest: result.map(LatestTag::new),
                source: source.map(|text| source_in(text)).unwrap_or_default(),
                ..TestItem::new(row)
            }
        });
        let tests: Vec<TestItem> = items.collect();
        let first = tests.first().map(|test| test.namespace.clone()).unwrap_or_default();
        let has_namespaces = tests.iter().any(|test| test.namespace != first);
        Ok(Self {
            has_results: !latest.is_empty(),
            has_steps: tests.iter().any(|test| !test.steps.is_empty()),
            has_namespaces,
            namespace: if has_namespaces { String::new() } else { first },
            tests,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }
}

/// How a test is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TestKind {
    Automated,
    /// It has an identity, but the flag `is_automated` was removed.
    SwitchedOff,
    ToAutomate,
    Manual,
}

impl TestKind {
    pub(super) fn new(is_automated: bool, to_automate: bool, has_identity: bool) -> Self {
        match (is_automated, to_automate, has_identity) {
            (true, ..) => Self::Automated,
            (false, _, true) => Self::SwitchedOff,
            (false, true, false) => Self::ToAutomate,
            (false, false, false) => Self::Manual,
        }
    }

    pub(super) const ALL: [Self; 4] =
        [Self::Automated, Self::Manual, Self::ToAutomate, Self::SwitchedOff];

    /// The value in addresses.
    pub(super) const fn value(self) -> &'static str {
        match self {
            Self::Automated => "automated",
            Self::SwitchedOff => "switched-off",
            Self::ToAutomate => "to-automate",
            Self::Manual => "manual",
        }
    }

    pub(super) fn from_value(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.value() == value)
    }

    pub(super) fn is_automated(self) -> bool {
        self == Self::Automated
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Automated => "Automated",
            Self::SwitchedOff => "Switched off",
            Self::ToAutomate => "To automate",
            Self::Manual => "Manual",
        }
    }

    pub(super) const fn css_class(self) -> &'static str {
        match self {
            Self::Automated => "automated",
            Self::SwitchedOff => "off",
            Self::ToAutomate => "planned",
            Self::Manual => "manual",
        }
    }
}

impl TestItem {
    pub(super) fn new(test: &TestSummary) -> Self {
        let identity = find_identity(&test.description);
        let namespace =
            identity.as_ref().map(|found| namespace_after(&test.description, found.end));
        let namespace = namespace.unwrap_or_default();
        let mut steps = match test.steps {
            0 => String::new(),
            steps => count(steps, "step"),
        };
        if test.has_precondition {
            steps.push_str(if steps.is_empty() { "Precondition" } else { ", precondition" });
        }
        Self {
            id: test.id,
            name: display::name(&test.name),
            kind: TestKind::new(test.is_automated, test.to_automate, identity.is_some()),
            steps,
            namespace: namespace.to_owned(),
            folder: test.folder,
            path: String::new(),
            latest: None,
            source: String::new(),
        }
    }
}

/// The selected folder.
struct SelectedFolder {
    folder: FolderLink,
    ancestors: Vec<FolderLink>,
    description: Description,
    subfolders: Vec<FolderLink>,
    subfolders_omitted: i64,
}

#[derive(Template)]
#[template(path = "page/project.html")]
pub(super) struct ProjectPage {
    header: ProjectHeader,
    tree: Vec<TreeLine>,
    detached: Vec<TreeLine>,
    /// Whether the project has any test.
    has_tests: bool,
    /// `None` selects the tests without a folder.
    selected: Option<SelectedFolder>,
    bar: Vec<BarPart>,
    list: TestList,
    paging: Paging,
}

pub(super) fn read(
    queries: &PageQueries<'_>,
    id: i64,
    params: PageParams,
) -> Result<ProjectPage, ApiError> {
    let project = queries.project(id)?;
    let mut tree = Tree::new(queries.folders(id)?);
    let latest = queries.latest_results(id)?;
    if !latest.is_empty() {
        let tests = queries.placements(id)?;
        let outcomes =
            tests.into_iter().map(|(folder, test)| (folder, Outcome::of(latest.get(&test))));
        tree.count_outcomes(outcomes);
    }
    let folder = match params.folder {
        Some(FolderParam::None) => None,
        Some(FolderParam::Id(folder)) => Some(folder),
        None => tree.first(),
    };
    let (selected, tests, address) = match folder {
        None => (None, queries.tests_without_folder(id)?, "none".to_owned()),
        Some(folder) => {
            let (link, _) =
                tree.folder(folder).ok_or_else(|| ApiError::no_row("Folder", folder))?;
            let (subfolders, total) = tree.subfolders(folder);
            let selected = SelectedFolder {
                folder: link,
                ancestors: tree.ancestor_links(folder),
                description: Description::new(&queries.folder_description(folder)?),
                subfolders_omitted: to_i64(total - subfolders.len()),
                subfolders,
            };
            (Some(selected), queries.tests_of_folder(folder)?, folder.to_string())
        }
    };
    let ids = sorted_ids(tests);
    let address = format!("/project/{id}?folder={address}");
    let paging = Paging::new(params.page, to_i64(ids.len()), PER_PAGE, address);
    let outcomes = selected.as_ref().map(|selected| selected.folder.outcomes).unwrap_or_default();
    Ok(ProjectPage {
        header: ProjectHeader::new(&project, Section::Tests),
        tree: tree.lines(folder),
        detached: tree.detached_lines(folder),
        has_tests: !ids.is_empty() || tree.all().any(|(_, folder)| folder.total > 0),
        selected,
        bar: bar(outcomes.present().into_iter().map(|(one, tests)| (one.css_class(), tests))),
        list: TestList::read(queries, paging.slice(&ids), &latest)?,
        paging,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_with_an_identity_but_without_the_flag_is_switched_off() {
        assert_eq!(TestKind::new(true, true, true), TestKind::Automated);
        assert_eq!(TestKind::new(false, true, true), TestKind::SwitchedOff);
        assert_eq!(TestKind::new(false, true, false), TestKind::ToAutomate);
        assert_eq!(TestKind::new(false, false, false), TestKind::Manual);
    }
}
