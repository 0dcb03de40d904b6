//! Runs the steps of `action.yml` as a GitHub runner does, against a real sandbox.
//!
//! Without bash the tests are skipped.

mod comment;
mod imports;
#[cfg(target_os = "linux")]
mod install;
mod recipes;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use secrecy::ExposeSecret as _;
use yaml_rust2::{Yaml, YamlLoader};

use crate::support::{Run, TestEnv};

/// The checkout that the action runs from.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn definition() -> Yaml {
    let text = std::fs::read_to_string(root().join("action.yml")).unwrap();
    YamlLoader::load_from_str(&text).unwrap().remove(0)
}

/// Whether bash is installed; prints a note if it is not.
fn has_bash() -> bool {
    let is_installed = Command::new("bash").arg("--version").output().is_ok();
    if !is_installed {
        println!("skipped: bash is not installed");
    }
    is_installed
}

/// A job in a directory of its own.
struct Job {
    directory: tempfile::TempDir,
    /// The `with` of the workflow.
    inputs: BTreeMap<String, String>,
    /// Environment variables of the runner, besides those that every job has.
    variables: BTreeMap<String, String>,
    is_fork: bool,
    program: PathBuf,
}

/// The result of a step.
struct Step {
    run: Run,
    outputs: BTreeMap<String, String>,
    page: String,
}

impl Job {
    fn new() -> Self {
        // Paths on runners contain spaces, at least on Windows.
        let directory = tempfile::Builder::new().prefix("a job's directory ").tempdir().unwrap();
        Self {
            directory,
            inputs: BTreeMap::new(),
            variables: BTreeMap::new(),
            is_fork: false,
            program: env!("CARGO_BIN_EXE_tq-import").into(),
        }
    }

    /// A job with a token for the project of `env`.
    fn of(env: &TestEnv) -> Self {
        let token = env.running.token.expose_secret();
        Self::new()
            .with("token", token)
            .with("host", &env.running.url)
            .with("project", "Demo")
            .with("namespace", "shop")
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn with(mut self, input: &str, value: &str) -> Self {
        self.inputs.insert(input.to_owned(), value.to_owned());
        self
    }

    fn with_variable(mut self, variable: &str, value: &str) -> Self {
        self.variables.insert(variable.to_owned(), value.to_owned());
        self
    }

    /// Runs one step of the action.
    async fn step(&self, id: &str) -> Step {
        let action = definition();
        let steps = action["runs"]["steps"].as_vec().unwrap();
        let step = steps.iter().find(|step| step["id"].as_str() == Some(id)).unwrap();
        assert_eq!(step["shell"].as_str(), Some("bash"));
        let file = |name: &str| self.path().join(format!("{id} {name}"));
        let (output, page, script) = (file("output"), file("summary"), file("script.sh"));
        std::fs::write(&output, "").unwrap();
        std::fs::write(&page, "").unwrap();
        std::fs::write(&script, step["run"].as_str().unwrap()).unwrap();
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&script)
            .current_dir(self.path())
            .env_clear()
            .stdin(Stdio::null());
        for kept in ["PATH", "HOME", "SystemRoot", "TMPDIR", "CARGO_HOME", "RUSTUP_HOME"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
            .env("CI", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_WORKSPACE", self.path())
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_STEP_SUMMARY", &page)
            .env("RUNNER_TEMP", self.path().join("temp dir"))
            .env("RUNNER_TOOL_CACHE", self.path().join("tool cache"));
        std::fs::create_dir_all(self.path().join("temp dir")).unwrap();
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        for (name, value) in step["env"].as_hash().unwrap() {
            command.env(name.as_str().unwrap(), self.value_of(value.as_str().unwrap()));
        }
        let run = crate::support::run(command).await;
        let outputs = outputs_of(&std::fs::read_to_string(output).unwrap());
        Step { run, outputs, page: std::fs::read_to_string(page).unwrap() }
    }

    /// The value that the runner substitutes for an expression.
    fn value_of(&self, expression: &str) -> String {
        let inner = expression.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}"));
        let inner = inner.unwrap_or_else(|| panic!("{expression} is not an expression"));
        if let Some(input) = inner.strip_prefix("inputs.") {
            let action = definition();
            let known = &action["inputs"][input];
            assert!(!known.is_badvalue(), "{input} is not an input");
            let default = known["default"].as_str().unwrap_or_default();
            return self.inputs.get(input).cloned().unwrap_or_else(|| default.to_owned());
        }
        match inner {
            "steps.install.outputs.program" => self.program.to_str().unwrap().to_owned(),
            "github.token" => crate::support::forge::TOKEN.to_owned(),
            fork if fork.contains("head.repo.full_name != github.repository") => {
                self.is_fork.to_string()
            }
            other => panic!("unknown expression {other}"),
        }
    }
}

/// Outputs in both forms: `name=value`, and a heredoc.
fn outputs_of(text: &str) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line.split_once("<<") {
            Some((name, end)) if !name.contains('=') => {
                let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
                outputs.insert(name.to_owned(), value.join("\n"));
            }
            _ => {
                let (name, value) = line.split_once('=').unwrap();
                outputs.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    outputs
}

#[test]
fn no_script_contains_an_expression() {
    let action = definition();
    let steps = action["runs"]["steps"].as_vec().unwrap();
    for script in steps.iter().filter_map(|step| step["run"].as_str()) {
        assert!(!script.contains("${{"), "{script}");
    }
    // Every input reaches a step, and every output comes from the import step.
    let passed_on: String = action["runs"]["steps"]
        .as_vec()
        .unwrap()
        .iter()
        .filter_map(|step| step["env"].as_hash())
        .flat_map(|variables| variables.values())
        .map(|value| format!("{}\n", value.as_str().unwrap()))
        .collect();
    for input in action["inputs"].as_hash().unwrap().keys() {
        let expression = format!("${{{{ inputs.{} }}}}\n", input.as_str().unwrap());
        assert!(passed_on.contains(&expression), "{expression}");
    }
    for (name, output) in action["outputs"].as_hash().unwrap() {
        let name = name.as_str().unwrap();
        let expected = format!("${{{{ steps.import.outputs.{name} }}}}");
        assert_eq!(output["value"].as_str(), Some(expected.as_str()));
    }
}
