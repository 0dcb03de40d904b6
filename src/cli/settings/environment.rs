//! What surrounds the process, as one value that tests can make up.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use etcetera::BaseStrategy;

/// The environment of the process: the only way in which the program looks at variables, the
/// working directory and the terminal.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// What the program was called by; empty if that is not known.
    pub program: String,
    /// The variables whose names and values are UTF-8.
    pub variables: BTreeMap<String, String>,
    /// Variables of ours that are set to something that is not UTF-8.
    pub unreadable: Vec<String>,
    /// The working directory.
    pub directory: PathBuf,
    /// Where the user's programs keep their files; none when there is no home directory.
    pub user_data: Option<PathBuf>,
    /// The width of the terminal that standard output is; none when it is no terminal.
    pub columns: Option<usize>,
    /// Whether standard error is a terminal.
    pub stderr_is_terminal: bool,
}

impl Environment {
    /// The environment of this process.
    ///
    /// # Errors
    /// When the working directory is gone.
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

    /// A variable's value. An empty one counts as not set: pipelines write `TQ_HOST: ${{ vars.HOST }}`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?;
        (!value.trim().is_empty()).then_some(value)
    }

    /// Whether a variable is set to nothing but white space.
    #[must_use]
    pub fn is_set_but_empty(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|value| value.trim().is_empty())
    }

    /// Whether this is a job of GitHub Actions.
    #[must_use]
    pub fn is_github_actions(&self) -> bool {
        self.get("GITHUB_ACTIONS") == Some("true")
    }

    /// Whether what is printed is searched for commands anywhere in a line: GitHub Actions, Azure Pipelines, TeamCity.
    #[must_use]
    pub fn has_workflow_commands(&self) -> bool {
        self.is_github_actions()
            || self.get("TF_BUILD").is_some()
            || self.get("TEAMCITY_VERSION").is_some()
    }
}
