//! What no tracked file may contain.

use std::path::Path;
use std::process::Command;

/// Where machines keep homes, checkouts and temporary files.
const DIRECTORIES: [&str; 7] =
    ["/home/", "/root/", "/Users/", "C:\\Users\\", "/tmp/", concat!("/", "work/"), "/workspace/"];

/// Paths of no particular machine: samples in tests, and the directory that pytest creates.
const SAMPLES: [&str; 6] =
    ["/home/ci", "/home/me", "/tmp/a.png", "/tmp/é.png", "/tmp/pytest-of-", "/tmp/x1y2z3"];

/// The names of tracked files and their text, with invalid UTF-8 replaced.
fn tracked_files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).unwrap();
    let names = names.split_terminator('\0').filter(|name| root.join(name).is_file());
    let text =
        |name| String::from_utf8_lossy(&std::fs::read(root.join(name)).unwrap()).into_owned();
    names.map(|name| (name.to_owned(), text(name))).collect()
}

/// The paths in `text` below one of [`DIRECTORIES`], without [`SAMPLES`].
fn machine_paths(text: &str) -> Vec<&str> {
    let is_path_at = |at: usize, directory: &str| {
        let continues = |c: char| c.is_alphanumeric() || "._-/}".contains(c);
        !text[..at].ends_with(continues)
            && text[at + directory.len()..].starts_with(char::is_alphanumeric)
            && !SAMPLES.iter().any(|sample| text[at..].starts_with(sample))
    };
    DIRECTORIES
        .iter()
        .flat_map(|directory| text.match_indices(directory))
        .filter(|(at, directory)| is_path_at(*at, directory))
        .map(|(at, _)| text[at..].split(['"', '\'', '<', ' ', '\n']).next().unwrap_or_default())
        .collect()
}

/// How many issues `text` names by number, which means nothing outside their tracker.
fn issue_numbers(text: &str) -> usize {
    text.split("issue")
        .skip(1)
        .map(|after| after.trim_start_matches(['s', ' ', '#', '/']))
        .filter(|after| after.starts_with(|c: char| c.is_ascii_digit()))
        .count()
}

#[test]
fn no_tracked_file_names_a_machine_an_issue_or_a_private_registry() {
    let sources = |text: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix("source = "));
        lines
            .filter(|source| *source != "\"registry+https://github.com/rust-lang/crates.io-index\"")
            .count()
    };
    for (name, text) in tracked_files() {
        assert_eq!(machine_paths(&text), [""; 0], "{name} holds paths of a machine");
        assert_eq!(issue_numbers(&text), 0, "{name} names an issue by its number");
        if name.ends_with("Cargo.lock") {
            assert_eq!(sources(&text), 0, "{name} names another registry than crates.io");
        }
    }
}

#[test]
fn paths_of_machines_and_numbers_of_issues_are_found() {
    for directory in DIRECTORIES {
        let text = format!("root_directory\":\"{directory}shop/reports\", target{directory}shop");
        assert_eq!(machine_paths(&text), [format!("{directory}shop/reports")]);
    }
    assert_eq!(machine_paths("/home/ci/shop /var/tmp/x /home/$USER"), [""; 0]);
    assert_eq!(issue_numbers(&["issue", " #7, ", "issues", "/8, an issue of 1999"].concat()), 2);
}
