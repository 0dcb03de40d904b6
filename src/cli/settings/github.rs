//! What the runner of GitHub Actions takes from a step.

use std::path::PathBuf;

use super::Environment;

/// A job of GitHub Actions that runs this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GithubJob {
    /// The file that takes outputs.
    pub output: Option<PathBuf>,
    /// The file that takes Markdown for the job's page.
    pub step_summary: Option<PathBuf>,
}

impl GithubJob {
    /// The job that `environment` is part of, if it is.
    #[must_use]
    pub fn of(environment: &Environment) -> Option<Self> {
        let file = |name| environment.get(name).map(|path| environment.directory.join(path));
        environment.is_github_actions().then(|| Self {
            output: file("GITHUB_OUTPUT"),
            step_summary: file("GITHUB_STEP_SUMMARY"),
        })
    }
}
