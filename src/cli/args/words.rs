//! Names of commands: their position, and typing errors.

use std::ffi::OsString;

use clap::Command;

/// Moves the command to the front of `args`, if there is one.
///
/// clap expects the options of a command after its name. If every option were global instead, every `--help` would
/// show all of them, and clap would drop values of a repeatable option that is on both sides of the command.
#[must_use]
pub fn command_first(command: &Command, mut args: Vec<OsString>) -> Vec<OsString> {
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        // Text other than UTF-8 is neither an option nor a command.
        let text = arg.to_str().unwrap_or("");
        if text == "--" {
            break;
        }
        if text.starts_with('-') && text.len() > 1 {
            at += if takes_next(command, text) { 2 } else { 1 };
            continue;
        }
        // clap adds `help` when it parses.
        if text == "help" || command.find_subcommand(text).is_some() {
            let name = args.remove(at);
            args.insert(1, name);
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

/// Words that a user may write in the place of a report, with a hint for each.
const KNOWN: &[(&str, &str)] = &[
    ("inspect", "write the command before the first report: `tq-import inspect <REPORT>...`"),
    (
        "convert",
        "write the command before the first report: `tq-import convert --to junit <REPORT>...`",
    ),
    ("retire", "write the command before the first report: `tq-import retire <REPORT>...`"),
    ("list", "the command is `tq-import list projects|folders|tests|runs`"),
    ("undo", "the command is `tq-import undo SUMMARY.json`"),
    ("relink", "write the command before the first report: `tq-import relink <REPORT>...`"),
    ("sandbox", "the command is `tq-import sandbox`"),
    (
        "run",
        "write the command before the first report: `tq-import run <REPORT>... -- <COMMAND>...`",
    ),
    (
        "explain",
        "write the command before the first report: `tq-import explain <NAME> <REPORT>...`",
    ),
    ("doctor", "the command is `tq-import doctor`"),
    ("init", "the command is `tq-import init`"),
    ("completions", "the command is `tq-import completions <SHELL>`"),
    ("help", "`tq-import --help` shows the help"),
    ("import", "importing needs no command: `tq-import [OPTIONS] <REPORT>...`"),
    ("upload", "importing needs no command: `tq-import [OPTIONS] <REPORT>...`"),
    ("upload_test_run", "importing needs no command: `tq-import [OPTIONS] <REPORT>...`"),
];

/// The hint for a missing report whose name is, or is similar to, that of a command.
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

/// The name out of `names` that is most similar to `written`, if any is.
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
    fn misspelt_commands_get_a_hint() {
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
