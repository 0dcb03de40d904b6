//! The documents are correct: commands are run, outputs compared.

mod commands;
mod history;
mod layers;
mod recipes;
mod schema;

use std::path::Path;

use crate::support::{binary, run};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The code block that follows `marker` in the README.
fn block_after(readme: &str, marker: &str) -> String {
    let after = &readme
        [readme.find(marker).unwrap_or_else(|| panic!("{marker} is missing")) + marker.len()..];
    let start = after.find("```text\n").unwrap() + "```text\n".len();
    after[start..].split("```").next().unwrap().to_owned()
}

/// A line without durations and the program's path, which differ from run to run.
fn normalised(line: &str) -> String {
    if let Some((_, arguments)) =
        line.split_once("view it: ").and_then(|(_, command)| command.split_once("tq-import "))
    {
        return format!("view it: tq-import {arguments}");
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |word: &str| word.parse::<f64>().is_ok();
    let mut kept = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let next_is_unit = words.get(index + 1).is_some_and(|next| matches!(*next, "ms" | "s"));
        kept.push(if is_number(word) && next_is_unit {
            "N"
        } else if *word == "s" {
            "ms"
        } else {
            word
        });
    }
    kept.join(" ")
}

/// The arguments of the README's first command.
const DEMO: [&str; 7] =
    ["--sandbox", "--namespace", "shop", "--results", "--build", "1", "docs/demo/"];

#[test]
fn the_readme_shows_the_output_of_its_first_command() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(
        readme.contains("cargo run -- --sandbox --namespace shop --results --build 1 docs/demo/")
    );
    let shown = block_after(&readme, "<!-- output: sandbox -->");
    let data = tempfile::tempdir().unwrap();
    let mut command = binary(root());
    command.env("XDG_DATA_HOME", data.path()).args(DEMO);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let printed = runtime.block_on(run(command)).expect(0).stdout;
    let printed: Vec<String> = printed.lines().map(normalised).collect();
    let mut rest = printed.iter();
    for line in shown.lines().filter(|line| line.trim() != "[…]").map(normalised) {
        assert!(
            rest.any(|printed| *printed == line),
            "README shows {line:?}, but the command does not print it here"
        );
    }
    // The second import creates and writes nothing.
    let mut command = binary(root());
    command.env("XDG_DATA_HOME", data.path()).args(DEMO).args(["--format", "json"]);
    let summary = runtime.block_on(run(command)).expect(0).json();
    assert_eq!(summary["tests"]["created"], 0);
    assert_eq!(summary["requests"]["post"], 0);
    assert_eq!(summary["requests"]["put"], 0);
    assert_eq!(summary["complete"], true);
}

#[test]
fn the_readme_quotes_the_table_of_measurements() {
    let page = |name: &str| std::fs::read_to_string(root().join(name)).unwrap();
    let (table, quoted) =
        (page("docs/speed.md"), block_after(&page("README.md"), "[table of measurements]"));
    assert_eq!(quoted.lines().count(), 2);
    for line in quoted.lines() {
        assert!(table.lines().any(|row| row == line), "not in docs/speed.md: {line}");
    }
}

#[test]
fn readme_and_help_list_the_same_exit_codes() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut command = binary(root());
    command.arg("--help");
    let help = tokio::runtime::Runtime::new().unwrap().block_on(run(command)).expect(0).stdout;
    let words = |text: &str| text.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ");
    for exit in tq_import::cli::exit::ExitCode::ALL {
        assert!(words(&help).contains(&words(exit.meaning())), "{exit}");
        if exit.code() < 10 {
            let row = format!("| {} | {} |", exit.code(), exit.meaning());
            assert!(words(&readme).contains(&words(&row)), "{row}");
        }
    }
}

#[test]
fn every_option_in_the_docs_exists() {
    let page = |name: &str| std::fs::read_to_string(root().join(name)).unwrap();
    let readme = page("README.md") + &page("docs/ci.md").replace("npm test -- --shard", "");
    let help = |arguments: &[&str]| {
        let mut command = binary(root());
        command.args(arguments).arg("--help");
        tokio::runtime::Runtime::new().unwrap().block_on(run(command)).expect(0).stdout
    };
    let help = help(&[]) + &help(&["inspect"]) + &help(&["sandbox"]) + &help(&["run"]);
    let of_others = ["--release", "--locked", "--path", "--bench", "--git", "--json"];
    let options = readme
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| word.starts_with("--") && word.len() > 3);
    for option in options.filter(|option| !of_others.contains(option)) {
        assert!(help.contains(option), "{option}");
    }
}

/// Only the manifest says where the repository is published; until it is, everything else says `OWNER`.
#[test]
fn the_repository_has_one_address() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, rest) = manifest.split_once("\nrepository = \"https://github.com/").unwrap();
    let address = rest.split('"').next().unwrap();
    let mut found = 0;
    for page in [
        "README.md",
        "docs/ci.md",
        "docs/install.md",
        "docs/reports.md",
        "docs/summary.schema.json",
        "action.yml",
        ".github/action/install.sh",
    ] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        for (at, _) in text.match_indices("/tq-import@").chain(text.match_indices("/tq-import/")) {
            let owner = text[..at]
                .rsplit(|next: char| !next.is_alphanumeric() && !"-_".contains(next))
                .next();
            let Some(owner @ ("OWNER" | "testquality" | "TestQuality")) = owner else { continue };
            assert_eq!(format!("{owner}/tq-import"), address, "{page}");
            found += 1;
        }
    }
    assert!(found >= 3, "{found}");
}

