//! What the address of a page asks for, beside its path.

use url::form_urlencoded;

use super::shown;

/// The longest search, in characters.
pub(super) const SEARCH_CHARS: usize = 200;

/// What stands in the query string. Pages are opened by people: what is not understood is left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The code of the printed link.
    pub(super) code: Option<String>,
    /// Which folder of a project.
    pub(super) folder: Option<Folder>,
    /// What is searched for: what can be seen of it, without white space around it.
    pub(super) search: String,
    /// Results with this status.
    pub(super) status: Option<i64>,
    /// Which page of a list, from 1.
    pub(super) page: i64,
}

/// A place where tests stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folder {
    /// The folder with this id.
    Id(i64),
    /// In no folder of the tree.
    None,
}

impl Asked {
    pub(super) fn read(query: Option<&str>) -> Self {
        let mut asked = Self { page: 1, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "code" => asked.code = Some(value.into_owned()),
                "folder" if value == "none" => asked.folder = Some(Folder::None),
                "folder" => asked.folder = value.parse().ok().map(Folder::Id),
                "q" => {
                    let seen = value.trim().chars().filter(|character| !shown::acts(*character));
                    asked.search = seen.take(SEARCH_CHARS).collect();
                }
                "status" => asked.status = value.parse().ok(),
                "page" => asked.page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_left_out() {
        let asked = Asked::read(Some("folder=7&q=+a%20%00b%E2%80%AE+&page=3&status=x&other=1"));
        let expected = Asked {
            folder: Some(Folder::Id(7)),
            search: "a b".to_owned(),
            page: 3,
            ..Asked::default()
        };
        assert_eq!(asked, expected);
        for page in ["page=0", "page=-1", "page=x", "page=99999999999999999999", ""] {
            assert_eq!(Asked::read(Some(page)).page, 1, "{page}");
        }
        assert_eq!(Asked::read(Some("folder=none")).folder, Some(Folder::None));
        let long = format!("q={}", "ä".repeat(1000));
        assert_eq!(Asked::read(Some(&long)).search.chars().count(), SEARCH_CHARS);
    }
}
