//! How a setting gets its value: the option, else the environment variable, else `tq-import.toml`, else the default.

use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use toml::Value;

use super::environment::Environment;
use super::project_file::ProjectFile;
use crate::cli::args::values::{AdoptArg, CreateLimit, GroupByArg, ProjectName, duration};
use crate::results::StatusNames;
use test_reports::formats::Size;
use test_reports::record::Split;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An option, without its dashes.
    Option(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// A line of a settings file.
    File {
        /// The path in messages, relative to the working directory.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// Nowhere: the built-in value.
    Default,
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) => write!(f, "--{name}"),
            Self::Variable(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sourced<T> {
    pub(super) value: T,
    pub(super) source: Source,
}

/// One setting in force, for `-v`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The setting's name.
    pub name: &'static str,
    /// Its value; `***` for a secret.
    pub value: String,
    /// Where it was written.
    pub source: Source,
}

/// An error in the settings: exit code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// What is wrong, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl ConfigError {
    /// An error without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// The same error with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Collects values from their sources, and everything that is wrong with them.
pub(super) struct Resolver<'a> {
    pub(super) environment: &'a Environment,
    /// The repository's root, else the working directory.
    pub(super) working_tree: PathBuf,
    pub(super) file: ProjectFile,
    pub(super) errors: Vec<ConfigError>,
    pub(super) warnings: Vec<String>,
    pub(super) provenance: Vec<Provenance>,
    /// No token was given at all.
    pub(super) lacks_token: bool,
    reads_variables: bool,
}

impl<'a> Resolver<'a> {
    /// For an import into the sandbox, `TQ_*` variables do not count.
    pub(super) fn new(environment: &'a Environment, is_sandbox: bool) -> Self {
        let mut from = Self::without_file(environment);
        from.file = ProjectFile::find(&environment.directory, &from.working_tree);
        from.reads_variables = !is_sandbox;
        if !is_sandbox {
            // Without its namespace, a project would be imported a second time.
            let unreadable = environment.unreadable.iter();
            from.errors
                .extend(unreadable.map(|name| ConfigError::new(format!("{name} is not UTF-8"))));
        }
        from
    }

    /// Without `tq-import.toml` and variables.
    pub(super) fn without_file(environment: &'a Environment) -> Self {
        let root = repository_root(&environment.directory);
        Self {
            environment,
            working_tree: root.unwrap_or(&environment.directory).to_owned(),
            file: ProjectFile::default(),
            errors: Vec::new(),
            warnings: Vec::new(),
            provenance: Vec::new(),
            lacks_token: false,
            reads_variables: false,
        }
    }

    pub(super) fn error(&mut self, error: ConfigError) {
        self.errors.push(error);
    }

    /// A `TQ_*` variable, if it is set and not empty.
    pub(super) fn variable(&self, name: &'static str) -> Option<Sourced<String>> {
        let value = self.environment.get(name).filter(|_| self.reads_variables)?;
        Some(Sourced { value: value.to_owned(), source: Source::Variable(name) })
    }

    /// Remembers for `-v` what was chosen.
    pub(super) fn note(&mut self, name: &'static str, value: String, source: Source) {
        self.provenance.push(Provenance { name, value, source });
    }

    /// The option `--name`, else the key `name` of the file.
    pub(super) fn option<T: Setting>(&mut self, name: &'static str, given: Option<T>) -> Option<T> {
        self.choose(name, given, None)
    }

    /// The option `--name`, else the variable, else the key `name` of the file.
    pub(super) fn text(
        &mut self,
        name: &'static str,
        given: Option<&String>,
        variable: &'static str,
    ) -> Option<String> {
        self.choose(name, given.cloned(), self.variable(variable))
    }

    /// The switch `--name`, else the key `name` of the file, else off.
    pub(super) fn switch(&mut self, name: &'static str, given: bool) -> bool {
        self.option(name, given.then_some(true)).unwrap_or(false)
    }

    /// Like [`Self::option`], for a number within `range`; `default` if it is not given.
    pub(super) fn number<T: Setting + Copy + PartialOrd + Display>(
        &mut self,
        name: &'static str,
        given: Option<T>,
        default: T,
        range: RangeInclusive<T>,
    ) -> T {
        let Some(number) = self.option(name, given) else { return default };
        if !range.contains(&number) {
            let (low, high) = range.into_inner();
            let source = self.provenance.last().map(|last| format!(" ({})", last.source));
            self.error(ConfigError::new(format!(
                "{name} must be {low} to {high}, not {number}{}",
                source.unwrap_or_default()
            )));
        }
        number
    }

