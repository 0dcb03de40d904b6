//! What `doctor` found, as text: one line for each check.

use super::layout::{FAINT, PLAIN, Page, TITLE, TextOptions, piece, styled};
use super::{Severity, escape};

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was checked, such as `token`.
    pub subject: &'static str,
    /// The result; none if an earlier failure prevented the check.
    pub severity: Option<Severity>,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Columns of the longest word for a severity, and of that word and a subject.
const SUBJECT: usize = 7;
const FOUND: usize = 18;

/// Renders `checks`.
#[must_use]
pub fn render(checks: &[Check], options: &TextOptions) -> String {
    let mut page = Page::new(options.columns);
    for Check { subject, severity, found, hint } in checks {
        let word = match severity {
            Some(Severity::Ok) => "OK",
            Some(Severity::Warn) => "note",
            Some(Severity::Error) => "ERROR",
            None => "-",
        };
        let style = severity.map_or(FAINT, Severity::style);
        let pad = SUBJECT.saturating_sub(word.len());
        let label = format!("{}{:pad$}{}", styled(style, word), "", styled(TITLE, subject));
        page.line(&label, FOUND, &[piece(PLAIN, escape::terminal(found))]);
        if let Some(hint) = hint {
            let pieces = [piece(TITLE, "hint: "), piece(PLAIN, escape::terminal(hint))];
            page.hanging_line("", FOUND, FOUND + 6, &pieces);
        }
    }
    page.finish(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_aligned_in_columns() {
        let check = |subject, severity, found: &str, hint: Option<&str>| Check {
            subject,
            severity,
            found: found.to_owned(),
            hint: hint.map(str::to_owned),
        };
        let checks = [
            check("settings", Some(Severity::Ok), "tq-import.toml", None),
            check(
                "token",
                Some(Severity::Warn),
                "from .testquality:1, which everyone can read",
                None,
            ),
            check(
                "host",
                Some(Severity::Error),
                "https://api.example\u{1b}[31m: cannot connect: the name is not known to this machine",
                Some("check the host's name, and whether this machine reaches the network at all"),
            ),
            check("root plan", None, "not checked", None),
        ];
        let options = TextOptions { columns: Some(80), ..TextOptions::default() };
        let text = anstream::adapter::strip_str(&render(&checks, &options)).to_string();
        insta::assert_snapshot!(text);
    }
}
