//! `/project/7/search?q=…`: tests by name, identity, outcome, kind and folder, and folders by name.

use std::collections::HashSet;

use askama::Template;
use url::form_urlencoded;

use super::description::{find_identity, is_identity_prefix};
use super::display::{self, count, number, parts, to_i64};
use super::natural::sorted_ids;
use super::outcome::Outcome;
use super::paging::{PER_PAGE, Paging};
use super::params::{FolderParam, PageParams};
use super::project::{Latest, ProjectHeader, Section, TestKind, TestList};
use super::suggest::Vocabulary;
use super::tree::{FolderLink, NO_FOLDERS, Tree};
use crate::error::ApiError;
use crate::store::{FoundTest, PageQueries};

/// The maximum number of displayed folders.
const MAX_FOLDERS: usize = 100;

/// How many suggestions are made at most.
const MAX_SUGGESTIONS: usize = 4;

#[derive(Template)]
#[template(path = "page/search.html")]
pub(super) struct SearchPage {
    header: ProjectHeader,
    search: String,
    filters: Vec<FilterField>,
    has_filters: bool,
    /// The folders, and their paths.
    folders: Vec<(FolderLink, String)>,
    folder_count: i64,
    folders_omitted: i64,
    test_count: i64,
    list: TestList,
    paging: Paging,
    suggestions: Vec<Suggestion>,
}

/// A field of the form: outcome, kind or folder.
struct FilterField {
    name: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
}

struct Choice {
    value: String,
    label: String,
    is_selected: bool,
}

/// Another search that finds something.
struct Suggestion {
    address: String,
    label: String,
    tests: i64,
}

/// What is searched for.
struct Search {
    terms: SearchTerms,
    outcome: Option<Outcome>,
    kind: Option<TestKind>,
    folder: Option<FolderParam>,
}

impl Search {
    fn has_filters(&self) -> bool {
        self.outcome.is_some() || self.kind.is_some() || self.folder.is_some()
    }

    /// Ids and names of the tests.
    fn tests(
        &self,
        queries: &PageQueries<'_>,
        project: i64,
        latest: &Latest,
        tree: &Tree,
    ) -> Result<Vec<(i64, String)>, ApiError> {
        if self.terms.is_empty() && !self.has_filters() {
            return Ok(Vec::new());
        }
        let allowed: Option<HashSet<i64>> = match self.folder {
            None => None,
            Some(FolderParam::None) => {
                Some(queries.tests_without_folder(project)?.into_iter().map(|(id, _)| id).collect())
            }
            Some(FolderParam::Id(folder)) => {
                let folders = tree.ids_below(folder);
                let placements = queries.placements(project)?.into_iter();
                let within = placements.filter(|(folder, _)| folders.contains(folder));
                Some(within.map(|(_, test)| test).collect())
            }
        };
        let with_descriptions = self.terms.has_identity() || self.kind.is_some();
        let matches = |test: &FoundTest<'_>| {
            let kind = || {
                let has_identity = find_identity(test.description).is_some();
                TestKind::new(test.is_automated, test.to_automate, has_identity)
            };
            allowed.as_ref().is_none_or(|allowed| allowed.contains(&test.id))
                && self.outcome.is_none_or(|outcome| outcome == Outcome::of(latest.get(&test.id)))
                && self.kind.is_none_or(|wanted| wanted == kind())
                && self.terms.match_test(test.name, test.description)
        };
        queries.find_tests(project, with_descriptions, matches)
    }
}

pub(super) fn read(
    queries: &PageQueries<'_>,
    id: i64,
    params: PageParams,
) -> Result<SearchPage, ApiError> {
    let project = queries.project(id)?;
    let tree = Tree::new(queries.folders(id)?);
    let latest = queries.latest_results(id)?;
    let search = Search {
        terms: SearchTerms::new(&params.search),
        outcome: params.outcome,
        kind: params.kind,
        folder: params.folder,
    };
    let tests = search.tests(queries, id, &latest, &tree)?;
    let mut folders: Vec<(FolderLink, String)> = Vec::new();
    let mut folder_count = 0;
    // Folders have no outcome and no kind.
    if !search.has_filters() {
        for (_, folder) in tree.all().filter(|(name, _)| search.terms.match_name(name)) {
            folder_count += 1;
            if folders.len() < MAX_FOLDERS {
                let path = tree.path(folder.id);
                folders.push((folder, path));
            }
        }
    }
    let suggestions = if tests.is_empty() && folders.is_empty() {
        suggestions(queries, id, &search, &params.search, &latest, &tree)?
    } else {
        Vec::new()
    };
    let test_ids = sorted_ids(tests);
    let test_count = to_i64(test_ids.len());
    let paging = Paging::new(params.page, test_count, PER_PAGE, address(id, &params));
    let mut list = TestList::read(queries, paging.slice(&test_ids), &latest)?;
    for test in &mut list.tests {
        test.path = test.folder.map(|folder| tree.path(folder)).unwrap_or_default();
    }
    let shown = display::name(&params.search);
    Ok(SearchPage {
        filters: fields(&search, &tree, !latest.is_empty()),
        has_filters: search.has_filters(),
        header: ProjectHeader {
            search: params.search,
            ..ProjectHeader::new(&project, Section::Search)
        },
        search: shown,
        folders_omitted: folder_count - to_i64(folders.len()),
        folders,
        folder_count,
        test_count,
        list,
        paging,
        suggestions,
    })
}

