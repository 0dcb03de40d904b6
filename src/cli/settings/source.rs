//! Where a setting comes from, and faults that say so.

use std::fmt;
use std::path::PathBuf;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An option, such as `--host`.
    Flag(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// A line of a settings file.
    File {
        /// As it is shown: relative to the working directory where that is short.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// Nowhere: the built-in value.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sourced<T> {
    /// The value.
    pub(super) value: T,
    /// Where it was written.
    pub(super) source: Source,
}

impl<T> Sourced<T> {
    /// `value`, given by the option `flag`.
    pub(super) fn flag(flag: &'static str, value: T) -> Self {
        Self { value, source: Source::Flag(flag) }
    }

    /// The same place with another value.
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: change(self.value), source: self.source }
    }
}

/// One setting that is in force, for `-v`. A secret's value is `***`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The setting's name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// Where it comes from.
    pub source: Source,
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, source } = self;
        write!(f, "{name} = {value} (from {source})")
    }
}

/// Something that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// What is wrong, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl ConfigError {
    /// A fault without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Everything that is wrong with the settings: exit code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSettings(pub Vec<ConfigError>);

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}", error.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidSettings {}
