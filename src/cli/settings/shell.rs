//! Commands that are shown for people to copy.

use std::borrow::Cow;
use std::path::{MAIN_SEPARATOR, Path};

/// Characters that mean themselves to every shell, anywhere in a word.
const PLAIN: &str = "/._-+:=@%,";

/// `word` as it must be written in a command line for the shell of this system to read it so.
pub(super) fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || PLAIN.contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else if cfg!(windows) {
        // No file has a double quote in its name there.
        Cow::Owned(format!("\"{word}\""))
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

/// How this program is called again: by its name if it was found in the `PATH`, else by the path
/// that it was called by.
pub(super) fn program(called: &str) -> Cow<'_, str> {
    if called.contains(['/', MAIN_SEPARATOR]) { quoted(called) } else { "tq-import".into() }
}

/// The command that shows the sandbox's database `named`, or the working tree's own.
pub(super) fn look(called: &str, named: Option<&Path>) -> String {
    let program = program(called);
    let Some(db) = named else { return format!("{program} sandbox") };
    let db = db.to_string_lossy();
    // What starts like an option would be taken for one.
    let here = if db.starts_with('-') { "./" } else { "" };
    format!("{program} sandbox --db {}", quoted(&format!("{here}{db}")))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_copied() {
        assert_eq!(look("tq-import", None), "tq-import sandbox");
        assert_eq!(look("", None), "tq-import sandbox");
        for (called, db, expected) in [
            ("tq-import", "x.db", "tq-import sandbox --db x.db"),
            ("target/debug/tq-import", "x.db", "target/debug/tq-import sandbox --db x.db"),
            ("/my bin/tq-import", "x.db", "'/my bin/tq-import' sandbox --db x.db"),
            ("tq-import", "my db", "tq-import sandbox --db 'my db'"),
            ("tq-import", "it's.db", r"tq-import sandbox --db 'it'\''s.db'"),
            ("tq-import", "~/$x.db", "tq-import sandbox --db '~/$x.db'"),
            ("tq-import", "-x.db", "tq-import sandbox --db ./-x.db"),
        ] {
            assert_eq!(look(called, Some(Path::new(db))), expected);
        }
    }

    #[test]
    fn the_shell_reads_the_word_again() {
        for word in ["", "a b", "it's", "$(x)`y`\"\\", "*?[a]{b}", "a\nb", "#x", "~", "ä"] {
            let command = format!("printf %s {}", quoted(word));
            let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word, "{command}");
        }
    }
}
