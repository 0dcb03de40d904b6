//! `/project/7/search?q=…`: folders and tests by name, tests by identity.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use url::form_urlencoded;

use super::answer;
use super::asked::Asked;
use super::paging::{PER_PAGE, Paging};
use super::project::{Head, Section, TestLine, read_id, unknown};
use super::shown::{self, count, number};
use super::tree::{Named, Tree};
use crate::error::ApiError;
use crate::router::Shared;
use crate::store::{Browse, Window};

/// The most folders that are shown.
const FOLDERS: usize = 100;

#[derive(Template)]
#[template(path = "page/search.html")]
struct Page {
    head: Head,
    /// What was searched for, as it is shown.
    search: String,
    folders: Vec<Found>,
    folder_count: i64,
    folders_left_out: i64,
    test_count: i64,
    tests: Vec<TestLine>,
    paging: Paging,
}

/// A folder that was found.
struct Found {
    folder: Named,
    path: String,
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(id) = read_id(&id) else { return unknown() };
    let asked = Asked::read(query.as_deref());
    answer::page(&shared, move |browse| read(browse, id, asked)).await
}

fn read(browse: &Browse<'_>, id: i64, asked: Asked) -> Result<Page, ApiError> {
    let project = browse.project(id)?;
    let tree = Tree::new(browse.folders(id)?);
    let words = Words::new(&asked.search);
    let mut folders: Vec<Named> = tree
        .all()
        .filter(|(name, _)| !words.0.is_empty() && words.fit(name, ""))
        .map(|(_, folder)| folder)
        .collect();
    let folder_count = i64::try_from(folders.len()).unwrap_or(i64::MAX);
    folders.truncate(FOLDERS);
    let folders_left_out = folder_count - i64::try_from(folders.len()).unwrap_or(i64::MAX);
    let folders =
        folders.into_iter().map(|folder| Found { path: tree.path(folder.id), folder }).collect();

    let found = if words.0.is_empty() {
        Vec::new()
    } else {
        let fits = |name: &str, description: &str| words.fit(name, description);
        browse.find_tests(id, words.name_identities(), fits)?
    };
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let mut address = form_urlencoded::Serializer::new(format!("/project/{id}/search?"));
    address.append_pair("q", &asked.search);
    let paging = Paging::new(asked.page, total, PER_PAGE, address.finish());
    let window = Window { rows: PER_PAGE, offset: paging.offset() };
    let skipped = usize::try_from(window.offset).unwrap_or(usize::MAX);
    let shown: Vec<i64> = found
        .into_iter()
        .skip(skipped)
        .take(usize::try_from(window.rows).unwrap_or_default())
        .collect();
    let tests = browse
        .tests_by_id(&shown)?
        .iter()
        .map(|row| {
            let path = row.folder.map(|folder| tree.path(folder)).unwrap_or_default();
            TestLine { path, ..TestLine::new(row) }
        })
        .collect();
    let search = shown::name(&asked.search);
    let head = Head { search: asked.search, ..Head::new(&project, Section::Search) };
    Ok(Page {
        head,
        search,
        folders,
        folder_count,
        folders_left_out,
        test_count: total,
        tests,
        paging,
    })
}

/// The words of a search: each must be in the name, case aside, or be an identity.
struct Words(Vec<String>);

impl Words {
    fn new(search: &str) -> Self {
        Self(search.split_whitespace().map(str::to_lowercase).collect())
    }

    fn name_identities(&self) -> bool {
        self.0.iter().any(|word| is_identity(word))
    }

    fn fit(&self, name: &str, description: &str) -> bool {
        // What cannot be seen is not typed.
        let name = match name.contains(shown::acts) {
            true => name.replace(shown::acts, "").to_lowercase(),
            false => name.to_lowercase(),
        };
        self.0
            .iter()
            .all(|word| name.contains(word) || (is_identity(word) && description.contains(word)))
    }
}

/// Whether a word is an identity or a namespace's mark, or the beginning of one.
fn is_identity(word: &str) -> bool {
    ["tqi-", "tqn-"]
        .iter()
        .filter_map(|mark| word.strip_prefix(mark))
        .any(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_fit() {
        let words = Words::new("  CART adds ");
        assert!(words.fit("adds to the Cart", ""));
        assert!(!words.fit("adds", "cart"));
        assert!(Words::new("GRÖSSE").fit("größe GRÖSSE", ""));
        assert!(Words::new("exe[31m").fit("\u{202e}exe\u{1b}[31m", ""));
        let words = Words::new("TQI-9F86 test");
        assert!(words.name_identities());
        assert!(words.fit("Test", "x (tqi-9f86d081884c7d65 tqn-1b2c3d4e)"));
        assert!(!words.fit("Test", "x"));
        assert!(!Words::new("tqi-xyz").name_identities());
    }
}
