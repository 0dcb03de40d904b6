//! Markdown that stays below a number of bytes.

use super::escape;

/// Kept free for the lines that say what was left out.
const RESERVE: usize = 2048;

/// The Markdown while it is written.
pub(super) struct Page {
    text: String,
    limit: usize,
}

impl Page {
    pub(super) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit }
    }

    /// A block of Markdown: a paragraph, a heading, an HTML block without a blank line in it.
    pub(super) fn block(&mut self, block: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(block);
        self.text.push('\n');
    }

    /// As many of `items` as fit into `share` percent of the limit, `most` at most, each rendered by `render`, between `before`
    /// and `after`; how many were left out is said by `rest`, below.
    pub(super) fn list<T>(
        &mut self,
        items: &[T],
        list: &List<'_>,
        render: impl Fn(&T) -> String,
        rest: impl Fn(usize) -> String,
    ) {
        let List { before, after, share, most } = *list;
        let end =
            (self.text.len() + self.limit / 100 * share).min(self.limit.saturating_sub(RESERVE));
        let mut block = before.to_owned();
        let mut shown = 0;
        for item in items.iter().take(most) {
            let item = render(item);
            if self.text.len() + block.len() + item.len() + after.len() + 2 > end {
                break;
            }
            block.push_str(&item);
            shown += 1;
        }
        block.push_str(after);
        if shown > 0 {
            self.block(block.trim_end());
        }
        if shown < items.len() {
            self.block(&rest(items.len() - shown));
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// How a list is set, and how much of the page it may take.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    pub(super) before: &'a str,
    pub(super) after: &'a str,
    /// Percent of the page.
    pub(super) share: usize,
    /// Items, even if more would fit.
    pub(super) most: usize,
}

/// Folder names as one path, each of them code.
pub(super) fn path<'a>(folder: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = folder.into_iter().map(escape::code).collect();
    if names.is_empty() { "(root folder)".to_owned() } else { names.join(" / ") }
}

/// The head of a table. Columns after the first hold numbers.
pub(super) fn table_head(columns: &[&str]) -> String {
    let mut head = "<table>\n<tr>".to_owned();
    for (index, column) in columns.iter().enumerate() {
        head += if index == 0 { "<th align=\"left\">" } else { "<th align=\"right\">" };
        head += column;
        head += "</th>";
    }
    head + "</tr>\n"
}

/// A row of a table, of finished cells.
pub(super) fn table_row(cells: &[String]) -> String {
    let mut row = "<tr>".to_owned();
    for (index, cell) in cells.iter().enumerate() {
        row += if index == 0 { "<td>" } else { "<td align=\"right\">" };
        row += cell;
        row += "</td>";
    }
    row + "</tr>\n"
}

/// The end of a table.
pub(super) const TABLE_END: &str = "</table>";
