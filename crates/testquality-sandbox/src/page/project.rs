//! `/project/7`: the folders of a project, and the tests of one of them.

use askama::Template;

use super::description::{Description, find_identity};
use super::display::{self, count, number, to_i64};
use super::paging::{PER_PAGE, Paging};
use super::params::{FolderParam, PageParams};
use super::tree::{FolderLink, Tree, TreeLine};
use crate::error::ApiError;
use crate::store::{PageQueries, Project, TestSummary};

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
    /// The number of steps, and whether there is a pre-condition.
    pub(super) steps: String,
    /// `tqi-…`, or nothing.
    pub(super) identity: String,
    pub(super) folder: Option<i64>,
    /// The path of the folder, in lists of tests from several folders.
    pub(super) path: String,
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
        let mut steps = match test.steps {
            0 => String::new(),
            steps => count(steps, "step"),
        };
        if test.has_precondition {
            steps.push_str(if steps.is_empty() { "Pre-condition" } else { ", pre-condition" });
        }
        Self {
            id: test.id,
            name: display::name(&test.name),
            kind: TestKind::new(test.is_automated, test.to_automate, identity.is_some()),
            steps,
            identity: identity.map(|found| test.description[found].to_owned()).unwrap_or_default(),
            folder: test.folder,
            path: String::new(),
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
    /// `None` selects the tests without a folder.
    selected: Option<SelectedFolder>,
    tests: Vec<TestItem>,
    paging: Paging,
}

pub(super) fn read(
    queries: &PageQueries<'_>,
    id: i64,
    params: PageParams,
) -> Result<ProjectPage, ApiError> {
    let project = queries.project(id)?;
    let tree = Tree::new(queries.folders(id)?);
    let folder = match params.folder {
        Some(FolderParam::None) => None,
        Some(FolderParam::Id(folder)) => Some(folder),
        None => tree.first(),
    };
    let paging = |total, folder: &str| {
        Paging::new(params.page, total, PER_PAGE, format!("/project/{id}?folder={folder}"))
    };
    let (selected, paging, tests) = match folder {
        None => {
            let paging = paging(queries.count_without_folder(id)?, "none");
            let tests = queries.tests_without_folder(id, paging.window())?;
            (None, paging, tests)
        }
        Some(folder) => {
            let (link, own_tests) =
                tree.folder(folder).ok_or_else(|| ApiError::no_row("Folder", folder))?;
            let (subfolders, total) = tree.subfolders(folder);
            let selected = SelectedFolder {
                folder: link,
                ancestors: tree.ancestor_links(folder),
                description: Description::new(&queries.folder_description(folder)?),
                subfolders_omitted: to_i64(total - subfolders.len()),
                subfolders,
            };
            let paging = paging(own_tests, &folder.to_string());
            let tests = queries.tests_of_folder(folder, paging.window())?;
            (Some(selected), paging, tests)
        }
    };
    Ok(ProjectPage {
        header: ProjectHeader::new(&project, Section::Tests),
        tree: tree.lines(folder),
        detached: tree.detached_lines(folder),
        selected,
        tests: tests.iter().map(TestItem::new).collect(),
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
