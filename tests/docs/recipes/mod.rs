//! The recipes of docs/ci.md, run in a shell with the variables that each CI system sets.
//!
//! A test runs the tests and the import as the system would: the lines of a job in one shell, and after a failure only the steps
//! that are for that case. What is included from this repository (a component, an orb, a template, a plugin, a shared library) is run
//! with the inputs that the page shows.
#![cfg(target_os = "linux")]

mod included;
mod systems;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use secrecy::ExposeSecret as _;
use yaml_rust2::{Yaml, YamlLoader};

use super::root;
use crate::support::{Run, TestEnv, report, run};

/// The line that installs the program, up to the directory.
const INSTALLER: &str = "curl -fsSL https://github.com/OWNER/tq-import/releases/download/v0.1.0/install.sh | sh -s -- --to ";

/// Stands in for GitHub's releases: answers with the files of the release that was packed from this build.
const CURL: &str = r#"#!/bin/sh
output=
before=
for last; do
    case $before in --output | -o) output=$last ;; esac
    before=$last
done
file=${last#https://github.com/OWNER/tq-import/releases/download/v0.1.0/}
if [ "$file" = "$last" ]; then
    exec "$REAL_CURL" "$@"
fi
cat "$RELEASE/$file" >"${output:-/dev/stdout}"
"#;

/// A shell as a CI system starts it.
const SH: &[&str] = &["sh", "-e"];
const BASH: &[&str] = &["bash", "-e"];
const PIPEFAIL: &[&str] = &["bash", "-eo", "pipefail"];

/// Lines that run in one shell.
struct Script {
    shell: &'static [&'static str],
    lines: String,
    variables: Vec<(String, String)>,
    /// Whether it also runs after a failure.
    always: bool,
}

impl Script {
    fn new(shell: &'static [&'static str], lines: &str, always: bool) -> Self {
        Self { shell, lines: lines.to_owned(), variables: Vec::new(), always }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// The text below a heading of the page, with the blocks of code in it: language and text.
fn blocks(heading: &str) -> Vec<(String, String)> {
    let page = std::fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let start = page.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("{heading}"));
    let section = page[start + 4..].split("\n## ").next().unwrap().to_owned();
    let mut blocks = Vec::new();
    for (index, part) in section.split("```").enumerate() {
        if index % 2 == 1 {
            let (language, text) = part.split_once('\n').unwrap();
            blocks.push((language.to_owned(), text.to_owned()));
        }
    }
    blocks
}

fn yaml(text: &str) -> Yaml {
    YamlLoader::load_from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")).remove(0)
}

/// The YAML of the recipe at `index` below a heading.
fn recipe(heading: &str, index: usize) -> Yaml {
    yaml(&blocks(heading)[index].1)
}

