//! Lines of text for people: wrapping, colours, numbers with their nouns.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
pub(super) use test_reports::text::{count, grouped};
use unicode_width::UnicodeWidthStr;

use super::{Severity, escape};
use test_reports::formats::model::Outcome;

pub(super) const PLAIN: Style = Style::new();
pub(super) const OK: Style = AnsiColor::Green.on_default();
pub(super) const ERROR: Style = AnsiColor::Red.on_default();
pub(super) const WARN: Style = AnsiColor::Yellow.on_default();
pub(super) const NEW: Style = AnsiColor::Cyan.on_default();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const TITLE: Style = Style::new().bold();

impl Severity {
    pub(super) fn style(self) -> Style {
        match self {
            Self::Ok => OK,
            Self::Warn => WARN,
            Self::Error => ERROR,
        }
    }
}

/// Lines are not wrapped to fewer columns than this: such text is harder to read than lines that overflow.
const LEAST_COLUMNS: usize = 40;

/// How a text is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextOptions {
    /// Lines are wrapped at this column; none: not at all (a log, a file).
    pub columns: Option<usize>,
    /// How much is shown.
    pub detail: Detail,
    /// Whether the text goes to the log of a GitHub Actions job, which executes commands in it.
    pub in_ci: bool,
    /// Whether errors are left out, because they are printed on standard error.
    pub errors_apart: bool,
}

/// How much is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Problems of the import, and the result.
    Brief,
    /// The most important items of every list.
    #[default]
    Normal,
    /// Everything.
    Full,
}

/// A piece of a line, already escaped.
pub(super) struct Piece {
    style: Style,
    text: String,
}

/// `text` in a style.
pub(super) fn piece(style: Style, text: impl Into<String>) -> Piece {
    Piece { style, text: text.into() }
}

/// The text so far.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    columns: Option<usize>,
}

impl Page {
    pub(super) fn new(columns: Option<usize>) -> Self {
        Self { text: String::new(), columns: columns.map(|columns| columns.max(LEAST_COLUMNS)) }
    }

    /// Appends a blank line, unless the text is empty or ends with one.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    pub(super) fn title(&mut self, title: &str) {
        self.line("", 0, &[piece(TITLE, title)]);
    }

    /// Appends `label` (which may be styled and is at most `indent` columns wide) and `pieces`, wrapped, with all lines
    /// indented by `indent`.
    pub(super) fn line(&mut self, label: &str, indent: usize, pieces: &[Piece]) {
        self.hanging_line(label, indent, indent, pieces);
    }

    /// Like [`Self::line`], with the first line indented by `start` and the others by `hang`.
    pub(super) fn hanging_line(
        &mut self,
        label: &str,
        start: usize,
        hang: usize,
        pieces: &[Piece],
    ) {
        let label_width = anstream::adapter::strip_str(label).to_string().width();
        self.text.push_str(label);
        let mut column = label_width;
        let mut pending = start.saturating_sub(label_width);
        let mut line_is_empty = true;
        for Piece { style, text } in pieces {
            // Words of one piece that stay on one line share one span of its style.
            let mut span = String::new();
            for (index, word) in text.split(' ').enumerate() {
                pending += usize::from(index > 0);
                if word.is_empty() {
                    continue;
                }
                // It matters only where lines are wrapped.
                let width = self.columns.map_or(0, |_| word.width());
                let overflows =
                    self.columns.is_some_and(|columns| column + pending + width > columns);
                if overflows && !line_is_empty && pending > 0 {
                    push_styled(&mut self.text, *style, &span);
                    span.clear();
                    self.text.push('\n');
                    column = 0;
                    pending = hang;
                }
                let blank = if span.is_empty() { &mut self.text } else { &mut span };
                blank.extend(std::iter::repeat_n(' ', pending));
                span.push_str(word);
                column += pending + width;
                pending = 0;
                line_is_empty = false;
            }
            push_styled(&mut self.text, *style, &span);
        }
        self.text.push('\n');
    }

    /// Appends `label` and `text` in one line, however long: text to copy.
    pub(super) fn unwrapped(&mut self, label: &str, text: &str) {
        self.text.extend([label, " ", text, "\n"]);
    }

    pub(super) fn finish(self, options: &TextOptions) -> String {
        escape::inert(&self.text, options.in_ci).into_owned()
    }
}

