//! The stories of `docs/history.md`: the commands are run, and print what the page shows. `UPDATE_DOCS=1` writes their output
//! into the page.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use super::{normalised, root};
use crate::support::{Run, binary};

const PAGE: &str = "docs/history.md";

/// A report of two classes in the package `com.acme.PACKAGE`.
fn reports(directory: &Path, package: &str) {
    let class = |class: &str, names: &[&str]| {
        let class = format!("com.acme.{package}.{class}");
        let case = |name: &&str| format!("<testcase classname='{class}' name='{name}'/>");
        let cases: String = names.iter().map(case).collect();
        format!("<testsuite name='{class}'>{cases}</testsuite>")
    };
    let suites = class("CartTest", &["adds", "removes"]) + &class("PriceTest", &["adds"]);
    std::fs::create_dir_all(directory.join("reports")).unwrap();
    let xml = format!("<testsuites>{suites}</testsuites>");
    std::fs::write(directory.join("reports/shop.xml"), xml).unwrap();
}

/// What happens before the command of this number in a story.
fn before_command(directory: &Path, story: &str, number: usize) {
    match (story, number) {
        (_, 0) => reports(directory, "cart"),
        ("moved" | "undo", 1) => reports(directory, "basket"),
        _ => {}
    }
}

/// Runs a command of the page. Returns what a terminal shows.
fn output(directory: &Path, line: &str) -> String {
    let program = env!("CARGO_BIN_EXE_tq-import");
    let mut command = Command::new("sh");
    for (name, value) in binary(directory).get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let line = line.replacen("tq-import ", "\"$PROGRAM\" ", 1);
    command.args(["-c", &format!("{line} 2>&1")]).env("PROGRAM", program).current_dir(directory);
    Run::of(&command.output().unwrap()).stdout.replace(program, "tq-import")
}

#[test]
fn the_stories_are_told_as_they_happen() {
    let path = root().join(PAGE);
    let page = std::fs::read_to_string(&path).unwrap();
    let updates = std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1");
    let mut told = String::new();
    let mut sections = page.split("<!-- story: ");
    told.push_str(sections.next().unwrap());
    let mut stories = 0;
    for section in sections {
        stories += 1;
        let (story, text) = section.split_once(" -->").unwrap();
        told.push_str(&format!("<!-- story: {story} -->"));
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join(".git")).unwrap();
        let mut blocks = text.split("```console\n");
        told.push_str(blocks.next().unwrap());
        for (number, block) in blocks.enumerate() {
            let (shown, rest) = block.split_once("```").unwrap();
            let command = shown.lines().next().unwrap().strip_prefix("$ ").unwrap();
            before_command(directory.path(), story, number);
            let printed = output(directory.path(), command);
            told.push_str(&format!("```console\n$ {command}\n{}\n```{rest}", printed.trim_end()));
            if !updates {
                let shown: Vec<String> = shown.lines().skip(1).map(normalised).collect();
                let printed: Vec<String> = printed.trim_end().lines().map(normalised).collect();
                assert_eq!(shown, printed, "{story}: {command}");
            }
        }
    }
    assert_eq!(stories, 3);
    if updates {
        std::fs::write(&path, told).unwrap();
    }
}
