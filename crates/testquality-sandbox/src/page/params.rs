//! The query string of a page.

use url::form_urlencoded;

use super::display;
use super::outcome::Outcome;
use super::project::TestKind;

/// The maximum length of a search, in characters.
const SEARCH_CHARS: usize = 200;

/// The parameters of a page. Invalid and unknown ones are ignored, because people open pages.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PageParams {
    /// The code of the printed link.
    pub(super) code: Option<String>,
    pub(super) folder: Option<FolderParam>,
    /// The searched text, trimmed and without invisible characters.
    pub(super) search: String,
    /// The id of a status: shows only results with it.
    pub(super) status: Option<i64>,
    /// Shows only tests with this outcome.
    pub(super) outcome: Option<Outcome>,
    /// Shows only tests of this kind.
    pub(super) kind: Option<TestKind>,
    /// The page of a list, from 1.
    pub(super) page: i64,
}

/// Selects the tests that a project page lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FolderParam {
    /// The tests of the folder with this id.
    Id(i64),
    /// The tests without a folder.
    None,
}

impl PageParams {
    pub(super) fn parse(query: Option<&str>) -> Self {
        let mut params = Self { page: 1, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "code" => params.code = Some(value.into_owned()),
                "folder" if value == "none" => params.folder = Some(FolderParam::None),
                "folder" => params.folder = value.parse().ok().map(FolderParam::Id),
                "q" => {
                    let visible = value.trim().chars().filter(|c| !display::needs_escape(*c));
                    params.search = visible.take(SEARCH_CHARS).collect();
                }
                "status" => params.status = value.parse().ok(),
                "outcome" => params.outcome = Outcome::from_value(&value),
                "kind" => params.kind = TestKind::from_value(&value),
                "page" => params.page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        params
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_parameters_are_ignored() {
        let params = PageParams::parse(Some(
            "folder=7&q=+a%20%00b%E2%80%AE+&page=3&status=x&outcome=x&kind=&other=1",
        ));
        let expected = PageParams {
            folder: Some(FolderParam::Id(7)),
            search: "a b".to_owned(),
            page: 3,
            ..PageParams::default()
        };
        assert_eq!(params, expected);
        let filters = PageParams::parse(Some("outcome=not-run&kind=manual"));
        assert_eq!(
            (filters.outcome, filters.kind),
            (Some(Outcome::NotRun), Some(TestKind::Manual))
        );
        for page in ["page=0", "page=-1", "page=x", "page=99999999999999999999", ""] {
            assert_eq!(PageParams::parse(Some(page)).page, 1, "{page}");
        }
        assert_eq!(PageParams::parse(Some("folder=none")).folder, Some(FolderParam::None));
        let long = format!("q={}", "ä".repeat(1000));
        assert_eq!(PageParams::parse(Some(&long)).search.chars().count(), SEARCH_CHARS);
    }
}
