//! What is shown, and how.

use super::resolution::Resolution;
use super::source::ConfigError;
use crate::cli::args::TerminalArgs;
use crate::cli::args::values::ColorArg;
use crate::summary::text::{Detail, TextOptions};

/// How much is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// `-q`: what went wrong, and the last line.
    Quiet,
    /// The summary.
    #[default]
    Normal,
    /// `-v`: every change, and where settings come from.
    Verbose,
    /// `-vv`: every request too.
    Debug,
}

/// What is shown, and where it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// How much.
    pub verbosity: Verbosity,
    /// In colour or not.
    pub color: Color,
    /// How progress is shown on standard error.
    pub progress: ProgressForm,
    /// Columns of standard output; none when it is no terminal.
    pub columns: Option<usize>,
    /// The output is the log of a GitHub Actions job, which takes commands from it.
    pub in_ci: bool,
}

impl Terminal {
    /// How a text on standard output is laid out.
    #[must_use]
    pub fn text_options(&self) -> TextOptions {
        TextOptions {
            columns: self.columns,
            detail: match self.verbosity {
                Verbosity::Quiet => Detail::Brief,
                Verbosity::Normal => Detail::Normal,
                Verbosity::Verbose | Verbosity::Debug => Detail::Full,
            },
            in_ci: self.in_ci,
            errors_apart: true,
        }
    }

    /// How a text in a file is laid out: nothing is wrapped, and no pipeline takes commands from it.
    #[must_use]
    pub fn file_text_options(&self) -> TextOptions {
        TextOptions { columns: None, in_ci: false, errors_apart: false, ..self.text_options() }
    }
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProgressForm {
    /// Not at all.
    #[default]
    Nothing,
    /// A bar, which a terminal draws over and over.
    Bar,
    /// A line now and then, for the log of a CI job.
    Lines,
}

/// `--color`, NO_COLOR and CLICOLOR_FORCE taken together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// Where the stream is a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

pub(super) fn terminal(resolution: &mut Resolution<'_>, args: TerminalArgs) -> Terminal {
    let TerminalArgs { verbose, quiet, color, no_progress } = args;
    let verbosity = match (quiet, verbose) {
        (true, 1..) => {
            resolution.error(ConfigError::new("--quiet and --verbose contradict each other"));
            Verbosity::Normal
        }
        (true, 0) => Verbosity::Quiet,
        (false, 0) => Verbosity::Normal,
        (false, 1) => Verbosity::Verbose,
        (false, 2..) => Verbosity::Debug,
    };
    let environment = resolution.environment;
    let in_ci = environment.has_workflow_commands();
    let color = match color {
        ColorArg::Always => Color::Always,
        ColorArg::Never => Color::Never,
        ColorArg::Auto if environment.get("NO_COLOR").is_some() => Color::Never,
        ColorArg::Auto if environment.get("CLICOLOR_FORCE").is_some_and(|force| force != "0") => {
            Color::Always
        }
        ColorArg::Auto if environment.get("TERM") == Some("dumb") => Color::Never,
        ColorArg::Auto => Color::Auto,
    };
    let is_ci = environment.get("CI").is_some() || in_ci;
    let is_terminal = environment.stderr_is_terminal && environment.get("TERM") != Some("dumb");
    let progress = match (no_progress || verbosity != Verbosity::Normal, is_ci, is_terminal) {
        (false, true, _) => ProgressForm::Lines,
        (false, false, true) => ProgressForm::Bar,
        _ => ProgressForm::Nothing,
    };
    Terminal { verbosity, color, progress, columns: environment.columns, in_ci }
}