fn file(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// A text, or a list of texts that run one after the other.
fn lines(node: &Yaml) -> String {
    match node {
        Yaml::String(line) => line.clone(),
        Yaml::Array(lines) => {
            lines.iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
        }
        other => panic!("no script: {other:?}"),
    }
}

/// A mapping as texts.
fn texts(node: &Yaml) -> BTreeMap<String, String> {
    let text = |value: &Yaml| match value {
        Yaml::String(text) => text.clone(),
        Yaml::Boolean(value) => value.to_string(),
        other => panic!("no text: {other:?}"),
    };
    let nodes = node.as_hash().unwrap().iter();
    nodes.map(|(key, value)| (key.as_str().unwrap().to_owned(), text(value))).collect()
}

/// A job that imports into a sandbox.
struct Job {
    env: TestEnv,
    home: PathBuf,
    /// The files of the release.
    release: &'static Path,
    variables: Vec<(&'static str, String)>,
}

impl Job {
    /// A job in which `npm test` writes a report of two tests, one of which fails. None if this machine cannot pack a release.
    async fn new(variables: &[(&'static str, &str)]) -> Option<Self> {
        let release = crate::release::packed()?;
        let env = TestEnv::new().await;
        let created = crate::sandbox::client()
            .post(format!("{}/api/project", env.running.url))
            .bearer_auth(env.running.token.expose_secret())
            .json(&serde_json::json!({"name": "Shop"}))
            .send()
            .await
            .unwrap();
        assert_eq!(created.status(), 201);
        env.write("report.txt", &report(&[("cart", &["adds", "!removes"])]));
        let npm = "#!/bin/sh\ntest \"$*\" = test || exit 99\nmkdir -p reports/web\ncp report.txt reports/web/a.xml\nexit 1\n";
        for (name, text) in [("npm", npm), ("curl", CURL), ("apk", "#!/bin/sh\n")] {
            let path = env.write(&format!("programs/{name}"), text);
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        // A home without anything in it, as in a fresh container.
        let home = env.path().join("home of this job");
        std::fs::create_dir(&home).unwrap();
        let variables =
            variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Some(Self { env, home, release, variables })
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    async fn script(&self, script: &Script) -> Run {
        let file = self.env.write("script.sh", &script.lines);
        let (shell, options) = script.shell.split_first().unwrap();
        let mut command = Command::new(shell);
        let path = std::env::var("PATH").unwrap_or_default();
        let programs = self.env.path().join("programs");
        command
            .args(options)
            .arg(file)
            .current_dir(self.env.path())
            .env_clear()
            .stdin(Stdio::null())
            .env("PATH", format!("{}:{path}", programs.display()))
            .env("HOME", &self.home)
            .env("REAL_CURL", real_curl())
            .env("RELEASE", self.release)
            .env("TQ_HOST", &self.env.running.url)
            .env("TQ_ACCESS_TOKEN", self.env.running.token.expose_secret())
            .envs(self.variables.iter().map(|(name, value)| (*name, value.as_str())))
            .envs(script.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        run(command).await
    }

    /// Runs the scripts of a job as CI does. Returns the last run.
    async fn runs(&self, scripts: &[Script]) -> Run {
        let mut last = None;
        let mut has_failed = false;
        for script in scripts.iter() {
            if has_failed && !script.always {
                continue;
            }
            let run = self.script(script).await;
            has_failed |= run.code != 0;
            last = Some(run);
        }
        last.unwrap()
    }

    /// Runs a recipe: the tests fail, both are imported, and their results are in the run `name`.
    async fn imports(&self, scripts: &[Script], name: &str) -> Run {
        let last = self.runs(scripts).await;
        let db = self.env.db();
        let runs: Vec<String> = db
            .prepare("SELECT name FROM run WHERE deleted_at IS NULL")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(runs.len() == 1 && runs[0].starts_with(name), "{runs:?} is not {name}: {last}");
        assert_eq!(self.env.count("test"), 2, "{last}");
        let results: i64 = db
            .query_row("SELECT count(*) FROM run_result WHERE deleted_at IS NULL", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(results, 2, "{last}");
        last
    }
}

/// The path of curl, for scripts that talk to more than the installer.
fn real_curl() -> String {
    let found = Command::new("sh").args(["-c", "command -v curl"]).output().unwrap();
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
}

/// The `npm test` step of every recipe.
fn tests(shell: &'static [&'static str], line: &str) -> Script {
    assert_eq!(line, "npm test");
    Script::new(shell, line, false)
}

#[test]
fn every_recipe_is_run_by_a_test_and_installs_the_program_in_the_same_way() {
    let page = file("docs/ci.md");
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    // The first is run by the tests of the action; those after "Any shell" are no recipes of a CI system.
    assert_eq!(
        sections,
        [
            "GitHub Actions",
            "GitLab CI",
            "Jenkins",
            "CircleCI",
            "Azure Pipelines",
            "Buildkite",
            "Bitbucket Pipelines",
            "TeamCity",
            "Drone",
            "Woodpecker",
            "Any shell",
            "Jobs without a token",
            "Comments with other scripts",
            "Keep a report for people",
            "Compare with an earlier run",
            "Troubleshooting",
        ]
    );
    for path in [
        "docs/ci.md",
        "templates/import.yml",
        "ci/azure/import.yml",
        "ci/circleci/orb.yml",
        "ci/jenkins/vars/tqImport.groovy",
        "ci/buildkite/tq-import/hooks/post-command",
    ] {
        let text = file(path);
        let installers: Vec<&str> =
            text.lines().filter(|line| line.contains("install.sh |")).collect();
        assert!(!installers.is_empty(), "{path}");
        for line in installers {
            let line = line.trim_start().trim_start_matches("- ");
            let to = line.strip_prefix(INSTALLER).unwrap_or_else(|| panic!("{path}: {line}"));
            assert!(["~/.local/bin", "\"$WORKSPACE_TMP\""].contains(&to), "{path}: {to}");
        }
    }
    // Every block with an import is in a section that is run.
    for section in &sections[1..11] {
        for (language, text) in blocks(section) {
            assert!(
                text.contains("install.sh |")
                    || text.contains("OWNER/tq-import")
                    || text.contains("ghcr.io/owner/tq-import")
                    || text.contains("/tq-import@"),
                "{section}: {language} {text}"
            );
        }
    }
}

/// Whether the file that `path` names is in the repository; links of the page point to such files.
#[test]
fn files_that_the_page_links_to_exist() {
    let page = file("docs/ci.md");
    let links = page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
    for link in links.filter(|link| !link.contains("://")) {
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = if path.is_empty() {
            root().join("docs/ci.md")
        } else {
            root().join("docs").join(Path::new(path))
        };
        let text = std::fs::read_to_string(&target).unwrap_or_else(|_| panic!("{link}"));
        let slug = |heading: &str| {
            let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
            let heading: String =
                heading.trim_start_matches('#').trim().chars().filter(kept).collect();
            heading.to_lowercase().replace(' ', "-")
        };
        let mut headings = text.lines().filter(|line| line.starts_with('#')).map(slug);
        assert!(anchor.is_empty() || headings.any(|slug| slug == anchor), "{link}");
    }
}