/// The address of a search, without the page.
fn address(project: i64, params: &PageParams) -> String {
    let mut address = form_urlencoded::Serializer::new(String::new());
    address.append_pair("q", &params.search);
    if let Some(outcome) = params.outcome {
        address.append_pair("outcome", outcome.value());
    }
    if let Some(kind) = params.kind {
        address.append_pair("kind", kind.value());
    }
    if let Some(folder) = params.folder {
        address.append_pair("folder", &folder_value(folder));
    }
    format!("/project/{project}/search?{}", address.finish())
}

fn folder_value(folder: FolderParam) -> String {
    match folder {
        FolderParam::None => "none".to_owned(),
        FolderParam::Id(id) => id.to_string(),
    }
}

fn fields(search: &Search, tree: &Tree, has_results: bool) -> Vec<FilterField> {
    let any = |label: &str, is_selected| Choice {
        value: String::new(),
        label: label.to_owned(),
        is_selected,
    };
    let mut fields = Vec::new();
    if has_results || search.outcome.is_some() {
        let outcomes = Outcome::ALL.map(|outcome| Choice {
            value: outcome.value().to_owned(),
            label: outcome.label().to_owned(),
            is_selected: search.outcome == Some(outcome),
        });
        let choices =
            [any("Any outcome", search.outcome.is_none())].into_iter().chain(outcomes).collect();
        fields.push(FilterField { name: "outcome", label: "Outcome", choices });
    }
    let kinds = TestKind::ALL.map(|kind| Choice {
        value: kind.value().to_owned(),
        label: kind.label().to_owned(),
        is_selected: search.kind == Some(kind),
    });
    let choices = [any("Any kind", search.kind.is_none())].into_iter().chain(kinds).collect();
    fields.push(FilterField { name: "kind", label: "Kind", choices });
    let mut folders = tree.choices();
    if let Some(FolderParam::Id(id)) = search.folder
        && tree.folder(id).is_some()
        && folders.iter().all(|(known, _)| *known != id)
    {
        folders.insert(0, (id, tree.path(id)));
    }
    let folders = folders.into_iter().map(|(id, path)| Choice {
        value: id.to_string(),
        label: path,
        is_selected: search.folder == Some(FolderParam::Id(id)),
    });
    let none = Choice {
        value: "none".to_owned(),
        label: "Tests without a folder".to_owned(),
        is_selected: search.folder == Some(FolderParam::None),
    };
    let any = any("Any folder", search.folder.is_none());
    let choices = [any].into_iter().chain(folders).chain([none]).collect();
    fields.push(FilterField { name: "folder", label: "Folder", choices });
    fields
}

/// Searches that find something where this one found nothing: without the filters, with words that occur, and with one of the
/// words.
fn suggestions(
    queries: &PageQueries<'_>,
    project: i64,
    search: &Search,
    text: &str,
    latest: &Latest,
    tree: &Tree,
) -> Result<Vec<Suggestion>, ApiError> {
    if search.terms.is_empty() {
        return Ok(Vec::new());
    }
    let mut candidates: Vec<String> = Vec::new();
    if search.has_filters() {
        candidates.push(text.to_owned());
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut vocabulary = Vocabulary::default();
    let mut is_known = vec![false; words.len()];
    let mut learn = |name: &str| {
        vocabulary.add(name);
        for (known, word) in is_known.iter_mut().zip(&search.terms.0) {
            *known = *known || contains(name, word);
        }
    };
    tree.all().for_each(|(name, _)| learn(name));
    queries.find_tests(project, false, |test| {
        learn(test.name);
        false
    })?;
    let similar = words.iter().zip(&search.terms.0).zip(&is_known).map(|((word, term), known)| {
        let similar = if *known { None } else { vocabulary.most_similar(term) };
        similar.unwrap_or(word)
    });
    candidates.push(similar.clone().collect::<Vec<_>>().join(" "));
    candidates.extend(similar.map(str::to_owned));

    let mut found: Vec<Suggestion> = Vec::new();
    for candidate in candidates {
        let is_same = !search.has_filters() && candidate == text;
        let is_repeated = found.iter().any(|known| known.label == candidate);
        if is_same || is_repeated || found.len() == MAX_SUGGESTIONS {
            continue;
        }
        let terms = SearchTerms::new(&candidate);
        let folders = tree.all().filter(|(name, _)| terms.match_name(name)).count();
        let other = Search { terms, outcome: None, kind: None, folder: None };
        let tests = other.tests(queries, project, latest, tree)?.len();
        if tests + folders > 0 {
            let params = PageParams { search: candidate.clone(), ..PageParams::default() };
            let address = address(project, &params);
            let label = display::name(&candidate);
            found.push(Suggestion { address, label, tests: to_i64(tests) });
        }
    }
    Ok(found)
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
        if self.is_empty() {
            return true;
        }
        let name = comparable(name);
        self.0.iter().all(|word| {
            name.contains(word) || (is_identity_prefix(word) && description.contains(word))
        })
    }
}

/// A name as it is compared with the words of a search. Nobody types invisible characters.
fn comparable(name: &str) -> String {
    name.replace(display::needs_escape, "").to_lowercase()
}

fn contains(name: &str, word: &str) -> bool {
    comparable(name).contains(word)
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
