//! What `doctor` found, as text: one line each.

use super::escape;
use super::layout::{
    ERROR, FAINT, OK, PLAIN, Page, Piece, TITLE, TextOptions, WARN, piece, styled,
};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What.
    pub subject: &'static str,
    /// How it is.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it must be.
    Ok,
    /// An import works, and a person should know.
    Warn,
    /// An import would fail.
    Error,
    /// It could not be looked at, because of something above.
    Unknown,
}

/// Columns of the longest word for a state, and of that and a subject.
const SUBJECT: usize = 7;
const FOUND: usize = 18;

/// The checks as text, line by line.
#[must_use]
pub fn render(checks: &[Check], options: &TextOptions) -> String {
    let mut page = Page::new(options.columns);
    for Check { subject, state, found, hint } in checks {
        let (style, word) = match state {
            State::Ok => (OK, "ok"),
            State::Warn => (WARN, "note"),
            State::Error => (ERROR, "FAULT"),
            State::Unknown => (FAINT, "-"),
        };
        let pad = SUBJECT.saturating_sub(word.len());
        let label = format!("{}{:pad$}{}", styled(style, word), "", styled(TITLE, subject));
        page.line(&label, FOUND, &[piece(PLAIN, escape::terminal(found))]);
        if let Some(hint) = hint {
            let pieces: [Piece; 2] = [piece(TITLE, "hint: "), piece(PLAIN, escape::terminal(hint))];
            page.hanging_line("", FOUND, FOUND + 6, &pieces);
        }
    }
    page.finish(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_stand_in_columns() {
        let check = |subject, state, found: &str, hint: Option<&str>| Check {
            subject,
            state,
            found: found.to_owned(),
            hint: hint.map(str::to_owned),
        };
        let checks = [
            check("settings", State::Ok, "tq-import.toml", None),
            check("token", State::Warn, "from .testquality:1, which everybody can read", None),
            check(
                "host",
                State::Error,
                "https://api.example\u{1b}[31m: cannot connect: the name is not known to this machine",
                Some("check the host's name, and whether this machine reaches the network at all"),
            ),
            check("root plan", State::Unknown, "not reached", None),
        ];
        let options = TextOptions { columns: Some(80), ..TextOptions::default() };
        let text = anstream::adapter::strip_str(&render(&checks, &options)).to_string();
        insta::assert_snapshot!(text);
    }
}
