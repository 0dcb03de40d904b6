//! `/project/7/search?q=…`: folders and tests by name, tests by identity.

use askama::Template;
use url::form_urlencoded;

use super::description::is_identity_prefix;
use super::display::{self, count, number, to_i64};
use super::paging::{PER_PAGE, Paging};
use super::params::PageParams;
use super::project::{ProjectHeader, Section, TestItem};
use super::tree::{FolderLink, Tree};
use crate::error::ApiError;
use crate::store::PageQueries;

/// The maximum number of displayed folders.
const MAX_FOLDERS: usize = 100;

#[derive(Template)]
#[template(path = "page/search.html")]
pub(super) struct SearchPage {
    header: ProjectHeader,
    search: String,
    /// The folders, and their paths.
    folders: Vec<(FolderLink, String)>,
    folder_count: i64,
    folders_omitted: i64,
    test_count: i64,
    tests: Vec<TestItem>,
    paging: Paging,
}

pub(super) fn read(
    queries: &PageQueries<'_>,
    id: i64,
    params: PageParams,
) -> Result<SearchPage, ApiError> {
    let project = queries.project(id)?;
    let tree = Tree::new(queries.folders(id)?);
    let terms = SearchTerms::new(&params.search);
    let mut folders: Vec<(FolderLink, String)> = Vec::new();
    let mut folder_count = 0;
    for (_, folder) in tree.all().filter(|(name, _)| terms.match_name(name)) {
        folder_count += 1;
        if folders.len() < MAX_FOLDERS {
            let path = tree.path(folder.id);
            folders.push((folder, path));
        }
    }
    let test_ids = if terms.is_empty() {
        Vec::new()
    } else {
        queries.find_tests(id, terms.has_identity(), |name, description| {
            terms.match_test(name, description)
        })?
    };
    let test_count = to_i64(test_ids.len());
    let mut address = form_urlencoded::Serializer::new(format!("/project/{id}/search?"));
    address.append_pair("q", &params.search);
    let paging = Paging::new(params.page, test_count, PER_PAGE, address.finish());
    let tests = queries
        .tests_by_id(paging.slice(&test_ids))?
        .iter()
        .map(|test| {
            let path = test.folder.map(|folder| tree.path(folder)).unwrap_or_default();
            TestItem { path, ..TestItem::new(test) }
        })
        .collect();
    let search = display::name(&params.search);
    Ok(SearchPage {
        header: ProjectHeader {
            search: params.search,
            ..ProjectHeader::new(&project, Section::Search)
        },
        search,
        folders_omitted: folder_count - to_i64(folders.len()),
        folders,
        folder_count,
        test_count,
        tests,
        paging,
    })
}

/// The words of a search, in lower case. Each must be in the name, or be part of the identity.
struct SearchTerms(Vec<String>);

impl SearchTerms {
    fn new(search: &str) -> Self {
        Self(search.split_whitespace().map(str::to_lowercase).collect())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has_identity(&self) -> bool {
        self.0.iter().any(|word| is_identity_prefix(word))
    }

    fn match_name(&self, name: &str) -> bool {
        !self.is_empty() && self.match_test(name, "")
    }

    fn match_test(&self, name: &str, description: &str) -> bool {
        // Nobody types invisible characters.
        let name = name.replace(display::needs_escape, "").to_lowercase();
        self.0.iter().all(|word| {
            name.contains(word) || (is_identity_prefix(word) && description.contains(word))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_match() {
        let terms = SearchTerms::new("  CART adds ");
        assert!(terms.match_name("adds to the Cart"));
        assert!(!terms.match_test("adds", "cart"));
        assert!(SearchTerms::new("GRÖSSE").match_name("größe GRÖSSE"));
        assert!(SearchTerms::new("exe[31m").match_name("\u{202e}exe\u{1b}[31m"));
        assert!(!SearchTerms::new(" ").match_name("anything"));
        let terms = SearchTerms::new("TQI-9F86 test");
        assert!(terms.has_identity());
        assert!(terms.match_test("Test", "x (tqi-9f86d081884c7d65 tqn-1b2c3d4e)"));
        assert!(!terms.match_test("Test", "x"));
        assert!(!SearchTerms::new("tqi-xyz").has_identity());
    }
}