#[test]
fn pipelines_in_the_docs_are_valid_yaml_and_use_existing_inputs() {
    use yaml_rust2::{Yaml, YamlLoader};
    let load = |text: &str| YamlLoader::load_from_str(text).unwrap().remove(0);
    let action = load(&std::fs::read_to_string(root().join("action.yml")).unwrap());
    let known = |input: &Yaml| !action["inputs"][input.as_str().unwrap()].is_badvalue();
    let mut uses = 0;
    for page in ["README.md", "docs/ci.md", "docs/reports.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        for block in text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
            let mut open = vec![load(block)];
            while let Some(node) = open.pop() {
                let is_ours = |uses: &str| uses.starts_with("OWNER/tq-import@");
                if node["uses"].as_str().is_some_and(is_ours) {
                    uses += 1;
                    let with = node["with"].as_hash().unwrap();
                    assert!(with.keys().all(known), "{page}: {with:?}");
                }
                match node {
                    Yaml::Array(nodes) => open.extend(nodes),
                    Yaml::Hash(nodes) => open.extend(nodes.into_iter().map(|(_, node)| node)),
                    _ => {}
                }
            }
        }
    }
    assert!(uses >= 3, "{uses}");
}

#[test]
fn folder_trees_on_the_reports_page_match_the_reports() {
    let page = std::fs::read_to_string(root().join("docs/reports.md")).unwrap();
    let mut command = binary(root());
    command.args(["inspect", "--format", "json", "testdata/**/*.xml"]);
    let inspected = tokio::runtime::Runtime::new().unwrap().block_on(run(command)).expect(0).json();
    let tests: Vec<(String, &str)> = inspected["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|test| {
            let folder: Vec<&str> = test["folder"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|name| name.as_str())
                .collect();
            (folder.join(" / "), test["name"].as_str().unwrap())
        })
        .collect();
    // Fenced code is indented too.
    let mut is_fenced = false;
    let lines: Vec<&str> = page
        .lines()
        .filter(|line| {
            is_fenced ^= line.starts_with("```");
            !is_fenced
        })
        .collect();
    let shown: Vec<(&str, &str)> = lines
        .windows(2)
        .filter_map(|pair| {
            let folder = pair[0].strip_prefix("    ").filter(|folder| !folder.starts_with(' '))?;
            Some((folder, pair[1].strip_prefix("      ")?))
        })
        .collect();
    assert_eq!(shown.len(), 10, "{shown:?}");
    for (folder, name) in shown {
        assert!(
            tests.iter().any(|(path, test)| path == folder && *test == name),
            "{folder}: {name}"
        );
    }
}

#[test]
fn every_test_in_the_table_of_faults_exists() {
    let table = std::fs::read_to_string(root().join("docs/faults.md")).unwrap();
    let mut sources = String::new();
    for directory in ["tests", "src", "crates"] {
        for entry in walkdir::WalkDir::new(root().join(directory)).into_iter().map(Result::unwrap) {
            if entry.path().extension().is_some_and(|extension| extension == "rs") {
                sources.push_str(&std::fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let lines: Vec<&str> = table.lines().collect();
    // Headings are above a line of dashes.
    let is_dashes = |line: &str| line.starts_with("| ---");
    let rows = lines.iter().zip(lines.iter().skip(1)).filter_map(|(line, next)| {
        (line.starts_with("| ") && !is_dashes(line) && !is_dashes(next)).then_some(*line)
    });
    let mut named = 0;
    for row in rows {
        let last = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let tests: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test in {row}");
        for test in tests {
            assert!(sources.contains(&format!("fn {test}(")), "no test {test}");
        }
        named += 1;
    }
    assert!(named >= 59, "{named} rows");
}

#[test]
fn every_fault_rule_in_the_docs_exists() {
    let docs = std::fs::read_to_string(root().join("docs/sandbox.md")).unwrap();
    let words_of = |head: &str| -> Vec<&str> {
        let table = docs.split(head).nth(1).unwrap();
        let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        rows.flat_map(|line| line.split('|').nth(1).unwrap().split('`').skip(1).step_by(2))
            .collect()
    };
    let words = [words_of("| word |"), words_of("| rule |")].concat();
    assert!(words.len() >= 36, "{words:?}");
    testquality_sandbox::FaultRules::parse(&words).unwrap();
}

#[test]
fn the_page_about_the_configuration_names_every_key() {
    let page = std::fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let world = tempfile::tempdir().unwrap();
    let errors = |file: &str| {
        std::fs::write(world.path().join("tq-import.toml"), file).unwrap();
        let mut command = binary(world.path());
        command.args(["inspect", "a.xml"]);
        let ended = tokio::runtime::Runtime::new().unwrap().block_on(run(command)).expect(2).stderr;
        let (_, keys) = ended.split_once("are ").unwrap();
        keys.lines().next().unwrap().to_owned()
    };
    let (whole, of_tables) = page.split_once("## Several packages").unwrap();
    for (keys, section) in [
        (errors("zzzzzzzzz = 1\n"), whole),
        (errors("[[import]]\nfiles = [\"a.xml\"]\nzzzzzzzzz = 1\n"), of_tables),
    ] {
        assert!(keys.split(", ").count() > 10, "{keys}");
        for key in keys.split(", ") {
            assert!(section.contains(&format!("`{key}`")), "{key}");
        }
    }
}
