//! The surroundings of the process as one value, which tests can make up.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use etcetera::BaseStrategy;

/// The variable with the token, which the tests of a branch must not see.
pub(in crate::cli) const TOKEN_VARIABLE: &str = "TQ_ACCESS_TOKEN";

/// The variable with the path of the pipe that carries the token after `run` started the program again.
pub(in crate::cli) const TOKEN_PIPE_VARIABLE: &str = "TQ_IMPORT_TOKEN_PIPE";

/// The environment of the process. The program reads variables, the working directory and the terminal only through it.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The path or name by which the program was called; empty if unknown.
    pub program: String,
    /// The variables whose names and values are UTF-8.
    pub variables: BTreeMap<String, String>,
    /// The names of `TQ_*` variables whose values are not UTF-8.
    pub unreadable: Vec<String>,
    /// The working directory.
    pub directory: PathBuf,
    /// The user's data directory; none without a home directory.
    pub user_data: Option<PathBuf>,
    /// The width of standard output in columns; none if it is not a terminal.
    pub columns: Option<usize>,
    /// Whether standard error is a terminal.
    pub stderr_is_terminal: bool,
}

/// The files of the GitHub Actions job that runs this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GithubJob {
    /// The file for the outputs of the step.
    pub output: Option<PathBuf>,
    /// The file for the Markdown of the job's summary page.
    pub step_summary: Option<PathBuf>,
}

impl Environment {
    /// The environment of this process.
    ///
    /// # Errors
    /// When the working directory no longer exists.
    pub fn of_process() -> io::Result<Self> {
        let mut variables = BTreeMap::new();
        let mut unreadable = Vec::new();
        for (name, value) in std::env::vars_os() {
            match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) => {
                    variables.insert(name, value);
                }
                (Ok(name), Err(_)) if name.starts_with("TQ_") => unreadable.push(name),
                _ => {}
            }
        }
        if let Some(path) = variables.remove(TOKEN_PIPE_VARIABLE) {
            match std::fs::read_to_string(path) {
                Ok(token) => drop(variables.insert(TOKEN_VARIABLE.to_owned(), token)),
                Err(_) => unreadable.push(TOKEN_VARIABLE.to_owned()),
            }
        }
        let program = std::env::args_os().next().unwrap_or_default();
        Ok(Self {
            program: program.to_string_lossy().into_owned(),
            variables,
            unreadable,
            directory: std::env::current_dir()?,
            user_data: etcetera::choose_base_strategy().ok().map(|strategy| strategy.data_dir()),
            columns: terminal_size::terminal_size_of(io::stdout())
                .map(|(width, _)| usize::from(width.0)),
            stderr_is_terminal: io::stderr().is_terminal(),
        })
    }

    /// A variable's value. An empty variable counts as unset: pipelines write `TQ_HOST: ${{ vars.HOST }}`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?;
        (!value.trim().is_empty()).then_some(value)
    }

    /// Whether a variable is set to white space only, or to nothing.
    #[must_use]
    pub fn is_set_but_empty(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|value| value.trim().is_empty())
    }

    /// Whether the process runs in a GitHub Actions job.
    #[must_use]
    pub fn is_github_actions(&self) -> bool {
        self.get("GITHUB_ACTIONS") == Some("true")
    }

    /// The GitHub Actions job, if the process runs in one.
    #[must_use]
    pub fn github_job(&self) -> Option<GithubJob> {
        let file = |name| self.get(name).map(|path| self.directory.join(path));
        self.is_github_actions().then(|| GithubJob {
            output: file("GITHUB_OUTPUT"),
            step_summary: file("GITHUB_STEP_SUMMARY"),
        })
    }

    /// Whether a CI system looks for commands in the output: GitHub Actions, Azure Pipelines, TeamCity.
    #[must_use]
    pub fn has_workflow_commands(&self) -> bool {
        self.is_github_actions()
            || self.get("TF_BUILD").is_some()
            || self.get("TEAMCITY_VERSION").is_some()
    }
}
