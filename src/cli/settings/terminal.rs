//! What is shown, and how.

use super::resolver::{ConfigError, Resolver};
use crate::cli::args::TerminalArgs;
use crate::cli::args::values::Color;
use crate::cli::outputs::OutputTarget;
use crate::summary::text::{Detail, TextOptions};

/// How much is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// `-q`: errors and the last line.
    Quiet,
    /// The summary.
    #[default]
    Normal,
    /// `-v`: also every change, and where settings come from.
    Verbose,
    /// `-vv`: also every request.
    Debug,
}

/// What is shown, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// How much is shown.
    pub verbosity: Verbosity,
    /// When colours are used.
    pub color: Color,
    /// How progress is shown on standard error.
    pub progress: ProgressForm,
    /// The width of standard output in columns; none if it is not a terminal.
    pub columns: Option<usize>,
    /// Whether a CI system looks for commands in the output.
    pub in_ci: bool,
}

impl Terminal {
    /// The layout of text on standard output.
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

    /// The layout of text for `target`. In a file no line is wrapped, and no CI system looks for commands.
    pub(in crate::cli) fn text_options_for(&self, target: OutputTarget) -> TextOptions {
        let options = self.text_options();
        match target {
            OutputTarget::StandardOutput => options,
            OutputTarget::File => {
                TextOptions { columns: None, in_ci: false, errors_apart: false, ..options }
            }
        }
    }
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProgressForm {
    /// Not at all.
    #[default]
    Nothing,
    /// A bar that is redrawn, for a terminal.
    Bar,
    /// A line every few seconds, for the log of a CI job.
    Lines,
}

pub(super) fn terminal(from: &mut Resolver<'_>, args: TerminalArgs) -> Terminal {
    let TerminalArgs { verbose, quiet, color, no_progress } = args;
    let verbosity = match (quiet, verbose) {
        (true, 1..) => {
            from.error(ConfigError::new("--quiet cannot be combined with --verbose"));
            Verbosity::Normal
        }
        (true, 0) => Verbosity::Quiet,
        (false, 0) => Verbosity::Normal,
        (false, 1) => Verbosity::Verbose,
        (false, 2..) => Verbosity::Debug,
    };
    let environment = from.environment;
    let in_ci = environment.has_workflow_commands();
    let is_dumb = environment.get("TERM") == Some("dumb");
    let is_set = |name: &str| environment.get(name).is_some_and(|value| value != "0");
    let color = match color {
        Color::Auto if environment.get("NO_COLOR").is_some() => Color::Never,
        Color::Auto if is_set("CLICOLOR_FORCE") => Color::Always,
        Color::Auto if is_dumb => Color::Never,
        color => color,
    };
    let progress = if no_progress || verbosity != Verbosity::Normal {
        ProgressForm::Nothing
    } else if environment.get("CI").is_some() || in_ci {
        ProgressForm::Lines
    } else if environment.stderr_is_terminal && !is_dumb {
        ProgressForm::Bar
    } else {
        ProgressForm::Nothing
    };
    Terminal { verbosity, color, progress, columns: environment.columns, in_ci }
}
