//! A Markdown page that stays below a number of bytes.

use super::escape;
use crate::summary::layout::{count, grouped};

/// Bytes kept free for the lines that say what is not shown.
const RESERVE: usize = 2048;

/// The Markdown so far.
pub(super) struct Page {
    text: String,
    limit: usize,
}

impl Page {
    pub(super) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit }
    }

    /// The number of bytes that the page stays below.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Appends a block: a paragraph, a heading, an HTML block without a blank line in it.
    pub(super) fn block(&mut self, block: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(block);
        self.text.push('\n');
    }

    /// Appends the `items` for which there is room, and the number of the others.
    pub(super) fn list<T>(&mut self, items: &[T], list: &List<'_>, render: impl Fn(&T) -> String) {
        let List { title, open, close, share, most, noun } = list;
        let (mut block, after) = match title {
            None => ((*open).to_owned(), (*close).to_owned()),
            Some(title) => {
                let end = if close.is_empty() { "" } else { "\n" };
                (
                    format!("<details>\n<summary>{title}</summary>\n{open}"),
                    format!("{close}{end}</details>"),
                )
            }
        };
        let end =
            (self.text.len() + self.limit / 100 * share).min(self.limit.saturating_sub(RESERVE));
        let mut shown = 0;
        for item in items.iter().take(*most) {
            let item = render(item);
            if self.text.len() + block.len() + item.len() + after.len() + 2 > end {
                break;
            }
            block.push_str(&item);
            shown += 1;
        }
        if shown > 0 {
            block.push_str(&after);
            self.block(block.trim_end());
        }
        if shown < items.len() {
            self.block(&format!(
                "<p>… and {} that do not fit here: <code>-v</code> and <code>--output json=FILE</code> show all</p>",
                count(items.len() - shown, &format!("more {noun}"))
            ));
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// How a list is laid out, and how much of the page it may take.
pub(super) struct List<'a> {
    /// The line of a section that is folded until someone clicks it; none: not folded.
    pub(super) title: Option<String>,
    /// HTML before the items.
    pub(super) open: &'a str,
    /// HTML after the items.
    pub(super) close: &'a str,
    /// Percent of the page's bytes.
    pub(super) share: usize,
    /// The number of items, even if there is room for more.
    pub(super) most: usize,
    /// What an item is called.
    pub(super) noun: &'a str,
}

impl List<'_> {
    /// A list of `<li>`, not folded.
    pub(super) const BULLETS: Self =
        Self { title: None, open: "<ul>\n", close: "</ul>", share: 5, most: 500, noun: "item" };

    /// Items that are blocks of their own.
    pub(super) const BLOCKS: Self = Self { open: "", close: "", ..Self::BULLETS };
}

/// A folder as a path, each name as code.
pub(super) fn path<T: AsRef<str>>(folder: &[T]) -> String {
    let names: Vec<String> = folder.iter().map(|name| escape::code(name.as_ref())).collect();
    if names.is_empty() { "(root folder)".to_owned() } else { names.join(" / ") }
}

/// Appends a folded table. Its first column is text, the others are numbers, of which 0 is left blank.
pub(super) fn table<T>(
    page: &mut Page,
    list: List<'_>,
    columns: &[&str],
    rows: &[T],
    row: impl Fn(&T) -> (String, Vec<usize>),
) {
    if rows.is_empty() {
        return;
    }
    let cells = |tag: &str, first: String, others: Vec<String>| {
        let left = if tag == "th" { " align=\"left\"" } else { "" };
        let others: String =
            others.iter().map(|cell| format!("<{tag} align=\"right\">{cell}</{tag}>")).collect();
        format!("<tr><{tag}{left}>{first}</{tag}>{others}</tr>\n")
    };
    let (first, others) = columns.split_first().unwrap_or((&"", &[]));
    let names = others.iter().map(|&name| name.to_owned()).collect();
    let open = format!("<table>\n{}", cells("th", (*first).to_owned(), names));
    let list = List { open: &open, close: "</table>", ..list };
    page.list(rows, &list, |item| {
        let (first, numbers) = row(item);
        let number = |number: usize| if number == 0 { String::new() } else { grouped(number) };
        cells("td", first, numbers.into_iter().map(number).collect())
    });
}
