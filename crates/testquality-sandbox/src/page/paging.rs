//! Splits long lists into pages.

use super::display::number;
use crate::store::Window;

/// The maximum number of rows on a page.
pub(super) const PER_PAGE: i64 = 200;

/// The displayed part of a list, and the links to its neighbours.
#[derive(Debug, Clone)]
pub(super) struct Paging {
    /// The page, from 1.
    pub(super) page: i64,
    pub(super) pages: i64,
    total: i64,
    per_page: i64,
    /// The address without the page number, for example `/project/1?folder=2`.
    address: String,
}

impl Paging {
    /// The requested page, or the last one if there are fewer.
    pub(super) fn new(requested: i64, total: i64, per_page: i64, address: String) -> Self {
        let pages = ((total + per_page - 1) / per_page).max(1);
        Self { page: requested.clamp(1, pages), pages, total, per_page, address }
    }

    /// The rows of this page.
    pub(super) fn window(&self) -> Window {
        Window { limit: self.per_page, offset: (self.page - 1) * self.per_page }
    }

    /// The rows of this page in the whole list.
    pub(super) fn slice<'a, T>(&self, rows: &'a [T]) -> &'a [T] {
        let index = |at: i64| usize::try_from(at).unwrap_or(usize::MAX).min(rows.len());
        let Window { limit, offset } = self.window();
        &rows[index(offset)..index(offset + limit)]
    }

    /// `201–400 of 1,234`.
    pub(super) fn range(&self) -> String {
        let Window { limit, offset } = self.window();
        let last = (offset + limit).min(self.total);
        format!("{}–{} of {}", number(offset + 1), number(last), number(self.total))
    }

    /// The address of the previous page.
    pub(super) fn previous(&self) -> Option<String> {
        (self.page > 1).then(|| self.address_of(self.page - 1))
    }

    /// The address of the next page.
    pub(super) fn next(&self) -> Option<String> {
        (self.page < self.pages).then(|| self.address_of(self.page + 1))
    }

    fn address_of(&self, page: i64) -> String {
        let separator = if self.address.contains('?') { '&' } else { '?' };
        format!("{}{separator}page={page}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_beyond_the_end_show_the_last_page() {
        let paging = Paging::new(9, 450, 200, "/test?a=1".into());
        assert_eq!((paging.page, paging.pages, paging.window().offset), (3, 3, 400));
        assert_eq!(paging.range(), "401–450 of 450");
        assert_eq!(paging.previous().as_deref(), Some("/test?a=1&page=2"));
        assert_eq!(paging.next(), None);
        assert_eq!(paging.slice(&[1; 450]).len(), 50);
        let empty = Paging::new(i64::MAX, 0, 200, "/".into());
        assert_eq!((empty.page, empty.pages, empty.window().offset), (1, 1, 0));
        assert_eq!(Paging::new(1, 201, 200, "/".into()).next().as_deref(), Some("/?page=2"));
    }
}
