//! Long lists, a page at a time.

use super::shown::number;

/// The most rows of one page.
pub(super) const PER_PAGE: i64 = 200;

/// Which rows of a list are shown, and the way to the others.
#[derive(Debug, Clone)]
pub(super) struct Paging {
    /// Which page, from 1.
    pub(super) page: i64,
    pub(super) pages: i64,
    total: i64,
    per_page: i64,
    /// The address of a page without its number, as `/project/1?folder=2`.
    address: String,
}

impl Paging {
    /// Page `asked`, or the last one if there are not as many.
    pub(super) fn new(asked: i64, total: i64, per_page: i64, address: String) -> Self {
        let pages = ((total + per_page - 1) / per_page).max(1);
        Self { page: asked.clamp(1, pages), pages, total, per_page, address }
    }

    /// How many rows stand before the page.
    pub(super) fn offset(&self) -> i64 {
        (self.page - 1) * self.per_page
    }

    /// `201–400 of 1,234`.
    pub(super) fn range(&self) -> String {
        let last = (self.offset() + self.per_page).min(self.total);
        format!("{}–{} of {}", number(self.offset() + 1), number(last), number(self.total))
    }

    /// The address of the page before this one.
    pub(super) fn previous(&self) -> Option<String> {
        (self.page > 1).then(|| self.to(self.page - 1))
    }

    /// The address of the page behind this one.
    pub(super) fn next(&self) -> Option<String> {
        (self.page < self.pages).then(|| self.to(self.page + 1))
    }

    fn to(&self, page: i64) -> String {
        let separator = if self.address.contains('?') { '&' } else { '?' };
        format!("{}{separator}page={page}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_beyond_the_end_are_the_last_one() {
        let paging = Paging::new(9, 450, 200, "/test?a=1".into());
        assert_eq!((paging.page, paging.pages, paging.offset()), (3, 3, 400));
        assert_eq!(paging.range(), "401–450 of 450");
        assert_eq!(paging.previous().as_deref(), Some("/test?a=1&page=2"));
        assert_eq!(paging.next(), None);
        let empty = Paging::new(i64::MAX, 0, 200, "/".into());
        assert_eq!((empty.page, empty.pages, empty.offset()), (1, 1, 0));
        assert_eq!(Paging::new(1, 201, 200, "/".into()).next().as_deref(), Some("/?page=2"));
    }
}