    fn choose<T: Setting>(
        &mut self,
        name: &'static str,
        given: Option<T>,
        variable: Option<Sourced<T>>,
    ) -> Option<T> {
        // The file is read even if it is overridden: its errors are reported, and the key is known.
        let in_file = self.file.read(name);
        let given = given.map(|value| Sourced { value, source: Source::Option(name) });
        let Sourced { value, source } = given.or(variable).or(in_file)?;
        self.note(name, value.shown(), source);
        Some(value)
    }
}

/// The nearest directory from `directory` upwards that holds `.git` (a directory, or the file of a worktree).
pub(crate) fn repository_root(directory: &Path) -> Option<&Path> {
    directory.ancestors().find(|above| above.join(".git").exists())
}

/// A type that options and keys of `tq-import.toml` have.
pub(super) trait Setting: Sized {
    /// The end of the sentence "`key` must be …".
    fn expected() -> String;
    /// None if the TOML value is of another type.
    fn from_toml(value: &Value) -> Option<Self>;
    /// The value for `-v`.
    fn shown(&self) -> String;
}

/// `setting!(type, expected, from_toml, shown)` implements [`Setting`].
macro_rules! setting {
    ($type:ty, $expected:expr, $from_toml:expr, $shown:expr) => {
        impl Setting for $type {
            fn expected() -> String {
                $expected.into()
            }
            fn from_toml(value: &Value) -> Option<Self> {
                let read: fn(&Value) -> Option<Self> = $from_toml;
                read(value)
            }
            fn shown(&self) -> String {
                let show: fn(&Self) -> String = $shown;
                show(self)
            }
        }
    };
}

setting!(bool, "true or false", Value::as_bool, bool::to_string);
setting!(usize, NUMBER, |value| value.as_integer()?.try_into().ok(), usize::to_string);
setting!(u32, NUMBER, |value| value.as_integer()?.try_into().ok(), u32::to_string);
setting!(String, "a string", |value| Some(value.as_str()?.to_owned()), String::clone);
setting!(Vec<String>, "a list of strings", |value| value.clone().try_into().ok(), |list| list
    .join(", "));
setting!(
    StatusNames,
    "a table of names of statuses, such as skipped = \"Blocked\"",
    |value| value.clone().try_into().ok(),
    |names| {
        let names = names.iter().map(|(outcome, name)| format!("{outcome}={name}"));
        names.collect::<Vec<_>>().join(", ")
    }
);
setting!(Size, "a size such as \"512MiB\"", |value| value.as_str()?.parse().ok(), Size::to_string);
setting!(
    Duration,
    "a time such as \"30s\" or \"15m\"",
    |value| duration(value.as_str()?).ok(),
    |time| format!("{time:?}")
);
setting!(
    ProjectName,
    "a project's name or id",
    |value| text_or_integer(value).map(ProjectName),
    |name| name.0.clone()
);
setting!(
    CreateLimit,
    "a number of tests, or a share such as \"50%\"",
    |value| text_or_integer(value)?.parse().ok(),
    CreateLimit::to_string
);
setting!(
    Split,
    "the text to split at, or false",
    |value| match value {
        Value::String(text) if !text.is_empty() => Some(Self::At(text.clone())),
        Value::Boolean(false) => Some(Self::Never),
        _ => None,
    },
    |split| match split {
        Self::Auto => "auto".to_owned(),
        Self::At(text) => format!("at {text:?}"),
        Self::Never => "never".to_owned(),
    }
);
setting!(GroupByArg, one_of::<Self>(), choice, choice_name);
setting!(AdoptArg, one_of::<Self>(), choice, choice_name);

const NUMBER: &str = "a number of at least 0";

fn text_or_integer(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| Some(value.as_integer()?.to_string()))
}

fn choice<T: ValueEnum>(value: &Value) -> Option<T> {
    T::from_str(value.as_str()?, false).ok()
}

fn choice_name<T: ValueEnum>(choice: &T) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn one_of<T: ValueEnum>() -> String {
    let names = T::value_variants().iter().map(|choice| format!("\"{}\"", choice_name(choice)));
    format!("one of {}", names.collect::<Vec<_>>().join(", "))
}
