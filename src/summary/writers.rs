//! The output formats: the trait that each implements, and the table of those that `--format` and `--output` offer.

use super::Summary;
use super::converted::{Ctrf, Junit};
use super::html::Html;
use super::json::Json;
use super::markdown::{self, Markdown};
use super::text::{Text, TextOptions};

/// Renders the finished summary in one format.
pub trait Writer: Sync {
    /// Renders an import. `options` are for formats that people read in a terminal or a log.
    ///
    /// # Errors
    /// When a value cannot be serialised, which a [`Summary`] rules out.
    fn import(&self, summary: &Summary, options: &TextOptions) -> serde_json::Result<String>;

    /// Renders what `inspect` found in the reports.
    ///
    /// # Errors
    /// As for [`Self::import`].
    fn inspection(&self, summary: &Summary, options: &TextOptions) -> serde_json::Result<String>;

    /// Whether the result contains terminal styles, which must be stripped for anything but a terminal.
    fn has_styles(&self) -> bool {
        false
    }
}

/// The formats by the names that `--format` and `--output` take.
pub static WRITERS: [(&str, &dyn Writer); 7] = [
    ("text", &Text),
    ("json", &Json),
    ("markdown", &Markdown { limit: markdown::LIMIT }),
    ("comment", &Markdown { limit: markdown::COMMENT_LIMIT }),
    ("html", &Html),
    ("junit", &Junit),
    ("ctrf", &Ctrf),
];
