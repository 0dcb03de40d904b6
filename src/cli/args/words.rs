//! Command words: where they may stand, and what was perhaps meant as one.

use std::ffi::OsString;

use clap::Command;

/// `args` with the command word right behind the program's name, if there is one.
///
/// clap wants the options of a command behind its word. Making every option global instead would
/// show all of them in every `--help`, and clap drops a repeatable option's values when it stands
/// on both sides.
#[must_use]
pub fn command_word_first(command: &Command, mut args: Vec<OsString>) -> Vec<OsString> {
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        // What is not UTF-8 is no option and no command word.
        let text = arg.to_str().unwrap_or("");
        if text == "--" {
            break;
        }
        if text.starts_with('-') && text.len() > 1 {
            at += if takes_next(command, text) { 2 } else { 1 };
            continue;
        }
        if command.find_subcommand(text).is_some() {
            let word = args.remove(at);
            args.insert(1, word);
        }
        break;
    }
    args
}

/// Whether the option `text` takes the following argument as its value.
fn takes_next(command: &Command, text: &str) -> bool {
    let Some(long) = text.strip_prefix("--") else {
        // No short option takes a value.
        return false;
    };
    if long.contains('=') {
        return false;
    }
    let commands = std::iter::once(command).chain(command.get_subcommands());
    commands
        .flat_map(Command::get_arguments)
        .find(|arg| {
            arg.get_long() == Some(long)
                || arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&long))
        })
        .is_some_and(|arg| arg.get_action().takes_values() && !arg.is_require_equals_set())
}

/// Words that a user may write where a report belongs, and what to say about each.
const KNOWN: &[(&str, &str)] = &[
    ("inspect", "the command is `tq-import inspect <REPORT>...`, its word before the first report"),
    ("sandbox", "the command is `tq-import sandbox`"),
    (
        "run",
        "the command is `tq-import run <REPORT>... -- <COMMAND>...`, its word before the first report",
    ),
    (
        "explain",
        "the command is `tq-import explain <NAME> <REPORT>...`, its word before the first report",
    ),
    ("doctor", "the command is `tq-import doctor`"),
    ("init", "the command is `tq-import init`"),
    ("completions", "the command is `tq-import completions <SHELL>`"),
    ("help", "`tq-import --help` shows the help"),
    ("import", "importing needs no command word: `tq-import [OPTIONS] <REPORT>...`"),
    ("upload", "importing needs no command word: `tq-import [OPTIONS] <REPORT>...`"),
    ("upload_test_run", "importing needs no command word: `tq-import [OPTIONS] <REPORT>...`"),
];

/// What to say about a report that does not exist, if its name equals or nearly equals a command
/// word.
#[must_use]
pub fn hint_for(report: &str) -> Option<&'static str> {
    let written = report.to_lowercase().replace('-', "_");
    if !written.chars().all(|character| character.is_ascii_alphabetic() || character == '_') {
        return None;
    }
    KNOWN
        .iter()
        .map(|(word, hint)| (strsim::osa_distance(word, &written), word.len(), hint))
        .filter(|(distance, length, _)| *distance <= if *length > 4 { 2 } else { 1 })
        .min_by_key(|(distance, ..)| *distance)
        .map(|(.., hint)| *hint)
}

/// The name out of `names` that `written` was probably meant to be.
#[must_use]
pub fn nearest<'a>(written: &str, names: &[&'a str]) -> Option<&'a str> {
    let folded = written.to_lowercase().replace('-', "_");
    names
        .iter()
        .map(|name| (strsim::osa_distance(name, &folded), *name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 5)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_of_command_words_are_answered() {
        for word in [
            "inspect",
            "inspct",
            "Inspect",
            "sandbox",
            "sanbox",
            "upload_test_run",
            "upload-test-run",
            "import",
            "hlep",
        ] {
            assert!(hint_for(word).is_some(), "{word}");
        }
        for report in
            ["reports", "report.xml", "inspect.xml", "./inspect", "target", "-", "", "junit", "*"]
        {
            assert_eq!(hint_for(report), None, "{report}");
        }
    }

    #[test]
    fn the_nearest_name() {
        let names = ["project", "namespace", "group_by"];
        assert_eq!(nearest("projct", &names), Some("project"));
        assert_eq!(nearest("group-by", &names), Some("group_by"));
        assert_eq!(nearest("GroupBy", &names), Some("group_by"));
        assert_eq!(nearest("colour", &names), None);
    }
}
