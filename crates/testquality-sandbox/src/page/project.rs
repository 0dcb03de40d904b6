//! `/project/7`: the folders of a project, and the tests of one of them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::answer;
use super::asked::{Asked, Folder};
use super::paging::{PER_PAGE, Paging};
use super::shown::{self, Text, count, number};
use super::tree::{Line, Named, Tree};
use crate::error::ApiError;
use crate::router::Shared;
use crate::store::{Browse, Project, TestRow, Window};
use test_reports::identity::Identity;

/// What stands above every page of a project.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) id: i64,
    pub(super) name: String,
    /// What was searched for.
    pub(super) search: String,
    pub(super) section: Section,
}

/// Parts of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Tests,
    Runs,
    Search,
}

impl Head {
    pub(super) fn new(project: &Project, section: Section) -> Self {
        let name = shown::name(&project.name);
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
pub(super) struct TestLine {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Its steps, and whether there is a pre-condition.
    pub(super) steps: String,
    /// `tqi-…`, or nothing.
    pub(super) identity: String,
    /// The folder it stands in, where that is not plain.
    pub(super) folder: Option<i64>,
    pub(super) path: String,
}

/// Who runs a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Automated,
    /// It has an identity, and somebody took the flag away.
    SwitchedOff,
    ToAutomate,
    Manual,
}

impl Kind {
    pub(super) fn new(is_automated: bool, to_automate: bool, has_identity: bool) -> Self {
        match (is_automated, to_automate, has_identity) {
            (true, ..) => Self::Automated,
            (false, _, true) => Self::SwitchedOff,
            (false, true, false) => Self::ToAutomate,
            (false, false, false) => Self::Manual,
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Automated => "Automated",
            Self::SwitchedOff => "Switched off",
            Self::ToAutomate => "To automate",
            Self::Manual => "Manual",
        }
    }

    /// The style's class.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Automated => "automated",
            Self::SwitchedOff => "off",
            Self::ToAutomate => "planned",
            Self::Manual => "manual",
        }
    }
}

impl TestLine {
    pub(super) fn new(row: &TestRow) -> Self {
        let identity = Identity::in_description(&row.description);
        let mut steps = match row.steps {
            0 => String::new(),
            steps => count(steps, "step"),
        };
        if row.has_precondition {
            steps.push_str(if steps.is_empty() { "Pre-condition" } else { ", pre-condition" });
        }
        Self {
            id: row.id,
            name: shown::name(&row.name),
            kind: Kind::new(row.is_automated, row.to_automate, identity.is_some()),
            steps,
            identity: identity.map(|identity| identity.to_string()).unwrap_or_default(),
            folder: row.folder,
            path: String::new(),
        }
    }
}

/// A description, taken apart.
#[derive(Debug, Default)]
pub(super) struct Described {
    /// What people wrote.
    pub(super) text: Text,
    /// The line that bears the identity.
    pub(super) marker: String,
    /// `tqi-…`.
    pub(super) identity: String,
}

impl Described {
    pub(super) fn new(description: &str) -> Self {
        let Some(identity) = Identity::in_description(description) else {
            return Self { text: shown::text(description), ..Self::default() };
        };
        let identity = identity.to_string();
        // It is in there, so there is a line that holds it.
        let at = description.rfind(&identity).unwrap_or_default();
        let start = description[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = description[at..].find('\n').map_or(description.len(), |end| at + end);
        let text = format!("{}{}", &description[..start], &description[end..]);
        Self {
            text: shown::text(text.trim_matches(['\n', '\r'])),
            marker: shown::name(description[start..end].trim()),
            identity,
        }
    }
}

/// The folder that is shown.
struct Chosen {
    folder: Named,
    above: Vec<Named>,
    described: Described,
    inside: Vec<Named>,
    inside_left_out: i64,
}

#[derive(Template)]
#[template(path = "page/project.html")]
struct Page {
    head: Head,
    lines: Vec<Line>,
    cut_off: Vec<Line>,
    /// None: tests that stand in no folder.
    chosen: Option<Chosen>,
    tests: Vec<TestLine>,
    paging: Paging,
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(id) = read_id(&id) else { return unknown() };
    let asked = Asked::read(query.as_deref());
    answer::page(&shared, move |browse| read(browse, id, &asked)).await
}

/// The id in a path.
pub(super) fn read_id(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// To a path whose id is none.
pub(super) fn unknown() -> Response {
    answer::failure(StatusCode::NOT_FOUND, "There is no such page.")
}

fn read(browse: &Browse<'_>, id: i64, asked: &Asked) -> Result<Page, ApiError> {
    let project = browse.project(id)?;
    let tree = Tree::new(browse.folders(id)?);
    let head = Head::new(&project, Section::Tests);
    let folder = match asked.folder {
        Some(Folder::None) => None,
        Some(Folder::Id(folder)) => Some(folder),
        None => tree.first(),
    };
    let lines = tree.lines(folder);
    let cut_off = tree.lines_cut_off(folder);
    let Some(folder) = folder else {
        let address = format!("/project/{id}?folder=none");
        let paging = Paging::new(asked.page, browse.count_in_no_folder(id)?, PER_PAGE, address);
        let window = Window { rows: PER_PAGE, offset: paging.offset() };
        let tests = browse.tests_in_no_folder(id, window)?;
        let tests = tests.iter().map(TestLine::new).collect();
        return Ok(Page { head, lines, cut_off, chosen: None, tests, paging });
    };
    let (named, own) = tree.folder(folder).ok_or_else(|| ApiError::no_row("Folder", folder))?;
    let address = format!("/project/{id}?folder={folder}");
    let paging = Paging::new(asked.page, own, PER_PAGE, address);
    let window = Window { rows: PER_PAGE, offset: paging.offset() };
    let tests = browse.tests_of_folder(folder, window)?.iter().map(TestLine::new).collect();
    let (inside, all) = tree.inside(folder);
    let chosen = Chosen {
        folder: named,
        above: tree.above(folder),
        described: Described::new(&browse.folder_description(folder)?),
        inside_left_out: i64::try_from(all - inside.len()).unwrap_or(i64::MAX),
        inside,
    };
    Ok(Page { head, lines, cut_off, chosen: Some(chosen), tests, paging })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_identity_stands_apart() {
        let line = "Automated test: demo :: fails (tqi-9f86d081884c7d65 tqn-1b2c3d4e)";
        for (description, text) in [
            (line.to_owned(), ""),
            (format!("Mine.\nTwo.\n\n{line}"), "Mine.\nTwo."),
            (format!("Mine.\r\n{line}\r\nBelow."), "Mine.\n\nBelow."),
        ] {
            let described = Described::new(&description);
            assert_eq!(described.text.shown, text, "{description:?}");
            assert_eq!(described.marker, line);
            assert_eq!(described.identity, "tqi-9f86d081884c7d65");
        }
        let described = Described::new("tqi-nothing\u{202e}");
        assert_eq!(described.text.shown, "tqi-nothing\\u{202e}");
        assert!(described.marker.is_empty() && described.identity.is_empty());
    }

    #[test]
    fn a_test_with_an_identity_and_without_the_flag_was_switched_off() {
        assert_eq!(Kind::new(true, true, true), Kind::Automated);
        assert_eq!(Kind::new(false, true, true), Kind::SwitchedOff);
        assert_eq!(Kind::new(false, true, false), Kind::ToAutomate);
        assert_eq!(Kind::new(false, false, false), Kind::Manual);
    }
}