fn push_styled(text: &mut String, style: Style, word: &str) {
    // Writing to a string cannot fail.
    let _ = if style.is_plain() || word.is_empty() {
        write!(text, "{word}")
    } else {
        write!(text, "{style}{word}{style:#}")
    };
}

/// `text` in a style, for labels.
pub(super) fn styled(style: Style, text: &str) -> String {
    let mut shown = String::new();
    push_styled(&mut shown, style, text);
    shown
}

/// The outcome in lower case.
pub(super) fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Skipped => "skipped",
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Errored => "errored",
    }
}

/// A duration in seconds, for people.
pub(super) fn seconds(time: f64) -> String {
    if !time.is_finite() || time < 0.0 {
        "an unknown time".to_owned()
    } else if time < 0.9995 {
        format!("{:.0} ms", time * 1000.0)
    } else if time < 59.95 {
        format!("{time:.1} s")
    } else {
        let rounded = time.round();
        let (minutes, rest) = ((rounded / 60.0).floor(), rounded % 60.0);
        if minutes < 60.0 {
            format!("{minutes:.0} min {rest:.0} s")
        } else {
            format!("{:.0} h {:.0} min", (minutes / 60.0).floor(), minutes % 60.0)
        }
    }
}

/// `parts` with `, ` between them.
pub(super) fn listed(parts: impl IntoIterator<Item = Piece>) -> Vec<Piece> {
    let parts = parts.into_iter().flat_map(|part| [piece(PLAIN, ", "), part]);
    parts.skip(1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_words_align_and_are_never_cut() {
        let mut page = Page::new(Some(40));
        page.line(
            "label",
            8,
            &[
                piece(PLAIN, "some words that do not fit into one line,"),
                piece(PLAIN, " a"),
                piece(PLAIN, "/path/that/is/longer/than/the/whole/line/is/wide"),
                piece(PLAIN, " 漢字漢字漢字漢字 漢字漢字漢字漢字"),
            ],
        );
        insta::assert_snapshot!(page.finish(&TextOptions::default()), @r"
        label   some words that do not fit into
                one line, a/path/that/is/longer/than/the/whole/line/is/wide
                漢字漢字漢字漢字
                漢字漢字漢字漢字
        ");
    }

    #[test]
    fn numbers_are_grouped_for_people_and_not_for_machines() {
        use crate::summary::writers::Writer;
        use crate::summary::{html::Html, json::Json, markdown::Markdown, text::Text};
        let summary = crate::summary::samples::everything();
        let options = TextOptions { detail: Detail::Full, ..TextOptions::default() };
        let markdown = Markdown { limit: usize::MAX };
        for writer in [&Text as &dyn Writer, &markdown, &Html] {
            let shown = writer.import(&summary, &options).unwrap();
            let shown = anstream::adapter::strip_str(&shown).to_string();
            assert!(shown.contains("1,204") && !shown.contains("1204"), "{shown}");
        }
        let json = Json.import(&summary, &options).unwrap();
        assert!(json.contains("\"tests\": 1204") && !json.contains("1,204"), "{json}");
    }

    #[test]
    fn durations() {
        for (time, text) in [
            (0.0, "0 ms"),
            (0.0421, "42 ms"),
            (0.9996, "1.0 s"),
            (12.34, "12.3 s"),
            (59.96, "1 min 0 s"),
            (125.4, "2 min 5 s"),
            (7325.0, "2 h 2 min"),
            (f64::NAN, "an unknown time"),
        ] {
            assert_eq!(seconds(time), text);
        }
    }
}
